import { requireUint256 } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDown } from "../math/fixedPoint.ts";

// Twin: contracts/libraries/limits/Binding.sol.

/** The smallest of several limits, scaled, and which one it is. */
export interface Bound {
  /** The smallest limit times the scale, in the unit of the limits. */
  readonly notional: bigint;
  /** Position of the first smallest limit in the list, 0 when the list is empty. */
  readonly index: number;
}

/**
 * The smallest of several limits, times a scale: ⌊min·scale / WAD⌋, and which limit it is.
 *
 * Units: that of the limits. Rounded down. A scale of 0 leaves 0 whatever the limits are; otherwise a minimum of `UNCAPPED`
 * stays `UNCAPPED`. Formula: the minimum, so that no limit can raise what another allows.
 *
 * @param limits - The limits, each a uint256 in the same unit, `UNCAPPED` where one does not bind.
 * @param scale - Share left of the smallest, WAD, uint256.
 * @returns The scaled minimum and the index of the first limit that has it.
 * @throws {MathOverflowError} When the scaled minimum exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When a limit or the scale is not a uint256.
 *
 * @example
 * ```ts
 * bind([UNCAPPED, 300n, 200n], WAD / 2n); // { notional: 100n, index: 2 }
 * ```
 */
export function bind(limits: readonly bigint[], scale: bigint): Bound {
  let minimum = UNCAPPED;
  let index = 0;
  limits.forEach((limit, position) => {
    requireUint256(`limits[${position}]`, limit);
    if (limit >= minimum) return;
    minimum = limit;
    index = position;
  });
  requireUint256("scale", scale);
  return { notional: applyScale(minimum, scale), index };
}

/** ⌊limit·scale / WAD⌋; what does not bind stays `UNCAPPED`, unless the scale is 0. */
export function applyScale(limit: bigint, scale: bigint): bigint {
  if (scale === WAD) return limit;
  if (scale === 0n) return 0n;
  return limit === UNCAPPED ? UNCAPPED : mulDivDown(limit, scale, WAD);
}
