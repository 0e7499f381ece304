/** What is mutated, and which tests have to notice. */
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export const LANGUAGES = ["solidity", "typescript"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Tests that deploy the same contracts, the quickest first. */
export interface Stage {
  /** Contracts these tests deploy: the mutated ones among them are replaced. */
  readonly contracts: readonly string[];
  readonly tests: readonly string[];
  /** Only tests whose full title contains this. */
  readonly only?: string;
}

/**
 * Tests left out, by a part of their titles. The first looks at the instructions that are executed, and the compiler's quick
 * pipeline copies memory by calling a precompiled contract; the others rewrite files, and ask nothing of the code.
 */
export const LEFT_OUT: readonly string[] = ["reads the feed once", "the bytes the generator writes", "are refused with the file"];

/** Every mirrored function by itself: the committed vectors first, which take the least time. */
const VECTORS = "test/vectors/vectors.test.ts";
const FUNCTIONS = [VECTORS, "test/differential/functions.test.ts", "test/differential/walks.test.ts"];
const PARITY = ["test/parity/judge.test.ts", "test/parity/policy.test.ts"];
const GUARD = ["policy", "rounds", "seed", "sync", "confidence", "modes", "feeds"].map((name) => `test/guard/${name}.test.ts`);
const STATES = ["meters", "guard", "portfolio"].map((name) => `test/parity/${name}.test.ts`);

const PATTERNS: Readonly<Record<Language, readonly string[]>> = {
  solidity: [
    "contracts/libraries/**/*.sol",
    "contracts/types/*.sol",
    "contracts/oracle/*.sol",
    "contracts/governance/*.sol",
    "contracts/SizingGuard.sol",
    "contracts/PortfolioReader.sol",
    "contracts/RoundWalker.sol",
    "contracts/VarianceSync.sol",
  ],
  typescript: ["sdk/src/math/*.ts", "sdk/src/limits/*.ts", "sdk/src/portfolio/*.ts", "sdk/src/guard/*.ts"],
};

/** The files of a language, in alphabetical order. */
export function targetFiles(language: Language): string[] {
  return glob(PATTERNS[language]);
}

/** Mathematics: the harnesses call every function there is, so whole verdicts tell nothing more. */
const PURE =
  /^contracts\/(libraries\/(FixedPointMath|VolatilityMath|MeterMath|PortfolioMath|PortfolioRisk|limits\/.*)|types\/(VolatilityWord|PushedVariance))\.sol$|^sdk\/src\/(math|limits|portfolio)\//;

/** What keeps state, or reads what others keep. */
const STATEFUL = /^contracts\/(oracle\/|SizingGuard|PortfolioReader|RoundWalker|VarianceSync|types\/VolatilitySlot)/;

/** What governs policies and positions: pure rules through their harness, and the contracts that keep to them. */
const GOVERNANCE = /^contracts\/(governance\/|libraries\/ForcedReduction)/;
const RULES = ["order", "fields", "forcedReduction"].map((name) => `test/governance/${name}.test.ts`);

/** What has to notice a mutant in this file, in the order it is tried. */
export function stages(language: Language, file: string): readonly Stage[] {
  return language === "solidity" ? solidityStages(file) : typescriptStages(file);
}

function solidityStages(file: string): readonly Stage[] {
  // No guard sorts anything.
  if (file.endsWith("/SortedValues.sol")) {
    return [{ contracts: ["MedianFeed", "ForecastRegistry"], tests: ["test/oracle/median.test.ts", "test/oracle/forecast.test.ts"] }];
  }
  if (GOVERNANCE.test(file)) {
    const governed = glob(["test/governance/*.test.ts"]).filter((path) => !RULES.includes(path));
    const rules = { contracts: ["GovernanceHarness"], tests: RULES };
    return [rules, { contracts: ["SizingGovernor", "DeleverageController", "PolicySteward", "PolicyPreview"], tests: governed }];
  }
  const functions = { contracts: ["MathHarness", "PortfolioHarness"], tests: FUNCTIONS };
  if (PURE.test(file)) return [functions];
  const core = { contracts: ["SizingHarness"], tests: PARITY, only: "SDK against Solidity" };
  const attacks = STATEFUL.test(file) ? glob(["test/attacks/*.test.ts"]) : [];
  const vectors = { contracts: ["SizingHarness"], tests: [VECTORS] };
  return [functions, vectors, core, { contracts: ["SizingGuard"], tests: [...GUARD, ...STATES, ...attacks] }];
}

/** The SDK's tests meet the contracts as they are: whoever differs from them differs from the SDK as it was. */
function typescriptStages(file: string): readonly Stage[] {
  const whole = PURE.test(file) ? [] : [...PARITY, ...RULES, ...STATES];
  return [{ contracts: [], tests: [...unitTests(), ...FUNCTIONS, ...whole] }];
}

/** Tests of the SDK without a chain. */
function unitTests(): string[] {
  const isOfSdk = (path: string): boolean => readSource(path).includes("/sdk/src/");
  return glob(["test/unit/*.test.ts"]).filter((path) => isOfSdk(path) && !path.endsWith("/package.test.ts"));
}

/** Cases a comparison has of each function: few, but enough for its own checks of what it covered. */
export function cases(test: string): number {
  if (test === "test/parity/policy.test.ts") return 8_000;
  return test === "test/parity/judge.test.ts" ? 5_000 : 1_000;
}

export function readSource(file: string): string {
  return readFileSync(resolve(ROOT, file), "utf8");
}

function glob(patterns: readonly string[]): string[] {
  return globSync([...patterns], { cwd: ROOT })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}
