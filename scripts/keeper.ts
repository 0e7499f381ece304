// npm run keeper -- --rpc URL ...: keeps a guard's markets observed and its accounts inside their forced limits (docs/keeper.md).
import { createLogger } from "./keeper/log.ts";
import { keep } from "./keeper/loop.ts";
import { Metrics, serve } from "./keeper/metrics.ts";
import { parseOptions } from "./keeper/options.ts";
import { startKeeper } from "./keeper/start.ts";
import { main } from "./lib/main.ts";

/** Seconds without a good round until it does not count as healthy, at the least. */
const LEAST_PATIENCE = 60;
/** Rounds that may fail until then. */
const PATIENCE_ROUNDS = 5;

await main(async () => {
  const options = parseOptions(process.argv.slice(2), process.env);
  const log = createLogger(options.level);
  const metrics = new Metrics();
  const stop = stopOnSignals((signal) => log.info({ signal }, "stopping after what is under way"));
  const patience = Math.max(LEAST_PATIENCE, (PATIENCE_ROUNDS * options.interval) / 1_000);
  const served = options.metricsPort === undefined ? undefined : await serve(metrics, options.metricsPort, patience);
  if (served !== undefined) log.info({ port: served.port }, "serving /metrics and /healthz");
  try {
    const keeper = await startKeeper(options, metrics, log, stop);
    if (keeper !== null) await keep(keeper, stop);
    log.info("stopped");
  } finally {
    served?.server.close();
    served?.server.closeAllConnections();
  }
});

/** A signal may come twice, from a terminal and from npm: it means the same. */
function stopOnSignals(onStop: (signal: string) => void): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (!controller.signal.aborted) onStop(signal);
      controller.abort();
    });
  }
  return controller.signal;
}
