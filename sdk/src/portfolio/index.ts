export { correlationLimit, factorLimit, movedBeta } from "./correlation.ts";
export { greeksPnl } from "./greeks.ts";
export { gridLimit, gridLoss, netCapLimit } from "./grid.ts";
export { expectedShortfall } from "./shortfall.ts";
