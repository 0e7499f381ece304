import type { BatchTarget } from "../helpers/batch.ts";
import { CASES, SEED } from "../helpers/corpus.ts";
import { compare, describeTally, expectCoverage } from "../helpers/differential.ts";
import { deployHarness } from "../helpers/differentialTargets.ts";
import { LIMITS } from "../helpers/mirroredLimits.ts";

describe(`SDK against Solidity: limits (SEED=${SEED})`, () => {
  let target: (name: string) => BatchTarget;

  before(async () => {
    target = await deployHarness();
  });

  for (const mirrored of LIMITS) {
    it(mirrored.name, async function () {
      const tally = await compare(mirrored, target(mirrored.name), CASES, SEED);
      expectCoverage(mirrored, tally, CASES);
      this.runnable().title = `${mirrored.name}: equal in ${describeTally(tally)}`;
    });
  }
});
