/** Every estimator on one grid, under the name the results have it by. */
import { fitGarch, type GarchParameters } from "./garch.ts";
import type { Grid } from "./grid.ts";
import { garchForecasts, perUpdateVariances, returnsOf, windowVariances } from "./rivals.ts";

/** Variances per year, WAD, at each moment of a grid. */
export interface Estimates {
  readonly name: string;
  readonly variances: readonly bigint[];
}

/** What has to be known of a market before the first forecast. */
export interface Calibration {
  /** Mean seconds between two rounds. */
  readonly interval: number;
  /** Seconds of the returns GARCH is about. */
  readonly garchInterval: number;
  readonly garch: GarchParameters;
}

export const GUARD = "guard";
export const RISK_METRICS = "RiskMetrics, a round as an hour";
export const RISK_METRICS_FITTED = "RiskMetrics, at the mean interval";
export const WINDOW = "24 h window";
export const GARCH = "GARCH(1,1)";

const HOUR = 3_600;

/** Five slow time constants: of the variance a guard assumes at first, 150 % a year squared, 0.7 % is left then. */
export const WARM_UP_DAYS = 35;

/** Calibrates on the moments before `end`, which are never scored. */
export function calibrate(grid: Grid, end: number): Calibration {
  const { times, updates, step } = grid;
  const [first, last] = [updates[0] ?? 0, updates[end - 1] ?? 0];
  return {
    interval: ((times[end - 1] ?? 0) - (times[0] ?? 0)) / (last - first),
    garchInterval: step,
    garch: fitGarch(returnsOf(grid, step).slice(0, end - 1)),
  };
}

/**
 * All estimates. None is below the guard's floor, so that a forecast of next to nothing, which the loss would punish without
 * bound, is not held against anybody.
 * @param floor - WAD per year.
 */
export function estimatesOf(grid: Grid, { interval, garchInterval, garch }: Calibration, floor: bigint): readonly Estimates[] {
  const floored = (variance: bigint): bigint => (variance > floor ? variance : floor);
  const inWad = (values: readonly number[]): bigint[] => values.map((value) => floored(BigInt(Math.round(value * 1e18))));
  return [
    { name: GUARD, variances: grid.guard.map(floored) },
    // Where even the feed's bars are longer, nobody would take a round for an hour.
    ...(garchInterval === HOUR ? [{ name: RISK_METRICS, variances: inWad(perUpdateVariances(grid, HOUR)) }] : []),
    { name: RISK_METRICS_FITTED, variances: inWad(perUpdateVariances(grid, interval)) },
    { name: WINDOW, variances: inWad(windowVariances(grid)) },
    { name: GARCH, variances: inWad(garchForecasts(grid, garch, garchInterval)) },
  ];
}
