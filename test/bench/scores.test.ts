import { expect } from "chai";
import { describe, it } from "mocha";
import type { Grid } from "../../scripts/bench/volatility/grid.ts";
import {
  coarseShare,
  episodes,
  mean,
  nextDays,
  qlike,
  quantile,
  scoresOf,
  touchCurve,
  touchesOf,
} from "../../scripts/bench/volatility/scores.ts";
import { adverseMove } from "../../sdk/src/math/index.ts";
import { expectNear } from "../helpers/near.ts";

const WAD = 10n ** 18n;
const TAIL = 4n * WAD;

/** A day of four moments, six hours apart. */
const STEP = 21_600;

function grid(lnPrice: readonly number[], lows: readonly number[] = lnPrice, highs: readonly number[] = lnPrice): Grid {
  const squares = lnPrice.map((_, index) =>
    lnPrice.slice(1, index + 1).reduce((sum, value, before) => sum + (value - (lnPrice[before] ?? 0)) ** 2, 0),
  );
  const times = lnPrice.map((_, index) => index * STEP);
  const updates = lnPrice.map((_, index) => index + 1);
  return { step: STEP, times, lnPrice: [...lnPrice], lnLow: [...lows], lnHigh: [...highs], squares, updates, guard: [], perUpdate: [] };
}

describe("what follows a moment", () => {
  it("is the squared returns of the next day, per year, and the extremes of that day alone", () => {
    const lows = [-9, -0.02, 0, 0, -0.05, -9];
    const highs = [9, 0.01, 0.03, 0, 0, 9];
    const [first, second, ...others] = nextDays(grid([0, 0.01, 0, 0, -0.03, 0.01], lows, highs));
    expect(others).to.deep.equal([]);
    // 0.01² + 0.01² + 0 + 0.03², 365 times.
    expectNear(first?.realised, 0.0011 * 365, 1e-12);
    expectNear(first?.fall, 0.05, 1e-12);
    expectNear(first?.rise, 0.03, 1e-12);
    // The second begins a step later and at 0.01: its day has the last low and high, and no longer the first.
    expectNear(second?.realised, 0.0026 * 365, 1e-12);
    expectNear(second?.fall, 9.01, 1e-12);
    expectNear(second?.rise, 8.99, 1e-12);
  });

  it("is nothing while the price stands", () => {
    expect(nextDays(grid([1, 1, 1, 1, 1]))).to.deep.equal([{ realised: 0, fall: 0, rise: 0 }]);
  });

  it("falls and rises by nothing where the price moves one way only", () => {
    const [day] = nextDays(grid([0, 0.1, 0.2, 0.3, 0.4]));
    expect(day?.fall).to.equal(0);
    expectNear(day?.rise, 0.4, 1e-12);
  });
});

describe("what moments see of what rounds saw", () => {
  it("is all of it where there is one round a moment, and less where the price went back and forth", () => {
    const moments = grid([0, 0.1, 0, 0.2]);
    expectNear(coarseShare(moments, 0), 1, 1e-12);
    expectNear(coarseShare({ ...moments, squares: [0, 0.02, 0.04, 0.12] }, 0), 0.5, 1e-12);
    expectNear(coarseShare({ ...moments, squares: [0, 0.02, 0.04, 0.12] }, 2), 0.5, 1e-12);
  });
});

describe("QLIKE", () => {
  it("is the mean of ln V + realised/V", () => {
    expectNear(qlike([1, Math.E], [2, Math.E]), (2 + 2) / 2, 1e-12);
    expectNear(qlike([0.5], [0]), Math.log(0.5), 1e-12);
  });

  it("is least where the variance is what was realised, and minds half of it more than double", () => {
    const realised = [0.36, 0.4, 0.2];
    const scaled = (factor: number): number =>
      qlike(
        realised.map((value) => factor * value),
        realised,
      );
    for (const factor of [0.5, 0.9, 1.1, 2]) expect(scaled(factor)).to.be.above(scaled(1));
    expect(scaled(0.5)).to.be.above(scaled(2));
  });
});

describe("touches", () => {
  const variance = 365n * WAD;

  it("are moves beyond the guard's adverse move of a day, not at it", () => {
    // A day's deviation is 1, so the move is the tail itself.
    expect(adverseMove(TAIL, variance, 86_400n)).to.equal(TAIL);
    const day = (fall: number, rise: number) => ({ realised: 0, fall, rise, variance });
    const touched = touchesOf([day(4, 4.001), day(4.001, 4), day(0, 0)], TAIL);
    expect(touched).to.deep.equal({ long: [false, true, false], short: [true, false, false] });
  });

  it("less than a day apart are one episode", () => {
    const at = (...indices: number[]): boolean[] => Array.from({ length: 40 }, (_, index) => indices.includes(index));
    expect(episodes(at(), 24)).to.equal(0);
    expect(episodes(at(0), 24)).to.equal(1);
    expect(episodes(at(3, 4, 5, 29), 24)).to.equal(1);
    expect(episodes(at(3, 28), 24)).to.equal(2);
  });

  it("over the tail: the share of both sides beyond it", () => {
    const days = [
      { realised: 0, fall: 1, rise: 3 },
      { realised: 0, fall: 5, rise: 0 },
    ];
    expect(touchCurve([365, 365], days, [0.5, 1, 2, 4, 5])).to.deep.equal([0.75, 0.5, 0.5, 0.25, 0]);
    // Twice the deviation, half the multiple.
    expect(touchCurve([4 * 365, 4 * 365], days, [0.5, 1, 2, 4, 5])).to.deep.equal([0.5, 0.5, 0.25, 0, 0]);
  });
});

describe("scores", () => {
  const days = Array.from({ length: 200 }, (_, index) => ({ realised: index % 2 === 0 ? 100 : 300, fall: index / 100, rise: 0 }));

  it("are of the moments from the given one on", () => {
    const scores = scoresOf(
      days.map(() => 400n * WAD),
      days,
      TAIL,
      STEP,
      50,
    );
    expect(scores.moments).to.equal(150);
    expect(scores.meanRatio).to.equal(2);
    // 4 and 4/3 in equal numbers.
    expectNear(scores.medianRatio, (4 + 4 / 3) / 2, 1e-12);
    expectNear(scores.qlike, Math.log(400) + 0.5, 1e-12);
  });

  it("do not reward a variance for being large: scaled to equal touches, the leverage is the same", () => {
    const small = scoresOf(
      days.map(() => 100n * WAD),
      days,
      TAIL,
      STEP,
    );
    const large = scoresOf(
      days.map(() => 900n * WAD),
      days,
      TAIL,
      STEP,
    );
    expectNear(large.tailAtOnePercent, small.tailAtOnePercent / 3, 1e-9);
    expectNear(large.leverageAtOnePercent, small.leverageAtOnePercent, 1e-9);
    expect(large.longTouched).to.be.at.most(small.longTouched);
  });

  it("of nothing are refused", () => {
    expect(() => scoresOf([], [], TAIL, STEP)).to.throw("no moment to score");
  });
});

describe("quantiles", () => {
  it("lie between the two nearest in rank", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).to.equal(2.5);
    expect(quantile([1, 2, 3], 0.25)).to.equal(1.5);
    expect([0, 1].map((at) => quantile([5, 7, 6], at))).to.deep.equal([5, 7]);
    expect(quantile([1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 0.75)).to.equal(Number.POSITIVE_INFINITY);
    expect(mean([1, 2, 6])).to.equal(3);
  });
});
