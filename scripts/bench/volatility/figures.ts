/** The three figures: what was estimated and what came, how often a tail was touched, and how events are seen and forgotten. */

import { monthOfYear } from "../../demo/report/format.ts";
import { linearScale, logScale, timeScale } from "../../demo/report/scale.ts";
import { DEFAULT_POLICY } from "../../lib/market.ts";
import { HOUR } from "../../lib/prices/times.ts";
import { GARCH, GUARD, RISK_METRICS, RISK_METRICS_FITTED, WINDOW } from "./estimators.ts";
import type { RecordedResult } from "./recorded.ts";
import type { Simulated } from "./results.ts";
import { mean, touchCurve } from "./scores.ts";
import { type Response, STEP } from "./simulated.ts";
import { type Axis, type Panel, type PanelLine, renderFigure } from "./svg.ts";

const WEEK = 604_800;

const CLASSES: Readonly<Record<string, string>> = {
  [RISK_METRICS]: "a",
  [RISK_METRICS_FITTED]: "b",
  [WINDOW]: "c",
  [GARCH]: "d",
  [GUARD]: "guard",
};
const LEGEND = Object.entries(CLASSES).map(([label, className]) => ({ className, label }));

/** Volatility the guard assumed and what the next day realised, each the mean variance of a week. */
export function drawRealised(results: readonly RecordedResult[]): string {
  return renderFigure({
    title: "Volatility a year: what the guard assumed, and what the next 24 hours brought",
    description: "For each series two lines over time, weekly means: the guard's follows what was realised, mostly a little above it.",
    legend: [
      { className: "guard", label: "the guard's variance, mean of a week" },
      { className: "realised", label: "realised in the 24 h after each moment, mean of the same week" },
    ],
    columns: 1,
    panels: results.map(realisedPanel),
  });
}

function realisedPanel({ name, grid, days, estimates, split }: RecordedResult): Panel {
  const guard = (estimates.find((each) => each.name === GUARD)?.variances ?? []).map((variance) => Number(variance) / 1e18);
  const perWeek = WEEK / grid.step;
  const weeks = Array.from({ length: Math.floor(days.length / perWeek) }, (_, week) => [week * perWeek, (week + 1) * perWeek] as const);
  const xs = weeks.map(([from]) => grid.times[from] ?? 0);
  const ofWeeks = (values: readonly number[]): number[] => weeks.map(([from, to]) => Math.sqrt(mean(values.slice(from, to))));
  const realised = ofWeeks(days.map((day) => day.realised));
  const assumed = ofWeeks(guard);
  const time = timeScale(xs[0] ?? 0, xs.at(-1) ?? 1);
  return {
    title: name,
    unit: "the dashed line is where scoring begins",
    xs,
    x: { at: time.at, ticks: time.ticks.filter(({ major }) => major).map((tick) => ({ value: tick.time, label: monthOfYear(tick.time) })) },
    y: linearScale([...realised, ...assumed], true),
    yLabel: percent,
    lines: [
      { className: "realised", values: realised },
      { className: "guard", values: assumed },
    ],
    markX: grid.times[split] ?? 0,
  };
}

/** Tails at which the shares are drawn. */
const TAILS = Array.from({ length: 61 }, (_, index) => 2 + index / 10);

/** The least share drawn; what is rarer happened once or twice. */
const LEAST = 0.001;

/** Share of longs and shorts that a day's adverse move met, over the multiple of the deviation that was allowed for. */
export function drawTouches(results: readonly RecordedResult[]): string {
  return renderFigure({
    title: "How often the largest adverse move of the next 24 h exceeds the tail times the deviation",
    description: "For each series, five falling lines over the tail from 2 to 8. Dashed: the policy's tail, and one per cent.",
    legend: LEGEND,
    columns: 2,
    panels: results.map(touchPanel),
  });
}

function touchPanel({ name, days, estimates, split }: RecordedResult): Panel {
  const scored = days.slice(split);
  const y = logScale(LEAST, 0.2);
  const line = ({ name: estimator, variances }: RecordedResult["estimates"][number]): PanelLine => {
    const values = variances.slice(split, days.length).map((variance) => Number(variance) / 1e18);
    return {
      className: CLASSES[estimator] ?? "realised",
      values: touchCurve(values, scored, TAILS).map((share) => (share < LEAST ? null : share)),
    };
  };
  return {
    title: name,
    unit: "share touched, over the tail",
    xs: TAILS,
    x: linearAxis(2, 8, [2, 3, 4, 5, 6, 7, 8], String),
    y,
    yLabel: (value) => `${value * 100}%`,
    lines: inFront(estimates.map(line)),
    markX: Number(DEFAULT_POLICY.tail) / 1e18,
    markY: 0.01,
  };
}

/** Hours after the event that are drawn. */
const DRAWN_HOURS = 48;

/** The medians of all simulated paths, from the event on. */
export function drawResponses({ regimes, tick }: Simulated): string {
  return renderFigure({
    title: "Simulated prices: variance after an event, over the variance without it",
    description:
      "Three panels over 48 hours. The variance becomes 4 and 16 times as large; then a single bad tick of 10 %, which is taken back.",
    legend: LEGEND,
    columns: 1,
    panels: [
      ...regimes.map(({ factor, response }) =>
        responsePanel(`The variance becomes ${factor} times as large`, response, "dashed: where it is", factor),
      ),
      responsePanel(
        `A single tick of ${((tick.factor - 1) * 100).toFixed(0)} %, taken back by the next round`,
        tick.response,
        "dashed: no effect",
        1,
      ),
    ],
  });
}

function responsePanel(title: string, response: Response, unit: string, markY: number): Panel {
  const indices = drawnMoments();
  const lines = Object.entries(response).map(([name, values]) => ({
    className: CLASSES[name] ?? "realised",
    values: indices.map((index) => values[index] ?? 0),
  }));
  const all = lines.flatMap(({ values }) => values).filter((value) => value > 0.1);
  return {
    title,
    unit,
    xs: indices.map((index) => (index * STEP) / HOUR),
    x: linearAxis(0, DRAWN_HOURS, [0, 6, 12, 18, 24, 30, 36, 42, 48], (hour) => `${hour} h`),
    y: logScale(Math.min(...all), Math.max(...all)),
    yLabel: (value) => `× ${value}`,
    lines: inFront(lines),
    markY,
  };
}

/** Every five minutes at first, then every half an hour, where nothing changes as fast. */
function drawnMoments(): number[] {
  const [first, last, sparse] = [(6 * HOUR) / STEP, (DRAWN_HOURS * HOUR) / STEP, HOUR / 2 / STEP];
  return Array.from({ length: last + 1 }, (_, index) => index).filter((index) => index <= first || index % sparse === 0);
}

/** The guard's line is drawn last, over the others. */
function inFront(lines: readonly PanelLine[]): PanelLine[] {
  return [...lines].sort((a, b) => Number(a.className === "guard") - Number(b.className === "guard"));
}

function linearAxis(from: number, to: number, ticks: readonly number[], label: (value: number) => string): Axis {
  const at = (value: number): number => Math.min(Math.max((value - from) / (to - from), 0), 1);
  return { at, ticks: ticks.map((value) => ({ value, label: label(value) })) };
}

const percent = (share: number): string => `${Math.round(share * 100)}%`;
