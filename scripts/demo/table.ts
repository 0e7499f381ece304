import Table from "cli-table3";
import { unitsOf } from "./report/format.ts";
import type { ReplayResult, ReplayStep } from "./result.ts";

/** A few moments of the replay: what the market did, and what the guard made of it. */
export function decisionsTable(result: ReplayResult): string {
  const { steps, yardstickEquity } = result;
  const { base, quote } = unitsOf(result);
  const table = new Table({
    head: ["Time (UTC)", `${base}/${quote}`, "σ fast", "σ slow", `Max long of ${money(yardstickEquity, quote)}`, "Leverage", "Binds"],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right", "right", "right", "left"],
  });
  for (const step of moments(steps)) {
    table.push([
      new Date(step.time * 1000).toISOString().slice(0, 16).replace("T", " "),
      step.price.toFixed(step.price < 10 ? 6 : 2),
      percent(step.sigmaFast),
      percent(step.sigmaSlow),
      `${step.maxSize.toFixed(1)} ${base}`,
      `${((step.maxSize * step.price) / yardstickEquity).toFixed(1)}x`,
      step.binding,
    ]);
  }
  return table.toString();
}

/** Who ended where, with the guard and without. */
export function resultTable(result: ReplayResult): string {
  const { traders, guarded, unguarded } = result;
  const { quote } = unitsOf(result);
  const table = new Table({
    head: ["", "Market", "Brought", "Left", "Leverage taken", "Trades", "Refused", "Liquidated", "Bad debt"],
    style: { head: [], border: [] },
    colAligns: ["left", "left", "right", "right", "right", "right", "right", "right", "right"],
  });
  for (const trader of traders) {
    for (const [market, account] of [
      [guarded, trader.guarded],
      [unguarded, trader.unguarded],
    ] as const) {
      table.push([
        trader.name,
        market.name,
        money(account.startEquity, quote),
        money(account.endEquity, quote),
        `${account.peakLeverage.toFixed(1)}x`,
        account.accepted,
        account.rejected,
        account.liquidations,
        money(account.badDebt, quote),
      ]);
    }
  }
  for (const market of [guarded, unguarded]) {
    table.push([
      "Pool",
      market.name,
      money(market.poolStart, quote),
      money(market.poolEnd, quote),
      "",
      "",
      "",
      "",
      money(market.badDebt, quote),
    ]);
  }
  return table.toString();
}

/** The first and last moment, the lowest price, the highest volatility, and some in between. */
function moments(steps: readonly ReplayStep[]): readonly ReplayStep[] {
  const chosen = new Set<ReplayStep>();
  const by = (better: (a: ReplayStep, b: ReplayStep) => boolean): void => {
    chosen.add(steps.reduce((best, step) => (better(step, best) ? step : best)));
  };
  by((a, b) => a.price < b.price);
  by((a, b) => a.sigmaFast > b.sigmaFast);
  by((a, b) => a.maxSize < b.maxSize);
  const every = Math.ceil(steps.length / 10);
  for (const [index, step] of steps.entries()) {
    if (index % every === 0 || index === steps.length - 1) chosen.add(step);
  }
  return [...chosen].sort((a, b) => a.time - b.time);
}

const money = (value: number, unit: string): string => `${Math.round(value).toLocaleString("en-GB")} ${unit}`;
const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;
