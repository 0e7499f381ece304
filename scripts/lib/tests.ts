/** Runs the test suites one by one and counts them honestly: Hardhat's own summary counts what was skipped as passed. */
import hre from "hardhat";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

declare global {
  /** Written by scripts/reporter.cjs. */
  var mochaCounts: Counts | undefined;
}

/** As far as a count needs it: what Hardhat's task says of each test. */
interface SolidityRun {
  readonly suiteResults: readonly { readonly testResults: readonly { readonly status: "Success" | "Failure" | "Skipped" }[] }[];
}
type Outcome<T> = { readonly success: true; readonly value: T } | { readonly success: false; readonly error: T };

/** Whether this is a test the Solidity runner takes. */
export const isSolidityTest = (file: string): boolean => file.endsWith(".t.sol");

/**
 * Runs tests written in TypeScript, against what is built already. Once for each process: Mocha cannot load files twice.
 * @param testFiles - All of them when empty.
 * @param grepExclude - Tests whose names match this expression are left out, and not counted.
 */
export async function runMochaTests(testFiles: readonly string[], grepExclude = ""): Promise<Counts> {
  const named = grepExclude === "" ? {} : { grepExclude };
  await hre.tasks.getTask(["test", "mocha"]).run({ noCompile: true, testFiles: [...testFiles], ...named });
  const counts = globalThis.mochaCounts;
  if (counts === undefined || ran(counts) === 0) throw new Error("No test in TypeScript ran.");
  return counts;
}

/**
 * Runs tests written in Solidity, against what is built already.
 * @param testFiles - All of them when empty.
 * @param testProfile - How many runs and how long campaigns: a name of `test.solidity.profiles` in hardhat.config.ts.
 */
export async function runSolidityTests(testFiles: readonly string[], testProfile = "default"): Promise<Counts> {
  const task = hre.tasks.getTask(["test", "solidity"]);
  const outcome: Outcome<SolidityRun> = await task.run({ noCompile: true, testFiles: [...testFiles], testProfile });
  const { suiteResults } = outcome.success ? outcome.value : outcome.error;
  const tests = suiteResults.flatMap(({ testResults }) => testResults);
  const count = (status: string): number => tests.filter((test) => test.status === status).length;
  const counts = { passed: count("Success"), failed: count("Failure"), skipped: count("Skipped") };
  if (ran(counts) === 0) throw new Error("No test in Solidity ran.");
  if (!outcome.success && counts.failed === 0) throw new Error("The tests in Solidity broke off before their end.");
  return counts;
}

export function addCounts(all: readonly Counts[]): Counts {
  const sum = (field: keyof Counts): number => all.reduce((total, counts) => total + counts[field], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

const ran = ({ passed, failed, skipped }: Counts): number => passed + failed + skipped;
