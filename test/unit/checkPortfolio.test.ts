import { expect } from "chai";
import type { Hex } from "viem";
import { ArgumentOutOfRangeError } from "../../sdk/src/errors/index.ts";
import { checkPortfolio, type Exposure, type GuardSnapshot, type Policy, type Position } from "../../sdk/src/index.ts";
import { UNCAPPED } from "../../sdk/src/math/index.ts";
import { MARKET, NOW, positionWith, snapshotWith, WAD } from "../helpers/parityFixtures.ts";
import { ascending, exposure } from "../helpers/portfolioMarket.ts";

const ACTIVE: Partial<Policy> = { active: ["Margin", "OpenInterest", "Portfolio"], netting: WAD };
const OWN = snapshotWith(ACTIVE);
/** Ids after the own market's, each with a feed of its own. */
const idAt = (index: number): Hex => `0x${(BigInt(MARKET) + BigInt(index)).toString(16).padStart(64, "0")}`;
const feedAt = (index: number): Hex => `0x${(100 + index).toString(16).padStart(40, "0")}`;
const other = (index: number, changes: Partial<Policy> = {}, snapshot: Partial<GuardSnapshot> = {}): GuardSnapshot => {
  return { ...snapshotWith({ ...ACTIVE, feed: feedAt(index), ...changes }), market: idAt(index), ...snapshot };
};
const OTHERS = Array.from({ length: 17 }, (_, index) => other(index + 1));

interface Asked {
  readonly own?: GuardSnapshot;
  readonly position?: Partial<Position>;
  readonly others?: readonly Exposure[];
  readonly markets?: readonly GuardSnapshot[];
  readonly now?: bigint;
}

const ask = ({ own = OWN, position = { sizeAfter: WAD / 100n }, others = [], markets = OTHERS, now = NOW }: Asked = {}) =>
  checkPortfolio(own, positionWith(position), others, markets, now);

/** Nothing may grow, and the loss is more than any budget. */
const NOT_MEASURED = { allowed: false, limit: "Portfolio", maxSize: 0n, portfolioLimit: 0n, loss: UNCAPPED, allowedLoss: 0n } as const;

describe("checkPortfolio", () => {
  it("measures up to sixteen others, and no more", () => {
    const held = OTHERS.map(({ market }) => exposure(market, 1n));
    expect(ask({ others: held.slice(0, 16) })).to.include({ allowed: true });
    expect(ask({ others: held })).to.include(NOT_MEASURED);
    // The market's own Greeks are none of the sixteen.
    const own = snapshotWith({ ...ACTIVE, hasGreeks: true });
    expect(ask({ own, others: [exposure(MARKET, 2_000n), ...held.slice(0, 16)] })).to.include({ allowed: true });
    expect(ask({ own, others: [exposure(MARKET, 2_000n), ...held] })).to.include(NOT_MEASURED);
  });

  it("measures nothing where ids do not ascend strictly, a Greek is out of range, or a market is not one of portfolios", () => {
    const [a, b] = [exposure(idAt(1), 1n), exposure(idAt(2), 1n)];
    expect(ask({ others: [a, b] })).to.include({ allowed: true });
    expect(ask({ others: [b, a] })).to.include(NOT_MEASURED);
    expect(ask({ others: [a, a] })).to.include(NOT_MEASURED);
    for (const name of ["delta", "gamma", "vega", "theta"] as const) {
      for (const sign of [1n, -1n]) {
        expect(ask({ others: [{ ...a, delta: 0n, [name]: sign * 2n ** 104n }] }), name).to.include(NOT_MEASURED);
        expect(ask({ others: [{ ...a, delta: 0n, [name]: sign * (2n ** 104n - 1n) }] }).loss, name).to.not.equal(UNCAPPED);
      }
    }
    expect(ask({ others: [a], markets: [other(1, { active: ["Margin", "OpenInterest"] })] })).to.include(NOT_MEASURED);
    expect(ask({ others: [a], markets: [other(1, {}, { policy: null })] })).to.include(NOT_MEASURED);
  });

  it("refuses exposures no chain could pass on, and says which", () => {
    for (const name of ["delta", "gamma", "vega", "theta"] as const) {
      const [good, bad] = [exposure(idAt(1), 1n), { ...exposure(idAt(2), 1n), [name]: 2n ** 255n }];
      expect(() => ask({ others: [good, bad] }))
        .to.throw(ArgumentOutOfRangeError)
        .with.property("argument", `others[1].${name}`);
    }
  });

  it("tells no notional from a larger one beyond 2^160, and every one below it", () => {
    // Two thousand each, so that this is the size.
    const lossAt = (notional: bigint): bigint => ask({ position: { sizeAfter: notional / 2_000n + 1n } }).loss;
    expect(lossAt(2n ** 200n)).to.equal(lossAt(2n ** 160n));
    expect(lossAt(2n ** 160n) > lossAt(2n ** 160n - 2n ** 100n)).to.equal(true);
  });

  it("takes the own market's Greeks where it has some, and only there", () => {
    const own = snapshotWith({ ...ACTIVE, hasGreeks: true });
    const unit = exposure(MARKET, 2_000n);
    expect(ask({ own })).to.include(NOT_MEASURED);
    expect(ask({ own, others: [unit] })).to.include({ allowed: true });
    expect(ask({ others: [unit] })).to.include(NOT_MEASURED);
    // The same as a perpetual: its delta is its price.
    expect(ask({ own, others: [unit] }).loss).to.equal(ask().loss);
    // More than anybody's Greeks, of one unit of a notional.
    const cheap = { ...own, round: { price: 1n, updatedAt: NOW } };
    expect(ask({ own: cheap, others: [exposure(MARKET, 2n ** 50n)] })).to.include(NOT_MEASURED);
  });

  it("measures nothing of a feed that is dead, or as old as it may be; one second younger it is nearly nothing", () => {
    const held = [exposure(idAt(1), 1n)];
    expect(ask({ others: held, markets: [other(1, {}, { round: null })] })).to.include(NOT_MEASURED);
    const aged = (age: bigint): GuardSnapshot => other(1, {}, { round: { price: WAD, updatedAt: NOW - age } });
    const { maxAge = 0n } = OWN.policy ?? {};
    expect(ask({ others: held, markets: [aged(maxAge)] })).to.include(NOT_MEASURED);
    const young = ask({ others: held, markets: [aged(maxAge - 1n)] });
    expect(young.loss).to.not.equal(UNCAPPED);
    expect(young.allowedLoss < ask({ others: held }).allowedLoss / 1_000n).to.equal(true);
    // Of one feed: the own market still believes it, the other no longer.
    const same = other(1, { feed: OWN.policy?.feed ?? "0x", maxAge: 3_910n });
    const later = NOW + 3_910n;
    expect(ask({ others: held, markets: [same], now: later - 1n }).loss).to.not.equal(UNCAPPED);
    expect(ask({ others: held, markets: [same], now: later })).to.include(NOT_MEASURED);
  });

  it("says what is left, and nothing where too much is asked", () => {
    const room = ask();
    expect(room.headroom).to.equal(room.maxSize - WAD / 100n);
    expect(ask({ position: { sizeAfter: 10n ** 6n * WAD } })).to.include({ headroom: 0n, allowed: false });
  });

  it("takes an account that owes for one that has nothing", () => {
    const owing = { sizeBefore: 0n, sizeAfter: WAD / 100n, equity: -1_000n * WAD, flow: -1n };
    const nothing = { allowedLoss: 0n, portfolioLimit: 0n, allowed: false };
    expect(ask({ position: owing })).to.include(nothing);
    expect(ask({ position: { ...owing, equity: 0n } })).to.include(nothing);
  });

  it("without a policy lets reductions through, and says nothing of losses", () => {
    const own = snapshotWith(null);
    const nothing = { portfolioLimit: 0n, loss: 0n, allowedLoss: 0n };
    expect(ask({ own, position: { sizeBefore: WAD, sizeAfter: WAD / 2n, flow: 0n } })).to.include({
      ...nothing,
      allowed: true,
      maxSize: WAD,
    });
    expect(ask({ own })).to.include({ ...nothing, allowed: false });
    expect(ask({ own }).rejection).to.include({ code: "PolicyNotSet" });
  });

  it("lets an account leave altogether, and judges what it takes while something is left", () => {
    const leaving = { sizeBefore: WAD, sizeAfter: 0n, flow: -1n, equity: 0n };
    expect(ask({ position: leaving })).to.include({ allowed: true });
    // Nor is what one unit of the market itself would be, even where nothing can be measured.
    const own = snapshotWith({ ...ACTIVE, hasGreeks: true }, { round: null });
    expect(ask({ own, position: leaving, others: [exposure(MARKET, 2_000n)] })).to.include({ allowed: true });
    expect(ask({ own, position: leaving, others: [exposure(idAt(1), 2_000n)] })).to.include({ allowed: false });
    const held = ascending([exposure(idAt(1), 1_000n)]);
    expect(ask({ position: leaving, others: held }).rejection).to.include({ code: "PortfolioLossExceeded" });
    expect(ask({ position: { ...leaving, sizeAfter: 1n } }).allowed).to.equal(false);
  });
});
