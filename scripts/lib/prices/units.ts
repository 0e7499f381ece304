import { basename } from "node:path";

/** What a price file quotes. */
export interface Pair {
  readonly base: string;
  readonly quote: string;
}

const IN_NAME = /(?:^|[^a-z0-9])([a-z0-9]{2,10}?)[-_]?(usdt|usdc|usd|eur|gbp|dai)(?=[^a-z0-9]|$)/i;

/** The pair a file's name tells: "bitstamp_ethusd_1h.csv.gz" is ETH/USD. */
export function pairOfName(file: string): Pair | undefined {
  const [, base, quote] = IN_NAME.exec(basename(file)) ?? [];
  return base === undefined || quote === undefined ? undefined : { base: base.toUpperCase(), quote: quote.toUpperCase() };
}

/** @throws {Error} When the text is not of the form ETH/USD. */
export function parsePair(text: string): Pair {
  const [, base, quote] = /^([A-Z][A-Z0-9]{1,9})\/([A-Z][A-Z0-9]{1,9})$/.exec(text.toUpperCase()) ?? [];
  if (base === undefined || quote === undefined) throw new Error(`--pair ${text}: write it like ETH/USD.`);
  return { base, quote };
}
