import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { checkVectors, resultOf, VECTOR_FOLDER, type Vector, type VectorFile } from "../../scripts/lib/vectors.ts";
import { type BatchTarget, type Outcome, runBatch, word } from "../helpers/batch.ts";
import { answer } from "../helpers/differential.ts";
import { deployHarness } from "../helpers/differentialTargets.ts";
import { VECTOR_MODULES } from "../helpers/vectorCases.ts";

/** More than this nobody reads. */
const LARGEST_FILE = 300_000;

const read = (module: string): VectorFile => JSON.parse(readFileSync(join(VECTOR_FOLDER, `${module}.json`), "utf8"));

/** What the chain must answer. */
function outcomeOf({ value, error }: Vector): Pick<Outcome, "ok"> & { readonly hex: string } {
  const hexOf = (words: readonly string[]): string => words.map((text) => word(BigInt(text))).join("");
  if (error !== undefined) return { ok: false, hex: error.selector + hexOf(error.args) };
  return { ok: true, hex: hexOf(typeof value === "string" ? [value] : (value ?? [])) };
}

function hexOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "nothing";
  return outcome.ok ? outcome.words.map(word).join("") : outcome.data;
}

describe("committed vectors", () => {
  for (const { name, harness, functions } of VECTOR_MODULES) {
    const { vectors, functions: signatures } = read(name);

    it(`${name}: every function, and files one can open`, () => {
      expect(Object.keys(signatures)).to.deep.equal(functions.map((mirrored) => mirrored.name));
      expect([...new Set(vectors.map((vector) => vector.function))]).to.deep.equal(Object.keys(signatures));
      expect(statSync(join(VECTOR_FOLDER, `${name}.json`)).size).to.be.below(LARGEST_FILE);
    });

    for (const mirrored of functions) {
      const cases = vectors.filter((vector) => vector.function === mirrored.name);
      const arguments_ = cases.map(({ args }) => args.map(BigInt));

      it(`${mirrored.name}: the SDK's answers`, () => {
        cases.forEach((vector, index) => {
          const { value, error } = vector;
          const expected = error === undefined ? { value } : { error };
          expect(resultOf(answer(mirrored, arguments_[index] ?? [])), JSON.stringify(vector)).to.deep.equal(expected);
        });
      });

      it(`${mirrored.name}: the chain's answers`, async () => {
        const outcomes = await runBatch((await target(harness))(mirrored.name), arguments_);
        cases.forEach((vector, index) => {
          const outcome = outcomes[index];
          expect({ ok: outcome?.ok, hex: hexOf(outcome) }, JSON.stringify(vector)).to.deep.equal(outcomeOf(vector));
        });
      });
    }
  }

  it("are the bytes the generator writes", async () => {
    await checkVectors(VECTOR_FOLDER);
  });

  it("are refused with the file and the line where a digit differs, a file is missing or one is too many", async () => {
    const folder = mkdtempSync(join(tmpdir(), "vectors-"));
    try {
      cpSync(VECTOR_FOLDER, folder, { recursive: true });
      const file = join(folder, "limits.json");
      const text = readFileSync(file, "utf8");
      const vector = text.split("\n").findIndex((line) => line.includes('"oracleScale","args"'));
      const lines = text.split("\n").with(vector, '    {"function":"oracleScale","args":["0","0","0"],"value":"1"},');
      writeFileSync(file, lines.join("\n"));
      expect(await refusal(folder))
        .to.match(new RegExp(`^limits\\.json, line ${vector + 1}: .*`))
        .and.contain('"value":"1"');
      rmSync(file);
      expect(await refusal(folder)).to.equal("limits.json is missing. Run npm run vectors.");
      writeFileSync(file, text);
      writeFileSync(join(folder, "other.json"), "{}");
      expect(await refusal(folder)).to.equal("other.json is of no module. Run npm run vectors.");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const deployed = new Map<string, ReturnType<typeof deployHarness>>();

  /** Each harness once. */
  function target(harness: (typeof VECTOR_MODULES)[number]["harness"]): Promise<(name: string) => BatchTarget> {
    const found = deployed.get(harness) ?? deployHarness(harness);
    deployed.set(harness, found);
    return found;
  }
});

async function refusal(folder: string): Promise<string> {
  try {
    await checkVectors(folder);
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was refused";
}
