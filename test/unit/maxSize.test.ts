import { expect } from "chai";
import { check, encodeSelfLimit, type MaxSizeOptions, maxSize, type Policy, type SizeIntent } from "../../sdk/src/index.ts";
import { UNCAPPED } from "../../sdk/src/math/index.ts";
import { NO_METERS, NOW, policyWith, positionWith, snapshotWith, WAD } from "../helpers/parityFixtures.ts";

const FEE = 5n * 10n ** 14n;

function intentWith(changes: Partial<SizeIntent> = {}): SizeIntent {
  const { sizeAfter: _, ...position } = positionWith();
  return { ...position, side: "long", ...changes };
}

const ask = (intent: Partial<SizeIntent> = {}, options: MaxSizeOptions = {}, policy: Partial<Policy> = {}) =>
  maxSize(snapshotWith(policy), intentWith(intent), options);

/** Whether a size stands when its fee was paid first. */
function stands(intent: SizeIntent, magnitude: bigint, fee = 0n, policy: Partial<Policy> = {}): boolean {
  const { side, ...rest } = intent;
  const sizeAfter = side === "long" ? magnitude : -magnitude;
  const traded = sizeAfter > intent.sizeBefore ? sizeAfter - intent.sizeBefore : intent.sizeBefore - sizeAfter;
  const up = (x: bigint, y: bigint): bigint => (x * y + WAD - 1n) / WAD;
  const equity = intent.equity - up(up(traded, 2_000n * WAD), fee);
  return check(snapshotWith(policy), { ...rest, sizeAfter, equity }, NOW).allowed;
}

describe("maxSize", () => {
  it("is what check says for a new position, on either side, the short's the smaller", () => {
    const long = ask();
    expect(long.maxSize).to.equal(check(snapshotWith(), positionWith(), NOW).limitSize);
    const short = ask({ side: "short" });
    expect(short.maxSize).to.equal(check(snapshotWith(), positionWith({ sizeAfter: -1n }), NOW).limitSize);
    expect(short.maxSize < long.maxSize).to.equal(true);
  });

  it("asks the meters of the side it is to be on, not of the long one", () => {
    const expiry = 2n ** 32n - 1n;
    const selfLimit = encodeSelfLimit({ maxNotional: null, kelly: { kind: "continuous", fraction: WAD / 10n, edge: -WAD }, expiry });
    const full = (NOW << 224n) | policyWith().growthCapacity;
    const policy: Partial<Policy> = { active: [...policyWith().active, "SelfLimit", "Growth"] };
    const snapshot = snapshotWith(policy, { meters: { ...NO_METERS, selfLimit, longGrowth: full } });
    const of = (side: SizeIntent["side"], changes: Partial<SizeIntent> = {}) => maxSize(snapshot, intentWith({ side, ...changes }));
    expect(of("short").maxSize > 0n).to.equal(true);
    // Of two that leave nothing the earlier one is named.
    expect(of("long")).to.include({ maxSize: 0n, limit: "SelfLimit", limitSize: 0n });
    expect(of("short", { equity: 0n })).to.include({ maxSize: 0n, limit: "Volatility" });
    const rising = encodeSelfLimit({ maxNotional: null, kelly: { kind: "continuous", fraction: WAD / 10n, edge: WAD }, expiry });
    const other = snapshotWith(policy, { meters: { ...NO_METERS, selfLimit: rising } });
    expect(maxSize(other, intentWith({ side: "short" }))).to.include({ maxSize: 0n, limit: "SelfLimit", limitSize: 0n });
  });

  it("names what binds at that size, and not what binds before its fee is paid", () => {
    // A cap a hair below what the equity carries: for one unit it is the tighter, for the largest size the fee has cost more.
    const free = ask().maxSize;
    const policy: Partial<Policy> = { openInterestCap: (free / 10n ** 12n - 1n) * 10n ** 12n };
    expect(ask({}, {}, policy).limit).to.equal("OpenInterest");
    expect(ask({}, { feeRatio: FEE }, policy)).to.include({ limit: "Volatility" });
  });

  it("comes with the verdict at that size", () => {
    const result = ask();
    expect(result).to.include({ allowed: true, size: result.maxSize, headroom: 0n, limit: "Volatility", rejection: null });
  });

  const tight: readonly (readonly [string, Partial<SizeIntent>])[] = [
    ["a new long", {}],
    ["a new short", { side: "short" }],
    ["a position that grows", { sizeBefore: WAD }],
    ["a long that flips", { sizeBefore: WAD, side: "short" }],
    ["a short that flips", { sizeBefore: -WAD, side: "long" }],
    ["a position within its limit that loses collateral", { sizeBefore: WAD, flow: -1n }],
    ["a position over its limit that loses collateral", { sizeBefore: 20n * WAD, flow: -1n }],
    ["a short over its limit that loses collateral", { sizeBefore: -20n * WAD, flow: -1n, side: "short" }],
    ["the open interest of others", { sameSideOthers: 49_999n * WAD }],
    ["dust", { equity: 3n }],
  ];
  for (const [name, changes] of tight) {
    for (const feeRatio of [0n, FEE, 10n * FEE]) {
      it(`is tight for ${name} at a fee of ${feeRatio}`, () => {
        const intent = intentWith(changes);
        const { maxSize: most } = ask(changes, { feeRatio });
        expect(stands(intent, most, feeRatio), "passes").to.equal(true);
        expect(stands(intent, most + 1n, feeRatio), "one unit more").to.equal(false);
      });
    }
  }

  it("falls with the fee of the trade, and not with a fee on what isn't traded", () => {
    expect(ask({}, { feeRatio: FEE }).maxSize < ask().maxSize).to.equal(true);
    const held = { sizeBefore: 100n * WAD };
    expect(ask(held, { feeRatio: FEE }).maxSize).to.equal(100n * WAD);
  });

  it("keeps a held position that is over the limit: holding it is not refused", () => {
    expect(ask({ sizeBefore: 100n * WAD }).maxSize).to.equal(100n * WAD);
    expect(ask({ sizeBefore: -100n * WAD, side: "short" }).maxSize).to.equal(100n * WAD);
    expect(ask({ sizeBefore: 100n * WAD, flow: 1n }).maxSize).to.equal(100n * WAD);
    const flipped = ask({ sizeBefore: 100n * WAD, side: "short" });
    expect(flipped.maxSize).to.equal(ask({ side: "short" }).maxSize);
  });

  it("answers for a later time: the same until then or less", () => {
    const sizes = [0n, 12n, 3_900n, 7_000n, 10_799n, 10_800n].map((age) => ask({}, { at: NOW + age }).maxSize);
    for (const [index, size] of sizes.slice(1).entries()) expect(size < (sizes[index] ?? 0n), `step ${index}`).to.equal(true);
    expect(sizes.at(-1)).to.equal(0n);
    expect(ask({ sizeBefore: WAD }, { at: NOW + 10_800n }).maxSize).to.equal(WAD);
  });

  it("is UNCAPPED in Off, what is held in ReduceOnly and without a policy, and the same in Shadow as in Enforce", () => {
    expect(ask({}, {}, { mode: "Off" }).maxSize).to.equal(UNCAPPED);
    expect(ask({}, { feeRatio: FEE }, { mode: "Off" }).maxSize).to.equal(UNCAPPED);
    expect(ask({ sizeBefore: 7n }, {}, { mode: "ReduceOnly" }).maxSize).to.equal(7n);
    expect(ask({ sizeBefore: 7n, flow: -1n }, {}, { mode: "ReduceOnly" }).maxSize).to.equal(0n);
    expect(ask({ sizeBefore: 7n, side: "short" }, {}, { mode: "ReduceOnly" }).maxSize).to.equal(0n);
    expect(ask({}, {}, { mode: "Shadow" }).maxSize).to.equal(ask().maxSize);
    expect(maxSize(snapshotWith(null, { round: null }), intentWith({ sizeBefore: 7n })).maxSize).to.equal(7n);
    expect(maxSize(snapshotWith({}, { round: null }), intentWith()).maxSize).to.equal(0n);
  });

  it("is 0 without equity, and when the fee would take all of it", () => {
    for (const equity of [0n, -1n, -(2n ** 255n)]) expect(ask({ equity }).maxSize, `${equity}`).to.equal(0n);
    expect(ask({ sizeBefore: -(10n ** 12n) * WAD, side: "long" }, { feeRatio: FEE }).maxSize).to.equal(0n);
  });

  it("holds the largest magnitudes there are", () => {
    const smallest = -(2n ** 255n);
    expect(ask({ sizeBefore: smallest, side: "short" }, { feeRatio: WAD }).maxSize).to.equal(2n ** 255n);
    expect(ask({ sizeBefore: 2n ** 255n - 1n }, { feeRatio: WAD }).maxSize).to.equal(2n ** 255n - 1n);
    expect(ask({ sizeBefore: smallest, side: "long", equity: smallest }, { feeRatio: UNCAPPED }).maxSize).to.equal(0n);
    expect(ask({ sizeBefore: smallest, side: "short", flow: -1n }, { feeRatio: UNCAPPED }).maxSize < 2n ** 255n).to.equal(true);
  });
});
