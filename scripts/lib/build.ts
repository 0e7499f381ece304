import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import hre from "hardhat";

/** Only what ships or is tested here: third-party sources answer for their own warnings. */
const OWN_SOURCES = "project/contracts/";

interface CompilerMessage {
  readonly severity: string;
  readonly formattedMessage: string;
  readonly sourceLocation?: { readonly file: string };
}

/**
 * Compiles the contracts and fails on a warning of ours: Hardhat has no switch for that.
 * @param files - Only these roots, for instance the demo's; all contracts when left out.
 */
export async function buildContracts(files: readonly string[] = []): Promise<void> {
  await hre.tasks.getTask("build").run({ files: [...files], quiet: true });
  const warnings = await ownWarnings();
  if (warnings.length > 0) throw new Error(`Compiler warnings in our contracts:\n${warnings.join("\n")}`);
}

async function ownWarnings(): Promise<string[]> {
  const folder = join(hre.config.paths.artifacts, "build-info");
  const outputs = (await readdir(folder)).filter((name) => name.endsWith(".output.json"));
  const warnings = new Set<string>();
  for (const name of outputs) {
    const { output } = JSON.parse(await readFile(join(folder, name), "utf8")) as { output: { errors?: CompilerMessage[] } };
    for (const message of output.errors ?? []) {
      if (message.sourceLocation?.file.startsWith(OWN_SOURCES)) warnings.add(message.formattedMessage);
    }
  }
  return [...warnings];
}
