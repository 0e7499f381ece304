import { type Bound, Refusal, type Specification } from "./bound.ts";

/** What an implementation came to: the words of its result, signed where their type is, or an error by its name. */
export type Answer =
  | { readonly words: readonly bigint[] }
  | { readonly error: { readonly code: string; readonly args: readonly unknown[] } };

/** What the specification has against an answer, or `null`. */
export function objection(specification: Specification, arguments_: readonly bigint[], answer: Answer): string | null {
  const expected = expectation(specification, arguments_);
  if (expected instanceof Refusal) {
    if (!("error" in answer)) return `returned ${answer.words} where ${describe(expected)} is due`;
    return isRefusal(expected, answer.error) ? null : `threw ${answer.error.code}(${answer.error.args}) where ${describe(expected)} is due`;
  }
  if ("error" in answer) return `threw ${answer.error.code} where ${expected.map(({ text }) => text)} is due`;
  const { words } = answer;
  if (words.length !== expected.length) return `returned ${words.length} words where ${expected.length} are due`;
  const wrong = expected.findIndex((bound, index) => !bound.accepts(words[index] ?? 0n, words));
  return wrong < 0 ? null : `returned ${words[wrong]} as word ${wrong} where ${expected[wrong]?.text} is due`;
}

function expectation(specification: Specification, arguments_: readonly bigint[]): readonly Bound[] | Refusal {
  try {
    return specification(...arguments_);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function isRefusal({ code, arguments_ }: Refusal, error: { readonly code: string; readonly args: readonly unknown[] }): boolean {
  if (code !== error.code) return false;
  return arguments_ === undefined || arguments_.join() === error.args.map((argument) => BigInt(argument as bigint)).join();
}

function describe({ code, arguments_ }: Refusal): string {
  return `${code}(${arguments_ ?? ""})`;
}
