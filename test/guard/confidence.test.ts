import { expect } from "chai";
import { check, LIMITS, ORACLE_STATUSES, type Policy } from "../../sdk/src/index.ts";
import { mulDivUp, WAD } from "../../sdk/src/math/index.ts";
import { getSnapshot } from "../../sdk/src/viem/index.ts";
import {
  changePolicy,
  createDirect,
  type DirectGuard,
  ETH_USD,
  enforce,
  expectRevert,
  fixture,
  from,
  lower,
  now,
  position,
  preview,
  pushRound,
  START_PRICE,
  wad,
  warmUp,
} from "../helpers/market.ts";

/** Half a percent of the price: with 1 % accepted, the end of what costs nothing. */
const HALF = 5n * 10n ** 15n;
const MOST = 10n ** 16n;

const asked = position({ sizeAfter: WAD });

const doubting = fixture(async (connection) => {
  const m = await createDirect(connection, { maxConfidence: MOST });
  await warmUp(m, 24 * 10);
  const lens = await connection.viem.deployContract("SizingLens");
  return { ...m, lens };
});

/** The feed doubts its price by this ratio (WAD), to the unit of its answers. */
async function doubt(m: DirectGuard, ratio: bigint): Promise<void> {
  const [answer] = await m.feed.read.rounds([await m.feed.read.latestId()]);
  await m.feed.write.setConfidence([(answer * ratio) / WAD]);
}

describe("how sure a feed is of its price", () => {
  it("raises the price exposure is valued at, and the move it must survive", async () => {
    const m = await doubting();
    const sure = await preview(m, asked);
    await doubt(m, HALF);
    const unsure = await preview(m, asked);
    expect(sure.price).to.equal(wad(START_PRICE));
    expect(unsure.price).to.equal(mulDivUp(wad(START_PRICE), WAD + HALF, WAD));
    expect(ORACLE_STATUSES[unsure.status]).to.equal("Valid");
    expect(unsure.limitSize < sure.limitSize, "limit").to.equal(true);
  });

  it("costs nothing more up to half of what is accepted, then everything by and by, with the status named", async () => {
    const m = await doubting();
    const limits: bigint[] = [];
    for (const [ratio, status] of [
      [0n, "Valid"],
      [HALF, "Valid"],
      [HALF + 10n ** 12n, "Uncertain"],
      [(3n * MOST) / 4n, "Uncertain"],
      [MOST - 10n ** 12n, "Uncertain"],
    ] as const) {
      await doubt(m, ratio);
      const verdict = await preview(m, asked);
      expect(ORACLE_STATUSES[verdict.status], `${ratio}`).to.equal(status);
      expect(LIMITS[verdict.limit] === "Oracle").to.equal(false);
      limits.push(verdict.limitSize);
    }
    const [, half = 0n, , quarter = 0n, least = 0n] = limits;
    expect(limits).to.deep.equal([...limits].sort((x, y) => (x < y ? 1 : -1)));
    // A quarter of the way from the end: half of the scale is left.
    expect(Number((quarter * 1_000n) / half)).to.be.within(480, 505);
    expect(least < half / 1_000n).to.equal(true);
  });

  it("leaves nothing from what is accepted on: no more risk, and every reduction passes", async () => {
    const m = await doubting();
    const open = (await preview(m, asked)).limitSize / 2n;
    for (const ratio of [MOST, 10n * MOST, WAD, 100n * WAD]) {
      await doubt(m, ratio);
      const { allowed, limit, limitSize, status } = await preview(m, asked);
      expect([allowed, LIMITS[limit], limitSize, ORACLE_STATUSES[status]]).to.deep.equal([false, "Oracle", 0n, "Uncertain"]);
      const uncertain = ORACLE_STATUSES.indexOf("Uncertain");
      await expectRevert(enforce(m, asked), "OracleRejected", [ETH_USD, asked.account, uncertain]);
      await expectRevert(enforce(m, position({ sizeBefore: open, sizeAfter: open, flow: -1n })), "OracleRejected", [
        ETH_USD,
        asked.account,
        uncertain,
      ]);
      await enforce(m, position({ sizeBefore: open, sizeAfter: open - 1n }));
      await enforce(m, position({ sizeBefore: open, sizeAfter: 0n, flow: -WAD }));
      await m.guard.write.record([ETH_USD, position({ sizeBefore: open, sizeAfter: 1n })], from(m.protocol));
    }
    await m.feed.write.setConfidence([2n ** 256n - 1n]);
    expect(ORACLE_STATUSES[(await preview(m, asked)).status]).to.equal("Uncertain");
  });

  it("does not stop the variance from being kept: prices are observed as they are", async () => {
    const m = await doubting();
    await doubt(m, 10n * MOST);
    const before = await m.guard.read.volatilityWord([ETH_USD]);
    await m.connection.networkHelpers.time.increase(600);
    await pushRound(m, START_PRICE * 1.01);
    await m.guard.write.poke([ETH_USD]);
    expect(await m.guard.read.volatilityWord([ETH_USD])).not.to.equal(before);
  });

  it("is the SDK's answer too, from one snapshot", async () => {
    const m = await doubting();
    for (const ratio of [0n, 1n, HALF, HALF + 10n ** 12n, (3n * MOST) / 4n, MOST - 10n ** 12n, MOST, WAD]) {
      await doubt(m, ratio);
      const snapshot = await getSnapshot(m.publicClient, { lens: m.lens.address, guard: m.guard.address, market: ETH_USD });
      for (const size of [WAD, -WAD]) {
        const one = position({ sizeAfter: size });
        const [verdict, answer] = [await preview(m, one), check(snapshot, one, snapshot.timestamp)];
        expect([answer.allowed, answer.limitSize, answer.price], `${ratio}`).to.deep.equal([
          verdict.allowed,
          verdict.limitSize,
          verdict.price,
        ]);
        expect([answer.limit, answer.status]).to.deep.equal([LIMITS[verdict.limit], ORACLE_STATUSES[verdict.status]]);
        const [explained] = await m.lens.read.explain([m.guard.address, ETH_USD, one]);
        expect(explained).to.deep.equal(verdict);
      }
    }
  });

  it("is not asked for where the policy does not: the same price, whatever the feed doubts", async () => {
    const m = await doubting();
    await changePolicy(m, { maxConfidence: 0n });
    const before = await preview(m, asked);
    await doubt(m, WAD);
    expect(await preview(m, asked)).to.deep.equal(before);
    const snapshot = await getSnapshot(m.publicClient, { lens: m.lens.address, guard: m.guard.address, market: ETH_USD });
    expect(snapshot.round).to.deep.equal({ price: wad(START_PRICE), updatedAt: snapshot.round?.updatedAt });
  });

  it("a feed that can't say is none for a policy that asks; poke and reductions go on", async () => {
    const m = await doubting();
    const kept = await m.connection.viem.deployContract("KeptFeed", [8, 600n]);
    await kept.write.set([2_000n * 10n ** 8n, await now(m)]);
    await changePolicy(m, { feed: lower(kept.address) } satisfies Partial<Policy>);
    await m.guard.write.poke([ETH_USD]);
    const verdict = await preview(m, asked);
    expect([LIMITS[verdict.limit], ORACLE_STATUSES[verdict.status]]).to.deep.equal(["Oracle", "Invalid"]);
    await enforce(m, position({ sizeBefore: WAD, sizeAfter: WAD / 2n }));
  });
});
