/** What a guard does while its feed fails in one way: every action asked of a deployed guard, and what it cost. */
import { expect } from "chai";
import { type Abi, decodeErrorResult, encodeErrorResult, type Hex } from "viem";
import { revertData } from "../../scripts/lib/revert.ts";
import { isUsable } from "../../sdk/src/guard/sizing.ts";
import { ORACLE_STATUSES, type OracleStatus } from "../../sdk/src/index.ts";
import { unpackVolatilityWord } from "../../sdk/src/math/index.ts";
import { type Kind, LEAVING, RECORDED, RISKING } from "./actions.ts";
import { calmDay, type GuardedFeed, poke, storedVariance, word } from "./adapters.ts";
import type { Failure, FeedUnderTest } from "./feeds/feedUnderTest.ts";
import {
  changePolicy,
  ETH_USD,
  enforce,
  fixture,
  from,
  goTo,
  holdClock,
  nextBlockAt,
  type PositionStruct,
  position,
  preview,
  START_PRICE,
  statusIndex,
  wad,
} from "./market.ts";

/** Everything that a market of one feed may be limited by: a reduction moves every meter there is. */
const ACTIVE = [
  "Volatility",
  "Collateral",
  "Margin",
  "Liquidity",
  "OpenInterest",
  "Skew",
  "Concentration",
  "SelfLimit",
  "Growth",
  "Drawdown",
] as const;
/** Calm rounds before the feed fails. The ids of what counts its rounds are then at no multiple of 16. */
const WARM_ROUNDS = 46;

/** What becomes of the actions of one kind. */
export type Outcome = "passes" | "refused" | "by size";
export type Column = Kind | "record";
export const COLUMNS: readonly Column[] = ["increase", "flip", "withdraw", "reduce", "deposit", "leave flat", "record"];

/** Everything that was seen of one feed with one failure. */
export interface Observation {
  readonly status: OracleStatus;
  /** Quote WAD, 0 for none. */
  readonly price: bigint;
  /** The largest long, of that before the feed failed. */
  readonly size: number;
  readonly outcomes: ReadonlyMap<Column, Outcome>;
  /** What `poke` says afterwards: nothing, or the name of its error. */
  readonly poke: string;
  /** The stored variance after that, against before the feed failed. */
  readonly variance: "same" | "higher" | "lower";
  /** `size` after that. */
  readonly pokedSize: number;
  /** The most gas a transaction used that takes no risk, and one that does. */
  readonly wayOutGas: number;
  readonly riskGas: number;
}

/** A state with a price of now and a calm day behind it, from which every failure of this feed begins. */
export function warmFixture<T extends GuardedFeed>({ build, write }: FeedUnderTest<T>): () => Promise<T> {
  return fixture(async (connection) => {
    const m = await build(connection);
    await changePolicy(m, { active: [...ACTIVE] });
    await write(m, START_PRICE);
    await poke(m);
    await calmDay(m, write, WARM_ROUNDS);
    return m;
  });
}

/** Lets the feed fail, asks everything, and asserts what every feed owes a guard. */
export async function observe<T extends GuardedFeed>(m: T, { status, strike, price = START_PRICE }: Failure<T>): Promise<Observation> {
  // A minute after the last round to the second, however long the machine took to come here.
  await goTo(m, unpackVolatilityWord(await word(m)).time + 60n);
  const [before, variance] = [await preview(m, SMALL), await storedVariance(m)];
  expect(before.status, "before it fails").to.equal(statusIndex("Valid"));
  await strike(m);
  await holdClock(m);
  const verdict = await preview(m, SMALL);
  expect(ORACLE_STATUSES[verdict.status]).to.equal(status);
  if (isUsable(status)) expect(Number(verdict.price) / 1e18 / price, "price").to.be.within(0.9999, 1.0001);
  else expect(verdict.limitSize, "no price, no size").to.equal(0n);
  const meter = { wayOut: 0, risk: 0 };
  const outcomes = await askAll(m, status, meter);
  return {
    status,
    price: verdict.price,
    size: share(verdict, before),
    outcomes,
    ...(await observePoke(m, variance)),
    pokedSize: share(await preview(m, SMALL), before),
    wayOutGas: meter.wayOut,
    riskGas: meter.risk,
  };
}

/** Of what was allowed before, how much is. */
const share = (verdict: { limitSize: bigint }, before: { limitSize: bigint }): number =>
  Number(verdict.limitSize) / Number(before.limitSize);

const SMALL = asking({ sizeAfter: 10n ** 12n });

/** An account with equity enough for whatever is asked while there is a price, and a pool behind the market. */
function asking(overrides: Partial<PositionStruct>): PositionStruct {
  return position({ equity: wad(1_000_000), poolEquity: wad(100_000_000), ...overrides });
}

async function askAll(m: GuardedFeed, status: OracleStatus, meter: { wayOut: number; risk: number }): Promise<Map<Column, Outcome>> {
  const outcomes = new Map<Column, Outcome>();
  const stored = await word(m);
  for (const [what, overrides, kind] of LEAVING) {
    const asked = asking(overrides);
    expect((await preview(m, asked)).allowed, `${what}: preview`).to.equal(true);
    const { refusal, gas } = await send(m, () => enforce(m, asked));
    expect(refusal, what).to.equal(null);
    meter.wayOut = Math.max(gas, meter.wayOut);
    join(outcomes, kind, "passes");
  }
  for (const [what, overrides] of RECORDED) {
    const { refusal, gas } = await send(m, () => m.guard.write.record([ETH_USD, asking(overrides)], from(m.protocol)));
    expect(refusal, what).to.equal(null);
    meter.wayOut = Math.max(gas, meter.wayOut);
    join(outcomes, "record", "passes");
  }
  for (const [what, overrides, kind] of RISKING) {
    const { outcome, gas } = await askForRisk(m, what, asking(overrides), status);
    meter.risk = Math.max(gas, meter.risk);
    join(outcomes, kind, outcome);
  }
  if (!isUsable(status)) expect(await word(m), "the variance's word").to.equal(stored);
  return outcomes;
}

/** Without a price it is refused for that reason; with one it is what `preview` says of its size. */
async function askForRisk(
  m: GuardedFeed,
  what: string,
  asked: PositionStruct,
  status: OracleStatus,
): Promise<{ outcome: Outcome; gas: number }> {
  await holdClock(m);
  const verdict = await preview(m, asked);
  const { refusal, gas } = await send(m, () => enforce(m, asked));
  if (!isUsable(status)) {
    expect(verdict, `${what}: preview`).to.include({ allowed: false, limitSize: 0n, status: statusIndex(status) });
    expect(refusal, what).to.equal(errorOf(m, "OracleRejected", [ETH_USD, asked.account, statusIndex(status)]));
    return { outcome: "refused", gas };
  }
  if (verdict.allowed) {
    expect(refusal, what).to.equal(null);
    return { outcome: "passes", gas };
  }
  const size = asked.sizeAfter < 0n ? -asked.sizeAfter : asked.sizeAfter;
  expect(refusal, what).to.equal(errorOf(m, "SizeExceeded", [ETH_USD, asked.account, size, verdict.maxSize, verdict.limit]));
  return { outcome: "by size", gas };
}

const errorOf = ({ guard }: GuardedFeed, errorName: "OracleRejected" | "SizeExceeded", args: readonly unknown[]): Hex =>
  encodeErrorResult({ abi: guard.abi as Abi, errorName, args });

/** Kinds whose actions differ in their outcome are judged by their size. */
function join(outcomes: Map<Column, Outcome>, column: Column, outcome: Outcome): void {
  const known = outcomes.get(column);
  outcomes.set(column, known === undefined || known === outcome ? outcome : "by size");
}

/** Sends one transaction at the time of the last block: what it was refused with, `null` for nothing, and the gas it used. */
async function send(m: GuardedFeed, action: () => Promise<unknown>): Promise<{ refusal: Hex | null; gas: number }> {
  const { number, timestamp } = await m.publicClient.getBlock();
  await nextBlockAt(m, timestamp);
  const refusal = await action().then(
    () => null,
    (reason: unknown) => {
      const data = revertData(reason);
      if (data === undefined) throw reason;
      return data;
    },
  );
  const block = await m.publicClient.getBlock();
  expect([block.number, block.transactions.length], "one transaction").to.deep.equal([number + 1n, 1]);
  return { refusal, gas: Number(block.gasUsed) };
}

/** Nobody can make the stored variance fall with a feed that fails. */
async function observePoke(m: GuardedFeed, before: bigint): Promise<Pick<Observation, "poke" | "variance">> {
  const { refusal } = await send(m, () => poke(m));
  const after = await storedVariance(m);
  const variance = after === before ? "same" : after > before ? "higher" : "lower";
  expect(variance, "the stored variance").to.not.equal("lower");
  return { poke: refusal === null ? "" : decodeErrorResult({ abi: m.guard.abi, data: refusal }).errorName, variance };
}
