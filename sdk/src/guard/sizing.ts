import { applyScale } from "../limits/bind.ts";
import { collateralLimitLong, collateralLimitShort } from "../limits/collateral.ts";
import { concentrationLimit } from "../limits/concentration.ts";
import { kellyLimit, kellyLimitBinary, kellyLimitMarket } from "../limits/kelly.ts";
import { impactLimit, liquidityLimit } from "../limits/liquidity.ts";
import { marginLimit } from "../limits/margin.ts";
import { openInterestLimit, openInterestScale } from "../limits/openInterest.ts";
import { oracleScale } from "../limits/oracle.ts";
import { skewLimit } from "../limits/skew.ts";
import { volatilityLimit } from "../limits/volatility.ts";
import { max, min, requireInt, requireUint256 } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDownSaturating, mulDivUpSaturating } from "../math/fixedPoint.ts";
import { adverseMove, adverseMoveShort } from "../math/volatility.ts";
import { LIMITS, type Limit, type OracleStatus } from "./enums.ts";
import type { Policy } from "./policy.ts";
import type { SelfLimit } from "./selfLimit.ts";

// Twin: contracts/libraries/SizingMath.sol, function for function.

/**
 * One account's position in one market, as the protocol states it to the guard. Everything is post-action, unless it says
 * otherwise. Sizes are base WAD, long positive; money is quote WAD.
 */
export interface Position {
  /** The risk owner. */
  readonly account: `0x${string}`;
  /** What backs this market: collateral plus realised PnL minus unrealised losses; unrealised profit counts zero. int256. */
  readonly equity: bigint;
  /** Collateral put in (positive) or taken out (negative) by this action, payouts included; fees are no flow. int256. */
  readonly flow: bigint;
  /** Net size before the action, int256. */
  readonly sizeBefore: bigint;
  /** Net size after the action, int256. */
  readonly sizeAfter: bigint;
  /** Open interest without this account on the side of `sizeAfter`, uint256. */
  readonly sameSideOthers: bigint;
  /** Open interest without this account on the other side, uint256. */
  readonly oppositeOthers: bigint;
  /** Equity of the pool on the other side of the trade, uint256. */
  readonly poolEquity: bigint;
}

/** What the market looks like at the moment of the question. */
export interface MarketState {
  readonly status: OracleStatus;
  /** WAD quote per base, at the upper end of its confidence interval; 0 when the feed is not usable or was not needed. */
  readonly price: bigint;
  /** Variance to size by, WAD per year. */
  readonly variance: bigint;
  /** Seconds since the feed wrote the price. */
  readonly age: bigint;
  /** The most of the pool to believe, quote WAD (`seenPoolEquity`); for Concentration. */
  readonly poolEquity: bigint;
  /** Half the interval the price lies in, WAD ratio of the feed's price. */
  readonly confidence: bigint;
}

/** What the meters say of the account and its side at the moment of the question. */
export interface AccountState {
  /** What the side may still grow by, base WAD; for Growth. */
  readonly growthHeadroom: bigint;
  /** Share of the limits the account still has, WAD; for Drawdown. */
  readonly drawdownScale: bigint;
  /** What the account allows itself, `null` where it expired or never said; for SelfLimit. */
  readonly selfLimit: SelfLimit | null;
  /** What its other markets leave, quote WAD; for Portfolio. Who does not say what it holds elsewhere may hold nothing here. */
  readonly portfolioLimit: bigint;
}

/** The guard's answer, and why: the fields of the contracts' `Verdict`. */
export interface Verdict {
  /** Whether `enforce` lets the action stand. In Shadow it always does: see `maxSize`. */
  readonly allowed: boolean;
  /** The limit that binds, whether or not it is exceeded. */
  readonly limit: Limit;
  /** Largest size this action may leave, base WAD: `limitSize`, or what was there already where it only shrank. */
  readonly maxSize: bigint;
  /** Largest size the limits allow a new position of the same account, base WAD; `UNCAPPED` when none binds. */
  readonly limitSize: bigint;
  /** WAD quote per base; 0 where the feed was not read or not usable. */
  readonly price: bigint;
  /** Variance the answer is based on, WAD per year; 0 where the feed was not read or not usable. */
  readonly variance: bigint;
  readonly status: OracleStatus;
}

/** One active limit by itself. */
export interface LimitValue {
  readonly limit: Limit;
  readonly unit: "quote" | "base";
  /** WAD in that unit; `UNCAPPED` where it does not bind. */
  readonly value: bigint;
}

/** Money beyond this is treated as this much (equity) or as too much (exposure): the domain of `marginLimit`. */
const MAX_MONEY = 2n ** 127n - 1n;

/** Equity that counts, quote WAD, of a position's above 0. */
export function scaledEquity({ equity }: Position, scale: bigint): bigint {
  return applyScale(min(equity, MAX_MONEY), scale);
}

const UNUSABLE: readonly OracleStatus[] = ["Invalid", "SequencerDown", "Stale", "Deviating"];

/** |size|; the magnitude of the smallest int256 is a uint256 like any other. */
export function abs(size: bigint): bigint {
  return size < 0n ? -size : size;
}

/** Refuses a position the ABI could not carry. */
export function requirePosition(position: Position): void {
  requireInt("equity", position.equity, 256);
  requireInt("flow", position.flow, 256);
  requireInt("sizeBefore", position.sizeBefore, 256);
  requireInt("sizeAfter", position.sizeAfter, 256);
  requireUint256("sameSideOthers", position.sameSideOthers);
  requireUint256("oppositeOthers", position.oppositeOthers);
  requireUint256("poolEquity", position.poolEquity);
}

/** The size this action may always keep, base WAD: what was there before, unless collateral leaves or the side flips. */
export function carry(position: Position): bigint {
  return position.flow < 0n || flips(position) ? 0n : abs(position.sizeBefore);
}

/** Whether the action goes through zero: it opens what it closes. */
export function flips({ sizeBefore, sizeAfter }: Pick<Position, "sizeBefore" | "sizeAfter">): boolean {
  return (sizeBefore < 0n && sizeAfter > 0n) || (sizeBefore > 0n && sizeAfter < 0n);
}

/** Whether the action adds no risk, so that nothing may refuse it. */
export function reducesRisk(position: Position): boolean {
  return position.sizeAfter === 0n || abs(position.sizeAfter) <= carry(position);
}

/** Whether a price of this status may carry new risk. */
export function isUsable(status: OracleStatus): boolean {
  return !UNUSABLE.includes(status);
}

/** Whether the mode looks at the market at all. */
export function judges({ mode }: Policy): boolean {
  return mode === "Enforce" || mode === "Shadow";
}

/** The whole answer. */
export function judge(policy: Policy, position: Position, market: MarketState, account: AccountState): Verdict {
  const [size, limit] = limitSize(policy, position, market, account);
  const grown = growthSize(policy, position, account);
  const maxSize = max(carry(position), min(size, grown));
  return {
    allowed: policy.mode === "Shadow" || abs(position.sizeAfter) <= maxSize,
    limit: grown < size ? "Growth" : limit,
    maxSize,
    limitSize: size,
    price: market.price,
    variance: market.variance,
    status: market.status,
  };
}

/** The size the account may grow to while its side keeps to GrowthLimit, base WAD; uncapped where nobody asks. */
export function growthSize(policy: Policy, position: Position, { growthHeadroom }: AccountState): bigint {
  if (!policy.active.includes("Growth") || !judges(policy)) return UNCAPPED;
  const kept = flips(position) ? 0n : abs(position.sizeBefore);
  return min(kept + growthHeadroom, UNCAPPED);
}

/** The largest size the limits allow on the side of `sizeAfter`, base WAD, and the limit that says so. */
export function limitSize(
  policy: Policy,
  position: Position,
  market: MarketState,
  account: AccountState,
): readonly [size: bigint, limit: Limit] {
  if (policy.mode === "Off") return [UNCAPPED, "None"];
  if (policy.mode === "ReduceOnly") return [0n, "Mode"];
  if (!isUsable(market.status) || marketScale(policy, market) === 0n) return [0n, "Oracle"];
  if (position.equity <= 0n) return [0n, firstAccountLimit(policy)];
  const share = accountScale(policy, account);
  if (share === 0n) return [0n, "Drawdown"];

  const values = limitValues(policy, position, market, account);
  // Quote limits are compared in quote and the smallest is converted once, so that ties stay ties.
  const [notional, quoteLimit] = smallest(values, "quote");
  const byQuote = toBase(notional, market.price);
  const [byBase, baseLimit] = smallest(values, "base");
  if (byBase === UNCAPPED && byQuote === UNCAPPED) return [UNCAPPED, "None"];
  const isBase = byBase < byQuote || (byBase === byQuote && LIMITS.indexOf(baseLimit) < LIMITS.indexOf(quoteLimit));
  return isBase ? [applyScale(byBase, share), baseLimit] : [applyScale(byQuote, share), quoteLimit];
}

/** Share of the limits that the account's own discipline leaves it, WAD. */
export function accountScale({ active }: Policy, { drawdownScale }: AccountState): bigint {
  return active.includes("Drawdown") ? drawdownScale : WAD;
}

/** Every active limit by itself, in the order of the enum: the values `limitSize` takes the minimum of. Equity must be above 0. */
export function limitValues(policy: Policy, position: Position, market: MarketState, account: AccountState): readonly LimitValue[] {
  const { active } = policy;
  const { scale, move } = marketTerms(policy, market);
  const equity = scaledEquity(position, scale);
  const against = sideMove(position, policy, market);
  const others = mulDivUpSaturating(position.sameSideOthers, market.price, WAD);
  const values: LimitValue[] = [];
  const add = (limit: Limit, unit: "quote" | "base", value: bigint): void => void values.push({ limit, unit, value });
  if (active.includes("Volatility")) add("Volatility", "quote", volatilityLimit(equity, policy.riskBudget, against));
  if (active.includes("Collateral")) add("Collateral", "quote", collateral(policy, position, equity, against));
  if (active.includes("Margin")) add("Margin", "quote", margin(policy, equity, others, scale));
  if (active.includes("Liquidity")) add("Liquidity", "quote", liquidity(policy, market.variance, others, scale));
  if (active.includes("OpenInterest")) add("OpenInterest", "base", openInterest(policy, position, move, scale));
  if (active.includes("Skew")) add("Skew", "base", skew(policy, position, scale));
  if (active.includes("Concentration")) add("Concentration", "quote", concentration(policy, position, market, scale));
  if (active.includes("SelfLimit")) add("SelfLimit", "quote", selfLimit(account.selfLimit, position, market, equity));
  if (active.includes("Portfolio")) add("Portfolio", "quote", account.portfolioLimit);
  return values;
}

/** Quote as base, both WAD, rounded down. */
export function toBase(notional: bigint, price: bigint): bigint {
  return notional === UNCAPPED ? UNCAPPED : mulDivDownSaturating(notional, WAD, price);
}

/** The adverse move of the log price that the policy asks to survive, WAD: the older the price, the longer the horizon; what the
 * feed does not know of it on top. */
export function policyMove(policy: Policy, market: MarketState): bigint {
  return marketTerms(policy, market).move;
}

/** What a position's side loses by the policy's move, per unit of notional, WAD; `UNCAPPED` where no size survives it. */
export function sideMove({ sizeAfter }: Position, policy: Policy, market: MarketState): bigint {
  const terms = marketTerms(policy, market);
  if (sizeAfter >= 0n) return terms.move;
  terms.shortMove ??= adverseMoveShort(terms.move);
  return terms.shortMove;
}

/**
 * Share of what limits are measured in, equity, margin schedule and open-interest cap, that counts now, WAD. Not a share of
 * the result: what is left beside others' open interest would then be scaled anew for every account. The smaller of what age
 * and doubt leave; doubt counts from half of what the policy accepts.
 */
export function marketScale(policy: Policy, { age, confidence }: Pick<MarketState, "age" | "confidence">): bigint {
  const scale = oracleScale(age, policy.heartbeat, policy.maxAge);
  const { maxConfidence } = policy;
  return maxConfidence === 0n ? scale : min(scale, oracleScale(confidence, maxConfidence / 2n, maxConfidence));
}

/** What a price of this age and doubt is worth. */
export function oracleStatus(policy: Policy, { age, confidence }: Pick<MarketState, "age" | "confidence">): OracleStatus {
  if (age >= policy.maxAge) return "Stale";
  if (policy.maxConfidence > 0n && confidence > policy.maxConfidence / 2n) return "Uncertain";
  return age > policy.heartbeat ? "Aging" : "Valid";
}

/** The price exposure is valued at: ⌈price·(WAD + confidence) / WAD⌉, WAD; 2^255 - 1 where it does not fit that. */
export function exposurePrice(price: bigint, confidence: bigint): bigint {
  return confidence === 0n ? price : min(mulDivUpSaturating(price, min(WAD + confidence, UNCAPPED), WAD), UNCAPPED >> 1n);
}

/** What follows from policy and market alone. `shortMove` only once a short asked. */
interface MarketTerms {
  readonly policy: Policy;
  readonly scale: bigint;
  readonly move: bigint;
  shortMove: bigint | undefined;
}

/** A root and an exponential cost as much as everything else, and are the same for every position in one market. */
const TERMS = new WeakMap<MarketState, MarketTerms>();

function marketTerms(policy: Policy, market: MarketState): MarketTerms {
  const known = TERMS.get(market);
  if (known?.policy === policy) return known;
  const move = adverseMove(policy.tail, market.variance, policy.horizon + market.age) + market.confidence;
  const terms = { policy, scale: marketScale(policy, market), move, shortMove: undefined };
  TERMS.set(market, terms);
  return terms;
}

/** The account limit that is named when there is no equity to measure. */
function firstAccountLimit(policy: Policy): Limit {
  if (policy.active.includes("Volatility")) return "Volatility";
  return policy.active.includes("Collateral") ? "Collateral" : "Margin";
}

/** The smallest of those in one unit, the first of the smallest ones. */
function smallest(values: readonly LimitValue[], unit: LimitValue["unit"]): readonly [value: bigint, limit: Limit] {
  let least = UNCAPPED;
  let limit: Limit = "None";
  for (const one of values) {
    if (one.unit === unit && one.value < least) [least, limit] = [one.value, one.limit];
  }
  return [least, limit];
}

/** A short's move that is itself uncapped leaves nothing, and would not fit the formula. */
function collateral(policy: Policy, { sizeAfter }: Position, equity: bigint, against: bigint): bigint {
  if (sizeAfter >= 0n) return collateralLimitLong(equity, against, policy.maintenanceAndPenalty, 0n, policy.exitFee);
  if (against === UNCAPPED) return 0n;
  return collateralLimitShort(equity, against, policy.maintenanceAndPenalty, 0n, policy.exitFee);
}

/** Others' notional beyond the domain of the formula leaves nothing. */
function margin(policy: Policy, equity: bigint, others: bigint, scale: bigint): bigint {
  if (others > MAX_MONEY) return 0n;
  return marginLimit(equity, others, policy.baseMargin, applyScale(policy.fullMarginOpenInterest, scale));
}

function liquidity(policy: Policy, variance: bigint, others: bigint, scale: bigint): bigint {
  return liquidityLimit(applyScale(depth(policy, variance), scale), others);
}

/** The cap on a side that its depth carries, quote WAD: the smaller one, where it also keeps to the law of market impact. */
export function depth(policy: Policy, variance: bigint): bigint {
  return policy.usesImpact ? min(policy.liquidityCap, impact(policy, variance)) : policy.liquidityCap;
}

/** What can be sold at once within the policy's slippage, quote WAD, rounded down. */
export function impact({ dailyVolume, maxSlippage, impactCoefficient }: Policy, variance: bigint): bigint {
  return impactLimit(dailyVolume, maxSlippage, impactCoefficient, variance);
}

/** Of the pool's equity that is believed. An isolated market has no linked exposure. */
function concentration(policy: Policy, { poolEquity }: Position, market: MarketState, scale: bigint): bigint {
  const pool = min(min(poolEquity, market.poolEquity), MAX_MONEY);
  return concentrationLimit(policy.concentrationShare, applyScale(pool, scale), 0n);
}

function openInterest(policy: Policy, { sameSideOthers }: Position, move: bigint, scale: bigint): bigint {
  const cap = applyScale(policy.openInterestCap, scale);
  return openInterestLimit(openInterestScale(policy.referenceMove, move), cap, sameSideOthers);
}

function skew({ maxSkew }: Policy, { sameSideOthers, oppositeOthers }: Position, scale: bigint): bigint {
  return skewLimit(applyScale(maxSkew, scale), sameSideOthers, oppositeOthers);
}

/** What the account allows itself, quote WAD, rounded down; uncapped where it said nothing. */
function selfLimit(own: SelfLimit | null, position: Position, market: MarketState, equity: bigint): bigint {
  return min(own?.maxNotional ?? UNCAPPED, kelly(own, position, market, equity));
}

/** An edge is declared for a side: of the price's drift, or of what is paid, the short has none. */
function kelly(own: SelfLimit | null, { sizeAfter }: Position, { price, variance }: MarketState, equity: bigint): bigint {
  const rule = own?.kelly ?? null;
  if (rule === null) return UNCAPPED;
  const isLong = sizeAfter >= 0n;
  switch (rule.kind) {
    case "binary":
      return kellyLimitBinary(equity, rule.fraction, rule.probability, rule.odds);
    case "continuous":
      return kellyLimit(equity, rule.fraction, isLong ? rule.edge : -rule.edge, variance);
    case "market":
      return isLong ? kellyLimitMarket(equity, rule.fraction, rule.probability, price) : 0n;
  }
}
