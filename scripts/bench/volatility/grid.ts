/** What was known at evenly spaced moments: every estimator is judged at the same ones, whenever its rounds came. */
import type { PathRound } from "../../demo/path.ts";
import type { ObservedRound } from "./mirror.ts";
import { nextPerUpdate } from "./rivals.ts";

/** A round with the lowest and the highest price since the one before, itself included; 8 decimals. */
export interface RangedRound extends PathRound {
  readonly low8: bigint;
  readonly high8: bigint;
}

/** One entry of each list for each moment, with all rounds up to it taken in. Logarithms are natural. */
export interface Grid {
  /** Seconds between moments; the moments are its multiples. */
  readonly step: number;
  /** Seconds, unix. */
  readonly times: number[];
  readonly lnPrice: number[];
  /** Extremes of ln price after the moment before. */
  readonly lnLow: number[];
  readonly lnHigh: number[];
  /** Squared log returns from round to round, summed from the beginning. */
  readonly squares: number[];
  /** Rounds from the beginning. */
  readonly updates: number[];
  /** The guard's variance, WAD per year. */
  readonly guard: bigint[];
  /** RiskMetrics' average of squared returns, which knows no time: for one update. */
  readonly perUpdate: number[];
}

/** The moments from a time on. */
export function gridFrom(grid: Grid, time: number): Grid {
  const first = grid.times.findIndex((each) => each >= time);
  const { times, lnPrice, lnLow, lnHigh, squares, updates, guard, perUpdate } = grid;
  const later = <T>(values: readonly T[]): T[] => values.slice(first < 0 ? times.length : first);
  return {
    step: grid.step,
    times: later(times),
    lnPrice: later(lnPrice),
    lnLow: later(lnLow),
    lnHigh: later(lnHigh),
    squares: later(squares),
    updates: later(updates),
    guard: later(guard),
    perUpdate: later(perUpdate),
  };
}

/** Takes observed rounds in time order and keeps what the moments of a grid need: memory grows with time, not with rounds. */
export class GridRecorder {
  readonly grid: Grid;
  #next = 0;
  #lnPrice: number | undefined;
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  #squares = 0;
  #updates = 0;
  #guard = 0n;
  #perUpdate: number | undefined;

  constructor(step: number) {
    this.grid = { step, times: [], lnPrice: [], lnLow: [], lnHigh: [], squares: [], updates: [], guard: [], perUpdate: [] };
  }

  add({ round, observation }: ObservedRound<RangedRound>): void {
    const lnPrice = Math.log(Number(round.answer8));
    if (this.#lnPrice === undefined) this.#next = Math.ceil(round.updatedAt / this.grid.step) * this.grid.step;
    else this.#fillBefore(round.updatedAt, this.#lnPrice);
    const change = lnPrice - (this.#lnPrice ?? lnPrice);
    this.#squares += change ** 2;
    if (this.#lnPrice !== undefined) this.#perUpdate = nextPerUpdate(this.#perUpdate, change);
    this.#low = Math.min(this.#low, Math.log(Number(round.low8)));
    this.#high = Math.max(this.#high, Math.log(Number(round.high8)));
    this.#updates += 1;
    this.#guard = observation.variance;
    this.#lnPrice = lnPrice;
  }

  /** Records the moments up to the last round's, after which nothing is known. */
  finish(until: number): Grid {
    if (this.#lnPrice !== undefined) this.#fillBefore(until + 1, this.#lnPrice);
    return this.grid;
  }

  #fillBefore(time: number, lnPrice: number): void {
    const { grid } = this;
    for (; this.#next < time; this.#next += grid.step) {
      grid.times.push(this.#next);
      grid.lnPrice.push(lnPrice);
      grid.lnLow.push(Math.min(this.#low, lnPrice));
      grid.lnHigh.push(Math.max(this.#high, lnPrice));
      grid.squares.push(this.#squares);
      grid.updates.push(this.#updates);
      grid.guard.push(this.#guard);
      grid.perUpdate.push(this.#perUpdate ?? 0);
      this.#low = Number.POSITIVE_INFINITY;
      this.#high = Number.NEGATIVE_INFINITY;
    }
  }
}

/** Records all rounds. */
export async function recordGrid(rounds: AsyncIterable<ObservedRound<RangedRound>>, step: number): Promise<Grid> {
  const recorder = new GridRecorder(step);
  let last = 0;
  for await (const observed of rounds) {
    recorder.add(observed);
    last = observed.round.updatedAt;
  }
  return recorder.finish(last);
}
