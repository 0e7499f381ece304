/**
 * One market, complete, on an in-process chain: access manager, collateral token, price feed, guard and reference perp.
 * The demo and the tests start from here, so what the demo shows is what the tests test.
 */
import type { HardhatViemHelpers } from "@nomicfoundation/hardhat-viem/types";
import { getContractAddress, type Hex, keccak256, parseEther, toHex, zeroAddress } from "viem";
import { encodePolicy, type Policy } from "../../sdk/src/index.ts";

/** Market id, by convention the hash of its name. */
export const marketId = (name: string): Hex => keccak256(toHex(name));

export const ETH_USD: Hex = marketId("ETH/USD");

/** The contracts of a whole market; where nothing else is used, nothing else need be compiled. */
export const MARKET_ROOTS: readonly string[] = [
  "contracts/SizingGuard.sol",
  "contracts/examples/ReferencePerp.sol",
  "contracts/test/TestFeed.sol",
  "contracts/test/TestToken.sol",
  "npm:@openzeppelin/contracts/access/manager/AccessManager.sol",
];

/** Chainlink's mainnet ETH/USD feed: 8 decimals, a round every hour or on a move of 0.5 %. */
export const FEED_DECIMALS = 8;
/** Rounds of the first phase of a proxy start here. */
export const FIRST_ROUND_ID = 1n << 64n;

const percent = (value: number): bigint => BigInt(Math.round(value * 100)) * 10n ** 14n;

/** The policy the demo and the tests start from: a major coin on a mid-sized venue. */
export const DEFAULT_POLICY: Omit<Policy, "feed"> = {
  feedDecimals: BigInt(FEED_DECIMALS),
  mode: "Enforce",
  active: ["Volatility", "Collateral", "Margin", "OpenInterest"],
  // An hour, and what a congested chain adds to it.
  heartbeat: 3_900n,
  maxAge: 10_800n,
  volatilityFloor: percent(5),
  // Student-t with three degrees of freedom, expected shortfall at 99 %: 4.0432, rounded up to the word's unit.
  tail: 40_433n * 10n ** 14n,
  riskBudget: percent(60),
  maintenanceAndPenalty: percent(2),
  exitFee: percent(0.05),
  baseMargin: percent(20),
  fullMarginOpenInterest: parseEther("60000000"),
  liquidityCap: parseEther("100000000"),
  openInterestCap: parseEther("40000"),
  referenceMove: percent(15),
  concentrationShare: percent(25),
  horizon: 14_400n,
  usesImpact: false,
  dailyVolume: parseEther("500000000"),
  maxSlippage: percent(1),
  impactCoefficient: percent(100),
  maxSkew: parseEther("10000"),
  growthCapacity: parseEther("5000"),
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
  portfolioBudget: percent(60),
  portfolioTail: 40_433n * 10n ** 14n,
  portfolioHorizon: 14_400n,
  netting: percent(50),
  volDown: percent(20),
  volUp: percent(40),
  maxRiskShare: percent(50),
  deltaCap: parseEther("50000000"),
  gammaCap: parseEther("100000000"),
  vegaCap: parseEther("5000000"),
  beta: 0n,
  betaStress: 0n,
  maxConfidence: 0n,
  isWinsorised: false,
  usesPushedVariance: false,
  varianceSource: zeroAddress,
  maxVolatility: 0n,
};

/** What the reference perp charges and demands by itself: fifty times leverage, and nothing that looks at volatility. */
export const DEFAULT_CONFIG = {
  feedDecimals: FEED_DECIMALS,
  maxPriceAge: 10_800,
  initialMarginRatio: percent(2),
  maintenanceMarginRatio: percent(1),
  liquidationPenalty: percent(1),
  tradeFee: percent(0.05),
  faultSpread: percent(5),
  maxFundingRate: percent(100),
  skewScale: parseEther("100000"),
} as const;

export interface DeployOptions {
  readonly policy?: Partial<Policy>;
  readonly config?: Partial<{ [K in keyof typeof DEFAULT_CONFIG]: (typeof DEFAULT_CONFIG)[K] extends bigint ? bigint : number }>;
  readonly tokenDecimals?: number;
  /** Tokens the pool starts with, in whole units; 0 leaves it empty. */
  readonly poolTokens?: bigint;
}

/** Deploys the whole market for ETH/USD. The feed has no round yet. */
export async function deployMarket(viem: HardhatViemHelpers, options: DeployOptions = {}) {
  const [deployer] = await viem.getWalletClients();
  if (deployer === undefined) throw new Error("The network has no account to deploy from: configure one.");
  const publicClient = await viem.getPublicClient();
  const tokenDecimals = options.tokenDecimals ?? 6;
  const feedDecimals = Number(options.policy?.feedDecimals ?? DEFAULT_POLICY.feedDecimals);
  const manager = await viem.deployContract("AccessManager", [deployer.account.address]);
  const token = await viem.deployContract("TestToken", ["Test dollar", "USDT", tokenDecimals]);
  const feed = await viem.deployContract("TestFeed", [feedDecimals, FIRST_ROUND_ID]);

  // The guard must know its protocol, and the protocol its guard: the protocol's address is known before it exists.
  const nonce = await publicClient.getTransactionCount({ address: deployer.account.address });
  const perpAddress = getContractAddress({ from: deployer.account.address, nonce: BigInt(nonce) + 1n });
  const guard = await viem.deployContract("SizingGuard", [manager.address, perpAddress]);
  const perp = await viem.deployContract("ReferencePerp", [guard.address, token.address, deployer.account.address]);

  const policy: Policy = { ...DEFAULT_POLICY, feed: feed.address.toLowerCase() as Hex, ...options.policy };
  const words = encodePolicy(policy);
  await guard.write.setPolicy([ETH_USD, words]);
  await perp.write.list([ETH_USD, { ...DEFAULT_CONFIG, feedDecimals, ...options.config, feed: feed.address }]);

  const unit = 10n ** BigInt(tokenDecimals);
  const poolTokens = (options.poolTokens ?? 0n) * unit;
  if (poolTokens > 0n) {
    await token.write.mint([deployer.account.address, poolTokens]);
    await token.write.approve([perp.address, poolTokens]);
    await perp.write.supply([poolTokens]);
  }
  return { deployer, publicClient, manager, token, feed, guard, perp, policy, words, tokenUnit: unit };
}

export type DeployedMarket = Awaited<ReturnType<typeof deployMarket>>;
