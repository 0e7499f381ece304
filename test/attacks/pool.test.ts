import { expect } from "chai";
import { unpackPoolMeter } from "../../sdk/src/math/index.ts";
import {
  changePolicy,
  createMarket,
  ETH_USD,
  fixture,
  from,
  fund,
  holdClock,
  laterRound,
  limitIndex,
  preview,
  revertName,
  START_PRICE,
  type TestMarket,
  type Trader,
  wad,
  warmUp,
} from "../helpers/market.ts";

/** A quarter of a pool of ten million: 1 250 of base at 2 000. */
const market = fixture(async (connection) => {
  const m = await createMarket(connection, { config: { tradeFee: 0n } });
  await changePolicy(m, { active: ["Volatility", "OpenInterest", "Concentration"], concentrationShare: wad(0.25) });
  await warmUp(m);
  await fund(m, m.alice, 20_000_000n);
  await m.perp.write.deposit([ETH_USD, 20_000_000n * m.tokenUnit], from(m.alice));
  await fund(m, m.mallory, TOKENS);
  return m;
});

const FAIR = wad(1_250);
const FLASH = 90_000_000n;
const TOKENS = 200_000_000n;

describe("Concentration, and money that comes and goes", () => {
  it("binds at the share of the pool, exactly", async () => {
    const m = await market();
    const asked = await m.perp.read.positionAfter([ETH_USD, m.alice.account.address, FAIR, 0n]);
    expect(await preview(m, asked)).to.include({ allowed: true, limit: limitIndex("Concentration"), maxSize: FAIR });
    await trade(m, m.alice, FAIR);
    expect(await revertName(trade(m, m.alice, 1n))).to.equal("SizeExceeded");
  });

  it("a deposit to the pool in the same round buys nothing, and is free to leave again", async () => {
    const m = await market();
    await trade(m, m.alice, wad(1));
    await supply(m);
    expect(await revertName(trade(m, m.alice, FAIR))).to.equal("SizeExceeded");
    const shares = await m.perp.read.shares([m.mallory.account.address]);
    await m.perp.write.redeem([shares], from(m.mallory));
    expect(await m.token.read.balanceOf([m.mallory.account.address])).to.be.oneOf([TOKENS * m.tokenUnit, TOKENS * m.tokenUnit - 1n]);
  });

  it("nor does it when the attacker is the first to be seen at a new round", async () => {
    const m = await market();
    await trade(m, m.alice, wad(1));
    await laterRound(m, START_PRICE, 1_800n);
    await supply(m);
    // The small trade makes the guard see the swollen pool; the round before stands against it.
    await trade(m, m.alice, wad(1));
    const { latest, previous } = unpackPoolMeter((await m.guard.read.meters([ETH_USD, m.alice.account.address])).pool);
    expect(latest > 9n * previous).to.equal(true);
    expect(await revertName(trade(m, m.alice, FAIR))).to.equal("SizeExceeded");
  });

  it("money that stays counts from the next round but one on", async () => {
    const m = await market();
    await trade(m, m.alice, wad(1));
    await supply(m);
    for (let round = 0; round < 2; round++) {
      expect(await revertName(trade(m, m.alice, FAIR)), `round ${round}`).to.equal("SizeExceeded");
      await laterRound(m, START_PRICE, 1_800n);
      await trade(m, m.alice, wad(1));
    }
    await trade(m, m.alice, FAIR);
  });

  it("money that leaves counts at once, and blocks no way out", async () => {
    const m = await market();
    await trade(m, m.alice, wad(1_000));
    const shares = await m.perp.read.shares([m.deployer.account.address]);
    await m.perp.write.redeem([(shares * 8n) / 10n], from(m.deployer));
    expect(await revertName(trade(m, m.alice, 1n))).to.equal("SizeExceeded");
    await trade(m, m.alice, -wad(500));
    await m.perp.write.close([ETH_USD], from(m.alice));
    expect((await m.perp.read.account([ETH_USD, m.alice.account.address])).size).to.equal(0n);
  });

  it("no equity in the pool, no position", async () => {
    const m = await market();
    const asked = await m.perp.read.positionAfter([ETH_USD, m.alice.account.address, 1n, 0n]);
    const verdict = await preview(m, { ...asked, poolEquity: 0n });
    expect(verdict).to.include({ allowed: false, limit: limitIndex("Concentration"), maxSize: 0n });
  });
});

async function supply(m: TestMarket): Promise<void> {
  await holdClock(m);
  await m.perp.write.supply([FLASH * m.tokenUnit], from(m.mallory));
}

async function trade(m: TestMarket, trader: Trader, delta: bigint): Promise<void> {
  await holdClock(m);
  await m.perp.write.trade([ETH_USD, delta], from(trader));
}
