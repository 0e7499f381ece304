/** Limits of what a market, a pool or a collateral can carry, and the arguments to hold them against their twins with. */
import {
  collateralRatioLimit,
  concentrationLimit,
  growthHeadroom,
  impactLimit,
  liquidityLimit,
  participationLimit,
  skewLimit,
} from "../../sdk/src/limits/index.ts";
import { levelAfterDecrease, levelAfterIncrease, levelNow, seenPoolEquity, seePool, WAD } from "../../sdk/src/math/index.ts";
import type { Arguments, Random } from "./corpus.ts";
import type { Mirrored } from "./differential.ts";

export const EXPOSURE: readonly Mirrored[] = [
  {
    name: "collateralRatioLimit",
    mirror: collateralRatioLimit,
    plausible: (random) => [amount(random), random.logBetween(0n, 2n * WAD), random.between(WAD, 100n * WAD)],
    errors: ["DivisionByZero", "MathOverflow"],
  },
  { name: "liquidityLimit", mirror: liquidityLimit, plausible: (random) => near(random, 2), errors: [] },
  {
    name: "participationLimit",
    mirror: participationLimit,
    plausible: (random) => [amount(random), random.logBetween(0n, WAD), random.logBetween(0n, 30n * 86_400n)],
    errors: ["MathOverflow"],
  },
  {
    name: "impactLimit",
    mirror: impactLimit,
    plausible: (random) => [amount(random), random.logBetween(0n, WAD), random.logBetween(0n, 4n * WAD), random.logBetween(0n, 100n * WAD)],
    errors: ["MathOverflow"],
  },
  { name: "skewLimit", mirror: skewLimit, plausible: (random) => near(random, 3), errors: [] },
  {
    name: "concentrationLimit",
    mirror: concentrationLimit,
    plausible: (random) => {
      const pool = amount(random);
      return [random.logBetween(0n, WAD), pool, random.between(0n, pool)];
    },
    errors: ["MathOverflow"],
  },
  { name: "growthHeadroom", mirror: growthHeadroom, plausible: plausibleBucket, errors: [] },
  { name: "levelNow", mirror: levelNow, plausible: (random) => plausibleBucket(random).filter((_, index) => index !== 1), errors: [] },
  {
    name: "levelAfterIncrease",
    mirror: levelAfterIncrease,
    plausible: (random) => [...plausibleBucket(random).filter((_, index) => index !== 1), amount(random)],
    errors: [],
  },
  { name: "seePool", mirror: seePool, plausible: plausibleMeter, errors: [] },
  {
    name: "seenPoolEquity",
    mirror: seenPoolEquity,
    plausible: (random) => plausibleMeter(random).filter((_, index) => index !== 1),
    errors: [],
  },
  { name: "levelAfterDecrease", mirror: levelAfterDecrease, plausible: (random) => near(random, 2), errors: [] },
];

/** A quote or base amount, from dust to more than there is money. */
function amount(random: Random): bigint {
  return random.logBetween(0n, 10n ** 34n);
}

/** Amounts of the same order, so that either may be the larger. */
function near(random: Random, count: number): Arguments {
  const most = amount(random) + 1n;
  return Array.from({ length: count }, () => random.between(0n, most));
}

/** Level, capacity, refill rate and elapsed time of a bucket that is neither always full nor always empty. */
function plausibleBucket(random: Random): Arguments {
  const capacity = amount(random) + 1n;
  const period = random.between(1n, 7n * 86_400n);
  return [random.between(0n, 2n * capacity), capacity, capacity / period, random.between(0n, 2n * period)];
}

/** A meter, the pool's equity now, and the time of a round: before, at or after the one the meter saw. */
function plausibleMeter(random: Random): Arguments {
  const time = random.oneIn(8) ? 0n : random.between(1n, 2n ** 32n - 2n);
  const meter = (time << 224n) | (random.logBetween(0n, 2n ** 112n - 1n) << 112n) | random.logBetween(0n, 2n ** 112n - 1n);
  return [meter, amount(random), random.oneIn(3) ? time : random.between(0n, 2n ** 32n - 1n)];
}
