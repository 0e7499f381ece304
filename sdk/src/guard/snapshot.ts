import { ArgumentOutOfRangeError } from "../errors/math.ts";
import { max } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivUp, mulDivUpSaturating } from "../math/fixedPoint.ts";
import { acrossGap, updateVolatility, updateWinsorised, type VolatilityParameters, variance } from "../math/volatility.ts";
import { unpackVolatilityWord } from "../math/volatilityWord.ts";
import type { OracleStatus } from "./enums.ts";
import { decodePolicy, type Policy, type PolicyWords } from "./policy.ts";
import { judges } from "./sizing.ts";

// Twins: contracts/oracle/VolatilityEstimator.sol (constants, `observe`, `_sizingVariance`) and FeedReader.sol (`_convert`).

/** A usable answer of a feed. */
export interface Round {
  /** WAD quote per base, rounded up. */
  readonly price: bigint;
  /** Seconds, unix. */
  readonly updatedAt: bigint;
  /** Half the interval the price lies in, WAD ratio of the price, rounded up. Default: 0, as where the policy does not ask. */
  readonly confidence?: bigint;
}

/** Why a feed has no usable round: what it says itself, or Invalid. */
export type FeedFault = Extract<OracleStatus, "Invalid" | "SequencerDown" | "Deviating">;

/** What the feed's `latestRoundData()` returned, word for word, or its `latestRoundDataWithConfidence()` where the policy asks. */
export interface RoundData {
  readonly roundId: bigint;
  readonly answer: bigint;
  readonly updatedAt: bigint;
  readonly answeredInRound: bigint;
  /** Half the interval the price lies in, in the units of `answer`. Default: none. */
  readonly confidence?: bigint;
}

/** What a guard remembers of a market and of one account in it, word for word as it is stored. */
export interface MeterWords {
  /** Of the pool on the other side (`unpackPoolMeter`). */
  readonly pool: bigint;
  /** How much the long side grew lately (`unpackGrowthMeter`). */
  readonly longGrowth: bigint;
  /** The same for the short side. */
  readonly shortGrowth: bigint;
  /** The account's high-water mark (`unpackHighWaterMark`). */
  readonly highWaterMark: bigint;
  /** What the account allows itself (`decodeSelfLimit`). */
  readonly selfLimit: bigint;
  /** What others say of the market's variance (`unpackPushedVariance`). Default: nothing. */
  readonly pushedVariance?: bigint;
}

/** Everything a decision depends on besides the position, pinned to one block. Plain and readonly. */
export interface GuardSnapshot {
  readonly market: `0x${string}`;
  /** Whose mark and self limit `meters` has: a policy that asks for them answers for no other account. */
  readonly account: `0x${string}`;
  /** `null` when the guard has none for this market. */
  readonly policy: Policy | null;
  /** The feed's latest round; `null` when it is not usable, or when neither the mode nor Portfolio needs it. */
  readonly round: Round | null;
  /** Why there is none, which is then the status of every verdict. Default: Invalid. */
  readonly fault?: FeedFault;
  /** Variance to size by as if that round had just been sampled, WAD per year; 0 without a round. What others say of it comes on
   * top, at the time of the question. */
  readonly variance: bigint;
  /** `meters(market, account)` of the guard. */
  readonly meters: MeterWords;
  /** The block the snapshot was taken at. */
  readonly blockNumber: bigint;
  /** That block's time, seconds, unix. */
  readonly timestamp: bigint;
}

/** What the chain says, to make a snapshot of. */
export interface SnapshotInput {
  readonly market: `0x${string}`;
  /** The account whose meters were read. Default: none, the zero address. */
  readonly account?: `0x${string}`;
  /** `policy(market)` of the guard. */
  readonly words: PolicyWords;
  /** `volatilityWord(market)` of the guard. */
  readonly volatilityWord: bigint;
  /** `meters(market, account)` of the guard. Default: nothing is remembered. */
  readonly meters?: MeterWords;
  /** `latestRoundData()` of the policy's feed; `null` when the call failed or returned less than five words. */
  readonly roundData: RoundData | null;
  /** Why it failed, as the lens reads it from the feed's error. Default: Invalid. */
  readonly fault?: FeedFault;
  readonly blockNumber: bigint;
  readonly timestamp: bigint;
}

/** Constants of every guard of this version: seconds, and WAD per year. */
const ESTIMATOR = {
  fastTau: 14_400n,
  slowTau: 604_800n,
  minInterval: 600n,
  clipSquared: 36n,
  initialVariance: 2_250_000_000_000_000_000n,
} as const;

/** Observations after which the estimate is trusted below the initial variance. */
const WARM_UP_SAMPLES = ESTIMATOR.fastTau / ESTIMATOR.minInterval;

const NOBODY = "0x0000000000000000000000000000000000000000";

/** What a guard remembers before anything happened. */
const NO_METERS: MeterWords = { pool: 0n, longGrowth: 0n, shortGrowth: 0n, highWaterMark: 0n, selfLimit: 0n, pushedVariance: 0n };

const WAD_DECIMALS = 18n;
const MAX_PRICE = UNCAPPED >> 1n;

/**
 * Makes a snapshot of what the chain says: pure, so that any client can read it its own way.
 *
 * @param input - Policy words, volatility word, the feed's latest answer, block number and time.
 * @returns The snapshot that `check`, `maxSize` and `explain` take.
 * @throws {ArgumentOutOfRangeError} When a word is not a uint256.
 *
 * @example
 * ```ts
 * const snapshot = createSnapshot({ market, account, words, volatilityWord, meters, roundData, blockNumber, timestamp });
 * ```
 */
export function createSnapshot(input: SnapshotInput): GuardSnapshot {
  const { market, account = NOBODY, meters = NO_METERS, blockNumber, timestamp } = input;
  const policy = decodePolicy(input.words);
  // A market that does not judge may still be held beside one that does.
  const isFeedNeeded = policy !== null && (judges(policy) || policy.active.includes("Portfolio"));
  const round = isFeedNeeded ? toRound(asked(input.roundData, policy), policy.feedDecimals, timestamp) : null;
  const variance = policy && round ? sampledVariance(policy, input.volatilityWord, round) : 0n;
  // An answer that is no price says nothing of why.
  const named = input.roundData === null && input.fault !== "Invalid" && input.fault;
  return { market, account, policy, round, ...(named && { fault: named }), variance, meters, blockNumber, timestamp };
}

/** How sure the feed is counts where the policy asks for it. */
function asked(data: RoundData | null, { maxConfidence }: Policy): RoundData | null {
  return data !== null && maxConfidence === 0n ? { ...data, confidence: 0n } : data;
}

/** Selectors of the errors by which a feed says why it does not answer (contracts/interfaces/IFeedErrors.sol). */
const FAULT_SELECTORS: Readonly<Record<string, FeedFault>> = { "0x1323efd1": "SequencerDown", "0x024a2e25": "Deviating" };

/**
 * Why a feed does not answer, of what its `latestRoundData()` reverted with. A lens says it by itself.
 *
 * @param revertData - The error's data, or nothing.
 * @returns What the guard's verdicts say: SequencerDown, Deviating, and Invalid for every other reason.
 *
 * @example
 * ```ts
 * const snapshot = createSnapshot({ ...rest, roundData: null, fault: toFault(revertData) });
 * ```
 */
export function toFault(revertData: `0x${string}` = "0x"): FeedFault {
  return FAULT_SELECTORS[revertData.slice(0, 10).toLowerCase()] ?? "Invalid";
}

/**
 * Parameters of a market's volatility estimator.
 *
 * @param policy - The market's policy; of it the volatility floor counts, squared and rounded up.
 * @returns The parameters `updateVolatility` and `variance` take.
 *
 * @example
 * ```ts
 * const sigmaSquared = variance(word, volatilityParameters(policy));
 * ```
 */
export function volatilityParameters(policy: Policy): VolatilityParameters {
  return { ...ESTIMATOR, varianceFloor: mulDivUp(policy.volatilityFloor, policy.volatilityFloor, WAD) };
}

/**
 * Converts a feed's answer at the edge.
 *
 * @param data - What `latestRoundData()` returned, or `null`.
 * @param decimals - The feed's decimals, at most 36.
 * @param timestamp - The block's time, seconds, unix.
 * @returns Price (rounded up) and time, or `null` for an answer that is no price: zero, negative, too large, incomplete,
 * carried over, or from the future.
 *
 * @example
 * ```ts
 * const round = toRound({ roundId: 1n, answer: 2_000_00000000n, updatedAt, answeredInRound: 1n }, 8n, updatedAt);
 * ```
 */
export function toRound(data: RoundData | null, decimals: bigint, timestamp: bigint): Round | null {
  if (decimals < 0n || decimals > 2n * WAD_DECIMALS) throw new ArgumentOutOfRangeError("decimals", decimals, "0 to 36");
  if (data === null) return null;
  const { roundId, answer, updatedAt, answeredInRound } = data;
  if (updatedAt === 0n || updatedAt > timestamp || roundId >> 80n) return null;
  if (answer <= 0n || answeredInRound < roundId) return null;
  const doubt = data.confidence ? { confidence: mulDivUpSaturating(data.confidence, WAD, answer) } : {};
  if (decimals > WAD_DECIMALS) return { price: mulDivUp(answer, 1n, 10n ** (decimals - WAD_DECIMALS)), updatedAt, ...doubt };
  const price = answer * 10n ** (WAD_DECIMALS - decimals);
  return price > MAX_PRICE ? null : { price, updatedAt, ...doubt };
}

/** The variance the guard would size by, as if `round` had just been sampled. */
function sampledVariance(policy: Policy, word: bigint, round: Round): bigint {
  const parameters = volatilityParameters(policy);
  const sampled = observe(policy, word, round, parameters);
  const estimate = variance(sampled, parameters);
  const isWarm = unpackVolatilityWord(sampled).samples >= WARM_UP_SAMPLES;
  return isWarm ? estimate : max(estimate, ESTIMATOR.initialVariance);
}

function observe(policy: Policy, word: bigint, round: Round, parameters: VolatilityParameters): bigint {
  const { samples, time } = unpackVolatilityWord(word);
  const isWatched = samples === 0n || round.updatedAt <= time + policy.heartbeat;
  const update = policy.isWinsorised ? updateWinsorised : updateVolatility;
  const updated = update(word, round.price, round.updatedAt, parameters);
  return isWatched ? updated : acrossGap(word, updated);
}
