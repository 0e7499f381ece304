/** Worker processes, one mutant each at a time; one that runs on or breaks down is replaced. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Baseline, Fate } from "./judge.ts";
import type { Mutant } from "./mutant.ts";
import { type Language, ROOT } from "./targets.ts";
import type { Request } from "./worker.ts";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

/** Milliseconds a test file may take: far beyond what it takes on sources as they are, so that load alone ends nobody. */
const LEAST_TIME = 30_000;
const TIMES_THE_BASELINE = 8;

/** Modules that were loaded stay in memory: after this many mutants a process is replaced. */
const MUTANTS_PER_PROCESS = 100;

type Message = { readonly running: string } | { readonly result: unknown } | { readonly error: string } | { readonly ready: true };

/** The process ended, or was ended, while this test ran. */
class Lost extends Error {
  readonly status: "timeout" | "crashed";
  readonly test: string;

  constructor(status: "timeout" | "crashed", test: string) {
    super(`The worker ${status} in ${test}.`);
    this.status = status;
    this.test = test;
  }
}

export class Worker {
  readonly #language: Language;
  #limits = new Map<string, number>();
  #child: ChildProcess | undefined;
  #judged = 0;

  constructor(language: Language) {
    this.#language = language;
  }

  /** Runs every test that these files' mutants may meet, on unchanged sources. */
  async baseline(files: ReadonlySet<string>): Promise<readonly Baseline[]> {
    return (await this.#ask({ baseline: files })) as readonly Baseline[];
  }

  /** How long each test may take, from how long it took. */
  limitTo(baseline: readonly Baseline[]): void {
    this.#limits = new Map(baseline.map(({ test, milliseconds }) => [test, Math.max(LEAST_TIME, TIMES_THE_BASELINE * milliseconds)]));
  }

  async judge(mutant: Mutant): Promise<Fate> {
    if (this.#judged++ % MUTANTS_PER_PROCESS === 0) this.stop();
    try {
      return (await this.#ask({ mutant })) as Fate;
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      return { status: error.status, test: error.test };
    }
  }

  stop(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  #ask(request: Request): Promise<unknown> {
    this.#child ??= this.#start();
    const child = this.#child;
    return new Promise((resolve, reject) => {
      let running = "the beginning";
      let timer: NodeJS.Timeout | undefined;
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        child.removeAllListeners("message");
        child.removeAllListeners("exit");
        finish();
      };
      const lose = (status: Lost["status"]): void => {
        this.stop();
        settle(() => reject(new Lost(status, running)));
      };
      const wait = (test: string): void => {
        running = test;
        clearTimeout(timer);
        timer = setTimeout(() => lose("timeout"), this.#limits.get(test) ?? 20 * LEAST_TIME);
      };
      wait(running);
      child.once("exit", () => lose("crashed"));
      child.on("message", (message: Message) => {
        if ("running" in message) wait(message.running);
        else if ("result" in message) settle(() => resolve(message.result));
        else if ("error" in message) settle(() => reject(new Error(message.error)));
      });
      child.send(request);
    });
  }

  #start(): ChildProcess {
    const child = fork(WORKER, [this.#language], {
      cwd: ROOT,
      // Tests print nothing of use here.
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      serialization: "advanced",
      env: { ...process.env, HARDHAT_DISABLE_TELEMETRY: "true" },
    });
    // A mutant that never ends does not notice that nobody is left to ask it.
    process.once("exit", () => child.kill("SIGKILL"));
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
    return child;
  }
}
