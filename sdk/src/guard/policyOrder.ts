import { PolicyLoosensError } from "../errors/governance.ts";
import { PolicyNotSetError } from "../errors/guard.ts";
import { UNCAPPED } from "../math/constants.ts";
import { LIMITS, type Limit, MODES, type PolicyField } from "./enums.ts";
import { decodePolicy, type Policy, type PolicyWords, requirePolicyInRange } from "./policy.ts";

// Twin: contracts/governance/PolicyOrder.sol.

/** A field as the order sees it, and which way is tighter. */
interface Rule {
  readonly field: PolicyField;
  readonly value: (policy: Policy) => bigint;
  readonly way: "lower" | "higher" | "same";
  /** Where what it was told counts in the policy in force; everywhere when left out. */
  readonly counts?: (policy: Policy) => boolean;
}

/** Which flags may come (`gained`), and which may go (`lost`); all others stay. */
interface Flags {
  readonly field: PolicyField;
  readonly value: (policy: Policy) => bigint;
  readonly gained: bigint;
  readonly lost: bigint;
  readonly counts?: (policy: Policy) => boolean;
}

const has =
  (limit: Limit) =>
  ({ active }: Policy): boolean =>
    active.includes(limit);
const usesImpact = (policy: Policy): boolean => policy.usesImpact && policy.active.includes("Liquidity");
const listens = ({ usesPushedVariance }: Policy): boolean => usesPushedVariance;
const capped =
  (name: "capsRiskShare" | "capsDelta" | "capsGamma" | "capsVega") =>
  (policy: Policy): boolean =>
    policy[name] && policy.active.includes("Portfolio");

const bits = (flags: readonly boolean[]): bigint => flags.reduce((sum, flag, index) => sum | (BigInt(flag) << BigInt(index)), 0n);
const activeBits = ({ active }: Policy): bigint => bits(LIMITS.map((limit) => active.includes(limit)));
const feedFlags = (policy: Policy): bigint => bits([policy.usesImpact, policy.usesPushedVariance, policy.isWinsorised]);
const portfolioFlags = (policy: Policy): bigint =>
  bits([
    policy.hasGreeks,
    policy.capsRiskShare,
    policy.capsDelta,
    policy.capsGamma,
    policy.capsVega,
    policy.usesFactor,
    policy.hasBeta,
    policy.beta < 0n,
  ]);
const PORTFOLIO_BIT = 1n << BigInt(LIMITS.indexOf("Portfolio"));

/** Every field, in the order in which the contracts compare them. */
const ORDER: readonly (Rule | Flags)[] = [
  { field: "Feed", value: ({ feed }) => BigInt(feed), way: "same" },
  { field: "FeedDecimals", value: ({ feedDecimals }) => feedDecimals, way: "same" },
  { field: "Mode", value: ({ mode }) => BigInt(MODES.indexOf(mode)), way: "lower" },
  { field: "Heartbeat", value: ({ heartbeat }) => heartbeat, way: "same" },
  { field: "MaxAge", value: ({ maxAge }) => maxAge, way: "lower" },
  { field: "VolatilityFloor", value: ({ volatilityFloor }) => volatilityFloor, way: "higher" },
  // Not to ask how sure a feed is, is to believe every answer.
  { field: "MaxConfidence", value: ({ maxConfidence }) => maxConfidence, way: "lower", counts: ({ maxConfidence }) => maxConfidence > 0n },
  // Portfolio is left as it is: without it nothing may be held beside this market, with it everything held here can be measured.
  { field: "Active", value: activeBits, gained: ~PORTFOLIO_BIT, lost: 0n },
  { field: "Flags", value: feedFlags, gained: 3n, lost: 4n },
  { field: "Tail", value: ({ tail }) => tail, way: "higher" },
  { field: "Horizon", value: ({ horizon }) => horizon, way: "higher" },
  { field: "RiskBudget", value: ({ riskBudget }) => riskBudget, way: "lower", counts: has("Volatility") },
  {
    field: "MaintenanceAndPenalty",
    value: ({ maintenanceAndPenalty }) => maintenanceAndPenalty,
    way: "higher",
    counts: has("Collateral"),
  },
  { field: "ExitFee", value: ({ exitFee }) => exitFee, way: "higher", counts: has("Collateral") },
  { field: "BaseMargin", value: ({ baseMargin }) => baseMargin, way: "higher", counts: has("Margin") },
  {
    field: "FullMarginOpenInterest",
    value: ({ fullMarginOpenInterest }) => fullMarginOpenInterest,
    way: "lower",
    counts: has("Margin"),
  },
  { field: "OpenInterestMantissa", value: ({ openInterestCap }) => openInterestCap, way: "lower", counts: has("OpenInterest") },
  { field: "ReferenceMove", value: ({ referenceMove }) => referenceMove, way: "lower", counts: has("OpenInterest") },
  { field: "LiquidityCap", value: ({ liquidityCap }) => liquidityCap, way: "lower", counts: has("Liquidity") },
  { field: "ConcentrationShare", value: ({ concentrationShare }) => concentrationShare, way: "lower", counts: has("Concentration") },
  { field: "MaxSkewMantissa", value: ({ maxSkew }) => maxSkew, way: "lower", counts: has("Skew") },
  { field: "DailyVolume", value: ({ dailyVolume }) => dailyVolume, way: "lower", counts: usesImpact },
  { field: "MaxSlippage", value: ({ maxSlippage }) => maxSlippage, way: "lower", counts: usesImpact },
  { field: "ImpactCoefficient", value: ({ impactCoefficient }) => impactCoefficient, way: "higher", counts: usesImpact },
  { field: "GrowthCapacityMantissa", value: ({ growthCapacity }) => growthCapacity, way: "lower", counts: has("Growth") },
  { field: "GrowthPeriod", value: ({ growthPeriod }) => growthPeriod, way: "higher", counts: has("Growth") },
  { field: "MaxDrawdown", value: ({ maxDrawdown }) => maxDrawdown, way: "lower", counts: has("Drawdown") },
  { field: "DrawdownPower", value: ({ drawdownPower }) => drawdownPower, way: "higher", counts: has("Drawdown") },
  // A mark that never fades is the longest half-life.
  { field: "PeakHalfLife", value: ({ peakHalfLife }) => peakHalfLife || UNCAPPED, way: "higher", counts: has("Drawdown") },
  { field: "PortfolioFlags", value: portfolioFlags, gained: 0b11110n, lost: 0n, counts: has("Portfolio") },
  { field: "Beta", value: ({ beta }) => BigInt.asUintN(256, beta), way: "same", counts: has("Portfolio") },
  { field: "BetaStress", value: ({ betaStress }) => betaStress, way: "same", counts: has("Portfolio") },
  { field: "PortfolioBudget", value: ({ portfolioBudget }) => portfolioBudget, way: "lower", counts: has("Portfolio") },
  { field: "PortfolioTail", value: ({ portfolioTail }) => portfolioTail, way: "higher", counts: has("Portfolio") },
  { field: "PortfolioHorizon", value: ({ portfolioHorizon }) => portfolioHorizon, way: "higher", counts: has("Portfolio") },
  { field: "Netting", value: ({ netting }) => netting, way: "lower", counts: has("Portfolio") },
  { field: "VolDown", value: ({ volDown }) => volDown, way: "higher", counts: has("Portfolio") },
  { field: "VolUp", value: ({ volUp }) => volUp, way: "higher", counts: has("Portfolio") },
  { field: "MaxRiskShare", value: ({ maxRiskShare }) => maxRiskShare, way: "lower", counts: capped("capsRiskShare") },
  { field: "DeltaCapMantissa", value: ({ deltaCap }) => deltaCap, way: "lower", counts: capped("capsDelta") },
  { field: "GammaCapMantissa", value: ({ gammaCap }) => gammaCap, way: "lower", counts: capped("capsGamma") },
  { field: "VegaCapMantissa", value: ({ vegaCap }) => vegaCap, way: "lower", counts: capped("capsVega") },
  { field: "VarianceSource", value: ({ varianceSource }) => BigInt(varianceSource), way: "same", counts: listens },
  { field: "MaxVolatility", value: ({ maxVolatility }) => maxVolatility, way: "higher", counts: listens },
];

/**
 * Refuses a policy that is not as tight as the one in force, with the error of the chain: field by field, each in the direction
 * in which no account can have more, and unchanged where neither direction is that for everybody.
 *
 * @param market - The market's id, for the error.
 * @param current - The words in force, as `policy(market)` returns them; in range.
 * @param next - The words to put in their place; in range.
 * @throws {PolicyNotSetError} When nothing is in force.
 * @throws {PolicyLoosensError} With the first field that would allow more, or differently.
 * @throws {SizingGuardError} As `requirePolicyInRange`, where `next` is no policy at all.
 *
 * @example
 * ```ts
 * requireTighter(market, await guard.read.policy([market]), encodePolicy(stricter)); // throws what tighten() would revert with
 * ```
 */
export function requireTighter(market: `0x${string}`, current: PolicyWords, next: PolicyWords): void {
  const from = decodePolicy(current);
  if (from === null) throw new PolicyNotSetError(market);
  requirePolicyInRange(market, next);
  const to = decodePolicy(next) ?? from;
  for (const rule of ORDER) {
    if (rule.counts !== undefined && !rule.counts(from)) continue;
    const [before, after] = [rule.value(from), rule.value(to)];
    if (!isAsTight(rule, before, after)) throw new PolicyLoosensError(market, rule.field, before, after);
  }
}

function isAsTight(rule: Rule | Flags, before: bigint, after: bigint): boolean {
  if ("gained" in rule) {
    const changed = before ^ after;
    return (changed & before & ~rule.lost) === 0n && (changed & after & ~rule.gained) === 0n;
  }
  if (rule.field === "MaxConfidence") return after > 0n && after <= before;
  if (rule.way === "same") return after === before;
  return rule.way === "lower" ? after <= before : after >= before;
}
