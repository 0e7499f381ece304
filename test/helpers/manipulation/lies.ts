/** Lies of some of several sources, each kept up for a day of hourly rounds on a deployed guard. */
import { unpackVolatilityWord } from "../../../sdk/src/math/index.ts";
import { type GuardedFeed, guardOn, poke, word } from "../adapters.ts";
import { fail, write } from "../feedSources.ts";
import { createFallback, type Fallback, writeBoth } from "../feeds/fallback.ts";
import { createMedian, type Median } from "../feeds/median.ts";
import { type Connection, fixture, goTo, now, START_PRICE } from "../market.ts";
import { bought, makeFamiliar, priceShare, type Sizes, sizes } from "./market.ts";

const STEP = 3_600n;
/** Seconds after a round at which the sizes are asked. */
const LATER = 60n;
/** Rounds after which the sizes are asked: the first, after four hours, after a day. */
const ASKED = [1, 4, 24] as const;

/** A lie, and what it did to the price and, at each of `ASKED`, to the sizes. */
export interface Effect {
  readonly feed: string;
  readonly lie: string;
  readonly bound: string;
  readonly seen: readonly Sizes[];
  readonly price: number;
  readonly sizes: readonly number[];
}

interface Subject<T extends GuardedFeed> {
  readonly feed: string;
  readonly build: (connection: Connection) => Promise<T>;
  /** Everybody tells the truth, now. */
  readonly tell: (m: T) => Promise<unknown>;
  readonly lies: readonly (readonly [lie: string, bound: string, say: (m: T) => Promise<unknown>])[];
}

const [PRICE, LOW, HIGH] = [START_PRICE, START_PRICE * 0.5, START_PRICE * 2];

/** The primary says one price, and the secondary another. */
const say = (primary: number, secondary: number) => async (m: Fallback) => {
  const time = await now(m);
  await write(m, m.primary, primary, time);
  await write(m, m.secondary, secondary, time);
};
/** The primary is dead. */
const sayAlone = (secondary: number) => async (m: Fallback) => {
  await fail(m.primary, "Reverts");
  await write(m, m.secondary, secondary);
};

const FALLBACK: Subject<Fallback> = {
  feed: "FallbackFeed, band 2 %",
  build: createFallback,
  tell: (m) => writeBoth(m, PRICE),
  lies: [
    ["the primary says 1.96 % less", "the band", say(PRICE / 1.02 + 0.01, PRICE)],
    ["the primary says 2 % more", "the band", say(PRICE * 1.02, PRICE)],
    ["the primary says 3 % less", "the band: nothing may grow", say(PRICE * 0.97, PRICE)],
    ["the secondary says 1.96 % less", "it is not asked", say(PRICE, PRICE / 1.02 + 0.01)],
    ["the secondary says half", "the band: nothing may grow", say(PRICE, LOW)],
    ["the secondary says half, the primary is dead", "the variance, the caps in base units", sayAlone(LOW)],
    ["the secondary says twice, the primary is dead", "the variance", sayAlone(HIGH)],
  ],
};

/** The fallback whose secondary has bounds of its own, at 1 500 and 2 500. */
const BOUNDED: Subject<Fallback> = {
  ...FALLBACK,
  feed: "the same, the secondary in a ClampGuard from 1 500 to 2 500",
  build: async (connection) => {
    const m = await createFallback(connection);
    const { viem } = connection;
    const bounded = await viem.deployContract("ClampGuard", [m.secondary.address, 1_500n * 10n ** 18n, 2_500n * 10n ** 18n]);
    const config = (feed: string, heartbeat: number) => ({ feed: feed as `0x${string}`, heartbeat, gasLimit: 100_000 });
    const sources = [config(m.primary.address, 3_900), config(bounded.address, 7_200)] as const;
    const fallback = await viem.deployContract("FallbackFeed", [...sources, 8, 2n * 10n ** 16n]);
    return { ...m, ...(await guardOn(connection, fallback.address)), fallback };
  },
  lies: [
    ["the secondary says half, the primary is dead", "the bounds: nothing may grow", sayAlone(LOW)],
    ["the secondary says 24 % less, the primary is dead", "the bounds", sayAlone(PRICE * 0.76)],
  ],
};

/** Every source says its price; a source without one says nothing. */
const each = (prices: readonly (number | null)[]) => async (m: Median) => {
  const time = await now(m);
  for (const [index, source] of m.sources.entries()) {
    const price = prices[index] ?? null;
    if (price === null) await fail(source, "Reverts");
    else await write(m, source, price, time);
  }
  // Too few sources have no price to record.
  await m.median.write.record().catch(() => undefined);
};

const THREE: Subject<Median> = {
  feed: "MedianFeed of 3, quorum 2; the others say 1 990 and 2 010",
  build: (connection) => createMedian(connection, 3, 2),
  tell: each([1_990, 2_000, 2_010]),
  lies: [
    ["one says next to nothing", "the lower of the others", each([1_990, 1, 2_010])],
    ["one says ten times", "the higher of the others", each([1_990, 20_000, 2_010])],
    ["one says half, another is dead", "of two the upper counts", each([1_990, 1_000, null])],
    ["one says twice, another is dead", "the variance", each([1_990, 4_000, null])],
    ["two say half", "the variance, the caps in base units", each([1_000, 1_000, 2_010])],
  ],
};

const FIVE: Subject<Median> = {
  feed: "MedianFeed of 5, quorum 3; the others say 1 980, 2 000 and 2 020",
  build: (connection) => createMedian(connection, 5, 3),
  tell: each([1_980, 1_990, 2_000, 2_010, 2_020]),
  lies: [
    ["two say next to nothing", "the lowest of the others", each([1_980, 1, 2_000, 1, 2_020])],
    ["two say ten times", "the highest of the others", each([1_980, 20_000, 2_000, 20_000, 2_020])],
    ["two say half, one of the others is dead", "of four the upper counts", each([1_980, 1_000, 2_000, 1_000, null])],
    ["three say half", "the variance, the caps in base units", each([1_980, 1_000, 1_000, 1_000, 2_020])],
  ],
};

/** What a market's sizes are at each of `ASKED`, while somebody says this every hour. */
async function keptUp<T extends GuardedFeed>(m: T, speak: (m: T) => Promise<unknown>): Promise<Sizes[]> {
  const seen: Sizes[] = [];
  const start = unpackVolatilityWord(await word(m)).time;
  for (let round = 1; round <= ASKED[2]; round++) {
    await goTo(m, start + STEP * BigInt(round));
    await speak(m);
    await goTo(m, start + STEP * BigInt(round) + LATER);
    if ((ASKED as readonly number[]).includes(round)) seen.push(await sizes(m));
    // A feed without a price is not poked.
    await poke(m).catch(() => undefined);
  }
  return seen;
}

async function effectsOf<T extends GuardedFeed>({ feed, build, tell, lies }: Subject<T>): Promise<Effect[]> {
  const load = fixture(async (connection) => {
    const m = await build(connection);
    await tell(m);
    await makeFamiliar(m);
    return m;
  });
  const honest = await keptUp(await load(), tell);
  const effects: Effect[] = [];
  for (const [lie, bound, speak] of lies) {
    const seen = await keptUp(await load(), speak);
    const of = (measure: (one: Sizes, other: Sizes) => number): number[] => seen.map((one, index) => measure(one, honest[index] as Sizes));
    effects.push({ feed, lie, bound, seen, price: of(priceShare)[0] ?? 0, sizes: of(bought) });
  }
  return effects;
}

/** Every lie, on a chain of its own for each feed. */
export async function everyLie(): Promise<Effect[]> {
  return [await effectsOf(FALLBACK), await effectsOf(BOUNDED), await effectsOf(THREE), await effectsOf(FIVE)].flat();
}
