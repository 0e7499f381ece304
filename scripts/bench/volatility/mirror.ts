/** The SDK's estimator beside the guard's: both observe the same rounds, and have to arrive at the same bits. */
import { type Policy, volatilityParameters } from "../../../sdk/src/index.ts";
import { unpackVolatilityWord, updateAcrossGap, updateVolatility, variance } from "../../../sdk/src/math/index.ts";
import type { PathRound } from "../../demo/path.ts";
import { FEED_DECIMALS } from "../../lib/market.ts";
import { formatMoment } from "../../lib/prices/times.ts";
import { ROUNDS_A_CALL, type WatchedFeed } from "./chain.ts";

/** What is stored after a round. */
export interface Observation {
  readonly word: bigint;
  /** The largest of both averages and the floor: WAD per year. */
  readonly variance: bigint;
}

/** A round, and what a guard made of it. */
export interface ObservedRound<R extends PathRound = PathRound> {
  readonly round: R;
  readonly observation: Observation;
}

const TO_WAD = 10n ** (18n - BigInt(FEED_DECIMALS));

/**
 * The word after one more round, as a guard stores it.
 * @param policy - Of it the heartbeat and the volatility floor count.
 */
export function observeRound(policy: Policy, word: bigint, { answer8, updatedAt }: PathRound): Observation {
  const parameters = volatilityParameters(policy);
  const { samples, time } = unpackVolatilityWord(word);
  const isWatched = samples === 0n || BigInt(updatedAt) <= time + policy.heartbeat;
  const update = isWatched ? updateVolatility : updateAcrossGap;
  const next = update(word, answer8 * TO_WAD, BigInt(updatedAt), parameters);
  return { word: next, variance: variance(next, parameters) };
}

/**
 * Has the guard and the SDK observe all rounds, and gives each with what both made of it.
 * @throws {Error} At the first round on which they differ.
 */
export async function* observeBoth<R extends PathRound>(
  feed: WatchedFeed,
  rounds: Iterable<R> | AsyncIterable<R>,
): AsyncGenerator<ObservedRound<R>> {
  let word = 0n;
  for await (const group of groupsOf(rounds, ROUNDS_A_CALL)) {
    const onChain = await feed.observe(group);
    for (const [index, round] of group.entries()) {
      const observation = observeRound(feed.policy, word, round);
      requireSame(round, observation, onChain[index]);
      word = observation.word;
      yield { round, observation };
    }
  }
}

/** The SDK alone, for what needs no second proof. */
export async function* observeAlone<R extends PathRound>(
  policy: Policy,
  rounds: Iterable<R> | AsyncIterable<R>,
): AsyncGenerator<ObservedRound<R>> {
  let word = 0n;
  for await (const round of rounds) {
    const observation = observeRound(policy, word, round);
    word = observation.word;
    yield { round, observation };
  }
}

function requireSame(round: PathRound, mirror: Observation, chain: Observation | undefined): void {
  if (chain?.word === mirror.word && chain.variance === mirror.variance) return;
  throw new Error(
    [
      `SDK and guard differ at round ${round.roundId}, ${formatMoment(round.updatedAt)}, answer ${round.answer8}:`,
      `  SDK:   word ${mirror.word}, variance ${mirror.variance}`,
      `  guard: ${chain === undefined ? "nothing" : `word ${chain.word}, variance ${chain.variance}`}`,
    ].join("\n"),
  );
}

/** Lists of up to `size`, so that no more than one is held. */
async function* groupsOf<T>(items: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
