import { requireUint256 } from "../math/checks.ts";
import { UNCAPPED } from "../math/constants.ts";
import { mulDivDown } from "../math/fixedPoint.ts";

// Twin: contracts/libraries/limits/VolatilityLimit.sol.

/**
 * Largest notional whose loss in the adverse move stays within a share of equity: ⌊equity·riskBudget / move⌋.
 *
 * Units: quote WAD. Rounded down, so notional·move ≤ equity·riskBudget holds for the result and fails for one unit more.
 * Formula: parametric value at risk, solved for the position.
 *
 * @param equity - Equity behind the position, quote WAD, uint256.
 * @param riskBudget - Share of equity the move may cost, WAD, uint256.
 * @param move - Adverse move, WAD, uint256: of the log price for a long, `adverseMoveShort` of it for a short.
 * @returns The notional in quote WAD, `UNCAPPED` when `move` is 0.
 * @throws {MathOverflowError} When the result exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * volatilityLimit(1_000n * WAD, WAD / 2n, WAD / 10n); // 5000000000000000000000n: 5 times equity
 * ```
 */
export function volatilityLimit(equity: bigint, riskBudget: bigint, move: bigint): bigint {
  requireUint256("equity", equity);
  requireUint256("riskBudget", riskBudget);
  requireUint256("move", move);
  if (move === 0n) return UNCAPPED;
  return mulDivDown(equity, riskBudget, move);
}
