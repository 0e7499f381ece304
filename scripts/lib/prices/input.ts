/** From a price file to what the replay takes: rounds, a past, a policy that fits the data, and what a reader must know. */
import { basename } from "node:path";
import type { Policy } from "../../../sdk/src/index.ts";
import { type PathRound, QUIET_DAYS, quietRounds } from "../../demo/path.ts";
import type { ReplayInput } from "../../demo/replay.ts";
import { heartbeatOf, openPriceFile, type ReadOptions } from "./rounds.ts";
import { type PriceSurvey, watchFrom } from "./survey.ts";
import { DAY, formatMoment, formatRange, formatSpan } from "./times.ts";
import type { Pair } from "./units.ts";

/** Quote units of one side's open interest where the demo's cap of 40 000 ETH would mean nothing. */
const CAP_VALUE = 30_000_000n;

/** The longest time the policy word holds, seconds. */
const LONGEST_AGE = 655_350n;

const GENERIC: Pair = { base: "base units", quote: "quote units" };

/** Opens the file for the replay; `survey` is what the first look through it found. */
export async function inputOf(file: string, pair: Pair | undefined, survey: PriceSurvey, options: ReadOptions): Promise<ReplayInput> {
  const { from } = options;
  const { rounds } = await openPriceFile(file, { ...options, from: watchFrom(from) });
  const [before, replayed] = await splitAt(rounds, from);
  const range = formatRange(survey.first.updatedAt, survey.last.updatedAt);
  return {
    title: `${pair === undefined ? "" : `${pair.base}/${pair.quote}, `}${range}, recorded prices`,
    note: [sourceNote(survey), pastNote(survey), ASSUMPTIONS].join(" "),
    sources: [{ name: basename(file), url: "", figure: figureOf(survey) }],
    anchors: [],
    ...(pair ?? GENERIC),
    warmUp: before.length > 0 ? before : quietRounds([survey.first]),
    rounds: replayed,
    policy: policyFor(survey, pair),
    renewal: DAY,
  };
}

/** The rounds before a moment, and the others still to be read. */
async function splitAt(rounds: AsyncGenerator<PathRound>, from = 0): Promise<[before: PathRound[], others: AsyncGenerator<PathRound>]> {
  const before: PathRound[] = [];
  for (let next = await rounds.next(); !next.done; next = await rounds.next()) {
    if (next.value.updatedAt >= from) return [before, preceded(next.value, rounds)];
    before.push(next.value);
  }
  return [before, rounds];
}

async function* preceded(first: PathRound, others: AsyncGenerator<PathRound>): AsyncGenerator<PathRound> {
  yield first;
  yield* others;
}

/** The demo's policy, where the data asks for something else. */
function policyFor({ barSeconds, first }: PriceSurvey, pair: Pair | undefined): Partial<Policy> {
  return {
    ...(barSeconds === null ? {} : agesFor(heartbeatOf(barSeconds))),
    ...(pair?.base === "ETH" ? {} : { openInterestCap: capAt(first.answer8) }),
  };
}

/** Heartbeat with a twelfth of slack, and three heartbeats until a price counts for nothing: for an hour, the demo's values. */
function agesFor(heartbeat: number): Pick<Policy, "heartbeat" | "maxAge"> {
  const steps = BigInt(Math.ceil(heartbeat / 120));
  const [slack, most] = [steps * 130n, steps * 360n];
  return { heartbeat: slack, maxAge: most < LONGEST_AGE ? most : LONGEST_AGE };
}

/** Base units, WAD, that are worth `CAP_VALUE` at a price, cut to two significant digits, which any policy word holds. */
function capAt(answer8: bigint): bigint {
  const exact = (CAP_VALUE * 10n ** 26n) / answer8;
  const unit = 10n ** BigInt(Math.max(exact.toString().length - 2, 0));
  return (exact / unit) * unit;
}

function figureOf({ kind, barSeconds, rounds }: PriceSurvey): string {
  const count = rounds.toLocaleString("en-GB");
  return barSeconds === null || kind === "rounds"
    ? `${count} rounds of a price feed, as they were written`
    : `OHLCV bars of ${formatSpan(barSeconds)}, written as ${count} rounds`;
}

function sourceNote({ barSeconds }: PriceSurvey): string {
  if (barSeconds === null) return "Recorded rounds of a price feed, each at its own time.";
  return [
    "Recorded bars. What happened inside a bar is not in it: each is walked in small straight steps from its open to its high,",
    "to its low (the order that is worse for a long) and to its close, and a feed that looks at every step writes a round on a",
    `move of 0.5 % or after ${formatSpan(heartbeatOf(barSeconds))}.`,
  ].join(" ");
}

function pastNote({ before, earliest }: PriceSurvey): string {
  if (before === 0) return `The prices begin here; the ${QUIET_DAYS} days of quiet market that the guard had watched before are made up.`;
  const count = before.toLocaleString("en-GB");
  return `Before that the guard watched ${count} rounds of the same file, from ${formatMoment(earliest.updatedAt)} on.`;
}

const ASSUMPTIONS =
  "The traders are invented, and their trades do not move the price. Each has all stakes again every day, in both markets: otherwise those who are ruined soonest would be missing when the fall comes.";
