/** The time-aligned charts of one replay: one column of plots that share their hours. */
import type { ReplayResult, ReplayStep } from "../result.ts";
import { axisMoney, axisPrice, moment, money, percent, price, short, shortMoney, size, timeShare, type Units, words } from "./format.ts";
import { type Html, html } from "./html.ts";
import { across, HEIGHT, type Line, renderPlot, share, timeLabels, up } from "./plot.ts";
import { extent, linearScale, logScale, type Scale, type TimeAxis, timeScale } from "./scale.ts";
import { bindingRuns, bindingShares, highestBy, limitClass, lowestBy, shownLimits } from "./series.ts";

/** How the inline script writes a value under the crosshair. */
type Format = "price" | "percent" | "size" | "money";

interface Readout {
  readonly label: string;
  readonly className: string;
  readonly format: Format;
  readonly values: readonly (number | null)[];
}

interface Chart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly legend: Html;
  readonly body: Html;
  readonly readouts: readonly Readout[];
  readonly footnote?: string;
}

/** What the inline script needs to follow the pointer: the rounds' times and every number that it can read out. */
export interface CrosshairData {
  readonly times: readonly number[];
  /** Whether rounds were left out, so that counting them would mislead. */
  readonly isThinned: boolean;
  /** Each round in words, after its time: what the guard allows, and why no more. */
  readonly summaries: readonly string[];
  readonly charts: Readonly<Record<string, readonly Readout[]>>;
}

export interface ChartStack {
  readonly markup: Html;
  readonly data: CrosshairData;
}

export function renderCharts(result: ReplayResult, units: Units): ChartStack {
  const view = new View(result, units);
  const charts = [priceChart(view), sigmaChart(view), sizeChart(view), interestChart(view), debtChart(view)];
  return {
    markup: html`<div class="stack" tabindex="0" role="group" aria-label="Charts over time. Left and right arrow keys read the values of one round.">
<p class="when" aria-live="polite"><span class="now"></span><span class="hint">Point at a chart or tap it, or focus it and use the arrow keys, to read one round.</span></p>
${charts.map(renderChart)}
</div>`,
    data: {
      times: view.times,
      isThinned: result.rounds !== undefined,
      summaries: result.steps.map((step) => `up to ${size(step.maxSize)} ${units.base}, bound by ${words(step.binding).toLowerCase()}`),
      charts: Object.fromEntries(charts.map((chart) => [chart.id, chart.readouts.map(rounded)])),
    },
  };
}

/** What every chart of one replay needs. */
class View {
  readonly result: ReplayResult;
  readonly units: Units;
  readonly times: readonly number[];
  readonly x: TimeAxis;

  constructor(result: ReplayResult, units: Units) {
    this.result = result;
    this.units = units;
    this.times = result.steps.map((step) => step.time);
    this.x = timeScale(...extent(this.times));
  }

  values(of: (step: ReplayStep) => number): number[] {
    return this.result.steps.map(of);
  }
}

function renderChart(chart: Chart): Html {
  return html`<figure class="chart" data-chart="${chart.id}">
<figcaption><h4>${chart.title} <small>${chart.unit}</small></h4>${chart.legend}</figcaption>
${chart.body}
${chart.footnote === undefined ? undefined : html`<p class="footnote">${chart.footnote}</p>`}
</figure>`;
}

function priceChart(view: View): Chart {
  const values = view.values((step) => step.price);
  const { steps } = view.result;
  const low = lowestBy(steps, (step) => step.price);
  const y = linearScale(values, false, 5);
  return {
    id: "price",
    title: "Price",
    unit: `${view.units.quote} per ${view.units.base}`,
    legend: priceLegend(view),
    body: renderPlot({
      times: view.times,
      x: view.x,
      y,
      lines: [{ values, className: "ink", shape: "straight", fill: true }],
      extra: anchorDots(view, y),
      yLabel: axisPrice,
      size: "tall",
      description: `Price in ${view.result.rounds ?? steps.length} oracle rounds: from ${price(values[0] ?? 0)} to ${price(values.at(-1) ?? 0)}${low ? `, lowest ${price(low.price)} on ${moment(low.time)}` : ""}.`,
    }),
    readouts: [{ label: "price", className: "ink", format: "price", values }],
  };
}

/** Recorded prices have no anchors: there is nothing to tell apart. */
function priceLegend({ result }: View): Html {
  if (result.anchors.length === 0) return html`<span class="legend">${key("ink", "oracle price")}</span>`;
  return html`<span class="legend">${key("ink", "oracle price, reconstructed between")}<span class="key"><i class="dot"></i>published prices</span></span>`;
}

/** The published prices on the path: strokes of no length, because a circle would be stretched with the box. */
function anchorDots({ result, times, x }: View, y: Scale): Html {
  const [from, to] = [times[0] ?? 0, times.at(-1) ?? 0];
  const inside = result.anchors.filter(({ time }) => time >= from && time <= to);
  return html`${inside.map(({ time, price: value }) => html`<path class="anchor" d="M${across(x.at(time))} ${up(y.at(value))}h0"/>`)}`;
}

function sigmaChart(view: View): Chart {
  const fast = view.values((step) => step.sigmaFast);
  const slow = view.values((step) => step.sigmaSlow);
  const peak = highestBy(view.result.steps, (step) => step.sigmaFast);
  return {
    id: "sigma",
    title: "Volatility",
    unit: "σ, % a year",
    legend: html`<span class="legend">${key("ink", "fast")}${key("soft", "slow")}</span>`,
    body: renderPlot({
      times: view.times,
      x: view.x,
      y: linearScale([...fast, ...slow], true, 3),
      lines: [
        { values: slow, className: "soft", shape: "straight" },
        { values: fast, className: "ink", shape: "straight" },
      ],
      yLabel: percent,
      size: "medium",
      description: `Annualised volatility. ${peak ? `The fast estimate peaks at ${percent(peak.sigmaFast)} on ${moment(peak.time)}; ` : ""}the slow one peaks at ${percent(extent(slow)[1])}.`,
    }),
    readouts: [
      { label: "fast", className: "ink", format: "percent", values: fast },
      { label: "slow", className: "soft", format: "percent", values: slow },
    ],
  };
}

function sizeChart(view: View): Chart {
  const { result, times, x, units } = view;
  const maxima = view.values((step) => step.maxSize);
  const limits = result.activeLimits.map((limit) => ({
    limit,
    values: result.steps.map((step) => step.limits[limit] ?? null),
  }));
  const scale = sizeScale(
    maxima,
    limits.flatMap(({ values }) => values),
  );
  const shares = bindingShares(bindingRuns(result.steps));
  const lines: Line[] = [
    ...limits.map(
      ({ limit, values }): Line => ({
        values: values.map((value) => (value !== null && value > scale.max ? null : value)),
        className: `thin ${limitClass(limit, result)}`,
        shape: "step",
      }),
    ),
    { values: maxima, className: "halo", shape: "step" },
    ...shownLimits(result).map(
      (limit): Line => ({
        values: boundValues(result.steps, limit),
        className: `bold ${limitClass(limit, result)}`,
        shape: "step",
      }),
    ),
  ];
  const [low, high] = extent(maxima);
  const hidden = limits.some(({ values }) => values.some((value) => value !== null && value > scale.max));
  return {
    id: "size",
    title: "Largest position the guard allows",
    unit: `${units.base}, long, for an account of ${money(result.yardstickEquity, units)}${scale.kind === "log" ? "; log scale" : ""}`,
    legend: html`<ul class="legend limits">${shownLimits(result).map(
      (limit) =>
        html`<li>${key(`thin ${limitClass(limit, result)}`, words(limit))} <b>${shares.has(limit) ? `binds ${timeShare(shares.get(limit) ?? 0)}` : "never binds"}</b></li>`,
    )}</ul>`,
    body: html`${renderPlot({
      times,
      x,
      y: scale,
      lines,
      yLabel: short,
      size: "tall",
      description: `Largest allowed position: between ${size(low)} and ${size(high)} ${units.base}. ${describeShares(shares)}`,
    })}${bindingStrip(view, shares)}`,
    readouts: limits.map(({ limit, values }) => ({
      label: words(limit),
      className: `thin ${limitClass(limit, result)}`,
      format: "size",
      values,
    })),
    footnote: `Thick: the size allowed, in the colour of the limit that binds. Thin: each limit alone${hidden ? ", left out where it is far above the others" : ""}${scale.kind === "log" && low < scale.min ? ". A size below the scale, or zero, lies on the bottom edge" : ""}.`,
  };
}

/** Linear from zero when the sizes are of one order; logarithmic, and cut well above the largest allowed size, when not. */
function sizeScale(maxima: readonly number[], limits: readonly (number | null)[]): Scale {
  const allowed = extent(maxima)[1];
  const ceiling = Math.max(allowed * 8, Number.MIN_VALUE);
  const shown = [...maxima, ...limits.filter((value): value is number => value !== null && value <= ceiling)];
  const positive = shown.filter((value) => value > 0);
  if (positive.length === 0) return linearScale([0, 1], true);
  const [low, high] = extent(positive);
  // Three decades are what a reader can compare; what is smaller lies on the bottom edge with zero.
  return high / low > 12 ? logScale(Math.max(low, high / 1000), high) : linearScale(shown, true);
}

/** The allowed size where this limit binds; the step line holds each stretch up to the round that ends it. */
function boundValues(steps: readonly ReplayStep[], limit: string): (number | null)[] {
  return steps.map((step) => (step.binding === limit ? step.maxSize : null));
}

/** Which limit bound when, as one band of colour on the same hours. */
function bindingStrip(view: View, shares: ReadonlyMap<string, number>): Html {
  const runs = bindingRuns(view.result.steps);
  const span = (run: (typeof runs)[number]) => ({ from: view.x.at(run.from), to: view.x.at(run.to) });
  return html`<div class="strip"><p>Binding limit</p>
<div class="plot band">
<svg viewBox="0 0 1000 ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${`Which limit binds. ${describeShares(shares)}`}">
${runs.map((run) => {
  const { from, to } = span(run);
  return html`<rect class="block ${limitClass(run.limit, view.result)}" x="${across(from)}" width="${Math.max(across(to) - across(from), 0.8)}" y="0" height="${HEIGHT}"><title>${`${words(run.limit)}: ${moment(run.from)} to ${moment(run.to)}`}</title></rect>`;
})}
</svg>
${runs
  .filter((run) => span(run).to - span(run).from > 0.13)
  .map((run) => {
    const { from, to } = span(run);
    return html`<span class="tag ${limitClass(run.limit, view.result)}" aria-hidden="true" style="left:${share(from)};width:${share(to - from)}">${words(run.limit)}</span>`;
  })}
<i class="cursor"></i>
</div></div>`;
}

function describeShares(shares: ReadonlyMap<string, number>): string {
  const sorted = [...shares].sort((a, b) => b[1] - a[1]);
  return `Time bound by each limit: ${sorted.map(([limit, part]) => `${words(limit)} ${timeShare(part)}`).join(", ")}.`;
}

function interestChart(view: View): Chart {
  const guarded = view.values((step) => step.openInterestGuarded);
  const unguarded = view.values((step) => step.openInterestUnguarded);
  return {
    id: "interest",
    title: "Open interest",
    unit: `${view.units.base}, long side`,
    legend: pairLegend(),
    body: renderPlot({
      times: view.times,
      x: view.x,
      y: linearScale([...guarded, ...unguarded], true, 3),
      lines: pairLines(guarded, unguarded, false),
      yLabel: short,
      size: "medium",
      description: `Open interest. With the guard at most ${size(extent(guarded)[1])} ${view.units.base}, with the static cap at most ${size(extent(unguarded)[1])}.`,
    }),
    readouts: pairReadouts(guarded, unguarded, "size"),
  };
}

function debtChart(view: View): Chart {
  const guarded = view.values((step) => step.badDebtGuarded);
  const unguarded = view.values((step) => step.badDebtUnguarded);
  const none = extent([...guarded, ...unguarded])[1] <= 0;
  const title = "Bad debt";
  const unit = `${view.units.quote}, accumulated`;
  if (none) {
    return {
      id: "debt",
      title,
      unit,
      legend: html``,
      body: html`<p class="nothing">None in either market: no account lost more than it had put up.</p>${timeLabelsAlone(view)}`,
      readouts: [],
    };
  }
  return {
    id: "debt",
    title,
    unit,
    legend: pairLegend(),
    body: renderPlot({
      times: view.times,
      x: view.x,
      y: linearScale([...guarded, ...unguarded], true),
      lines: pairLines(guarded, unguarded, true),
      yLabel: (value) => axisMoney(value, view.units),
      size: "tall",
      description: `Accumulated bad debt. At the end ${shortMoney(guarded.at(-1) ?? 0, view.units)} with the guard and ${shortMoney(unguarded.at(-1) ?? 0, view.units)} with the static cap.`,
    }),
    readouts: pairReadouts(guarded, unguarded, "money"),
  };
}

function timeLabelsAlone(view: View): Html {
  return html`<div class="plot axis-only">${timeLabels(view.x)}</div>`;
}

/** Each trader's position in both markets, one small plot a trader. */
export function renderPositions(result: ReplayResult, units: Units): Html {
  const view = new View(result, units);
  const panel = ({ name, habit, guarded, unguarded }: ReplayResult["traders"][number]) => html`<figure class="multiple">
<figcaption><h4>${name}</h4><p>${habit}</p></figcaption>
${renderPlot({
  times: view.times,
  x: view.x,
  y: linearScale([...guarded.sizes, ...unguarded.sizes], true, 2),
  lines: pairLines(guarded.sizes, unguarded.sizes, true),
  yLabel: short,
  size: "small",
  description: `Position of ${name} in ${units.base}. With the guard between ${extent(guarded.sizes).map(size).join(" and ")}, with the static cap between ${extent(unguarded.sizes).map(size).join(" and ")}.`,
})}
${outcomes(guarded, unguarded, units)}
</figure>`;
  // Even rows: up to four side by side, five and six as rows of three.
  const columns = [5, 6, 9].includes(result.traders.length) ? 3 : Math.min(Math.max(result.traders.length, 1), 4);
  return html`<div class="multiples" style="--columns:${columns}">${result.traders.map(panel)}</div>`;
}

type Account = ReplayResult["traders"][number]["guarded"];

/** How a trader ended in both markets, in one line each. */
function outcomes(guarded: Account, unguarded: Account, units: Units): Html {
  const line = (className: string, account: Account) =>
    html`<li>${key(className, `${shortMoney(account.startEquity, units)} → ${shortMoney(account.endEquity, units)}`)}${account.badDebt > 0 ? html` <b>bad debt ${shortMoney(account.badDebt, units)}</b>` : undefined}</li>`;
  return html`<ul class="outcomes">${line("guard", guarded)}${line("cap", unguarded)}</ul>`;
}

/** The static cap below, the guard on top: where both agree, the guard's line is the one seen. */
function pairLines(guarded: readonly number[], unguarded: readonly number[], fill: boolean): Line[] {
  return [
    { values: unguarded, className: "cap", shape: "step", fill },
    { values: guarded, className: "guard", shape: "step", fill },
  ];
}

function pairReadouts(guarded: readonly number[], unguarded: readonly number[], format: Format): Readout[] {
  return [
    { label: "guard", className: "guard", format, values: guarded },
    { label: "static cap", className: "cap", format, values: unguarded },
  ];
}

export function pairLegend(): Html {
  return html`<span class="legend">${key("guard", "with the guard")}${key("cap", "static leverage cap")}</span>`;
}

/** A legend entry: a swatch in the series' own colour and dashes, and its name. */
export function key(className: string, label: string): Html {
  return html`<span class="key"><svg class="swatch" viewBox="0 0 20 6" aria-hidden="true"><path class="line ${className}" d="M0 3H20"/></svg>${label}</span>`;
}

/** Five significant digits: what the crosshair shows, at a fraction of the page's weight. */
function rounded(readout: Readout): Readout {
  return { ...readout, values: readout.values.map((value) => (value === null ? null : Number(value.toPrecision(5)))) };
}
