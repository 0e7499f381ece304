/**
 * Specification of the policy words: contracts/types/FeedPolicy.sol, RiskPolicy.sol, ExtendedPolicy.sol and PortfolioPolicy.sol (layout
 * and units), contracts/libraries/PolicyRules.sol (ranges), and sdk/src/guard/policy.ts.
 */
import type { Policy, PolicyField, PolicyWords } from "../../sdk/src/index.ts";
import { equal, Refusal, type Specification, W } from "./bound.ts";

export type FieldName = PolicyField | "Feed" | "Active" | "PeakHalfLife";

/** Where a field lies, and its range when every limit is active. */
export interface FieldSpec {
  readonly word: keyof PolicyWords;
  readonly shift: bigint;
  readonly bits: bigint;
  readonly min: bigint;
  readonly max: bigint;
}

const field = (word: keyof PolicyWords, shift: bigint, bits: bigint, min: bigint, max: bigint): FieldSpec => {
  return { word, shift, bits, min, max };
};

/** The fields the errors name stand in the order of their enum. */
export const LAYOUT: Readonly<Record<FieldName, FieldSpec>> = {
  FeedDecimals: field("feedPolicy", 160n, 8n, 0n, 36n),
  Mode: field("feedPolicy", 232n, 8n, 0n, 3n),
  Heartbeat: field("feedPolicy", 168n, 16n, 1n, 65_534n),
  MaxAge: field("feedPolicy", 184n, 16n, 2n, 65_535n),
  VolatilityFloor: field("feedPolicy", 200n, 16n, 1n, 65_535n),
  MaxConfidence: field("feedPolicy", 240n, 8n, 0n, 255n),
  Flags: field("feedPolicy", 248n, 8n, 0n, 7n),
  Tail: field("riskPolicy", 0n, 16n, 10_000n, 65_535n),
  RiskBudget: field("riskPolicy", 16n, 16n, 1n, 10_000n),
  MaintenanceAndPenalty: field("riskPolicy", 32n, 16n, 0n, 10_000n),
  ExitFee: field("riskPolicy", 48n, 16n, 0n, 10_000n),
  BaseMargin: field("riskPolicy", 64n, 16n, 1n, 10_000n),
  FullMarginOpenInterest: field("riskPolicy", 80n, 40n, 1n, 2n ** 40n - 1n),
  OpenInterestMantissa: field("riskPolicy", 120n, 32n, 1n, 2n ** 32n - 1n),
  OpenInterestExponent: field("riskPolicy", 152n, 8n, 0n, 40n),
  ReferenceMove: field("riskPolicy", 160n, 16n, 1n, 65_535n),
  Horizon: field("riskPolicy", 232n, 24n, 1n, 2n ** 24n - 1n),
  LiquidityCap: field("riskPolicy", 176n, 40n, 1n, 2n ** 40n - 1n),
  ConcentrationShare: field("riskPolicy", 216n, 16n, 1n, 10_000n),
  DailyVolume: field("extendedPolicy", 0n, 40n, 1n, 2n ** 40n - 1n),
  MaxSlippage: field("extendedPolicy", 40n, 16n, 1n, 10_000n),
  ImpactCoefficient: field("extendedPolicy", 56n, 16n, 1n, 65_535n),
  MaxSkewMantissa: field("extendedPolicy", 72n, 32n, 1n, 2n ** 32n - 1n),
  MaxSkewExponent: field("extendedPolicy", 104n, 8n, 0n, 40n),
  GrowthCapacityMantissa: field("extendedPolicy", 112n, 32n, 1n, 2n ** 32n - 1n),
  GrowthCapacityExponent: field("extendedPolicy", 144n, 8n, 0n, 40n),
  GrowthPeriod: field("extendedPolicy", 152n, 24n, 1n, 2n ** 24n - 1n),
  MaxDrawdown: field("extendedPolicy", 176n, 16n, 1n, 10_000n),
  DrawdownPower: field("extendedPolicy", 192n, 8n, 1n, 3n),
  ExtendedSpare: field("extendedPolicy", 216n, 40n, 0n, 0n),
  PortfolioFlags: field("portfolioPolicy", 0n, 16n, 0n, 255n),
  PortfolioBudget: field("portfolioPolicy", 32n, 16n, 1n, 65_535n),
  PortfolioTail: field("portfolioPolicy", 48n, 16n, 10_000n, 65_535n),
  PortfolioHorizon: field("portfolioPolicy", 64n, 24n, 1n, 2n ** 24n - 1n),
  Netting: field("portfolioPolicy", 88n, 16n, 0n, 10_000n),
  VolDown: field("portfolioPolicy", 104n, 16n, 0n, 65_535n),
  VolUp: field("portfolioPolicy", 120n, 16n, 0n, 65_535n),
  MaxRiskShare: field("portfolioPolicy", 136n, 16n, 1n, 10_000n),
  DeltaCapMantissa: field("portfolioPolicy", 152n, 24n, 1n, 2n ** 24n - 1n),
  DeltaCapExponent: field("portfolioPolicy", 176n, 8n, 0n, 40n),
  GammaCapMantissa: field("portfolioPolicy", 184n, 24n, 1n, 2n ** 24n - 1n),
  GammaCapExponent: field("portfolioPolicy", 208n, 8n, 0n, 40n),
  VegaCapMantissa: field("portfolioPolicy", 216n, 24n, 1n, 2n ** 24n - 1n),
  VegaCapExponent: field("portfolioPolicy", 240n, 8n, 0n, 40n),
  Beta: field("portfolioPolicy", 16n, 16n, 0n, 10_000n),
  BetaStress: field("portfolioPolicy", 248n, 8n, 0n, 100n),
  VarianceSource: field("variancePolicy", 0n, 160n, 1n, 2n ** 160n - 1n),
  MaxVolatility: field("variancePolicy", 160n, 16n, 1n, 65_535n),
  VarianceSpare: field("variancePolicy", 176n, 80n, 0n, 0n),
  PeakHalfLife: field("extendedPolicy", 200n, 16n, 0n, 65_535n),
  Feed: field("feedPolicy", 0n, 160n, 1n, 2n ** 160n - 1n),
  Active: field("feedPolicy", 216n, 16n, 0n, 65_535n),
};

export const FIELD_NAMES = Object.keys(LAYOUT) as readonly FieldName[];

export type Fields = Readonly<Record<FieldName, bigint>>;

export function fieldsOf(words: PolicyWords): Fields {
  const value = ({ word, shift, bits }: FieldSpec): bigint => (words[word] / 2n ** shift) % 2n ** bits;
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, value(LAYOUT[name])])) as Fields;
}

/** Values of the enum `Limit`, which are the bits of `Active`. */
export const LIMIT = {
  None: 0n,
  Oracle: 1n,
  Mode: 2n,
  Volatility: 3n,
  Collateral: 4n,
  Margin: 5n,
  Liquidity: 7n,
  OpenInterest: 8n,
  Skew: 9n,
  Concentration: 10n,
  SelfLimit: 11n,
  Portfolio: 12n,
  Growth: 13n,
  Drawdown: 14n,
} as const;
export type LimitName = keyof typeof LIMIT;

const SUPPORTED = (Object.keys(LIMIT) as LimitName[]).filter((name) => LIMIT[name] >= LIMIT.Volatility);

export function isActive({ Active }: Pick<Fields, "Active">, limit: LimitName): boolean {
  return (Active / 2n ** LIMIT[limit]) % 2n === 1n;
}

/** The policy in the units of the formulas: WAD and seconds. */
export type Values = Readonly<Record<Exclude<keyof Policy, "feed" | "mode" | "active">, bigint>>;

/** Ratios are in steps of 1e-4, heartbeat and maximum age of 10 s, open interest at full margin of whole quote units. */
export function valuesOf(fields: Fields): Values {
  const ratioUnit = W / 10_000n;
  return {
    feedDecimals: fields.FeedDecimals,
    heartbeat: fields.Heartbeat * 10n,
    maxAge: fields.MaxAge * 10n,
    volatilityFloor: fields.VolatilityFloor * ratioUnit,
    tail: fields.Tail * ratioUnit,
    riskBudget: fields.RiskBudget * ratioUnit,
    maintenanceAndPenalty: fields.MaintenanceAndPenalty * ratioUnit,
    exitFee: fields.ExitFee * ratioUnit,
    baseMargin: fields.BaseMargin * ratioUnit,
    fullMarginOpenInterest: fields.FullMarginOpenInterest * W,
    liquidityCap: fields.LiquidityCap * W,
    openInterestCap: fields.OpenInterestMantissa * 10n ** fields.OpenInterestExponent,
    referenceMove: fields.ReferenceMove * ratioUnit,
    concentrationShare: fields.ConcentrationShare * ratioUnit,
    horizon: fields.Horizon,
    usesImpact: fields.Flags % 2n,
    dailyVolume: fields.DailyVolume * W,
    maxSlippage: fields.MaxSlippage * ratioUnit,
    impactCoefficient: fields.ImpactCoefficient * ratioUnit,
    maxSkew: fields.MaxSkewMantissa * 10n ** fields.MaxSkewExponent,
    growthCapacity: fields.GrowthCapacityMantissa * 10n ** fields.GrowthCapacityExponent,
    growthPeriod: fields.GrowthPeriod,
    maxDrawdown: fields.MaxDrawdown * ratioUnit,
    drawdownPower: fields.DrawdownPower,
    peakHalfLife: fields.PeakHalfLife * 3_600n,
    hasGreeks: bit(fields.PortfolioFlags, 0n),
    capsRiskShare: bit(fields.PortfolioFlags, 1n),
    capsDelta: bit(fields.PortfolioFlags, 2n),
    capsGamma: bit(fields.PortfolioFlags, 3n),
    capsVega: bit(fields.PortfolioFlags, 4n),
    usesFactor: bit(fields.PortfolioFlags, 5n),
    hasBeta: bit(fields.PortfolioFlags, 6n),
    portfolioBudget: fields.PortfolioBudget * ratioUnit,
    portfolioTail: fields.PortfolioTail * ratioUnit,
    portfolioHorizon: fields.PortfolioHorizon,
    netting: fields.Netting * ratioUnit,
    volDown: fields.VolDown * ratioUnit,
    volUp: fields.VolUp * ratioUnit,
    maxRiskShare: fields.MaxRiskShare * ratioUnit,
    deltaCap: fields.DeltaCapMantissa * 10n ** fields.DeltaCapExponent,
    gammaCap: fields.GammaCapMantissa * 10n ** fields.GammaCapExponent,
    vegaCap: fields.VegaCapMantissa * 10n ** fields.VegaCapExponent,
    beta: (1n - 2n * bit(fields.PortfolioFlags, 7n)) * fields.Beta * ratioUnit,
    betaStress: (fields.BetaStress * W) / 100n,
    maxConfidence: (fields.MaxConfidence * W) / 1_000n,
    usesPushedVariance: bit(fields.Flags, 1n),
    isWinsorised: bit(fields.Flags, 2n),
    varianceSource: fields.VarianceSource,
    maxVolatility: fields.MaxVolatility * ratioUnit,
  };
}

function bit(bits: bigint, index: bigint): bigint {
  return (bits / 2n ** index) % 2n;
}

/** Refuses, at the first field that is out of its range, or passes the policy's values on. */
export const requireInRange: Specification = (market, feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy, variancePolicy) => {
  const fields = fieldsOf({ feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy, variancePolicy });
  if (fields.Feed === 0n) throw new Refusal("ZeroAddress");
  const check = (name: PolicyField, min = LAYOUT[name].min, max = LAYOUT[name].max): void => {
    const value = fields[name];
    if (value < min || value > max) throw new Refusal("PolicyOutOfRange", [market, BigInt(FIELD_NAMES.indexOf(name)), value, min, max]);
  };
  /** A field of a limit that is off may be zero. */
  const checkOf = (limit: LimitName, name: PolicyField): void => check(name, isActive(fields, limit) ? LAYOUT[name].min : 0n);

  for (const name of ["FeedDecimals", "Mode", "Heartbeat"] as const) check(name);
  check("MaxAge", fields.Heartbeat + 1n);
  for (const name of ["VolatilityFloor", "MaxConfidence", "Flags"] as const) check(name);
  checkLimits(market, fields);
  for (const name of ["Tail", "Horizon"] as const) check(name);
  checkOf("Volatility", "RiskBudget");
  for (const name of ["MaintenanceAndPenalty", "ExitFee"] as const) check(name);
  for (const name of ["BaseMargin", "FullMarginOpenInterest"] as const) checkOf("Margin", name);
  checkOf("OpenInterest", "OpenInterestMantissa");
  check("OpenInterestExponent");
  checkOf("OpenInterest", "ReferenceMove");
  checkOf("Liquidity", "LiquidityCap");
  checkOf("Concentration", "ConcentrationShare");
  for (const name of ["DailyVolume", "MaxSlippage", "ImpactCoefficient"] as const) check(name, bit(fields.Flags, 0n));
  checkOf("Skew", "MaxSkewMantissa");
  check("MaxSkewExponent");
  checkOf("Growth", "GrowthCapacityMantissa");
  check("GrowthCapacityExponent");
  checkOf("Growth", "GrowthPeriod");
  for (const name of ["MaxDrawdown", "DrawdownPower"] as const) checkOf("Drawdown", name);
  check("ExtendedSpare");
  check("PortfolioFlags");
  if (bit(fields.PortfolioFlags, 5n) === 1n) {
    // With the factor: no Greeks of its own (bit 0), and a beta (bit 6).
    const others = fields.PortfolioFlags - bit(fields.PortfolioFlags, 0n) - 64n * bit(fields.PortfolioFlags, 6n);
    check("PortfolioFlags", others + 64n, others + 64n);
  }
  check("Beta", bit(fields.PortfolioFlags, 7n));
  check("BetaStress");
  for (const name of ["PortfolioBudget", "PortfolioTail", "PortfolioHorizon"] as const) checkOf("Portfolio", name);
  for (const name of ["Netting", "VolDown", "VolUp"] as const) check(name);
  const capped = ["MaxRiskShare", "DeltaCapMantissa", "GammaCapMantissa", "VegaCapMantissa"] as const;
  for (const [index, name] of capped.entries()) {
    // What a flag does not switch on may be zero.
    check(name, bit(fields.PortfolioFlags, BigInt(index) + 1n));
    if (name !== "MaxRiskShare") check(name.replace("Mantissa", "Exponent") as PolicyField);
  }
  for (const name of ["VarianceSource", "MaxVolatility"] as const) check(name, bit(fields.Flags, 1n));
  check("VarianceSpare");
  return policyValues(feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy, variancePolicy);
};

/** Only limits of this version; and a policy that judges has the cap on open interest and a limit of the account. */
function checkLimits(market: bigint, fields: Fields): void {
  for (let bit = 0n; bit < LAYOUT.Active.bits; bit++) {
    const isSupported = SUPPORTED.some((limit) => LIMIT[limit] === bit);
    if (!isSupported && (fields.Active / 2n ** bit) % 2n === 1n) throw new Refusal("LimitNotSupported", [market, bit]);
  }
  const judges = fields.Mode === 1n || fields.Mode === 2n;
  const ofAccount = (["Volatility", "Collateral", "Margin"] as const).some((limit) => isActive(fields, limit));
  if (judges && !(ofAccount && isActive(fields, "OpenInterest"))) throw new Refusal("PolicyIncomplete", [market, fields.Active]);
}

/** The values in the order of the SDK's `Policy`. */
export const policyValues: Specification = (feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy, variancePolicy) => {
  const fields = fieldsOf({ feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy, variancePolicy });
  const { feedDecimals, ...others } = valuesOf(fields);
  return [fields.Feed, feedDecimals, fields.Mode, fields.Active, ...Object.values(others)].map(equal);
};
