// node scripts/run.mjs scripts/deep/differential.ts [--cases N] [--seed S] [--only NAME]: every function of the SDK against its
// twin on a chain of its own, a million cases each. Fails with the smallest arguments it finds on which they differ.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ANVIL_OPTIONS, deployHarnesses } from "../../test/helpers/anvilTargets.ts";
import type { BatchTarget } from "../../test/helpers/batch.ts";
import { SEED } from "../../test/helpers/corpus.ts";
import { compare, describeTally, expectCoverage, type Mirrored } from "../../test/helpers/differential.ts";
import type { Harness } from "../../test/helpers/harnessAbi.ts";
import { SUITES } from "../../test/helpers/mirrored.ts";
import { startAnvil } from "../lib/anvil.ts";
import { buildContracts } from "../lib/build.ts";
import { main } from "../lib/main.ts";

const CASES = 1_000_000;
/** From here on a corpus has to meet every kind of error; a smaller one is for trying the script out. */
const LEAST_FOR_COVERAGE = 10_000;
const ROOTS = ["BatchRunner", "MathHarness", "PortfolioHarness", "SizingHarness"].map((name) => {
  return fileURLToPath(new URL(`../../contracts/test/${name}.sol`, import.meta.url));
});

/** One function and where its twin is. */
interface Task {
  readonly mirrored: Mirrored;
  readonly harness: Harness;
}

const TASKS: readonly Task[] = SUITES.flatMap(([harness, functions]) => functions.map((mirrored): Task => ({ mirrored, harness })));

interface Options {
  readonly cases: number;
  readonly seed: number;
  readonly tasks: readonly Task[];
}

await main(async () => {
  const { cases, seed, tasks } = parseOptions(process.argv.slice(2));
  const start = performance.now();
  await buildContracts(ROOTS);
  const anvil = await startAnvil(ANVIL_OPTIONS);
  try {
    const target = await deployHarnesses(anvil.url);
    console.log(`SDK against Solidity on Anvil, SEED=${seed}`);
    let total = 0;
    for (const { mirrored, harness } of tasks) {
      await run(mirrored, target(harness, mirrored.name), cases, seed);
      total += cases;
    }
    console.log(`${tasks.length} functions, ${total} cases, no difference, ${secondsSince(start)} s`);
  } finally {
    await anvil.stop();
  }
});

async function run(mirrored: Mirrored, target: BatchTarget, count: number, seed: number): Promise<void> {
  const start = performance.now();
  const tally = await compare(mirrored, target, count, seed, (compared) => showProgress(mirrored.name, compared, count));
  showProgress("", 0, 0);
  if (count >= LEAST_FOR_COVERAGE) expectCoverage(mirrored, tally, count);
  console.log(`${mirrored.name}: equal in ${describeTally(tally)}, ${secondsSince(start)} s`);
}

/** One line that is written over, where somebody is watching. */
function showProgress(name: string, compared: number, count: number): void {
  if (!process.stdout.isTTY) return;
  process.stdout.write(name === "" ? "\r\x1b[K" : `\r${name}: ${compared} of ${count}`);
}

function secondsSince(start: number): string {
  return ((performance.now() - start) / 1_000).toFixed(1);
}

function parseOptions(args: readonly string[]): Options {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ args: [...args], options: { cases: text, seed: text, only: text } });
  const tasks = TASKS.filter(({ mirrored }) => values.only === undefined || mirrored.name === values.only);
  if (tasks.length === 0) throw new Error(`--only ${values.only} is none of ${TASKS.map(({ mirrored }) => mirrored.name).join(", ")}.`);
  return { cases: integer("--cases", values.cases, CASES), seed: integer("--seed", values.seed, SEED), tasks };
}

function integer(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value === 0)
    throw new Error(`${option} must be a whole number from 1: ${text}`);
  return value;
}
