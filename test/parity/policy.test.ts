import { expect } from "chai";
import type { Hex } from "viem";
import { LimitNotSupportedError, PolicyIncompleteError, PolicyOutOfRangeError, ZeroAddressError } from "../../sdk/src/errors/index.ts";
import { decodePolicy, encodePolicy, POLICY_FIELDS, type PolicyWords, requirePolicyInRange } from "../../sdk/src/index.ts";
import { runBatch } from "../helpers/batch.ts";
import { type Arguments, CASES, Random, SEED } from "../helpers/corpus.ts";
import { compare, sameOutcome } from "../helpers/differential.ts";
import { decoded, POLICY_VALUES, randomWords } from "../helpers/mirroredCore.ts";
import { COMPLETE_SUBSETS, fieldsInRange, packFields, SUBSETS } from "../helpers/parityPolicies.ts";
import { allWords, Counter, deploySizingHarness, outcomeOf, policyWords } from "../helpers/parityTargets.ts";
import { LAYOUT } from "../model/policy.ts";

interface Case {
  readonly market: Hex;
  readonly words: PolicyWords;
}

const toHex = (value: bigint, bytes: number): Hex => `0x${value.toString(16).padStart(2 * bytes, "0")}`;
const show = (value: unknown): string => JSON.stringify(value, (_, item) => (typeof item === "bigint" ? toHex(item, 32) : item));

const randomCase = (random: Random): Case => ({ words: randomWords(random), market: toHex(random.bits(256), 32) });

const arguments_ = ({ market, words }: Case): Arguments => [BigInt(market), ...allWords(words)];

/** Which rule an error comes from, and on which side of the range the value was. */
function label(error: unknown): string {
  if (error instanceof PolicyOutOfRangeError)
    return `${error.field} ${(error.args[2] as bigint) < (error.args[3] as bigint) ? "below" : "above"}`;
  if (error instanceof LimitNotSupportedError || error instanceof PolicyIncompleteError || error instanceof ZeroAddressError)
    return error.code;
  return "accepted";
}

describe(`SDK against Solidity: policies (SEED=${SEED})`, () => {
  let chain: Awaited<ReturnType<typeof deploySizingHarness>>;

  before(async () => {
    chain = await deploySizingHarness();
  });

  it("requirePolicyInRange: the same values, or the same error with the same arguments", async function () {
    const random = new Random(SEED, "requireInRange");
    const cases = Array.from({ length: CASES }, () => randomCase(random));
    const outcomes = await runBatch(chain.target("requireInRange"), cases.map(arguments_));
    const counter = new Counter();
    for (const [index, one] of cases.entries()) {
      const sdk = outcomeOf(() => {
        requirePolicyInRange(one.market, one.words);
        return policyWords(decoded(one.words));
      });
      const twin = outcomes[index];
      if (twin === undefined || !sameOutcome(sdk, twin)) throw new Error(show({ one, sdk, twin }));
      counter.add(label(sdk.error));
    }
    // The other ends of the ranges are the ends of the fields: no word goes beyond them. Three have no range at all.
    const ranged = POLICY_FIELDS.filter((field) => !["PeakHalfLife", "Feed", "Active"].includes(field));
    const ends = ranged.flatMap((field) => {
      const { min, max, bits } = LAYOUT[field];
      return [...(min > 0n ? [`${field} below`] : []), ...(max < 2n ** bits - 1n ? [`${field} above`] : [])];
    });
    counter.expectEach(ends, CASES / 5_000);
    counter.expectEach(["ZeroAddress", "LimitNotSupported", "PolicyIncomplete"], CASES / 1_000);
    counter.expectEach(["accepted"], CASES / 10);
    this.runnable().title = `requirePolicyInRange: ${CASES} words equal (${counter.describe("")})`;
  });

  it("every getter of the words", async () => {
    await compare(POLICY_VALUES, chain.target("policyValues"), 5_000, SEED);
  });
});

describe(`policy codec round trips (SEED=${SEED})`, () => {
  const COUNT = 5_000;

  it("decode after encode gives the policy that was written", () => {
    const random = new Random(SEED, "decode after encode");
    for (let i = 0; i < COUNT; i++) {
      const policy = decoded(packFields(fieldsInRange(random, SUBSETS)));
      const words = encodePolicy(policy);
      expect(decodePolicy(words)).to.deep.equal(policy);
      expect(encodePolicy(decoded(words))).to.deep.equal(words);
    }
  });

  it("encode after decode gives the same words, where the mantissa of the cap has no zeros to take out", () => {
    const random = new Random(SEED, "encode after decode");
    for (let i = 0; i < COUNT; i++) {
      const fields = fieldsInRange(random, SUBSETS);
      const plain = (mantissa: bigint): bigint => (mantissa % 10n === 0n ? mantissa + 1n : mantissa);
      const words = packFields({
        ...fields,
        OpenInterestMantissa: plain(fields.OpenInterestMantissa),
        MaxSkewMantissa: plain(fields.MaxSkewMantissa),
        GrowthCapacityMantissa: plain(fields.GrowthCapacityMantissa),
        DeltaCapMantissa: plain(fields.DeltaCapMantissa),
        GammaCapMantissa: plain(fields.GammaCapMantissa),
        VegaCapMantissa: plain(fields.VegaCapMantissa),
      });
      expect(encodePolicy(decoded(words))).to.deep.equal(words);
    }
  });

  it("what encodes and is complete is in range, and so is the same cap with its zeros spelled out", () => {
    const random = new Random(SEED, "caps");
    for (let i = 0; i < COUNT; i++) {
      const fields = fieldsInRange(random, COMPLETE_SUBSETS);
      const plain = { ...fields, OpenInterestMantissa: random.between(1n, 4_000_000n) * 1_000n, OpenInterestExponent: 10n };
      const short = { ...fields, OpenInterestMantissa: plain.OpenInterestMantissa / 1_000n, OpenInterestExponent: 13n };
      expect(decoded(packFields(plain))).to.deep.equal(decoded(packFields(short)));
      expect(encodePolicy(decoded(packFields(plain)))).to.deep.equal(encodePolicy(decoded(packFields(short))));
      requirePolicyInRange(toHex(1n, 32), encodePolicy(decoded(packFields(plain))));
    }
  });
});
