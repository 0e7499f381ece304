import {
  ForecastExpiredError,
  ForecastNotLaterError,
  HorizonOutOfRangeError,
  IssuedInFutureError,
  LifetimeTooLongError,
  VarianceOutOfRangeError,
} from "../errors/forecast.ts";
import { fit, max, min, requireUint, requireUint256 } from "../math/checks.ts";
import { MAX_LIFETIME, MAX_VARIANCE, MIN_VARIANCE, STEP_FACTOR, STEP_INTERVAL } from "./constants.ts";
import { type Forecast, requireForecast } from "./typedData.ts";

// Twin: contracts/oracle/variance/ForecastRegistry.sol.

/** A forecaster's last forecast for a market, as the registry keeps it. All zero where there is none. */
export interface KeptForecast {
  /** What counts in the median, WAD per year. */
  readonly variance: bigint;
  /** The variance it stays within a factor of two of, WAD per year. */
  readonly anchor: bigint;
  /** Unix seconds: since when. */
  readonly anchorTime: bigint;
  /** Unix seconds, as signed. */
  readonly issuedAt: bigint;
  /** Unix seconds, as signed. */
  readonly expiry: bigint;
}

/** What a registry knows besides the two forecasts. */
export interface ForecastContext {
  /** Unix seconds: the block's. */
  readonly timestamp: bigint;
  /** Unix seconds: when the forecaster was authorised. What was issued until then does not count. */
  readonly since: bigint;
  /** The registry's `REFERENCE_VARIANCE`, WAD per year. */
  readonly referenceVariance: bigint;
  /** The registry's `MIN_HORIZON`, seconds. */
  readonly minHorizon: bigint;
  /** The registry's `MAX_HORIZON`, seconds. */
  readonly maxHorizon: bigint;
}

/**
 * A variance, no further than a factor of two from its anchor: from ⌈anchor / 2⌉ to 2·anchor.
 *
 * Units: WAD per year. The lower bound is rounded up.
 *
 * @param variance - What was signed, WAD per year, uint256.
 * @param anchor - Where the forecaster stood when the window began, WAD per year, uint256.
 * @returns The variance that counts, WAD per year.
 * @throws {MathOverflowError} When twice the anchor does not fit uint256.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * boundedVariance(4n * WAD, WAD); // 2000000000000000000n
 * ```
 */
export function boundedVariance(variance: bigint, anchor: bigint): bigint {
  requireUint256("variance", variance);
  requireUint256("anchor", anchor);
  return min(max(variance, (anchor + STEP_FACTOR - 1n) / STEP_FACTOR), fit(anchor * STEP_FACTOR));
}

/**
 * What a registry keeps of a forecast after the forecaster's last: `submit` without the signature and the authorisation.
 *
 * @param last - The forecaster's last for the market.
 * @param forecast - The one that was signed.
 * @param context - The block's time and the registry's configuration.
 * @returns The forecast that is kept.
 * @throws {VarianceOutOfRangeError} When no market has such a variance.
 * @throws {HorizonOutOfRangeError} When the registry is about other horizons.
 * @throws {IssuedInFutureError} When it is issued after `timestamp`.
 * @throws {ForecastExpiredError} When it expires at `timestamp` or before.
 * @throws {LifetimeTooLongError} When it would count for more than a day after its issue.
 * @throws {ForecastNotLaterError} When it is not issued after the last one and after the authorisation.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its Solidity type.
 *
 * @example
 * ```ts
 * const kept = updateForecast(await registry.read.forecastOf([market, forecaster]), forecast, context);
 * kept.variance < forecast.variance; // true where the registry would clamp it
 * ```
 */
export function updateForecast(last: KeptForecast, forecast: Forecast, context: ForecastContext): KeptForecast {
  requireForecast(forecast);
  requireContext(context);
  requireKept(last);
  requireAcceptable(forecast, context);
  const { timestamp, since, referenceVariance } = context;
  const issuedAt = BigInt(forecast.issuedAt);
  const notBefore = max(last.issuedAt, since);
  if (issuedAt <= notBefore) throw new ForecastNotLaterError(issuedAt, notBefore);

  let { anchor, anchorTime } = last;
  if (last.issuedAt <= since) [anchor, anchorTime] = [referenceVariance, timestamp];
  else if (timestamp - anchorTime >= STEP_INTERVAL) [anchor, anchorTime] = [last.variance, timestamp];
  const variance = boundedVariance(forecast.variance, anchor);
  return { variance, anchor, anchorTime, issuedAt, expiry: BigInt(forecast.expiry) };
}

function requireAcceptable(forecast: Forecast, { timestamp, minHorizon, maxHorizon }: ForecastContext): void {
  const { variance } = forecast;
  if (variance < MIN_VARIANCE || variance > MAX_VARIANCE) throw new VarianceOutOfRangeError(variance, MIN_VARIANCE, MAX_VARIANCE);
  const [horizon, issuedAt, expiry] = [BigInt(forecast.horizon), BigInt(forecast.issuedAt), BigInt(forecast.expiry)];
  if (horizon < minHorizon || horizon > maxHorizon) throw new HorizonOutOfRangeError(horizon, minHorizon, maxHorizon);
  if (issuedAt > timestamp) throw new IssuedInFutureError(issuedAt, timestamp);
  if (expiry <= timestamp) throw new ForecastExpiredError(expiry, timestamp);
  if (expiry - issuedAt > MAX_LIFETIME) throw new LifetimeTooLongError(expiry - issuedAt, MAX_LIFETIME);
}

function requireContext(context: ForecastContext): void {
  for (const name of ["timestamp", "referenceVariance", "minHorizon", "maxHorizon"] as const) requireUint256(name, context[name]);
  requireUint("since", context.since, 32);
}

function requireKept(last: KeptForecast): void {
  for (const name of ["variance", "anchor"] as const) requireUint(name, last[name], 72);
  for (const name of ["anchorTime", "issuedAt", "expiry"] as const) requireUint(name, last[name], 32);
}
