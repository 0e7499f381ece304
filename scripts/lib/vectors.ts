/** The committed vectors: made from the SDK, each checked against the model in test/model first. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Abi } from "viem";
import { parametersOf, typesOf } from "../../test/helpers/batch.ts";
import { type Arguments, corpus, type IntegerType } from "../../test/helpers/corpus.ts";
import { type Answer, answer, type Mirrored } from "../../test/helpers/differential.ts";
import { harnessAbi } from "../../test/helpers/harnessAbi.ts";
import { LANDMARKS, VECTOR_MODULES, VECTOR_SEED, type VectorModule, vectorCount } from "../../test/helpers/vectorCases.ts";
import { objection } from "../../test/model/objection.ts";
import { SPECIFICATIONS } from "../../test/model/specifications.ts";

/** Where the vectors live. */
export const VECTOR_FOLDER: string = fileURLToPath(new URL("../../test/vectors", import.meta.url));

/** One case, as it is written: integers are decimal strings, because JSON's numbers are not exact. */
export interface Vector {
  readonly function: string;
  readonly args: readonly string[];
  /** The result; a list where the function returns more than one word. */
  readonly value?: string | readonly string[];
  readonly error?: { readonly name: string; readonly selector: string; readonly args: readonly string[] };
}

/** A file of vectors. */
export interface VectorFile {
  readonly module: string;
  /** Types and names of each function's words, structs taken apart. */
  readonly functions: Readonly<Record<string, { readonly inputs: readonly string[]; readonly outputs: readonly string[] }>>;
  readonly vectors: readonly Vector[];
}

/**
 * Every file, from the SDK.
 * @returns Content by file name.
 * @throws When the model objects to an answer, or an error of a function does not occur.
 */
export async function renderVectors(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const module of VECTOR_MODULES) {
    files.set(`${module.name}.json`, render(module, await harnessAbi(module.harness)));
  }
  return files;
}

/** One vector a line, so that a difference shows what differs. */
function render({ name, functions }: VectorModule, abi: Abi): string {
  const signatures = functions.map((mirrored) => `${JSON.stringify(mirrored.name)}: ${JSON.stringify(parametersOf(abi, mirrored.name))}`);
  const vectors = functions.flatMap((mirrored) => vectorsOf(mirrored, typesOf(abi, mirrored.name)));
  const lines = (items: readonly string[]): string => items.map((item) => `    ${item}`).join(",\n");
  return `{
  "module": ${JSON.stringify(name)},
  "functions": {
${lines(signatures)}
  },
  "vectors": [
${lines(vectors.map((vector) => JSON.stringify(vector)))}
  ]
}
`;
}

function vectorsOf(mirrored: Mirrored, types: readonly IntegerType[]): readonly Vector[] {
  const cases = new Map<string, Arguments>();
  const chosen = [...(LANDMARKS[mirrored.name] ?? []), ...corpus(mirrored.name, types, mirrored, vectorCount(mirrored.name), VECTOR_SEED)];
  for (const arguments_ of chosen) cases.set(arguments_.join(), arguments_);
  const vectors = [...cases.values()].map((arguments_) => vectorOf(mirrored, arguments_));
  const met = new Set(vectors.map(({ error }) => error?.name));
  const missing = mirrored.errors.filter((name) => !met.has(name));
  if (missing.length > 0) throw new Error(`No vector of ${mirrored.name} has the error ${missing.join(", ")}: add one to its landmarks.`);
  return vectors;
}

function vectorOf(mirrored: Mirrored, arguments_: Arguments): Vector {
  const answered = answer(mirrored, arguments_);
  const specification = SPECIFICATIONS[mirrored.name];
  if (specification === undefined) throw new Error(`${mirrored.name} has no specification in test/model.`);
  const found = objection(specification, arguments_, answered);
  if (found !== null) throw new Error(`The model objects: ${mirrored.name}(${arguments_.join(", ")}) ${found}.`);
  return { function: mirrored.name, args: arguments_.map(String), ...resultOf(answered) };
}

/** The part of a vector that says what comes out. */
export function resultOf(answered: Answer): Pick<Vector, "value" | "error"> {
  if ("words" in answered) {
    const [first, ...rest] = answered.words.map(String);
    return { value: first !== undefined && rest.length === 0 ? first : [...(first === undefined ? [] : [first]), ...rest] };
  }
  const { code, selector = "0x", args } = answered.error;
  return { error: { name: code, selector, args: args.map((argument) => BigInt(argument as bigint).toString()) } };
}

/** Writes every file, and removes those of modules that are no more. */
export async function writeVectors(folder: string): Promise<void> {
  const files = await renderVectors();
  await mkdir(folder, { recursive: true });
  for (const name of await vectorFiles(folder)) if (!files.has(name)) await rm(join(folder, name));
  for (const [name, content] of files) await writeFile(join(folder, name), content);
}

/**
 * Compares a folder with what would be written there, byte for byte.
 * @throws At the first difference, with the file and the vector.
 */
export async function checkVectors(folder: string): Promise<void> {
  const files = await renderVectors();
  const present = await vectorFiles(folder);
  const stray = present.find((name) => !files.has(name));
  if (stray !== undefined) throw new Error(`${stray} is of no module. Run npm run vectors.`);
  for (const [name, content] of files) {
    if (!present.includes(name)) throw new Error(`${name} is missing. Run npm run vectors.`);
    requireEqual(name, await readFile(join(folder, name), "utf8"), content);
  }
}

async function vectorFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(".json"));
}

function requireEqual(name: string, written: string, generated: string): void {
  if (written === generated) return;
  const [ours, theirs] = [written.split("\n"), generated.split("\n")];
  const line = ours.findIndex((text, index) => text !== theirs[index]);
  const [first, second] = [ours, theirs].map((lines) => lines[line < 0 ? ours.length : line]?.trim() ?? "nothing");
  throw new Error(
    `${name}, line ${line < 0 ? ours.length + 1 : line + 1}: the file has\n  ${first}\nand the SDK says\n  ${second}\nIf that is meant, run npm run vectors.`,
  );
}
