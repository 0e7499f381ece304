import { expect } from "chai";
import { ArgumentOutOfRangeError } from "../../sdk/src/errors/index.ts";
import {
  check,
  encodePolicy,
  type Policy,
  type PolicyWords,
  type SanityQuestion,
  type SanityWarning,
  sanityPreview,
} from "../../sdk/src/index.ts";
import { max, min } from "../../sdk/src/math/checks.ts";
import { WAD } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { decoded } from "../helpers/mirroredCore.ts";
import { expectNear } from "../helpers/near.ts";
import { NOW, policyWith, positionWith, snapshotWith } from "../helpers/parityFixtures.ts";
import { COMPLETE_SUBSETS, fieldsInRange, ISOLATED_SUBSETS, packFields } from "../helpers/parityPolicies.ts";
import { randomPosition, randomPrice, randomVariance } from "../helpers/parityStates.ts";
import { show } from "../helpers/show.ts";

const UNCAPPED = 2n ** 256n - 1n;
const EIGHTY_PERCENT = 64n * 10n ** 16n;

/** A price of 2 000, 80 % a year, ten thousand of equity. */
const QUESTION: SanityQuestion = { price: 2_000n * WAD, variance: EIGHTY_PERCENT, equity: 10_000n * WAD };
const preview = (policy: Partial<Policy> = {}, question: Partial<SanityQuestion> = {}) =>
  sanityPreview(policyWith(policy), { ...QUESTION, ...question });
const codes = (policy: Partial<Policy> = {}, question: Partial<SanityQuestion> = {}): string[] =>
  preview(policy, question).warnings.map((warning) => ("side" in warning ? `${warning.code} ${warning.side}` : warning.code));
const find = <C extends SanityWarning["code"]>(warnings: readonly SanityWarning[], code: C) =>
  warnings.find((warning): warning is Extract<SanityWarning, { code: C }> => warning.code === code);

describe(`what a policy gives (SEED=${SEED})`, () => {
  it("is what the guard says of a new account at a fresh price: 3 000 policies, both sides, both variances", () => {
    const random = new Random(SEED, "sanity, checked");
    for (let i = 0; i < 3_000; i++) {
      const words = packFields({ ...fieldsInRange(random, ISOLATED_SUBSETS), MaxConfidence: 0n });
      const policy = decoded(words);
      const [price, variance] = [randomPrice(random), randomVariance(random)];
      const { equity, sameSideOthers, oppositeOthers, ...rest } = randomPosition(random, policy, price);
      // A pool nobody has seen yet is believed up to 2^112 − 1.
      const poolEquity = min(rest.poolEquity, 2n ** 112n - 1n);
      const question = { price, variance, equity, sameSideOthers, oppositeOthers, poolEquity };
      const { cases } = sanityPreview(random.oneIn(2) ? words : policy, question);
      expect(cases.map((one) => [one.side, one.variance])).to.deep.equal([
        ["long", variance],
        ["short", variance],
        ["long", 2n * variance],
        ["short", 2n * variance],
      ]);
      for (const { side, limitSize, limit, leverage, ...at } of cases) {
        const isLong = side === "long";
        const snapshot = snapshotWith(
          { ...policy, usesPushedVariance: false },
          { round: { price, updatedAt: NOW }, variance: at.variance },
        );
        const seen = isLong ? { sameSideOthers, oppositeOthers } : { sameSideOthers: oppositeOthers, oppositeOthers: sameSideOthers };
        const { account } = snapshot;
        const verdict = check(
          snapshot,
          positionWith({ account, equity, poolEquity, flow: 0n, sizeAfter: isLong ? 1n : -1n, ...seen }),
          NOW,
        );
        const context = show({ words, question, side, limitSize, limit, leverage, verdict });
        expect(limitSize, context).to.equal(verdict.limitSize);
        // Growth is no limit of a size, and named where it keeps one from being reached at once.
        if (verdict.limit !== "Growth") expect(limit, context).to.equal(verdict.limit);
        if (limitSize === 0n || limitSize === UNCAPPED) expect(leverage, context).to.equal(limitSize);
        else if (leverage === UNCAPPED) expect(limitSize * price > (UNCAPPED - 1n) * equity, context).to.equal(true);
        else
          expect([leverage * equity >= limitSize * price, (leverage - 1n) * equity < limitSize * price], context).to.deep.equal([
            true,
            true,
          ]);
      }
      const [long, short, wildLong, wildShort] = cases;
      for (const [calm, wild] of [
        [long, wildLong],
        [short, wildShort],
      ] as const) {
        expect((wild?.limitSize ?? 0n) <= (calm?.limitSize ?? 0n), show({ words, cases })).to.equal(true);
      }
    }
  });

  it("never fails for a policy in its ranges, whatever it is asked with", () => {
    const random = new Random(SEED, "sanity, extremes");
    const amount = (): bigint => random.pick([0n, 1n, WAD, 2n ** 127n, 2n ** 255n - 1n, UNCAPPED, random.bits(256)]);
    for (let i = 0; i < 2_000; i++) {
      const words = packFields(fieldsInRange(random, COMPLETE_SUBSETS));
      const equity = BigInt.asIntN(256, random.pick([amount(), -amount()]));
      const price = amount() || 1n;
      const question = {
        price,
        variance: min(amount(), 2n ** 72n - 1n),
        equity,
        sameSideOthers: amount(),
        oppositeOthers: amount(),
        poolEquity: amount(),
      };
      expect(() => sanityPreview(words, question), show({ words, question })).not.to.throw();
    }
  });

  it("is known by hand: the budget over four times the move a horizon brings, and less for a short", () => {
    const volatile: Partial<Policy> = {
      active: ["Volatility", "OpenInterest"],
      tail: 4n * WAD,
      riskBudget: WAD / 2n,
      horizon: 3_153n,
    };
    // 80 % a year is 0.8 % in 3 153 s; half the equity, over four times that, is a leverage of 15.6.
    const [long, short, twice] = preview(volatile).cases;
    const byHand = 0.5 / (4 * Math.sqrt(0.64 * (3_153 / 31_536_000)));
    expectNear(Number(long?.leverage) / 1e18, byHand, 1e-9);
    expectNear(Number(twice?.leverage) / Number(long?.leverage), Math.SQRT1_2, 1e-9);
    expect((short?.leverage ?? 0n) < (long?.leverage ?? 0n)).to.equal(true);
    expect(long?.limit).to.equal("Volatility");
  });

  it("is of a market with nobody else in it, and no pool, where nothing else is said", () => {
    const policy: Partial<Policy> = { active: ["Volatility", "OpenInterest", "Skew"], referenceMove: 10n ** 14n };
    const rich = { equity: 10n ** 12n * WAD };
    const empty = { ...rich, sameSideOthers: 0n, oppositeOthers: 0n, poolEquity: 0n };
    expect(preview(policy, rich).cases).to.deep.equal(preview(policy, empty).cases);
    for (const others of ["sameSideOthers", "oppositeOthers"]) {
      expect(preview(policy, { ...empty, [others]: 1n }).cases, others).not.to.deep.equal(preview(policy, rich).cases);
    }
  });

  it("warns of leverage above what is asked about, at each variance, and not at it", () => {
    const { cases, warnings } = preview({}, { maxLeverage: 0n });
    const high = warnings.filter(({ code }) => code === "LeverageTooHigh");
    const order = [cases[0], cases[2], cases[1], cases[3]];
    expect(high).to.deep.equal(
      order.map((one) => ({ code: "LeverageTooHigh", side: one?.side, variance: one?.variance, leverage: one?.leverage, maxLeverage: 0n })),
    );
    const most = cases.map(({ leverage }) => leverage).reduce(max);
    expect(codes({}, { maxLeverage: most })).to.deep.equal([]);
    expect(codes({}, { maxLeverage: most - 1n })).to.deep.equal(["LeverageTooHigh long"]);
    expect(codes()).to.deep.equal([]);
  });

  it("warns where twice the variance changes nothing, and where no limit of the account binds", () => {
    const margin: Partial<Policy> = { active: ["Margin", "OpenInterest"] };
    expect(codes(margin)).to.deep.equal(["VarianceIgnored long", "VarianceIgnored short"]);
    const rich = { equity: 10n ** 12n * WAD };
    const found = preview(margin, rich).warnings;
    expect(find(found, "AccountNotLimited")).to.deep.equal({ code: "AccountNotLimited", side: "long", limit: "OpenInterest" });
    expect(codes({ ...margin, referenceMove: 10n ** 14n }, rich)).to.deep.equal(["AccountNotLimited long", "AccountNotLimited short"]);
    const off = preview({ mode: "Off" });
    expect(
      off.cases.every(({ limitSize, leverage, limit }) => limitSize === UNCAPPED && leverage === UNCAPPED && limit === "None"),
    ).to.equal(true);
    expect(codes({ mode: "Off" }, { maxLeverage: 50n * WAD })).to.deep.equal([
      "NothingRefused",
      ...["LeverageTooHigh", "LeverageTooHigh", "VarianceIgnored", "AccountNotLimited"].map((code) => `${code} long`),
      ...["LeverageTooHigh", "LeverageTooHigh", "VarianceIgnored", "AccountNotLimited"].map((code) => `${code} short`),
    ]);
  });

  it("warns of a cap beyond the pool, to the unit, where a pool is named", () => {
    const capped = { openInterestCap: 1_000n * WAD };
    const [price, cap] = [2_000n * WAD + 1n, 2_000_000n * WAD + 1_000n];
    expect(codes(capped, { price, poolEquity: cap })).to.deep.equal([]);
    const { warnings } = preview(capped, { price, poolEquity: cap - 1n });
    expect(warnings).to.deep.equal([{ code: "CapAbovePool", cap, poolEquity: cap - 1n }]);
    expect(codes(capped, { price })).to.deep.equal([]);
    expect(codes({ ...capped, mode: "ReduceOnly" }, { price, poolEquity: 0n })).to.deep.equal([]);
    expect(codes({ ...capped, mode: "Off" }, { price, poolEquity: 0n })).not.to.include("CapAbovePool");
  });

  it("warns of what refuses nothing, refuses everything, and is not looked at", () => {
    expect(codes({ mode: "Shadow" })).to.deep.equal(["NothingRefused"]);
    expect(preview({ mode: "Shadow" }).warnings).to.deep.equal([{ code: "NothingRefused", mode: "Shadow" }]);
    expect(codes({ mode: "ReduceOnly" })).to.deep.equal([]);
    expect(preview({ mode: "ReduceOnly" }).cases.map(({ limit, leverage }) => [limit, leverage])).to.deep.equal(
      Array.from({ length: 4 }, () => ["Mode", 0n]),
    );
    const concentrated: Partial<Policy> = { active: ["Volatility", "OpenInterest", "Concentration"] };
    expect(codes(concentrated)).to.deep.equal(["NothingAllowed long", "NothingAllowed short"]);
    expect(find(preview(concentrated).warnings, "NothingAllowed")).to.include({ limit: "Concentration" });
    expect(codes({}, { equity: 0n })).to.deep.equal(["NothingAllowed long", "NothingAllowed short"]);
    expect(codes({ active: ["Volatility", "OpenInterest", "Portfolio"] })).to.deep.equal(["PortfolioLeftOut"]);
  });

  it("refuses what is no policy, and what is no question", () => {
    const code = (proposal: Policy | PolicyWords): string => {
      try {
        sanityPreview(proposal, QUESTION);
        return "answered";
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const policy = policyWith({});
    const words = encodePolicy(policy);
    expect(code(words)).to.equal("answered");
    expect(code({ ...words, riskPolicy: words.riskPolicy & ~0xffffn })).to.equal("PolicyOutOfRange");
    expect(code({ ...policy, tail: 0n })).to.equal("PolicyOutOfRange");
    expect(code({ ...policy, tail: 1n })).to.equal("ArgumentOutOfRange");
    expect(code({ ...words, feedPolicy: 0n })).to.equal("ZeroAddress");
    const bad: readonly (readonly [keyof SanityQuestion, bigint])[] = [
      ["price", 0n],
      ["price", -1n],
      ["price", 2n ** 256n],
      ["variance", -1n],
      ["variance", 2n ** 72n],
      ["equity", 2n ** 255n],
      ["sameSideOthers", -1n],
      ["oppositeOthers", -1n],
      ["poolEquity", -1n],
      ["maxLeverage", -1n],
    ];
    for (const [name, value] of bad) {
      expect(() => sanityPreview(words, { ...QUESTION, [name]: value }), `${name} ${value}`)
        .to.throw(ArgumentOutOfRangeError)
        .with.property("argument", name);
    }
    const unnamed = `0x${"0".repeat(64)}`;
    expect(() => sanityPreview({ ...policy, tail: 0n }, QUESTION))
      .to.throw()
      .with.property("args")
      .that.includes(unnamed);
    const market = `0x${"ab".repeat(32)}` as const;
    expect(() => sanityPreview({ ...policy, tail: 0n }, { ...QUESTION, market }))
      .to.throw()
      .with.property("args")
      .that.includes(market);
  });
});
