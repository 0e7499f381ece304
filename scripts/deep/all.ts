// npm run test:deep: what takes longer than every change should wait for, one after the other: a million differential cases a
// function on a chain of its own, long runs of the tests in Solidity, and what the mutation gate kept, held against the sources
// as they are (`npm run mutation` measures anew, for most of a day). Stops at the first that fails.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { main } from "../lib/main.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const solidityTests = readdirSync(new URL("../../test/solidity", import.meta.url))
  .filter((name) => name.endsWith(".t.sol"))
  .map((name) => `test/solidity/${name}`);

const STEPS: readonly (readonly [title: string, script: string, args: readonly string[]])[] = [
  ["Differential run", "scripts/deep/differential.ts", []],
  ["Fuzz tests and invariants", "scripts/test.ts", ["--test-profile", "deep", ...solidityTests]],
  ["Mutation gate, as it was measured", "scripts/mutation.ts", ["--check"]],
];

await main(async () => {
  const started = performance.now();
  for (const [title, script, args] of STEPS) {
    console.log(`\n${title}`);
    const begun = performance.now();
    const { status } = spawnSync(process.execPath, [script, ...args], { cwd: ROOT, stdio: "inherit" });
    if (status !== 0) throw new Error(`${title} failed after ${minutesSince(begun)} min.`);
    console.log(`${title}: ${minutesSince(begun)} min`);
  }
  console.log(`Everything passed in ${minutesSince(started)} min.`);
});

function minutesSince(start: number): string {
  return ((performance.now() - start) / 60_000).toFixed(1);
}
