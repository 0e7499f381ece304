/** One self-contained HTML page from the replays' results: no request to anywhere, readable without JavaScript. */

import { pairLegend, renderCharts, renderPositions } from "./report/charts.ts";
import { shortMoney, type Units, unitsOf } from "./report/format.ts";
import { type Html, html, raw, scriptJson } from "./report/html.ts";
import { SCRIPT } from "./report/script.ts";
import { STYLE } from "./report/style.ts";
import { renderComparisons, renderHeadline, renderPolicy, renderSources, renderTraders } from "./report/tables.ts";
import type { ReplayResult } from "./result.ts";

/** The whole page as text. Throws if a result has fewer than two steps, for there would be nothing to draw. */
export function renderReport(results: readonly ReplayResult[]): string {
  for (const { title, steps } of results) {
    if (steps.length < 2) throw new Error(`${title}: a report needs at least two steps, got ${steps.length}`);
  }
  const page = html`${raw("<!doctype html>")}
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sizing Guard: ${pageTitle(results)}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
${header(results)}
<main>
${results.map(renderReplay)}
<p class="colophon">All times are UTC. Amounts are in each market's quote unit. Both markets saw the same prices and the same traders; only the rule that sizes a position differed.</p>
</main>
<script>${raw(SCRIPT)}</script>
</body>
</html>
`;
  return page.markup;
}

function header(results: readonly ReplayResult[]): Html {
  return html`<header class="top">
<p class="brand">Sizing Guard</p>
<h1>${pageTitle(results)}</h1>
<p class="lede">Each replay feeds one price path to two copies of the same market. One accepts any position under a fixed leverage cap; in the other, the guard sets the largest position anew at each price.</p>
${results.length > 1 ? html`<nav class="jump" aria-label="Replays">${results.map(jump)}</nav>` : undefined}
</header>`;
}

function pageTitle(results: readonly ReplayResult[]): string {
  if (results.every(({ anchors }) => anchors.length === 0)) return "Recorded prices, replayed with and without the guard";
  const numbers = ["No crash", "One crash", "Two crashes", "Three crashes", "Four crashes"];
  const crashes = numbers[results.length] ?? `${results.length} crashes`;
  return results.length > 1 ? `${crashes}, each replayed with and without the guard` : `${crashes}, replayed with and without the guard`;
}

function jump(result: ReplayResult, i: number): Html {
  const units = unitsOf(result);
  const debts = `${shortMoney(result.unguarded.badDebt, units)} bad debt, ${shortMoney(result.guarded.badDebt, units)} with the guard`;
  return html`<a href="#replay-${i + 1}">${result.title}<small>${debts}</small></a>`;
}

function renderReplay(result: ReplayResult, i: number): Html {
  const units: Units = unitsOf(result);
  const charts = renderCharts(result, units);
  return html`<section class="replay" id="replay-${i + 1}" aria-labelledby="title-${i + 1}">
<h2 id="title-${i + 1}">${result.title}</h2>
${renderHeadline(result, units)}
<h3 class="hidden">Hour by hour</h3>
${charts.markup}
<div class="aside"><h3>Each trader's position <small>${units.base}, own scale each</small></h3>${pairLegend()}</div>
${renderPositions(result, units)}
<h3>Traders</h3>
<div class="card">${renderTraders(result.traders, units)}</div>
<div class="two">
<div><h3>Policy</h3><div class="card">${renderPolicy(result.policy)}</div></div>
<div><h3>SDK against chain</h3><div class="card">${renderComparisons(result)}</div>
<h3>Price sources</h3><div class="card">${renderSources(result)}</div></div>
</div>
<script type="application/json">${scriptJson(charts.data)}</script>
</section>`;
}
