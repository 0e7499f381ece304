/** Every function that exists in both languages, by the harness contract its twin is called through. */
import type { Mirrored } from "./differential.ts";
import type { Harness } from "./harnessAbi.ts";
import { CORE } from "./mirroredCore.ts";
import { DISCIPLINE } from "./mirroredDiscipline.ts";
import { EXPOSURE } from "./mirroredExposure.ts";
import { LIMITS } from "./mirroredLimits.ts";
import { MATH } from "./mirroredMath.ts";
import { PORTFOLIO } from "./mirroredPortfolio.ts";

export const SUITES: readonly (readonly [Harness, readonly Mirrored[]])[] = [
  ["MathHarness", [...MATH, ...LIMITS, ...EXPOSURE, ...DISCIPLINE]],
  ["PortfolioHarness", PORTFOLIO],
  ["SizingHarness", CORE],
];
