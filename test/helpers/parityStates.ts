/** Random positions and markets for the pure core, biased to where it changes its mind. */
import {
  type AccountState,
  decodeSelfLimit,
  type MarketState,
  type MeterWords,
  ORACLE_STATUSES,
  type OracleStatus,
  type Policy,
  type Position,
} from "../../sdk/src/index.ts";
import type { Random } from "./corpus.ts";
import { clamp } from "./parityPolicies.ts";

const WAD = 10n ** 18n;
export const INT256_MAX = 2n ** 255n - 1n;
export const UINT256_MAX = 2n ** 256n - 1n;
/** The largest variance a volatility word holds. */
const MAX_VARIANCE = 2n ** 72n - 1n;

const SIGNED_EDGES = [0n, 1n, -1n, WAD, 2n ** 127n - 1n, 2n ** 127n, -(2n ** 127n), INT256_MAX, -INT256_MAX, -INT256_MAX - 1n];
const UNSIGNED_EDGES = [0n, 1n, WAD, 2n ** 127n - 1n, 2n ** 127n, 2n ** 128n, INT256_MAX, UINT256_MAX];

/** What of a state a test wants to know. */
export interface State {
  readonly position: Position;
  readonly market: MarketState;
  readonly account: AccountState;
  /** The word that `account.selfLimit` is read from. */
  readonly selfLimitWord: bigint;
}

export function randomState(random: Random, policy: Policy): State {
  const market = randomMarket(random, policy);
  const position = randomPosition(random, policy, market.price);
  return { market, position, ...randomAccount(random, position, market.price) };
}

/** What meters may say: headroom and self limits of the order of the position, so that each gets its turn. */
export function randomAccount(random: Random, { equity }: Position, price: bigint): Pick<State, "account" | "selfLimitWord"> {
  const owned = equity > 0n ? equity : WAD;
  const affordable = clamp((5n * (equity > 0n ? equity : WAD) * WAD) / price, 1n, INT256_MAX);
  const selfLimitWord = random.oneIn(8) ? 0n : randomSelfLimit(random, equity);
  return {
    account: {
      growthHeadroom: edgy(random, UNSIGNED_EDGES, () => random.logBetween(affordable / 4_096n, affordable)),
      drawdownScale: random.oneIn(2) ? WAD : random.oneIn(4) ? random.pick([0n, 1n, WAD - 1n]) : random.between(0n, WAD),
      selfLimit: decodeSelfLimit(selfLimitWord),
      portfolioLimit: edgy(random, UNSIGNED_EDGES, () => clamp(random.logBetween(owned / 64n, 64n * owned), 0n, UINT256_MAX)),
    },
    selfLimitWord,
  };
}

/** Meters of the order of the caps and of the money in play, written around `time`, some of them later; or nothing. */
export function randomMeters(random: Random, { growthCapacity }: Pick<Policy, "growthCapacity">, time: bigint): MeterWords {
  const at = (): bigint => (time + random.pick([-86_400n, -3_600n, -60n, 0n, 0n, 10_000n])) << 224n;
  const level = (): bigint => (random.oneIn(3) ? 0n : at() | clamp(random.between(0n, (growthCapacity * 5n) / 4n), 0n, 2n ** 224n - 1n));
  const expiry = random.oneIn(4) ? time : 2n ** 32n - 1n;
  return {
    pool: 0n,
    longGrowth: level(),
    shortGrowth: level(),
    highWaterMark: random.oneIn(2) ? 0n : at() | random.logBetween(1n, 10n ** 28n),
    selfLimit: random.oneIn(3) ? 0n : randomSelfLimit(random, random.logBetween(WAD, 10n ** 27n), expiry),
    pushedVariance: random.oneIn(3) ? 0n : randomPushedVariance(random, time),
  };
}

/** What a source may have said around `time`: in force, on its way, fading, forgotten. */
export function randomPushedVariance(random: Random, time: bigint): bigint {
  const begin = time - random.pick([0n, 1n, 900n, 1_799n, 1_800n, 7_200n]);
  const until = time + random.pick([-86_400n, -86_399n, -43_200n, -1n, 0n, 1n, 3_600n]);
  return (until << 224n) | (begin << 192n) | (randomVariance(random) << 120n) | (randomVariance(random) << 48n);
}

/** A word an account might write, by the layout drawn in the contracts: any rule, mostly near what it can afford. */
export function randomSelfLimit(random: Random, equity: bigint, expiry = 2n ** 32n - 1n): bigint {
  const rules = random.oneIn(12) ? 0n : random.between(1n, 7n);
  const owned = clamp((equity > 0n ? equity : WAD) / WAD, 1n, 2n ** 36n);
  const maxNotional = random.oneIn(12) ? random.pick([0n, 1n, 2n ** 40n - 1n]) : random.logBetween(owned / 16n, 16n * owned);
  const ratioField = (usual: () => bigint): bigint => (random.oneIn(10) ? random.pick([0n, 1n, 10_000n, 65_535n]) : usual());
  const fraction = ratioField(() => random.between(1n, 10_000n));
  const edge = signed(random, random.oneIn(10) ? random.pick([0n, 1n, 2n ** 31n - 1n]) : random.logBetween(10n, 100_000n));
  const probability = ratioField(() => random.between(1_000n, 10_000n));
  const odds = random.oneIn(10) ? random.pick([0n, 1n, 2n ** 32n - 1n]) : random.logBetween(100n, 1_000_000n);
  return (
    clamp(maxNotional, 0n, 2n ** 40n - 1n) |
    (fraction << 40n) |
    (rules << 56n) |
    (BigInt.asUintN(32, edge) << 64n) |
    (probability << 96n) |
    (odds << 112n) |
    (expiry << 144n)
  );
}

export function randomMarket(random: Random, policy: Policy): MarketState {
  const bad = ORACLE_STATUSES.filter((status) => status !== "Valid");
  const status: OracleStatus = random.oneIn(4) ? random.pick(bad) : "Valid";
  const poolEquity = random.oneIn(2) ? 2n ** 112n - 1n : edgy(random, UNSIGNED_EDGES, () => random.logBetween(0n, 10n ** 27n));
  const [price, variance, age] = [randomPrice(random), randomVariance(random), randomAge(random, policy)];
  return { status, price, variance, age, poolEquity, confidence: randomConfidence(random, policy) };
}

/** What a feed may say of its price; nobody asks it where the policy has no bound. */
export function randomConfidence(random: Random, { maxConfidence }: Pick<Policy, "maxConfidence">): bigint {
  if (maxConfidence === 0n) return 0n;
  const half = maxConfidence / 2n;
  if (random.oneIn(8)) return random.pick([0n, 1n, half - 1n, half, half + 1n, maxConfidence - 1n, maxConfidence, UINT256_MAX]);
  return random.between(0n, random.oneIn(3) ? maxConfidence + maxConfidence / 16n : half);
}

export function randomPrice(random: Random): bigint {
  if (random.oneIn(12)) return random.pick([1n, 2n, WAD - 1n, WAD, WAD + 1n, 2n ** 127n, INT256_MAX]);
  return random.oneIn(6) ? random.logBetween(1n, INT256_MAX) : random.logBetween(10n ** 15n, 10n ** 23n);
}

export function randomVariance(random: Random): bigint {
  if (random.oneIn(16)) return random.pick([0n, 1n, MAX_VARIANCE - 1n, MAX_VARIANCE]);
  return random.oneIn(8) ? random.logBetween(0n, MAX_VARIANCE) : random.logBetween(10n ** 15n, 10n ** 20n);
}

export function randomAge(random: Random, { heartbeat, maxAge }: Policy): bigint {
  if (random.oneIn(2)) return random.between(0n, heartbeat);
  if (random.oneIn(3))
    return random.pick([0n, 1n, heartbeat - 1n, heartbeat, heartbeat + 1n, maxAge - 1n, maxAge, maxAge + 1n, UINT256_MAX]);
  return random.between(0n, maxAge + maxAge / 16n);
}

/** A position: money and sizes of the order of one another, so that each limit gets its turn. */
export function randomPosition(random: Random, policy: Pick<Policy, "openInterestCap" | "liquidityCap">, price: bigint): Position {
  const equity = edgy(random, SIGNED_EDGES, () => random.logBetween(WAD, 10n ** 27n));
  const affordable = clamp((20n * (equity > 0n ? equity : WAD) * WAD) / price, 1n, INT256_MAX);
  const size = (): bigint => signed(random, random.logBetween(affordable / 4_096n, affordable));
  const sizeBefore = random.oneIn(3) ? 0n : edgy(random, SIGNED_EDGES, size);
  const near = clamp(sizeBefore + random.pick([-1n, 0n, 1n]), -INT256_MAX - 1n, INT256_MAX);
  const sizeAfter = random.oneIn(6)
    ? random.pick([0n, near, clamp(-sizeBefore, -INT256_MAX, INT256_MAX)])
    : edgy(random, SIGNED_EDGES, size);
  return {
    account: `0x${random.bits(160).toString(16).padStart(40, "0")}`,
    equity,
    flow: random.oneIn(2) ? 0n : edgy(random, SIGNED_EDGES, () => signed(random, random.logBetween(1n, 10n ** 24n))),
    sizeBefore,
    sizeAfter,
    sameSideOthers: randomOthers(random, policy, price),
    oppositeOthers: randomOthers(random, policy, price),
    poolEquity: edgy(random, UNSIGNED_EDGES, () => random.logBetween(0n, 10n ** 27n)),
  };
}

function randomOthers(
  random: Random,
  { openInterestCap, liquidityCap }: Pick<Policy, "openInterestCap" | "liquidityCap">,
  price: bigint,
): bigint {
  // Either cap of the side, in base.
  const cap = random.oneIn(3) ? (liquidityCap * WAD) / price : openInterestCap;
  // Where the exposure of others leaves the domain of the margin formula.
  if (random.oneIn(24)) return clamp(((2n ** 127n - 1n) * WAD) / price + random.pick([-1n, 0n, 1n]), 0n, UINT256_MAX);
  if (random.oneIn(8)) return clamp(random.pick([cap - 1n, cap, cap + 1n, cap - cap / 1_000n]), 0n, UINT256_MAX);
  return random.oneIn(3) ? 0n : edgy(random, UNSIGNED_EDGES, () => random.logBetween(0n, cap));
}

function edgy(random: Random, edges: readonly bigint[], usual: () => bigint): bigint {
  return random.oneIn(14) ? random.pick(edges) : usual();
}

function signed(random: Random, value: bigint): bigint {
  return random.oneIn(2) ? value : -value;
}

/** The same position with another magnitude on the same side, or `null` where no int256 holds it. */
export function withMagnitude(position: Position, magnitude: bigint): Position | null {
  if (magnitude < 0n || magnitude > INT256_MAX) return null;
  return { ...position, sizeAfter: position.sizeAfter < 0n ? -magnitude : magnitude };
}
