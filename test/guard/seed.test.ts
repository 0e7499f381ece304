import { expect } from "chai";
import type { Hex } from "viem";
import { marketId } from "../../scripts/lib/market.ts";
import { FeedUnusableError, PolicyNotSetError } from "../../sdk/src/errors/index.ts";
import { encodePolicy, type Round, volatilityParameters } from "../../sdk/src/index.ts";
import { unpackVolatilityWord, updateAcrossGap, updateVolatility } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  createDirect,
  type DirectGuard,
  ETH_USD,
  enforce,
  eventOf,
  eventsOf,
  expectRevert,
  fixture,
  goTo,
  now,
  position,
  preview,
  pushRound,
  pushRounds,
  START_PRICE,
  setFault,
  wad,
} from "../helpers/market.ts";
import { revertData } from "../helpers/parityTargets.ts";

const HOUR = 3_600n;
const WARM = 24n;
const ROUNDS = 120;

const word = (m: DirectGuard): Promise<bigint> => m.guard.read.volatilityWord([ETH_USD]);
const seed = (m: DirectGuard, rounds: bigint): Promise<Hex> => m.guard.write.seed([ETH_USD, rounds]);
const samplesOf = async (m: DirectGuard): Promise<bigint> => unpackVolatilityWord(await word(m)).samples;

interface History extends DirectGuard {
  /** The latest last. */
  readonly rounds: readonly Round[];
}

/** A market nobody observed yet, whose feed has five days behind it: calm, but for a crash and back on the third. */
const fresh = fixture(async (connection): Promise<History> => {
  const m = await createDirect(connection);
  const random = new Random(SEED, "seed");
  const prices = Array.from({ length: ROUNDS }, (_, index) => (index === 60 ? 0.7 : 1) * (START_PRICE + random.below(20)));
  const begin = (await now(m)) - HOUR * BigInt(ROUNDS);
  for (let done = 0; done < ROUNDS; done += 60) {
    await pushRounds(m, prices.slice(done, done + 60), begin + HOUR * BigInt(done), HOUR);
  }
  await m.connection.networkHelpers.mine();
  return { ...m, rounds: prices.map((price, index) => ({ price: wad(price), updatedAt: begin + HOUR * BigInt(index + 1) })) };
});

/** The word of a guard that had been there since the first of these rounds, and saw every one. */
function kept(m: DirectGuard, rounds: readonly Round[], start = 0n): bigint {
  const parameters = volatilityParameters(m.policy);
  return rounds.reduce((state, { price, updatedAt }) => updateVolatility(state, price, updatedAt, parameters), start);
}

describe(`a market begun from its feed's own past (SEED=${SEED})`, () => {
  for (const count of [24, 64, 65, ROUNDS - 1]) {
    it(`${count} rounds back it is as if it had been kept since, and warm at once`, async () => {
      const m = await fresh();
      const hash = await seed(m, BigInt(count));
      expect(await word(m)).to.equal(kept(m, m.rounds.slice(-count - 1)));
      expect(await eventOf(m, hash, "VarianceSampled")).to.deep.equal({ market: ETH_USD, word: await word(m) });
      expect(await samplesOf(m)).to.equal(BigInt(count) + 1n);
    });
  }

  it("more rounds than the phase has are those it has", async () => {
    const m = await fresh();
    await seed(m, 2n ** 256n - 1n);
    expect(await word(m)).to.equal(kept(m, m.rounds));
  });

  it("goes no further back than the feed's phase", async () => {
    const m = await fresh();
    await m.feed.write.startPhase([2]);
    const [from, prices] = [await now(m), Array.from({ length: 30 }, (_, index) => START_PRICE + index)];
    await pushRounds(m, prices, from, HOUR);
    await goTo(m, from + 31n * HOUR);
    await seed(m, 1_000n);
    const rounds = prices.map((price, index) => ({ price: wad(price), updatedAt: from + HOUR * BigInt(index + 1) }));
    expect(await word(m)).to.equal(kept(m, rounds));
  });

  it("goes on from there: the next round is stored unasked", async () => {
    const m = await fresh();
    await seed(m, 100n);
    await goTo(m, (await now(m)) + HOUR / 2n);
    await pushRound(m, START_PRICE);
    await enforce(m, position({ sizeAfter: 10n ** 12n }));
    expect(await samplesOf(m)).to.equal(102n);
  });

  it("allows more than a market that begins now, which is held to the conservative beginning", async () => {
    const m = await fresh();
    await m.guard.write.poke([ETH_USD]);
    const before = await preview(m, position({ sizeAfter: 1n }));
    await seed(m, 40n);
    const after = await preview(m, position({ sizeAfter: 1n }));
    expect(before.variance).to.equal(2_250_000_000_000_000_000n);
    expect(after.variance < before.variance, "variance").to.equal(true);
    expect(after.limitSize > before.limitSize, "limit").to.equal(true);
  });

  it("is no way around a crash: it counts in every beginning before it", async () => {
    const m = await fresh();
    const fast = async (count: bigint): Promise<bigint> => {
      const copy = await fresh();
      await seed(copy, count);
      return unpackVolatilityWord(await word(copy)).slowVariance;
    };
    expect((await fast(70n)) > (await fast(50n)), "with the crash in it").to.equal(true);
    expect(m.rounds.length).to.equal(ROUNDS);
  });

  it("replaces what an unwarmed market knew only by what began before it", async () => {
    const m = await fresh();
    await m.guard.write.poke([ETH_USD]);
    const [seen] = m.rounds.slice(-1);
    const from = await now(m);
    await pushRounds(
      m,
      Array.from({ length: 30 }, () => START_PRICE),
      from,
      HOUR / 2n,
    );
    await goTo(m, from + 16n * HOUR);
    // Thirty rounds and all of them later than what the market saw: the time in between would be lost.
    await expectRevert(seed(m, 29n), "HistoryTooShort", [ETH_USD, 30n, from + HOUR / 2n]);
    await seed(m, 31n);
    expect(seen !== undefined && unpackVolatilityWord(await word(m)).time > seen.updatedAt).to.equal(true);
  });

  it("is refused where it would not be warm, with how much there was", async () => {
    const m = await fresh();
    const [first] = m.rounds.slice(-Number(WARM) + 1);
    await expectRevert(seed(m, WARM - 2n), "HistoryTooShort", [ETH_USD, WARM - 1n, first?.updatedAt]);
    await expectRevert(seed(m, 0n), "HistoryTooShort", [ETH_USD, 1n, 0n]);
    expect(await word(m)).to.equal(0n);
    await seed(m, WARM - 1n);
    expect(await samplesOf(m)).to.equal(WARM);
  });

  it("is refused for a market that is warm, has no policy, or no price", async () => {
    const m = await fresh();
    const unset = marketId("unset");
    await expectRevert(m.guard.write.seed([unset, 50n]), "PolicyNotSet", [unset]);
    await setFault(m, "ZeroAnswer");
    await expectRevert(seed(m, 50n), "FeedUnusable", [m.feed.address]);
    await setFault(m, "None");
    await seed(m, 50n);
    await expectRevert(seed(m, 50n), "MarketIsWarm", [ETH_USD]);
  });

  it("passes over rounds that are no price, and takes rounds the feed lost for a gap", async () => {
    for (const [answer, time] of [
      [0n, 1n],
      [0n, 0n],
    ] as const) {
      const m = await fresh();
      const bad = (await m.feed.read.latestId()) - 5n;
      const [, updatedAt] = await m.feed.read.rounds([bad]);
      await m.feed.write.set([bad, answer, time * updatedAt]);
      await seed(m, 40n);
      const rounds = m.rounds.slice(-41);
      const [before, [after, ...rest]] = [rounds.slice(0, 35), rounds.slice(36)];
      if (after === undefined) throw new Error("no round after");
      // Two hours are more than the heartbeat: nobody watched there, whether the round is lost or no price.
      const across = updateAcrossGap(kept(m, before), after.price, after.updatedAt, volatilityParameters(m.policy));
      expect(await word(m), `time ${time}`).to.equal(kept(m, rest, across));
    }
  });

  it("a round lost inside a heartbeat is a gap, where one that is no price is not", async () => {
    const words: bigint[] = [];
    for (const time of [0n, 1n]) {
      const m = await fresh();
      const from = await now(m);
      await pushRounds(
        m,
        [1.001, 1.002, 1].map((share) => START_PRICE * share),
        from,
        HOUR / 4n,
      );
      await goTo(m, from + HOUR);
      const bad = (await m.feed.read.latestId()) - 1n;
      await m.feed.write.set([bad, 0n, time * (from + HOUR / 2n)]);
      await seed(m, 60n);
      words.push(await m.guard.read.variance([ETH_USD]));
    }
    const [lost = 0n, passed = 0n] = words;
    expect(lost > passed, "time nobody observed never counts as calm").to.equal(true);
  });
});

describe("many markets in one call", () => {
  it("pokes each, and says of those it could not why not", async () => {
    const m = await fresh();
    const [other, unset] = [marketId("other"), marketId("unset")];
    const dead = await m.connection.viem.deployContract("TestFeed", [8, 1n << 64n]);
    await dead.write.push([1n, 1n]);
    await m.guard.write.setPolicy([other, encodePolicy({ ...m.policy, feed: dead.address })]);
    await dead.write.setFault([1]);
    const hash = await m.guard.write.pokeMany([[other, unset, ETH_USD]]);
    expect(await samplesOf(m)).to.equal(1n);
    const failures = (await eventsOf(m, hash, "PokeFailed")).map(({ args }) => args);
    expect(failures).to.deep.equal([
      { market: other, reason: revertData(new FeedUnusableError(dead.address)) },
      { market: unset, reason: revertData(new PolicyNotSetError(unset)) },
    ]);
    expect((await eventsOf(m, hash, "VarianceSampled")).map(({ args }) => args.market)).to.deep.equal([ETH_USD]);
  });

  it("pokes none, and the same one twice", async () => {
    const m = await fresh();
    expect(await eventsOf(m, await m.guard.write.pokeMany([[]]))).to.deep.equal([]);
    const hash = await m.guard.write.pokeMany([[ETH_USD, ETH_USD]]);
    expect((await eventsOf(m, hash)).length).to.equal(1);
  });
});

describe("rounds that are no price take no room of a walk", () => {
  const BAD = 200;

  /** So many zero answers, and one price after them. */
  async function broken(): Promise<History> {
    const m = await fresh();
    await m.guard.write.poke([ETH_USD]);
    const from = await now(m);
    for (let done = 0; done < BAD; done += 50)
      await pushRounds(
        m,
        Array.from({ length: 50 }, () => 0),
        from + BigInt(done),
        1n,
      );
    await goTo(m, from + HOUR / 2n);
    await pushRound(m, START_PRICE);
    return m;
  }

  it("poke walks back over 200 of them", async () => {
    const m = await broken();
    await m.guard.write.poke([ETH_USD]);
    expect(await samplesOf(m)).to.equal(2n);
  });

  it("pokeFrom walks on over 200 of them", async () => {
    const m = await broken();
    await m.guard.write.pokeFrom([ETH_USD, (await m.feed.read.latestId()) - BigInt(BAD) - 1n]);
    expect(await samplesOf(m)).to.equal(2n);
    const observed = unpackVolatilityWord(await word(m)).time;
    const [, latest] = await m.feed.read.rounds([await m.feed.read.latestId()]);
    expect(observed).to.equal(latest);
  });
});
