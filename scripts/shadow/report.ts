/** Puts a report together: asks the node for one fixed range of blocks, and the summary for the numbers. */
import { getAbiItem, type Hex, toEventSelector } from "viem";
import { sizingGuardAbi } from "../../sdk/src/abis/index.ts";
import type { Mode } from "../../sdk/src/index.ts";
import { type BlockRange, readInChunks } from "./chunks.ts";
import { type Block, isTooMuch, type Node } from "./node.ts";
import type { Options } from "./options.ts";
import { decodeGuardLog, isRejection, type PolicyChange, type Rejection } from "./rejections.ts";
import { type Group, inOrder, type MarketGroup, type RejectedTrade, rejectedShare, rejectedTrades, summarise } from "./summary.ts";
import { countTrades, namesMarket, type TradeCounts, tradeTopics } from "./trades.ts";

/** First topics of the guard's events that are read; each has the market as its second. */
const GUARD_TOPICS = (["WouldReject", "WouldRejectPortfolio", "PolicySet"] as const).map((name) =>
  toEventSelector(getAbiItem({ abi: sizingGuardAbi, name })),
);

/** Trades beside what of them would have been refused; both `null` where trades were not counted. */
interface Share {
  readonly trades: number | null;
  /** WAD, rounded down; also `null` where it would mean nothing. */
  readonly share: bigint | null;
}

export interface MarketReport extends MarketGroup, Share {
  /** As it was given; `null` where only the id is known. */
  readonly name: string | null;
  /** At the latest block; `null` where it has no policy. */
  readonly mode: Mode | null;
  /** Policies that were set within the range, in their order. */
  readonly policies: readonly PolicyChange[];
}

export interface Report {
  readonly chainId: number;
  readonly guard: Hex;
  readonly protocol: Hex;
  readonly first: Block;
  readonly last: Block;
  /** The latest block when the report was begun: modes are those after it. */
  readonly latest: Block;
  readonly total: Group & Share;
  readonly markets: readonly MarketReport[];
  readonly rejectedTrades: readonly RejectedTrade[];
}

/** @throws {Error} one line */
export async function makeReport(node: Node, options: Options): Promise<Report> {
  const { guard, markets } = options;
  const chainId = await node.chainId();
  const latest = await node.block("latest");
  const protocol = await node.protocolOf(guard, latest);
  const range = rangeOf(options, latest);
  const [first, last] = [await node.block(range.first), await node.block(range.last)];
  const said = await readGuard(node, options, range);
  const trades = await readTrades(node, options, range, protocol);
  await requireSameBlock(node, last);

  const rejections = said.filter(isRejection);
  const changes = inOrder(said.filter((item): item is PolicyChange => !isRejection(item)));
  const asked = markets.map(({ id }) => id);
  const met = asked.length > 0 ? asked : [...changes.map(({ market }) => market), ...(trades?.byMarket?.keys() ?? [])];
  const { total, markets: groups } = summarise(rejections, met);
  const reports: MarketReport[] = [];
  for (const group of groups) {
    reports.push({
      ...group,
      ...shareOf(group, trades?.byMarket == null ? null : (trades.byMarket.get(group.market) ?? 0)),
      name: markets.find(({ id }) => id === group.market)?.name ?? null,
      mode: await node.mode(guard, group.market, latest.number),
      policies: changes.filter(({ market }) => market === group.market),
    });
  }
  return {
    chainId,
    guard,
    protocol,
    first,
    last,
    latest,
    total: { ...total, ...shareOf(total, trades?.total ?? null) },
    markets: reports,
    rejectedTrades: rejectedTrades(rejections),
  };
}

function rangeOf({ from, to }: Options, { number: latest }: Block): BlockRange {
  if (to !== null && to > latest) throw new Error(`--to ${to} is after the latest block, ${latest}.`);
  if (from > latest) throw new Error(`--from ${from} is after the latest block, ${latest}.`);
  return { first: from, last: to ?? latest };
}

function readGuard(node: Node, { guard, markets, chunk }: Options, range: BlockRange): Promise<readonly (Rejection | PolicyChange)[]> {
  const topics = [GUARD_TOPICS, markets.map(({ id }) => id)];
  const read = async (piece: BlockRange) => (await node.logs(guard, topics, piece)).map(decodeGuardLog);
  return readInChunks(range, chunk, read, isTooMuch);
}

async function readTrades(
  node: Node,
  { trades, protocol, markets, chunk }: Options,
  range: BlockRange,
  ownProtocol: Hex,
): Promise<TradeCounts | null> {
  if (trades.length === 0) return null;
  if (markets.length > 0 && !namesMarket(trades)) {
    throw new Error('With --market, each event of --trades must say its market, in a parameter "bytes32 market".');
  }
  const read = (piece: BlockRange) => node.logs(protocol ?? ownProtocol, [tradeTopics(trades)], piece);
  const ids = markets.map(({ id }) => id);
  return countTrades(await readInChunks(range, chunk, read, isTooMuch), trades, ids);
}

/** Logs of two histories in one report would be of neither: the last block tells, for it names all before it. */
async function requireSameBlock(node: Node, { number, hash }: Block): Promise<void> {
  if ((await node.block(number)).hash === hash) return;
  throw new Error(`Block ${number} was replaced by another while it was read. Run the command again, or end earlier with --to.`);
}

function shareOf({ rejectedTrades: rejected }: Group, trades: number | null): Share {
  return { trades, share: trades === null ? null : rejectedShare(rejected, trades) };
}
