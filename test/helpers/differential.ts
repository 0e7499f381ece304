import { expect } from "chai";
import fc from "fast-check";
import { isSizingGuardError, type SizingGuardError } from "../../sdk/src/errors/index.ts";
import { type BatchTarget, CASES_PER_CALL, type Outcome, runBatch, word } from "./batch.ts";
import { type Arguments, corpus, type Domain } from "./corpus.ts";

/** A function of the SDK and what a comparison with its twin has to find. */
export interface Mirrored extends Domain {
  /** Name on both sides. */
  readonly name: string;
  /** The SDK's function, with the harness's flat arguments; the results in the order of the harness. */
  readonly mirror: (...arguments_: bigint[]) => bigint | readonly bigint[];
  /** Codes of all errors that must occur in the corpus, and no others. */
  readonly errors: readonly string[];
  /** Share of the corpus that has to return; a third when left out. */
  readonly leastReturning?: number;
}

/** What the SDK returned, or threw; an error that has no twin on chain counts as neither. */
export type Answer = { readonly words: readonly bigint[] } | { readonly error: SizingGuardError };

export function answer({ mirror }: Pick<Mirrored, "mirror">, arguments_: Arguments): Answer {
  try {
    const result = mirror(...arguments_);
    return { words: typeof result === "bigint" ? [result] : result };
  } catch (error) {
    if (!isSizingGuardError(error) || error.selector === undefined) throw error;
    return { error };
  }
}

/** How many cases came to what. */
export interface Tally {
  compared: number;
  values: number;
  readonly errors: Map<string, number>;
}

/** The SDK's outcome, in the form of the chain's; an error that has no twin on chain is thrown on. */
export function mirrorOutcome(mirrored: Pick<Mirrored, "mirror">, arguments_: Arguments): Outcome & { readonly code?: string } {
  const answered = answer(mirrored, arguments_);
  if ("words" in answered) return { ok: true, words: answered.words.map((value) => BigInt.asUintN(256, value)) };
  const { selector = "0x", args, code } = answered.error;
  // Every argument of the mirrored errors is one static word.
  return { ok: false, selector, data: selector + args.map((argument) => word(BigInt(argument as bigint))).join(""), code };
}

/** True when both sides returned the same values, or reverted with the same selector and arguments. */
export function sameOutcome(first: Outcome, second: Outcome): boolean {
  if (first.ok && second.ok) {
    return first.words.length === second.words.length && first.words.every((value, index) => value === second.words[index]);
  }
  return !first.ok && !second.ok && first.data === second.data;
}

/** A group of cases, and the chain's answer that is on its way. */
interface Asked {
  readonly cases: readonly Arguments[];
  readonly onChain: Promise<readonly Outcome[]>;
}

/**
 * Compares a function with its twin over its whole corpus; fails with the smallest arguments on which they differ.
 *
 * @param onProgress - Told now and then how many cases were compared.
 */
export async function compare(
  mirrored: Mirrored,
  target: BatchTarget,
  count: number,
  seed: number,
  onProgress?: (compared: number) => void,
): Promise<Tally> {
  const tally: Tally = { compared: 0, values: 0, errors: new Map<string, number>() };
  // One group is ahead: while the chain works on it, the SDK's answers to the one before are made.
  let asked: Asked | undefined;
  for (const cases of chunks(corpus(mirrored.name, target.types, mirrored, count, seed))) {
    const next = { cases, onChain: runBatch(target, cases) };
    // Where the group before fails, nobody waits for this one.
    next.onChain.catch(() => undefined);
    if (asked !== undefined) await compareGroup(mirrored, target, asked, tally, seed);
    onProgress?.(tally.compared);
    asked = next;
  }
  if (asked !== undefined) await compareGroup(mirrored, target, asked, tally, seed);
  return tally;
}

async function compareGroup(mirrored: Mirrored, target: BatchTarget, asked: Asked, tally: Tally, seed: number): Promise<void> {
  const onChain = await asked.onChain;
  for (const [index, arguments_] of asked.cases.entries()) {
    const inMirror = mirrorOutcome(mirrored, arguments_);
    const twin = onChain[index];
    if (twin === undefined || !sameOutcome(inMirror, twin)) await failShrunk(mirrored, target, arguments_, seed);
    tally.compared++;
    if (inMirror.ok) tally.values++;
    else tally.errors.set(inMirror.code ?? "", (tally.errors.get(inMirror.code ?? "") ?? 0) + 1);
  }
}

/** Groups of cases for one call each, so that a run of millions needs no more memory than one of thousands. */
function* chunks(cases: Iterable<Arguments>): Generator<Arguments[]> {
  let chunk: Arguments[] = [];
  for (const arguments_ of cases) {
    chunk.push(arguments_);
    if (chunk.length < CASES_PER_CALL) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Guards against a corpus that has stopped testing: too many reverts, or a kind of revert that no longer occurs. */
export function expectCoverage({ errors, leastReturning = 1 / 3 }: Mirrored, tally: Tally, count: number): void {
  expect(tally.compared, "cases compared").to.equal(count);
  expect(tally.values, "cases that return").to.be.at.least(Math.ceil(count * leastReturning));
  expect([...tally.errors.keys()].sort(), "kinds of reverts met").to.deep.equal([...errors].sort());
}

/** One line for a test's title. */
export function describeTally({ compared, values, errors }: Tally): string {
  const reverts = [...errors].sort().map(([code, times]) => `, ${times} ${code}`);
  return `${compared} cases (${values} values${reverts.join("")})`;
}

/** Looks for the smallest arguments that still differ and throws a report. */
async function failShrunk(mirrored: Mirrored, target: BatchTarget, failing: Arguments, seed: number): Promise<never> {
  const arbitrary = fc.tuple(...target.types.map(({ min, max }) => fc.bigInt({ min, max })));
  const property = fc.asyncProperty(arbitrary, async (candidate) => {
    const [twin] = await runBatch(target, [candidate]);
    return twin !== undefined && (!isInDomain(mirrored, candidate) || sameOutcome(mirrorOutcome(mirrored, candidate), twin));
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

/** Smaller arguments need not mean anything: no policy, say. */
function isInDomain(mirrored: Mirrored, arguments_: Arguments): boolean {
  try {
    answer(mirrored, arguments_);
    return true;
  } catch {
    return false;
  }
}

function show(outcome: Outcome): string {
  return outcome.ok ? `returns ${outcome.words.join(", ")}` : `reverts with ${outcome.data}`;
}
