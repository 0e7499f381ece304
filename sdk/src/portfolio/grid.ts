import { LengthMismatchError } from "../errors/math.ts";
import { fit, max, min, requireInt, requireUint256 } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDown } from "../math/fixedPoint.ts";

// Twin: contracts/libraries/PortfolioMath.sol.

/**
 * The largest notional whose loss fits the budget in every scenario: the smallest of ⌊max(0, budget + pnl)·WAD / -unitPnl⌋ over
 * the scenarios in which it loses.
 *
 * Units: quote WAD. Rounded down. Formula: SPAN's scanning risk, solved for one position.
 *
 * @param budget - What may be lost, quote WAD, uint256.
 * @param pnl - Of everything else in each scenario, quote WAD, int256.
 * @param unitPnl - Of one unit of notional in each scenario, WAD, int256.
 * @returns The notional in quote WAD; `UNCAPPED` when it loses in none.
 * @throws {LengthMismatchError} When the lists have different lengths.
 * @throws {MathOverflowError} When budget + pnl or a quotient exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its type.
 *
 * @example
 * ```ts
 * gridLimit(10n * WAD, [0n, -5n * WAD], [-WAD / 10n, -WAD / 5n]); // 25000000000000000000n
 * ```
 */
export function gridLimit(budget: bigint, pnl: readonly bigint[], unitPnl: readonly bigint[]): bigint {
  requireUint256("budget", budget);
  for (const [index, value] of pnl.entries()) requireInt(`pnl[${index}]`, value, 256);
  for (const [index, value] of unitPnl.entries()) requireInt(`unitPnl[${index}]`, value, 256);
  if (unitPnl.length !== pnl.length) throw new LengthMismatchError(unitPnl.length, pnl.length);
  let limit = UNCAPPED;
  for (const [index, unit] of unitPnl.entries()) {
    if (unit < 0n) limit = min(limit, mulDivDown(fit(max(0n, budget + (pnl[index] ?? 0n))), WAD, -unit));
  }
  return limit;
}
