/**
 * One market of the demo on the in-process chain, and what the replay does to it: rounds, trades, liquidations.
 * Everything of a step happens at the time of its round, so that "the same moment" means the same second on both sides.
 */
import type { NetworkConnection } from "hardhat/types/network";
import { type Address, encodeErrorResult, type Hex, maxUint256, toFunctionSelector, zeroAddress } from "viem";
import {
  type CheckResult,
  check,
  createSnapshot,
  type GuardSnapshot,
  LIMITS,
  ORACLE_STATUSES,
  type Policy,
  type Position,
} from "../../sdk/src/index.ts";
import { type DeployedMarket, deployMarket, ETH_USD } from "../lib/market.ts";
import { revertData } from "../lib/revert.ts";
import type { PathRound } from "./path.ts";

/** What the pool of each market starts with, in whole quote units. */
export const POOL_TOKENS = 50_000_000n;

/** Enough for every action here; stated, because estimating it would run each action several times. */
const GAS = 2_000_000n;
const BATCH_GAS = 12_000_000n;
/** As many rounds as one `pokeFrom` observes. */
const WALK = 64;

/** The perp's own leverage cap. */
const OWN_REFUSAL = toFunctionSelector("InsufficientMargin(bytes32,address,int256,uint256)");

/** An account that trades, and its own signer. */
export interface Signer {
  readonly address: Address;
}

export interface Venue {
  readonly name: string;
  readonly market: DeployedMarket;
  readonly connection: NetworkConnection;
  /** The round's time, seconds, unix. */
  now: bigint;
  /** The guard's state when it was last asked; see `isStale`. */
  snapshot: GuardSnapshot;
  /** Whether something has happened since: the next question takes a new snapshot first, four reads that few rounds need. */
  isStale: boolean;
}

/** A position the chain and the SDK judged differently: the one thing that must never happen. */
export interface Difference {
  readonly venue: string;
  readonly time: bigint;
  readonly what: string;
}

export async function openVenue(connection: NetworkConnection, name: string, policy: Partial<Policy>): Promise<Venue> {
  const market = await deployMarket(connection.viem, { policy, poolTokens: POOL_TOKENS });
  const { number, timestamp } = await market.publicClient.getBlock();
  const snapshot = createSnapshot({
    market: ETH_USD,
    words: market.words,
    volatilityWord: 0n,
    roundData: null,
    blockNumber: number,
    timestamp,
  });
  return { name, market, connection, now: timestamp, snapshot, isStale: true };
}

/**
 * Gives guards a past: writes rounds that were there before the replay begins, and has the guards walk them. The first one
 * is observed as it stands, the others by `pokeFrom`, as a keeper would catch up.
 */
export async function warmUp(venues: readonly Venue[], rounds: readonly PathRound[]): Promise<void> {
  const [first, ...others] = rounds;
  if (first === undefined) return;
  for (const venue of venues) await writeRound(venue, first.answer8, first.updatedAt);
  for (let from = 0; from < others.length; from += WALK) {
    for (const venue of venues) await walk(venue, others.slice(from, from + WALK));
  }
}

async function walk(venue: Venue, rounds: readonly PathRound[]): Promise<void> {
  const { feed, guard } = venue.market;
  const lastObserved = await feed.read.latestId();
  venue.now = BigInt(rounds.at(-1)?.updatedAt ?? 0);
  await atRoundTime(venue);
  await feed.write.pushMany([rounds.map(({ answer8 }) => answer8), rounds.map(({ updatedAt }) => BigInt(updatedAt))], { gas: BATCH_GAS });
  await atRoundTime(venue);
  await guard.write.pokeFrom([ETH_USD, lastObserved], { gas: BATCH_GAS });
}

/** Writes a round into the market's feed and lets the guard observe it, at the round's own time. */
export async function writeRound(venue: Venue, answer: bigint, updatedAt: number): Promise<void> {
  venue.now = BigInt(updatedAt);
  await atRoundTime(venue);
  await venue.market.feed.write.push([answer, venue.now], { gas: GAS });
  await atRoundTime(venue);
  await venue.market.guard.write.poke([ETH_USD], { gas: GAS });
  venue.isStale = true;
}

/** Gives an account collateral it may deposit. */
export async function fund(venue: Venue, signer: Signer, units: bigint): Promise<void> {
  const { token, perp, tokenUnit } = venue.market;
  await atRoundTime(venue);
  await token.write.mint([signer.address, units * tokenUnit]);
  await atRoundTime(venue);
  await token.write.approve([perp.address, maxUint256], { account: signer.address });
  await atRoundTime(venue);
  await perp.write.deposit([ETH_USD, units * tokenUnit], { account: signer.address });
}

/** What the guard would be told if the account traded `sizeDelta` now. */
export async function positionAfter(venue: Venue, signer: Signer, sizeDelta: bigint): Promise<Position> {
  return venue.market.perp.read.positionAfter([ETH_USD, signer.address, sizeDelta, 0n]);
}

/** What one question was answered by the SDK, and where the chain answered otherwise. */
export interface Compared {
  readonly answer: CheckResult;
  readonly differences: Difference[];
}

export interface ComparedTrade extends Compared {
  /** Whether the trade, sent now, would go through: the market's own leverage cap may refuse what the guard allows. */
  readonly succeeds: boolean;
}

/** Asks the SDK and the chain about the same position, and tells whether they differ in any field of the verdict. */
export async function compareVerdict(venue: Venue, position: Position): Promise<Compared> {
  if (venue.isStale) await takeSnapshot(venue);
  const answer = check(venue.snapshot, position, venue.now);
  const verdict = await venue.market.guard.read.preview([ETH_USD, position]);
  const expected = {
    allowed: answer.allowed,
    limit: LIMITS.indexOf(answer.limit),
    maxSize: answer.maxSize,
    limitSize: answer.limitSize,
    price: answer.price,
    variance: answer.variance,
    status: ORACLE_STATUSES.indexOf(answer.status),
  };
  const differences: Difference[] = [];
  for (const [field, value] of Object.entries(expected)) {
    const onChain = verdict[field as keyof typeof verdict];
    if (onChain !== value) differences.push(difference(venue, `${field}: the SDK says ${value}, preview says ${onChain}`));
  }
  return { answer, differences };
}

/**
 * Asks the SDK and the chain about the same trade, and tells whether they differ: the verdict field by field, and what
 * the transaction itself answers: success, or the revert the SDK foretold, to the byte.
 */
export async function compare(venue: Venue, signer: Signer, sizeDelta: bigint): Promise<ComparedTrade> {
  const { answer, differences } = await compareVerdict(venue, await positionAfter(venue, signer, sizeDelta));
  const foretold = answer.rejection ? encode(venue, answer.rejection) : "success";
  const happened = await outcome(venue, signer, sizeDelta);
  // The market's own leverage cap comes before the guard, and is not what is compared here.
  if (happened !== foretold && !happened.startsWith(OWN_REFUSAL)) {
    differences.push(difference(venue, `the SDK foretells ${foretold}, the trade gives ${happened}`));
  }
  return { answer, differences, succeeds: happened === "success" };
}

function difference(venue: Venue, what: string): Difference {
  return { venue: venue.name, time: venue.now, what };
}

/** Trades; false when the market refuses. */
export async function trade(venue: Venue, signer: Signer, sizeDelta: bigint): Promise<boolean> {
  await atRoundTime(venue);
  try {
    await venue.market.perp.write.trade([ETH_USD, sizeDelta], { account: signer.address, gas: GAS });
    return true;
  } catch (error) {
    if (revertData(error) === undefined) throw error;
    return false;
  } finally {
    venue.isStale = true;
  }
}

/** Liquidates the account if it may be; true when it was. */
export async function liquidate(venue: Venue, signer: Signer): Promise<boolean> {
  const { perp } = venue.market;
  await atRoundTime(venue);
  try {
    await perp.write.liquidate([ETH_USD, signer.address], { gas: GAS });
    return true;
  } catch (error) {
    if (revertData(error) === undefined) throw error;
    return false;
  }
}

/** Both sides' open interest and the bad debt so far, quote and base WAD. */
export async function marketData(venue: Venue) {
  return venue.market.perp.read.marketData([ETH_USD]);
}

export async function accountOf(venue: Venue, signer: Signer) {
  return venue.market.perp.read.account([ETH_USD, signer.address]);
}

/** Reads everything a decision depends on; the SDK makes the snapshot of it. */
async function takeSnapshot(venue: Venue): Promise<void> {
  const { guard, feed, publicClient } = venue.market;
  const [words, volatilityWord, meters, round, block] = await Promise.all([
    guard.read.policy([ETH_USD]),
    guard.read.volatilityWord([ETH_USD]),
    guard.read.meters([ETH_USD, zeroAddress]),
    feed.read.latestRoundData(),
    publicClient.getBlock(),
  ]);
  const [roundId, answer, , updatedAt, answeredInRound] = round;
  venue.snapshot = createSnapshot({
    market: ETH_USD,
    words,
    volatilityWord,
    meters,
    roundData: { roundId, answer, updatedAt, answeredInRound },
    blockNumber: block.number,
    timestamp: block.timestamp,
  });
  venue.isStale = false;
}

/** What the trade would do if it were sent now: "success" or its revert data. */
async function outcome(venue: Venue, signer: Signer, sizeDelta: bigint): Promise<Hex | "success"> {
  try {
    await venue.market.perp.simulate.trade([ETH_USD, sizeDelta], { account: signer.address });
    return "success";
  } catch (error) {
    const data = revertData(error);
    if (data === undefined) throw error;
    return data;
  }
}

function encode(venue: Venue, rejection: NonNullable<CheckResult["rejection"]>): Hex {
  return encodeErrorResult({ abi: venue.market.guard.abi, errorName: rejection.code as never, args: rejection.args as never });
}

/** The next block has the round's time, like every block of its step. */
async function atRoundTime(venue: Venue): Promise<void> {
  await venue.connection.provider.request({ method: "evm_setNextBlockTimestamp", params: [Number(venue.now)] });
}
