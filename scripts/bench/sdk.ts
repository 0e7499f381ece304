// npm run bench:sdk: operations a second of the mirror, and what an import costs a front end.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import Table from "cli-table3";
import { build } from "esbuild";
import { check, createSnapshot, encodePolicy, explain, type GuardSnapshot, maxSize, type Position } from "../../sdk/src/index.ts";
import { collateralLimitLong, marginLimit, openInterestLimit, volatilityLimit } from "../../sdk/src/limits/index.ts";
import {
  adverseMove,
  expWad,
  lnWad,
  mulDivDown,
  mulDivUp,
  sqrtDown,
  updateVolatility,
  type VolatilityParameters,
  WAD,
} from "../../sdk/src/math/index.ts";
import { main } from "../lib/main.ts";
import { DEFAULT_POLICY, ETH_USD } from "../lib/market.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RESULTS = `${ROOT}bench/results/sdk.json`;

/** Processor time, not the clock's: other work on the machine counts less. Milliseconds. */
const ROUND = 400;
const ROUNDS = 5;

/** What a front end imports, and the budget for it in bytes, gzip. */
const BUNDLES: readonly (readonly [entry: string, names: string, budget: number | null])[] = [
  ["math/index.ts", "mulDivDown", 700],
  ["math/index.ts", "sqrtUp", 700],
  ["math/index.ts", "adverseMove", 700],
  ["math/index.ts", "lnWad", 700],
  ["math/index.ts", "updateVolatility", null],
  ["limits/index.ts", "marginLimit", 700],
  ["index.ts", "check", 5_000],
  ["index.ts", "check, maxSize, explain, createSnapshot", null],
  ["viem/index.ts", "sizingGuardActions", null],
];

await main(async () => {
  const operations = Object.entries(subjects()).map(([name, run]) => ({ name, operationsPerSecond: measure(run) }));
  const bundles = [];
  for (const [entry, names, budget] of BUNDLES) bundles.push({ entry, names, ...(await size(entry, names)), budget });
  mkdirSync(`${ROOT}bench/results`, { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify({ node: process.version, operations, bundles }, null, 2)}\n`);
  print(operations, bundles);
});

function subjects(): Readonly<Record<string, (i: number) => unknown>> {
  const values = Array.from({ length: 256 }, (_, i) => BigInt(i + 1) * 123_456_789_012_345_678_901n);
  const value = (i: number): bigint => values[i & 255] ?? WAD;
  const parameters: VolatilityParameters = {
    fastTau: 14_400n,
    slowTau: 604_800n,
    minInterval: 600n,
    clipSquared: 36n,
    varianceFloor: 2_500_000_000_000_000n,
    initialVariance: 2_250_000_000_000_000_000n,
  };
  const word = updateVolatility(0n, 2_000n * WAD, 1_700_000_000n, parameters);
  const snapshot = sampleSnapshot();
  const now = snapshot.timestamp + 12n;
  return {
    "raw x·y/d": (i) => (value(i) * value(i * 7)) / WAD,
    mulDivDown: (i) => mulDivDown(value(i), value(i * 7), WAD),
    mulDivUp: (i) => mulDivUp(value(i), value(i * 7), WAD),
    sqrtDown: (i) => sqrtDown(value(i) * value(i * 3)),
    lnWad: (i) => lnWad(value(i)),
    expWad: (i) => expWad(-value(i) / 1_000_000n),
    adverseMove: (i) => adverseMove(4n * WAD, WAD + BigInt(i & 255), 14_400n),
    updateVolatility: (i) => updateVolatility(word, 2_000n * WAD + value(i), 1_700_003_600n, parameters),
    volatilityLimit: (i) => volatilityLimit(value(i), WAD / 2n, WAD / 10n),
    collateralLimitLong: (i) => collateralLimitLong(value(i), WAD / 10n, WAD / 50n, 0n, 0n),
    marginLimit: (i) => marginLimit(value(i), value(i * 5), WAD / 10n, 60_000_000n * WAD),
    openInterestLimit: (i) => openInterestLimit(WAD / 2n, value(i), value(i * 11)),
    "check, four limits, long": (i) => check(snapshot, samplePosition(i, 10n * WAD), now),
    "check, four limits, short": (i) => check(snapshot, samplePosition(i, -10n * WAD), now),
    "explain, four limits": (i) => explain(snapshot, samplePosition(i, 10n * WAD), now),
    "maxSize, no fee": (i) => maxSize(snapshot, { ...samplePosition(i, 0n), side: "long" }, { at: now }),
    "maxSize, with the fee of the trade": (i) =>
      maxSize(snapshot, { ...samplePosition(i, 0n), side: "long" }, { at: now, feeRatio: 500_000_000_000_000n }),
  };
}

function sampleSnapshot(): GuardSnapshot {
  const timestamp = 1_700_000_000n;
  const roundData = { roundId: 1n, answer: 2_000_00000000n, updatedAt: timestamp, answeredInRound: 1n };
  const words = encodePolicy({ ...DEFAULT_POLICY, feed: "0x00000000000000000000000000000000000000aa" });
  return createSnapshot({ market: ETH_USD, words, volatilityWord: 0n, roundData, blockNumber: 1n, timestamp });
}

function samplePosition(i: number, sizeAfter: bigint): Position {
  const account = "0x0000000000000000000000000000000000000001";
  const equity = (100_000n + BigInt(i & 255)) * WAD;
  return { account, equity, flow: 0n, sizeBefore: 0n, sizeAfter, sameSideOthers: 1_000n * WAD, oppositeOthers: 0n, poolEquity: 0n };
}

/** Median of some rounds, so that one interruption does not count. */
function measure(run: (i: number) => unknown): number {
  const rates = Array.from({ length: ROUNDS }, () => round(run)).sort((a, b) => a - b);
  return Math.round(rates[Math.floor(ROUNDS / 2)] ?? 0);
}

function round(run: (i: number) => unknown): number {
  const start = process.cpuUsage();
  let count = 0;
  for (;;) {
    for (let i = 0; i < 500; i++) run(count++);
    const { user, system } = process.cpuUsage(start);
    if (user + system > ROUND * 1_000) return (count / (user + system)) * 1e6;
  }
}

async function size(entry: string, names: string): Promise<{ minified: number; gzip: number }> {
  const contents = `export { ${names} } from "./sdk/src/${entry}";`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    external: ["viem", "viem/*"],
    write: false,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${entry}.`);
  return { minified: output.contents.length, gzip: gzipSync(output.contents, { level: 9 }).length };
}

function print(
  operations: readonly { name: string; operationsPerSecond: number }[],
  bundles: readonly { entry: string; names: string; minified: number; gzip: number; budget: number | null }[],
): void {
  const speed = new Table({ head: ["", "operations/s"], colAligns: ["left", "right"], style: { head: [], border: [] } });
  for (const { name, operationsPerSecond } of operations) speed.push([name, operationsPerSecond.toLocaleString("en-GB")]);
  const weight = new Table({ head: ["import", "minified B", "gzip B", "budget B"], style: { head: [], border: [] } });
  for (const { names, minified, gzip, budget } of bundles) weight.push([names, minified, gzip, budget ?? ""]);
  console.log(`${speed.toString()}\n${weight.toString()}\nWritten to ${RESULTS}`);
}
