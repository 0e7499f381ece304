import { SelfLimitLoosensError, SelfLimitOutOfRangeError } from "../errors/guard.ts";
import { ArgumentOutOfRangeError } from "../errors/math.ts";
import { requireUint256 } from "../math/checks.ts";
import { WAD } from "../math/constants.ts";
import type { SelfLimitField } from "./enums.ts";
import { field, inUnits, RATIO_UNIT } from "./words.ts";

// Twins: contracts/types/SelfLimit.sol (layout), contracts/libraries/SelfLimitRules.sol (ranges, what may replace what).

/** The edge a trader declares, and the share of Kelly's stake on it that the trader allows. */
export type KellyRule =
  /** A price that drifts by `edge` a year; a negative one is a short's. */
  | { readonly kind: "continuous"; readonly fraction: bigint; readonly edge: bigint }
  /** A bet that pays `odds` for one with that probability, on either side. */
  | { readonly kind: "binary"; readonly fraction: bigint; readonly probability: bigint; readonly odds: bigint }
  /** A long share of a prediction market that pays 1 with that probability, at the market's price. */
  | { readonly kind: "market"; readonly fraction: bigint; readonly probability: bigint };

/** What an account allows itself in a market, until it expires. WAD, in steps of 1e14; amounts in whole quote units. */
export interface SelfLimit {
  /** Largest notional, quote WAD; `null`: none. */
  readonly maxNotional: bigint | null;
  /** `null`: none. */
  readonly kelly: KellyRule | null;
  /** Seconds, unix: from then on it says nothing. */
  readonly expiry: bigint;
}

const KINDS = [null, "continuous", "binary", "market"] as const;
const ONE = 10_000n;
const MAX_RULES = 7n;
const MAX_UINT32 = 0xffff_ffffn;

/**
 * Packs a self limit into the word `setSelfLimit` takes. Nothing is rounded: what the word cannot hold exactly is refused.
 *
 * @param limit - What the account allows itself.
 * @returns The word.
 * @throws {ArgumentOutOfRangeError} When a value is not a multiple of its unit or is too large for its field.
 *
 * @example
 * ```ts
 * const word = encodeSelfLimit({ maxNotional: 10_000n * WAD, kelly: null, expiry: 1_900_000_000n });
 * ```
 */
export function encodeSelfLimit({ maxNotional, kelly, expiry }: SelfLimit): bigint {
  const rules = BigInt(KINDS.indexOf(kelly?.kind ?? null)) | (maxNotional === null ? 0n : 4n);
  const ratio = (name: string, value: bigint, bits: number, shift: number): bigint =>
    field(name, inUnits(name, value, RATIO_UNIT), bits, shift);
  return (
    field("maxNotional", inUnits("maxNotional", maxNotional ?? 0n, WAD), 40, 0) |
    ratio("fraction", kelly?.fraction ?? 0n, 16, 40) |
    field("kelly", rules, 8, 56) |
    (kelly?.kind === "continuous" ? edgeField(kelly.edge) : 0n) |
    (kelly && kelly.kind !== "continuous" ? ratio("probability", kelly.probability, 16, 96) : 0n) |
    (kelly?.kind === "binary" ? ratio("odds", kelly.odds, 32, 112) : 0n) |
    field("expiry", expiry, 32, 144)
  );
}

/**
 * Reads a self limit.
 *
 * @param word - As the contracts store it, uint256.
 * @returns What the account allows itself, or `null` where it never said.
 * @throws {ArgumentOutOfRangeError} When `word` is not a uint256.
 *
 * @example
 * ```ts
 * const own = decodeSelfLimit(snapshot.meters.selfLimit);
 * ```
 */
export function decodeSelfLimit(word: bigint): SelfLimit | null {
  if (word === 0n) return null;
  const { maxNotional, rules, expiry } = unpack(word);
  return { maxNotional: rules & 4n ? maxNotional * WAD : null, kelly: kellyOf(word), expiry };
}

/**
 * Refuses what `setSelfLimit` would refuse, with the same error.
 *
 * @param market - The market's id, for the error.
 * @param account - The account that sets it, for the error.
 * @param current - The word in force, as the contracts store it.
 * @param next - The word to set.
 * @param timestamp - Of the block, seconds, unix.
 * @throws {SelfLimitOutOfRangeError} When a field is out of its range.
 * @throws {SelfLimitLoosensError} When the current one has not expired, and the next would allow more or end sooner.
 *
 * @example
 * ```ts
 * requireSelfLimit(market, account, snapshot.meters.selfLimit, encodeSelfLimit(next), now);
 * ```
 */
export function requireSelfLimit(market: `0x${string}`, account: `0x${string}`, current: bigint, next: bigint, timestamp: bigint): void {
  requireInRange(next, timestamp);
  if (unpack(current).expiry > timestamp && !tightens(current, next)) throw new SelfLimitLoosensError(market, account, current);
}

/** Refuses the first field that is out of its range. */
export function requireInRange(next: bigint, timestamp: bigint): void {
  const fields = unpack(next);
  const require = (name: SelfLimitField, value: bigint, minimum: bigint, maximum: bigint): void => {
    if (value < minimum || value > maximum) throw new SelfLimitOutOfRangeError(name, value, minimum, maximum);
  };
  require("Rules", fields.rules, 1n, MAX_RULES);
  require("Fraction", fields.fraction, fields.kind === 0n ? 0n : 1n, ONE);
  require("Probability", fields.probability, 0n, ONE);
  require("Odds", fields.odds, fields.kind === 2n ? 1n : 0n, MAX_UINT32);
  require("Expiry", fields.expiry, timestamp + 1n, MAX_UINT32);
  require("Spare", fields.spare, 0n, 0n);
}

/** Whether `next` allows no more than `current` anywhere, and not sooner: what may replace a limit in force. */
export function tightens(current: bigint, next: bigint): boolean {
  const [from, to] = [unpack(current), unpack(next)];
  if (to.expiry < from.expiry) return false;
  const capsMore = (to.rules & 4n) !== 0n && to.maxNotional <= from.maxNotional;
  if (from.rules & 4n && !capsMore) return false;
  if (from.kind === 0n) return true;
  if (to.kind !== from.kind || to.fraction > from.fraction) return false;
  if (from.kind === 1n) return isWeakerEdge(from.edge, to.edge);
  return to.probability <= from.probability && (from.kind === 3n || to.odds <= from.odds);
}

/** On the same side, or none. An edge of the other side would let that side hold what it could not before. */
function isWeakerEdge(current: bigint, next: bigint): boolean {
  const isSameSide = next === 0n || next > 0n === current > 0n;
  return isSameSide && (next < 0n ? -next : next) <= (current < 0n ? -current : current);
}

function kellyOf(word: bigint): KellyRule | null {
  const { kind, fraction, edge, probability, odds } = unpack(word);
  const share = { fraction: fraction * RATIO_UNIT };
  switch (KINDS[Number(kind)]) {
    case "continuous":
      return { kind: "continuous", ...share, edge: edge * RATIO_UNIT };
    case "binary":
      return { kind: "binary", ...share, probability: probability * RATIO_UNIT, odds: odds * RATIO_UNIT };
    case "market":
      return { kind: "market", ...share, probability: probability * RATIO_UNIT };
    default:
      return null;
  }
}

/** The fields in the units of the word. */
function unpack(word: bigint) {
  requireUint256("selfLimit", word);
  const part = (shift: number, bits: number): bigint => BigInt.asUintN(bits, word >> BigInt(shift));
  return {
    maxNotional: part(0, 40),
    fraction: part(40, 16),
    rules: part(56, 8),
    kind: part(56, 2),
    edge: BigInt.asIntN(32, word >> 64n),
    probability: part(96, 16),
    odds: part(112, 32),
    expiry: part(144, 32),
    spare: part(176, 80),
  };
}

/** 32 bits, two's complement. */
function edgeField(edge: bigint): bigint {
  const units = inUnits("edge", edge, RATIO_UNIT);
  if (BigInt.asIntN(32, units) !== units) throw new ArgumentOutOfRangeError("edge", units, "its 32-bit field");
  return BigInt.asUintN(32, units) << 64n;
}
