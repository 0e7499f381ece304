import { FieldNotAdjustableError, FieldTooWideError } from "../errors/governance.ts";
import { requireUint256 } from "../math/checks.ts";
import { UNCAPPED } from "../math/constants.ts";
import type { PolicyField } from "./enums.ts";
import type { PolicyWords } from "./policy.ts";

// Twin: contracts/governance/PolicyFields.sol.

/** Where a field stands. */
interface Place {
  readonly word: "feedPolicy" | "riskPolicy" | "extendedPolicy";
  /** Lowest bit. */
  readonly shift: bigint;
  /** Bits. */
  readonly width: bigint;
  /** Whether the low 32 of 40 bits are a mantissa and the others an exponent of ten. */
  readonly isFloat: boolean;
}

const ratio = (word: Place["word"], shift: bigint): Place => ({ word, shift, width: 16n, isFloat: false });
/** Whole quote units. */
const quote = (word: Place["word"], shift: bigint): Place => ({ word, shift, width: 40n, isFloat: false });
const base = (word: Place["word"], shift: bigint): Place => ({ word, shift, width: 40n, isFloat: true });

/** A quantity of a policy that may be moved by itself. A mantissa and its exponent are one, under the mantissa's name. */
export type AdjustableField =
  | "VolatilityFloor"
  | "RiskBudget"
  | "BaseMargin"
  | "FullMarginOpenInterest"
  | "OpenInterestMantissa"
  | "ReferenceMove"
  | "LiquidityCap"
  | "ConcentrationShare"
  | "DailyVolume"
  | "MaxSlippage"
  | "ImpactCoefficient"
  | "MaxSkewMantissa"
  | "GrowthCapacityMantissa";

const PLACES: Readonly<Record<AdjustableField, Place>> = {
  VolatilityFloor: ratio("feedPolicy", 200n),
  RiskBudget: ratio("riskPolicy", 16n),
  BaseMargin: ratio("riskPolicy", 64n),
  FullMarginOpenInterest: quote("riskPolicy", 80n),
  OpenInterestMantissa: base("riskPolicy", 120n),
  ReferenceMove: ratio("riskPolicy", 160n),
  LiquidityCap: quote("riskPolicy", 176n),
  ConcentrationShare: ratio("riskPolicy", 216n),
  DailyVolume: quote("extendedPolicy", 0n),
  MaxSlippage: ratio("extendedPolicy", 40n),
  ImpactCoefficient: ratio("extendedPolicy", 56n),
  MaxSkewMantissa: base("extendedPolicy", 72n),
  GrowthCapacityMantissa: base("extendedPolicy", 112n),
};

/** The quantities of a policy that may be moved by themselves: the only ones a steward can have bounds for. */
export const ADJUSTABLE_FIELDS: readonly AdjustableField[] = Object.keys(PLACES) as AdjustableField[];

const MANTISSA_BITS = 32;
const MAX_EXPONENT = 40n;

/**
 * A field as its word holds it.
 *
 * @param words - The policy words.
 * @param field - One of {@link ADJUSTABLE_FIELDS}.
 * @returns The field in the units of its word; a cap as the 40 bits of mantissa (low 32) and exponent.
 * @throws {FieldNotAdjustableError} When the field is no quantity that may be moved by itself.
 * @throws {ArgumentOutOfRangeError} When the field's word is not a uint256.
 *
 * @example
 * ```ts
 * getField(await guard.read.policy([market]), "RiskBudget"); // 5_000n for 50 %
 * ```
 */
export function getField(words: PolicyWords, field: PolicyField): bigint {
  const { word, shift, width } = placeOf(field);
  requireUint256(word, words[word]);
  return BigInt.asUintN(Number(width), words[word] >> shift);
}

/**
 * The words with one field replaced, and no other bit.
 *
 * @param words - The policy words.
 * @param field - One of {@link ADJUSTABLE_FIELDS}.
 * @param value - As the word holds it; a cap as its 40 bits.
 * @returns New words.
 * @throws {FieldNotAdjustableError} When the field is no quantity that may be moved by itself.
 * @throws {FieldTooWideError} When the value does not fit.
 * @throws {ArgumentOutOfRangeError} When the value or the field's word is not a uint256.
 *
 * @example
 * ```ts
 * sanityPreview(setField(words, "RiskBudget", 5_500n), { price, variance, equity });
 * ```
 */
export function setField(words: PolicyWords, field: PolicyField, value: bigint): PolicyWords {
  const place = placeOf(field);
  const { word, shift } = place;
  requireUint256("value", value);
  requireUint256(word, words[word]);
  if (value > mask(place)) throw new FieldTooWideError(field, value, mask(place));
  return { ...words, [word]: (words[word] & ~(mask(place) << shift)) | (value << shift) };
}

/**
 * What a field stands for, to compare by: a cap in base WAD, everything else in the units of its word. Exact.
 *
 * @param field - One of {@link ADJUSTABLE_FIELDS}.
 * @param value - As the word holds it; a cap as its 40 bits.
 * @returns The quantity; `UNCAPPED` where the value does not fit or its exponent is beyond a policy's.
 * @throws {FieldNotAdjustableError} When the field is no quantity that may be moved by itself.
 * @throws {ArgumentOutOfRangeError} When the value is not a uint256.
 *
 * @example
 * ```ts
 * decodeField("OpenInterestMantissa", (18n << 32n) | 50_000n); // 50_000n * WAD
 * ```
 */
export function decodeField(field: PolicyField, value: bigint): bigint {
  const place = placeOf(field);
  requireUint256("value", value);
  if (value > mask(place)) return UNCAPPED;
  if (!place.isFloat) return value;
  const exponent = value >> BigInt(MANTISSA_BITS);
  return exponent > MAX_EXPONENT ? UNCAPPED : BigInt.asUintN(MANTISSA_BITS, value) * 10n ** exponent;
}

function placeOf(field: PolicyField): Place {
  if (!Object.hasOwn(PLACES, field)) throw new FieldNotAdjustableError(field);
  return PLACES[field as AdjustableField];
}

/** All bits of a field, at its lowest. */
function mask({ width }: Place): bigint {
  return (1n << width) - 1n;
}
