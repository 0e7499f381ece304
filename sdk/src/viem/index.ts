export { type CheckIntentErrorType, type CheckIntentParameters, type CheckIntentReturnType, checkIntent } from "./checkIntent.ts";
export { type GetMaxSizeErrorType, type GetMaxSizeParameters, type GetMaxSizeReturnType, getMaxSize } from "./getMaxSize.ts";
export {
  type AtBlock,
  type GetSnapshotErrorType,
  type GetSnapshotParameters,
  type GetSnapshotReturnType,
  getSnapshot,
  type LensSource,
} from "./getSnapshot.ts";
export { type SizingGuardActions, type SizingGuardAddresses, sizingGuardActions } from "./sizingGuardActions.ts";
