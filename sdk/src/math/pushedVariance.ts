import { max, requireUint, requireUint256 } from "./checks.ts";
import { divCeil } from "./signed.ts";

// Twin: contracts/types/PushedVariance.sol.

/** What others say a market's variance is, as a guard keeps it. */
export interface PushedVarianceFields {
  /** Seconds, unix: from then on it fades. */
  readonly until: bigint;
  /** Seconds, unix: when what was said last began to come into force. */
  readonly begin: bigint;
  /** Variance in force {@link PUSHED_VARIANCE_RAMP} later on, WAD per year. */
  readonly target: bigint;
  /** Variance in force at `begin`, WAD per year. */
  readonly from: bigint;
}

/** Seconds in which what was said comes into force. */
export const PUSHED_VARIANCE_RAMP: bigint = 1_800n;

/** Seconds in which it is forgotten. */
export const PUSHED_VARIANCE_FADE: bigint = 86_400n;

const MAX_UINT72 = 2n ** 72n - 1n;
const MAX_UINT32 = 2n ** 32n - 1n;

/**
 * Reads the fields of a pushed variance. Layout, from the highest bit: until uint32, begin uint32, target uint72, from uint72.
 *
 * @param word - The word as the contracts store it, uint256.
 * @returns Its four fields.
 * @throws {ArgumentOutOfRangeError} When `word` is not a uint256.
 *
 * @example
 * ```ts
 * unpackPushedVariance(snapshot.meters.pushedVariance).until;
 * ```
 */
export function unpackPushedVariance(word: bigint): PushedVarianceFields {
  requireUint256("word", word);
  return { until: word >> 224n, begin: (word >> 192n) & MAX_UINT32, target: (word >> 120n) & MAX_UINT72, from: (word >> 48n) & MAX_UINT72 };
}

/** The caller keeps every field inside its width. */
function pack({ until, begin, target, from }: PushedVarianceFields): bigint {
  return (until << 224n) | (begin << 192n) | (target << 120n) | (from << 48n);
}

/**
 * The variance that what was pushed stands for at a time: a straight line from what was in force to what was said, and one to
 * nothing after it was said for the last time.
 *
 * Units: WAD per year. Rounded up.
 *
 * @param word - The word as the contracts store it, uint256.
 * @param timestamp - Seconds, unix, uint256; one before `begin` counts as that.
 * @returns The variance in WAD per year; 0: it says nothing.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * const used = max(variance(word, parameters), pushedVarianceAt(meters.pushedVariance, now));
 * ```
 */
export function pushedVarianceAt(word: bigint, timestamp: bigint): bigint {
  requireUint256("timestamp", timestamp);
  const { until, begin, target, from } = unpackPushedVariance(word);
  const risen = max(timestamp - begin, 0n);
  const left = PUSHED_VARIANCE_RAMP - risen;
  const variance = left <= 0n ? target : divCeil(from * left + target * risen, PUSHED_VARIANCE_RAMP);
  const silent = max(timestamp - until, 0n);
  if (silent === 0n) return variance;
  return silent >= PUSHED_VARIANCE_FADE ? 0n : divCeil(variance * (PUSHED_VARIANCE_FADE - silent), PUSHED_VARIANCE_FADE);
}

/**
 * The word after a market's source was heard. A rise or fall that has begun is brought to its end first, and the word stays as
 * it is; what is said again in time only holds for longer.
 *
 * @param word - The word before, uint256.
 * @param target - What the source says, WAD per year, uint72.
 * @param until - Until when it stands by it, seconds, unix, uint32.
 * @param timestamp - Now, seconds, unix, uint32.
 * @returns The word after.
 * @throws {ArgumentOutOfRangeError} When an argument does not fit its type.
 *
 * @example
 * ```ts
 * const word = nextPushedVariance(0n, WAD, now + 3_600n, now); // in force half an hour later
 * ```
 */
export function nextPushedVariance(word: bigint, target: bigint, until: bigint, timestamp: bigint): bigint {
  requireUint("target", target, 72);
  requireUint("until", until, 32);
  requireUint("timestamp", timestamp, 32);
  const known = unpackPushedVariance(word);
  if (target === known.target && timestamp <= known.until) return pack({ ...known, until });
  if (timestamp < known.begin + PUSHED_VARIANCE_RAMP) return word;
  return pack({ until, begin: timestamp, target, from: pushedVarianceAt(word, timestamp) });
}
