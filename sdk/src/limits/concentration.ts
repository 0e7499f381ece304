import { max, requireUint256 } from "../math/checks.ts";
import { WAD } from "../math/constants.ts";
import { mulDivDown } from "../math/fixedPoint.ts";

// Twin: contracts/libraries/limits/ConcentrationLimit.sol.

/**
 * Largest notional that keeps one owner within a share of the pool on the other side: max(0, ⌊maxShare·poolEquity / WAD⌋ - linkedExposure).
 *
 * Units: quote WAD. Rounded down.
 *
 * @param maxShare - Share of the pool's equity, WAD, uint256.
 * @param poolEquity - Equity of the pool, quote WAD, uint256.
 * @param linkedExposure - What the same owner holds against the same pool elsewhere, quote WAD, uint256.
 * @returns The notional in quote WAD.
 * @throws {MathOverflowError} When the quotient exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * concentrationLimit(WAD / 10n, 1_000n, 30n); // 70n
 * ```
 */
export function concentrationLimit(maxShare: bigint, poolEquity: bigint, linkedExposure: bigint): bigint {
  requireUint256("maxShare", maxShare);
  requireUint256("poolEquity", poolEquity);
  requireUint256("linkedExposure", linkedExposure);
  return max(0n, mulDivDown(maxShare, poolEquity, WAD) - linkedExposure);
}
