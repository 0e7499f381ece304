import { ArgumentOutOfRangeError } from "../errors/math.ts";

/** Ratios are kept in steps of 1e-4. */
export const RATIO_UNIT: bigint = 10n ** 14n;

/** A value at its place in a word; one that does not fit is refused rather than cut. */
export function field(name: string, value: bigint, bits: number, shift: number): bigint {
  if (value < 0n || value >> BigInt(bits)) throw new ArgumentOutOfRangeError(name, value, `its ${bits}-bit field`);
  return value << BigInt(shift);
}

/** A value in the units of its field; one between two of them is refused rather than rounded. */
export function inUnits(name: string, value: bigint, unit: bigint): bigint {
  if (value % unit) throw new ArgumentOutOfRangeError(name, value, `a multiple of ${unit}`);
  return value / unit;
}
