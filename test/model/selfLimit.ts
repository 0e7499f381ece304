/**
 * Specification of contracts/types/SelfLimit.sol, contracts/libraries/SelfLimitRules.sol and sdk/src/guard/selfLimit.ts: the
 * word an account writes, what may replace what, and the share of equity it stands for.
 */
import { equal, Refusal, type Specification, smaller, W } from "./bound.ts";
import { ratio } from "./limits.ts";
import { compare, divide, type Exact, fraction, multiply, subtract } from "./rational.ts";

/** The fields in the units of the word. */
interface Word {
  readonly maxNotional: bigint;
  readonly fraction: bigint;
  readonly rules: bigint;
  readonly edge: bigint;
  readonly probability: bigint;
  readonly odds: bigint;
  readonly expiry: bigint;
  readonly spare: bigint;
}

/** What it says, WAD. */
export interface SelfLimitRule {
  readonly kelly: "none" | "continuous" | "binary" | "market";
  /** Quote WAD; `null` where there is none. */
  readonly maxNotional: bigint | null;
  readonly fraction: bigint;
  readonly edge: bigint;
  readonly probability: bigint;
  readonly odds: bigint;
}

const UNIT = W / 10_000n;
const ONE = 10_000n;
const MAX_UINT32 = 2n ** 32n - 1n;
const KINDS = ["none", "continuous", "binary", "market"] as const;

function wordOf(word: bigint): Word {
  const part = (shift: bigint, bits: bigint): bigint => (word / 2n ** shift) % 2n ** bits;
  const edge = part(64n, 32n);
  return {
    maxNotional: part(0n, 40n),
    fraction: part(40n, 16n),
    rules: part(56n, 8n),
    edge: edge < 2n ** 31n ? edge : edge - 2n ** 32n,
    probability: part(96n, 16n),
    odds: part(112n, 32n),
    expiry: part(144n, 32n),
    spare: part(176n, 80n),
  };
}

const kindOf = ({ rules }: Word) => KINDS[Number(rules % 4n)] ?? "none";
const isCapped = ({ rules }: Word): boolean => (rules / 4n) % 2n === 1n;

export function selfLimitOf(word: bigint): SelfLimitRule {
  const fields = wordOf(word);
  return {
    kelly: kindOf(fields),
    maxNotional: isCapped(fields) ? fields.maxNotional * W : null,
    fraction: fields.fraction * UNIT,
    edge: fields.edge * UNIT,
    probability: fields.probability * UNIT,
    odds: fields.odds * UNIT,
  };
}

/** Kelly's stake as a share of equity, times the fraction; `null` where nothing is said or nothing can be lost. */
export function kellyOf(
  own: SelfLimitRule,
  { price, variance, isLong }: { readonly price: bigint; readonly variance: bigint; readonly isLong: boolean },
): Exact | null {
  const of = (stake: Exact): Exact => multiply(ratio(own.fraction), stake).low;
  const nothing = fraction(0n, 1n);
  const p = ratio(smaller(own.probability, W));
  switch (own.kelly) {
    case "none":
      return null;
    case "continuous": {
      const edge = isLong ? own.edge : -own.edge;
      if (edge <= 0n) return nothing;
      return variance === 0n ? null : of(fraction(edge, variance));
    }
    case "binary": {
      // p·(b + 1) − 1, of what is staked, over b.
      const gain = subtract(multiply(p, fraction(own.odds + W, W)), 1n).low;
      return compare(gain, 0n) <= 0n ? nothing : of(divide(gain, ratio(own.odds)).low);
    }
    case "market": {
      const gain = subtract(p, fraction(price, W)).low;
      if (!isLong || compare(gain, 0n) <= 0n) return nothing;
      return of(divide(gain, subtract(1n, fraction(price, W)).low).low);
    }
  }
}

/** Refuses, at the first field that is out of its range; else whether the second may replace the first. */
export const selfLimitTightens: Specification = (current, next, timestamp) => {
  const [from, to] = [wordOf(current), wordOf(next)];
  const kind = kindOf(to);
  const check = (field: bigint, value: bigint, min: bigint, max: bigint): void => {
    if (value < min || value > max) throw new Refusal("SelfLimitOutOfRange", [field, value, min, max]);
  };
  check(0n, to.rules, 1n, 7n);
  check(1n, to.fraction, kind === "none" ? 0n : 1n, ONE);
  check(2n, to.probability, 0n, ONE);
  check(3n, to.odds, kind === "binary" ? 1n : 0n, MAX_UINT32);
  check(4n, to.expiry, timestamp + 1n, MAX_UINT32);
  check(5n, to.spare, 0n, 0n);
  return [equal(isNoLonger(from, to) ? 0n : isTighter(from, to) ? 1n : 0n)];
};

const isNoLonger = (from: Word, to: Word): boolean => to.expiry < from.expiry;

/** Nothing it allows may be more, for any equity, price, variance and side. */
function isTighter(from: Word, to: Word): boolean {
  const capIsKept = !isCapped(from) || (isCapped(to) && to.maxNotional <= from.maxNotional);
  if (!capIsKept || kindOf(from) === "none") return capIsKept;
  if (kindOf(to) !== kindOf(from) || to.fraction > from.fraction) return false;
  switch (kindOf(from)) {
    case "continuous":
      // Between the edge there was and none at all.
      return from.edge > 0n ? to.edge >= 0n && to.edge <= from.edge : to.edge <= 0n && to.edge >= from.edge;
    case "binary":
      return to.probability <= from.probability && to.odds <= from.odds;
    default:
      return to.probability <= from.probability;
  }
}
