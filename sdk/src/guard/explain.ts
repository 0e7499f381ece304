import { applyScale } from "../limits/bind.ts";
import { unpackHighWaterMark } from "../math/accountMeters.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDown, sqrtUp } from "../math/fixedPoint.ts";
import { accountState, type CheckResult, check, marketState } from "./check.ts";
import { checkPortfolio, type Exposure, type PortfolioCheckResult } from "./checkPortfolio.ts";
import type { Limit } from "./enums.ts";
import { formatPercent, formatWad } from "./format.ts";
import type { Policy } from "./policy.ts";
import { highWaterMark } from "./positionMeters.ts";
import type { KellyRule } from "./selfLimit.ts";
import {
  type AccountState,
  accountScale,
  depth,
  growthSize,
  type LimitValue,
  limitValues,
  type MarketState,
  type Position,
  policyMove,
  sideMove,
  toBase,
} from "./sizing.ts";
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
  return { ...result, ...explained(snapshot, intent, now, result, 0n, options) };
}

/** The verdict on an action of an account that holds several markets, what its portfolio says, and every active limit. */
export interface PortfolioExplanation extends PortfolioCheckResult {
  readonly limits: readonly LimitExplanation[];
  /** The binding limit's sentence, or why there is nothing to compute; and what the portfolio may lose where that refuses. */
  readonly summary: string;
}

/**
 * {@link explain} for an account that holds several markets.
 *
 * @param snapshot - Of the market in question.
 * @param intent - The position after the action.
 * @param others - What the account holds in its other markets (`checkPortfolio`).
 * @param markets - Snapshots of those markets, of the same block.
 * @param now - Time of inclusion, seconds, unix; not before any of the prices.
 * @param options - Names of base and quote.
 * @returns The verdict of `checkPortfolio`, its limits one by one and a summary.
 * @throws {SnapshotMissingError} When a market of `others` has no snapshot.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its Solidity type.
 *
 * @example
 * ```ts
 * explainPortfolio(eth, intent, [hedge], [btc], now, { base: "ETH", quote: "USD" }).summary;
 * ```
 */
export function explainPortfolio(
  snapshot: GuardSnapshot,
  intent: Position,
  others: readonly Exposure[],
  markets: readonly GuardSnapshot[],
  now: bigint,
  options: ExplainOptions = {},
): PortfolioExplanation {
  const result = checkPortfolio(snapshot, intent, others, markets, now);
  const { limits, summary } = explained(snapshot, intent, now, result, result.portfolioLimit, options);
  return { ...result, limits, summary: [summary, tooMuch(snapshot, result, options)].filter(Boolean).join(" ") };
}

function explained(
  snapshot: GuardSnapshot,
  intent: Position,
  now: bigint,
  result: CheckResult,
  portfolioLimit: bigint,
  options: ExplainOptions,
): Pick<Explanation, "limits" | "summary"> {
  const { policy } = snapshot;
  const isComputed = policy !== null && result.limit !== "Oracle" && result.limit !== "Mode" && result.limit !== "None";
  if (!isComputed || intent.equity <= 0n) return { limits: [], summary: withoutLimits(snapshot, result, intent) };
  const asked: Asked = {
    policy,
    intent,
    result,
    options,
    market: marketState(snapshot, policy, now),
    account: { ...accountState(snapshot, policy, intent, now), portfolioLimit },
  };
  const limits = explainedValues(asked).map((value) => one(value, asked));
  // A drawdown is a share of all limits and none of them.
  const binding = limits.find(({ binds }) => binds)?.sentence;
  return { limits, summary: [binding, drawdown(snapshot, asked, now)].filter(Boolean).join(" ") };
}

/** What the portfolio would lose, where that is more than it may. */
function tooMuch({ policy }: GuardSnapshot, { loss, allowedLoss }: PortfolioCheckResult, { quote = "quote" }: ExplainOptions): string {
  if (loss <= allowedLoss) return "";
  if (loss === UNCAPPED) return "What you hold in other markets can't be measured now: nothing may grow or leave.";
  const when = policy?.usesFactor ? "With markets moving together as they may" : "In the worst scenario";
  return `${when} the whole portfolio would lose ${formatWad(loss, 2)} ${quote}, and may lose ${formatWad(allowedLoss, 2)}.`;
}

/** What was asked, and what the answer depends on. */
interface Asked {
  readonly policy: Policy;
  readonly intent: Position;
  readonly market: MarketState;
  readonly account: AccountState;
  readonly result: CheckResult;
  readonly options: ExplainOptions;
}

/** Every active limit by itself, in the order of the enum, and the growth beside them. */
export function explainedValues({ policy, intent, market, account }: Omit<Asked, "result" | "options">): readonly LimitValue[] {
  const values = limitValues(policy, intent, market, account);
  if (!policy.active.includes("Growth")) return values;
  return [...values, { limit: "Growth", unit: "base", value: growthSize(policy, intent, account) }];
}

function one(value: LimitValue, asked: Asked): LimitExplanation {
  const { policy, market, account, result } = asked;
  const alone = value.unit === "base" ? value.value : toBase(value.value, market.price);
  // Growth is an increment, and no share of it is taken.
  const size = value.limit === "Growth" ? alone : applyScale(alone, accountScale(policy, account));
  return {
    limit: value.limit,
    size,
    headroom: size > result.size ? size - result.size : 0n,
    binds: value.limit === result.limit,
    sentence: sentence(value.limit, size, asked),
  };
}

function sentence(limit: Limit, size: bigint, asked: Asked): string {
  if (size === UNCAPPED) return `${limit}: does not bind.`;
  const { policy, market, intent, account, options } = asked;
  const { base = "base", quote = "quote" } = options;
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
    case "Liquidity":
      return (
        `Liquidity: the market's depth carries ${formatWad(depth(policy, market.variance), 0)} ${quote} on one side, of which others leave you ` +
        `${most}.`
      );
    case "OpenInterest":
      return (
        `OpenInterest: others hold ${formatWad(intent.sameSideOthers, 4)} ${base} on this side, which leaves ${most} ` +
        `of the market's cap${move > policy.referenceMove ? ", smaller now because the market moves more" : ""}.`
      );
    case "Skew":
      return (
        `Skew: this side may outweigh the other by ${formatWad(policy.maxSkew, 4)} ${base}; others hold ` +
        `${formatWad(intent.sameSideOthers, 4)} against ${formatWad(intent.oppositeOthers, 4)}, which leaves ${most}.`
      );
    case "Concentration":
      return (
        `Concentration: one account may hold ${formatPercent(policy.concentrationShare)} of what the pool on the other side owns, ` +
        `which is ${most}.`
      );
    case "SelfLimit":
      return `SelfLimit: you allow yourself ${most}${edge(account.selfLimit?.kelly ?? null)}.`;
    case "Portfolio":
      return (
        `Portfolio: beside what you hold in other markets, ${most} keep ` +
        `${policy.usesFactor ? "what all may lose together" : "the worst scenario"} within ` +
        `${formatPercent(policy.portfolioBudget)} of your equity.`
      );
    case "Growth":
      return (
        `Growth: this side may grow by ${formatWad(account.growthHeadroom, 4)} ${base} more now, to ${most} for you; it gains ` +
        `${formatWad(policy.growthCapacity, 4)} every ${policy.growthPeriod} s.`
      );
    default:
      return `${limit}: leaves ${most}.`;
  }
}

function edge(kelly: KellyRule | null): string {
  return kelly === null ? "" : `, with ${formatPercent(kelly.fraction)} of Kelly's stake on the edge you declared`;
}

/** Why every limit is smaller than it would be, or nothing. */
function drawdown({ meters }: GuardSnapshot, { policy, intent, account }: Asked, now: bigint): string {
  const share = accountScale(policy, account);
  if (share === WAD) return "";
  const { peak } = unpackHighWaterMark(highWaterMark(policy, meters.highWaterMark, intent, now));
  const lost = mulDivDown(peak - intent.equity, WAD, peak);
  return (
    `Drawdown: your equity is ${formatPercent(lost)} below its high-water mark, ${formatPercent(policy.maxDrawdown)} at the most; ` +
    `that leaves ${formatPercent(share)} of every limit.`
  );
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
