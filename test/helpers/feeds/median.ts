import { type GuardedFeed, guardOn, SPACING } from "../adapters.ts";
import type { Fault } from "../faults.ts";
import { configOf, deploySource, type Source, strike, write } from "../feedSources.ts";
import { type Connection, goTo, now, START_PRICE } from "../market.ts";
import { type Failure, type FeedUnderTest, faultsOf } from "./feedUnderTest.ts";

/** Of each source, seconds. */
export const HEARTBEAT = 3_900n;
/** Of any decimals; the feed's are eight. */
export const DECIMALS = [8, 18, 0, 36, 6, 8, 8, 17, 8];

const deployMedian = (connection: Connection, sources: readonly Source[], quorum: number) =>
  connection.viem.deployContract("MedianFeed", [sources.map((one) => configOf(one)), BigInt(quorum), 8, SPACING]);
export type Median = GuardedFeed & {
  readonly sources: readonly Source[];
  readonly median: Awaited<ReturnType<typeof deployMedian>>;
};

export async function createMedian(connection: Connection, count = 3, quorum = 2): Promise<Median> {
  const sources = await Promise.all(DECIMALS.slice(0, count).map((decimals) => deploySource(connection, decimals)));
  const median = await deployMedian(connection, sources, quorum);
  return { ...(await guardOn(connection, median.address)), sources, median };
}

/** Every source writes its price, all at one time. */
export async function writeAll(m: Median, prices: readonly number[], time?: bigint): Promise<void> {
  const when = time ?? (await now(m));
  for (const [i, source] of m.sources.entries()) await write(m, source, prices[i % prices.length] ?? START_PRICE, when);
}

/** Every source writes this price, and it is recorded. */
export async function writeAndRecord(m: Median, price: number): Promise<void> {
  await writeAll(m, [price]);
  await m.median.write.record();
}

export const faultAll = (m: Median, fault: Fault, count: number) =>
  Promise.all(m.sources.slice(0, count).map((source) => strike(m, source, fault)));

/** Time goes on until every price is too old; the sources from this one on write. */
async function outlive(m: Median, first: number): Promise<void> {
  await goTo(m, (await now(m)) + HEARTBEAT + 1n);
  for (const source of m.sources.slice(first)) await write(m, source, START_PRICE);
}

async function changeDecimals(m: Median, count: number): Promise<void> {
  for (const source of m.sources.slice(0, count)) await source.write.setDecimals([7]);
}

const lie = (share: number): Failure<Median> => ({
  name: `one of three says ${share} times the price`,
  status: "Valid",
  strike: (m) => write(m, m.sources[0] as Source, START_PRICE * share),
});

export const MEDIAN: FeedUnderTest<Median> = {
  name: "MedianFeed",
  setting: "Three sources of 8, 18 and 0 decimals, a quorum of two, heartbeats of 3 900 s, 100 000 gas for each.",
  build: (connection) => createMedian(connection),
  write: writeAndRecord,
  failures: [
    ...faultsOf<Median>(
      "one of three",
      (m, fault) => faultAll(m, fault, 1),
      () => "Valid",
    ),
    ...faultsOf<Median>("each of two of three", (m, fault) => faultAll(m, fault, 2)),
    ...[0.5, 0.99, 2, 10].map(lie),
    { name: "one of three prices is too old", status: "Valid", strike: (m) => outlive(m, 1) },
    { name: "two of three prices are too old", status: "Invalid", strike: (m) => outlive(m, 2) },
    { name: "one of three changed its decimals", status: "Valid", strike: (m) => changeDecimals(m, 1) },
    { name: "two of three changed their decimals", status: "Invalid", strike: (m) => changeDecimals(m, 2) },
  ],
};
