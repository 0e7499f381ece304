/** A test file and everything of ours that it imports, in one module: so that it can be loaded again, with one file changed. */
import { readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import type { Change } from "./compiler.ts";
import { ROOT } from "./targets.ts";

const FOLDER = resolve(ROOT, "cache/mutation");

let loaded = 0;

const inputs = new Map<string, ReadonlySet<string>>();

/** Whether a test has anything of this file in it: if not, it can't notice what changes there. */
export async function isInput(file: string, test: string): Promise<boolean> {
  let found = inputs.get(test);
  if (found === undefined) {
    const { metafile } = await build({ ...options(test), write: false, metafile: true });
    const [output] = Object.values(metafile.outputs);
    const used = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    found = new Set(used.map(([path]) => path));
    inputs.set(test, found);
  }
  return found.has(file);
}

function options(test: string, change?: Change) {
  return {
    absWorkingDir: ROOT,
    entryPoints: [resolve(ROOT, test)],
    outfile: resolve(FOLDER, `${process.pid}-${loaded++}.mjs`),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    packages: "external",
    logLevel: "silent",
    plugins: [sources(change)],
  } as const satisfies BuildOptions;
}

/** Runs the module of a test file: its suites are declared, with fixtures that nothing has used yet. */
export async function loadTest(test: string, change?: Change): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const bundle = options(test, change);
  await build(bundle);
  try {
    await import(pathToFileURL(bundle.outfile).href);
  } finally {
    await rm(bundle.outfile);
  }
}

/** Puts the changed text in, and leaves modules the address they were written at. */
function sources(change?: Change): Plugin {
  const changed = change && resolve(ROOT, change.file);
  return {
    name: "sources",
    setup({ onLoad }) {
      // What is not ours is not bundled.
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = path === changed && change ? change.text : readFileSync(path, "utf8");
        return { loader: "ts", contents: text.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)) };
      });
    },
  };
}
