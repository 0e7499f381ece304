import { expect } from "chai";
import { describeAdapter, expectBlackout, poke, storedVariance } from "../helpers/adapters.ts";
import { fail, scaled, strike, write } from "../helpers/feedSources.ts";
import { createSequenced, DOWN, GRACE, SEQUENCED, type Sequenced, turn, UP, UPTIME_FAULTS } from "../helpers/feeds/sequencer.ts";
import { expectRevert, fixture, goTo, now, START_PRICE } from "../helpers/market.ts";

const good = fixture(async (connection) => {
  const m = await createSequenced(connection);
  await write(m, m.source, START_PRICE);
  return m;
});

const latest = (m: Sequenced) => m.sequenced.read.latestRoundData();

describe("a feed on a rollup", () => {
  describeAdapter(SEQUENCED);

  it("is that feed while the sequencer is up: its ids, its prices, its times, its decimals", async () => {
    const m = await good();
    const [id, time] = [await m.source.read.latestId(), await now(m)];
    const [, , , updatedAt] = await latest(m);
    expect(await latest(m)).to.deep.equal([id, scaled(START_PRICE, 8), updatedAt, updatedAt, id]);
    expect(time - updatedAt <= 2n).to.equal(true);
    expect(await m.sequenced.read.getRoundData([id])).to.deep.equal(await latest(m));
    expect(await m.sequenced.read.decimals()).to.equal(8);
    expect((await m.sequenced.read.source()).toLowerCase()).to.equal(m.source.address);
  });

  it("has no price while the sequencer is down, however long, and says since when", async () => {
    const m = await good();
    const since = await now(m);
    await turn(m, DOWN, since);
    for (const seconds of [0n, GRACE, GRACE + 1n, 1_000_000n]) {
      await goTo(m, since + seconds + 10n);
      await write(m, m.source, START_PRICE);
      await expectRevert(latest(m), "SequencerDown", [since]);
    }
  });

  it("has none for the grace period after, to the second, and then it has", async () => {
    const m = await good();
    const since = (await now(m)) + 100n;
    await goTo(m, since);
    await turn(m, UP, since);
    await write(m, m.source, START_PRICE);
    for (const [seconds, hasPrice] of [
      [GRACE - 1n, false],
      [GRACE, false],
      [GRACE + 1n, true],
    ] as const) {
      await goTo(m, since + seconds);
      if (hasPrice) expect((await latest(m))[1]).to.equal(scaled(START_PRICE, 8));
      else await expectRevert(latest(m), "SequencerDown", [since]);
    }
  });

  for (const fault of UPTIME_FAULTS) {
    it(`has none where the uptime feed is in doubt, and nobody can say since when: ${fault}`, async () => {
      const m = await good();
      await strike(m, m.uptime, fault);
      await expectRevert(latest(m), "SequencerDown", [0n]);
    });
  }

  it("has none where the uptime feed says neither up nor down, or never began", async () => {
    const m = await good();
    const time = await now(m);
    for (const [answer, since] of [
      [2n, time - 100_000n],
      [-1n, time - 100_000n],
      [UP, 0n],
      [DOWN, 0n],
      [UP, time + 1_000n],
    ] as const) {
      await turn(m, answer, since);
      await expectRevert(latest(m), "SequencerDown", [0n]);
    }
    await turn(m, UP, time - 100_000n);
    expect((await latest(m))[1]).to.equal(scaled(START_PRICE, 8));
  });

  it("says which of the two fails: the feed under an uptime feed that is well", async () => {
    const m = await good();
    await fail(m.source, "Reverts");
    await expectRevert(latest(m), "SourceUnusable", [m.source.address]);
    const since = await now(m);
    await turn(m, DOWN, since);
    await expectRevert(latest(m), "SequencerDown", [since]);
  });

  it("keeps its history while the sequencer is down, and a guard walks it afterwards", async () => {
    const m = await good();
    await poke(m);
    const before = await storedVariance(m);
    const since = await now(m);
    await turn(m, DOWN, since);
    await goTo(m, since + 1_000n);
    await write(m, m.source, START_PRICE * 0.8);
    const crash = await m.source.read.latestId();
    expect((await m.sequenced.read.getRoundData([crash]))[1]).to.equal(scaled(START_PRICE * 0.8, 8));
    await expectRevert(poke(m), "FeedUnusable", [m.sequenced.address]);
    await expectBlackout(m);
    await turn(m, UP, since + 1_500n);
    await goTo(m, since + 1_500n + GRACE + 1n);
    await write(m, m.source, START_PRICE);
    await poke(m);
    // Down by a fifth in 20 minutes, and back.
    expect((await storedVariance(m)) > 10n * before).to.equal(true);
  });

  it("refuses rounds that do not exist", async () => {
    const m = await good();
    const next = (await m.source.read.latestId()) + 1n;
    for (const id of [0n, next, 2n ** 80n - 1n]) await expectRevert(m.sequenced.read.getRoundData([id]), "NoSuchRound", [id]);
  });

  it("is refused without a grace period or with more than a day of it, and without feeds", async () => {
    const { connection, source, uptime } = await good();
    const nobody = "0x00000000000000000000000000000000000a11ce";
    const deploy = (grace: bigint, uptimeFeed = uptime.address, feed = source.address) =>
      connection.viem.deployContract("SequencerGuard", [feed, uptimeFeed, grace]);
    for (const grace of [0n, 86_401n]) await expectRevert(deploy(grace), "ConfigOutOfRange", ["gracePeriod", grace, 1n, 86_400n]);
    await expectRevert(deploy(1n, nobody), "NotAFeed", [nobody]);
    await expectRevert(deploy(1n, uptime.address, nobody), "NotAFeed", [nobody]);
    for (const grace of [1n, 86_400n]) expect(await (await deploy(grace)).read.GRACE_PERIOD()).to.equal(grace);
  });
});
