import { ArgumentOutOfRangeError } from "../errors/math.ts";
import { requireUint, requireUint256 } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivUpSaturating } from "../math/fixedPoint.ts";
import type { Limit } from "./enums.ts";
import { decodePolicy, encodePolicy, type Policy, type PolicyWords, requirePolicyInRange } from "./policy.ts";
import { type AccountState, judges, limitSize, type MarketState, type Position, requirePosition } from "./sizing.ts";

// Twin: contracts/governance/PolicyPreview.sol, for the cases; what to warn of is said here alone.

/** The market and the account to look at a policy with. */
export interface SanityQuestion {
  /** WAD quote per base, above 0. */
  readonly price: bigint;
  /** Variance to size by, WAD per year, at most what a volatility word holds: a snapshot's. */
  readonly variance: bigint;
  /** What the account has, quote WAD, int256. */
  readonly equity: bigint;
  /** Open interest of everybody else on the long's side, base WAD. Default: none. The short sees it on the other side. */
  readonly sameSideOthers?: bigint;
  /** Open interest of everybody else on the short's side, base WAD. Default: none. */
  readonly oppositeOthers?: bigint;
  /** Equity of the pool on the other side of every trade, quote WAD. Default: there is no pool. */
  readonly poolEquity?: bigint;
  /** Leverage above which to warn, WAD. Default: never. */
  readonly maxLeverage?: bigint;
  /** The market's id, for errors. Default: zero. */
  readonly market?: `0x${string}`;
}

/** What a policy gives one side at one variance. */
export interface SanityCase {
  readonly side: Side;
  /** WAD per year. */
  readonly variance: bigint;
  /** Largest size the limits allow, base WAD, rounded down; `UNCAPPED` when none binds. */
  readonly limitSize: bigint;
  /** The limit that says so. */
  readonly limit: Limit;
  /** That size's notional over the equity, WAD, rounded up; `UNCAPPED` when no limit binds. */
  readonly leverage: bigint;
}

/** What whoever signs should know of a policy. */
export type SanityWarning =
  /** The mode refuses nothing. */
  | { readonly code: "NothingRefused"; readonly mode: Policy["mode"] }
  /** What Portfolio says of an account depends on what else it holds, and is not in the sizes. */
  | { readonly code: "PortfolioLeftOut" }
  /** The cap on one side's open interest, quote WAD, rounded up, is more than the pool that would have to pay. */
  | { readonly code: "CapAbovePool"; readonly cap: bigint; readonly poolEquity: bigint }
  /** Nobody may open anything on this side today. */
  | { readonly code: "NothingAllowed"; readonly side: Side; readonly limit: Limit }
  /** One of the sizes is more than the leverage asked about. */
  | {
      readonly code: "LeverageTooHigh";
      readonly side: Side;
      readonly variance: bigint;
      readonly leverage: bigint;
      readonly maxLeverage: bigint;
    }
  /** Twice the variance leaves the same size. */
  | { readonly code: "VarianceIgnored"; readonly side: Side; readonly limit: Limit }
  /** At neither variance is it a limit of the account's own equity that binds: an account with less of it may hold as much. */
  | { readonly code: "AccountNotLimited"; readonly side: Side; readonly limit: Limit };

/** What a policy gives, and what to know of it. */
export interface SanityPreview {
  /** A long and a short at the variance given, then both at twice that. */
  readonly cases: readonly SanityCase[];
  readonly warnings: readonly SanityWarning[];
}

type Side = "long" | "short";

const SIDES: readonly Side[] = ["long", "short"];
const ACCOUNT_LIMITS: readonly Limit[] = ["Volatility", "Collateral", "Margin"];
/** Of a variance in a volatility word. */
const VARIANCE_BITS = 72;
const NO_MARKET = `0x${"0".repeat(64)}` as const;
const NOBODY = "0x0000000000000000000000000000000000000000";

/** A new account: it lost nothing yet, set itself no limit, and holds nothing that its portfolio would count. */
const NEW_ACCOUNT: AccountState = { growthHeadroom: UNCAPPED, drawdownScale: WAD, selfLimit: null, portfolioLimit: UNCAPPED };

/**
 * What a policy gives a new account, today and with twice the variance, for whoever is to sign it.
 *
 * Sizes are base WAD, rounded down; leverages WAD, rounded up. The price counts as fresh and certain: an older one never gives
 * more. Growth is left out: it says how soon a size may be reached, not which.
 *
 * @param proposal - The words to be signed, or the policy they stand for.
 * @param question - Price, variance and money to look at it with; of a snapshot with the proposal's words.
 * @returns Four cases, in the order the contract answers in, and warnings.
 * @throws {SizingGuardError} As `requirePolicyInRange`, and as `encodePolicy` where a policy is given.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its Solidity type, or the price is 0.
 *
 * @example
 * ```ts
 * const { cases, warnings } = sanityPreview(words, { price, variance, equity: 10_000n * WAD, maxLeverage: 50n * WAD });
 * ```
 */
export function sanityPreview(proposal: Policy | PolicyWords, question: SanityQuestion): SanityPreview {
  const policy = policyOf(proposal, question.market ?? NO_MARKET);
  const { price, variance } = question;
  requireUint256("price", price);
  requireUint("variance", variance, VARIANCE_BITS);
  requireUint256("maxLeverage", question.maxLeverage ?? 0n);
  if (price === 0n) throw new ArgumentOutOfRangeError("price", price, "above 0");
  const cases = [variance, 2n * variance].flatMap((at) => {
    const market: MarketState = { status: "Valid", price, variance: at, age: 0n, poolEquity: UNCAPPED, confidence: 0n };
    return SIDES.map((side) => caseOf(policy, market, side, question));
  });
  return { cases, warnings: [...ofPolicy(policy, question), ...SIDES.flatMap((side) => ofSide(policy, cases, side, question))] };
}

/** In range, whichever way it was given. */
function policyOf(proposal: Policy | PolicyWords, market: `0x${string}`): Policy {
  const words = "feedPolicy" in proposal ? proposal : encodePolicy(proposal);
  requirePolicyInRange(market, words);
  return decodePolicy(words) as Policy;
}

function caseOf(policy: Policy, market: MarketState, side: Side, question: SanityQuestion): SanityCase {
  const { equity, sameSideOthers = 0n, oppositeOthers = 0n, poolEquity = 0n } = question;
  const isLong = side === "long";
  const position: Position = {
    account: NOBODY,
    equity,
    flow: 0n,
    sizeBefore: 0n,
    sizeAfter: isLong ? 1n : -1n,
    sameSideOthers: isLong ? sameSideOthers : oppositeOthers,
    oppositeOthers: isLong ? oppositeOthers : sameSideOthers,
    poolEquity,
  };
  requirePosition(position);
  const [size, limit] = limitSize(policy, position, market, NEW_ACCOUNT);
  return { side, variance: market.variance, limitSize: size, limit, leverage: leverageOf(size, market.price, equity) };
}

/** Where there is no equity there is no size, unless nothing limits it. */
function leverageOf(size: bigint, price: bigint, equity: bigint): bigint {
  return size === 0n || size === UNCAPPED ? size : mulDivUpSaturating(size, price, equity);
}

function ofPolicy(policy: Policy, { price, poolEquity }: SanityQuestion): SanityWarning[] {
  const { mode } = policy;
  const warnings: SanityWarning[] = [];
  if (mode === "Shadow" || mode === "Off") warnings.push({ code: "NothingRefused", mode });
  if (policy.active.includes("Portfolio")) warnings.push({ code: "PortfolioLeftOut" });
  const cap = mulDivUpSaturating(policy.openInterestCap, price, WAD);
  const isCapped = judges(policy) && poolEquity !== undefined;
  if (isCapped && cap > poolEquity) warnings.push({ code: "CapAbovePool", cap, poolEquity });
  return warnings;
}

function ofSide(policy: Policy, cases: readonly SanityCase[], side: Side, { maxLeverage = UNCAPPED }: SanityQuestion): SanityWarning[] {
  const [today, doubled] = cases.filter((one) => one.side === side) as [SanityCase, SanityCase];
  const { limit } = today;
  if (today.limitSize === 0n) return policy.mode === "ReduceOnly" ? [] : [{ code: "NothingAllowed", side, limit }];
  const warnings: SanityWarning[] = [today, doubled]
    .filter(({ leverage }) => leverage > maxLeverage)
    .map(({ variance, leverage }) => ({ code: "LeverageTooHigh", side, variance, leverage, maxLeverage }));
  if (doubled.limitSize === today.limitSize) warnings.push({ code: "VarianceIgnored", side, limit });
  const isLimited = [today, doubled].some((one) => ACCOUNT_LIMITS.includes(one.limit));
  if (!isLimited) warnings.push({ code: "AccountNotLimited", side, limit });
  return warnings;
}
