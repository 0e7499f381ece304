/**
 * Enclosures of √x, ln x, e^x and the normal law's tail: intervals that provably hold the real value, from the definitions and by power series of
 * positive terms. Each number is carried as a pair of integers in units of 10^-100, one rounded down at every step and one
 * rounded up, so no error analysis is needed. The intervals are narrower than 10^-80 of the value (or of 1, where it is
 * smaller): see the test.
 */
import {
  compare,
  divide,
  type Exact,
  ends,
  fraction,
  type Interval,
  interval,
  multiply,
  type Rational,
  type Real,
  subtract,
} from "./rational.ts";

const ONE = 10n ** 100n;

/** Where e^-x counts as "somewhere from 0 to e^-512": far below anything this model tells apart. */
const LARGEST_EXPONENT = 512n;

/** Both ends in units of 10^-100. */
interface Pair {
  readonly low: bigint;
  readonly high: bigint;
}

/** √x for an exact x from 0 up; a point where x is the square of a number of at most 100 decimals. */
export function sqrt(x: Exact): Interval {
  const { n, d } = ends(x).low;
  const radicand = n * ONE * ONE;
  const low = integerRoot(radicand / d);
  return real({ low, high: low * low * d === radicand ? low : low + 1n });
}

/** ln x for an exact x above 0. */
export function ln(x: Exact): Interval {
  const { n, d } = ends(x).low;
  if (n <= 0n) throw new RangeError("the logarithm of nothing");
  // x = m·2^k with m from 1 to below 2, so that the series below gains a decimal a term.
  const least = BigInt(n.toString(2).length - d.toString(2).length - 1);
  const k = compare(scale(n, d, least), 2n) >= 0n ? least + 1n : least;
  const m = scale(n, d, k);
  const [ofMantissa, ofTwo] = [twiceArtanh(m.n - m.d, m.n + m.d), k < 0n ? { low: LN_2.high, high: LN_2.low } : LN_2];
  return real({ low: ofMantissa.low + k * ofTwo.low, high: ofMantissa.high + k * ofTwo.high });
}

/** e^x, for an x that is exact or itself an interval. */
export function exp(x: Real): Interval {
  const { low, high } = ends(x);
  const first = expOf(low);
  return compare(low, high) === 0n ? first : { low: first.low, high: expOf(high).high };
}

function expOf(x: Rational): Interval {
  if (x.n >= 0n) return real(expOfPositive(x));
  if (compare(x, -LARGEST_EXPONENT) < 0n) return interval(0n, expOf({ n: -LARGEST_EXPONENT, d: 1n }).high);
  return divide(1n, expOf({ n: -x.n, d: x.d }));
}

/** e^x = (e^(x / 2^k))^(2^k), with the inner exponent below 1/1024. */
function expOfPositive({ n, d }: Rational): Pair {
  if (n > LARGEST_EXPONENT * d) throw new RangeError("an exponent beyond this model");
  const halvings = 10n + BigInt((n / d).toString(2).length);
  const x = { low: (n * ONE) / (d << halvings), high: up(n * ONE, d << halvings) };
  let term: Pair = { low: ONE, high: ONE };
  let sum: Pair = { low: 0n, high: 0n };
  for (let i = 1n; term.low > 0n; i++) {
    sum = { low: sum.low + term.low, high: sum.high + term.high };
    term = { low: (term.low * x.low) / (ONE * i), high: up(term.high * x.high, ONE * i) };
  }
  // Of the terms left out each is less than half the one before, so together they are less than twice the first.
  let power: Pair = { low: sum.low, high: sum.high + 2n * term.high };
  for (let i = 0n; i < halvings; i++) power = { low: power.low ** 2n / ONE, high: up(power.high ** 2n, ONE) };
  return power;
}

/** 2·artanh(n / d) = ln((d + n) / (d - n)) = 2·Σ z^(2i + 1) / (2i + 1), for z = n / d from 0 to 1/3. */
function twiceArtanh(n: bigint, d: bigint): Pair {
  const square = { low: (n * n * ONE) / (d * d), high: up(n * n * ONE, d * d) };
  let power = { low: (n * ONE) / d, high: up(n * ONE, d) };
  let sum = { low: 0n, high: 0n };
  for (let i = 1n; power.low > 0n; i += 2n) {
    sum = { low: sum.low + power.low / i, high: sum.high + up(power.high, i) };
    power = { low: (power.low * square.low) / ONE, high: up(power.high * square.high, ONE) };
  }
  // Of the terms left out each is at most a ninth of the one before, so together they are less than twice the first.
  return { low: 2n * sum.low, high: 2n * (sum.high + 2n * power.high) };
}

const LN_2: Pair = twiceArtanh(1n, 3n);

/** Q(z) = 1/2 - φ(z)·Σ z^(2i + 1) / (1·3·5…(2i + 1)): what the normal law leaves above an exact z from 0 to 16. */
export function upperTail(z: Exact): Interval {
  const { n, d } = ends(z).low;
  if (n < 0n || n > 16n * d) throw new RangeError("a tail beyond this model");
  const square = { low: (n * n * ONE) / (d * d), high: up(n * n * ONE, d * d) };
  let term = { low: (n * ONE) / d, high: up(n * ONE, d) };
  let sum = { low: 0n, high: 0n };
  let i = 1n;
  // Once i is beyond 2·z², of the terms left out each is less than half the one before.
  for (; term.low > 0n || i * ONE < 2n * square.high; i += 2n) {
    sum = { low: sum.low + term.low, high: sum.high + term.high };
    term = { low: (term.low * square.low) / (ONE * (i + 2n)), high: up(term.high * square.high, ONE * (i + 2n)) };
  }
  const series = real({ low: sum.low, high: sum.high + 2n * term.high });
  const density = divide(exp({ n: -n * n, d: 2n * d * d }), sqrtOfInterval(multiply(2n, PI)));
  return subtract(fraction(1n, 2n), multiply(density, series));
}

function sqrtOfInterval({ low, high }: Interval): Interval {
  return { low: sqrt(low).low, high: sqrt(high).high };
}

/** arctan(1 / x) = Σ ±1 / ((2i + 1)·x^(2i + 1)), for an x from 2 on. */
function arctanOfInverse(x: bigint): Pair {
  let power = { low: ONE / x, high: up(ONE, x) };
  let sum = { low: 0n, high: 0n };
  for (let i = 1n; power.low > 0n; i += 2n) {
    const term = { low: power.low / i, high: up(power.high, i) };
    const isAdded = i % 4n === 1n;
    sum = isAdded ? { low: sum.low + term.low, high: sum.high + term.high } : { low: sum.low - term.high, high: sum.high - term.low };
    power = { low: power.low / (x * x), high: up(power.high, x * x) };
  }
  // Signs alternate and terms fall, so all that are left out are together less than the first of them.
  return { low: sum.low - power.high, high: sum.high + power.high };
}

/** π = 16·arctan(1/5) - 4·arctan(1/239) (Machin). */
const PI: Interval = subtract(multiply(16n, real(arctanOfInverse(5n))), multiply(4n, real(arctanOfInverse(239n))));

/** n / d / 2^k. */
function scale(n: bigint, d: bigint, k: bigint): Rational {
  return k < 0n ? fraction(n << -k, d) : fraction(n, d << k);
}

/** The same number, its ends moved apart to whole units of 10^-100: fractions that are used over and over grow without. */
export function shortened(x: Interval): Interval {
  const floor = ({ n, d }: Rational): bigint => (n * ONE - ((((n * ONE) % d) + d) % d)) / d;
  return real({ low: floor(x.low), high: -floor({ n: -x.high.n, d: x.high.d }) });
}

/** ⌊√x⌋ by Heron's iteration from above, which falls until it is there. */
function integerRoot(x: bigint): bigint {
  if (x === 0n) return 0n;
  let root = 1n << BigInt((x.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** ⌈n / d⌉ of two numbers that are not negative. */
function up(n: bigint, d: bigint): bigint {
  return (n + d - 1n) / d;
}

function real({ low, high }: Pair): Interval {
  return multiply(interval(low, high), fraction(1n, ONE));
}
