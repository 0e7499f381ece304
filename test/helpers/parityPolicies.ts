/**
 * Policy words for tests, put together from a layout written down a second time: a slip in the SDK's codec would otherwise
 * reach both sides of a comparison.
 */
import { LIMITS, type Limit, MODES, type PolicyWords } from "../../sdk/src/index.ts";
import { FIELD_NAMES, type FieldName, type Fields, LAYOUT } from "../model/policy.ts";
import type { Random } from "./corpus.ts";

/** What a policy of a real market has there, in the units of the word. */
const USUAL: Fields = {
  Feed: 0xfeedn,
  FeedDecimals: 8n,
  Heartbeat: 390n,
  MaxAge: 1_080n,
  VolatilityFloor: 500n,
  Active: 0n,
  Mode: 1n,
  MaxConfidence: 10n,
  Flags: 0n,
  Tail: 40_433n,
  RiskBudget: 2_000n,
  MaintenanceAndPenalty: 200n,
  ExitFee: 5n,
  BaseMargin: 500n,
  FullMarginOpenInterest: 200_000_000n,
  OpenInterestMantissa: 50_000n,
  OpenInterestExponent: 18n,
  ReferenceMove: 1_500n,
  Horizon: 14_400n,
  LiquidityCap: 500_000_000n,
  ConcentrationShare: 1_000n,
  DailyVolume: 100_000_000n,
  MaxSlippage: 100n,
  ImpactCoefficient: 10_000n,
  MaxSkewMantissa: 20_000n,
  MaxSkewExponent: 18n,
  GrowthCapacityMantissa: 10_000n,
  GrowthCapacityExponent: 18n,
  GrowthPeriod: 3_600n,
  MaxDrawdown: 3_000n,
  DrawdownPower: 1n,
  ExtendedSpare: 0n,
  PortfolioFlags: 0n,
  PortfolioBudget: 5_000n,
  PortfolioTail: 40_433n,
  PortfolioHorizon: 14_400n,
  Netting: 5_000n,
  VolDown: 2_000n,
  VolUp: 4_000n,
  MaxRiskShare: 5_000n,
  DeltaCapMantissa: 10_000n,
  DeltaCapExponent: 22n,
  GammaCapMantissa: 20_000n,
  GammaCapExponent: 22n,
  VegaCapMantissa: 1_000n,
  VegaCapExponent: 22n,
  Beta: 7_000n,
  BetaStress: 20n,
  VarianceSource: 0xabcdn,
  MaxVolatility: 20_000n,
  VarianceSpare: 0n,
  PeakHalfLife: 720n,
};

/** The limits this version has, and every subset of them as the bits of a policy. */
export const ACTIVE_LIMITS = [
  "Volatility",
  "Collateral",
  "Margin",
  "Liquidity",
  "OpenInterest",
  "Skew",
  "Concentration",
  "SelfLimit",
  "Portfolio",
  "Growth",
  "Drawdown",
] as const satisfies readonly Limit[];
export const bitOf = (limit: Limit): bigint => 1n << BigInt(LIMITS.indexOf(limit));
export const SUBSETS: readonly bigint[] = Array.from({ length: 2 ** ACTIVE_LIMITS.length }, (_, set) =>
  ACTIVE_LIMITS.filter((_, index) => (set >> index) & 1).reduce((bits, limit) => bits | bitOf(limit), 0n),
);
/** Those a guard accepts in a mode that judges: the cap on open interest and one limit of the account. */
export const COMPLETE_SUBSETS: readonly bigint[] = SUBSETS.filter(
  (set) => set & bitOf("OpenInterest") && set & (bitOf("Volatility") | bitOf("Collateral") | bitOf("Margin")),
);

/** Those of a market whose accounts hold nothing else: with Portfolio, who does not say what it holds may hold nothing. */
export const ISOLATED_SUBSETS: readonly bigint[] = COMPLETE_SUBSETS.filter((set) => (set & bitOf("Portfolio")) === 0n);

/** The small ones among them, where each limit has its turn to bind. */
export const SMALL_SUBSETS: readonly bigint[] = ISOLATED_SUBSETS.filter((set) => set.toString(2).replaceAll("0", "").length <= 4);

export function packFields(fields: Fields): PolicyWords {
  const words = { feedPolicy: 0n, riskPolicy: 0n, extendedPolicy: 0n, portfolioPolicy: 0n, variancePolicy: 0n };
  for (const name of FIELD_NAMES) {
    const { word, shift, bits } = LAYOUT[name];
    words[word] |= BigInt.asUintN(Number(bits), fields[name]) << shift;
  }
  return words;
}

/** Fields in their ranges, whichever limits are active: plausible ones, ones anywhere, and ones moved to the ends. */
export function fieldsInRange(random: Random, actives: readonly bigint[]): Fields {
  const style = random.below(4);
  const value = (name: FieldName): bigint => {
    const { min, max } = LAYOUT[name];
    const usual = USUAL[name];
    if (style === 3 || (style === 2 && random.oneIn(4))) return random.pick([min, min + 1n, max - 1n, max]);
    if (style === 1) return random.logBetween(min, max);
    return clamp(random.between(usual / 4n, 4n * usual), min, max);
  };
  const fields = mapFields(value);
  const Heartbeat = clamp(fields.Heartbeat, 1n, 65_534n);
  const PortfolioFlags = portfolioFlags(random);
  return {
    ...fields,
    FeedDecimals: random.between(0n, 36n),
    // Most feeds are not asked.
    MaxConfidence: random.oneIn(3) ? fields.MaxConfidence : 0n,
    Flags: random.between(0n, 7n),
    ExtendedSpare: 0n,
    VarianceSpare: 0n,
    PortfolioFlags,
    // Where it is negative, it is not 0.
    Beta: clamp(fields.Beta, PortfolioFlags >> 7n, 10_000n),
    DeltaCapExponent: plausibleExponent(random, fields.DeltaCapExponent),
    GammaCapExponent: plausibleExponent(random, fields.GammaCapExponent),
    VegaCapExponent: plausibleExponent(random, fields.VegaCapExponent),
    Heartbeat,
    MaxAge: clamp(fields.MaxAge, Heartbeat + 1n, 65_535n),
    OpenInterestExponent: plausibleExponent(random, fields.OpenInterestExponent),
    MaxSkewExponent: plausibleExponent(random, fields.MaxSkewExponent),
    GrowthCapacityExponent: plausibleExponent(random, fields.GrowthCapacityExponent),
    DrawdownPower: random.between(1n, 3n),
    PeakHalfLife: random.oneIn(4) ? 0n : fields.PeakHalfLife,
    Active: random.pick(actives),
    Mode: random.oneIn(8) ? random.between(0n, BigInt(MODES.length - 1)) : random.pick([1n, 1n, 1n, 2n]),
  };
}

/** Any flags that go together: with the common factor a beta, and no Greeks of its own. */
export function portfolioFlags(random: Random): bigint {
  const flags = random.between(0n, 31n) | (random.between(0n, 3n) << 6n);
  return random.oneIn(2) ? flags : (flags & ~1n) | 96n;
}

/** Any larger exponent makes a cap that never binds. */
function plausibleExponent(random: Random, exponent: bigint): bigint {
  return random.oneIn(8) ? exponent : clamp(exponent, 12n, 22n);
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
