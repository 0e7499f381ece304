// npm run coverage: every test that runs on instrumented contracts, and how much of the contracts they reach.
// Fails below MINIMUM, of lines or of statements, and when a test fails.
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { register } from "tsx/esm/api";
import { main } from "./lib/main.ts";

/** Percent. */
const MINIMUM = 98;
const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Files, or folders with a slash, that cannot add to the figures, and why. */
const EXCLUDED_FILES: Readonly<Record<string, string>> = {
  "test/e2e/": "deploys what the plain build left, in processes of its own",
  "test/perp/ethers.test.ts": "deploys what TypeChain generated from the plain build",
  "test/unit/package.test.ts": "imports the built package, and runs no contract",
};

/** Tests, by a part of their names, that cannot hold for instrumented contracts, and why. */
const EXCLUDED_TESTS: Readonly<Record<string, string>> = {
  "reads the feed once": "counts every call, and instrumented code makes some of its own",
  "reads no feed": "counts every call, and instrumented code makes some of its own",
  "is what these runs found": "compares gas, too, with a document, and instrumented code takes more",
};

interface Share {
  readonly covered: number;
  readonly all: number;
}

/** Of Hardhat's manager of coverage, what is used here: it keeps statements to itself, and writes lines alone to lcov. */
interface CoverageManager {
  disableReport(): void;
  enableReport(): void;
  /** Writes coverage/lcov.info and coverage/html, and prints a table file by file. */
  report(...suites: string[]): Promise<void>;
  /** What the table was made from, by file. */
  getReport(): Promise<Record<string, { executedStatementsCount: number; unexecutedStatementsCount: number }>>;
}

// TypeChain writes its factories as TypeScript that imports ".js": plain Node does not find them.
register();
// Read when Hardhat is first imported, here and by every test: so nothing may import it before.
process.env.HARDHAT_CONFIG = join(ROOT, "hardhat.coverage.config.ts");
process.env.HARDHAT_COVERAGE = "true";
// The chain that counts lines is the one of this process: tests in others would run on a chain that knows nothing of it.
process.env.SERIAL = "1";
// A line is reached in a thousand cases or not at all.
process.env.DIFFERENTIAL_CASES ??= "1000";

await main(async () => {
  const started = Date.now();
  const { default: hre } = await import("hardhat");
  const { addCounts, runMochaTests, runSolidityTests } = await import("./lib/tests.ts");
  const manager = (hre as unknown as { _coverage: CoverageManager })._coverage;
  // Instrumented contracts are larger than a chain takes, which a plain build would warn of.
  await hre.tasks.getTask("build").run({ quiet: true });
  manager.disableReport();
  const namesLeftOut = Object.keys(EXCLUDED_TESTS).join("|");
  const counts = addCounts([await runSolidityTests([]), await runMochaTests(await includedFiles(), namesLeftOut)]);
  manager.enableReport();
  await manager.report("solidity", "mocha");
  const leftOut = Object.entries({ ...EXCLUDED_FILES, ...EXCLUDED_TESTS });
  for (const [what, why] of leftOut) console.log(`Not run: "${what}", which ${why}.`);
  console.log(`Seconds: ${Math.round((Date.now() - started) / 1000)}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  const lines = parseLcov(await readFile(join(ROOT, "coverage", "lcov.info"), "utf8"));
  const statements = countStatements(await manager.getReport());
  console.log(`Lines: ${phrase(lines)}. Statements: ${phrase(statements)}. Written to coverage/html and coverage/lcov.info.`);
  if (counts.failed > 0) throw new Error("Tests failed, so these figures are not what they reach.");
  if (percent(lines) < MINIMUM || percent(statements) < MINIMUM) throw new Error(`Coverage is below ${MINIMUM} %.`);
});

async function includedFiles(): Promise<string[]> {
  const entries = await readdir(join(ROOT, "test"), { recursive: true });
  const files = entries.filter((name) => name.endsWith(".ts")).map((name) => `test/${name.split(sep).join("/")}`);
  const isExcluded = (file: string): boolean => Object.keys(EXCLUDED_FILES).some((prefix) => file.startsWith(prefix));
  return files.filter((file) => !isExcluded(file)).map((file) => relative(process.cwd(), join(ROOT, file)));
}

/** Sums an lcov file's LH (lines hit) and LF (lines found). */
function parseLcov(text: string): Share {
  const sum = (tag: string): number =>
    [...text.matchAll(new RegExp(`^${tag}:(\\d+)$`, "gm"))].reduce((total, [, count]) => total + Number(count), 0);
  return { covered: sum("LH"), all: sum("LF") };
}

function countStatements(report: Awaited<ReturnType<CoverageManager["getReport"]>>): Share {
  const files = Object.values(report);
  const covered = files.reduce((total, file) => total + file.executedStatementsCount, 0);
  return { covered, all: files.reduce((total, file) => total + file.unexecutedStatementsCount, covered) };
}

function percent({ covered, all }: Share): number {
  return all === 0 ? 0 : (100 * covered) / all;
}

function phrase(share: Share): string {
  return `${share.covered} of ${share.all}, ${percent(share).toFixed(2)} %`;
}
