/** The arithmetic of the report: rejections in, numbers out. Nothing here asks a node. */
import type { Hex } from "viem";
import { LIMITS, type Limit } from "../../sdk/src/index.ts";
import { WAD } from "../../sdk/src/math/index.ts";
import { type LossRejection, type Rejection, type SizeRejection, type Worth, worth } from "./rejections.ts";

/** The rejection of several that exceeded what was allowed by the most, quote WAD; of equal ones the earliest. */
export interface Largest extends Worth {
  readonly block: bigint;
  readonly transaction: Hex;
  readonly account: Hex;
}

/** Several rejections of one kind. Each has its worth rounded up by itself, so that sums of parts are sums of the whole. */
export interface Tally {
  readonly rejections: number;
  /** Distinct ones. */
  readonly accounts: number;
  /** Of the rejections: those without a price, or whose loss could not be measured. The sums below are without them. */
  readonly withoutValue: number;
  /** Sum of the notionals refused, or of the losses, quote WAD. */
  readonly value: bigint;
  /** Sum of what of them was above what was allowed, quote WAD. */
  readonly excess: bigint;
  /** `null` where none has a value. */
  readonly largest: Largest | null;
}

export interface LimitTally extends Tally {
  readonly limit: Limit;
}

/** Rejections of one market, or of all. */
export interface Group {
  /** Transactions that Enforce would have refused to an account, each counted once for all the events it emitted for it. */
  readonly rejectedTrades: number;
  /** Distinct ones, of both kinds. */
  readonly accounts: number;
  /** By size, whichever the limit. */
  readonly sizes: Tally;
  /** The same by limit, in the order of the enum, without those that refused nothing. */
  readonly limits: readonly LimitTally[];
  /** By what the whole portfolio loses. */
  readonly losses: Tally;
}

export interface MarketGroup extends Group {
  readonly market: Hex;
}

export interface Summary {
  readonly total: Group;
  /** In the order they were asked for, then of their first rejection. */
  readonly markets: readonly MarketGroup[];
}

/** One account's transaction that Enforce would have refused, with everything the guard said about it. */
export interface RejectedTrade {
  readonly block: bigint;
  readonly transaction: Hex;
  readonly account: Hex;
  readonly rejections: readonly Rejection[];
}

/**
 * Counts and adds up.
 * @param rejections - In any order.
 * @param markets - Markets to show even where nothing was refused.
 */
export function summarise(rejections: readonly Rejection[], markets: readonly Hex[] = []): Summary {
  const sorted = inOrder(rejections);
  const byMarket = new Map<Hex, Rejection[]>(markets.map((market) => [market, []]));
  for (const rejection of sorted) gather(byMarket, rejection.market, rejection);
  return {
    total: group(sorted),
    markets: [...byMarket].map(([market, its]) => ({ market, ...group(its) })),
  };
}

/** The rejections by transaction and account, in the order of the chain. */
export function rejectedTrades(rejections: readonly Rejection[]): readonly RejectedTrade[] {
  const trades = new Map<string, Rejection[]>();
  for (const rejection of inOrder(rejections)) gather(trades, `${rejection.transaction} ${rejection.account}`, rejection);
  return [...trades.values()].flatMap((its) => {
    const [first] = its;
    return first === undefined ? [] : [{ block: first.block, transaction: first.transaction, account: first.account, rejections: its }];
  });
}

/**
 * The share of trades that would have been refused, WAD, rounded down. `null` where there were none, or fewer than were
 * refused: then the events are not those of everything the guard judges.
 */
export function rejectedShare(rejected: number, trades: number): bigint | null {
  if (trades === 0 || rejected > trades) return null;
  return (BigInt(rejected) * WAD) / BigInt(trades);
}

/** In the order of the chain: nodes need not answer in it. */
export function inOrder<T extends { readonly block: bigint; readonly logIndex: number }>(items: readonly T[]): readonly T[] {
  return [...items].sort((a, b) => (a.block === b.block ? a.logIndex - b.logIndex : a.block < b.block ? -1 : 1));
}

function group(rejections: readonly Rejection[]): Group {
  const sizes = rejections.filter((one): one is SizeRejection => one.kind === "size");
  const losses = rejections.filter((one): one is LossRejection => one.kind === "loss");
  const limits = LIMITS.map((limit) => ({ limit, ...tally(sizes.filter((one) => one.limit === limit)) }));
  return {
    rejectedTrades: rejectedTrades(rejections).length,
    accounts: countAccounts(rejections),
    sizes: tally(sizes),
    limits: limits.filter((one) => one.rejections > 0),
    losses: tally(losses),
  };
}

function tally(rejections: readonly Rejection[]): Tally {
  const valued = rejections.flatMap((rejection) => {
    const its = worth(rejection);
    const { block, transaction, account } = rejection;
    return its === null ? [] : [{ ...its, block, transaction, account }];
  });
  return {
    rejections: rejections.length,
    accounts: countAccounts(rejections),
    withoutValue: rejections.length - valued.length,
    value: valued.reduce((sum, one) => sum + one.value, 0n),
    excess: valued.reduce((sum, one) => sum + one.excess, 0n),
    largest: valued.reduce<Largest | null>((most, one) => (most === null || one.excess > most.excess ? one : most), null),
  };
}

const countAccounts = (rejections: readonly Rejection[]): number => new Set(rejections.map(({ account }) => account)).size;

function gather<K, V>(groups: Map<K, V[]>, key: K, value: V): void {
  const known = groups.get(key);
  if (known === undefined) groups.set(key, [value]);
  else known.push(value);
}
