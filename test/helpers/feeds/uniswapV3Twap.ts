import type { Hex } from "viem";
import { type GuardedFeed, guardOn } from "../adapters.ts";
import { type Connection, goTo, nextBlockAt, now } from "../market.ts";
import { answering, FAULTY_SOURCES, setCode, words } from "../sourceCode.ts";
import { createPool, MAX_TICK, type Pool, type PoolOptions, provide, sqrtPriceX96, tradeTo, withdraw } from "../uniswap.ts";
import type { Failure, FeedUnderTest } from "./feedUnderTest.ts";

export const PERIOD = 3_600n;
export const WINDOW = 1_800n;
/** 2 000 of a token with 18 decimals for one with 6: the tick of ETH in USDC, where ETH is token0. */
export const ETH_TICK = -200_311;
/** The pool's, over all ticks. */
const LIQUIDITY = 10n ** 18n;

export const CONFIG = { answerDecimals: 8, period: 3_600, window: 1_800, minLiquidity: 1_000n, secondsPerBlock: 12, rounds: 2 };
/** ⌈((2 + 1)·3600 + 1800) / 12⌉ + 1. */
export const CARDINALITY = 1_051;

export type Overrides = Partial<typeof CONFIG> & { readonly base?: Hex; readonly pool?: Hex };

export const deployFeed = (m: Pool, overrides: Overrides = {}) =>
  m.connection.viem.deployContract("UniswapV3TwapFeed", [{ ...CONFIG, pool: m.pool.address, base: m.token0, ...overrides }]);
export type Twap = Awaited<ReturnType<typeof deployFeed>>;

/** A pool, its feed, and the clock at the beginning of a period some periods later, the tick as it was all the while. */
export async function createTwap(connection: Connection, options: PoolOptions = {}, overrides: Overrides = {}) {
  const m = await createPool(connection, { cardinality: CARDINALITY, ...options });
  const feed = await deployFeed(m, overrides);
  const start = ((await now(m)) / PERIOD + 4n) * PERIOD;
  await goTo(m, start);
  return { ...m, feed, start };
}

/** Where the pool's liquidity ends. */
const WIDEST = MAX_TICK - (MAX_TICK % 60);
/** Where somebody may hold a pool that stands at a tick. */
export const TARGETS: readonly (readonly [name: string, tickFrom: (tick: number) => number])[] = [
  ["−10 %", (tick) => tick - 1_054],
  ["+10 %", (tick) => tick + 953],
  ["half the price", (tick) => tick - 6_931],
  ["twice the price", (tick) => tick + 6_931],
  ["the end of Uniswap's ticks", () => WIDEST - 1],
  ["the beginning of Uniswap's ticks", () => -WIDEST],
];
/** For how many blocks of twelve seconds. */
export const HELD_BLOCKS = [1n, 5n, 24n, 30n] as const;
export const BLOCK = 12n;

/** Somebody holds the pool at a tick for some seconds of the last quarter of an hour before `end`, and it comes back to where it was. */
export async function holdAt(m: Pool, tick: number, back: number, held: bigint, end: bigint): Promise<void> {
  await tradeTo(m, tick, end - 900n);
  await tradeTo(m, back, end - 900n + held);
  await goTo(m, end);
}

/** Half-hourly rounds, as the common questions ask for; nobody writes them. */
const HALF_HOUR = 1_800n;
export const SHORT_WINDOW = 600n;

export async function createGuardedTwap(connection: Connection) {
  const m = await createTwap(connection, { decimals: [18, 6], tick: ETH_TICK }, { period: 1_800, window: 600 });
  const guarded: GuardedFeed = await guardOn(connection, m.feed.address, { heartbeat: 1_800n });
  return { ...m, ...guarded, twap: m.feed };
}
export type GuardedTwap = Awaited<ReturnType<typeof createGuardedTwap>>;

/** What a pool answers that stood at this tick, with liquidity 10^18. */
export const observed = (tick: bigint, window = SHORT_WINDOW): readonly bigint[] => [
  0x40n,
  0xa0n,
  2n,
  0n,
  tick * window,
  2n,
  0n,
  (window << 128n) / LIQUIDITY,
];
export const MALFORMED: readonly (readonly [string, Hex])[] = [
  ["returns three values", answering(words(...observed(100n).with(2, 3n), 0n, 0n))],
  ["returns three liquidities", answering(words(...observed(100n).with(5, 3n), 0n))],
  ["returns another first offset", answering(words(...observed(100n).with(0, 0x60n)))],
  ["returns another second offset", answering(words(...observed(100n).with(1, 0xc0n)))],
  ["returns ticks beyond Uniswap's", answering(words(...observed(0n).with(4, BigInt(MAX_TICK) * SHORT_WINDOW + 1n)))],
  ["returns ticks below Uniswap's", answering(words(...observed(0n).with(4, -BigInt(MAX_TICK) * SHORT_WINDOW - 1n)))],
  ["passed its time in no seconds", answering(words(...observed(100n).with(7, 0n)))],
  ["passed more seconds than there were", answering(words(...observed(100n).with(7, 2n ** 160n - 1n)))],
];
export const TOO_SHORT = ["returns one word too few", answering(words(...observed(100n).slice(0, 7)))] as const;

/** The second at which the next round ends. */
const nextEnd = async (m: GuardedTwap): Promise<bigint> => ((await now(m)) / HALF_HOUR + 1n) * HALF_HOUR;

/** Without any liquidity for half of the next window. */
export async function drain(m: GuardedTwap): Promise<void> {
  const end = await nextEnd(m);
  await nextBlockAt(m, end - 600n);
  await withdraw(m, LIQUIDITY);
  await nextBlockAt(m, end - 300n);
  await provide(m, LIQUIDITY);
  await goTo(m, end + 10n);
}

/** Where the pool truly is after `spike`: 5 % lower. */
const LOWER_TICK = ETH_TICK - 513;

/** The price falls by 5 %, and then somebody trades the pool to its last tick and back, in one transaction within the window and at its end. */
async function spike(m: GuardedTwap): Promise<void> {
  const end = await nextEnd(m);
  await tradeTo(m, LOWER_TICK, end - SHORT_WINDOW);
  for (const time of [end - 300n, end]) {
    await nextBlockAt(m, time);
    await m.trader.write.spike([m.pool.address, sqrtPriceX96(MAX_TICK - 1)]);
  }
}

/** Somebody holds the pool at twice the price for a block of 12 s in the next window. */
async function hold(m: GuardedTwap): Promise<void> {
  const end = await nextEnd(m);
  await tradeTo(m, ETH_TICK + 6_931, end - 300n);
  await tradeTo(m, ETH_TICK, end - 288n);
  await goTo(m, end);
}

/** Whole quote units for a base unit, with twelve decimals between the tokens. */
const priceAt = (tick: number): number => 1.0001 ** tick * 1e12;

const failure = (name: string, strike: Failure<GuardedTwap>["strike"]): Failure<GuardedTwap> => ({
  name: `the pool ${name}`,
  status: "Invalid",
  strike,
});

export const TWAP: FeedUnderTest<GuardedTwap> = {
  name: "UniswapV3TwapFeed",
  setting: "On a real pool, half-hourly means over ten minutes.",
  build: createGuardedTwap,
  write: () => Promise.resolve(),
  failures: [
    ...[...FAULTY_SOURCES, TOO_SHORT, ...MALFORMED].map(([name, code]) => failure(name, (m) => setCode(m, m.pool.address, code))),
    failure("has no liquidity for half of a window", drain),
    {
      name: "the pool goes to the end of its ticks and back in one transaction, at 5 % less than before",
      status: "Valid",
      strike: spike,
      price: priceAt(LOWER_TICK),
    },
    { name: "the pool is held at twice the price for 12 s", status: "Valid", strike: hold, price: priceAt(ETH_TICK) * 2 ** (12 / 600) },
  ],
};
