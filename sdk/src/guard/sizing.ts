import { bind } from "../limits/bind.ts";
import { collateralLimitLong, collateralLimitShort } from "../limits/collateral.ts";
import { marginLimit } from "../limits/margin.ts";
import { openInterestLimit, openInterestScale } from "../limits/openInterest.ts";
import { oracleScale } from "../limits/oracle.ts";
import { volatilityLimit } from "../limits/volatility.ts";
import { max, min, requireInt, requireUint256 } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDownSaturating, mulDivUpSaturating } from "../math/fixedPoint.ts";
import { adverseMove, adverseMoveShort } from "../math/volatility.ts";
import type { Limit, OracleStatus } from "./enums.ts";
import type { Policy } from "./policy.ts";

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
  /** WAD quote per base; 0 when the feed is not usable or was not needed. */
  readonly price: bigint;
  /** Variance to size by, WAD per year. */
  readonly variance: bigint;
  /** Seconds since the feed wrote the price. */
  readonly age: bigint;
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

/** One active limit by itself, before the oracle's scale. */
export interface LimitValue {
  readonly limit: Limit;
  readonly unit: "quote" | "base";
  /** WAD in that unit; `UNCAPPED` where it does not bind. */
  readonly value: bigint;
}

/** Money beyond this is treated as this much (equity) or as too much (exposure): the domain of `marginLimit`. */
const MAX_MONEY = 2n ** 127n - 1n;

const UNUSABLE: readonly OracleStatus[] = ["Invalid", "SequencerDown", "Stale", "Deviating"];

/** The limits in quote, in the order of the enum. */
const QUOTE_LIMITS = ["Volatility", "Collateral", "Margin"] as const;

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
export function carry({ flow, sizeBefore, sizeAfter }: Position): bigint {
  const flips = (sizeBefore < 0n && sizeAfter > 0n) || (sizeBefore > 0n && sizeAfter < 0n);
  return flow < 0n || flips ? 0n : abs(sizeBefore);
}

/** Whether the action adds no risk, so that nothing may refuse it. */
export function reducesRisk(position: Position): boolean {
  return position.sizeAfter === 0n || abs(position.sizeAfter) <= carry(position);
}

/** The whole answer. */
export function judge(policy: Policy, position: Position, market: MarketState): Verdict {
  const [size, limit] = limitSize(policy, position, market);
  const maxSize = max(carry(position), size);
  return {
    allowed: policy.mode === "Shadow" || abs(position.sizeAfter) <= maxSize,
    limit,
    maxSize,
    limitSize: size,
    price: market.price,
    variance: market.variance,
    status: market.status,
  };
}

/** The largest size the limits allow on the side of `sizeAfter`, base WAD, and the limit that says so. */
export function limitSize(policy: Policy, position: Position, market: MarketState): readonly [size: bigint, limit: Limit] {
  if (policy.mode === "Off") return [UNCAPPED, "None"];
  if (policy.mode === "ReduceOnly") return [0n, "Mode"];
  if (UNUSABLE.includes(market.status)) return [0n, "Oracle"];
  const scale = oracleScale(market.age, policy.heartbeat, policy.maxAge);
  if (scale === 0n) return [0n, "Oracle"];
  if (position.equity <= 0n) return [0n, firstAccountLimit(policy)];

  const move = policyMove(policy, market);
  const quote = bind(quoteLimits(policy, position, market.price, move), scale);
  const byQuote = quote.notional === UNCAPPED ? UNCAPPED : mulDivDownSaturating(quote.notional, WAD, market.price);
  const byBase = bind([openInterest(policy, position, move)], scale).notional;
  if (byBase < byQuote) return [byBase, "OpenInterest"];
  return byQuote === UNCAPPED ? [UNCAPPED, "None"] : [byQuote, QUOTE_LIMITS[quote.index] ?? "None"];
}

/** Every active limit by itself, for people: the values `limitSize` takes the minimum of. Equity must be above 0. */
export function limitValues(policy: Policy, position: Position, market: MarketState): readonly LimitValue[] {
  const move = policyMove(policy, market);
  const quote = quoteLimits(policy, position, market.price, move);
  const values: LimitValue[] = QUOTE_LIMITS.map((limit, index) => ({ limit, unit: "quote", value: quote[index] ?? UNCAPPED }));
  values.push({ limit: "OpenInterest", unit: "base", value: openInterest(policy, position, move) });
  return values.filter(({ limit }) => policy.active.includes(limit));
}

/** The adverse move of the log price that the policy asks to survive, WAD: the older the price, the longer the horizon. */
export function policyMove(policy: Policy, market: MarketState): bigint {
  return adverseMove(policy.tail, market.variance, policy.horizon + market.age);
}

/** The account limit that is named when there is no equity to measure. */
function firstAccountLimit(policy: Policy): Limit {
  if (policy.active.includes("Volatility")) return "Volatility";
  return policy.active.includes("Collateral") ? "Collateral" : "Margin";
}

/** The limits in quote, in the order of the enum from `Volatility` on; an inactive one is not computed. */
function quoteLimits(policy: Policy, position: Position, price: bigint, move: bigint): readonly bigint[] {
  const equity = min(position.equity, MAX_MONEY);
  const isLong = position.sizeAfter >= 0n;
  const sideMove = isLong ? move : adverseMoveShort(move);
  return [
    policy.active.includes("Volatility") ? volatilityLimit(equity, policy.riskBudget, sideMove) : UNCAPPED,
    policy.active.includes("Collateral") ? collateral(policy, equity, sideMove, isLong) : UNCAPPED,
    policy.active.includes("Margin") ? margin(policy, equity, position.sameSideOthers, price) : UNCAPPED,
  ];
}

/** A short's move that is itself uncapped leaves nothing, and would not fit the formula. */
function collateral(policy: Policy, equity: bigint, sideMove: bigint, isLong: boolean): bigint {
  if (isLong) return collateralLimitLong(equity, sideMove, policy.maintenanceAndPenalty, 0n, policy.exitFee);
  if (sideMove === UNCAPPED) return 0n;
  return collateralLimitShort(equity, sideMove, policy.maintenanceAndPenalty, 0n, policy.exitFee);
}

/** Others' exposure is rounded up, and beyond the domain of the formula leaves nothing. */
function margin(policy: Policy, equity: bigint, sameSideOthers: bigint, price: bigint): bigint {
  const others = mulDivUpSaturating(sameSideOthers, price, WAD);
  if (others > MAX_MONEY) return 0n;
  return marginLimit(equity, others, policy.baseMargin, policy.fullMarginOpenInterest);
}

function openInterest(policy: Policy, position: Position, move: bigint): bigint {
  if (!policy.active.includes("OpenInterest")) return UNCAPPED;
  return openInterestLimit(openInterestScale(policy.referenceMove, move), policy.openInterestCap, position.sameSideOthers);
}
