/** One round after the other, whatever fails: only what the operator must mend ends it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "viem";
import type { Accounts } from "./accounts.ts";
import { type Actor, act, type Result } from "./act.ts";
import { type Chain, explainError, type Head } from "./chain.ts";
import { type ChainState, type Duty, duties, dutyKey } from "./duties.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { ConfigurationError, type Options } from "./options.ts";
import { readState } from "./read.ts";

/** The longest wait after failures, milliseconds. */
const LONGEST_BACKOFF = 60_000;

/** Everything a round uses. */
export interface Keeper {
  readonly options: Options;
  readonly chain: Chain;
  readonly actor: Actor;
  readonly accounts: Accounts;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** What a round left. */
interface RoundEnd {
  /** Whether the next one should come at once: something was done, or is left to read. */
  readonly isUnfinished: boolean;
}

/**
 * Runs until it is told to stop, which it does between two actions: the one under way is brought to its end.
 * @throws {ConfigurationError} and with `--once` whatever a round fails with
 */
export async function keep(keeper: Keeper, stop: AbortSignal): Promise<void> {
  const rounds = new Rounds(keeper, stop);
  for (let failures = 0; !stop.aborted; ) {
    let wait = keeper.options.interval;
    try {
      const { isUnfinished } = await rounds.next();
      failures = 0;
      if (keeper.options.isOnce && !isUnfinished) return;
      if (isUnfinished) wait = 0;
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      const reason = explainError(error, keeper.options.rpc);
      if (keeper.options.isOnce) throw new Error(`The round failed: ${reason}`);
      keeper.metrics.failedRound();
      failures += 1;
      wait = backoff(failures, wait);
      keeper.log.warn({ reason, failures, wait }, "round failed");
    }
    await sleep(wait, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** Doubled with every failure, and by a random part shorter, so that keepers of one node do not come back together. */
export function backoff(failures: number, interval: number): number {
  const longest = Math.min(interval * 2 ** Math.min(failures - 1, 16), Math.max(interval, LONGEST_BACKOFF));
  return longest * (0.75 + Math.random() / 4);
}

class Rounds {
  readonly #keeper: Keeper;
  readonly #stop: AbortSignal;
  /** Block's time at which a duty was first seen, for those that leave things to others. */
  #firstSeen = new Map<string, bigint>();
  /** The block at which nothing was left to do: until there is another one, nothing can be. */
  #quietAt: Hex | undefined;

  constructor(keeper: Keeper, stop: AbortSignal) {
    this.#keeper = keeper;
    this.#stop = stop;
  }

  async next(): Promise<RoundEnd> {
    const { chain, metrics, accounts } = this.#keeper;
    await chain.requireSame();
    const head = await chain.head();
    if (head.hash === this.#quietAt) {
      metrics.goodRound(head.number);
      return { isUnfinished: false };
    }
    const isComplete = await accounts.update(chain, head.number);
    const state = await this.#read(head);
    const due = this.#due(state);
    const results = await this.#doAll(due);
    this.#quietAt = due.length === 0 && isComplete ? head.hash : undefined;
    await this.#report(state, head);
    const wasActive = results.some(({ outcome }) => outcome === "done" || outcome === "raced");
    return { isUnfinished: !isComplete || wasActive };
  }

  async #read(head: Head): Promise<ChainState> {
    const { chain, actor, accounts, options } = this.#keeper;
    const markets = options.markets.length > 0 ? options.markets : accounts.markets;
    const state = await readState(chain, actor.contracts, markets, (market) => accounts.of(market), head);
    for (const { market, accounts: held } of state.markets) {
      for (const { account, size, flag } of held) accounts.settle(market, account, size === 0n && flag.dueAt === 0n, head.number);
    }
    return state;
  }

  /** What is due, is not left out, and others have had their time for. */
  #due(state: ChainState): Duty[] {
    const { pokeInterval, skipped, standby } = this.#keeper.options;
    const all = duties(state, pokeInterval).filter(({ kind }) => !skipped.includes(kind));
    const seen = new Map(all.map((duty) => [dutyKey(duty), this.#firstSeen.get(dutyKey(duty)) ?? state.timestamp]));
    this.#firstSeen = seen;
    return all.filter((duty) => state.timestamp - (seen.get(dutyKey(duty)) as bigint) >= standby);
  }

  /** One after the other; nothing new while a transaction is under way, and nothing new after the signal to stop. */
  async #doAll(due: readonly Duty[]): Promise<Result[]> {
    const results: Result[] = [];
    for (const duty of due) {
      if (this.#stop.aborted) break;
      const result = await act(this.#keeper.actor, duty);
      this.#note(duty, result);
      results.push(result);
      if (["waiting", "pending", "unsent", "raced"].includes(result.outcome)) break;
    }
    return results;
  }

  #note({ kind, market, account }: Duty, { outcome, hash, reason, error }: Result): void {
    const { metrics, log, options } = this.#keeper;
    metrics.action(kind, outcome);
    const because = error === undefined || reason !== undefined ? reason : explainError(error, options.rpc);
    const fields = { kind, market, account, outcome, hash, reason: because };
    if (outcome === "done" || outcome === "dry") log.info(fields, outcome === "dry" ? "would send" : "done");
    else if (outcome === "idle" || outcome === "waiting" || outcome === "raced") log.debug(fields, outcome);
    else log.warn(fields, outcome);
  }

  async #report(state: ChainState, head: Head): Promise<void> {
    const { metrics, actor, chain, log } = this.#keeper;
    metrics.state(state);
    if (actor.sender !== null) metrics.balance(await chain.client.getBalance({ address: actor.sender.address }));
    metrics.goodRound(head.number);
    log.trace({ block: head.number, timestamp: head.timestamp }, "round");
  }
}
