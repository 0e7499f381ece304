import { fit, max, min, requireUint, requireUint256 } from "./checks.ts";
import { UNCAPPED, WAD, YEAR } from "./constants.ts";
import { expWad, lnWad, mulDivDown, mulDivUp, sqrtUp } from "./fixedPoint.ts";
import { packVolatilityWord, unpackVolatilityWord, type VolatilityFields } from "./volatilityWord.ts";

// Twin: contracts/libraries/VolatilityMath.sol.

/** Constants of a volatility estimator; each is a uint256. */
export interface VolatilityParameters {
  /** Time constant of the fast variance, seconds. */
  readonly fastTau: bigint;
  /** Time constant of the slow variance, seconds. */
  readonly slowTau: bigint;
  /** Shortest interval, in seconds, that counts as a sample and that the clip takes at face value. */
  readonly minInterval: bigint;
  /** Square of the number of standard deviations beyond which a return is clipped in the slow variance: a plain integer. */
  readonly clipSquared: bigint;
  /** Least variance ever assumed, WAD per year. */
  readonly varianceFloor: bigint;
  /** Variance assumed at the first sample, WAD per year. */
  readonly initialVariance: bigint;
}

const PARAMETERS = ["fastTau", "slowTau", "minInterval", "clipSquared", "varianceFloor", "initialVariance"] as const;

/** Largest variance the word holds, about 4722 (a volatility of 6872 % a year). */
const MAX_VARIANCE = 2n ** 72n - 1n;

/** Largest adverse move, in WAD, whose short loss is computed; e^5 is a price 148 times as high. */
const MAX_SHORT_MOVE = 5n * WAD;

/**
 * Takes one price into a volatility word: a time-weighted EWMA of squared log returns at two speeds.
 *
 * Units: variances in WAD per year. Rounded up: never below the recursion in real numbers. A price that is not newer than
 * the word's changes nothing, so repeating a round of the feed is harmless. Formula: RiskMetrics' exponentially weighted
 * variance, weighted by time so that irregular sampling does not bias it; the slow variance clips (winsorises) returns, so
 * one bad tick cannot poison it.
 *
 * @param word - The estimator's word, uint256; 0 when nothing was sampled.
 * @param price - Price in WAD, uint256.
 * @param time - When the feed observed the price, unix seconds, uint32.
 * @param parameters - The estimator's constants.
 * @returns The word after the sample.
 * @throws {LnWadUndefinedError} When the price is 0 or at least 2^255 and the word would change.
 * @throws {DivisionByZeroError} When a time constant is 0 and the word would change.
 * @throws {MathOverflowError} When `clipSquared` times the slow variance does not fit uint256.
 * @throws {ArgumentOutOfRangeError} When an argument or parameter does not fit its type.
 *
 * @example
 * ```ts
 * const first = updateVolatility(0n, 2_000n * WAD, 1_700_000_000n, parameters);
 * const second = updateVolatility(first, 2_010n * WAD, 1_700_003_600n, parameters);
 * ```
 */
export function updateVolatility(word: bigint, price: bigint, time: bigint, parameters: VolatilityParameters): bigint {
  return update(word, price, time, parameters, (before, change) => {
    const fastVariance = mix(before.fastVariance, change.squared, change.interval, parameters.fastTau);
    const clipped = clip(change, before.slowVariance, parameters);
    return { fastVariance, slowVariance: mix(before.slowVariance, clipped, change.interval, parameters.slowTau) };
  });
}

/**
 * {@link updateVolatility} for a feed that can print bad ticks: both speeds ignore what lies beyond six standard deviations of
 * the slow one, so that the fast one too believes a leap only as it lasts.
 *
 * Units and rounding as there. A crash counts later, by as much as it exceeds what was known.
 *
 * @param word - The estimator's word, uint256; 0 when nothing was sampled.
 * @param price - Price in WAD, uint256.
 * @param time - When the feed observed the price, unix seconds, uint32.
 * @param parameters - The estimator's constants.
 * @returns The word after the sample.
 * @throws {LnWadUndefinedError} When the price is 0 or at least 2^255 and the word would change.
 * @throws {DivisionByZeroError} When a time constant is 0 and the word would change.
 * @throws {MathOverflowError} When `clipSquared` times the slow variance does not fit uint256.
 * @throws {ArgumentOutOfRangeError} When an argument or parameter does not fit its type.
 *
 * @example
 * ```ts
 * const word = updateWinsorised(before, 2_010n * WAD, 1_700_003_600n, parameters); // never above updateVolatility
 * ```
 */
export function updateWinsorised(word: bigint, price: bigint, time: bigint, parameters: VolatilityParameters): bigint {
  return update(word, price, time, parameters, (before, change) => {
    const clipped = clip(change, before.slowVariance, parameters);
    const fastVariance = mix(before.fastVariance, clipped, change.interval, parameters.fastTau);
    return { fastVariance, slowVariance: mix(before.slowVariance, clipped, change.interval, parameters.slowTau) };
  });
}

/** One return as the recursion takes it. */
interface Return {
  readonly interval: bigint;
  /** Annualised squared return, WAD, rounded up. */
  readonly squared: bigint;
}

type Variances = Pick<VolatilityFields, "fastVariance" | "slowVariance">;

/** What both updates share: all but how much of the return each variance takes in. */
function update(
  word: bigint,
  price: bigint,
  time: bigint,
  parameters: VolatilityParameters,
  mixed: (before: VolatilityFields, change: Return) => Variances,
): bigint {
  requireUint256("price", price);
  requireUint("time", time, 32);
  requireParameters(parameters);
  const before = unpackVolatilityWord(word);
  if (before.samples === 0n) return firstSample(price, time, parameters);

  const interval = time - before.time;
  if (interval <= 0n) return word;

  const lnPrice = lnOfPrice(price);
  const change = lnPrice - before.lnPrice;
  // 2 units more than measured: the two logarithms together are less than that apart from the exact ones.
  const absoluteReturn = (change < 0n ? -change : change) + 2n;
  const squared = mulDivUp(absoluteReturn * absoluteReturn, YEAR, interval * WAD);
  const variances = mixed(before, { interval, squared });

  const samples = interval >= parameters.minInterval ? min(before.samples + 1n, 255n) : before.samples;
  return packVolatilityWord({ samples, time, ...variances, lnPrice });
}

/** The return without what lies beyond the clip: six standard deviations, with the parameters of a guard. */
function clip({ squared, interval }: Return, slowVariance: bigint, parameters: VolatilityParameters): bigint {
  const { minInterval, clipSquared, varianceFloor } = parameters;
  const reference = max(slowVariance, varianceFloor);
  return min(squared, mulDivUp(fit(clipSquared * reference), max(interval, minInterval), interval));
}

/**
 * Takes one price into a volatility word across a gap nobody watched: like {@link updateVolatility}, but neither variance
 * falls.
 *
 * Time nobody observed never counts as calm; otherwise one small trade after a V-shaped crash would erase the crash.
 * Units and rounding as there.
 *
 * @param word - The estimator's word, uint256.
 * @param price - Price in WAD, uint256.
 * @param time - When the feed observed the price, unix seconds, uint32.
 * @param parameters - The estimator's constants.
 * @returns The word after the sample.
 * @throws {LnWadUndefinedError} When the price is 0 or at least 2^255 and the word would change.
 * @throws {DivisionByZeroError} When a time constant is 0 and the word would change.
 * @throws {MathOverflowError} When `clipSquared` times the slow variance does not fit uint256.
 * @throws {ArgumentOutOfRangeError} When an argument or parameter does not fit its type.
 *
 * @example
 * ```ts
 * const later = updateAcrossGap(word, 2_000n * WAD, 1_700_086_400n, parameters); // variance(later) >= variance(word)
 * ```
 */
export function updateAcrossGap(word: bigint, price: bigint, time: bigint, parameters: VolatilityParameters): bigint {
  return acrossGap(word, updateVolatility(word, price, time, parameters));
}

/** What an update of `word` comes to where nobody watched in between: neither variance falls. */
export function acrossGap(word: bigint, updated: bigint): bigint {
  const before = unpackVolatilityWord(word);
  const after = unpackVolatilityWord(updated);
  return packVolatilityWord({
    ...after,
    slowVariance: max(before.slowVariance, after.slowVariance),
    fastVariance: max(before.fastVariance, after.fastVariance),
  });
}

/**
 * The annual variance a volatility word stands for.
 *
 * Units: WAD per year. Nothing is rounded. Formula: the largest of the fast variance, the slow variance and the floor, so
 * that volatility is believed quickly when it rises and slowly when it falls.
 *
 * @param word - The estimator's word, uint256.
 * @param parameters - The estimator's constants; of these `varianceFloor` counts.
 * @returns The variance in WAD per year.
 * @throws {ArgumentOutOfRangeError} When the word or a parameter is not a uint256.
 *
 * @example
 * ```ts
 * const sigma = horizonVolatility(variance(word, parameters), YEAR); // 600000000000000000n is 60 % a year
 * ```
 */
export function variance(word: bigint, parameters: VolatilityParameters): bigint {
  requireParameters(parameters);
  const { fastVariance, slowVariance } = unpackVolatilityWord(word);
  return max(max(fastVariance, slowVariance), parameters.varianceFloor);
}

/**
 * The adverse move of the log price over a horizon, at the tail: ⌈√⌈tail²·variance·horizon / (YEAR·WAD)⌉⌉.
 *
 * Units: WAD. Rounded up. Formula: square-root-of-time scaling of an annual variance, times the tail multiplier.
 *
 * @param tail - Standard deviations the tail stands for, WAD, uint256 (the expected shortfall of a Student-t law, say).
 * @param variance - Annual variance, WAD, uint256.
 * @param horizon - Seconds needed to close, uint256.
 * @returns The move of the log price in WAD.
 * @throws {MathOverflowError} When tail²·variance or the result of the division does not fit uint256.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * adverseMove(4n * WAD, WAD, YEAR); // 4000000000000000000n
 * ```
 */
export function adverseMove(tail: bigint, variance: bigint, horizon: bigint): bigint {
  requireUint256("tail", tail);
  requireUint256("variance", variance);
  requireUint256("horizon", horizon);
  return sqrtUp(mulDivUp(fit(fit(tail * tail) * variance), horizon, YEAR * WAD));
}

/**
 * What a short loses per unit of notional when the log price rises by `move`: e^move - 1.
 *
 * Units: WAD. Rounded up, by more than the error of the exponential. Formula: the definition of the log return.
 *
 * @param move - Adverse move of the log price, WAD, uint256.
 * @returns The loss in WAD of the notional, or `UNCAPPED` above a move of 5.
 * @throws {ArgumentOutOfRangeError} When `move` is not a uint256.
 *
 * @example
 * ```ts
 * adverseMoveShort(WAD); // 1718281828459045237n
 * ```
 */
export function adverseMoveShort(move: bigint): bigint {
  requireUint256("move", move);
  return move <= MAX_SHORT_MOVE ? expWad(move) + 2n - WAD : UNCAPPED;
}

/**
 * The volatility over a horizon, for people: ⌈√⌈variance·WAD·horizon / YEAR⌉⌉.
 *
 * Units: WAD. Rounded up. Formula: square-root-of-time scaling.
 *
 * @param variance - Annual variance, WAD, uint256.
 * @param horizon - Seconds, uint256.
 * @returns One standard deviation of the log price over the horizon, WAD.
 * @throws {MathOverflowError} When variance·WAD or the result of the division does not fit uint256.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * horizonVolatility(360_000_000_000_000_000n, YEAR); // 600000000000000000n
 * ```
 */
export function horizonVolatility(variance: bigint, horizon: bigint): bigint {
  requireUint256("variance", variance);
  requireUint256("horizon", horizon);
  return sqrtUp(mulDivUp(fit(variance * WAD), horizon, YEAR));
}

/** The word after the first price: nothing is known about the market yet but the variance assumed for it. */
function firstSample(price: bigint, time: bigint, parameters: VolatilityParameters): bigint {
  const initial = min(parameters.initialVariance, MAX_VARIANCE);
  return packVolatilityWord({ samples: 1n, time, slowVariance: initial, fastVariance: initial, lnPrice: lnOfPrice(price) });
}

/** ln of a uint256 price; the contracts read one of 2^255 or more as a negative int256, which has no logarithm. */
function lnOfPrice(price: bigint): bigint {
  return lnWad(BigInt.asIntN(256, price));
}

/**
 * Moves an average towards an observation by the share e^(-interval/tau) leaves. Each rounding errs towards the larger
 * average: rising forgets the old value a little faster than exactly, falling a little slower.
 */
function mix(average: bigint, observed: bigint, interval: bigint, tau: bigint): bigint {
  let weight: bigint;
  if (observed >= average) {
    weight = max(expWad(-mulDivUp(interval, WAD, tau)) - 1n, 0n);
  } else {
    weight = min(expWad(-mulDivDown(interval, WAD, tau)) + 1n, WAD);
  }
  return min(mulDivUp(average * weight + observed * (WAD - weight), 1n, WAD), MAX_VARIANCE);
}

function requireParameters(parameters: VolatilityParameters): void {
  for (const name of PARAMETERS) requireUint256(name, parameters[name]);
}
