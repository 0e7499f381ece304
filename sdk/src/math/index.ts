export {
  type GrowthMeterFields,
  type HighWaterMarkFields,
  unpackGrowthMeter,
  unpackHighWaterMark,
} from "./accountMeters.ts";
export { UNCAPPED, WAD, YEAR } from "./constants.ts";
export { expWad, lnWad, mulDivDown, mulDivDownSaturating, mulDivUp, mulDivUpSaturating, sqrtDown, sqrtUp } from "./fixedPoint.ts";
export { fadedPeak, levelAfterDecrease, levelAfterIncrease, levelNow, peakAfterFlow } from "./meters.ts";
export { type PoolMeterFields, seenPoolEquity, seePool, unpackPoolMeter } from "./poolMeter.ts";
export {
  nextPushedVariance,
  PUSHED_VARIANCE_FADE,
  PUSHED_VARIANCE_RAMP,
  type PushedVarianceFields,
  pushedVarianceAt,
  unpackPushedVariance,
} from "./pushedVariance.ts";
export { touchProbability } from "./touch.ts";
export {
  adverseMove,
  adverseMoveShort,
  horizonVolatility,
  updateAcrossGap,
  updateVolatility,
  updateWinsorised,
  type VolatilityParameters,
  variance,
} from "./volatility.ts";
export { packVolatilityWord, unpackVolatilityWord, type VolatilityFields } from "./volatilityWord.ts";
