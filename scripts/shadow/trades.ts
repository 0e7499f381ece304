/** Trades of the protocol, counted from events of its own. */
import { type AbiEvent, decodeEventLog, type Hex, toEventSelector } from "viem";
import type { RawLog } from "./rejections.ts";

/** How many trades there were. */
export interface TradeCounts {
  readonly total: number;
  /** By market; `null` where the events do not name one. */
  readonly byMarket: ReadonlyMap<Hex, number> | null;
}

/** The first topics of these events. */
export const tradeTopics = (events: readonly AbiEvent[]): readonly Hex[] => events.map((event) => toEventSelector(event));

/** Whether each of these events says of which market it is, in a parameter `bytes32 market`. */
export function namesMarket(events: readonly AbiEvent[]): boolean {
  return events.every(({ inputs }) => inputs.some(({ name, type }) => name === "market" && type === "bytes32"));
}

/**
 * Counts them.
 * @param markets - Only trades in these, where there are any.
 * @throws {Error} one line where a log does not fit the event as it was declared
 */
export function countTrades(logs: readonly RawLog[], events: readonly AbiEvent[], markets: readonly Hex[] = []): TradeCounts {
  if (!namesMarket(events)) return { total: logs.length, byMarket: null };
  const byMarket = new Map<Hex, number>();
  for (const log of logs) {
    const market = marketOf(log, events);
    if (markets.length === 0 || markets.includes(market)) byMarket.set(market, (byMarket.get(market) ?? 0) + 1);
  }
  return { total: [...byMarket.values()].reduce((sum, count) => sum + count, 0), byMarket };
}

function marketOf(log: RawLog, events: readonly AbiEvent[]): Hex {
  try {
    const { args } = decodeEventLog({ abi: events, topics: log.topics as [Hex, ...Hex[]], data: log.data });
    return (args as unknown as { readonly market: Hex }).market;
  } catch {
    throw new Error(
      `--trades does not fit log ${log.logIndex} of block ${log.block}: declare the event with its "indexed" as the protocol does.`,
    );
  }
}
