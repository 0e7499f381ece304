import { LimitNotSupportedError, PolicyIncompleteError, PolicyOutOfRangeError, ZeroAddressError } from "../errors/guard.ts";
import { ArgumentOutOfRangeError } from "../errors/math.ts";
import { requireUint256 } from "../math/checks.ts";
import { WAD } from "../math/constants.ts";
import { LIMITS, type Limit, MODES, type Mode, type PolicyField } from "./enums.ts";

// Twins: contracts/types/FeedPolicy.sol and RiskPolicy.sol (layout), contracts/libraries/PolicyRules.sol (ranges).

/** A market's policy in the units people and formulas use: WAD for ratios and amounts, seconds for times. */
export interface Policy {
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
}

/** The two words a guard stores for a market. */
export interface PolicyWords {
  readonly feedPolicy: bigint;
  readonly riskPolicy: bigint;
}

const RATIO_UNIT = 10n ** 14n;
const TIME_UNIT = 10n;
const ONE = 10_000n;
const MAX_UINT16 = 0xffffn;
const MAX_UINT24 = 0xff_ffffn;
const MAX_UINT32 = 0xffff_ffffn;
const MAX_UINT40 = 0xff_ffff_ffffn;
const MAX_EXPONENT = 40n;

const ACCOUNT_LIMITS = mask(["Volatility", "Collateral", "Margin"]);
const OPEN_INTEREST = mask(["OpenInterest"]);
const SUPPORTED = mask(["Volatility", "Collateral", "Margin", "Liquidity", "OpenInterest", "Concentration"]);

/** A policy word taken apart, in the units of the word. */
type Fields = Readonly<Record<PolicyField, bigint>> & { readonly Feed: bigint; readonly Active: bigint };

/**
 * Packs a policy into the words a guard stores.
 *
 * Nothing is rounded: a value the word cannot hold exactly is refused, so the policy that governs is the policy that was
 * written.
 *
 * @param policy - The policy in WAD and seconds.
 * @returns The two words `setPolicy` takes.
 * @throws {ArgumentOutOfRangeError} When a value is not a multiple of its unit or is too large for its field, or a name
 * (mode, limit) is unknown.
 *
 * @example
 * ```ts
 * const { feedPolicy, riskPolicy } = encodePolicy(policy);
 * ```
 */
export function encodePolicy(policy: Policy): PolicyWords {
  const [mantissa, exponent] = toMantissa(policy.openInterestCap);
  const feedPolicy =
    field("feed", BigInt(policy.feed), 160, 0) |
    field("feedDecimals", policy.feedDecimals, 8, 160) |
    field("heartbeat", inUnits("heartbeat", policy.heartbeat, TIME_UNIT), 16, 168) |
    field("maxAge", inUnits("maxAge", policy.maxAge, TIME_UNIT), 16, 184) |
    field("volatilityFloor", inUnits("volatilityFloor", policy.volatilityFloor, RATIO_UNIT), 16, 200) |
    field("active", mask(policy.active), 16, 216) |
    field("mode", BigInt(MODES.indexOf(policy.mode)), 8, 232);
  const riskPolicy =
    field("tail", inUnits("tail", policy.tail, RATIO_UNIT), 16, 0) |
    field("riskBudget", inUnits("riskBudget", policy.riskBudget, RATIO_UNIT), 16, 16) |
    field("maintenanceAndPenalty", inUnits("maintenanceAndPenalty", policy.maintenanceAndPenalty, RATIO_UNIT), 16, 32) |
    field("exitFee", inUnits("exitFee", policy.exitFee, RATIO_UNIT), 16, 48) |
    field("baseMargin", inUnits("baseMargin", policy.baseMargin, RATIO_UNIT), 16, 64) |
    field("fullMarginOpenInterest", inUnits("fullMarginOpenInterest", policy.fullMarginOpenInterest, WAD), 40, 80) |
    field("openInterestCap", mantissa, 32, 120) |
    field("openInterestCap", exponent, 8, 152) |
    field("referenceMove", inUnits("referenceMove", policy.referenceMove, RATIO_UNIT), 16, 160) |
    field("liquidityCap", inUnits("liquidityCap", policy.liquidityCap, WAD), 40, 176) |
    field("concentrationShare", inUnits("concentrationShare", policy.concentrationShare, RATIO_UNIT), 16, 216) |
    field("horizon", policy.horizon, 24, 232);
  return { feedPolicy, riskPolicy };
}

/**
 * Reads the words a guard stores.
 *
 * @param words - The two words `policy(market)` returns.
 * @returns The policy in WAD and seconds, or `null` when none is set.
 * @throws {ArgumentOutOfRangeError} When a word is not a uint256, or holds a mode no guard would store.
 *
 * @example
 * ```ts
 * const policy = decodePolicy({ feedPolicy, riskPolicy });
 * ```
 */
export function decodePolicy(words: PolicyWords): Policy | null {
  const fields = unpack(words);
  if (words.feedPolicy === 0n) return null;
  const mode = MODES[Number(fields.Mode)];
  if (mode === undefined) throw new ArgumentOutOfRangeError("mode", fields.Mode, "a mode");
  return {
    feed: `0x${fields.Feed.toString(16).padStart(40, "0")}`,
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
  };
}

/**
 * Refuses what a guard would refuse to store, with the same error; the feed itself it cannot ask.
 *
 * @param market - The market's id, for the error.
 * @param words - The two policy words.
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
  require("MaxConfidence", 0n, 0n);
  require("FeedSpare", 0n, 0n);
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
}

function requireLimits(market: `0x${string}`, fields: Fields): void {
  const unsupported = LIMITS.find((_, index) => ((fields.Active & ~SUPPORTED) >> BigInt(index)) & 1n);
  if (unsupported !== undefined) throw new LimitNotSupportedError(market, unsupported);
  const judges = fields.Mode === 1n || fields.Mode === 2n;
  const isComplete = (fields.Active & ACCOUNT_LIMITS) !== 0n && (fields.Active & OPEN_INTEREST) !== 0n;
  if (judges && !isComplete) throw new PolicyIncompleteError(market, fields.Active);
}

function unpack({ feedPolicy, riskPolicy }: PolicyWords): Fields {
  requireUint256("feedPolicy", feedPolicy);
  requireUint256("riskPolicy", riskPolicy);
  const feed = (shift: number, bits: number): bigint => BigInt.asUintN(bits, feedPolicy >> BigInt(shift));
  const risk = (shift: number, bits: number): bigint => BigInt.asUintN(bits, riskPolicy >> BigInt(shift));
  return {
    Feed: feed(0, 160),
    FeedDecimals: feed(160, 8),
    Heartbeat: feed(168, 16),
    MaxAge: feed(184, 16),
    VolatilityFloor: feed(200, 16),
    Active: feed(216, 16),
    Mode: feed(232, 8),
    MaxConfidence: feed(240, 8),
    FeedSpare: feed(248, 8),
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
  };
}

function field(name: string, value: bigint, bits: number, shift: number): bigint {
  if (value < 0n || value >> BigInt(bits)) throw new ArgumentOutOfRangeError(name, value, `its ${bits}-bit policy field`);
  return value << BigInt(shift);
}

function inUnits(name: string, value: bigint, unit: bigint): bigint {
  if (value % unit) throw new ArgumentOutOfRangeError(name, value, `a multiple of ${unit}`);
  return value / unit;
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
