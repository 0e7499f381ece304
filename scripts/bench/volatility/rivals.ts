/**
 * The estimators the guard's is held against, on the same prices. Variances are per year, 1 = 100 % squared; plain numbers,
 * because none of them has a contract here.
 */
import { type GarchParameters, garchVariances, meanForecastFactors } from "./garch.ts";
import type { Grid } from "./grid.ts";

export const YEAR = 31_536_000;
export const DAY = 86_400;

/** RiskMetrics' weight of the past (J. P. Morgan, RiskMetrics Technical Document, 1996: 0.94 for daily returns). */
const LAMBDA = 0.94;

/**
 * RiskMetrics' average after one more return: λ·v + (1 − λ)·r², once an update, however long that took. The first return
 * begins it.
 */
export function nextPerUpdate(before: number | undefined, change: number): number {
  return before === undefined ? change ** 2 : LAMBDA * before + (1 - LAMBDA) * change ** 2;
}

/** RiskMetrics' averages as if every update stood for `interval` seconds. */
export function perUpdateVariances({ perUpdate }: Grid, interval: number): number[] {
  return perUpdate.map((value) => (value * YEAR) / interval);
}

/** Squared returns of the last 24 hours; where there are not as many yet, of those there are. */
export function windowVariances({ squares, step }: Grid): number[] {
  const window = DAY / step;
  return squares.map((sum, index) => {
    const length = Math.min(window, index);
    return length === 0 ? 0 : ((sum - (squares[index - length] ?? 0)) * YEAR) / (length * step);
  });
}

/**
 * GARCH(1,1)'s forecast of the variance over the next 24 hours, made of returns over `interval` seconds (a multiple of the
 * grid's step) and kept until the next of them is complete.
 * @param parameters - Of returns over that interval.
 */
export function garchForecasts(grid: Grid, parameters: GarchParameters, interval: number): number[] {
  const every = interval / grid.step;
  const next = garchVariances(returnsOf(grid, interval), parameters);
  const { base, weight } = meanForecastFactors(parameters, DAY / interval);
  return grid.times.map((_, index) => ((base + weight * (next[Math.floor(index / every)] ?? 0)) * YEAR) / interval);
}

/** Log returns over `interval` seconds, a multiple of the grid's step, from the grid's first moment on. */
export function returnsOf({ lnPrice, step }: Grid, interval: number): number[] {
  const sampled = lnPrice.filter((_, index) => index % (interval / step) === 0);
  return sampled.slice(1).map((value, index) => value - (sampled[index] ?? value));
}
