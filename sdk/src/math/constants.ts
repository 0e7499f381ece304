/**
 * One, in 18-decimal fixed point: the unit of ratios, prices, sizes and amounts.
 *
 * @example
 * ```ts
 * const half = WAD / 2n; // 0.5
 * ```
 */
export const WAD = 1_000_000_000_000_000_000n;

/**
 * Seconds of a year of 365 days, the period variances are quoted for.
 *
 * @example
 * ```ts
 * const hoursPerYear = YEAR / 3_600n; // 8760n
 * ```
 */
export const YEAR = 31_536_000n;

/**
 * Answer of a limit that does not bind: 2^256 - 1.
 *
 * @example
 * ```ts
 * volatilityLimit(equity, riskBudget, 0n) === UNCAPPED; // true
 * ```
 */
export const UNCAPPED = 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffn;
