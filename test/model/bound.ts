/**
 * What a specification says of a result. A bound accepts a result only if it is right for every real number its interval
 * holds: what this model cannot decide, it refuses.
 */
import { add, compare, type Exact, ends, type Real, subtract } from "./rational.ts";

/** One of ratios, prices, sizes and amounts. */
export const W = 10n ** 18n;
/** Seconds. */
export const YEAR = 31_536_000n;
/** What a limit answers that does not bind; the largest uint256. */
export const UNCAPPED = 2n ** 256n - 1n;

/** Names of the errors, as the SDK calls them. Of the first two the contracts' twins are the panics 0x12 and 0x11. */
export type ErrorCode =
  | "SelfLimitOutOfRange"
  | "DivisionByZero"
  | "MathOverflow"
  | "InvalidPower"
  | "LengthMismatch"
  | "LnWadUndefined"
  | "ExpOverflow"
  | "ZeroAddress"
  | "PolicyOutOfRange"
  | "LimitNotSupported"
  | "PolicyIncomplete";

/** Thrown by a specification for arguments that must be refused with that error. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  /** Arguments of the error, where it says more than its name. */
  readonly arguments_: readonly bigint[] | undefined;

  constructor(code: ErrorCode, arguments_?: readonly bigint[]) {
    super(code);
    this.code = code;
    this.arguments_ = arguments_;
  }
}

/** What one word of a result has to be, given all of them. */
export interface Bound {
  readonly accepts: (result: bigint, all: readonly bigint[]) => boolean;
  readonly text: string;
}

/** Bounds of every word of a function's result, or a `Refusal`; arguments and words flat, in the order of the ABI. */
export type Specification = (...arguments_: bigint[]) => readonly Bound[];

/** The result is ⌊x⌋: result ≤ x < result + 1. It must be a uint256, or overflows. */
export function down(x: Real): Bound {
  if (compare(ends(x).low, UNCAPPED + 1n) >= 0n) throw new Refusal("MathOverflow");
  return {
    accepts: (result) => compare(result, ends(x).low) <= 0n && compare(ends(x).high, result + 1n) < 0n,
    text: `⌊${decimal(x)}⌋`,
  };
}

/** The result is ⌈x⌉: result - 1 < x ≤ result. It must be a uint256, or overflows. */
export function up(x: Real): Bound {
  if (compare(ends(x).low, UNCAPPED) > 0n) throw new Refusal("MathOverflow");
  return {
    accepts: (result) => compare(result, ends(x).high) >= 0n && compare(ends(x).low, result - 1n) > 0n,
    text: `⌈${decimal(x)}⌉`,
  };
}

/** The result is at most `below` less than x and at most `above` more. */
export function near(x: Real, below: Real, above: Real): Bound {
  // Each end is taken where it is tightest.
  const [from, to] = [subtract(x, below).high, add(x, above).low];
  return {
    accepts: (result) => compare(result, from) >= 0n && compare(result, to) <= 0n,
    text: `from ${decimal(from)} to ${decimal(to)}`,
  };
}

/** The result is one of those the interval holds. */
export function inside(x: Real): Bound {
  const { low, high } = ends(x);
  return {
    accepts: (result) => compare(result, low) >= 0n && compare(result, high) <= 0n,
    text: `from ${decimal(low)} to ${decimal(high)}`,
  };
}

/** The result is this integer. */
export function equal(value: bigint): Bound {
  return { accepts: (result) => result === value, text: `${value}` };
}

/** Passes on what fits a uint256; anything above overflows, as every named intermediate and every product does. */
export function fits(value: bigint): bigint {
  if (value > UNCAPPED) throw new Refusal("MathOverflow");
  return value;
}

/** Passes on what fits an int256. */
export function fitsSigned(value: bigint): bigint {
  if (BigInt.asIntN(256, value) !== value) throw new Refusal("MathOverflow");
  return value;
}

/** Passes on what an unsigned subtraction may leave. */
export function notBelowZero(value: bigint): bigint {
  if (value < 0n) throw new Refusal("MathOverflow");
  return value;
}

/** Passes on a divisor; 0 must be refused. */
export function divisor(value: bigint): bigint {
  if (value === 0n) throw new Refusal("DivisionByZero");
  return value;
}

export function smaller(x: bigint, y: bigint): bigint {
  return x < y ? x : y;
}

export function larger(x: bigint, y: bigint): bigint {
  return x > y ? x : y;
}

/** Sixty decimals of a number, cut, for messages. */
export function decimal(x: Real): string {
  const { n, d } = ends(x as Exact).low;
  const digits = ((n < 0n ? -n : n) * 10n ** 60n) / d;
  const [whole, rest] = [digits / 10n ** 60n, digits % 10n ** 60n];
  const text = rest === 0n ? `${whole}` : `${whole}.${rest.toString().padStart(60, "0").replace(/0+$/, "")}`;
  return n < 0n ? `-${text}` : text;
}
