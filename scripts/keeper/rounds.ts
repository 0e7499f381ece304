import type { Abi, Address, Hex } from "viem";
import { aggregatorV3Abi, sizingGuardAbi } from "../../sdk/src/abis/index.ts";
import { decodePolicy, type PolicyWords } from "../../sdk/src/guard/policy.ts";
import { unpackVolatilityWord } from "../../sdk/src/math/index.ts";
import type { Chain } from "./chain.ts";

const AGGREGATOR_ROUND = (1n << 64n) - 1n;
/** A round of the feed: id and the time it was written. */
type Answer = readonly [bigint, bigint, bigint, bigint, bigint] | null;

/**
 * From where `pokeFrom` walks on: the last round of the feed's phase that is not later than what the guard observed last, or
 * the phase's beginning where there is none. Ids of a phase have no gaps, so it is found by halving: some twenty questions.
 */
export async function lastRoundNotAfter(chain: Chain, guard: Address, market: Hex): Promise<bigint> {
  const { number } = await chain.head();
  const ofGuard = (functionName: string) => ({ address: guard, abi: sizingGuardAbi as Abi, functionName, args: [market] });
  const [words, word] = await chain.readAll([ofGuard("policy"), ofGuard("volatilityWord")], number);
  const policy = decodePolicy(words as PolicyWords);
  if (policy === null) throw new Error(`The guard has no policy for ${market}.`);
  const { time } = unpackVolatilityWord(word as bigint);
  const feed = { address: policy.feed, abi: aggregatorV3Abi as Abi };
  const [latest] = (await chain.readAll([{ ...feed, functionName: "latestRoundData" }], number)) as Answer[];
  if (latest === null || latest === undefined) throw new Error(`The feed of ${market} does not answer.`);
  const phase = latest[0] & ~AGGREGATOR_ROUND;
  let [low, high] = [0n, latest[0] & AGGREGATOR_ROUND];
  // `low` is the beginning or not later than `time`; `high` is later.
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    const [round] = (await chain.readAll([{ ...feed, functionName: "getRoundData", args: [phase | middle] }], number)) as Answer[];
    if (round !== null && round !== undefined && round[3] <= time) low = middle;
    else high = middle;
  }
  return phase | low;
}
