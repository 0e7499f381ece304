/** What a simulated price looks like to a guard that is shown some of it, and who chooses what it is shown. */
import { unpackVolatilityWord, updateAcrossGap, updateVolatility, variance } from "../../../sdk/src/math/index.ts";
import { brownian } from "../brownian.ts";
import type { Random } from "../corpus.ts";
import { DEFAULTS } from "../differentialVolatility.ts";
import { START_PRICE } from "../market.ts";

/** Seconds from one place of a path to the next: a block. */
export const STEP = 12;
/** Of a price of 60 % a year. */
export const VARIANCE = 0.36;
/** Seconds between two recordings of a price that is brought. */
export const RECORDED_EVERY = 600;
/** Two thousand, a day's worth of seconds after 1970: any time will do. */
const EPOCH = 1_000_000n;

/** Logarithms of a price over its first, a block apart. */
export type Path = readonly number[];
/** What a guard observes: seconds since the path began, and a logarithm. */
export interface Sight {
  readonly time: number;
  readonly value: number;
}

export const simulated = (random: Random, seconds: number): Path => brownian(random, Math.floor(seconds / STEP), STEP, VARIANCE);

/** The same path with four times the volatility during the first hour of every day. */
export function withWildHours(path: Path): Path {
  let value = 0;
  return path.map((now, index) => {
    const isWild = ((index * STEP) % 86_400) / 3_600 < 1;
    value += (now - (path[index - 1] ?? now)) * (isWild ? 4 : 1);
    return value;
  });
}

export const at = (path: Path, index: number): number => path[index] ?? 0;
/** What a guard sees that is shown the path at these places. */
export const sights = (path: Path, places: readonly number[]): Sight[] =>
  places.map((place) => ({ time: place * STEP, value: at(path, place) }));

/** Where a chooser goes from `from`: the calmest place from `first` to `last`. */
function calmest(path: Path, from: number, first: number, last: number): number {
  let best = first;
  for (let index = first; index <= last; index++) {
    if (Math.abs(at(path, index) - at(path, from)) < Math.abs(at(path, best) - at(path, from))) best = index;
  }
  return best;
}

/** Places that are recorded between two by who comes before a keeper, who comes `delay` seconds after he could. */
export function recordedFirst(path: Path, delay: number, from = 0, to = path.length): number[] {
  const places = [from];
  const [first, window] = [RECORDED_EVERY / STEP, (RECORDED_EVERY + delay) / STEP];
  for (let index = from; index + window < to; places.push(index)) index = calmest(path, index, index + first, index + window);
  return places;
}

/** Places with the least sum of squared returns from one to another, with at most `count` between. */
export function leastSquares(path: Path, from: number, to: number, count: number): number[] {
  const square = (a: number, b: number): number => (at(path, b) - at(path, a)) ** 2;
  let ways = Array.from({ length: to - from + 1 }, (_, step) => ({ cost: square(from, from + step), places: [] as number[] }));
  for (let added = 0; added < count; added++) {
    ways = ways.map((best, step) => {
      let better = best;
      for (let middle = 1; middle < step; middle++) {
        const way = ways[middle];
        const cost = (way?.cost ?? 0) + square(from + middle, from + step);
        if (cost < better.cost) better = { cost, places: [...(way?.places ?? []), from + middle] };
      }
      return better;
    });
  }
  return ways.at(-1)?.places ?? [];
}

/** Places that are seen between two: recordings on time, and `count` chosen prices of now between any two of them. */
export function pokedBetween(path: Path, count: number, from = 0, to = path.length): number[] {
  const places = [from];
  const every = RECORDED_EVERY / STEP;
  for (let index = from; index + every < to; index += every) places.push(...leastSquares(path, index, index + every, count), index + every);
  return places;
}

const priceOf = (value: number): bigint => BigInt(Math.round(START_PRICE * 1e9 * Math.exp(value))) * 10n ** 9n;
const timeOf = (time: number): bigint => EPOCH + BigInt(Math.round(time));

/** The word after this sight; across a gap where the feed's heartbeat was missed. */
export function observe(word: bigint, before: Sight | undefined, sight: Sight, heartbeat = Number.POSITIVE_INFINITY): bigint {
  const update = before !== undefined && sight.time - before.time > heartbeat ? updateAcrossGap : updateVolatility;
  return update(word, priceOf(sight.value), timeOf(sight.time), { ...DEFAULTS, initialVariance: BigInt(VARIANCE * 1e18) });
}

/** The variance a guard with a floor of 5 % a year sizes by. */
export const varianceOf = (word: bigint): number => Number(variance(word, DEFAULTS)) / 1e18;

/** Mean of the guard's fast variance over what it sees, as a share of the truth. */
export function fastShare(seen: readonly Sight[]): number {
  let [word, area, last] = [0n, 0, 0];
  for (const sight of seen) {
    area += (Number(unpackVolatilityWord(word).fastVariance) / 1e18) * (sight.time - last);
    word = observe(word, undefined, sight);
    last = sight.time;
  }
  return area / last / VARIANCE;
}

/** What a guard that knew the truth sizes by after these sights. */
const after = (seen: readonly Sight[]): number => varianceOf(seen.reduce((word, sight) => observe(word, undefined, sight), 0n));

/** What a guard may be shown of a path between two places. */
export type Shown = (from: number, to: number) => readonly Sight[];

/**
 * How much larger a position limited by its adverse move is after so many seconds of one way of showing the path, against
 * another: the mean over as many stretches of the path as there are, up to `most`, each begun by a guard that knew the truth.
 */
export function sizeBought(path: Path, seconds: number, honest: Shown, chosen: Shown, most = 40): number {
  const length = Math.floor(seconds / STEP);
  const count = Math.min(most, Math.floor(path.length / length));
  let sum = 0;
  for (let index = 0; index < count; index++) {
    const from = index * length;
    sum += Math.sqrt(after(honest(from, from + length)) / after(chosen(from, from + length)));
  }
  return sum / count;
}
