import { network } from "hardhat";
import type { Abi, Hex } from "viem";
import { isSizingGuardError } from "../../sdk/src/errors/index.ts";
import { LIMITS, MODES, ORACLE_STATUSES, type Policy, type PolicyWords, type Position, type Verdict } from "../../sdk/src/index.ts";
import { type BatchTarget, batchTarget, type Outcome, word } from "./batch.ts";
import type { Arguments } from "./corpus.ts";
import { bitOf } from "./parityPolicies.ts";
import type { State } from "./parityStates.ts";

/** Deploys the batch runner and the sizing harness on a fresh in-process chain. */
export async function deploySizingHarness() {
  const { viem, provider } = await network.create();
  const runner = await viem.deployContract("BatchRunner");
  const harness = await viem.deployContract("SizingHarness");
  const target = (name: string): BatchTarget => batchTarget(provider, runner.address, harness.address, harness.abi as Abi, name);
  return { provider, harness, target };
}

/** The words of a position, in the order of the struct. */
export function positionWords(position: Position): Arguments {
  const { account, equity, flow, sizeBefore, sizeAfter, sameSideOthers, oppositeOthers, poolEquity } = position;
  return [BigInt(account), equity, flow, sizeBefore, sizeAfter, sameSideOthers, oppositeOthers, poolEquity];
}

/** The position of those words. */
export function positionOf(words: Arguments): Position {
  const [account = 0n, equity = 0n, flow = 0n, sizeBefore = 0n, sizeAfter = 0n, sameSideOthers = 0n, oppositeOthers = 0n, poolEquity = 0n] =
    words;
  const sizes = { equity, flow, sizeBefore, sizeAfter, sameSideOthers, oppositeOthers, poolEquity };
  return { account: `0x${account.toString(16).padStart(40, "0")}`, ...sizes };
}

export function judgeArguments(words: PolicyWords, { position, market, account, selfLimitWord }: State): Arguments {
  const status = BigInt(ORACLE_STATUSES.indexOf(market.status));
  const { price, variance, age, poolEquity, confidence } = market;
  const seen = [
    status,
    price,
    variance,
    age,
    poolEquity,
    confidence,
    account.growthHeadroom,
    account.drawdownScale,
    selfLimitWord,
    account.portfolioLimit,
  ];
  return [...sizingWords(words), ...positionWords(position), ...seen];
}

/** Those that the limits of one market are in, in the order in which every function takes them. */
function sizingWords({ feedPolicy, riskPolicy, extendedPolicy }: PolicyWords): Arguments {
  return [feedPolicy, riskPolicy, extendedPolicy];
}

/** In the order of the struct. */
export function allWords(words: PolicyWords): Arguments {
  return [...sizingWords(words), words.portfolioPolicy, words.variancePolicy];
}

/** The words of a verdict, in the order of the struct. */
export function verdictWords(verdict: Verdict): Arguments {
  const { allowed, limit, maxSize, limitSize, price, variance, status } = verdict;
  return [BigInt(allowed), BigInt(LIMITS.indexOf(limit)), maxSize, limitSize, price, variance, BigInt(ORACLE_STATUSES.indexOf(status))];
}

/** The words of `PolicyValues`. */
export function policyWords(policy: Policy): Arguments {
  const { feed, feedDecimals, mode, active, heartbeat, maxAge, volatilityFloor, tail, riskBudget, maintenanceAndPenalty } = policy;
  const { exitFee, baseMargin, fullMarginOpenInterest, liquidityCap, openInterestCap, referenceMove, concentrationShare, horizon } = policy;
  const bits = active.reduce((sum, limit) => sum | bitOf(limit), 0n);
  const first = [BigInt(feed), feedDecimals, BigInt(MODES.indexOf(mode)), bits, heartbeat, maxAge, volatilityFloor];
  const second = [
    tail,
    riskBudget,
    maintenanceAndPenalty,
    exitFee,
    baseMargin,
    fullMarginOpenInterest,
    liquidityCap,
    openInterestCap,
    referenceMove,
    concentrationShare,
    horizon,
  ];
  const { usesImpact, dailyVolume, maxSlippage, impactCoefficient, maxSkew, growthCapacity, growthPeriod } = policy;
  const third = [BigInt(usesImpact), dailyVolume, maxSlippage, impactCoefficient, maxSkew, growthCapacity, growthPeriod];
  const {
    hasGreeks,
    capsRiskShare,
    capsDelta,
    capsGamma,
    capsVega,
    usesFactor,
    hasBeta,
    portfolioBudget,
    portfolioTail,
    portfolioHorizon,
  } = policy;
  const { netting, volDown, volUp, maxRiskShare, deltaCap, gammaCap, vegaCap, beta, betaStress } = policy;
  const flags = [hasGreeks, capsRiskShare, capsDelta, capsGamma, capsVega, usesFactor, hasBeta].map(BigInt);
  const fourth = [
    portfolioBudget,
    portfolioTail,
    portfolioHorizon,
    netting,
    volDown,
    volUp,
    maxRiskShare,
    deltaCap,
    gammaCap,
    vegaCap,
    beta,
    betaStress,
  ];
  const { maxConfidence, usesPushedVariance, isWinsorised, varianceSource, maxVolatility } = policy;
  const fifth = [maxConfidence, BigInt(usesPushedVariance), BigInt(isWinsorised), BigInt(varianceSource), maxVolatility];
  return [...first, ...second, ...third, policy.maxDrawdown, policy.drawdownPower, policy.peakHalfLife, ...flags, ...fourth, ...fifth];
}

/** The SDK's outcome in the form of the chain's: words, or the revert data its error stands for. */
export function outcomeOf(run: () => Arguments): Outcome & { readonly error?: unknown } {
  try {
    return { ok: true, words: run().map((value) => BigInt.asUintN(256, value)) };
  } catch (error) {
    const data = revertData(error);
    return { ok: false, selector: data.slice(0, 10), data, error };
  }
}

/** Revert data of an error of the SDK, by hand: every argument of the guard's errors is one static word. */
export function revertData(error: unknown): Hex {
  if (!isSizingGuardError(error) || error.selector === undefined) throw error;
  return `${error.selector}${error.args.map((argument) => word(BigInt(argument as bigint | number | Hex))).join("")}`;
}

/** Counts by label, for corpora that must not rot. */
export class Counter {
  readonly #counts = new Map<string, number>();

  add(...labels: readonly string[]): void {
    for (const label of labels) this.#counts.set(label, this.of(label) + 1);
  }

  of(label: string): number {
    return this.#counts.get(label) ?? 0;
  }

  /** Fails when one of the labels was met less than `least` times. */
  expectEach(labels: readonly string[], least: number): void {
    const rare = labels.filter((label) => this.of(label) < least).map((label) => `${label} ${this.of(label)} times`);
    if (rare.length > 0) throw new Error(`the corpus meets ${rare.join(", ")}: it needs ${least}`);
  }

  /** The counts of the labels that begin so, for a test's title. */
  describe(prefix: string): string {
    const shown = [...this.#counts].filter(([label]) => label.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
    return shown.map(([label, count]) => `${count} ${label.slice(prefix.length)}`).join(", ");
  }
}
