import { expect } from "chai";
import type { Hex } from "viem";
import {
  CONFIG,
  createMarket,
  createPerpOn,
  ETH_USD,
  expectRevert,
  fixture,
  from,
  fund,
  laterRound,
  open,
  START_PRICE,
  UINT256_MAX,
  wad,
  warmUp,
} from "../helpers/market.ts";

const W = 10n ** 18n;
const OTHER: Hex = `0x${"22".repeat(32)}`;

const market = fixture(async (connection) => {
  const m = await createMarket(connection);
  await warmUp(m, 60);
  return m;
});

describe("collateral of any decimals", () => {
  for (const decimals of [0, 6, 18, 24, 36]) {
    const load = fixture(async (connection) => {
      const m = await createMarket(connection, { tokenDecimals: decimals, policy: { mode: "Off" } });
      await warmUp(m, 60);
      return m;
    });

    it(`with ${decimals} counts whole units alike, and gives back no more than there is`, async () => {
      const m = await load();
      await open(m, m.alice, 5_000n, wad(10));
      // A fee of 10 on 20 000.
      expect((await m.perp.read.account([ETH_USD, m.alice.account.address])).collateral).to.equal(4_990n * W);
      await laterRound(m, START_PRICE + 7.77, 60n);
      await m.perp.write.close([ETH_USD], from(m.alice));
      const { collateral } = await m.perp.read.account([ETH_USD, m.alice.account.address]);
      const held = await m.token.read.balanceOf([m.alice.account.address]);
      const heldWad = (held * W) / m.tokenUnit;
      // 5 000 − 10 + 77.7 − 10.03885, less a minute of funding.
      expect(heldWad + collateral <= wad(5_057.66115) && heldWad + collateral > wad(5_057.65)).to.equal(true);
      expect(collateral < (m.tokenUnit < W ? W / m.tokenUnit : 1n), "dust of less than a unit stays").to.equal(true);
      const claims = collateral + (await m.perp.read.pool());
      const dust = ((await m.token.read.balanceOf([m.perp.address])) * W) / m.tokenUnit - claims;
      expect(dust >= 0n && dust <= 2n, `${dust} wei of rounding`).to.equal(true);
    });

    it(`with ${decimals} takes in nothing less than it credits, down to the smallest unit`, async () => {
      const m = await load();
      await fund(m, m.bob, 10n);
      for (const units of [1n, 3n, 999_999n].filter((value) => value <= m.tokenUnit)) {
        const before = (await m.perp.read.account([ETH_USD, m.bob.account.address])).collateral;
        await m.perp.write.deposit([ETH_USD, units], from(m.bob));
        const credited = (await m.perp.read.account([ETH_USD, m.bob.account.address])).collateral - before;
        expect(credited * m.tokenUnit <= units * W).to.equal(true);
      }
      const { collateral } = await m.perp.read.account([ETH_USD, m.bob.account.address]);
      await m.perp.write.withdraw([ETH_USD, (collateral * m.tokenUnit) / W], from(m.bob));
      expect((await m.perp.read.account([ETH_USD, m.bob.account.address])).collateral).to.equal(0n);
    });
  }

  it("with 37 is refused", async () => {
    const m = await market();
    const token = await m.connection.viem.deployContract("TestToken", ["Too fine", "FINE", 37]);
    await expectRevert(createPerpOn(m, token.address), "TokenDecimalsOutOfRange", [token.address, 37n, 36n]);
  });
});

describe("a token that keeps a fee", () => {
  it("is credited as it arrives, for traders and for the pool", async () => {
    const m = await market();
    const token = await m.connection.viem.deployContract("HostileToken", [6]);
    const { perp } = await createPerpOn(m, token.address);
    await token.write.setFee([100n]);
    for (const wallet of [m.alice, m.bob]) {
      await token.write.mint([wallet.account.address, 20_000n * m.tokenUnit]);
      await token.write.approve([perp.address, UINT256_MAX], from(wallet));
    }
    await perp.write.deposit([ETH_USD, 10_000n * m.tokenUnit], from(m.alice));
    expect((await perp.read.account([ETH_USD, m.alice.account.address])).collateral).to.equal(9_900n * W);
    await perp.write.supply([10_000n * m.tokenUnit], from(m.bob));
    expect(await perp.read.pool()).to.equal(9_900n * W);
    expect(await token.read.balanceOf([perp.address])).to.equal(19_800n * m.tokenUnit);
    // The way out costs its fee, too: it is the owner's, and not the others'.
    await perp.write.withdraw([ETH_USD, 9_900n * m.tokenUnit], from(m.alice));
    expect(await token.read.balanceOf([m.alice.account.address])).to.equal((10_000n + 9_801n) * m.tokenUnit);
    expect(await token.read.balanceOf([perp.address])).to.equal(9_900n * m.tokenUnit);
  });
});

describe("listing a market", () => {
  it("is the owner's alone", async () => {
    const m = await market();
    const list = m.perp.write.list([OTHER, { ...CONFIG, feed: m.feed.address }], from(m.mallory));
    await expectRevert(list, "OwnableUnauthorizedAccount", [m.mallory.account.address]);
  });

  it("happens once", async () => {
    const m = await market();
    await expectRevert(m.perp.write.list([ETH_USD, { ...CONFIG, feed: m.feed.address }]), "MarketAlreadyListed", [ETH_USD]);
  });

  const unsound = {
    "no feed": { feed: `0x${"00".repeat(20)}` as Hex },
    "a feed of 37 decimals": { feedDecimals: 37 },
    "no skew scale": { skewScale: 0n },
    "an initial margin below maintenance": { initialMarginRatio: CONFIG.maintenanceMarginRatio - 1n },
    "an initial margin above 100 %": { initialMarginRatio: W + 1n },
    "a spread of 100 %": { faultSpread: W },
    "a fee of 100 %": { tradeFee: W },
  };
  for (const [what, override] of Object.entries(unsound)) {
    it(`is refused with ${what}`, async () => {
      const m = await market();
      const config = { ...CONFIG, feed: m.feed.address, ...override };
      await expectRevert(m.perp.write.list([OTHER, config]), "ConfigOutOfRange", [OTHER]);
    });
  }

  it("must come before anything is done in it", async () => {
    const m = await market();
    const { write, read } = m.perp;
    const alice = from(m.alice);
    const calls = [
      () => write.deposit([OTHER, 0n], alice),
      () => write.withdraw([OTHER, 0n], alice),
      () => write.trade([OTHER, 1n], alice),
      () => write.modify([OTHER, 1n, 0n], alice),
      () => write.modifyBounded([OTHER, 1n, 0n, 0n, UINT256_MAX], alice),
      () => write.close([OTHER], alice),
      () => write.liquidate([OTHER, m.bob.account.address], alice),
      () => read.positionAfter([OTHER, m.bob.account.address, 1n, 0n]),
    ];
    for (const call of calls) await expectRevert(call(), "UnknownMarket", [OTHER]);
  });
});

describe("a perp and its guard", () => {
  it("belong together: a guard that was deployed for another protocol is refused", async () => {
    const m = await market();
    const deployed = m.connection.viem.deployContract("ReferencePerp", [m.guard.address, m.token.address, m.deployer.account.address]);
    await expectRevert(deployed, "GuardForAnotherProtocol", [m.guard.address, m.perp.address]);
  });
});
