/** Decimals of the prices: what large Chainlink USD feeds have. */
export const PRICE_DECIMALS = 8;

const DECIMAL = /^(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,2}))?$/i;

/** Beyond this the guard's arithmetic would refuse the price anyway: 1e15 quote units. */
const MAX_PRICE8 = 10n ** 23n;

/**
 * A positive decimal number as an integer with 8 decimals, without passing through a float: "0.1" is 10000000, exactly.
 * Digits after the eighth are cut, as a feed with 8 decimals would. "1.5e-5", which some programs write, is a number too.
 * @returns `undefined` for what is no such number: empty, negative, not finite, zero after the cut, or 1e15 and more.
 */
export function parsePrice8(text: string): bigint | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, whole = "", fraction = "", exponent = "0"] = match;
  if (whole + fraction === "") return undefined;
  // The value is digits · 10^-shift; what is wanted is that times 10^8, cut.
  const shift = fraction.length - Number(exponent) - PRICE_DECIMALS;
  const digits = BigInt(whole + fraction);
  const price = shift > 0 ? digits / 10n ** BigInt(shift) : digits * 10n ** BigInt(-shift);
  return price > 0n && price < MAX_PRICE8 ? price : undefined;
}

/** Whether the text is a number that is not negative. */
export function isAmount(text: string): boolean {
  return text !== "" && text !== "." && DECIMAL.test(text);
}
