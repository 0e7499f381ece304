/** Whether a changed file of the SDK still type-checks: what the compiler refuses is no mutant. */
import { resolve } from "node:path";
import ts from "typescript";
import type { Change } from "./compiler.ts";
import { ROOT } from "./targets.ts";

export class TypeChecker {
  readonly #service: ts.LanguageService;
  #change: Change | undefined;
  #version = 0;

  constructor() {
    const path = resolve(ROOT, "sdk/tsconfig.json");
    const parsed = ts.parseJsonConfigFileContent(ts.readConfigFile(path, ts.sys.readFile).config, ts.sys, resolve(ROOT, "sdk"));
    // What is merely superfluous after a change does not stop a program.
    const options = { ...parsed.options, noUnusedLocals: false, noUnusedParameters: false, noImplicitReturns: false };
    this.#service = ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => parsed.fileNames,
      getScriptVersion: (file) => (this.#isChanged(file) ? `${this.#version}` : "0"),
      getScriptSnapshot: (file) => {
        const text = this.#isChanged(file) ? this.#change?.text : ts.sys.readFile(file);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => ROOT,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: ts.sys.fileExists,
      readFile: ts.sys.readFile,
    });
  }

  accepts(change: Change): boolean {
    this.#change = change;
    this.#version++;
    const file = resolve(ROOT, change.file);
    return this.#service.getSyntacticDiagnostics(file).length === 0 && this.#service.getSemanticDiagnostics(file).length === 0;
  }

  #isChanged(file: string): boolean {
    return this.#change !== undefined && resolve(file) === resolve(ROOT, this.#change.file);
  }
}
