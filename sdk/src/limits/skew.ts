import { max, min, requireUint256 } from "../math/checks.ts";
import { UNCAPPED } from "../math/constants.ts";

// Twin: contracts/libraries/limits/SkewLimit.sol.

/**
 * The size at which this side of the market outweighs the other by `maxSkew`: max(0, maxSkew + oppositeOthers - sameSideOthers).
 *
 * Units: base WAD. Exact, at most 2^256 - 1. Trades that improve the balance pass, up to the same bound on the other side.
 *
 * @param maxSkew - Largest difference of the two sides, base WAD, uint256.
 * @param sameSideOthers - Open interest of the other accounts on this side, base WAD, uint256.
 * @param oppositeOthers - Open interest of the other accounts on the other side, base WAD, uint256.
 * @returns The size in base WAD.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * skewLimit(10n, 30n, 25n); // 5n
 * ```
 */
export function skewLimit(maxSkew: bigint, sameSideOthers: bigint, oppositeOthers: bigint): bigint {
  requireUint256("maxSkew", maxSkew);
  requireUint256("sameSideOthers", sameSideOthers);
  requireUint256("oppositeOthers", oppositeOthers);
  return min(max(0n, maxSkew + oppositeOthers - sameSideOthers), UNCAPPED);
}
