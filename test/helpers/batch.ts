import { type Abi, type AbiFunction, type AbiParameter, toFunctionSelector } from "viem";
import type { Arguments, IntegerType } from "./corpus.ts";
import { integerType } from "./corpus.ts";

/** What a call came to: its return words, or its revert data. */
export type Outcome =
  | { readonly ok: true; readonly words: readonly bigint[] }
  | { readonly ok: false; readonly selector: string; readonly data: string };

/** The part of an EIP-1193 provider that a batch needs. */
export interface Provider {
  request(request: { method: string; params: unknown[] }): Promise<unknown>;
}

/** A function of a contract, and how to call it in batches. */
export interface BatchTarget {
  readonly provider: Provider;
  /** Address of the BatchRunner. */
  readonly runner: string;
  /** Address of the contract that has the function. */
  readonly target: string;
  readonly selector: string;
  readonly types: readonly IntegerType[];
  readonly outputWords: number;
}

/** As many as fit a block of gas where the function is a whole portfolio; more would be no faster, since memory costs its square. */
export const CASES_PER_CALL = 200;

/** The longest reverts of the mirrored functions have four arguments: 132 bytes. */
const REVERT_WORDS = 5;

/** Selector of `BatchRunner.run`. */
export const RUN_SELECTOR = toFunctionSelector("run(address,bytes4,uint256,uint256,bytes)");

/** Looks a function up by its name, which the harness does not overload. Static structs lie flat in calldata. */
export function batchTarget(provider: Provider, runner: string, target: string, abi: Abi, name: string): BatchTarget {
  const found = functionOf(abi, name);
  return {
    provider,
    runner,
    target,
    selector: toFunctionSelector(found),
    types: typesOf(abi, name),
    outputWords: flatten(found.outputs).length,
  };
}

/** The types of a function's arguments, word for word. */
export function typesOf(abi: Abi, name: string): readonly IntegerType[] {
  return flatten(functionOf(abi, name).inputs).map(({ type }) => integerType(type));
}

/** What a function takes and returns, word for word: each as its type and its name, if it has one. */
export function parametersOf(abi: Abi, name: string): { readonly inputs: readonly string[]; readonly outputs: readonly string[] } {
  const { inputs, outputs } = functionOf(abi, name);
  // An underscore keeps a name from hiding a function's.
  const text = ({ type, name }: AbiParameter): string => (name ? `${type} ${name.replace(/_$/, "")}` : type);
  return { inputs: flatten(inputs).map(text), outputs: flatten(outputs).map(text) };
}

function functionOf(abi: Abi, name: string): AbiFunction {
  const found = abi.find((item): item is AbiFunction => item.type === "function" && item.name === name);
  if (found === undefined) throw new Error(`the harness has no function ${name}`);
  return found;
}

/** Static structs and arrays taken apart. */
function flatten(parameters: readonly AbiParameter[]): AbiParameter[] {
  return parameters.flatMap((item) => ("components" in item ? flatten(item.components) : elementsOf(item)));
}

function elementsOf(item: AbiParameter): AbiParameter[] {
  const [, element, length] = /^(.*)\[(\d+)\]$/.exec(item.type) ?? [];
  if (element === undefined) return [item];
  return Array.from({ length: Number(length) }, (_, index) => ({ type: element, name: `${item.name}[${index}]` }));
}

/** Runs every case on chain, in order, two hundred to one `eth_call`. */
export async function runBatch(target: BatchTarget, cases: readonly Arguments[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let start = 0; start < cases.length; start += CASES_PER_CALL) {
    const chunk = cases.slice(start, start + CASES_PER_CALL);
    const data = encodeRun(target, chunk);
    const answer = await target.provider.request({ method: "eth_call", params: [{ to: target.runner, data }, "latest"] });
    outcomes.push(...decodeOutcomes(String(answer), target, chunk.length));
  }
  return outcomes;
}

/** ABI calldata of `run`, by hand: a general encoder takes longer than the EVM. */
function encodeRun({ target, selector, types, outputWords }: BatchTarget, cases: readonly Arguments[]): string {
  const payload = cases.flat().map(word).join("");
  const head = [BigInt(target), BigInt(selector) << 224n, BigInt(types.length), BigInt(keptWords(outputWords)), 160n];
  return RUN_SELECTOR + head.map(word).join("") + word(BigInt(payload.length / 2)) + payload;
}

function decodeOutcomes(answer: string, { outputWords }: BatchTarget, count: number): Outcome[] {
  // "0x", then the offset and the length of the one returned `bytes`.
  const body = answer.slice(2 + 128);
  const width = 64 * (1 + keptWords(outputWords));
  if (body.length !== width * count) throw new Error(`${count} cases answered with ${body.length / 2} bytes`);
  return Array.from({ length: count }, (_, index) => decodeOutcome(body.slice(index * width, (index + 1) * width), outputWords));
}

function decodeOutcome(text: string, outputWords: number): Outcome {
  const header = BigInt(`0x${text.slice(0, 64)}`);
  const size = Number(BigInt.asUintN(128, header));
  const data = text.slice(64, 64 + 2 * size);
  if (data.length !== 2 * size) throw new Error(`${size} bytes came back where at most ${keptWords(outputWords) * 32} were expected`);
  if (header >> 128n === 0n) return { ok: false, selector: `0x${data.slice(0, 8)}`, data: `0x${data}` };
  if (size !== 32 * outputWords) throw new Error(`${size} bytes came back where ${32 * outputWords} were expected`);
  return { ok: true, words: Array.from({ length: outputWords }, (_, i) => BigInt(`0x${data.slice(i * 64, (i + 1) * 64)}`)) };
}

function keptWords(outputWords: number): number {
  return Math.max(outputWords, REVERT_WORDS);
}

/** A word of calldata, two's complement for negative numbers. */
export function word(value: bigint): string {
  return BigInt.asUintN(256, value).toString(16).padStart(64, "0");
}
