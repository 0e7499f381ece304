// npm run replay -- --prices FILE [--from TIME] [--to TIME] [--pair ETH/USD] [--allow-gaps] [--out report.html]:
// replays recorded prices (OHLCV bars or a Chainlink feed's rounds, CSV, plain or gzip) with and without the guard.
// Fails when the SDK's answer and the chain's ever differ.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { main } from "./lib/main.ts";
import { PRICE_OPTIONS, priceRequest, userPath } from "./lib/prices/options.ts";
import { replayFile } from "./lib/prices/replayFile.ts";
import { conclude } from "./lib/prices/run.ts";

const REPORT = fileURLToPath(new URL("../reports/replay.html", import.meta.url));

await main(async () => {
  const { values } = parseArgs({ options: { ...PRICE_OPTIONS, out: { type: "string" } } });
  const request = priceRequest(values);
  if (request === undefined) throw new Error("Name the prices to replay: npm run replay -- --prices FILE. See docs/replaying.md.");
  conclude([await replayFile(request)], values.out === undefined ? REPORT : userPath(values.out));
});
