/** The command-line options of a replay from a file, the same in `npm run demo` and `npm run replay`. */
import { resolve } from "node:path";
import { parseMoment } from "./times.ts";
import { type Pair, pairOfName, parsePair } from "./units.ts";

/** For `parseArgs`. */
export const PRICE_OPTIONS = {
  prices: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  pair: { type: "string" },
  "allow-gaps": { type: "boolean" },
} as const;

interface Given {
  readonly prices?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly pair?: string | undefined;
  readonly "allow-gaps"?: boolean | undefined;
}

/** Which prices to replay. */
export interface PriceRequest {
  readonly file: string;
  /** Seconds, unix, both included. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly pair: Pair | undefined;
  readonly allowsGaps: boolean;
}

/**
 * The request the options make, or `undefined` when they name no file.
 * @throws {Error} When an option does not parse, or stands without `--prices`.
 */
export function priceRequest(given: Given): PriceRequest | undefined {
  const { prices, from, to, pair } = given;
  if (prices === undefined) {
    const stray = (["from", "to", "pair", "allow-gaps"] as const).find((name) => given[name] !== undefined);
    if (stray !== undefined) throw new Error(`--${stray} needs --prices FILE.`);
    return undefined;
  }
  const request = {
    file: userPath(prices),
    from: from === undefined ? undefined : parseMoment("--from", from),
    to: to === undefined ? undefined : parseMoment("--to", to),
    pair: pair === undefined ? pairOfName(prices) : parsePair(pair),
    allowsGaps: given["allow-gaps"] ?? false,
  };
  if (request.from !== undefined && request.to !== undefined && request.from >= request.to) {
    throw new Error(`--from ${from} is not before --to ${to}.`);
  }
  return request;
}

/** A path as the user meant it: npm runs scripts in the project's root, wherever it was called. */
export function userPath(path: string): string {
  return resolve(process.env.INIT_CWD ?? "", path);
}
