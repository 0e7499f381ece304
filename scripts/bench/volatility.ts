// npm run bench:volatility [-- --prices FILE [--allow-gaps] [--heartbeat SECONDS]]: how good the variance is that the guard keeps.
// Replays recorded prices through a deployed guard and through the SDK, which have to agree to the bit at every round, and scores
// the result beside RiskMetrics, a 24 h window and GARCH(1,1); then simulated prices with one event each.
// Fails at the first round on which guard and SDK differ.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { mulDivUp, WAD } from "../../sdk/src/math/index.ts";
import { buildContracts } from "../lib/build.ts";
import { main } from "../lib/main.ts";
import { DEFAULT_POLICY } from "../lib/market.ts";
import { userPath } from "../lib/prices/options.ts";
import { progressBar } from "../lib/prices/run.ts";
import { REPLAY_ROOTS, type ReplayChain, startChain } from "./volatility/chain.ts";
import { drawRealised, drawResponses, drawTouches } from "./volatility/figures.ts";
import { type RecordedResult, replaySeries } from "./volatility/recorded.ts";
import { changes, countOf, type Kept, keepRecorded, keepSimulated, readKept, type Simulated, textOf } from "./volatility/results.ts";
import { countRounds, type Series, seriesOf, seriesOfFolder } from "./volatility/series.ts";
import { PATHS, Simulation } from "./volatility/simulated.ts";
import { recordedTable, simulatedTables } from "./volatility/tables.ts";

const KEPT = fileURLToPath(new URL("../../bench/results/", import.meta.url));
/** What a user's own prices come to is theirs, and is not kept. */
const OWN = fileURLToPath(new URL("../../reports/", import.meta.url));

/** Least variance of all estimators: the policy's floor, squared. */
const FLOOR = mulDivUp(DEFAULT_POLICY.volatilityFloor, DEFAULT_POLICY.volatilityFloor, WAD);

/** By how much the variance rises in the two changes of regime: the volatility doubles, and it becomes four times as large. */
const REGIMES = [4, 16];
const TICK = 1.1;
/** Of one run: two regimes, the tick and two kinds of spam. */
const EXPERIMENTS = REGIMES.length + 3;

await main(async () => {
  const options = { prices: { type: "string" }, "allow-gaps": { type: "boolean" }, heartbeat: { type: "string" } } as const;
  const { values } = parseArgs({ options });
  if (values.prices === undefined) await benchmark();
  else await ownPrices(userPath(values.prices), values["allow-gaps"] ?? false, values.heartbeat);
});

/** All that is kept: the recorded prices of `MARKET_DATA_DIR`, where they are at hand, and the simulated ones. */
async function benchmark(): Promise<void> {
  const folder = process.env.MARKET_DATA_DIR;
  if (folder !== undefined && !existsSync(folder)) throw new Error(`MARKET_DATA_DIR is ${folder}, which does not exist.`);
  const { series, missing } = folder === undefined ? { series: [], missing: [] } : await seriesOfFolder(folder);
  await compile();
  const chain = await startChain();
  try {
    const recorded = await replayAll(chain, series);
    const simulated = await simulate(chain);
    console.log(`${simulatedTables(simulated)}\n`);
    keep(recorded, simulated, folder !== undefined && missing.length === 0);
  } finally {
    await chain.close();
  }
  if (folder === undefined) {
    console.log(
      "No recorded prices were replayed: set MARKET_DATA_DIR to a folder that has them, or pass --prices FILE (docs/replaying.md says what files).",
    );
  }
  for (const file of missing) console.log(`Not replayed, because MARKET_DATA_DIR does not have it: ${file}.`);
}

async function ownPrices(file: string, allowsGaps: boolean, heartbeat: string | undefined): Promise<void> {
  if (heartbeat !== undefined && !/^[1-9]\d{0,4}0$/.test(heartbeat)) {
    throw new Error(`--heartbeat ${heartbeat}: give seconds, a multiple of 10, as a policy holds them.`);
  }
  const series = await seriesOf(file, { allowsGaps, ...(heartbeat === undefined ? {} : { heartbeat: BigInt(heartbeat) }) });
  await compile();
  const chain = await startChain();
  try {
    const recorded = await replayAll(chain, series);
    write(`${OWN}volatility-realised.svg`, drawRealised(recorded));
    write(`${OWN}volatility-touch.svg`, drawTouches(recorded));
    console.log(`Drawn in ${OWN}`);
  } finally {
    await chain.close();
  }
}

async function compile(): Promise<void> {
  console.log("Compiling the contracts (a minute the first time, nothing after) ...");
  await buildContracts(REPLAY_ROOTS);
}

async function replayAll(chain: ReplayChain, all: readonly Series[]): Promise<RecordedResult[]> {
  const results: RecordedResult[] = [];
  for (const series of all) {
    // Read once before, so that a fault in the last line shows now and not after minutes.
    const total = await countRounds(series);
    const bar = progressBar(`${series.name} {bar} {value}/{total} rounds`);
    bar.start(total, 0);
    try {
      results.push(await replaySeries(chain, series, FLOOR, (rounds) => bar.update(rounds)));
    } finally {
      bar.stop();
    }
    console.log(`${recordedTable(results.at(-1) as RecordedResult)}\n`);
  }
  return results;
}

async function simulate(chain: ReplayChain): Promise<Simulated> {
  const bar = progressBar("Simulated prices {bar} {value}/{total} paths");
  bar.start(PATHS * EXPERIMENTS, 0);
  try {
    const simulation = new Simulation(chain, FLOOR, () => bar.increment());
    const regimes = [];
    for (const factor of REGIMES) regimes.push(await simulation.regime(factor));
    const tick = await simulation.badTick(TICK);
    const repeats = await simulation.spam("repeats");
    const looks = await simulation.spam("looks");
    const again = await simulation.pokeAgain(300);
    return { regimes, tick, repeats, looks, again, compared: simulation.compared, observed: simulation.observed };
  } finally {
    bar.stop();
  }
}

/** Writes numbers and figures, and says what changed. What was not replayed this time stays as it was. */
function keep(recorded: readonly RecordedResult[], simulated: Simulated, isComplete: boolean): void {
  const file = `${KEPT}volatility.json`;
  const before = readKept(file);
  const series = {
    ...(before.recorded as Record<string, Kept>),
    ...Object.fromEntries(recorded.map((each) => [each.name, keepRecorded(each)])),
  };
  const after: Kept = { recorded: series, simulated: keepSimulated(simulated) };
  const isFirst = Object.keys(before).length === 0;
  const changed = isFirst ? [] : changes(before, after);
  for (const line of changed) console.log(line);
  if (isFirst) console.log(`${countOf(after)} results are kept for the first time.`);
  else
    console.log(
      changed.length === 0
        ? `All ${countOf(after)} kept results are as they were.`
        : `${changed.length} of ${countOf(after)} kept results changed.`,
    );
  write(file, textOf(after));
  write(`${KEPT}volatility-reaction.svg`, drawResponses(simulated));
  if (isComplete) {
    write(`${KEPT}volatility-realised.svg`, drawRealised(recorded));
    write(`${KEPT}volatility-touch.svg`, drawTouches(recorded));
  }
  console.log(`Written to ${KEPT}`);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
