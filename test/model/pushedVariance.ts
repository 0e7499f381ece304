/** Specification of contracts/types/PushedVariance.sol and sdk/src/math/pushedVariance.ts: see docs/math.md. */
import { equal, type Specification } from "./bound.ts";
import { add, divide, type Exact, ends, fraction, multiply } from "./rational.ts";

const RAMP = 1_800n;
const FADE = 86_400n;
const RADIX = { time: 2n ** 32n, variance: 2n ** 72n, spare: 2n ** 48n };

interface Fields {
  readonly until: bigint;
  readonly begin: bigint;
  readonly target: bigint;
  readonly from: bigint;
}

/** The word is a number of mixed radix: two times of 32 bits, two variances of 72 bits, 48 bits of nothing. */
function unpacked(word: bigint): Fields {
  const [until, rest] = split(word, RADIX.time * RADIX.variance ** 2n * RADIX.spare);
  const [begin, variances] = split(rest, RADIX.variance ** 2n * RADIX.spare);
  const [target, low] = split(variances, RADIX.variance * RADIX.spare);
  return { until, begin, target, from: low / RADIX.spare };
}

function packed({ until, begin, target, from }: Fields): bigint {
  return (((until * RADIX.time + begin) * RADIX.variance + target) * RADIX.variance + from) * RADIX.spare;
}

function split(value: bigint, radix: bigint): [bigint, bigint] {
  return [value / radix, value % radix];
}

/** The share of a way of so many seconds that is behind: 0 before its beginning, 1 after its end. */
function passed(time: bigint, begin: bigint, length: bigint): Exact {
  const elapsed = time - begin;
  return fraction(elapsed < 0n ? 0n : elapsed > length ? length : elapsed, length);
}

/** from + (target - from)·passed(RAMP), rounded up; of that the share that has not faded, rounded up. */
function valueAt(word: bigint, timestamp: bigint): bigint {
  const { until, begin, target, from } = unpacked(word);
  const risen = passed(timestamp, begin, RAMP);
  const inForce = roundedUp(add(multiply(from, complement(risen)), multiply(target, risen)).low);
  return roundedUp(multiply(inForce, complement(passed(timestamp, until, FADE))).low);
}

function complement(share: Exact): Exact {
  return add(1n, multiply(share, -1n)).low;
}

function roundedUp(x: Exact): bigint {
  const { n, d } = divide(ends(x), 1n).low;
  return (n + d - 1n) / d;
}

export const pushedVarianceAt: Specification = (word, timestamp) => [equal(valueAt(word, timestamp))];

/** Said again in time: longer. On its way: the same. Else: from what is in force, to what was said. */
export const nextPushedVariance: Specification = (word, target, until, timestamp) => {
  const known = unpacked(word);
  if (target === known.target && timestamp <= known.until) return [equal(packed({ ...known, until }))];
  if (timestamp < known.begin + RAMP) return [equal(word)];
  return [equal(packed({ until, begin: timestamp, target, from: valueAt(word, timestamp) }))];
};
