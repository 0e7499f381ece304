/** What the estimators say on simulated prices: how fast they see an event, and how fast they forget one. */
import type { Policy } from "../../../sdk/src/index.ts";
import type { PathRound } from "../../demo/path.ts";
import { DEFAULT_POLICY } from "../../lib/market.ts";
import { DAY, HOUR } from "../../lib/prices/times.ts";
import { type ReplayChain, watchFeed } from "./chain.ts";
import { type Calibration, estimatesOf } from "./estimators.ts";
import { type Grid, gridFrom, recordGrid } from "./grid.ts";
import { observeAlone, observeBoth } from "./mirror.ts";
import { CALM, calmPath, EVENT, regimePath, roundsOf, withBadTick, withEveryLook, withRepeats } from "./paths.ts";
import { YEAR } from "./rivals.ts";
import { median, quantile } from "./scores.ts";

/** Paths of each experiment, and how many of them a deployed guard observes beside the SDK. */
export const PATHS = 60;
export const PATHS_ON_CHAIN = 3;

/** What a guard on chain has; the SDK alone asks no feed. */
const POLICY: Policy = { ...DEFAULT_POLICY, feed: "0x0000000000000000000000000000000000000001" };

/** Seconds between the moments at which estimates are read. */
export const STEP = 300;

/** GARCH as it often comes out of hourly returns; fitted to a variance that never changes it would be no model of anything. */
const GARCH = { longRun: (CALM * HOUR) / YEAR, alpha: 0.06, beta: 0.93 };

/** Medians over all paths, moment by moment from the event on; by estimator. */
export type Response = Readonly<Record<string, readonly number[]>>;

/** Median and quartiles of the paths; infinite where they never arrived. */
export interface Spread {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

/** Hours until an estimate is first half of the way from the old variance to the new one, and nine tenths; and the same of its root. */
export interface Reaction {
  readonly half: Spread;
  readonly most: Spread;
  readonly halfOfVolatility: Spread;
  readonly mostOfVolatility: Spread;
}

export interface RegimeResult {
  /** Variance after the event over the one before. */
  readonly factor: number;
  readonly reactions: Readonly<Record<string, Reaction>>;
  /** Estimates over the variance before. */
  readonly response: Response;
}

export interface TickResult {
  /** The bad price over the good one. */
  readonly factor: number;
  /** Estimates with the tick over those without: the largest, and the hours until the last that is above 2.25 (one and a half times the volatility) and above 1.1. */
  readonly effects: Readonly<Record<string, { readonly peak: number; readonly hoursAboveHalf: number; readonly hoursAboveTenth: number }>>;
  readonly response: Response;
}

export interface SpamResult {
  /** Estimates with the spam over those without: smallest and largest of the day that begins with it, and at its end. */
  readonly effects: Readonly<Record<string, { readonly least: number; readonly most: number; readonly afterDay: number }>>;
}

/** Estimates from the event on, by estimator. */
type Run = ReadonlyMap<string, readonly number[]>;

interface Pair {
  readonly plain: Run;
  readonly changed: Run;
}

/** Observes simulated paths; the first few on a chain as well. */
export class Simulation {
  readonly #chain: ReplayChain;
  readonly #floor: bigint;
  readonly #onPath: () => void;
  /** Rounds observed by guard and SDK, and by the SDK at all. */
  compared = 0;
  observed = 0;

  /** @param floor - Least variance of all estimators, WAD per year. */
  constructor(chain: ReplayChain, floor: bigint, onPath: () => void) {
    this.#chain = chain;
    this.#floor = floor;
    this.#onPath = onPath;
  }

  /** From one moment on the variance is so many times what it was. */
  async regime(factor: number): Promise<RegimeResult> {
    const runs = await this.#each(async (path) => this.#run(path, await roundsOf(regimePath(path, factor))));
    const reactions = perEstimator(runs, (name) => {
      const reached = (level: number): Spread => spread(runs.map((run) => hoursUntil(run, name, CALM * level)));
      const inVariance = (share: number): Spread => reached(1 + (factor - 1) * share);
      const inVolatility = (share: number): Spread => reached((1 + (Math.sqrt(factor) - 1) * share) ** 2);
      return {
        half: inVariance(0.5),
        most: inVariance(0.9),
        halfOfVolatility: inVolatility(0.5),
        mostOfVolatility: inVolatility(0.9),
      };
    });
    return { factor, reactions, response: responseOf(runs, (path, name) => valuesOf(runs[path], name).map((value) => value / CALM)) };
  }

  /** One look at the price finds `factor` times what it is, the next one what it is. */
  async badTick(factor: number): Promise<TickResult> {
    const pairs = await this.#each(async (path) => {
      const samples = calmPath(path);
      return this.#pair(path, await roundsOf(samples), await roundsOf(withBadTick(samples, factor)));
    });
    const effects = perPair(pairs, (ratios) => ({
      peak: median(ratios.map((each) => Math.max(...each))),
      hoursAboveHalf: median(ratios.map((each) => hoursAbove(each, 2.25))),
      hoursAboveTenth: median(ratios.map((each) => hoursAbove(each, 1.1))),
    }));
    const plain = pairs.map((pair) => pair.plain);
    return { factor, effects, response: responseOf(plain, (path, name) => ratiosOf(pairs[path], name)) };
  }

  /** For an hour the feed writes a round every twelve seconds: of the last round's price, or of the price there is. */
  async spam(kind: "repeats" | "looks"): Promise<SpamResult> {
    const pairs = await this.#each(async (path) => {
      const samples = calmPath(path);
      const rounds = await roundsOf(samples);
      return this.#pair(path, rounds, kind === "repeats" ? withRepeats(rounds) : withEveryLook(rounds, samples));
    });
    return {
      effects: perPair(pairs, (ratios) => {
        const day = ratios.map((each) => each.slice(0, DAY / STEP));
        return {
          least: median(day.map((each) => Math.min(...each))),
          most: median(day.map((each) => Math.max(...each))),
          afterDay: median(ratios.map((each) => each[DAY / STEP] ?? Number.NaN)),
        };
      }),
    };
  }

  /** Pokes a guard that has observed a whole path, with no new round: the word before and after. */
  async pokeAgain(count: number): Promise<{ readonly before: bigint; readonly after: bigint }> {
    const feed = await watchFeed(this.#chain, POLICY.heartbeat);
    let before = 0n;
    for await (const { observation } of observeBoth(feed, await roundsOf(calmPath(0)))) before = observation.word;
    return { before, after: await feed.pokeAgain(count) };
  }

  async #each<T>(run: (path: number) => Promise<T>): Promise<T[]> {
    const results: T[] = [];
    for (let path = 0; path < PATHS; path++) {
      results.push(await run(path));
      this.#onPath();
    }
    return results;
  }

  async #pair(path: number, plain: readonly PathRound[], changed: readonly PathRound[]): Promise<Pair> {
    return { plain: await this.#run(path, plain), changed: await this.#run(path, changed) };
  }

  async #run(path: number, rounds: readonly PathRound[]): Promise<Run> {
    const grid = await recordGrid(this.#observe(path, rounds), STEP);
    // Two days before the event are enough for a window of one and for GARCH, which begins where it would be anyway.
    const near = gridFrom(grid, EVENT - 2 * DAY);
    const first = near.times.indexOf(EVENT);
    const estimates = estimatesOf(near, calibrationOf(grid), this.#floor);
    return new Map(estimates.map(({ name, variances }) => [name, variances.slice(first).map((variance) => Number(variance) / 1e18)]));
  }

  async *#observe(path: number, rounds: readonly PathRound[]) {
    const isOnChain = path < PATHS_ON_CHAIN;
    const observed = isOnChain ? observeBoth(await watchFeed(this.#chain, POLICY.heartbeat), rounds) : observeAlone(POLICY, rounds);
    for await (const { round, observation } of observed) {
      this.observed += 1;
      if (isOnChain) this.compared += 1;
      yield { round: { ...round, low8: round.answer8, high8: round.answer8 }, observation };
    }
  }
}

/** The mean interval of the calm market, and GARCH as it often comes out. */
function calibrationOf({ times, updates }: Grid): Calibration {
  const calm = times.indexOf(EVENT);
  const interval = ((times[calm] ?? 0) - (times[0] ?? 0)) / ((updates[calm] ?? 0) - (updates[0] ?? 0));
  return { interval, garchInterval: HOUR, garch: GARCH };
}

const valuesOf = (run: Run | undefined, name: string): readonly number[] => run?.get(name) ?? [];

function ratiosOf(pair: Pair | undefined, name: string): number[] {
  const without = valuesOf(pair?.plain, name);
  return valuesOf(pair?.changed, name).map((value, index) => value / (without[index] ?? Number.NaN));
}

/** Hours from the event to the first estimate of at least this level. */
function hoursUntil(run: Run, name: string, level: number): number {
  const index = valuesOf(run, name).findIndex((value) => value >= level);
  return index < 0 ? Number.POSITIVE_INFINITY : (index * STEP) / HOUR;
}

/** Hours from the event to the last ratio above a level; infinite when it is the last there is. */
function hoursAbove(ratios: readonly number[], level: number): number {
  const index = ratios.findLastIndex((ratio) => ratio > level);
  return index === ratios.length - 1 ? Number.POSITIVE_INFINITY : ((index + 1) * STEP) / HOUR;
}

function spread(values: readonly number[]): Spread {
  return { lower: quantile(values, 0.25), median: median(values), upper: quantile(values, 0.75) };
}

function perEstimator<T>(runs: readonly Run[], of: (name: string) => T): Record<string, T> {
  return Object.fromEntries([...(runs[0]?.keys() ?? [])].map((name) => [name, of(name)]));
}

function perPair<T>(pairs: readonly Pair[], of: (ratios: readonly (readonly number[])[]) => T): Record<string, T> {
  return perEstimator(
    pairs.map(({ plain }) => plain),
    (name) => of(pairs.map((pair) => ratiosOf(pair, name))),
  );
}

/** Moment by moment the median of all paths. */
function responseOf(runs: readonly Run[], of: (path: number, name: string) => readonly number[]): Response {
  return perEstimator(runs, (name) => {
    const values = runs.map((_, path) => of(path, name));
    return (values[0] ?? []).map((_, index) => median(values.map((each) => each[index] ?? Number.NaN)));
  });
}
