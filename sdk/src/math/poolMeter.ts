import { min, requireUint, requireUint256 } from "./checks.ts";

// Twin: contracts/types/PoolMeter.sol.

/** What a guard remembers of the pool on the other side of a market. */
export interface PoolMeterFields {
  /** Seconds, unix: when the feed wrote the round at which the pool was seen last; 0 before the first. */
  readonly time: bigint;
  /** Equity of the pool seen at the round before that, quote WAD. */
  readonly previous: bigint;
  /** Equity of the pool seen at that round, quote WAD. */
  readonly latest: bigint;
}

const MAX_EQUITY = 2n ** 112n - 1n;

/**
 * Reads the fields of a pool meter. Layout, from the highest bit: time uint32, previous uint112, latest uint112.
 *
 * @param meter - The word as the contracts store it, uint256.
 * @returns Its three fields.
 * @throws {ArgumentOutOfRangeError} When `meter` is not a uint256.
 *
 * @example
 * ```ts
 * unpackPoolMeter(0n).time; // 0n
 * ```
 */
export function unpackPoolMeter(meter: bigint): PoolMeterFields {
  requireUint256("meter", meter);
  return { time: meter >> 224n, previous: (meter >> 112n) & MAX_EQUITY, latest: meter & MAX_EQUITY };
}

/**
 * The most of a pool's equity to believe: the smallest of what was seen at the two rounds before this one, or at it and the one
 * before, so that money which is put in and taken out again raises no limit.
 *
 * Units: quote WAD. Exact.
 *
 * @param meter - The word as the contracts store it, uint256.
 * @param roundTime - When the feed wrote its latest round, seconds, unix, uint256.
 * @returns The equity in quote WAD; 2^112 - 1 where nothing was seen yet.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * const pool = min(position.poolEquity, seenPoolEquity(snapshot.meters.pool, round.updatedAt));
 * ```
 */
export function seenPoolEquity(meter: bigint, roundTime: bigint): bigint {
  requireUint256("roundTime", roundTime);
  const { time, previous, latest } = unpackPoolMeter(meter);
  if (time === 0n) return MAX_EQUITY;
  return roundTime > time ? latest : min(latest, previous);
}

/**
 * The meter once the pool was seen at a round of the feed; the same one where it saw that round already.
 *
 * @param meter - The word before, uint256.
 * @param equity - Equity of the pool now, quote WAD, uint256; saturating at 2^112 - 1.
 * @param roundTime - When the feed wrote its latest round, seconds, unix, uint32.
 * @returns The word after.
 * @throws {ArgumentOutOfRangeError} When an argument does not fit its type.
 *
 * @example
 * ```ts
 * unpackPoolMeter(seePool(0n, 100n, 1_700_000_000n)).latest; // 100n
 * ```
 */
export function seePool(meter: bigint, equity: bigint, roundTime: bigint): bigint {
  requireUint256("equity", equity);
  requireUint("roundTime", roundTime, 32);
  const { time, latest } = unpackPoolMeter(meter);
  if (roundTime <= time) return meter;
  const now = min(equity, MAX_EQUITY);
  return (roundTime << 224n) | ((time === 0n ? now : latest) << 112n) | now;
}
