import { parseArgs } from "node:util";
import { type AbiEvent, getAddress, type Hex, isAddress, isHex, parseAbiItem, size } from "viem";
import { marketId } from "../lib/market.ts";
import { userPath } from "../lib/prices/options.ts";

export const USAGE =
  "npm run shadow-report -- --rpc URL --guard ADDRESS [--from BLOCK] [--to BLOCK] [--market ID]... [--trades EVENT]... [--protocol ADDRESS] [--json FILE] [--chunk BLOCKS]";

/** What most public nodes answer in one request. */
const DEFAULT_CHUNK = 10_000n;

/** A market that was asked for. */
export interface MarketRequest {
  readonly id: Hex;
  /** `null` where only the id was given. */
  readonly name: string | null;
}

/** What the command line asks for. Addresses have their checksum. */
export interface Options {
  readonly rpc: string;
  readonly guard: Hex;
  /** First and last block, both included; the last is `null` for the latest. */
  readonly from: bigint;
  readonly to: bigint | null;
  /** Empty: every market that the logs name. */
  readonly markets: readonly MarketRequest[];
  /** Events of which each is one trade; empty where trades are not counted. */
  readonly trades: readonly AbiEvent[];
  /** Who emits them; `null` for the guard's protocol. */
  readonly protocol: Hex | null;
  /** Where the report is also written as JSON. */
  readonly json: string | null;
  /** The most blocks to ask for in one request. */
  readonly chunk: bigint;
}

/** @throws {Error} one line that names the option */
export function parseOptions(args: readonly string[]): Options {
  const values = parse(args);
  if (values.rpc === undefined) throw new Error(`Say which node to ask: ${USAGE}`);
  if (values.guard === undefined) throw new Error(`Say which guard to report on: ${USAGE}`);
  const from = values.from === undefined ? 0n : wholeNumber("--from", values.from);
  const to = values.to === undefined ? null : wholeNumber("--to", values.to);
  if (to !== null && from > to) throw new Error(`--from ${from} is after --to ${to}.`);
  const chunk = values.chunk === undefined ? DEFAULT_CHUNK : wholeNumber("--chunk", values.chunk);
  if (chunk === 0n) throw new Error("--chunk must be at least 1 block.");
  const trades = (values.trades ?? []).map(tradeEvent);
  if (values.protocol !== undefined && trades.length === 0) throw new Error("--protocol goes with --trades EVENT.");
  return {
    rpc: nodeUrl(values.rpc),
    guard: address("--guard", values.guard),
    from,
    to,
    markets: distinct((values.market ?? []).map(marketRequest)),
    trades,
    protocol: values.protocol === undefined ? null : address("--protocol", values.protocol),
    json: values.json === undefined ? null : userPath(values.json),
    chunk,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const list = { type: "string", multiple: true } as const;
  const options = {
    rpc: text,
    guard: text,
    from: text,
    to: text,
    market: list,
    trades: list,
    protocol: text,
    json: text,
    chunk: text,
  };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message.split(". ")[0]}. ${USAGE}`);
  }
}

function nodeUrl(value: string): string {
  if (!/^https?:$/.test(URL.parse(value)?.protocol ?? "")) throw new Error(`--rpc must be an http or https URL: ${value}`);
  return value;
}

function address(option: string, value: string): Hex {
  if (!isAddress(value)) throw new Error(`${option} must be an address, with a right checksum or in lower case: ${value}`);
  return getAddress(value);
}

function wholeNumber(option: string, value: string): bigint {
  if (!/^\d{1,15}$/.test(value)) throw new Error(`${option} must be a whole number: ${value}`);
  return BigInt(value);
}

/** An id of 32 bytes, or a name whose hash is the id by convention. */
function marketRequest(value: string): MarketRequest {
  if (!value.startsWith("0x")) return { id: marketId(value), name: value };
  if (!isHex(value) || value.length !== 66 || size(value) !== 32)
    throw new Error(`--market must be an id of 32 bytes, or a name: ${value}`);
  return { id: value.toLowerCase() as Hex, name: null };
}

function distinct(markets: readonly MarketRequest[]): readonly MarketRequest[] {
  return [...new Map(markets.map((market) => [market.id, market])).values()];
}

function tradeEvent(signature: string): AbiEvent {
  try {
    const item = parseAbiItem(`event ${signature.replace(/^\s*event\s+/, "").replace(/;\s*$/, "")}` as "event Any()");
    return item as AbiEvent;
  } catch {
    const example = "Modified(bytes32 indexed market, address indexed account, int256 size)";
    throw new Error(`--trades must be an event as Solidity declares it, for instance "${example}": ${signature}`);
  }
}
