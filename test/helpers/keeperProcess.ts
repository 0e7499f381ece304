import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { bytesToHex, type Hex } from "viem";
import { mnemonicToAccount, privateKeyToAddress } from "viem/accounts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Of every development node: its accounts are everybody's. */
const MNEMONIC = "test test test test test test test test test test test junk";

/** A key a development node has given money to. */
export function developmentKey(index: number): { readonly key: Hex; readonly address: Hex } {
  const { privateKey } = mnemonicToAccount(MNEMONIC, { addressIndex: index }).getHdKey();
  if (privateKey === null) throw new Error("The mnemonic has no key.");
  const key = bytesToHex(privateKey);
  return { key, address: privateKeyToAddress(key) };
}

/** The command as its users run it, in a process of its own. */
export class KeeperProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #output = "";

  /** @param runner - What `npm run keeper` puts before the script. */
  constructor(args: readonly string[], key: Hex | undefined, cacheFolder: string, runner: readonly string[] = []) {
    const env = { ...process.env, NODE_COMPILE_CACHE: cacheFolder, KEEPER_PRIVATE_KEY: key };
    this.#child = spawn(process.execPath, [...runner, "scripts/keeper.ts", ...args], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    const keep = (data: Buffer): void => {
      this.#output += data.toString();
    };
    this.#child.stdout?.on("data", keep);
    this.#child.stderr?.on("data", keep);
    this.#ended = new Promise((resolve) => this.#child.once("close", (code) => resolve(code)));
  }

  /** Everything it said. */
  get output(): string {
    return this.#output;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Its JSON lines. */
  get lines(): Record<string, unknown>[] {
    const complete = this.#output.split("\n").slice(0, -1);
    return complete.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  }

  /** Ends it at once, as a machine that loses its power would. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit code; `null` when it was killed. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Waits until it said that. */
  async said(message: string, deadline = 30_000): Promise<void> {
    const end = Date.now() + deadline;
    while (!this.lines.some(({ msg }) => msg === message)) {
      if (!this.isRunning || Date.now() > end) expect.fail(`The keeper did not say "${message}":\n${this.#output}`);
      await sleep(20);
    }
  }
}
