import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { createGunzip } from "node:zlib";
import { PriceFileError } from "./errors.ts";

export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Without its line break. */
  readonly text: string;
}

/** Longer lines than this are no price file: without a bound, a file without line breaks would be read into memory whole. */
const MAX_LINE = 4_096;

/** What every gzip file begins with. Its content tells, not its name. */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/**
 * The lines of a text file, plain or gzip, one at a time: memory does not grow with the file. The reader may stop early.
 * @param onBytes - Told how many bytes of the file (packed, if it is) have been read.
 * @throws {PriceFileError} When the file cannot be opened or read, is damaged gzip, or is no text.
 */
export async function* readLines(file: string, onBytes: (bytes: number) => void = () => {}): AsyncGenerator<Line> {
  const handle = await openFile(file);
  let line = 1;
  let rest = "";
  const decoder = new StringDecoder("utf8");
  try {
    for await (const chunk of await contents(handle, onBytes)) {
      const parts = (rest + decoder.write(chunk)).split("\n");
      rest = parts.pop() ?? "";
      for (const part of parts) yield { number: line++, text: checked(file, line - 1, part) };
      checked(file, line, rest);
    }
    rest += decoder.end();
    if (rest !== "") yield { number: line, text: checked(file, line, rest) };
  } catch (error) {
    throw asPriceFileError(file, line, error);
  } finally {
    await handle.close().catch(() => {});
  }
}

/** Bytes of the file as it lies on the disk. */
export async function fileSize(file: string): Promise<number> {
  const handle = await openFile(file);
  const { size } = await handle.stat();
  await handle.close();
  return size;
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file, "r");
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    throw asPriceFileError(file, null, error);
  }
  throw new PriceFileError(file, null, "this is not a file", "Name a CSV file, plain or gzip");
}

async function contents(handle: FileHandle, onBytes: (bytes: number) => void): Promise<AsyncIterable<Buffer>> {
  const start = new Uint8Array(GZIP_MAGIC.length);
  await handle.read(start, 0, start.length, 0);
  const stored = counted(handle.createReadStream({ start: 0, autoClose: false }), onBytes);
  if (!GZIP_MAGIC.every((byte, index) => start[index] === byte)) return stored;
  const unpacked = createGunzip();
  // `pipeline` passes errors on and ends both: a disk that fails must not look like a file that never ends.
  pipeline(stored, unpacked, () => {});
  return unpacked;
}

async function* counted(chunks: AsyncIterable<Buffer>, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    onBytes(bytes);
    yield chunk;
  }
}

/** The text without its carriage return and byte-order mark; refuses what no line of a price file is. */
function checked(file: string, line: number, text: string): string {
  if (text.length > MAX_LINE || text.includes("\0")) {
    throw new PriceFileError(file, line, "this is not a line of text", "Save the file as CSV in UTF-8, plain or gzip");
  }
  const bare = text.endsWith("\r") ? text.slice(0, -1) : text;
  return line === 1 && bare.startsWith("\ufeff") ? bare.slice(1) : bare;
}

function asPriceFileError(file: string, line: number | null, error: unknown): Error {
  if (error instanceof PriceFileError || !(error instanceof Error)) return error as Error;
  const { code = "" } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return new PriceFileError(file, null, "there is no such file", "Check the path after --prices");
  if (code.startsWith("Z_")) {
    return new PriceFileError(file, line, `the gzip data is damaged or cut short (${error.message})`, "Fetch or pack the file again");
  }
  if (code !== "") return new PriceFileError(file, line, `cannot be read (${code})`, "Check the path and its permissions");
  return error;
}
