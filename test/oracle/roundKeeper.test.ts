import { expect } from "chai";
import { volatilityParameters } from "../../sdk/src/index.ts";
import { unpackVolatilityWord, updateAcrossGap } from "../../sdk/src/math/index.ts";
import {
  BAD_SPACINGS,
  describeAdapter,
  type GuardedFeed,
  guardOn,
  INITIAL_VARIANCE,
  poke,
  SPACING,
  storedVariance,
  word,
} from "../helpers/adapters.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  type Connection,
  ETH_USD,
  enforce,
  eventsOf,
  expectRevert,
  fixture,
  goTo,
  now,
  POLICY,
  position,
  preview,
  START_PRICE,
  wad,
} from "../helpers/market.ts";

const UINT192_MAX = 2n ** 192n - 1n;
const tiny = position({ sizeAfter: 10n ** 12n });

async function createKept(connection: Connection) {
  const feed = await connection.viem.deployContract("KeptFeed", [8, SPACING]);
  return { ...(await guardOn(connection, feed.address)), kept: feed };
}
type Kept = Awaited<ReturnType<typeof createKept>>;

const answerOf = (price: number): bigint => wad(price) / 10n ** 10n;

/** The source has a new price, now unless said otherwise. */
const set = async (m: Kept, price: number, time?: bigint) => m.kept.write.set([answerOf(price), time ?? (await now(m))]);
const record = (m: Kept) => m.kept.write.record();

/** Time passes, and the source has a price. */
async function later(m: Kept, seconds: bigint, price: number): Promise<bigint> {
  const time = (await now(m)) + seconds;
  await goTo(m, time);
  await set(m, price, time);
  return time;
}

/** Time passes, and the source's price is recorded. */
async function recordLater(m: Kept, seconds: bigint, price: number): Promise<bigint> {
  const time = await later(m, seconds, price);
  await record(m);
  return time;
}

const latest = (m: Kept) => m.kept.read.latestRoundData();
const round = (m: Kept, id: bigint) => m.kept.read.getRoundData([id]);
const roundOf = (id: bigint, price: number, time: bigint) => [id, answerOf(price), time, time, id];

const empty = fixture(createKept);

/** Calm recordings, each observed, until the guard trusts them. */
const warm = fixture(async (connection) => {
  const m = await createKept(connection);
  for (let i = 0; i < 48; i++) {
    await recordLater(m, 1_800n, START_PRICE);
    await poke(m);
  }
  expect((await storedVariance(m)) < INITIAL_VARIANCE).to.equal(true);
  return m;
});

describe("rounds that are kept", () => {
  it("begin with the price of now as round 1, and the first recording is rounds 1 and 2", async () => {
    const m = await empty();
    const time = await later(m, 10n, 2_000);
    expect(await latest(m)).to.deep.equal(roundOf(1n, 2_000, time));
    expect(await round(m, 1n)).to.deep.equal(roundOf(1n, 2_000, time));
    await record(m);
    expect(await latest(m)).to.deep.equal(roundOf(2n, 2_000, time));
    for (const id of [1n, 2n]) expect(await round(m, id)).to.deep.equal(roundOf(id, 2_000, time));
  });

  it("go up by two a recording, one after the other, and the price of now comes after them", async () => {
    const m = await empty();
    const times: bigint[] = [];
    for (let i = 0; i < 5; i++) times.push(await recordLater(m, SPACING, 2_000 + i));
    const time = await later(m, 1n, 3_000);
    expect(await latest(m)).to.deep.equal(roundOf(11n, 3_000, time));
    for (const [i, recorded] of times.entries()) {
      for (const id of [2n * BigInt(i) + 1n, 2n * BigInt(i) + 2n]) {
        expect(await round(m, id)).to.deep.equal(roundOf(id, 2_000 + i, recorded));
      }
    }
    expect(await round(m, 11n)).to.deep.equal(roundOf(11n, 3_000, time));
    expect(await m.kept.read.lastRecorded()).to.deep.equal([5n, answerOf(2_004), times[4]]);
  });

  it("that do not exist are refused by their id", async () => {
    const m = await empty();
    await recordLater(m, 10n, 2_000);
    for (const id of [0n, 3n, 4n, 2n ** 80n - 1n]) await expectRevert(round(m, id), "NoSuchRound", [id]);
    await later(m, 1n, 2_001);
    for (const id of [0n, 4n, 2n ** 80n - 1n]) await expectRevert(round(m, id), "NoSuchRound", [id]);
  });

  it("come at the spacing to the second: one sooner changes nothing and is no error", async () => {
    const m = await empty();
    const first = await recordLater(m, 10n, 2_000);
    await goTo(m, first + SPACING);
    await set(m, 2_001, first + SPACING - 1n);
    const { result } = await m.connection.viem
      .getPublicClient()
      .then((client) => client.simulateContract({ ...m.kept, functionName: "record" }));
    expect(result).to.equal(false);
    const ignored = await record(m);
    expect(await eventsOf(m, ignored)).to.deep.equal([]);
    expect(await m.kept.read.lastRecorded()).to.deep.equal([1n, answerOf(2_000), first]);
    await set(m, 2_002, first + SPACING);
    expect((await eventsOf(m, await record(m)))[0]?.args).to.deep.equal({ id: 4n, answer: answerOf(2_002), updatedAt: first + SPACING });
    expect(await m.kept.read.lastRecorded()).to.deep.equal([2n, answerOf(2_002), first + SPACING]);
  });

  it("are never overwritten: a source whose time goes back is answered by the last of them, and records nothing", async () => {
    const m = await empty();
    const time = await recordLater(m, 10_000n, 2_000);
    for (const back of [1n, SPACING, 5_000n]) {
      await set(m, 1_500, time - back);
      expect(await latest(m)).to.deep.equal(roundOf(2n, 2_000, time));
      await record(m);
      expect(await m.kept.read.lastRecorded()).to.deep.equal([1n, answerOf(2_000), time]);
    }
  });

  it("of one time and two prices: the price of now counts, the recorded one stays", async () => {
    const m = await empty();
    const time = await recordLater(m, 10n, 2_000);
    await set(m, 1_500, time);
    expect(await latest(m)).to.deep.equal(roundOf(3n, 1_500, time));
    expect(await round(m, 3n)).to.deep.equal(roundOf(3n, 1_500, time));
    expect(await round(m, 2n)).to.deep.equal(roundOf(2n, 2_000, time));
    await record(m);
    expect(await m.kept.read.lastRecorded()).to.deep.equal([1n, answerOf(2_000), time]);
  });

  it("hold prices up to 192 bits, and say what does not fit; without a history that is a price all the same", async () => {
    const m = await empty();
    const time = await now(m);
    await m.kept.write.set([UINT192_MAX + 1n, time]);
    expect((await latest(m))[1]).to.equal(UINT192_MAX + 1n);
    await expectRevert(record(m), "RoundDoesNotFit", [UINT192_MAX + 1n, time]);
    await m.kept.write.set([UINT192_MAX, time]);
    await record(m);
    expect(await m.kept.read.lastRecorded()).to.deep.equal([1n, UINT192_MAX, time]);
    expect(await latest(m)).to.deep.equal([2n, UINT192_MAX, time, time, 2n]);
  });

  it("hold times up to 2106", async () => {
    const m = await empty();
    const last = 2n ** 32n - 1n;
    await goTo(m, last + SPACING);
    await m.kept.write.set([1n, last]);
    await record(m);
    await m.kept.write.set([1n, last + SPACING]);
    await expectRevert(record(m), "RoundDoesNotFit", [1n, last + SPACING]);
    expect(await m.kept.read.lastRecorded()).to.deep.equal([1n, 1n, last]);
  });

  it("are answered while the source is down or absurd, which is no price of now and is not recorded", async () => {
    const m = await empty();
    const time = await recordLater(m, 10_000n, 2_000);
    const strikes: [string, () => Promise<unknown>][] = [
      ["SourceDown", () => m.kept.write.setDown([true])],
      ["SourceUnusable", () => m.kept.write.set([0n, time])],
      ["SourceUnusable", () => m.kept.write.set([-1n, time])],
      ["SourceUnusable", () => m.kept.write.set([answerOf(2_000), 0n])],
      ["SourceUnusable", async () => m.kept.write.set([answerOf(2_000), (await now(m)) + 1_000n])],
    ];
    for (const [error, strike] of strikes) {
      await strike();
      const args = error === "SourceDown" ? [] : [m.kept.address];
      for (const action of [() => latest(m), () => record(m), () => round(m, 3n)]) await expectRevert(action(), error, args);
      expect(await round(m, 2n)).to.deep.equal(roundOf(2n, 2_000, time));
      await m.kept.write.setDown([false]);
    }
  });

  for (const spacing of BAD_SPACINGS) {
    it(`are not ${spacing} s apart`, async () => {
      const { connection } = await empty();
      await expectRevert(connection.viem.deployContract("KeptFeed", [8, spacing]), "ConfigOutOfRange", [
        "minSpacing",
        spacing,
        600n,
        86_400n,
      ]);
    });
  }
});

describe("a guard on rounds that are kept", () => {
  describeAdapter<Kept>({
    name: "RoundKeeper",
    setting: "On a source whose price the test sets.",
    build: createKept,
    write: async (m, price) => {
      await set(m, price);
      await record(m);
    },
    failures: [
      { name: "the source is down", status: "Invalid", strike: (m) => m.kept.write.setDown([true]) },
      { name: "the source says 0", status: "Invalid", strike: async (m) => m.kept.write.set([0n, await now(m)]) },
      { name: "the source is of the future", status: "Invalid", strike: async (m) => m.kept.write.set([1n, (await now(m)) + 10_000n]) },
    ],
  });

  it("learns of a crash of now at once, recorded or not", async () => {
    const m = await warm();
    const before = await preview(m, tiny);
    await later(m, 100n, START_PRICE * 0.8);
    const after = await preview(m, tiny);
    expect(after.price).to.equal(wad(START_PRICE * 0.8));
    expect(after.variance > 10n * before.variance).to.equal(true);
  });

  it("finds a recorded crash whatever was traded before and after it: one id a recording would have it skipped", async () => {
    const m = await warm();
    const before = await storedVariance(m);
    // The price of now is stored, and stamped with the id that the next recording will have beside another.
    await later(m, 100n, START_PRICE);
    const wordBefore = await word(m);
    await enforce(m, tiny);
    expect(await word(m), "the trade stored it").to.not.equal(wordBefore);
    await recordLater(m, SPACING, START_PRICE * 0.8);
    await later(m, 100n, START_PRICE);
    const stored = await word(m);
    for (let i = 0; i < 3; i++) await enforce(m, tiny);
    expect(await word(m), "no trade skips it").to.equal(stored);
    await poke(m);
    expect((await storedVariance(m)) > 10n * before).to.equal(true);
  });

  it(`finds one recorded crash among any trades, pokes and recordings (SEED=${SEED})`, async () => {
    for (let path = 0; path < 40; path++) {
      const m = await warm();
      const random = new Random(SEED, `path ${path}`);
      const before = await storedVariance(m);
      await randomActions(m, random, random.below(8));
      await recordLater(m, SPACING, START_PRICE * 0.8);
      // Back before anybody asks the guard.
      await later(m, 50n + BigInt(random.below(2_000)), START_PRICE);
      await randomActions(m, random, random.below(8));
      await poke(m);
      expect((await storedVariance(m)) > 5n * before, `path ${path}`).to.equal(true);
    }
  });

  it("never lets the variance fall over what nobody recorded for longer than a heartbeat", async () => {
    for (const action of [poke, (m: Kept) => enforce(m, tiny)]) {
      const m = await warm();
      const before = await storedVariance(m);
      for (let i = 0; i < 5; i++) {
        await later(m, POLICY.heartbeat + 1n, START_PRICE);
        await action(m);
        expect(await storedVariance(m)).to.equal(before);
      }
    }
  });

  it("never lets it fall over prices of now alone, without a first recording, for longer than a heartbeat", async () => {
    const m = await empty();
    for (let i = 0; i < 30; i++) {
      await later(m, 1_800n, START_PRICE);
      await poke(m);
    }
    expect(await storedVariance(m), "no round comes before round 1").to.equal(INITIAL_VARIANCE);
    await record(m);
    for (let i = 0; i < 3; i++) {
      await recordLater(m, 1_800n, START_PRICE);
      await poke(m);
    }
    expect((await storedVariance(m)) < INITIAL_VARIANCE, "it falls once there is a history").to.equal(true);
  });

  it("is the word of watching each recording, when none was watched", async () => {
    const prices = Array.from({ length: 30 }, (_, i) => START_PRICE * (1 + 0.01 * Math.sin(i)));
    const words: bigint[] = [];
    for (const isWatched of [true, false]) {
      const m = await warm();
      const start = await now(m);
      for (const [i, price] of prices.entries()) {
        const time = start + 1_200n * BigInt(i + 1);
        await goTo(m, time);
        await set(m, price, time);
        await record(m);
        if (isWatched) await poke(m);
      }
      await poke(m);
      words.push(await word(m));
    }
    expect(words[0]).to.equal(words[1]);
  });

  it("is never stuck: what one poke can't walk, pokeFrom does, from the last recording observed", async () => {
    const m = await warm();
    const [number] = await m.kept.read.lastRecorded();
    const { time } = unpackVolatilityWord(await word(m));
    for (let i = 0; i < 40; i++) await recordLater(m, 1_800n, START_PRICE);
    const before = await storedVariance(m);
    await expectRevert(poke(m), "TooManyRounds", [ETH_USD, time, 64n]);
    await m.guard.write.pokeFrom([ETH_USD, 2n * number]);
    expect((await storedVariance(m)) < before).to.equal(true);
    await poke(m);
    const [, , updatedAt] = await m.kept.read.lastRecorded();
    expect(unpackVolatilityWord(await word(m)).time).to.equal(updatedAt);
  });

  it("is never stuck that saw a price before anything was recorded: the history is walked from its beginning, across a gap", async () => {
    const m = await empty();
    await later(m, 10n, START_PRICE);
    await poke(m);
    const start = await word(m);
    const first = await recordLater(m, SPACING, START_PRICE);
    for (let i = 0; i < 39; i++) await recordLater(m, 1_800n, START_PRICE);
    await expectRevert(poke(m), "TooManyRounds", [ETH_USD, unpackVolatilityWord(start).time, 64n]);
    const across = updateAcrossGap(start, wad(START_PRICE), first, volatilityParameters(m.policy));
    expect(unpackVolatilityWord(across).fastVariance).to.equal(INITIAL_VARIANCE);
    await m.guard.write.pokeFrom([ETH_USD, 0n]);
    await poke(m);
    expect((await storedVariance(m)) < INITIAL_VARIANCE).to.equal(true);
  });

  it("sees no recording twice, and pokes on a source that does not move are no-ops", async () => {
    const m = await warm();
    const stored = await word(m);
    for (let i = 0; i < 3; i++) {
      await record(m);
      await enforce(m, tiny);
      await poke(m);
    }
    expect(await word(m)).to.equal(stored);
  });

  it("does not take an old time for news: the source goes back, and price and word stay those of the last recording", async () => {
    const m = await warm();
    const [stored, before] = [await word(m), await preview(m, tiny)];
    const [, , recorded] = await m.kept.read.lastRecorded();
    await set(m, START_PRICE * 0.5, recorded - 60n);
    await poke(m);
    await enforce(m, tiny);
    expect(await word(m)).to.equal(stored);
    expect((await preview(m, tiny)).price).to.equal(before.price);
  });

  /** Calm trades, pokes and recordings at any time. */
  async function randomActions(m: Kept, random: Random, count: number): Promise<void> {
    const actions = [enforceTiny, poke, record];
    for (let i = 0; i < count; i++) {
      await later(m, 1n + BigInt(random.below(900)), START_PRICE);
      await actions[random.below(actions.length)]?.(m);
    }
  }

  const enforceTiny = (m: GuardedFeed) => enforce(m, tiny);
});
