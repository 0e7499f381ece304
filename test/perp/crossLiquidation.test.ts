import { expect } from "chai";
import {
  createExchange,
  deposit,
  type Exchange,
  idOf,
  LISTINGS,
  later,
  marketOf,
  placeOrder,
  setPrice,
  TOKEN,
  trade,
  W,
} from "../helpers/crossMarket.ts";
import { FAULTS } from "../helpers/faults.ts";
import { eventOf, eventsOf, expectRevert, fixture, from, wad } from "../helpers/market.ts";

/** Nothing but the exchange's own margin stands in the way of leverage here: the policies judge nobody. */
const UNJUDGED = Object.fromEntries(
  Object.entries(LISTINGS).map(([name, listing]) => [name, { ...listing, config: { dailyFunding: 0n }, policy: { mode: "Off" as const } }]),
);

/** Alice has 5 000, is long 20 ether and short 0.5 bitcoin, and has an order. */
const leveraged = fixture(async (connection) => {
  const m = await createExchange(connection, UNJUDGED);
  await deposit(m, m.alice, 5_000n);
  await trade(m, m.alice, "ETH", wad(20));
  await trade(m, m.alice, "BTC", -wad(0.5));
  await placeOrder(m, m.alice, "QUARTERLY", wad(1));
  return m;
});

/** A market with a penalty of 0.1 %, in which Alice is long ten ether with 1 000. */
const cheap = fixture(async (connection) => {
  const config = { liquidationPenalty: wad(0.001) };
  const m = await createExchange(connection, { ETH: { price: 2_000, config, policy: { mode: "Off" } } });
  await deposit(m, m.alice, 1_000n);
  await trade(m, m.alice, "ETH", wad(10));
  return m;
});

/** After the fees of 40 000 and 30 000 at 0.05 %. */
const COLLATERAL = wad(5_000 - 20 - 15);

const liquidate = (m: Exchange): Promise<`0x${string}`> => m.perp.write.liquidate([m.alice.account.address], from(m.keeper));
const collateralOf = (m: Exchange): Promise<bigint> => m.perp.read.collateral([m.alice.account.address]);

describe("initial margin", () => {
  it("is asked of all markets together for whatever grows, to the wei, and of nothing that shrinks", async () => {
    const m = await leveraged();
    // 2 % of 40 000, of 30 000 and of the order's 2 000 leave 3 525 for 2 % of x and the fee of x: 0.0205 of it.
    const most = (wad(4_965 - 1_440) * W) / wad(2_000 * 0.0205);
    await expectRevert(trade(m, m.alice, "ETH", most + 1n), "MarginExceedsEquity", [
      m.alice.account.address,
      COLLATERAL - most - 1n,
      wad(1_440) + 40n * (most + 1n),
    ]);
    await trade(m, m.alice, "ETH", most);
    await later(m, 60n, { ETH: 1_950, BTC: 60_000 });
    await trade(m, m.alice, "ETH", -wad(1));
  });
});

describe("a liquidation with cross margin", () => {
  it("weighs profits and losses of all markets against the sum of their maintenance margins, to the wei", async () => {
    const m = await leveraged();
    // Bitcoin: 5 000 won. Ether at p: 20 · (2 000 − p) lost. Maintenance 0.2 · p + 250, orders need none.
    const boundary = Math.ceil(((40_000 + 250 - 4_965 - 5_000) / 19.8) * 100) / 100;
    await later(m, 60n, { ETH: boundary, BTC: 50_000 });
    const equity = COLLATERAL + wad(5_000) - 20n * (wad(2_000) - wad(boundary));
    const maintenance = wad(boundary) / 5n + wad(250);
    expect(equity >= maintenance && equity - maintenance < W / 4n, "a boundary worth the name").to.equal(true);
    await expectRevert(liquidate(m), "AccountNotLiquidatable", [m.alice.account.address, equity, maintenance]);
    await setPrice(m, "ETH", boundary - 0.01);
    await liquidate(m);
    expect(await m.perp.read.heldMarkets([m.alice.account.address])).to.deep.equal([]);
  });

  it("closes everything, drops orders, tells the guard of each position, and pays the penalty of all", async () => {
    const m = await leveraged();
    await later(m, 60n, { ETH: 1_772, BTC: 60_500 });
    const pool = await m.perp.read.pool();
    const hash = await liquidate(m);
    // 4 560 lost with ether and 250 with bitcoin, and fees of 0.05 % of 35 440 and of 30 250.
    const left = COLLATERAL - wad(4_560 + 250) - wad(17.72 + 15.125);
    const penalty = wad(354.4 + 302.5);
    expect(left > 0n && left < penalty, "so that all that is left is paid").to.equal(true);
    expect((await m.token.read.balanceOf([m.keeper.account.address])) - 1_000_000n * 10n ** 6n).to.equal(left / TOKEN);
    expect((await m.perp.read.pool()) - pool).to.equal(wad(4_560 + 250 + 17.72 + 15.125));

    const recorded = (await eventsOf(m, hash, "Recorded")).map(({ args }) => [args.market, args.sizeBefore, args.sizeAfter]);
    const expected = [
      [idOf("ETH"), wad(20), 0n],
      [idOf("BTC"), -wad(0.5), 0n],
    ].sort(([x], [y]) => (String(x) < String(y) ? -1 : 1));
    expect(recorded).to.deep.equal(expected);
    const closed = (await eventsOf(m, hash, "Liquidated")).map(({ args }) => [args.market, args.size]);
    expect(closed).to.deep.equal(expected.map(([market, size]) => [market, size]));
    expect(await eventOf(m, hash, "OrderSet")).to.include({ market: idOf("QUARTERLY"), sizeDelta: 0n });
    expect(await m.perp.read.orders([idOf("QUARTERLY"), m.alice.account.address])).to.equal(0n);
    for (const name of ["ETH", "BTC"]) {
      expect(await m.perp.read.marketData([idOf(name)])).to.include({ longOpenInterest: 0n, shortOpenInterest: 0n, totalCost: 0n });
    }
  });

  it("leaves the owner what is above the penalty", async () => {
    const m = await cheap();
    await later(m, 60n, { ETH: 1_918 });
    await liquidate(m);
    // 1 000 − 10 − 820 − 9.59, and 19.18 to the caller.
    expect(await collateralOf(m)).to.equal(wad(1_000 - 10 - 820 - 9.59 - 19.18));
    await m.perp.write.withdraw([(await collateralOf(m)) / TOKEN], from(m.alice));
  });

  it("writes off what is lacking: the pool bears it", async () => {
    const m = await leveraged();
    await later(m, 60n, { ETH: 1_500, BTC: 60_000 });
    const pool = await m.perp.read.pool();
    const hash = await liquidate(m);
    const debt = wad(10_000 + 15 + 15) - COLLATERAL;
    expect((await eventOf(m, hash, "BadDebt")).amount).to.equal(debt);
    expect((await m.perp.read.pool()) - pool).to.equal(COLLATERAL);
    expect(await collateralOf(m)).to.equal(0n);
  });

  it("waits for a fresh price of every market with a position, and for none of a market with an order alone", async () => {
    const m = await leveraged();
    await later(m, 60n, { ETH: 1_500, BTC: 60_000 });
    await marketOf(m, "BTC").feed.write.setFault([FAULTS.indexOf("Reverts")]);
    await expectRevert(liquidate(m), "PriceUnavailable", [idOf("BTC")]);
    await marketOf(m, "BTC").feed.write.setFault([FAULTS.indexOf("None")]);
    await trade(m, m.alice, "ETH", -wad(20));
    // What is left owes five thousand more than it has, and holds bitcoin alone.
    await marketOf(m, "ETH").feed.write.setFault([FAULTS.indexOf("Reverts")]);
    await liquidate(m);
    expect(await m.perp.read.heldMarkets([m.alice.account.address])).to.deep.equal([]);
  });

  it("may come too late: who closes the last position under water owes nothing more", async () => {
    const m = await leveraged();
    await later(m, 60n, { ETH: 1_500, BTC: 60_000 });
    await trade(m, m.alice, "ETH", -wad(20));
    expect(await collateralOf(m), "as long as another position is open, it does").to.equal(COLLATERAL - wad(10_015));
    const hash = await trade(m, m.alice, "BTC", wad(0.5));
    expect((await eventOf(m, hash, "BadDebt")).amount).to.equal(wad(10_030) - COLLATERAL);
    expect(await collateralOf(m)).to.equal(0n);
  });

  it("is out of reach of who holds nothing", async () => {
    const m = await leveraged();
    await expectRevert(m.perp.write.liquidate([m.bob.account.address], from(m.keeper)), "AccountNotLiquidatable", [
      m.bob.account.address,
      0n,
      0n,
    ]);
  });
});
