import { expect } from "chai";
import type { Abi } from "viem";
import { ArgumentOutOfRangeError } from "../../sdk/src/errors/index.ts";
import { touchProbability } from "../../sdk/src/math/index.ts";
import { typesOf } from "../helpers/batch.ts";
import { type IntegerType, Random, SEED } from "../helpers/corpus.ts";
import { type Harness, harnessAbi } from "../helpers/harnessAbi.ts";
import { SUITES } from "../helpers/mirrored.ts";

/** Their first argument says how long their lists are; test/unit/portfolio.test.ts asks them. */
const OF_LISTS = ["gridLimit", "gridLoss", "correlationLimit", "factorLimit", "expectedShortfall", "assess", "assessFactor"];

// What Solidity's types make impossible, the SDK has to refuse: each argument by itself, right beside both ends of its type.
describe("arguments no chain could pass on", () => {
  for (const [harness, functions] of SUITES.filter(([name]) => name !== "SizingHarness")) {
    for (const { name, mirror, plausible } of functions) {
      if (OF_LISTS.includes(name)) continue;
      it(`${name} refuses them`, async () => {
        const types = await typesIn(harness, name);
        const usual = plausible(new Random(SEED, `arguments of ${name}`));
        const names = namesOf(await harnessAbi(harness), name);
        for (const [index, { min, max }] of types.entries()) {
          for (const beyond of [min - 1n, max + 1n]) {
            const changed = usual.map((value, i) => (i === index ? beyond : value));
            expect(() => mirror(...changed), `argument ${index} = ${beyond}`)
              .to.throw(ArgumentOutOfRangeError)
              .with.property("message")
              .that.matches(new RegExp(`^(${names[index]}|limits\\[\\d\\]) `));
          }
        }
      });
    }
  }
});

/** An error that named another argument would send its reader to the wrong place. */
function namesOf(abi: Abi, name: string): readonly (string | undefined)[] {
  const entry = abi.find((item) => item.type === "function" && item.name === name);
  // Solidity marks a name that is a function's as well.
  return entry?.type === "function" ? entry.inputs.map((input) => input.name?.replace(/_$/, "")) : [];
}

describe("an argument no chain could pass on", () => {
  it("is refused where nothing depends on it, too", () => {
    expect(() => touchProbability(0n, 0n, -1n))
      .to.throw(ArgumentOutOfRangeError)
      .with.property("argument", "horizon");
  });
});

async function typesIn(harness: Harness, name: string): Promise<readonly IntegerType[]> {
  return typesOf(await harnessAbi(harness), name);
}
