// Twins: contracts/oracle/variance/ForecastRegistry.sol and VarianceRange.sol.

/** Seconds from a forecast's issue to its expiry, at most: a day. */
export const MAX_LIFETIME = 86_400n;

/** Seconds of a window, at least, in which a forecaster's variance is bounded by one anchor: an hour. */
export const STEP_INTERVAL = 3_600n;

/** By how much a forecaster's variance may differ from its anchor. */
export const STEP_FACTOR = 2n;

/** Least variance a forecast may have, WAD per year: a volatility of 0.1 %. */
export const MIN_VARIANCE = 1_000_000_000_000n;

/** Largest variance a forecast may have, WAD per year: a volatility of 6 872 %. */
export const MAX_VARIANCE = 0xffffffffffffffffffn;
