// node scripts/run.mjs <script> [arguments]: sets up, then runs the script under this project's own Node.
// One place for both, because a shell that looked up `node` before the install would go on using the old one.
import { spawnSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { nodePath, root, setUp } from "./setup.mjs";

setUp();
const [script, ...args] = process.argv.slice(2);
const path = [dirname(nodePath()), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
const { status, signal } = spawnSync(nodePath(), [script, ...args], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, PATH: path, HARDHAT_DISABLE_TELEMETRY: "true" },
});
process.exit(signal ? 1 : (status ?? 1));
