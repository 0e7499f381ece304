import { expect } from "chai";
import { volatilityParameters } from "../../sdk/src/index.ts";
import { updateAcrossGap, updateVolatility, variance } from "../../sdk/src/math/index.ts";
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

  it("a crash within one heartbeat is not passed for calm either: a trade after it stores nothing, and poke finds it", async () => {
    const m = await direct();
    const [before, wordBefore] = [await stored(m), await word(m)];
    await crashUnseen(m, 360n);
    for (let i = 0; i < 3; i++) await enforce(m, tiny);
    expect(await word(m)).to.equal(wordBefore);
    // In memory the round counts as one heartbeat of calm at the most: e^(−3900 s / 4 h) of the fast variance is left.
    expect((await preview(m, tiny)).variance * 100n >= before * 76n).to.equal(true);
    await m.guard.write.poke([ETH_USD]);
    expect((await stored(m)) > 10n * before).to.equal(true);
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
  /** Which of the coming rounds to trade on, when nobody else looks: an index from 0. It may even know them in advance. */
  type Strategy = (ahead: readonly number[], last: number, random: Random) => number;

  const STEP = 600n;
  const AHEAD = 6;
  const ROUNDS = 48;

  const strategies: Readonly<Record<string, Strategy>> = {
    "on every round": () => 0,
    "on rounds chosen by chance": (ahead, _, random) => random.below(ahead.length),
    "as rarely as a heartbeat allows": (ahead) => ahead.length - 1,
    "only when the price is back where it was last seen": (ahead, last) => {
      const distances = ahead.map((price) => Math.abs(Math.log(price / last)));
      return distances.indexOf(Math.min(...distances));
    },
    "only when it has moved most": (ahead, last) => {
      const distances = ahead.map((price) => Math.abs(Math.log(price / last)));
      return distances.indexOf(Math.max(...distances));
    },
  };

  for (const [name, strategy] of Object.entries(strategies)) {
    it(`a small trade ${name} loses no round: after one poke the word is that of a keeper who saw them all`, async () => {
      const m = await direct();
      const [start, prices] = [await word(m), path()];
      const [begin, choice] = [await now(m), new Random(SEED, name)];
      let pushed = 0;
      while (pushed < prices.length) {
        const ahead = prices.slice(pushed, pushed + AHEAD);
        const count = strategy(ahead, prices[pushed - 1] ?? START_PRICE, choice) + 1;
        await goTo(m, begin + STEP * BigInt(pushed + count));
        await pushRounds(m, ahead.slice(0, count), begin + STEP * BigInt(pushed), STEP);
        await enforce(m, tiny);
        pushed += count;
      }
      await m.guard.write.poke([ETH_USD]);
      expect(await word(m)).to.equal(everyRoundObserved(m, start, begin, prices));
    });
  }

  it("does not matter for a round that is seen anyway: many tiny trades on one round change nothing", async () => {
    const m = await direct();
    await laterRound(m, START_PRICE * 1.01, 1_800n);
    await enforce(m, tiny);
    const wordAfter = await word(m);
    for (let i = 0; i < 10; i++) await enforce(m, tiny);
    expect(await word(m)).to.equal(wordAfter);
  });

  /** Two per cent up or down every ten minutes: far above the variance the market starts with. */
  function path(): number[] {
    const random = new Random(SEED, "path");
    let price = START_PRICE;
    return Array.from({ length: ROUNDS }, () => {
      price = Math.round(price * (random.oneIn(2) ? 1.02 : 0.98) * 1e6) / 1e6;
      return price;
    });
  }

  function everyRoundObserved(m: DirectGuard, start: bigint, begin: bigint, prices: readonly number[]): bigint {
    const parameters = volatilityParameters(m.policy);
    return prices.reduce((state, price, index) => updateVolatility(state, wad(price), begin + STEP * BigInt(index + 1), parameters), start);
  }
});
