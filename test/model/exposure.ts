/** Specification of the limits of what a market, a pool or a collateral carries, and of the growth bucket: see docs/math.md. */
import { divisor, down, equal, fits, larger, type Specification, smaller, UNCAPPED, W, YEAR } from "./bound.ts";
import { ratio } from "./limits.ts";
import { fraction, greatest, least, multiply, subtract } from "./rational.ts";

const DAY = 86_400n;

/** The largest debt D with collateral·(1 - min(move, 1)) ≥ D·ratio. */
export const collateralRatioLimit: Specification = (collateral, move, minRatio) => {
  return [down(fraction(collateral * (W - smaller(move, W)), divisor(minRatio)))];
};

/** What others leave of the cap. */
export const liquidityLimit: Specification = (cap, others) => [equal(larger(0n, cap - others))];

/** The volume of the unwinding time, times the share of it. */
export const participationLimit: Specification = (dailyVolume, participation, unwindTime) => {
  return [down(multiply(dailyVolume, fraction(fits(participation * unwindTime), W * DAY)))];
};

/** The N at which coefficient·√(variance/365)·√(N / dailyVolume) is the slippage accepted. */
export const impactLimit: Specification = (dailyVolume, slippage, coefficient, variance) => {
  if (variance === 0n || coefficient === 0n) return [equal(UNCAPPED)];
  const accepted = fits(fits(slippage * slippage * (YEAR / DAY)) * W);
  const limit = fraction(dailyVolume * accepted, fits(fits(coefficient * coefficient) * variance));
  return [down(least(limit, UNCAPPED))];
};

/** The size at which this side outweighs the other by the skew allowed. */
export const skewLimit: Specification = (maxSkew, same, opposite) => {
  return [equal(smaller(larger(0n, maxSkew + opposite - same), UNCAPPED))];
};

/** What is linked already leaves of the share of the pool. */
export const concentrationLimit: Specification = (share, pool, linked) => {
  const allowed = multiply(pool, ratio(share));
  down(allowed);
  return [down(greatest(subtract(allowed, linked), 0n))];
};

/** What leaked out since comes free again. */
const level = (before: bigint, rate: bigint, elapsed: bigint): bigint => larger(0n, before - rate * elapsed);

export const levelNow: Specification = (before, rate, elapsed) => [equal(level(before, rate, elapsed))];

export const growthHeadroom: Specification = (before, capacity, rate, elapsed) => [
  equal(larger(0n, capacity - level(before, rate, elapsed))),
];

export const levelAfterIncrease: Specification = (before, rate, elapsed, added) => [
  equal(smaller(level(before, rate, elapsed) + added, UNCAPPED)),
];

/** What is seen of a pool is kept for two rounds: a word of the round's time, and of the equity before and at it. */
const EQUITY = 2n ** 112n;

export const seePool: Specification = (meter, equity, time) => {
  if (time <= meter / EQUITY ** 2n) return [equal(meter)];
  const now = smaller(equity, EQUITY - 1n);
  const before = meter / EQUITY ** 2n === 0n ? now : meter % EQUITY;
  return [equal((time * EQUITY + before) * EQUITY + now)];
};

/** Of the rounds before this one the smallest of two; at a round that was seen already it is one of them. */
export const seenPoolEquity: Specification = (meter, time) => {
  const [seenAt, previous, latest] = [meter / EQUITY ** 2n, (meter / EQUITY) % EQUITY, meter % EQUITY];
  if (seenAt === 0n) return [equal(EQUITY - 1n)];
  return [equal(time > seenAt ? latest : smaller(previous, latest))];
};

export const levelAfterDecrease: Specification = (before, removed) => [equal(larger(0n, before - removed))];
