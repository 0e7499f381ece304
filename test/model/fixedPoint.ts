/** Specification of contracts/libraries/FixedPointMath.sol and sdk/src/math/fixedPoint.ts: see docs/math.md. */
import { type Bound, divisor, down, equal, near, Refusal, type Specification, UNCAPPED, up, W } from "./bound.ts";
import { add, compare, divide, ends, fraction, type Interval, least, multiply } from "./rational.ts";
import { exp, ln, sqrt } from "./real.ts";

/** The logarithm's documented error, in units of the last place: it may be that much too small, or that much too large. */
export const LN_BELOW = fraction(106n, 100n);
export const LN_ABOVE = fraction(6n, 100n);

/** Arguments of the logarithm end before this, results of the exponential at it. */
const INT256_END = 2n ** 255n;

const quotient = (x: bigint, y: bigint, d: bigint) => fraction(x * y, divisor(d));

export const mulDivDown: Specification = (x, y, d) => [down(quotient(x, y, d))];
export const mulDivUp: Specification = (x, y, d) => [up(quotient(x, y, d))];
export const mulDivDownSaturating: Specification = (x, y, d) => [down(least(quotient(x, y, d), UNCAPPED))];
export const mulDivUpSaturating: Specification = (x, y, d) => [up(least(quotient(x, y, d), UNCAPPED))];

export const sqrtDown: Specification = (x) => [down(sqrt(x))];
export const sqrtUp: Specification = (x) => [up(sqrt(x))];

/** W·ln(x / W), within the documented error; defined from 1 up to where an int256 ends. */
export const lnWad: Specification = (x) => [lnWadOf(x)];

/** W·e^(x / W), within the documented error; 0 where that is below one unit, and refused where it reaches 2^255 - 1. */
export const expWad: Specification = (x) => {
  if (compare(x + 1n, LARGEST_LN.low) > 0n) throw new Refusal("ExpOverflow");
  const value = scaledExp(x);
  if (compare(value.high, 1n) < 0n) return [equal(0n)];
  const { below, above } = expError(x, value);
  return [near(value, below, above)];
};

/** Bound of a stored logarithm, for whoever takes one of a price. */
export function lnWadOf(x: bigint): Bound {
  if (x <= 0n || x >= INT256_END) throw new Refusal("LnWadUndefined");
  return near(scaledLn(x), LN_BELOW, LN_ABOVE);
}

/** The documented error of the exponential, in units of the last place: by how large its exponent is, and its value. */
export function expError(x: bigint, value: Interval) {
  if (x <= W) return { below: 1n, above: fraction(3n, 100n) };
  if (x <= 5n * W) return { below: 2n, above: 2n };
  const beyond = add(2n, divide(value, 4n * 10n ** 19n));
  return { below: beyond, above: beyond };
}

/** Its integer part is the first exponent refused. */
const LARGEST_LN = scaledLn(INT256_END - 1n);

/** W·ln(x / W). */
export function scaledLn(x: bigint): Interval {
  return multiply(ln(fraction(x, W)), W);
}

/** W·e^(x / W). */
export function scaledExp(x: bigint): Interval {
  // Beyond the domain the value decides nothing, and would take long.
  return x < -100n * W ? { low: ends(0n).low, high: fraction(1n, W) } : multiply(exp(fraction(x, W)), W);
}
