import { min, requireUint256 } from "../math/checks.ts";
import { WAD } from "../math/constants.ts";
import { mulDivDown } from "../math/fixedPoint.ts";

// Twin: contracts/libraries/limits/CollateralRatioLimit.sol.

/**
 * Largest debt that is still covered after the collateral's adverse move: ⌊collateralValue·(WAD - min(move, WAD)) / minCollateralRatio⌋.
 *
 * Units: quote WAD. Rounded down. Formula: collateral over debt, after the move, at its smallest.
 *
 * @param collateralValue - Collateral, quote WAD, at the lower end of the price's confidence, uint256.
 * @param move - Adverse move of the collateral's price, WAD, uint256.
 * @param minCollateralRatio - Collateral over debt, WAD, uint256; policies keep it from 1 to 100.
 * @returns The debt in quote WAD.
 * @throws {DivisionByZeroError} When the ratio is 0.
 * @throws {MathOverflowError} When the quotient exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * collateralRatioLimit(150n * WAD, WAD / 5n, (3n * WAD) / 2n); // 80000000000000000000n
 * ```
 */
export function collateralRatioLimit(collateralValue: bigint, move: bigint, minCollateralRatio: bigint): bigint {
  requireUint256("collateralValue", collateralValue);
  requireUint256("move", move);
  requireUint256("minCollateralRatio", minCollateralRatio);
  return mulDivDown(collateralValue, WAD - min(move, WAD), minCollateralRatio);
}
