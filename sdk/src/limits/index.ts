export {
  correlationLimit,
  expectedShortfall,
  factorLimit,
  greeksPnl,
  gridLimit,
  gridLoss,
  movedBeta,
  netCapLimit,
} from "../portfolio/index.ts";
export { type Bound, bind } from "./bind.ts";
export { collateralLimitLong, collateralLimitShort } from "./collateral.ts";
export { collateralRatioLimit } from "./collateralRatio.ts";
export { concentrationLimit } from "./concentration.ts";
export { cppiLimit, drawdownScale } from "./drawdown.ts";
export { growthHeadroom } from "./growth.ts";
export { kellyLimit, kellyLimitBinary, kellyLimitMarket } from "./kelly.ts";
export { impactLimit, liquidityLimit, participationLimit } from "./liquidity.ts";
export { marginLimit } from "./margin.ts";
export { openInterestLimit, openInterestScale } from "./openInterest.ts";
export { oracleScale } from "./oracle.ts";
export { skewLimit } from "./skew.ts";
export { survivableMoveLong, survivableMoveShort } from "./survivable.ts";
export { volatilityLimit } from "./volatility.ts";
