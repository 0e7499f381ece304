import { expect } from "chai";
import { unpackVolatilityWord, updateVolatility } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { DEFAULTS, nextPrice } from "../helpers/differentialVolatility.ts";
import { decimal } from "./bound.ts";
import { add, compare, divide, ends, fraction, type Interval, interval, multiply, type Real, subtract } from "./rational.ts";
import { exp, ln, shortened, sqrt, upperTail } from "./real.ts";
import { realStep } from "./volatility.ts";

/** Published digits, cut: the value is not below them, and less than one more in the last place above. */
const DIGITS: readonly (readonly [string, Interval, string])[] = [
  ["√2", sqrt(2n), "1.414213562373095048801688724209698078569671875376948073176679737990732478462107038850387534"],
  ["ln 2", ln(2n), "0.693147180559945309417232121458176568075500134360255254120680009493393621969694715605863326"],
  ["ln 10", ln(10n), "2.302585092994045684017991454684364207601101488628772976033327900967572609677352480235997205"],
  ["e", exp(1n), "2.718281828459045235360287471352662497757247093699959574966967627724076630353547594571382178"],
  ["Q(1)", upperTail(1n), "0.158655253931457051414767454367962077522087033273395609012605549757008558012795170499115081"],
  ["1/e", exp(-1n), "0.367879441171442321595523770161460867445811131031767834507836801697461495744899803357147274"],
];

function holds(x: Interval, y: Interval): boolean {
  return compare(x.low, y.low) <= 0n && compare(x.high, y.high) >= 0n;
}

/** Width relative to the value, or to 1 where that is smaller, in units of 10^-80. */
function isNarrow(x: Interval): boolean {
  const width = multiply(subtract(x.high, x.low), 10n ** 80n).high;
  return compare(width, 1n) <= 0n || compare(width, ends(x).low) <= 0n;
}

describe(`enclosures of the model (SEED=${SEED})`, () => {
  for (const [name, x, digits] of DIGITS) {
    it(`${name} to 90 decimals`, () => {
      const [whole = "", decimals = ""] = digits.split(".");
      const cut = fraction(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
      expect(holds(interval(cut, add(cut, fraction(1n, 10n ** BigInt(decimals.length))).high), x), decimal(x)).to.equal(true);
    });
  }

  it("are narrower than 10^-80, and hold what undoes them", () => {
    const random = new Random(SEED, "enclosures");
    for (let i = 0; i < 500; i++) {
      const x = fraction(random.logBetween(1n, 2n ** 256n), random.logBetween(1n, 2n ** 128n));
      const [root, logarithm] = [sqrt(x), ln(x)];
      expect(isNarrow(root) && isNarrow(logarithm) && isNarrow(exp(logarithm)), decimal(x)).to.equal(true);
      expect(holds(multiply(root, root), ends(x)), `√${decimal(x)}`).to.equal(true);
      expect(holds(exp(logarithm), ends(x)), `ln ${decimal(x)}`).to.equal(true);
    }
  });

  it("are points where the value is a short number", () => {
    expect(sqrt(fraction(9n, 4n))).to.satisfy(
      ({ low, high }: Interval) => compare(low, high) === 0n && compare(low, fraction(3n, 2n)) === 0n,
    );
    for (const x of [exp(0n), divide(ln(1n), 1n)]) expect(compare(x.low, x.high), decimal(x)).to.equal(0n);
  });

  it("know their domain", () => {
    for (const run of [() => ln(0n), () => ln(-1n), () => exp(513n), () => divide(1n, interval(-1n, 1n)), () => fraction(1n, 0n)]) {
      expect(run).to.throw(RangeError);
    }
    expect(holds(interval(0n, fraction(1n, 10n ** 200n)), exp(-(10n ** 30n)))).to.equal(true);
  });
});

describe(`updateVolatility and the recursion in real numbers (SEED=${SEED})`, () => {
  it("is never below it, and within a millionth above: 60 walks of 60 steps", () => {
    const random = new Random(SEED, "real recursion");
    for (let walk = 0; walk < 60; walk++) compareWithRealRecursion(random, 60);
  });
});

/** One random walk through the integers and, beside it, through the recursion they stand for. */
function compareWithRealRecursion(random: Random, steps: number): void {
  let price = random.logBetween(10n ** 12n, 10n ** 24n);
  let time = 1_000n;
  let word = updateVolatility(0n, price, time, DEFAULTS);
  let variances: readonly [slow: Real, fast: Real] = [DEFAULTS.initialVariance, DEFAULTS.initialVariance];
  for (let step = 0; step < steps; step++) {
    const next = nextPrice(random, price);
    const elapsed = random.logBetween(1n, 200_000n);
    const [slow, fast] = realStep(variances, shortened(ln(fraction(next, price))), elapsed, DEFAULTS);
    variances = [shortened(slow), shortened(fast)];
    [price, time] = [next, time + elapsed];
    word = updateVolatility(word, price, time, DEFAULTS);
    const { slowVariance, fastVariance } = unpackVolatilityWord(word);
    expectCloseAbove(slowVariance, variances[0], `slow, step ${step}`);
    expectCloseAbove(fastVariance, variances[1], `fast, step ${step}`);
  }
}

function expectCloseAbove(actual: bigint, exact: Real, what: string): void {
  const { low, high } = subtract(actual, exact);
  expect(low.n >= 0n, `${what}: ${actual} may be below ${decimal(exact)}`).to.equal(true);
  const allowed = add(multiply(exact, fraction(1n, 1_000_000n)), 10n ** 9n);
  expect(compare(high, allowed.low) <= 0n, `${what}: ${actual} is above ${decimal(exact)}`).to.equal(true);
}
