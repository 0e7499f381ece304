/** What is wrong with a price file, where, and what to change: one line that a user can act on. */
export class PriceFileError extends Error {
  readonly file: string;
  /** Counted from 1, the header included; `null` when the fault is not in one line. */
  readonly line: number | null;
  readonly reason: string;
  readonly remedy: string;

  constructor(file: string, line: number | null, reason: string, remedy: string) {
    super(`${file}${line === null ? "" : `, line ${line}`}: ${reason}. ${remedy}.`);
    this.name = "PriceFileError";
    this.file = file;
    this.line = line;
    this.reason = reason;
    this.remedy = remedy;
  }
}
