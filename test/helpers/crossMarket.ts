/**
 * A cross-margin exchange to test against: several markets, some of them squared, some on one feed, a guard that judges the
 * portfolio, and the SDK's answer to the same question. Nothing here runs until a test asks for it.
 */
import { expect } from "chai";
import { getContractAddress, type Hex, zeroAddress } from "viem";
import { marketId } from "../../scripts/lib/market.ts";
import { checkPortfolio, encodePolicy, type GuardSnapshot, type Policy, type PortfolioCheckResult } from "../../sdk/src/index.ts";
import { adverseMove } from "../../sdk/src/math/index.ts";
import { getSnapshot } from "../../sdk/src/viem/index.ts";
import {
  type Connection,
  expectRevert,
  FIRST_ROUND_ID,
  from,
  goTo,
  holdClock,
  limitIndex,
  now,
  POLICY,
  statusIndex,
  type Trader,
  UINT256_MAX,
  wad,
  wallets,
} from "./market.ts";

export const W = 10n ** 18n;
export const DAY = 86_400n;
/** Wei of quote in one unit of the collateral token, which has six decimals. */
export const TOKEN = 10n ** 12n;

/** What a market of the tests charges and demands by itself. */
export const CROSS_CONFIG = {
  feedDecimals: 8,
  maxPriceAge: 10_800,
  initialMarginRatio: wad(0.02),
  maintenanceMarginRatio: wad(0.01),
  liquidationPenalty: wad(0.01),
  tradeFee: wad(0.0005),
  faultSpread: wad(0.05),
  normaliser: 0n,
  dailyFunding: 0n,
};
export type CrossConfig = typeof CROSS_CONFIG;

/** A squared one: twice the margin, and 0.4 % of its value a day. */
const SQUARED = { initialMarginRatio: wad(0.04), maintenanceMarginRatio: wad(0.02), dailyFunding: wad(0.004) };

/** So that of all limits the portfolio's is the one that binds. */
const CROSS_POLICY: Partial<Policy> = { active: ["Margin", "OpenInterest", "Portfolio"] };

/** A market to list. */
export interface Listing {
  /** The feed's first price, whole quote units. */
  readonly price: number;
  /** The market whose feed this one reads. Default: one of its own. */
  readonly feedOf?: string;
  /** Whether a contract is worth price² divided by the first price. */
  readonly isSquared?: boolean;
  readonly config?: Partial<CrossConfig>;
  readonly policy?: Partial<Policy>;
}

/** Ether, a second market and a squared one on the same feed, and bitcoin. */
export const LISTINGS: Readonly<Record<string, Listing>> = {
  ETH: { price: 2_000 },
  QUARTERLY: { price: 2_000, feedOf: "ETH" },
  SQUARED: { price: 2_000, feedOf: "ETH", isSquared: true },
  BTC: { price: 60_000 },
};

/**
 * Token, traders with a million each, exchange with a pool of ten million, and whatever guards it. The token has six decimals,
 * and does what it is told in the middle of a transfer.
 */
async function deployExchange<T extends { readonly address: Hex }>(connection: Connection, deployGuard: (protocol: Hex) => Promise<T>) {
  const named = await wallets(connection);
  const { viem } = connection;
  const publicClient = await viem.getPublicClient();
  const deployer = named.deployer.account.address;
  const token = await viem.deployContract("HostileToken", [6]);
  const nonce = BigInt(await publicClient.getTransactionCount({ address: deployer }));
  const guard = await deployGuard(getContractAddress({ from: deployer, nonce: nonce + 1n }));
  const perp = await viem.deployContract("CrossMarginPerp", [guard.address, token.address, deployer]);
  for (const { account } of [named.deployer, named.alice, named.bob, named.carol, named.keeper]) {
    await token.write.mint([account.address, account.address === deployer ? 10_000_000n * 10n ** 6n : 1_000_000n * 10n ** 6n]);
    await token.write.approve([perp.address, UINT256_MAX], { account });
  }
  await perp.write.supply([10_000_000n * 10n ** 6n]);
  return { ...named, connection, publicClient, token, guard, perp };
}

/** A feed without rounds. */
const deployFeed = ({ viem }: Connection) => viem.deployContract("TestFeed", [CROSS_CONFIG.feedDecimals, FIRST_ROUND_ID]);

type Deployed = Awaited<ReturnType<typeof deployExchange>>;

/** Lists the markets. Each feed has one round, of now. */
async function listMarkets(m: Deployed, listings: Readonly<Record<string, Listing>>) {
  const markets = new Map<string, Market>();
  for (const [name, { price, feedOf, isSquared = false, config }] of Object.entries(listings)) {
    const feed =
      feedOf === undefined ? await deployFeed(m.connection) : (markets.get(feedOf)?.feed ?? expect.fail(`${feedOf} comes later`));
    const terms: CrossConfig = { ...CROSS_CONFIG, ...(isSquared && { ...SQUARED, normaliser: wad(price) }), ...config };
    markets.set(name, { id: marketId(name), feed, terms });
    await m.perp.write.list([marketId(name), { ...terms, feed: feed.address }]);
    if (feedOf === undefined) await feed.write.push([wad(price) / 10n ** 10n, await now(m)]);
  }
  return markets;
}

/** A listed market. */
export interface Market {
  readonly id: Hex;
  readonly feed: Awaited<ReturnType<typeof deployFeed>>;
  readonly terms: CrossConfig;
}

/** The exchange with the guard it is made for. */
export async function createExchange(connection: Connection, listings: Readonly<Record<string, Listing>> = LISTINGS) {
  const { viem } = connection;
  const { deployer } = await wallets(connection);
  const manager = await viem.deployContract("AccessManager", [deployer.account.address]);
  const lens = await viem.deployContract("SizingLens");
  const m = await deployExchange(connection, (protocol) => viem.deployContract("SizingGuard", [manager.address, protocol]));
  const markets = await listMarkets(m, listings);
  for (const [name, { isSquared = false, policy }] of Object.entries(listings)) {
    const feed = marketOf({ markets }, name).feed.address.toLowerCase() as Hex;
    await m.guard.write.setPolicy([marketId(name), encodePolicy({ ...POLICY, ...CROSS_POLICY, hasGreeks: isSquared, ...policy, feed })]);
  }
  return { ...m, markets, lens };
}
export type Exchange = Awaited<ReturnType<typeof createExchange>>;

/** The exchange with a guard that judges nothing and repeats what it is told. */
export async function createWatched(connection: Connection, listings: Readonly<Record<string, Listing>> = LISTINGS) {
  const m = await deployExchange(connection, (protocol) => connection.viem.deployContract("PortfolioWatcher", [protocol]));
  return { ...m, markets: await listMarkets(m, listings) };
}
export type WatchedExchange = Awaited<ReturnType<typeof createWatched>>;

/** What both have. */
export type Venue = Omit<WatchedExchange, "guard">;

export const marketOf = ({ markets }: Pick<Venue, "markets">, name: string): Market =>
  markets.get(name) ?? expect.fail(`there is no market ${name}`);

export const idOf = (name: string): Hex => marketId(name);

/** The adverse move the scenarios have for a market at this second, WAD. */
export async function scenarioMove(m: Exchange, name: string): Promise<bigint> {
  const [, , , updatedAt] = await marketOf(m, name).feed.read.latestRoundData();
  const variance = await m.guard.read.variance([idOf(name)]);
  return adverseMove(POLICY.portfolioTail, variance, POLICY.portfolioHorizon + (await now(m)) - updatedAt);
}

/** The feed of a market answers this from now on. */
export async function setPrice(m: Venue, name: string, price: number): Promise<void> {
  await marketOf(m, name).feed.write.push([wad(price) / 10n ** 10n, await now(m)]);
}

/** Moves the clock on, and lets feeds answer anew: an exchange without fresh prices does nothing. */
export async function later(m: Venue, seconds: bigint, prices: Readonly<Record<string, number>>): Promise<void> {
  await goTo(m, (await now(m)) + seconds);
  for (const [name, price] of Object.entries(prices)) await setPrice(m, name, price);
}

export const deposit = (m: Venue, trader: Trader, tokens: bigint): Promise<Hex> => m.perp.write.deposit([tokens * 10n ** 6n], from(trader));

export const withdraw = (m: Venue, trader: Trader, tokens: bigint): Promise<Hex> =>
  m.perp.write.withdraw([tokens * 10n ** 6n], from(trader));

export const trade = (m: Venue, trader: Trader, name: string, size: bigint): Promise<Hex> =>
  m.perp.write.trade([idOf(name), size], from(trader));

export const placeOrder = (m: Venue, trader: Trader, name: string, size: bigint): Promise<Hex> =>
  m.perp.write.placeOrder([idOf(name), size], from(trader));

export const sizeOf = async (m: Venue, trader: Trader, name: string): Promise<bigint> =>
  (await m.perp.read.position([idOf(name), trader.account.address])).size;

/** What the guard would be told: position and exposures. */
export const stated = (m: Venue, trader: Trader, name: string, size: bigint, flow = 0n) =>
  m.perp.read.positionAfter([idOf(name), trader.account.address, size, flow]);
export type Stated = Awaited<ReturnType<typeof stated>>;

/** The SDK's answer to what is stated, which must be the guard's own, value by value. */
export async function judged(m: Exchange, name: string, [position, others]: Stated): Promise<PortfolioCheckResult> {
  const snapshotOf = (market: Hex, account: Hex): Promise<GuardSnapshot> =>
    getSnapshot(m.publicClient, { lens: m.lens.address, guard: m.guard.address, market, account });
  const snapshot = await snapshotOf(idOf(name), position.account);
  const foreign = others.filter(({ market }) => market !== idOf(name));
  const snapshots = await Promise.all(foreign.map(({ market }) => snapshotOf(market, zeroAddress)));
  const result = checkPortfolio(snapshot, position, others, snapshots, snapshot.timestamp);
  const [verdict, assessment] = await m.guard.read.previewPortfolio([idOf(name), position, others]);
  const { allowed, maxSize, limitSize, price, variance, loss, allowedLoss } = result;
  expect(
    {
      allowed,
      maxSize,
      limitSize,
      price,
      variance,
      loss,
      allowedLoss,
      limit: limitIndex(result.limit),
      status: statusIndex(result.status),
    },
    `the SDK and the guard on ${name}`,
  ).to.deep.equal({ ...verdict, loss: assessment.loss, allowedLoss: assessment.allowedLoss });
  return result;
}

/** Trades, and expects what the SDK said a block before: that it stands, or the guard's refusal to the byte. */
export async function tradeAsJudged(m: Exchange, trader: Trader, name: string, size: bigint): Promise<PortfolioCheckResult> {
  await holdClock(m);
  const result = await judged(m, name, await stated(m, trader, name, size));
  await expectOutcome(trade(m, trader, name, size), result);
  return result;
}

/** The action stands where the SDK allows it, and is refused with its error where not. */
export async function expectOutcome(action: Promise<Hex>, { rejection }: Pick<PortfolioCheckResult, "rejection">): Promise<void> {
  if (rejection === null) await action;
  else await expectRevert(action, rejection.code, rejection.args);
}
