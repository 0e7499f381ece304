// npm run mutation [-- --language solidity|typescript --file PATH --sample N --seed S --workers N]: changes the code a little,
// many times, and fails where the tests do not notice.
import { parseArgs } from "node:util";
import { Random } from "../test/helpers/corpus.ts";
import { buildContracts } from "./lib/build.ts";
import { main } from "./lib/main.ts";
import { Compiler } from "./mutation/compiler.ts";
import { type Mutant, toMutants } from "./mutation/mutant.ts";
import { Worker } from "./mutation/pool.ts";
import { complaints, type FileResult, print, staleJudgements, summarize, total, type Verdict, writeResults } from "./mutation/report.ts";
import { solidityEdits } from "./mutation/solidity.ts";
import { type Judgement, readJudgements } from "./mutation/survivors.ts";
import { LANGUAGES, type Language, readSource, targetFiles } from "./mutation/targets.ts";
import { typescriptEdits } from "./mutation/typescript.ts";

interface Options {
  readonly languages: readonly Language[];
  /** Only paths that contain one of these. */
  readonly files: readonly string[];
  /** How many mutants of each language, chosen at random; all when left out. */
  readonly sample: number | null;
  readonly seed: number;
  readonly workers: number;
}

await main(async () => {
  const options = readOptions();
  const judgements = readJudgements();
  await buildContracts();
  const problems: string[] = [];
  for (const language of options.languages) problems.push(...(await runLanguage(language, options, judgements)));
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
  };
}

function integer(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) throw new Error(`--${name} is "${text}": give an integer from ${least} on.`);
  return value;
}

async function runLanguage(language: Language, options: Options, judgements: readonly Judgement[]): Promise<string[]> {
  const files = targetFiles(language).filter((path) => options.files.length === 0 || options.files.some((part) => path.includes(part)));
  const mutants = choose(files.flatMap(mutantsOf(language)), options, language);
  if (mutants.length === 0) return options.files.length === 0 ? [`${language}: nothing to mutate.`] : [];
  const verdicts: Verdict[] = [];
  const resultOf = (file: string): FileResult => summarize(verdictsOf(file, verdicts), judgements);
  await judgeAll(language, mutants, options.workers, (verdict) => {
    verdicts.push(verdict);
    const { file } = verdict.mutant;
    const isWhole = mutants.filter((mutant) => mutant.file === file).length === verdictsOf(file, verdicts).length;
    // A long run that is interrupted keeps the files it has finished.
    if (isWhole && options.sample === null) writeResults(language, { [file]: resultOf(file) });
  });
  const results = Object.fromEntries([...new Set(mutants.map(({ file }) => file))].map((file) => [file, resultOf(file)]));
  print(results);
  const stale = options.sample === null ? staleJudgements(verdicts, judgements, files) : [];
  return [
    ...complaints(language, total(results)),
    ...stale.map(({ file, original, mutated }) => `Judged, but it does not survive: "${original}" becoming "${mutated}" in ${file}.`),
  ];
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
function choose(mutants: readonly Mutant[], { sample, seed }: Options, language: Language): readonly Mutant[] {
  if (sample === null || sample >= mutants.length) return mutants;
  const random = new Random(seed, `mutants ${language}`);
  const rest = mutants.map((_, index) => index);
  const chosen = Array.from({ length: sample }, () => rest.splice(random.below(rest.length), 1)[0] ?? 0);
  console.log(`${sample} of ${mutants.length} mutants in ${language}, chosen with --seed ${seed}.`);
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
