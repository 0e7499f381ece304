/**
 * GARCH(1,1): h' = ω + α·r² + β·h, the variance of the next return from the last return and the last variance.
 * Bollerslev, "Generalized autoregressive conditional heteroskedasticity", Journal of Econometrics 31 (1986). Returns have
 * mean zero here, as everywhere in this project; variances are per return.
 */
import { minimise } from "./nelderMead.ts";

export interface GarchParameters {
  /** ω / (1 − α − β): what the variance returns to, per return. */
  readonly longRun: number;
  /** α: weight of the last squared return. */
  readonly alpha: number;
  /** β: weight of the last variance; α + β below 1. */
  readonly beta: number;
}

/**
 * The variance of the next return, after none, one, two ... of the returns: one entry more than returns. It begins at the
 * long-run variance.
 */
export function garchVariances(returns: readonly number[], { longRun, alpha, beta }: GarchParameters): number[] {
  const omega = longRun * (1 - alpha - beta);
  const variances = [longRun];
  let variance = longRun;
  for (const value of returns) {
    variance = omega + alpha * value ** 2 + beta * variance;
    variances.push(variance);
  }
  return variances;
}

/** Logarithm of the returns' density, each normal with its variance: −½·Σ(ln 2π + ln h + r²/h). */
export function logLikelihood(returns: readonly number[], parameters: GarchParameters): number {
  const variances = garchVariances(returns, parameters);
  let sum = 0;
  for (const [index, value] of returns.entries()) {
    const variance = variances[index] ?? 0;
    sum -= (Math.log(2 * Math.PI * variance) + value ** 2 / variance) / 2;
  }
  return sum;
}

/**
 * The parameters under which the returns are likeliest. Prices are not normal; the estimate is consistent all the same
 * (quasi maximum likelihood: Bollerslev and Wooldridge, Econometric Reviews 11, 1992).
 * @throws {Error} When all returns are zero, or there are fewer than a hundred.
 */
export function fitGarch(returns: readonly number[]): GarchParameters {
  const variance = returns.reduce((sum, value) => sum + value ** 2, 0) / returns.length;
  if (returns.length < 100 || variance === 0) throw new Error("GARCH needs a hundred returns that are not all zero.");
  // Searched without bounds: the long-run variance by its logarithm, α + β and α's share of it by their logits.
  const parametersOf = ([level = 0, sum = 0, share = 0]: readonly number[]): GarchParameters => {
    const persistence = logistic(sum);
    const alpha = persistence * logistic(share);
    return { longRun: variance * Math.exp(level), alpha, beta: persistence - alpha };
  };
  const cost = (point: readonly number[]): number => {
    const value = -logLikelihood(returns, parametersOf(point)) / returns.length;
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
  // From a quick and from a slow one: the search goes downhill only.
  const starts = [
    [0, logit(0.8), logit(0.3)],
    [0, logit(0.98), logit(0.08)],
  ];
  const ends = starts.map((start) => minimise(cost, start));
  return parametersOf(ends.reduce((best, end) => (cost(end) < cost(best) ? end : best)));
}

/**
 * The mean variance of the next `count` returns is base + weight·h, h that of the very next one: each return later is nearer
 * to the long run by the factor α + β (Engle and Bollerslev, Econometric Reviews 5, 1986).
 */
export function meanForecastFactors({ longRun, alpha, beta }: GarchParameters, count: number): { base: number; weight: number } {
  let [weight, power] = [0, 1];
  for (let ahead = 0; ahead < count; ahead++) {
    weight += power / count;
    power *= alpha + beta;
  }
  return { base: longRun * (1 - weight), weight };
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const logit = (share: number): number => Math.log(share / (1 - share));
