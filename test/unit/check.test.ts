import { expect } from "chai";
import {
  ArgumentOutOfRangeError,
  OracleRejectedError,
  PolicyNotSetError,
  SizeExceededError,
  SnapshotOfAnotherAccountError,
} from "../../sdk/src/errors/index.ts";
import {
  type CheckResult,
  carry,
  check,
  encodeSelfLimit,
  type GuardSnapshot,
  type Limit,
  type Position,
  reducesRisk,
} from "../../sdk/src/index.ts";
import { UNCAPPED } from "../../sdk/src/math/index.ts";
import { ACCOUNT, NO_METERS, NOW, positionWith, snapshotWith, WAD } from "../helpers/parityFixtures.ts";

const ask = (snapshot: GuardSnapshot, position: Position, now = NOW): CheckResult => check(snapshot, position, now);
const noRound = { round: null, variance: 0n } as const;

describe("check", () => {
  it("lets a size within the limits stand, and says what is left", () => {
    const result = ask(snapshotWith(), positionWith());
    expect(result).to.include({
      allowed: true,
      size: WAD,
      rejection: null,
      status: "Valid",
      price: 2_000n * WAD,
      variance: 640_000_000_000_000_000n,
    });
    expect(result.headroom).to.equal(result.maxSize - WAD);
    expect(result.headroom > 0n).to.equal(true);
    expect(result.limitSize).to.equal(result.maxSize);
  });

  it("refuses one unit beyond the limit with the error of the chain, and has no headroom there", () => {
    const { maxSize, limit } = ask(snapshotWith(), positionWith());
    const at = ask(snapshotWith(), positionWith({ sizeAfter: maxSize }));
    expect(at).to.include({ allowed: true, headroom: 0n, rejection: null });
    const beyond = ask(snapshotWith(), positionWith({ sizeAfter: maxSize + 1n }));
    expect(beyond).to.include({ allowed: false, headroom: 0n });
    expect(beyond.rejection)
      .to.be.instanceOf(SizeExceededError)
      .and.include({ size: maxSize + 1n, maxSize, limit });
    expect(beyond.rejection?.args.slice(1, 4)).to.deep.equal([ACCOUNT, maxSize + 1n, maxSize]);
  });

  // Each row makes one limit the tightest.
  const binding: readonly (readonly [Limit, Parameters<typeof snapshotWith>[0], Partial<Position>])[] = [
    ["Volatility", { riskBudget: 10n ** 14n }, {}],
    ["Collateral", { riskBudget: WAD, maintenanceAndPenalty: WAD / 2n }, {}],
    ["Margin", { baseMargin: WAD }, {}],
    ["OpenInterest", { openInterestCap: 3n * WAD }, { sameSideOthers: 2n * WAD }],
    ["Volatility", {}, { equity: 0n }],
    ["Collateral", { active: ["Collateral", "Margin", "OpenInterest"] }, { equity: -1n }],
    ["Margin", { active: ["Margin", "OpenInterest"] }, { equity: -(2n ** 255n) }],
    ["Mode", { mode: "ReduceOnly" }, {}],
    ["None", { mode: "Off" }, {}],
  ];
  for (const [limit, policy, position] of binding) {
    it(`names ${limit} for ${JSON.stringify({ ...policy, ...position }, (_, value) => (typeof value === "bigint" ? value.toString() : value))}`, () => {
      expect(ask(snapshotWith(policy), positionWith(position)).limit).to.equal(limit);
    });
  }

  it("goes from Valid to Aging after the heartbeat and to Stale at the largest age, smaller all the way", () => {
    const seen = [0n, 3_900n, 3_901n, 7_000n, 10_799n, 10_800n].map((age) => ask(snapshotWith(), positionWith(), NOW + age));
    expect(seen.map(({ status }) => status)).to.deep.equal(["Valid", "Valid", "Aging", "Aging", "Aging", "Stale"]);
    for (const [index, later] of seen.slice(1).entries())
      expect(later.maxSize < (seen[index]?.maxSize ?? 0n), `step ${index}`).to.equal(true);
    expect(seen.at(-1)?.rejection).to.be.instanceOf(OracleRejectedError).and.include({ status: "Stale" });
  });

  it("refuses new risk without a price, and keeps price and variance at 0", () => {
    const result = ask(snapshotWith({}, noRound), positionWith());
    expect(result).to.include({ allowed: false, limit: "Oracle", maxSize: 0n, limitSize: 0n, price: 0n, variance: 0n, status: "Invalid" });
    expect(result.rejection).to.be.instanceOf(OracleRejectedError);
  });

  it("refuses new risk in a market without a policy, and keeps nothing of what was there", () => {
    expect(ask(snapshotWith(null, noRound), positionWith()).rejection).to.be.instanceOf(PolicyNotSetError);
    const grown = ask(snapshotWith(null, noRound), positionWith({ sizeBefore: WAD, sizeAfter: WAD + 1n }));
    expect(grown).to.include({ allowed: false, maxSize: 0n, limitSize: 0n });
    expect(ask(snapshotWith(null, noRound), positionWith({ sizeBefore: WAD, sizeAfter: 1n }))).to.include({ allowed: true, maxSize: WAD });
  });

  // No state of feeds, policy or equity stands in the way of these.
  const reductions: readonly Partial<Position>[] = [
    { sizeBefore: WAD, sizeAfter: WAD },
    { sizeBefore: 2n * WAD, sizeAfter: WAD },
    { sizeBefore: -2n * WAD, sizeAfter: -2n * WAD + 1n },
    { sizeBefore: -(2n ** 255n), sizeAfter: -(2n ** 255n) },
    { sizeBefore: WAD, sizeAfter: 0n, flow: -(10n ** 30n) },
    { sizeBefore: 0n, sizeAfter: 0n, flow: -1n },
  ];
  it("never refuses a reduction, whatever the state", () => {
    const states = [
      snapshotWith(),
      snapshotWith(null, noRound),
      snapshotWith({}, noRound),
      snapshotWith({ mode: "ReduceOnly" }, noRound),
      snapshotWith({ mode: "Shadow" }, noRound),
      snapshotWith({ openInterestCap: 1n }),
    ];
    for (const snapshot of states) {
      for (const changes of reductions) {
        const position = positionWith({ equity: -1n, sameSideOthers: UNCAPPED, ...changes });
        expect(reducesRisk(position)).to.equal(true);
        expect(ask(snapshot, position, NOW + 1_000_000n), JSON.stringify(snapshot.policy?.mode)).to.include({
          allowed: true,
          rejection: null,
        });
      }
    }
  });

  it("answers for the snapshot's account alone where the policy measures accounts, however the address is written", () => {
    const stranger = positionWith({ account: "0x0000000000000000000000000000000000000B0B" });
    for (const limit of ["Drawdown", "SelfLimit"] as const) {
      const snapshot = snapshotWith({ active: ["Volatility", "OpenInterest", limit] });
      expect(() => ask(snapshot, stranger)).to.throw(
        SnapshotOfAnotherAccountError,
        "Take one for 0x0000000000000000000000000000000000000B0B",
      );
      ask(snapshot, positionWith({ account: ACCOUNT.toUpperCase().replace("0X", "0x") as Position["account"] }));
    }
    expect(ask(snapshotWith({ active: ["Volatility", "OpenInterest", "Growth"] }), stranger).limit).to.equal("Volatility");
  });

  it("knows the self limit until the second it expires", () => {
    const selfLimit = encodeSelfLimit({ maxNotional: 1n * WAD, kelly: null, expiry: NOW + 10n });
    const snapshot = snapshotWith({ active: ["Volatility", "OpenInterest", "SelfLimit"] }, { meters: { ...NO_METERS, selfLimit } });
    expect(ask(snapshot, positionWith(), NOW + 9n).limit).to.equal("SelfLimit");
    expect(ask(snapshot, positionWith(), NOW + 10n).limit).to.equal("Volatility");
  });

  it("asks the bucket of the side, and counts what leaked out of it since", () => {
    const policy = { active: ["Volatility", "OpenInterest", "Growth"], growthCapacity: 100n, growthPeriod: 100n } as const;
    const meters = { ...NO_METERS, longGrowth: (NOW << 224n) | 90n, shortGrowth: (NOW << 224n) | 40n };
    const of = (sizeAfter: bigint, now: bigint) => ask(snapshotWith(policy, { meters }), positionWith({ sizeAfter }), now);
    expect(of(1n, NOW)).to.include({ maxSize: 10n, limit: "Growth" });
    expect(of(0n, NOW)).to.include({ maxSize: 10n });
    expect(of(-1n, NOW)).to.include({ maxSize: 60n, limit: "Growth" });
    expect(of(1n, NOW + 25n)).to.include({ maxSize: 35n });
    expect(ask(snapshotWith({ ...policy, mode: "Off" }, { meters }), positionWith())).to.include({ maxSize: UNCAPPED, limit: "None" });
  });

  it("judges collateral leaving, flips and growth as new risk", () => {
    const risks: readonly Partial<Position>[] = [
      { sizeBefore: WAD, sizeAfter: WAD, flow: -1n },
      { sizeBefore: WAD, sizeAfter: -1n },
      { sizeBefore: -WAD, sizeAfter: 1n },
      { sizeBefore: WAD, sizeAfter: WAD + 1n },
    ];
    for (const changes of risks) {
      const position = positionWith(changes);
      expect(reducesRisk(position)).to.equal(false);
      expect(ask(snapshotWith({ mode: "ReduceOnly" }), position)).to.include({ allowed: false, maxSize: carry(position) });
    }
  });

  it("allows in Shadow and says how far beyond the limit it is", () => {
    const result = ask(snapshotWith({ mode: "Shadow" }), positionWith({ sizeAfter: 10n ** 30n }));
    expect(result).to.include({ allowed: true, rejection: null, headroom: 0n });
    expect(result.size > result.maxSize).to.equal(true);
  });

  it("has no limit in Off, and the headroom up to it", () => {
    expect(ask(snapshotWith({ mode: "Off" }), positionWith())).to.include({ allowed: true, maxSize: UNCAPPED, headroom: UNCAPPED - WAD });
  });

  it("refuses a time before the price's own, and numbers the ABI cannot carry", () => {
    expect(() => ask(snapshotWith(), positionWith(), NOW - 1n))
      .to.throw(ArgumentOutOfRangeError)
      .with.property("argument", "now");
    const signed = ["equity", "flow", "sizeBefore", "sizeAfter"].flatMap((name) => [
      [name, 2n ** 255n] as const,
      [name, -(2n ** 255n) - 1n] as const,
    ]);
    const unsigned = ["sameSideOthers", "oppositeOthers", "poolEquity"].flatMap((name) => [
      [name, -1n] as const,
      [name, 2n ** 256n] as const,
    ]);
    for (const [name, value] of [...signed, ...unsigned]) {
      expect(() => ask(snapshotWith(), positionWith({ [name]: value })), `${name} ${value}`)
        .to.throw(ArgumentOutOfRangeError)
        .with.property("argument", name);
    }
  });
});
