import { expect } from "chai";
import fc from "fast-check";
import { isSizingGuardError } from "../../sdk/src/errors/index.ts";
import { type BatchTarget, type Outcome, runBatch, word } from "./batch.ts";
import { type Arguments, corpus, type Domain } from "./corpus.ts";

/** A function of the SDK and what a comparison with its twin has to find. */
export interface Mirrored extends Domain {
  /** Name on both sides. */
  readonly name: string;
  /** The SDK's function, with the harness's flat arguments; the results in the order of the harness. */
  readonly mirror: (...arguments_: bigint[]) => bigint | readonly bigint[];
  /** Codes of all errors that must occur in the corpus, and no others. */
  readonly errors: readonly string[];
}

/** How many cases came to what. */
export interface Tally {
  readonly compared: number;
  readonly values: number;
  readonly errors: ReadonlyMap<string, number>;
}

/** The SDK's outcome, in the form of the chain's; an error that has no twin on chain is thrown on. */
export function mirrorOutcome({ mirror }: Pick<Mirrored, "mirror">, arguments_: Arguments): Outcome & { readonly code?: string } {
  try {
    const result = mirror(...arguments_);
    const words = typeof result === "bigint" ? [result] : result;
    return { ok: true, words: words.map((value) => BigInt.asUintN(256, value)) };
  } catch (error) {
    if (!isSizingGuardError(error) || error.selector === undefined) throw error;
    const data = error.selector + error.args.map((argument) => word(argument as bigint)).join("");
    return { ok: false, selector: error.selector, data, code: error.code };
  }
}

/** True when both sides returned the same values, or reverted with the same selector and arguments. */
export function sameOutcome(first: Outcome, second: Outcome): boolean {
  if (first.ok && second.ok) {
    return first.words.length === second.words.length && first.words.every((value, index) => value === second.words[index]);
  }
  return !first.ok && !second.ok && first.data === second.data;
}

/** Compares a function with its twin over its whole corpus; fails with the smallest arguments on which they differ. */
export async function compare(mirrored: Mirrored, target: BatchTarget, count: number, seed: number): Promise<Tally> {
  const errors = new Map<string, number>();
  let compared = 0;
  let values = 0;
  for (const cases of chunks(corpus(mirrored.name, target.types, mirrored, count, seed))) {
    const onChain = await runBatch(target, cases);
    for (const [index, arguments_] of cases.entries()) {
      const inMirror = mirrorOutcome(mirrored, arguments_);
      const twin = onChain[index];
      if (twin === undefined || !sameOutcome(inMirror, twin)) return await failShrunk(mirrored, target, arguments_, seed);
      compared++;
      if (inMirror.ok) values++;
      else errors.set(inMirror.code ?? "", (errors.get(inMirror.code ?? "") ?? 0) + 1);
    }
  }
  return { compared, values, errors };
}

/** Groups of cases, so that a run of millions needs no more memory than one of thousands. */
function* chunks(cases: Iterable<Arguments>): Generator<Arguments[]> {
  let chunk: Arguments[] = [];
  for (const arguments_ of cases) {
    chunk.push(arguments_);
    if (chunk.length < 10_000) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Guards against a corpus that has stopped testing: too many reverts, or a kind of revert that no longer occurs. */
export function expectCoverage({ errors }: Mirrored, tally: Tally, count: number): void {
  expect(tally.compared, "cases compared").to.equal(count);
  expect(tally.values, "cases that return").to.be.at.least(Math.ceil(count / 3));
  expect([...tally.errors.keys()].sort(), "kinds of reverts met").to.deep.equal([...errors].sort());
}

/** One line for a test's title. */
export function describeTally({ compared, values, errors }: Tally): string {
  const reverts = [...errors].sort().map(([code, times]) => `, ${times} ${code}`);
  return `${compared} cases equal (${values} values${reverts.join("")})`;
}

/** Looks for the smallest arguments that still differ and throws a report. */
async function failShrunk(mirrored: Mirrored, target: BatchTarget, failing: Arguments, seed: number): Promise<never> {
  const arbitrary = fc.tuple(...target.types.map(({ min, max }) => fc.bigInt({ min, max })));
  const property = fc.asyncProperty(arbitrary, async (candidate) => {
    const [twin] = await runBatch(target, [candidate]);
    return twin !== undefined && sameOutcome(mirrorOutcome(mirrored, candidate), twin);
  });
  const details = await fc.check(property, { seed, numRuns: 1, examples: [[[...failing]]], interruptAfterTimeLimit: 60_000 });
  const shrunk = details.counterexample?.[0] ?? failing;
  const [twin] = await runBatch(target, [shrunk]);
  throw new Error(
    [
      `${mirrored.name}(${shrunk.join(", ")}) differs (SEED=${seed}, ${details.numShrinks} shrinks from ${failing.join(", ")})`,
      `  SDK:   ${show(mirrorOutcome(mirrored, shrunk))}`,
      `  chain: ${twin === undefined ? "no outcome" : show(twin)}`,
    ].join("\n"),
  );
}

function show(outcome: Outcome): string {
  return outcome.ok ? `returns ${outcome.words.join(", ")}` : `reverts with ${outcome.data}`;
}
