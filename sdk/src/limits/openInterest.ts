import { max, requireUint256 } from "../math/checks.ts";
import { WAD } from "../math/constants.ts";
import { mulDivDown } from "../math/fixedPoint.ts";

// Twin: contracts/libraries/limits/OpenInterestLimit.sol.

/**
 * What the scaled cap on a side's open interest leaves for one account: max(0, ⌊cap·scale / WAD⌋ - sameSideOthers).
 *
 * Units: base WAD. Rounded down. Formula: the open-interest cap of perpetual exchanges, scaled by volatility.
 *
 * @param scale - Share of the cap in force, WAD, uint256: see {@link openInterestScale}.
 * @param cap - Cap on the side's open interest, base WAD, uint256.
 * @param sameSideOthers - Open interest of the other accounts on the same side, base WAD, uint256.
 * @returns The size in base WAD.
 * @throws {MathOverflowError} When the scaled cap exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * openInterestLimit(WAD / 2n, 100n * WAD, 30n * WAD); // 20000000000000000000n
 * ```
 */
export function openInterestLimit(scale: bigint, cap: bigint, sameSideOthers: bigint): bigint {
  requireUint256("scale", scale);
  requireUint256("cap", cap);
  requireUint256("sameSideOthers", sameSideOthers);
  return max(mulDivDown(cap, scale, WAD) - sameSideOthers, 0n);
}

/**
 * Share of the open-interest cap in force at the present volatility: WAD up to the reference move, then
 * ⌊referenceMove·WAD / move⌋.
 *
 * Units: WAD. Rounded down. Formula: volatility targeting; the side's possible loss stays what it is at the reference.
 *
 * @param referenceMove - Adverse move the cap was set for, WAD, uint256.
 * @param move - Adverse move now, WAD, uint256.
 * @returns The share in WAD, at most WAD.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * openInterestScale(WAD / 10n, WAD / 5n); // 500000000000000000n
 * ```
 */
export function openInterestScale(referenceMove: bigint, move: bigint): bigint {
  requireUint256("referenceMove", referenceMove);
  requireUint256("move", move);
  return move <= referenceMove ? WAD : mulDivDown(referenceMove, WAD, move);
}
