/** Does one duty: asks the chain whether it would go through, and only then sends. */
import { type Abi, type Address, BaseError, decodeErrorResult, encodeFunctionData, type Hex, zeroAddress } from "viem";
import { sizingGuardAbi } from "../../sdk/src/abis/index.ts";
import { revertData } from "../lib/revert.ts";
import { controllerAbi } from "./abis.ts";
import type { Chain } from "./chain.ts";
import type { Duty } from "./duties.ts";
import type { Contracts } from "./read.ts";
import { lastRoundNotAfter } from "./rounds.ts";
import type { Sender, SendOutcome } from "./sender.ts";

/**
 * How a duty ended. `idle`: the chain says there is nothing to do, or not yet; `refused`: it would revert for another reason;
 * `waiting`: another transaction of ours is under way; `dry`: it would have been sent.
 */
export type Outcome = SendOutcome | "idle" | "refused" | "waiting" | "dry";
export const OUTCOMES: readonly Outcome[] = ["done", "reverted", "raced", "unsent", "pending", "idle", "refused", "waiting", "dry"];

export interface Result {
  readonly outcome: Outcome;
  readonly hash?: Hex;
  /** Name of the error it would revert with. */
  readonly reason?: string;
  readonly error?: unknown;
}

/** Reverts that mean that somebody else was quicker, that it is too early, or that a feed has to come back first. */
const NOTHING_TO_DO: readonly string[] = [
  "AlreadyFlagged",
  "NotDue",
  "WithinLimit",
  "NotFlagged",
  "NothingToNote",
  "NoMarginCall",
  "PriceNotValid",
  "PolicyNotAdopted",
  "MarketNotWarm",
  "PolicyNotSet",
  "FeedUnusable",
  "VarianceSourceUnusable",
  "RoundNotObserved",
];

const ERRORS = [...controllerAbi, ...sizingGuardAbi].filter(({ type }) => type === "error") as Abi;

/** What it takes to act. */
export interface Actor {
  readonly chain: Chain;
  readonly contracts: Contracts;
  /** `null` in a dry run without an account. */
  readonly sender: Sender | null;
  /** Who gets the bounties; `null`: who sends. */
  readonly receiver: Address | null;
  readonly isDryRun: boolean;
}

interface Call {
  readonly to: Address;
  readonly data: Hex;
}

/** @throws when the node fails; a revert is an outcome */
export async function act(actor: Actor, duty: Duty): Promise<Result> {
  const { chain, sender, isDryRun } = actor;
  const from = sender?.address ?? zeroAddress;
  // Before the simulation, so that what is sent is sent on the state that was simulated, or not at all.
  const turn = isDryRun || sender === null ? undefined : await sender.turn();
  if (turn === null) return { outcome: "waiting" };
  await chain.requireSame();
  if (await wasDone(actor, duty)) return { outcome: "idle", reason: "done by another" };
  try {
    const { call, gas } = await simulate(actor, duty, from);
    if (turn === undefined || sender === null) return { outcome: "dry" };
    return await sender.send({ ...call, gas }, turn);
  } catch (error) {
    const reason = revertName(error);
    if (reason === undefined) throw error;
    return { outcome: NOTHING_TO_DO.includes(reason) ? "idle" : "refused", reason, error };
  }
}

/** Whether somebody did it since it was found: an observation made twice reverts nowhere, and only costs. */
async function wasDone({ chain, contracts }: Actor, { kind, market, word }: Duty): Promise<boolean> {
  if (word === undefined) return false;
  const ofGuard = { address: contracts.guard, abi: sizingGuardAbi } as const;
  if (kind === "poke") return (await chain.client.readContract({ ...ofGuard, functionName: "volatilityWord", args: [market] })) !== word;
  const meters = await chain.client.readContract({ ...ofGuard, functionName: "meters", args: [market, zeroAddress] });
  return meters.pushedVariance !== word;
}

/** The call that does it, as it goes through now. A feed that is too far ahead for one `poke` is walked in steps. */
async function simulate(actor: Actor, duty: Duty, from: Address): Promise<{ call: Call; gas: bigint }> {
  try {
    return await tried(actor.chain, toCall(actor, duty, from), from);
  } catch (error) {
    if (duty.kind !== "poke" || revertName(error) !== "TooManyRounds") throw error;
    const round = await lastRoundNotAfter(actor.chain, actor.contracts.guard, duty.market);
    const data = encodeFunctionData({ abi: sizingGuardAbi, functionName: "pokeFrom", args: [duty.market, round] });
    return tried(actor.chain, { to: actor.contracts.guard, data }, from);
  }
}

/**
 * Twice: on the latest block, whose state is certain, and with what is known to come, where the node knows it. The gas is half
 * above the estimate, because a second later a slot more may be written.
 */
async function tried(chain: Chain, call: Call, from: Address): Promise<{ call: Call; gas: bigint }> {
  const request = { account: from, to: call.to, data: call.data };
  await chain.client.call({ ...request, blockTag: "latest" });
  const gas = await chain.client.estimateGas({ ...request, blockTag: "pending" });
  return { call, gas: (gas * 3n) / 2n + 50_000n };
}

function toCall({ contracts, receiver }: Actor, { kind, market, account = zeroAddress }: Duty, from: Address): Call {
  if (kind === "poke" || kind === "sync") {
    return { to: contracts.guard, data: encodeFunctionData({ abi: sizingGuardAbi, functionName: kind, args: [market] }) };
  }
  const to = contracts.controller ?? zeroAddress;
  const abi = controllerAbi;
  if (kind === "notePolicy") return { to, data: encodeFunctionData({ abi, functionName: kind, args: [market] }) };
  if (kind !== "deleverage") return { to, data: encodeFunctionData({ abi, functionName: kind, args: [market, account] }) };
  return { to, data: encodeFunctionData({ abi, functionName: kind, args: [market, account, receiver ?? from] }) };
}

/** Name of the custom error of a revert, or its selector; `undefined` when it was no revert. */
function revertName(error: unknown): string | undefined {
  const data = revertData(error);
  if (data === undefined || data === "0x") return isRevert(error) ? "without a reason" : undefined;
  try {
    return decodeErrorResult({ abi: ERRORS, data }).errorName;
  } catch {
    return data.slice(0, 10);
  }
}

/** What nodes answer to a call that reverts and says nothing. */
const isRevert = (error: unknown): boolean =>
  error instanceof BaseError && error.walk((cause) => (cause as Error).name === "ExecutionRevertedError") !== null;
