/** Scales and axis ticks. A scale maps a value to a share of the axis: 0 at its start, 1 at its end. */

export interface Scale {
  readonly kind: "linear" | "log";
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
  /** Share of the axis, clamped to 0..1. */
  readonly at: (value: number) => number;
}

export interface TimeTick {
  /** Seconds, unix. */
  readonly time: number;
  readonly midnight: boolean;
  /** The first of a month on an axis too long for days. */
  readonly month: boolean;
  /** False for ticks that a narrow screen leaves out. */
  readonly major: boolean;
}

export interface TimeAxis {
  /** Share of the axis, clamped to 0..1. */
  readonly at: (time: number) => number;
  readonly ticks: readonly TimeTick[];
}

/** Linear scale over the values, widened to round ticks; `zero` makes it start (or end) at zero. */
export function linearScale(values: readonly number[], zero: boolean, tickCount = 4): Scale {
  const [low, high] = extent(zero ? [...values, 0] : values);
  // A flat series still needs an axis with some height.
  const spread = high > low ? high - low : Math.abs(high) || 1;
  const step = roundStep(spread / tickCount);
  const min = Math.floor(low / step + 1e-9) * step;
  const max = Math.max(Math.ceil(high / step - 1e-9) * step, min + step);
  const count = Math.round((max - min) / step);
  const ticks = Array.from({ length: count + 1 }, (_, i) => min + i * step);
  return { kind: "linear", min, max, ticks, at: (value) => clamp((value - min) / (max - min)) };
}

/** Log scale between two positive values, with ticks at 1, 2 and 5 times powers of ten. */
export function logScale(low: number, high: number): Scale {
  const candidates: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.ceil(Math.log10(high)); exponent++) {
    for (const digit of [1, 2, 5]) candidates.push(digit * 10 ** exponent);
  }
  const min = candidates.filter((tick) => tick <= low).at(-1) ?? low;
  const max = candidates.find((tick) => tick >= high && tick > min) ?? high;
  const all = candidates.filter((tick) => tick >= min && tick <= max);
  const decades = Math.log10(max / min);
  const ticks = decades > 2 ? all.filter((tick) => Number.isInteger(roundTo(Math.log10(tick), 6))) : all;
  const at = (value: number) => (value <= 0 ? 0 : clamp(Math.log(value / min) / Math.log(max / min)));
  return { kind: "log", min, max, ticks, at };
}

/** Time scale between two unix times; exact at both ends. */
export function timeScale(from: number, to: number): TimeAxis {
  const span = Math.max(to - from, 1);
  return { at: (time) => clamp((time - from) / span), ticks: timeTicks(from, to) };
}

const HOUR = 3600;
const DAY = 24 * HOUR;

/** From this length on an axis is labelled by months: a day without its year would be ambiguous. */
const LONG = 120 * DAY;

/** At most a dozen ticks at whole UTC hours; midnights and the coarser half are the ones kept on narrow screens. */
function timeTicks(from: number, to: number): TimeTick[] {
  const span = to - from;
  if (span > LONG) return monthTicks(from, to);
  const steps = [HOUR / 4, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY];
  const step = steps.find((candidate) => span / candidate <= 11) ?? Math.ceil(span / 8 / DAY) * DAY;
  const ticks: TimeTick[] = [];
  const coarse = Math.max(2 * step, DAY / 2);
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    ticks.push({ time, midnight: time % DAY === 0, month: false, major: time % coarse === 0 });
  }
  return ticks;
}

/** At most a dozen ticks at the first of a month, a quarter, a half-year or as many years as it takes. */
function monthTicks(from: number, to: number): TimeTick[] {
  const months = (to - from) / (30 * DAY);
  const step = [1, 2, 3, 6, 12].find((candidate) => months / candidate <= 11) ?? 12 * Math.ceil(months / 120);
  const [year, month] = [new Date(from * 1000).getUTCFullYear(), new Date(from * 1000).getUTCMonth()];
  const ticks: TimeTick[] = [];
  // Months are counted from the year 0; as an argument of Date.UTC, years below 100 would mean something else.
  for (let index = Math.ceil((year * 12 + month) / step) * step; ; index += step) {
    const time = Date.UTC(2000, index - 24_000) / 1000;
    if (time > to) return ticks;
    if (time >= from) ticks.push({ time, midnight: true, month: true, major: index % (2 * step) === 0 });
  }
}

/** The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below the wanted step. */
function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted));
  const digit = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= wanted * (1 - 1e-9)) ?? 10;
  return digit * power;
}

export function extent(values: readonly number[]): [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
}

function clamp(share: number): number {
  return Math.min(Math.max(share, 0), 1);
}

function roundTo(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
