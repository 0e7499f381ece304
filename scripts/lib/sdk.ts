import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the SDK's `dist` from scratch: a file that is gone from the source must be gone from the package. */
export function buildSdk(): void {
  rmSync(`${root}/sdk/dist`, { recursive: true, force: true });
  runTool("tsc", ["-p", "sdk"]);
}

/** Runs one of the installed tools at the root; throws when it fails. */
export function runTool(tool: string, args: readonly string[]): void {
  const { status, error } = spawnSync(tool, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${tool} ${args.join(" ")} failed.`);
}
