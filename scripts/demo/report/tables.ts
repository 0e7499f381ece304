/** The parts of the page that are words and figures: headline, traders, policy, comparisons, sources. */
import type { MarketResult, ReplayResult, Source, TraderResult } from "../result.ts";
import { key } from "./charts.ts";
import { count, counted, leverage, money, shortMoney, type Units } from "./format.ts";
import { type Html, html } from "./html.ts";
import { share } from "./plot.ts";

/** Both markets' bad debt in big figures, over bars of the same scale. */
export function renderHeadline(result: ReplayResult, units: Units): Html {
  const { guarded, unguarded } = result;
  const most = Math.max(guarded.badDebt, unguarded.badDebt);
  return html`<div class="headline">
${marketFigure("cap", "Static leverage cap", unguarded, most, units)}
${marketFigure("guard", "With the guard", guarded, most, units)}
</div>
<p class="verdict">${verdict(guarded.badDebt, unguarded.badDebt, units)}</p>`;
}

function marketFigure(className: string, title: string, market: MarketResult, most: number, units: Units): Html {
  return html`<section class="market ${className}">
<h3>${key(className, title)}</h3>
<p class="figure"><strong>${shortMoney(market.badDebt, units)}</strong> <span>bad debt</span></p>
<div class="bar" aria-hidden="true"><i style="width:${share(most > 0 ? market.badDebt / most : 0)}"></i></div>
<dl>
<div class="pool"><dt>Pool</dt><dd>${money(market.poolStart, units)} → ${money(market.poolEnd, units)}</dd></div>
<div><dt>Liquidations</dt><dd>${count(market.liquidations)}</dd></div>
<div><dt>Trades accepted</dt><dd>${count(market.accepted)}</dd></div>
<div><dt>Trades rejected</dt><dd>${count(market.rejected)}</dd></div>
</dl>
</section>`;
}

/** What the two figures say about each other, whichever way it went. */
function verdict(guarded: number, unguarded: number, units: Units): string {
  if (guarded <= 0 && unguarded <= 0) return "Neither market lost more than its traders had put up.";
  if (guarded <= 0) return `The same traders, the same prices: the guard's market took no loss that its traders could not pay.`;
  const gap = money(Math.abs(unguarded - guarded), units);
  if (guarded < unguarded) return `The same traders, the same prices: ${gap} less bad debt with the guard.`;
  if (guarded > unguarded) return `In this replay the guard's market took ${gap} more bad debt than the static cap's.`;
  return "Both markets took the same bad debt.";
}

/** Two rows a trader, one a market. */
export function renderTraders(traders: readonly TraderResult[], units: Units): Html {
  const cells = (className: string, label: string, account: TraderResult["guarded"]) => html`<td>${key(className, label)}</td>
<td>${money(account.startEquity, units)}</td>
<td>${money(account.endEquity, units)}</td>
<td>${leverage(account.peakLeverage)}</td>
<td>${count(account.accepted)}</td>
<td>${count(account.rejected)}</td>
<td>${count(account.liquidations)}</td>
<td class="${account.badDebt > 0 ? "loss" : ""}">${money(account.badDebt, units)}</td>`;
  const rows = ({ name, guarded, unguarded }: TraderResult) => html`<tbody>
<tr><th scope="rowgroup" rowspan="2">${name}</th>${cells("guard", "guard", guarded)}</tr>
<tr>${cells("cap", "static cap", unguarded)}</tr>
</tbody>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Traders in both markets">
<table class="traders">
<thead><tr><th scope="col">Trader</th><th scope="col">Market</th><th scope="col">Brought</th><th scope="col">At end</th><th scope="col">Leverage taken</th><th scope="col">Accepted</th><th scope="col">Rejected</th><th scope="col">Liquidations</th><th scope="col">Bad debt</th></tr></thead>
${traders.map(rows)}
</table></div>`;
}

export function renderPolicy(policy: ReplayResult["policy"]): Html {
  return html`<table class="policy"><tbody>${policy.map(
    ({ label, value }) => html`<tr><th scope="row">${label}</th><td>${value}</td></tr>`,
  )}</tbody></table>`;
}

/** How often the SDK and the chain were asked the same question, and how often they answered differently. */
export function renderComparisons({ comparisons, differences }: ReplayResult): Html {
  const outcome = differences === 0 ? html`<b>No difference.</b>` : html`<b>${counted(differences, "difference")}.</b>`;
  return html`<p class="comparisons"><strong>${count(comparisons)}</strong> answers of the SDK compared with the chain's. ${outcome}</p>`;
}

export function renderSources({ sources, note }: Pick<ReplayResult, "sources" | "note">): Html {
  return html`<ul class="sources">${sources.map((source) => html`<li>${sourceLink(source)}: <span class="quiet">${source.figure}</span></li>`)}</ul>
<p class="quiet">${note}</p>`;
}

/** A link only for web addresses: anything else in that field stays text. */
function sourceLink({ name, url }: Source): Html {
  if (url === "") return html`${name}`;
  return /^https?:\/\//.test(url) ? html`<a href="${url}" rel="noreferrer">${name}</a>` : html`${name} (${url})`;
}
