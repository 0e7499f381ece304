import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { max, min } from "../../sdk/src/math/checks.ts";
import {
  adverseMove,
  adverseMoveShort,
  expWad,
  horizonVolatility,
  lnWad,
  mulDivDown,
  mulDivDownSaturating,
  mulDivUp,
  mulDivUpSaturating,
  packVolatilityWord,
  sqrtDown,
  sqrtUp,
  UNCAPPED,
  unpackVolatilityWord,
  updateAcrossGap,
  updateVolatility,
  type VolatilityFields,
  type VolatilityParameters,
  variance,
  WAD,
  YEAR,
} from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { check, checkMonotone, exactExp, exactLn, expectError, magnitudes, NOISE, ONE, ULP } from "../helpers/differentialReference.ts";
import { DEFAULTS, nextPrice } from "../helpers/differentialVolatility.ts";

const MAX_VARIANCE = 2n ** 72n - 1n;
const uint256 = magnitudes(0n, UNCAPPED);

describe(`fixed point (SEED=${SEED})`, () => {
  it("mulDivDown is the floor of the exact quotient, or overflows", () => {
    check([uint256, uint256, magnitudes(1n, UNCAPPED)], (x, y, d) => {
      if (x * y >= (UNCAPPED + 1n) * d) return expectError(() => mulDivDown(x, y, d), "MathOverflow");
      const quotient = mulDivDown(x, y, d);
      expect(quotient * d <= x * y && x * y < (quotient + 1n) * d).to.equal(true);
    });
  });

  it("mulDivUp is the ceiling of the exact quotient, or overflows", () => {
    check([uint256, uint256, magnitudes(1n, UNCAPPED)], (x, y, d) => {
      if (x * y > UNCAPPED * d) return expectError(() => mulDivUp(x, y, d), "MathOverflow");
      const quotient = mulDivUp(x, y, d);
      expect(quotient * d >= x * y && x * y > (quotient - 1n) * d).to.equal(true);
    });
  });

  it("the saturating quotients are the same, up to 2^256 - 1", () => {
    check([uint256, uint256, magnitudes(1n, UNCAPPED)], (x, y, d) => {
      const exactDown = x * y >= (UNCAPPED + 1n) * d ? UNCAPPED : mulDivDown(x, y, d);
      const exactUp = x * y > UNCAPPED * d ? UNCAPPED : mulDivUp(x, y, d);
      expect([mulDivDownSaturating(x, y, d), mulDivUpSaturating(x, y, d)]).to.deep.equal([exactDown, exactUp]);
    });
  });

  it("division by 0 comes before everything else, 0·0/0 included", () => {
    for (const f of [mulDivDown, mulDivUp, mulDivDownSaturating, mulDivUpSaturating]) {
      for (const [x, y] of [
        [0n, 0n],
        [1n, 1n],
        [UNCAPPED, UNCAPPED],
      ] as const) {
        expectError(() => f(x, y, 0n), "DivisionByZero");
      }
    }
  });

  it("sqrtDown and sqrtUp bracket the root, next to squares too", () => {
    const nearSquares = fc
      .tuple(magnitudes(1n, 2n ** 128n - 1n), fc.bigInt({ min: -1n, max: 1n }))
      .map(([root, offset]) => root * root + offset);
    check(
      [fc.oneof(uint256, nearSquares)],
      (x) => {
        const down = sqrtDown(x);
        const up = sqrtUp(x);
        expect(down * down <= x && x < (down + 1n) * (down + 1n), "down").to.equal(true);
        expect(up * up >= x && (up === 0n || x > (up - 1n) * (up - 1n)), "up").to.equal(true);
      },
      5_000,
    );
    expect(sqrtDown(UNCAPPED)).to.equal(2n ** 128n - 1n);
    expect(sqrtUp(UNCAPPED)).to.equal(2n ** 128n);
  });

  it("lnWad is within [-1.06, +0.06] units of the exact logarithm", () => {
    check([magnitudes(1n, 2n ** 255n - 1n)], (x) => expectWithin(lnWad(x) * ULP - exactLn(x, WAD), -106n, 6n));
    check([fc.bigInt({ min: WAD / 2n, max: 2n * WAD })], (x) => expectWithin(lnWad(x) * ULP - exactLn(x, WAD), -106n, 6n));
    expect(lnWad(WAD)).to.equal(0n);
    for (let exponent = 1n; exponent < 255n; exponent++) {
      expect(lnWad(2n ** exponent) >= lnWad(2n ** exponent - 1n), `monotone at 2^${exponent}`).to.equal(true);
    }
  });

  it("expWad is within [-1, +0.03] units of the exact exponential up to 1, within 2 up to 5, and within 2.5e-20 of it above", () => {
    const error = (x: bigint): bigint => expWad(x) * ULP - exactExp(x * ULP);
    check([fc.bigInt({ min: -42n * WAD, max: WAD })], (x) => expectWithin(error(x), -100n, 3n));
    check([fc.bigInt({ min: WAD, max: 5n * WAD })], (x) => expectWithin(error(x), -200n, 200n));
    check([fc.bigInt({ min: 5n * WAD, max: 135_305999368893231588n })], (x) => {
      const result = expWad(x) * ULP;
      const bound = 2n * ULP + result / (4n * 10n ** 19n);
      expect(error(x) <= bound && error(x) >= -bound).to.equal(true);
    });
    expect(expWad(0n)).to.equal(WAD);
  });

  it("lnWad and expWad have every digit of Solady's constants; the last ones change too few results to be sampled", () => {
    const solady = readFileSync(new URL(import.meta.resolve("solady/src/utils/FixedPointMathLib.sol")), "utf8");
    const mirror = readFileSync(new URL("../../sdk/src/math/fixedPoint.ts", import.meta.url), "utf8");
    for (const name of ["lnWad", "expWad"]) {
      const theirs = constantsOf(solady, `function ${name}(int256 x)`);
      expect(theirs).to.have.length.above(10);
      expect(constantsOf(mirror, `export function ${name}(`)).to.deep.equal(theirs);
    }
  });

  it("lnWad and expWad end where they are documented to", () => {
    expect(lnWad(1n)).to.equal(-41446531673892822313n);
    expect(lnWad(2n ** 255n - 1n)).to.equal(135305999368893231589n);
    for (const x of [0n, -1n, -(2n ** 255n)]) expectError(() => lnWad(x), "LnWadUndefined");
    expect([expWad(-41446531673892822313n), expWad(-41446531673892822312n)]).to.deep.equal([0n, 1n]);
    expect(expWad(135305999368893231588n) > 0n).to.equal(true);
    expectError(() => expWad(135305999368893231589n), "ExpOverflow");
  });
});

/** Decimal constants of at least 20 digits in the body of a function, without repetition, sorted. */
function constantsOf(source: string, signature: string): string[] {
  const start = source.indexOf(signature);
  // Either language closes a function at the indentation of its first line.
  const indentation = " ".repeat(start - source.lastIndexOf("\n", start) - 1);
  const body = source.slice(start, source.indexOf(`\n${indentation}}\n`, start));
  return [...new Set(body.match(/\b\d{20,}/g))].sort();
}

/** Bounds in hundredths of a WAD unit. */
function expectWithin(error: bigint, lowest: bigint, highest: bigint): void {
  const hundredth = ULP / 100n;
  expect(error >= lowest * hundredth - NOISE && error <= highest * hundredth + NOISE, `error ${error} e-80`).to.equal(true);
}

describe(`volatility word (SEED=${SEED})`, () => {
  it("packs and unpacks to the same, both ways", () => {
    check([fc.bigInt({ min: 0n, max: UNCAPPED })], (word) => expect(packVolatilityWord(unpackVolatilityWord(word))).to.equal(word));
  });

  it("puts each field where the layout draws it", () => {
    const empty: VolatilityFields = { samples: 0n, time: 0n, slowVariance: 0n, fastVariance: 0n, lnPrice: 0n };
    const word = (fields: Partial<VolatilityFields>): bigint => packVolatilityWord({ ...empty, ...fields });
    expect(word({ samples: 255n })).to.equal(0xffn << 248n);
    expect(word({ time: 2n ** 32n - 1n })).to.equal(0xffff_ffffn << 216n);
    expect(word({ slowVariance: MAX_VARIANCE })).to.equal(MAX_VARIANCE << 144n);
    expect(word({ fastVariance: MAX_VARIANCE })).to.equal(MAX_VARIANCE << 72n);
    expect(word({ lnPrice: -1n })).to.equal(MAX_VARIANCE);
    expect(word({ lnPrice: -(2n ** 71n) })).to.equal(2n ** 71n);
  });

  it("refuses a field that does not fit", () => {
    const fields = unpackVolatilityWord(0n);
    const bounds = { samples: 2n ** 8n, time: 2n ** 32n, slowVariance: 2n ** 72n, fastVariance: 2n ** 72n, lnPrice: 2n ** 71n };
    for (const [name, bound] of Object.entries(bounds)) {
      const below = name === "lnPrice" ? -bound - 1n : -1n;
      for (const value of [bound, below]) {
        expect(() => packVolatilityWord({ ...fields, [name]: value }))
          .to.throw()
          .with.property("argument", name);
      }
    }
  });
});

describe(`updateVolatility (SEED=${SEED})`, () => {
  const first = updateVolatility(0n, 2_000n * WAD, 1_000n, DEFAULTS);
  const prices = magnitudes(1n, 10n ** 36n);

  it("starts from the initial variance", () => {
    expect(unpackVolatilityWord(first)).to.deep.equal({
      samples: 1n,
      time: 1_000n,
      slowVariance: DEFAULTS.initialVariance,
      fastVariance: DEFAULTS.initialVariance,
      lnPrice: lnWad(2_000n * WAD),
    });
    const { slowVariance, fastVariance } = unpackVolatilityWord(updateVolatility(0n, WAD, 0n, { ...DEFAULTS, initialVariance: UNCAPPED }));
    expect([slowVariance, fastVariance]).to.deep.equal([MAX_VARIANCE, MAX_VARIANCE]);
  });

  it("ignores a round that is not newer, before it looks at the price", () => {
    for (const time of [0n, 999n, 1_000n]) {
      expect(updateVolatility(first, 0n, time, { ...DEFAULTS, fastTau: 0n })).to.equal(first);
    }
  });

  it("counts only samples at least minInterval apart, up to 255", () => {
    const samplesAfter = (word: bigint, step: bigint): bigint =>
      unpackVolatilityWord(updateVolatility(word, WAD, 1_000n + step, DEFAULTS)).samples;
    expect([599n, 600n].map((step) => samplesAfter(first, step))).to.deep.equal([1n, 2n]);
    const full = packVolatilityWord({ ...unpackVolatilityWord(first), samples: 255n });
    expect(samplesAfter(full, 600n)).to.equal(255n);
  });

  it("reverts where the contracts do", () => {
    const throwing = (price: bigint, parameters: Partial<VolatilityParameters>) => () =>
      updateVolatility(first, price, 2_000n, { ...DEFAULTS, ...parameters });
    for (const price of [0n, 2n ** 255n, UNCAPPED]) expectError(throwing(price, {}), "LnWadUndefined");
    expectError(() => updateVolatility(0n, 0n, 0n, DEFAULTS), "LnWadUndefined");
    expectError(throwing(WAD, { fastTau: 0n }), "DivisionByZero");
    expectError(throwing(WAD, { slowTau: 0n }), "DivisionByZero");
    expectError(throwing(WAD, { clipSquared: UNCAPPED }), "MathOverflow");
    expectError(throwing(WAD, { clipSquared: UNCAPPED, fastTau: 0n }), "DivisionByZero", "the fast variance comes first");
    expectError(throwing(WAD, { clipSquared: UNCAPPED, slowTau: 0n }), "MathOverflow", "the cap comes before the slow one");
  });

  it("is never below the recursion in real numbers, and within a millionth above it: 60 walks of 60 steps", () => {
    const random = new Random(SEED, "real recursion");
    for (let walk = 0; walk < 60; walk++) compareWithRealRecursion(random, 60);
  });

  it("grows with the squared return", () => {
    const returns = fc.bigInt({ min: 0n, max: 3n * WAD });
    check(
      [prices, returns, returns, magnitudes(1n, 1_000_000n), fc.bigInt({ min: 0n, max: 5n * WAD }), fc.constantFrom(1n, -1n)],
      (price, r, s, step, v, sign) => {
        const word = packVolatilityWord({ samples: 9n, time: 7n, slowVariance: v, fastVariance: v, lnPrice: lnWad(price) });
        const updated = (size: bigint): VolatilityFields => {
          const moved = mulDivDown(price, expWad(sign * size), WAD);
          return unpackVolatilityWord(updateVolatility(word, moved === 0n ? 1n : moved, 7n + step, DEFAULTS));
        };
        const [small, large] = r < s ? [updated(r), updated(s)] : [updated(s), updated(r)];
        expect(large.fastVariance >= small.fastVariance && large.slowVariance >= small.slowVariance).to.equal(true);
      },
    );
  });

  it("grows with the variances it starts from", () => {
    const variances = fc.bigInt({ min: 0n, max: 10n * WAD });
    check([prices, prices, magnitudes(1n, 1_000_000n), variances, variances], (price, next, step, v, w) => {
      const updated = (start: bigint): VolatilityFields => {
        const word = packVolatilityWord({ samples: 9n, time: 7n, slowVariance: start, fastVariance: start, lnPrice: lnWad(price) });
        return unpackVolatilityWord(updateVolatility(word, next, 7n + step, DEFAULTS));
      };
      const [small, large] = v < w ? [updated(v), updated(w)] : [updated(w), updated(v)];
      expect(large.fastVariance >= small.fastVariance && large.slowVariance >= small.slowVariance).to.equal(true);
    });
  });

  it("clips one wild tick in the slow variance and not in the fast one", () => {
    const fields = { samples: 9n, time: 0n, slowVariance: WAD / 4n, fastVariance: WAD / 4n, lnPrice: lnWad(WAD) };
    const updated = (price: bigint): VolatilityFields =>
      unpackVolatilityWord(updateVolatility(packVolatilityWord(fields), price, 3_600n, DEFAULTS));
    expect(updated(2n * WAD).slowVariance).to.equal(updated(3n * WAD).slowVariance);
    expect(updated(3n * WAD).fastVariance > updated(2n * WAD).fastVariance).to.equal(true);
  });

  it("across a gap it takes the sample, but neither variance falls", () => {
    const variances = fc.bigInt({ min: 0n, max: 10n * WAD });
    check([prices, prices, magnitudes(0n, 1_000_000n), variances, variances], (price, next, step, fastVariance, slowVariance) => {
      const word = packVolatilityWord({ samples: 9n, time: 7n, slowVariance, fastVariance, lnPrice: lnWad(price) });
      const watched = unpackVolatilityWord(updateVolatility(word, next, 7n + step, DEFAULTS));
      const unwatched = unpackVolatilityWord(updateAcrossGap(word, next, 7n + step, DEFAULTS));
      expect({ ...unwatched, fastVariance, slowVariance }).to.deep.equal({ ...watched, fastVariance, slowVariance });
      expect(
        [watched.fastVariance, fastVariance].every((value) => value <= unwatched.fastVariance),
        "fast",
      ).to.equal(true);
      expect([watched.fastVariance, fastVariance].includes(unwatched.fastVariance), "fast is one of the two").to.equal(true);
      expect(
        [watched.slowVariance, slowVariance].every((value) => value <= unwatched.slowVariance),
        "slow",
      ).to.equal(true);
      expect([watched.slowVariance, slowVariance].includes(unwatched.slowVariance), "slow is one of the two").to.equal(true);
    });
  });

  it("variance is the largest of fast, slow and floor", () => {
    const variances = fc.bigInt({ min: 0n, max: MAX_VARIANCE });
    check([variances, variances, variances], (fastVariance, slowVariance, varianceFloor) => {
      const word = packVolatilityWord({ samples: 1n, time: 0n, slowVariance, fastVariance, lnPrice: 0n });
      const all = [fastVariance, slowVariance, varianceFloor];
      const result = variance(word, { ...DEFAULTS, varianceFloor });
      expect(all.includes(result) && all.every((value) => value <= result)).to.equal(true);
    });
  });
});

/** One random walk through the integers and, beside it, through the recursion they stand for; variances in units of 10^-80. */
function compareWithRealRecursion(random: Random, steps: number): void {
  let price = random.logBetween(10n ** 12n, 10n ** 24n);
  let time = 1_000n;
  let word = updateVolatility(0n, price, time, DEFAULTS);
  let fast = DEFAULTS.initialVariance * ULP;
  let slow = fast;
  const floor = DEFAULTS.varianceFloor * ULP;
  for (let step = 0; step < steps; step++) {
    const next = nextPrice(random, price);
    const interval = random.logBetween(1n, 200_000n);
    const logReturn = exactLn(next, price);
    const observed = (logReturn * logReturn * YEAR) / (ONE * interval);
    const longer = max(interval, DEFAULTS.minInterval);
    const cap = (DEFAULTS.clipSquared * max(slow, floor) * longer) / interval;
    fast = realMix(fast, observed, interval, DEFAULTS.fastTau);
    slow = realMix(slow, min(observed, cap), interval, DEFAULTS.slowTau);
    [price, time] = [next, time + interval];
    word = updateVolatility(word, price, time, DEFAULTS);
    const { fastVariance, slowVariance } = unpackVolatilityWord(word);
    expectCloseAbove(fastVariance * ULP, fast, `fast, step ${step}`);
    expectCloseAbove(slowVariance * ULP, slow, `slow, step ${step}`);
  }
}

/** V·a + q·(1 - a) with a = e^(-interval/tau), up to what the word can hold. */
function realMix(average: bigint, observed: bigint, interval: bigint, tau: bigint): bigint {
  const weight = exactExp((-interval * ONE) / tau);
  const mixed = (average * weight + observed * (ONE - weight)) / ONE;
  return mixed < MAX_VARIANCE * ULP ? mixed : MAX_VARIANCE * ULP;
}

function expectCloseAbove(actual: bigint, exact: bigint, what: string): void {
  expect(actual + NOISE >= exact, `${what}: below by ${exact - actual} e-80`).to.equal(true);
  expect(actual - exact <= exact / 1_000_000n + ONE / 1_000_000_000n, `${what}: above by ${actual - exact} e-80`).to.equal(true);
}

describe(`adverse moves (SEED=${SEED})`, () => {
  const tails = magnitudes(0n, 20n * WAD);
  const variances = magnitudes(0n, MAX_VARIANCE);
  const horizons = magnitudes(0n, 10n * YEAR);

  it("adverseMove is the exact ceiling of tail·√(variance·horizon / YEAR)", () => {
    check([tails, variances, horizons], (tail, v, horizon) => {
      const move = adverseMove(tail, v, horizon);
      expectRootUp(move, tail * tail * v * horizon, YEAR * WAD);
    });
    expect(adverseMove(4n * WAD, WAD, YEAR)).to.equal(4n * WAD);
  });

  it("horizonVolatility is the exact ceiling of √(variance·horizon / YEAR)", () => {
    check([variances, horizons], (v, horizon) => expectRootUp(horizonVolatility(v, horizon), v * WAD * horizon, YEAR));
    expect(horizonVolatility(360_000_000_000_000_000n, YEAR)).to.equal(600_000_000_000_000_000n);
  });

  it("adverseMoveShort is above e^move - 1 by less than 4 units, and uncapped beyond 5", () => {
    check([fc.bigInt({ min: 0n, max: 5n * WAD })], (move) => {
      const excess = adverseMoveShort(move) * ULP - (exactExp(move * ULP) - ONE);
      expect(excess > 0n && excess < 4n * ULP, `excess ${excess} e-80`).to.equal(true);
    });
    expect(adverseMoveShort(5n * WAD) < UNCAPPED).to.equal(true);
    expect(adverseMoveShort(5n * WAD + 1n)).to.equal(UNCAPPED);
  });

  it("moves do not fall when tail, variance or horizon grow", () => {
    for (const position of [0, 1, 2]) checkMonotone(adverseMove, [tails, variances, horizons], position, 1);
    for (const position of [0, 1]) checkMonotone(horizonVolatility, [variances, horizons], position, 1);
    checkMonotone(adverseMoveShort, [magnitudes(0n, 6n * WAD)], 0, 1);
  });

  it("overflow where a product does not fit, even if the next factor is 0", () => {
    expectError(() => adverseMove(2n ** 128n, 0n, 0n), "MathOverflow");
    expectError(() => adverseMove(2n ** 127n, 4n, 0n), "MathOverflow");
    expectError(() => horizonVolatility(UNCAPPED, 0n), "MathOverflow");
  });
});

/** root = ⌈√(numerator / denominator)⌉, in integers. */
function expectRootUp(root: bigint, numerator: bigint, denominator: bigint): void {
  expect(root * root * denominator >= numerator, "not below").to.equal(true);
  expect(root === 0n || (root - 1n) * (root - 1n) * denominator < numerator, "not a unit too high").to.equal(true);
}
