export { correlationLimit, factorLimit, movedBeta } from "./correlation.ts";
export { greeksPnl } from "./greeks.ts";
export { gridLimit } from "./grid.ts";
export { expectedShortfall } from "./shortfall.ts";
