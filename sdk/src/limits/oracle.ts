import { requireUint256 } from "../math/checks.ts";
import { WAD } from "../math/constants.ts";
import { mulDivDown } from "../math/fixedPoint.ts";

// Twin: contracts/libraries/limits/OracleScale.sol.

/**
 * Share of a limit left when the price has an age: WAD up to the heartbeat, 0 from `maxAge` on, linear between:
 * ⌊WAD·(maxAge - age) / (maxAge - heartbeat)⌋.
 *
 * Units: seconds in, WAD out. Rounded down. Formula: a linear fade, so that a feed that falls silent shrinks sizes before
 * it is refused.
 *
 * @param age - Age of the price, seconds, uint256.
 * @param heartbeat - Age up to which the price is fresh, seconds, uint256.
 * @param maxAge - Age from which the price is refused, seconds, uint256; below the heartbeat it changes nothing.
 * @returns The share in WAD, at most WAD.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * oracleScale(4_500n, 3_600n, 5_400n); // 500000000000000000n
 * ```
 */
export function oracleScale(age: bigint, heartbeat: bigint, maxAge: bigint): bigint {
  requireUint256("age", age);
  requireUint256("heartbeat", heartbeat);
  requireUint256("maxAge", maxAge);
  if (age <= heartbeat) return WAD;
  if (age >= maxAge) return 0n;
  return mulDivDown(WAD, maxAge - age, maxAge - heartbeat);
}
