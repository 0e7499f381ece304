import { MathOverflowError } from "../errors/math.ts";

// Internal: checked arithmetic of int256.

/** Passes a signed intermediate on, or throws where checked int256 arithmetic panics with 0x11. */
export function fitInt(value: bigint): bigint {
  if (BigInt.asIntN(256, value) !== value) throw new MathOverflowError();
  return value;
}

/** |value|; the magnitude of the smallest int256 is a uint256 like any other. */
export function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** ⌊value / divisor⌋ for a divisor above 0. */
export function divFloor(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}

/** ⌈value / divisor⌉ for a divisor above 0, where the contracts negate twice: the smallest int256 does not fit. */
export function divCeil(value: bigint, divisor: bigint): bigint {
  return -divFloor(fitInt(-value), divisor);
}
