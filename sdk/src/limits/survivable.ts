import { MathOverflowError } from "../errors/math.ts";
import { fit, max, requireUint256 } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDownSaturating } from "../math/fixedPoint.ts";

// Twin: contracts/libraries/limits/SurvivableMove.sol.

/**
 * The largest fall of the price a long survives: the largest m with
 * equity - notional·m - notional·fee ≥ (maintenanceMarginRatio + liquidationPenalty)·notional·(1 - m).
 *
 * Units: WAD. Rounded down. Formula: {@link collateralLimitLong}, solved for the move.
 *
 * @param equity - Equity behind the position, quote WAD, uint256.
 * @param notional - Notional at the price of now, quote WAD, uint256.
 * @param maintenanceMarginRatio - Margin below which it is liquidated, share of the notional, WAD, uint256.
 * @param liquidationPenalty - Taken at liquidation, share of the notional, WAD, uint256; with the ratio at most 1.
 * @param fee - Of leaving, share of the notional, WAD, uint256.
 * @returns The move; 0 when nothing can be lost any more, `UNCAPPED` when a price of zero is survived and without a position.
 * @throws {MathOverflowError} When ratio and penalty exceed 1, or a product 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * survivableMoveLong(20n * WAD, 100n * WAD, WAD / 10n, 0n, 0n); // 111111111111111111n
 * ```
 */
export function survivableMoveLong(
  equity: bigint,
  notional: bigint,
  maintenanceMarginRatio: bigint,
  liquidationPenalty: bigint,
  fee: bigint,
): bigint {
  const kept = keptShare(equity, notional, maintenanceMarginRatio, liquidationPenalty, fee);
  if (kept > WAD) throw new MathOverflowError();
  const move = survivable(equity, notional, fit(kept + fee), WAD - kept);
  return move >= WAD ? UNCAPPED : move;
}

/**
 * The largest rise of the price a short survives: the largest m with
 * equity - notional·m - notional·fee ≥ (maintenanceMarginRatio + liquidationPenalty)·notional·(1 + m).
 *
 * Units: WAD. Rounded down. Formula: {@link collateralLimitShort}, solved for the move.
 *
 * @param equity - Equity behind the position, quote WAD, uint256.
 * @param notional - Notional at the price of now, quote WAD, uint256.
 * @param maintenanceMarginRatio - Margin below which it is liquidated, share of the notional, WAD, uint256.
 * @param liquidationPenalty - Taken at liquidation, share of the notional, WAD, uint256.
 * @param fee - Of leaving, share of the notional, WAD, uint256.
 * @returns The move; 0 when nothing can be lost any more, `UNCAPPED` without a position.
 * @throws {MathOverflowError} When a sum or a product exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * survivableMoveShort(21n * WAD, 100n * WAD, WAD / 10n, 0n, 0n); // 100000000000000000n
 * ```
 */
export function survivableMoveShort(
  equity: bigint,
  notional: bigint,
  maintenanceMarginRatio: bigint,
  liquidationPenalty: bigint,
  fee: bigint,
): bigint {
  const kept = keptShare(equity, notional, maintenanceMarginRatio, liquidationPenalty, fee);
  return survivable(equity, notional, fit(kept + fee), fit(WAD + kept));
}

function keptShare(equity: bigint, notional: bigint, maintenanceMarginRatio: bigint, liquidationPenalty: bigint, fee: bigint): bigint {
  requireUint256("equity", equity);
  requireUint256("notional", notional);
  requireUint256("maintenanceMarginRatio", maintenanceMarginRatio);
  requireUint256("liquidationPenalty", liquidationPenalty);
  requireUint256("fee", fee);
  return fit(maintenanceMarginRatio + liquidationPenalty);
}

/** ⌊(equity·WAD - notional·taken)·WAD / (notional·perMove)⌋. */
function survivable(equity: bigint, notional: bigint, taken: bigint, perMove: bigint): bigint {
  if (notional === 0n) return UNCAPPED;
  const left = max(0n, fit(equity * WAD) - fit(notional * taken));
  const divisor = fit(notional * perMove);
  if (divisor === 0n) return left === 0n ? 0n : UNCAPPED;
  return mulDivDownSaturating(left, WAD, divisor);
}
