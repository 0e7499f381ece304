// Generated from the compiled contracts by scripts/generate-abis.ts. Do not edit: change the contract and run it again.
export { aggregatorV3Abi } from "./aggregatorV3.ts";
export { sizingGuardAbi } from "./sizingGuard.ts";
export { sizingLensAbi } from "./sizingLens.ts";
