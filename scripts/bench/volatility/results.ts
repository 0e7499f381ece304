/** The numbers that are kept in the repository, and what changed in them. */
import { existsSync, readFileSync } from "node:fs";
import { unpackVolatilityWord } from "../../../sdk/src/math/index.ts";
import { CALM, SEED } from "./paths.ts";
import type { RecordedResult } from "./recorded.ts";
import { PATHS, type RegimeResult, type SpamResult, type TickResult } from "./simulated.ts";

/** A number, or text, or null for what never happened; by name. */
export type Kept = number | string | null | boolean | { readonly [name: string]: Kept };

export interface Simulated {
  readonly regimes: readonly RegimeResult[];
  readonly tick: TickResult;
  readonly repeats: SpamResult;
  readonly looks: SpamResult;
  readonly again: { readonly before: bigint; readonly after: bigint };
  readonly compared: number;
  readonly observed: number;
}

/** Significant digits kept: logarithms and exponentials may differ in their last bits from one machine to another. */
const DIGITS = 4;

export function keepRecorded(result: RecordedResult): Kept {
  const { garch, interval, garchInterval } = result.calibration;
  return {
    file: result.file,
    rounds: result.rounds,
    compared: result.compared,
    from: isoDay(result.from),
    scoredFrom: isoDay(result.scoredFrom),
    to: isoDay(result.to),
    realisedVolatility: result.realisedVolatility,
    coarseShare: result.coarseShare,
    meanInterval: interval,
    garch: {
      alpha: garch.alpha,
      beta: garch.beta,
      longRunVolatility: Math.sqrt((garch.longRun * 31_536_000) / garchInterval),
    },
    scores: { ...result.scores } as unknown as Kept,
    guardAfterWarmUp: { ...result.whole } as unknown as Kept,
    guardAfterWarmUpAtMoments: { ...result.wholeAtMoments } as unknown as Kept,
  };
}

export function keepSimulated({ regimes, tick, repeats, looks, again, compared, observed }: Simulated): Kept {
  return {
    seed: SEED,
    paths: PATHS,
    calmVariance: CALM,
    compared,
    observed,
    regimes: Object.fromEntries(regimes.map(({ factor, reactions }) => [`variance times ${factor}`, reactions as unknown as Kept])),
    badTick: { factor: tick.factor, effects: tick.effects as unknown as Kept },
    spam: {
      pokeAgainChangesNothing: again.before === again.after && unpackVolatilityWord(again.after).samples > 0n,
      repeatedRounds: repeats.effects as unknown as Kept,
      everyLook: looks.effects as unknown as Kept,
    },
  };
}

/** What was kept last; nothing where there is no such file. */
export function readKept(file: string): { readonly [name: string]: Kept } {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { [name: string]: Kept }) : {};
}

/** The text of the file: every number cut to four significant digits, so that it is the same on every machine. */
export function textOf(kept: Kept): string {
  return `${JSON.stringify(rounded(kept), null, 2)}\n`;
}

/** "x.y: was 1.21, is 1.2", a line for each number that is not as it was. */
export function changes(before: Kept, after: Kept): string[] {
  const [was, is] = [flat(rounded(before)), flat(rounded(after))];
  const names = [...new Set([...was.keys(), ...is.keys()])];
  return names
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) => `${name}: was ${was.has(name) ? was.get(name) : "not there"}, is ${is.has(name) ? is.get(name) : "not there"}`);
}

/** How many numbers and texts there are. */
export const countOf = (kept: Kept): number => flat(kept).size;

function rounded(kept: Kept): Kept {
  if (typeof kept === "number") {
    if (!Number.isFinite(kept)) return null;
    // Counts stay exact.
    return Number.isInteger(kept) ? kept : Number(kept.toPrecision(DIGITS));
  }
  if (kept === null || typeof kept !== "object") return kept;
  return Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, rounded(value)]));
}

function flat(kept: Kept, path = ""): Map<string, number | string | boolean | null> {
  if (kept === null || typeof kept !== "object") return new Map([[path, kept]]);
  return new Map(Object.entries(kept).flatMap(([name, value]) => [...flat(value, path === "" ? name : `${path}, ${name}`)]));
}

const isoDay = (time: number): string => new Date(time * 1_000).toISOString().slice(0, 10);
