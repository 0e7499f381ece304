/** Numbers, money and times as the page writes them. */
import type { ReplayResult } from "../result.ts";

export interface Units {
  readonly base: string;
  readonly quote: string;
}

/** The market's two units, read from a title like "ETH/USD, 12 March 2020"; generic words if it names none. */
export function unitsOf(result: ReplayResult): Units {
  const pair = /\b([A-Z][A-Z0-9]{1,9})\/([A-Z][A-Z0-9]{1,9})\b/.exec(result.title);
  return { base: pair?.[1] ?? "base units", quote: pair?.[2] ?? "quote units" };
}

/** A whole amount with its unit: $12,345 or 12,345 DAI. */
export function money(value: number, units: Units): string {
  return withUnit(grouped(Math.abs(value), Math.abs(value) < 10 && value !== 0 ? 2 : 0), value < 0, units);
}

/** A short amount for headlines: $1.24M, $560k, $1,660, $0. */
export function shortMoney(value: number, units: Units): string {
  return Math.abs(value) < 9999.5 ? money(value, units) : withUnit(short(Math.abs(value)), value < 0, units);
}

function withUnit(text: string, negative: boolean, { quote }: Units): string {
  const sign = negative ? "−" : "";
  return quote === "USD" ? `${sign}$${text}` : `${sign}${text} ${quote}`;
}

/** Money on an axis, where the unit stands in the caption. */
export function axisMoney(value: number, units: Units): string {
  return units.quote === "USD" ? withUnit(short(Math.abs(value)), value < 0, units) : short(value);
}

export function price(value: number): string {
  return grouped(value, value >= 1000 ? 0 : value >= 1 ? 2 : 6);
}

/** A price on an axis: all its digits, without closing zeros. */
export function axisPrice(value: number): string {
  return value.toLocaleString("en-GB", { maximumSignificantDigits: 6 });
}

/** A size in base units, three significant digits or whole units. */
export function size(value: number): string {
  const magnitude = Math.abs(value);
  const digits = magnitude === 0 || magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3;
  return (value < 0 ? "−" : "") + grouped(magnitude, digits);
}

export function percent(share: number): string {
  return `${grouped(share * 100, 0)}%`;
}

/** "more than 99%" rather than a rounded 100% that is not one, and the same at the low end. */
export function timeShare(share: number): string {
  if (share > 0 && share < 0.005) return "<1%";
  if (share < 1 && share >= 0.995) return ">99%";
  return percent(share);
}

export function leverage(value: number): string {
  return `${grouped(value, value >= 100 ? 0 : 1)}×`;
}

export function count(value: number): string {
  return grouped(value, 0);
}

/** 1 trade, 2 trades. */
export function counted(value: number, singular: string, plural = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

/** 1.24M, 560k, 12: three significant digits at most. */
export function short(value: number): string {
  for (const [unit, letter] of [
    [1e9, "B"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    // 999 600 is 1M, not 1,000k.
    if (Math.abs(value) >= unit * 0.9995) return trimmed(value / unit) + letter;
  }
  return trimmed(value);
}

function trimmed(value: number): string {
  return value === 0 ? "0" : Number(value.toPrecision(3)).toLocaleString("en-GB", { maximumFractionDigits: 8 });
}

function grouped(value: number, digits: number): string {
  return value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** 13 Mar */
export function day(time: number): string {
  const date = new Date(time * 1000);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** Mar 2020 */
export function monthOfYear(time: number): string {
  const date = new Date(time * 1000);
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** 02:15, UTC */
export function clock(time: number): string {
  return new Date(time * 1000).toISOString().slice(11, 16);
}

/** 13 Mar 02:15 UTC */
export function moment(time: number): string {
  return `${day(time)} ${clock(time)} UTC`;
}

/** "openInterest", "open-interest" and "OPEN_INTEREST" all read "Open interest". */
export function words(key: string): string {
  const spaced = key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .trim()
    .toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
