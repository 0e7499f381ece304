/** Documents whose numbers a test measured: compared to the byte, or written where that is asked for. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

/** A table in Markdown. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(header), `|${"---|".repeat(header.length)}`, ...rows.map(line)].join("\n");
}

/** Paragraphs, one blank line apart. */
export const paragraphs = (...parts: readonly string[]): string => `${parts.join("\n\n")}\n`;

/** A number as people write it, thousands apart by a space. */
export function grouped(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, " ");
}

/** The document must say this. `UPDATE_DOCS=1` writes it instead. */
export async function expectDocument(path: string, text: string, testFile: string): Promise<void> {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  if (process.env.UPDATE_DOCS === "1") {
    await writeFile(file, text);
    return;
  }
  const kept = await readFile(file, "utf8").catch(() => "");
  expect(kept, `${path} is not what this run found: UPDATE_DOCS=1 npm test -- ${testFile} rewrites it`).to.equal(text);
}
