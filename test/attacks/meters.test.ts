import { expect } from "chai";
import { getAddress } from "viem";
import { encodeSelfLimit, type Policy, type SelfLimit } from "../../sdk/src/index.ts";
import { unpackGrowthMeter, unpackHighWaterMark } from "../../sdk/src/math/index.ts";
import {
  changePolicy,
  createDirect,
  createMarket,
  type DirectGuard,
  ETH_USD,
  enforce,
  eventOf,
  expectRevert,
  fixture,
  from,
  fund,
  goTo,
  holdClock,
  laterRound,
  limitIndex,
  now,
  position,
  preview,
  revertName,
  START_PRICE,
  type TestMarket,
  type Trader,
  wad,
  warmUp,
} from "../helpers/market.ts";

const USUAL = ["Volatility", "Collateral", "Margin", "OpenInterest"] as const;
const DRAWDOWN: Partial<Policy> = { active: [...USUAL, "Drawdown"], peakHalfLife: 0n };
const GROWTH: Partial<Policy> = { active: [...USUAL, "Growth"], growthCapacity: wad(40), growthPeriod: 4_000n };
const SELF_LIMIT: Partial<Policy> = { active: [...USUAL, "SelfLimit"] };

/** The trade fee is left out, so that what a test adds up is what moved. */
const marketWith = (policy: Partial<Policy>) =>
  fixture(async (connection) => {
    const m = await createMarket(connection, { config: { tradeFee: 0n } });
    await warmUp(m);
    await changePolicy(m, policy);
    return m;
  });
const directWith = (policy: Partial<Policy>) =>
  fixture(async (connection) => {
    const m = await createDirect(connection);
    await warmUp(m, 60);
    await changePolicy(m, policy);
    return m;
  });

async function enter(m: TestMarket, trader: Trader, tokens: bigint, size: bigint): Promise<void> {
  await fund(m, trader, 10n * tokens);
  await m.perp.write.modify([ETH_USD, size, tokens * m.tokenUnit], from(trader));
}

const metersOf = (m: TestMarket | DirectGuard, account: `0x${string}`) => m.guard.read.meters([ETH_USD, account]);

async function markOf(m: TestMarket | DirectGuard, account: `0x${string}`): Promise<bigint> {
  return unpackHighWaterMark((await metersOf(m, account)).highWaterMark).peak;
}

async function levelOf(m: TestMarket, side: "longGrowth" | "shortGrowth" = "longGrowth"): Promise<bigint> {
  return unpackGrowthMeter((await metersOf(m, m.alice.account.address))[side]).level;
}

/** What the account could hold now, long. */
async function limitOf(m: TestMarket, trader: Trader): Promise<bigint> {
  const asked = await m.perp.read.positionAfter([ETH_USD, trader.account.address, 1n, 0n]);
  return (await preview(m, asked)).limitSize;
}

describe("the high-water mark", () => {
  const market = marketWith(DRAWDOWN);
  const direct = directWith(DRAWDOWN);

  it("a flash deposit and its withdrawal leave it where it was, and the limit of a losing account too", async () => {
    const m = await market();
    await enter(m, m.alice, 20_000n, wad(20));
    await laterRound(m, START_PRICE * 0.8, 1_800n);
    const owner = m.alice.account.address;
    await m.perp.write.trade([ETH_USD, -wad(20)], from(m.alice));
    const [mark, limit] = [await markOf(m, owner), await limitOf(m, m.alice)];
    const amount = 150_000n * m.tokenUnit;
    await holdClock(m);
    await m.perp.write.deposit([ETH_USD, amount], from(m.alice));
    expect((await markOf(m, owner)) > 5n * mark, "the mark rose with the money").to.equal(true);
    await holdClock(m);
    await m.perp.write.withdraw([ETH_USD, amount], from(m.alice));
    expect((await markOf(m, owner)) >= mark).to.equal(true);
    expect((await limitOf(m, m.alice)) <= limit).to.equal(true);
  });

  it("a deposit on behalf of a victim changes the victim's drawdown neither way", async () => {
    const m = await direct();
    const victim = { account: "0x00000000000000000000000000000000000f1c71", sizeBefore: wad(0.01), sizeAfter: wad(0.01) } as const;
    await enforce(m, position({ ...victim, equity: wad(1_000), flow: wad(1_000) }));
    await enforce(m, position({ ...victim, equity: wad(700) }));
    const before = await preview(m, position({ ...victim, sizeBefore: 0n, equity: wad(700) }));
    for (const gift of [1n, wad(1), wad(1_000_000)]) {
      await enforce(m, position({ ...victim, equity: wad(700) + gift, flow: gift }));
      const richer = await preview(m, position({ ...victim, sizeBefore: 0n, equity: wad(700) + gift }));
      // As much more as there is more money, and not a unit more than that.
      const scaled = (before.limitSize * (wad(700) + gift)) / wad(700);
      expect(richer.limitSize <= scaled + scaled / 10n ** 15n).to.equal(true);
      if (gift < wad(2)) expect(richer.limitSize >= before.limitSize - before.limitSize / 10n ** 12n).to.equal(true);
      await enforce(m, position({ ...victim, equity: wad(700), flow: -gift }));
    }
    const after = await preview(m, position({ ...victim, sizeBefore: 0n, equity: wad(700) }));
    expect(after.limitSize <= before.limitSize && after.limitSize >= before.limitSize - before.limitSize / 10n ** 12n).to.equal(true);
  });

  it("a price spike raises nobody's mark: profit that is not realised is no equity", async () => {
    const m = await market();
    await enter(m, m.alice, 20_000n, wad(5));
    const owner = m.alice.account.address;
    const mark = await markOf(m, owner);
    await laterRound(m, START_PRICE * 2, 1_800n);
    // Whoever makes the victim act at the spike, a deposit for it for instance, raises the mark by the money alone.
    await m.perp.write.deposit([ETH_USD, 1_000n * m.tokenUnit], from(m.alice));
    expect((await markOf(m, owner)) <= (mark * 21n) / 20n + mark / 1_000n).to.equal(true);
    await laterRound(m, START_PRICE, 1_800n);
    const asked = await m.perp.read.positionAfter([ETH_USD, owner, 1n, 0n]);
    expect(asked.equity >= (await markOf(m, owner)) - mark / 500n, "back at its mark, less the funding").to.equal(true);
  });

  it("an account that lost everything, and then wins something back, is as far below its mark as it is", async () => {
    const m = await direct();
    const loser = { sizeBefore: wad(1), sizeAfter: wad(1) } as const;
    await enforce(m, position({ ...loser, equity: wad(1_000), flow: wad(1_000) }));
    await enforce(m, position({ ...loser, equity: -wad(5), sizeAfter: wad(1) - 1n }));
    expect(await markOf(m, position().account)).to.equal(wad(1_000));
    const verdict = await preview(m, position({ equity: wad(500), sizeAfter: 1n }));
    expect([verdict.limitSize, verdict.limit]).to.deep.equal([0n, limitIndex("Drawdown")]);
  });

  it("a withdrawal shrinks it in proportion: who takes half out keeps the drawdown, and no more", async () => {
    const m = await direct();
    await enforce(m, position({ equity: wad(1_000), flow: wad(1_000) }));
    await enforce(m, position({ equity: wad(800) }));
    await enforce(m, position({ equity: wad(400), flow: -wad(400) }));
    expect(await markOf(m, position().account)).to.equal(wad(500));
  });

  it("nothing in it refuses a reduction: at the floor, without equity, with a mark of 2^128 - 1", async () => {
    const m = await direct();
    for (const equity of [wad(1_000), wad(400), 0n, -(2n ** 255n), 2n ** 255n - 1n, wad(1)]) {
      await enforce(m, position({ equity, flow: equity > 0n ? 0n : -1n, sizeBefore: wad(2), sizeAfter: 0n }));
      await enforce(m, position({ equity, sizeBefore: wad(2), sizeAfter: wad(1) }));
    }
  });
});

describe("the growth bucket", () => {
  const market = marketWith(GROWTH);

  it("an open-close loop takes nothing from it", async () => {
    const m = await market();
    await enter(m, m.bob, 20_000n, wad(5));
    await fund(m, m.alice, 100_000n);
    await m.perp.write.deposit([ETH_USD, 100_000n * m.tokenUnit], from(m.alice));
    const level = await levelOf(m);
    for (let i = 0; i < 8; i++) {
      await holdClock(m);
      await m.perp.write.trade([ETH_USD, wad(30)], from(m.alice));
      await holdClock(m);
      await (i % 2 === 0
        ? m.perp.write.trade([ETH_USD, -wad(30)], from(m.alice))
        : m.perp.write.modify([ETH_USD, -wad(30), -1n], from(m.alice)));
      expect(await levelOf(m), `after loop ${i}`).to.equal(level);
    }
  });

  it("a flip counts what it opens on one side, and gives back what it closes on the other", async () => {
    const m = await market();
    await enter(m, m.alice, 50_000n, wad(30));
    expect([await levelOf(m), await levelOf(m, "shortGrowth")]).to.deep.equal([wad(30), 0n]);
    await holdClock(m);
    await m.perp.write.trade([ETH_USD, -wad(50)], from(m.alice));
    expect([await levelOf(m), await levelOf(m, "shortGrowth")]).to.deep.equal([0n, wad(20)]);
  });

  it("a sandwich of the last headroom holds the victim up for a block, and leaves the headroom to it", async () => {
    const m = await market();
    for (const trader of [m.alice, m.mallory]) {
      await fund(m, trader, 100_000n);
      await m.perp.write.deposit([ETH_USD, 100_000n * m.tokenUnit], from(trader));
    }
    const order = wad(25);
    await holdClock(m);
    await m.perp.write.trade([ETH_USD, wad(30)], from(m.mallory));
    await holdClock(m);
    expect(await revertName(m.perp.write.trade([ETH_USD, order], from(m.alice)))).to.equal("SizeExceeded");
    const asked = await preview(m, await m.perp.read.positionAfter([ETH_USD, m.alice.account.address, order, 0n]));
    expect(asked.limit).to.equal(limitIndex("Growth"));
    await holdClock(m);
    await m.perp.write.close([ETH_USD], from(m.mallory));
    await holdClock(m);
    await m.perp.write.trade([ETH_USD, order], from(m.alice));
  });

  it("grows back at its rate, and a side that is full still lets everybody reduce", async () => {
    const m = await market();
    await enter(m, m.alice, 100_000n, wad(40));
    await fund(m, m.bob, 100_000n);
    await m.perp.write.deposit([ETH_USD, 100_000n * m.tokenUnit], from(m.bob));
    await holdClock(m);
    expect(await revertName(m.perp.write.trade([ETH_USD, wad(4)], from(m.bob)))).to.equal("SizeExceeded");
    await m.perp.write.trade([ETH_USD, -wad(1)], from(m.alice));
    // A hundredth of the bucket for each 40 s.
    await goTo(m, (await now(m)) + 400n);
    await m.perp.write.trade([ETH_USD, wad(5)], from(m.bob));
    expect(await revertName(m.perp.write.trade([ETH_USD, wad(1)], from(m.bob)))).to.equal("SizeExceeded");
  });
});

describe("what an account allows itself", () => {
  const market = marketWith(SELF_LIMIT);
  const limit = (changes: Partial<SelfLimit> = {}): SelfLimit => ({
    maxNotional: wad(10_000),
    kelly: null,
    expiry: 4_000_000_000n,
    ...changes,
  });
  const set = (m: TestMarket, trader: Trader, own: SelfLimit) => m.guard.write.setSelfLimit([ETH_USD, encodeSelfLimit(own)], from(trader));

  it("holds at the exchange, names itself, and never stands in the way out", async () => {
    const m = await market();
    await enter(m, m.alice, 20_000n, wad(6));
    const hash = await set(m, m.alice, limit());
    expect(await eventOf(m, hash, "SelfLimitSet")).to.deep.equal({
      market: ETH_USD,
      account: getAddress(m.alice.account.address),
      selfLimit: encodeSelfLimit(limit()),
    });
    // Six of 2 000 are more than 10 000 already: they may stay, and only shrink.
    const asked = await preview(m, await m.perp.read.positionAfter([ETH_USD, m.alice.account.address, 1n, 0n]));
    expect([asked.limit, asked.limitSize, asked.allowed]).to.deep.equal([limitIndex("SelfLimit"), wad(5), false]);
    expect(await revertName(m.perp.write.trade([ETH_USD, 1n], from(m.alice)))).to.equal("SizeExceeded");
    await m.perp.write.trade([ETH_USD, -wad(2)], from(m.alice));
    await m.perp.write.trade([ETH_USD, wad(1)], from(m.alice));
    await m.perp.write.close([ETH_USD], from(m.alice));
  });

  it("can't be loosened before it expires: not by its owner in a bad moment, and not by anybody else at all", async () => {
    const m = await market();
    const expiry = (await now(m)) + 86_400n;
    await set(m, m.alice, limit({ expiry }));
    const current = (await metersOf(m, m.alice.account.address)).selfLimit;
    const args = [ETH_USD, m.alice.account.address, current];
    for (const looser of [
      { maxNotional: wad(10_001), expiry },
      { expiry: expiry - 1n },
      { maxNotional: null, kelly: FULL_KELLY, expiry },
    ]) {
      await expectRevert(set(m, m.alice, limit(looser)), "SelfLimitLoosens", args);
    }
    await set(m, m.mallory, limit({ maxNotional: null, kelly: FULL_KELLY }));
    expect((await metersOf(m, m.alice.account.address)).selfLimit).to.equal(current);
    await set(m, m.alice, limit({ maxNotional: wad(9_000), kelly: FULL_KELLY, expiry }));
    await goTo(m, expiry);
    await set(m, m.alice, limit({ maxNotional: wad(50_000), expiry: expiry + 86_400n }));
  });

  it("says nothing once it has expired, in the second of its expiry", async () => {
    const m = await market();
    await enter(m, m.alice, 20_000n, wad(1));
    const expiry = (await now(m)) + 600n;
    await set(m, m.alice, limit({ expiry }));
    const grown = await m.perp.read.positionAfter([ETH_USD, m.alice.account.address, 1n, 0n]);
    expect((await preview(m, grown)).limit).to.equal(limitIndex("SelfLimit"));
    await goTo(m, expiry);
    expect((await preview(m, grown)).limit).to.not.equal(limitIndex("SelfLimit"));
  });
});

const FULL_KELLY = { kind: "continuous", fraction: wad(1), edge: wad(1) } as const;
