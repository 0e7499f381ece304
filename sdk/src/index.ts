export {
  type DeployedContract,
  type DeployedMarket,
  type Deployment,
  DeploymentInvalidError,
  DeploymentNotFoundError,
  getDeployment,
  parseDeployment,
} from "./deployments.ts";
export { isSizingGuardError, type Selector, SizingGuardError, type SizingGuardErrorFields } from "./errors/base.ts";
export { FieldNotAdjustableError, FieldTooWideError, PolicyLoosensError } from "./errors/governance.ts";
export { type CheckResult, check } from "./guard/check.ts";
export { checkPortfolio, type Exposure, type PortfolioCheckResult } from "./guard/checkPortfolio.ts";
export {
  LIMITS,
  type Limit,
  MODES,
  type Mode,
  ORACLE_STATUSES,
  type OracleStatus,
  POLICY_FIELDS,
  type PolicyField,
  SELF_LIMIT_FIELDS,
  type SelfLimitField,
} from "./guard/enums.ts";
export {
  type ExplainOptions,
  type Explanation,
  explain,
  explainPortfolio,
  type LimitExplanation,
  type PortfolioExplanation,
} from "./guard/explain.ts";
export {
  deleverageBounty,
  deleverageStep,
  type ForcedState,
  forcedLimit,
  forcedSize,
  survivable,
} from "./guard/forcedReduction.ts";
export { formatPercent, formatWad } from "./guard/format.ts";
export { type MaxSizeOptions, type MaxSizeResult, maxSize, type SizeIntent } from "./guard/maxSize.ts";
export { type Holding, maxWithdraw } from "./guard/maxWithdraw.ts";
export { decodePolicy, encodePolicy, type Policy, type PolicyWords, requirePolicyInRange } from "./guard/policy.ts";
export { ADJUSTABLE_FIELDS, type AdjustableField, decodeField, getField, setField } from "./guard/policyFields.ts";
export { requireTighter } from "./guard/policyOrder.ts";
export {
  type SanityCase,
  type SanityPreview,
  type SanityQuestion,
  type SanityWarning,
  sanityPreview,
} from "./guard/sanityPreview.ts";
export { decodeSelfLimit, encodeSelfLimit, type KellyRule, requireSelfLimit, type SelfLimit } from "./guard/selfLimit.ts";
export { type AccountState, carry, type MarketState, type Position, reducesRisk, type Verdict } from "./guard/sizing.ts";
export {
  createSnapshot,
  type FeedFault,
  type GuardSnapshot,
  type MeterWords,
  type Round,
  type RoundData,
  type SnapshotInput,
  toFault,
  toRound,
  volatilityParameters,
} from "./guard/snapshot.ts";
