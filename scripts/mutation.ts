// npm run mutation [-- --language solidity|typescript --file PATH --sample N --seed S --workers N --check]: changes the code a little,
// many times, and fails where the tests do not notice.
import { parseArgs } from "node:util";
import { Random } from "../test/helpers/corpus.ts";
import { buildContracts } from "./lib/build.ts";
import { main } from "./lib/main.ts";
import { Compiler } from "./mutation/compiler.ts";
import { type Mutant, toMutants } from "./mutation/mutant.ts";
import { Worker } from "./mutation/pool.ts";
import {
  complaints,
  type FileResult,
  outdated,
  print,
  readResults,
  staleJudgements,
  summarize,
  total,
  type Verdict,
  writeResult,
} from "./mutation/report.ts";
import { solidityEdits } from "./mutation/solidity.ts";
import { type Judgement, readJudgements } from "./mutation/survivors.ts";
import { LANGUAGES, type Language, readSource, targetFiles } from "./mutation/targets.ts";
import { typescriptEdits } from "./mutation/typescript.ts";

interface Options {
  readonly languages: readonly Language[];
  /** Only paths that contain one of these. */
  readonly files: readonly string[];
  /** How many mutants of each file at the most, chosen at random; all when left out. */
  readonly sample: number | null;
  readonly seed: number;
  readonly workers: number;
  /** Judge what was measured before. */
  readonly check: boolean;
}

await main(async () => {
  const options = readOptions();
  const judgements = readJudgements();
  const problems: string[] = [];
  if (!options.check) await buildContracts();
  for (const language of options.languages) {
    problems.push(...(options.check ? checkLanguage(language, judgements) : await runLanguage(language, options, judgements)));
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
});

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      language: { type: "string", multiple: true },
      file: { type: "string", multiple: true, default: [] },
      sample: { type: "string" },
      seed: { type: "string", default: "20200312" },
      workers: { type: "string", default: "1" },
      check: { type: "boolean", default: false },
    },
  });
  const languages = (values.language ?? LANGUAGES).map((name) => {
    const known = LANGUAGES.find((language) => language === name);
    if (known === undefined) throw new Error(`--language is "${name}": it can be ${LANGUAGES.join(" or ")}.`);
    return known;
  });
  const sample = values.sample === undefined ? null : integer("sample", values.sample, 1);
  return {
    languages,
    files: values.file,
    sample,
    seed: integer("seed", values.seed, 0),
    workers: integer("workers", values.workers, 1),
    check: values.check,
  };
}

function integer(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) throw new Error(`--${name} is "${text}": give an integer from ${least} on.`);
  return value;
}

async function runLanguage(language: Language, options: Options, judgements: readonly Judgement[]): Promise<string[]> {
  const files = targetFiles(language).filter((path) => options.files.length === 0 || options.files.some((part) => path.includes(part)));
  const all = files.flatMap(mutantsOf(language));
  const mutants = files.flatMap((file) => choose(file, ofFile(file, all), options));
  if (mutants.length === 0) return options.files.length === 0 ? [`${language}: nothing to mutate.`] : [];
  const verdicts: Verdict[] = [];
  await judgeAll(language, mutants, options.workers, (verdict) => {
    verdicts.push(verdict);
    const { file } = verdict.mutant;
    const isDone = ofFile(file, mutants).length === verdictsOf(file, verdicts).length;
    // A long run that is interrupted keeps the files it has finished.
    if (isDone) writeResult(language, file, summarize(verdictsOf(file, verdicts)), ofFile(file, all).length);
  });
  const names = new Set(mutants.map(({ file }) => file));
  print(Object.fromEntries([...names].map((file) => [file, summarize(verdictsOf(file, verdicts))])), judgements);
  const result = summarize(verdicts);
  const stale = staleJudgements(result.survivors, judgements, options.sample === null ? files : []);
  return [...complaints(language, result, judgements), ...stale];
}

/** The gate on what was measured before: nothing runs, but nothing may have changed either. */
function checkLanguage(language: Language, judgements: readonly Judgement[]): string[] {
  const mutants = mutantsOf(language);
  const files = targetFiles(language).filter((file) => mutants(file).length > 0);
  const kept = readResults(language);
  const measured = files.filter((file) => kept[file] !== undefined);
  const result = total(measured.flatMap((file) => kept[file] ?? []));
  return [
    ...outdated(files, kept),
    ...complaints(language, result, judgements),
    ...staleJudgements(
      result.survivors,
      judgements,
      // Of a sample nobody knows what else survives.
      measured.filter((file) => isWhole(kept[file])),
    ),
  ];
}

function isWhole(result: FileResult | undefined): boolean {
  return result !== undefined && result.mutants + result.invalid === result.possible;
}

/** Those of one file. */
function ofFile(file: string, mutants: readonly Mutant[]): readonly Mutant[] {
  return mutants.filter((mutant) => mutant.file === file);
}

function verdictsOf(file: string, verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.filter(({ mutant }) => mutant.file === file);
}

function mutantsOf(language: Language): (file: string) => Mutant[] {
  const compiler = new Compiler();
  return (file) => {
    const source = readSource(file);
    return toMutants(file, source, language === "solidity" ? solidityEdits(source, compiler.ast(file)) : typescriptEdits(source));
  };
}

/** A sample is the same for the same seed and sources, and in the order of the sources. */
function choose(file: string, mutants: readonly Mutant[], { sample, seed }: Options): readonly Mutant[] {
  if (sample === null || sample >= mutants.length) return mutants;
  const random = new Random(seed, `mutants of ${file}`);
  const rest = mutants.map((_, index) => index);
  const chosen = Array.from({ length: sample }, () => rest.splice(random.below(rest.length), 1)[0] ?? 0);
  console.log(`${sample} of ${mutants.length} mutants of ${file}, chosen with --seed ${seed}.`);
  return chosen.sort((a, b) => a - b).flatMap((index) => mutants[index] ?? []);
}

/** @param tell - Told of each verdict, in the order they come. */
async function judgeAll(language: Language, mutants: readonly Mutant[], count: number, tell: (verdict: Verdict) => void): Promise<void> {
  const workers = Array.from({ length: count }, () => new Worker(language));
  try {
    const baseline = (await workers[0]?.baseline(new Set(mutants.map(({ file }) => file)))) ?? [];
    for (const { test, failure, milliseconds } of baseline) console.log(`${test}: ${failure ?? "passes"} (${milliseconds} ms)`);
    const failing = baseline.filter(({ failure }) => failure !== null);
    if (failing.length > 0) throw new Error(`Tests fail on the sources as they are: ${failing.map(({ test }) => test).join(", ")}.`);
    const started = performance.now();
    let next = 0;
    let done = 0;
    const work = async (worker: Worker): Promise<void> => {
      worker.limitTo(baseline);
      for (let mutant = mutants[next++]; mutant !== undefined; mutant = mutants[next++]) {
        const verdict = { mutant, fate: await worker.judge(mutant) };
        show(++done, mutants.length, started, verdict);
        tell(verdict);
      }
    };
    await Promise.all(workers.map(work));
  } finally {
    for (const worker of workers) worker.stop();
  }
}

function show(done: number, all: number, started: number, { mutant: { file, line, mutated }, fate: { status } }: Verdict): void {
  if (status !== "killed" && status !== "invalid") console.log(`${file}:${line} ${status}: ${mutated}`);
  if (done % 50 === 0) console.log(`${done} of ${all} after ${Math.round((performance.now() - started) / 1000)} s`);
}
