/** What was judged about mutants that no test notices, by hand. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Mutant } from "./mutant.ts";
import { ROOT } from "./targets.ts";

const PATH = "test/mutation/survivors.json";

/** Recognised by its text, not by its line: code moves. */
export interface Judgement {
  readonly file: string;
  /** Contract and function. */
  readonly scope: string;
  readonly original: string;
  readonly mutated: string;
  /** Whether no input tells the two apart. If so it is not counted; if not it stays a survivor, but a known one. */
  readonly isEquivalent: boolean;
  /** Why, in one sentence. */
  readonly reason: string;
}

export function readJudgements(): readonly Judgement[] {
  const judgements = JSON.parse(readFileSync(resolve(ROOT, PATH), "utf8")) as readonly Judgement[];
  for (const { reason, original } of judgements) {
    if (reason.trim().length < 20) throw new Error(`${PATH}: "${original}" has no reason.`);
  }
  return judgements;
}

/** The judgement about this mutant, if there is one. */
export function judgementOf(mutant: Pick<Mutant, "file" | "scope" | "original" | "mutated">, judgements: readonly Judgement[]) {
  return judgements.find(
    ({ file, scope, original, mutated }) =>
      file === mutant.file && scope === mutant.scope && original === mutant.original && mutated === mutant.mutated,
  );
}
