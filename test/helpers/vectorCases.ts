/** What the committed vectors are made of: chosen cases of every function, and how many of a corpus to add to them. */
import { packVolatilityWord, UNCAPPED, updateVolatility, WAD, YEAR } from "../../sdk/src/math/index.ts";
import type { Arguments } from "./corpus.ts";
import type { Mirrored } from "./differential.ts";
import { DEFAULTS } from "./differentialVolatility.ts";
import type { Harness } from "./harnessAbi.ts";
import { CORE } from "./mirroredCore.ts";
import { DISCIPLINE } from "./mirroredDiscipline.ts";
import { EXPOSURE } from "./mirroredExposure.ts";
import { LIMITS } from "./mirroredLimits.ts";
import { MATH } from "./mirroredMath.ts";
import { PORTFOLIO } from "./mirroredPortfolio.ts";

/** One file of vectors. */
export interface VectorModule {
  readonly name: string;
  readonly harness: Harness;
  readonly functions: readonly Mirrored[];
}

/** Of no environment variable: the files must come out the same everywhere. */
export const VECTOR_SEED = 1_618_033;

/** Cases of the corpus for each function, before those that repeat are taken out. */
export function vectorCount(name: string): number {
  return COUNTS[name] ?? 200;
}

/** Of functions with many long words fewer, so that a file stays something one can open. */
const COUNTS: Readonly<Record<string, number>> = {
  // From here on the corpus of one argument has all its boundaries.
  sqrtDown: 400,
  sqrtUp: 400,
  lnWad: 400,
  expWad: 400,
  adverseMoveShort: 400,
  updateVolatility: 120,
  updateAcrossGap: 70,
  updateWinsorised: 90,
  pushedVarianceAt: 70,
  nextPushedVariance: 70,
  variance: 60,
  packVolatilityWord: 100,
  unpackVolatilityWord: 100,
  assess: 28,
  assessFactor: 28,
  gridLoss: 100,
  netCapLimit: 100,
  gridLimit: 120,
  greeksPnl: 150,
  movedBeta: 150,
  carry: 80,
  reducesRisk: 80,
  requireInRange: 120,
  policyValues: 60,
  judge: 160,
  positionMeters: 80,
  selfLimitTightens: 120,
  correlationLimit: 130,
  factorLimit: 170,
  survivableMoveLong: 130,
  survivableMoveShort: 130,
  touchProbability: 120,
  kellyLimit: 110,
  kellyLimitBinary: 170,
  cppiLimit: 150,
  fadedPeak: 150,
  impactLimit: 140,
  seePool: 80,
  seenPoolEquity: 100,
  levelNow: 110,
  skewLimit: 130,
  growthHeadroom: 140,
  levelAfterIncrease: 140,
};

const OF_FIXED_POINT = ["mulDiv", "sqrt", "lnWad", "expWad"];
const isOfFixedPoint = ({ name }: Mirrored): boolean => OF_FIXED_POINT.some((start) => name.startsWith(start));

const OF_VERDICT = ["carry", "reducesRisk", "judge", "positionMeters"];
const isOfVerdict = ({ name }: Mirrored): boolean => OF_VERDICT.includes(name);

export const VECTOR_MODULES: readonly VectorModule[] = [
  { name: "fixedPoint", harness: "MathHarness", functions: MATH.filter(isOfFixedPoint) },
  { name: "volatility", harness: "MathHarness", functions: MATH.filter((mirrored) => !isOfFixedPoint(mirrored)) },
  { name: "limits", harness: "MathHarness", functions: LIMITS },
  { name: "exposure", harness: "MathHarness", functions: EXPOSURE },
  { name: "discipline", harness: "MathHarness", functions: DISCIPLINE },
  { name: "portfolio", harness: "PortfolioHarness", functions: PORTFOLIO },
  { name: "verdicts", harness: "SizingHarness", functions: CORE.filter(isOfVerdict) },
  { name: "policies", harness: "SizingHarness", functions: CORE.filter((mirrored) => !isOfVerdict(mirrored)) },
];

const PRODUCTS: readonly Arguments[] = [
  [7n, 3n, 2n],
  [0n, 0n, 1n],
  [0n, 0n, 0n],
  [1n, 1n, 0n],
  [1n, 1n, 2n],
  [UNCAPPED, UNCAPPED, UNCAPPED],
  [UNCAPPED, UNCAPPED, UNCAPPED - 1n],
  [UNCAPPED, 1n, 1n],
  [UNCAPPED, 2n, 2n],
  [UNCAPPED, 2n, 3n],
  [2n ** 128n, 2n ** 128n, 1n],
  [2n ** 128n, 2n ** 128n, 2n],
  [2n ** 255n, 2n, 1n],
];

const ROOTS: readonly Arguments[] = [0n, 1n, 2n, 3n, 4n, 99n, 100n, 101n, WAD * WAD, (2n ** 128n - 1n) ** 2n, UNCAPPED].map((x) => [x]);

const WORD = updateVolatility(0n, 2_000n * WAD, 1_700_000_000n, DEFAULTS);
const FULL_WORD = packVolatilityWord({ samples: 255n, time: 1_700_000_000n, slowVariance: WAD, fastVariance: WAD, lnPrice: -WAD });
const PARAMETERS = Object.values(DEFAULTS);
const [, ...AFTER_FAST_TAU] = PARAMETERS;

/** A first price, rounds that change nothing, quiet and wild ones, a long gap, and each error. */
const UPDATES: readonly Arguments[] = [
  [0n, 2_000n * WAD, 1_700_000_000n, ...PARAMETERS],
  [0n, 0n, 1_700_000_000n, ...PARAMETERS],
  [WORD, 2_010n * WAD, 1_700_000_000n, ...PARAMETERS],
  [WORD, 2_010n * WAD, 1_699_999_999n, ...PARAMETERS],
  [WORD, 0n, 1_699_999_999n, ...PARAMETERS],
  [WORD, 2_000n * WAD, 1_700_003_600n, ...PARAMETERS],
  [WORD, 2_010n * WAD, 1_700_003_600n, ...PARAMETERS],
  [WORD, 2_010n * WAD, 1_700_000_599n, ...PARAMETERS],
  [WORD, 2_010n * WAD, 1_700_000_600n, ...PARAMETERS],
  [WORD, 1_000n * WAD, 1_700_000_012n, ...PARAMETERS],
  [WORD, 1n, 1_700_000_001n, ...PARAMETERS],
  [WORD, 2n ** 255n - 1n, 1_700_000_001n, ...PARAMETERS],
  [WORD, 2_010n * WAD, 1_702_592_000n, ...PARAMETERS],
  [WORD, 2_010n * WAD, 2n ** 32n - 1n, ...PARAMETERS],
  [FULL_WORD, WAD, 1_700_000_600n, ...PARAMETERS],
  [WORD, 0n, 1_700_003_600n, ...PARAMETERS],
  [WORD, 2n ** 255n, 1_700_003_600n, ...PARAMETERS],
  [WORD, 2_010n * WAD, 1_700_003_600n, 0n, ...AFTER_FAST_TAU],
  [WORD, 2_010n * WAD, 1_700_003_600n, 14_400n, 0n, 600n, 36n, 0n, 0n],
  [WORD, 2_010n * WAD, 1_700_003_600n, 14_400n, 604_800n, 600n, UNCAPPED, 0n, 0n],
];

const COLLATERAL: readonly Arguments[] = [
  [1_000n * WAD, WAD / 5n, 0n, 0n, 0n],
  [1_000n * WAD, WAD / 5n, WAD / 50n, WAD / 100n, WAD / 2_000n],
  [1_000n * WAD, WAD, WAD / 50n, WAD / 100n, 0n],
  [1_000n * WAD, 5n * WAD, WAD / 50n, WAD / 100n, 0n],
  [1_000n * WAD, 0n, 0n, 0n, 0n],
  [0n, WAD / 5n, 0n, 0n, 0n],
  [1n, WAD, UNCAPPED, 1n, 0n],
  [1n, UNCAPPED, 0n, 0n, 0n],
];

/** Cases someone who writes the function again would try first: examples of the documentation, both sides of every threshold. */
/** Nothing said; a quarter to one, said at 1 700 000 000 for an hour. */
const PUSHED = [0n, (1_700_003_600n << 224n) | (1_700_000_000n << 192n) | (WAD << 120n) | ((WAD / 4n) << 48n)];
const AROUND_PUSHED = [0n, 1n, 900n, 1_799n, 1_800n, 3_600n, 3_601n, 46_800n, 89_999n, 90_000n].map((later) => 1_700_000_000n + later);

export const LANDMARKS: Readonly<Record<string, readonly Arguments[]>> = {
  requireInRange: [[1n, 0n, 0n, 0n, 0n, 0n]],
  pushedVarianceAt: PUSHED.flatMap((word) => AROUND_PUSHED.map((time) => [word, time])),
  nextPushedVariance: PUSHED.flatMap((word) => AROUND_PUSHED.map((time) => [word, WAD, 1_700_090_000n, time])),
  mulDivDown: PRODUCTS,
  mulDivUp: PRODUCTS,
  mulDivDownSaturating: PRODUCTS,
  mulDivUpSaturating: PRODUCTS,
  sqrtDown: ROOTS,
  sqrtUp: ROOTS,
  lnWad: [1n, 2n, WAD - 1n, WAD, WAD + 1n, 2n * WAD, 2n ** 255n - 1n, 0n, -1n, -(2n ** 255n)].map((x) => [x]),
  expWad: [
    0n,
    1n,
    -1n,
    WAD,
    -WAD,
    5n * WAD,
    -41446531673892822313n,
    -41446531673892822312n,
    135305999368893231588n,
    135305999368893231589n,
    2n ** 255n - 1n,
    -(2n ** 255n),
  ].map((x) => [x]),
  packVolatilityWord: [
    [0n, 0n, 0n, 0n, 0n],
    [255n, 0n, 0n, 0n, 0n],
    [0n, 2n ** 32n - 1n, 0n, 0n, 0n],
    [0n, 0n, 2n ** 72n - 1n, 0n, 0n],
    [0n, 0n, 0n, 2n ** 72n - 1n, 0n],
    [0n, 0n, 0n, 0n, -1n],
    [0n, 0n, 0n, 0n, -(2n ** 71n)],
  ],
  unpackVolatilityWord: [0n, WORD, FULL_WORD, UNCAPPED].map((word) => [word]),
  updateVolatility: UPDATES,
  updateAcrossGap: UPDATES,
  updateWinsorised: UPDATES,
  variance: [0n, WORD, FULL_WORD].map((word) => [word, ...PARAMETERS]),
  adverseMove: [
    [4n * WAD, WAD, YEAR],
    [4_043_300_000_000_000_000n, 640_000_000_000_000_000n, 14_400n],
    [0n, WAD, YEAR],
    [4n * WAD, 0n, YEAR],
    [4n * WAD, WAD, 0n],
    [2n ** 128n, 0n, 0n],
    [2n ** 127n, 4n, 0n],
    [2n ** 127n, 1n, UNCAPPED],
  ],
  adverseMoveShort: [0n, 1n, WAD / 10n, WAD, 5n * WAD, 5n * WAD + 1n, UNCAPPED].map((x) => [x]),
  horizonVolatility: [
    [360_000_000_000_000_000n, YEAR],
    [360_000_000_000_000_000n, 3_600n],
    [0n, YEAR],
    [UNCAPPED, 0n],
  ],
  volatilityLimit: [
    [1_000n * WAD, WAD / 2n, WAD / 10n],
    [1_000n * WAD, WAD / 2n, 0n],
    [0n, WAD / 2n, WAD / 10n],
    [UNCAPPED, 2n, 1n],
  ],
  collateralLimitLong: COLLATERAL,
  collateralLimitShort: COLLATERAL,
  marginLimit: [
    [100n * WAD, 0n, WAD / 10n, 1_000_000n * WAD],
    [100n * WAD, 500_000n * WAD, WAD / 10n, 1_000_000n * WAD],
    [0n, 0n, WAD / 10n, WAD],
    [1n, UNCAPPED, 0n, 1n],
    [0n, 2n ** 128n, 1n, 0n],
    [2n ** 255n, 0n, UNCAPPED, 0n],
    [2n ** 127n - 1n, 2n ** 127n - 1n, WAD, 2n ** 127n - 1n],
  ],
  openInterestLimit: [
    [WAD / 2n, 100n * WAD, 30n * WAD],
    [WAD / 2n, 100n * WAD, 50n * WAD],
    [WAD / 2n, 100n * WAD, 51n * WAD],
    [2n * WAD, UNCAPPED, 0n],
  ],
  openInterestScale: [
    [WAD / 10n, WAD / 5n],
    [WAD / 10n, WAD / 10n],
    [WAD / 10n, WAD / 10n + 1n],
    [0n, 0n],
    [0n, 1n],
  ],
  oracleScale: [
    [4_500n, 3_600n, 5_400n],
    [3_600n, 3_600n, 5_400n],
    [3_601n, 3_600n, 5_400n],
    [5_399n, 3_600n, 5_400n],
    [5_400n, 3_600n, 5_400n],
    [60n, 60n, 30n],
    [61n, 60n, 30n],
  ],
  bind: [
    [UNCAPPED, 300n, 200n, WAD / 2n],
    [UNCAPPED, UNCAPPED, UNCAPPED, 1n],
    [UNCAPPED, UNCAPPED, UNCAPPED, 0n],
    [300n, 200n, 200n, WAD],
    [UNCAPPED - 1n, UNCAPPED, UNCAPPED, 2n * WAD],
  ],
  collateralRatioLimit: [
    [150n * WAD, WAD / 5n, (3n * WAD) / 2n],
    [150n * WAD, 2n * WAD, WAD],
    [UNCAPPED, 0n, 1n],
    [0n, 0n, 0n],
  ],
  liquidityLimit: [
    [100n, 30n],
    [30n, 100n],
    [UNCAPPED, 0n],
  ],
  participationLimit: [
    [1_000n * WAD, WAD / 10n, 43_200n],
    [UNCAPPED, WAD, 86_400n],
    [UNCAPPED, WAD, 86_401n],
    [0n, 2n ** 255n, 2n],
  ],
  impactLimit: [
    [1_000n * WAD, WAD / 100n, WAD, 365n * WAD],
    [1_000n * WAD, WAD / 100n, 0n, 365n * WAD],
    [1_000n * WAD, WAD / 100n, WAD, 0n],
    [UNCAPPED, WAD, 1n, 1n],
    [1n, 2n ** 128n, WAD, WAD],
    [1n, WAD, 2n ** 128n, WAD],
  ],
  skewLimit: [
    [10n, 30n, 25n],
    [10n, 30n, 20n],
    [10n, 30n, 19n],
    [UNCAPPED, 0n, 1n],
    [UNCAPPED, UNCAPPED, UNCAPPED],
  ],
  concentrationLimit: [
    [WAD / 10n, 1_000n, 30n],
    [WAD / 10n, 1_000n, 101n],
    [2n * WAD, UNCAPPED, 0n],
  ],
  growthHeadroom: [
    [80n, 100n, 2n, 10n],
    [80n, 100n, UNCAPPED, UNCAPPED],
    [120n, 100n, 0n, 10n],
  ],
  kellyLimit: [
    [100n * WAD, WAD / 2n, WAD / 10n, WAD / 4n],
    [100n * WAD, WAD / 2n, 0n, 0n],
    [100n * WAD, WAD / 2n, 1n, 0n],
    [100n * WAD, UNCAPPED, 2n, WAD],
  ],
  kellyLimitBinary: [
    [100n * WAD, WAD, (6n * WAD) / 10n, WAD],
    [100n * WAD, WAD, WAD / 2n, WAD],
    [100n * WAD, WAD, 2n * WAD, WAD],
    [100n * WAD, WAD, WAD, UNCAPPED],
    // p·(odds + 1) is one unit of W² above 1: the smallest edge there is.
    [UNCAPPED, WAD, 10n ** 12n + 1n, 10n ** 24n - 10n ** 12n + 1n - WAD],
    [100n * WAD, WAD, WAD, 0n],
  ],
  kellyLimitMarket: [
    [100n * WAD, WAD, (6n * WAD) / 10n, WAD / 2n],
    [100n * WAD, WAD, WAD / 2n, WAD / 2n],
    [100n * WAD, WAD, 2n * WAD, WAD - 1n],
    [100n * WAD, WAD, 2n * WAD, WAD],
    [UNCAPPED, WAD, WAD, 0n],
    [UNCAPPED, WAD, WAD, 1n],
    [1n, UNCAPPED, WAD, 0n],
  ],
  survivableMoveLong: [
    [20n * WAD, 100n * WAD, WAD / 10n, 0n, 0n],
    [100n * WAD, 100n * WAD, WAD / 10n, 0n, 0n],
    [10n * WAD, 100n * WAD, WAD / 10n, 0n, 1n],
    [WAD, WAD, WAD, 0n, 0n],
    [WAD, WAD, WAD, 1n, 0n],
    [0n, 0n, 0n, 0n, 0n],
  ],
  survivableMoveShort: [
    [21n * WAD, 100n * WAD, WAD / 10n, 0n, 0n],
    [UNCAPPED, WAD, 0n, 0n, 0n],
    [2n ** 190n, 1n, 0n, 0n, 0n],
  ],
  touchProbability: [
    [WAD / 10n, WAD / 4n, 604_800n],
    [0n, 0n, 0n],
    [1n, 0n, 604_800n],
    [1n, WAD / 4n, 604_800n],
    [WAD, WAD / 4n, 604_800n],
    [1n, UNCAPPED, 1n],
  ],
  drawdownScale: [
    [90n * WAD, 100n * WAD, WAD / 5n, 1n],
    [90n * WAD, 100n * WAD, WAD / 5n, 2n],
    [90n * WAD, 100n * WAD, WAD / 5n, 3n],
    [90n * WAD, 100n * WAD, WAD / 5n, 4n],
    [90n * WAD, 100n * WAD, 0n, 1n],
    [90n * WAD, 100n * WAD, WAD + 1n, 1n],
    [80n * WAD, 100n * WAD, WAD / 5n, 1n],
    [100n * WAD, 100n * WAD, WAD / 5n, 1n],
    [100n * WAD, 100n * WAD, 0n, 1n],
    [0n, 100n * WAD, WAD / 5n, 1n],
  ],
  cppiLimit: [
    [90n * WAD, 100n * WAD, WAD / 5n, 4n * WAD],
    [-1n, 100n * WAD, WAD / 5n, 4n * WAD],
    [1n, 0n, 0n, WAD],
    [2n ** 255n - 1n, 0n, 0n, WAD],
  ],
  peakAfterFlow: [
    [100n, 180n, 90n],
    [100n, 90n, -90n],
    [100n, -1n, 0n],
    [100n, -1n, 1n],
    [100n, 50n, 50n],
    [UNCAPPED, 2n, 1n],
  ],
  fadedPeak: [
    [200n * WAD, 100n * WAD, 3_600n, 3_600n],
    [200n * WAD, 100n * WAD, 3_600n, 0n],
    [200n * WAD, -(2n ** 255n), UNCAPPED, 1n],
  ],
  greeksPnl: [
    [100n * WAD, -50n * WAD, 0n, WAD / 10n, 0n],
    [0n, -1n, 0n, 1n, 0n],
    [2n ** 255n - 1n, 0n, 0n, 1n, 0n],
  ],
  correlationLimit: [[1n, 1n, 0n, 0n, 1n, 0n, 0n, 0n, 1n, 1n, ...Array<bigint>(8).fill(0n), WAD, 1n]],
  gridLimit: [
    [10n * WAD, 2n, 0n, -5n * WAD, 0n, 2n, -WAD / 10n, -WAD / 5n, 0n],
    [10n * WAD, 1n, -11n * WAD, 0n, 0n, 1n, -1n, 0n, 0n],
    [10n * WAD, 3n, 0n, 0n, 0n, 3n, 0n, 1n, WAD],
    [10n * WAD, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n],
    [10n * WAD, 1n, 0n, 0n, 0n, 2n, 0n, 0n, 0n],
    [UNCAPPED, 1n, 1n, 0n, 0n, 1n, -1n, 0n, 0n],
  ],
  expectedShortfall: [
    [3n, 5n, -1n, 8n, 2n],
    [3n, -5n, -1n, -8n, 2n],
    [3n, 5n, -1n, 8n, 0n],
    [3n, 5n, -1n, 8n, 4n],
    [1n, -(2n ** 255n), 0n, 0n, 1n],
  ],
};
