/** Random positions and markets for the pure core, biased to where it changes its mind. */
import { type MarketState, ORACLE_STATUSES, type OracleStatus, type Policy, type Position } from "../../sdk/src/index.ts";
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
}

export function randomState(random: Random, policy: Policy): State {
  const market = randomMarket(random, policy);
  return { market, position: randomPosition(random, policy, market.price) };
}

export function randomMarket(random: Random, policy: Policy): MarketState {
  const bad = ORACLE_STATUSES.filter((status) => status !== "Valid");
  const status: OracleStatus = random.oneIn(4) ? random.pick(bad) : "Valid";
  const poolEquity = random.oneIn(2) ? 2n ** 112n - 1n : edgy(random, UNSIGNED_EDGES, () => random.logBetween(0n, 10n ** 27n));
  return { status, price: randomPrice(random), variance: randomVariance(random), age: randomAge(random, policy), poolEquity };
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
