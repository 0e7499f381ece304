/** Specification of contracts/oracle/feeds/TickPrice.sol: exact rationals and enclosures of the logarithms. */
import { add, compare, fraction, type Interval, multiply } from "./rational.ts";
import { exp, ln, shortened } from "./real.ts";

const LN_BASE = shortened(ln(fraction(10_001n, 10_000n)));
const LN_TEN = shortened(ln(10n));

/** 1.0001^(tickSum / duration) · 10^decimals. */
export function tickPrice(tickSum: bigint, duration: bigint, decimals: bigint): Interval {
  return exp(shortened(add(multiply(fraction(tickSum, duration), LN_BASE), multiply(decimals, LN_TEN))));
}

/** What is lost by rounding up: at most 2e-18 of the price, and 6. */
const RELATIVE_EXCESS = fraction(2n, 10n ** 18n);
const EXCESS = 6n;

/** Whether an answer is the price, rounded up within the documented excess. */
export function isTickPriceUp(answer: bigint, price: Interval): boolean {
  const most = add(add(price, multiply(price, RELATIVE_EXCESS)), EXCESS).low;
  return compare(answer, price.high) >= 0n && compare(answer, most) <= 0n;
}

/** Whether a price is so near the end of an int256, or beyond it, that there may be no answer. */
export function mayOverflow(price: Interval): boolean {
  return compare(multiply(price, add(1n, multiply(2n, RELATIVE_EXCESS)).low).high, 2n ** 255n - 8n) >= 0n;
}
