/**
 * Policy words for tests, put together from a layout written down a second time: a slip in the SDK's codec would otherwise
 * reach both sides of a comparison.
 */
import { LIMITS, type Limit, MODES, type PolicyField, type PolicyWords } from "../../sdk/src/index.ts";
import type { Random } from "./corpus.ts";

export type FieldName = PolicyField | "Feed" | "Active";
export type Fields = Readonly<Record<FieldName, bigint>>;

/** Where a field lies, and the range the contracts demand when every limit is active. */
interface FieldSpec {
  readonly word: keyof PolicyWords;
  readonly shift: bigint;
  readonly bits: bigint;
  readonly min: bigint;
  readonly max: bigint;
  /** What a policy of a real market has there, in the units of the word. */
  readonly usual: bigint;
}

const spec = (word: keyof PolicyWords, shift: bigint, bits: bigint, min: bigint, max: bigint, usual: bigint): FieldSpec => {
  return { word, shift, bits, min, max, usual };
};

export const LAYOUT: Readonly<Record<FieldName, FieldSpec>> = {
  Feed: spec("feedPolicy", 0n, 160n, 1n, 2n ** 160n - 1n, 0xfeedn),
  FeedDecimals: spec("feedPolicy", 160n, 8n, 0n, 36n, 8n),
  Heartbeat: spec("feedPolicy", 168n, 16n, 1n, 65_534n, 390n),
  MaxAge: spec("feedPolicy", 184n, 16n, 2n, 65_535n, 1_080n),
  VolatilityFloor: spec("feedPolicy", 200n, 16n, 1n, 65_535n, 500n),
  Active: spec("feedPolicy", 216n, 16n, 0n, 65_535n, 0n),
  Mode: spec("feedPolicy", 232n, 8n, 0n, 3n, 1n),
  MaxConfidence: spec("feedPolicy", 240n, 8n, 0n, 0n, 0n),
  FeedSpare: spec("feedPolicy", 248n, 8n, 0n, 0n, 0n),
  Tail: spec("riskPolicy", 0n, 16n, 10_000n, 65_535n, 40_433n),
  RiskBudget: spec("riskPolicy", 16n, 16n, 1n, 10_000n, 2_000n),
  MaintenanceAndPenalty: spec("riskPolicy", 32n, 16n, 0n, 10_000n, 200n),
  ExitFee: spec("riskPolicy", 48n, 16n, 0n, 10_000n, 5n),
  BaseMargin: spec("riskPolicy", 64n, 16n, 1n, 10_000n, 500n),
  FullMarginOpenInterest: spec("riskPolicy", 80n, 40n, 1n, 2n ** 40n - 1n, 200_000_000n),
  OpenInterestMantissa: spec("riskPolicy", 120n, 32n, 1n, 2n ** 32n - 1n, 50_000n),
  OpenInterestExponent: spec("riskPolicy", 152n, 8n, 0n, 40n, 18n),
  ReferenceMove: spec("riskPolicy", 160n, 16n, 1n, 65_535n, 1_500n),
  Horizon: spec("riskPolicy", 232n, 24n, 1n, 2n ** 24n - 1n, 14_400n),
  LiquidityCap: spec("riskPolicy", 176n, 40n, 0n, 0n, 0n),
  ConcentrationShare: spec("riskPolicy", 216n, 16n, 0n, 0n, 0n),
};

export const FIELD_NAMES = Object.keys(LAYOUT) as readonly FieldName[];

/** The limits this version has, and every subset of them as the bits of a policy. */
export const ACTIVE_LIMITS = ["Volatility", "Collateral", "Margin", "OpenInterest"] as const satisfies readonly Limit[];
export const bitOf = (limit: Limit): bigint => 1n << BigInt(LIMITS.indexOf(limit));
export const SUBSETS: readonly bigint[] = Array.from({ length: 2 ** ACTIVE_LIMITS.length }, (_, set) =>
  ACTIVE_LIMITS.filter((_, index) => (set >> index) & 1).reduce((bits, limit) => bits | bitOf(limit), 0n),
);
/** Those a guard accepts in a mode that judges: the cap on open interest and one limit of the account. */
export const COMPLETE_SUBSETS: readonly bigint[] = SUBSETS.filter((set) => set & bitOf("OpenInterest") && set !== bitOf("OpenInterest"));

export function packFields(fields: Fields): PolicyWords {
  const words = { feedPolicy: 0n, riskPolicy: 0n };
  for (const name of FIELD_NAMES) {
    const { word, shift, bits } = LAYOUT[name];
    words[word] |= BigInt.asUintN(Number(bits), fields[name]) << shift;
  }
  return words;
}

/** Bits that no field of this version uses: `liquidity` and `concentration` are reserved. */
export const RESERVED_RISK_BITS = ((1n << 56n) - 1n) << 176n;

/** Fields in their ranges, whichever limits are active: plausible ones, ones anywhere, and ones moved to the ends. */
export function fieldsInRange(random: Random, actives: readonly bigint[]): Fields {
  const style = random.below(4);
  const value = (name: FieldName): bigint => {
    const { min, max, usual } = LAYOUT[name];
    if (style === 3 || (style === 2 && random.oneIn(4))) return random.pick([min, min + 1n, max - 1n, max]);
    if (style === 1) return random.logBetween(min, max);
    return clamp(random.between(usual / 4n, 4n * usual), min, max);
  };
  const fields = mapFields(value);
  const Heartbeat = clamp(fields.Heartbeat, 1n, 65_534n);
  return {
    ...fields,
    FeedDecimals: random.between(0n, 36n),
    MaxConfidence: 0n,
    FeedSpare: 0n,
    LiquidityCap: 0n,
    ConcentrationShare: 0n,
    Heartbeat,
    MaxAge: clamp(fields.MaxAge, Heartbeat + 1n, 65_535n),
    // Any larger exponent makes a cap that never binds.
    OpenInterestExponent: random.oneIn(8) ? fields.OpenInterestExponent : clamp(fields.OpenInterestExponent, 12n, 22n),
    Active: random.pick(actives),
    Mode: random.oneIn(8) ? random.between(0n, BigInt(MODES.length - 1)) : random.pick([1n, 1n, 1n, 2n]),
  };
}

/** Fields of which up to three lie at or beyond the ends of their ranges. */
export function fieldsAroundRange(random: Random): Fields {
  const fields: Record<FieldName, bigint> = { ...fieldsInRange(random, random.oneIn(6) ? SUBSETS : COMPLETE_SUBSETS) };
  for (let i = random.below(4); i > 0; i--) {
    const name = random.pick(FIELD_NAMES);
    const { min, max, bits } = LAYOUT[name];
    const end = 2n ** bits - 1n;
    fields[name] = clamp(random.pick([0n, min - 1n, min, max, max + 1n, end, random.between(0n, end)]), 0n, end);
  }
  // Both ends of this one hang on another field.
  if (random.oneIn(12)) fields.MaxAge = clamp(fields.Heartbeat + random.pick([-1n, 0n, 1n]), 0n, 65_535n);
  if (random.oneIn(12)) fields.Active = random.oneIn(2) ? random.pick(SUBSETS) : random.bits(16);
  return fields;
}

export function mapFields(value: (name: FieldName) => bigint): Record<FieldName, bigint> {
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, value(name)])) as Record<FieldName, bigint>;
}

export function clamp(value: bigint, min: bigint, max: bigint): bigint {
  return value < min ? min : value > max ? max : value;
}
