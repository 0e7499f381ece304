import type { BatchTarget } from "../helpers/batch.ts";
import { CASES, SEED } from "../helpers/corpus.ts";
import { compare, describeTally, expectCoverage } from "../helpers/differential.ts";
import { deployHarness } from "../helpers/differentialTargets.ts";
import { SUITES } from "../helpers/mirrored.ts";

/** The core's larger functions have their own questions in test/parity. */
const ASKED_THERE = ["judge", "requireInRange", "policyValues"];

for (const [harness, functions] of SUITES) {
  describe(`SDK against Solidity: ${harness} (SEED=${SEED})`, () => {
    let target: (name: string) => BatchTarget;

    before(async () => {
      target = await deployHarness(harness);
    });

    for (const mirrored of functions.filter(({ name }) => !ASKED_THERE.includes(name))) {
      it(mirrored.name, async function () {
        const tally = await compare(mirrored, target(mirrored.name), CASES, SEED);
        expectCoverage(mirrored, tally, CASES);
        this.runnable().title = `${mirrored.name}: equal in ${describeTally(tally)}`;
      });
    }
  });
}
