import { expect } from "chai";
import type { Hex } from "viem";
import { UNCAPPED } from "../../sdk/src/math/index.ts";
import {
  changePolicy,
  createDirect,
  type DirectGuard,
  ETH_USD,
  enforce,
  eventOf,
  eventsOf,
  expectRevert,
  fixture,
  from,
  holdClock,
  laterRound,
  limitIndex,
  POLICY,
  type PositionStruct,
  position,
  preview,
  START_PRICE,
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

const huge = position({ sizeAfter: wad(10_000_000) });
const small = position({ sizeAfter: wad(1) });

/** How often one `enforce` calls the feed, by what the EVM executed. */
async function feedReads(m: DirectGuard, asked: PositionStruct): Promise<number> {
  const hash = await enforce(m, asked);
  const trace = (await m.connection.provider.request({ method: "debug_traceTransaction", params: [hash] })) as {
    structLogs: { op: string; stack: Hex[] }[];
  };
  // Every kind of call has its target second from the top of the stack.
  const calls = trace.structLogs.filter(({ op }) => ["CALL", "STATICCALL", "DELEGATECALL", "CALLCODE"].includes(op));
  const targets = calls.map(({ stack }) => BigInt(stack.at(-2) ?? "0x0"));
  expect(
    targets.every((target) => target === BigInt(m.feed.address)),
    "no other contract is called",
  ).to.equal(true);
  return targets.length;
}

describe("mode Enforce", () => {
  it("is tight: the largest size passes, and one unit more is refused with its limit", async () => {
    const m = await direct();
    for (const sign of [1n, -1n]) {
      await holdClock(m);
      const { maxSize, limit } = await preview(m, position({ sizeAfter: sign }));
      await enforce(m, position({ sizeAfter: sign * maxSize }));
      await holdClock(m);
      const above = position({ sizeAfter: sign * (maxSize + 1n) });
      await expectRevert(enforce(m, above), "SizeExceeded", [ETH_USD, above.account, maxSize + 1n, maxSize, limit]);
    }
  });

  it("reads the feed once, and for a reduction not at all", async () => {
    const m = await direct();
    expect(await feedReads(m, small)).to.equal(1);
    expect(await feedReads(m, position({ sizeBefore: wad(1), sizeAfter: 1n }))).to.equal(0);
  });

  it("names the first account limit when there is no equity", async () => {
    const m = await direct();
    for (const equity of [0n, -1n, -wad(1_000_000)]) {
      const asked = position({ equity, sizeAfter: 1n });
      await expectRevert(enforce(m, asked), "SizeExceeded", [ETH_USD, asked.account, 1n, 0n, limitIndex("Volatility")]);
    }
  });
});

describe("mode ReduceOnly", () => {
  it("refuses every increase and reads no feed", async () => {
    const m = await direct();
    await setMode(m, "ReduceOnly");
    await setFault(m, "Reverts");
    for (const [asked, size] of [
      [small, wad(1)],
      [position({ sizeAfter: -1n }), 1n],
    ] as const) {
      await expectRevert(enforce(m, asked), "SizeExceeded", [ETH_USD, asked.account, size, 0n, limitIndex("Mode")]);
      expect(await preview(m, asked)).to.include({
        allowed: false,
        limitSize: 0n,
        price: 0n,
        variance: 0n,
        status: statusIndex("Invalid"),
      });
    }
  });
});

describe("mode Shadow", () => {
  it("says what Enforce would have refused, with the whole verdict, and lets it stand", async () => {
    const m = await direct();
    await holdClock(m);
    const enforced = await preview(m, huge);
    await setMode(m, "Shadow");
    await holdClock(m);
    const verdict = await preview(m, huge);
    expect(verdict).to.deep.equal({ ...enforced, allowed: true });
    const event = await eventOf(m, await enforce(m, huge), "WouldReject");
    expect(event).to.include({ market: ETH_USD, size: huge.sizeAfter });
    expect(event.verdict).to.deep.equal(verdict);
  });

  it("is silent about what Enforce would let stand, and reads the feed once", async () => {
    const m = await direct();
    await setMode(m, "Shadow");
    expect(await eventsOf(m, await enforce(m, small), "WouldReject")).to.deep.equal([]);
    expect(await feedReads(m, small)).to.equal(1);
  });

  it("never reverts, whatever the feed does, and reports the fault", async () => {
    const m = await direct();
    await setMode(m, "Shadow");
    await setFault(m, "Reverts");
    const event = await eventOf(m, await enforce(m, small), "WouldReject");
    expect(event.verdict).to.include({ allowed: true, maxSize: 0n, limit: limitIndex("Oracle"), status: statusIndex("Invalid") });
  });

  it("keeps the trader's own bound, which is nobody's to waive", async () => {
    const m = await direct();
    await setMode(m, "Shadow");
    await holdClock(m);
    const { limitSize } = await preview(m, small);
    const bounded = m.guard.write.enforceBounded([ETH_USD, small, limitSize + 1n, UINT256_MAX], from(m.protocol));
    await expectRevert(bounded, "LimitMoved", [ETH_USD, small.account, limitSize, limitSize + 1n]);
  });
});

describe("mode Off", () => {
  it("lets everything stand, says nothing, and reads no feed", async () => {
    const m = await direct();
    await setMode(m, "Off");
    await setFault(m, "BurnsGas");
    expect(await feedReads(m, huge)).to.equal(0);
    expect(await eventsOf(m, await enforce(m, huge))).to.deep.equal([]);
    expect(await preview(m, huge)).to.include({ allowed: true, limit: limitIndex("None"), maxSize: UNCAPPED, limitSize: UNCAPPED });
    await m.guard.write.enforceBounded([ETH_USD, huge, UINT256_MAX, UINT256_MAX], from(m.protocol));
  });
});

describe("what a market has observed", () => {
  const kept = async (m: DirectGuard): Promise<readonly bigint[]> => {
    const { pool } = await m.guard.read.meters([ETH_USD, small.account]);
    return [await m.guard.read.volatilityWord([ETH_USD]), pool];
  };
  const concentrated = { active: [...POLICY.active, "Concentration"] } as const;

  it("stays while it is Off, whatever trades", async () => {
    const m = await direct();
    await changePolicy(m, concentrated);
    await enforce(m, { ...small, poolEquity: wad(1_000_000_000) });
    const before = await kept(m);
    expect(before[1]).to.not.equal(0n);
    await changePolicy(m, { ...concentrated, mode: "Off" });
    await laterRound(m, START_PRICE / 2, 600n);
    await enforce(m, { ...huge, poolEquity: 1n });
    expect(await kept(m)).to.deep.equal(before);
  });

  it("is nothing of the pool while it is Off from the beginning", async () => {
    const m = await direct();
    await changePolicy(m, { ...concentrated, mode: "Off" });
    await enforce(m, { ...small, poolEquity: wad(1_000_000_000) });
    expect((await kept(m))[1]).to.equal(0n);
  });

  it("stays in Shadow while the feed is dead", async () => {
    const m = await direct();
    await changePolicy(m, { ...concentrated, mode: "Shadow" });
    await enforce(m, { ...small, poolEquity: wad(1_000_000_000) });
    const before = await kept(m);
    await setFault(m, "Reverts");
    await enforce(m, { ...huge, poolEquity: 1n });
    expect(await kept(m)).to.deep.equal(before);
  });
});
