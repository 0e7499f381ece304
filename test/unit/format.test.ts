import { expect } from "chai";
import { formatPercent, formatWad } from "../../sdk/src/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { WAD } from "../helpers/parityFixtures.ts";

describe("formatWad", () => {
  const cases: readonly (readonly [bigint, number | undefined, string])[] = [
    [0n, undefined, "0"],
    [1n, undefined, "0"],
    [-1n, undefined, "0"],
    [1n, 18, "0.000000000000000001"],
    [-1n, 18, "-0.000000000000000001"],
    [WAD, undefined, "1"],
    [1_234_567_891n * 10n ** 9n, undefined, "1.234567"],
    [-WAD, 0, "-1"],
    [WAD - 1n, 0, "0"],
    [1n - WAD, 0, "0"],
    [WAD - 1n, 6, "0.999999"],
    [1n - WAD, 6, "-0.999999"],
    [41n * 10n ** 17n, undefined, "4.1"],
    [10n * WAD, undefined, "10"],
    [1_234_567n * 10n ** 12n, 4, "1.2345"],
    [1_050n * 10n ** 15n, 1, "1"],
    [2n ** 256n - 1n, 2, "115792089237316195423570985008687907853269984665640564039457.58"],
    [-(2n ** 255n), 0, "-57896044618658097711785492504343953926634992332820282019728"],
  ];
  for (const [value, decimals, text] of cases) {
    it(`${value} with ${decimals ?? "the usual"} decimals is ${text}`, () => expect(formatWad(value, decimals)).to.equal(text));
  }

  it(`is exact with 18 decimals, and cut towards zero with fewer (SEED=${SEED})`, () => {
    const random = new Random(SEED, "formatWad");
    for (let i = 0; i < 2_000; i++) {
      const value = random.logUniform({ min: -(2n ** 255n), max: 2n ** 255n - 1n });
      expect(parse(formatWad(value, 18))).to.equal(value);
      const decimals = random.below(18);
      const unit = 10n ** BigInt(18 - decimals);
      expect(parse(formatWad(value, decimals)), `${value} with ${decimals}`).to.equal(value - (value % unit));
    }
  });
});

describe("formatPercent", () => {
  const cases: readonly (readonly [bigint, string])[] = [
    [0n, "0 %"],
    [WAD, "100 %"],
    [WAD / 2n, "50 %"],
    [962_345_678_901_234_567n, "96.2 %"],
    [999_999_999_999_999_999n, "99.9 %"],
    [5n * 10n ** 14n, "0 %"],
    [10n ** 15n, "0.1 %"],
    [-(WAD / 4n), "-25 %"],
  ];
  for (const [ratio, text] of cases) it(`${ratio} is ${text}`, () => expect(formatPercent(ratio)).to.equal(text));
});

/** The number a text stands for, in WAD. */
function parse(text: string): bigint {
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  const magnitude = BigInt(whole) * WAD + BigInt(fraction.padEnd(18, "0"));
  return text.startsWith("-") ? -magnitude : magnitude;
}
