// node scripts/run.mjs <script> [arguments]: sets up, then runs the script under this project's own Node.
// One place for both, because a shell that looked up `node` before the install would go on using the old one.
import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { nodePath, root, setUp } from "./setup.mjs";

setUp();
const [script, ...args] = process.argv.slice(2);
const path = [dirname(nodePath()), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
const child = spawn(nodePath(), [script, ...args], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, PATH: path, HARDHAT_DISABLE_TELEMETRY: "true" },
});
// Who ends this ends the script, which may have something to bring to its end first.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (status, signal) => process.exit(signal ? 1 : (status ?? 1)));
child.on("error", (error) => {
  console.error(`${script} did not start: ${error.message}`);
  process.exit(1);
});
