import { expect } from "chai";
import { network } from "hardhat";
import { type Abi, encodeFunctionData, encodeFunctionResult, type Hex } from "viem";
import { deleverageBounty, deleverageStep, forcedSize, survivable } from "../../sdk/src/guard/forcedReduction.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { decoded } from "../helpers/mirroredCore.ts";
import { NOW } from "../helpers/parityFixtures.ts";
import { callRaw } from "../helpers/parityGuard.ts";
import { COMPLETE_SUBSETS, fieldsInRange, packFields } from "../helpers/parityPolicies.ts";
import { INT256_MAX, randomMeters, randomState, randomVariance, UINT256_MAX } from "../helpers/parityStates.ts";
import { Counter } from "../helpers/parityTargets.ts";
import { show } from "../helpers/show.ts";

const CASES = 3_000;

describe(`forced reductions, SDK against Solidity (SEED=${SEED})`, () => {
  async function createHarness() {
    const { viem, provider } = await network.create();
    const harness = await viem.deployContract("GovernanceHarness");
    const abi = harness.abi as Abi;
    /** The contract must return exactly this. */
    return async (functionName: string, args: readonly unknown[], result: unknown): Promise<void> => {
      const onChain = await callRaw(provider, harness.address, encodeFunctionData({ abi, functionName, args }));
      const expected = { ok: true, data: encodeFunctionResult({ abi, functionName, result: result as Hex }) };
      expect(onChain, `${functionName}${show(args)}`).to.deep.equal(expected);
    };
  }

  it("leave the same size alone, and measure the same survival", async function () {
    const expectSame = await createHarness();
    const random = new Random(SEED, "forced on chain");
    const counter = new Counter();
    for (let i = 0; i < CASES; i++) {
      const words = packFields(fieldsInRange(random, COMPLETE_SUBSETS));
      const policy = decoded(words);
      const { position, market } = randomState(random, policy);
      const holding = { ...position, sameSideOthers: 0n, oppositeOthers: 0n, poolEquity: 0n };
      const mark = randomMeters(random, policy, NOW).highWaterMark;
      const state = { price: market.price, slowVariance: randomVariance(random), mark, timestamp: NOW };
      const size = forcedSize(policy, holding, state);
      await expectSame("forcedSize", [words, holding, state], size);
      const { survivableMove, adverseMove } = survivable(policy, holding, state);
      await expectSame("survivable", [words, holding, state], [survivableMove, adverseMove]);
      counter.add(size === 0n ? "nothing" : size === UINT256_MAX ? "everything" : "something");
      counter.add(survivableMove === 0n ? "survives nothing" : survivableMove === UINT256_MAX ? "survives everything" : "survives");
    }
    this.runnable().title += `: ${CASES} (${counter.describe("")})`;
    counter.expectEach(["nothing", "everything", "something", "survives nothing", "survives"], 100);
  });

  it("close the same steps, and pay the same", async () => {
    const expectSame = await createHarness();
    const random = new Random(SEED, "forced steps on chain");
    const amount = (): bigint => (random.oneIn(4) ? random.pick([0n, 1n, INT256_MAX, UINT256_MAX]) : random.logBetween(0n, 10n ** 40n));
    for (let i = 0; i < 1_000; i++) {
      const [size, target, largest, price, ratio] = [amount(), amount(), amount(), amount(), amount()] as const;
      const equity = random.oneIn(6) ? -1n : random.oneIn(6) ? INT256_MAX : random.logBetween(0n, 10n ** 40n);
      await expectSame("step", [size, target, largest], deleverageStep(size, target, largest));
      const closed = random.oneIn(2) ? deleverageStep(size, target, largest) : amount();
      await expectSame("bounty", [closed, size, price, equity, ratio], deleverageBounty(closed, size, price, equity, ratio));
    }
  });
});
