/** Who controls some of several sources, and shows as calm a price as the others let him. */
import { at, type Path, RECORDED_EVERY, type Shown, type Sight, STEP } from "./path.ts";
import { chainlinkRounds } from "./timing.ts";

/** Moves on which each of the sources writes: with one for all they would soon say the same. */
export const THRESHOLDS = [0.005, 0.003, 0.004, 0.006, 0.0035] as const;

/** What an honest source says at each place of a path. */
function said(path: Path, source: number): number[] {
  const rounds = chainlinkRounds(path, THRESHOLDS[source]);
  let next = 0;
  return path.map((_, index) => {
    while ((rounds[next + 1]?.time ?? Number.POSITIVE_INFINITY) <= index * STEP) next++;
    return rounds[next]?.value ?? 0;
  });
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** The price as it is recorded every ten minutes, where a place has one. */
const shown =
  (valueAt: (index: number) => number): Shown =>
  (from, to) => {
    const sights: Sight[] = [];
    for (let index = from; index < to; index += RECORDED_EVERY / STEP) sights.push({ time: index * STEP, value: valueAt(index) });
    return sights;
  };

/** The calmest price: it moves only where the bounds push it. */
const calm =
  (low: (index: number) => number, high: (index: number) => number): Shown =>
  (from, to) => {
    let value = Number.NaN;
    return shown((index) => {
      value = Number.isNaN(value) ? (low(index) + high(index)) / 2 : Math.min(Math.max(value, low(index)), high(index));
      return value;
    })(from, to);
  };

/** The price of two honest sources with a fallback's band, and of a primary that lies within the band around the secondary. */
export function lyingPrimary(path: Path, band: number): { honest: Shown; lying: Shown } {
  const [primary, secondary] = [said(path, 0), said(path, 1)];
  const width = Math.log(1 + band);
  return {
    honest: shown((index) => at(primary, index)),
    lying: calm(
      (index) => at(secondary, index) - width,
      (index) => at(secondary, index) + width,
    ),
  };
}

/** The median of `count` honest sources, and of as many of which `liars` say whatever leaves it where it was. */
export function lyingMinority(path: Path, count: number, liars: number): { honest: Shown; lying: Shown } {
  const sources = Array.from({ length: count }, (_, index) => said(path, index));
  const others = sources.slice(liars);
  const bound = (pick: (...values: number[]) => number) => (index: number) => pick(...others.map((source) => at(source, index)));
  return { honest: shown((index) => median(sources.map((source) => at(source, index)))), lying: calm(bound(Math.min), bound(Math.max)) };
}
