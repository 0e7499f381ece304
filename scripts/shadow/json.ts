/** The report as programs read it: amounts as decimal digits, blocks, counts and times (seconds, unix) as numbers. */
import { toJson } from "../lib/deployments.ts";
import { type Rejection, worth } from "./rejections.ts";
import type { Report } from "./report.ts";

/** Fields that count blocks or seconds. */
const NUMBERS: readonly string[] = ["block", "number", "timestamp"];

/** JSON with sorted names, the same bytes for the same report. Each rejection also says what it is worth. */
export function reportJson(report: Report): string {
  const trades = report.rejectedTrades.map((trade) => ({ ...trade, rejections: trade.rejections.map(valued) }));
  return toJson(plain({ ...report, rejectedTrades: trades }));
}

/** `value` and `excess` are `null` where there is none. */
function valued(rejection: Rejection) {
  return { ...rejection, ...(worth(rejection) ?? { value: null, excess: null }) };
}

function plain(value: unknown, field = ""): unknown {
  if (typeof value === "bigint") return NUMBERS.includes(field) ? Number(value) : `${value}`;
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item, name)]));
}
