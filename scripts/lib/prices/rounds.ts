/** The rounds of a price file: a feed's own, or those a feed would have written over OHLCV bars. */
import type { PathRound } from "../../demo/path.ts";
import { type Bars, openBars, type Sample, samplesOf } from "./bars.ts";
import { openTable, type PriceKind, type Row } from "./columns.ts";
import { PriceFileError } from "./errors.ts";
import { HOUR, parseSeconds } from "./times.ts";

export interface ReadOptions {
  /** Seconds, unix, both included; the whole file by default. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Let an OHLCV file skip bars. */
  readonly allowsGaps?: boolean | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

export interface PriceFile {
  readonly kind: PriceKind;
  /** Length of a bar in seconds; `null` for a file of rounds. */
  readonly barSeconds: number | null;
  /** In time order. A file of rounds may hold two of the same second, as chains do. */
  readonly rounds: AsyncGenerator<PathRound>;
}

/** Relative move since its last round on which a feed writes, in parts of 10 000: 0.5 %, as large ETH/USD feeds do. */
export const DEVIATION = 50n;

/** The longest time without a round, seconds: an hour, as large feeds do, or a bar where that is longer. */
export const heartbeatOf = (barSeconds: number): number => Math.max(HOUR, barSeconds);

/**
 * Opens a price file and gives its rounds one at a time; nothing is kept, so a file may be of any length. Every line up to
 * the end of the range is checked.
 * @throws {PriceFileError} With the line of the first fault, here or while reading.
 */
export async function openPriceFile(file: string, options: ReadOptions = {}): Promise<PriceFile> {
  const { kind, rows } = await openTable(file, options.onBytes);
  if (kind === "rounds") return { kind, barSeconds: null, rounds: within(recordedRounds(file, rows), options) };
  const bars = await openBars(file, rows, options.allowsGaps ?? false);
  return { kind, barSeconds: bars.seconds, rounds: writtenRounds(within(barSamples(bars), options), heartbeatOf(bars.seconds)) };
}

/** Leaves out what is before the range, and stops reading after it. */
async function* within<T extends { readonly time: number } | PathRound>(items: AsyncGenerator<T>, options: ReadOptions): AsyncGenerator<T> {
  const { from = 0, to = Number.POSITIVE_INFINITY } = options;
  for await (const item of items) {
    const time = "time" in item ? item.time : item.updatedAt;
    if (time > to) return;
    if (time >= from) yield item;
  }
}

async function* barSamples({ seconds, bars }: Bars): AsyncGenerator<Sample> {
  for await (const bar of bars) yield* samplesOf(bar, seconds);
}

/** What a feed makes of the samples: a round at the first, then on every deviation, and when the heartbeat is due. */
export async function* writtenRounds(samples: Iterable<Sample> | AsyncIterable<Sample>, heartbeat: number): AsyncGenerator<PathRound> {
  let last: PathRound | undefined;
  for await (const { time, answer8 } of samples) {
    if (last !== undefined && !hasDeviated(last.answer8, answer8) && time - last.updatedAt < heartbeat) continue;
    last = { roundId: (last?.roundId ?? 0) + 1, answer8, updatedAt: time };
    yield last;
  }
}

function hasDeviated(from: bigint, to: bigint): boolean {
  const move = to > from ? to - from : from - to;
  return move * 10_000n >= from * DEVIATION;
}

/** A feed's rounds as they are on chain; two of the same second occur there, earlier ones after later ones do not. */
async function* recordedRounds(file: string, rows: AsyncGenerator<Row>): AsyncGenerator<PathRound> {
  let previous: { readonly id: bigint; readonly time: number; readonly line: number } | undefined;
  let roundId = 0;
  for await (const { line, fields } of rows) {
    const fail = (reason: string, remedy: string): never => {
      throw new PriceFileError(file, line, reason, remedy);
    };
    const integer = (name: string): bigint => {
      const text = fields.get(name) ?? "";
      return /^\d{1,30}$/.test(text) ? BigInt(text) : fail(`${name} is "${text}", not a whole number`, "Write it as the feed returned it");
    };
    const id = integer("round_id");
    const answer8 = integer("answer");
    const seconds = parseSeconds(fields.get("updated_at") ?? "");
    const time = typeof seconds === "number" ? seconds : fail(seconds.reason, seconds.remedy);
    if (answer8 === 0n || answer8 >= 10n ** 23n) fail(`answer is ${answer8}, not a price with 8 decimals`, "Delete the round, or scale it");
    if (fields.has("started_at")) integer("started_at");
    if (fields.has("answered_in_round") && integer("answered_in_round") !== id) {
      fail("the answer was carried over from another round", "Delete the row: the guard would not use it");
    }
    if (previous !== undefined && time < previous.time) {
      fail(`updated_at ${time} is earlier than line ${previous.line}'s`, "Sort the rows by updated_at");
    }
    if (previous !== undefined && id <= previous.id) {
      fail(`round_id ${id} does not follow line ${previous.line}'s`, "Keep one row for each round, in the order of their ids");
    }
    previous = { id, time, line };
    roundId += 1;
    yield { roundId, answer8, updatedAt: time };
  }
}
