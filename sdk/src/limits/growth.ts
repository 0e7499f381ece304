import { max, requireUint256 } from "../math/checks.ts";
import { levelNow } from "../math/meters.ts";

// Twin: contracts/libraries/limits/GrowthLimit.sol.

/**
 * How much more a side's open interest may grow now: max(0, capacity - max(0, level - refillRate·elapsed)).
 *
 * Units: base WAD. Exact. Formula: a leaky bucket that fills with every increase.
 *
 * @param level - Level of the bucket when it was last written, base WAD, uint256.
 * @param capacity - What may be added at once, base WAD, uint256.
 * @param refillRate - What comes free again, base WAD per second, uint256.
 * @param elapsed - Seconds since, uint256.
 * @returns The headroom in base WAD.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * growthHeadroom(80n, 100n, 2n, 10n); // 40n
 * ```
 */
export function growthHeadroom(level: bigint, capacity: bigint, refillRate: bigint, elapsed: bigint): bigint {
  requireUint256("capacity", capacity);
  return max(0n, capacity - levelNow(level, refillRate, elapsed));
}
