import { ArgumentOutOfRangeError, MathOverflowError } from "../errors/math.ts";
import { UNCAPPED } from "./constants.ts";

// Internal: what the ABI decoder and the compiler's checked arithmetic do for the contracts.

/** Refuses what a uint256 parameter could not carry: on every call's path, so two comparisons and nothing else. */
export function requireUint256(argument: string, value: bigint): void {
  if (typeof value !== "bigint" || value < 0n || value > UNCAPPED) throw new ArgumentOutOfRangeError(argument, value, "uint256");
}

/** Refuses what an unsigned parameter of `bits` bits could not carry. */
export function requireUint(argument: string, value: bigint, bits: number): void {
  if (typeof value !== "bigint" || value >> BigInt(bits)) throw new ArgumentOutOfRangeError(argument, value, `uint${bits}`);
}

/** Refuses what a signed parameter of `bits` bits could not carry. */
export function requireInt(argument: string, value: bigint, bits: number): void {
  if (typeof value !== "bigint" || BigInt.asIntN(bits, value) !== value) {
    throw new ArgumentOutOfRangeError(argument, value, `int${bits}`);
  }
}

/** Passes a non-negative intermediate on, or throws where checked uint256 arithmetic panics with 0x11. */
export function fit(value: bigint): bigint {
  if (value > UNCAPPED) throw new MathOverflowError();
  return value;
}

/** The smaller of two values. */
export function min(x: bigint, y: bigint): bigint {
  return x < y ? x : y;
}

/** The larger of two values. */
export function max(x: bigint, y: bigint): bigint {
  return x > y ? x : y;
}
