/** Random whole states of a deployed guard, and the questions to ask of them. */

import { network } from "hardhat";
import { type Address, encodeFunctionData, type Hex } from "viem";
import { deployMarket, marketId } from "../../scripts/lib/market.ts";
import { createSnapshot, decodePolicy, type GuardSnapshot, type Policy, type Position, type RoundData } from "../../sdk/src/index.ts";
import { lnWad, packVolatilityWord } from "../../sdk/src/math/index.ts";
import type { Provider } from "./batch.ts";
import type { Random } from "./corpus.ts";
import { FAULTS, faultOf } from "./faults.ts";
import { COMPLETE_SUBSETS, clamp, fieldsInRange, ISOLATED_SUBSETS, packFields, SMALL_SUBSETS } from "./parityPolicies.ts";
import { INT256_MAX, randomConfidence, randomMeters, randomPosition, randomPrice } from "./parityStates.ts";
import { slotOf, word } from "./storage.ts";

/**
 * A 64th of it is enough for a guard whose feed burnt the rest. Little to burn all the same: running out of it takes the
 * simulator a second for each million.
 */
const CALL_GAS = 4_000_000;

/** The account whose questions are asked: the one whose meters a snapshot has. */
export const ACTOR: Address = "0x00000000000000000000000000000000000ac702";

/** What an `eth_call` came to. */
export type CallOutcome = { readonly ok: true; readonly data: Hex } | { readonly ok: false; readonly data: Hex };

export async function callRaw(
  provider: Provider,
  to: Address,
  data: Hex,
  from?: Address,
  gasLimit: number = CALL_GAS,
): Promise<CallOutcome> {
  const gas = `0x${gasLimit.toString(16)}`;
  try {
    const answer = await provider.request({ method: "eth_call", params: [{ ...(from && { from }), to, data, gas }, "latest"] });
    return { ok: true, data: answer as Hex };
  } catch (error) {
    const { data: revert, message } = error as { data?: unknown; message?: string };
    if (typeof revert === "string") return { ok: false, data: revert as Hex };
    // Where the simulator does not recognise an error, its bytes are in the message only.
    const [, unrecognised] = /return data: (0x[0-9a-f]*)/.exec(message ?? "") ?? [];
    if (unrecognised !== undefined) return { ok: false, data: unrecognised as Hex };
    if (message?.includes("out of gas")) return { ok: false, data: "0x" };
    throw error;
  }
}

export type GuardHarness = Awaited<ReturnType<typeof deployGuard>>;

/** A whole market, and ways to ask its guard as its protocol would. */
export async function deployGuard() {
  const { viem, provider, networkHelpers } = await network.create();
  const deployed = await deployMarket(viem);
  const { guard, perp, feed } = deployed;
  const call = (functionName: "preview" | "enforce", market: Hex, position: Position): Promise<CallOutcome> => {
    const data = encodeFunctionData({ abi: guard.abi, functionName, args: [market, position] });
    return callRaw(provider, guard.address, data, functionName === "enforce" ? perp.address : undefined);
  };

  /** What the SDK needs, read as any client would: three calls and the block. */
  async function snapshot(market: Hex): Promise<GuardSnapshot> {
    const { number, timestamp } = await deployed.publicClient.getBlock();
    const words = await guard.read.policy([market]);
    const volatilityWord = await guard.read.volatilityWord([market]);
    const meters = await guard.read.meters([market, ACTOR]);
    const hasConfidence = (decodePolicy(words)?.maxConfidence ?? 0n) > 0n;
    const functionName = hasConfidence ? "latestRoundDataWithConfidence" : "latestRoundData";
    const data = encodeFunctionData({ abi: feed.abi, functionName });
    const answer = await callRaw(provider, feed.address, data);
    const roundData = toRoundData(answer);
    return createSnapshot({
      market,
      account: ACTOR,
      words,
      volatilityWord,
      meters,
      roundData,
      fault: faultOf(answer.data),
      blockNumber: number,
      timestamp,
    });
  }

  return { ...deployed, viem, provider, networkHelpers, call, snapshot };
}

/** Five words, whatever types the ABI says they have: a bad feed does not keep to them. */
export function toRoundData({ ok, data }: CallOutcome): RoundData | null {
  if (!ok || data.length < 2 + 5 * 64) return null;
  const [roundId = 0n, answer = 0n, confidence = 0n, updatedAt = 0n, answeredInRound = 0n] = [0, 1, 2, 3, 4].map((i) =>
    BigInt(`0x${data.slice(2 + 64 * i, 66 + 64 * i)}`),
  );
  return { roundId, answer: BigInt.asIntN(256, answer), confidence, updatedAt, answeredInRound };
}

/** A position of the actor for this market, or for a policy like any other where it has none. */
export function positionFor(random: Random, { policy, round }: GuardSnapshot): Position {
  const caps = policy ?? { openInterestCap: 10n ** 22n, liquidityCap: 10n ** 25n };
  return { ...randomPosition(random, caps, round?.price ?? 2_000n * WAD), account: ACTOR };
}

/** Brings a market of its own into a random state by what happens to markets: a policy, rounds, observations and time. */
export async function randomGuardState(harness: GuardHarness, random: Random, index: number): Promise<Hex> {
  const { guard, feed, networkHelpers } = harness;
  const market = marketId(`market ${index}`);
  await feed.write.setFault([0]);
  if (index % 16 === 15) return market;

  const fields = {
    ...fieldsInRange(random, random.oneIn(24) ? COMPLETE_SUBSETS : random.oneIn(2) ? SMALL_SUBSETS : ISOLATED_SUBSETS),
    Mode: MODES_IN_TURN[index % MODES_IN_TURN.length] ?? 1n,
  };
  const words = packFields({ ...fields, Feed: BigInt(feed.address) });
  const policy = decodePolicy(words);
  if (policy === null) throw new Error("a policy in range is set");
  await feed.write.setDecimals([Number(policy.feedDecimals)]);
  await guard.write.setPolicy([market, words]);

  let price = randomPrice(random);
  let updatedAt = BigInt(await networkHelpers.time.latest());
  for (let rounds = 1 + random.below(4); rounds > 0; rounds--) {
    price = clamp((price * random.between(900n, 1_100n)) / 1_000n, 1n, INT256_MAX);
    updatedAt += pause(random, policy.heartbeat);
    await passTo(harness, updatedAt);
    await feed.write.push([toAnswer(price, policy.feedDecimals), updatedAt]);
    // A round nobody observes makes a gap, where the pause before the next is longer than a heartbeat.
    if (rounds > 1 && !random.oneIn(3)) await observe(harness, market);
  }
  // Half of the forged words know a price near the feed's: only then does a variance fall, and watching matters.
  const lastPrice = random.oneIn(2) ? price : randomPrice(random);
  if (random.oneIn(3)) await forgeVolatilityWord(harness, market, random, updatedAt - pause(random, policy.heartbeat), lastPrice);
  const answer = toAnswer(price, policy.feedDecimals);
  await feed.write.setConfidence([(answer * clamp(randomConfidence(random, policy), 0n, WAD)) / WAD]);
  await forgeMeters(harness, market, random, policy, updatedAt);
  if (random.oneIn(6)) await feed.write.setFault([random.pick(USUAL_FAULTS)]);
  await passTo(harness, updatedAt + randomAge(random, policy.heartbeat, policy.maxAge));
  return market;
}

/** Mines a block at that time, where it is not past already. */
async function passTo({ networkHelpers }: GuardHarness, time: bigint): Promise<void> {
  if (time > BigInt(await networkHelpers.time.latest())) await networkHelpers.time.increaseTo(time);
}

/** Values of `Mode`, mostly those that judge. */
const MODES_IN_TURN = [1n, 1n, 2n, 0n, 1n, 1n, 2n, 1n, 3n, 1n, 1n];

/** Without the one that takes the simulator long: it has a case of its own. */
const USUAL_FAULTS = FAULTS.map((_, fault) => fault).filter((fault) => FAULTS[fault] !== "BurnsGas");

/** Where the price or the gap can't be observed, the state is as good without. */
async function observe({ guard }: GuardHarness, market: Hex): Promise<void> {
  await guard.write.poke([market]).catch(() => undefined);
}

/** The feed's answer nearest to a WAD price: at least 1, at most what an int256 holds. */
function toAnswer(price: bigint, decimals: bigint): bigint {
  const answer = decimals < 18n ? price / 10n ** (18n - decimals) : price * 10n ** (decimals - 18n);
  return clamp(answer, 1n, INT256_MAX);
}

/** Mostly exact around the heartbeat, where a round stops being watched. */
function pause(random: Random, heartbeat: bigint): bigint {
  if (random.oneIn(2)) return heartbeat + random.pick([-1n, 0n, 0n, 1n]);
  return random.between(1n, random.oneIn(3) ? 3n * heartbeat : heartbeat);
}

function randomAge(random: Random, heartbeat: bigint, maxAge: bigint): bigint {
  if (random.oneIn(3)) return random.pick([heartbeat - 1n, heartbeat, heartbeat + 1n, maxAge - 1n, maxAge, maxAge + 1n]);
  return random.between(1n, random.oneIn(3) ? maxAge : heartbeat);
}

/** Writes a word no history here would lead to: any number of samples, any variances. */
async function forgeVolatilityWord(harness: GuardHarness, market: Hex, random: Random, time: bigint, price: bigint): Promise<void> {
  const sampled = packVolatilityWord({
    samples: random.pick([1n, 23n, 24n, 255n]),
    time,
    slowVariance: random.logBetween(0n, random.oneIn(4) ? 2n ** 72n - 1n : 10n ** 19n),
    fastVariance: random.logBetween(0n, random.oneIn(4) ? 2n ** 72n - 1n : 10n ** 19n),
    lnPrice: lnWad(price),
  });
  // `_markets` is the guard's first variable; the word is the third slot of a market.
  await forge(harness, slotOf(market, 0n) + 2n, sampled);
}

/** Writes meters no history here would lead to. */
async function forgeMeters(harness: GuardHarness, market: Hex, random: Random, policy: Policy, time: bigint): Promise<void> {
  const meters = randomMeters(random, policy, time);
  // `_accounts` is the guard's third variable: by market and account, the mark and then the limit the account set.
  const [ofMarket, ofAccount] = [slotOf(market, 0n), slotOf(word(BigInt(ACTOR)), slotOf(market, 2n))];
  await forge(harness, ofMarket + 5n, meters.longGrowth);
  await forge(harness, ofMarket + 6n, meters.shortGrowth);
  await forge(harness, ofMarket + 9n, meters.pushedVariance ?? 0n);
  await forge(harness, ofAccount, meters.highWaterMark);
  await forge(harness, ofAccount + 1n, meters.selfLimit);
}

const WAD = 10n ** 18n;
function forge({ guard, networkHelpers }: GuardHarness, slot: bigint, value: bigint): Promise<void> {
  return networkHelpers.setStorageAt(guard.address, `0x${slot.toString(16)}`, word(value));
}
