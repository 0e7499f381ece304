/** The report as people read it in a terminal. */
import Table from "cli-table3";
import { formatPercent, formatWad } from "../../sdk/src/index.ts";
import { formatMoment } from "../lib/prices/times.ts";
import type { MarketReport, Report } from "./report.ts";
import type { Group, Tally } from "./summary.ts";

const HEAD = ["Market", "Limit", "Refused", "Accounts", "Without value", "Notional or loss", "Above what was allowed", "Largest above"];

/** Everything, to be printed. */
export function show(report: Report): string {
  const { total, markets } = report;
  const parts = [heading(report), verdict(report)];
  if (total.rejectedTrades > 0) parts.push(rejectionsTable(report), REMARK, largestLines(markets));
  parts.push(marketLines(report), shareRemark(report));
  return parts.filter((part) => part !== "").join("\n\n");
}

const ALL_LIMITS = "all limits";

const REMARK =
  "Amounts in quote, each rejection's rounded up, cut here after two decimals. Notional is that of the whole position. Without value: no price, or a loss that could not be measured.";

function heading({ chainId, guard, protocol, first, last }: Report): string {
  const span = `${formatMoment(Number(first.timestamp))} to ${formatMoment(Number(last.timestamp))}`;
  return [
    `Guard ${guard} of protocol ${protocol} on chain ${chainId}`,
    `Blocks ${first.number} to ${last.number}, ${span} (${formatLength(last.timestamp - first.timestamp)})`,
    `Last block ${last.hash}: the report holds as long as the chain keeps it.`,
  ].join("\n");
}

function verdict({ total }: Report): string {
  if (total.rejectedTrades === 0) return "Nothing would have been refused.";
  return `${count(total.rejectedTrades, "trade")} of ${count(total.accounts, "account")} would have been refused${ofTrades(total)}.`;
}

/** Of how many, where that is known. */
function ofTrades({ trades, share }: Pick<Report["total"], "trades" | "share">): string {
  if (trades === null) return "";
  return `, of ${count(trades, "trade")}${share === null ? "" : ` (${formatPercent(share)})`}`;
}

function rejectionsTable({ markets, total }: Report): string {
  const table = new Table({
    head: HEAD,
    style: { head: [], border: [] },
    colAligns: ["left", "left", "right", "right", "right", "right", "right", "right"],
  });
  for (const market of markets) table.push(...rows(label(market), market));
  if (markets.length > 1) table.push(...rows("All", total));
  return table.toString();
}

function rows(name: string, group: Group): string[][] {
  const all = tallies(group);
  return all.map(([what, tally], index) => [index === 0 ? name : "", what, ...cells(tally)]);
}

/** Each limit, all of them where there are several, and the portfolio. */
function tallies({ limits, sizes, losses }: Group): readonly (readonly [string, Tally])[] {
  return [
    ...limits.map((tally) => [tally.limit, tally] as const),
    ...(limits.length > 1 ? [[ALL_LIMITS, sizes] as const] : []),
    ...(losses.rejections > 0 ? [["portfolio's loss", losses] as const] : []),
  ];
}

function cells({ rejections, accounts, withoutValue, value, excess, largest }: Tally): string[] {
  const numbers = [rejections, accounts, withoutValue].map((number) => number.toLocaleString("en-GB"));
  return [...numbers, money(value), money(excess), largest === null ? "" : money(largest.excess)];
}

function largestLines(markets: readonly MarketReport[]): string {
  const lines = markets.flatMap((market) =>
    tallies(market).flatMap(([what, { largest }]) => {
      if (largest === null || what === ALL_LIMITS) return [];
      const { block, account, transaction } = largest;
      return [`Largest of ${label(market)}, ${what}: block ${block}, account ${account}, transaction ${transaction}`];
    }),
  );
  return lines.join("\n");
}

function marketLines({ markets, latest }: Report): string {
  const lines = markets.map((market) => {
    const mode = market.mode === null ? "without a policy" : `in mode ${market.mode}`;
    const trades = market.trades === null ? "" : `; ${market.rejectedTrades} refused${ofTrades(market)}`;
    return `${fullLabel(market)} is ${mode} after block ${latest.number}${trades}.${policyRemark(market)}`;
  });
  return lines.join("\n");
}

/** Numbers of two policies in one sum are of neither. */
function policyRemark({ policies }: MarketReport): string {
  if (policies.length === 0) return "";
  const set = policies.map(({ block, mode }) => `${block} (${mode ?? "none"})`).join(", ");
  return ` Its policy was set within the range, in block ${set}: report on each stretch by itself with --from and --to.`;
}

function shareRemark({ total }: Report): string {
  if (total.trades === 0) return "No event of --trades was found in the range: check its declaration, and --protocol.";
  if (total.trades === null || total.share !== null) return "";
  return "More would have been refused than --trades counts: name the events of everything the guard judges, each with a --trades.";
}

/** Its name, or the two ends of its id. */
const label = ({ name, market }: MarketReport): string => name ?? `${market.slice(0, 10)}…${market.slice(-4)}`;

/** Its name and its whole id. */
const fullLabel = ({ name, market }: MarketReport): string => (name === null ? `Market ${market}` : `${name} (${market})`);

const count = (number: number, what: string): string => `${number.toLocaleString("en-GB")} ${what}${number === 1 ? "" : "s"}`;

/** Quote WAD with thousands apart, cut after two decimals. */
function money(wad: bigint): string {
  return formatWad(wad, 2).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ",");
}

/** "2 d 3 h", "1 h 5 min", "40 s": the two largest units, cut. */
function formatLength(seconds: bigint): string {
  const units = [
    [seconds / 86_400n, "d"],
    [(seconds / 3_600n) % 24n, "h"],
    [(seconds / 60n) % 60n, "min"],
    [seconds % 60n, "s"],
  ] as const;
  const first = units.findIndex(([number]) => number > 0n);
  if (first === -1) return "0 s";
  const shown = units.slice(first, first + 2).filter(([number]) => number > 0n);
  return shown.map(([number, unit]) => `${number} ${unit}`).join(" ");
}
