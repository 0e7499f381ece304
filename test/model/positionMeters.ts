/** Specification of contracts/libraries/PositionMeters.sol and sdk/src/guard/positionMeters.ts: see "Meters" in docs/math.md. */
import { type Bound, equal, larger, type Specification, smaller, UNCAPPED } from "./bound.ts";
import { fadedPeak } from "./discipline.ts";
import { fieldsOf, valuesOf } from "./policy.ts";

const MAX_LEVEL = 2n ** 224n - 1n;
const MAX_PEAK = 2n ** 128n - 1n;
const TIME = 2n ** 224n;

/** What is there on the long and on the short side. */
const sides = (size: bigint): readonly [long: bigint, short: bigint] => (size >= 0n ? [size, 0n] : [0n, -size]);

/** Words: shrunk, grown, the meter of the old side after, that of the new one, its headroom before, and the mark. */
export const positionMeters: Specification = (extendedPolicy, before, after, mark, timestamp, ...position) => {
  const policy = valuesOf(fieldsOf({ feedPolicy: 0n, riskPolicy: 0n, extendedPolicy, portfolioPolicy: 0n, variancePolicy: 0n }));
  const [, equity = 0n, flow = 0n, sizeBefore = 0n, sizeAfter = 0n] = position;
  const [from, to] = [sides(sizeBefore), sides(sizeAfter)];
  const moved = [to[0] - from[0], to[1] - from[1]];
  const grown = moved.reduce((sum, d) => sum + larger(d, 0n), 0n);
  const shrunk = moved.reduce((sum, d) => sum + larger(-d, 0n), 0n);

  const refill = policy.growthPeriod === 0n ? 0n : policy.growthCapacity / policy.growthPeriod;
  const leaked = refill * larger(0n, timestamp - after / TIME);
  const level = larger(0n, (after % TIME) - leaked);
  const pack = (value: bigint, most: bigint, time: bigint): bigint => smaller(value, most) + (time % 2n ** 32n) * TIME;
  return [
    equal(shrunk),
    equal(grown),
    equal(pack(larger(0n, (before % TIME) - shrunk), MAX_LEVEL, before / TIME)),
    equal(pack(level + grown, MAX_LEVEL, timestamp)),
    equal(larger(0n, policy.growthCapacity - level)),
    markAfter(mark, { equity, flow, halfLife: policy.peakHalfLife, timestamp }),
  ];
};

interface Action {
  readonly equity: bigint;
  readonly flow: bigint;
  readonly halfLife: bigint;
  readonly timestamp: bigint;
}

/** The mark in proportion to the money, never below equity, and faded since it was written. */
function markAfter(mark: bigint, { equity, flow, halfLife, timestamp }: Action): Bound {
  const [peak, owned, before] = [mark % 2n ** 128n, larger(equity, 0n), equity - flow];
  const proportional = before <= 0n ? 0n : larger((peak * owned + before - 1n) / before, owned);
  const moved = before > 0n ? smaller(UNCAPPED, proportional) : flow > 0n ? owned : peak;
  const [faded] = fadedPeak(moved, equity, larger(0n, timestamp - mark / TIME), halfLife);
  return {
    text: `mark of ${faded?.text}, cut at 2^128 - 1`,
    accepts: (word) => {
      const [time, rest] = [word / TIME, word % TIME];
      // What is cut may be anything from there on; what is not must be what it says.
      const isRight = rest === MAX_PEAK || faded?.accepts(rest, []) === true;
      return time === timestamp % 2n ** 32n && rest <= MAX_PEAK && isRight;
    },
  };
}
