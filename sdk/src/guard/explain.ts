import { UNCAPPED, WAD } from "../math/constants.ts";
import { sqrtUp } from "../math/fixedPoint.ts";
import { type CheckResult, check, marketState } from "./check.ts";
import type { Limit } from "./enums.ts";
import { formatPercent, formatWad } from "./format.ts";
import type { Policy } from "./policy.ts";
import { type LimitValue, limitValues, type MarketState, type Position, policyMove, sideMove, toBase } from "./sizing.ts";
import type { GuardSnapshot } from "./snapshot.ts";

/** One limit, what it is worth now, and why. */
export interface LimitExplanation {
  readonly limit: Limit;
  /** Largest size this limit alone allows, base WAD; `UNCAPPED` where it does not bind. */
  readonly size: bigint;
  /** What it still leaves above the size asked for, base WAD; 0 when it is exceeded. */
  readonly headroom: bigint;
  /** Whether it is the one that binds. */
  readonly binds: boolean;
  /** Why, for a trader. */
  readonly sentence: string;
}

/** The verdict, and every active limit behind it. */
export interface Explanation extends CheckResult {
  readonly limits: readonly LimitExplanation[];
  /** The binding limit's sentence, or why there is nothing to compute. */
  readonly summary: string;
}

/** Names to use in sentences. */
export interface ExplainOptions {
  /** Default: `base`. */
  readonly base?: string;
  /** Default: `quote`. */
  readonly quote?: string;
}

/**
 * Every active limit with its value, its headroom and a sentence a trader understands.
 *
 * Sizes are base WAD, rounded down; sentences cut numbers, they never round a limit up.
 *
 * @param snapshot - Policy, price and variance, pinned to a block.
 * @param intent - The position after the action, as the protocol would state it.
 * @param now - Time of inclusion, seconds, unix; not before the snapshot's price.
 * @param options - Names of base and quote.
 * @returns The verdict of `check`, its limits one by one and a summary.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its Solidity type.
 *
 * @example
 * ```ts
 * explain(snapshot, intent, now, { base: "ETH", quote: "USD" }).summary;
 * // "Volatility: at 96 % a year, a move of 21.1 % against you would cost more than 2 % of your equity beyond 4.1 ETH."
 * ```
 */
export function explain(snapshot: GuardSnapshot, intent: Position, now: bigint, options: ExplainOptions = {}): Explanation {
  const result = check(snapshot, intent, now);
  const { policy } = snapshot;
  const isComputed = policy !== null && result.limit !== "Oracle" && result.limit !== "Mode" && result.limit !== "None";
  if (!isComputed || intent.equity <= 0n) {
    return { ...result, limits: [], summary: withoutLimits(snapshot, result, intent) };
  }
  const market = marketState(snapshot, policy, now);
  const limits = limitValues(policy, intent, market).map((value) => one(value, policy, market, intent, result, options));
  const binding = limits.find(({ binds }) => binds);
  return { ...result, limits, summary: binding?.sentence ?? "No limit binds." };
}

function one(
  value: LimitValue,
  policy: Policy,
  market: MarketState,
  intent: Position,
  result: CheckResult,
  options: ExplainOptions,
): LimitExplanation {
  const size = value.unit === "base" ? value.value : toBase(value.value, market.price);
  return {
    limit: value.limit,
    size,
    headroom: size > result.size ? size - result.size : 0n,
    binds: value.limit === result.limit,
    sentence: sentence(value.limit, size, policy, market, intent, options),
  };
}

function sentence(
  limit: Limit,
  size: bigint,
  policy: Policy,
  market: MarketState,
  intent: Position,
  { base = "base", quote = "quote" }: ExplainOptions,
): string {
  if (size === UNCAPPED) return `${limit}: does not bind.`;
  const most = `${formatWad(size, 4)} ${base}`;
  const move = policyMove(policy, market);
  const against = moveAgainst(sideMove(intent, policy, market));
  switch (limit) {
    case "Volatility":
      return (
        `Volatility: at ${formatPercent(sqrtUp(market.variance * WAD))} a year, ${against} against you ` +
        `would cost more than ${formatPercent(policy.riskBudget)} of your equity beyond ${most}.`
      );
    case "Collateral":
      return (
        `Collateral: beyond ${most}, ${against} against you would leave less than the ` +
        `${formatPercent(policy.maintenanceAndPenalty)} needed to stay out of liquidation.`
      );
    case "Margin":
      return (
        `Margin: your equity of ${formatWad(intent.equity, 2)} ${quote} pays the initial margin of ${most}; ` +
        `the ratio starts at ${formatPercent(policy.baseMargin)} and grows with open interest.`
      );
    case "OpenInterest":
      return (
        `OpenInterest: others hold ${formatWad(intent.sameSideOthers, 4)} ${base} on this side, which leaves ${most} ` +
        `of the market's cap${move > policy.referenceMove ? ", smaller now because the market moves more" : ""}.`
      );
    case "Liquidity":
      return (
        `Liquidity: the market's depth carries ${formatWad(policy.liquidityCap, 0)} ${quote} on one side, of which others leave you ` +
        `${most}.`
      );
    case "Concentration":
      return (
        `Concentration: one account may hold ${formatPercent(policy.concentrationShare)} of what the pool on the other side owns, ` +
        `which is ${most}.`
      );
    default:
      return `${limit}: leaves ${most}.`;
  }
}

/** What the position's side would suffer, for a sentence. */
function moveAgainst(against: bigint): string {
  return against === UNCAPPED ? "a move no margin survives" : `a move of ${formatPercent(against)}`;
}

/** Why there are no limits to list. */
function withoutLimits({ policy }: GuardSnapshot, { limit, status }: CheckResult, { equity }: Position): string {
  if (policy === null) return "This market has no policy: positions can only shrink.";
  if (limit === "Mode") return "This market is reduce-only: positions can only shrink.";
  if (limit === "Oracle") return `The price feed is ${status}: positions can only shrink until it answers again.`;
  if (limit === "None") return "No limit binds.";
  return `${limit}: there is no equity (${formatWad(equity, 2)}) to carry a position.`;
}
