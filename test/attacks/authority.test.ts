import { expect } from "chai";
import { MODES } from "../../sdk/src/index.ts";
import {
  createDirect,
  createMarket,
  type DirectGuard,
  ETH_USD,
  eventOf,
  expectRevert,
  fixture,
  from,
  holdClock,
  INT256_MIN,
  limitIndex,
  now,
  open,
  type PositionStruct,
  position,
  preview,
  setFault,
  setMode,
  statusIndex,
  UINT256_MAX,
  wad,
  warmUp,
} from "../helpers/market.ts";

const direct = fixture(async (connection) => {
  const m = await createDirect(connection);
  await warmUp(m);
  return m;
});

const traded = fixture(async (connection) => {
  const m = await createMarket(connection);
  await warmUp(m);
  await open(m, m.alice, 20_000n, wad(10));
  return m;
});

const UNKNOWN = "0x00000000000000000000000000000000000000000000000000000000000000ff";

describe("who may ask", () => {
  const asked = position({ sizeBefore: wad(2), sizeAfter: wad(1) });

  it("only the protocol may enforce, enforce with bounds and record: not governance, not a trader, not even for a reduction", async () => {
    const m = await direct();
    for (const stranger of [m.deployer, m.alice, m.mallory]) {
      const args = [stranger.account.address, m.protocol.account.address];
      const calls = [
        () => m.guard.write.enforce([ETH_USD, asked], from(stranger)),
        () => m.guard.write.enforceBounded([ETH_USD, asked, 0n, UINT256_MAX], from(stranger)),
        () => m.guard.write.record([ETH_USD, asked], from(stranger)),
      ];
      for (const call of calls) await expectRevert(call(), "NotProtocol", args);
    }
  });

  it("anybody may preview, read and poke", async () => {
    const m = await direct();
    for (const stranger of [m.deployer, m.alice, m.mallory]) {
      await m.guard.read.preview([ETH_USD, asked], { account: stranger.account.address });
      await m.guard.read.variance([ETH_USD], { account: stranger.account.address });
      await m.guard.write.poke([ETH_USD], from(stranger));
    }
  });
});

describe("record", () => {
  const growing: readonly [string, Partial<PositionStruct>][] = [
    ["opens", { sizeAfter: 1n }],
    ["grows a long", { sizeBefore: wad(1), sizeAfter: wad(1) + 1n }],
    ["grows a short", { sizeBefore: -wad(1), sizeAfter: -wad(1) - 1n }],
    ["flips to the same size", { sizeBefore: wad(1), sizeAfter: -wad(1) }],
    ["flips to 1 wei", { sizeBefore: -wad(1), sizeAfter: 1n }],
    ["grows to the smallest int256", { sizeBefore: INT256_MIN + 1n, sizeAfter: INT256_MIN }],
  ];
  for (const [what, overrides] of growing) {
    it(`refuses what ${what}: it is no way around enforce`, async () => {
      const m = await direct();
      const asked = position(overrides);
      const recorded = m.guard.write.record([ETH_USD, asked], from(m.protocol));
      await expectRevert(recorded, "SizeGrew", [ETH_USD, asked.account, asked.sizeBefore, asked.sizeAfter]);
    });
  }

  const shrinking: readonly Partial<PositionStruct>[] = [
    { sizeBefore: wad(1), sizeAfter: 0n, equity: -wad(1_000) },
    { sizeBefore: -wad(1), sizeAfter: -1n },
    { sizeBefore: wad(1), sizeAfter: wad(1), flow: -wad(1) },
    {},
  ];
  type Condition = readonly [string, (m: DirectGuard) => Promise<unknown>];
  const conditions: readonly Condition[] = [
    ...MODES.map((mode): Condition => [`mode ${mode}`, (m) => setMode(m, mode)]),
    ["a feed that reverts", (m) => setFault(m, "Reverts")],
    ["a feed that burns all gas", (m) => setFault(m, "BurnsGas")],
  ];
  for (const [condition, set] of conditions) {
    it(`is never blocked by ${condition}`, async () => {
      const m = await direct();
      await set(m);
      for (const overrides of shrinking) {
        const asked = position(overrides);
        const event = await eventOf(m, await m.guard.write.record([ETH_USD, asked], from(m.protocol)), "Recorded");
        expect(event).to.include({ market: ETH_USD, sizeBefore: asked.sizeBefore, sizeAfter: asked.sizeAfter });
      }
    });
  }

  it("is never blocked by a market without a policy, where reductions pass enforce as well", async () => {
    const m = await direct();
    const asked = position({ sizeBefore: wad(1), sizeAfter: 1n });
    await m.guard.write.record([UNKNOWN, asked], from(m.protocol));
    await m.guard.write.enforce([UNKNOWN, asked], from(m.protocol));
    const grown = position({ sizeAfter: 1n });
    await expectRevert(m.guard.write.enforce([UNKNOWN, grown], from(m.protocol)), "PolicyNotSet", [UNKNOWN]);
  });
});

describe("liquidating oneself", () => {
  it("is no way out of the guard: a healthy account cannot be liquidated, by itself or anybody", async () => {
    const m = await traded();
    const owner = m.alice.account.address;
    // 20 000 less the fee of 0.05 % on 20 000; the maintenance margin is 1 % of the notional.
    const args = [ETH_USD, owner, wad(20_000 - 10), wad(200)];
    for (const caller of [m.alice, m.mallory]) {
      await expectRevert(m.perp.write.liquidate([ETH_USD, owner], from(caller)), "NotLiquidatable", args);
    }
  });

  it("a flat account has nothing to liquidate", async () => {
    const m = await traded();
    const owner = m.bob.account.address;
    await expectRevert(m.perp.write.liquidate([ETH_USD, owner], from(m.bob)), "NotLiquidatable", [ETH_USD, owner, 0n, 0n]);
  });
});

describe("front-running a trader who set bounds", () => {
  const asked = position({ sizeAfter: wad(1) });
  const bounded = (m: DirectGuard, about: PositionStruct, least: bigint, deadline: bigint): Promise<unknown> =>
    m.guard.write.enforceBounded([ETH_USD, about, least, deadline], from(m.protocol));

  it("the limit may be what was accepted to the unit, and not one unit less", async () => {
    const m = await direct();
    await holdClock(m);
    const { limitSize } = await preview(m, asked);
    await bounded(m, asked, limitSize, await now(m));
    await holdClock(m);
    await expectRevert(bounded(m, asked, limitSize + 1n, UINT256_MAX), "LimitMoved", [ETH_USD, asked.account, limitSize, limitSize + 1n]);
  });

  it("others' open interest pushed in front moves the limit, and the trader's bound says so", async () => {
    const m = await direct();
    await holdClock(m);
    const crowded = { ...asked, sameSideOthers: m.policy.openInterestCap - wad(2) };
    await expectRevert(bounded(m, crowded, wad(3), UINT256_MAX), "LimitMoved", [ETH_USD, asked.account, wad(2), wad(3)]);
  });

  it("the deadline is the last second that is good", async () => {
    const m = await direct();
    const time = await now(m);
    await holdClock(m);
    await bounded(m, asked, 0n, time);
    await holdClock(m);
    await expectRevert(bounded(m, asked, 0n, time - 1n), "Expired", [time - 1n, time]);
  });

  it("the guard's own refusal comes before the trader's", async () => {
    const m = await direct();
    await setFault(m, "Reverts");
    await expectRevert(bounded(m, asked, UINT256_MAX, UINT256_MAX), "OracleRejected", [ETH_USD, asked.account, statusIndex("Invalid")]);
    await setFault(m, "None");
    await setMode(m, "ReduceOnly");
    await expectRevert(bounded(m, asked, UINT256_MAX, UINT256_MAX), "SizeExceeded", [
      ETH_USD,
      asked.account,
      wad(1),
      0n,
      limitIndex("Mode"),
    ]);
  });

  it("neither bound refuses what only reduces risk", async () => {
    const m = await direct();
    for (const overrides of [{ sizeBefore: wad(2), sizeAfter: wad(1) }, { sizeBefore: -wad(2) }, { flow: -wad(5) }, {}]) {
      await bounded(m, position(overrides), UINT256_MAX, 0n);
    }
  });

  it("through the perp: both bounds hold for an increase, and neither for a reduction or a close", async () => {
    const m = await traded();
    const owner = m.alice.account.address;
    const modify = (size: bigint, least: bigint, deadline: bigint): Promise<unknown> =>
      m.perp.write.modifyBounded([ETH_USD, size, 0n, least, deadline], from(m.alice));
    await holdClock(m);
    const { limitSize } = await preview(m, await m.perp.read.positionAfter([ETH_USD, owner, wad(1), 0n]));
    await expectRevert(modify(wad(1), limitSize + 1n, UINT256_MAX), "LimitMoved", [ETH_USD, owner, limitSize, limitSize + 1n]);
    const time = await now(m);
    await holdClock(m);
    await expectRevert(modify(wad(1), 0n, time - 1n), "Expired", [time - 1n, time]);
    await modify(-wad(1), UINT256_MAX, 0n);
    await modify(-wad(9), UINT256_MAX, 0n);
    expect((await m.perp.read.account([ETH_USD, owner])).size).to.equal(0n);
  });

  it("through the perp: a reduction that also pays out is the trader's whole order, and both bounds hold for it", async () => {
    const m = await traded();
    const time = await now(m);
    await holdClock(m);
    const order = m.perp.write.modifyBounded([ETH_USD, -wad(1), -m.tokenUnit, 0n, time - 1n], from(m.alice));
    await expectRevert(order, "Expired", [time - 1n, time]);
  });
});
