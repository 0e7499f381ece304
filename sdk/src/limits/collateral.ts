import { fit, min, requireUint256 } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDown } from "../math/fixedPoint.ts";

// Twin: contracts/libraries/limits/CollateralLimit.sol.

/**
 * Largest long notional that survives the adverse move without reaching maintenance margin: ⌊equity·WAD² / d⌋ with
 * d = m·WAD + (maintenanceMarginRatio + liquidationPenalty)·(WAD - m) + fee·WAD and m = min(move, WAD).
 *
 * Units: quote WAD. Rounded down. After the move the equity left covers margin and penalty on the notional left, and the
 * fee of closing. Formula: the liquidation condition of a linear perpetual, solved for the position.
 *
 * @param equity - Equity behind the position, quote WAD, uint256.
 * @param move - Adverse move, WAD, uint256; a long loses at most its notional.
 * @param maintenanceMarginRatio - Maintenance margin as a ratio of notional, WAD, uint256.
 * @param liquidationPenalty - Penalty as a ratio of notional, WAD, uint256; together with the margin at most 1, or a larger
 * move would count less.
 * @param fee - Cost of closing as a ratio of the notional opened, WAD, uint256.
 * @returns The notional in quote WAD, `UNCAPPED` when nothing is consumed (d = 0).
 * @throws {MathOverflowError} When d, a part of it, or the result exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * collateralLimitLong(1_000n * WAD, WAD / 5n, 0n, 0n, 0n); // 5000000000000000000000n
 * ```
 */
export function collateralLimitLong(
  equity: bigint,
  move: bigint,
  maintenanceMarginRatio: bigint,
  liquidationPenalty: bigint,
  fee: bigint,
): bigint {
  requireArguments(equity, move, maintenanceMarginRatio, liquidationPenalty, fee);
  const m = min(move, WAD);
  return limit(equity, m, maintenanceMarginRatio, liquidationPenalty, WAD - m, fee);
}

/**
 * Largest short notional that survives the adverse move without reaching maintenance margin: ⌊equity·WAD² / d⌋ with
 * d = move·WAD + (maintenanceMarginRatio + liquidationPenalty)·(WAD + move) + fee·WAD.
 *
 * Units: quote WAD. Rounded down. A short's notional grows with the move, and its loss has no bound. Formula: the
 * liquidation condition of a linear perpetual, solved for the position.
 *
 * @param equity - Equity behind the position, quote WAD, uint256.
 * @param move - What the short loses, WAD, uint256: `adverseMoveShort` of the log move.
 * @param maintenanceMarginRatio - Maintenance margin as a ratio of notional, WAD, uint256.
 * @param liquidationPenalty - Penalty as a ratio of notional, WAD, uint256.
 * @param fee - Cost of closing as a ratio of the notional opened, WAD, uint256.
 * @returns The notional in quote WAD, `UNCAPPED` when nothing is consumed (d = 0).
 * @throws {MathOverflowError} When d, a part of it, or the result exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * collateralLimitShort(1_000n * WAD, WAD / 4n, 0n, 0n, 0n); // 4000000000000000000000n
 * ```
 */
export function collateralLimitShort(
  equity: bigint,
  move: bigint,
  maintenanceMarginRatio: bigint,
  liquidationPenalty: bigint,
  fee: bigint,
): bigint {
  requireArguments(equity, move, maintenanceMarginRatio, liquidationPenalty, fee);
  return limit(equity, move, maintenanceMarginRatio, liquidationPenalty, WAD + move, fee);
}

/** `notionalLeft` is what one WAD of notional is worth after the move. */
function limit(equity: bigint, loss: bigint, margin: bigint, penalty: bigint, notionalLeft: bigint, fee: bigint): bigint {
  // The ratios are checked on their own because `notionalLeft` may be 0; every other part is a term of the checked sum.
  const consumed = fit(loss * WAD + fit(margin + penalty) * notionalLeft + fee * WAD);
  if (consumed === 0n) return UNCAPPED;
  return mulDivDown(equity, WAD * WAD, consumed);
}

function requireArguments(equity: bigint, move: bigint, maintenanceMarginRatio: bigint, liquidationPenalty: bigint, fee: bigint): void {
  requireUint256("equity", equity);
  requireUint256("move", move);
  requireUint256("maintenanceMarginRatio", maintenanceMarginRatio);
  requireUint256("liquidationPenalty", liquidationPenalty);
  requireUint256("fee", fee);
}
