export { type Bound, bind } from "./bind.ts";
export { collateralLimitLong, collateralLimitShort } from "./collateral.ts";
export { marginLimit } from "./margin.ts";
export { openInterestLimit, openInterestScale } from "./openInterest.ts";
export { oracleScale } from "./oracle.ts";
export { volatilityLimit } from "./volatility.ts";
