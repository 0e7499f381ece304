import { fit, min, requireUint256 } from "../math/checks.ts";
import { WAD } from "../math/constants.ts";
import { mulDivDown, sqrtDown } from "../math/fixedPoint.ts";

// Twin: contracts/libraries/limits/MarginLimit.sol.

/**
 * Largest notional whose initial margin equity covers when the marginal margin ratio grows with open interest:
 * min(⌊equity·WAD / baseRatio⌋, ⌊√(others² + 2·equity·fullMarginOpenInterest)⌋ - others).
 *
 * Units: quote WAD. Rounded down, exactly: the result passes and one unit more fails. At side open interest x the marginal
 * ratio is x / full, and an account pays the integral over its own slice, or base times its notional where that is more, so
 * splitting a position over accounts gains nothing. Formula: the integral of a linear margin schedule, solved for its upper end.
 *
 * @param equity - Equity behind the position, quote WAD, uint256.
 * @param others - Open interest of the other accounts on the same side, quote WAD, uint256.
 * @param baseRatio - Initial margin ratio of a small market, WAD, uint256.
 * @param fullMarginOpenInterest - Open interest at which the marginal ratio reaches 1, quote WAD, uint256.
 * @returns The notional in quote WAD.
 * @throws {DivisionByZeroError} When `baseRatio` is 0.
 * @throws {MathOverflowError} When a square, a product, their sum or the first quotient exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * marginLimit(100n * WAD, 0n, WAD / 10n, 1_000_000n * WAD); // 1000000000000000000000n: 10 times equity
 * ```
 */
export function marginLimit(equity: bigint, others: bigint, baseRatio: bigint, fullMarginOpenInterest: bigint): bigint {
  requireUint256("equity", equity);
  requireUint256("others", others);
  requireUint256("baseRatio", baseRatio);
  requireUint256("fullMarginOpenInterest", fullMarginOpenInterest);
  const byBase = mulDivDown(equity, WAD, baseRatio);
  // 2·equity is checked on its own because the factor after it may be 0.
  const upperEnd = sqrtDown(fit(others * others + fit(2n * equity) * fullMarginOpenInterest));
  return min(byBase, upperEnd - others);
}
