/** Counts, the gate, and the file they are kept in. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Table from "cli-table3";
import type { Fate } from "./judge.ts";
import type { Mutant } from "./mutant.ts";
import { type Judgement, judgementOf } from "./survivors.ts";
import { type Language, ROOT } from "./targets.ts";

const RESULTS = resolve(ROOT, "test/mutation/results.json");

/** Share of the mutants that can be noticed, and are. */
export const LEAST_KILLED = 0.95;

export interface Verdict {
  readonly mutant: Mutant;
  readonly fate: Fate;
}

/** A mutant nobody noticed. */
export interface Survivor extends Pick<Mutant, "line" | "scope" | "original" | "mutated"> {
  /** `null` where nobody has judged it yet. */
  readonly reason: string | null;
  readonly isEquivalent: boolean;
}

export interface FileResult {
  /** All that compile. */
  readonly mutants: number;
  readonly killed: number;
  /** Of those killed: what ran on until it was ended, and what broke the process. */
  readonly timeouts: number;
  readonly crashes: number;
  /** Not told apart by any input: the compiler makes the same code, or so it was judged. */
  readonly sameCode: number;
  readonly equivalent: number;
  /** Refused by the compiler: not counted. */
  readonly invalid: number;
  readonly survivors: readonly Survivor[];
}

export type Results = Readonly<Record<string, FileResult>>;

/** One file's verdicts, counted. */
export function summarize(verdicts: readonly Verdict[], judgements: readonly Judgement[]): FileResult {
  const count = (status: Fate["status"]): number => verdicts.filter(({ fate }) => fate.status === status).length;
  const survivors = verdicts
    .filter(({ fate }) => fate.status === "survived")
    .map(({ mutant }): Survivor => {
      const { line, scope, original, mutated } = mutant;
      const judgement = judgementOf(mutant, judgements);
      return { line, scope, original, mutated, isEquivalent: judgement?.isEquivalent ?? false, reason: judgement?.reason ?? null };
    });
  const [timeouts, crashes, sameCode, invalid] = [count("timeout"), count("crashed"), count("same code"), count("invalid")];
  return {
    mutants: verdicts.length - invalid,
    killed: count("killed") + timeouts + crashes,
    timeouts,
    crashes,
    sameCode,
    equivalent: survivors.filter(({ isEquivalent }) => isEquivalent).length,
    invalid,
    survivors,
  };
}

export function total(results: Results): FileResult {
  const all = Object.values(results);
  const sum = (name: "mutants" | "killed" | "timeouts" | "crashes" | "sameCode" | "equivalent" | "invalid"): number =>
    all.reduce((previous, result) => previous + result[name], 0);
  return {
    mutants: sum("mutants"),
    killed: sum("killed"),
    timeouts: sum("timeouts"),
    crashes: sum("crashes"),
    sameCode: sum("sameCode"),
    equivalent: sum("equivalent"),
    invalid: sum("invalid"),
    survivors: all.flatMap(({ survivors }) => survivors),
  };
}

/** killed / (mutants - equivalent ones); 1 where there is nothing to kill. */
export function killRate({ mutants, killed, sameCode, equivalent }: FileResult): number {
  const noticeable = mutants - sameCode - equivalent;
  return noticeable === 0 ? 1 : killed / noticeable;
}

/** What keeps the gate shut, in sentences; empty where it opens. */
export function complaints(language: Language, result: FileResult): string[] {
  const unjudged = result.survivors.filter(({ reason }) => reason === null).length;
  const rate = killRate(result);
  return [
    ...(rate < LEAST_KILLED ? [`${language}: ${percent(rate)} killed, below ${percent(LEAST_KILLED)}.`] : []),
    ...(unjudged > 0
      ? [`${language}: ${unjudged} survivors nobody has judged: kill them, or say why not in test/mutation/survivors.json.`]
      : []),
  ];
}

/** Judgements about files of this run that no survivor needs any more. */
export function staleJudgements(verdicts: readonly Verdict[], judgements: readonly Judgement[], files: readonly string[]): Judgement[] {
  const survived = verdicts.filter(({ fate }) => fate.status === "survived").map(({ mutant }) => mutant);
  const isNeeded = (judgement: Judgement): boolean => survived.some((mutant) => judgementOf(mutant, [judgement]) !== undefined);
  return judgements.filter((judgement) => files.includes(judgement.file) && !isNeeded(judgement));
}

export function print(results: Results): void {
  const head = ["", "mutants", "killed", "same code", "equivalent", "survived", "invalid", "%"];
  const table = new Table({ head, style: { head: [], border: [] } });
  const row = (name: string, result: FileResult): void => {
    const { mutants, killed, sameCode, equivalent, invalid, survivors } = result;
    table.push([name, mutants, killed, sameCode, equivalent, survivors.length - equivalent, invalid, percent(killRate(result))]);
  };
  for (const [file, result] of Object.entries(results)) row(file, result);
  row("all", total(results));
  console.log(table.toString());
  for (const [file, { survivors }] of Object.entries(results)) {
    for (const survivor of survivors.filter(({ isEquivalent }) => !isEquivalent)) printSurvivor(file, survivor);
  }
}

function printSurvivor(file: string, { line, scope, original, mutated, reason }: Survivor): void {
  console.log(`${file}:${line} ${scope}: ${reason ?? "not judged"}\n  - ${original}\n  + ${mutated}`);
}

/** Keeps the results of files that ran whole, beside those of the others. */
export function writeResults(language: Language, results: Results): void {
  const kept = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, "utf8")) as Record<string, Results>) : {};
  const merged = Object.entries({ ...kept[language], ...results }).sort(([a], [b]) => (a < b ? -1 : 1));
  mkdirSync(dirname(RESULTS), { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify({ ...kept, [language]: Object.fromEntries(merged) }, null, 2)}\n`);
}

export function percent(share: number): string {
  return `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}
