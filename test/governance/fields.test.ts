import { expect } from "chai";
import { network } from "hardhat";
import { type Abi, decodeFunctionResult, encodeFunctionData, type Hex } from "viem";
import { ADJUSTABLE_FIELDS, decodeField, getField, POLICY_FIELDS, type PolicyWords, setField } from "../../sdk/src/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { randomWords } from "../helpers/mirroredCore.ts";
import { callRaw } from "../helpers/parityGuard.ts";
import { Counter, outcomeOf } from "../helpers/parityTargets.ts";
import { FIXED_FIELDS, placeInLayout } from "../helpers/policyChanges.ts";
import { show } from "../helpers/show.ts";

/** The value itself, or the five words. */
type Answer = bigint | PolicyWords;

describe(`single fields of a policy, SDK against Solidity (SEED=${SEED})`, () => {
  it("are read, replaced, decoded and refused alike", async function () {
    const { viem, provider } = await network.create();
    const harness = await viem.deployContract("GovernanceHarness");
    const abi = harness.abi as Abi;
    const random = new Random(SEED, "fields on chain");
    const counter = new Counter();

    /** What the chain answers must be what the SDK does. */
    async function expectSame(functionName: string, args: readonly unknown[], mirror: () => Answer): Promise<void> {
      let answer: Answer | undefined;
      const { ok, ...rest } = outcomeOf(() => {
        answer = mirror();
        return [];
      });
      const { data, ok: isOk } = await callRaw(provider, harness.address, encodeFunctionData({ abi, functionName, args }));
      const context = show({ functionName, args, rest });
      expect(isOk, context).to.equal(ok);
      if (isOk) expect(decodeFunctionResult({ abi, functionName, data }), context).to.deep.equal(answer);
      else expect(data, context).to.equal((rest as { data?: Hex }).data);
      counter.add(`${functionName} ${ok ? "answered" : (rest as { data: Hex }).data.slice(0, 10)}`);
    }

    for (let i = 0; i < 600; i++) {
      const words = randomWords(random);
      const field = random.oneIn(8) ? random.pick(FIXED_FIELDS) : random.pick(ADJUSTABLE_FIELDS);
      const bits = Number(placeInLayout(field).bits);
      const value = random.oneIn(8) ? random.logBetween(0n, 2n ** 256n - 1n) : random.bits(random.oneIn(8) ? bits + 1 : bits);
      const index = POLICY_FIELDS.indexOf(field);
      await expectSame("getField", [words, index], () => getField(words, field));
      await expectSame("setField", [words, index, value], () => setField(words, field, value));
      // Half of all caps with an exponent that a policy may have, or right beyond.
      const exponent = random.between(0n, 41n) << 32n;
      const plausible = bits === 40 && random.oneIn(2) ? (value & 0xffff_ffffn) | exponent : value;
      await expectSame("decodeField", [index, plausible], () => decodeField(field, plausible));
    }
    this.runnable().title = `are read, replaced, decoded and refused alike (${counter.describe("")})`;
    const refused = ["getField 0xc8635c0d", "setField 0xc8635c0d", "setField 0x0fb119fe", "decodeField 0xc8635c0d"];
    counter.expectEach(["getField answered", "setField answered", "decodeField answered", ...refused], 40);
  });
});
