import { expect } from "chai";
import { volatilityParameters } from "../../sdk/src/index.ts";
import { unpackVolatilityWord, updateAcrossGap, updateVolatility, variance, WAD } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  createDirect,
  type DirectGuard,
  ETH_USD,
  enforce,
  eventsOf,
  fixture,
  goTo,
  holdClock,
  laterRound,
  now,
  POLICY,
  position,
  preview,
  pushRounds,
  START_PRICE,
  wad,
  warmUp,
} from "../helpers/market.ts";

const direct = fixture(async (connection) => {
  const m = await createDirect(connection);
  await warmUp(m);
  return m;
});

const tiny = position({ sizeAfter: 10n ** 12n });

/** Down by 30 % and back up to the cent, in ten rounds. */
const CRASH = [0.95, 0.88, 0.8, 0.74, 0.7, 0.76, 0.84, 0.9, 0.96, 1].map((share) => START_PRICE * share);

const stored = (m: DirectGuard): Promise<bigint> => m.guard.read.variance([ETH_USD]);
const word = (m: DirectGuard): Promise<bigint> => m.guard.read.volatilityWord([ETH_USD]);

/** The feed writes a crash and its recovery, and nobody looks until it is over. */
async function crashUnseen(m: DirectGuard, step: bigint): Promise<void> {
  const start = await now(m);
  await goTo(m, start + step * BigInt(CRASH.length));
  await pushRounds(m, CRASH, start, step);
}

describe("laundering a crash out of the variance", () => {
  it("a small trade after a V-shaped crash nobody sampled stores nothing, and is sized by no less than before", async () => {
    const m = await direct();
    const [before, wordBefore] = [await stored(m), await word(m)];
    await crashUnseen(m, 720n);
    const verdict = await preview(m, tiny);
    expect(verdict).to.include({ allowed: true });
    expect(verdict.variance >= before, "variance in memory").to.equal(true);
    for (let i = 0; i < 5; i++) await enforce(m, tiny);
    expect(await word(m)).to.equal(wordBefore);
    expect((await preview(m, tiny)).variance >= before).to.equal(true);
  });

  it("after that small trade, poke still finds the crash: the rounds are walked and the variance rises more than tenfold", async () => {
    const m = await direct();
    const before = await stored(m);
    await crashUnseen(m, 720n);
    await enforce(m, tiny);
    await m.guard.write.poke([ETH_USD]);
    expect((await stored(m)) > 10n * before).to.equal(true);
  });

  it("a crash that did not recover counts at once, in memory, without a keeper", async () => {
    const m = await direct();
    const before = await preview(m, tiny);
    await laterRound(m, START_PRICE * 0.7, 7_200n);
    const after = await preview(m, tiny);
    expect(after.variance > 10n * before.variance).to.equal(true);
    expect(after.limitSize < before.limitSize).to.equal(true);
  });

  it("a crash within one heartbeat that nobody looked at is not seen: the price moved and came back between two observations", async () => {
    // The known limit of watching by time alone. Whoever pokes once inside the crash ends it, which the second half shows.
    const m = await direct();
    const before = await stored(m);
    await crashUnseen(m, 360n);
    await enforce(m, tiny);
    const unseen = await stored(m);
    expect(unseen < before, "it passed for calm").to.equal(true);

    const watched = await direct();
    await pushRounds(watched, CRASH.slice(0, 5), await now(watched), 360n);
    await goTo(watched, (await now(watched)) + 1_800n);
    await watched.guard.write.poke([ETH_USD]);
    expect((await stored(watched)) > 10n * before).to.equal(true);
  });

  it("the same crash walked by poke never lowers the variance, however long nobody looked", async () => {
    for (const step of [400n, 1_200n, 3_600n, 43_200n]) {
      const m = await direct();
      const before = await stored(m);
      await crashUnseen(m, step);
      await m.guard.write.poke([ETH_USD]);
      expect((await stored(m)) > before, `rounds ${step} s apart`).to.equal(true);
    }
  });
});

describe("a question before and after poke", () => {
  it("has one answer when the gap is watched: the round counted already", async () => {
    const m = await direct();
    await laterRound(m, START_PRICE * 1.04, m.policy.heartbeat - 10n);
    const before = await preview(m, tiny);
    await holdClock(m);
    await m.guard.write.poke([ETH_USD]);
    expect(await preview(m, tiny)).to.deep.equal(before);
  });

  it("across a larger gap is judged by no less than the stored variance, and no less than the round as if sampled", async () => {
    for (const price of [START_PRICE, START_PRICE * 1.05, START_PRICE * 0.6]) {
      const m = await direct();
      const [wordBefore, varianceBefore] = [await word(m), await stored(m)];
      await laterRound(m, price, 4n * m.policy.heartbeat);
      const parameters = volatilityParameters(m.policy);
      const time = await m.feed.read.rounds([await m.feed.read.latestId()]).then(([, updatedAt]) => updatedAt);
      const sampled = updateVolatility(wordBefore, wad(price), time, parameters);
      const verdict = await preview(m, tiny);
      expect(verdict.variance >= varianceBefore, "stored").to.equal(true);
      expect(verdict.variance >= variance(sampled, parameters), "as if sampled").to.equal(true);
      expect(verdict.variance).to.equal(variance(updateAcrossGap(wordBefore, wad(price), time, parameters), parameters));
    }
  });

  it("changes only the first time: poking twice is a no-op, without an event", async () => {
    const m = await direct();
    await laterRound(m, START_PRICE * 1.01, 1_800n);
    const first = await m.guard.write.poke([ETH_USD]);
    expect((await eventsOf(m, first)).map(({ name }) => name)).to.deep.equal(["VarianceSampled"]);
    const wordAfter = await word(m);
    const second = await m.guard.write.poke([ETH_USD]);
    expect(await eventsOf(m, second)).to.deep.equal([]);
    expect(await word(m)).to.equal(wordAfter);
  });
});

describe(`choosing when to be sampled (SEED=${SEED})`, () => {
  /** Which of the rounds within a heartbeat to trade on, when nobody else looks: an index from 0. */
  type Strategy = (ahead: readonly number[], last: number, random: Random) => number;

  const STEP = 600n;
  const AHEAD = 6;
  const RUNS = 40;
  const ROUNDS = 288;

  const everyRound: Strategy = () => 0;
  const atRandom: Strategy = (ahead, _, random) => random.below(ahead.length);
  const asLateAsPossible: Strategy = (ahead) => ahead.length - 1;
  /** Waits for the price to be back where it was last seen. */
  const atTheCalmest: Strategy = (ahead, last) => {
    const distances = ahead.map((price) => Math.abs(Math.log(price / last)));
    return distances.indexOf(Math.min(...distances));
  };

  it("by a clock, by chance or as rarely as can be lowers the variance by a few percent at most, on average", () => {
    const honest = meanVariance(everyRound);
    for (const [name, strategy] of Object.entries({ atRandom, asLateAsPossible })) {
      const share = meanVariance(strategy) / honest;
      console.log(`      variance of ${name}: ${(100 * share).toFixed(1)} % of the honest keeper's`);
      expect(share, name).to.be.within(0.9, 1.1);
    }
  });

  it("by waiting for the price to come back lowers it to about a third, as long as nobody else looks", () => {
    // Watching by time alone leaves this open: the number is kept here so that it is known, and does not get worse.
    const honest = meanVariance(everyRound);
    const share = meanVariance(atTheCalmest) / honest;
    console.log(`      variance of atTheCalmest: ${(100 * share).toFixed(1)} % of the honest keeper's`);
    expect(share).to.be.within(0.2, 0.6);
  });

  it("does not matter for a round that is seen anyway: many tiny trades on one round change nothing", async () => {
    const m = await direct();
    await laterRound(m, START_PRICE * 1.01, 1_800n);
    await enforce(m, tiny);
    const wordAfter = await word(m);
    for (let i = 0; i < 10; i++) await enforce(m, tiny);
    expect(await word(m)).to.equal(wordAfter);
  });

  /** Mean over many paths of the fast variance at the end of two days. */
  function meanVariance(strategy: Strategy): number {
    let sum = 0;
    for (let run = 0; run < RUNS; run++) sum += finalVariance(strategy, new Random(SEED, `path ${run}`), new Random(SEED, `choice ${run}`));
    return sum / RUNS;
  }

  /** The mirror of the guard's own arithmetic, on a path of 60 % a year. */
  function finalVariance(strategy: Strategy, path: Random, choice: Random): number {
    const parameters = { ...volatilityParameters({ ...POLICY, feed: ETH_USD }), initialVariance: 36n * 10n ** 16n };
    const prices = [START_PRICE];
    const sigma = 0.6 * Math.sqrt(Number(STEP) / 31_536_000);
    for (let i = 0; i < ROUNDS; i++) prices.push((prices[i] ?? START_PRICE) * Math.exp(sigma * normal(path)));
    let state = 0n;
    for (let at = 0; at < prices.length; ) {
      const price = prices[at] ?? START_PRICE;
      state = updateVolatility(state, wad(price), BigInt(at + 1) * STEP, parameters);
      const ahead = prices.slice(at + 1, at + 1 + AHEAD);
      if (ahead.length === 0) break;
      at += 1 + strategy(ahead, price, choice);
    }
    return Number(unpackVolatilityWord(state).fastVariance) / Number(WAD);
  }

  /** Twelve uniform numbers make one that is normal enough. */
  const normal = (random: Random): number => Array.from({ length: 12 }, () => random.next() / 2 ** 32).reduce((sum, x) => sum + x, -6);
});
