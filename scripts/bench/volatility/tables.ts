/** The results as tables for a terminal. */
import Table from "cli-table3";
import { formatMoment } from "../../lib/prices/times.ts";
import { WARM_UP_DAYS } from "./estimators.ts";
import { WATCHED_HOURS } from "./paths.ts";
import type { RecordedResult } from "./recorded.ts";
import type { Simulated } from "./results.ts";
import type { Scores } from "./scores.ts";
import { PATHS, type RegimeResult, type SpamResult, type Spread, type TickResult } from "./simulated.ts";

export function recordedTable(result: RecordedResult): string {
  const table = tableOf(["", "mean V / realised", "median", "QLIKE", "long touched", "short touched", "tail at 1 %", "leverage then"]);
  for (const [name, scores] of Object.entries(result.scores)) table.push([name, ...scoreCells(scores)]);
  table.push([`guard, from day ${WARM_UP_DAYS + 1} on`, ...scoreCells(result.whole)]);
  table.push(["the same, touches at the moments only", ...scoreCells(result.wholeAtMoments)]);
  const { garch, interval } = result.calibration;
  const { moments } = Object.values(result.scores)[0] ?? { moments: 0 };
  return [
    `${result.name} (${result.file}): ${count(result.compared)} rounds ${result.rounds}, guard and SDK equal at each.`,
    table.toString(),
    `Scored: ${count(moments)} moments from ${formatMoment(result.scoredFrom)} on; realised ${(result.realisedVolatility * 100).toFixed(1)} % a year from round to round, of its variance ${(result.coarseShare * 100).toFixed(0)} % from moment to moment.`,
    `Before that: a round in ${interval.toFixed(0)} s, GARCH's α ${garch.alpha.toFixed(3)}, β ${garch.beta.toFixed(3)}.`,
  ].join("\n");
}

function scoreCells(scores: Scores): string[] {
  return [
    scores.meanRatio.toFixed(3),
    scores.medianRatio.toFixed(3),
    scores.qlike.toFixed(3),
    touched(scores.longTouched, scores.longEpisodes),
    touched(scores.shortTouched, scores.shortEpisodes),
    scores.tailAtOnePercent.toFixed(2),
    `${scores.leverageAtOnePercent.toFixed(2)}x`,
  ];
}

export function simulatedTables({ regimes, tick, repeats, looks, again, compared, observed }: Simulated): string {
  return [
    `Simulated prices, ${PATHS} paths each: ${count(observed)} rounds, ${count(compared)} of them on chain as well, guard and SDK equal at each.`,
    ...regimes.map(regimeTable),
    tickTable(tick),
    spamTable("The last round's price again every 12 s for an hour, over V without it:", repeats),
    spamTable("A round every 12 s for an hour, of the price there is, over V without them:", looks),
    `300 pokes without a new round: the stored word is ${again.before === again.after ? "the same" : "ANOTHER"}.`,
  ].join("\n\n");
}

function regimeTable({ factor, reactions }: RegimeResult): string {
  const table = tableOf(["", "half of the way in V", "nine tenths in V", "half in σ", "nine tenths in σ"]);
  for (const [name, { half, most, halfOfVolatility, mostOfVolatility }] of Object.entries(reactions)) {
    table.push([name, ...[half, most, halfOfVolatility, mostOfVolatility].map(spreadText)]);
  }
  return `Variance times ${factor}, volatility times ${Math.sqrt(factor)}: hours until an estimate is there, median (quartiles)\n${table.toString()}`;
}

function tickTable({ factor, effects }: TickResult): string {
  const table = tableOf(["", "V at the most", "hours above 2.25", "hours above 1.1"]);
  for (const [name, { peak, hoursAboveHalf, hoursAboveTenth }] of Object.entries(effects)) {
    table.push([name, `× ${peak.toFixed(2)}`, hours(hoursAboveHalf), hours(hoursAboveTenth)]);
  }
  return `A tick of ${((factor - 1) * 100).toFixed(0)} % that the next round takes back, over V without it:\n${table.toString()}`;
}

function spamTable(title: string, { effects }: SpamResult): string {
  const table = tableOf(["", "least", "most", "a day later"]);
  for (const [name, { least, most, afterDay }] of Object.entries(effects)) {
    table.push([name, ...[least, most, afterDay].map((value) => `× ${value.toPrecision(3)}`)]);
  }
  return `${title}\n${table.toString()}`;
}

function tableOf(head: string[]): Table.Table {
  return new Table({ head, colAligns: head.map((_, index) => (index === 0 ? "left" : "right")), style: { head: [], border: [] } });
}

const count = (value: number): string => value.toLocaleString("en-GB");
const touched = (share: number, episodes: number): string => `${(share * 100).toFixed(2)} % in ${episodes}`;
const hours = (value: number): string => (Number.isFinite(value) ? value.toFixed(1) : `> ${WATCHED_HOURS}`);
const spreadText = ({ lower, median, upper }: Spread): string =>
  lower === upper ? hours(median) : `${hours(median)} (${hours(lower)} to ${hours(upper)})`;
