import { expect } from "chai";
import { Compiler } from "../../scripts/mutation/compiler.ts";
import type { Fate } from "../../scripts/mutation/judge.ts";
import { apply, type Mutant, toMutants } from "../../scripts/mutation/mutant.ts";
import { constantReplacement } from "../../scripts/mutation/replacements.ts";
import { complaints, hashOf, killRate, outdated, staleJudgements, summarize, total, type Verdict } from "../../scripts/mutation/report.ts";
import { solidityEdits } from "../../scripts/mutation/solidity.ts";
import type { Judgement } from "../../scripts/mutation/survivors.ts";
import { typescriptEdits } from "../../scripts/mutation/typescript.ts";

const WAD = 10n ** 18n;
const compiler = new Compiler();

const FILE = "contracts/Example.sol";

/** A contract with one function, after a comment whose characters take more than one byte. */
function contract(body: string, signature = "uint256 x, uint256 y) public pure returns (uint256"): string {
  return `// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;
/// @notice ⌊√(x·y)⌋ is x < y && x + 1, or "x < y".
contract Example {
    function f(${signature}) {
        ${body}
    }
}
`;
}

function solidityMutants(source: string): Mutant[] {
  return toMutants(FILE, source, solidityEdits(source, compiler.ast(FILE, source)));
}

const typescriptMutants = (source: string): Mutant[] => toMutants("example.ts", source, typescriptEdits(source));

/** The changed line of each mutant. */
const changed = (mutants: readonly Mutant[]): string[] => mutants.map(({ mutated }) => mutated);

describe("mutants of Solidity", () => {
  it("changes operators between their operands, whatever parentheses and comments stand around them", () => {
    const source = contract("return (x /* < */ <= (y)) ? x : y;");
    const mutants = solidityMutants(source).filter(({ mutator }) => mutator === "operator");
    expect(changed(mutants)).to.deep.equal(["return (x /* < */ < (y)) ? x : y;", "return (x /* < */ > (y)) ? x : y;"]);
    for (const mutant of mutants) {
      expect(source.slice(mutant.start, mutant.end)).to.equal("<=");
      expect(apply(source, mutant)).to.contain(mutant.mutated);
    }
  });

  it("touches neither comments nor strings nor types", () => {
    const source = contract('require(x > y, "x > y + 1"); uint256[3] memory z; return z[0];');
    for (const mutant of solidityMutants(source)) {
      const text = apply(source, mutant);
      expect(text, mutant.mutated).to.contain('⌊√(x·y)⌋ is x < y && x + 1, or "x < y".');
      expect(text, mutant.mutated).to.contain("uint256[3] memory z");
      if (mutant.mutator !== "statement") expect(text, mutant.mutated).to.contain('"x > y + 1"');
    }
  });

  it("offers conditions, branches, constants, results, statements and names, and nothing twice", () => {
    const all = changed(solidityMutants(contract("if (x == 0) y += 7 days; return x < y ? x : y;")));
    const expected = [
      "if (true) y += 7 days; return x < y ? x : y;",
      "if (false) y += 7 days; return x < y ? x : y;",
      "if (x != 0) y += 7 days; return x < y ? x : y;",
      "if (x == 1) y += 7 days; return x < y ? x : y;",
      "if (x == 0) {} return x < y ? x : y;",
      "if (x == 0) y -= 7 days; return x < y ? x : y;",
      "if (x == 0) y += (7 days + 1); return x < y ? x : y;",
      "if (x == 0) y += 7 days; return true ? x : y;",
      "if (x == 0) y += 7 days; return false ? x : y;",
      "if (x == 0) y += 7 days; return 0;",
      "if (x == 0) y += 7 days; return x <= y ? x : y;",
      "if (x == 0) y += 7 days; return x >= y ? x : y;",
      "if (x == 0) y += 7 days; return x < y ? y : x;",
    ];
    expect([...all].sort()).to.deep.equal([...expected].sort());
  });

  it("reaches into assembly", () => {
    const mutants = solidityMutants(contract('assembly ("memory-safe") { x := add(gt(x, y), 31) } return x;'));
    const assembly = changed(mutants).filter((text) => text.endsWith("return x;"));
    expect(assembly).to.have.members(
      ["", "x := sub(gt(x, y), 31)", "x := add(lt(x, y), 31)", "x := add(gt(x, y), 32)"].map((code) =>
        `assembly ("memory-safe") { ${code} } return x;`.replace("{  }", "{ }"),
      ),
    );
  });

  it("says where a mutant is", () => {
    const [first] = solidityMutants(contract("return x + y;"));
    expect(first).to.include({ line: 6, scope: "Example.f", original: "return x + y;" });
  });

  it("takes a modifier away", () => {
    const source = contract("return x + y;", "uint256 x, uint256 y) public view locked returns (uint256").replace(
      "    function",
      "    modifier locked() { require(msg.sender == address(this)); _; }\n    function",
    );
    const mutants = solidityMutants(source).filter(({ mutator }) => mutator === "modifier");
    expect(changed(mutants)).to.deep.equal(["function f(uint256 x, uint256 y) public view returns (uint256) {"]);
  });

  it("is refused by the compiler, or is other code, or is the same", () => {
    const path = "contracts/libraries/limits/OracleScale.sol";
    const source = `${compiler.read(path)}`;
    const codeOf = (from: string, to: string) => {
      expect(source).to.contain(from);
      return compiler.optimizedCode("OracleScale", { file: path, text: source.replace(from, to) });
    };
    expect(codeOf("age <= heartbeat", "age <= nothing")).to.equal(null);
    expect(codeOf("library OracleScale", "library  OracleScale")).to.deep.equal(compiler.optimizedCode("OracleScale"));
  });
});

describe("mutants of TypeScript", () => {
  it("offers the same changes", () => {
    const source = "function f(x: bigint): bigint {\n  if (x > 0n) g();\n  return x === 2n ? mulDivUp(x, x, x) : -x;\n}\n";
    expect([...changed(typescriptMutants(source))].sort()).to.deep.equal(
      [
        "if (true) g();",
        "if (false) g();",
        "if (x >= 0n) g();",
        "if (x <= 0n) g();",
        "if (x > 1n) g();",
        "if (x > 0n) {}",
        "return 0n;",
        "return true ? mulDivUp(x, x, x) : -x;",
        "return false ? mulDivUp(x, x, x) : -x;",
        "return x !== 2n ? mulDivUp(x, x, x) : -x;",
        "return x === 3n ? mulDivUp(x, x, x) : -x;",
        "return x === 2n ? -x : mulDivUp(x, x, x);",
        "return x === 2n ? mulDivDown(x, x, x) : -x;",
        "return x === 2n ? mulDivUp(x, x, x) : x;",
      ].sort(),
    );
  });

  it("touches neither comments nor strings nor types", () => {
    const source = 'type One = 1;\n/** 1 + 1 */\nconst a: 1 = 1; // 1 < 2\nconst b = "1 + 1";\nconst c = `1 + 1`;\n';
    expect(changed(typescriptMutants(source))).to.deep.equal(["const a: 1 = 2; // 1 < 2"]);
  });

  it("knows what an arrow function returns, and which function of a file it is in", () => {
    const [whole] = typescriptMutants("const isLarge = (x: bigint): boolean => x > limit;");
    expect(whole).to.include({ scope: "isLarge", mutated: "const isLarge = (x: bigint): boolean => !(x > limit);" });
  });
});

describe("another constant", () => {
  it("is one more, or a slip in a coefficient nobody would see one more in", () => {
    expect([0n, 1n, WAD, 2n ** 128n, 10n ** 30n].map((value) => constantReplacement(value) - value)).to.deep.equal([1n, 1n, 1n, 1n, 1n]);
    const coefficient = 3273285459638523848632254066296n;
    const slip = constantReplacement(coefficient) ^ coefficient;
    expect(slip).to.equal(2n ** 76n);
  });
});

describe("the mutation gate", () => {
  const mutant = (mutated: string): Mutant => {
    return { file: "a.ts", scope: "f", line: 1, original: "x < y", mutated, start: 0, end: 1, replacement: "", mutator: "operator" };
  };
  const verdict = (mutated: string, fate: Fate): Verdict => ({ mutant: mutant(mutated), fate });
  const killed: Fate = { status: "killed", test: "t", title: "t" };
  const judgement = (mutated: string, isEquivalent: boolean): Judgement => {
    return { file: "a.ts", scope: "f", original: "x < y", mutated, isEquivalent, reason: "both give the same value at the tie" };
  };
  const verdicts: readonly Verdict[] = [
    ...Array.from({ length: 18 }, (_, index) => verdict(`killed ${index}`, killed)),
    verdict("endless", { status: "timeout", test: "t" }),
    verdict("not compiling", { status: "invalid" }),
    verdict("same", { status: "same code" }),
    verdict("equivalent", { status: "survived" }),
    verdict("known", { status: "survived" }),
  ];
  const judgements = [judgement("equivalent", true), judgement("known", false)];

  it("counts neither what does not compile nor what no input tells apart", () => {
    const result = summarize(verdicts);
    expect(result).to.include({ mutants: 22, killed: 19, timeouts: 1, sameCode: 1, invalid: 1 });
    expect(killRate(result, judgements)).to.equal(19 / 20);
    expect(complaints("typescript", result, judgements)).to.deep.equal([]);
  });

  it("stays shut below 95 %, and for a survivor nobody judged", () => {
    expect(complaints("typescript", summarize(verdicts.slice(1)), judgements)).to.have.length(1);
    expect(complaints("typescript", summarize(verdicts), judgements.slice(1))).to.have.length(2);
  });

  it("adds files up, and knows when one is not what was measured", () => {
    const result = summarize(verdicts);
    expect(total([result, result])).to.include({ mutants: 44, killed: 38, timeouts: 2 });
    const file = "sdk/src/limits/oracle.ts";
    expect(outdated([file], { [file]: { ...result, source: hashOf(file), possible: 22 } })).to.deep.equal([]);
    expect(outdated([file], { [file]: { ...result, source: "", possible: 22 } })).to.have.length(1);
    expect(outdated([file], {})).to.have.length(1);
  });

  it("wants a judgement gone when nothing survives that it is about", () => {
    const gone = judgement("killed 0", true);
    const { survivors } = summarize(verdicts);
    const stale = staleJudgements(survivors, [...judgements, gone], ["a.ts"]);
    expect(stale).to.have.length(1);
    expect(stale[0]).to.contain("killed 0");
    expect(staleJudgements(survivors, [...judgements, gone], ["b.ts"])).to.deep.equal([]);
  });
});
