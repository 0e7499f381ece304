import { expect } from "chai";
import { unpackVolatilityWord } from "../../sdk/src/math/index.ts";
import { describeAdapter, expectAgreement, expectBlackout, guardOn, poke, storedVariance, word } from "../helpers/adapters.ts";
import { deploySource, scaled, write } from "../helpers/feedSources.ts";
import { CLAMPED, type Clamped, createClamped, MAX, MIN, push } from "../helpers/feeds/clamp.ts";
import {
  changePolicy,
  ETH_USD,
  expectRevert,
  fixture,
  goTo,
  INT256_MAX,
  lower,
  now,
  position,
  preview,
  START_PRICE,
} from "../helpers/market.ts";

const good = fixture(async (connection) => {
  const m = await createClamped(connection);
  await write(m, m.source, START_PRICE);
  return m;
});

const latest = (m: Clamped) => m.clamped.read.latestRoundData();

describe("a feed with bounds", () => {
  describeAdapter(CLAMPED);

  it("has a price inside them, and none on them or beyond", async () => {
    const m = await good();
    for (const answer of [MIN + 1n, scaled(START_PRICE, 8), MAX - 1n]) {
      await push(m, answer);
      expect((await latest(m))[1]).to.equal(answer);
    }
    for (const answer of [1n, MIN - 1n, MIN, MAX, MAX + 1n, INT256_MAX]) {
      await push(m, answer);
      await expectRevert(latest(m), "AnswerOutOfBounds", [answer, MIN, MAX]);
    }
  });

  it("says of a feed without a price that it has none, not where it is", async () => {
    const m = await good();
    for (const answer of [0n, -1n]) {
      await push(m, answer);
      await expectRevert(latest(m), "SourceUnusable", [m.source.address]);
    }
  });

  it("as LUNA's on 12 May 2022: it writes 0.107 each hour while the market is at 0.01, and nobody may build on that", async () => {
    const { connection } = await good();
    const source = await deploySource(connection);
    const [floor, ceiling] = [scaled(0.107, 8), scaled(1_000, 8)];
    const clamped = await connection.viem.deployContract("ClampGuard", [source.address, floor, ceiling]);
    const m = { ...(await guardOn(connection, clamped.address)), source, clamped };
    for (const price of [1.2, 0.6, 0.3, 0.107, 0.107, 0.107]) {
      await goTo(m, (await now(m)) + 3_600n);
      await write(m, source, price);
      const verdict = await preview(m, position({ sizeAfter: 10n ** 18n }));
      expect(verdict.limitSize > 0n, `at ${price}`).to.equal(price > 0.107);
      if (price === 0.107) await expectBlackout(m);
    }
  });

  it("is walked over what was outside: rounds before it count, and the variance does not fall over it", async () => {
    const m = await good();
    await poke(m);
    const start = await now(m);
    const prices = [START_PRICE, START_PRICE, START_PRICE * 0.7, ...Array.from({ length: 30 }, () => 1_000), START_PRICE];
    for (const [i, price] of prices.entries()) {
      await goTo(m, start + 1_200n * BigInt(i + 1));
      await write(m, m.source, price);
    }
    const [first, outside] = [2n + (await m.source.read.latestId()) - BigInt(prices.length), (await m.source.read.latestId()) - 1n];
    expect((await m.clamped.read.getRoundData([first]))[1]).to.equal(scaled(START_PRICE, 8));
    const [id, answer, , updatedAt, answeredInRound] = await m.clamped.read.getRoundData([outside]);
    expect([id, answer, answeredInRound]).to.deep.equal([outside, 0n, 0n]);
    expect(updatedAt > 0n).to.equal(true);
    const before = await storedVariance(m);
    await poke(m);
    expect((await storedVariance(m)) > 2n * before, "the fall before the bound was reached").to.equal(true);
  });

  for (const count of [62, 64, 150]) {
    it(`is walked over ${count} rounds outside in a row`, async () => {
      const m = await good();
      await poke(m);
      const [anchor, start, before] = [await m.source.read.latestId(), await now(m), await storedVariance(m)];
      const times = Array.from({ length: count }, (_, i) => start + 600n * BigInt(i + 1));
      await goTo(m, start + 600n * BigInt(count + 1));
      await m.source.write.pushMany([times.map(() => MIN), times]);
      await write(m, m.source, START_PRICE);
      const { time } = unpackVolatilityWord(await word(m));
      if (count < 100) await poke(m);
      else await m.guard.write.pokeFrom([ETH_USD, anchor]);
      expect(await storedVariance(m), "nobody observed calm").to.equal(before);
      expect(unpackVolatilityWord(await word(m)).time > time).to.equal(true);
      await expectAgreement(m, [position({ sizeAfter: 1n })]);
      const another = await m.connection.viem.deployContract("ClampGuard", [m.source.address, MIN, MAX]);
      await changePolicy(m, { feed: lower(another.address) });
      await poke(m);
      expect(unpackVolatilityWord(await word(m)).samples).to.equal(1n);
    });
  }

  it("is refused where nothing is between its bounds, or they are no answers", async () => {
    const { connection, source } = await good();
    const largest = INT256_MAX;
    const deploy = (min: bigint, max: bigint) => connection.viem.deployContract("ClampGuard", [source.address, min, max]);
    await expectRevert(deploy(5n, 6n), "ConfigOutOfRange", ["maxAnswer", 6n, 7n, largest]);
    await expectRevert(deploy(5n, 0n), "ConfigOutOfRange", ["maxAnswer", 0n, 7n, largest]);
    await expectRevert(deploy(5n, largest + 1n), "ConfigOutOfRange", ["maxAnswer", largest + 1n, 7n, largest]);
    await expectRevert(deploy(largest - 1n, largest), "ConfigOutOfRange", ["minAnswer", largest - 1n, 0n, largest - 2n]);
    const narrow = await deploy(largest - 2n, largest);
    expect(await narrow.read.MIN_ANSWER()).to.equal(largest - 2n);
    expect(await (await deploy(0n, 2n)).read.MAX_ANSWER()).to.equal(2n);
  });
});
