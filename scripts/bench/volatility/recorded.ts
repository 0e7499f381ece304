/** One series of recorded prices: replayed through guard and SDK, and scored beside the other estimators. */
import { basename } from "node:path";
import { DEFAULT_POLICY } from "../../lib/market.ts";
import { DAY } from "../../lib/prices/times.ts";
import { type ReplayChain, watchFeed } from "./chain.ts";
import { type Calibration, calibrate, type Estimates, estimatesOf, GUARD, WARM_UP_DAYS } from "./estimators.ts";
import { type Grid, recordGrid } from "./grid.ts";
import { observeBoth } from "./mirror.ts";
import { coarseShare, mean, type NextDay, nextDays, type Scores, scoresOf } from "./scores.ts";
import type { Series } from "./series.ts";

/** Share of a series that calibrates, and is not scored. */
const CALIBRATING_SHARE = 1 / 3;

export interface RecordedResult {
  readonly name: string;
  readonly file: string;
  /** What the rounds are, in words. */
  readonly rounds: string;
  /** Rounds observed, on each of which guard and SDK agreed. */
  readonly compared: number;
  /** Seconds, unix: first and last moment of the grid, and the first one scored. */
  readonly from: number;
  readonly to: number;
  readonly scoredFrom: number;
  readonly calibration: Calibration;
  /** Root of the mean of what was realised on the days scored, per year. */
  readonly realisedVolatility: number;
  /** What returns from moment to moment see of the squared returns from round to round. */
  readonly coarseShare: number;
  /** All estimators on the part after the calibration. */
  readonly scores: Readonly<Record<string, Scores>>;
  /** The guard alone, which nothing calibrates: on everything after its warm-up. */
  readonly whole: Scores;
  /** The same, if a position were looked at only at the moments, and not in between. */
  readonly wholeAtMoments: Scores;
  readonly grid: Grid;
  readonly days: readonly NextDay[];
  readonly estimates: readonly Estimates[];
  /** Index of the first moment scored. */
  readonly split: number;
}

/**
 * Replays and scores a series.
 * @param floor - Least variance of all estimators, WAD per year.
 * @throws {Error} At the first round on which guard and SDK differ, and for series too short to be scored.
 */
export async function replaySeries(
  chain: ReplayChain,
  series: Series,
  floor: bigint,
  onRounds: (n: number) => void,
): Promise<RecordedResult> {
  const { name, file, step } = series;
  const feed = await watchFeed(chain, series.heartbeat);
  let compared = 0;
  async function* counted() {
    for await (const observed of observeBoth(feed, await series.open())) {
      compared += 1;
      onRounds(compared);
      yield observed;
    }
  }
  const grid = await recordGrid(counted(), step);
  const days = nextDays(grid);
  const warm = (WARM_UP_DAYS * DAY) / step;
  const split = Math.max(Math.ceil(days.length * CALIBRATING_SHARE), warm);
  if (split >= days.length) throw new Error(`${file} is too short: ${WARM_UP_DAYS} days are for the warm-up, and at least one after it.`);
  const calibration = calibrate(grid, split);
  const estimates = estimatesOf(grid, calibration, floor);
  const score = (variances: readonly bigint[], from: number, of = days): Scores => scoresOf(variances, of, DEFAULT_POLICY.tail, step, from);
  const guard = estimates.find((each) => each.name === GUARD)?.variances ?? [];
  return {
    name,
    file: basename(file),
    rounds: series.rounds,
    compared,
    from: grid.times[0] ?? 0,
    to: grid.times.at(-1) ?? 0,
    scoredFrom: grid.times[split] ?? 0,
    calibration,
    realisedVolatility: Math.sqrt(mean(days.slice(split).map(({ realised }) => realised))),
    coarseShare: coarseShare(grid, split),
    scores: Object.fromEntries(estimates.map((each) => [each.name, score(each.variances, split)])),
    whole: score(guard, warm),
    wholeAtMoments: score(guard, warm, nextDays({ ...grid, lnLow: grid.lnPrice, lnHigh: grid.lnPrice })),
    grid,
    days,
    estimates,
    split,
  };
}
