import { expect } from "chai";
import { zeroAddress } from "viem";
import { PUSHED_VARIANCE_RAMP, pushedVarianceAt, unpackPushedVariance, WAD, YEAR } from "../../sdk/src/math/index.ts";
import { answer, createRegistry, forecaster, REFERENCE, submit } from "../helpers/forecasts.ts";
import { createDirect, ETH_USD, enforce, expectRevert, fixture, goTo, lower, now, position, preview, warmUp } from "../helpers/market.ts";

const HOUR = 3_600n;
const small = position({ sizeAfter: 1n });
const LISTENING = { usesPushedVariance: true, maxVolatility: 4n * WAD, heartbeat: 500_000n, maxAge: 600_000n };

/** A calm market that listens to a registry of five forecasters. */
const forecasting = fixture(async (connection) => {
  const registry = await createRegistry(connection);
  const m = await createDirect(connection, { ...LISTENING, varianceSource: lower(registry.registry.address) });
  await warmUp(m, 24 * 20);
  return { ...m, registry };
});

/** A calm market that listens to an index, in percent, of the shape of a feed. */
const implied = fixture(async (connection) => {
  const { viem } = connection;
  const index = await viem.deployContract("TestFeed", [8, 1n << 64n]);
  const source = await viem.deployContract("ImpliedVolatilityFeed", [index.address, WAD / 100n, YEAR, 2n * HOUR]);
  const m = await createDirect(connection, { ...LISTENING, varianceSource: lower(source.address) });
  await warmUp(m, 24 * 20);
  return { ...m, index, source };
});

describe("signed forecasts in a guard", () => {
  it("three of five say more than the market knows: by and by the guard believes their median, until it expires", async () => {
    const { registry, ...m } = await forecasting();
    const own = await preview(m, small);
    for (const share of [16n, 18n, 20n].entries()) {
      await submit(registry, forecaster(registry, share[0]), { variance: (REFERENCE * share[1]) / 10n });
    }
    const said = await answer(registry);
    expect(said.variance).to.equal((REFERENCE * 18n) / 10n);
    await m.guard.write.sync([ETH_USD]);
    const { pushedVariance } = await m.guard.read.meters([ETH_USD, zeroAddress]);
    const { target, until } = unpackPushedVariance(pushedVariance);
    expect([target, until]).to.deep.equal([said.variance, said.validUntil]);
    await goTo(m, (await now(m)) + PUSHED_VARIANCE_RAMP);
    const informed = await preview(m, small);
    expect(informed.variance).to.equal(said.variance);
    expect(own.variance < said.variance && informed.limitSize < own.limitSize).to.equal(true);
    await goTo(m, until + 6n * HOUR);
    expect((await preview(m, small)).variance).to.equal(pushedVarianceAt(pushedVariance, await now(m)));
    await expectRevert(m.guard.write.sync([ETH_USD]), "VarianceSourceUnusable", [registry.registry.address]);
    await goTo(m, until + 24n * HOUR);
    expect((await preview(m, small)).variance < (said.variance * 6n) / 10n).to.equal(true);
  });

  it("two liars of five move nothing beyond what the honest three say, and nobody has to reduce for it", async () => {
    const { registry, ...m } = await forecasting();
    for (const [index, share] of [9n, 10n, 11n].entries()) {
      await submit(registry, forecaster(registry, index), { variance: (REFERENCE * share) / 10n });
    }
    const honest = await answer(registry);
    for (const index of [3, 4]) await submit(registry, forecaster(registry, index), { variance: 2n ** 72n - 1n });
    const lied = await answer(registry);
    expect(lied.variance >= honest.variance && lied.variance <= (REFERENCE * 11n) / 10n).to.equal(true);
    await m.guard.write.sync([ETH_USD]);
    await goTo(m, (await now(m)) + PUSHED_VARIANCE_RAMP);
    const held = ((await preview(m, small)).limitSize * 9n) / 10n;
    await enforce(m, position({ sizeAfter: held }));
    await enforce(m, position({ sizeBefore: held, sizeAfter: held / 2n }));
  });
});

describe("an implied volatility in a guard", () => {
  it("an index of 150 is a variance of 2.25: it counts once it is pushed, and no longer than the index is fresh", async () => {
    const m = await implied();
    const own = await preview(m, small);
    const written = await now(m);
    await m.index.write.push([150n * 10n ** 8n, written]);
    await m.guard.write.sync([ETH_USD]);
    await goTo(m, (await now(m)) + PUSHED_VARIANCE_RAMP);
    const informed = await preview(m, small);
    expect(own.variance < WAD).to.equal(true);
    expect(informed.variance).to.equal((9n * WAD) / 4n);
    const { pushedVariance } = await m.guard.read.meters([ETH_USD, zeroAddress]);
    expect(unpackPushedVariance(pushedVariance).until).to.equal(written + 2n * HOUR);
    await goTo(m, written + 2n * HOUR + 1n);
    await expectRevert(m.guard.write.sync([ETH_USD]), "VarianceSourceUnusable", [m.source.address]);
  });

  it("an index that runs away is believed up to the policy's volatility", async () => {
    const m = await implied();
    await m.index.write.push([900n * 10n ** 8n, await now(m)]);
    await m.guard.write.sync([ETH_USD]);
    await goTo(m, (await now(m)) + PUSHED_VARIANCE_RAMP);
    expect((await preview(m, small)).variance).to.equal(16n * WAD);
  });
});
