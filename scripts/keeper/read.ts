/** Reads everything a round needs at one block, in few requests: what markets are, what they and accounts hold, what they may. */
import type { Abi, Address, Hex } from "viem";
import { aggregatorV3Abi, sizingGuardAbi } from "../../sdk/src/abis/index.ts";
import { decodePolicy, type Policy, type PolicyWords } from "../../sdk/src/guard/policy.ts";
import { controllerAbi, protocolAbi, varianceSourceAbi } from "./abis.ts";
import type { Chain, Head, View } from "./chain.ts";
import type { AccountFlag, AccountState, ChainState, FeedRound, Known, MarketState, SourceAnswer, Terms } from "./duties.ts";

const ZERO = "0x0000000000000000000000000000000000000000";

/** The contracts a keeper works for. */
export interface Contracts {
  readonly guard: Address;
  readonly protocol: Address;
  /** `null`: nobody is reduced. */
  readonly controller: Address | null;
  readonly terms: Terms | null;
}

/** A market, before its accounts are known. */
type Bare = Omit<MarketState, "accounts">;
type Held = { readonly account: Address; readonly size: bigint; readonly flag: AccountFlag };

const NO_FLAG: AccountFlag = { dueAt: 0n, expiresAt: 0n, isLong: false, target: 0n };

/**
 * The state at a block. Markets without a policy, and accounts the protocol does not know, are left out.
 * @param accounts - Those of a market.
 */
export async function readState(
  chain: Chain,
  contracts: Contracts,
  markets: readonly Hex[],
  accounts: (market: Hex) => readonly Address[],
  head: Head,
): Promise<ChainState> {
  const bare = await readMarkets(chain, contracts, markets, head);
  const states: MarketState[] = [];
  for (const market of bare) {
    const held = contracts.controller === null ? [] : await readHoldings(chain, contracts, market.market, accounts(market.market), head);
    states.push({ ...market, accounts: await readLimits(chain, contracts, market.market, held, head) });
  }
  return { timestamp: head.timestamp, terms: contracts.terms, markets: states };
}

async function readMarkets(chain: Chain, contracts: Contracts, markets: readonly Hex[], head: Head): Promise<Bare[]> {
  const { guard, controller } = contracts;
  const ofGuard = (functionName: string, ...args: unknown[]): View => ({ address: guard, abi: sizingGuardAbi as Abi, functionName, args });
  const words = await readRows<[PolicyWords, bigint, { pushedVariance: bigint }, RawKnown?]>(
    chain,
    markets.map((market) => [
      ofGuard("policy", market),
      ofGuard("volatilityWord", market),
      ofGuard("meters", market, ZERO),
      ...(controller === null ? [] : [ofController(controller, "knownPolicies", market)]),
    ]),
    head,
  );
  const set = markets.flatMap((market, index) => {
    const [policyWords, volatilityWord, meters, known] = words[index] as (typeof words)[number];
    const policy = decodePolicy(policyWords);
    return policy === null ? [] : [{ market, policy, words: policyWords, volatilityWord, pushedVariance: meters.pushedVariance, known }];
  });
  const answers = await readRows<[RawRound | null, (readonly [bigint, bigint] | null)?]>(
    chain,
    set.map(({ market, policy }) => [
      { address: policy.feed, abi: aggregatorV3Abi as Abi, functionName: "latestRoundData" },
      ...(listens(policy)
        ? [{ address: policy.varianceSource, abi: varianceSourceAbi as Abi, functionName: "varianceOf", args: [market] }]
        : []),
    ]),
    head,
  );
  return set.map(({ policy, known, ...market }, index) => {
    const [round, source] = answers[index] as (typeof answers)[number];
    return {
      ...market,
      round: toRound(round, head.timestamp),
      listens: listens(policy),
      maxVolatility: policy.maxVolatility,
      source: toSource(source),
      known: toKnown(known),
    };
  });
}

const listens = (policy: Policy): boolean => policy.usesPushedVariance && policy.varianceSource !== ZERO;

async function readHoldings(chain: Chain, contracts: Contracts, market: Hex, accounts: readonly Address[], head: Head): Promise<Held[]> {
  const { protocol, controller } = contracts;
  const rows = await readRows<[{ sizeAfter: bigint } | null, RawFlag | null]>(
    chain,
    accounts.map((account) => [
      { address: protocol, abi: protocolAbi as Abi, functionName: "holding", args: [market, account] },
      ofController(controller as Address, "flagOf", market, account),
    ]),
    head,
  );
  return accounts.flatMap((account, index) => {
    const [holding, flag] = rows[index] as (typeof rows)[number];
    return holding === null ? [] : [{ account, size: holding.sizeAfter, flag: toFlag(flag) }];
  });
}

/** Only of those who hold something: of the others nothing can be due but a flag to clear. */
async function readLimits(
  chain: Chain,
  { controller }: Contracts,
  market: Hex,
  held: readonly Held[],
  head: Head,
): Promise<AccountState[]> {
  const exposed = held.filter(({ size }) => size !== 0n);
  const rows = await readRows<[readonly [bigint, bigint, bigint] | null, readonly [bigint, bigint] | null, bigint]>(
    chain,
    exposed.map(({ account }) =>
      ["forcedLimit", "survivable", "marginCalledAt"].map((name) => ofController(controller as Address, name, market, account)),
    ),
    head,
  );
  const limits = new Map(exposed.map(({ account }, index) => [account, rows[index]]));
  return held.map((holding) => {
    const [measured, moves, marginCalledAt] = limits.get(holding.account) ?? [null, null, 0n];
    return {
      ...holding,
      limit: measured === null ? null : measured[1],
      moves: moves === null ? null : { survivable: moves[0], adverse: moves[1] },
      marginCalledAt,
    };
  });
}

const ofController = (address: Address, functionName: string, ...args: unknown[]): View => ({
  address,
  abi: controllerAbi as Abi,
  functionName,
  args,
});

/** The same views of every item, in as few requests as possible; one row an item. */
async function readRows<Row extends readonly unknown[]>(chain: Chain, asked: readonly (readonly View[])[], head: Head): Promise<Row[]> {
  const answers = await chain.readAll(asked.flat(), head.number);
  let next = 0;
  return asked.map(({ length }) => {
    next += length;
    return answers.slice(next - length, next) as unknown as Row;
  });
}

type RawRound = readonly [bigint, bigint, bigint, bigint, bigint];
type RawFlag = { dueAt: number; expiresAt: number; isLong: boolean; target: bigint };
type RawKnown = { adopted: PolicyWords; notedAt: number; hasAdopted: boolean };

/** As FeedReader.sol judges it, but for how large a price may be: the simulation says that. */
function toRound(round: RawRound | null, timestamp: bigint): FeedRound | null {
  if (round === null) return null;
  const [id, answer, , updatedAt, answeredInRound] = round;
  return { id, updatedAt, isUsable: updatedAt !== 0n && updatedAt <= timestamp && answer > 0n && answeredInRound >= id };
}

function toSource(answer: readonly [bigint, bigint] | null | undefined): SourceAnswer | null {
  return answer === null || answer === undefined ? null : { variance: answer[0], until: answer[1] };
}

function toKnown(known: RawKnown | null | undefined): Known | null {
  if (known === null || known === undefined) return null;
  return { adopted: known.adopted, hasAdopted: known.hasAdopted, notedAt: BigInt(known.notedAt) };
}

function toFlag(flag: RawFlag | null): AccountFlag {
  return flag === null ? NO_FLAG : { ...flag, dueAt: BigInt(flag.dueAt), expiresAt: BigInt(flag.expiresAt) };
}
