import { expect } from "chai";
import { decodeFunctionResult, encodeFunctionData, maxUint128 } from "viem";
import { BAD_SPACINGS, describeAdapter, expectAgreement, INITIAL_VARIANCE, poke, storedVariance, word } from "../helpers/adapters.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { freshAnswer, scaled, write } from "../helpers/feedSources.ts";
import { createShare, donate, lose, SHARE, type Share } from "../helpers/feeds/share.ts";
import { enforce, expectRevert, fixture, goTo, INT256_MAX, now, position, preview, START_PRICE } from "../helpers/market.ts";

const WAD = 10n ** 18n;
const YEAR = 31_536_000n;
const DAY = 86_400n;
const tiny = position({ sizeAfter: 10n ** 12n });

const answerOf = async (m: Share): Promise<bigint> => (await m.share.read.latestRoundData())[1];
const ratioOf = (m: Share): Promise<bigint> => m.vault.read.convertToAssets([m.oneShare]);

/** The most a share may be worth at this time. */
function maxRatioAt({ config }: Share, time: bigint): bigint {
  return config.snapshotRatio + (config.snapshotRatio * config.maxYearlyGrowth * (time - config.snapshotTime)) / (WAD * YEAR);
}

/** The answer as the description has it, from an asset's price that is fine. */
async function describedAnswer(m: Share, assetAnswer: bigint): Promise<bigint> {
  const most = maxRatioAt(m, await now(m));
  let ratio = await ratioOf(m);
  if (ratio > most) ratio = most;
  const state = { answer: assetAnswer, updatedAt: 1n, fault: "None", heartbeat: 2n ** 40n } as const;
  const { feedDecimals: decimals } = m.shape;
  const price = freshAnswer({ ...state, decimals, decimalsNow: decimals }, m.shape.decimals, await now(m)) ?? 0n;
  return (price * ratio + m.oneAsset - 1n) / m.oneAsset;
}

const fresh = fixture(async (connection) => {
  const m = await createShare(connection);
  await write(m, m.asset, START_PRICE);
  return m;
});

/** Calm recordings, until the guard trusts them. */
const warm = fixture(async (connection) => {
  const m = await createShare(connection);
  const start = await now(m);
  for (let i = 1n; i <= 48n; i++) {
    await goTo(m, start + 1_800n * i);
    await write(m, m.asset, START_PRICE);
    await m.share.write.record();
    await poke(m);
  }
  expect((await storedVariance(m)) < INITIAL_VARIANCE).to.equal(true);
  return m;
});

describe("a vault's share", () => {
  describeAdapter(SHARE);

  for (const assetDecimals of [6, 18, 24]) {
    for (const offset of [0, 12]) {
      for (const [feedDecimals, decimals] of [
        [8, 8],
        [18, 8],
        [0, 18],
        [36, 36],
        [8, 36],
        [8, 0],
      ] as const) {
        it(`of ${assetDecimals + offset} decimals on an asset of ${assetDecimals}, priced in ${feedDecimals}, is exact in ${decimals}`, async () => {
          const { connection } = await fresh();
          const m = await createShare(connection, { assetDecimals, offset, feedDecimals, decimals });
          const answer = scaled(START_PRICE, feedDecimals) + 1n;
          await m.asset.write.push([answer, await now(m)]);
          expect(await answerOf(m)).to.equal(await describedAnswer(m, answer));
          await lose(m, 123n * m.oneAsset + 7n);
          expect(await answerOf(m)).to.equal(await describedAnswer(m, answer));
          await donate(m, 124n * m.oneAsset);
          expect(await answerOf(m)).to.equal(await describedAnswer(m, answer));
          await donate(m, 500n * m.oneAsset + 3n);
          expect(await answerOf(m)).to.equal(await describedAnswer(m, answer));
        });
      }
    }
  }

  it("is worth what the vault says, up to a line that rises with time, to the second", async () => {
    const m = await fresh();
    await donate(m, 1_000n * m.oneAsset);
    const start = await now(m);
    for (const seconds of [0n, 1n, 3_600n, 30n * DAY, YEAR - 10n * DAY]) {
      await goTo(m, start + seconds);
      const most = maxRatioAt(m, await now(m));
      expect(await m.share.read.maxRatio()).to.equal(most);
      expect(await answerOf(m)).to.equal((scaled(START_PRICE, 8) * most + m.oneAsset - 1n) / m.oneAsset);
    }
    // Some seconds more than a year after the snapshot: ten per cent of it.
    expect(((await m.share.read.maxRatio()) * 1_000n) / m.config.snapshotRatio).to.equal(1_100n);
  });

  it("reaches the line exactly, and one unit more is worth nothing", async () => {
    const { connection } = await fresh();
    const m = await createShare(connection, { decimals: 36, feedDecimals: 36, growth: 0n });
    await m.asset.write.push([10n ** 36n, await now(m)]);
    expect(await answerOf(m)).to.equal(m.config.snapshotRatio * 10n ** 18n);
    await donate(m, 1_001n);
    expect((await ratioOf(m)) > m.config.snapshotRatio).to.equal(true);
    expect(await answerOf(m)).to.equal(m.config.snapshotRatio * 10n ** 18n);
    await lose(m, 2_002n);
    expect((await ratioOf(m)) < m.config.snapshotRatio).to.equal(true);
    expect(await answerOf(m)).to.equal((await ratioOf(m)) * 10n ** 18n);
  });

  it(`is never worth more than the line by any donation, and less by any loss at once (SEED=${SEED})`, async () => {
    const m = await fresh();
    const random = new Random(SEED, "donations");
    const price = scaled(START_PRICE, 8);
    for (let i = 0; i < 100; i++) {
      await goTo(m, (await now(m)) + BigInt(random.below(100_000)));
      const assets = 10n ** BigInt(random.below(24));
      const held = await m.token.read.balanceOf([m.vault.address]);
      if (random.below(2) === 0) await donate(m, assets);
      else await lose(m, assets < held ? assets : held / 2n);
      const [ratio, most] = [await ratioOf(m), maxRatioAt(m, await now(m))];
      if (ratio === 0n) continue;
      const answer = await answerOf(m);
      expect(answer).to.equal(await describedAnswer(m, price));
      expect(answer <= (price * most) / m.oneAsset + 1n && answer <= (price * ratio) / m.oneAsset + 1n).to.equal(true);
    }
  });
});

describe("an attack on a share's price", () => {
  it("by a donation of ten times the vault moves it to its line and no further, for as long as it lasts", async () => {
    const m = await warm();
    const before = await preview(m, tiny);
    await donate(m, 10_000n * m.oneAsset);
    const after = await preview(m, tiny);
    // Ten days and the warm-up at ten per cent a year: 0.3 %.
    expect(after.price > before.price && after.price * 1_000n < before.price * 1_004n).to.equal(true);
    expect(after.limitSize * 1_000n > before.limitSize * 990n, "nor is anybody's limit taken away").to.equal(true);
    await expectAgreement(m, [tiny]);
    await goTo(m, (await now(m)) + 1_800n);
    await write(m, m.asset, START_PRICE);
    await m.share.write.record();
    await poke(m);
    expect((await storedVariance(m)) < INITIAL_VARIANCE, "nor the variance raised").to.equal(true);
  });

  it("and a loss of a third: the price is a third lower at once, the variance with the asset's next round", async () => {
    const m = await warm();
    const [before, stored] = [await preview(m, tiny), await word(m)];
    await lose(m, (await m.token.read.balanceOf([m.vault.address])) / 3n);
    const after = await preview(m, tiny);
    expect(after.price * 1_000n > before.price * 666n && after.price * 1_000n < before.price * 667n).to.equal(true);
    await enforce(m, tiny);
    await poke(m);
    expect(await word(m), "of one time there is one price in it").to.equal(stored);
    await goTo(m, (await now(m)) + 1_200n);
    await write(m, m.asset, START_PRICE);
    expect((await preview(m, tiny)).variance > 10n * before.variance, "unrecorded").to.equal(true);
    await m.share.write.record();
    await poke(m);
    expect((await storedVariance(m)) > 10n * before.variance, "recorded").to.equal(true);
  });

  it("does not choose the outcome by gas: a starved vault is no vault worth less", async () => {
    const m = await fresh();
    const { abi, address } = m.share;
    const data = encodeFunctionData({ abi, functionName: "latestRoundData" });
    const whole = await answerOf(m);
    let answers = 0;
    for (let gas = 30_000n; gas < 500_000n; gas += 7_000n) {
      const answer = await m.publicClient.call({ to: address, data, gas }).catch(() => null);
      if (answer === null) continue;
      answers++;
      expect(decodeFunctionResult({ abi, functionName: "latestRoundData", data: answer.data ?? "0x" })[1]).to.equal(whole);
    }
    expect(answers).to.be.greaterThan(5);
  });

  it("by a vault of any worth ends at the line, and by an asset of any price at no price", async () => {
    const m = await fresh();
    const { setCode } = m.connection.networkHelpers;
    // Answers each call with a word of ones.
    await setCode(m.vault.address, "0x5f195f5260205ff3");
    expect(await answerOf(m)).to.equal((scaled(START_PRICE, 8) * maxRatioAt(m, await now(m)) + m.oneAsset - 1n) / m.oneAsset);
    await m.asset.write.push([INT256_MAX, await now(m)]);
    await expectRevert(answerOf(m), "SourceUnusable", [m.share.address]);
  });
});

describe("a share's configuration", () => {
  const deploy = (m: Share, overrides: Partial<Share["config"]>) =>
    m.connection.viem.deployContract("ShareFeed", [{ ...m.config, ...overrides }]);

  const refused: readonly (readonly [name: string, overrides: Partial<Share["config"]>, args: readonly unknown[]])[] = [
    ["decimals", { decimals: 37 }, [37n, 0n, 36n]],
    ["maxYearlyGrowth", { maxYearlyGrowth: WAD + 1n }, [WAD + 1n, 0n, WAD]],
    ...BAD_SPACINGS.map((minSpacing) => ["minSpacing", { minSpacing }, [minSpacing, 600n, 86_400n]] as const),
  ];
  for (const [name, overrides, args] of refused) {
    it(`is refused with ${name} at ${args[0]}`, async () => {
      await expectRevert(deploy(await fresh(), overrides), "ConfigOutOfRange", [name, ...args]);
    });
  }

  it("takes a snapshot of the last year, and none of the future", async () => {
    const m = await fresh();
    const time = (await now(m)) + 100n;
    for (const [snapshotTime, isFine] of [
      [time, true],
      [time + 1n, false],
      [time - 365n * DAY, true],
      [time - 365n * DAY - 1n, false],
    ] as const) {
      await m.connection.networkHelpers.time.setNextBlockTimestamp(time);
      const action = deploy(m, { snapshotTime });
      if (isFine) expect(await (await action).read.SNAPSHOT_TIME()).to.equal(snapshotTime);
      else await expectRevert(action, "ConfigOutOfRange", ["snapshotTime", snapshotTime, time - 365n * DAY, time]);
      await fresh();
    }
  });

  it("takes a snapshot that the vault has not fallen below, nor outgrown", async () => {
    const m = await fresh();
    const { snapshotRatio } = m.config;
    const over = snapshotRatio + 1n;
    await expectRevert(deploy(m, { snapshotRatio: over }), "ConfigOutOfRange", ["snapshotRatio", over, 100_000n, snapshotRatio]);
    await expectRevert(deploy(m, { snapshotRatio: 99_999n }), "ConfigOutOfRange", ["snapshotRatio", 99_999n, 100_000n, snapshotRatio]);
    await deploy(m, { maxYearlyGrowth: 0n });
    await donate(m, 100n * m.oneAsset);
    const ratio = await ratioOf(m);
    await expectRevert(deploy(m, { maxYearlyGrowth: 0n }), "SnapshotTooLow", [ratio, snapshotRatio]);
    expect(await (await deploy(m, { snapshotRatio: ratio })).read.SNAPSHOT_RATIO()).to.equal(ratio);
  });

  it("needs a vault whose ratio has enough digits, and feeds that are some", async () => {
    const { connection, ...m } = await fresh();
    await expectRevert(createShare(connection, { assetDecimals: 2 }), "ConfigOutOfRange", ["ratio", 100n, 100_000n, maxUint128]);
    const nobody = "0x00000000000000000000000000000000000a11ce";
    await expectRevert(deploy({ connection, ...m } as Share, { assetFeed: nobody }), "NotAFeed", [nobody]);
    expect((await m.share.read.assetFeed()).toLowerCase()).to.equal(m.asset.address);
  });
});
