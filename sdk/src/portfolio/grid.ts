import { LengthMismatchError } from "../errors/math.ts";
import { fit, max, min, requireInt, requireUint256 } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDown, mulDivDownSaturating, mulDivUp } from "../math/fixedPoint.ts";
import { abs, fitInt } from "../math/signed.ts";

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
  return limitOf(budget, pnl, unitPnl, mulDivDown);
}

/** {@link gridLimit}, where a scenario whose quotient does not fit does not bind. */
export function gridLimitSaturating(budget: bigint, pnl: readonly bigint[], unitPnl: readonly bigint[]): bigint {
  return limitOf(budget, pnl, unitPnl, mulDivDownSaturating);
}

function limitOf(budget: bigint, pnl: readonly bigint[], unitPnl: readonly bigint[], quotientDown: typeof mulDivDown): bigint {
  requireUint256("budget", budget);
  requireScenarios(pnl, unitPnl);
  let limit = UNCAPPED;
  for (const [index, unit] of unitPnl.entries()) {
    if (unit < 0n) limit = min(limit, quotientDown(fit(max(0n, budget + (pnl[index] ?? 0n))), WAD, -unit));
  }
  return limit;
}

/**
 * What a portfolio loses in its worst scenario: the largest of -(pnl + notional·unitPnl / WAD) and 0. {@link gridLimit} the
 * other way round: a notional within the limit loses no more than the budget.
 *
 * Units: quote WAD. Rounded up. Formula: SPAN's scanning risk.
 *
 * @param pnl - Of everything else in each scenario, quote WAD, int256.
 * @param unitPnl - Of one unit of notional in each scenario, WAD, int256.
 * @param notional - Of the position, quote WAD, uint256.
 * @returns The loss in quote WAD; 0 when no scenario loses.
 * @throws {LengthMismatchError} When the lists have different lengths.
 * @throws {MathOverflowError} When a product or a sum does not fit int256.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its type.
 *
 * @example
 * ```ts
 * gridLoss([0n, -5n * WAD], [-WAD / 10n, -WAD / 5n], 25n * WAD); // 10000000000000000000n
 * ```
 */
export function gridLoss(pnl: readonly bigint[], unitPnl: readonly bigint[], notional: bigint): bigint {
  requireScenarios(pnl, unitPnl);
  requireUint256("notional", notional);
  let loss = 0n;
  for (const [index, unit] of unitPnl.entries()) {
    const own = unit < 0n ? -fitInt(mulDivUp(notional, -unit, WAD)) : fitInt(mulDivDown(notional, unit, WAD));
    loss = max(loss, -fitInt((pnl[index] ?? 0n) + own));
  }
  return loss;
}

/**
 * The largest notional that keeps a net sum of Greeks within its cap on the side it grows to: ⌊max(0, cap - held)·WAD / unit⌋ for
 * a unit above 0, and with held's sign turned for one below.
 *
 * Units: quote WAD. Rounded down.
 *
 * @param cap - Of the sum's size, quote WAD, uint256.
 * @param held - The sum without the position, quote WAD, int256.
 * @param unit - Of one unit of the position's notional, WAD, int256.
 * @returns The notional in quote WAD; `UNCAPPED` for a unit of 0.
 * @throws {MathOverflowError} When the room or the quotient exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its type.
 *
 * @example
 * ```ts
 * netCapLimit(100n * WAD, 40n * WAD, 2n * WAD); // 30000000000000000000n
 * ```
 */
export function netCapLimit(cap: bigint, held: bigint, unit: bigint): bigint {
  requireUint256("cap", cap);
  requireInt("held", held, 256);
  requireInt("unit", unit, 256);
  if (unit === 0n) return UNCAPPED;
  const spent = unit > 0n ? held : -held;
  return mulDivDown(fit(max(0n, cap - spent)), WAD, abs(unit));
}

function requireScenarios(pnl: readonly bigint[], unitPnl: readonly bigint[]): void {
  for (const [index, value] of pnl.entries()) requireInt(`pnl[${index}]`, value, 256);
  for (const [index, value] of unitPnl.entries()) requireInt(`unitPnl[${index}]`, value, 256);
  if (unitPnl.length !== pnl.length) throw new LengthMismatchError(unitPnl.length, pnl.length);
}
