/** What is to be done now, from what was read at one block. Pure: no clock, no chain. */
import type { PolicyWords } from "../../sdk/src/guard/policy.ts";
import { max, min } from "../../sdk/src/math/checks.ts";
import { UNCAPPED, WAD } from "../../sdk/src/math/constants.ts";
import { mulDivUpSaturating, nextPushedVariance, unpackPushedVariance, unpackVolatilityWord } from "../../sdk/src/math/index.ts";

type Hex = `0x${string}`;

/** Kinds of duties, in the order in which they are done: what later ones are measured by comes first. */
export const DUTY_KINDS = ["poke", "notePolicy", "deleverage", "flag", "clear", "sync", "callMargin"] as const;
export type DutyKind = (typeof DUTY_KINDS)[number];

/** One thing to do. */
export interface Duty {
  readonly kind: DutyKind;
  readonly market: Hex;
  /** Where it is about one. */
  readonly account?: Hex;
  /** The guard's word that is to change, where the call would go through and change nothing once somebody else did it. */
  readonly word?: bigint;
}

/** Terms of the controller that decide what is due: WAD and seconds. */
export interface Terms {
  readonly trigger: bigint;
  readonly grace: bigint;
  readonly policyDelay: bigint;
  readonly marginCallShare: bigint;
}

/** The feed's latest round. */
export interface FeedRound {
  readonly id: bigint;
  /** Seconds, unix. */
  readonly updatedAt: bigint;
  /** Whether it can be a price. */
  readonly isUsable: boolean;
}

/** What the market's source says of its variance (IVarianceSource.sol). */
export interface SourceAnswer {
  /** WAD per year. */
  readonly variance: bigint;
  /** Seconds, unix. */
  readonly until: bigint;
}

/** What the controller knows of the market's policies. */
export interface Known {
  readonly adopted: PolicyWords;
  readonly hasAdopted: boolean;
  /** Seconds, unix; 0: none waits. */
  readonly notedAt: bigint;
}

export interface AccountFlag {
  /** Seconds, unix; 0: no flag. */
  readonly dueAt: bigint;
  /** Seconds, unix. */
  readonly expiresAt: bigint;
  readonly isLong: boolean;
  /** Base WAD. */
  readonly target: bigint;
}

/** One account in one market. */
export interface AccountState {
  readonly account: Hex;
  /** Base WAD, long positive. */
  readonly size: bigint;
  readonly flag: AccountFlag;
  /** What a forced reduction would leave it, base WAD; `null` where nobody can say now. */
  readonly limit: bigint | null;
  /** What it survives, and what the market is sized for, both WAD; `null` where nobody can say now. */
  readonly moves: { readonly survivable: bigint; readonly adverse: bigint } | null;
  /** Seconds, unix; 0: never. */
  readonly marginCalledAt: bigint;
}

export interface MarketState {
  readonly market: Hex;
  readonly words: PolicyWords;
  /** The guard's stored word of its variance. */
  readonly volatilityWord: bigint;
  /** `null`: the feed does not answer. */
  readonly round: FeedRound | null;
  /** Whether the policy counts what others say of the variance. */
  readonly listens: boolean;
  /** The most volatility the policy believes, WAD. */
  readonly maxVolatility: bigint;
  readonly pushedVariance: bigint;
  /** `null`: it has nothing to say. */
  readonly source: SourceAnswer | null;
  /** `null`: there is no controller. */
  readonly known: Known | null;
  readonly accounts: readonly AccountState[];
}

/** Everything at one block. */
export interface ChainState {
  /** Of the block: seconds, unix. */
  readonly timestamp: bigint;
  /** `null`: there is no controller. */
  readonly terms: Terms | null;
  readonly markets: readonly MarketState[];
}

/** Seconds a guard believes a source at the longest (VarianceSync.MAX_VALIDITY). */
const MAX_VALIDITY = 604_800n;
const MAX_UINT32 = 2n ** 32n - 1n;

/**
 * What is to be done now, the most urgent first: observations, then policies, then reductions, the worst account first.
 * @param pokeInterval - Seconds of the feed's time between two observations; 0 for every round.
 */
export function duties(state: ChainState, pokeInterval = 0n): Duty[] {
  const all = state.markets.flatMap((market) => marketDuties(market, state, pokeInterval));
  return DUTY_KINDS.flatMap((kind) => all.filter((duty) => duty.kind === kind));
}

/** The same for the same duty, and another one once it was done and is due again. */
export const dutyKey = ({ kind, market, account, word }: Duty): string => `${kind} ${market} ${account ?? ""} ${word ?? ""}`;

function marketDuties(market: MarketState, { timestamp, terms }: ChainState, pokeInterval: bigint): Duty[] {
  const { market: id, volatilityWord, pushedVariance, words, known } = market;
  const ofMarket: Duty[] = [];
  if (needsPoke(market, pokeInterval)) ofMarket.push({ kind: "poke", market: id, word: volatilityWord });
  if (needsSync(market, timestamp)) ofMarket.push({ kind: "sync", market: id, word: pushedVariance });
  if (terms === null) return ofMarket;
  if (known !== null && needsNote(words, known, terms, timestamp)) ofMarket.push({ kind: "notePolicy", market: id });
  const worstFirst = [...market.accounts].sort((a, b) => (isWorse(a, b) ? -1 : isWorse(b, a) ? 1 : 0));
  const ofAccounts = worstFirst.flatMap((account) =>
    accountDuties(account, terms, timestamp).map((kind) => ({ kind, market: id, account: account.account })),
  );
  return [...ofMarket, ...ofAccounts];
}

/** The feed wrote a round that the guard has not observed. */
function needsPoke({ round, volatilityWord }: MarketState, pokeInterval: bigint): boolean {
  if (round?.isUsable !== true) return false;
  const { samples, time } = unpackVolatilityWord(volatilityWord);
  if (samples === 0n) return true;
  return round.updatedAt > time && round.updatedAt >= time + pokeInterval;
}

/** `notePolicy` would do something: note what is new, or adopt what has waited. */
function needsNote(words: PolicyWords, known: Known, { policyDelay }: Terms, timestamp: bigint): boolean {
  if (known.notedAt !== 0n) return timestamp >= known.notedAt + policyDelay;
  return !known.hasAdopted || !isSame(known.adopted, words);
}

const isSame = (a: PolicyWords, b: PolicyWords): boolean =>
  a.feedPolicy === b.feedPolicy &&
  a.riskPolicy === b.riskPolicy &&
  a.extendedPolicy === b.extendedPolicy &&
  a.portfolioPolicy === b.portfolioPolicy &&
  a.variancePolicy === b.variancePolicy;

/**
 * The source says something else than what is in force, or half of the time it was believed for is over. Saying the same
 * again at every block would change the word every time, and nothing else.
 */
function needsSync({ listens, maxVolatility, pushedVariance, source }: MarketState, timestamp: bigint): boolean {
  if (!listens || source === null) return false;
  const until = min(min(source.until, timestamp + MAX_VALIDITY), MAX_UINT32);
  if (until <= timestamp) return false;
  const target = min(source.variance, (maxVolatility * maxVolatility) / WAD);
  const next = nextPushedVariance(pushedVariance, target, until, timestamp);
  if (next === pushedVariance) return false;
  const known = unpackPushedVariance(pushedVariance);
  if (known.begin !== unpackPushedVariance(next).begin) return true;
  return until < known.until || 2n * (known.until - timestamp) <= until - timestamp;
}

function accountDuties(state: AccountState, terms: Terms, timestamp: bigint): DutyKind[] {
  const due: DutyKind[] = [];
  const reduction = reductionDuty(state, terms, timestamp);
  if (reduction !== null) due.push(reduction);
  if (needsMarginCall(state, terms, timestamp)) due.push("callMargin");
  return due;
}

function reductionDuty({ size, flag, limit }: AccountState, { trigger }: Terms, timestamp: bigint): DutyKind | null {
  const hasFlag = flag.dueAt !== 0n;
  if (size === 0n) return hasFlag ? "clear" : null;
  if (limit === null) return null;
  const held = size < 0n ? -size : size;
  const isLive = hasFlag && timestamp <= flag.expiresAt && size > 0n === flag.isLong;
  if (!isLive && held > mulDivUpSaturating(limit, trigger, WAD)) return "flag";
  if (!isLive) return hasFlag ? "clear" : null;
  if (held <= limit) return "clear";
  const target = max(flag.target, limit);
  return timestamp >= flag.dueAt && held > target ? "deleverage" : null;
}

function needsMarginCall({ size, moves, marginCalledAt }: AccountState, terms: Terms, timestamp: bigint): boolean {
  // Who holds nothing needs no margin.
  if (size === 0n || moves === null || timestamp < marginCalledAt + terms.grace) return false;
  return moves.survivable < mulDivUpSaturating(moves.adverse, terms.marginCallShare, WAD);
}

/** Whether `a` is farther above its limit than `b`; who has none that is known comes last. */
function isWorse(a: AccountState, b: AccountState): boolean {
  if (a.limit === null || b.limit === null) return a.limit !== null && b.limit === null;
  return magnitude(a.size) * b.limit > magnitude(b.size) * a.limit;
}

const magnitude = (size: bigint): bigint => (size < 0n ? -size : size);

/** What the worst account may hold of what it holds: 1 at its limit, less above it; `null` where nobody holds anything. */
export function worstHeadroom(accounts: readonly AccountState[]): number | null {
  const shares = accounts
    .filter(({ size, limit }) => size !== 0n && limit !== null && limit !== UNCAPPED)
    .map(({ size, limit }) => Number(limit) / Number(magnitude(size)));
  return shares.length === 0 ? null : Math.min(...shares);
}
