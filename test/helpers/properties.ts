/** Properties of functions of integers: seeded, over arguments of every order of magnitude. */

import { expect } from "chai";
import fc from "fast-check";
import { SEED } from "./corpus.ts";

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
