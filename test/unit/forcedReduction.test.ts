import { expect } from "chai";
import { ArgumentOutOfRangeError } from "../../sdk/src/errors/index.ts";
import {
  deleverageBounty,
  deleverageStep,
  type ForcedState,
  forcedLimit,
  forcedSize,
  survivable,
} from "../../sdk/src/guard/forcedReduction.ts";
import { limitSize } from "../../sdk/src/guard/sizing.ts";
import type { Policy, Position } from "../../sdk/src/index.ts";
import { packHighWaterMark } from "../../sdk/src/math/accountMeters.ts";
import { max } from "../../sdk/src/math/checks.ts";
import { UNCAPPED, WAD } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { decoded } from "../helpers/mirroredCore.ts";
import { NOW, policyWith, positionWith } from "../helpers/parityFixtures.ts";
import { COMPLETE_SUBSETS, fieldsInRange, packFields } from "../helpers/parityPolicies.ts";
import { randomState } from "../helpers/parityStates.ts";
import { show } from "../helpers/show.ts";

/** Half the equity may be lost to the adverse move. */
const POLICY = policyWith({ active: ["Volatility", "OpenInterest"], riskBudget: WAD / 2n });
const STATE: ForcedState = { price: 2_000n * WAD, slowVariance: WAD, mark: 0n, timestamp: NOW };
const held = (changes: Partial<Position> = {}): Position =>
  positionWith({ sizeBefore: WAD, sizeAfter: WAD, flow: 0n, equity: 1_000n * WAD, ...changes });

describe("the size a forced reduction leaves alone", () => {
  it("is what the account's own limits carry at the slow variance: half the equity over the adverse move, by hand", () => {
    const { adverseMove } = survivable(POLICY, held(), STATE);
    expect(forcedSize(POLICY, held(), STATE)).to.equal((((500n * WAD * WAD) / adverseMove) * WAD) / (2_000n * WAD));
    // Twice the volatility, half the size.
    const calm = forcedSize(POLICY, held(), STATE);
    const wild = forcedSize(POLICY, held(), { ...STATE, slowVariance: 4n * WAD });
    expect(Number(calm) / Number(wild)).to.be.within(1.999, 2.001);
  });

  it("knows nothing of the market's limits, of others, or of what an account allows itself", () => {
    const all: Policy["active"] = ["Volatility", "OpenInterest", "Liquidity", "Skew", "Concentration", "SelfLimit", "Portfolio", "Growth"];
    const tightest = { active: all, openInterestCap: 0n, liquidityCap: 0n, maxSkew: 0n, concentrationShare: 0n, growthCapacity: 0n };
    const expected = forcedSize(POLICY, held(), STATE);
    expect(forcedSize({ ...POLICY, ...tightest }, held(), STATE)).to.equal(expected);
    const crowded = held({ sameSideOthers: 10n ** 40n, oppositeOthers: 10n ** 40n, poolEquity: 0n });
    expect(forcedSize({ ...POLICY, active: [...all, "Margin"] }, crowded, STATE)).to.equal(
      forcedSize({ ...POLICY, active: [...all, "Margin"] }, held(), STATE),
    );
  });

  it("is no other at ReduceOnly than at Enforce, and everything where nobody is refused anything", () => {
    const expected = forcedSize(POLICY, held(), STATE);
    expect(forcedSize({ ...POLICY, mode: "ReduceOnly" }, held(), STATE)).to.equal(expected);
    expect(forcedSize({ ...POLICY, mode: "Shadow" }, held(), STATE)).to.equal(UNCAPPED);
    expect(forcedSize({ ...POLICY, mode: "Off" }, held(), STATE)).to.equal(UNCAPPED);
  });

  it("is nothing without equity, and from the threshold of a drawdown on; before it a drawdown does not count", () => {
    expect(forcedSize(POLICY, held({ equity: 0n }), STATE)).to.equal(0n);
    const policy: Policy = { ...POLICY, active: ["Volatility", "OpenInterest", "Drawdown"], maxDrawdown: WAD / 2n, peakHalfLife: 0n };
    const at = (equity: bigint): bigint => forcedSize(policy, held({ equity }), { ...STATE, mark: packHighWaterMark(2_000n * WAD, NOW) });
    expect(at(1_000n * WAD)).to.equal(0n);
    expect(at(1_001n * WAD)).to.equal(forcedSize(POLICY, held({ equity: 1_001n * WAD }), STATE));
  });

  it("follows the looser of two policies", () => {
    const tight = { ...POLICY, riskBudget: WAD / 10n };
    const loose = forcedSize(POLICY, held(), STATE);
    expect(forcedSize(tight, held(), STATE) < loose).to.equal(true);
    expect(forcedLimit(tight, POLICY, held(), STATE)).to.equal(loose);
    expect(forcedLimit(POLICY, tight, held(), STATE)).to.equal(loose);
    expect(forcedLimit({ ...tight, mode: "Shadow" }, tight, held(), STATE)).to.equal(UNCAPPED);
  });

  it("is never below what the guard itself would let in, in any state at which it could be asked: 20 000 random ones", () => {
    const random = new Random(SEED, "forced, never below");
    let bound = 0;
    for (let i = 0; i < 20_000; i++) {
      const policy = { ...decoded(packFields(fieldsInRange(random, COMPLETE_SUBSETS))), mode: "Enforce" as const };
      const { position, market, account } = randomState(random, policy);
      const slowVariance = random.oneIn(2) ? market.variance : random.between(0n, market.variance);
      // The variance a guard sizes by is at least the policy's floor.
      const floor = (policy.volatilityFloor * policy.volatilityFloor) / WAD;
      const seen = { ...market, variance: max(market.variance, floor) };
      const state = { price: market.price, slowVariance, mark: 0n, timestamp: NOW };
      // No mark: whoever is at it has no drawdown. Its share is at most the whole.
      const [size] = limitSize(policy, position, seen, account);
      const forced = forcedSize(policy, position, state);
      expect(size <= forced, show({ policy, position, market, slowVariance, size, forced })).to.equal(true);
      if (size > 0n && forced !== UNCAPPED) bound++;
    }
    expect(bound).to.be.above(5_000);
  });

  it("falls with variance and rises with equity", () => {
    const random = new Random(SEED, "forced, monotone");
    for (let i = 0; i < 5_000; i++) {
      const policy = decoded(packFields(fieldsInRange(random, COMPLETE_SUBSETS)));
      const { position, market } = randomState(random, policy);
      const state = { price: market.price, slowVariance: market.variance, mark: 0n, timestamp: NOW };
      const size = forcedSize(policy, position, state);
      const wilder = { ...state, slowVariance: market.variance + random.logBetween(1n, 10n ** 20n) };
      expect(forcedSize(policy, position, wilder) <= size, show({ policy, position, state, wilder })).to.equal(true);
      const richer = { ...position, equity: position.equity / 2n + 2n ** 200n };
      if (richer.equity < position.equity) continue;
      expect(forcedSize(policy, richer, state) >= size, show({ policy, position, state })).to.equal(true);
    }
  });

  it("refuses what no chain could pass on", () => {
    expect(() => forcedSize(POLICY, held({ equity: 2n ** 255n }), STATE)).to.throw(ArgumentOutOfRangeError);
    for (const name of ["price", "slowVariance", "mark", "timestamp"] as const) {
      expect(() => forcedSize(POLICY, held(), { ...STATE, [name]: -1n })).to.throw(ArgumentOutOfRangeError, name);
      expect(() => survivable(POLICY, held(), { ...STATE, [name]: 2n ** 256n })).to.throw(ArgumentOutOfRangeError, name);
    }
  });
});

describe("what a holding survives", () => {
  const policy = { ...POLICY, maintenanceAndPenalty: WAD / 10n, exitFee: 0n };

  it("is the move that leaves the maintenance margin: a long of 2 000 with 1 000 stands 44.4 %, a short 36.4 %, by hand", () => {
    // 1 000 - 2 000·m = 0.1·2 000·(1 - m), and 1 000 - 2 000·m = 0.1·2 000·(1 + m).
    expect(survivable(policy, held(), STATE).survivableMove).to.equal((4n * WAD) / 9n);
    expect(survivable(policy, held({ sizeAfter: -WAD }), STATE).survivableMove).to.equal((4n * WAD) / 11n);
  });

  it("is nothing without equity, or of more than can be counted; everything without a position", () => {
    expect(survivable(policy, held({ equity: 0n }), STATE).survivableMove).to.equal(0n);
    expect(survivable(policy, held({ equity: -1n }), STATE).survivableMove).to.equal(0n);
    expect(survivable(policy, held({ sizeAfter: 2n ** 128n }), STATE).survivableMove).to.equal(0n);
    const counted = (sizeAfter: bigint): bigint =>
      survivable(policy, held({ sizeAfter, equity: 2n ** 127n - 1n }), { ...STATE, price: WAD }).survivableMove;
    expect(counted(2n ** 128n - 1n) > 0n).to.equal(true);
    expect(counted(2n ** 128n)).to.equal(0n);
    expect(survivable(policy, held({ sizeAfter: 0n }), STATE).survivableMove).to.equal(UNCAPPED);
    expect(survivable(policy, held({ sizeAfter: 0n, equity: -1n }), STATE).survivableMove).to.equal(UNCAPPED);
  });
});

describe("one step of a forced reduction", () => {
  it("closes what is above the limit, and at most its share", () => {
    expect(deleverageStep(10n, 4n, 100n)).to.equal(6n);
    expect(deleverageStep(10n, 4n, 5n)).to.equal(5n);
    expect(deleverageStep(4n, 4n, 5n)).to.equal(0n);
    expect(deleverageStep(4n, UNCAPPED, 5n)).to.equal(0n);
  });

  it("pays a share of the notional, and never a larger share of the equity than of the position", () => {
    const [size, price] = [10n * WAD, 2_000n * WAD];
    expect(deleverageBounty(WAD, size, price, 1_000n * WAD, WAD / 1_000n)).to.equal(2n * WAD);
    expect(deleverageBounty(WAD, size, price, 10n * WAD, WAD / 1_000n)).to.equal(WAD);
    expect(deleverageBounty(WAD, size, price, 0n, WAD / 1_000n)).to.equal(0n);
    expect(deleverageBounty(WAD, size, price, -WAD, WAD)).to.equal(0n);
    expect(deleverageBounty(0n, 0n, price, WAD, WAD)).to.equal(0n);
    expect(deleverageBounty(2n * size, size, price, WAD, UNCAPPED)).to.equal(WAD);
  });
});
