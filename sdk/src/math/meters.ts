import { max, min, requireInt, requireUint256 } from "./checks.ts";
import { UNCAPPED, WAD } from "./constants.ts";
import { expWad, mulDivDownSaturating, mulDivUp, mulDivUpSaturating } from "./fixedPoint.ts";

// Twin: contracts/libraries/MeterMath.sol. Nothing here throws for numbers of the right type.

/** ln 2 in WAD, rounded down: a peak fades no faster than it should. */
const LN_2 = 693_147_180_559_945_309n;

/** Beyond this exponent e^-x is 0 in WAD. */
const MAX_EXPONENT = 42n * WAD;

/**
 * The high-water mark after an action. Money put in or taken out moves it in proportion, ⌈peak·equity / (equity - flow)⌉, so that
 * a deposit and its withdrawal leave it where it was. Who had nothing left starts anew with what is put in, and with nothing else.
 *
 * Units: quote WAD. Rounded up, saturating at 2^256 - 1.
 *
 * @param peak - Before the action, quote WAD, uint256.
 * @param equity - After the action, quote WAD, int256.
 * @param flow - Put in (positive) or taken out (negative) by the action, quote WAD, int256.
 * @returns The mark in quote WAD; equity itself where there was none before and money was put in.
 * @throws {ArgumentOutOfRangeError} When an argument does not fit its type.
 *
 * @example
 * ```ts
 * peakAfterFlow(100n, 180n, 90n); // 200n: twice the money, twice the mark
 * ```
 */
export function peakAfterFlow(peak: bigint, equity: bigint, flow: bigint): bigint {
  requireUint256("peak", peak);
  requireInt("equity", equity, 256);
  requireInt("flow", flow, 256);
  const owned = max(equity, 0n);
  const before = equity - flow;
  if (before <= 0n) return flow > 0n ? owned : peak;
  return max(mulDivUpSaturating(peak, owned, before), owned);
}

/**
 * The high-water mark after some time, fading towards equity: equity + ⌈(peak - equity)·a / WAD⌉ with
 * a = min(WAD, e^-⌊elapsed·ln 2 / halfLife⌋ + 1).
 *
 * Units: quote WAD, seconds. Rounded up.
 *
 * @param peak - Before, quote WAD, uint256.
 * @param equity - Equity, quote WAD, int256.
 * @param elapsed - Seconds, uint256.
 * @param halfLife - Seconds, uint256; 0: it never fades.
 * @returns The mark in quote WAD.
 * @throws {ArgumentOutOfRangeError} When an argument does not fit its type.
 *
 * @example
 * ```ts
 * fadedPeak(200n * WAD, 100n * WAD, 3_600n, 3_600n); // 150000000000000000100n
 * ```
 */
export function fadedPeak(peak: bigint, equity: bigint, elapsed: bigint, halfLife: bigint): bigint {
  requireUint256("peak", peak);
  requireInt("equity", equity, 256);
  requireUint256("elapsed", elapsed);
  requireUint256("halfLife", halfLife);
  const owned = max(equity, 0n);
  if (halfLife === 0n || peak <= owned) return peak;
  const exponent = min(mulDivDownSaturating(elapsed, LN_2, halfLife), MAX_EXPONENT);
  return owned + mulDivUp(peak - owned, min(expWad(-exponent) + 1n, WAD), WAD);
}

/**
 * What is left in the growth bucket after some time: max(0, level - refillRate·elapsed).
 *
 * Units: base WAD. Exact.
 *
 * @param level - Level when it was last written, base WAD, uint256.
 * @param refillRate - Base WAD per second, uint256.
 * @param elapsed - Seconds since, uint256.
 * @returns The level in base WAD.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * levelNow(80n, 2n, 10n); // 60n
 * ```
 */
export function levelNow(level: bigint, refillRate: bigint, elapsed: bigint): bigint {
  requireUint256("level", level);
  requireUint256("refillRate", refillRate);
  requireUint256("elapsed", elapsed);
  return max(0n, level - refillRate * elapsed);
}

/**
 * The growth bucket after a side grew: what leaked out since leaves first, then max(0, level - refillRate·elapsed) + added.
 *
 * Units: base WAD. Exact, saturating at 2^256 - 1.
 *
 * @param level - Level when it was last written, base WAD, uint256.
 * @param refillRate - Base WAD per second, uint256.
 * @param elapsed - Seconds since, uint256.
 * @param added - What the side grew by, base WAD, uint256.
 * @returns The level in base WAD.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * levelAfterIncrease(80n, 2n, 10n, 5n); // 65n
 * ```
 */
export function levelAfterIncrease(level: bigint, refillRate: bigint, elapsed: bigint, added: bigint): bigint {
  requireUint256("added", added);
  return min(levelNow(level, refillRate, elapsed) + added, UNCAPPED);
}

/**
 * The growth bucket after a side shrank: max(0, level - removed). Its time stays, so that opening and closing in a loop takes
 * nothing from others.
 *
 * Units: base WAD. Exact.
 *
 * @param level - Level before, base WAD, uint256.
 * @param removed - What the side shrank by, base WAD, uint256.
 * @returns The level in base WAD.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * levelAfterDecrease(80n, 100n); // 0n
 * ```
 */
export function levelAfterDecrease(level: bigint, removed: bigint): bigint {
  requireUint256("level", level);
  requireUint256("removed", removed);
  return max(0n, level - removed);
}
