/** A replay on a chain of its own, with progress, and what is said about it at the end. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import cliProgress from "cli-progress";
import { network } from "hardhat";
import { type ReplayInput, type ReplayOutcome, replay } from "../../demo/replay.ts";
import { renderReport } from "../../demo/report.ts";
import { decisionsTable, resultTable } from "../../demo/table.ts";
import { buildContracts } from "../build.ts";
import { MARKET_ROOTS } from "../market.ts";

export async function compileForReplay(): Promise<void> {
  console.log("Compiling the contracts (a minute the first time, nothing after) ...");
  await buildContracts(MARKET_ROOTS);
}

/**
 * Replays on a fresh in-process chain and prints the tables.
 * @param label - Opens the progress bar.
 * @param total - Rounds to come.
 */
export async function run(input: ReplayInput, label: string, total: number): Promise<ReplayOutcome> {
  const bar = progressBar(`${label} {bar} {value}/{total} rounds, {eta_formatted} left`);
  // The chain starts an hour before the first round, so that deployments are in the past.
  const start = ((input.warmUp[0]?.updatedAt ?? 0) - 3_600) * 1_000;
  const connection = await network.create({ override: { initialDate: new Date(start).toISOString(), allowBlocksWithSameTimestamp: true } });
  bar.start(total, 0);
  try {
    return await replay(connection, input, (done) => bar.update(done));
  } finally {
    bar.stop();
    await connection.close();
  }
}

/** Where there is no terminal, a line once in ten seconds. */
export function progressBar(format: string): cliProgress.SingleBar {
  return new cliProgress.SingleBar(
    { format, hideCursor: true, noTTYOutput: true, notTTYSchedule: 10_000, etaBuffer: 200 },
    cliProgress.Presets.shades_classic,
  );
}

export function printTables({ result }: ReplayOutcome): void {
  console.log(`\n${result.title}\n${decisionsTable(result)}\n${resultTable(result)}`);
}

/**
 * Writes the page and says what was compared.
 * @throws {Error} When SDK and chain differed, or nothing was compared.
 */
export function conclude(outcomes: readonly ReplayOutcome[], report: string): void {
  mkdirSync(dirname(report), { recursive: true });
  writeFileSync(report, renderReport(outcomes.map(({ result }) => result)));
  const comparisons = outcomes.reduce((sum, { result }) => sum + result.comparisons, 0);
  const differences = outcomes.flatMap((outcome) => outcome.differences);
  console.log(`\nSDK and chain were asked the same question ${comparisons} times and differed ${differences.length} times.`);
  console.log(`Report: ${report}`);
  if (comparisons === 0) throw new Error("Nothing was compared: the traders did not trade.");
  const [first] = differences;
  if (first !== undefined) throw new Error(`${first.venue}, ${new Date(Number(first.time) * 1_000).toISOString()}: ${first.what}`);
}
