import { expect } from "chai";
import {
  check,
  decodePolicy,
  type Explanation,
  explain,
  formatPercent,
  formatWad,
  type Limit,
  type Policy,
  type Position,
} from "../../sdk/src/index.ts";
import { adverseMove, adverseMoveShort } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { NOW, policyWith, positionWith, snapshotWith, WAD } from "../helpers/parityFixtures.ts";
import { COMPLETE_SUBSETS, fieldsInRange, packFields } from "../helpers/parityPolicies.ts";
import { randomMeters, randomPosition, randomPrice, randomVariance } from "../helpers/parityStates.ts";

const NAMES = { base: "ETH", quote: "USD" } as const;
const ALL: readonly Limit[] = ["Volatility", "Collateral", "Margin", "OpenInterest"];

const ask = (position: Partial<Position> = {}, policy: Partial<Policy> = {}, now = NOW): Explanation =>
  explain(snapshotWith(policy), positionWith(position), now, NAMES);

function sentenceOf({ limits }: Explanation, limit: Limit): string {
  const found = limits.find((one) => one.limit === limit);
  if (found === undefined) throw new Error(`${limit} is not explained`);
  return found.sentence;
}

describe("explain", () => {
  it("is the verdict of check, and every active limit in the order of the enum", () => {
    const { limits, summary, ...result } = ask();
    expect(result).to.deep.equal(check(snapshotWith(), positionWith(), NOW));
    expect(limits.map(({ limit }) => limit)).to.deep.equal(ALL);
    expect(summary).to.equal(limits.find(({ binds }) => binds)?.sentence);
    const some = ask({}, { active: ["Margin", "OpenInterest"] });
    expect(some.limits.map(({ limit }) => limit)).to.deep.equal(["Margin", "OpenInterest"]);
  });

  it(`flags the one limit that binds, and its size is the limit of the verdict (SEED=${SEED})`, () => {
    const random = new Random(SEED, "explain");
    let explained = 0;
    for (let i = 0; i < 3_000; i++) {
      const policy = { ...decodedInRange(random), mode: "Enforce" } as const;
      const price = randomPrice(random);
      // A guard's variance is never below its floor.
      const variance = randomVariance(random) + (policy.volatilityFloor * policy.volatilityFloor) / WAD + 1n;
      const position = randomPosition(random, policy, price);
      const snapshot = snapshotWith(policy, {
        account: position.account,
        round: { price, updatedAt: NOW },
        variance,
        meters: randomMeters(random, policy, NOW),
      });
      const { limits, ...result } = explain(snapshot, position, NOW + random.between(0n, policy.maxAge - 1n));
      if (position.equity <= 0n || result.limit === "Oracle") continue;
      explained++;
      // The drawdown is a share of all limits and none by itself.
      expect(limits.map(({ limit }) => limit)).to.deep.equal(policy.active.filter((limit) => limit !== "Drawdown"));
      expect(limits.filter(({ binds }) => binds)).to.have.lengthOf(result.limit === "Drawdown" ? 0 : 1);
      for (const { limit, size, headroom, binds } of limits) {
        expect(binds, limit).to.equal(limit === result.limit);
        if (limit !== "Growth") {
          const isLeast = binds ? size === result.limitSize : size >= result.limitSize;
          expect(isLeast, limit).to.equal(true);
        } else {
          expect(binds, limit).to.equal(size < result.limitSize);
        }
        expect(headroom, limit).to.equal(size > result.size ? size - result.size : 0n);
      }
    }
    expect(explained, "states explained").to.be.at.least(1_500);
  });

  it("gives each limit a sentence with the numbers it comes from", () => {
    const position = positionWith({ sameSideOthers: 1_234_567n * 10n ** 13n });
    const policy = policyWith();
    const move = adverseMove(policy.tail, 640_000_000_000_000_000n, policy.horizon);
    const explanation = ask(position);
    const most = Object.fromEntries(explanation.limits.map(({ limit, size }) => [limit, `${formatWad(size, 4)} ETH`]));
    expect(explanation.limits.map(({ sentence }) => sentence)).to.deep.equal([
      `Volatility: at 80 % a year, a move of ${formatPercent(move)} against you would cost more than 50 % of your equity beyond ${most.Volatility}.`,
      `Collateral: beyond ${most.Collateral}, a move of ${formatPercent(move)} against you would leave less than the 2 % needed to stay out of liquidation.`,
      `Margin: your equity of 1000 USD pays the initial margin of ${most.Margin}; the ratio starts at 2 % and grows with open interest.`,
      `OpenInterest: others hold 12.3456 ETH on this side, which leaves ${most.OpenInterest} of the market's cap.`,
    ]);
    expect(most.OpenInterest).to.equal(`${formatWad(policy.openInterestCap - position.sameSideOthers, 4)} ETH`);
  });

  it("says what a short loses, which is more than the same move costs a long", () => {
    const policy = policyWith();
    const move = adverseMove(policy.tail, 640_000_000_000_000_000n, policy.horizon);
    const short = ask({ sizeAfter: -WAD });
    expect(sentenceOf(short, "Volatility")).to.contain(`a move of ${formatPercent(adverseMoveShort(move))} against you`);
    expect(sentenceOf(short, "Collateral")).to.contain(`a move of ${formatPercent(adverseMoveShort(move))} against you`);
  });

  it("has words, not seventy digits, for a short's move beyond every margin", () => {
    const wild = explain(snapshotWith({ horizon: 2n ** 24n - 1n }, { variance: 4n * 10n ** 19n }), positionWith({ sizeAfter: -1n }), NOW);
    expect(wild).to.include({ allowed: false, limitSize: 0n, limit: "Volatility" });
    for (const limit of ["Volatility", "Collateral"] as const) {
      expect(sentenceOf(wild, limit))
        .to.contain("a move no margin survives against you")
        .and.not.match(/\d{20}/);
    }
  });

  it("tells when the cap on open interest shrank with the market", () => {
    expect(sentenceOf(ask(), "OpenInterest")).to.not.contain("smaller now");
    const calm = ask({}, { referenceMove: 10n ** 14n });
    expect(sentenceOf(calm, "OpenInterest")).to.contain("smaller now because the market moves more");
  });

  it("counts the oracle's scale into every limit", () => {
    const [fresh, old] = [ask({}, {}, NOW + 3_900n), ask({}, {}, NOW + 7_350n)];
    for (const [index, { limit, size }] of old.limits.entries())
      expect(size <= (fresh.limits[index]?.size ?? 0n) / 2n, limit).to.equal(true);
  });

  it("names base and quote when it isn't told how", () => {
    const { limits } = explain(snapshotWith(), positionWith(), NOW);
    for (const { sentence } of limits) expect(sentence).to.contain(" base");
    expect(limits[2]?.sentence).to.contain("1000 quote");
  });

  const without: readonly (readonly [string, Explanation, string])[] = [
    [
      "no policy",
      explain(snapshotWith(null, { round: null }), positionWith(), NOW),
      "This market has no policy: positions can only shrink.",
    ],
    ["ReduceOnly", ask({}, { mode: "ReduceOnly" }), "This market is reduce-only: positions can only shrink."],
    [
      "no price",
      explain(snapshotWith({}, { round: null }), positionWith(), NOW),
      "The price feed is Invalid: positions can only shrink until it answers again.",
    ],
    ["a stale price", ask({}, {}, NOW + 10_800n), "The price feed is Stale: positions can only shrink until it answers again."],
    ["Off", ask({}, { mode: "Off" }), "No limit binds."],
    ["no equity", ask({ equity: 0n }), "Volatility: there is no equity (0) to carry a position."],
    ["less than no equity", ask({ equity: -25n * 10n ** 17n }), "Volatility: there is no equity (-2.5) to carry a position."],
    ["a unit less than no equity", ask({ equity: -1n }), "Volatility: there is no equity (0) to carry a position."],
  ];
  for (const [name, { limits, summary }, sentence] of without) {
    it(`has no limits to list and says why: ${name}`, () => {
      expect(limits).to.deep.equal([]);
      expect(summary).to.equal(sentence);
    });
  }
});

function decodedInRange(random: Random): Policy {
  const policy = decodePolicy(packFields(fieldsInRange(random, COMPLETE_SUBSETS)));
  if (policy === null) throw new Error("a policy in range is set");
  return policy;
}
