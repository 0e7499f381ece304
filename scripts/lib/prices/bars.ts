/** OHLCV bars: reading and checking them, and the moments inside a bar at which its four prices are taken to have been. */
import type { Row } from "./columns.ts";
import { isAmount, parsePrice8 } from "./decimal.ts";
import { PriceFileError } from "./errors.ts";
import { DAY, formatMoment, formatSpan, parseSeconds } from "./times.ts";

/** Prices are quote units per 1.0 base with 8 decimals. */
export interface Bar {
  readonly line: number;
  /** Seconds, unix: when the bar opened. */
  readonly time: number;
  readonly open: bigint;
  readonly high: bigint;
  readonly low: bigint;
  readonly close: bigint;
}

/** A price at a moment. */
export interface Sample {
  readonly time: number;
  readonly answer8: bigint;
}

export interface Bars {
  /** Length of a bar in seconds. */
  readonly seconds: number;
  readonly bars: AsyncGenerator<Bar>;
}

/** As many rows as decide how long a bar is. */
const FIRST_ROWS = 100;

/** Below this the steps inside a bar would fall on the same second. */
const SHORTEST = 60;

/** The guard's policy word holds heartbeats up to about 7.5 days. */
const LONGEST = 7 * DAY;

/**
 * The bars of a file, checked: prices that fit together, times that increase by one bar.
 * @param allowsGaps - Let times jump; whatever happened in between was observed by nobody.
 * @throws {PriceFileError} With the line of the first fault.
 */
export async function openBars(file: string, rows: AsyncGenerator<Row>, allowsGaps: boolean): Promise<Bars> {
  const parsed = parseBars(file, rows);
  const first: Bar[] = [];
  let fault: unknown;
  try {
    for (let next = await parsed.next(); !next.done; next = await parsed.next()) {
      first.push(next.value);
      if (first.length === FIRST_ROWS) break;
    }
  } catch (error) {
    // A fault further down must not hide one further up: it is thrown when its turn comes.
    fault = error;
  }
  try {
    const seconds = barLength(file, first, fault);
    return { seconds, bars: spaced(file, inOrder(first, fault, parsed), seconds, allowsGaps) };
  } catch (error) {
    await parsed.return(undefined);
    throw error;
  }
}

async function* inOrder(first: readonly Bar[], fault: unknown, rest: AsyncGenerator<Bar>): AsyncGenerator<Bar> {
  try {
    yield* first;
    if (fault !== undefined) throw fault;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* parseBars(file: string, rows: AsyncGenerator<Row>): AsyncGenerator<Bar> {
  let previous: Bar | undefined;
  for await (const row of rows) {
    const bar = parseBar(file, row);
    if (previous !== undefined && bar.time <= previous.time) {
      const reason = bar.time === previous.time ? `the time of line ${previous.line} again` : `earlier than line ${previous.line}`;
      throw new PriceFileError(file, row.line, `${bar.time} is ${reason}`, "Sort the rows by time and keep one row for each");
    }
    previous = bar;
    yield bar;
  }
}

function parseBar(file: string, { line, fields }: Row): Bar {
  const fail = (reason: string, remedy: string): never => {
    throw new PriceFileError(file, line, reason, remedy);
  };
  const price = (name: string): bigint => {
    const text = fields.get(name) ?? "";
    return parsePrice8(text) ?? fail(`${name} is "${text}", not a positive price`, "Restore the row; the decimal mark is a point");
  };
  const seconds = parseSeconds(fields.get("timestamp_unix") ?? "");
  const time = typeof seconds === "number" ? seconds : fail(seconds.reason, seconds.remedy);
  const bar = { line, time, open: price("open"), high: price("high"), low: price("low"), close: price("close") };
  const volume = fields.get("volume");
  if (volume !== undefined && !isAmount(volume)) fail(`volume is "${volume}", not a number`, "Restore the row, or write 0");
  for (const name of ["open", "low", "close"] as const) {
    if (bar[name] > bar.high) fail(`high is below ${name}`, "Restore the row: high must be the bar's largest price");
    if (bar[name] < bar.low) fail(`low is above ${name}`, "Restore the row: low must be the bar's smallest price");
  }
  return bar;
}

/** The commonest spacing; of two equally common ones the shorter. */
function barLength(file: string, bars: readonly Bar[], fault: unknown): number {
  const counts = new Map<number, number>();
  for (const [index, bar] of bars.entries()) {
    const before = bars[index - 1];
    if (before !== undefined) counts.set(bar.time - before.time, (counts.get(bar.time - before.time) ?? 0) + 1);
  }
  const [commonest] = [...counts].sort(([a, timesA], [b, timesB]) => timesB - timesA || a - b);
  if (commonest === undefined) {
    throw fault ?? new PriceFileError(file, 2, "a single row does not tell how long a bar is", "Give a file with at least two bars");
  }
  const [seconds] = commonest;
  if (seconds < SHORTEST || seconds > LONGEST) {
    const reason = `bars of ${formatSpan(seconds)} cannot be replayed`;
    throw new PriceFileError(file, 3, reason, `Give bars between ${formatSpan(SHORTEST)} and ${formatSpan(LONGEST)}`);
  }
  return seconds;
}

async function* spaced(file: string, bars: AsyncGenerator<Bar>, seconds: number, allowsGaps: boolean): AsyncGenerator<Bar> {
  let previous: Bar | undefined;
  for await (const bar of bars) {
    const step = previous === undefined ? seconds : bar.time - previous.time;
    if (previous !== undefined && step < seconds) {
      const reason = `only ${formatSpan(step)} after line ${previous.line}, in a file of ${formatSpan(seconds)} bars`;
      throw new PriceFileError(file, bar.line, reason, "Delete bars that overlap");
    }
    if (previous !== undefined && step > seconds && !allowsGaps) {
      const reason = `a gap: ${formatMoment(bar.time)} follows ${formatMoment(previous.time)}, in a file of ${formatSpan(seconds)} bars`;
      throw new PriceFileError(file, bar.line, reason, "Add the missing bars, or pass --allow-gaps to replay the gap as a silence");
    }
    previous = bar;
    yield bar;
  }
}

/**
 * Steps in which each of a bar's three stretches (open to high, high to low, low to close) is walked. Jumping from extreme
 * to extreme would overstate volatility: of a Brownian motion with variance v a bar, the squares of the three stretches sum
 * to (1 + 4·ln 2 + 1)·v = 4.77·v on average. In five equal steps each, they sum to 0.95·v.
 */
const STEPS = 5;

/**
 * A bar as prices in time, 3 · 5 steps from its first second to its last: in a straight line from open to high in its
 * first quarter, to low in the next two and to close in the last. A bar does not say which extreme came first; high before
 * low is the order that is worse for a long, who then sees the whole range as one fall.
 */
export function samplesOf({ time, open, high, low, close }: Bar, seconds: number): readonly Sample[] {
  return [
    { time, answer8: open },
    ...stretch(time, seconds / 4, open, high),
    ...stretch(time + seconds / 4, seconds / 2, high, low),
    ...stretch(time + (3 * seconds) / 4, seconds / 4 - 1, low, close),
  ];
}

/** Without its first point; the last is exact. */
function stretch(start: number, seconds: number, from: bigint, to: bigint): Sample[] {
  return Array.from({ length: STEPS }, (_, index) => ({
    time: Math.floor(start + (seconds * (index + 1)) / STEPS),
    answer8: from + ((to - from) * BigInt(index + 1)) / BigInt(STEPS),
  }));
}
