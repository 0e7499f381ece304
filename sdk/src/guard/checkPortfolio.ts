import type { SizingGuardError } from "../errors/base.ts";
import { PortfolioLossExceededError, SnapshotMissingError } from "../errors/guard.ts";
import { max, min, requireInt } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivUpSaturating } from "../math/fixedPoint.ts";
import { divFloor } from "../math/signed.ts";
import { adverseMove } from "../math/volatility.ts";
import { assessFactor } from "../portfolio/factor.ts";
import {
  type Assessment,
  add,
  assess,
  decay,
  emptyUnderlying,
  type Greeks,
  type Holdings,
  MAX_EXPOSURES,
  MAX_GREEK,
  type Underlying,
} from "../portfolio/risk.ts";
import { accountState, type CheckResult, marketState, rejection, unset, varianceAt } from "./check.ts";
import type { Policy } from "./policy.ts";
import {
  abs,
  isUsable,
  judge,
  type MarketState,
  marketScale,
  type Position,
  reducesRisk,
  requirePosition,
  scaledEquity,
  type Verdict,
} from "./sizing.ts";
import type { GuardSnapshot } from "./snapshot.ts";

// Twin: contracts/PortfolioReader.sol, and `previewPortfolio` of contracts/SizingGuard.sol.

type Hex = `0x${string}`;

/** What an account of several markets holds in one of them, after the action, quote WAD: a perpetual its signed notional, as delta. */
export interface Exposure extends Greeks {
  readonly market: Hex;
}

/** The guard's verdict on an action of an account that holds several markets. */
export interface PortfolioCheckResult extends CheckResult {
  /** Largest notional this position may have beside the others, quote WAD, rounded down. */
  readonly portfolioLimit: bigint;
  /** Of the portfolio in its worst scenario after the action, quote WAD, rounded up; `UNCAPPED` where it can't be measured. */
  readonly loss: bigint;
  /** What that may be, quote WAD. */
  readonly allowedLoss: bigint;
}

/** The largest notional that is told from a larger one. */
const MAX_NOTIONAL = 1n << 160n;

/**
 * The answer `enforcePortfolio` would give, without a round trip.
 *
 * Money is quote WAD; losses are rounded up, limits down.
 *
 * @param snapshot - Of the market in question.
 * @param intent - The position after the action; `equity` less the initial margin of the account's other positions and orders.
 * @param others - What the account holds in its other markets after the action: at most 16, ids strictly ascending. Where the
 * positions of this market have Greeks of their own, one more entry, this market's, with those of one long unit of size.
 * @param markets - Snapshots of the other markets, of the same block, in any order.
 * @param now - Time of inclusion, seconds, unix; not before any of the prices.
 * @returns Verdict, headroom, the portfolio's loss, and the error of the chain where it would refuse.
 * @throws {SnapshotMissingError} When a market of `others` has no snapshot.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its Solidity type.
 *
 * @example
 * ```ts
 * const [eth, btc] = await getSnapshots(client, { lens, guard, markets: ["ETH-USD", "BTC-USD"] });
 * const hedge = { market: btc.market, delta: -notional, gamma: 0n, vega: 0n, theta: 0n };
 * const { allowed, loss, allowedLoss } = checkPortfolio(eth, intent, [hedge], [btc], eth.timestamp);
 * ```
 */
export function checkPortfolio(
  snapshot: GuardSnapshot,
  intent: Position,
  others: readonly Exposure[],
  markets: readonly GuardSnapshot[],
  now: bigint,
): PortfolioCheckResult {
  requirePosition(intent);
  for (const [index, exposure] of others.entries()) requireExposure(exposure, index);
  const isReduction = reduces(snapshot, intent, others);
  const size = abs(intent.sizeAfter);
  const { policy } = snapshot;
  if (policy === null) return withSize(snapshot, intent, size, unset(intent, isReduction), { limit: 0n, loss: 0n, allowedLoss: 0n });
  const state = marketState(snapshot, policy, now);
  const portfolio = assessment({ snapshot, policy, intent, others, markets, now, state, isReduction });
  const account = { ...accountState(snapshot, policy, intent, now), portfolioLimit: portfolio.limit };
  const verdict = judge(policy, intent, state, account);
  if (portfolio.loss <= portfolio.allowedLoss) return withSize(snapshot, intent, size, verdict, portfolio);
  const isComputed = verdict.limit !== "Oracle" && verdict.limit !== "Mode";
  const limit = isComputed && size <= verdict.maxSize ? "Portfolio" : verdict.limit;
  const refused: Verdict = { ...verdict, limit, allowed: policy.mode === "Shadow" };
  return withSize(snapshot, intent, size, refused, portfolio);
}

/** Whether the action adds no risk by itself: the size does not grow and no collateral leaves, or nothing is left. */
function reduces({ market }: GuardSnapshot, intent: Position, others: readonly Exposure[]): boolean {
  if (intent.flow >= 0n) return reducesRisk(intent);
  // What one unit of the market itself would be is nothing that is held.
  const holdsNothing = others.length === 0 || (others.length === 1 && BigInt(others[0]?.market ?? 0n) === BigInt(market));
  return intent.sizeAfter === 0n && holdsNothing;
}

interface Question {
  readonly snapshot: GuardSnapshot;
  readonly policy: Policy;
  readonly intent: Position;
  readonly others: readonly Exposure[];
  readonly markets: readonly GuardSnapshot[];
  readonly now: bigint;
  readonly state: MarketState;
  readonly isReduction: boolean;
}

/** Where it can't be judged, nothing may grow and every loss is too much, but a reduction passes. */
function assessment(question: Question): Assessment {
  const { policy, intent, state, isReduction } = question;
  const unjudged = { limit: 0n, loss: isReduction || policy.mode === "Off" ? 0n : UNCAPPED, allowedLoss: 0n };
  if (!policy.active.includes("Portfolio") || !isUsable(state.status)) return unjudged;
  const account = accountOf(question);
  if (account === null) return unjudged;
  const equity = intent.equity > 0n ? scaledEquity(intent, account.scale) : 0n;
  const before = notional(intent.sizeBefore, state.price);
  const candidate = { unit: account.unit, before, next: notional(intent.sizeAfter, state.price) };
  const byModel = policy.usesFactor ? assessFactor : assess;
  return byModel(policy, account.holdings, candidate, equity, isReduction, intent.flow >= 0n);
}

/** What one feed said. */
interface Reading {
  readonly feed: Hex;
  readonly variance: bigint;
  readonly age: bigint;
  /** WAD ratio of the price. */
  readonly confidence: bigint;
  /** Whether it was asked for. */
  readonly hasConfidence: boolean;
}

/** What an account holds, with what it is measured by. */
interface Account {
  readonly holdings: Holdings;
  /** Greeks of one unit of the candidate's notional. */
  readonly unit: Greeks;
  /** Share of the equity that counts by the oldest of all prices, WAD. */
  readonly scale: bigint;
}

/** Everything the account holds, by underlying: markets of one feed move as one. `null` where it can't be measured. */
function accountOf({ snapshot, policy, others, markets, now, state }: Question): Account | null {
  // The market's own entry is none of the others.
  if (others.length > MAX_EXPOSURES + (policy.hasGreeks ? 1 : 0)) return null;
  const readings: Reading[] = [readingOf(policy, state)];
  const underlyings: Underlying[] = [emptyUnderlying(moveOf(policy, state))];
  let scale = marketScale(policy, state);
  let unit: Greeks = { delta: WAD, gamma: 0n, vega: 0n, theta: 0n };
  let lacksGreeks = policy.hasGreeks;
  let decayed = 0n;
  for (const [index, exposure] of others.entries()) {
    const previous = others[index - 1];
    if (previous !== undefined && BigInt(previous.market) >= BigInt(exposure.market)) return null;
    if (!isInRange(exposure)) return null;
    if (BigInt(exposure.market) === BigInt(snapshot.market)) {
      unit = unitOf(exposure, state.price);
      if (!lacksGreeks || !isInRange(unit)) return null;
      lacksGreeks = false;
      continue;
    }
    const other = snapshotOf(exposure.market, markets);
    if (!other.policy?.active.includes("Portfolio")) return null;
    const reading = readings.find(({ feed }) => feed === other.policy?.feed) ?? read(other, other.policy, now);
    // One reading can't be both with and without the feed's doubt.
    if (reading === null || reading.hasConfidence !== hasConfidence(other.policy)) return null;
    if (!readings.includes(reading)) {
      readings.push(reading);
      underlyings.push(emptyUnderlying(0n));
    }
    const held = underlyings[readings.indexOf(reading)] ?? emptyUnderlying(0n);
    held.move = max(held.move, moveOf(other.policy, reading));
    add(held, other.policy, exposure);
    decayed += decay(other.policy, exposure.theta);
    scale = min(scale, marketScale(other.policy, reading));
  }
  return lacksGreeks || scale === 0n ? null : { holdings: { underlyings, decay: decayed }, unit, scale };
}

function snapshotOf(market: Hex, markets: readonly GuardSnapshot[]): GuardSnapshot {
  const found = markets.find((one) => BigInt(one.market) === BigInt(market));
  if (found === undefined) throw new SnapshotMissingError(market);
  return found;
}

/** `null` for a price that is none, or too old or uncertain to carry anything. */
function read(snapshot: GuardSnapshot, policy: Policy, now: bigint): Reading | null {
  const { round } = snapshot;
  if (round === null) return null;
  const { updatedAt, confidence = 0n } = round;
  const state = { variance: varianceAt(snapshot, policy, now), age: now - updatedAt, confidence };
  return marketScale(policy, state) === 0n ? null : readingOf(policy, state);
}

function readingOf(policy: Policy, { variance, age, confidence }: Pick<MarketState, "variance" | "age" | "confidence">): Reading {
  return { feed: policy.feed, variance, age, confidence, hasConfidence: hasConfidence(policy) };
}

function hasConfidence({ maxConfidence }: Policy): boolean {
  return maxConfidence > 0n;
}

function moveOf(policy: Policy, { variance, age, confidence }: Pick<Reading, "variance" | "age" | "confidence">): bigint {
  return adverseMove(policy.portfolioTail, variance, policy.portfolioHorizon + age) + confidence;
}

/** The Greeks of one unit of notional, from those of one unit of size. */
function unitOf({ delta, gamma, vega, theta }: Exposure, price: bigint): Greeks {
  const perNotional = (greek: bigint): bigint => divFloor(greek * WAD, price);
  return { delta: perNotional(delta), gamma: perNotional(gamma), vega: perNotional(vega), theta: perNotional(theta) };
}

function isInRange({ delta, gamma, vega, theta }: Greeks): boolean {
  return [delta, gamma, vega, theta].every((greek) => abs(greek) < MAX_GREEK);
}

/** Signed notional of a size, quote WAD, rounded away from 0; saturating. */
function notional(size: bigint, price: bigint): bigint {
  const magnitude = min(mulDivUpSaturating(abs(size), price, WAD), MAX_NOTIONAL);
  return size < 0n ? -magnitude : magnitude;
}

function requireExposure({ delta, gamma, vega, theta }: Exposure, index: number): void {
  for (const [name, value] of Object.entries({ delta, gamma, vega, theta })) requireInt(`others[${index}].${name}`, value, 256);
}

function withSize(
  snapshot: GuardSnapshot,
  intent: Position,
  size: bigint,
  verdict: Verdict,
  { limit: portfolioLimit, loss, allowedLoss }: Assessment,
): PortfolioCheckResult {
  const headroom = size < verdict.maxSize ? verdict.maxSize - size : 0n;
  const error = (): SizingGuardError =>
    snapshot.policy === null || size > verdict.maxSize
      ? rejection(snapshot, intent, size, verdict)
      : new PortfolioLossExceededError(snapshot.market, intent.account, loss, allowedLoss);
  return { ...verdict, size, headroom, portfolioLimit, loss, allowedLoss, rejection: verdict.allowed ? null : error() };
}
