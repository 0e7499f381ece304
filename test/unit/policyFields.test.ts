import { expect } from "chai";
import { FieldNotAdjustableError, FieldTooWideError } from "../../sdk/src/errors/governance.ts";
import { ADJUSTABLE_FIELDS, decodeField, decodePolicy, getField, POLICY_FIELDS, type PolicyWords, setField } from "../../sdk/src/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { randomWords } from "../helpers/mirroredCore.ts";
import { COMPLETE_SUBSETS, fieldsInRange, packFields } from "../helpers/parityPolicies.ts";
import { FIXED_FIELDS, placeInLayout } from "../helpers/policyChanges.ts";
import { show } from "../helpers/show.ts";

const UNCAPPED = 2n ** 256n - 1n;

describe(`single fields of a policy (SEED=${SEED})`, () => {
  it("are the quantities, by a list written a second time, and no other", () => {
    expect([...ADJUSTABLE_FIELDS, ...FIXED_FIELDS].sort()).to.deep.equal([...POLICY_FIELDS].sort());
    for (const field of FIXED_FIELDS) {
      const words = packFields(fieldsInRange(new Random(SEED, "fixed"), COMPLETE_SUBSETS));
      for (const ask of [() => getField(words, field), () => setField(words, field, 1n), () => decodeField(field, 1n)]) {
        expect(ask, field)
          .to.throw(FieldNotAdjustableError)
          .with.property("args")
          .that.deep.equals([POLICY_FIELDS.indexOf(field)]);
      }
    }
    expect(() => getField(packFields(fieldsInRange(new Random(SEED, "fixed"), COMPLETE_SUBSETS)), "toString" as "Feed")).to.throw(
      FieldNotAdjustableError,
    );
  });

  it("are read where the layout has them, and replacing one changes no other bit: 10 000 words", () => {
    const random = new Random(SEED, "fields, replaced");
    for (let i = 0; i < 10_000; i++) {
      const words = randomWords(random);
      const field = random.pick(ADJUSTABLE_FIELDS);
      const { word, shift, bits } = placeInLayout(field);
      const value = random.oneIn(4) ? random.pick([0n, 1n, 2n ** bits - 1n]) : random.bits(Number(bits));
      const next = setField(words, field, value);
      const expected: PolicyWords = { ...words, [word]: words[word] + (value - ((words[word] / 2n ** shift) % 2n ** bits)) * 2n ** shift };
      expect(next, show({ words, field, value })).to.deep.equal(expected);
      expect(getField(next, field)).to.equal(value);
      expect(setField(next, field, getField(words, field))).to.deep.equal(words);
    }
  });

  it("stand for what the policy says, one unit each of its word or base", () => {
    const random = new Random(SEED, "fields, decoded");
    const caps = { OpenInterestMantissa: "openInterestCap", MaxSkewMantissa: "maxSkew", GrowthCapacityMantissa: "growthCapacity" } as const;
    for (let i = 0; i < 2_000; i++) {
      const words = packFields(fieldsInRange(random, COMPLETE_SUBSETS));
      const policy = decodePolicy(words);
      for (const field of ADJUSTABLE_FIELDS) {
        const value = decodeField(field, getField(words, field));
        const isCap = Object.hasOwn(caps, field);
        expect(value, field).to.equal(isCap ? policy?.[caps[field as keyof typeof caps]] : getField(words, field));
      }
    }
  });

  it("hold what fits, and nothing more", () => {
    const words = packFields(fieldsInRange(new Random(SEED, "fields, width"), COMPLETE_SUBSETS));
    for (const field of ADJUSTABLE_FIELDS) {
      const largest = 2n ** placeInLayout(field).bits - 1n;
      expect(() => setField(words, field, largest + 1n), field)
        .to.throw(FieldTooWideError)
        .with.property("args")
        .that.deep.equals([POLICY_FIELDS.indexOf(field), largest + 1n, largest]);
      expect(getField(setField(words, field, largest), field)).to.equal(largest);
      expect(decodeField(field, largest + 1n)).to.equal(UNCAPPED);
    }
    const exponent = (value: bigint): bigint => decodeField("MaxSkewMantissa", (value << 32n) | 7n);
    expect([exponent(0n), exponent(40n), exponent(41n), exponent(255n)]).to.deep.equal([7n, 7n * 10n ** 40n, UNCAPPED, UNCAPPED]);
    expect(() => setField(words, "RiskBudget", -1n))
      .to.throw()
      .with.property("code", "ArgumentOutOfRange");
    expect(() => decodeField("RiskBudget", -1n))
      .to.throw()
      .with.property("code", "ArgumentOutOfRange");
    const wide = { ...words, riskPolicy: 2n ** 256n };
    for (const ask of [() => getField(wide, "RiskBudget"), () => setField(wide, "RiskBudget", 1n)]) {
      expect(ask).to.throw().with.property("code", "ArgumentOutOfRange");
    }
  });
});
