import { WAD } from "../math/constants.ts";

/**
 * A WAD number for people, without ever becoming a float: cut (not rounded) after some decimals.
 *
 * @param value - WAD, of either sign.
 * @param decimals - Digits after the point that may be shown, 0 to 18; trailing zeros are not.
 * @returns The decimal number, for instance `"4.1"`.
 *
 * @example
 * ```ts
 * formatWad(4_100_000_000_000_000_000n); // "4.1"
 * ```
 */
export function formatWad(value: bigint, decimals = 6): string {
  const magnitude = value < 0n ? -value : value;
  const fraction = (magnitude % WAD).toString().padStart(18, "0").slice(0, decimals).replace(/0+$/, "");
  const shown = `${magnitude / WAD}${fraction && `.${fraction}`}`;
  return value < 0n && shown !== "0" ? `-${shown}` : shown;
}

/**
 * A WAD ratio as a percentage, cut after one decimal.
 *
 * @param ratio - WAD.
 * @returns For instance `"96.2 %"`.
 *
 * @example
 * ```ts
 * formatPercent(962_345_678_901_234_567n); // "96.2 %"
 * ```
 */
export function formatPercent(ratio: bigint): string {
  return `${formatWad(ratio * 100n, 1)} %`;
}
