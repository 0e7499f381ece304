// npm test [-- <file> ...]: builds, runs every test, and closes with a line that counts honestly.
import hre from "hardhat";
import { register } from "tsx/esm/api";
import { buildContracts } from "./lib/build.ts";
import { main } from "./lib/main.ts";
import { buildSdk } from "./lib/sdk.ts";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

declare global {
  /** Written by scripts/reporter.cjs. */
  var mochaCounts: Counts | undefined;
}

// TypeChain writes its factories as TypeScript that imports ".js": plain Node does not find them.
register();

await main(async () => {
  const started = Date.now();
  await buildContracts();
  buildSdk();
  const files = process.argv.slice(2);
  await hre.tasks.getTask(["test", "mocha"]).run({ noCompile: true, testFiles: files });
  const counts = globalThis.mochaCounts;
  if (counts === undefined || counts.passed === 0) throw new Error("No test ran.");
  console.log(`Seconds: ${Math.round((Date.now() - started) / 1000)}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (counts.failed > 0) process.exitCode = 1;
});
