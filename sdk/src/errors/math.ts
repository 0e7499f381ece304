import { SizingGuardError } from "./base.ts";

/** Selector of Solidity's built-in `Panic(uint256)`. */
const PANIC = "0x4e487b71";

/**
 * A value does not fit uint256, where the contracts revert with `Panic(0x11)`.
 *
 * @example
 * ```ts
 * mulDivDown(2n ** 255n, 2n, 1n); // throws MathOverflowError
 * ```
 */
export class MathOverflowError extends SizingGuardError {
  constructor() {
    super("A result exceeds 2^256 - 1. Pass smaller amounts; check that each is in WAD (18 decimals).", {
      code: "MathOverflow",
      selector: PANIC,
      args: [0x11n],
    });
  }
}

/**
 * A divisor is 0, where the contracts revert with `Panic(0x12)`.
 *
 * @example
 * ```ts
 * mulDivDown(1n, 1n, 0n); // throws DivisionByZeroError
 * ```
 */
export class DivisionByZeroError extends SizingGuardError {
  constructor() {
    super("Division by 0. Pass a divisor (ratio, time constant) above 0.", { code: "DivisionByZero", selector: PANIC, args: [0x12n] });
  }
}

/**
 * The logarithm of a number that is not positive, where the contracts revert with Solady's `LnWadUndefined()`.
 *
 * @example
 * ```ts
 * lnWad(0n); // throws LnWadUndefinedError
 * ```
 */
export class LnWadUndefinedError extends SizingGuardError {
  constructor() {
    super("The logarithm needs a value from 1 to 2^255 - 1. Pass a positive price.", { code: "LnWadUndefined", selector: "0x1615e638" });
  }
}

/**
 * An exponential that does not fit int256, where the contracts revert with Solady's `ExpOverflow()`.
 *
 * @example
 * ```ts
 * expWad(136n * WAD); // throws ExpOverflowError
 * ```
 */
export class ExpOverflowError extends SizingGuardError {
  constructor() {
    super("The exponential exceeds 2^255 - 1. Pass an exponent below 135305999368893231589.", {
      code: "ExpOverflow",
      selector: "0xa37bfec9",
    });
  }
}

/**
 * A power of the drawdown scale that is not 1, 2 or 3, where the contracts revert with `InvalidPower(uint256)`.
 *
 * @example
 * ```ts
 * drawdownScale(90n, 100n, WAD / 5n, 4n); // throws InvalidPowerError
 * ```
 */
export class InvalidPowerError extends SizingGuardError {
  /** @param power - What was passed. */
  constructor(power: bigint) {
    super(`The power of a drawdown scale is ${power}. Pass 1, 2 or 3.`, { code: "InvalidPower", selector: "0x42cfde25", args: [power] });
  }
}

/**
 * Two lists that belong together have different lengths, where the contracts revert with `LengthMismatch(uint256,uint256)`.
 *
 * @example
 * ```ts
 * gridLimit(WAD, [0n, 0n], [-WAD]); // throws LengthMismatchError
 * ```
 */
export class LengthMismatchError extends SizingGuardError {
  /**
   * @param length - Length of the list.
   * @param expected - Length it has to have.
   */
  constructor(length: number, expected: number) {
    super(`A list has ${length} elements where ${expected} are needed. Pass one for each position, or scenario.`, {
      code: "LengthMismatch",
      selector: "0xab8b67c6",
      args: [BigInt(length), BigInt(expected)],
    });
  }
}

/**
 * An argument outside its Solidity type. It has no twin on chain, where such a value cannot be encoded.
 *
 * @example
 * ```ts
 * sqrtDown(-1n); // throws ArgumentOutOfRangeError
 * ```
 */
export class ArgumentOutOfRangeError extends SizingGuardError {
  /** Name of the parameter. */
  readonly argument: string;
  /** What was passed. */
  readonly value: unknown;
  /** Solidity type it has to fit. */
  readonly type: string;

  /**
   * @param argument - Name of the parameter.
   * @param value - What was passed.
   * @param type - Solidity type it has to fit, for instance `uint256`.
   */
  constructor(argument: string, value: unknown, type: string) {
    super(`${argument} is ${value}. Pass a bigint that fits ${type}.`, { code: "ArgumentOutOfRange" });
    this.argument = argument;
    this.value = value;
    this.type = type;
  }
}
