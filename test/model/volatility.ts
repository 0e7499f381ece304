/** Specification of contracts/libraries/VolatilityMath.sol and sdk/src/math/volatility*.ts: see docs/math.md. */
import { type Bound, divisor, equal, fits, inside, larger, near, type Specification, smaller, UNCAPPED, up, W, YEAR } from "./bound.ts";
import { lnWadOf, scaledExp } from "./fixedPoint.ts";
import { add, divide, type Exact, fraction, greatest, type Interval, least, magnitude, multiply, type Real, subtract } from "./rational.ts";
import { exp, sqrt } from "./real.ts";

/** What a volatility word holds, from its highest digits down. */
export interface Fields {
  readonly samples: bigint;
  readonly time: bigint;
  readonly slowVariance: bigint;
  readonly fastVariance: bigint;
  readonly lnPrice: bigint;
}

/** The estimator's constants, in the order of the ABI. */
export interface Parameters {
  readonly fastTau: bigint;
  readonly slowTau: bigint;
  readonly minInterval: bigint;
  readonly clipSquared: bigint;
  readonly varianceFloor: bigint;
  readonly initialVariance: bigint;
}

/** Largest variance the word holds. */
export const MAX_VARIANCE = 2n ** 72n - 1n;
const MAX_SAMPLES = 255n;
/** Beyond a log move of 5 a short's loss counts as unbounded. */
const MAX_SHORT_MOVE = 5n * W;

/** The word is a number of mixed radix: samples, 32 bits of time, two variances of 72 bits, a signed logarithm of 72 bits. */
const RADIX = { time: 2n ** 32n, variance: 2n ** 72n, lnPrice: 2n ** 72n };

export function packed({ samples, time, slowVariance, fastVariance, lnPrice }: Fields): bigint {
  const lnDigit = lnPrice < 0n ? lnPrice + RADIX.lnPrice : lnPrice;
  return (((samples * RADIX.time + time) * RADIX.variance + slowVariance) * RADIX.variance + fastVariance) * RADIX.lnPrice + lnDigit;
}

export function unpacked(word: bigint): Fields {
  const digits = [RADIX.lnPrice, RADIX.variance, RADIX.variance, RADIX.time].reduce<[bigint, ...bigint[]]>(
    ([rest, ...found], radix) => [rest / radix, rest % radix, ...found],
    [word],
  );
  const [samples = 0n, time = 0n, slowVariance = 0n, fastVariance = 0n, lnDigit = 0n] = digits;
  return { samples, time, slowVariance, fastVariance, lnPrice: lnDigit < RADIX.lnPrice / 2n ? lnDigit : lnDigit - RADIX.lnPrice };
}

export function parametersOf([fastTau, slowTau, minInterval, clipSquared, varianceFloor, initialVariance]: readonly bigint[]): Parameters {
  const all = { fastTau, slowTau, minInterval, clipSquared, varianceFloor, initialVariance };
  if (Object.values(all).some((value) => value === undefined)) throw new RangeError("the estimator has six parameters");
  return all as Parameters;
}

export const packVolatilityWord: Specification = (samples = 0n, time = 0n, slowVariance = 0n, fastVariance = 0n, lnPrice = 0n) => [
  equal(packed({ samples, time, slowVariance, fastVariance, lnPrice })),
];

export const unpackVolatilityWord: Specification = (word) => {
  const { samples, time, slowVariance, fastVariance, lnPrice } = unpacked(word);
  return [equal(samples), equal(time), equal(slowVariance), equal(fastVariance), equal(lnPrice)];
};

export const updateVolatility: Specification = (word, price, time, ...parameters) => [
  fieldwise(updated(unpacked(word), price, time, parametersOf(parameters))),
];

/** As `updateVolatility`, but what lies beyond the clip is in neither variance. */
export const updateWinsorised: Specification = (word, price, time, ...parameters) => [
  fieldwise(updated(unpacked(word), price, time, parametersOf(parameters), true)),
];

/** As `updateVolatility`, but neither variance falls. */
export const updateAcrossGap: Specification = (word, price, time, ...parameters) => {
  const before = unpacked(word);
  const watched = updated(before, price, time, parametersOf(parameters));
  return [fieldwise({ ...watched, variances: (lnPrice) => watched.variances(lnPrice).map(notBelow(before)) as [Interval, Interval] })];
};

const notBelow =
  ({ slowVariance, fastVariance }: Fields) =>
  (x: Interval, index: number): Interval =>
    greatest(x, index === 0 ? slowVariance : fastVariance);

/** What an update may make of each field. The variances hang on the logarithm stored, which may itself be one of two or three. */
interface Update {
  readonly samples: Bound;
  readonly time: Bound;
  readonly lnPrice: Bound;
  readonly variances: (lnPrice: bigint) => readonly [slow: Interval, fast: Interval];
}

/** A word within the bounds of its fields. */
function fieldwise({ samples, time, lnPrice, variances }: Update): Bound {
  return {
    text: `samples ${samples.text}, time ${time.text}, ln ${lnPrice.text}`,
    accepts: (result) => {
      const after = unpacked(result);
      const [slow, fast] = variances(after.lnPrice).map(inside);
      const pairs = [
        [samples, after.samples],
        [time, after.time],
        [lnPrice, after.lnPrice],
        [slow, after.slowVariance],
        [fast, after.fastVariance],
      ] as const;
      return pairs.every(([bound, value]) => bound?.accepts(value, []));
    },
  };
}

function updated(before: Fields, price: bigint, time: bigint, parameters: Parameters, isWinsorised = false): Update {
  if (before.samples === 0n) {
    const initial = least(parameters.initialVariance, MAX_VARIANCE);
    return { samples: equal(1n), time: equal(time), lnPrice: lnWadOf(price), variances: () => [initial, initial] };
  }
  if (time <= before.time) return unchanged(before);

  const elapsed = time - before.time;
  const { minInterval } = parameters;
  // In this order: which of several faults is reported is part of the specification.
  const lnPrice = lnWadOf(price);
  if (!isWinsorised) divisor(parameters.fastTau);
  const cap = clip(before.slowVariance, elapsed, parameters);
  divisor(parameters.fastTau);
  divisor(parameters.slowTau);
  return {
    samples: equal(elapsed >= minInterval ? smaller(before.samples + 1n, MAX_SAMPLES) : before.samples),
    time: equal(time),
    lnPrice,
    variances: (after) => {
      const observed = squaredReturn(after - before.lnPrice, elapsed);
      return [
        mixed(before.slowVariance, least(observed, cap), elapsed, parameters.slowTau),
        mixed(before.fastVariance, isWinsorised ? least(observed, cap) : observed, elapsed, parameters.fastTau),
      ];
    },
  };
}

function unchanged({ samples, time, slowVariance, fastVariance, lnPrice }: Fields): Update {
  const variances = [least(slowVariance), least(fastVariance)] as const;
  return { samples: equal(samples), time: equal(time), lnPrice: equal(lnPrice), variances: () => variances };
}

/** q = r²·YEAR / (D·W) with r = |ln price - ln price before| + 2, before it is rounded up. */
function squaredReturn(change: bigint, elapsed: bigint): Exact {
  const r = (change < 0n ? -change : change) + 2n;
  return fraction(r * r * YEAR, elapsed * W);
}

/** clipSquared·max(slow, floor)·max(D, minInterval) / D, before it is rounded up. */
function clip(slowVariance: bigint, elapsed: bigint, { clipSquared, varianceFloor, minInterval }: Parameters): Exact {
  const cap = fraction(fits(clipSquared * larger(slowVariance, varianceFloor)) * larger(elapsed, minInterval), elapsed);
  up(cap);
  return cap;
}

/**
 * What V·a + q·(1 - a), a = e^(-D/tau), may become by rounding: never less than exactly, and less than 2 + 3·(|q - V| + 1)/W
 * more, up to the largest variance the word holds.
 *
 * Why. In units of 1/W the weight is w where exactly it is A = W·a. Its exponent ⌈D·W/tau⌉ or ⌊D·W/tau⌋ is less than 1 off,
 * which moves A by less than 1 (and 10^-17) to the side of the rounding; expWad errs by -1 to +0.03. Rising (q ≥ V) 1 is
 * taken off, so A - 3 < w ≤ A; falling 1 is added, so A ≤ w < A + 3. The mix is q - (q - V)·w/W, so with that w it is not
 * below the exact one and above it by less than 3·|q - V|/W. Rounding q up adds less than 1 (and 3/W), rounding the mix up
 * less than 1.
 */
function mixed(average: bigint, observed: Real, elapsed: bigint, tau: bigint): Interval {
  const exact = exactMix(average, observed, fraction(elapsed, tau));
  const distance = magnitude(subtract(observed, average));
  const excess = add(2n, divide(multiply(3n, add(distance, 1n)), W));
  // `inside` takes the lower end where it is lowest: nothing is lost, because the enclosure is narrower than the bound's slack.
  return { low: least(exact, MAX_VARIANCE).high, high: least(add(exact, excess), MAX_VARIANCE).low };
}

/** V·a + q·(1 - a) with a = e^-x. */
export function exactMix(average: Real, observed: Real, x: Exact): Interval {
  const a = exp(multiply(x, -1n));
  // The same as V + (q - V)·(1 - a): each number once, so the enclosure stays narrow.
  return add(average, multiply(subtract(observed, average), subtract(1n, a)));
}

/** One step of the recursion in real numbers: the squared return without the two units, and nothing rounded. */
export function realStep(
  before: readonly [slow: Real, fast: Real],
  logReturn: Real,
  elapsed: bigint,
  parameters: Parameters,
): [Interval, Interval] {
  const [slow, fast] = before;
  const { fastTau, slowTau, minInterval, clipSquared, varianceFloor } = parameters;
  const observed = multiply(multiply(logReturn, logReturn), fraction(YEAR * W, elapsed));
  const cap = multiply(greatest(slow, varianceFloor), fraction(clipSquared * larger(elapsed, minInterval), elapsed));
  const mix = (average: Real, q: Real, tau: bigint): Interval => least(exactMix(average, q, fraction(elapsed, tau)), MAX_VARIANCE);
  return [mix(slow, least(observed, cap), slowTau), mix(fast, observed, fastTau)];
}

export const variance: Specification = (word, ...parameters) => {
  const { slowVariance, fastVariance } = unpacked(word);
  return [equal(larger(larger(slowVariance, fastVariance), parametersOf(parameters).varianceFloor))];
};

/** W·√((tail/W)²·(variance/W)·horizon/YEAR), rounded up: the root of a ceiling has the ceiling of the root. */
export const adverseMove: Specification = (tail, annualVariance, horizon) => {
  const numerator = fits(fits(tail * tail) * annualVariance) * horizon;
  const squared = fraction(numerator, YEAR * W);
  up(squared);
  return [up(sqrt(squared))];
};

/** W·√((variance/W)·horizon/YEAR), rounded up. */
export const horizonVolatility: Specification = (annualVariance, horizon) => {
  const squared = fraction(fits(annualVariance * W) * horizon, YEAR);
  up(squared);
  return [up(sqrt(squared))];
};

/** W·(e^(move/W) - 1), by more than nothing and less than 4 units too large: the 2 that are added are the exponential's error. */
export const adverseMoveShort: Specification = (move) => {
  if (move > MAX_SHORT_MOVE) return [equal(UNCAPPED)];
  return [near(subtract(scaledExp(move), W), 0n, 4n)];
};
