import { type PathRound, QUIET_DAYS } from "../../demo/path.ts";
import type { PriceKind } from "./columns.ts";
import { PriceFileError } from "./errors.ts";
import { openPriceFile, type ReadOptions } from "./rounds.ts";
import { DAY, formatMoment } from "./times.ts";

/** What a first look through the file finds: the replay then knows how long it is, and that nothing in it is wrong. */
export interface PriceSurvey {
  readonly kind: PriceKind;
  readonly barSeconds: number | null;
  /** Rounds before the range that the guard may watch first: those of up to 14 days. */
  readonly before: number;
  /** The first of them, or the first of the range. */
  readonly earliest: PathRound;
  /** Rounds in the range, at least two. */
  readonly rounds: number;
  readonly first: PathRound;
  readonly last: PathRound;
}

/** Where the guard starts watching: two slow time constants before the range, seconds. */
export function watchFrom(from: number | undefined): number | undefined {
  return from === undefined ? undefined : from - QUIET_DAYS * DAY;
}

/**
 * Reads the file up to the end of the range and checks every line on the way.
 * @throws {PriceFileError} For the first fault, and when the range holds fewer than two rounds.
 */
export async function surveyPrices(file: string, options: ReadOptions): Promise<PriceSurvey> {
  const { from, to } = options;
  if (from !== undefined && to !== undefined && from >= to) throw new Error("--from must be before --to.");
  // The same start as the replay's: which rounds a feed writes over bars depends on where it began.
  const { kind, barSeconds, rounds } = await openPriceFile(file, { ...options, from: watchFrom(from) });
  let [before, count] = [0, 0];
  let [earliest, first, last]: (PathRound | undefined)[] = [];
  for await (const round of rounds) {
    earliest ??= round;
    if (round.updatedAt < (from ?? 0)) {
      before += 1;
      continue;
    }
    first ??= round;
    last = round;
    count += 1;
  }
  if (count < 2 || earliest === undefined || first === undefined || last === undefined) {
    const reason = `the range holds ${count} rounds, and a replay needs two; ${await extentOf(file, options)}`;
    throw new PriceFileError(file, null, reason, "Change --from and --to");
  }
  return { kind, barSeconds, before, earliest, rounds: count, first, last };
}

/** From when to when the file has prices, in words. */
async function extentOf(file: string, { allowsGaps }: ReadOptions): Promise<string> {
  let [first, last]: (PathRound | undefined)[] = [];
  for await (const round of (await openPriceFile(file, { allowsGaps })).rounds) {
    first ??= round;
    last = round;
  }
  return first && last ? `the file runs from ${formatMoment(first.updatedAt)} to ${formatMoment(last.updatedAt)}` : "the file is empty";
}
