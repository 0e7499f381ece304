import { min, requireUint256 } from "./checks.ts";

// Twins: contracts/types/GrowthMeter.sol and HighWaterMark.sol.

/** How much one side of a market grew lately. */
export interface GrowthMeterFields {
  /** Seconds, unix, of the last increase; 0 before the first. */
  readonly time: bigint;
  /** Of the bucket at that time, base WAD. */
  readonly level: bigint;
}

/** The most an account was worth in a market, its deposits and withdrawals taken out. */
export interface HighWaterMarkFields {
  /** Seconds, unix, of the last action; 0 before the first. */
  readonly time: bigint;
  /** Quote WAD. */
  readonly peak: bigint;
}

const MAX_LEVEL = 2n ** 224n - 1n;
const MAX_PEAK = 2n ** 128n - 1n;
const TIME_SHIFT = 224n;

/**
 * Reads the fields of a growth meter. Layout, from the highest bit: time uint32, level uint224.
 *
 * @param meter - The word as the contracts store it, uint256.
 * @returns Its two fields.
 * @throws {ArgumentOutOfRangeError} When `meter` is not a uint256.
 *
 * @example
 * ```ts
 * unpackGrowthMeter(snapshot.meters.longGrowth).level;
 * ```
 */
export function unpackGrowthMeter(meter: bigint): GrowthMeterFields {
  requireUint256("meter", meter);
  return { time: meter >> TIME_SHIFT, level: meter & MAX_LEVEL };
}

/** The word of a level (cut where it does not fit) and a time (of which 32 bits are kept). */
export function packGrowthMeter(level: bigint, time: bigint): bigint {
  return BigInt.asUintN(256, time << TIME_SHIFT) | min(level, MAX_LEVEL);
}

/**
 * Reads the fields of a high-water mark. Layout, from the highest bit: time uint32, 96 bits of zero, peak uint128.
 *
 * @param mark - The word as the contracts store it, uint256.
 * @returns Its two fields.
 * @throws {ArgumentOutOfRangeError} When `mark` is not a uint256.
 *
 * @example
 * ```ts
 * unpackHighWaterMark(snapshot.meters.highWaterMark).peak;
 * ```
 */
export function unpackHighWaterMark(mark: bigint): HighWaterMarkFields {
  requireUint256("mark", mark);
  return { time: mark >> TIME_SHIFT, peak: mark & MAX_PEAK };
}

/** The word of a peak (cut where it does not fit) and a time (of which 32 bits are kept). */
export function packHighWaterMark(peak: bigint, time: bigint): bigint {
  return BigInt.asUintN(256, time << TIME_SHIFT) | min(peak, MAX_PEAK);
}
