import { expect } from "chai";
import { describe, it } from "mocha";
import {
  fitGarch,
  type GarchParameters,
  garchVariances,
  logLikelihood,
  meanForecastFactors,
} from "../../scripts/bench/volatility/garch.ts";
import { minimise } from "../../scripts/bench/volatility/nelderMead.ts";
import { brownian } from "../helpers/brownian.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { expectNear } from "../helpers/near.ts";

const YEAR = 31_536_000;

/** Independent normal numbers of unit variance: the steps of a walk. */
function normals(label: string, count: number): number[] {
  const walk = brownian(new Random(SEED, label), count, YEAR, 1);
  return walk.map((value, index) => value - (walk[index - 1] ?? 0));
}

/** Returns that follow the recursion exactly, worked out beside it. */
function simulate({ longRun, alpha, beta }: GarchParameters, shocks: readonly number[]): number[] {
  let variance = longRun;
  return shocks.map((shock) => {
    const value = shock * Math.sqrt(variance);
    variance = longRun * (1 - alpha - beta) + alpha * value * value + beta * variance;
    return value;
  });
}

describe("GARCH(1,1)", () => {
  const parameters: GarchParameters = { longRun: 4, alpha: 0.25, beta: 0.5 };

  it("moves by hand's arithmetic: ω = 1, then 1 + 0.25·r² + 0.5·h", () => {
    expect(garchVariances([2, 0, -4], parameters)).to.deep.equal([4, 4, 3, 6.5]);
  });

  it("has the likelihood of normal returns with those variances", () => {
    // Variances 4 and 4: −½(ln 8π + 1) − ½(ln 8π + 0).
    expectNear(logLikelihood([2, 0], parameters), -Math.log(8 * Math.PI) - 0.5, 1e-12);
    // With no weights at all, every return has variance 1: −½·Σ(ln 2π + r²).
    const flat = { longRun: 1, alpha: 0, beta: 0 };
    expectNear(logLikelihood([1, -2, 3], flat), -1.5 * Math.log(2 * Math.PI) - 7, 1e-12);
  });

  it("forecasts the mean of what the recursion expects, which ends at the long run", () => {
    // From 8: 8, 1 + 0.75·8 = 7, 1 + 0.75·7 = 6.25; their mean is 21.25 / 3.
    const { base, weight } = meanForecastFactors(parameters, 3);
    expectNear(base + weight * 8, 21.25 / 3, 1e-12);
    expectNear(base + weight * 4, 4, 1e-12);
    const far = meanForecastFactors(parameters, 10_000);
    expectNear(far.base + far.weight * 8, 4, 0.01);
  });

  for (const truth of [
    { longRun: 1e-4, alpha: 0.08, beta: 0.9 },
    { longRun: 2, alpha: 0.2, beta: 0.6 },
  ]) {
    it(`is recovered from 20 000 simulated returns: α ${truth.alpha}, β ${truth.beta} (SEED=${SEED})`, function () {
      const returns = simulate(truth, normals(`garch ${truth.alpha}`, 20_000));
      const fit = fitGarch(returns);
      // Four standard errors of the estimate, about.
      expectNear(fit.alpha, truth.alpha, 0.04);
      expectNear(fit.beta, truth.beta, 0.08);
      expect(fit.longRun / truth.longRun).to.be.within(0.8, 1.25);
      expect(logLikelihood(returns, fit)).to.be.at.least(logLikelihood(returns, truth));
      this.runnable().title += `: ${fit.alpha.toFixed(4)}, ${fit.beta.toFixed(4)}, long run × ${(fit.longRun / truth.longRun).toFixed(3)}`;
    });
  }

  it("finds little to follow where the variance never changes", () => {
    const fit = fitGarch(normals("constant", 20_000));
    expect(fit.alpha).to.be.below(0.02);
    expectNear(fit.longRun, 1, 0.05);
  });

  it("is not fitted to nothing", () => {
    expect(() => fitGarch(new Array(500).fill(0))).to.throw("GARCH needs");
    expect(() => fitGarch([0.1, -0.2])).to.throw("GARCH needs");
  });
});

describe("Nelder and Mead's search", () => {
  it("finds the bottom of Rosenbrock's valley", () => {
    const [x = 0, y = 0] = minimise(([a = 0, b = 0]) => (1 - a) ** 2 + 100 * (b - a * a) ** 2, [-1.2, 1]);
    expectNear(x, 1, 1e-4);
    expectNear(y, 1, 1e-4);
  });

  it("goes round where there is no value", () => {
    const [x = 0] = minimise(([a = 0]) => (a <= 0 ? Number.POSITIVE_INFINITY : a - Math.log(a)), [5]);
    expectNear(x, 1, 1e-4);
  });
});
