// Plain Node, no dependency: this runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const ownNode = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

/** The Node that runs our scripts: the one this project installs, else (where its install script was not allowed) the host's. */
export const nodePath = () => (existsSync(ownNode) ? ownNode : process.execPath);

/** Hardhat 3 needs Node 22.13. */
const isSupported = (version) => {
  const [major, minor] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 13);
};

const fingerprint = () =>
  createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .update(process.platform + process.arch)
    .digest("hex");

/**
 * Installs the locked packages unless that was done for this lockfile already.
 * `npm install --no-save` and not `npm ci`: ci refuses a lockfile that lacks another platform's optional packages.
 * Under an older Node, npm would silently skip Hardhat's native engine, so there the install itself runs under Node 24.
 */
export function setUp() {
  const stamp = join(root, "node_modules", ".set-up");
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  rmSync(stamp, { force: true });
  const install = "npm install --no-save --no-audit --no-fund --loglevel=error";
  const command = isSupported(process.versions.node) ? install : `npx --loglevel=error --yes -p node@24 -c "${install}"`;
  console.log("Installing packages (once for each change of package-lock.json) ...");
  const { status } = spawnSync(command, { cwd: root, shell: true, stdio: "inherit" });
  if (status !== 0)
    fail("Set-up failed: npm could not install the packages. Check the network and the registry, then run the command again.");
  if (!existsSync(ownNode) && !isSupported(process.versions.node)) {
    fail("Set-up failed: Node 24 did not install (its install script was blocked). Use Node 22.13 or later, then run the command again.");
  }
  writeFileSync(stamp, wanted);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
