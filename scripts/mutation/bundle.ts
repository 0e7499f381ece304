/** A test file and everything of ours that it imports, in one module: so that it can be loaded again, with one file changed. */
import { readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Change } from "./compiler.ts";
import { ROOT } from "./targets.ts";

const FOLDER = resolve(ROOT, "cache/mutation");

let loaded = 0;

/** Runs the module of a test file: its suites are declared, with fixtures that nothing has used yet. */
export async function loadTest(test: string, change?: Change): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const outfile = resolve(FOLDER, `${process.pid}-${loaded++}.mjs`);
  await build({
    entryPoints: [resolve(ROOT, test)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    packages: "external",
    logLevel: "silent",
    plugins: [sources(change)],
  });
  try {
    await import(pathToFileURL(outfile).href);
  } finally {
    await rm(outfile);
  }
}

/** Puts the changed text in, and leaves modules the address they were written at. */
function sources(change?: Change): Plugin {
  const changed = change && resolve(ROOT, change.file);
  return {
    name: "sources",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = path === changed && change ? change.text : readFileSync(path, "utf8");
        return { loader: "ts", contents: text.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)) };
      });
    },
  };
}
