/** The comparison itself, on the chain the deep run uses: it must pass what is equal and find what is not. */
import { expect } from "chai";
import { type Anvil, startAnvil } from "../../scripts/lib/anvil.ts";
import { oracleScale } from "../../sdk/src/limits/index.ts";
import { ANVIL_OPTIONS, deployHarnesses } from "../helpers/anvilTargets.ts";
import { SEED } from "../helpers/corpus.ts";
import { compare, type Mirrored } from "../helpers/differential.ts";
import { CORE, JUDGE } from "../helpers/mirroredCore.ts";
import { LIMITS } from "../helpers/mirroredLimits.ts";

const CASES = 3_000;

describe(`SDK against Solidity on a chain of its own (SEED=${SEED})`, () => {
  let anvil: Anvil;
  let target: Awaited<ReturnType<typeof deployHarnesses>>;

  before(async () => {
    anvil = await startAnvil(ANVIL_OPTIONS);
    target = await deployHarnesses(anvil.url);
  });

  after(async () => await anvil.stop());

  const oracle = LIMITS.find(({ name }) => name === "oracleScale") as Mirrored;

  for (const [harness, mirrored] of [["MathHarness", oracle] as const, ...CORE.map((core) => ["SizingHarness", core] as const)]) {
    it(`${mirrored.name} is equal`, async () => {
      const tally = await compare(mirrored, target(harness, mirrored.name), CASES, SEED);
      expect(tally.compared).to.equal(CASES);
    });
  }

  it("finds a function that is one unit off in a corner, and the smallest arguments of the corner", async () => {
    const wrong = (age: bigint, heartbeat: bigint, maxAge: bigint): bigint => {
      const right = oracleScale(age, heartbeat, maxAge);
      return age > 1_000n && right < 10n ** 18n ? right + 1n : right;
    };
    const found = await failure(compare({ ...oracle, mirror: wrong }, target("MathHarness", "oracleScale"), CASES, SEED));
    expect(found).to.match(/^oracleScale\(1001, \d+, 0\) differs \(SEED=\d+, \d+ shrinks from /);
    expect(found).to.match(/\n {2}SDK: {3}returns 1\n {2}chain: returns 0$/);
  });

  it("finds a missing error, and an error of another kind", async () => {
    const judges = { ...JUDGE, mirror: (...words: bigint[]) => (words[4] === 0n ? [] : JUDGE.mirror(...words)) };
    expect(await failure(compare(judges, target("SizingHarness", "judge"), CASES, SEED))).to.match(/^judge\(/);
    const margin = LIMITS.find(({ name }) => name === "marginLimit") as Mirrored;
    const careless = { ...margin, mirror: (...words: bigint[]) => (words[2] === 0n ? 0n : margin.mirror(...words)) };
    const found = await failure(compare(careless, target("MathHarness", "marginLimit"), CASES, SEED));
    expect(found)
      .to.match(/^marginLimit\(0, 0, 0, 0\) differs/)
      .and.contain("chain: reverts with 0x4e487b71");
  });
});

async function failure(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was found";
}
