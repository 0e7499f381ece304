/** One market and one account with round numbers, for tests that look at single answers. */
import type { GuardSnapshot, MeterWords, Policy, Position, Round } from "../../sdk/src/index.ts";

export const WAD = 10n ** 18n;
export const NOW = 1_700_000_000n;
export const FEED = "0x00000000000000000000000000000000000feed0";
export const ACCOUNT = "0x0000000000000000000000000000000000000a11";

export const MARKET = "0x0000000000000000000000000000000000000000000000000000000000000e74";

const percent = (value: bigint): bigint => value * 10n ** 16n;

/** All limits, of which Volatility is the tightest for the account below. */
const POLICY: Policy = {
  feed: FEED,
  feedDecimals: 8n,
  mode: "Enforce",
  active: ["Volatility", "Collateral", "Margin", "OpenInterest"],
  heartbeat: 3_900n,
  maxAge: 10_800n,
  volatilityFloor: percent(5n),
  tail: 40_433n * 10n ** 14n,
  riskBudget: percent(50n),
  maintenanceAndPenalty: percent(2n),
  exitFee: 5n * 10n ** 14n,
  baseMargin: percent(2n),
  fullMarginOpenInterest: 200_000_000n * WAD,
  liquidityCap: 500_000_000n * WAD,
  openInterestCap: 50_000n * WAD,
  referenceMove: percent(15n),
  concentrationShare: percent(50n),
  horizon: 14_400n,
  usesImpact: false,
  dailyVolume: 500_000_000n * WAD,
  maxSlippage: percent(1n),
  impactCoefficient: WAD,
  maxSkew: 20_000n * WAD,
  growthCapacity: 10_000n * WAD,
  growthPeriod: 3_600n,
  maxDrawdown: percent(50n),
  drawdownPower: 1n,
  peakHalfLife: 30n * 86_400n,
  hasGreeks: false,
  capsRiskShare: false,
  capsDelta: false,
  capsGamma: false,
  capsVega: false,
  usesFactor: false,
  hasBeta: false,
  portfolioBudget: percent(50n),
  portfolioTail: 40_433n * 10n ** 14n,
  portfolioHorizon: 14_400n,
  netting: percent(50n),
  volDown: percent(20n),
  volUp: percent(40n),
  maxRiskShare: percent(50n),
  deltaCap: 100_000_000n * WAD,
  gammaCap: 200_000_000n * WAD,
  vegaCap: 10_000_000n * WAD,
  beta: 0n,
  betaStress: 0n,
  maxConfidence: 0n,
  isWinsorised: false,
  usesPushedVariance: false,
  varianceSource: "0x0000000000000000000000000000000000000000",
  maxVolatility: 0n,
};

/** Nothing is remembered. */
export const NO_METERS: MeterWords = { pool: 0n, longGrowth: 0n, shortGrowth: 0n, highWaterMark: 0n, selfLimit: 0n, pushedVariance: 0n };

export const policyWith = (changes: Partial<Policy> = {}): Policy => ({ ...POLICY, ...changes });

/** A price of 2 000, just written, at a volatility of 80 % a year. */
export function snapshotWith(policy: Partial<Policy> | null = {}, changes: Partial<GuardSnapshot> = {}): GuardSnapshot {
  const round: Round = { price: 2_000n * WAD, updatedAt: NOW };
  const variance = 640_000_000_000_000_000n;
  return {
    market: MARKET,
    account: ACCOUNT,
    policy: policy && policyWith(policy),
    round,
    variance,
    meters: NO_METERS,
    blockNumber: 1n,
    timestamp: NOW,
    ...changes,
  };
}

/** A new long of 1.0 with 1 000 of equity, alone in its market. */
export function positionWith(changes: Partial<Position> = {}): Position {
  const sizes = { sizeBefore: 0n, sizeAfter: WAD, sameSideOthers: 0n, oppositeOthers: 0n };
  return { account: ACCOUNT, equity: 1_000n * WAD, flow: 0n, ...sizes, poolEquity: 0n, ...changes };
}
