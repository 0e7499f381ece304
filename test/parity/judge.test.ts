import { expect } from "chai";
import fc from "fast-check";
import { impact, judge, limitSize, policyMove } from "../../sdk/src/guard/sizing.ts";
import {
  carry,
  type MarketState,
  MODES,
  ORACLE_STATUSES,
  type Policy,
  type Position,
  reducesRisk,
  type Verdict,
} from "../../sdk/src/index.ts";
import { type Outcome, runBatch } from "../helpers/batch.ts";
import { CASES, Random, SEED } from "../helpers/corpus.ts";
import { sameOutcome } from "../helpers/differential.ts";
import { type Case, impossibleCase, randomCase, randomPolicy } from "../helpers/mirroredCore.ts";
import { ACTIVE_LIMITS, COMPLETE_SUBSETS, SMALL_SUBSETS } from "../helpers/parityPolicies.ts";
import { randomPosition, randomState, UINT256_MAX, withMagnitude } from "../helpers/parityStates.ts";
import { Counter, deploySizingHarness, judgeArguments, outcomeOf, positionWords, verdictWords } from "../helpers/parityTargets.ts";
import { check } from "../helpers/properties.ts";

const WAD = 10n ** 18n;

function show({ words, position, market }: Case, sdk: Outcome, chain: Outcome | undefined): string {
  const text = (_: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);
  return JSON.stringify({ seed: SEED, words, position, market, sdk, chain }, text, 1);
}

function labels({ policy, position, market, account }: Case, verdict: Verdict): string[] {
  const size = position.sizeAfter < 0n ? -position.sizeAfter : position.sizeAfter;
  const isShort = position.sizeAfter < 0n;
  const met = [`limit ${verdict.limit}`, `mode ${policy.mode}`, `active ${policy.active.length}`, `allowed ${verdict.allowed}`];
  for (const limit of ACTIVE_LIMITS) met.push(`${limit} ${policy.active.includes(limit) ? "on" : "off"}`);
  if (policy.usesImpact && verdict.limit === "Liquidity" && impact(policy, market.variance) < policy.liquidityCap) met.push("impact");
  const kind = account.selfLimit?.kelly?.kind;
  if (verdict.limit === "SelfLimit" && kind !== undefined) met.push(`Kelly ${kind}`);
  if (policy.active.includes("Drawdown") && account.drawdownScale < WAD && verdict.limitSize > 0n) met.push("scaled by drawdown");
  if (policy.mode === "Enforce") met.push(`status ${market.status}`);
  if (isShort) met.push(`short ${verdict.limit}`);
  if (size > 0n && size === verdict.maxSize) met.push("at the limit");
  if (size === verdict.maxSize + 1n) met.push("one unit beyond");
  if (verdict.limitSize > 0n && size === verdict.limitSize + 1n && !verdict.allowed) met.push("refused by one unit");
  if (isShort && market.status === "Valid" && market.age < policy.maxAge && policyMove(policy, market) > 5n * WAD)
    met.push("huge move short");
  if (position.equity <= 0n) met.push("no equity");
  if (verdict.limitSize > 0n && market.age > policy.heartbeat && verdict.limit !== "None") met.push("scaled by age");
  return met;
}

describe(`SDK against Solidity: the whole verdict (SEED=${SEED})`, () => {
  let chain: Awaited<ReturnType<typeof deploySizingHarness>>;

  before(async () => {
    chain = await deploySizingHarness();
  });

  async function expectEqual(cases: readonly Case[], met?: (one: Case, verdict: Verdict) => void): Promise<number> {
    const outcomes = await runBatch(
      chain.target("judge"),
      cases.map((one) => judgeArguments(one.words, one)),
    );
    let values = 0;
    for (const [index, one] of cases.entries()) {
      let verdict: Verdict | undefined;
      const sdk = outcomeOf(() => {
        verdict = judge(one.policy, one.position, one.market, one.account);
        return verdictWords(verdict);
      });
      const twin = outcomes[index];
      if (twin === undefined || !sameOutcome(sdk, twin)) throw new Error(show(one, sdk, twin));
      if (verdict === undefined) continue;
      values++;
      met?.(one, verdict);
    }
    return values;
  }

  it("judge: all seven words equal, and never a revert for a policy in range", async function () {
    const random = new Random(SEED, "judge");
    const counter = new Counter();
    const cases = Array.from({ length: CASES }, () => randomCase(random));
    const values = await expectEqual(cases, (one, verdict) => counter.add(...labels(one, verdict)));
    expect(values, "verdicts").to.equal(CASES);

    const reachable = ["None", "Oracle", "Mode", ...ACTIVE_LIMITS];
    counter.expectEach(
      reachable.map((limit) => `limit ${limit}`),
      CASES / 100,
    );
    counter.expectEach(
      reachable.filter((limit) => limit !== "None" && limit !== "Mode").map((limit) => `short ${limit}`),
      CASES / 320,
    );
    counter.expectEach(
      MODES.map((mode) => `mode ${mode}`),
      CASES / 100,
    );
    counter.expectEach(
      ORACLE_STATUSES.map((status) => `status ${status}`),
      CASES / 100,
    );
    counter.expectEach(
      ACTIVE_LIMITS.flatMap((limit) => [`${limit} on`, `${limit} off`]),
      CASES / 4,
    );
    counter.expectEach(
      ["continuous", "binary", "market"].map((kind) => `Kelly ${kind}`),
      CASES / 1_000,
    );
    counter.expectEach(["impact", "scaled by drawdown"], CASES / 200);
    counter.expectEach(["allowed true", "allowed false", "at the limit", "one unit beyond"], CASES / 50);
    counter.expectEach(["refused by one unit", "huge move short", "no equity", "scaled by age"], CASES / 100);
    this.runnable().title = `judge: ${cases.length} verdicts equal (${counter.describe("limit ")})`;
  });

  it("judge: equal where it reverts, for states no guard can be in", async () => {
    const random = new Random(SEED, "judge, impossible");
    const count = 2_000;
    const values = await expectEqual(Array.from({ length: count }, () => impossibleCase(random)));
    expect(values, "verdicts").to.be.within(count / 10, (count * 9) / 10);
  });

  it("carry and reducesRisk", async () => {
    const random = new Random(SEED, "carry");
    const { policy } = randomPolicy(random, COMPLETE_SUBSETS);
    const positions = Array.from({ length: 5_000 }, () => randomPosition(random, policy, WAD));
    const arguments_ = positions.map(positionWords);
    const carried = await runBatch(chain.target("carry"), arguments_);
    const reducing = await runBatch(chain.target("reducesRisk"), arguments_);
    const counter = new Counter();
    positions.forEach((position, index) => {
      const context = JSON.stringify(position, (_, value) => (typeof value === "bigint" ? value.toString() : value));
      expect(carried[index], context).to.deep.equal({ ok: true, words: [carry(position)] });
      expect(reducing[index], context).to.deep.equal({ ok: true, words: [BigInt(reducesRisk(position))] });
      counter.add(`carries ${carry(position) > 0n}`, `reduces ${reducesRisk(position)}`);
    });
    counter.expectEach(["carries true", "carries false", "reduces true", "reduces false"], 500);
  });
});

// What holds for the SDK here holds on chain, because the verdicts are equal above.
describe(`limitSize is monotone (SEED=${SEED})`, () => {
  const PAIRS = 2_000;

  /** Which way the limit may go when the argument grows by a step; `null` where it can't. */
  type Grow = (one: Case, step: bigint) => Case | null;
  const position =
    (name: keyof Position): Grow =>
    (one, step) => ({ ...one, position: { ...one.position, [name]: (one.position[name] as bigint) + step } });
  const market =
    (name: keyof MarketState): Grow =>
    (one, step) => ({ ...one, market: { ...one.market, [name]: (one.market[name] as bigint) + step } });
  const policy =
    (name: keyof Policy, unit = 1n): Grow =>
    (one, step) => ({ ...one, policy: { ...one.policy, [name]: (one.policy[name] as bigint) + step * unit } });
  const account =
    (name: "drawdownScale"): Grow =>
    (one, step) => ({ ...one, account: { ...one.account, [name]: one.account[name] + step } });
  const upTo =
    (grow: Grow, most: (one: Case) => boolean): Grow =>
    (one, step) => {
      const grown = grow(one, step);
      return grown !== null && most(grown) ? grown : null;
    };
  const fits: (one: Case) => boolean = (one) => one.position.equity < 2n ** 255n && one.position.sameSideOthers <= UINT256_MAX;
  const isWord = ({ market: { variance } }: Case): boolean => variance < 2n ** 72n;
  const isPrice = ({ market: { price } }: Case): boolean => price < 2n ** 255n;
  const isAge = ({ market: { age } }: Case): boolean => age <= UINT256_MAX;
  const ratio = 10n ** 14n;

  const TABLE: readonly (readonly [string, 1 | -1, bigint, Grow])[] = [
    ["variance", -1, 10n ** 20n, upTo(market("variance"), isWord)],
    ["age", -1, 100_000n, upTo(market("age"), isAge)],
    ["price", -1, 10n ** 24n, upTo(market("price"), isPrice)],
    ["sameSideOthers", -1, 10n ** 27n, upTo(position("sameSideOthers"), fits)],
    ["tail", -1, 20_000n, policy("tail", ratio)],
    ["horizon", -1, 1_000_000n, policy("horizon")],
    ["maintenanceAndPenalty", -1, 1_000n, policy("maintenanceAndPenalty", ratio)],
    ["exitFee", -1, 1_000n, policy("exitFee", ratio)],
    ["baseMargin", -1, 1_000n, policy("baseMargin", ratio)],
    ["impactCoefficient", -1, 10_000n, policy("impactCoefficient", ratio)],
    ["oppositeOthers", 1, 10n ** 27n, upTo(position("oppositeOthers"), (one) => one.position.oppositeOthers <= UINT256_MAX)],
    ["poolEquity", 1, 10n ** 27n, upTo(market("poolEquity"), (one) => one.market.poolEquity < 2n ** 112n)],
    ["concentrationShare", 1, 1_000n, policy("concentrationShare", ratio)],
    ["liquidityCap", 1, 10n ** 9n, policy("liquidityCap", WAD)],
    ["dailyVolume", 1, 10n ** 9n, policy("dailyVolume", WAD)],
    ["maxSlippage", 1, 1_000n, policy("maxSlippage", ratio)],
    ["maxSkew", 1, 10n ** 24n, policy("maxSkew")],
    ["drawdownScale", 1, WAD, upTo(account("drawdownScale"), (one) => one.account.drawdownScale <= WAD)],
    ["equity", 1, 10n ** 27n, upTo(position("equity"), fits)],
    ["riskBudget", 1, 1_000n, policy("riskBudget", ratio)],
    [
      "fullMarginOpenInterest",
      1,
      10n ** 12n,
      upTo(policy("fullMarginOpenInterest", WAD), (one) => one.policy.fullMarginOpenInterest < WAD << 40n),
    ],
    ["openInterestCap", 1, 10n ** 24n, policy("openInterestCap")],
    ["referenceMove", 1, 10_000n, policy("referenceMove", ratio)],
    ["maxAge", 1, 100_000n, policy("maxAge")],
    ["heartbeat", 1, 100_000n, upTo(policy("heartbeat"), (one) => one.policy.heartbeat < one.policy.maxAge)],
  ];

  const size = ({ policy: p, position: q, market: m, account }: Case): bigint => limitSize(p, q, m, account)[0];

  /** A case that judges, in a market that has a price. */
  function judgingCase(random: Random): Case {
    const { words, policy: p } = randomPolicy(random, SMALL_SUBSETS);
    const one: Case = { words, policy: { ...p, mode: "Enforce" }, ...randomState(random, p) };
    return { ...one, market: { ...one.market, status: "Valid" } };
  }

  for (const [name, direction, largest, grow] of TABLE) {
    it(`${direction > 0 ? "non-decreasing" : "non-increasing"} in ${name}`, () => {
      const random = new Random(SEED, `monotone in ${name}`);
      let changed = 0;
      for (let compared = 0; compared < PAIRS; ) {
        const one = judgingCase(random);
        const grown = grow(one, random.logBetween(1n, largest));
        if (grown === null) continue;
        compared++;
        const change = (size(grown) - size(one)) * BigInt(direction);
        if (change < 0n)
          throw new Error(
            `${name}: ${size(one)} became ${size(grown)}\n${show(
              one,
              outcomeOf(() => []),
              undefined,
            )}`,
          );
        if (change > 0n) changed++;
      }
      expect(changed, "pairs that differ").to.be.at.least(PAIRS / 200);
    });
  }

  it("one more limit, or the short side of the same market, never allows more", () => {
    const random = new Random(SEED, "monotone in limits");
    const counter = new Counter();
    for (let i = 0; i < 2 * PAIRS; i++) {
      const one = judgingCase(random);
      const without: Case = { ...one, policy: { ...one.policy, active: one.policy.active.slice(1) } };
      if (size(one) > size(without))
        throw new Error(
          show(
            one,
            outcomeOf(() => []),
            undefined,
          ),
        );
      if (size(one) < size(without)) counter.add("one limit more is tighter");
      const long = withMagnitude({ ...one.position, sizeAfter: 1n }, 1n) ?? one.position;
      // Which side a declared edge is for is the account's to say.
      if (one.policy.active.includes("SelfLimit")) continue;
      const sides = [long, { ...long, sizeAfter: -1n }].map((side) => size({ ...one, position: side }));
      expect((sides[1] ?? 0n) <= (sides[0] ?? 0n), "a short's limit is not above a long's").to.equal(true);
      if ((sides[1] ?? 0n) < (sides[0] ?? 0n)) counter.add("a short is tighter");
    }
    counter.expectEach(["one limit more is tighter", "a short is tighter"], PAIRS / 10);
  });

  it("no single limit is below what all of them allow together", () => {
    check([fc.nat()], (label) => {
      const one = judgingCase(new Random(SEED, `subsets ${label}`));
      for (const limit of one.policy.active) {
        const alone: Case = { ...one, policy: { ...one.policy, active: [limit] } };
        expect(size(alone) >= size(one), limit).to.equal(true);
      }
    });
  });
});
