/** An account's own discipline and past, and the arguments to hold them against their twins with. */
import {
  cppiLimit,
  drawdownScale,
  kellyLimit,
  kellyLimitBinary,
  kellyLimitMarket,
  survivableMoveLong,
  survivableMoveShort,
} from "../../sdk/src/limits/index.ts";
import { fadedPeak, peakAfterFlow, touchProbability, WAD } from "../../sdk/src/math/index.ts";
import type { Arguments, Random } from "./corpus.ts";
import type { Mirrored } from "./differential.ts";

export const DISCIPLINE: readonly Mirrored[] = [
  {
    name: "kellyLimit",
    mirror: kellyLimit,
    plausible: (random) => [amount(random), ratio(random), random.between(-WAD, 3n * WAD), random.logBetween(0n, 100n * WAD)],
    errors: ["MathOverflow"],
  },
  {
    name: "kellyLimitBinary",
    mirror: kellyLimitBinary,
    plausible: (random) => [amount(random), ratio(random), ratio(random), random.logBetween(0n, 100n * WAD)],
    errors: ["MathOverflow"],
  },
  {
    name: "kellyLimitMarket",
    mirror: kellyLimitMarket,
    plausible: (random) => [amount(random), ratio(random), ratio(random), ratio(random)],
    errors: ["MathOverflow"],
  },
  { name: "survivableMoveLong", mirror: survivableMoveLong, plausible: plausibleSurvival, errors: ["MathOverflow"] },
  { name: "survivableMoveShort", mirror: survivableMoveShort, plausible: plausibleSurvival, errors: ["MathOverflow"] },
  {
    name: "touchProbability",
    mirror: touchProbability,
    plausible: (random) => [random.logBetween(0n, WAD), random.logBetween(WAD / 1_000n, 10n * WAD), random.logBetween(1n, 31_536_000n)],
    errors: ["MathOverflow"],
  },
  {
    name: "drawdownScale",
    mirror: drawdownScale,
    plausible: (random) => [...fallen(random), ratio(random), random.between(1n, 3n)],
    thresholds: [3n, 4n],
    errors: ["DivisionByZero", "InvalidPower", "MathOverflow"],
  },
  {
    name: "cppiLimit",
    mirror: cppiLimit,
    plausible: (random) => [...fallen(random), ratio(random), random.logBetween(0n, 20n * WAD)],
    errors: ["MathOverflow"],
  },
  {
    name: "peakAfterFlow",
    mirror: peakAfterFlow,
    plausible: (random) => {
      const [equity = 0n, peak = 0n] = fallen(random);
      return [peak, equity, random.between(-peak, peak)];
    },
    errors: [],
  },
  {
    name: "fadedPeak",
    mirror: fadedPeak,
    plausible: (random) => {
      const [equity = 0n, peak = 0n] = fallen(random);
      const halfLife = random.between(1n, 365n * 86_400n);
      return [peak, equity, random.between(0n, 50n * halfLife), halfLife];
    },
    errors: [],
  },
];

function amount(random: Random): bigint {
  return random.logBetween(0n, 10n ** 34n);
}

function ratio(random: Random): bigint {
  return random.oneIn(4) ? random.pick([0n, WAD, WAD / 2n]) : random.between(0n, WAD);
}

/** Equity and its high-water mark: seldom above, now and then nothing left. */
function fallen(random: Random): Arguments {
  const peak = amount(random);
  return [random.between(-peak / 10n, peak + peak / 10n), peak];
}

/** Equity of up to twice the notional, margins of up to all of it. */
function plausibleSurvival(random: Random): Arguments {
  const notional = amount(random);
  const kept = random.between(0n, WAD);
  const penalty = random.between(0n, kept);
  return [random.between(0n, 2n * notional), notional, kept - penalty, penalty, random.logBetween(0n, WAD / 10n)];
}
