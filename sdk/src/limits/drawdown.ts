import { InvalidPowerError, MathOverflowError } from "../errors/math.ts";
import { fit, max, requireInt, requireUint256 } from "../math/checks.ts";
import { WAD } from "../math/constants.ts";
import { mulDivDown } from "../math/fixedPoint.ts";

// Twin: contracts/libraries/limits/DrawdownScale.sol.

/**
 * Share of a limit left as an account falls from its high-water mark: r^power with
 * r = ⌊WAD·max(0, equity·WAD - peak·(WAD - maxDrawdown)) / (peak·maxDrawdown)⌋, rounded down at every product.
 *
 * Units: WAD. 1 at the peak; 0 at the floor and without equity. Formula: for power 1 Grossman and Zhou, Optimal Investment
 * Strategies for Controlling Drawdowns (1993).
 *
 * @param equity - Equity, quote WAD, int256.
 * @param peak - Its high-water mark, quote WAD, uint256.
 * @param maxDrawdown - Share of the peak, WAD, uint256, at most 1.
 * @param power - 1, 2 or 3.
 * @returns The share in WAD, at most WAD.
 * @throws {InvalidPowerError} When `power` is not 1, 2 or 3.
 * @throws {MathOverflowError} When the drawdown is above 1, or a product with WAD or the drawdown exceeds 2^256 - 1.
 * @throws {DivisionByZeroError} When the drawdown is 0 and equity is below the peak.
 * @throws {ArgumentOutOfRangeError} When an argument does not fit its type.
 *
 * @example
 * ```ts
 * drawdownScale(90n * WAD, 100n * WAD, WAD / 5n, 1n); // 500000000000000000n
 * ```
 */
export function drawdownScale(equity: bigint, peak: bigint, maxDrawdown: bigint, power: bigint): bigint {
  requireInt("equity", equity, 256);
  requireUint256("peak", peak);
  requireUint256("maxDrawdown", maxDrawdown);
  requireUint256("power", power);
  if (power === 0n || power > 3n) throw new InvalidPowerError(power);
  if (equity <= 0n) return 0n;
  if (equity >= peak) return WAD;
  const r = mulDivDown(WAD, cushion(equity, peak, maxDrawdown), fit(peak * maxDrawdown));
  if (power === 1n) return r;
  return power === 2n ? (r * r) / WAD : (r * r * r) / (WAD * WAD);
}

/**
 * Constant proportion portfolio insurance: ⌊multiplier·max(0, equity·WAD - peak·(WAD - maxDrawdown)) / WAD²⌋.
 *
 * Units: quote WAD. Rounded down. Formula: Black and Perold, Theory of Constant Proportion Portfolio Insurance (1992).
 *
 * @param equity - Equity, quote WAD, int256.
 * @param peak - Its high-water mark, quote WAD, uint256.
 * @param maxDrawdown - Share of the peak, WAD, uint256, at most 1.
 * @param multiplier - Notional per unit of cushion, WAD, uint256.
 * @returns The notional in quote WAD.
 * @throws {MathOverflowError} When the drawdown is above 1, or a product with WAD, or the quotient, exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument does not fit its type.
 *
 * @example
 * ```ts
 * cppiLimit(90n * WAD, 100n * WAD, WAD / 5n, 4n * WAD); // 40000000000000000000n
 * ```
 */
export function cppiLimit(equity: bigint, peak: bigint, maxDrawdown: bigint, multiplier: bigint): bigint {
  requireInt("equity", equity, 256);
  requireUint256("peak", peak);
  requireUint256("maxDrawdown", maxDrawdown);
  requireUint256("multiplier", multiplier);
  return mulDivDown(multiplier, cushion(max(equity, 0n), peak, maxDrawdown), WAD * WAD);
}

/** What equity is above the floor, quote WAD times WAD. */
function cushion(equity: bigint, peak: bigint, maxDrawdown: bigint): bigint {
  if (maxDrawdown > WAD) throw new MathOverflowError();
  const floor = fit(peak * (WAD - maxDrawdown));
  return max(0n, fit(equity * WAD) - floor);
}
