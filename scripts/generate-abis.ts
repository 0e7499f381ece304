// npm run abis [-- --check]: writes the ABIs that SDK users need, `as const` and without
// bytecode, from the compiled contracts. With --check it writes nothing and fails when a byte would change.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import hre from "hardhat";
import type { Abi, AbiParameter } from "viem";
import { formatAbiItem } from "viem/utils";
import { buildContracts } from "./lib/build.ts";
import { main } from "./lib/main.ts";

/** Where the generated files live. */
export const ABI_FOLDER: string = fileURLToPath(new URL("../sdk/src/abis", import.meta.url));

/** An ABI to ship. */
interface Shipped {
  readonly contract: string;
  readonly file: string;
  readonly about: string;
  /** The call its example shows. */
  readonly call: string;
}

/** What an SDK user calls or decodes: the guard, the lens, and the face of a feed. */
const CONTRACTS: readonly Shipped[] = [
  {
    contract: "SizingGuard",
    file: "sizingGuard",
    about: "ABI of the guard: its functions, events and errors, the AccessManager's included.",
    call: 'address: guard, abi: sizingGuardAbi, functionName: "preview", args: [market, position]',
  },
  {
    contract: "SizingLens",
    file: "sizingLens",
    about: "ABI of the lens.",
    call: 'address: lens, abi: sizingLensAbi, functionName: "explain", args: [guard, market, position]',
  },
  {
    contract: "IAggregatorV3",
    file: "aggregatorV3",
    about: "ABI of a price feed of the Chainlink shape.",
    call: 'address: feed, abi: aggregatorV3Abi, functionName: "latestRoundData"',
  },
];

const HEADER = "// Generated from the compiled contracts by scripts/generate-abis.ts. Do not edit: change the contract and run it again.\n";
/** As biome.json has it: what is generated is formatted like what is written. */
const LINE_WIDTH = 140;

type Json = string | boolean | readonly Json[] | { readonly [key: string]: Json };
type AbiItem = Extract<Abi[number], { readonly name: string }>;
type AbiEventParameter = Extract<AbiItem, { readonly type: "event" }>["inputs"][number];

/**
 * Renders every file from the compiled contracts.
 * @returns Content by file name.
 */
export async function renderAbis(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const shipped of CONTRACTS) {
    const { abi } = await hre.artifacts.readArtifact(shipped.contract);
    files.set(`${shipped.file}.ts`, renderAbi(shipped, abi as Abi));
  }
  const exports = CONTRACTS.map(({ file }) => `export { ${file}Abi } from "./${file}.ts";\n`).sort();
  return files.set("index.ts", HEADER + exports.join(""));
}

/** One file: what can be called, emitted or thrown, errors first, then events and functions, each by name. */
export function renderAbi({ file, about, call }: Pick<Shipped, "file" | "about" | "call">, abi: Abi): string {
  const items = abi.filter((item): item is AbiItem => "name" in item);
  const sorted = items.map((item) => ({ key: `${item.type} ${item.name} ${formatAbiItem(item)}`, item }));
  sorted.sort((a, b) => (a.key < b.key ? -1 : 1));
  const doc = [about, "", "@example", "```ts", `await readContract(client, { ${call} });`, "```"].map((line) => ` * ${line}`.trimEnd());
  const prefix = `export const ${file}Abi = `;
  const value = print(
    sorted.map(({ item }) => toJson(item)),
    0,
    prefix.length,
    " as const;".length,
  );
  return `${HEADER}\n/**\n${doc.join("\n")}\n */\n${prefix}${value} as const;\n`;
}

/** An item without the compiler's `internalType`, which no client reads, its keys in a fixed order. */
function toJson(item: AbiItem): Json {
  const { type, name } = item;
  const inputs = item.inputs.map(parameter);
  if (item.type !== "function") return { type, name, inputs };
  return { type, name, stateMutability: item.stateMutability, inputs, outputs: item.outputs.map(parameter) };
}

function parameter(given: AbiParameter | AbiEventParameter): Json {
  const { name = "", type } = given;
  const indexed = "indexed" in given ? { indexed: given.indexed === true } : {};
  const components = "components" in given ? { components: given.components.map(parameter) } : {};
  return { name, type, ...indexed, ...components };
}

/** Source text of a value, broken where the formatter breaks it: lists of several objects, and what does not fit. */
function print(value: Json, depth: number, before: number, after: number): string {
  if (typeof value !== "object") return JSON.stringify(value);
  const isList = Array.isArray(value);
  const flat = printFlat(value);
  if (!mustBreak(value) && 2 * depth + before + flat.length + after <= LINE_WIDTH) return flat;
  const indent = "  ".repeat(depth + 1);
  const lines = Object.entries(value).map(([key, item]) => {
    const prefix = isList ? "" : `${key}: `;
    return `${indent}${prefix}${print(item as Json, depth + 1, prefix.length, 1)},\n`;
  });
  const [open, close] = isList ? "[]" : "{}";
  return `${open}\n${lines.join("")}${"  ".repeat(depth)}${close}`;
}

function printFlat(value: Json): string {
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(printFlat).join(", ")}]`;
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key}: ${printFlat(item as Json)}`)
    .join(", ")} }`;
}

function mustBreak(value: Json): boolean {
  if (typeof value !== "object") return false;
  const children = Object.values(value) as Json[];
  return (Array.isArray(value) && value.length > 1) || children.some(mustBreak);
}

/** Writes every file, and removes what is no longer generated. */
export async function writeAbis(folder: string): Promise<void> {
  const files = await renderAbis();
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) if (!files.has(name)) await rm(join(folder, name));
  for (const [name, content] of files) await writeFile(join(folder, name), content);
}

/**
 * Compares a folder with what would be written there, byte for byte.
 * @throws When a file differs, is missing or is not generated; one line that says what to do.
 */
export async function checkAbis(folder: string): Promise<void> {
  const files = await renderAbis();
  const present = await readdir(folder);
  const differing = [...files.keys()].filter((name) => !present.includes(name));
  for (const name of present) {
    if ((await readFile(join(folder, name), "utf8")) !== files.get(name)) differing.push(name);
  }
  if (differing.length === 0) return;
  throw new Error(`ABIs differ from the contracts: ${differing.sort().join(", ")} in sdk/src/abis. Run npm run abis.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    await buildContracts();
    const isCheck = process.argv.includes("--check");
    await (isCheck ? checkAbis(ABI_FOLDER) : writeAbis(ABI_FOLDER));
    console.log(isCheck ? "The ABIs are the contracts'." : "Wrote sdk/src/abis.");
  });
}
