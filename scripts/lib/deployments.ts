/** The records of deployments: `deployments/<chainId>.json`, and the SDK's copy of those everybody can reach. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Deployment, parseDeployment } from "../../sdk/src/deployments.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where records are kept unless said otherwise. */
export const DEPLOYMENTS_FOLDER = join(root, "deployments");
/** The SDK's copy. */
export const SDK_DATA = join(root, "sdk", "src", "deployments", "data.ts");
/** Chain id of the development nodes: it names no chain, and whatever has it may start empty tomorrow. */
export const LOCAL_CHAIN_ID = 31337;

export const recordPath = (folder: string, chainId: number): string => join(folder, `${chainId}.json`);

/** Ignition's journal of a chain, and the inputs it was begun with. */
export const journalFolder = (folder: string, chainId: number): string => join(folder, `chain-${chainId}`);

/**
 * The record of a chain; `undefined` when there is none.
 * @throws {Error} one line that names the file and what is wrong in it
 */
export function readRecord(folder: string, chainId: number): Deployment | undefined {
  const path = recordPath(folder, chainId);
  if (!existsSync(path)) return undefined;
  const record = readJson(path, parseDeployment);
  if (record.chainId !== chainId) throw new Error(`${path}: it describes chain ${record.chainId}. Restore the file, or delete it.`);
  return record;
}

/** Writes a record, byte for byte the same for the same content. */
export function writeRecord(folder: string, deployment: Deployment): void {
  parseDeployment(deployment);
  writeWhole(recordPath(folder, deployment.chainId), toJson(deployment));
}

/**
 * Reads a JSON file of ours and checks it.
 * @throws {Error} one line that names the file and what is wrong in it
 */
export function readJson<T>(path: string, check: (value: unknown) => T): T {
  try {
    return check(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

/** JSON with sorted names and a newline at the end. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(sorted(value), null, 2)}\n`;
}

/** Writes a file wholly or not at all: a run can be killed at any moment. */
export function writeWhole(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** Writes the SDK's copy of every record in the folder that is not of a local chain. */
export function writeSdkData(folder: string, path: string = SDK_DATA): void {
  const chainIds = readdirSync(folder)
    .map((name) => Number(/^(\d+)\.json$/.exec(name)?.[1]))
    .filter((chainId) => chainId > 0 && chainId !== LOCAL_CHAIN_ID)
    .sort((a, b) => a - b);
  const records = chainIds.map((chainId) => sorted(readRecord(folder, chainId)));
  const entries = records.map((record) => `  ${toSource(record, 1)},\n`);
  writeWhole(path, `${SDK_DATA_HEAD}[${entries.length === 0 ? "" : `\n${entries.join("")}`}];\n`);
}

const SDK_DATA_HEAD = `// Written by scripts/deploy.ts from deployments/*.json; chains that live on one machine are left out.
import type { Deployment } from "../deployments.ts";

/** Every deployment this version of the package knows. */
export const DEPLOYMENTS: readonly Deployment[] = `;

/** An object literal as the formatter would leave it. */
function toSource(value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const indent = "  ".repeat(depth);
  const fields = Object.entries(value).map(([name, field]) => `${indent}  ${toName(name)}: ${toSource(field, depth + 1)},\n`);
  return `{\n${fields.join("")}${indent}}`;
}

function toName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, sorted(field)]));
}
