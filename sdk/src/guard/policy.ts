import { LimitNotSupportedError, PolicyIncompleteError, PolicyOutOfRangeError, ZeroAddressError } from "../errors/guard.ts";
import { ArgumentOutOfRangeError } from "../errors/math.ts";
import { requireUint256 } from "../math/checks.ts";
import { WAD } from "../math/constants.ts";
import { abs } from "../math/signed.ts";
import type { PortfolioTerms } from "../portfolio/risk.ts";
import { LIMITS, type Limit, MODES, type Mode, type PolicyField } from "./enums.ts";
import { field, inUnits, RATIO_UNIT } from "./words.ts";

// Twins: contracts/types/FeedPolicy.sol, RiskPolicy.sol, ExtendedPolicy.sol and PortfolioPolicy.sol, VariancePolicy.sol (layout), contracts/libraries/PolicyRules.sol (ranges).

/** A market's policy in the units people and formulas use: WAD for ratios and amounts, seconds for times. */
export interface Policy extends PortfolioTerms {
  /** Address of the price feed, lower case. */
  readonly feed: `0x${string}`;
  /** Decimals of the feed's answers, at most 36. */
  readonly feedDecimals: bigint;
  readonly mode: Mode;
  /** The limits that are switched on, in the order of the enum. */
  readonly active: readonly Limit[];
  /** Seconds after which the feed is expected to write again, in steps of 10. */
  readonly heartbeat: bigint;
  /** Seconds from which a price counts for nothing, in steps of 10. */
  readonly maxAge: bigint;
  /** Volatility per year below which the market is never believed to be, WAD, in steps of 1e14. */
  readonly volatilityFloor: bigint;
  /** Expected-shortfall multiplier of a unit-variance return, WAD, in steps of 1e14. */
  readonly tail: bigint;
  /** Share of equity that the adverse move may cost, WAD, in steps of 1e14. */
  readonly riskBudget: bigint;
  /** Maintenance margin ratio plus liquidation penalty, WAD, in steps of 1e14. */
  readonly maintenanceAndPenalty: bigint;
  /** What leaving costs, as a share of the notional, WAD, in steps of 1e14. */
  readonly exitFee: bigint;
  /** Initial margin ratio of an empty market, WAD, in steps of 1e14. */
  readonly baseMargin: bigint;
  /** Side open interest at which the marginal initial margin ratio reaches 100 %, quote WAD, in whole quote units. */
  readonly fullMarginOpenInterest: bigint;
  /** Side open interest that the market's depth carries, quote WAD, in whole quote units. */
  readonly liquidityCap: bigint;
  /** Largest open interest of one side, base WAD: at most 32 significant bits times a power of ten. */
  readonly openInterestCap: bigint;
  /** The adverse move the open-interest cap was set for, WAD, in steps of 1e14. */
  readonly referenceMove: bigint;
  /** Largest share of the pool's equity that one account may be exposed to, WAD, in steps of 1e14. */
  readonly concentrationShare: bigint;
  /** Seconds needed to close a position. */
  readonly horizon: bigint;
  /** Whether Liquidity also keeps to the law of market impact. */
  readonly usesImpact: boolean;
  /** Average volume of a day, quote WAD, in whole quote units. */
  readonly dailyVolume: bigint;
  /** Slippage at which leaving at once is still acceptable, WAD, in steps of 1e14. */
  readonly maxSlippage: bigint;
  /** Coefficient of the square-root law of market impact, WAD, in steps of 1e14. */
  readonly impactCoefficient: bigint;
  /** The most by which one side's open interest may exceed the other's, base WAD: 32 significant bits times a power of ten. */
  readonly maxSkew: bigint;
  /** What a side's open interest may grow by at once, base WAD: 32 significant bits times a power of ten. */
  readonly growthCapacity: bigint;
  /** Seconds after which as much may grow again. */
  readonly growthPeriod: bigint;
  /** Share of the high-water mark at whose loss nothing may be added any more, WAD, in steps of 1e14. */
  readonly maxDrawdown: bigint;
  /** Power of the drawdown scale: 1, 2 or 3. */
  readonly drawdownPower: bigint;
  /** Seconds in which half the distance to a high-water mark is forgotten, in whole hours; 0: never. */
  readonly peakHalfLife: bigint;
  /** Half the confidence interval, WAD ratio of the price, from which a price carries nothing, in steps of 1e15; 0: the feed is
   * not asked how sure it is. */
  readonly maxConfidence: bigint;
  /** Whether the fast variance ignores returns beyond six standard deviations too: for feeds that can print bad ticks. */
  readonly isWinsorised: boolean;
  /** Whether what `sync` pushed counts. */
  readonly usesPushedVariance: boolean;
  /** Address of who else says what the variance is, lower case; zero for nobody. */
  readonly varianceSource: `0x${string}`;
  /** Volatility per year beyond which the source is believed no further, WAD, in steps of 1e14. */
  readonly maxVolatility: bigint;
}

/** The words a guard stores for a market. */
export interface PolicyWords {
  readonly feedPolicy: bigint;
  readonly riskPolicy: bigint;
  readonly extendedPolicy: bigint;
  readonly portfolioPolicy: bigint;
  readonly variancePolicy: bigint;
}

const TIME_UNIT = 10n;
const CONFIDENCE_UNIT = 10n ** 15n;
const HALF_LIFE_UNIT = 3_600n;
const ONE = 10_000n;
const MAX_UINT16 = 0xffffn;
const MAX_FEED_FLAGS = 7n;
const MAX_FLAGS = 0xffn;
const STRESS_UNIT = 10n ** 16n;
const MAX_BETA_STRESS = 100n;
const MAX_UINT24 = 0xff_ffffn;
const MAX_UINT32 = 0xffff_ffffn;
const MAX_UINT40 = 0xff_ffff_ffffn;
const MAX_UINT160 = 2n ** 160n - 1n;
const MAX_EXPONENT = 40n;
const MAX_POWER = 3n;

const ACCOUNT_LIMITS = mask(["Volatility", "Collateral", "Margin"]);
const OPEN_INTEREST = mask(["OpenInterest"]);
const SUPPORTED = mask([
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
]);

/** The policy words taken apart, in the units of the words. */
type Fields = Readonly<Record<PolicyField, bigint>> & {
  readonly Feed: bigint;
  readonly Active: bigint;
  readonly PeakHalfLife: bigint;
};

/** The names of the flags of the feed's word, by bit. */
const FEED_FLAGS = ["usesImpact", "usesPushedVariance", "isWinsorised"] as const;
type FeedFlag = (typeof FEED_FLAGS)[number];

type RatioName =
  | "volatilityFloor"
  | "tail"
  | "riskBudget"
  | "maintenanceAndPenalty"
  | "exitFee"
  | "baseMargin"
  | "referenceMove"
  | "concentrationShare"
  | "maxSlippage"
  | "impactCoefficient"
  | "maxDrawdown"
  | "maxVolatility"
  | "portfolioBudget"
  | "portfolioTail"
  | "netting"
  | "volDown"
  | "volUp"
  | "maxRiskShare";
type QuoteName = "fullMarginOpenInterest" | "liquidityCap" | "dailyVolume";
type BaseName = "openInterestCap" | "maxSkew" | "growthCapacity";
type CapName = "deltaCap" | "gammaCap" | "vegaCap";

/** The names of the flags of the portfolio's word, by bit. */
const PORTFOLIO_FLAGS = ["hasGreeks", "capsRiskShare", "capsDelta", "capsGamma", "capsVega", "usesFactor", "hasBeta"] as const;
/** The bit after them: the sign of beta. */
const BETA_IS_NEGATIVE = 1n << 7n;
type PortfolioFlag = (typeof PORTFOLIO_FLAGS)[number];

/**
 * Packs a policy into the words a guard stores.
 *
 * Nothing is rounded: a value the word cannot hold exactly is refused, so the policy that governs is the policy that was
 * written.
 *
 * @param policy - The policy in WAD and seconds.
 * @returns The words `setPolicy` takes.
 * @throws {ArgumentOutOfRangeError} When a value is not a multiple of its unit or is too large for its field, or a name
 * (mode, limit) is unknown.
 *
 * @example
 * ```ts
 * await guard.write.setPolicy([market, encodePolicy(policy)]);
 * ```
 */
export function encodePolicy(policy: Policy): PolicyWords {
  const ratio = (name: RatioName, shift: number): bigint => field(name, inUnits(name, policy[name], RATIO_UNIT), 16, shift);
  const quote = (name: QuoteName, shift: number): bigint => field(name, inUnits(name, policy[name], WAD), 40, shift);
  const power = (name: BaseName | CapName, bits: number, shift: number): bigint => {
    const [mantissa, exponent] = toMantissa(policy[name]);
    return field(name, mantissa, bits, shift) | field(name, exponent, 8, shift + bits);
  };
  const base = (name: BaseName, shift: number): bigint => power(name, 32, shift);
  const cap = (name: CapName, shift: number): bigint => power(name, 24, shift);
  const feedPolicy =
    field("feed", BigInt(policy.feed), 160, 0) |
    field("feedDecimals", policy.feedDecimals, 8, 160) |
    field("heartbeat", inUnits("heartbeat", policy.heartbeat, TIME_UNIT), 16, 168) |
    field("maxAge", inUnits("maxAge", policy.maxAge, TIME_UNIT), 16, 184) |
    ratio("volatilityFloor", 200) |
    field("active", mask(policy.active), 16, 216) |
    field("mode", BigInt(MODES.indexOf(policy.mode)), 8, 232) |
    field("maxConfidence", inUnits("maxConfidence", policy.maxConfidence, CONFIDENCE_UNIT), 8, 240) |
    (flagBits(FEED_FLAGS, policy) << 248n);
  const riskPolicy =
    ratio("tail", 0) |
    ratio("riskBudget", 16) |
    ratio("maintenanceAndPenalty", 32) |
    ratio("exitFee", 48) |
    ratio("baseMargin", 64) |
    quote("fullMarginOpenInterest", 80) |
    base("openInterestCap", 120) |
    ratio("referenceMove", 160) |
    quote("liquidityCap", 176) |
    ratio("concentrationShare", 216) |
    field("horizon", policy.horizon, 24, 232);
  const extendedPolicy =
    quote("dailyVolume", 0) |
    ratio("maxSlippage", 40) |
    ratio("impactCoefficient", 56) |
    base("maxSkew", 72) |
    base("growthCapacity", 112) |
    field("growthPeriod", policy.growthPeriod, 24, 152) |
    ratio("maxDrawdown", 176) |
    field("drawdownPower", policy.drawdownPower, 8, 192) |
    field("peakHalfLife", inUnits("peakHalfLife", policy.peakHalfLife, HALF_LIFE_UNIT), 16, 200);
  const portfolioPolicy =
    flagBits(PORTFOLIO_FLAGS, policy) |
    (policy.beta < 0n ? BETA_IS_NEGATIVE : 0n) |
    field("beta", inUnits("beta", abs(policy.beta), RATIO_UNIT), 16, 16) |
    ratio("portfolioBudget", 32) |
    ratio("portfolioTail", 48) |
    field("portfolioHorizon", policy.portfolioHorizon, 24, 64) |
    ratio("netting", 88) |
    ratio("volDown", 104) |
    ratio("volUp", 120) |
    ratio("maxRiskShare", 136) |
    cap("deltaCap", 152) |
    cap("gammaCap", 184) |
    cap("vegaCap", 216) |
    field("betaStress", inUnits("betaStress", policy.betaStress, STRESS_UNIT), 8, 248);
  const variancePolicy = field("varianceSource", BigInt(policy.varianceSource), 160, 0) | ratio("maxVolatility", 160);
  return { feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy, variancePolicy };
}

/** Flags by their names, the first in the lowest bit. */
function flagBits<name extends string>(names: readonly name[], values: Readonly<Record<name, boolean>>): bigint {
  return names.reduce((bits, name, index) => bits | (BigInt(values[name]) << BigInt(index)), 0n);
}

/**
 * Reads the words a guard stores.
 *
 * @param words - The words `policy(market)` returns.
 * @returns The policy in WAD and seconds, or `null` when none is set.
 * @throws {ArgumentOutOfRangeError} When a word is not a uint256, or holds a mode no guard would store.
 *
 * @example
 * ```ts
 * const policy = decodePolicy(await guard.read.policy([market]));
 * ```
 */
export function decodePolicy(words: PolicyWords): Policy | null {
  const fields = unpack(words);
  if (words.feedPolicy === 0n) return null;
  const mode = MODES[Number(fields.Mode)];
  if (mode === undefined) throw new ArgumentOutOfRangeError("mode", fields.Mode, "a mode");
  return {
    feed: toAddress(fields.Feed),
    feedDecimals: fields.FeedDecimals,
    mode,
    active: LIMITS.filter((_, index) => (fields.Active >> BigInt(index)) & 1n),
    heartbeat: fields.Heartbeat * TIME_UNIT,
    maxAge: fields.MaxAge * TIME_UNIT,
    volatilityFloor: fields.VolatilityFloor * RATIO_UNIT,
    tail: fields.Tail * RATIO_UNIT,
    riskBudget: fields.RiskBudget * RATIO_UNIT,
    maintenanceAndPenalty: fields.MaintenanceAndPenalty * RATIO_UNIT,
    exitFee: fields.ExitFee * RATIO_UNIT,
    baseMargin: fields.BaseMargin * RATIO_UNIT,
    fullMarginOpenInterest: fields.FullMarginOpenInterest * WAD,
    liquidityCap: fields.LiquidityCap * WAD,
    openInterestCap: fields.OpenInterestMantissa * 10n ** fields.OpenInterestExponent,
    referenceMove: fields.ReferenceMove * RATIO_UNIT,
    concentrationShare: fields.ConcentrationShare * RATIO_UNIT,
    horizon: fields.Horizon,
    usesImpact: feedFlag(fields, "usesImpact") === 1n,
    dailyVolume: fields.DailyVolume * WAD,
    maxSlippage: fields.MaxSlippage * RATIO_UNIT,
    impactCoefficient: fields.ImpactCoefficient * RATIO_UNIT,
    maxSkew: fields.MaxSkewMantissa * 10n ** fields.MaxSkewExponent,
    growthCapacity: fields.GrowthCapacityMantissa * 10n ** fields.GrowthCapacityExponent,
    growthPeriod: fields.GrowthPeriod,
    maxDrawdown: fields.MaxDrawdown * RATIO_UNIT,
    drawdownPower: fields.DrawdownPower,
    peakHalfLife: fields.PeakHalfLife * HALF_LIFE_UNIT,
    maxConfidence: fields.MaxConfidence * CONFIDENCE_UNIT,
    isWinsorised: feedFlag(fields, "isWinsorised") === 1n,
    usesPushedVariance: feedFlag(fields, "usesPushedVariance") === 1n,
    varianceSource: toAddress(fields.VarianceSource),
    maxVolatility: fields.MaxVolatility * RATIO_UNIT,
    ...portfolioTerms(fields),
  };
}

function toAddress(value: bigint): `0x${string}` {
  return `0x${value.toString(16).padStart(40, "0")}`;
}

/** 1 where the flag of the feed's word is set. */
function feedFlag({ Flags }: Fields, name: FeedFlag): bigint {
  return (Flags >> BigInt(FEED_FLAGS.indexOf(name))) & 1n;
}

function bitOf(name: PortfolioFlag): bigint {
  return 1n << BigInt(PORTFOLIO_FLAGS.indexOf(name));
}

/** 1 where the flag of the portfolio's word is set. */
function flagOf({ PortfolioFlags }: Fields, name: PortfolioFlag): bigint {
  return (PortfolioFlags >> BigInt(PORTFOLIO_FLAGS.indexOf(name))) & 1n;
}

function isBetaNegative({ PortfolioFlags }: Fields): boolean {
  return (PortfolioFlags & BETA_IS_NEGATIVE) !== 0n;
}

function portfolioTerms(fields: Fields): PortfolioTerms {
  const has = (name: PortfolioFlag): boolean => flagOf(fields, name) === 1n;
  return {
    hasGreeks: has("hasGreeks"),
    capsRiskShare: has("capsRiskShare"),
    capsDelta: has("capsDelta"),
    capsGamma: has("capsGamma"),
    capsVega: has("capsVega"),
    usesFactor: has("usesFactor"),
    hasBeta: has("hasBeta"),
    portfolioBudget: fields.PortfolioBudget * RATIO_UNIT,
    portfolioTail: fields.PortfolioTail * RATIO_UNIT,
    portfolioHorizon: fields.PortfolioHorizon,
    netting: fields.Netting * RATIO_UNIT,
    volDown: fields.VolDown * RATIO_UNIT,
    volUp: fields.VolUp * RATIO_UNIT,
    maxRiskShare: fields.MaxRiskShare * RATIO_UNIT,
    deltaCap: fields.DeltaCapMantissa * 10n ** fields.DeltaCapExponent,
    gammaCap: fields.GammaCapMantissa * 10n ** fields.GammaCapExponent,
    vegaCap: fields.VegaCapMantissa * 10n ** fields.VegaCapExponent,
    beta: (isBetaNegative(fields) ? -fields.Beta : fields.Beta) * RATIO_UNIT,
    betaStress: fields.BetaStress * STRESS_UNIT,
  };
}

/**
 * Refuses what a guard would refuse to store, with the same error; the feed itself it cannot ask.
 *
 * @param market - The market's id, for the error.
 * @param words - The policy words.
 * @throws {ZeroAddressError} When the feed is zero.
 * @throws {PolicyOutOfRangeError} When a field is out of its range, in the units of its word.
 * @throws {LimitNotSupportedError} When an active limit does not exist here.
 * @throws {PolicyIncompleteError} When the policy judges without the limits that takes.
 *
 * @example
 * ```ts
 * requirePolicyInRange(market, encodePolicy(policy)); // throws before the transaction would revert
 * ```
 */
export function requirePolicyInRange(market: `0x${string}`, words: PolicyWords): void {
  const fields = unpack(words);
  if (fields.Feed === 0n) throw new ZeroAddressError();
  const require = (name: PolicyField, minimum: bigint, maximum: bigint): void => {
    const value = fields[name];
    if (value < minimum || value > maximum) throw new PolicyOutOfRangeError(market, name, value, minimum, maximum);
  };
  const least = (limit: Limit): bigint => (fields.Active >> BigInt(LIMITS.indexOf(limit))) & 1n;

  require("FeedDecimals", 0n, 36n);
  require("Mode", 0n, BigInt(MODES.length - 1));
  require("Heartbeat", 1n, MAX_UINT16 - 1n);
  require("MaxAge", fields.Heartbeat + 1n, MAX_UINT16);
  require("VolatilityFloor", 1n, MAX_UINT16);
  require("Flags", 0n, MAX_FEED_FLAGS);
  requireLimits(market, fields);
  require("Tail", ONE, MAX_UINT16);
  require("Horizon", 1n, MAX_UINT24);
  require("RiskBudget", least("Volatility"), ONE);
  require("MaintenanceAndPenalty", 0n, ONE);
  require("ExitFee", 0n, ONE);
  require("BaseMargin", least("Margin"), ONE);
  require("FullMarginOpenInterest", least("Margin"), MAX_UINT40);
  require("OpenInterestMantissa", least("OpenInterest"), MAX_UINT32);
  require("OpenInterestExponent", 0n, MAX_EXPONENT);
  require("ReferenceMove", least("OpenInterest"), MAX_UINT16);
  require("LiquidityCap", least("Liquidity"), MAX_UINT40);
  require("ConcentrationShare", least("Concentration"), ONE);
  require("DailyVolume", feedFlag(fields, "usesImpact"), MAX_UINT40);
  require("MaxSlippage", feedFlag(fields, "usesImpact"), ONE);
  require("ImpactCoefficient", feedFlag(fields, "usesImpact"), MAX_UINT16);
  require("MaxSkewMantissa", least("Skew"), MAX_UINT32);
  require("MaxSkewExponent", 0n, MAX_EXPONENT);
  require("GrowthCapacityMantissa", least("Growth"), MAX_UINT32);
  require("GrowthCapacityExponent", 0n, MAX_EXPONENT);
  require("GrowthPeriod", least("Growth"), MAX_UINT24);
  require("MaxDrawdown", least("Drawdown"), ONE);
  require("DrawdownPower", least("Drawdown"), MAX_POWER);
  require("ExtendedSpare", 0n, 0n);
  const flag = (name: PortfolioFlag): bigint => flagOf(fields, name);
  require("PortfolioFlags", 0n, MAX_FLAGS);
  if (flag("usesFactor") === 1n) {
    // The common factor is for what has no Greeks of its own, in markets whose beta is known.
    const proper = (fields.PortfolioFlags | bitOf("hasBeta")) & ~bitOf("hasGreeks");
    require("PortfolioFlags", proper, proper);
  }
  require("Beta", isBetaNegative(fields) ? 1n : 0n, ONE);
  require("BetaStress", 0n, MAX_BETA_STRESS);
  require("PortfolioBudget", least("Portfolio"), MAX_UINT16);
  require("PortfolioTail", least("Portfolio") * ONE, MAX_UINT16);
  require("PortfolioHorizon", least("Portfolio"), MAX_UINT24);
  require("Netting", 0n, ONE);
  require("VolDown", 0n, MAX_UINT16);
  require("VolUp", 0n, MAX_UINT16);
  require("MaxRiskShare", flag("capsRiskShare"), ONE);
  require("DeltaCapMantissa", flag("capsDelta"), MAX_UINT24);
  require("DeltaCapExponent", 0n, MAX_EXPONENT);
  require("GammaCapMantissa", flag("capsGamma"), MAX_UINT24);
  require("GammaCapExponent", 0n, MAX_EXPONENT);
  require("VegaCapMantissa", flag("capsVega"), MAX_UINT24);
  require("VegaCapExponent", 0n, MAX_EXPONENT);
  require("VarianceSource", feedFlag(fields, "usesPushedVariance"), MAX_UINT160);
  require("MaxVolatility", feedFlag(fields, "usesPushedVariance"), MAX_UINT16);
  require("VarianceSpare", 0n, 0n);
}

function requireLimits(market: `0x${string}`, fields: Fields): void {
  const unsupported = LIMITS.find((_, index) => ((fields.Active & ~SUPPORTED) >> BigInt(index)) & 1n);
  if (unsupported !== undefined) throw new LimitNotSupportedError(market, unsupported);
  const judges = fields.Mode === 1n || fields.Mode === 2n;
  const isComplete = (fields.Active & ACCOUNT_LIMITS) !== 0n && (fields.Active & OPEN_INTEREST) !== 0n;
  if (judges && !isComplete) throw new PolicyIncompleteError(market, fields.Active);
}

function unpack({ feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy, variancePolicy }: PolicyWords): Fields {
  requireUint256("feedPolicy", feedPolicy);
  requireUint256("riskPolicy", riskPolicy);
  requireUint256("extendedPolicy", extendedPolicy);
  requireUint256("portfolioPolicy", portfolioPolicy);
  requireUint256("variancePolicy", variancePolicy);
  const feed = (shift: number, bits: number): bigint => BigInt.asUintN(bits, feedPolicy >> BigInt(shift));
  const risk = (shift: number, bits: number): bigint => BigInt.asUintN(bits, riskPolicy >> BigInt(shift));
  const extended = (shift: number, bits: number): bigint => BigInt.asUintN(bits, extendedPolicy >> BigInt(shift));
  const portfolio = (shift: number, bits: number): bigint => BigInt.asUintN(bits, portfolioPolicy >> BigInt(shift));
  return {
    Feed: feed(0, 160),
    FeedDecimals: feed(160, 8),
    Heartbeat: feed(168, 16),
    MaxAge: feed(184, 16),
    VolatilityFloor: feed(200, 16),
    Active: feed(216, 16),
    Mode: feed(232, 8),
    MaxConfidence: feed(240, 8),
    Flags: feed(248, 8),
    Tail: risk(0, 16),
    RiskBudget: risk(16, 16),
    MaintenanceAndPenalty: risk(32, 16),
    ExitFee: risk(48, 16),
    BaseMargin: risk(64, 16),
    FullMarginOpenInterest: risk(80, 40),
    OpenInterestMantissa: risk(120, 32),
    OpenInterestExponent: risk(152, 8),
    ReferenceMove: risk(160, 16),
    LiquidityCap: risk(176, 40),
    ConcentrationShare: risk(216, 16),
    Horizon: risk(232, 24),
    DailyVolume: extended(0, 40),
    MaxSlippage: extended(40, 16),
    ImpactCoefficient: extended(56, 16),
    MaxSkewMantissa: extended(72, 32),
    MaxSkewExponent: extended(104, 8),
    GrowthCapacityMantissa: extended(112, 32),
    GrowthCapacityExponent: extended(144, 8),
    GrowthPeriod: extended(152, 24),
    MaxDrawdown: extended(176, 16),
    DrawdownPower: extended(192, 8),
    PeakHalfLife: extended(200, 16),
    ExtendedSpare: extended(216, 40),
    PortfolioFlags: portfolio(0, 16),
    Beta: portfolio(16, 16),
    PortfolioBudget: portfolio(32, 16),
    PortfolioTail: portfolio(48, 16),
    PortfolioHorizon: portfolio(64, 24),
    Netting: portfolio(88, 16),
    VolDown: portfolio(104, 16),
    VolUp: portfolio(120, 16),
    MaxRiskShare: portfolio(136, 16),
    DeltaCapMantissa: portfolio(152, 24),
    DeltaCapExponent: portfolio(176, 8),
    GammaCapMantissa: portfolio(184, 24),
    GammaCapExponent: portfolio(208, 8),
    VegaCapMantissa: portfolio(216, 24),
    VegaCapExponent: portfolio(240, 8),
    BetaStress: portfolio(248, 8),
    VarianceSource: BigInt.asUintN(160, variancePolicy),
    MaxVolatility: BigInt.asUintN(16, variancePolicy >> 160n),
    VarianceSpare: variancePolicy >> 176n,
  };
}

/** The cap with its trailing decimal zeros taken out, so that any cap people write fits. */
function toMantissa(value: bigint): [mantissa: bigint, exponent: bigint] {
  let mantissa = value;
  let exponent = 0n;
  while (mantissa !== 0n && mantissa % 10n === 0n && exponent < MAX_EXPONENT) {
    mantissa /= 10n;
    exponent += 1n;
  }
  return [mantissa, exponent];
}

function mask(limits: readonly Limit[]): bigint {
  return limits.reduce((bits, limit) => bits | bit(limit), 0n);
}

/** A misspelled limit must not be a limit that is quietly off. */
function bit(limit: Limit): bigint {
  const index = LIMITS.indexOf(limit);
  if (index < 0) throw new ArgumentOutOfRangeError("active", limit, "a limit");
  return 1n << BigInt(index);
}
