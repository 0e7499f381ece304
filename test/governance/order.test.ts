import { expect } from "chai";
import { network } from "hardhat";
import { type Abi, encodeFunctionData } from "viem";
import { isSizingGuardError } from "../../sdk/src/errors/index.ts";
import { requireTighter } from "../../sdk/src/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { randomWords } from "../helpers/mirroredCore.ts";
import { MARKET } from "../helpers/parityFixtures.ts";
import { callRaw } from "../helpers/parityGuard.ts";
import { COMPLETE_SUBSETS, fieldsInRange, packFields } from "../helpers/parityPolicies.ts";
import { Counter, revertData } from "../helpers/parityTargets.ts";
import { movedFields } from "../helpers/policyChanges.ts";
import { show } from "../helpers/show.ts";

describe(`the order of policies, SDK against Solidity (SEED=${SEED})`, () => {
  it("accepts and refuses the same changes, with the same words", async function () {
    const { viem, provider } = await network.create();
    const harness = await viem.deployContract("GovernanceHarness");
    const random = new Random(SEED, "order on chain");
    const counter = new Counter();
    for (let i = 0; i < 3_000; i++) {
      const fields = fieldsInRange(random, COMPLETE_SUBSETS);
      const current = packFields(fields);
      const next = random.oneIn(12) ? randomWords(random) : packFields(movedFields(random, fields, 1 + random.below(3)));
      const expected = outcome(() => requireTighter(MARKET, current, next));
      const data = encodeFunctionData({ abi: harness.abi as Abi, functionName: "requireTighter", args: [MARKET, current, next] });
      const onChain = await callRaw(provider, harness.address, data);
      expect(onChain, `${i}: ${show([current, next])}`).to.deep.equal({
        ok: expected.name === "accepted",
        data: expected.data,
      });
      counter.add(expected.name);
    }
    this.runnable().title = `accepts and refuses the same 3 000 changes, with the same words (${counter.describe("")})`;
    counter.expectEach(["accepted", "PolicyLoosens", "PolicyOutOfRange"], 100);
  });
});

function outcome(run: () => void): { readonly name: string; readonly data: `0x${string}` } {
  try {
    run();
    return { name: "accepted", data: "0x" };
  } catch (error) {
    if (!isSizingGuardError(error)) throw error;
    return { name: error.code, data: revertData(error) };
  }
}
