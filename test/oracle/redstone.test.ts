import { expect } from "chai";
import type { Hex } from "viem";
import { coldGas, describeAdapter, guardOn, poke, SPACING } from "../helpers/adapters.ts";
import { createPush, createRedstone, eight, PUSHED, REDSTONE, type RedstoneFed, writeAt } from "../helpers/feeds/redstone.ts";
import { expectRevert, FIRST_ROUND_ID, fixture, goTo, nextBlockAt, now, position, preview, setFault, wad } from "../helpers/market.ts";
import { answering, setCode, words } from "../helpers/sourceCode.ts";

const DECIMALS = 8;

const latest = (m: Pick<RedstoneFed, "kept">) => m.kept.read.latestRoundData();
const load = fixture(createRedstone);

describe("a guard on RedStone", () => {
  describeAdapter(REDSTONE);

  /** Without an adapter: every round is round 1, so none is the next and none is walked. */
  it("directly, without a history, never learns to trust the price; through the adapter it does, on the same prices", async () => {
    const m = await load();
    const direct = await guardOn(m.connection, m.redstone.address);
    const start = await now(m);
    for (let i = 1n; i <= 48n; i++) {
      await writeAt(m, 2_000, start + i * 1_800n);
      await m.kept.write.record();
      await poke(m);
      await poke(direct);
    }
    const asked = position({ sizeAfter: 1n });
    expect((await preview(direct, asked)).variance).to.equal(wad(2.25));
    expect((await preview(m, asked)).variance < wad(2.25)).to.equal(true);
  });
});

/** The common faults, on a source that knows them all. */
describe("a guard on a push feed that fails", () => {
  describeAdapter(PUSHED);

  it("is not blind where its answer is as large as can be: that is for bounds to judge, and too large to be kept", async () => {
    const m = await fixture(createPush)();
    await m.source.write.push([eight(2_000), await now(m)]);
    await setFault({ feed: m.source }, "HugeAnswer");
    expect((await latest(m))[1]).to.equal(2n ** 255n - 1n);
    const [, , , updatedAt] = await latest(m);
    await expectRevert(m.kept.write.record(), "RoundDoesNotFit", [2n ** 255n - 1n, updatedAt]);
  });

  /** This code answers the question for its decimals, too, and with its first word: so that is 8, and the round's id as well. */
  const round = (answer: bigint, updatedAt: bigint, answeredIn = 8n): Hex => answering(words(8n, answer, updatedAt, updatedAt, answeredIn));
  const edges: Readonly<Record<string, readonly [isPrice: boolean, (time: bigint) => Hex]>> = {
    "a round answered in a later one": [true, (time) => round(1n, time, 9n)],
    "a round answered in an earlier one": [false, (time) => round(1n, time, 7n)],
    "an answer of 1": [true, (time) => round(1n, time)],
    "an answer of 0": [false, (time) => round(0n, time)],
    "a time long ago": [true, () => round(1n, 1n)],
    "no time": [false, () => round(1n, 0n)],
    "the next second": [false, (time) => round(1n, time + 1n)],
  };
  for (const [name, [isPrice, code]] of Object.entries(edges)) {
    it(`takes ${name} ${isPrice ? "for a price" : "for none"}`, async () => {
      const m = await fixture(createPush)();
      await setCode(m, m.source.address, code(await now(m)));
      if (isPrice) expect((await latest(m))[1]).to.equal(1n);
      else await expectRevert(latest(m), "SourceUnusable", [m.source.address]);
    });
  }

  it("takes a round with the largest id for a price: what lies beyond is a fault above", async () => {
    const m = await fixture(createPush)();
    const last = await m.connection.viem.deployContract("TestFeed", [DECIMALS, 2n ** 80n - 1n]);
    await last.write.set([2n ** 80n - 1n, eight(2_000), await now(m)]);
    const kept = await m.connection.viem.deployContract("RedstoneFeed", [last.address, SPACING]);
    expect((await latest({ kept })).slice(0, 2)).to.deep.equal([1n, eight(2_000)]);
  });
});

describe("RedStone's price", () => {
  it("is answered as it is written, and its rounds are numbered once recorded", async () => {
    const m = await load();
    const start = await now(m);
    await writeAt(m, 2_000, start + 10n);
    expect(await latest(m)).to.deep.equal([1n, eight(2_000), start + 10n, start + 10n, 1n]);
    await m.kept.write.record();
    await writeAt(m, 2_010, start + 20n);
    expect(await latest(m)).to.deep.equal([3n, eight(2_010), start + 20n, start + 20n, 3n]);
    await expectRevert(m.redstone.read.getRoundData([3n]), "GetRoundDataCanBeOnlyCalledWithLatestRound", [3n]);
    expect(await m.kept.read.getRoundData([2n])).to.deep.equal([2n, eight(2_000), start + 10n, start + 10n, 2n]);
    expect(await m.kept.read.decimals()).to.equal(DECIMALS);
    expect((await m.kept.read.SOURCE()).toLowerCase()).to.equal(m.redstone.address.toLowerCase());
  });

  it("that was never written, or does not fit, is none", async () => {
    const m = await load();
    await expectRevert(latest(m), "SourceUnusable", [m.redstone.address]);
    const time = (await now(m)) + 10n;
    await nextBlockAt(m, time);
    await m.redstone.write.update([2n ** 255n, time * 1_000n]);
    await expectRevert(m.redstone.read.latestRoundData(), "UnsafeUintToIntConversion", [2n ** 255n]);
    await expectRevert(latest(m), "SourceUnusable", [m.redstone.address]);
    await expectRevert(m.kept.write.record(), "SourceUnusable", [m.redstone.address]);
  });

  it("may be three minutes old when it is written, and says it is of now: no feed can tell", async () => {
    const m = await load();
    const time = (await now(m)) + 1_000n;
    await nextBlockAt(m, time);
    await m.redstone.write.update([eight(2_100), (time - 180n) * 1_000n]);
    expect((await latest(m)).slice(1, 4)).to.deep.equal([eight(2_100), time, time]);
    await goTo(m, time + 10n);
    await nextBlockAt(m, time + 20n);
    await expectRevert(m.redstone.write.update([eight(2_200), (time - 161n) * 1_000n]), "TimestampIsTooOld", [time - 161n, time + 20n]);
  });
});

describe("what a feed on RedStone may be made of", () => {
  it("a feed with at most 36 decimals", async () => {
    const m = await load();
    const deploy = (source: Hex) => m.connection.viem.deployContract("RedstoneFeed", [source, SPACING]);
    const { address } = m.mallory.account;
    await expectRevert(deploy(address), "NotAFeed", [address]);
    for (const [decimals, isFeed] of [
      [0, true],
      [36, true],
      [37, false],
      [255, false],
    ] as const) {
      const source = await m.connection.viem.deployContract("TestFeed", [decimals, FIRST_ROUND_ID]);
      if (isFeed) expect(await (await deploy(source.address)).read.decimals()).to.equal(decimals);
      else await expectRevert(deploy(source.address), "NotAFeed", [source.address]);
    }
  });
});

it("gas of a feed on RedStone", async function () {
  const m = await load();
  await writeAt(m, 2_000, (await now(m)) + 10n);
  await m.kept.write.record();
  const gas = await coldGas(m.connection, m.kept.address);
  const source = await coldGas(m.connection, m.redstone.address);
  expect(Number(gas - source)).to.be.below(9_000);
  this.runnable().title += `: latestRoundData costs ${gas} cold, of which ${source} are the source's`;
});
