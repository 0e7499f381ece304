import { expect } from "chai";
import type { Hex } from "viem";
import { marketId } from "../../scripts/lib/market.ts";
import { DAY, type Governed, governed, inForce, REFUSED, ROLE, restrain, setPolicy, tighten, withChanges } from "../helpers/governed.ts";
import { ETH_USD, enforce, eventOf, expectRevert, from, goTo, now, position, preview, pushRound, START_PRICE } from "../helpers/market.ts";

const renew = (m: Governed, until: bigint): Promise<Hex> => m.governor.write.renew([ETH_USD, Number(until)], from(m.guardian));
const release = (m: Governed): Promise<Hex> => m.governor.write.release([ETH_USD], from(m.mallory));

const riskier = { riskBudget: 6n * 10n ** 17n };
const safer = { riskBudget: 10n ** 17n };

describe("a guard's policies, governed", () => {
  it("loosen only behind the delay, and tighten without", async () => {
    const m = await governed();
    await expectRevert(tighten(m, riskier), "PolicyLoosens", [ETH_USD, 8, 5n * 10n ** 17n, 6n * 10n ** 17n]);
    const words = withChanges(m, riskier);
    expect(await m.governor.write.setPolicy([ETH_USD, words], from(m.risk)).then(...REFUSED)).to.equal("refused");
    await tighten(m, safer);
    expect(await inForce(m)).to.deep.equal(withChanges(m, safer));
    await setPolicy(m, ETH_USD, words);
    expect(await inForce(m)).to.deep.equal(words);
  });

  it("are nobody else's: not the trader's, not the guardian's, nor past the governor", async () => {
    const m = await governed();
    for (const who of [m.alice, m.mallory, m.guardian, m.risk]) {
      expect(await tighten(m, safer, who).then(...REFUSED)).to.equal("refused");
    }
    for (const who of [m.alice, m.tightener, m.risk]) {
      expect(await restrain(m, safer, (await now(m)) + DAY, who).then(...REFUSED)).to.equal("refused");
    }
    for (const who of [m.tightener, m.guardian, m.risk]) {
      const past = m.guard.write.setPolicy([ETH_USD, withChanges(m, safer)], from(who));
      await expectRevert(past, "AccessManagedUnauthorized", [who.account.address]);
    }
    expect(await inForce(m)).to.deep.equal(m.words);
  });

  it("are refused as the guard refuses them", async () => {
    const m = await governed();
    const words = { ...m.words, riskPolicy: m.words.riskPolicy & ~0xffffn };
    await expectRevert(m.governor.write.tighten([ETH_USD, words], from(m.tightener)), "PolicyOutOfRange", [
      ETH_USD,
      7,
      0n,
      10_000n,
      65_535n,
    ]);
    const unset = marketId("unset");
    await expectRevert(m.governor.write.tighten([unset, m.words], from(m.tightener)), "PolicyNotSet", [unset]);
  });
});

describe("a guardian", () => {
  it("tightens for a while; then anybody puts back what was in force", async () => {
    const m = await governed();
    const until = (await now(m)) + 3n * DAY;
    const hash = await restrain(m, { mode: "ReduceOnly" }, until);
    expect(await eventOf(m, hash, "Restrained")).to.deep.equal({ market: ETH_USD, until });
    await pushRound(m, START_PRICE);
    expect((await preview(m, position({ sizeAfter: 1n }))).allowed).to.equal(false);
    await enforce(m, position({ sizeBefore: 2n, sizeAfter: 1n }));
    await goTo(m, until - 10n);
    await expectRevert(release(m), "StillRestrained", [ETH_USD, until]);
    await goTo(m, until);
    expect(await eventOf(m, await release(m), "RestraintEnded")).to.deep.equal({ market: ETH_USD, isRestored: true });
    expect(await inForce(m)).to.deep.equal(m.words);
    await expectRevert(release(m), "NotRestrained", [ETH_USD]);
  });

  it("can't loosen, nor for longer than a week, nor into the past", async () => {
    const m = await governed();
    const time = (await now(m)) + 1n;
    await expectRevert(restrain(m, riskier, time + DAY), "PolicyLoosens", [ETH_USD, 8, 5n * 10n ** 17n, 6n * 10n ** 17n]);
    for (const until of [time - 1n, time + 30n * DAY]) {
      expect(
        await restrain(m, safer, until).then(
          () => "set",
          (error: Error) => /UntilOutOfRange/.exec(error.message)?.[0],
        ),
      ).to.equal("UntilOutOfRange");
    }
    expect(await inForce(m)).to.deep.equal(m.words);
  });

  it("renews once; after that the risk manager has to act", async () => {
    const m = await governed();
    const until = (await now(m)) + 5n * DAY;
    await restrain(m, safer, until);
    await goTo(m, until - DAY);
    await renew(m, until + 5n * DAY);
    await expectRevert(renew(m, until + 6n * DAY), "NotRestrained", [ETH_USD]);
    await expectRevert(restrain(m, { riskBudget: 10n ** 16n }, until + DAY), "RestraintSpent", [ETH_USD]);
    await goTo(m, until + 5n * DAY);
    await release(m);
    await expectRevert(restrain(m, safer, until + 6n * DAY), "RestraintSpent", [ETH_USD]);
    // What he does not like any better, he may leave as it is: tightening to the same is an act.
    await tighten(m, {});
    await restrain(m, safer, (await now(m)) + DAY);
  });

  it("is overruled by the risk manager either way, and then nothing is put back", async () => {
    for (const act of ["tighten", "setPolicy"] as const) {
      const m = await governed();
      const until = (await now(m)) + 6n * DAY;
      await restrain(m, safer, until);
      const next = { riskBudget: act === "tighten" ? 10n ** 16n : 7n * 10n ** 17n };
      const hash = act === "tighten" ? await tighten(m, next) : await setPolicy(m, ETH_USD, withChanges(m, next));
      expect(await eventOf(m, hash, "RestraintEnded")).to.deep.equal({ market: ETH_USD, isRestored: false });
      await goTo(m, until);
      await expectRevert(release(m), "NotRestrained", [ETH_USD]);
      expect(await inForce(m)).to.deep.equal(withChanges(m, next));
    }
  });
});

describe("a market nobody knows yet", () => {
  it("is held at ReduceOnly until it is warm", async () => {
    const m = await governed();
    const other = marketId("other");
    await expectRevert(setPolicy(m, other, m.words), "MarketNotWarm", [other, 0n, 24n]);
    await setPolicy(m, other, withChanges(m, { mode: "ReduceOnly" }));
    await m.guard.write.seed([other, 100n]);
    // What was refused is scheduled still.
    await m.governor.write.setPolicy([other, m.words], from(m.risk));
    expect(await m.guard.read.policy([other])).to.deep.equal(m.words);
  });

  it("so is one whose feed changes: what was known is of another price", async () => {
    const m = await governed();
    const feed = await m.connection.viem.deployContract("TestFeed", [8, 1n << 64n]);
    const words = withChanges(m, { feed: feed.address });
    await expectRevert(setPolicy(m, ETH_USD, words), "MarketNotWarm", [ETH_USD, 0n, 24n]);
    await setPolicy(m, ETH_USD, withChanges(m, { feed: feed.address, mode: "ReduceOnly" }));
  });
});

describe("whatever governance does", () => {
  it("closing the governor and the guard, or revoking every role, refuses no reduction", async () => {
    const m = await governed();
    const { limitSize } = await preview(m, position({ sizeAfter: 1n }));
    await m.manager.write.setTargetClosed([m.governor.address, true]);
    await m.manager.write.setTargetClosed([m.guard.address, true]);
    for (const [role, who] of [
      [ROLE.risk, m.risk.account.address],
      [ROLE.tightener, m.tightener.account.address],
      [ROLE.guardian, m.guardian.account.address],
      [ROLE.governor, m.governor.address],
    ] as const) {
      await m.manager.write.revokeRole([role, who]);
    }
    await pushRound(m, START_PRICE);
    const size = limitSize / 2n;
    await enforce(m, position({ sizeAfter: size }));
    await enforce(m, position({ sizeBefore: size, sizeAfter: size / 2n }));
    await m.guard.write.record([ETH_USD, position({ sizeBefore: size, sizeAfter: 0n })], from(m.protocol));
    expect(await tighten(m, safer).then(...REFUSED)).to.equal("refused");
  });
});
