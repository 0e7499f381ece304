export const HOUR = 3_600;
export const DAY = 86_400;

/** Prices before 2009 are dollars of something else; above the second bound the column holds milliseconds. */
const EARLIEST = 1_230_768_000;
const LATEST = 10_000_000_000;

/** Unix seconds from a field of whole seconds, or what is wrong with it and what to do. */
export function parseSeconds(text: string): number | { readonly reason: string; readonly remedy: string } {
  const seconds = Number(text);
  if (!/^\d{1,16}$/.test(text)) return { reason: `"${text}" is not a time`, remedy: "Write times as whole unix seconds, UTC" };
  if (seconds > LATEST) return { reason: `${text} is too large for unix seconds`, remedy: "Divide milliseconds by 1000" };
  if (seconds < EARLIEST) return { reason: `${text} is before the year 2009`, remedy: "Write times as unix seconds, UTC" };
  return seconds;
}

/**
 * Unix seconds of a command-line time, UTC: a date (its midnight, 2020-03-12) or an ISO 8601 time (2020-03-12T08:00,
 * seconds and Z optional). Other zones are refused, for a report in UTC would show other hours than were asked for.
 * @throws {Error} When it is neither.
 */
export function parseMoment(option: string, text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d)?Z?)?$/.exec(text);
  const [, date, clock = "00:00", seconds = ":00"] = match ?? [];
  const normal = `${date}T${clock}${seconds}Z`;
  const time = match === null ? Number.NaN : Date.parse(normal);
  // The round trip catches 31 April, which Date.parse takes for 1 May.
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(normal.slice(0, -1))) {
    throw new Error(`${option} ${text}: not a date like 2020-03-12 or a UTC time like 2020-03-12T08:00.`);
  }
  return time / 1_000;
}

/** 2020-03-12 08:00 UTC */
export function formatMoment(time: number): string {
  return `${new Date(time * 1_000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** "10 to 15 March 2020", "12 March 2020, 08:00 to 16:00": as people write a stretch of time, both ends included. */
export function formatRange(from: number, to: number): string {
  const [first, last] = [dayParts(from), dayParts(to)];
  if (first.text === last.text) return `${first.text}, ${clock(from)} to ${clock(to)}`;
  // A range up to midnight ends with the day before.
  const end = to % DAY === 0 ? dayParts(to - 1) : last;
  if (first.text === end.text) return first.text;
  if (first.year !== end.year) return `${first.text} to ${end.text}`;
  return first.month === end.month ? `${first.day} to ${end.text}` : `${first.day} ${first.month} to ${end.text}`;
}

/** "1 h", "15 min", "1 d", "90 s": the largest unit that divides it. */
export function formatSpan(seconds: number): string {
  if (seconds % DAY === 0) return `${seconds / DAY} d`;
  if (seconds % HOUR === 0) return `${seconds / HOUR} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function dayParts(time: number) {
  const date = new Date(time * 1_000);
  const [day, month, year] = [date.getUTCDate(), MONTHS[date.getUTCMonth()] ?? "", date.getUTCFullYear()];
  return { day, month, year, text: `${day} ${month} ${year}` };
}

function clock(time: number): string {
  return new Date(time * 1_000).toISOString().slice(11, 16);
}
