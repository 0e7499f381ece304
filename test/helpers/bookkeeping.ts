/** Bankers' arithmetic of the exchanges, written down a second time: signed integers, every division towards a named side. */

export const floor = (a: bigint, b: bigint): bigint => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
export const ceil = (a: bigint, b: bigint): bigint => -floor(-a, b);
export const abs = (a: bigint): bigint => (a < 0n ? -a : a);
export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
