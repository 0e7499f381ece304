import { min, requireUint256 } from "./checks.ts";
import { WAD } from "./constants.ts";
import { expWad, mulDivDownSaturating, sqrtDown } from "./fixedPoint.ts";
import { horizonVolatility } from "./volatility.ts";

// Twin: contracts/libraries/TouchMath.sol.

/** Beyond this many standard deviations e^(-z²/2) is 0 in WAD. */
const MAX_DEVIATIONS = 10n * WAD;

/** 1/√(2π), rounded up. */
const DENSITY = 398_942_280_401_432_678n;

/** Largest error of the approximation in the centre, as its source states it. */
const APPROXIMATION_ERROR = 75_000_000_000n;

// Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.2.17.
const P = 231_641_900_000_000_000n;
const B1 = 319_381_530_000_000_000n;
const B2 = -356_563_782_000_000_000n;
const B3 = 1_781_477_937_000_000_000n;
const B4 = -1_821_255_978_000_000_000n;
const B5 = 1_330_274_429_000_000_000n;

/**
 * Probability that a driftless price touches a level before a time: 2·Q(distance / σ√horizon), Q the normal law's upper tail.
 *
 * Units: WAD. Never below the real value, and above it by less than 3.1e-7. Formula: the reflection principle.
 *
 * @param distance - Of the logarithms of price and level, |ln(level / price)|, WAD, uint256.
 * @param variance - Variance, WAD per year, uint256.
 * @param horizon - Seconds, uint256.
 * @returns The probability in WAD, at most WAD.
 * @throws {MathOverflowError} When variance·WAD or the standard deviation does not fit.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * touchProbability(WAD / 10n, WAD / 4n, 604_800n); // about 149 million millionths of a WAD: 15 %
 * ```
 */
export function touchProbability(distance: bigint, variance: bigint, horizon: bigint): bigint {
  requireUint256("distance", distance);
  requireUint256("variance", variance);
  requireUint256("horizon", horizon);
  if (distance === 0n) return WAD;
  const deviation = horizonVolatility(variance, horizon);
  if (deviation === 0n) return 0n;
  return min(2n * upperTail(min(mulDivDownSaturating(distance, WAD, deviation), MAX_DEVIATIONS)), WAD);
}

/** Q(z) in WAD for a z up to 10, rounded up: the smaller of two upper bounds, one near at the centre and one in the tail. */
function upperTail(z: bigint): bigint {
  const density = ((expWad(-((z * z) / (2n * WAD))) + 1n) * DENSITY) / WAD + 1n;
  return min(central(z, density), tail(z, density));
}

/** φ(z)·(b1·t + … + b5·t⁵) with t = 1/(1 + p·z), and the error of the approximation on top. */
function central(z: bigint, density: bigint): bigint {
  const t = (WAD * WAD) / (WAD + (P * z) / WAD);
  let sum = B4 + (B5 * t) / WAD;
  sum = B3 + (sum * t) / WAD;
  sum = B2 + (sum * t) / WAD;
  sum = ((B1 + (sum * t) / WAD) * t) / WAD;
  return (density * sum) / WAD + APPROXIMATION_ERROR + 10n;
}

/** φ(z)·4 / (3z + √(z² + 8)): Sampford, Some Inequalities on Mill's Ratio (1953). */
function tail(z: bigint, density: bigint): bigint {
  return (density * 4n * WAD) / (3n * z + sqrtDown(z * z + 8n * WAD * WAD)) + 1n;
}
