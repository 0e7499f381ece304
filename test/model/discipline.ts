/** Specification of an account's own limits, of the drawdown scale and of the high-water mark: see docs/math.md. */
import { divisor, down, equal, fits, larger, near, Refusal, type Specification, smaller, UNCAPPED, up, W, YEAR } from "./bound.ts";
import { ratio } from "./limits.ts";
import {
  add,
  compare,
  divide,
  type Exact,
  ends,
  fraction,
  greatest,
  least,
  multiply,
  negate,
  type Rational,
  subtract,
} from "./rational.ts";
import { exp, ln, sqrt, upperTail } from "./real.ts";

/** Drift over variance, times a share of equity. */
export const kellyLimit: Specification = (equity, share, edge, variance) => {
  if (edge <= 0n) return [equal(0n)];
  if (variance === 0n) return [equal(UNCAPPED)];
  return [down(fraction(equity * fits(share * edge), fits(variance * W)))];
};

/** p - (1 - p) / odds of equity, times the share; nothing where that is not above 0. */
export const kellyLimitBinary: Specification = (equity, share, probability, odds) => {
  const p = smaller(probability, W);
  const edge = fits(p * fits(odds + W)) - W * W;
  if (edge <= 0n) return [equal(0n)];
  fits(share * edge);
  fits(odds * W * W);
  const full = subtract(ratio(p), divide(ratio(W - p), ratio(odds)));
  return [down(multiply(multiply(equity, ratio(share)), full))];
};

/** The binary form for a share that costs `price` and pays 1: (p - price) / (1 - price). */
export const kellyLimitMarket: Specification = (equity, share, probability, price) => {
  const p = smaller(probability, W);
  if (p <= price) return [equal(0n)];
  fits(share * (p - price));
  return [down(multiply(multiply(equity, ratio(share)), fraction(p - price, W - price)))];
};

/** Share of the cushion that is left, to a power. Powers are taken of the share as it was rounded down. */
export const drawdownScale: Specification = (equity, peak, maxDrawdown, power) => {
  if (power < 1n || power > 3n) throw new Refusal("InvalidPower", [power]);
  if (equity <= 0n) return [equal(0n)];
  if (equity >= peak) return [equal(W)];
  const left = cushion(equity, peak, maxDrawdown);
  const r = fraction(W * left, divisor(fits(peak * maxDrawdown)));
  if (power === 1n) return [down(r)];
  const rounded = r.n / r.d;
  return [down(fraction(rounded ** power, W ** (power - 1n)))];
};

/** A multiple of the cushion. */
export const cppiLimit: Specification = (equity, peak, maxDrawdown, multiplier) => {
  return [down(fraction(multiplier * cushion(larger(equity, 0n), peak, maxDrawdown), W * W))];
};

/** max(0, equity - peak·(1 - maxDrawdown)), times W; a drawdown above 1 has no meaning. */
function cushion(equity: bigint, peak: bigint, maxDrawdown: bigint): bigint {
  if (maxDrawdown > W) throw new Refusal("MathOverflow");
  return larger(0n, fits(equity * W) - fits(peak * (W - maxDrawdown)));
}

/** The mark in proportion to the money, and never below equity; anew where there was nothing and money comes in. */
export const peakAfterFlow: Specification = (peak, equity, flow) => {
  const owned = larger(equity, 0n);
  const before = equity - flow;
  if (before <= 0n) return [equal(flow > 0n ? owned : peak)];
  const proportional = least(fraction(peak * owned, before), UNCAPPED);
  return [up(greatest(proportional, owned))];
};

/** The mark halves its distance from equity every half-life; it is never below that, and may be a little above. */
export const fadedPeak: Specification = (peak, equity, elapsed, halfLife) => {
  const owned = larger(equity, 0n);
  if (halfLife === 0n || peak <= owned) return [equal(peak)];
  const distance = peak - owned;
  const exact = add(owned, multiply(distance, exp(negate(multiply(ln(2n), fraction(elapsed, halfLife))))));
  // The exponent is up to one unit too small and e^-x up to 1.02 too large, in WAD; then the mark is rounded up.
  const slack = add(1n, multiply(distance, fraction(3n, W)));
  return [near(exact, 0n, slack)];
};

/** The largest m with equity - N·m - N·fee ≥ kept·N·(1 - m); from 1 on the price can fall to nothing. */
export const survivableMoveLong: Specification = (equity, notional, maintenance, penalty, fee) => {
  const kept = fits(maintenance + penalty);
  if (kept > W) throw new Refusal("MathOverflow");
  const move = survivable(equity, notional, fits(kept + fee), W - kept);
  return [move === null || compare(move, 1n) >= 0n ? equal(UNCAPPED) : down(multiply(move, W))];
};

/** The largest m with equity - N·m - N·fee ≥ kept·N·(1 + m). */
export const survivableMoveShort: Specification = (equity, notional, maintenance, penalty, fee) => {
  const kept = fits(maintenance + penalty);
  const move = survivable(equity, notional, fits(kept + fee), fits(W + kept));
  return [move === null ? equal(UNCAPPED) : down(least(multiply(move, W), UNCAPPED))];
};

/** What equity leaves after what is taken anyhow, by what every unit of move takes; `null` where no move takes anything. */
function survivable(equity: bigint, notional: bigint, taken: bigint, perMove: bigint): Exact | null {
  if (notional === 0n) return null;
  const left = larger(0n, fits(equity * W) - fits(notional * taken));
  const cost = fits(notional * perMove);
  if (cost === 0n) return left === 0n ? 0n : null;
  return fraction(left, cost);
}

/**
 * Twice the normal law's upper tail at so many standard deviations, never below it and at most 3.1e-7 above; the deviation is
 * rounded up and their number down, to the side of more. Ten of them count for all beyond.
 */
export const touchProbability: Specification = (distance, variance, horizon) => {
  if (distance === 0n) return [equal(W)];
  const rounded = ceilingRoot(ceilingOf(fraction(fits(variance * W) * horizon, YEAR)));
  if (rounded === 0n) return [equal(0n)];
  const z = smaller(10n * W, (distance * W) / rounded);
  const probability = multiply(2n, upperTail(fraction(z, W)));
  return [near(least(multiply(probability, W), W), 0n, 310_000_000_000n)];
};

function ceilingOf({ n, d }: Rational): bigint {
  return fits((n + d - 1n) / d);
}

function ceilingRoot(x: bigint): bigint {
  const { low } = ends(sqrt(x));
  const root = low.n / low.d;
  return root * root === x ? root : root + 1n;
}
