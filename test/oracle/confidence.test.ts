import { expect } from "chai";
import { encodePolicy, LIMITS, ORACLE_STATUSES, type Policy } from "../../sdk/src/index.ts";
import { mulDivUp, WAD } from "../../sdk/src/math/index.ts";
import type { GuardedFeed } from "../helpers/adapters.ts";
import { write } from "../helpers/feedSources.ts";
import { createClamped } from "../helpers/feeds/clamp.ts";
import { bring, createPyth, updateAndRecord } from "../helpers/feeds/pyth.ts";
import { createSequenced, DOWN, turn } from "../helpers/feeds/sequencer.ts";
import { ETH_USD, expectRevert, fixture, goTo, lower, now, position, preview, START_PRICE, wad } from "../helpers/market.ts";

const asked = position({ sizeAfter: 1n });
const MOST = 10n ** 16n;

/** The market's policy asks how sure its feed is, up to 1 %. */
const ask = (m: GuardedFeed, changes: Partial<Policy> = {}) =>
  m.guard.write.setPolicy([ETH_USD, encodePolicy({ ...m.policy, maxConfidence: MOST, ...changes })]);

const [pyth, sequenced, clamped] = [fixture((one) => createPyth(one)), fixture(createSequenced), fixture(createClamped)];

describe("how sure a feed is, through the feeds", () => {
  it("Pyth's interval is the round's: in the answer's units, rounded up, and in the guard's price", async () => {
    const m = await pyth();
    await updateAndRecord(m, { price: 2_000_00000000n, conf: 3_00000001n });
    const [id, answer, half, updatedAt, answeredInRound] = await m.kept.read.latestRoundDataWithConfidence();
    const ratio = mulDivUp(3_00000001n, WAD, 2_000_00000000n);
    expect([id, answer, updatedAt, answeredInRound]).to.deep.equal((await m.kept.read.latestRoundData()).filter((_, index) => index !== 2));
    expect(half).to.equal(mulDivUp(answer, ratio, WAD));
    await ask(m);
    const verdict = await preview(m, asked);
    expect(verdict.price).to.equal(mulDivUp(answer, WAD + mulDivUp(half, WAD, answer), WAD));
    expect(ORACLE_STATUSES[verdict.status]).to.equal("Valid");
  });

  it("Pyth's doubt is of now: it rises without a new recording, and takes the limits with it", async () => {
    const m = await pyth();
    await updateAndRecord(m, { conf: 1_00000000n });
    await ask(m, { maxConfidence: 8n * 10n ** 15n });
    const sure = await preview(m, asked);
    await goTo(m, (await now(m)) + 10n);
    await bring(m, { conf: 9_00000000n });
    const unsure = await preview(m, asked);
    expect(ORACLE_STATUSES[unsure.status]).to.equal("Uncertain");
    expect(unsure.limitSize < sure.limitSize).to.equal(true);
    await goTo(m, (await now(m)) + 10n);
    await bring(m, { conf: 10_00000001n });
    await expectRevert(m.kept.read.latestRoundDataWithConfidence(), "PriceUncertain", [mulDivUp(10_00000001n, WAD, 2_000_00000000n)]);
    const none = await preview(m, asked);
    expect([LIMITS[none.limit], ORACLE_STATUSES[none.status]]).to.deep.equal(["Oracle", "Invalid"]);
  });

  it("SequencerGuard passes it on, and says no more than its feed while the sequencer is down", async () => {
    const m = await sequenced();
    await write(m, m.source, START_PRICE);
    await m.source.write.setConfidence([6n * 10n ** 8n]);
    expect((await m.sequenced.read.latestRoundDataWithConfidence())[2]).to.equal(6n * 10n ** 8n);
    await ask(m);
    const verdict = await preview(m, asked);
    expect(verdict.price).to.equal(mulDivUp(wad(START_PRICE), WAD + mulDivUp(6n * 10n ** 8n, WAD, BigInt(START_PRICE) * 10n ** 8n), WAD));
    await turn(m, DOWN);
    const down = await preview(m, asked);
    expect(ORACLE_STATUSES[down.status]).to.equal("SequencerDown");
  });

  it("ClampGuard passes it on inside its bounds", async () => {
    const m = await clamped();
    await write(m, m.source, START_PRICE);
    await m.source.write.setConfidence([123n]);
    expect((await m.clamped.read.latestRoundDataWithConfidence())[2]).to.equal(123n);
    await write(m, m.source, 999);
    await ask(m);
    expect(ORACLE_STATUSES[(await preview(m, asked)).status]).to.equal("Invalid");
  });

  it("around a feed that can't say there is no price for a policy that asks, and one for a policy that does not", async () => {
    const m = await clamped();
    const { viem } = m.connection;
    const inner = await viem.deployContract("KeptFeed", [8, 600n]);
    await inner.write.set([BigInt(START_PRICE) * 10n ** 8n, await now(m)]);
    const outer = await viem.deployContract("ClampGuard", [inner.address, 1n, 2n ** 200n]);
    const statusWith = async (maxConfidence: bigint) => {
      await ask(m, { feed: lower(outer.address), maxConfidence });
      return ORACLE_STATUSES[(await preview(m, asked)).status];
    };
    expect([await statusWith(MOST), await statusWith(0n)]).to.deep.equal(["Invalid", "Valid"]);
  });
});
