/**
 * Replays one price path through two markets that differ in one thing: one asks the guard, the other has its static
 * leverage cap alone. Before each trade the SDK answers, and the chain is held against it.
 */
import type { NetworkConnection } from "hardhat/types/network";
import { explain, formatPercent, formatWad, type Policy, type Position } from "../../sdk/src/index.ts";
import { UNCAPPED, unpackVolatilityWord, WAD } from "../../sdk/src/math/index.ts";
import { ETH_USD } from "../lib/market.ts";
import { ThinnedList } from "../lib/prices/thin.ts";
import type { PathRound } from "./path.ts";
import type { AccountResult, MarketResult, ReplayResult, ReplayStep } from "./result.ts";
import { HABITS, type Habit, type View } from "./traders.ts";
import {
  accountOf,
  type Compared,
  type ComparedTrade,
  compare,
  compareVerdict,
  type Difference,
  fund,
  liquidate,
  marketData,
  openVenue,
  POOL_TOKENS,
  type Signer,
  trade,
  type Venue,
  warmUp,
  writeRound,
} from "./venue.ts";

/** The account the report draws limits for: a long of somebody else with this equity, quote units. */
const YARDSTICK_EQUITY = 100_000;

/** Equity, as a share of the notional, below which a keeper tries: a little above the maintenance margin of 1 %. */
const NEAR_LIQUIDATION = 0.015;

/**
 * Seconds between two visits of the liquidation keepers, in both markets alike. An assumption, and a kind one: in both
 * crashes the chain was congested and liquidations came late or not at all.
 */
const KEEPER_INTERVAL = 1_800;

/** Steps kept for charts and tables: more would not be seen on a page, and would fill the memory. */
const MAX_STEPS = 2_000;

/** Prices of the past that are kept; no habit looks at more than thirty. */
const MAX_HISTORY = 60;

/** What is replayed. */
export interface ReplayInput extends Pick<ReplayResult, "title" | "note" | "sources" | "anchors"> {
  readonly base: string;
  readonly quote: string;
  /** Rounds the guard has watched before the replay begins. */
  readonly warmUp: readonly PathRound[];
  /** In time order; taken one at a time, so there may be any number. */
  readonly rounds: Iterable<PathRound> | AsyncIterable<PathRound>;
  /** What differs from the demo's policy. */
  readonly policy?: Partial<Policy>;
  /**
   * Seconds after which every trader has all stakes again. Without it a long replay compares a market whose traders are
   * ruined, and gone, with one whose traders are there.
   */
  readonly renewal?: number;
}

export interface ReplayOutcome {
  readonly result: ReplayResult;
  readonly differences: readonly Difference[];
}

/** A trader in one market: the same habit meets what the market lets through. */
interface Seat {
  readonly habit: Habit;
  readonly signer: Signer;
  readonly venue: Venue;
  readonly result: { -readonly [K in keyof AccountResult]: AccountResult[K] };
  stakesLeft: number;
}

/** A step, and every seat's signed size after it. */
interface Moment {
  readonly step: ReplayStep;
  readonly sizes: readonly number[];
}

interface Replay {
  readonly guarded: Venue;
  readonly unguarded: Venue;
  readonly seats: readonly Seat[];
  readonly moments: ThinnedList<Moment>;
  readonly renewal: number;
  lastRenewal: number | undefined;
  readonly history: number[];
  lastKeeperVisit: number;
  comparisons: number;
  readonly differences: Difference[];
}

export async function replay(connection: NetworkConnection, input: ReplayInput, onStep: (done: number) => void): Promise<ReplayOutcome> {
  const state = await begin(connection, input);
  let done = 0;
  for await (const round of input.rounds) {
    await step(state, round);
    onStep(++done);
  }
  return { result: await summary(state, input), differences: state.differences };
}

async function begin(
  connection: NetworkConnection,
  { warmUp: past, policy, renewal = Number.POSITIVE_INFINITY }: ReplayInput,
): Promise<Replay> {
  const [, ...wallets] = await connection.viem.getWalletClients();
  const guarded = await openVenue(connection, "Guarded", { ...policy, mode: "Enforce" });
  const unguarded = await openVenue(connection, "Static leverage cap", { ...policy, mode: "Off" });
  await warmUp([guarded, unguarded], past);
  const seats: Seat[] = [];
  for (const [index, habit] of HABITS.entries()) {
    const wallet = wallets[index];
    if (wallet === undefined) throw new Error("The network has too few accounts for the traders.");
    for (const venue of [guarded, unguarded]) {
      seats.push({ habit, venue, signer: { address: wallet.account.address }, result: emptyResult(), stakesLeft: habit.stakes });
    }
  }
  for (const seat of seats) await bringStake(seat);
  return {
    guarded,
    unguarded,
    seats,
    moments: keptMoments(),
    renewal,
    lastRenewal: undefined,
    history: [],
    lastKeeperVisit: 0,
    comparisons: 0,
    differences: [],
  };
}

/** Thinned steps keep what a reader looks for: the lowest price, the highest volatility, the smallest limit. */
function keptMoments(): ThinnedList<Moment> {
  return new ThinnedList<Moment>(MAX_STEPS, [
    (a, b) => a.step.price < b.step.price,
    (a, b) => a.step.sigmaFast > b.step.sigmaFast,
    (a, b) => a.step.maxSize < b.step.maxSize,
  ]);
}

async function step(state: Replay, round: PathRound): Promise<void> {
  const price = Number(round.answer8) / 1e8;
  state.history.push(price);
  if (state.history.length > MAX_HISTORY) state.history.shift();
  for (const venue of [state.guarded, state.unguarded]) await writeRound(venue, round.answer8, round.updatedAt);
  renewStakes(state, round.updatedAt);
  const keepersVisit = round.updatedAt - state.lastKeeperVisit >= KEEPER_INTERVAL;
  if (keepersVisit) state.lastKeeperVisit = round.updatedAt;
  const debtBefore = badDebtOf(state);
  const sizes: number[] = [];
  for (const seat of state.seats) sizes.push(await face(state, seat, price, keepersVisit));
  // A long replay keeps every step with a loss: there are few, and they are what it is about.
  state.moments.add({ step: await describe(state, round, price), sizes }, badDebtOf(state) > debtBefore);
}

function renewStakes(state: Replay, now: number): void {
  state.lastRenewal ??= now;
  if (now - state.lastRenewal < state.renewal) return;
  state.lastRenewal = now;
  for (const seat of state.seats) seat.stakesLeft = seat.habit.stakes;
}

const badDebtOf = ({ seats }: Replay): number => seats.reduce((sum, { result }) => sum + result.badDebt, 0);

/**
 * A liquidation if it is due, a new stake if there is one, and the trade the habit asks for.
 * @returns The signed size held afterwards.
 */
async function face(state: Replay, seat: Seat, price: number, keepersVisit: boolean): Promise<number> {
  let view = await look(state, seat, price);
  if (keepersVisit && (await faceLiquidation(seat, view))) view = await look(state, seat, price);
  if (view.size === 0 && view.equity < Number(seat.habit.stake) / 100 && seat.stakesLeft > 0) {
    await bringStake(seat);
    view = await look(state, seat, price);
  }
  if (await pursue(state, seat, view)) {
    view = await look(state, seat, price);
    seat.result.peakLeverage = Math.max(seat.result.peakLeverage, (Math.abs(view.size) * price) / view.equity);
  }
  seat.result.endEquity = view.equity;
  return view.size;
}

async function faceLiquidation(seat: Seat, { size, equity, price }: View): Promise<boolean> {
  if (size === 0 || equity > Math.abs(size) * price * NEAR_LIQUIDATION) return false;
  const before = await marketData(seat.venue);
  if (!(await liquidate(seat.venue, seat.signer))) return false;
  seat.result.liquidations += 1;
  seat.result.badDebt += toNumber((await marketData(seat.venue)).badDebt - before.badDebt);
  return true;
}

/**
 * Asks for the size wanted; what the guard refuses is asked again at the size it allows, as a front end would.
 * @returns Whether a trade went through.
 */
async function pursue(state: Replay, seat: Seat, view: View): Promise<boolean> {
  const target = seat.habit.target(view);
  if (target === null) return false;
  const delta = toWad(target) - toWad(view.size);
  if (delta === 0n) return false;
  const { answer, succeeds } = await ask(state, seat, delta);
  if (answer.allowed) return attempt(seat, delta, succeeds);
  seat.result.rejected += 1;
  // The limit is for the equity after the fee of the larger trade: for the smaller one it holds all the more.
  const most = target < 0 ? -answer.maxSize : answer.maxSize;
  const smaller = most - toWad(view.size);
  const isSameDirection = smaller !== 0n && smaller < 0n === delta < 0n;
  if (!isSameDirection || answer.maxSize < WAD) return false;
  return attempt(seat, smaller, (await ask(state, seat, smaller)).succeeds);
}

/** Trades, unless the market's own leverage cap was just seen to refuse: a transaction that only reverts changes nothing. */
async function attempt(seat: Seat, delta: bigint, succeeds: boolean): Promise<boolean> {
  const isDone = succeeds && (await trade(seat.venue, seat.signer, delta));
  if (isDone) seat.result.accepted += 1;
  else seat.result.rejected += 1;
  return isDone;
}

async function ask(state: Replay, seat: Seat, delta: bigint): Promise<ComparedTrade> {
  const compared = await compare(seat.venue, seat.signer, delta);
  count(state, compared);
  return compared;
}

function count(state: Replay, { differences }: Compared): void {
  state.comparisons += 1;
  state.differences.push(...differences);
}

async function bringStake(seat: Seat): Promise<void> {
  seat.stakesLeft -= 1;
  seat.result.startEquity += Number(seat.habit.stake);
  await fund(seat.venue, seat.signer, seat.habit.stake);
}

async function look(state: Replay, seat: Seat, price: number): Promise<View> {
  const { size, cost, collateral } = await accountOf(seat.venue, seat.signer);
  const equity = toNumber(collateral) + toNumber(size) * price - toNumber(cost);
  return { price, history: state.history, equity, size: toNumber(size) };
}

async function describe(state: Replay, round: PathRound, price: number): Promise<ReplayStep> {
  const { guarded, unguarded } = state;
  const [mine, other, word] = await Promise.all([
    marketData(guarded),
    marketData(unguarded),
    guarded.market.guard.read.volatilityWord([ETH_USD]),
  ]);
  const { fastVariance, slowVariance } = unpackVolatilityWord(word);
  const position = yardstickPosition(mine.longOpenInterest, mine.shortOpenInterest);
  // Also where no trader wants anything: SDK and chain are held against each other on every step.
  count(state, await compareVerdict(guarded, position));
  const yardstick = explain(guarded.snapshot, position, guarded.now);
  return {
    time: round.updatedAt,
    price,
    sigmaFast: Math.sqrt(toNumber(fastVariance)),
    sigmaSlow: Math.sqrt(toNumber(slowVariance)),
    limits: Object.fromEntries(yardstick.limits.map(({ limit, size }) => [limit, size === UNCAPPED ? null : toNumber(size)])),
    maxSize: toNumber(yardstick.maxSize),
    binding: yardstick.limit,
    badDebtGuarded: toNumber(mine.badDebt),
    badDebtUnguarded: toNumber(other.badDebt),
    openInterestGuarded: toNumber(mine.longOpenInterest),
    openInterestUnguarded: toNumber(other.longOpenInterest),
  };
}

/** A newcomer who asks how large a long may be. */
function yardstickPosition(sameSideOthers: bigint, oppositeOthers: bigint): Position {
  const equity = BigInt(YARDSTICK_EQUITY) * WAD;
  const account = "0x0000000000000000000000000000000000000000";
  return { account, equity, flow: 0n, sizeBefore: 0n, sizeAfter: 1n, sameSideOthers, oppositeOthers, poolEquity: 0n };
}

async function summary(state: Replay, input: ReplayInput): Promise<ReplayResult> {
  const { guarded, unguarded, seats } = state;
  const { title, sources, anchors, base, quote } = input;
  const policy = guarded.snapshot.policy;
  if (policy === null) throw new Error("The guarded market lost its policy.");
  const moments = state.moments.items();
  const isThinned = moments.length < state.moments.length;
  for (const [index, seat] of seats.entries()) seat.result.sizes = moments.map(({ sizes }) => sizes[index] ?? 0);
  return {
    title,
    note: isThinned ? `${input.note} ${thinningNote(moments.length, state.moments.length)}` : input.note,
    sources,
    anchors,
    steps: moments.map(({ step }) => step),
    ...(isThinned ? { rounds: state.moments.length } : {}),
    activeLimits: policy.active,
    yardstickEquity: YARDSTICK_EQUITY,
    traders: HABITS.map((habit) => ({
      name: habit.name,
      habit: habit.sentence,
      guarded: resultOf(seats, habit, guarded),
      unguarded: resultOf(seats, habit, unguarded),
    })),
    guarded: await marketResult(guarded, seats),
    unguarded: await marketResult(unguarded, seats),
    comparisons: state.comparisons,
    differences: state.differences.length,
    policy: [
      { label: "Horizon to close", value: `${policy.horizon / 3600n} h` },
      { label: "Tail multiplier", value: formatWad(policy.tail, 4) },
      { label: "Risk budget", value: `${formatPercent(policy.riskBudget)} of equity` },
      { label: "Maintenance margin and penalty", value: formatPercent(policy.maintenanceAndPenalty) },
      { label: "Base initial margin", value: formatPercent(policy.baseMargin) },
      { label: "Open interest at full margin", value: `${grouped(policy.fullMarginOpenInterest)} ${quote}` },
      { label: "Open-interest cap, one side", value: `${grouped(policy.openInterestCap)} ${base}` },
      { label: "Reference move of that cap", value: formatPercent(policy.referenceMove) },
      { label: "Volatility floor", value: `${formatPercent(policy.volatilityFloor)} a year` },
      { label: "Heartbeat and maximum age of a price", value: `${policy.heartbeat} s, ${policy.maxAge} s` },
      { label: "Both markets: static leverage cap", value: "50 times" },
      { label: "Both markets: keepers liquidate once in", value: `${KEEPER_INTERVAL / 60} min (an assumption: a congested chain)` },
    ],
  };
}

function thinningNote(kept: number, all: number): string {
  const [some, total] = [kept.toLocaleString("en-GB"), all.toLocaleString("en-GB")];
  return `Charts and shares of time show ${some} of the ${total} rounds: evenly thinned, with the extremes and every loss kept. Amounts, counts and comparisons are of all rounds.`;
}

function resultOf(seats: readonly Seat[], habit: Habit, venue: Venue): AccountResult {
  const seat = seats.find((candidate) => candidate.habit === habit && candidate.venue === venue);
  if (seat === undefined) throw new Error(`${habit.name} has no seat in ${venue.name}.`);
  return seat.result;
}

async function marketResult(venue: Venue, seats: readonly Seat[]): Promise<MarketResult> {
  const own = seats.filter((seat) => seat.venue === venue).map(({ result }) => result);
  const sum = (field: "liquidations" | "accepted" | "rejected"): number => own.reduce((total, result) => total + result[field], 0);
  return {
    name: venue.name,
    badDebt: toNumber((await marketData(venue)).badDebt),
    poolStart: Number(POOL_TOKENS),
    poolEnd: toNumber(await venue.market.perp.read.pool()),
    liquidations: sum("liquidations"),
    accepted: sum("accepted"),
    rejected: sum("rejected"),
  };
}

function emptyResult(): Seat["result"] {
  return { startEquity: 0, endEquity: 0, peakLeverage: 0, accepted: 0, rejected: 0, liquidations: 0, badDebt: 0, sizes: [] };
}

/** Whole units with thousands separators. */
const grouped = (wad: bigint): string => (wad / WAD).toLocaleString("en-GB");

const toNumber = (wad: bigint): number => Number(wad) / 1e18;

/** Through a decimal string: a float times 1e18 would not be exact, and traders do not care below 1e-6. */
const toWad = (value: number): bigint => BigInt(Math.round(value * 1e6)) * 10n ** 12n;
