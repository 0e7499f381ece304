/**
 * Plots: an SVG that stretches with the page, under labels that do not. The drawing is in a fixed box of 1000 by 300
 * that the browser scales freely; axis labels are ordinary text laid over it, so they stay readable on a phone.
 */
import { clock, day, monthOfYear } from "./format.ts";
import { type Html, html } from "./html.ts";
import type { Scale, TimeAxis, TimeTick } from "./scale.ts";

export const WIDTH = 1000;
export const HEIGHT = 300;

export interface Line {
  readonly values: readonly (number | null)[];
  /** CSS class that gives colour, width and dashes. */
  readonly className: string;
  /** Hold each value until the next one (for amounts that change at a round) or draw straight to it (for prices). */
  readonly shape: "step" | "straight";
  /** Also tint the area between the line and the value zero, or the axis if zero is not on it. */
  readonly fill?: boolean;
}

export interface Plot {
  readonly times: readonly number[];
  readonly x: TimeAxis;
  readonly y: Scale;
  readonly lines: readonly Line[];
  readonly yLabel: (value: number) => string;
  /** What the picture shows, in a sentence or two, for those who do not see it. */
  readonly description: string;
  readonly size: "tall" | "medium" | "small";
  /** Drawn after the lines, in the same box. */
  readonly extra?: Html;
}

export function renderPlot(plot: Plot): Html {
  const { x, y } = plot;
  return html`<div class="plot ${plot.size}">
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${plot.description}">
${verticalGrid(x)}
${y.ticks.map((tick) => html`<line class="grid${tick === 0 ? " zero" : ""}" x1="0" x2="${WIDTH}" y1="${up(y.at(tick))}" y2="${up(y.at(tick))}"/>`)}
${plot.lines.filter((line) => line.fill).map((line) => html`<path class="area ${line.className}" d="${areaPath(plot, line)}"/>`)}
${plot.lines.map((line) => html`<path class="line ${line.className}" d="${linePath(plot, line)}"/>`)}
${plot.extra}
</svg>
<div class="y-axis" aria-hidden="true">${y.ticks.map((tick) => html`<span style="top:${share(1 - y.at(tick))}">${plot.yLabel(tick)}</span>`)}</div>
${timeLabels(x, plot.size === "small" ? SMALL_LABELS : undefined)}
<i class="cursor"></i>
</div>`;
}

/** As many time labels as fit side by side under a small plot. */
const SMALL_LABELS = 3;

/**
 * Hour labels under a plot; midnights carry the date.
 * @param most - Leave out evenly what is more than this.
 */
export function timeLabels(x: TimeAxis, most = x.ticks.length): Html {
  const label = ({ time, midnight, month, major }: TimeTick) => {
    const className = `${midnight ? "date" : ""}${major ? "" : " minor"}`.trim();
    const at = x.at(time);
    // Labels at the very edge hang inwards, so that none is cut off.
    const edge = at < 0.02 ? " start" : at > 0.98 ? " end" : "";
    return html`<span class="${className}${edge}" style="left:${share(at)}">${month ? monthOfYear(time) : midnight ? day(time) : clock(time)}</span>`;
  };
  const every = Math.max(Math.ceil(x.ticks.length / Math.max(most, 1)), 1);
  return html`<div class="x-axis" aria-hidden="true">${x.ticks.filter((_, i) => i % every === 0).map(label)}</div>`;
}

function verticalGrid(x: TimeAxis): Html {
  const line = ({ time, midnight }: TimeTick) =>
    html`<line class="grid${midnight ? " midnight" : ""}" x1="${across(x.at(time))}" x2="${across(x.at(time))}" y1="0" y2="${HEIGHT}"/>`;
  return html`${x.ticks.map(line)}`;
}

/** SVG path of one line in the fixed box; a null leaves a gap. */
export function linePath({ times, x, y }: Pick<Plot, "times" | "x" | "y">, line: Pick<Line, "values" | "shape">): string {
  let path = "";
  let height: number | undefined;
  times.forEach((time, i) => {
    const value = line.values[i];
    if (value === null || value === undefined) {
      // A step holds until the moment it ends.
      if (height !== undefined && line.shape === "step") path += `H${across(x.at(time))}`;
      height = undefined;
      return;
    }
    const left = across(x.at(time));
    const next = up(y.at(value));
    if (height === undefined) path += `M${left} ${next}`;
    else if (line.shape === "straight") path += `L${left} ${next}`;
    else path += next === height ? `H${left}` : `H${left}V${next}`;
    height = next;
  });
  return path;
}

function areaPath(plot: Plot, line: Line): string {
  const first = plot.times[0];
  const last = plot.times.at(-1);
  if (first === undefined || last === undefined || line.values.includes(null)) return "";
  const ground = up(plot.y.at(Math.min(Math.max(0, plot.y.min), plot.y.max)));
  return `${linePath(plot, line)}V${ground}H${across(plot.x.at(first))}Z`;
}

/** Horizontal position in the box, one decimal: a tenth of a thousandth of the width is below a pixel. */
export function across(at: number): number {
  return Math.round(at * WIDTH * 10) / 10;
}

/** Vertical position in the box for a share counted from the bottom. */
export function up(at: number): number {
  return Math.round((1 - at) * HEIGHT * 10) / 10;
}

/** A CSS percentage. */
export function share(at: number): string {
  return `${Math.round(at * 10000) / 100}%`;
}
