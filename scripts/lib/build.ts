import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import hre from "hardhat";

/** Only what ships or is tested here: third-party sources answer for their own warnings. */
const CONTRACTS = "project/contracts/";
const TESTS = "project/test/";
/** Code or creation code beyond what a chain takes. A test is never deployed to one. */
const SIZE_WARNINGS = ["5574", "3860"];

interface CompilerMessage {
  readonly severity: string;
  readonly errorCode: string;
  readonly formattedMessage: string;
  readonly sourceLocation?: { readonly file: string };
}

/**
 * Compiles the contracts, and no test of them.
 * @param files - Only these roots, for instance the demo's; all contracts when left out.
 */
export const buildContracts = (files: readonly string[] = []): Promise<void> => build({ files: [...files], noTests: true });

/** Compiles everything in Solidity: the contracts, and the tests that are written in it. */
export const buildAll = (): Promise<void> => build({});

/** Compiles and fails on a warning of ours: Hardhat has no switch for that. */
async function build(options: { files?: string[]; noTests?: boolean }): Promise<void> {
  await hre.tasks.getTask("build").run({ ...options, quiet: true });
  const warnings = await ownWarnings();
  if (warnings.length > 0) throw new Error(`Compiler warnings in our sources:\n${warnings.join("\n")}`);
}

async function ownWarnings(): Promise<string[]> {
  const folder = join(hre.config.paths.artifacts, "build-info");
  const outputs = (await readdir(folder)).filter((name) => name.endsWith(".output.json"));
  const warnings = new Set<string>();
  for (const name of outputs) {
    const { output } = JSON.parse(await readFile(join(folder, name), "utf8")) as { output: { errors?: CompilerMessage[] } };
    for (const message of output.errors ?? []) {
      if (isOwn(message)) warnings.add(message.formattedMessage);
    }
  }
  return [...warnings];
}

function isOwn({ sourceLocation, errorCode }: CompilerMessage): boolean {
  const file = sourceLocation?.file ?? "";
  if (file.startsWith(TESTS) && SIZE_WARNINGS.includes(errorCode)) return false;
  return file.startsWith(CONTRACTS) || file.startsWith(TESTS);
}
