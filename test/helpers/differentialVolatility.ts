import { expWad, lnWad, packVolatilityWord, type VolatilityParameters, WAD } from "../../sdk/src/math/index.ts";
import type { Arguments, Random } from "./corpus.ts";

/** The constants a guard is deployed with. */
export const DEFAULTS: VolatilityParameters = {
  fastTau: 14_400n,
  slowTau: 604_800n,
  minInterval: 600n,
  clipSquared: 36n,
  varianceFloor: 2_500_000_000_000_000n,
  initialVariance: 2_250_000_000_000_000_000n,
};

/** The struct, from its fields in the order of the ABI. */
export function parametersOf(fields: readonly bigint[]): VolatilityParameters {
  const names = Object.keys(DEFAULTS);
  if (fields.length !== names.length) throw new Error(`${fields.length} parameters instead of ${names.length}`);
  return Object.fromEntries(names.map((name, index) => [name, fields[index]])) as unknown as VolatilityParameters;
}

/** Parameters, mostly those of a deployment, flattened in the order of the ABI. */
export function plausibleParameters(random: Random): Arguments {
  if (random.oneIn(2)) return Object.values(DEFAULTS);
  return [
    random.logBetween(60n, 100_000n),
    random.logBetween(3_600n, 10_000_000n),
    random.logBetween(0n, 10_000n),
    random.logBetween(0n, 100n),
    random.logBetween(0n, WAD),
    random.logBetween(0n, 6_000n * WAD),
  ];
}

/** A word some minutes to days into a market's life. */
export function plausibleWord(random: Random): bigint {
  return packVolatilityWord({
    samples: random.oneIn(8) ? 255n : random.between(0n, 255n),
    time: random.between(0n, 2n ** 32n - 1n),
    slowVariance: random.logBetween(0n, 2n ** 72n - 1n),
    fastVariance: random.logBetween(0n, 2n ** 72n - 1n),
    lnPrice: lnWad(random.logBetween(1n, 10n ** 36n)),
  });
}

/** Arguments of one `updateVolatility`: a word and the round that follows it, or now and then precedes it. */
export function plausibleSample(random: Random): Arguments {
  const word = plausibleWord(random);
  const before = (word >> 216n) & 0xffff_ffffn;
  const step = random.oneIn(16) ? random.between(-3_600n, 0n) : random.logBetween(1n, 2n ** 24n);
  const time = BigInt.asUintN(32, before + step);
  const price = expWad(BigInt.asIntN(72, word));
  return [word, nextPrice(random, price > 0n ? price : 1n), time, ...plausibleParameters(random)];
}

/** The price after a log return of up to 0.1 %, 1 %, … 1000 %, up or down. */
export function nextPrice(random: Random, price: bigint): bigint {
  const largest = random.pick([WAD / 1_000n, WAD / 100n, WAD / 10n, WAD, 10n * WAD]);
  const next = (price * expWad(random.between(-largest, largest))) / WAD;
  return next > 0n && next < 10n ** 40n ? next : price;
}
