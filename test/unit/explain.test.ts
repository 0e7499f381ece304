import { expect } from "chai";
import {
  check,
  decodePolicy,
  type Explanation,
  encodeSelfLimit,
  explain,
  explainPortfolio,
  formatPercent,
  formatWad,
  type Limit,
  type Policy,
  type Position,
} from "../../sdk/src/index.ts";
import { adverseMove, adverseMoveShort, UNCAPPED } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { NO_METERS, NOW, policyWith, positionWith, snapshotWith, WAD } from "../helpers/parityFixtures.ts";
import { COMPLETE_SUBSETS, fieldsInRange, packFields } from "../helpers/parityPolicies.ts";
import { randomMeters, randomPosition, randomPrice, randomVariance } from "../helpers/parityStates.ts";

const MARKET_2 = `0x${"22".repeat(32)}` as const;
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
    const position = positionWith({ equity: 1_000_567n * 10n ** 15n, sameSideOthers: 1_234_567n * 10n ** 13n });
    const policy = policyWith();
    const move = adverseMove(policy.tail, 640_000_000_000_000_000n, policy.horizon);
    const explanation = ask(position);
    const most = Object.fromEntries(explanation.limits.map(({ limit, size }) => [limit, `${formatWad(size, 4)} ETH`]));
    expect(explanation.limits.map(({ sentence }) => sentence)).to.deep.equal([
      `Volatility: at 80 % a year, a move of ${formatPercent(move)} against you would cost more than 50 % of your equity beyond ${most.Volatility}.`,
      `Collateral: beyond ${most.Collateral}, a move of ${formatPercent(move)} against you would leave less than the 2 % needed to stay out of liquidation.`,
      `Margin: your equity of 1000.56 USD pays the initial margin of ${most.Margin}; the ratio starts at 2 % and grows with open interest.`,
      `OpenInterest: others hold 12.3456 ETH on this side, which leaves ${most.OpenInterest} of the market's cap.`,
    ]);
    expect(most.OpenInterest).to.equal(`${formatWad(policy.openInterestCap - position.sameSideOthers, 4)} ETH`);
    expect(sentenceOf(ask(position, { referenceMove: move }), "OpenInterest")).to.match(/of the market's cap\.$/);
    expect(sentenceOf(ask(position, { referenceMove: move - 1n }), "OpenInterest")).to.match(
      /smaller now because the market moves more\.$/,
    );
  });

  it("has a sentence for each of the other limits too, with the numbers they come from", () => {
    const active: readonly Limit[] = ["Volatility", "Liquidity", "OpenInterest", "Skew", "Concentration", "SelfLimit", "Growth"];
    const selfLimit = encodeSelfLimit({
      maxNotional: 3_000n * WAD,
      kelly: { kind: "continuous", fraction: WAD / 2n, edge: WAD },
      expiry: 2n ** 32n - 1n,
    });
    const longGrowth = ((NOW - 60n) << 224n) | (9_999n * WAD + 10n ** 13n);
    const policy = {
      active,
      usesImpact: true,
      dailyVolume: 100_000n * WAD,
      growthCapacity: 1_000_012_345n * 10n ** 13n,
      growthPeriod: 100_000n,
      maxSkew: 2_000_012_347n * 10n ** 13n,
    };
    const snapshot = snapshotWith(policy, { meters: { ...NO_METERS, selfLimit, longGrowth } });
    const position = positionWith({
      sameSideOthers: 2_000_019n * 10n ** 12n,
      oppositeOthers: 712_345n * 10n ** 13n,
      poolEquity: 10_000n * WAD,
    });
    const { limits } = explain(snapshot, position, NOW, NAMES);
    const sentences = limits.filter(({ limit }) => limit !== "Volatility" && limit !== "OpenInterest").map(({ sentence }) => sentence);
    // 100 000 · 0.01² · 365 / 0.64 = 5 703.125; the others hold 4 000.038 of it. Growth: 10 000.12345 - (9 999.00001 - 60 · 0.10000…) = 7.12351….
    expect(sentences).to.deep.equal([
      "Liquidity: the market's depth carries 5703 USD on one side, of which others leave you 0.8515 ETH.",
      "Skew: this side may outweigh the other by 20000.1234 ETH; others hold 2 against 7.1234, which leaves 20005.2469 ETH.",
      "Concentration: one account may hold 50 % of what the pool on the other side owns, which is 2.5 ETH.",
      "SelfLimit: you allow yourself 0.3906 ETH, with 50 % of Kelly's stake on the edge you declared.",
      "Growth: this side may grow by 7.1235 ETH more now, to 7.1235 ETH for you; it gains 10000.1234 every 100000 s.",
    ]);
  });

  it("explains what a portfolio leaves, what it would lose, and that nothing is left where it can't be measured", () => {
    const active: readonly Limit[] = ["Volatility", "OpenInterest", "Portfolio"];
    const own = snapshotWith({ active, netting: WAD });
    const other = { ...snapshotWith({ active, feed: `0x${"0".repeat(39)}2` }), market: MARKET_2 } as const;
    const held = { market: other.market, delta: -2_000n * WAD, gamma: 0n, vega: 0n, theta: 0n };
    const at = (position: Partial<Position>, exposure = held) =>
      explainPortfolio(own, positionWith(position), [exposure], [other], NOW, NAMES);
    const room = at({ sizeAfter: WAD / 10n });
    expect(room.limits.map(({ limit }) => limit)).to.deep.equal(active);
    const size = room.limits.find(({ limit }) => limit === "Portfolio")?.size ?? 0n;
    expect(room.limits.find(({ limit }) => limit === "Portfolio")?.sentence).to.equal(
      `Portfolio: beside what you hold in other markets, ${formatWad(size, 4)} ETH keep the worst scenario within 50 % of your equity.`,
    );
    expect(room.summary).to.not.contain("worst scenario the whole");
    // A tenth of the equity that the hedge of the other market needs.
    const bare = at({ equity: (100_002n * WAD) / 1_000n, flow: -1n, sizeBefore: 0n, sizeAfter: 0n }, { ...held, delta: -2_003n * WAD });
    expect(bare).to.include({ allowed: false, limit: "Portfolio" });
    const [loss, most] = [formatWad(bare.loss, 2), formatWad(bare.allowedLoss, 2)];
    // Both have more decimals than are shown.
    for (const money of [bare.loss, bare.allowedLoss]) expect(formatWad(money, 3)).to.not.equal(formatWad(money, 2));
    expect(bare.summary).to.match(/^Portfolio: /);
    expect(bare.summary.endsWith(`In the worst scenario the whole portfolio would lose ${loss} USD, and may lose ${most}.`)).to.equal(true);
    const factor = { usesFactor: true, hasBeta: true, beta: WAD / 2n };
    const byFactor = explainPortfolio(
      snapshotWith({ active, ...factor }),
      positionWith({ equity: 100n * WAD, flow: -1n, sizeBefore: 0n, sizeAfter: 0n }),
      [held],
      [other],
      NOW,
      NAMES,
    );
    const sentence = byFactor.limits.find(({ limit }) => limit === "Portfolio")?.sentence;
    expect(sentence).to.match(/ETH keep what all may lose together within 50 % of your equity\.$/);
    expect(byFactor.summary).to.contain("With markets moving together as they may the whole portfolio would lose ");
    const unknown = at({ sizeAfter: WAD }, { ...held, gamma: 2n ** 104n });
    expect(unknown.summary).to.contain("can't be measured now: nothing may grow or leave.");
    expect(() => explainPortfolio(own, positionWith(), [held], [], NOW)).to.throw("There is no snapshot of");
  });

  it("says so of a limit that does not bind", () => {
    const { limits } = explain(snapshotWith({ active: ["Volatility", "OpenInterest", "SelfLimit"] }), positionWith(), NOW, NAMES);
    expect(limits[2]).to.include({ limit: "SelfLimit", size: UNCAPPED, binds: false, sentence: "SelfLimit: does not bind." });
  });

  it("says how far below its mark an account is, and what that leaves; and lists every limit at nothing where it leaves nothing", () => {
    const active: readonly Limit[] = ["Volatility", "OpenInterest", "Drawdown"];
    const at = (peak: bigint): Explanation =>
      explain(
        snapshotWith({ active, peakHalfLife: 0n }, { meters: { ...NO_METERS, highWaterMark: (NOW << 224n) | peak } }),
        positionWith(),
        NOW,
        NAMES,
      );
    expect(at(1_000n * WAD).summary).to.not.contain("Drawdown");
    const losing = at(1_250n * WAD);
    expect(losing.limitSize).to.equal((at(1_000n * WAD).limitSize * 6n) / 10n);
    expect(losing.summary).to.match(
      /^Volatility: .*\. Drawdown: your equity is 20 % below its high-water mark, 50 % at the most; that leaves 60 % of every limit\.$/,
    );
    // Growth is an increment: no share of it is taken.
    const growing = explain(
      snapshotWith(
        { active: [...active, "Growth"], peakHalfLife: 0n },
        { meters: { ...NO_METERS, highWaterMark: (NOW << 224n) | (1_250n * WAD) } },
      ),
      positionWith({ sizeBefore: WAD, sizeAfter: WAD }),
      NOW,
      NAMES,
    );
    expect(growing.limits.find(({ limit }) => limit === "Growth")?.size).to.equal((growing.limitSize > 0n ? WAD : 0n) + 10_000n * WAD);
    const lost = at(2_000n * WAD);
    expect(lost).to.include({ limit: "Drawdown", maxSize: 0n });
    expect(lost.limits.map(({ limit, size, binds }) => [limit, size, binds])).to.deep.equal([
      ["Volatility", 0n, false],
      ["OpenInterest", 0n, false],
    ]);
    expect(lost.summary).to.equal(
      "Drawdown: your equity is 50 % below its high-water mark, 50 % at the most; that leaves 0 % of every limit.",
    );
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
