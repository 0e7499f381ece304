import { expect } from "chai";
import { network } from "hardhat";
import { type BatchTarget, batchTarget, runBatch } from "../helpers/batch.ts";
import { MODEL_CASES, Random, SEED } from "../helpers/corpus.ts";
import { MAX_TICK } from "../helpers/uniswap.ts";
import { isTickPriceUp, mayOverflow, tickPrice } from "../model/tickPrice.ts";

const MOST = BigInt(MAX_TICK);
const DURATIONS = [1n, 300n, 301n, 1_800n, 3_600n, 86_399n, 86_400n];
const DECIMALS = [-36n, -28n, -1n, 0n, 1n, 8n, 18n, 26n, 72n];

/** Every edge with every other, then ticks of all sizes between their edges. */
function* cases(count: number): Generator<[bigint, bigint, bigint]> {
  const ticks = [0n, 1n, 10_000n, MOST - 1n, MOST].flatMap((tick) => [tick, -tick]);
  for (const tick of ticks) for (const duration of DURATIONS) for (const places of DECIMALS) yield [tick * duration, duration, places];
  const random = new Random(SEED, "tickPrice");
  for (let i = ticks.length * DURATIONS.length * DECIMALS.length; i < count; i++) {
    const duration = random.oneIn(2) ? random.pick(DURATIONS) : random.between(300n, 86_400n);
    yield [random.logUniform({ min: -MOST * duration, max: MOST * duration }), duration, random.between(-36n, 72n)];
  }
}

async function priceUp(): Promise<BatchTarget> {
  const { viem, provider } = await network.create();
  const runner = await viem.deployContract("BatchRunner");
  const harness = await viem.deployContract("FeedHarness");
  return batchTarget(provider, runner.address, harness.address, harness.abi, "priceUp");
}

describe(`the price of a mean tick (SEED=${SEED})`, () => {
  it("is 1.0001 to its power, rounded up by less than 2e-18 of it and 6, over all ticks and decimals", async function () {
    const target = await priceUp();
    const asked = [...cases(Math.max(1_000, MODEL_CASES))];
    const outcomes = await runBatch(target, asked);
    const tally = { prices: 0, small: 0, overflows: 0 };
    for (const [index, [tickSum, duration, decimals]] of asked.entries()) {
      const price = tickPrice(tickSum, duration, decimals);
      const outcome = outcomes[index];
      const context = `priceUp(${tickSum}, ${duration}, ${decimals})`;
      if (outcome?.ok) {
        expect(isTickPriceUp(outcome.words[0] ?? 0n, price), context).to.equal(true);
        tally[(outcome.words[0] ?? 0n) < 1_000_000n ? "small" : "prices"]++;
      } else {
        expect(mayOverflow(price), context).to.equal(true);
        tally.overflows++;
      }
    }
    expect(tally.prices).to.be.above(asked.length / 4);
    expect(Math.min(tally.small, tally.overflows)).to.be.above(10);
    this.runnable().title += ` (${tally.prices} prices, ${tally.small} of few digits, ${tally.overflows} beyond an int256)`;
  });
});
