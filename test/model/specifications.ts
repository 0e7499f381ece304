/** Every function that exists in both languages, by its name in the harness contracts: arguments flat, in the order of the ABI. */
import type { Specification } from "./bound.ts";
import * as discipline from "./discipline.ts";
import * as exposure from "./exposure.ts";
import { assessFactor } from "./factorRisk.ts";
import * as fixedPoint from "./fixedPoint.ts";
import * as limits from "./limits.ts";
import { policyValues, requireInRange } from "./policy.ts";
import * as portfolio from "./portfolio.ts";
import { assess } from "./portfolioRisk.ts";
import { positionMeters } from "./positionMeters.ts";
import * as pushed from "./pushedVariance.ts";
import { selfLimitTightens } from "./selfLimit.ts";
import { carry, judge, reducesRisk } from "./verdict.ts";
import * as volatility from "./volatility.ts";

export const SPECIFICATIONS: Readonly<Record<string, Specification>> = {
  mulDivDown: fixedPoint.mulDivDown,
  mulDivUp: fixedPoint.mulDivUp,
  mulDivDownSaturating: fixedPoint.mulDivDownSaturating,
  mulDivUpSaturating: fixedPoint.mulDivUpSaturating,
  sqrtDown: fixedPoint.sqrtDown,
  sqrtUp: fixedPoint.sqrtUp,
  lnWad: fixedPoint.lnWad,
  expWad: fixedPoint.expWad,
  packVolatilityWord: volatility.packVolatilityWord,
  unpackVolatilityWord: volatility.unpackVolatilityWord,
  updateVolatility: volatility.updateVolatility,
  updateAcrossGap: volatility.updateAcrossGap,
  updateWinsorised: volatility.updateWinsorised,
  pushedVarianceAt: pushed.pushedVarianceAt,
  nextPushedVariance: pushed.nextPushedVariance,
  variance: volatility.variance,
  adverseMove: volatility.adverseMove,
  adverseMoveShort: volatility.adverseMoveShort,
  horizonVolatility: volatility.horizonVolatility,
  volatilityLimit: limits.volatilityLimit,
  collateralLimitLong: limits.collateralLimitLong,
  collateralLimitShort: limits.collateralLimitShort,
  marginLimit: limits.marginLimit,
  openInterestLimit: limits.openInterestLimit,
  openInterestScale: limits.openInterestScale,
  oracleScale: limits.oracleScale,
  bind: limits.bind,
  ...exposure,
  ...discipline,
  ...portfolio,
  assess,
  assessFactor,
  policyValues,
  requireInRange,
  carry,
  reducesRisk,
  judge,
  positionMeters,
  selfLimitTightens,
};
