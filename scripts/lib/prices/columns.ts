import { PriceFileError } from "./errors.ts";
import { type Line, readLines } from "./lines.ts";

/** The two shapes a price file may have. */
export type PriceKind = "ohlcv" | "rounds";

interface ColumnSet {
  readonly kind: PriceKind;
  readonly needed: readonly string[];
  /** Known and allowed, but not needed. */
  readonly optional: readonly string[];
}

const COLUMN_SETS: readonly ColumnSet[] = [
  { kind: "ohlcv", needed: ["timestamp_unix", "open", "high", "low", "close"], optional: ["volume"] },
  { kind: "rounds", needed: ["round_id", "answer", "updated_at"], optional: ["started_at", "answered_in_round"] },
];

const CHOICES = COLUMN_SETS.map(({ needed, optional }) => [...needed, ...optional].join(",")).join(" or ");

/** One row: fields by column name. */
export interface Row {
  readonly line: number;
  readonly fields: ReadonlyMap<string, string>;
}

export interface Table {
  readonly kind: PriceKind;
  readonly rows: AsyncGenerator<Row>;
}

/**
 * Reads the header, tells the kind of file by it, and gives the rows one at a time. Columns may stand in any order.
 * @throws {PriceFileError} For a header of neither kind, and while reading for lines whose fields do not match it.
 */
export async function openTable(file: string, onBytes?: (bytes: number) => void): Promise<Table> {
  const lines = readLines(file, onBytes);
  const { value: header } = await lines.next();
  if (header === undefined || header.text.trim() === "") {
    await lines.return(undefined);
    throw new PriceFileError(file, 1, "the file has no header", `The first line must name the columns: ${CHOICES}`);
  }
  try {
    const names = split(header.text).map((name) => name.toLowerCase());
    return { kind: kindOf(file, names), rows: rowsOf(file, names, lines) };
  } catch (error) {
    await lines.return(undefined);
    throw error;
  }
}

function kindOf(file: string, names: readonly string[]): PriceKind {
  const fail = (reason: string): never => {
    throw new PriceFileError(file, 1, reason, `The columns must be ${CHOICES}`);
  };
  // The set that shares most names is the one that was meant.
  const shared = ({ needed, optional }: ColumnSet): number => names.filter((name) => [...needed, ...optional].includes(name)).length;
  const set = COLUMN_SETS.reduce((best, candidate) => (shared(candidate) > shared(best) ? candidate : best));
  const unknown = names.find((name) => !set.needed.includes(name) && !set.optional.includes(name));
  if (unknown !== undefined) return fail(`unknown column "${unknown}"`);
  const missing = set.needed.find((name) => !names.includes(name));
  if (missing !== undefined) return fail(`the column "${missing}" is missing`);
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined) return fail(`the column "${double}" is there twice`);
  return set.kind;
}

async function* rowsOf(file: string, names: readonly string[], lines: AsyncGenerator<Line>): AsyncGenerator<Row> {
  let blank: number | undefined;
  let rows = 0;
  for await (const { number, text } of lines) {
    if (text.trim() === "") {
      blank ??= number;
      continue;
    }
    // Blank lines at the end are harmless; between rows something is missing.
    if (blank !== undefined) throw new PriceFileError(file, blank, "the line is empty", "Delete it, or restore the row");
    const fields = split(text);
    if (fields.length !== names.length) {
      const reason = `${fields.length} fields where the header names ${names.length}`;
      throw new PriceFileError(file, number, reason, "Restore the row, or delete it");
    }
    rows += 1;
    yield { line: number, fields: new Map(names.map((name, index) => [name, fields[index] ?? ""])) };
  }
  if (rows === 0) throw new PriceFileError(file, 2, "there is no row after the header", "Give a file with prices");
}

/** Fields without spaces and quotes around them; none of the columns can hold a comma. */
function split(text: string): string[] {
  return text.split(",").map((field) => field.trim().replace(/^"(.*)"$/, "$1"));
}
