import { expect } from "chai";
import { encodeFunctionData, type Hex } from "viem";
import { marketId } from "../../scripts/lib/market.ts";
import {
  ADJUSTABLE_FIELDS,
  type AdjustableField,
  decodeField,
  getField,
  POLICY_FIELDS,
  type Policy,
  type PolicyField,
} from "../../sdk/src/index.ts";
import { WAD } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  DAY,
  inForce,
  REFUSED,
  ROLE,
  restrain,
  type Stewarded,
  setPolicy,
  stewarded,
  tighten,
  waitFor,
  withChanges,
} from "../helpers/governed.ts";
import {
  ETH_USD,
  enforce,
  eventOf,
  expectRevert,
  from,
  goTo,
  nextBlockAt,
  now,
  position,
  preview,
  pushRound,
  revertName,
  START_PRICE,
  type Trader,
  UINT256_MAX,
} from "../helpers/market.ts";
import { FIXED_FIELDS, placeInLayout } from "../helpers/policyChanges.ts";
import { show } from "../helpers/show.ts";
import { LAYOUT } from "../model/policy.ts";

interface Bounds {
  readonly maxStepBps: number;
  readonly minInterval: number;
  readonly mayRaise: boolean;
  readonly mayLower: boolean;
}

/** Ten per cent an hour, both ways. */
const BOUNDS: Bounds = { maxStepBps: 1_000, minInterval: 3_600, mayRaise: true, mayLower: true };
const HOUR = 3_600n;

const indexOf = (field: PolicyField): number => POLICY_FIELDS.indexOf(field);

/** By the risk manager who has no delay. */
const setBounds = (m: Stewarded, field: PolicyField, bounds: Partial<Bounds> = {}, who: Trader = m.deployer, market: Hex = ETH_USD) =>
  m.steward.write.setBounds([market, indexOf(field), { ...BOUNDS, ...bounds }], from(who));

const adjust = (m: Stewarded, field: PolicyField, value: bigint, who: Trader = m.bot, market: Hex = ETH_USD): Promise<Hex> =>
  m.steward.write.adjust([market, indexOf(field), value], from(who));

const fieldInForce = async (m: Stewarded, field: AdjustableField): Promise<bigint> => getField(await inForce(m), field);

const pause = async (m: Stewarded, seconds: bigint): Promise<void> => goTo(m, (await now(m)) + seconds);

/** A cap as its word holds it. */
const cap = (mantissa: bigint, exponent: bigint): bigint => (exponent << 32n) | mantissa;

describe("a steward", () => {
  it("moves a quantity up and down within its step, and nothing else of the policy", async () => {
    const m = await stewarded();
    await setBounds(m, "RiskBudget");
    const hash = await adjust(m, "RiskBudget", 5_500n);
    expect(await eventOf(m, hash, "Adjusted")).to.deep.equal({ market: ETH_USD, field: 8, current: 5_000n, next: 5_500n });
    expect(await inForce(m)).to.deep.equal(withChanges(m, { riskBudget: 55n * 10n ** 16n }));
    await pause(m, HOUR);
    await adjust(m, "RiskBudget", 4_950n);
    expect(await inForce(m)).to.deep.equal(withChanges(m, { riskBudget: 495n * 10n ** 15n }));
  });

  it("is refused a loosening beyond the step, and a tightening beyond it", async () => {
    const m = await stewarded();
    await setBounds(m, "RiskBudget");
    for (const value of [5_501n, 4_499n]) {
      await expectRevert(adjust(m, "RiskBudget", value), "StepOutOfRange", [ETH_USD, 8, value, 4_500n, 5_500n]);
    }
    await expectRevert(adjust(m, "RiskBudget", 5_000n), "FieldUnchanged", [ETH_USD, 8, 5_000n]);
    expect(await inForce(m)).to.deep.equal(m.words);
  });

  it("is refused the direction it was not given", async () => {
    const m = await stewarded();
    await setBounds(m, "RiskBudget", { mayRaise: false });
    await expectRevert(adjust(m, "RiskBudget", 5_001n), "StepOutOfRange", [ETH_USD, 8, 5_001n, 4_500n, 5_000n]);
    await setBounds(m, "RiskBudget", { mayLower: false });
    await expectRevert(adjust(m, "RiskBudget", 4_999n), "StepOutOfRange", [ETH_USD, 8, 4_999n, 5_000n, 5_500n]);
    await setBounds(m, "RiskBudget", { mayRaise: false, mayLower: false });
    await expectRevert(adjust(m, "RiskBudget", 5_001n), "NoBounds", [ETH_USD, 8]);
    await expectRevert(adjust(m, "BaseMargin", 201n), "NoBounds", [ETH_USD, 11]);
  });

  it("makes no two steps in one block, nor within the interval, whatever bounds are set in between", async () => {
    const m = await stewarded();
    await setBounds(m, "RiskBudget", { minInterval: 1 });
    await adjust(m, "RiskBudget", 5_100n);
    const time = await now(m);
    await nextBlockAt(m, time);
    await expectRevert(adjust(m, "RiskBudget", 5_200n), "TooEarly", [ETH_USD, 8, time + 1n]);
    await setBounds(m, "RiskBudget");
    await setBounds(m, "RiskBudget", { mayRaise: false, mayLower: false });
    await setBounds(m, "RiskBudget");
    await nextBlockAt(m, time + HOUR - 1n);
    await expectRevert(adjust(m, "RiskBudget", 5_200n), "TooEarly", [ETH_USD, 8, time + HOUR]);
    expect(await m.steward.read.allowed([ETH_USD, 8])).to.deep.equal([4_590n, 5_610n, time + HOUR]);
    await nextBlockAt(m, time + HOUR);
    await adjust(m, "RiskBudget", 5_610n);
    expect(await m.steward.read.lastAdjusted([ETH_USD, 8])).to.equal(time + HOUR);
  });

  it("moves every field by its own clock, and every market", async () => {
    const m = await stewarded();
    const other = marketId("other");
    await setPolicy(m, other, withChanges(m, { mode: "ReduceOnly" }));
    await setBounds(m, "RiskBudget");
    await setBounds(m, "BaseMargin");
    await setBounds(m, "RiskBudget", {}, m.deployer, other);
    await adjust(m, "RiskBudget", 5_100n);
    await adjust(m, "BaseMargin", 210n);
    await adjust(m, "RiskBudget", 4_900n, m.bot, other);
    expect(await inForce(m)).to.deep.equal(withChanges(m, { riskBudget: 51n * 10n ** 16n, baseMargin: 21n * 10n ** 15n }));
    expect(await m.guard.read.policy([other])).to.deep.equal(withChanges(m, { mode: "ReduceOnly", riskBudget: 49n * 10n ** 16n }));
  });

  it("moves caps by what mantissa and exponent stand for together", async () => {
    const m = await stewarded();
    await setBounds(m, "OpenInterestMantissa");
    const range = [45_000n * WAD, 55_000n * WAD] as const;
    const refused = async (value: bigint): Promise<void> =>
      expectRevert(adjust(m, "OpenInterestMantissa", value), "StepOutOfRange", [
        ETH_USD,
        13,
        decodeField("OpenInterestMantissa", value),
        ...range,
      ]);
    for (const value of [cap(5n, 23n), cap(5n, 21n), cap(55_001n, 18n), cap(0n, 22n), cap(5n, 41n), 2n ** 40n + cap(5n, 22n)])
      await refused(value);
    expect(decodeField("OpenInterestMantissa", cap(5n, 41n))).to.equal(UINT256_MAX);
    // The same in other words is no step.
    await expectRevert(adjust(m, "OpenInterestMantissa", cap(50_000n, 18n)), "FieldUnchanged", [ETH_USD, 13, 50_000n * WAD]);
    await adjust(m, "OpenInterestMantissa", cap(550_000n, 17n));
    expect(await inForce(m)).to.deep.equal({ ...m.words, riskPolicy: (await inForce(m)).riskPolicy });
    expect(decodeField("OpenInterestMantissa", await fieldInForce(m, "OpenInterestMantissa"))).to.equal(55_000n * WAD);
  });

  it("leaves every bit beside the field as it is: every field there is", async () => {
    const m = await stewarded();
    for (const field of ADJUSTABLE_FIELDS) {
      await setBounds(m, field);
      const before = await inForce(m);
      const value = getField(before, field);
      // Caps have small mantissas here: one more of a small one is a large step.
      const isCap = field.endsWith("Mantissa");
      const next = isCap ? cap((value & 0xffff_ffffn) * 100n + 1n, (value >> 32n) - 2n) : value + 1n;
      await adjust(m, field, next);
      const { word, shift } = placeInLayout(field);
      expect(await inForce(m), field).to.deep.equal({ ...before, [word]: before[word] + (next - value) * 2n ** shift });
    }
  });

  it("can't leave 0, and gets there only where a step may be all of it", async () => {
    const m = await stewarded();
    await setBounds(m, "LiquidityCap", { maxStepBps: 9_999 });
    await expectRevert(adjust(m, "LiquidityCap", 0n), "StepOutOfRange", [ETH_USD, 17, 0n, 20_000n, 399_980_000n]);
    await setBounds(m, "LiquidityCap", { maxStepBps: 65_535 });
    // Liquidity is not active, so the guard takes a cap of 0.
    await adjust(m, "LiquidityCap", 0n);
    await pause(m, HOUR);
    await expectRevert(adjust(m, "LiquidityCap", 1n), "StepOutOfRange", [ETH_USD, 17, 1n, 0n, 0n]);
  });

  it("meets the guard's ranges and the governor's conditions besides", async () => {
    const m = await stewarded();
    await setBounds(m, "RiskBudget", { maxStepBps: 20_000 });
    await expectRevert(adjust(m, "RiskBudget", 10_001n), "PolicyOutOfRange", [ETH_USD, 8, 10_001n, 1n, 10_000n]);
    await expectRevert(adjust(m, "RiskBudget", 0n), "PolicyOutOfRange", [ETH_USD, 8, 0n, 1n, 10_000n]);
    const [unset, cold] = [marketId("unset"), marketId("cold")];
    await setBounds(m, "RiskBudget", {}, m.deployer, unset);
    await expectRevert(adjust(m, "RiskBudget", 1n, m.bot, unset), "PolicyNotSet", [unset]);
    // As it was before there was a governor.
    await m.manager.write.grantRole([ROLE.governor, m.deployer.account.address, 0]);
    await m.guard.write.setPolicy([cold, m.words]);
    await setBounds(m, "RiskBudget", {}, m.deployer, cold);
    await expectRevert(adjust(m, "RiskBudget", 5_001n, m.bot, cold), "MarketNotWarm", [cold, 0n, 24n]);
  });

  it("is refused a market that a guardian restrained, until the risk manager acts", async () => {
    const m = await stewarded();
    await setBounds(m, "RiskBudget");
    const until = (await now(m)) + DAY;
    await restrain(m, { mode: "ReduceOnly" }, until);
    const restrained = await inForce(m);
    await expectRevert(adjust(m, "RiskBudget", 4_900n), "MarketRestrained", [ETH_USD]);
    await expectRevert(m.steward.read.allowed([ETH_USD, 8]), "MarketRestrained", [ETH_USD]);
    expect(await inForce(m)).to.deep.equal(restrained);
    expect(await m.governor.read.restraint([ETH_USD])).to.deep.equal({ until: Number(until), uses: 1 });
    await goTo(m, until);
    await m.governor.write.release([ETH_USD]);
    await expectRevert(adjust(m, "RiskBudget", 4_900n), "MarketRestrained", [ETH_USD]);
    await tighten(m, {});
    await adjust(m, "RiskBudget", 4_900n);
    expect(await fieldInForce(m, "RiskBudget")).to.equal(4_900n);
  });
});

describe("a steward's bounds", () => {
  it("are the risk manager's, behind his delay", async () => {
    const m = await stewarded();
    for (const who of [m.bot, m.tightener, m.guardian, m.mallory]) {
      expect(await setBounds(m, "RiskBudget", {}, who).then(...REFUSED)).to.equal("refused");
    }
    for (const who of [m.deployer, m.risk, m.mallory]) {
      await expectRevert(adjust(m, "RiskBudget", 5_001n, who), "AccessManagedUnauthorized", [who.account.address]);
    }
    expect(await setBounds(m, "RiskBudget", {}, m.risk).then(...REFUSED)).to.equal("refused");
    const args = [ETH_USD, 8, BOUNDS] as const;
    await waitFor(m, m.steward.address, encodeFunctionData({ abi: m.steward.abi, functionName: "setBounds", args }));
    const hash = await setBounds(m, "RiskBudget", {}, m.risk);
    expect(await eventOf(m, hash, "BoundsSet")).to.deep.equal({ market: ETH_USD, field: 8, bounds: BOUNDS });
    expect(await m.steward.read.bounds([ETH_USD, 8])).to.deep.equal(BOUNDS);
  });

  it("are for quantities only: no feed, mode, switch, unit or time", async () => {
    const m = await stewarded();
    for (const field of FIXED_FIELDS) {
      await expectRevert(setBounds(m, field), "FieldNotAdjustable", [indexOf(field)]);
      await expectRevert(adjust(m, field, 1n), "FieldNotAdjustable", [indexOf(field)]);
    }
  });

  it("need a step and an interval, unless they allow nothing", async () => {
    const m = await stewarded();
    for (const bounds of [{ maxStepBps: 0 }, { minInterval: 0 }, { minInterval: 0, mayLower: false }, { maxStepBps: 0, mayRaise: false }]) {
      await expectRevert(setBounds(m, "RiskBudget", bounds), "BoundsIncomplete", [ETH_USD, 8]);
    }
    await setBounds(m, "RiskBudget", { maxStepBps: 0, minInterval: 0, mayRaise: false, mayLower: false });
    await expectRevert(m.steward.read.allowed([ETH_USD, 8]), "NoBounds", [ETH_USD, 8]);
  });

  it("need a steward with a governor and an authority", async () => {
    const m = await stewarded();
    const { viem } = m.connection;
    const nobody = "0x0000000000000000000000000000000000000000";
    for (const [authority, governor] of [
      [nobody, m.governor.address],
      [m.manager.address, nobody],
    ] as const) {
      await expectRevert(viem.deployContract("PolicySteward", [authority, governor]), "ZeroAddress");
    }
    expect((await m.steward.read.GOVERNOR()).toLowerCase()).to.equal(m.governor.address.toLowerCase());
  });
});

describe("a hostile steward", () => {
  /** Three fields with bounds of their own: small steps, large ones, a cap of two numbers. */
  const FIELDS: readonly (readonly [AdjustableField, Bounds])[] = [
    ["RiskBudget", { maxStepBps: 200, minInterval: 600, mayRaise: true, mayLower: true }],
    ["LiquidityCap", { maxStepBps: 5_000, minInterval: 3_600, mayRaise: true, mayLower: true }],
    ["OpenInterestMantissa", { maxStepBps: 1_500, minInterval: 900, mayRaise: true, mayLower: true }],
  ];

  /** A value as the word holds it, of one that it stands for: any exponent that fits, so the same in many forms. */
  function encoded(random: Random, field: AdjustableField, value: bigint): bigint {
    if (!field.endsWith("Mantissa")) return value;
    let exponent = 0n;
    while (value / 10n ** exponent > 0xffff_ffffn || (exponent < 40n && random.oneIn(2) && value % 10n ** (exponent + 1n) === 0n))
      exponent++;
    return cap(value / 10n ** exponent, exponent);
  }

  /** What it asks for: the ends of what it may, one more, one less, and anything. */
  function wish(random: Random, field: AdjustableField, current: bigint, { maxStepBps }: Bounds): bigint {
    const step = (current * BigInt(maxStepBps)) / 10_000n;
    const edge = random.pick([current + step, current + step, current - step, current + step + 1n, current - step - 1n, current]);
    if (random.oneIn(10)) return random.bits(Number(placeInLayout(field).bits));
    return encoded(random, field, random.oneIn(4) ? random.between(current - step, current + step) : edge);
  }

  it("moves no field faster than a step an interval and one more, whatever it sends and whenever", async function () {
    const m = await stewarded();
    const random = new Random(SEED, "hostile steward");
    for (const [field, bounds] of FIELDS) await setBounds(m, field, bounds);
    const moves = new Map<AdjustableField, { time: bigint; before: bigint; after: bigint }[]>(FIELDS.map(([field]) => [field, []]));
    const answers = new Map<string, number>();
    let time = await now(m);
    for (let i = 0; i < 600; i++) {
      const [field, bounds] = random.pick(FIELDS);
      // The same bounds again must not make it younger.
      if (random.oneIn(20)) await setBounds(m, field, bounds);
      const made = moves.get(field) ?? [];
      const before = await inForce(m);
      const current = decodeField(field, getField(before, field));
      const value = wish(random, field, current, bounds);
      const next = decodeField(field, value);
      const step = (current * BigInt(bounds.maxStepBps)) / 10_000n;
      const earliest = (made.at(-1)?.time ?? 0n) + BigInt(bounds.minInterval);
      time = (await now(m)) + random.pick([0n, 0n, 1n, 60n, BigInt(bounds.minInterval) - 1n, BigInt(bounds.minInterval)]);
      if (random.oneIn(6) && earliest - 1n > time) time = earliest - random.pick([0n, 1n]);
      await nextBlockAt(m, time);
      const expected = expectedAnswer(field, current, next, step, time, earliest);
      const context = show({ i, SEED, field, current, value, next, time, earliest });
      if (expected === "moved") {
        await adjust(m, field, value);
        made.push({ time, before: current, after: next });
      } else {
        expect(await revertName(adjust(m, field, value)), context).to.equal(expected);
      }
      const { word, shift, bits } = placeInLayout(field);
      const untouched = ~((2n ** bits - 1n) << shift);
      const after = await inForce(m);
      expect({ ...after, [word]: after[word] & untouched }, context).to.deep.equal({ ...before, [word]: before[word] & untouched });
      expect(getField(after, field), context).to.equal(expected === "moved" ? value : getField(before, field));
      answers.set(expected, (answers.get(expected) ?? 0) + 1);
    }
    for (const [field, bounds] of FIELDS) expectBoundedSpeed(moves.get(field) ?? [], bounds, field);
    const counts = [...answers].map(([name, count]) => `${count} ${name}`).join(", ");
    for (const name of ["moved", "TooEarly", "StepOutOfRange", "FieldUnchanged"]) expect(answers.get(name), counts).to.be.above(15);
    this.runnable().title = `moves no field faster than a step an interval and one more: 600 attempts (${counts})`;
  });

  /** Of what the bounds say, worked out here. */
  function expectedAnswer(field: AdjustableField, current: bigint, next: bigint, step: bigint, time: bigint, earliest: bigint): string {
    if (time < earliest) return "TooEarly";
    if (next < current - step || next > current + step) return "StepOutOfRange";
    if (next === current) return "FieldUnchanged";
    return !field.endsWith("Mantissa") && next > LAYOUT[field].max ? "PolicyOutOfRange" : "moved";
  }

  /** Over every stretch of time: by (1 + step)^n at the most, n = ⌊time / interval⌋ + 1, and never below (1 − step)^n. */
  function expectBoundedSpeed(moves: readonly { time: bigint; before: bigint; after: bigint }[], bounds: Bounds, field: string): void {
    expect(moves.length, field).to.be.above(20);
    for (const [i, first] of moves.entries()) {
      for (const last of moves.slice(i)) {
        const n = (last.time - first.time) / BigInt(bounds.minInterval) + 1n;
        const [up, down, one] = [10_000n + BigInt(bounds.maxStepBps), 10_000n - BigInt(bounds.maxStepBps), 10_000n];
        expect(last.after * one ** n <= first.before * up ** n, `${field} up`).to.equal(true);
        expect(last.after * one ** n >= first.before * down ** n, `${field} down`).to.equal(true);
      }
    }
  }
});

describe("whatever becomes of a steward", () => {
  it("without its role, or closed, it moves nothing, and refuses no reduction", async () => {
    for (const remove of [
      (m: Stewarded) => m.manager.write.revokeRole([ROLE.risk, m.steward.address]),
      (m: Stewarded) => m.manager.write.revokeRole([ROLE.steward, m.bot.account.address]),
      (m: Stewarded) => m.manager.write.setTargetClosed([m.steward.address, true]),
    ]) {
      const m = await stewarded();
      await setBounds(m, "RiskBudget");
      await adjust(m, "RiskBudget", 4_900n);
      await pause(m, HOUR);
      await remove(m);
      expect(await adjust(m, "RiskBudget", 4_901n).then(...REFUSED)).to.equal("refused");
      await pushRound(m, START_PRICE);
      const size = (await preview(m, position({ sizeAfter: 1n }))).limitSize / 2n;
      await enforce(m, position({ sizeAfter: size }));
      await enforce(m, position({ sizeBefore: size, sizeAfter: size / 2n }));
      await m.guard.write.record([ETH_USD, position({ sizeBefore: size, sizeAfter: 0n })], from(m.protocol));
      const changes: Partial<Policy> = { riskBudget: 10n ** 17n };
      await tighten(m, changes);
      expect(await inForce(m)).to.deep.equal(withChanges(m, changes));
    }
  });
});
