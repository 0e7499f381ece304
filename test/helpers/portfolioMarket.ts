/** A guard with several markets, each with a feed of its own, whose protocol is a wallet: a test may state any portfolio. */
import type { Hex } from "viem";
import { marketId } from "../../scripts/lib/market.ts";
import { checkPortfolio, type Exposure, encodePolicy, type GuardSnapshot, type Policy, type Position } from "../../sdk/src/index.ts";
import { getSnapshot } from "../../sdk/src/viem/index.ts";
import { type Connection, createDirect, FIRST_ROUND_ID, from, GAS, now, POLICY, position } from "./market.ts";

export const WAD = 10n ** 18n;

/** A market whose id is its place in the order of ids. */
export const idOf = (index: number): Hex => marketId(`market ${index}`);

/** A perpetual's exposure, or an option's; quote in whole units. */
export function exposure(market: Hex, delta: bigint, greeks: Partial<Exposure> = {}): Exposure {
  return { market, delta: delta * WAD, gamma: 0n, vega: 0n, theta: 0n, ...greeks };
}

/** Where ids strictly ascend, as the guard asks for them. */
export function ascending(exposures: readonly Exposure[]): Exposure[] {
  return [...exposures].sort((x, y) => (BigInt(x.market) < BigInt(y.market) ? -1 : 1));
}

/** `count` markets at a price of 2 000 each, none of them observed yet: their variance is the conservative beginning. */
export async function createPortfolio(connection: Connection, count: number, overrides: Partial<Policy> = {}) {
  const direct = await createDirect(connection);
  const { viem } = connection;
  const lens = await viem.deployContract("SizingLens");
  const markets = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const feed = await viem.deployContract("TestFeed", [8, FIRST_ROUND_ID]);
      const policy: Policy = {
        ...POLICY,
        active: ["Margin", "OpenInterest", "Portfolio"],
        // So little margin that the portfolio is what binds.
        baseMargin: 10n ** 14n,
        ...overrides,
        feed: feed.address.toLowerCase() as Hex,
      };
      const id = idOf(index);
      await direct.guard.write.setPolicy([id, encodePolicy(policy)]);
      await feed.write.push([2_000n * 10n ** 8n, await now(direct)]);
      return { id, feed, policy };
    }),
  );
  return { ...direct, lens, markets, snapshotOf };

  /** What the SDK needs of one market, for the account of the tests. */
  function snapshotOf(market: Hex, account: Hex = position().account): Promise<GuardSnapshot> {
    return getSnapshot(direct.publicClient, { lens: lens.address, guard: direct.guard.address, market, account });
  }
}
export type PortfolioMarket = Awaited<ReturnType<typeof createPortfolio>>;

/** What the SDK says, from snapshots of now. */
export async function checked(m: PortfolioMarket, market: Hex, asked: Position, others: readonly Exposure[]) {
  const ids = [...new Set(others.map((one) => one.market))].filter((id) => id !== market);
  const [snapshot, ...snapshots] = await Promise.all([market, ...ids].map((id) => m.snapshotOf(id)));
  if (snapshot === undefined) throw new Error("every market has a snapshot");
  return checkPortfolio(snapshot, asked, others, snapshots, snapshot.timestamp);
}

export const previewPortfolio = (m: PortfolioMarket, market: Hex, asked: Position, others: readonly Exposure[]) =>
  m.guard.read.previewPortfolio([market, asked, [...others]]);

export const enforcePortfolio = (m: PortfolioMarket, market: Hex, asked: Position, others: readonly Exposure[]): Promise<Hex> =>
  m.guard.write.enforcePortfolio([market, asked, [...others]], { ...from(m.protocol), gas: GAS });
