// npm run demo [-- --crash 2020|2021]: replays crashes through feed, guard, reference perp and SDK on an in-process chain.
// Fails when the SDK's answer and the chain's ever differ.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import cliProgress from "cli-progress";
import { network } from "hardhat";
import { loadPath, quietRounds, toRounds } from "./demo/path.ts";
import { replay } from "./demo/replay.ts";
import { renderReport } from "./demo/report.ts";
import type { ReplayResult } from "./demo/result.ts";
import { decisionsTable, resultTable } from "./demo/table.ts";
import type { Difference } from "./demo/venue.ts";
import { buildContracts } from "./lib/build.ts";
import { main } from "./lib/main.ts";

const PATHS: Readonly<Record<string, string>> = {
  "2020": "./demo/paths/eth-2020-03-12.json",
  "2021": "./demo/paths/eth-2021-05-19.json",
};
const ROOTS = [
  "contracts/SizingGuard.sol",
  "contracts/examples/ReferencePerp.sol",
  "contracts/test/TestFeed.sol",
  "contracts/test/TestToken.sol",
  "npm:@openzeppelin/contracts/access/manager/AccessManager.sol",
];
const REPORT = fileURLToPath(new URL("../reports/demo.html", import.meta.url));

await main(async () => {
  const { values } = parseArgs({ options: { crash: { type: "string" } } });
  const names = values.crash === undefined ? Object.keys(PATHS) : [values.crash];
  console.log("Compiling the contracts (a minute the first time, nothing after) ...");
  await buildContracts(ROOTS);

  const results: ReplayResult[] = [];
  const differences: Difference[] = [];
  for (const name of names) {
    const one = await replayPath(name);
    results.push(one.result);
    differences.push(...one.differences);
    console.log(`\n${one.result.title}\n${decisionsTable(one.result)}\n${resultTable(one.result)}`);
  }
  mkdirSync(fileURLToPath(new URL("../reports", import.meta.url)), { recursive: true });
  writeFileSync(REPORT, renderReport(results));
  conclude(results, differences);
});

async function replayPath(name: string) {
  const file = PATHS[name];
  if (file === undefined) throw new Error(`There is no crash "${name}". Use --crash ${Object.keys(PATHS).join(" or --crash ")}.`);
  const path = loadPath(new URL(file, import.meta.url));
  const rounds = toRounds(path);
  const quiet = quietRounds(rounds);
  const connection = await network.create({ override: { initialDate: startOf(quiet), allowBlocksWithSameTimestamp: true } });
  const bar = new cliProgress.SingleBar(
    { format: `${name} {bar} {value}/{total} rounds`, hideCursor: true },
    cliProgress.Presets.shades_classic,
  );
  bar.start(rounds.length, 0);
  try {
    return await replay(connection, path, quiet, rounds, (done) => bar.update(done));
  } finally {
    bar.stop();
    await connection.close();
  }
}

/** The chain starts an hour before the first round, so that deployments are in the past. */
function startOf(rounds: readonly { readonly updatedAt: number }[]): string {
  return new Date(((rounds[0]?.updatedAt ?? 0) - 3600) * 1000).toISOString();
}

function conclude(results: readonly ReplayResult[], differences: readonly Difference[]): void {
  const comparisons = results.reduce((sum, { comparisons }) => sum + comparisons, 0);
  console.log(`\nSDK and chain were asked the same question ${comparisons} times and differed ${differences.length} times.`);
  console.log(`Report: ${REPORT}`);
  if (comparisons === 0) throw new Error("Nothing was compared: the traders did not trade.");
  const [first] = differences;
  if (first !== undefined) throw new Error(`${first.venue}, ${new Date(Number(first.time) * 1000).toISOString()}: ${first.what}`);
}
