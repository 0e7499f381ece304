import { expect } from "chai";
import { describe, it } from "mocha";
import { startChain, type WatchedFeed, watchFeed } from "../../scripts/bench/volatility/chain.ts";
import { type Observation, observeAlone, observeBoth, observeRound } from "../../scripts/bench/volatility/mirror.ts";
import type { PathRound } from "../../scripts/demo/path.ts";
import { DEFAULT_POLICY } from "../../scripts/lib/market.ts";
import type { Policy } from "../../sdk/src/index.ts";
import { unpackVolatilityWord } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";

const START = 1_700_000_000;
const HEARTBEAT = 3_900n;
const POLICY: Policy = { ...DEFAULT_POLICY, feed: "0x0000000000000000000000000000000000000001", heartbeat: HEARTBEAT };

/** Rounds seconds to hours apart; now and then one of the same second, and one after a gap. */
function rounds(count: number): PathRound[] {
  const random = new Random(SEED, "bench rounds");
  let updatedAt = START;
  return Array.from({ length: count }, (_, index) => {
    updatedAt += random.oneIn(10) ? 0 : random.oneIn(12) ? 3_901 + random.below(90_000) : 1 + random.below(3_900);
    return { roundId: index + 1, answer8: random.between(1_500_00000000n, 2_500_00000000n), updatedAt };
  });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** A guard that answers as the SDK would, but for one change. */
function fakeFeed(change: (observation: Observation, index: number) => Observation): WatchedFeed & { readonly groups: number[] } {
  const [groups, state] = [[] as number[], { word: 0n, index: 0 }];
  const observe = async (group: readonly PathRound[]): Promise<Observation[]> => {
    groups.push(group.length);
    return group.map((round) => {
      const observation = observeRound(POLICY, state.word, round);
      state.word = observation.word;
      return change(observation, state.index++);
    });
  };
  return { policy: POLICY, observe, pokeAgain: async () => state.word, groups };
}

describe("guard and SDK observing the same rounds", () => {
  it("give every round with what both made of it, a group at a time", async () => {
    const feed = fakeFeed((observation) => observation);
    const observed = await all(observeBoth(feed, rounds(450)));
    expect(feed.groups).to.deep.equal([200, 200, 50]);
    expect(observed.map(({ round }) => round)).to.deep.equal(rounds(450));
    expect(observed).to.deep.equal(await all(observeAlone(POLICY, rounds(450))));
  });

  for (const field of ["word", "variance"] as const) {
    it(`stop at the first round whose ${field} differs by one bit, and name it`, async () => {
      const feed = fakeFeed((observation, index) => (index >= 207 ? { ...observation, [field]: observation[field] ^ 1n } : observation));
      const seen: number[] = [];
      const run = async (): Promise<void> => {
        for await (const { round } of observeBoth(feed, rounds(450))) seen.push(round.roundId);
      };
      const error = await run().then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error?.message).to.match(/^SDK and guard differ at round 208, 20\d\d-/);
      expect(seen.at(-1)).to.equal(207);
    });
  }

  it("stop where the guard answers for fewer rounds than it was given", async () => {
    const feed = { ...fakeFeed((observation) => observation), observe: async () => [] };
    const error = await all(observeBoth(feed, rounds(3))).catch((thrown: Error) => thrown);
    expect(error).to.be.an("error").with.property("message").that.includes("guard: nothing");
  });

  it(`agree on a deployed guard, across gaps and within a second, and poking again changes nothing (SEED=${SEED})`, async () => {
    const chain = await startChain();
    try {
      const feed = await watchFeed(chain, HEARTBEAT);
      const given = rounds(260);
      const observed = await all(observeBoth(feed, given));
      const gaps = given.filter((round, index) => round.updatedAt - (given[index - 1]?.updatedAt ?? round.updatedAt) > Number(HEARTBEAT));
      const repeats = given.filter((round, index) => round.updatedAt === given[index - 1]?.updatedAt);
      expect([gaps.length > 5, repeats.length > 5]).to.deep.equal([true, true]);
      const last = observed.at(-1)?.observation.word ?? 0n;
      expect(unpackVolatilityWord(last).time).to.equal(BigInt(given.at(-1)?.updatedAt ?? 0));
      expect(await feed.pokeAgain(50)).to.equal(last);
    } finally {
      await chain.close();
    }
  });
});
