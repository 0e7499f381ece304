/** The recorded prices that are replayed, and how a guard sees each file. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { PathRound } from "../../demo/path.ts";
import { DEFAULT_POLICY } from "../../lib/market.ts";
import { type Bars, openBars } from "../../lib/prices/bars.ts";
import { openTable, type PriceKind } from "../../lib/prices/columns.ts";
import { PriceFileError } from "../../lib/prices/errors.ts";
import { heartbeatOf, openPriceFile } from "../../lib/prices/rounds.ts";
import { DAY, HOUR } from "../../lib/prices/times.ts";
import { pairOfName } from "../../lib/prices/units.ts";
import type { RangedRound } from "./grid.ts";

/** Recorded prices as the rounds of a feed. */
export interface Series {
  /** Unlike any other's. */
  readonly name: string;
  readonly file: string;
  /** What its rounds are, in words. */
  readonly rounds: string;
  /** Longest time between two rounds that is no gap, seconds. */
  readonly heartbeat: bigint;
  /** Seconds between the moments at which variances are judged. */
  readonly step: number;
  readonly open: () => Promise<AsyncGenerator<RangedRound>>;
}

/** What is replayed of `MARKET_DATA_DIR`. */
const FILES = [
  "chainlink_ethusd_rounds_2023-04_2024-01.csv.gz",
  "bitstamp_btcusd_1h_2018-05_2022-02.csv.gz",
  "bitstamp_ethusd_1h_2018-05_2022-02.csv.gz",
] as const;

/** The kept series of a folder; which files it lacks is in `missing`. */
export async function seriesOfFolder(folder: string): Promise<{ series: Series[]; missing: string[] }> {
  const found = FILES.filter((name) => existsSync(join(folder, name)));
  const series = await Promise.all(found.map((name) => seriesOf(join(folder, name), { allowsGaps: false })));
  return { series: series.flat(), missing: FILES.filter((name) => !found.includes(name)) };
}

export interface SeriesOptions {
  readonly allowsGaps: boolean;
  /** Of a file of rounds: its feed's, with slack, in seconds; the demo policy's by default. */
  readonly heartbeat?: bigint;
}

/**
 * A file of rounds as it stands. A file of bars twice: as its closes, one a bar, with the bars' own lows and highs; and as the
 * replay reads it, with the rounds that a feed would have written while the price walked through each bar.
 * @throws {PriceFileError} For a file of neither kind, or bars of more than a day.
 */
export async function seriesOf(file: string, options: SeriesOptions): Promise<Series[]> {
  const { kind, barSeconds } = await surveyOf(file, options);
  const pair = pairOfName(file);
  const title = pair === undefined ? basename(file) : `${pair.base}/${pair.quote}`;
  if (barSeconds === null) {
    const heartbeat = options.heartbeat ?? DEFAULT_POLICY.heartbeat;
    return [
      {
        name: `${title}, a feed's rounds`,
        file,
        rounds: "as the feed wrote them",
        heartbeat,
        step: HOUR,
        open: () => openRounds(file, options),
      },
    ];
  }
  if (DAY % barSeconds !== 0) {
    throw new PriceFileError(file, 3, `bars of ${barSeconds} s do not make up a day`, "Give bars of a day or a whole part of it");
  }
  const seconds = heartbeatOf(barSeconds);
  const shared = { file, heartbeat: withSlack(seconds), step: seconds };
  return [
    { ...shared, name: `${title}, bars' closes`, rounds: `${kind} closes, one a bar`, open: () => openCloses(file, options) },
    {
      ...shared,
      name: `${title}, bars through a feed`,
      rounds: "as a feed would write them over the bars",
      open: () => openRounds(file, options),
    },
  ];
}

/**
 * Reads a series to its end.
 * @throws {PriceFileError} With the line of the first fault.
 */
export async function countRounds({ open }: Series): Promise<number> {
  let count = 0;
  for await (const _ of await open()) count += 1;
  return count;
}

/** A twelfth more than the feed's own, in the policy's unit of 10 s. */
const withSlack = (seconds: number): bigint => BigInt(Math.ceil(seconds / 120)) * 130n;

async function surveyOf(file: string, { allowsGaps }: SeriesOptions): Promise<{ kind: PriceKind; barSeconds: number | null }> {
  const { kind, barSeconds, rounds } = await openPriceFile(file, { allowsGaps });
  // A generator that never began would leave its file open.
  await rounds.next();
  await rounds.return(undefined);
  return { kind, barSeconds };
}

/** Rounds whose extremes are themselves: between two of them a feed saw nothing worth a round. */
async function openRounds(file: string, { allowsGaps }: SeriesOptions): Promise<AsyncGenerator<RangedRound>> {
  return ranged((await openPriceFile(file, { allowsGaps })).rounds);
}

async function* ranged(rounds: AsyncGenerator<PathRound>): AsyncGenerator<RangedRound> {
  for await (const round of rounds) yield { ...round, low8: round.answer8, high8: round.answer8 };
}

async function openCloses(file: string, { allowsGaps }: SeriesOptions): Promise<AsyncGenerator<RangedRound>> {
  const { rows } = await openTable(file);
  return closes(await openBars(file, rows, allowsGaps));
}

/** A bar is known when it is over. */
async function* closes({ seconds, bars }: Bars): AsyncGenerator<RangedRound> {
  let roundId = 0;
  for await (const { time, low, high, close } of bars) {
    roundId += 1;
    yield { roundId, answer8: close, updatedAt: time + seconds, low8: low, high8: high };
  }
}
