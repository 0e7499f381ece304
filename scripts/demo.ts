// npm run demo [-- --crash 2020|2021]: replays crashes through feed, guard, reference perp and SDK on an in-process chain.
// npm run demo -- --prices FILE [--from TIME] [--to TIME]: the same with recorded prices, see docs/replaying.md.
// Fails when the SDK's answer and the chain's ever differ.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadPath, type PricePath, QUIET_DAYS, quietRounds, toRounds } from "./demo/path.ts";
import type { ReplayInput, ReplayOutcome } from "./demo/replay.ts";
import { main } from "./lib/main.ts";
import { PRICE_OPTIONS, priceRequest } from "./lib/prices/options.ts";
import { replayFile } from "./lib/prices/replayFile.ts";
import { compileForReplay, conclude, printTables, run } from "./lib/prices/run.ts";

const PATHS: Readonly<Record<string, string>> = {
  "2020": "./demo/paths/eth-2020-03-12.json",
  "2021": "./demo/paths/eth-2021-05-19.json",
};
const REPORT = fileURLToPath(new URL("../reports/demo.html", import.meta.url));

await main(async () => {
  const { values } = parseArgs({ options: { crash: { type: "string" }, ...PRICE_OPTIONS } });
  const request = priceRequest(values);
  if (request !== undefined && values.crash !== undefined) throw new Error("--crash and --prices exclude each other: name one.");
  const outcomes = request === undefined ? await replayCrashes(values.crash) : [await replayFile(request)];
  conclude(outcomes, REPORT);
});

/** One of the shipped crashes, or all. */
async function replayCrashes(name: string | undefined): Promise<ReplayOutcome[]> {
  const names = name === undefined ? Object.keys(PATHS) : [name];
  const paths = names.map((each) => [each, pathOf(each)] as const);
  await compileForReplay();
  const outcomes: ReplayOutcome[] = [];
  for (const [label, path] of paths) {
    const rounds = toRounds(path);
    const outcome = await run({ ...descriptionOf(path), warmUp: quietRounds(rounds), rounds }, label, rounds.length);
    printTables(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

function pathOf(name: string): PricePath {
  const file = PATHS[name];
  if (file === undefined) throw new Error(`There is no crash "${name}". Use --crash ${Object.keys(PATHS).join(" or --crash ")}.`);
  return loadPath(new URL(file, import.meta.url));
}

function descriptionOf({ title, base, quote, note, sources, anchors }: PricePath): Omit<ReplayInput, "warmUp" | "rounds"> {
  return {
    title,
    base,
    quote,
    note: `${note} The ${QUIET_DAYS} days of quiet market that the guard had watched before are made up.`,
    sources,
    anchors: anchors.map(({ time, price, source }) => ({ time: Date.parse(time) / 1_000, price, source })),
  };
}
