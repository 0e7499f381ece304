import { expect } from "chai";
import { encodeFunctionData } from "viem";
import { unpackVolatilityWord } from "../../sdk/src/math/index.ts";
import { BAD_SPACINGS, coldGas, describeAdapter, INITIAL_VARIANCE, poke, SPACING, storedVariance, word } from "../helpers/adapters.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { FAULTS } from "../helpers/faults.ts";
import { configOf, fail, freshAnswer, SOURCE_GAS, type Source, type SourceState, scaled, write } from "../helpers/feedSources.ts";
import { createMedian, DECIMALS, HEARTBEAT, MEDIAN, type Median, writeAll } from "../helpers/feeds/median.ts";
import { enforce, expectRevert, fixture, goTo, INT256_MAX, now, position, preview, START_PRICE, wad } from "../helpers/market.ts";

const tiny = position({ sizeAfter: 10n ** 12n });

const three = fixture((connection) => createMedian(connection));
const nine = fixture((connection) => createMedian(connection, 9, 5));

const latest = async (m: Median) => {
  const [, answer, , updatedAt] = await m.median.read.latestRoundData();
  return { answer, updatedAt };
};

describe("a median", () => {
  describeAdapter(MEDIAN);

  it("of three is the one in the middle, whichever source it is", async () => {
    const m = await three();
    for (const prices of [
      [1_000, 2_000, 3_000],
      [3_000, 1_000, 2_000],
      [2_000, 3_000, 1_000],
      [2_000, 2_000, 9_000],
      [1, 2_000, 2_000],
    ]) {
      await writeAll(m, prices);
      expect((await latest(m)).answer).to.equal(scaled(2_000, 8));
    }
  });

  it("of two is the higher price and the older time: who lies about one of them can only tighten", async () => {
    const m = await three();
    const time = await now(m);
    await fail(m.sources[2] as Source, "Reverts");
    for (const [first, second] of [
      [2_000, 2_100],
      [2_100, 2_000],
    ] as const) {
      await write(m, m.sources[0] as Source, first, time - 100n);
      await write(m, m.sources[1] as Source, second, time);
      expect(await latest(m)).to.deep.equal({ answer: scaled(2_100, 8), updatedAt: time - 100n });
    }
  });

  it("is there as long as the quorum is, and names the first source that is missing", async () => {
    for (const [count, quorum] of [
      [3, 2],
      [3, 3],
      [4, 3],
      [5, 3],
      [9, 5],
      [9, 9],
    ] as const) {
      const m = await createMedian((await three()).connection, count, quorum);
      await writeAll(m, [START_PRICE]);
      for (let failed = 1; failed <= count; failed++) {
        const source = m.sources[count - failed] as Source;
        await fail(source, "Reverts");
        if (count - failed >= quorum) expect((await latest(m)).answer, `${failed} of ${count} failed`).to.equal(scaled(START_PRICE, 8));
        else await expectRevert(latest(m), "SourceUnusable", [source.address]);
      }
    }
  });

  it("takes each source up to its heartbeat, to the second", async () => {
    const m = await three();
    const time = (await now(m)) + 10n;
    await goTo(m, time);
    await writeAll(m, [2_000, 2_100, 2_200], time);
    await goTo(m, time + HEARTBEAT);
    expect((await latest(m)).answer).to.equal(scaled(2_100, 8));
    await goTo(m, time + HEARTBEAT + 1n);
    await expectRevert(latest(m), "SourceUnusable", [m.sources[0]?.address]);
    await write(m, m.sources[0] as Source, 2_000);
    await expectRevert(latest(m), "SourceUnusable", [m.sources[1]?.address]);
    await write(m, m.sources[2] as Source, 2_300);
    expect((await latest(m)).answer, "the higher of two").to.equal(scaled(2_300, 8));
  });

  it(`is what the description says of 100 random sets of nine sources (SEED=${SEED})`, async () => {
    const m = await nine();
    const random = new Random(SEED, "median");
    let [answered, refused] = [0, 0];
    const start = (await now(m)) + 100_000n;
    for (let i = 0; i < 100; i++) {
      await goTo(m, start + 1_000n * BigInt(i));
      const states: SourceState[] = [];
      for (const [index, source] of m.sources.entries()) states.push(await randomState(m, source, DECIMALS[index] ?? 8, random));
      const timestamp = await now(m);
      const used = states.flatMap((state) => {
        const answer = freshAnswer(state, 8, timestamp);
        return answer === null ? [] : [{ answer, updatedAt: state.updatedAt }];
      });
      if (used.length < 5) {
        refused++;
        const missing = states.findIndex((state) => freshAnswer(state, 8, timestamp) === null);
        await expectRevert(latest(m), "SourceUnusable", [m.sources[missing]?.address]);
        continue;
      }
      answered++;
      const answers = used.map(({ answer }) => answer).sort(ascending);
      const times = used.map(({ updatedAt }) => updatedAt).sort(ascending);
      expect(await latest(m)).to.deep.equal({ answer: answers[used.length >> 1], updatedAt: times[(used.length - 1) >> 1] });
    }
    expect([answered > 25, refused > 10]).to.deep.equal([true, true]);
  });

  it(`is within the prices and times of the honest, whatever f of 2f + 1 sources say (SEED=${SEED})`, async () => {
    const random = new Random(SEED, "liars");
    for (const count of [3, 5, 7, 9]) {
      const liars = (count - 1) / 2;
      const m = await createMedian((await three()).connection, count, count === 3 ? 2 : liars + 1);
      for (let round = 0; round < 15; round++) {
        await goTo(m, (await now(m)) + 10_000n);
        const timestamp = await now(m);
        const honest: { answer: bigint; updatedAt: bigint }[] = [];
        const first = random.below(count);
        for (let i = 0; i < count; i++) {
          const index = (first + i) % count;
          const source = m.sources[index] as Source;
          await fail(source, "None");
          if (i < liars) await lie(source, timestamp, random);
          else honest.push(await tellTruth(source, DECIMALS[index] ?? 8, timestamp, random));
        }
        const { answer, updatedAt } = await latest(m);
        expectWithin(
          answer,
          honest.map((one) => one.answer),
        );
        expectWithin(
          updatedAt,
          honest.map((one) => one.updatedAt),
        );
      }
    }
  });

  it("cannot be starved of the sources that disagree: any gas gives the same answer or none", async () => {
    const m = await nine();
    await writeAll(m, [1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 4_500, 5_000]);
    const data = encodeFunctionData({ abi: m.median.abi, functionName: "latestRoundData" });
    const whole = (await m.publicClient.call({ to: m.median.address, data })).data;
    let [same, none] = [0, 0];
    for (let gas = 25_000n; gas < 400_000n; gas += 3_000n) {
      const answer = await m.publicClient.call({ to: m.median.address, data, gas }).catch(() => null);
      if (answer === null) none++;
      else same++;
      if (answer !== null) expect(answer.data, `with ${gas} gas`).to.equal(whole);
    }
    expect([same > 5, none > 5]).to.deep.equal([true, true]);
  });

  it("costs no more than its sources may take, when all of them burn what they get", async () => {
    const m = await three();
    await writeAll(m, [START_PRICE]);
    await m.median.write.record();
    await fail(m.sources[0] as Source, "BurnsGas");
    const burnt = await coldGas(m.connection, m.median.address);
    expect(Number(burnt)).to.be.lessThan(SOURCE_GAS + 70_000);
    expect(Number(burnt)).to.be.greaterThan(SOURCE_GAS);
  });
});

const ascending = (x: bigint, y: bigint): number => (x < y ? -1 : 1);

function expectWithin(value: bigint, range: readonly bigint[]): void {
  const sorted = [...range].sort(ascending);
  const [low, high] = [sorted[0] ?? 0n, sorted.at(-1) ?? 0n];
  expect(value >= low && value <= high, `${value} is outside ${low} to ${high}`).to.equal(true);
}

/** Fresh, within 2 % of the truth. */
async function tellTruth(source: Source, decimals: number, timestamp: bigint, random: Random) {
  const price = START_PRICE * (0.98 + random.below(41) / 1_000);
  const updatedAt = timestamp - BigInt(random.below(1_800));
  const answer = scaled(price, decimals);
  await source.write.push([answer, updatedAt]);
  const state: SourceState = { answer, updatedAt, fault: "None", decimals, decimalsNow: decimals, heartbeat: HEARTBEAT };
  return { answer: freshAnswer(state, 8, timestamp) ?? 0n, updatedAt };
}

/** Anything, at any time, or nothing. */
async function lie(source: Source, timestamp: bigint, random: Random): Promise<void> {
  const answers = [1n, INT256_MAX, 0n, -1n, scaled(START_PRICE * 0.5, 8), scaled(START_PRICE * 2, 8), 10n ** 30n];
  const ages = [0n, 1n, 3_800n, HEARTBEAT, HEARTBEAT + 1n, -1_000n];
  await source.write.push([answers[random.below(answers.length)] ?? 1n, timestamp - (ages[random.below(ages.length)] ?? 0n)]);
  // A feed that loops takes the simulator long, and is one that fails like the others.
  const faults = FAULTS.filter((fault) => fault !== "BurnsGas");
  if (random.below(3) === 0) await fail(source, faults[random.below(faults.length)] ?? "None");
}

/** What a source might say: fine most of the time. */
async function randomState(m: Median, source: Source, decimals: number, random: Random): Promise<SourceState> {
  const faults = FAULTS.filter((one) => one !== "BurnsGas");
  const fault = random.below(4) === 0 ? (faults[random.below(faults.length)] ?? "None") : "None";
  const age = [0n, 1n, 1_000n, HEARTBEAT - 50n, HEARTBEAT + 50n][random.below(5)] ?? 0n;
  const updatedAt = (await now(m)) - age;
  const answer = scaled(START_PRICE * (1 + (random.below(9) - 4) / 100), decimals);
  await source.write.setFault([FAULTS.indexOf(fault)]);
  await source.write.push([answer, updatedAt]);
  return { answer, updatedAt, fault, decimals, decimalsNow: decimals, heartbeat: HEARTBEAT };
}

describe("a guard on a median", () => {
  /** Calm recordings, until the guard trusts them. */
  const warm = fixture(async (connection) => {
    const m = await createMedian(connection, 3, 2);
    const start = await now(m);
    for (let i = 1n; i <= 48n; i++) {
      await goTo(m, start + 1_800n * i);
      await writeAll(m, [START_PRICE]);
      await m.median.write.record();
      await poke(m);
    }
    expect((await storedVariance(m)) < INITIAL_VARIANCE).to.equal(true);
    return m;
  });

  it("sees a crash of two of three sources at once, in price and variance", async () => {
    const m = await warm();
    const start = await now(m);
    await goTo(m, start + 100n);
    await write(m, m.sources[0] as Source, START_PRICE * 0.9);
    expect((await preview(m, tiny)).price, "two of three still say so").to.equal(wad(START_PRICE));
    await write(m, m.sources[1] as Source, START_PRICE * 0.9);
    const verdict = await preview(m, tiny);
    expect(verdict.price).to.equal(wad(START_PRICE * 0.9));
    expect(verdict.variance > (await storedVariance(m))).to.equal(true);
  });

  it("sees the median move while its time stands still, recorded or not", async () => {
    const m = await warm();
    const start = await now(m);
    await goTo(m, start + 1_000n);
    for (const [i, price] of [1_990, 2_000, 2_010].entries()) await write(m, m.sources[i] as Source, price, start + 700n + BigInt(i));
    await m.median.write.record();
    await poke(m);
    const stored = await word(m);
    await write(m, m.sources[2] as Source, 1_980, start + 900n);
    expect(await latest(m)).to.deep.equal({ answer: scaled(1_990, 8), updatedAt: start + 701n });
    expect((await preview(m, tiny)).price).to.equal(wad(1_990));
    await poke(m);
    expect(await word(m), "of one time there is one price in it: the recorded one").to.equal(stored);
  });

  it("is not moved by one liar of three, nor its variance, however often he writes", async () => {
    const m = await warm();
    const before = await preview(m, tiny);
    const stored = await word(m);
    for (const share of [0.5, 2, 0.1, 10]) {
      await write(m, m.sources[2] as Source, START_PRICE * share);
      expect((await preview(m, tiny)).price).to.equal(wad(START_PRICE));
      await enforce(m, tiny);
      await poke(m);
    }
    expect((await preview(m, tiny)).variance).to.equal(before.variance);
    expect(await word(m)).to.equal(stored);
  });

  it("keeps its history where a source that comes and goes moves the time back: the last recording answers", async () => {
    const m = await warm();
    const start = await now(m);
    await goTo(m, start + 1_000n);
    await write(m, m.sources[0] as Source, START_PRICE, start + 700n);
    await write(m, m.sources[1] as Source, START_PRICE, start + 900n);
    await m.median.write.record();
    await poke(m);
    expect((await latest(m)).updatedAt).to.equal(start + 700n);
    const stored = await word(m);
    await fail(m.sources[1] as Source, "Reverts");
    expect(await latest(m), "of two the older time, before what was recorded").to.deep.equal({
      answer: scaled(START_PRICE, 8),
      updatedAt: start + 700n,
    });
    await enforce(m, tiny);
    await poke(m);
    expect(await word(m)).to.equal(stored);
    await fail(m.sources[1] as Source, "None");
    await goTo(m, start + 2_000n);
    await writeAll(m, [START_PRICE]);
    await m.median.write.record();
    await poke(m);
    expect(unpackVolatilityWord(await word(m)).time > start + 1_900n).to.equal(true);
  });
});

describe("a median's configuration", () => {
  it("is three to nine different sources, and a quorum of more than half", async () => {
    const m = await nine();
    const configs = m.sources.map((one) => configOf(one));
    const deploy = (sources: readonly object[], quorum: bigint, decimals = 8, spacing = SPACING) =>
      m.connection.viem.deployContract("MedianFeed", [sources as typeof configs, quorum, decimals, spacing]);
    const refused = (action: Promise<unknown>, ...args: readonly unknown[]) => expectRevert(action, "ConfigOutOfRange", args);
    await refused(deploy(configs.slice(0, 2), 2n), "sources", 2n, 3n, 9n);
    await refused(deploy([], 0n), "sources", 0n, 3n, 9n);
    await refused(deploy([...configs, { ...configOf(m.feed) }], 6n), "sources", 10n, 3n, 9n);
    for (const [count, lowest] of [
      [3, 2n],
      [4, 3n],
      [9, 5n],
    ] as const) {
      const some = configs.slice(0, count);
      await refused(deploy(some, lowest - 1n), "quorum", lowest - 1n, lowest, BigInt(count));
      await refused(deploy(some, BigInt(count) + 1n), "quorum", BigInt(count) + 1n, lowest, BigInt(count));
      expect(await (await deploy(some, lowest)).read.QUORUM()).to.equal(lowest);
    }
    await refused(deploy(configs, 5n, 37), "decimals", 37n, 0n, 36n);
    for (const spacing of BAD_SPACINGS) await refused(deploy(configs, 5n, 8, spacing), "minSpacing", spacing, 600n, 86_400n);
    const [first, second, third] = configs;
    await expectRevert(
      deploy(
        [first, second, first].map((one) => ({ ...one })),
        2n,
      ),
      "DuplicateSource",
      [first?.feed],
    );
    await refused(deploy([{ ...first }, { ...second }, { ...third, heartbeat: 0 }], 2n), "heartbeat", 0n, 1n, 2_592_000n);
    for (const [index, source] of m.sources.entries()) {
      expect((await m.median.read.source([BigInt(index)])).toLowerCase()).to.equal(source.address);
    }
    expect(BigInt(await m.median.read.source([9n]))).to.equal(0n);
  });
});
