// npm test [-- <file> ...]: builds, runs every test, and closes with a line that counts honestly.
// npm test -- --test-profile deep: longer runs of the tests in Solidity (test.solidity.profiles in hardhat.config.ts).
import { parseArgs } from "node:util";
import { register } from "tsx/esm/api";
import { buildAll } from "./lib/build.ts";
import { main } from "./lib/main.ts";
import { buildSdk } from "./lib/sdk.ts";
import { addCounts, type Counts, isSolidityTest, runMochaTests, runSolidityTests } from "./lib/tests.ts";

// TypeChain writes its factories as TypeScript that imports ".js": plain Node does not find them.
register();

await main(async () => {
  const started = Date.now();
  // Asked for here, where what is wrong with it is one line.
  const { SEED } = await import("../test/helpers/corpus.ts");
  const { values, positionals } = parseArgs({ options: { "test-profile": { type: "string" } }, allowPositionals: true });
  await buildAll();
  buildSdk();
  console.log(`Seed: ${SEED}`);
  const { passed, failed, skipped } = addCounts(await runTests(positionals, values["test-profile"]));
  console.log(`Seconds: ${Math.round((Date.now() - started) / 1000)}`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0) process.exitCode = 1;
});

/** Both suites; of named files, each where it belongs. */
async function runTests(files: readonly string[], profile: string | undefined): Promise<Counts[]> {
  const solidity = files.filter(isSolidityTest);
  const typeScript = files.filter((file) => !isSolidityTest(file));
  const counts: Counts[] = [];
  if (files.length === 0 || solidity.length > 0) counts.push(await runSolidityTests(solidity, profile));
  if (files.length === 0 || typeScript.length > 0) counts.push(await runMochaTests(typeScript));
  return counts;
}
