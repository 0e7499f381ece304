// Twin: the enums of contracts/interfaces/ISizingGuard.sol, by name; a name's position is the value on chain.

/** What a guard does with its verdicts, in the order of the contracts' enum. The first is the safe one. */
export const MODES = ["ReduceOnly", "Enforce", "Shadow", "Off"] as const;

/** What a guard does with its verdicts. */
export type Mode = (typeof MODES)[number];

/** What a feed's latest answer is worth, in the order of the contracts' enum, the worst first. */
export const ORACLE_STATUSES = ["Invalid", "SequencerDown", "Stale", "Deviating", "Uncertain", "Aging", "Valid"] as const;

/** What a feed's latest answer is worth. Below `Uncertain` no risk may be added. */
export type OracleStatus = (typeof ORACLE_STATUSES)[number];

/** Every limit, in the order of the contracts' enum: ties between limits go to the earlier one. */
export const LIMITS = [
  "None",
  "Oracle",
  "Mode",
  "Volatility",
  "Collateral",
  "Margin",
  "CollateralRatio",
  "Liquidity",
  "OpenInterest",
  "Skew",
  "Concentration",
  "SelfLimit",
  "Portfolio",
  "Growth",
  "Drawdown",
  "System",
] as const;

/** A limit by its name. */
export type Limit = (typeof LIMITS)[number];

/** Fields of the policy words, in the order of the contracts' enum. */
export const POLICY_FIELDS = [
  "FeedDecimals",
  "Mode",
  "Heartbeat",
  "MaxAge",
  "VolatilityFloor",
  "MaxConfidence",
  "Flags",
  "Tail",
  "RiskBudget",
  "MaintenanceAndPenalty",
  "ExitFee",
  "BaseMargin",
  "FullMarginOpenInterest",
  "OpenInterestMantissa",
  "OpenInterestExponent",
  "ReferenceMove",
  "Horizon",
  "LiquidityCap",
  "ConcentrationShare",
  "DailyVolume",
  "MaxSlippage",
  "ImpactCoefficient",
  "MaxSkewMantissa",
  "MaxSkewExponent",
  "GrowthCapacityMantissa",
  "GrowthCapacityExponent",
  "GrowthPeriod",
  "MaxDrawdown",
  "DrawdownPower",
  "ExtendedSpare",
  "PortfolioFlags",
  "PortfolioBudget",
  "PortfolioTail",
  "PortfolioHorizon",
  "Netting",
  "VolDown",
  "VolUp",
  "MaxRiskShare",
  "DeltaCapMantissa",
  "DeltaCapExponent",
  "GammaCapMantissa",
  "GammaCapExponent",
  "VegaCapMantissa",
  "VegaCapExponent",
  "Beta",
  "BetaStress",
  "VarianceSource",
  "MaxVolatility",
  "VarianceSpare",
  "PeakHalfLife",
  "Feed",
  "Active",
] as const;

/** A field of the policy words, as `PolicyOutOfRange` and `PolicyLoosens` name it. */
export type PolicyField = (typeof POLICY_FIELDS)[number];

/** Fields of a self limit, in the order of the contracts' enum. */
export const SELF_LIMIT_FIELDS = ["Rules", "Fraction", "Probability", "Odds", "Expiry", "Spare"] as const;

/** A field of a self limit, as `SelfLimitOutOfRange` names it. */
export type SelfLimitField = (typeof SELF_LIMIT_FIELDS)[number];
