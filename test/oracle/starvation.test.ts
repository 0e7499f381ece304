/** A reduction is executed at a worsened old price where its feed is dead: who could kill the feed by sending little gas would choose between two prices. */
import { expect } from "chai";
import type { Hex } from "viem";
import { marketId } from "../../scripts/lib/market.ts";
import { encodePolicy } from "../../sdk/src/index.ts";
import { SPACING } from "../helpers/adapters.ts";
import { configOf, deploySource, type Source, write as writeSource } from "../helpers/feedSources.ts";
import {
  CONFIG,
  type Connection,
  createMarket,
  eventOf,
  fixture,
  from,
  fund,
  goTo,
  lower,
  now,
  type TestMarket,
  wad,
} from "../helpers/market.ts";

const MARKET = marketId("ETH/USD by another feed");
const ETH_ID: Hex = `0x${"e7".repeat(32)}`;

/** A feed, and how its source comes to a price of now. */
interface Subject {
  readonly feed: Hex;
  readonly decimals: number;
  readonly write: (price: number) => Promise<unknown>;
}

/** A feed made of sources of the AggregatorV3 shape, which all write the same price. */
async function of(
  m: TestMarket,
  count: number,
  deploy: (sources: readonly Source[]) => Promise<{ readonly address: Hex }>,
): Promise<Subject> {
  const sources = await Promise.all(Array.from({ length: count }, () => deploySource(m.connection)));
  const { address } = await deploy(sources);
  const write = async (price: number) => {
    const time = await now(m);
    for (const source of sources) await writeSource(m, source, price, time);
  };
  return { feed: address, decimals: 8, write };
}

/** A vault of the perp's token, a share of which is worth one of it, on a feed of the asset's price. */
async function shareFeed(m: TestMarket, assetFeed: Hex) {
  const { viem } = m.connection;
  const token = await viem.deployContract("TestToken", ["Asset", "A", 18]);
  const vault = await viem.deployContract("TestVault", [token.address, 0]);
  const share = { vault: vault.address, assetFeed, decimals: 8, minSpacing: SPACING };
  const snapshot = { snapshotRatio: 10n ** 18n, snapshotTime: await now(m), maxYearlyGrowth: 10n ** 17n };
  return viem.deployContract("ShareFeed", [{ ...share, ...snapshot }]);
}

/** What one of several sources gets: so much that a trader who was told it is too little could go on with what he has. */
const SHARE_OF_GAS = 300_000;

const addressOf = (source: Source | undefined): Hex => source?.address ?? expect.fail("no source");

const SUBJECTS: Readonly<Record<string, (m: TestMarket) => Promise<Subject>>> = {
  PythFeed: async (m) => {
    const pyth = await m.connection.viem.deployContract("TestPyth", [0n]);
    const { address } = await m.connection.viem.deployContract("PythFeed", [pyth.address, ETH_ID, 10n ** 16n, SPACING]);
    const write = async (price: number) => {
      const answer = wad(price) / 10n ** 10n;
      const data = await pyth.read.createPriceFeedUpdateData([ETH_ID, answer, 0n, -8, answer, 0n, await now(m), 0n]);
      return pyth.write.updatePriceFeeds([[data]]);
    };
    return { feed: address, decimals: 18, write };
  },
  RedstoneFeed: async (m) => {
    const redstone = await m.connection.viem.deployContract("TestRedstone");
    const { address } = await m.connection.viem.deployContract("RedstoneFeed", [redstone.address, SPACING]);
    return {
      feed: address,
      decimals: 8,
      write: async (price) => redstone.write.update([wad(price) / 10n ** 10n, (await now(m)) * 1_000n]),
    };
  },
  ClampGuard: (m) => of(m, 1, ([source]) => m.connection.viem.deployContract("ClampGuard", [addressOf(source), 1n, 10n ** 18n])),
  SequencerGuard: (m) =>
    of(m, 1, async ([source]) => {
      const uptime = await deploySource(m.connection, 0);
      await uptime.write.push([0n, 1n]);
      return m.connection.viem.deployContract("SequencerGuard", [addressOf(source), uptime.address, 3_600n]);
    }),
  FallbackFeed: (m) =>
    of(m, 2, (sources) => {
      const [primary, secondary] = sources.map((one) => configOf(one, 3_900, SHARE_OF_GAS));
      if (primary === undefined || secondary === undefined) throw new Error("two sources");
      return m.connection.viem.deployContract("FallbackFeed", [primary, secondary, 8, 10n ** 16n]);
    }),
  MedianFeed: (m) =>
    of(m, 5, (sources) =>
      m.connection.viem.deployContract("MedianFeed", [sources.map((one) => configOf(one, 3_900, SHARE_OF_GAS)), 3n, 8, SPACING]),
    ),
  ShareFeed: (m) => of(m, 1, ([source]) => shareFeed(m, addressOf(source))),
};

/** Alice is long at 2 000, the price has fallen to 1 600 since, and nobody has told the perp. */
const crashed = (create: (m: TestMarket) => Promise<Subject>) =>
  fixture(async (connection: Connection) => {
    const m = await createMarket(connection);
    const { feed, decimals, write } = await create(m);
    await m.guard.write.setPolicy([MARKET, encodePolicy({ ...m.policy, feed: lower(feed), feedDecimals: BigInt(decimals) })]);
    await m.perp.write.list([MARKET, { ...CONFIG, feed, feedDecimals: decimals }]);
    await goTo(m, (await now(m)) + 100n);
    await write(2_000);
    await fund(m, m.alice, 20_000n);
    await m.perp.write.modify([MARKET, wad(2), 20_000n * m.tokenUnit], from(m.alice));
    await goTo(m, (await now(m)) + 1_000n);
    await write(1_600);
    return m;
  });

describe("a trader who sends little gas", () => {
  for (const [name, create] of Object.entries(SUBJECTS)) {
    const load = crashed(create);

    it(`closes at the price of now or not at all, with a ${name}`, async () => {
      let [closed, failed] = [0, 0];
      for (let gas = 60_000n; gas < 700_000n; gas += gas < 250_000n ? 3_000n : 25_000n) {
        const m = await load();
        const hash = await m.perp.write.close([MARKET], { ...from(m.alice), gas }).catch(() => undefined);
        if (hash === undefined) {
          failed++;
          continue;
        }
        expect((await eventOf(m, hash, "Modified")).price, `with ${gas} gas`).to.equal(wad(1_600));
        closed++;
      }
      expect(Math.min(closed, failed)).to.be.above(5);
    });
  }
});
