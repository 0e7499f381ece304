/** How well a variance forecasts the next 24 hours. */
import { adverseMove } from "../../../sdk/src/math/index.ts";
import type { Grid } from "./grid.ts";
import { DAY, YEAR } from "./rivals.ts";

const WAD = 1e18;

/** Share of touches at which estimators are compared by the leverage they allow. */
const REFERENCE_SHARE = 0.01;

/** What happened in the 24 hours after one moment. */
export interface NextDay {
  /** Squared returns from round to round, per year. */
  readonly realised: number;
  /** How far ln price fell below the moment's at the most, and how far it rose above it; never negative. */
  readonly fall: number;
  readonly rise: number;
}

export interface Scores {
  /** Moments scored. */
  readonly moments: number;
  /** Mean of the variances over the mean of what was realised: 1 is without bias. */
  readonly meanRatio: number;
  /** Median of variance over realised, moment by moment. */
  readonly medianRatio: number;
  /** Mean of ln V + realised/V: smaller is better. */
  readonly qlike: number;
  /** Share of moments after which a long, or a short, met more than the adverse move at the policy's tail. */
  readonly longTouched: number;
  readonly shortTouched: number;
  /** The same in stretches of time: touched moments less than a day apart are one. */
  readonly longEpisodes: number;
  readonly shortEpisodes: number;
  /** The tail at which 1 % of longs and shorts together are touched, and the mean leverage that loses all at that move. */
  readonly tailAtOnePercent: number;
  readonly leverageAtOnePercent: number;
}

/** What followed each moment of a grid, as far as the grid has a whole day after it. */
export function nextDays({ step, lnPrice, lnLow, lnHigh, squares }: Grid): NextDay[] {
  const ahead = DAY / step;
  const days: NextDay[] = [];
  for (let index = 0; index + ahead < lnPrice.length; index++) {
    const price = lnPrice[index] ?? 0;
    const [lowest, highest] = [lnLow.slice(index + 1, index + ahead + 1), lnHigh.slice(index + 1, index + ahead + 1)];
    days.push({
      realised: (((squares[index + ahead] ?? 0) - (squares[index] ?? 0)) * YEAR) / DAY,
      fall: Math.max(0, price - Math.min(...lowest)),
      rise: Math.max(0, Math.max(...highest) - price),
    });
  }
  return days;
}

/**
 * Squared returns from moment to moment over those from round to round, from a moment on: less than 1 where a price goes
 * back and forth in between.
 */
export function coarseShare({ lnPrice, squares }: Grid, from: number): number {
  const later = lnPrice.slice(from);
  const coarse = later.slice(1).reduce((sum, value, index) => sum + (value - (later[index] ?? value)) ** 2, 0);
  return coarse / ((squares.at(-1) ?? 0) - (squares[from] ?? 0));
}

/**
 * Scores the moments from `from` on.
 * @param variances - Per year, WAD, one for each day.
 * @param tail - Standard deviations of the adverse move, WAD.
 * @param step - Seconds between moments.
 */
export function scoresOf(variances: readonly bigint[], days: readonly NextDay[], tail: bigint, step: number, from = 0): Scores {
  const scored = days.slice(from).map((day, index) => ({ ...day, variance: variances[from + index] ?? 0n }));
  if (scored.length === 0) throw new Error("There is no moment to score: the prices are too short.");
  const values = scored.map(({ variance }) => Number(variance) / WAD);
  const realised = scored.map((day) => day.realised);
  const touches = touchesOf(scored, tail);
  const { tailAtShare, leverage } = atShareTouched(values, scored, REFERENCE_SHARE);
  return {
    moments: scored.length,
    meanRatio: mean(values) / mean(realised),
    medianRatio: median(values.map((value, index) => value / (realised[index] ?? 0))),
    qlike: qlike(values, realised),
    longTouched: share(touches.long),
    shortTouched: share(touches.short),
    longEpisodes: episodes(touches.long, DAY / step),
    shortEpisodes: episodes(touches.short, DAY / step),
    tailAtOnePercent: tailAtShare,
    leverageAtOnePercent: leverage,
  };
}

/**
 * Mean of ln V + realised/V. Of all losses this one ranks variances alike whether they are held against the true variance or
 * against a noisy, unbiased proxy of it (Patton, "Volatility forecast comparison using imperfect volatility proxies", Journal
 * of Econometrics 160, 2011), and it minds too little more than too much.
 */
export function qlike(variances: readonly number[], realised: readonly number[]): number {
  return mean(variances.map((variance, index) => Math.log(variance) + (realised[index] ?? 0) / variance));
}

/** Whether the largest adverse move of the next day exceeded the guard's, for either side. */
export function touchesOf(days: readonly (NextDay & { readonly variance: bigint })[], tail: bigint): { long: boolean[]; short: boolean[] } {
  const moves = days.map(({ variance }) => Number(adverseMove(tail, variance, BigInt(DAY))) / WAD);
  return {
    long: days.map(({ fall }, index) => fall > (moves[index] ?? 0)),
    short: days.map(({ rise }, index) => rise > (moves[index] ?? 0)),
  };
}

/** Stretches of touched moments; those at most `apart` moments from one another are one. */
export function episodes(touched: readonly boolean[], apart: number): number {
  let [count, last] = [0, Number.NEGATIVE_INFINITY];
  for (const [index, isTouched] of touched.entries()) {
    if (!isTouched) continue;
    if (index - last > apart) count++;
    last = index;
  }
  return count;
}

/** Share of longs and shorts together whose adverse move exceeds each of the tails. */
export function touchCurve(variances: readonly number[], days: readonly NextDay[], tails: readonly number[]): number[] {
  const multiples = adverseMultiples(variances, days);
  return tails.map((tail) => multiples.filter((multiple) => multiple > tail).length / multiples.length);
}

/**
 * A variance that is merely larger is touched less often. To compare fairly, each is scaled until it is touched equally
 * often, and then the one that allows more leverage knew more.
 */
function atShareTouched(
  variances: readonly number[],
  days: readonly NextDay[],
  touched: number,
): { tailAtShare: number; leverage: number } {
  const tailAtShare = quantile(adverseMultiples(variances, days), 1 - touched);
  return { tailAtShare, leverage: mean(variances.map((variance) => 1 / (tailAtShare * deviationOf(variance)))) };
}

/** Largest fall and largest rise, each in standard deviations of a day. */
function adverseMultiples(variances: readonly number[], days: readonly NextDay[]): number[] {
  return days.flatMap(({ fall, rise }, index) => {
    const deviation = deviationOf(variances[index] ?? 0);
    return [fall / deviation, rise / deviation];
  });
}

const deviationOf = (variance: number): number => Math.sqrt((variance * DAY) / YEAR);

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Between the two nearest in rank, in proportion. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = at * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(rank)] ?? Number.NaN, sorted[Math.ceil(rank)] ?? Number.NaN];
  // Where both are the same, which may be infinity, their difference would not be a number.
  return low === high ? low : low + (high - low) * (rank - Math.floor(rank));
}

function share(touched: readonly boolean[]): number {
  return touched.filter(Boolean).length / touched.length;
}
