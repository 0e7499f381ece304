/**
 * A market to test against: the fixture of the demo, wallets with names, a feed that is easy to move, and reverts compared
 * to the byte. Nothing here runs until a test asks for it.
 */

import { expect } from "chai";
import { artifacts, network } from "hardhat";
import { type Abi, decodeErrorResult, encodeErrorResult, getContractAddress, type Hex, parseAbi, parseEventLogs, zeroAddress } from "viem";
import { type DeployOptions, deployMarket, ETH_USD, FIRST_ROUND_ID } from "../../scripts/lib/market.ts";
import { revertData } from "../../scripts/lib/revert.ts";
import { encodePolicy, LIMITS, type Limit, type Mode, ORACLE_STATUSES, type OracleStatus, type Policy } from "../../sdk/src/index.ts";
import { WAD } from "../../sdk/src/math/index.ts";
import { FAULTS, type Fault } from "./faults.ts";

export { ETH_USD, FIRST_ROUND_ID };

export const INT256_MIN = -(2n ** 255n);
export const INT256_MAX = 2n ** 255n - 1n;
export const UINT256_MAX = 2n ** 256n - 1n;

const percent = (value: number): bigint => BigInt(Math.round(value * 100)) * 10n ** 14n;

/** The policy of the tests: theirs alone, so that another default for the demo moves no expectation. */
export const POLICY: Omit<Policy, "feed"> = {
  feedDecimals: 8n,
  mode: "Enforce",
  active: ["Volatility", "Collateral", "Margin", "OpenInterest"],
  heartbeat: 3_900n,
  maxAge: 10_800n,
  volatilityFloor: percent(5),
  tail: 40_433n * 10n ** 14n,
  riskBudget: percent(50),
  maintenanceAndPenalty: percent(2),
  exitFee: percent(0.05),
  baseMargin: percent(2),
  fullMarginOpenInterest: 200_000_000n * WAD,
  liquidityCap: 200_000_000n * WAD,
  openInterestCap: 50_000n * WAD,
  referenceMove: percent(15),
  concentrationShare: percent(50),
  horizon: 14_400n,
  usesImpact: false,
  dailyVolume: 500_000_000n * WAD,
  maxSlippage: percent(1),
  impactCoefficient: WAD,
  maxSkew: 20_000n * WAD,
  growthCapacity: 5_000n * WAD,
  growthPeriod: 3_600n,
  maxDrawdown: percent(50),
  drawdownPower: 1n,
  peakHalfLife: 30n * 86_400n,
  hasGreeks: false,
  capsRiskShare: false,
  capsDelta: false,
  capsGamma: false,
  capsVega: false,
  usesFactor: false,
  hasBeta: false,
  portfolioBudget: percent(50),
  portfolioTail: 40_433n * 10n ** 14n,
  portfolioHorizon: 14_400n,
  netting: percent(50),
  volDown: percent(20),
  volUp: percent(40),
  maxRiskShare: percent(50),
  deltaCap: 100_000_000n * WAD,
  gammaCap: 200_000_000n * WAD,
  vegaCap: 10_000_000n * WAD,
  beta: 0n,
  betaStress: 0n,
  maxConfidence: 0n,
  isWinsorised: false,
  usesPushedVariance: false,
  varianceSource: zeroAddress,
  maxVolatility: 0n,
};

/** What the perp of the tests charges and demands by itself. */
export const CONFIG = {
  feedDecimals: 8,
  maxPriceAge: 10_800,
  initialMarginRatio: percent(2),
  maintenanceMarginRatio: percent(1),
  liquidationPenalty: percent(1),
  tradeFee: percent(0.05),
  faultSpread: percent(5),
  maxFundingRate: percent(100),
  skewScale: 100_000n * WAD,
} as const;

/** The price a market starts at, in whole quote units. */
export const START_PRICE = 2_000;

/** Gas for calls that a hostile feed burns: what one transaction may have under the limits of the chains of today. */
export const GAS = 16_000_000n;

export const limitIndex = (limit: Limit): number => LIMITS.indexOf(limit);
export const statusIndex = (status: OracleStatus): number => ORACLE_STATUSES.indexOf(status);

/** WAD from a number people write; exact to the sixth decimal. */
export const wad = (value: number): bigint => BigInt(Math.round(value * 1e6)) * 10n ** 12n;

export type Connection = Awaited<ReturnType<typeof connect>>;
/** A chain of its own, always begun on the same day. */
const connect = () => network.create({ override: { allowBlocksWithSameTimestamp: true, initialDate: "2025-06-01T00:00:00Z" } });

/** Builds a state once, and gives every test that asks a fresh copy of it. */
export function fixture<T>(build: (connection: Connection) => Promise<T>): () => Promise<T> {
  let kept: { value: T; restore: () => Promise<void> } | undefined;
  return async () => {
    if (kept === undefined) {
      const connection = await connect();
      const value = await build(connection);
      const snapshot = await connection.networkHelpers.takeSnapshot();
      kept = { value, restore: () => snapshot.restore() };
    } else {
      await kept.restore();
    }
    return kept.value;
  };
}

/** The accounts of a chain, by the names the tests give them. */
export async function wallets(connection: Connection) {
  const [deployer, alice, bob, carol, keeper, mallory, ...others] = await connection.viem.getWalletClients();
  if (!deployer || !alice || !bob || !carol || !keeper || !mallory) throw new Error("the network has too few accounts");
  return { deployer, alice, bob, carol, keeper, mallory, others };
}

/** The whole market: guard, perp, token, pool of ten million. The feed has no round yet. */
export async function createMarket(connection: Connection, options: DeployOptions = {}) {
  const feedDecimals = Number(options.policy?.feedDecimals ?? POLICY.feedDecimals);
  const deployed = await deployMarket(connection.viem, {
    poolTokens: 10_000_000n,
    ...options,
    policy: { ...POLICY, ...options.policy },
    config: { ...CONFIG, feedDecimals, ...options.config },
  });
  return { ...deployed, ...(await wallets(connection)), connection };
}
export type TestMarket = Awaited<ReturnType<typeof createMarket>>;

/** A second perp, with a guard of its own and another token, on the feed and under the authority of a market. Its pool is empty. */
export async function createPerpOn(m: TestMarket, token: Hex) {
  const { viem } = m.connection;
  const nonce = await m.publicClient.getTransactionCount({ address: m.deployer.account.address });
  const perpAddress = getContractAddress({ from: m.deployer.account.address, nonce: BigInt(nonce) + 1n });
  const guard = await viem.deployContract("SizingGuard", [m.manager.address, perpAddress]);
  const perp = await viem.deployContract("ReferencePerp", [guard.address, token, m.deployer.account.address]);
  await guard.write.setPolicy([ETH_USD, m.words]);
  await perp.write.list([ETH_USD, { ...CONFIG, feed: m.feed.address }]);
  return { guard, perp };
}

/** A guard whose protocol is a plain wallet, so that a test may state any position. The feed has no round yet. */
export async function createDirect(connection: Connection, overrides: Partial<Policy> = {}) {
  const named = await wallets(connection);
  const { viem } = connection;
  const protocol = named.others[0];
  if (protocol === undefined) throw new Error("the network has too few accounts");
  const manager = await viem.deployContract("AccessManager", [named.deployer.account.address]);
  const feedDecimals = overrides.feedDecimals ?? POLICY.feedDecimals;
  const feed = await viem.deployContract("TestFeed", [Number(feedDecimals), FIRST_ROUND_ID]);
  const guard = await viem.deployContract("SizingGuard", [manager.address, protocol.account.address]);
  const policy: Policy = { ...POLICY, feed: lower(feed.address), ...overrides };
  const words = encodePolicy(policy);
  await guard.write.setPolicy([ETH_USD, words]);
  return { ...named, connection, publicClient: await viem.getPublicClient(), manager, feed, guard, policy, words, protocol };
}
export type DirectGuard = Awaited<ReturnType<typeof createDirect>>;

/** What both kinds of market have. */
export type Venue = Pick<DirectGuard, "connection" | "publicClient" | "feed" | "guard" | "policy" | "words">;

/** What the clock needs. */
type Clock = Pick<Venue, "connection" | "publicClient">;

/** What the feed needs. */
type Feed = Clock & Pick<Venue, "feed" | "policy">;

export const lower = (address: Hex): Hex => address.toLowerCase() as Hex;

/** Time of the last block. */
export async function now(m: Clock): Promise<bigint> {
  return (await m.publicClient.getBlock()).timestamp;
}

/** The next block comes at this time. */
export function nextBlockAt(m: Clock, time: bigint): Promise<void> {
  return m.connection.networkHelpers.time.setNextBlockTimestamp(time);
}

/** The next block comes at the time of the last one, so that a view before it and a transaction in it see the same second. */
export const holdClock = async (m: Clock): Promise<void> => nextBlockAt(m, await now(m));

/** Moves the clock to this time. */
export function goTo(m: Clock, time: bigint): Promise<void> {
  return m.connection.networkHelpers.time.increaseTo(time);
}

/** A price people write, as the feed would answer it. */
export function toAnswer(m: Feed, price: number): bigint {
  return (wad(price) * 10n ** m.policy.feedDecimals) / WAD;
}

/** The feed writes a round: now, unless said otherwise. */
export async function pushRound(m: Feed, price: number, updatedAt?: bigint): Promise<void> {
  await m.feed.write.push([toAnswer(m, price), updatedAt ?? (await now(m))]);
}

/** The feed writes one round for each price, `step` seconds apart, the first `step` seconds after `from`. */
export async function pushRounds(m: Feed, prices: readonly number[], from: bigint, step: bigint): Promise<void> {
  await m.feed.write.pushMany([prices.map((price) => toAnswer(m, price)), prices.map((_, index) => from + step * BigInt(index + 1))]);
}

/** Moves the clock on by `seconds` and writes a round there. */
export async function laterRound(m: Feed, price: number, seconds: bigint): Promise<void> {
  await goTo(m, (await now(m)) + seconds);
  await pushRound(m, price);
}

/** Prices that go nowhere: up and down by a share around the start. */
export const wobble = (count: number, share: number): number[] =>
  Array.from({ length: count }, (_, index) => START_PRICE * (index % 2 === 0 ? 1 + share : 1));

/**
 * A history of hourly rounds up to now, all observed: with 30 days of it the conservative beginning is forgotten.
 * Moves of 0.5 % an hour are a volatility of about 47 % a year.
 */
export async function warmUp(m: Venue, hours = 24 * 30, share = 0.005): Promise<void> {
  const step = 3_600n;
  const perCall = 60;
  let from = (await now(m)) - step * BigInt(hours + 1);
  await pushRound(m, START_PRICE, from);
  await m.guard.write.poke([ETH_USD]);
  for (let done = 0; done < hours; done += perCall) {
    const prices = wobble(Math.min(perCall, hours - done), share);
    await pushRounds(m, prices, from, step);
    await m.guard.write.poke([ETH_USD]);
    from += step * BigInt(prices.length);
  }
  await pushRound(m, START_PRICE);
  await m.guard.write.poke([ETH_USD]);
}

export async function setFault(m: Pick<Venue, "feed">, fault: Fault): Promise<void> {
  await m.feed.write.setFault([FAULTS.indexOf(fault)]);
}

/** Writes the policy anew, with these fields changed. */
export async function changePolicy(m: Venue, overrides: Partial<Policy>): Promise<void> {
  await m.guard.write.setPolicy([ETH_USD, encodePolicy({ ...m.policy, ...overrides })]);
}

export const setMode = (m: Venue, mode: Mode): Promise<void> => changePolicy(m, { mode });

/** Somebody who can send transactions. */
export interface Trader {
  readonly account: { readonly address: Hex };
}

/**
 * Options of a write: who sends it, with gas enough. An estimate would be made for another second than the transaction's,
 * and funding that is zero in one and not in the other costs a storage slot.
 */
export const from = (wallet: Trader): { account: Hex; gas: bigint } => ({ account: wallet.account.address, gas: GAS });

/** Gives a trader tokens, in whole units, and lets the perp take them. */
export async function fund(m: TestMarket, trader: Trader, tokens: bigint): Promise<void> {
  await m.token.write.mint([trader.account.address, tokens * m.tokenUnit]);
  await m.token.write.approve([m.perp.address, UINT256_MAX], from(trader));
}

/** Funds a trader, deposits everything and opens a position. */
export async function open(m: TestMarket, trader: Trader, tokens: bigint, size: bigint): Promise<void> {
  await fund(m, trader, tokens);
  await m.perp.write.modify([ETH_USD, size, tokens * m.tokenUnit], from(trader));
}

export type PositionStruct = Parameters<DirectGuard["guard"]["read"]["preview"]>[0][1];

/** A position for the direct guard: an account with plenty of equity and nothing else, unless said otherwise. */
export function position(overrides: Partial<PositionStruct> = {}): PositionStruct {
  return {
    account: "0x00000000000000000000000000000000000a11ce",
    equity: 10_000n * WAD,
    flow: 0n,
    sizeBefore: 0n,
    sizeAfter: 0n,
    sameSideOthers: 0n,
    oppositeOthers: 0n,
    poolEquity: 0n,
    ...overrides,
  };
}

/** The verdict of a direct or a deployed guard. */
export const preview = (m: Venue, asked: PositionStruct) => m.guard.read.preview([ETH_USD, asked]);

/** Asks a direct guard to enforce. */
export const enforce = (m: DirectGuard, asked: PositionStruct): Promise<Hex> => m.guard.write.enforce([ETH_USD, asked], from(m.protocol));

const PLAIN = parseAbi(["error Panic(uint256 code)", "error Error(string reason)"]);
const CONTRACTS = [
  "SizingGuard",
  "SizingGovernor",
  "DeleverageController",
  "TestDeleverageable",
  "PolicySteward",
  "PolicyPreview",
  "ReferencePerp",
  "CrossMarginPerp",
  "AccessManager",
  "HostileToken",
  "HostileGuard",
  "PortfolioWatcher",
  "KeptFeed",
  "FallbackFeed",
  "MedianFeed",
  "SequencerGuard",
  "ClampGuard",
  "ShareFeed",
  "UniswapV3TwapFeed",
  "PythFeed",
  "TestPyth",
  "RedstoneFeed",
  "TestRedstone",
  "ImpliedVolatilityFeed",
  "ForecastRegistry",
] as const;

let union: Promise<Abi> | undefined;

/** Errors and events of every contract a test meets. */
function everyAbi(): Promise<Abi> {
  union ??= Promise.all(CONTRACTS.map((name) => artifacts.readArtifact(name))).then((all) => [
    ...PLAIN,
    ...all.flatMap(({ abi }) => abi as Abi),
  ]);
  return union;
}

/** Whatever a transaction or call was refused with; fails when it was not. */
export async function revertOf(action: Promise<unknown>): Promise<Hex> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason ?? new Error("rejected without a reason"),
  );
  if (error === undefined) return expect.fail("it was expected to revert, and went through");
  const data = revertData(error);
  if (data === undefined) throw error;
  return data;
}

/** The action must revert with this custom error and these arguments, to the byte. */
export async function expectRevert(action: Promise<unknown>, errorName: string, args: readonly unknown[] = []): Promise<void> {
  const data = await revertOf(action);
  const abi = await everyAbi();
  const expected = encodeErrorResult({ abi, errorName, args });
  expect(data, `expected ${errorName}, got ${describeRevert(abi, data)}`).to.equal(expected);
}

/** The name of the custom error the action reverts with. */
export async function revertName(action: Promise<unknown>): Promise<string> {
  const data = await revertOf(action);
  return decodeErrorResult({ abi: await everyAbi(), data }).errorName;
}

function describeRevert(abi: Abi, data: Hex): string {
  try {
    const { errorName, args } = decodeErrorResult({ abi, data });
    return `${errorName}(${(args ?? []).join(", ")})`;
  } catch {
    return data;
  }
}

export interface Event {
  readonly address: Hex;
  readonly name: string;
  readonly args: Record<string, unknown>;
}

/** The events of a transaction; with a name, those of that name. */
export async function eventsOf(m: Pick<Venue, "publicClient">, hash: Hex, name?: string): Promise<Event[]> {
  const { logs } = await m.publicClient.getTransactionReceipt({ hash });
  const parsed = parseEventLogs({ abi: await everyAbi(), logs, strict: false });
  const events = parsed.map((log) => ({ address: lower(log.address), name: log.eventName, args: log.args as Record<string, unknown> }));
  return name === undefined ? events : events.filter((event) => event.name === name);
}

/** The only event of that name in a transaction. */
export async function eventOf(m: Pick<Venue, "publicClient">, hash: Hex, name: string): Promise<Record<string, unknown>> {
  const [event, ...others] = await eventsOf(m, hash, name);
  expect(others, `more than one ${name}`).to.deep.equal([]);
  return event?.args ?? expect.fail(`no event ${name}`);
}
