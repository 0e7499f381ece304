/**
 * Figures for the documentation: one SVG file each, readable in a light and in a dark page, nothing fetched. The lines are
 * drawn by the replay report's plotter in its box of 1000 by 300, which each panel stretches; the labels stand outside it.
 */
import { type Html, html, raw } from "../../demo/report/html.ts";
import { across, HEIGHT, linePath, up, WIDTH } from "../../demo/report/plot.ts";
import type { Scale } from "../../demo/report/scale.ts";

export interface Axis {
  /** Share of the axis. */
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

export interface PanelLine {
  /** One of the classes in `STYLE`. */
  readonly className: string;
  /** A null leaves a gap. */
  readonly values: readonly (number | null)[];
}

export interface Panel {
  readonly title: string;
  readonly unit: string;
  /** Of every line's values. */
  readonly xs: readonly number[];
  readonly x: Axis;
  readonly y: Scale;
  readonly yLabel: (value: number) => string;
  readonly lines: readonly PanelLine[];
  /** Where to draw a rule across. */
  readonly markX?: number;
  readonly markY?: number;
}

export interface Figure {
  readonly title: string;
  /** What the picture shows, for those who do not see it. */
  readonly description: string;
  readonly legend: readonly { readonly className: string; readonly label: string }[];
  readonly columns: 1 | 2;
  readonly panels: readonly Panel[];
}

const PAGE = 960;
const MARGIN = 16;
const LEFT = 58;
const HEAD = 62;
/** Of one panel: its title, its plot, its labels below. */
const TITLE = 26;
const PLOT = 150;
const FOOT = 34;

const STYLE = `
svg { --ink: #15181e; --soft: #5b6370; --grid: #e4e1d9; --mark: #9a968c; --page: #ffffff; --guard: #0067b1; --a: #c07f00; --b: #c44500; --c: #0d947f; --d: #8c1d5a; }
@media (prefers-color-scheme: dark) { svg { --ink: #e8ebf0; --soft: #9ba6b4; --grid: #2a313b; --mark: #5d6875; --page: #0e1116; --guard: #58b4f5; --a: #edb445; --b: #ff8148; --c: #37c9b1; --d: #e06aa6; } }
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; fill: var(--soft); }
.page { fill: var(--page); } .title { font-size: 17px; font-weight: 650; fill: var(--ink); } .name { font-weight: 650; fill: var(--ink); }
path { fill: none; stroke: var(--ink); stroke-width: 1.5; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
line { stroke: var(--grid); vector-effect: non-scaling-stroke; } line.mark { stroke: var(--mark); stroke-dasharray: 3 3; }
.guard { stroke: var(--guard); stroke-width: 2.25; } .realised { stroke: var(--ink); stroke-width: 1.25; }
.a { stroke: var(--a); stroke-dasharray: 7 3; } .b { stroke: var(--b); stroke-dasharray: 2 3; } .c { stroke: var(--c); stroke-dasharray: 9 3 2 3; } .d { stroke: var(--d); }
`;

/** The whole file. */
export function renderFigure({ title, description, legend, columns, panels }: Figure): string {
  const width = (PAGE - MARGIN) / columns;
  const height = TITLE + PLOT + FOOT;
  const total = HEAD + Math.ceil(panels.length / columns) * height;
  const place = (panel: Panel, index: number): Html =>
    html`<g transform="translate(${(index % columns) * width} ${HEAD + Math.floor(index / columns) * height})">${renderPanel(panel, width)}</g>`;
  const figure = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${PAGE} ${total}" width="${PAGE}" height="${total}" role="img" aria-label="${description}">
<style>${raw(STYLE)}</style>
<rect class="page" width="${PAGE}" height="${total}"/>
<text class="title" x="${MARGIN}" y="26">${title}</text>
${renderLegend(legend)}
${panels.map(place)}
</svg>
`;
  return figure.markup;
}

function renderLegend(legend: Figure["legend"]): Html {
  let left = MARGIN;
  const entries = legend.map(({ className, label }) => {
    const at = left;
    // Letters are about this wide; a swatch and a gap come with each.
    left += 52 + label.length * 6.6;
    return html`<path class="${className}" d="M${at} 46h24"/><text x="${at + 30}" y="50">${label}</text>`;
  });
  return html`${entries}`;
}

function renderPanel(panel: Panel, outer: number): Html {
  const { title, unit, xs, x, y, yLabel, lines } = panel;
  const width = outer - LEFT - MARGIN;
  const axis = { times: xs, x: { at: x.at, ticks: [] }, y };
  const bottom = TITLE + PLOT;
  return html`<text x="${LEFT}" y="16"><tspan class="name">${title}</tspan> ${unit}</text>
<svg x="${LEFT}" y="${TITLE}" width="${width}" height="${PLOT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${title}">
${y.ticks.map((tick) => horizontal(up(y.at(tick))))}
${x.ticks.map(({ value }) => vertical(across(x.at(value))))}
${panel.markY === undefined ? undefined : horizontal(up(y.at(panel.markY)), "mark")}
${panel.markX === undefined ? undefined : vertical(across(x.at(panel.markX)), "mark")}
${lines.map(({ className, values }) => html`<path class="${className}" d="${linePath(axis, { values, shape: "straight" })}"/>`)}
</svg>
${y.ticks.map((tick) => html`<text x="${LEFT - 8}" y="${tenth(TITLE + (1 - y.at(tick)) * PLOT + 4)}" text-anchor="end">${yLabel(tick)}</text>`)}
${x.ticks.map(({ value, label }) => html`<text x="${tenth(LEFT + x.at(value) * width)}" y="${bottom + 18}" text-anchor="middle">${label}</text>`)}`;
}

const horizontal = (at: number, className = "rule"): Html => html`<line class="${className}" x1="0" x2="${WIDTH}" y1="${at}" y2="${at}"/>`;
const vertical = (at: number, className = "rule"): Html => html`<line class="${className}" x1="${at}" x2="${at}" y1="0" y2="${HEIGHT}"/>`;

/** A tenth of a pixel is as fine as anybody sees. */
const tenth = (pixels: number): number => Math.round(pixels * 10) / 10;
