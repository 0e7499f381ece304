/**
 * A third model, for tests: real numbers to 80 decimals, written from the definitions and not from either implementation.
 * A real number is an integer in units of 10^-80.
 */

import { expect } from "chai";
import fc from "fast-check";
import { SEED } from "./corpus.ts";

/** One, in the reference's units. */
export const ONE = 10n ** 80n;

/** A unit of the last place of a WAD number. */
export const ULP = 10n ** 62n;

/** Far above the error of the reference and far below any bound tested with it. */
export const NOISE = 10n ** 10n;

const LN_2 = twiceArtanh(1n, 3n);

/** ln(numerator / denominator), right to more than 70 decimals. */
export function exactLn(numerator: bigint, denominator: bigint): bigint {
  // m = numerator / denominator · 2^-k in [1/2, 2], where the series below gains a decimal a term.
  const k = numerator.toString(2).length - denominator.toString(2).length;
  const [n, d] = k >= 0 ? [numerator, denominator << BigInt(k)] : [numerator << BigInt(-k), denominator];
  return twiceArtanh(n - d, n + d) + BigInt(k) * LN_2;
}

/** e^x for x in the reference's units; relative error below 10^-70 unless the result is tiny. */
export function exactExp(x: bigint): bigint {
  const k = x / LN_2;
  const rest = x - k * LN_2;
  let sum = 0n;
  let term = ONE;
  for (let i = 1n; term !== 0n; i++) {
    sum += term;
    term = (term * rest) / (ONE * i);
  }
  return k >= 0n ? sum << k : sum >> -k;
}

/** 2·artanh(n / d) = ln((d + n) / (d - n)), by its power series. */
function twiceArtanh(n: bigint, d: bigint): bigint {
  let power = (ONE * n) / d;
  let sum = 0n;
  for (let i = 1n; power !== 0n; i += 2n) {
    sum += power / i;
    power = (power * n * n) / (d * d);
  }
  return 2n * sum;
}

/** Integers from `min` to `max`, each order of magnitude as likely as the others. */
export function magnitudes(min: bigint, max: bigint): fc.Arbitrary<bigint> {
  const bits = (max - min).toString(2).length;
  return fc
    .integer({ min: 1, max: bits })
    .chain((count) => fc.bigInt({ min: 0n, max: 2n ** BigInt(count) - 1n }))
    .map((value) => (min + value > max ? max : min + value));
}

/** Runs a property a thousand times, unless told otherwise, with the seed of the run. */
export function check<T extends unknown[]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  predicate: (...values: T) => void,
  numRuns = 1_000,
): void {
  const property = fc.property(fc.tuple(...arbitraries), (values) => {
    // Without returning the result: an assertion's value would count as a verdict.
    predicate(...(values as T));
  });
  fc.assert(property, { seed: SEED, numRuns });
}

/**
 * Checks that a function moves one way, or stays, when one argument grows.
 *
 * @param position - Which argument grows.
 * @param direction - 1 when the result must not fall, -1 when it must not rise.
 */
export function checkMonotone(
  f: (...values: bigint[]) => bigint,
  arbitraries: readonly fc.Arbitrary<bigint>[],
  position: number,
  direction: 1 | -1,
): void {
  const steps = magnitudes(0n, 10n ** 24n);
  check<[bigint[], bigint]>([fc.tuple(...arbitraries), steps], (values, step) => {
    const larger = values.map((value, index) => (index === position ? value + step : value));
    const change = f(...larger) - f(...values);
    if (change * BigInt(direction) < 0n) throw new Error(`argument ${position} grew by ${step}: the result changed by ${change}`);
  });
}

/** Checks that a call fails with the error of a code. */
export function expectError(call: () => unknown, code: string, message?: string): void {
  expect(call, message).to.throw().with.property("code", code);
}
