/** What becomes of one mutant: this is what a worker does. */
import { isInput } from "./bundle.ts";
import { type Change, type Code, Compiler } from "./compiler.ts";
import { apply, type Mutant } from "./mutant.ts";
import { type Replaced, type Run, runTest } from "./suite.ts";
import { type Language, readSource, type Stage, stages } from "./targets.ts";
import { TypeChecker } from "./typeChecker.ts";

export type Fate =
  /** A test failed: which one. */
  | { readonly status: "killed"; readonly test: string; readonly title: string }
  /** Nothing failed. */
  | { readonly status: "survived" }
  /** The compiler refuses it. */
  | { readonly status: "invalid" }
  /** The optimising compiler makes the same bytes of it. */
  | { readonly status: "same code" }
  /** The process had to be ended: it ran on, or broke down. */
  | { readonly status: "timeout" | "crashed"; readonly test: string };

export interface Judge {
  judge(mutant: Mutant): Promise<Fate>;
  /** Every test that mutants of these files may meet, on the sources as they are: its first failure, and milliseconds. */
  baseline(files: ReadonlySet<string>): Promise<readonly Baseline[]>;
}

export interface Baseline {
  readonly test: string;
  readonly failure: string | null;
  readonly milliseconds: number;
}

type Announce = (test: string) => void;

/** @param announce - Told of each test file before it runs. */
export function createJudge(language: Language, announce: Announce): Judge {
  return language === "solidity" ? new SolidityJudge(announce) : new TypescriptJudge(announce);
}

/** How many tests are remembered for a file. */
const REMEMBERED = 6;

/** Mutants of one place mostly die of the same test: the last ones that found something are asked first. */
class Memory {
  readonly #runs = new Map<string, Run[]>();

  of(file: string): readonly Run[] {
    return this.#runs.get(file) ?? [];
  }

  add(file: string, run: Run): void {
    const others = this.of(file).filter(({ test, title }) => test !== run.test || title !== run.title);
    this.#runs.set(file, [run, ...others].slice(0, REMEMBERED));
  }
}

abstract class BaseJudge implements Judge {
  readonly #memory = new Memory();
  protected readonly announce: Announce;
  protected abstract readonly language: Language;

  constructor(announce: Announce) {
    this.announce = announce;
  }

  abstract judge(mutant: Mutant): Promise<Fate>;
  protected abstract contractsOf(stage: Stage): Replaced;

  async baseline(files: ReadonlySet<string>): Promise<Baseline[]> {
    const results = new Map<string, Baseline>();
    for (const stage of [...files].flatMap((file) => stages(this.language, file))) {
      for (const test of stage.tests) {
        if (results.has(test)) continue;
        this.announce(test);
        const start = performance.now();
        const failure = await runTest({ test, title: stage.only }, this.contractsOf(stage));
        results.set(test, { test, failure, milliseconds: Math.round(performance.now() - start) });
      }
    }
    return [...results.values()];
  }

  protected async firstKill(file: string, { tests, only }: Stage, contracts: Replaced, change?: Change): Promise<Fate | null> {
    const remembered = this.#memory.of(file).filter(({ test }) => tests.includes(test));
    for (const run of [...remembered, ...tests.map((test): Run => ({ test, title: only }))]) {
      if (change !== undefined && !(await isInput(file, run.test))) continue;
      this.announce(run.test);
      const title = await runTest(run, contracts, change);
      if (title === null) continue;
      this.#memory.add(file, { test: run.test, title });
      return { status: "killed", test: run.test, title };
    }
    return null;
  }
}

/** The contracts stay as they are. */
const NO_CONTRACTS: Replaced = new Map();

class TypescriptJudge extends BaseJudge {
  protected readonly language = "typescript";
  readonly #checker = new TypeChecker();

  async judge(mutant: Mutant): Promise<Fate> {
    const change = { file: mutant.file, text: apply(readSource(mutant.file), mutant) };
    if (!this.#checker.accepts(change)) return { status: "invalid" };
    for (const stage of stages(this.language, mutant.file)) {
      const kill = await this.firstKill(mutant.file, stage, NO_CONTRACTS, change);
      if (kill !== null) return kill;
    }
    return { status: "survived" };
  }

  protected contractsOf(): Replaced {
    return NO_CONTRACTS;
  }
}

class SolidityJudge extends BaseJudge {
  protected readonly language = "solidity";
  readonly #compiler = new Compiler();
  readonly #originals = new Map<string, Code | null>();

  async judge(mutant: Mutant): Promise<Fate> {
    const change = { file: mutant.file, text: apply(readSource(mutant.file), mutant) };
    const tested: string[] = [];
    for (const stage of stages(this.language, mutant.file)) {
      const affected = stage.contracts.filter((contract) => this.#compiler.dependsOn(contract, mutant.file));
      if (affected.length === 0) continue;
      const contracts = new Map<string, Code>();
      for (const contract of affected) {
        const code = this.#compiler.code(contract, change);
        if (code === null) return { status: "invalid" };
        contracts.set(contract, code);
      }
      tested.push(...affected);
      const kill = await this.firstKill(mutant.file, stage, contracts);
      if (kill !== null) return kill;
    }
    return { status: tested.every((contract) => this.#isSameCode(contract, change)) ? "same code" : "survived" };
  }

  /** The sources as they are, compiled the way the mutants are: what fails here is no mutant's doing. */
  protected contractsOf({ contracts }: Stage): Replaced {
    return new Map(contracts.map((contract) => [contract, this.#unchanged(contract)]));
  }

  #unchanged(contract: string): Code {
    const code = this.#compiler.code(contract);
    if (code === null) throw new Error(`${contract} does not compile.`);
    return code;
  }

  #isSameCode(contract: string, change: Change): boolean {
    let original = this.#originals.get(contract);
    if (original === undefined) {
      original = this.#compiler.optimizedCode(contract);
      this.#originals.set(contract, original);
    }
    return original !== null && original.bytecode === this.#compiler.optimizedCode(contract, change)?.bytecode;
  }
}
