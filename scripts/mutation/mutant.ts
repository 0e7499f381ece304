/** One small change to one source file, and what is known about it. */

/** What a mutator proposes: characters `start` to `end` of the file become `replacement`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** Kind of change, for the report. */
  readonly mutator: string;
  /** Contract or interface and function, `SizingMath.carry`, or the function alone in TypeScript. */
  readonly scope: string;
}

export interface Mutant extends Edit {
  /** Path from the root, with slashes. */
  readonly file: string;
  /** Line of `start`, from 1. */
  readonly line: number;
  /** The lines that change, on one line: what a judgement is written about. */
  readonly original: string;
  readonly mutated: string;
}

/** The mutants of a file, in the order of the file, each text only once. */
export function toMutants(file: string, source: string, edits: readonly Edit[]): Mutant[] {
  const seen = new Set<string>();
  const mutants: Mutant[] = [];
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const key = `${edit.start} ${edit.end} ${edit.replacement}`;
    if (seen.has(key) || source.slice(edit.start, edit.end) === edit.replacement) continue;
    seen.add(key);
    mutants.push({ ...edit, file, ...describe(source, edit) });
  }
  return mutants;
}

/** The source with the change made. */
export function apply(source: string, { start, end, replacement }: Pick<Edit, "start" | "end" | "replacement">): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

function describe(source: string, edit: Edit): Pick<Mutant, "line" | "original" | "mutated"> {
  const from = source.lastIndexOf("\n", edit.start - 1) + 1;
  const next = source.indexOf("\n", edit.end);
  const to = next < 0 ? source.length : next;
  return {
    line: source.slice(0, edit.start).split("\n").length,
    original: oneLine(source.slice(from, to)),
    mutated: oneLine(source.slice(from, edit.start) + edit.replacement + source.slice(edit.end, to)),
  };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
