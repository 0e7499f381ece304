/** The first four bytes of revert data, as `0x` and eight hexadecimal digits. */
export type Selector = `0x${string}`;

/** What an error carries besides its sentence. */
export interface SizingGuardErrorFields {
  /** The error's stable name without the suffix `Error`; the class name is derived from it. */
  readonly code: string;
  /** Selector of the revert the contracts answer in the same case; left out when there is none. */
  readonly selector?: Selector;
  /** Arguments of that revert, in the order of the ABI. */
  readonly args?: readonly unknown[];
}

/**
 * Base of every error this package throws.
 *
 * Test for it with {@link isSizingGuardError}: when two versions of the package are installed, `instanceof` says no to
 * errors of the other one.
 *
 * @example
 * ```ts
 * class SizeExceededError extends SizingGuardError {
 *   constructor(maxSize: bigint) {
 *     super(`Reduce the size to ${maxSize}.`, { code: "SizeExceeded", args: [maxSize] });
 *   }
 * }
 * ```
 */
export class SizingGuardError extends Error {
  override readonly name: string;
  /** Stable name to switch on, for instance `"MathOverflow"`. */
  readonly code: string;
  /** Selector of the on-chain twin, `undefined` when the contracts cannot revert this way. */
  readonly selector: Selector | undefined;
  /** Arguments of the on-chain twin. */
  readonly args: readonly unknown[];

  /**
   * @param message - One sentence or two: what is wrong and what to change.
   * @param fields - Code, and the on-chain twin where there is one.
   */
  constructor(message: string, fields: SizingGuardErrorFields) {
    super(message);
    // Not `constructor.name`: a minifier renames classes.
    this.name = `${fields.code}Error`;
    this.code = fields.code;
    this.selector = fields.selector;
    this.args = fields.args ?? [];
  }
}

/**
 * Tells whether a caught value is an error of this package, whichever copy of the package made it.
 *
 * @param error - Anything that was caught.
 * @returns True when the value has the fields of a {@link SizingGuardError}.
 *
 * @example
 * ```ts
 * try {
 *   mulDivDown(1n, 1n, 0n);
 * } catch (error) {
 *   if (isSizingGuardError(error)) error.code; // "DivisionByZero"
 * }
 * ```
 */
export function isSizingGuardError(error: unknown): error is SizingGuardError {
  if (typeof error !== "object" || error === null) return false;
  const { name, code, message, args } = error as Partial<SizingGuardError>;
  return typeof code === "string" && name === `${code}Error` && typeof message === "string" && "selector" in error && Array.isArray(args);
}
