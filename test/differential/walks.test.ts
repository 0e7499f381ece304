import { expect } from "chai";
import { updateVolatility } from "../../sdk/src/math/index.ts";
import { type BatchTarget, runBatch } from "../helpers/batch.ts";
import { type Arguments, Random, SEED } from "../helpers/corpus.ts";
import { deployHarness } from "../helpers/differentialTargets.ts";
import { nextPrice, parametersOf, plausibleParameters } from "../helpers/differentialVolatility.ts";

describe(`SDK against Solidity: walks (SEED=${SEED})`, () => {
  let target: (name: string) => BatchTarget;

  before(async () => {
    target = await deployHarness();
  });

  it("updateVolatility: 200 random walks of 100 steps, each side feeding on its own words", async () => {
    const random = new Random(SEED, "random walks");
    const parameters = Array.from({ length: 200 }, () => plausibleParameters(random));
    let prices = parameters.map(() => random.logBetween(10n ** 10n, 10n ** 24n));
    let times = parameters.map(() => random.between(1n, 2n ** 31n));
    let ours = parameters.map(() => 0n);
    let theirs = ours;
    for (let step = 0; step < 100; step++) {
      const cases = theirs.map((word, i) => [word, prices[i], times[i], ...(parameters[i] ?? [])] as Arguments);
      const outcomes = await runBatch(target("updateVolatility"), cases);
      theirs = outcomes.map((outcome) => (outcome.ok ? (outcome.words[0] ?? -1n) : -1n));
      ours = ours.map((word, i) => updateVolatility(word, prices[i] ?? 0n, times[i] ?? 0n, parametersOf(parameters[i] ?? [])));
      expect(ours, `words after step ${step}`).to.deep.equal(theirs);
      prices = prices.map((price) => nextPrice(random, price));
      // Some rounds repeat or come late, which must change nothing.
      times = times.map((time) => time + (random.oneIn(10) ? random.between(-50n, 0n) : random.logBetween(1n, 100_000n)));
    }
  });
});
