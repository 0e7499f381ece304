import { expect } from "chai";
import type { Hex } from "viem";
import { type Round, volatilityParameters } from "../../sdk/src/index.ts";
import { unpackVolatilityWord, updateAcrossGap, updateVolatility, variance } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  createDirect,
  type DirectGuard,
  ETH_USD,
  enforce,
  eventsOf,
  expectRevert,
  fixture,
  goTo,
  laterRound,
  now,
  position,
  preview,
  pushRound,
  pushRounds,
  START_PRICE,
  setFault,
  toAnswer,
  wad,
  warmUp,
} from "../helpers/market.ts";

const HOUR = 3_600n;
const tiny = position({ sizeAfter: 10n ** 12n });

const fresh = fixture(createDirect);
const warm = fixture(async (connection) => {
  const m = await createDirect(connection);
  await warmUp(m, 100);
  return m;
});

const word = (m: DirectGuard): Promise<bigint> => m.guard.read.volatilityWord([ETH_USD]);
const poke = (m: DirectGuard): Promise<Hex> => m.guard.write.poke([ETH_USD]);
const lastObservation = async (m: DirectGuard): Promise<bigint> => unpackVolatilityWord(await word(m)).time;

/** What the word should become by these rounds: the estimator as the design states it, on the mirror's two updates. */
function observeAll(m: DirectGuard, start: bigint, rounds: readonly Round[]): bigint {
  const parameters = volatilityParameters(m.policy);
  return rounds.reduce((state, { price, updatedAt }) => {
    const { samples, time } = unpackVolatilityWord(state);
    const isWatched = samples === 0n || updatedAt - time <= m.policy.heartbeat;
    return (isWatched ? updateVolatility : updateAcrossGap)(state, price, updatedAt, parameters);
  }, start);
}

/** A path that wanders by up to 1 % a round. */
function wander(count: number, label: string): number[] {
  const random = new Random(SEED, label);
  let price = START_PRICE;
  return Array.from({ length: count }, () => {
    price = Math.round(price * (0.99 + random.below(2_001) / 100_000) * 1e6) / 1e6;
    return price;
  });
}

/** Rounds nobody looked at yet, an hour apart, and the clock at the last of them. Returns them with their ids. */
async function missRounds(m: DirectGuard, prices: readonly number[]): Promise<(Round & { id: bigint })[]> {
  const [start, firstId] = [await lastObservation(m), (await m.feed.read.latestId()) + 1n];
  const rounds = prices.map((price, index) => ({
    price: wad(price),
    updatedAt: start + HOUR * BigInt(index + 1),
    id: firstId + BigInt(index),
  }));
  await goTo(m, start + HOUR * BigInt(prices.length) + 10n);
  for (let i = 0; i < prices.length; i += 50) await pushRounds(m, prices.slice(i, i + 50), start + HOUR * BigInt(i), HOUR);
  return rounds;
}

describe(`walking missed rounds (SEED=${SEED})`, () => {
  for (const count of [1, 2, 3, 63, 64]) {
    it(`poke over ${count} missed gives the word of poking each`, async () => {
      const m = await warm();
      const start = await word(m);
      const rounds = await missRounds(m, wander(count, `poke ${count}`));
      await poke(m);
      expect(await word(m)).to.equal(observeAll(m, start, rounds));
    });
  }

  it("another round of the same second is stamped, and no observation: nobody is told of one", async () => {
    const m = await warm();
    await laterRound(m, START_PRICE, 600n);
    await poke(m);
    const before = await word(m);
    await pushRound(m, START_PRICE * 1.01, await lastObservation(m));
    expect(await eventsOf(m, await poke(m))).to.deep.equal([]);
    expect(await word(m)).to.equal(before);
  });

  it("poking each round on chain is that word, too", async () => {
    const m = await warm();
    const start = await word(m);
    const rounds: Round[] = [];
    for (const price of wander(12, "each")) {
      await laterRound(m, price, 1_700n);
      const [, updatedAt] = await m.feed.read.rounds([await m.feed.read.latestId()]);
      rounds.push({ price: wad(price), updatedAt });
      const hash = await poke(m);
      expect((await eventsOf(m, hash))[0]?.args).to.deep.equal({ market: ETH_USD, word: await word(m) });
    }
    expect(await word(m)).to.equal(observeAll(m, start, rounds));
  });

  for (const count of [65, 128, 140]) {
    it(`poke over ${count} missed says how to catch up, and catching up gives the word of poking each`, async () => {
      const m = await warm();
      const [start, seen, anchor] = [await word(m), await lastObservation(m), await m.feed.read.latestId()];
      const rounds = await missRounds(m, wander(count, `from ${count}`));
      await expectRevert(poke(m), "TooManyRounds", [ETH_USD, seen, 64n]);
      for (let done = 0n; done < BigInt(count); done += 64n) {
        await m.guard.write.pokeFrom([ETH_USD, anchor + done]);
        expect(await word(m)).to.equal(observeAll(m, start, rounds.slice(0, Number(done) + 64)));
      }
      expect(await eventsOf(m, await poke(m)), "nothing is left to observe").to.deep.equal([]);
    });
  }

  it("pokeFrom an earlier round than it need be is harmless, and twice is a no-op", async () => {
    const m = await warm();
    const [start, anchor] = [await word(m), await m.feed.read.latestId()];
    const rounds = await missRounds(m, wander(20, "early"));
    await m.guard.write.pokeFrom([ETH_USD, anchor - 10n]);
    expect(await word(m)).to.equal(observeAll(m, start, rounds));
    expect(await eventsOf(m, await m.guard.write.pokeFrom([ETH_USD, anchor]))).to.deep.equal([]);
  });

  it("pokeFrom a later round is refused: rounds in between could be skipped", async () => {
    const m = await warm();
    const seen = await lastObservation(m);
    const rounds = await missRounds(m, wander(5, "later"));
    for (const { id, updatedAt } of rounds) {
      await expectRevert(m.guard.write.pokeFrom([ETH_USD, id]), "RoundNotObserved", [ETH_USD, id, updatedAt, seen]);
    }
  });

  it("pokeFrom a round that does not exist is refused", async () => {
    const m = await warm();
    const seen = await lastObservation(m);
    for (const id of [1n, (await m.feed.read.latestId()) + 1n, 2n ** 80n - 1n]) {
      await expectRevert(m.guard.write.pokeFrom([ETH_USD, id]), "RoundNotObserved", [ETH_USD, id, 0n, seen]);
    }
  });

  it("a zero answer within the history is passed over: the rounds before it still count", async () => {
    const m = await warm();
    const start = await word(m);
    const rounds = await missRounds(m, wander(20, "zeros"));
    const [broken, negative] = [rounds[7], rounds[12]];
    await m.feed.write.set([broken?.id ?? 0n, 0n, broken?.updatedAt ?? 0n]);
    await m.feed.write.set([negative?.id ?? 0n, -1n, negative?.updatedAt ?? 0n]);
    await poke(m);
    expect(await word(m)).to.equal(
      observeAll(
        m,
        start,
        rounds.filter((round) => round !== broken && round !== negative),
      ),
    );
  });

  it("a hole ends the walk: what lies behind it is time nobody observed, across which the variance does not fall", async () => {
    const m = await warm();
    const [start, before] = [await word(m), await m.guard.read.variance([ETH_USD])];
    // Calm rounds, so that a careless walk would have lowered the variance.
    const rounds = await missRounds(
      m,
      Array.from({ length: 30 }, () => START_PRICE),
    );
    await loseRound(m, rounds[27]?.id ?? 0n);
    await poke(m);
    expect(await word(m)).to.equal(observeAll(m, start, rounds.slice(28)));
    // The two rounds after the hole are watched, and lower it by their own two hours at most.
    const twoHours = observeAll(m, start, rounds.slice(28, 29));
    expect(variance(twoHours, volatilityParameters(m.policy)) >= before).to.equal(true);
  });

  it("a history that has only the latest round leaves one gap: the variance does not fall", async () => {
    const m = await warm();
    const before = await m.guard.read.variance([ETH_USD]);
    const rounds = await missRounds(
      m,
      Array.from({ length: 30 }, () => START_PRICE),
    );
    await loseRound(m, rounds[28]?.id ?? 0n);
    await poke(m);
    expect(await m.guard.read.variance([ETH_USD])).to.equal(before);
    expect(await lastObservation(m)).to.equal(rounds[29]?.updatedAt);
  });

  it("a feed that keeps no history, looked at in every round, is observed as if it did", async () => {
    const m = await warm();
    const [start, before] = [await word(m), await m.guard.read.variance([ETH_USD])];
    const rounds: Round[] = [];
    for (let i = 0; i < 30; i++) {
      await loseRound(m, await m.feed.read.latestId());
      await laterRound(m, START_PRICE, HOUR);
      const [, updatedAt] = await m.feed.read.rounds([await m.feed.read.latestId()]);
      rounds.push({ price: wad(START_PRICE), updatedAt });
      await poke(m);
    }
    expect(await word(m)).to.equal(observeAll(m, start, rounds));
    expect((await m.guard.read.variance([ETH_USD])) < before, "the variance falls").to.equal(true);
  });

  it("more rounds after a hole than one call takes cannot be walked; the market stays on the safe side until the feed is set anew", async () => {
    const m = await warm();
    const seen = await lastObservation(m);
    const rounds = await missRounds(m, wander(70, "stuck"));
    const hole = rounds[2]?.id ?? 0n;
    await loseRound(m, hole);
    await expectRevert(poke(m), "TooManyRounds", [ETH_USD, seen, 64n]);
    await expectRevert(m.guard.write.pokeFrom([ETH_USD, hole]), "RoundNotObserved", [ETH_USD, hole, 0n, seen]);
    await m.guard.write.pokeFrom([ETH_USD, hole - 3n]);
    expect(await lastObservation(m), "only what lies before the hole").to.equal(rounds[1]?.updatedAt);
    await expectRevert(poke(m), "TooManyRounds", [ETH_USD, rounds[1]?.updatedAt, 64n]);
    const stored = await m.guard.read.variance([ETH_USD]);
    await enforce(m, tiny);
    expect((await preview(m, tiny)).variance >= stored).to.equal(true);
    expect(await m.guard.read.variance([ETH_USD])).to.equal(stored);
  });

  it("a new phase of more rounds than one call takes is walked from its beginning: the step into it is a gap", async () => {
    const m = await warm();
    const [start, seen] = [await word(m), await lastObservation(m)];
    await m.feed.write.startPhase([2]);
    const rounds = await missRounds(m, wander(70, "phase"));
    await expectRevert(poke(m), "TooManyRounds", [ETH_USD, seen, 64n]);
    const beginning = 2n << 64n;
    await m.guard.write.pokeFrom([ETH_USD, beginning]);
    await m.guard.write.pokeFrom([ETH_USD, beginning + 64n]);
    const [first, ...others] = rounds;
    if (first === undefined) throw new Error("no rounds");
    const entered = updateAcrossGap(start, first.price, first.updatedAt, volatilityParameters(m.policy));
    expect(await word(m)).to.equal(observeAll(m, entered, others));
    const caughtUp = await word(m);
    await m.guard.write.pokeFrom([ETH_USD, 3n << 64n]);
    expect(await word(m), "a phase without rounds").to.equal(caughtUp);
  });

  it("a walk over old rounds leaves the stamp alone: a skipped round cannot be made to look like the next", async () => {
    const m = await warm();
    const [start, from] = [await word(m), await lastObservation(m)];
    const observed = await m.feed.read.latestId();
    await goTo(m, from + 2_000n);
    await pushRounds(m, [START_PRICE * 0.7, START_PRICE], from, 600n);
    // From seventy-nine rounds back, one call ends fifteen before the last observation: with the stamp of the round after it.
    await m.guard.write.pokeFrom([ETH_USD, observed - 79n]);
    expect(await word(m)).to.equal(start);
    await enforce(m, tiny);
    expect(await word(m), "the crash is not skipped").to.equal(start);
    await poke(m);
    expect(await word(m)).to.equal(
      observeAll(m, start, [
        { price: wad(START_PRICE * 0.7), updatedAt: from + 600n },
        { price: wad(START_PRICE), updatedAt: from + 1_200n },
      ]),
    );
  });

  it("where the history ends inside a heartbeat, the first step is a gap: nobody can say what was missed", async () => {
    const m = await warm();
    const [start, from] = [await word(m), await lastObservation(m)];
    await goTo(m, from + 2_500n);
    await pushRounds(m, [START_PRICE * 0.7, START_PRICE, START_PRICE], from, 600n);
    await loseRound(m, (await m.feed.read.latestId()) - 2n);
    await poke(m);
    const entered = updateAcrossGap(start, wad(START_PRICE), from + 1_200n, volatilityParameters(m.policy));
    expect(await word(m)).to.equal(observeAll(m, entered, [{ price: wad(START_PRICE), updatedAt: from + 1_800n }]));
  });

  it("within a heartbeat every round is walked too: none is lost because the price was back in time", async () => {
    const m = await warm();
    const start = await word(m);
    const from = await lastObservation(m);
    await goTo(m, from + 3_000n);
    await pushRounds(m, [START_PRICE * 1.02, START_PRICE * 1.01], from, 1_000n);
    await enforce(m, tiny);
    expect(await word(m), "a trade stores nothing that would skip a round").to.equal(start);
    await poke(m);
    expect(await word(m)).to.equal(
      observeAll(m, start, [
        { price: wad(START_PRICE * 1.02), updatedAt: from + 1_000n },
        { price: wad(START_PRICE * 1.01), updatedAt: from + 2_000n },
      ]),
    );
  });

  it("a walk ends at round 0, where there is none before: the step to it is a gap", async () => {
    const m = await warm();
    const [start, from] = [await word(m), await lastObservation(m)];
    await goTo(m, from + 2_500n);
    // A feed that began to count anew.
    await m.feed.write.startPhase([0]);
    await m.feed.write.set([0n, toAnswer(m, START_PRICE * 0.9), from + 600n]);
    await pushRounds(m, [START_PRICE], from + 600n, 600n);
    await poke(m);
    const entered = updateAcrossGap(start, wad(START_PRICE * 0.9), from + 600n, volatilityParameters(m.policy));
    expect(await word(m)).to.equal(observeAll(m, entered, [{ price: wad(START_PRICE), updatedAt: from + 1_200n }]));
  });

  it("a feed that does not answer cannot be poked", async () => {
    const m = await warm();
    await setFault(m, "Reverts");
    await expectRevert(poke(m), "FeedUnusable", [m.feed.address]);
  });

  /** The feed forgets a round. */
  const loseRound = (m: DirectGuard, id: bigint): Promise<Hex> => m.feed.write.set([id, 0n, 0n]);
});

describe("rounds out of order", () => {
  it("a round repeated with another price changes the price and not the word: a caller cannot sample twice", async () => {
    const m = await warm();
    const [start, seen] = [await word(m), await lastObservation(m)];
    await pushRound(m, START_PRICE * 1.1, seen);
    await poke(m);
    await enforce(m, tiny);
    expect(await word(m)).to.equal(start);
    expect((await preview(m, tiny)).price).to.equal(wad(START_PRICE * 1.1));
  });

  it("a round earlier than the last observation changes nothing but the price and its age", async () => {
    const m = await warm();
    const [start, seen] = [await word(m), await lastObservation(m)];
    const before = await preview(m, tiny);
    await pushRound(m, START_PRICE, seen - HOUR);
    await poke(m);
    expect(await word(m)).to.equal(start);
    const after = await preview(m, tiny);
    expect(after.variance).to.equal(before.variance);
    expect(after.limitSize < before.limitSize, "an older price carries less").to.equal(true);
  });

  it("a round of the future is none", async () => {
    const m = await warm();
    await pushRound(m, START_PRICE, (await now(m)) + 1_000n);
    await expectRevert(poke(m), "FeedUnusable", [m.feed.address]);
  });
});

describe("warming up", () => {
  it("the conservative variance holds until 24 samples, ten minutes apart, were seen", async () => {
    const m = await fresh();
    await pushRound(m, START_PRICE);
    await poke(m);
    for (let samples = 1; samples < 24; samples++) {
      expect(unpackVolatilityWord(await word(m)).samples).to.equal(BigInt(samples));
      expect((await preview(m, tiny)).variance, `after ${samples} samples`).to.equal(wad(2.25));
      // A round sooner than that is observed, and is no sample.
      await laterRound(m, START_PRICE, 300n);
      await poke(m);
      await laterRound(m, START_PRICE, 600n);
      await poke(m);
    }
    expect((await preview(m, tiny)).variance < wad(2.25)).to.equal(true);
  });

  it("before the first round there is nothing to size by, and the first enforcement stores the first observation", async () => {
    const m = await fresh();
    expect(await word(m)).to.equal(0n);
    await pushRound(m, START_PRICE);
    expect((await preview(m, tiny)).variance).to.equal(wad(2.25));
    await enforce(m, tiny);
    const { samples, fastVariance, slowVariance } = unpackVolatilityWord(await word(m));
    expect([samples, fastVariance, slowVariance]).to.deep.equal([1n, wad(2.25), wad(2.25)]);
  });
});

describe(`what enforce stores (SEED=${SEED})`, () => {
  it("is the SDK's updateVolatility on the same rounds, once for each round", async () => {
    const m = await warm();
    const random = new Random(SEED, "enforce");
    const parameters = volatilityParameters(m.policy);
    let expected = await word(m);
    for (const price of wander(30, "enforce")) {
      await laterRound(m, price, random.between(1n, 3_500n));
      const [answer, updatedAt] = await m.feed.read.rounds([await m.feed.read.latestId()]);
      expect(answer).to.equal(toAnswer(m, price));
      expected = updateVolatility(expected, wad(price), updatedAt, parameters);
      expect(await eventsOf(m, await enforce(m, tiny))).to.have.length(1);
      expect(await word(m)).to.equal(expected);
      expect(await eventsOf(m, await enforce(m, tiny)), "the second time").to.deep.equal([]);
    }
  });

  it("is nothing across a gap, and nothing for a reduction", async () => {
    const m = await warm();
    const start = await word(m);
    await laterRound(m, START_PRICE * 1.01, m.policy.heartbeat + 100n);
    expect(await eventsOf(m, await enforce(m, tiny))).to.deep.equal([]);
    expect(await eventsOf(m, await enforce(m, position({ sizeBefore: wad(2), sizeAfter: wad(1) })))).to.deep.equal([]);
    expect(await word(m)).to.equal(start);
  });
});
