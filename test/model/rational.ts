/**
 * Exact fractions of big integers, and closed intervals of them. An interval stands for one real number that lies in it: a
 * point for a number that is known exactly. Nothing here rounds.
 */

/** n / d, with d above 0; not reduced. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

/** All real numbers from `low` to `high`. */
export interface Interval {
  readonly low: Rational;
  readonly high: Rational;
}

/** A number of this model: a whole one may be written as such. */
export type Exact = bigint | Rational;
/** A real number, as exactly as it is known. */
export type Real = Exact | Interval;

export function fraction(n: bigint, d: bigint): Rational {
  if (d === 0n) throw new RangeError(`${n} / 0`);
  return d < 0n ? { n: -n, d: -d } : { n, d };
}

/** Negative, zero or positive as the first is below, at or above the second. */
export function compare(first: Exact, second: Exact): bigint {
  const [x, y] = [exact(first), exact(second)];
  return x.n * y.d - y.n * x.d;
}

export function interval(low: Exact, high: Exact): Interval {
  if (compare(low, high) > 0n) throw new RangeError("an interval ends before it begins");
  return { low: exact(low), high: exact(high) };
}

/** The ends of a number: the same one twice where it is known exactly. */
export function ends(x: Real): Interval {
  if (typeof x !== "bigint" && "low" in x) return x;
  return { low: exact(x), high: exact(x) };
}

export function add(x: Real, y: Real): Interval {
  const [a, b] = [ends(x), ends(y)];
  return { low: sum(a.low, b.low), high: sum(a.high, b.high) };
}

export function negate(x: Real): Interval {
  const { low, high } = ends(x);
  return { low: { n: -high.n, d: high.d }, high: { n: -low.n, d: low.d } };
}

export function subtract(x: Real, y: Real): Interval {
  return add(x, negate(y));
}

export function multiply(x: Real, y: Real): Interval {
  const [a, b] = [ends(x), ends(y)];
  const corners = [a.low, a.high].flatMap((p) => [b.low, b.high].map((q) => ({ n: p.n * q.n, d: p.d * q.d })));
  return { low: smallest(corners), high: largest(corners) };
}

/** Throws when the divisor may be 0. */
export function divide(x: Real, y: Real): Interval {
  const { low, high } = ends(y);
  if (low.n <= 0n && high.n >= 0n) throw new RangeError("a divisor that may be 0");
  return multiply(x, { low: fraction(high.d, high.n), high: fraction(low.d, low.n) });
}

export function least(...values: readonly Real[]): Interval {
  return { low: smallest(values.map((x) => ends(x).low)), high: smallest(values.map((x) => ends(x).high)) };
}

export function greatest(...values: readonly Real[]): Interval {
  return { low: largest(values.map((x) => ends(x).low)), high: largest(values.map((x) => ends(x).high)) };
}

export function magnitude(x: Real): Interval {
  return greatest(x, negate(x), 0n);
}

function exact(x: Exact): Rational {
  return typeof x === "bigint" ? { n: x, d: 1n } : x;
}

function sum(x: Rational, y: Rational): Rational {
  return { n: x.n * y.d + y.n * x.d, d: x.d * y.d };
}

function smallest(values: readonly Rational[]): Rational {
  return values.reduce((best, x) => (compare(x, best) < 0n ? x : best));
}

function largest(values: readonly Rational[]): Rational {
  return values.reduce((best, x) => (compare(x, best) > 0n ? x : best));
}
