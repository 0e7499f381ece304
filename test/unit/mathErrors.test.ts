import { expect } from "chai";
import { toFunctionSelector } from "viem";
import {
  ArgumentOutOfRangeError,
  DivisionByZeroError,
  ExpOverflowError,
  isSizingGuardError,
  LnWadUndefinedError,
  MathOverflowError,
  SizingGuardError,
} from "../../sdk/src/errors/index.ts";
import * as math from "../../sdk/src/math/index.ts";
import { DEFAULTS } from "../helpers/differentialVolatility.ts";

const { WAD } = math;
/** A word that has seen a price. */
const SAMPLED = math.updateVolatility(0n, WAD, 1_700_000_000n, DEFAULTS);

describe("errors", () => {
  it("carry the selector and the arguments of their twin on chain", () => {
    const panic = toFunctionSelector("Panic(uint256)");
    expect(new MathOverflowError()).to.include({ name: "MathOverflowError", code: "MathOverflow", selector: panic });
    expect(new MathOverflowError().args).to.deep.equal([0x11n]);
    expect(new DivisionByZeroError()).to.include({ name: "DivisionByZeroError", code: "DivisionByZero", selector: panic });
    expect(new DivisionByZeroError().args).to.deep.equal([0x12n]);
    expect(new LnWadUndefinedError()).to.include({ code: "LnWadUndefined", selector: toFunctionSelector("LnWadUndefined()") });
    expect(new ExpOverflowError()).to.include({ code: "ExpOverflow", selector: toFunctionSelector("ExpOverflow()") });
    expect(new ArgumentOutOfRangeError("equity", -1n, "uint256")).to.include({
      code: "ArgumentOutOfRange",
      selector: undefined,
      argument: "equity",
      value: -1n,
      type: "uint256",
    });
  });

  it("are recognised by their fields, so an error of another copy of the package counts", () => {
    expect(isSizingGuardError(new MathOverflowError())).to.equal(true);
    expect(new MathOverflowError()).to.be.instanceOf(SizingGuardError).and.instanceOf(Error);
    const foreign = Object.assign(new Error("no"), { name: "MathOverflowError", code: "MathOverflow", selector: undefined, args: [] });
    expect(isSizingGuardError(foreign)).to.equal(true);
    for (const other of [undefined, null, "MathOverflow", new Error("no"), new RangeError("no"), { ...foreign, code: "Other" }]) {
      expect(isSizingGuardError(other), String(other)).to.equal(false);
    }
  });

  const uint256 = 2n ** 256n;
  const cases: readonly (readonly [string, (value: bigint) => unknown, readonly bigint[]])[] = [
    ...[math.mulDivDown, math.mulDivUp, math.mulDivDownSaturating, math.mulDivUpSaturating].flatMap(
      (f) =>
        [
          ["x", (x: bigint) => f(x, 1n, 1n), [-1n, uint256]],
          ["y", (y: bigint) => f(1n, y, 1n), [-1n, uint256]],
          ["d", (d: bigint) => f(1n, 1n, d), [-1n, uint256]],
        ] as const,
    ),
    ["x", (x) => math.sqrtDown(x), [-1n, uint256]],
    ["x", (x) => math.sqrtUp(x), [-1n, uint256]],
    ["x", (x) => math.lnWad(x), [-(2n ** 255n) - 1n, 2n ** 255n]],
    ["x", (x) => math.expWad(x), [-(2n ** 255n) - 1n, 2n ** 255n]],
    ["word", (word) => math.unpackVolatilityWord(word), [-1n, uint256]],
    ["word", (word) => math.updateVolatility(word, WAD, 0n, DEFAULTS), [-1n, uint256]],
    ["price", (price) => math.updateVolatility(0n, price, 0n, DEFAULTS), [-1n, uint256]],
    ["time", (time) => math.updateVolatility(0n, WAD, time, DEFAULTS), [-1n, 2n ** 32n]],
    // A time before the word's own, and a price that is a fault of its own, come after the type.
    ["time", (time) => math.updateVolatility(SAMPLED, 0n, time, DEFAULTS), [-1n, 2n ** 32n]],
    ["word", (word) => math.variance(word, DEFAULTS), [-1n, uint256]],
    ...Object.keys(DEFAULTS).flatMap(
      (name) =>
        [
          [name, (value: bigint) => math.updateVolatility(0n, WAD, 0n, { ...DEFAULTS, [name]: value }), [-1n, uint256]],
          [name, (value: bigint) => math.variance(0n, { ...DEFAULTS, [name]: value }), [-1n, uint256]],
        ] as const,
    ),
    ["tail", (tail) => math.adverseMove(tail, 0n, 0n), [-1n, uint256]],
    ["variance", (variance) => math.adverseMove(uint256 - 1n, variance, 0n), [-1n, uint256]],
    ["horizon", (horizon) => math.adverseMove(uint256 - 1n, 0n, horizon), [-1n, uint256]],
    ["move", (move) => math.adverseMoveShort(move), [-1n, uint256]],
    ["variance", (variance) => math.horizonVolatility(variance, 0n), [-1n, uint256]],
    ["horizon", (horizon) => math.horizonVolatility(uint256 - 1n, horizon), [-1n, uint256]],
  ];

  it("name an argument outside its Solidity type, before any other fault, and one that is no bigint", () => {
    for (const [argument, call, values] of cases) {
      for (const value of [...values, 1 as unknown as bigint, undefined as unknown as bigint]) {
        expect(() => call(value), `${call} at ${value}`)
          .to.throw()
          .that.includes({ code: "ArgumentOutOfRange", argument, value });
      }
    }
  });
});
