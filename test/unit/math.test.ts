import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
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
  updateWinsorised,
  type VolatilityFields,
  type VolatilityParameters,
  WAD,
  YEAR,
} from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { DEFAULTS } from "../helpers/differentialVolatility.ts";
import { check, checkMonotone, expectError, magnitudes } from "../helpers/properties.ts";

const MAX_VARIANCE = 2n ** 72n - 1n;

describe(`fixed point (SEED=${SEED})`, () => {
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

  it("roots, logarithm and exponential at the ends and in the middle", () => {
    expect(sqrtDown(UNCAPPED)).to.equal(2n ** 128n - 1n);
    expect(sqrtUp(UNCAPPED)).to.equal(2n ** 128n);
    expect([lnWad(WAD), expWad(0n)]).to.deep.equal([0n, WAD]);
    for (let exponent = 1n; exponent < 255n; exponent++) {
      expect(lnWad(2n ** exponent) >= lnWad(2n ** exponent - 1n), `monotone at 2^${exponent}`).to.equal(true);
    }
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

describe(`volatility word (SEED=${SEED})`, () => {
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

describe(`updateWinsorised (SEED=${SEED})`, () => {
  const calm = packVolatilityWord({
    samples: 100n,
    time: 1_000n,
    slowVariance: WAD / 4n,
    fastVariance: WAD / 4n,
    lnPrice: lnWad(2_000n * WAD),
  });
  const priceAfter = (word: bigint, logReturn: bigint): bigint => (expWad(unpackVolatilityWord(word).lnPrice) * expWad(logReturn)) / WAD;

  it("is updateVolatility for what six standard deviations hold, and below it for what they do not", () => {
    const random = new Random(SEED, "winsorised");
    const met = { same: 0, below: 0 };
    for (let i = 0; i < 2_000; i++) {
      const logReturn = random.between(-WAD / 4n, WAD / 4n) / random.pick<bigint>([1n, 10n, 100n]);
      const time = 1_000n + random.logBetween(1n, 100_000n);
      const [plain, clipped] = [updateVolatility, updateWinsorised].map((update) =>
        unpackVolatilityWord(update(calm, priceAfter(calm, logReturn), time, DEFAULTS)),
      );
      expect(clipped?.slowVariance).to.equal(plain?.slowVariance);
      const [less = 0n, more = 0n] = [clipped?.fastVariance, plain?.fastVariance];
      expect(less <= more, `${logReturn} until ${time}`).to.equal(true);
      met[less === more ? "same" : "below"]++;
    }
    expect(Math.min(met.same, met.below), JSON.stringify(met)).to.be.above(200);
  });

  it("believes a bad tick, there and back, a tenth as much, and a crash that goes on within the hour", () => {
    const fastAfter = (update: typeof updateVolatility, returns: readonly bigint[], step: bigint): bigint => {
      const last = returns.reduce<[bigint, bigint]>(
        ([word, time], logReturn) => [update(word, priceAfter(word, logReturn), time + step, DEFAULTS), time + step],
        [calm, 1_000n],
      );
      return unpackVolatilityWord(last[0]).fastVariance;
    };
    // Half up and back within ten seconds.
    const tick = [WAD / 2n, -WAD / 2n];
    expect(fastAfter(updateWinsorised, tick, 10n) * 10n < fastAfter(updateVolatility, tick, 10n)).to.equal(true);
    // 2 % down every five minutes, twelve times: far beyond six standard deviations of the calm.
    const crash = Array.from({ length: 12 }, () => -WAD / 50n);
    expect(fastAfter(updateWinsorised, crash, 300n) > 4n * (WAD / 4n), "four times the variance").to.equal(true);
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
});

describe(`adverse moves (SEED=${SEED})`, () => {
  const tails = magnitudes(0n, 20n * WAD);
  const variances = magnitudes(0n, MAX_VARIANCE);
  const horizons = magnitudes(0n, 10n * YEAR);

  it("at a year, and up to where a short's loss counts as unbounded", () => {
    expect(adverseMove(4n * WAD, WAD, YEAR)).to.equal(4n * WAD);
    expect(horizonVolatility(360_000_000_000_000_000n, YEAR)).to.equal(600_000_000_000_000_000n);
    // The product is a hair above a square: whoever rounds it down before the root loses a unit.
    expect(horizonVolatility(1_890_364_438_949_880n, 1n)).to.equal(7_742_290_561_108n);
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
