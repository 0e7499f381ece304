/** Which accounts and markets there are, from logs. Only an index: a process that lost it reads it again. */
import { type AbiEvent, type Address, getAbiItem, type Hex } from "viem";
import { sizingGuardAbi } from "../../sdk/src/abis/index.ts";
import { max, min } from "../../sdk/src/math/checks.ts";
import type { Chain, NamedLog } from "./chain.ts";

const POLICY_SET = getAbiItem({ abi: sizingGuardAbi, name: "PolicySet" }) as AbiEvent;
const LARGEST_CHUNK = 10_000n;
const SMALLEST_CHUNK = 8n;
/** Requests for logs in one round: the markets do not wait for a long history. */
const CHUNKS_A_ROUND = 50;

/** Where to look. */
export interface Sources {
  readonly guard: Address;
  readonly protocol: Address;
  readonly accountEvent: AbiEvent;
  /** First block. */
  readonly from: bigint;
  /** Blocks that may be taken back. */
  readonly reorgDepth: bigint;
}

interface Watched {
  readonly market: Hex;
  readonly account: Address;
  /** The block since which it was seen to hold nothing. */
  idleSince?: bigint;
}

export class Accounts {
  readonly #sources: Sources;
  readonly #watched = new Map<string, Watched>();
  readonly #markets = new Set<Hex>();
  #next: bigint;
  #chunk = LARGEST_CHUNK;

  constructor(sources: Sources) {
    this.#sources = sources;
    this.#next = sources.from;
  }

  get markets(): readonly Hex[] {
    return [...this.#markets];
  }

  of(market: Hex): Address[] {
    return [...this.#watched.values()].filter((watched) => watched.market === market).map(({ account }) => account);
  }

  /**
   * Reads what is new, and again what a reorganisation could have changed.
   * @returns Whether it arrived at `latest`.
   */
  async update(chain: Chain, latest: bigint): Promise<boolean> {
    const { from, reorgDepth } = this.#sources;
    let begin = max(min(this.#next, latest + 1n) - 2n * reorgDepth, from);
    for (let chunks = 0; begin <= latest && chunks < CHUNKS_A_ROUND; chunks++) {
      const end = min(begin + this.#chunk - 1n, latest);
      const logs = await this.#read(chain, begin, end);
      if (logs === null) continue;
      for (const log of logs) this.#note(log);
      begin = end + 1n;
      this.#next = begin;
    }
    return begin > latest;
  }

  /** `null` where the node may have had too much of it: the next chunk is half as long. */
  async #read(chain: Chain, begin: bigint, end: bigint): Promise<NamedLog[] | null> {
    const { guard, protocol, accountEvent } = this.#sources;
    try {
      return await chain.logs([guard, protocol], [POLICY_SET, accountEvent], begin, end);
    } catch (error) {
      if (this.#chunk <= SMALLEST_CHUNK || end - begin + 1n <= SMALLEST_CHUNK) throw error;
      this.#chunk /= 2n;
      return null;
    }
  }

  #note({ args }: NamedLog): void {
    const { market, account } = (args ?? {}) as { market?: Hex; account?: Address };
    if (market === undefined) return;
    this.#markets.add(market);
    if (account === undefined) return;
    const key = keyOf(market, account);
    const known = this.#watched.get(key);
    if (known === undefined) this.#watched.set(key, { market, account });
    else delete known.idleSince;
  }

  /** An account that holds nothing for longer than a reorganisation can last is not looked at until it acts again. */
  settle(market: Hex, account: Address, isIdle: boolean, latest: bigint): void {
    const key = keyOf(market, account);
    const watched = this.#watched.get(key);
    if (watched === undefined) return;
    if (!isIdle) delete watched.idleSince;
    else if (watched.idleSince === undefined || watched.idleSince > latest) watched.idleSince = latest;
    else if (latest - watched.idleSince > 2n * this.#sources.reorgDepth) this.#watched.delete(key);
  }
}

const keyOf = (market: Hex, account: Address): string => `${market} ${account}`;
