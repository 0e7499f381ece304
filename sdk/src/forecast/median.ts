import { QuorumMissingError } from "../errors/forecast.ts";
import { min, requireUint, requireUint256 } from "../math/checks.ts";

// Twin: contracts/oracle/variance/ForecastRegistry.sol.

/** A forecast with a vote. */
export interface CountedForecast {
  /** WAD per year. */
  readonly variance: bigint;
  /** Unix seconds: the last second at which it counts. */
  readonly expiry: bigint;
  /** Unix seconds, as signed. */
  readonly issuedAt: bigint;
  /** Unix seconds: when its forecaster was authorised. What was issued until then does not count. */
  readonly since: bigint;
}

/** What a registry answers. */
export interface MedianVariance {
  /** WAD per year. */
  readonly variance: bigint;
  /** Unix seconds: until when the registry stands by it. */
  readonly validUntil: bigint;
}

/**
 * The median of the forecasts that are fresh: `varianceOf` of a registry.
 *
 * Of an even number the upper of the two in the middle, so that variance is not understated by one of two. It stands until the
 * lower median of their expiries, or until the quorum is lost if that is sooner.
 *
 * @param forecasts - The last forecast of each authorised forecaster for the market.
 * @param quorum - Fresh forecasts it takes, from 1, uint256.
 * @param timestamp - Unix seconds, uint256.
 * @returns The median, WAD per year, and until when it stands.
 * @throws {QuorumMissingError} When fewer are fresh.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its Solidity type.
 *
 * @example
 * ```ts
 * medianVariance(forecasts, 3n, 1_750_000_000n).variance; // 360000000000000000n is a volatility of 60 %
 * ```
 */
export function medianVariance(forecasts: readonly CountedForecast[], quorum: bigint, timestamp: bigint): MedianVariance {
  requireUint256("quorum", quorum);
  requireUint256("timestamp", timestamp);
  for (const { variance, expiry, issuedAt, since } of forecasts) {
    requireUint("variance", variance, 72);
    for (const [name, time] of Object.entries({ expiry, issuedAt, since })) requireUint(name, time, 32);
  }
  const counted = forecasts.filter(({ expiry, issuedAt, since }) => issuedAt > since && expiry >= timestamp);
  const fresh = BigInt(counted.length);
  if (fresh < quorum || fresh === 0n) throw new QuorumMissingError(fresh, quorum);
  return {
    variance: ranked(counted, "variance", fresh / 2n),
    validUntil: ranked(counted, "expiry", min((fresh - 1n) / 2n, fresh - quorum)),
  };
}

/** The value of this rank, from 0, in ascending order. */
function ranked(counted: readonly CountedForecast[], field: "variance" | "expiry", rank: bigint): bigint {
  const sorted = counted.map((one) => one[field]).sort((x, y) => (x < y ? -1 : x > y ? 1 : 0));
  return sorted[Number(rank)] ?? 0n;
}
