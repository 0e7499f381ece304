import { drawdownScale as drawdownScaleOf } from "../limits/drawdown.ts";
import { growthHeadroom as growthHeadroomOf } from "../limits/growth.ts";
import { packGrowthMeter, packHighWaterMark, unpackGrowthMeter, unpackHighWaterMark } from "../math/accountMeters.ts";
import { max } from "../math/checks.ts";
import { fadedPeak, levelAfterDecrease, levelAfterIncrease, peakAfterFlow } from "../math/meters.ts";
import type { Policy } from "./policy.ts";
import { abs, flips, type Position } from "./sizing.ts";

// Twin: contracts/libraries/PositionMeters.sol, function for function. Nothing here throws for numbers of the right type.

/** What the action adds to the side of `sizeAfter`, base WAD. */
export function grown(position: Position): bigint {
  const kept = flips(position) ? 0n : abs(position.sizeBefore);
  return max(0n, abs(position.sizeAfter) - kept);
}

/** What the action takes from the side of `sizeBefore`, base WAD. */
export function shrunk(position: Position): bigint {
  const left = flips(position) ? 0n : abs(position.sizeAfter);
  return max(0n, abs(position.sizeBefore) - left);
}

/** What the side may still grow by, base WAD. */
export function growthHeadroom(policy: Policy, meter: bigint, timestamp: bigint): bigint {
  const { level, time } = unpackGrowthMeter(meter);
  return growthHeadroomOf(level, policy.growthCapacity, refillRate(policy), elapsed(time, timestamp));
}

/** The meter's word after the side grew, base WAD. */
export function increase(policy: Policy, meter: bigint, added: bigint, timestamp: bigint): bigint {
  const { level, time } = unpackGrowthMeter(meter);
  return packGrowthMeter(levelAfterIncrease(level, refillRate(policy), elapsed(time, timestamp), added), timestamp);
}

/** The meter's word after the side shrank, base WAD. */
export function decrease(meter: bigint, removed: bigint): bigint {
  const { level, time } = unpackGrowthMeter(meter);
  return packGrowthMeter(levelAfterDecrease(level, removed), time);
}

/** ⌊capacity / period⌋, base WAD per second. */
function refillRate({ growthCapacity, growthPeriod }: Policy): bigint {
  return growthPeriod === 0n ? 0n : growthCapacity / growthPeriod;
}

/** The word of the account's high-water mark after the action: money moves it in proportion first, then it fades. */
export function highWaterMark(policy: Policy, mark: bigint, { equity, flow }: Position, timestamp: bigint): bigint {
  const { peak, time } = unpackHighWaterMark(mark);
  const moved = peakAfterFlow(peak, equity, flow);
  return packHighWaterMark(fadedPeak(moved, equity, elapsed(time, timestamp), policy.peakHalfLife), timestamp);
}

/** The share of the limits, WAD, that an account so far below its mark still has: `mark` is the word after the action. */
export function drawdownScale(policy: Policy, mark: bigint, { equity }: Position): bigint {
  return drawdownScaleOf(equity, unpackHighWaterMark(mark).peak, policy.maxDrawdown, policy.drawdownPower);
}

function elapsed(since: bigint, timestamp: bigint): bigint {
  return max(0n, timestamp - since);
}
