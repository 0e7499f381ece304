/** Counts, the gate, and the file they are kept in. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Table from "cli-table3";
import type { Fate } from "./judge.ts";
import type { Mutant } from "./mutant.ts";
import { type Judgement, judgementOf } from "./survivors.ts";
import { type Language, ROOT, readSource } from "./targets.ts";

const RESULTS = resolve(ROOT, "test/mutation/results.json");

/** Share of the mutants that can be noticed, and are. */
export const LEAST_KILLED = 0.95;

export interface Verdict {
  readonly mutant: Mutant;
  readonly fate: Fate;
}

/** A mutant nobody noticed. */
export type Survivor = Pick<Mutant, "file" | "line" | "scope" | "original" | "mutated">;

/** What was measured of one file, or of several together. */
export interface Result {
  /** All that compile. */
  readonly mutants: number;
  readonly killed: number;
  /** Of those killed: what ran on until it was ended, and what broke the process. */
  readonly timeouts: number;
  readonly crashes: number;
  /** The optimising compiler makes the same bytes of them: not counted. */
  readonly sameCode: number;
  /** Refused by the compiler: not counted. */
  readonly invalid: number;
  readonly survivors: readonly Survivor[];
}

/** The source that was measured, by its hash, what came of it, and how many mutants it has: more where only a sample was asked. */
export type FileResult = Result & { readonly source: string; readonly possible: number };

export type Results = Readonly<Record<string, FileResult>>;

const COUNTS = ["mutants", "killed", "timeouts", "crashes", "sameCode", "invalid"] as const;

/** Verdicts, counted. */
export function summarize(verdicts: readonly Verdict[]): Result {
  const count = (status: Fate["status"]): number => verdicts.filter(({ fate }) => fate.status === status).length;
  const [timeouts, crashes, invalid] = [count("timeout"), count("crashed"), count("invalid")];
  return {
    mutants: verdicts.length - invalid,
    killed: count("killed") + timeouts + crashes,
    timeouts,
    crashes,
    sameCode: count("same code"),
    invalid,
    survivors: verdicts
      .filter(({ fate }) => fate.status === "survived")
      .map(({ mutant: { file, line, scope, original, mutated } }) => ({ file, line, scope, original, mutated })),
  };
}

export function total(results: readonly Result[]): Result {
  const sums = COUNTS.map((name) => [name, results.reduce((sum, result) => sum + result[name], 0)]);
  const counts = Object.fromEntries(sums) as Record<(typeof COUNTS)[number], number>;
  return { ...counts, survivors: results.flatMap(({ survivors }) => survivors) };
}

/** killed / (mutants - equivalent ones); 1 where there is nothing to kill. */
export function killRate(result: Result, judgements: readonly Judgement[]): number {
  const noticeable = result.mutants - result.sameCode - equivalents(result, judgements);
  return noticeable === 0 ? 1 : result.killed / noticeable;
}

function equivalents({ survivors }: Result, judgements: readonly Judgement[]): number {
  return survivors.filter((survivor) => judgementOf(survivor, judgements)?.isEquivalent).length;
}

/** What keeps the gate shut, in sentences; empty where it opens. */
export function complaints(language: Language, result: Result, judgements: readonly Judgement[]): string[] {
  const unjudged = result.survivors.filter((survivor) => judgementOf(survivor, judgements) === undefined).length;
  const rate = killRate(result, judgements);
  return [
    ...(rate < LEAST_KILLED ? [`${language}: ${percent(rate)} killed, below ${percent(LEAST_KILLED)}.`] : []),
    ...(unjudged > 0
      ? [`${language}: ${unjudged} survivors nobody has judged: kill them, or say why not in test/mutation/survivors.json.`]
      : []),
  ];
}

/** Judgements about these files that no survivor needs any more. */
export function staleJudgements(survivors: readonly Survivor[], judgements: readonly Judgement[], files: readonly string[]): string[] {
  const isNeeded = (judgement: Judgement): boolean => survivors.some((survivor) => judgementOf(survivor, [judgement]) !== undefined);
  return judgements
    .filter((judgement) => files.includes(judgement.file) && !isNeeded(judgement))
    .map(({ file, original, mutated }) => `Judged, but it does not survive: "${original}" becoming "${mutated}" in ${file}.`);
}

/** Files of which nothing was measured, or that changed since. */
export function outdated(files: readonly string[], results: Results): string[] {
  return files
    .filter((file) => results[file]?.source !== hashOf(file))
    .map((file) => `${file} is not as it was measured: npm run mutation -- --file ${file}`);
}

export function hashOf(file: string): string {
  return createHash("sha256").update(readSource(file)).digest("hex");
}

export function print(results: Readonly<Record<string, Result>>, judgements: readonly Judgement[]): void {
  const head = ["", "mutants", "killed", "same code", "equivalent", "survived", "invalid", "%"];
  const table = new Table({ head, style: { head: [], border: [] } });
  const row = (name: string, result: Result): void => {
    const { mutants, killed, sameCode, invalid, survivors } = result;
    const equivalent = equivalents(result, judgements);
    const rate = percent(killRate(result, judgements));
    table.push([name, mutants, killed, sameCode, equivalent, survivors.length - equivalent, invalid, rate]);
  };
  for (const [file, result] of Object.entries(results)) row(file, result);
  row("all", total(Object.values(results)));
  console.log(table.toString());
  for (const survivor of total(Object.values(results)).survivors) printSurvivor(survivor, judgementOf(survivor, judgements));
}

function printSurvivor({ file, line, scope, original, mutated }: Survivor, judgement: Judgement | undefined): void {
  if (judgement?.isEquivalent) return;
  console.log(`${file}:${line} ${scope}: ${judgement?.reason ?? "not judged"}\n  - ${original}\n  + ${mutated}`);
}

/** The results that are kept, of one language. */
export function readResults(language: Language): Results {
  return readAll()[language] ?? {};
}

/** Keeps the result of a file beside those of the others. */
export function writeResult(language: Language, file: string, result: Result, possible: number): void {
  const kept = readAll();
  const merged = { ...kept[language], [file]: { source: hashOf(file), possible, ...result } };
  const sorted = Object.fromEntries(Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1)));
  mkdirSync(dirname(RESULTS), { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify({ ...kept, [language]: sorted }, null, 2)}\n`);
}

function readAll(): Partial<Record<Language, Results>> {
  return existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, "utf8")) as Partial<Record<Language, Results>>) : {};
}

function percent(share: number): string {
  return `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}
