/** The compiler kept loaded in this process, and what it makes of one changed file. */
import { globSync } from "node:fs";
import { createRequire } from "node:module";
import type { SolidityNode } from "./solidity.ts";
import { ROOT, readSource } from "./targets.ts";

/** How to compile. Only behaviour counts here, so the quickest that takes the sources is used. */
interface Pipeline {
  readonly name: string;
  readonly settings: { readonly viaIR: boolean; readonly optimizer: { readonly enabled: boolean; readonly runs?: number } };
}

const OPTIMIZED: Pipeline = { name: "IR, optimised", settings: { viaIR: true, optimizer: { enabled: true, runs: 1_000_000 } } };
const PIPELINES: readonly Pipeline[] = [
  { name: "legacy, optimised", settings: { viaIR: false, optimizer: { enabled: true, runs: 1 } } },
  OPTIMIZED,
];

/** EIP-170: what a chain stores. */
const MAX_CODE_BYTES = 24_576;

export interface Code {
  readonly bytecode: string;
  readonly deployedBytecode: string;
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly sources: Readonly<Record<string, { readonly ast: SolidityNode }>>;
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, CompiledContract>>>>;
}

interface CompiledContract {
  readonly evm: { readonly bytecode: { readonly object: string }; readonly deployedBytecode: { readonly object: string } };
}

/** One file with another text. */
export interface Change {
  readonly file: string;
  readonly text: string;
}

export class Compiler {
  readonly #solc = createRequire(import.meta.url)("solc") as typeof import("solc");
  readonly #sources = new Map<string, string>();
  readonly #dependencies = new Map<string, ReadonlySet<string>>();
  readonly #pipelines = new Map<string, Pipeline>();
  readonly #paths = contractPaths();

  /** Syntax tree of a file, or of another text in its place. */
  ast(file: string, text?: string): SolidityNode {
    const change = text === undefined ? undefined : { file, text };
    const { errors = [], sources } = this.#compile([file], { "*": { "": ["ast"] } }, OPTIMIZED, change);
    const source = sources[file];
    if (source === undefined) throw new Error(`${file} does not compile:\n${errors[0]?.formattedMessage}`);
    return source.ast;
  }

  /** Whether a contract has anything of this file in it. */
  dependsOn(contract: string, file: string): boolean {
    const path = this.#pathOf(contract);
    let found = this.#dependencies.get(path);
    if (found === undefined) {
      found = new Set(Object.keys(this.#compile([path], { "*": { "": ["ast"] } }, OPTIMIZED).sources));
      this.#dependencies.set(path, found);
    }
    return found.has(file);
  }

  /** Code of a contract, or `null` where the changed file does not compile. */
  code(contract: string, change?: Change): Code | null {
    return this.#code(contract, this.#pipeline(contract), change);
  }

  /** What is deployed, which tells whether a change is one at all. */
  optimizedCode(contract: string, change?: Change): Code | null {
    return this.#code(contract, OPTIMIZED, change);
  }

  /** Name of the way a contract is compiled. */
  pipelineName(contract: string): string {
    return this.#pipeline(contract).name;
  }

  #pipeline(contract: string): Pipeline {
    let chosen = this.#pipelines.get(contract);
    if (chosen === undefined) {
      const fits = (code: Code | null): boolean => code !== null && code.deployedBytecode.length / 2 <= MAX_CODE_BYTES;
      chosen = PIPELINES.find((pipeline) => fits(this.#code(contract, pipeline))) ?? OPTIMIZED;
      this.#pipelines.set(contract, chosen);
    }
    return chosen;
  }

  #code(contract: string, pipeline: Pipeline, change?: Change): Code | null {
    const path = this.#pathOf(contract);
    const wanted = ["evm.bytecode.object", "evm.deployedBytecode.object"];
    const { contracts } = this.#compile([path], { [path]: { [contract]: wanted } }, pipeline, change);
    const evm = contracts?.[path]?.[contract]?.evm;
    if (!evm?.bytecode.object) return null;
    return { bytecode: `0x${evm.bytecode.object}`, deployedBytecode: `0x${evm.deployedBytecode.object}` };
  }

  #compile(files: readonly string[], outputSelection: object, { settings }: Pipeline, change?: Change): Output {
    const read = (path: string): string => (path === change?.file ? change.text : this.read(path));
    const input = {
      language: "Solidity",
      sources: Object.fromEntries(files.map((file) => [file, { content: read(file) }])),
      // Without the hash of the sources, equal code is equal bytes.
      settings: { ...settings, evmVersion: "cancun", metadata: { bytecodeHash: "none", appendCBOR: false }, outputSelection },
    };
    return JSON.parse(this.#solc.compile(JSON.stringify(input), { import: (path: string) => ({ contents: read(path) }) })) as Output;
  }

  /** Text of one of our files or of a package's. */
  read(path: string): string {
    let text = this.#sources.get(path);
    if (text === undefined) {
      text = readSource(path.startsWith("contracts/") ? path : `node_modules/${path}`);
      this.#sources.set(path, text);
    }
    return text;
  }

  #pathOf(contract: string): string {
    const path = this.#paths.get(contract);
    if (path === undefined) throw new Error(`No file contracts/**/${contract}.sol.`);
    return path;
  }
}

/** Every contract lies in a file of its name. */
function contractPaths(): Map<string, string> {
  const paths = globSync("contracts/**/*.sol", { cwd: ROOT }).map((path) => path.replaceAll("\\", "/"));
  return new Map(paths.map((path) => [path.replace(/^.*\/|\.sol$/g, ""), path]));
}
