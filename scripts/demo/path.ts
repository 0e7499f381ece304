/**
 * Price paths for the demo: a few published prices (anchors), joined by a seeded random walk, then written as an
 * oracle of the Chainlink kind would write them.
 *
 * The path between two anchors is a RECONSTRUCTION, not data: a Brownian bridge that starts and ends at published
 * figures. It gives the guard something that moves like a market; it proves nothing about what that market did.
 */
import { readFileSync } from "node:fs";

/** Who published a price, and what it said. */
export interface PathSource {
  readonly name: string;
  readonly url: string;
  /** The figures as published. */
  readonly figure: string;
}

/** One published price. */
export interface Anchor {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Quote units per 1.0 base. */
  readonly price: number;
  /** Index into `PricePath.sources`. */
  readonly source: number;
  /** Whether the source gives the moment itself, or only a day, a part of it or an order of events. */
  readonly timing?: "exact" | "approximate";
  readonly remark?: string;
}

export interface PricePath {
  readonly title: string;
  readonly base: string;
  readonly quote: string;
  /** How the path was reconstructed, in words for a reader. */
  readonly note: string;
  readonly sources: readonly PathSource[];
  /** In strictly increasing time order. */
  readonly anchors: readonly Anchor[];
  /** Cut the path to these moments (ISO 8601, UTC); by default it runs from the first anchor to the last. */
  readonly from?: string;
  readonly to?: string;
}

export interface RoundOptions {
  /** Relative move since the last round that makes the oracle write a new one: 0.005 is 0.5 %. */
  readonly deviation: number;
  /** Longest time without a round, seconds. */
  readonly heartbeat: number;
  /** Distance between two looks at the price, seconds. */
  readonly step: number;
  /**
   * Annualised volatility of the bridge in calm stretches, 1 = 100 % a year. Stretches whose anchors are far apart get
   * more, see `stretchVolatility`.
   */
  readonly bridgeVolatility: number;
  /** 32-bit integer. The same seed gives the same path. */
  readonly seed: number;
}

/** One oracle round. */
export interface PathRound {
  /** Counts from 1. */
  readonly roundId: number;
  /** Quote units per 1.0 base, 8 decimals. */
  readonly answer8: bigint;
  /** Seconds, unix. */
  readonly updatedAt: number;
}

interface Sample {
  /** Seconds, unix. */
  readonly time: number;
  readonly price: number;
}

/**
 * Half-percent deviation and hourly heartbeat are what large ETH/USD feeds use. 0.9 (90 % a year) is an ordinary
 * volatility for ether, so the hours before a crash look ordinary; the crash itself comes from the anchors. With seed 3
 * both shipped paths bottom at their published lows: no invented move undercuts them.
 */
export const DEFAULT_ROUND_OPTIONS: RoundOptions = {
  deviation: 0.005,
  heartbeat: 3600,
  step: 300,
  bridgeVolatility: 0.9,
  seed: 3,
};

/**
 * How many times the calm volatility a stretch's bridge may reach. Chosen by what a day then looks like: on the two
 * crash days shipped here the anchors alone realise about 800 % and 1 300 % a year, and with this ceiling the finished
 * paths realise about 560 % and 820 % from hour to hour and 430 % from one five minutes to the next. Without a ceiling
 * the walk between the two ends of a crash would be as wild as the crash and wander far below anything published.
 */
export const STRESS_CEILING = 5;

const SECONDS_PER_YEAR = 365 * 24 * 3600;
const DECIMALS = 1e8;

/** Reads and validates a path file. Throws an `Error` that names the file and the first thing wrong in it. */
export function loadPath(file: string | URL): PricePath {
  return parsePath(readFileSync(file, "utf8"), String(file));
}

/** Validates the JSON text of a path; `name` opens the error messages. */
export function parsePath(text: string, name: string): PricePath {
  const fail = (reason: string): never => {
    throw new Error(`${name}: ${reason}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    fail(`not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!isRecord(value)) return fail("the top level must be an object");
  const path = value;
  for (const key of ["title", "base", "quote", "note"]) {
    if (!isText(path[key])) fail(`"${key}" must be a non-empty string`);
  }
  const { sources, anchors } = path;
  if (!Array.isArray(sources) || sources.length === 0) return fail(`"sources" must be a non-empty array`);
  sources.forEach((source: unknown, i) => {
    const complete = isRecord(source) && ["name", "url", "figure"].every((key) => isText(source[key]));
    if (!complete) fail(`sources[${i}] needs "name", "url" and "figure", each a non-empty string`);
  });
  if (!Array.isArray(anchors) || anchors.length < 2) return fail(`"anchors" must hold at least two entries`);
  let previous = Number.NEGATIVE_INFINITY;
  anchors.forEach((anchor: unknown, i) => {
    const problem = anchorProblem(anchor, sources.length, previous);
    if (problem !== undefined) fail(`anchors[${i}] ${problem}`);
    previous = parseUtc((anchor as Anchor).time);
  });
  const checked = path as unknown as PricePath;
  const [from, to] = pathWindow(checked);
  if (!(from < to)) fail(`"from" must be before "to", and both UTC times of the form 2020-03-12T01:00:00Z`);
  if (from < anchorTime(checked.anchors[0]) || to > anchorTime(checked.anchors.at(-1))) {
    fail(`"from" and "to" must lie between the first and the last anchor`);
  }
  return checked;
}

/** What is wrong with an anchor, or undefined. `previous` is the time of the anchor before it, seconds. */
function anchorProblem(anchor: unknown, sourceCount: number, previous: number): string | undefined {
  if (!isRecord(anchor)) return "must be an object";
  const time = isText(anchor.time) ? parseUtc(anchor.time) : Number.NaN;
  if (Number.isNaN(time)) return `has no UTC time of the form 2020-03-12T01:00:00Z`;
  if (time <= previous) return `(${anchor.time}) is not later than the anchor before it`;
  const { price, source, timing, remark } = anchor;
  if (typeof price !== "number" || !Number.isFinite(price) || price <= 0) return "needs a positive price";
  if (!Number.isInteger(source) || (source as number) < 0 || (source as number) >= sourceCount) {
    return `points at source ${String(source)}, and there are ${sourceCount} (counted from 0)`;
  }
  if (timing !== undefined && timing !== "exact" && timing !== "approximate") {
    return `has timing "${String(timing)}"; it may be "exact" or "approximate"`;
  }
  if (remark !== undefined && !isText(remark)) return "has a remark that is not a non-empty string";
  return undefined;
}

/**
 * The rounds that an oracle of the Chainlink kind would have written along the path: one when the price has moved by
 * `deviation` since the last round, or when `heartbeat` seconds have passed, looking every `step` seconds.
 * Pure and deterministic: equal arguments give equal rounds.
 */
export function toRounds(path: PricePath, options: RoundOptions = DEFAULT_ROUND_OPTIONS): PathRound[] {
  checkOptions(options);
  const rounds: PathRound[] = [];
  let last: Sample | undefined;
  for (const sample of samplePath(path, options)) {
    const due =
      last === undefined || Math.abs(sample.price / last.price - 1) >= options.deviation || sample.time - last.time >= options.heartbeat;
    if (!due) continue;
    const answer8 = BigInt(Math.round(sample.price * DECIMALS));
    rounds.push({ roundId: rounds.length + 1, answer8, updatedAt: sample.time });
    last = sample;
  }
  return rounds;
}

/** The price every `step` seconds and at every anchor, within the path's window. */
function samplePath(path: PricePath, options: RoundOptions): Sample[] {
  const normal = normalGenerator(options.seed);
  const [from, to] = pathWindow(path);
  const samples: Sample[] = [];
  path.anchors.forEach((anchor, i) => {
    const before = path.anchors[i - 1];
    if (before !== undefined) samples.push(...bridge(before, anchor, options, normal));
    samples.push({ time: anchorTime(anchor), price: anchor.price });
  });
  return samples.filter(({ time }) => time >= from && time <= to);
}

/**
 * Samples strictly between two anchors: a Brownian bridge in log price, drawn forwards. Given where it is, its next
 * point is normal around the straight line to the end, with a variance that shrinks to nothing there; so it arrives
 * exactly at the second anchor.
 */
function bridge(start: Anchor, end: Anchor, options: RoundOptions, normal: () => number): Sample[] {
  const { step } = options;
  const target = Math.log(end.price);
  const stop = anchorTime(end);
  const sigma = stretchVolatility(start, end, options.bridgeVolatility);
  const samples: Sample[] = [];
  let time = anchorTime(start);
  let level = Math.log(start.price);
  // On the clock's grid, so that the sampling times do not depend on where an anchor happens to lie.
  for (let next = (Math.floor(time / step) + 1) * step; next < stop; next += step) {
    const elapsed = next - time;
    const left = stop - time;
    const variance = ((sigma * sigma * elapsed) / SECONDS_PER_YEAR) * ((left - elapsed) / left);
    level += (elapsed / left) * (target - level) + Math.sqrt(variance) * normal();
    time = next;
    samples.push({ time, price: Math.exp(level) });
  }
  return samples;
}

/**
 * Annualised volatility of the bridge between two anchors: what their own log move suggests, |r| / sqrt(T), but never
 * below the calm volatility and never above `STRESS_CEILING` times it. So quiet hours stay quiet, and a stretch that
 * fell by a quarter is also rough on the way.
 */
export function stretchVolatility(start: Anchor, end: Anchor, calm: number): number {
  const years = (anchorTime(end) - anchorTime(start)) / SECONDS_PER_YEAR;
  const suggested = Math.abs(Math.log(end.price / start.price)) / Math.sqrt(years);
  return Math.min(Math.max(suggested, calm), STRESS_CEILING * calm);
}

/** Days of quiet market before a path: two slow time constants of the guard's estimator. */
export const QUIET_DAYS = 14;

/**
 * Rounds of a quiet market that ends where the path begins, at calm volatility: MADE UP, from no source. A guard that
 * has watched its market for a while is what the replay is about, so it is given something to have watched.
 */
export function quietRounds(rounds: readonly PathRound[], options: RoundOptions = DEFAULT_ROUND_OPTIONS): PathRound[] {
  const [first] = rounds;
  if (first === undefined) return [];
  const price = Number(first.answer8) / DECIMALS;
  const at = (time: number): Anchor => ({ time: `${new Date(time * 1000).toISOString().slice(0, 19)}Z`, price, source: 0 });
  const end = first.updatedAt - options.step;
  const anchors = [at(end - QUIET_DAYS * 24 * 3600), at(end)];
  return toRounds({ title: "", base: "", quote: "", note: "", sources: [], anchors }, options);
}

/** Standard normal numbers (Box-Muller) from a 32-bit seed. */
function normalGenerator(seed: number): () => number {
  const uniform = mulberry32(seed);
  return () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  };
}

/** Uniform numbers in [0, 1): the small public-domain generator mulberry32. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** First and last moment of the path, seconds. */
function pathWindow(path: PricePath): [from: number, to: number] {
  const from = path.from === undefined ? anchorTime(path.anchors[0]) : parseUtc(path.from);
  const to = path.to === undefined ? anchorTime(path.anchors.at(-1)) : parseUtc(path.to);
  return [from, to];
}

function anchorTime(anchor: Anchor | undefined): number {
  return anchor === undefined ? Number.NaN : parseUtc(anchor.time);
}

/** Unix seconds of an ISO 8601 time in UTC, or NaN. The Z is required: a time without it would be the machine's own. */
function parseUtc(text: unknown): number {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/.test(text)) return Number.NaN;
  return Date.parse(text) / 1000;
}

function checkOptions(options: RoundOptions): void {
  const { deviation, heartbeat, step, bridgeVolatility, seed } = options;
  const positive = { deviation, heartbeat, step, bridgeVolatility };
  for (const [name, value] of Object.entries(positive)) {
    if (!Number.isFinite(value) || value <= 0) throw new Error(`${name} must be a positive number, got ${value}`);
  }
  if (!Number.isInteger(step)) throw new Error(`step must be whole seconds, got ${step}`);
  if (!Number.isInteger(seed)) throw new Error(`seed must be an integer, got ${seed}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
