import { requireInt, requireUint, requireUint256 } from "./checks.ts";

// Twin: contracts/types/VolatilityWord.sol.

/** What the 256-bit word of a market's volatility estimator holds. */
export interface VolatilityFields {
  /** Samples taken so far, uint8; 0 means that the word is empty, 255 that there were at least 255. */
  readonly samples: bigint;
  /** When the price was observed, in unix seconds, uint32. */
  readonly time: bigint;
  /** Slow estimate of the annual variance, WAD, uint72. */
  readonly slowVariance: bigint;
  /** Fast estimate of the annual variance, WAD, uint72. */
  readonly fastVariance: bigint;
  /** Natural logarithm of the price, WAD, int72. */
  readonly lnPrice: bigint;
}

const MASK_72 = 0xff_ffff_ffff_ffff_ffffn;

/**
 * Reads the fields of a volatility word.
 *
 * Layout, from the highest bit: samples uint8, time uint32, slowVariance uint72, fastVariance uint72, lnPrice int72.
 * Nothing is rounded.
 *
 * @param word - The word as the contracts store it, uint256.
 * @returns Its five fields.
 * @throws {ArgumentOutOfRangeError} When `word` is not a uint256.
 *
 * @example
 * ```ts
 * unpackVolatilityWord(0n).samples; // 0n
 * ```
 */
export function unpackVolatilityWord(word: bigint): VolatilityFields {
  requireUint256("word", word);
  return {
    samples: word >> 248n,
    time: (word >> 216n) & 0xffff_ffffn,
    slowVariance: (word >> 144n) & MASK_72,
    fastVariance: (word >> 72n) & MASK_72,
    lnPrice: BigInt.asIntN(72, word),
  };
}

/**
 * Puts the fields of a volatility word together: the inverse of {@link unpackVolatilityWord}.
 *
 * Layout, from the highest bit: samples uint8, time uint32, slowVariance uint72, fastVariance uint72, lnPrice int72.
 * Nothing is rounded.
 *
 * @param fields - The five fields.
 * @returns The word as the contracts store it, uint256.
 * @throws {ArgumentOutOfRangeError} When a field does not fit its type.
 *
 * @example
 * ```ts
 * const word = packVolatilityWord({ samples: 1n, time: 0n, slowVariance: WAD, fastVariance: WAD, lnPrice: 0n });
 * ```
 */
export function packVolatilityWord(fields: VolatilityFields): bigint {
  const { samples, time, slowVariance, fastVariance, lnPrice } = fields;
  requireUint("samples", samples, 8);
  requireUint("time", time, 32);
  requireUint("slowVariance", slowVariance, 72);
  requireUint("fastVariance", fastVariance, 72);
  requireInt("lnPrice", lnPrice, 72);
  return (samples << 248n) | (time << 216n) | (slowVariance << 144n) | (fastVariance << 72n) | (lnPrice & MASK_72);
}
