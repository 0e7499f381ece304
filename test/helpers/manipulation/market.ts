/** A guard that knows its market, and what is left of its sizes while somebody lies to it. */
import { expect } from "chai";
import { isUsable } from "../../../sdk/src/guard/sizing.ts";
import { ORACLE_STATUSES, type OracleStatus } from "../../../sdk/src/index.ts";
import { packVolatilityWord, unpackVolatilityWord } from "../../../sdk/src/math/index.ts";
import { type GuardedFeed, poke, word } from "../adapters.ts";
import { ETH_USD, position, preview } from "../market.ts";
import { word as bytes, slotOf } from "../storage.ts";

/** 60 % a year. */
const VARIANCE = 36n * 10n ** 16n;
/** Where a guard keeps its markets, and where in one its volatility lies. */
const [MARKETS, VOLATILITY] = [0n, 2n];

/** What a guard would know after weeks at 60 % a year: its word is written, because weeks of rounds take long. */
export async function makeFamiliar(m: GuardedFeed): Promise<void> {
  await poke(m);
  const fields = { ...unpackVolatilityWord(await word(m)), samples: 255n, slowVariance: VARIANCE, fastVariance: VARIANCE };
  const familiar = packVolatilityWord(fields);
  const slot = slotOf(ETH_USD, MARKETS) + VOLATILITY;
  await m.connection.networkHelpers.setStorageAt(m.guard.address, `0x${slot.toString(16)}`, bytes(familiar));
  expect(await word(m), "the slot that was written").to.equal(familiar);
  // Stamps it with the round it knows.
  await poke(m);
  expect(await word(m)).to.equal(familiar);
}

/** What the guard says of a small position on each side. */
export interface Sizes {
  readonly status: OracleStatus;
  /** Quote WAD, 0 for none. */
  readonly price: bigint;
  /** The largest long and the largest short, base WAD. */
  readonly limits: readonly [long: bigint, short: bigint];
}

export async function sizes(m: GuardedFeed): Promise<Sizes> {
  const [long, short] = [await preview(m, position({ sizeAfter: 1n })), await preview(m, position({ sizeAfter: -1n }))];
  const status = ORACLE_STATUSES[long.status] ?? "Invalid";
  return { status, price: isUsable(status) ? long.price : 0n, limits: [long.limitSize, short.limitSize] };
}

/** The larger of what is left of the largest long and the largest short, as a share: above 1 it was bought. */
export function bought(seen: Sizes, honest: Sizes): number {
  return Math.max(...seen.limits.map((limit, side) => Number(limit) / Number(honest.limits[side])));
}

export const priceShare = (seen: Sizes, honest: Sizes): number => Number(seen.price) / Number(honest.price);
