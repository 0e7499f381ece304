import { expect } from "chai";
import { check, maxWithdraw } from "../../sdk/src/index.ts";
import { positionWith, snapshotWith, WAD } from "../helpers/parityFixtures.ts";

const { flow: _, sizeBefore: __, sizeAfter: ___, ...account } = positionWith();

describe("maxWithdraw", () => {
  it("is tight: it may leave, and one unit more may not", () => {
    const snapshot = snapshotWith();
    for (let size = WAD / 2n; size < (3n * WAD) / 5n; size += WAD / 97n) {
      const most = maxWithdraw(snapshot, { ...account, size });
      expect(most > 0n && most < account.equity).to.equal(true);
      const leaving = (amount: bigint) =>
        check(
          snapshot,
          { ...account, equity: account.equity - amount, flow: -amount, sizeBefore: size, sizeAfter: size },
          snapshot.timestamp,
        );
      expect(leaving(most).allowed).to.equal(true);
      expect(leaving(most + 1n)).to.include({ allowed: false, limit: "Volatility" });
    }
  });

  it("is everything without a position, and where nothing limits", () => {
    expect(maxWithdraw(snapshotWith(), { ...account, size: 0n })).to.equal(account.equity);
    expect(maxWithdraw(snapshotWith({ mode: "Off" }), { ...account, size: -WAD })).to.equal(account.equity);
    expect(maxWithdraw(snapshotWith({ mode: "Off" }), { ...account, equity: 0n, size: -WAD })).to.equal(0n);
  });

  it("is nothing where the price is dead, the market has no policy, the position is too large or equity is gone", () => {
    const { timestamp, policy } = snapshotWith();
    expect(maxWithdraw(snapshotWith({}, { round: null }), { ...account, size: WAD / 2n })).to.equal(0n);
    expect(maxWithdraw(snapshotWith(), { ...account, size: WAD / 2n }, timestamp + (policy?.maxAge ?? 0n))).to.equal(0n);
    expect(maxWithdraw(snapshotWith(null), { ...account, size: WAD / 2n })).to.equal(0n);
    expect(maxWithdraw(snapshotWith(), { ...account, size: 1_000n * WAD })).to.equal(0n);
    expect(maxWithdraw(snapshotWith(), { ...account, equity: -WAD, size: WAD / 2n })).to.equal(0n);
  });

  it("shrinks as the price ages, and refuses numbers no chain takes", () => {
    const { timestamp } = snapshotWith();
    const fresh = maxWithdraw(snapshotWith(), { ...account, size: WAD / 4n });
    const aged = maxWithdraw(snapshotWith(), { ...account, size: WAD / 4n }, timestamp + 4_500n);
    expect(aged < fresh).to.equal(true);
    for (const beyond of [
      { size: 2n ** 255n, equity: WAD },
      { size: 0n, equity: 2n ** 255n },
    ]) {
      expect(() => maxWithdraw(snapshotWith(), { ...account, ...beyond }))
        .to.throw()
        .with.property("code", "ArgumentOutOfRange");
    }
  });
});
