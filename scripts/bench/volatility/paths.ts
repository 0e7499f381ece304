/** Simulated prices: a calm market, and at one moment the event that the estimators have to see. */
import { brownian } from "../../../test/helpers/brownian.ts";
import { Random } from "../../../test/helpers/corpus.ts";
import type { PathRound } from "../../demo/path.ts";
import type { Sample } from "../../lib/prices/bars.ts";
import { heartbeatOf, writtenRounds } from "../../lib/prices/rounds.ts";
import { DAY, HOUR } from "../../lib/prices/times.ts";
import { WARM_UP_DAYS } from "./estimators.ts";

/** Where all paths begin; the same one gives the same paths. */
export const SEED = 20_200_312;

/** Variance per year while nothing happens: a volatility of 60 %. */
export const CALM = 0.36;

/** Seconds between two looks of the feed: a block. Long before the event it looks less often, which changes nothing. */
export const LOOK = 12;
const EARLY_LOOK = 300;

/** Seconds, unix: the event, the beginning of the path before it, and its end after it. */
export const EVENT = Date.UTC(2024, 0, 1) / 1_000;
export const WATCHED_HOURS = 72;
const BEFORE = WARM_UP_DAYS * DAY;
const NEAR = 2 * DAY;

/** A price without an event. */
export const calmPath = (path: number): Sample[] => regimePath(path, 1);

/** A price whose variance is `factor` times as large from the event on. */
export function regimePath(path: number, factor: number): Sample[] {
  const stretches = [
    { label: "early", from: EVENT - BEFORE, seconds: BEFORE - NEAR, look: EARLY_LOOK, variance: CALM },
    { label: "near", from: EVENT - NEAR, seconds: NEAR, look: LOOK, variance: CALM },
    { label: "after", from: EVENT, seconds: WATCHED_HOURS * HOUR, look: LOOK, variance: CALM * factor },
  ];
  const samples: Sample[] = [{ time: EVENT - BEFORE, answer8: priceOf(0) }];
  let start = 0;
  for (const { label, from, seconds, look, variance } of stretches) {
    const values = brownian(new Random(SEED, `${label} ${path}`), seconds / look, look, variance);
    for (const [index, value] of values.entries()) samples.push({ time: from + (index + 1) * look, answer8: priceOf(start + value) });
    start += values.at(-1) ?? 0;
  }
  return samples;
}

/** The same price, but one look, the event, finds `factor` times what it is. */
export function withBadTick(samples: readonly Sample[], factor: number): Sample[] {
  return samples.map(({ time, answer8 }) => ({
    time,
    answer8: time === EVENT ? (answer8 * BigInt(Math.round(factor * 1e6))) / 1_000_000n : answer8,
  }));
}

/** The rounds of a feed that writes on a move of 0.5 % or after an hour. */
export async function roundsOf(samples: readonly Sample[]): Promise<PathRound[]> {
  const rounds: PathRound[] = [];
  for await (const round of writtenRounds(samples, heartbeatOf(HOUR))) rounds.push(round);
  return rounds;
}

/** The same rounds, and for an hour from the event on one at every look: the last answer once more. */
export function withRepeats(rounds: readonly PathRound[]): PathRound[] {
  const extra = looksOfTheHour().flatMap((updatedAt) => {
    const last = rounds.findLast((round) => round.updatedAt <= updatedAt);
    return last === undefined || last.updatedAt === updatedAt ? [] : [{ ...last, updatedAt }];
  });
  return merged(rounds, extra);
}

/** The same rounds, and for an hour from the event on one at every look: the price as it is by then. */
export function withEveryLook(rounds: readonly PathRound[], samples: readonly Sample[]): PathRound[] {
  const taken = new Set(rounds.map(({ updatedAt }) => updatedAt));
  const hour = new Set(looksOfTheHour());
  const extra = samples.filter(({ time }) => hour.has(time) && !taken.has(time));
  return merged(
    rounds,
    extra.map(({ time, answer8 }) => ({ roundId: 0, answer8, updatedAt: time })),
  );
}

const looksOfTheHour = (): number[] => Array.from({ length: HOUR / LOOK }, (_, index) => EVENT + index * LOOK);

/** In time order, numbered anew. */
function merged(rounds: readonly PathRound[], extra: readonly PathRound[]): PathRound[] {
  return [...rounds, ...extra].sort((a, b) => a.updatedAt - b.updatedAt).map((round, index) => ({ ...round, roundId: index + 1 }));
}

/** 8 decimals; ln price 0 is 2 000. */
function priceOf(lnPrice: number): bigint {
  return BigInt(Math.round(2_000e8 * Math.exp(lnPrice)));
}
