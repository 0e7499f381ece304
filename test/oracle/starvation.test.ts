/** A reduction is executed at a worsened old price where its feed is dead: who could kill the feed by sending little gas would choose between two prices. */
import { expect } from "chai";
import type { Hex } from "viem";
import { marketId } from "../../scripts/lib/market.ts";
import { encodePolicy } from "../../sdk/src/index.ts";
import { SPACING } from "../helpers/adapters.ts";
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
      for (let gas = 60_000n; gas < 500_000n; gas += gas < 250_000n ? 2_000n : 25_000n) {
        const m = await load();
        const hash = await m.perp.write.close([MARKET], { ...from(m.alice), gas }).catch(() => undefined);
        if (hash === undefined) {
          failed++;
          continue;
        }
        expect((await eventOf(m, hash, "Modified")).price, `with ${gas} gas`).to.equal(wad(1_600));
        closed++;
      }
      expect(Math.min(closed, failed)).to.be.above(10);
    });
  }
});
