export {
  ForecastExpiredError,
  ForecastNotLaterError,
  HorizonOutOfRangeError,
  IssuedInFutureError,
  LifetimeTooLongError,
  QuorumMissingError,
  VarianceOutOfRangeError,
} from "../errors/forecast.ts";
export { MAX_LIFETIME, MAX_VARIANCE, MIN_VARIANCE, STEP_FACTOR, STEP_INTERVAL } from "./constants.ts";
export { type CountedForecast, type MedianVariance, medianVariance } from "./median.ts";
export { type Forecast, type ForecastTypedData, type ForecastTypedDataInput, forecastTypedData } from "./typedData.ts";
export { boundedVariance, type ForecastContext, type KeptForecast, updateForecast } from "./update.ts";
