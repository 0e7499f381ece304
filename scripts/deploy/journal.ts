/** What this project reads from Ignition's journal, and what it mends there after a kill: what was begun, and what was lost. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HardhatArtifactResolver } from "@nomicfoundation/hardhat-ignition/helpers";
import { trackTransaction, wipe } from "@nomicfoundation/ignition-core";
import hre from "hardhat";
import type { Hex } from "viem";
import { LOCAL_CHAIN_ID } from "../lib/deployments.ts";
import type { Chain } from "./chain.ts";

/** Milliseconds. */
const LOCAL_PATIENCE = 1_500;
const REMOTE_PATIENCE = 20_000;

/** Fields of the journal's lines that are read here. */
interface Message {
  readonly type: string;
  readonly futureId: string;
  readonly nonce: number;
  readonly hash: Hex;
  readonly receipt: { readonly blockNumber: number; readonly contractAddress?: Hex };
}

/** A transaction of the deployment that is in a block. */
export interface Mined {
  readonly hash: Hex;
  readonly blockNumber: number;
  readonly contractAddress?: Hex;
}

/** Every mined transaction, by the future it belongs to. */
export function minedTransactions(folder: string): Map<string, Mined> {
  const confirmed = read(folder).filter(({ type }) => type === "TRANSACTION_CONFIRM");
  return new Map(confirmed.map(({ futureId, hash, receipt }) => [futureId, { hash, ...receipt }]));
}

/**
 * Mends files a killed run left half written. Of the journal that is its last line: Ignition acts on no line before it is
 * whole, except that a hash is noted after its transaction was sent, and that is found again by its nonce. The list of
 * addresses repeats the journal, Ignition rewrites it in place, and refuses to go on from half of it.
 */
export function mendFiles(folder: string): void {
  const journal = journalPath(folder);
  const lines = existsSync(journal) ? readFileSync(journal, "utf8").split("\n") : [];
  const last = lines.at(-1);
  if (last !== undefined && last !== "" && !isJson(last)) writeFileSync(journal, lines.slice(0, -1).join("\n"));
  const addresses = join(folder, "deployed_addresses.json");
  if (existsSync(addresses) && !isJson(readFileSync(addresses, "utf8"))) rmSync(addresses);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Settles what a killed run left: steps begun and not asked of the chain, and transactions whose hash it did not learn.
 * Ignition notes the nonce before it sends and the hash after, and without the hash asks a person to find it. Here the nonce
 * is enough: no fee is ever bumped, so it has one transaction or none.
 * @param sender - The deployer.
 * @param startBlock - No transaction of the deployment is before it.
 * @returns how many were found on the chain
 * @throws {Error} one line when one of them is waiting where it cannot be seen
 */
export async function settleLostTransactions(folder: string, chain: Chain, sender: Hex, startBlock: number): Promise<number> {
  let found = 0;
  const messages = read(folder);
  const forget = (futureId: string) => wipe(folder, new HardhatArtifactResolver(hre.artifacts), futureId);
  for (const futureId of begunOnly(messages)) await forget(futureId);
  for (const { futureId, nonce } of lostTransactions(messages)) {
    const hash = await find(chain, sender, nonce, startBlock);
    if (hash === undefined) {
      await forget(futureId);
    } else {
      await trackTransaction(folder, hash, chain.provider, 1);
      found += 1;
    }
  }
  return found;
}

/** What was on its way when the run was killed still arrives: only after a while is a transaction that is not there not coming. */
async function find(chain: Chain, sender: Hex, nonce: number, startBlock: number): Promise<Hex | undefined> {
  const patience = (await chain.chainId()) === LOCAL_CHAIN_ID ? LOCAL_PATIENCE : REMOTE_PATIENCE;
  for (const until = Date.now() + patience; ; await sleep(100)) {
    const hash = await chain.findTransaction(sender, nonce, startBlock);
    if (hash !== undefined || Date.now() > until) return hash;
  }
}

/** Steps that were noted and not yet asked of anybody: Ignition can't read a journal that ends there. */
function begunOnly(messages: readonly Message[]): string[] {
  const begun = new Set<string>();
  for (const { type, futureId } of messages) {
    if (ASKS.has(type)) begun.add(futureId);
    else begun.delete(futureId);
  }
  return [...begun];
}

/** Steps whose next line is a request to the chain. */
const ASKS = new Set(["DEPLOYMENT_EXECUTION_STATE_INITIALIZE", "CALL_EXECUTION_STATE_INITIALIZE"]);

/** Transactions that were about to be sent, and of which nothing was heard. */
function lostTransactions(messages: readonly Message[]): Message[] {
  const lost = new Map<string, Message>();
  for (const message of messages) {
    if (message.type === "TRANSACTION_PREPARE_SEND") lost.set(message.futureId, message);
    else if (SETTLES.has(message.type)) lost.delete(message.futureId);
  }
  return [...lost.values()];
}

const SETTLES = new Set(["TRANSACTION_SEND", "WIPE_APPLY", "ONCHAIN_INTERACTION_DROPPED", "ONCHAIN_INTERACTION_REPLACED_BY_USER"]);

const journalPath = (folder: string): string => join(folder, "journal.jsonl");

function read(folder: string): Message[] {
  const path = journalPath(folder);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line.trim() !== "").map((line) => parseLine(path, line));
}

function parseLine(path: string, line: string): Message {
  try {
    return JSON.parse(line) as Message;
  } catch {
    throw new Error(`${path} is damaged at "${line.slice(0, 40)}": restore it, or delete its folder to deploy anew.`);
  }
}
