import { expect } from "chai";

/** Numbers that differ by rounding. Chai's own closeTo is replaced, once Hardhat is loaded, by one that takes integers only. */
export function expectNear(actual: number | undefined, expected: number, tolerance: number): void {
  expect(Math.abs((actual ?? Number.NaN) - expected), `${actual} near ${expected}`).to.be.at.most(tolerance);
}
