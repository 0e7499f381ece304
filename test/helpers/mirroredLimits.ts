/** Every function of the SDK's `/limits`, and the arguments to hold it against its twins with. */
import {
  bind,
  collateralLimitLong,
  collateralLimitShort,
  marginLimit,
  openInterestLimit,
  openInterestScale,
  oracleScale,
  volatilityLimit,
} from "../../sdk/src/limits/index.ts";
import { UNCAPPED, WAD } from "../../sdk/src/math/index.ts";
import type { Arguments, Random } from "./corpus.ts";
import type { Mirrored } from "./differential.ts";

export const LIMITS: readonly Mirrored[] = [
  {
    name: "volatilityLimit",
    mirror: volatilityLimit,
    plausible: (random) => [amount(random), ratio(random), random.logBetween(0n, 150n * WAD)],
    errors: ["MathOverflow"],
  },
  collateral("collateralLimitLong", collateralLimitLong),
  collateral("collateralLimitShort", collateralLimitShort),
  {
    name: "marginLimit",
    mirror: marginLimit,
    plausible: (random) => [amount(random), amount(random), random.logBetween(1n, WAD), amount(random)],
    errors: ["DivisionByZero", "MathOverflow"],
  },
  {
    name: "openInterestLimit",
    mirror: openInterestLimit,
    plausible: (random) => {
      const cap = amount(random);
      return [ratio(random), cap, random.between(0n, cap)];
    },
    errors: ["MathOverflow"],
  },
  {
    name: "openInterestScale",
    mirror: openInterestScale,
    plausible: (random) => [ratio(random), random.logBetween(0n, 150n * WAD)],
    errors: [],
  },
  { name: "oracleScale", mirror: oracleScale, plausible: plausibleAge, errors: [] },
  {
    name: "bind",
    mirror: (first, second, third, scale) => {
      const { notional, index } = bind([first, second, third], scale);
      return [notional, BigInt(index)];
    },
    plausible: plausibleLimits,
    errors: ["MathOverflow"],
  },
];

/** Four zeros at once do not come by chance, and are where the divisor is zero. */
function collateral(name: string, mirror: typeof collateralLimitLong): Mirrored {
  const examples = [0n, 1n, WAD, UNCAPPED].map((equity) => [equity, 0n, 0n, 0n, 0n]);
  return { name, mirror, plausible: plausibleCollateral, examples, errors: ["MathOverflow"] };
}

/** A quote or base amount, from dust to more than there is money. */
function amount(random: Random): bigint {
  return random.logBetween(0n, 10n ** 34n);
}

function ratio(random: Random): bigint {
  return random.oneIn(4) ? random.pick([0n, WAD, WAD / 2n]) : random.between(0n, WAD);
}

function plausibleCollateral(random: Random): Arguments {
  const margins = [random.between(0n, WAD / 2n), random.between(0n, WAD / 2n)];
  return [amount(random), random.logBetween(0n, 150n * WAD), ...margins, random.logBetween(0n, WAD / 10n)];
}

function plausibleAge(random: Random): Arguments {
  const heartbeat = random.between(0n, 86_400n);
  const maxAge = heartbeat + random.between(0n, 86_400n);
  return [random.between(0n, 2n * maxAge + 1n), heartbeat, maxAge];
}

/** Three limits, with ties and uncapped ones. */
function plausibleLimits(random: Random): Arguments {
  const base = amount(random);
  const limit = (): bigint => random.pick([UNCAPPED, base, base, amount(random)]);
  return [limit(), limit(), limit(), ratio(random)];
}
