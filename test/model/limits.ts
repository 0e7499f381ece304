/** Specification of contracts/libraries/limits and sdk/src/limits: see docs/math.md. */
import { divisor, down, equal, fits, type Specification, smaller, UNCAPPED, W } from "./bound.ts";
import { compare, divide, type Exact, fraction, greatest, least, multiply, subtract } from "./rational.ts";
import { sqrt } from "./real.ts";

/** A WAD number as the ratio it stands for. */
export const ratio = (x: bigint): Exact => fraction(x, W);

/** The largest N with N·move ≤ equity·riskBudget; nothing binds without a move. */
export const volatilityLimit: Specification = (equity, riskBudget, move) => {
  return [move === 0n ? equal(UNCAPPED) : down(fraction(equity * riskBudget, move))];
};

/** The largest N with equity - N·m - N·fee ≥ (maintenance + penalty)·N·(1 - m), m = min(move, 1). */
export const collateralLimitLong: Specification = (equity, move, maintenance, penalty, fee) => {
  const m = smaller(move, W);
  return [affordable(equity, consumed(m, fits(maintenance + penalty), W - m, fee))];
};

/** The largest N with equity - N·move - N·fee ≥ (maintenance + penalty)·N·(1 + move). */
export const collateralLimitShort: Specification = (equity, move, maintenance, penalty, fee) => {
  return [affordable(equity, consumed(move, fits(maintenance + penalty), fits(W + move), fee))];
};

/** What one unit of notional takes of equity; in units of 1/W² every part and their sum must fit. */
function consumed(loss: bigint, margin: bigint, left: bigint, fee: bigint): Exact {
  const parts = [loss * W, margin * left, fee * W];
  return fraction(fits(parts.reduce((sum, part) => fits(sum + part))), W * W);
}

function affordable(equity: bigint, share: Exact) {
  return compare(share, 0n) === 0n ? equal(UNCAPPED) : down(divide(equity, share));
}

/** The largest N with base·N ≤ equity and ((others + N)² - others²) / (2·full) ≤ equity. */
export const marginLimit: Specification = (equity, others, base, full) => {
  const byBase = fraction(equity * W, divisor(base));
  down(byBase);
  const squared = fits(fits(others * others) + fits(fits(2n * equity) * full));
  return [down(least(byBase, subtract(sqrt(squared), others)))];
};

/** The largest N with others + N ≤ cap·scale; 0 where others are beyond that already. */
export const openInterestLimit: Specification = (scale, cap, others) => {
  const scaled = multiply(cap, ratio(scale));
  down(scaled);
  return [down(greatest(subtract(scaled, others), 0n))];
};

/** min(1, reference / move). */
export const openInterestScale: Specification = (reference, move) => {
  return [down(multiply(reference >= move ? 1n : fraction(reference, move), W))];
};

/** 1 up to the heartbeat, 0 from the maximum age on, a straight line between. */
export const oracleScale: Specification = (age, heartbeat, maxAge) => [down(multiply(fade(age, heartbeat, maxAge), W))];

export function fade(age: bigint, heartbeat: bigint, maxAge: bigint): Exact {
  if (age <= heartbeat) return 1n;
  return age >= maxAge ? 0n : fraction(maxAge - age, maxAge - heartbeat);
}

/** The smallest of the limits before the last argument, times that; and its position, the first of equals. */
export const bind: Specification = (...limitsAndScale) => {
  const [limits, scale] = [limitsAndScale.slice(0, -1), limitsAndScale.at(-1) ?? 0n];
  const minimum = limits.reduce(smaller);
  const index = equal(BigInt(limits.indexOf(minimum)));
  if (scale === 0n) return [equal(0n), index];
  return [minimum === UNCAPPED ? equal(UNCAPPED) : down(multiply(minimum, ratio(scale))), index];
};
