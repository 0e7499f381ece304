import { expect } from "chai";
import {
  CONFIG,
  createMarket,
  ETH_USD,
  eventOf,
  eventsOf,
  expectRevert,
  fixture,
  from,
  fund,
  goTo,
  holdClock,
  laterRound,
  now,
  open,
  pushRound,
  START_PRICE,
  setFault,
  setMode,
  type TestMarket,
  wad,
  warmUp,
} from "../helpers/market.ts";

const W = 10n ** 18n;
const SIZE = wad(10);

/** Alice is long ten with 1 000 of collateral, twenty times leverage; no guard and no funding stand in the way. */
const leveraged = fixture(async (connection) => {
  const m = await createMarket(connection, { policy: { mode: "Off" }, config: { maxFundingRate: 0n } });
  await warmUp(m, 60);
  await open(m, m.alice, 1_000n, SIZE);
  await fund(m, m.bob, 100_000n);
  return m;
});

const FEE = (SIZE * wad(START_PRICE) * CONFIG.tradeFee) / W / W;
const COLLATERAL = 1_000n * W - FEE;

const accountOf = (m: TestMarket) => m.perp.read.account([ETH_USD, m.alice.account.address]);
const balanceOf = (m: TestMarket, wallet: { account: { address: `0x${string}` } }) => m.token.read.balanceOf([wallet.account.address]);
const liquidate = (m: TestMarket): Promise<`0x${string}`> => m.perp.write.liquidate([ETH_USD, m.alice.account.address], from(m.keeper));

describe("a liquidation", () => {
  it("is refused at the maintenance margin, and goes through a cent below it", async () => {
    const m = await leveraged();
    // equity = 990 − 10·(2000 − p) and maintenance = 0.1·p meet at p = 19 010 / 9.9.
    const boundary = 1_920.202021;
    await laterRound(m, boundary, 600n);
    const price = wad(boundary);
    const equity = COLLATERAL - (SIZE * (wad(START_PRICE) - price)) / W;
    const maintenance = (SIZE * price) / W / 100n;
    expect(equity >= maintenance && equity - maintenance < W / 1_000n, "a boundary worth the name").to.equal(true);
    await expectRevert(liquidate(m), "NotLiquidatable", [ETH_USD, m.alice.account.address, equity, maintenance]);
    await pushRound(m, boundary - 0.01);
    await liquidate(m);
    expect((await accountOf(m)).size).to.equal(0n);
  });

  it("pays the penalty to the caller and leaves the rest to the owner, who may take it", async () => {
    const m = await leveraged();
    await laterRound(m, 1_918, 600n);
    const hash = await liquidate(m);
    const notional = 19_180n * W;
    const reward = notional / 100n;
    const left = COLLATERAL - 820n * W - (notional * CONFIG.tradeFee) / W - reward;
    expect(left < 0n, "in this one nothing is left, which the next shows").to.equal(true);
    expect(await balanceOf(m, m.keeper)).to.equal(((reward + left) / W) * 10n ** 6n + (((reward + left) % W) * 10n ** 6n) / W);
    expect(await eventsOf(m, hash, "BadDebt")).to.deep.equal([]);

    const cheap = await cheapLiquidation();
    expect(await balanceOf(cheap.m, cheap.m.keeper)).to.equal(cheap.reward);
    expect((await accountOf(cheap.m)).collateral).to.equal(cheap.left);
    await cheap.m.perp.write.withdraw([ETH_USD, (cheap.left * cheap.m.tokenUnit) / W], from(cheap.m.alice));
  });

  it("writes off what the collateral cannot pay: the pool bears it, and the books say how much", async () => {
    const m = await leveraged();
    await laterRound(m, 1_800, 600n);
    const pool = await m.perp.read.pool();
    const hash = await liquidate(m);
    // A loss of 2 000 and a fee of 9 against 990.
    const debt = 2_000n * W + 9n * W - COLLATERAL;
    expect((await eventOf(m, hash, "BadDebt")).amount).to.equal(debt);
    expect((await m.perp.read.marketData([ETH_USD])).badDebt).to.equal(debt);
    expect(await balanceOf(m, m.keeper)).to.equal(0n);
    expect(await accountOf(m)).to.include({ size: 0n, collateral: 0n });
    expect((await m.perp.read.pool()) - pool).to.equal(COLLATERAL);
  });

  it("may come too late: who closes a position that is under water owes nothing more, and the pool's loss is written down", async () => {
    const m = await leveraged();
    await laterRound(m, 1_800, 600n);
    const debt = 2_000n * W + 9n * W - COLLATERAL;
    const hash = await m.perp.write.close([ETH_USD], from(m.alice));
    expect((await eventOf(m, hash, "BadDebt")).amount).to.equal(debt);
    expect((await m.perp.read.marketData([ETH_USD])).badDebt).to.equal(debt);
    expect(await accountOf(m)).to.include({ size: 0n, collateral: 0n });
  });

  it("reports to the guard, which records it whatever its mode", async () => {
    for (const mode of ["ReduceOnly", "Enforce", "Shadow", "Off"] as const) {
      const m = await leveraged();
      await laterRound(m, 1_900, 600n);
      await setMode(m, mode);
      const recorded = await eventOf(m, await liquidate(m), "Recorded");
      expect(recorded).to.include({ market: ETH_USD, sizeBefore: SIZE, sizeAfter: 0n });
    }
  });

  it("emits what was closed and at which price", async () => {
    const m = await leveraged();
    await laterRound(m, 1_900, 600n);
    const event = await eventOf(m, await liquidate(m), "Liquidated");
    expect(event).to.include({ market: ETH_USD, size: SIZE, price: wad(1_900) });
    expect([event.account, event.liquidator].map((address) => String(address).toLowerCase())).to.deep.equal(
      [m.alice.account.address, m.keeper.account.address].map((address) => address.toLowerCase()),
    );
  });

  it("needs a fresh price: nobody is closed out at a price that is only remembered", async () => {
    const m = await leveraged();
    await laterRound(m, 1_800, 600n);
    await setFault(m, "Reverts");
    await expectRevert(liquidate(m), "PriceUnavailable", [ETH_USD]);
  });

  /** With a maintenance margin of 4 % against a penalty of 1 % there is something left. */
  async function cheapLiquidation() {
    const m = await wide();
    await laterRound(m, 1_970, 600n);
    await liquidate(m);
    const notional = 19_700n * W;
    const reward = notional / 100n;
    const left = COLLATERAL - 300n * W - (notional * CONFIG.tradeFee) / W - reward;
    return { m, reward: (reward * m.tokenUnit) / W, left };
  }

  const wide = fixture(async (connection) => {
    const ratio = wad(0.04);
    const config = { maxFundingRate: 0n, maintenanceMarginRatio: ratio, initialMarginRatio: ratio };
    const m = await createMarket(connection, { policy: { mode: "Off" }, config });
    await warmUp(m, 60);
    await open(m, m.alice, 1_000n, SIZE);
    return m;
  });
});

describe("a profit beyond the pool", () => {
  const poor = fixture(async (connection) => {
    const m = await createMarket(connection, { policy: { mode: "Off" }, config: { maxFundingRate: 0n, tradeFee: 0n }, poolTokens: 100n });
    await warmUp(m, 60);
    await open(m, m.alice, 1_000n, SIZE);
    return m;
  });

  it("is paid as far as the pool goes, and the rest is said to be unpaid", async () => {
    const m = await poor();
    await laterRound(m, 2_050, 600n);
    const hash = await m.perp.write.close([ETH_USD], from(m.alice));
    expect((await eventOf(m, hash, "ProfitUnpaid")).amount).to.equal(400n * W);
    expect(await balanceOf(m, m.alice)).to.equal(1_100n * m.tokenUnit);
    expect(await m.perp.read.pool()).to.equal(0n);
  });

  it("leaves the others' collateral alone", async () => {
    const m = await poor();
    await fund(m, m.bob, 700n);
    await m.perp.write.deposit([ETH_USD, 700n * m.tokenUnit], from(m.bob));
    await laterRound(m, 3_000, 600n);
    await m.perp.write.close([ETH_USD], from(m.alice));
    await m.perp.write.withdraw([ETH_USD, 700n * m.tokenUnit], from(m.bob));
    expect(await balanceOf(m, m.bob)).to.equal(700n * m.tokenUnit);
  });
});

describe("closing while the feed is dead", () => {
  for (const [side, sign, price] of [
    ["long", 1n, wad(1_900)],
    ["short", -1n, wad(2_100)],
  ] as const) {
    it(`closes a ${side} at the last good price, 5 % worse`, async () => {
      const m = await leveraged();
      await m.perp.write.modify([ETH_USD, sign * SIZE, 10_000n * m.tokenUnit], from(m.bob));
      const opening = (await m.perp.read.account([ETH_USD, m.bob.account.address])).collateral;
      await setFault(m, "Reverts");
      await goTo(m, (await now(m)) + 86_400n);
      const held = await balanceOf(m, m.bob);
      await m.perp.write.close([ETH_USD], from(m.bob));
      const fee = (SIZE * price * CONFIG.tradeFee) / W / W;
      const expected = opening - 1_000n * W - fee;
      expect((await balanceOf(m, m.bob)) - held).to.equal((expected * m.tokenUnit) / W);
    });
  }

  it("nobody gains by waiting for a fault: a close at a fresh price pays more", async () => {
    const closed = async (fault: boolean): Promise<bigint> => {
      const m = await leveraged();
      if (fault) await setFault(m, "NegativeAnswer");
      await m.perp.write.close([ETH_USD], from(m.alice));
      return balanceOf(m, m.alice);
    };
    expect((await closed(true)) < (await closed(false))).to.equal(true);
  });

  it("the pool takes and gives no money while positions cannot be valued", async () => {
    const m = await leveraged();
    await setFault(m, "Reverts");
    await expectRevert(m.perp.read.poolValue(), "PriceUnavailable", [ETH_USD]);
    await expectRevert(m.perp.write.supply([m.tokenUnit], from(m.bob)), "PriceUnavailable", [ETH_USD]);
    await expectRevert(m.perp.write.redeem([1n], from(m.deployer)), "PriceUnavailable", [ETH_USD]);
    await m.perp.write.close([ETH_USD], from(m.alice));
    await m.perp.write.supply([m.tokenUnit], from(m.bob));
  });
});

describe("the market's own leverage cap", () => {
  it("refuses what exceeds it before the guard is asked, with equity and requirement", async () => {
    const m = await leveraged();
    await m.perp.write.deposit([ETH_USD, 100n * m.tokenUnit], from(m.bob));
    await holdClock(m);
    // 6 at 2 000 is 12 000: a fee of 6, and 240 required.
    const args = [ETH_USD, m.bob.account.address, 94n * W, 240n * W];
    await expectRevert(m.perp.write.trade([ETH_USD, wad(6)], from(m.bob)), "InsufficientMargin", args);
  });

  it("refuses to pay out what is not there", async () => {
    const m = await leveraged();
    await m.perp.write.deposit([ETH_USD, 100n * m.tokenUnit], from(m.bob));
    const args = [ETH_USD, m.bob.account.address, 101n * W, 100n * W];
    await expectRevert(m.perp.write.withdraw([ETH_USD, 101n * m.tokenUnit], from(m.bob)), "InsufficientCollateral", args);
  });

  it("refuses shares nobody has", async () => {
    const m = await leveraged();
    const nothing = `0x${"00".repeat(32)}`;
    await expectRevert(m.perp.write.redeem([1n], from(m.bob)), "InsufficientCollateral", [nothing, m.bob.account.address, 1n, 0n]);
  });
});
