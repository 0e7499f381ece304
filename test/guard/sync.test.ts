import { expect } from "chai";
import { zeroAddress } from "viem";
import { marketId } from "../../scripts/lib/market.ts";
import { check, encodePolicy, LIMITS, ORACLE_STATUSES } from "../../sdk/src/index.ts";
import { PUSHED_VARIANCE_FADE, PUSHED_VARIANCE_RAMP, pushedVarianceAt, unpackPushedVariance, WAD } from "../../sdk/src/math/index.ts";
import { getSnapshot } from "../../sdk/src/viem/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  createDirect,
  ETH_USD,
  enforce,
  eventsOf,
  expectRevert,
  fixture,
  from,
  goTo,
  lower,
  nextBlockAt,
  now,
  position,
  preview,
  pushRound,
  revertName,
  START_PRICE,
  warmUp,
} from "../helpers/market.ts";

const DAY = 86_400n;
const small = position({ sizeAfter: 1n });

/** A calm market whose policy listens to a source, up to 300 % a year. It has said nothing yet. */
async function createListening(connection: Parameters<typeof createDirect>[0]) {
  const source = await connection.viem.deployContract("TestVarianceSource");
  const lens = await connection.viem.deployContract("SizingLens");
  const m = await createDirect(connection, {
    usesPushedVariance: true,
    varianceSource: lower(source.address),
    maxVolatility: 3n * WAD,
    maxAge: 600_000n,
    heartbeat: 500_000n,
  });
  await warmUp(m, 24 * 20);
  return { ...m, source, lens };
}
type Listening = Awaited<ReturnType<typeof createListening>>;
const listening = fixture(createListening);

/** The source says this variance, for an hour unless told otherwise, and somebody asks it in a block at `time`. */
async function hear(m: Listening, variance: bigint, time: bigint, valid = 3_600n): Promise<void> {
  await m.source.write.say([ETH_USD, variance, time + valid]);
  await nextBlockAt(m, time);
  await m.guard.write.sync([ETH_USD]);
}

const max = (x: bigint, y: bigint): bigint => (x > y ? x : y);
const pushed = async (m: Listening): Promise<bigint> => (await m.guard.read.meters([ETH_USD, zeroAddress])).pushedVariance;
const used = async (m: Listening): Promise<bigint> => (await preview(m, small)).variance;

describe(`what others say of the variance (SEED=${SEED})`, () => {
  it("comes into force by and by, holds while it is stood by, and fades: as the SDK says, at every time", async () => {
    const m = await listening();
    const own = await used(m);
    const begin = (await now(m)) + 100n;
    await hear(m, 4n * WAD, begin);
    const word = await pushed(m);
    expect(unpackPushedVariance(word)).to.deep.equal({ until: begin + 3_600n, begin, target: 4n * WAD, from: 0n });
    const seen: bigint[] = [];
    for (const later of [1n, 60n, 900n, 1_799n, 1_800n, 3_600n, 3_601n, 46_800n, 89_000n, 90_000n, 90_001n]) {
      await goTo(m, begin + later);
      const others = pushedVarianceAt(word, begin + later);
      expect(await used(m), `${later} s later`).to.equal(max(others, own));
      seen.push(others);
    }
    expect(seen[2]).to.equal(2n * WAD);
    expect(seen[4]).to.equal(4n * WAD);
    expect(seen[7]).to.equal(2n * WAD);
    expect(seen.slice(-2)).to.deep.equal([0n, 0n]);
    expect(own > 0n && own < WAD, "the market's own").to.equal(true);
  });

  it("only raises: what is below the market's own estimate changes nothing", async () => {
    const m = await listening();
    const before = await preview(m, small);
    await hear(m, before.variance - 1n, (await now(m)) + 10n);
    await goTo(m, (await now(m)) + PUSHED_VARIANCE_RAMP);
    const after = await preview(m, small);
    expect(after.variance).to.equal(before.variance);
  });

  it("never jumps, whatever is said and whenever it is asked for", async () => {
    const m = await listening();
    const random = new Random(SEED, "sync");
    const largest = 9n * WAD;
    let [time, last] = [await now(m), 0n];
    for (let step = 0; step < 120; step++) {
      const before = time;
      time += random.pick([1n, 12n, 600n, 1_799n, 1_800n, 1_801n, 40_000n]);
      if (random.oneIn(2)) await hear(m, random.logBetween(WAD, 16n * WAD), time, random.pick([1n, 600n, 3_600n, 40n * DAY]));
      else await goTo(m, time);
      const value = pushedVarianceAt(await pushed(m), time);
      const passed = time - before;
      const steepest = (largest * passed) / PUSHED_VARIANCE_RAMP + 2n;
      const distance = value > last ? value - last : last - value;
      expect(distance <= steepest, `step ${step}: ${last} to ${value} in ${passed} s`).to.equal(true);
      expect(value <= largest, "no more than the policy believes").to.equal(true);
      last = value;
    }
  });

  it("can't be drawn out by asking all the time", async () => {
    const m = await listening();
    const begin = (await now(m)) + 60n;
    await hear(m, 4n * WAD, begin);
    for (let later = 12n; later < PUSHED_VARIANCE_RAMP; later += 120n) await hear(m, 4n * WAD - later, begin + later);
    await goTo(m, begin + PUSHED_VARIANCE_RAMP);
    expect(pushedVarianceAt(await pushed(m), begin + PUSHED_VARIANCE_RAMP)).to.equal(4n * WAD);
  });

  it("said again in time it only holds for longer; once it fades it has to rise again", async () => {
    const m = await listening();
    const begin = (await now(m)) + 60n;
    await hear(m, 4n * WAD, begin);
    await hear(m, 4n * WAD, begin + 600n, 7_200n);
    expect(unpackPushedVariance(await pushed(m))).to.deep.equal({ until: begin + 7_800n, begin, target: 4n * WAD, from: 0n });
    const faded = begin + 7_800n + PUSHED_VARIANCE_FADE / 2n;
    await hear(m, 4n * WAD, faded);
    expect(unpackPushedVariance(await pushed(m))).to.deep.equal({ until: faded + 3_600n, begin: faded, target: 4n * WAD, from: 2n * WAD });
  });

  it("is believed no further than the policy says, nor for longer than a week", async () => {
    const m = await listening();
    const begin = (await now(m)) + 60n;
    await hear(m, 2n ** 256n - 1n, begin, 2n ** 255n);
    expect(unpackPushedVariance(await pushed(m))).to.deep.equal({ until: begin + 7n * DAY, begin, target: 9n * WAD, from: 0n });
  });

  it("forces nobody to reduce: what is held stays, shrinks and is recorded; only more is refused", async () => {
    const m = await listening();
    // The price ages by the second.
    const limitSize = ((await preview(m, small)).limitSize * 9n) / 10n;
    const held = { sizeBefore: limitSize, sizeAfter: limitSize };
    await enforce(m, position({ sizeAfter: limitSize }));
    await hear(m, 9n * WAD, (await now(m)) + 60n, 7n * DAY);
    await goTo(m, (await now(m)) + PUSHED_VARIANCE_RAMP);
    const after = await preview(m, position(held));
    expect(after.limitSize < limitSize / 2n, "the limit falls").to.equal(true);
    expect([after.allowed, after.maxSize]).to.deep.equal([true, limitSize]);
    await enforce(m, position(held));
    await enforce(m, position({ sizeBefore: limitSize, sizeAfter: limitSize - 1n }));
    await m.guard.write.record([ETH_USD, position({ sizeBefore: limitSize, sizeAfter: limitSize / 3n })], from(m.protocol));
    const more = position({ sizeBefore: limitSize, sizeAfter: limitSize + 1n });
    expect(await revertName(enforce(m, more))).to.equal("SizeExceeded");
  });

  for (const [fault, name] of [
    [1, "reverts"],
    [2, "returns nothing"],
    [3, "returns too little"],
    [5, "burns its gas"],
  ] as const) {
    it(`a source that ${name} says nothing: what it said before fades`, async () => {
      const m = await listening();
      const begin = (await now(m)) + 60n;
      await hear(m, 4n * WAD, begin);
      const word = await pushed(m);
      await m.source.write.setFault([fault]);
      await goTo(m, begin + 3_600n + PUSHED_VARIANCE_FADE / 2n);
      const gas = { gas: 2_000_000n };
      await expectRevert(m.guard.write.sync([ETH_USD], gas), "VarianceSourceUnusable", [m.source.address]);
      expect(await pushed(m)).to.equal(word);
      expect(pushedVarianceAt(word, await now(m)) < 2n * WAD + WAD / 100n).to.equal(true);
      await enforce(m, small);
    });
  }

  it("a source that answers too much is heard, and pays for it itself", async () => {
    const m = await listening();
    await m.source.write.setFault([4]);
    await hear(m, 4n * WAD, (await now(m)) + 60n);
    expect(unpackPushedVariance(await pushed(m)).target).to.equal(4n * WAD);
  });

  it("a source that no longer stands by what it says has nothing to say", async () => {
    const m = await listening();
    const time = (await now(m)) + 60n;
    await m.source.write.say([ETH_USD, 4n * WAD, time]);
    await nextBlockAt(m, time);
    await expectRevert(m.guard.write.sync([ETH_USD]), "VarianceSourceUnusable", [m.source.address]);
  });

  it("a caller can't choose what is heard by sending too little gas", async () => {
    const m = await listening();
    await m.source.write.say([ETH_USD, 4n * WAD, (await now(m)) + DAY]);
    const outcome = await m.guard.write.sync([ETH_USD], { gas: 400_000n }).then(
      () => "went through",
      () => "failed",
    );
    expect(outcome).to.equal("failed");
    expect(await pushed(m)).to.equal(0n);
  });

  it("nobody is asked where the policy names nobody, and a market without a policy has nobody to ask", async () => {
    const m = await listening();
    const [other, unset] = [marketId("other"), marketId("unset")];
    const words = encodePolicy({ ...m.policy, usesPushedVariance: false, varianceSource: zeroAddress, maxVolatility: 0n });
    await m.guard.write.setPolicy([other, words]);
    await expectRevert(m.guard.write.sync([other]), "VarianceSourceUnusable", [zeroAddress]);
    await expectRevert(m.guard.write.sync([unset]), "PolicyNotSet", [unset]);
  });

  it("does not count where the policy does not listen, and is kept for when it does", async () => {
    const m = await listening();
    const own = await used(m);
    await hear(m, 4n * WAD, (await now(m)) + 60n, 7n * DAY);
    await goTo(m, (await now(m)) + PUSHED_VARIANCE_RAMP);
    await m.guard.write.setPolicy([ETH_USD, encodePolicy({ ...m.policy, usesPushedVariance: false })]);
    expect(await used(m)).to.equal(own);
    await m.guard.write.setPolicy([ETH_USD, m.words]);
    expect(await used(m)).to.equal(4n * WAD);
  });

  it("is said once for each change, and is in no stored observation", async () => {
    const m = await listening();
    const [stored, observed] = [await m.guard.read.volatilityWord([ETH_USD]), await m.guard.read.variance([ETH_USD])];
    const begin = (await now(m)) + 60n;
    await m.source.write.say([ETH_USD, 4n * WAD, begin + DAY]);
    await nextBlockAt(m, begin);
    const hash = await m.guard.write.sync([ETH_USD]);
    expect((await eventsOf(m, hash)).map(({ name, args }) => [name, args])).to.deep.equal([
      ["VarianceSynced", { market: ETH_USD, word: await pushed(m) }],
    ]);
    expect(await eventsOf(m, await m.guard.write.sync([ETH_USD])), "nothing new").to.deep.equal([]);
    await goTo(m, begin + PUSHED_VARIANCE_RAMP);
    expect(await m.guard.read.volatilityWord([ETH_USD])).to.equal(stored);
    expect(await m.guard.read.variance([ETH_USD])).to.equal(observed);
  });

  it("check answers from one snapshot for every later time as preview does then", async () => {
    const m = await listening();
    await hear(m, 4n * WAD, (await now(m)) + 60n);
    await pushRound(m, START_PRICE);
    const snapshot = await getSnapshot(m.publicClient, { lens: m.lens.address, guard: m.guard.address, market: ETH_USD });
    const asked = position({ sizeAfter: WAD });
    for (const later of [1n, 700n, 1_800n, 5_000n, 50_000n, 95_000n]) {
      const time = snapshot.timestamp + later;
      await goTo(m, time);
      const { limit, limitSize, maxSize, variance, status } = check(snapshot, asked, time);
      const verdict = await preview(m, asked);
      expect([limitSize, maxSize, variance], `${later} s later`).to.deep.equal([verdict.limitSize, verdict.maxSize, verdict.variance]);
      expect([limit, status]).to.deep.equal([LIMITS[verdict.limit], ORACLE_STATUSES[verdict.status]]);
    }
  });
});
