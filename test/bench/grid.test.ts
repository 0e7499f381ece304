import { expect } from "chai";
import { describe, it } from "mocha";
import { GridRecorder, gridFrom, type RangedRound, recordGrid } from "../../scripts/bench/volatility/grid.ts";
import type { ObservedRound } from "../../scripts/bench/volatility/mirror.ts";
import { garchForecasts, nextPerUpdate, perUpdateVariances, returnsOf, windowVariances } from "../../scripts/bench/volatility/rivals.ts";
import { expectNear } from "../helpers/near.ts";

const HOUR = 3_600;
const START = 1_700_006_400;
const YEAR = 31_536_000;

/** A round so many seconds after the start, at a multiple of 100 000 000; the variance is its number. */
const round = (seconds: number, price: number, variance: number, low = price, high = price): ObservedRound<RangedRound> => ({
  round: { roundId: variance, answer8: eight(price), updatedAt: START + seconds, low8: eight(low), high8: eight(high) },
  observation: { word: 0n, variance: BigInt(variance) },
});

const eight = (price: number): bigint => BigInt(Math.round(price * 1e8));

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

describe("a grid of moments", () => {
  const rounds = [
    round(-10, 100, 1),
    round(0, 110, 2),
    round(600, 90, 3, 80, 130),
    round(3_600, 120, 4),
    round(3_601, 125, 5),
    round(12_000, 100, 6),
  ];

  it("has at each moment what was known by then, a round of that very second included", async () => {
    const grid = await recordGrid(each(rounds), HOUR);
    expect(grid.times.map((time) => time - START)).to.deep.equal([0, 3_600, 7_200, 10_800]);
    expect(grid.guard).to.deep.equal([2n, 4n, 5n, 5n]);
    expect(grid.updates).to.deep.equal([2, 4, 5, 5]);
    expect(grid.lnPrice.map((value) => Math.round(Math.exp(value) / 1e8))).to.deep.equal([110, 120, 125, 125]);
  });

  it("keeps the extremes since the moment before, of rounds and inside them", async () => {
    const grid = await recordGrid(each(rounds), HOUR);
    const prices = (values: readonly number[]): number[] => values.map((value) => Math.round(Math.exp(value) / 1e8));
    expect(prices(grid.lnLow)).to.deep.equal([100, 80, 125, 125]);
    expect(prices(grid.lnHigh)).to.deep.equal([110, 130, 125, 125]);
  });

  it("sums the squared returns of all rounds up to each moment", async () => {
    const { squares } = await recordGrid(each(rounds), HOUR);
    const square = (from: number, to: number): number => Math.log(to / from) ** 2;
    expectNear(squares[0], square(100, 110), 1e-12);
    expectNear(squares[1], square(100, 110) + square(110, 90) + square(90, 120), 1e-12);
    expectNear(squares[3], (squares[1] ?? 0) + square(120, 125), 1e-12);
  });

  it("ends with the last round, a moment of its very second included", () => {
    const recorder = new GridRecorder(HOUR);
    recorder.add(round(0, 100, 1));
    recorder.add(round(HOUR, 101, 2));
    expect(recorder.finish(START + HOUR).guard).to.deep.equal([1n, 2n]);
  });

  it("can be cut at its beginning", async () => {
    const { times, guard } = gridFrom(await recordGrid(each(rounds), HOUR), START + 1);
    expect(times.map((time) => time - START)).to.deep.equal([3_600, 7_200, 10_800]);
    expect(guard).to.deep.equal([4n, 5n, 5n]);
  });
});

describe("the other estimators", () => {
  it("RiskMetrics: 0.94 of the past and 0.06 of the square, once an update", async () => {
    const first = nextPerUpdate(undefined, 0.1);
    expectNear(first, 0.01, 1e-15);
    expectNear(nextPerUpdate(first, -0.2), 0.94 * 0.01 + 0.06 * 0.04, 1e-15);
    // What three hundred rounds of the same price leave of it.
    const spammed = Array.from({ length: 300 }).reduce<number>((value) => nextPerUpdate(value, 0), first);
    expectNear(spammed / first, 0.94 ** 300, 1e-12);
    const grid = await recordGrid(each([round(0, 100, 1), round(60, 110, 2), round(HOUR, 110, 3)]), HOUR);
    const expected = 0.94 * Math.log(1.1) ** 2;
    expectNear(perUpdateVariances(grid, HOUR)[1], (expected * YEAR) / HOUR, 1e-9);
    expectNear(perUpdateVariances(grid, 2 * HOUR)[1], (expected * YEAR) / (2 * HOUR), 1e-9);
  });

  it("a window of 24 hours: what happened earlier is gone at once", async () => {
    const hourly = Array.from({ length: 50 }, (_, hour) => round(hour * HOUR, hour < 10 ? 100 : 110, hour));
    const variances = windowVariances(await recordGrid(each(hourly), HOUR));
    const once = Math.log(1.1) ** 2 * 365;
    expect(variances[0]).to.equal(0);
    // Ten hours old, and all of it in them.
    expectNear(variances[10], (once * 24) / 10, 1e-9);
    expectNear(variances[24], once, 1e-9);
    expectNear(variances[33], once, 1e-9);
    expectNear(variances[34], 0, 1e-9);
  });

  it("GARCH's forecast knows the returns that are complete, and no later one", async () => {
    const halfHours = Array.from({ length: 9 }, (_, index) => round(index * 1_800, index < 3 ? 100 : 110, index));
    const grid = await recordGrid(each(halfHours), 1_800);
    expect(returnsOf(grid, HOUR).map((value) => Math.round(value * 1e6))).to.deep.equal([0, 95_310, 0, 0]);
    const forecasts = garchForecasts(grid, { longRun: 1e-4, alpha: 0.1, beta: 0.8 }, HOUR);
    // Without a return yet the forecast is the long run; the jump at an hour and a half shows at two hours.
    expectNear(forecasts[0], 1e-4 * 24 * 365, 1e-9);
    expect(forecasts[3]).to.equal(forecasts[2]);
    expect(forecasts[3]).to.be.below(forecasts[0] ?? 0);
    const next = 1e-5 + 0.1 * Math.log(1.1) ** 2 + 0.8 * 9e-5;
    const weight = (1 - 0.9 ** 24) / 0.1 / 24;
    expectNear(forecasts[4], (1e-4 * (1 - weight) + next * weight) * 24 * 365, 1e-9);
    expect(forecasts[5]).to.equal(forecasts[4]);
  });
});
