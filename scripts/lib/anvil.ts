import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";

/** npm's names of the platforms anvil is built for. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Milliseconds; it takes some 100. */
const START_TIMEOUT = 20_000;

export interface Anvil {
  readonly url: string;
  /** Ends the process, and returns when it has ended. */
  stop(): Promise<void>;
}

/**
 * Starts a chain in a process of its own, reached over HTTP, and waits until it answers.
 * @param args - More arguments of anvil.
 * @param port - 0 for any that is free.
 */
export async function startAnvil(args: readonly string[] = [], port = 0): Promise<Anvil> {
  const child = spawn(binary(), ["--port", `${port}`, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const kill = (): void => void child.kill("SIGKILL");
  const release = killWithUs(kill);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  try {
    const address = await listening(child);
    return {
      url: `http://${address}`,
      stop: async () => {
        kill();
        await ended;
        release();
      },
    };
  } catch (error) {
    kill();
    release();
    throw error;
  }
}

/** A run that is interrupted leaves no chain behind. Returns what takes it back. */
function killWithUs(kill: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    kill();
    release();
    // Whatever the signal would have done to this process, it does now.
    process.kill(process.pid, signal);
  };
  const release = (): void => {
    process.removeListener("exit", kill);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  process.once("exit", kill);
  for (const signal of SIGNALS) process.once(signal, onSignal);
  return release;
}

/** The binary itself: its npm wrapper, when killed, leaves it running. */
function binary(): string {
  const suffix = process.platform === "win32" ? ".exe" : "";
  try {
    const name = `@foundry-rs/anvil-${process.platform}-${ARCHITECTURES[process.arch]}/bin/anvil${suffix}`;
    return createRequire(import.meta.url).resolve(name);
  } catch {
    return "anvil";
  }
}

/** The address it listens on, which it prints when it is ready. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (why: string): void => reject(new Error(`Anvil did not start: ${why}`));
    const timer = setTimeout(() => fail("it said nothing."), START_TIMEOUT);
    child.once("error", (error) => fail(`${error.message}. Install @foundry-rs/anvil, or put anvil on the PATH.`));
    child.once("close", () => fail(output.trim().split("\n").at(-1) ?? "it ended."));
    const read = (data: Buffer): void => {
      output += data.toString();
      const address = /Listening on (\S+)/.exec(output)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
  });
}
