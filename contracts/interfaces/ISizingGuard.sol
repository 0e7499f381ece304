// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {IVolatilityOracle} from "./IVolatilityOracle.sol";

/// @notice What a guard does with its verdicts. The zero value is the safe one.
enum Mode {
    ReduceOnly,
    Enforce,
    Shadow,
    Off
}

/// @notice What a feed's latest answer is worth. Below `Uncertain` no risk may be added.
enum OracleStatus {
    Invalid,
    SequencerDown,
    Stale,
    Deviating,
    Uncertain,
    Aging,
    Valid
}

/// @notice Which limit binds. A policy's `active` bit i switches on the limit with value i.
enum Limit {
    None,
    Oracle,
    Mode,
    Volatility,
    Collateral,
    Margin,
    CollateralRatio,
    Liquidity,
    OpenInterest,
    Skew,
    Concentration,
    SelfLimit,
    Portfolio,
    Growth,
    Drawdown,
    System
}

/// @notice Fields of a policy, as `PolicyOutOfRange` names them; the last three only `PolicyLoosens` does.
enum PolicyField {
    FeedDecimals,
    Mode,
    Heartbeat,
    MaxAge,
    VolatilityFloor,
    MaxConfidence,
    Flags,
    Tail,
    RiskBudget,
    MaintenanceAndPenalty,
    ExitFee,
    BaseMargin,
    FullMarginOpenInterest,
    OpenInterestMantissa,
    OpenInterestExponent,
    ReferenceMove,
    Horizon,
    LiquidityCap,
    ConcentrationShare,
    DailyVolume,
    MaxSlippage,
    ImpactCoefficient,
    MaxSkewMantissa,
    MaxSkewExponent,
    GrowthCapacityMantissa,
    GrowthCapacityExponent,
    GrowthPeriod,
    MaxDrawdown,
    DrawdownPower,
    ExtendedSpare,
    PortfolioFlags,
    PortfolioBudget,
    PortfolioTail,
    PortfolioHorizon,
    Netting,
    VolDown,
    VolUp,
    MaxRiskShare,
    DeltaCapMantissa,
    DeltaCapExponent,
    GammaCapMantissa,
    GammaCapExponent,
    VegaCapMantissa,
    VegaCapExponent,
    Beta,
    BetaStress,
    VarianceSource,
    MaxVolatility,
    VarianceSpare,
    PeakHalfLife,
    Feed,
    Active
}

/// @notice A market's policy as it is stored (layouts: FeedPolicy.sol, RiskPolicy.sol, ExtendedPolicy.sol,
/// PortfolioPolicy.sol, VariancePolicy.sol).
struct PolicyWords {
    uint256 feedPolicy;
    uint256 riskPolicy;
    uint256 extendedPolicy;
    uint256 portfolioPolicy;
    uint256 variancePolicy;
}

/// @notice What a guard remembers of a market and of one account in it, as it is stored.
struct MeterWords {
    /// Of the pool on the other side (layout: PoolMeter.sol); 0 before Concentration first saw it.
    uint256 pool;
    /// How much the long side grew lately (layout: GrowthMeter.sol); 0 before Growth first saw it.
    uint256 longGrowth;
    /// The same for the short side.
    uint256 shortGrowth;
    /// The account's high-water mark (layout: HighWaterMark.sol); 0 before Drawdown first saw it.
    uint256 highWaterMark;
    /// What the account allows itself (layout: SelfLimit.sol); 0 where it never said.
    uint256 selfLimit;
    /// What others say of the market's variance (layout: PushedVariance.sol); 0 before `sync` first asked.
    uint256 pushedVariance;
}

/// @notice Fields of a self limit, as `SelfLimitOutOfRange` names them.
enum SelfLimitField {
    Rules,
    Fraction,
    Probability,
    Odds,
    Expiry,
    Spare
}

/// @notice One account's position in one market, as the protocol states it. Everything is post-action, unless it says otherwise.
/// Sizes are base WAD, long positive; money is quote WAD.
struct Position {
    /// The risk owner the protocol names; sub-accounts share it.
    address account;
    /// What backs this market: collateral plus realised PnL minus unrealised losses. Unrealised profit counts zero.
    int256 equity;
    /// Collateral put in (positive) or taken out (negative) by this action, payouts included. Fees are no flow.
    int256 flow;
    /// Net size before the action.
    int256 sizeBefore;
    /// Net size after the action.
    int256 sizeAfter;
    /// Open interest without this account on the side of `sizeAfter`.
    uint256 sameSideOthers;
    /// Open interest without this account on the other side.
    uint256 oppositeOthers;
    /// Equity of the pool that is the other side of the trade, where there is one.
    uint256 poolEquity;
}

/// @notice What an account of several markets holds in one of them, after the action, quote WAD.
/// @dev A perpetual has delta only: its signed notional.
struct Exposure {
    bytes32 market;
    /// ∂V/∂S·S.
    int256 delta;
    /// ∂²V/∂S²·S².
    int256 gamma;
    /// Per 1.00 of volatility.
    int256 vega;
    /// Per day; only a loss counts.
    int256 theta;
}

/// @notice What the whole portfolio says of an action, quote WAD.
struct Assessment {
    /// Largest notional this position may have beside the others, rounded down.
    uint256 limit;
    /// Of the portfolio in the worst scenario after the action, rounded up; where it can't be measured 0 for a reduction,
    /// which passes, and 2^256 − 1 for everything else.
    uint256 loss;
    /// What that may be: the risk budget, or the loss there was where no collateral leaves.
    uint256 allowedLoss;
}

/// @notice The guard's answer, and why.
struct Verdict {
    /// Whether `enforce` lets the action stand. In Shadow it always does: see `maxSize`.
    bool allowed;
    /// The limit that binds, whether or not it is exceeded.
    Limit limit;
    /// Largest size this action may leave: `limitSize`, or the size that was there already where it only shrank. Base WAD.
    uint256 maxSize;
    /// Largest size the limits allow a new position of the same account, base WAD; 2^256 − 1 if none binds.
    uint256 limitSize;
    /// WAD quote per base; 0 where the feed was not read or not usable.
    uint256 price;
    /// Variance the answer is based on, WAD per year; 0 where the feed was not read or not usable.
    uint256 variance;
    OracleStatus status;
}

/// @title SizingGuard: the largest position an account may hold, and a refusal of what exceeds it
/// @notice Risk that does not grow is never refused: |size| not growing on its side without collateral leaving, and leaving
/// when flat, pass before any feed, policy or role is looked at.
interface ISizingGuard is IVolatilityOracle {
    event PolicySet(bytes32 indexed market, PolicyWords words);
    /// @notice An account said what it allows itself (layout: SelfLimit.sol).
    event SelfLimitSet(bytes32 indexed market, address indexed account, uint256 selfLimit);
    /// @notice In Shadow: Enforce would have refused this action.
    event WouldReject(bytes32 indexed market, address indexed account, uint256 size, Verdict verdict);
    /// @notice In Shadow: Enforce would have refused this action for what the whole portfolio loses.
    event WouldRejectPortfolio(bytes32 indexed market, address indexed account, uint256 loss, uint256 allowedLoss);
    /// @notice The protocol reduced this account without asking: liquidation, deleveraging.
    event Recorded(bytes32 indexed market, address indexed account, int256 sizeBefore, int256 sizeAfter);

    /// @notice `size` is more than `limit` allows. Trade down to `maxSize`, or add collateral.
    error SizeExceeded(bytes32 market, address account, uint256 size, uint256 maxSize, Limit limit);
    /// @notice In the worst scenario the portfolio would lose more than it may. Reduce or hedge what loses there, or add
    /// collateral.
    error PortfolioLossExceeded(bytes32 market, address account, uint256 loss, uint256 allowedLoss);
    /// @notice The price cannot carry new risk. Wait for the feed, or reduce.
    error OracleRejected(bytes32 market, address account, OracleStatus status);
    /// @notice The limit moved below what the trader accepted. Ask again, and sign for the new limit.
    error LimitMoved(bytes32 market, address account, uint256 limitSize, uint256 minLimitSize);
    /// @notice The trader's deadline has passed. Sign again.
    error Expired(uint256 deadline, uint256 timestamp);
    /// @notice Only the protocol this guard was deployed for may ask it to enforce.
    error NotProtocol(address caller, address protocol);
    /// @notice `record` is for positions that do not grow. Use `enforce`.
    error SizeGrew(bytes32 market, address account, int256 sizeBefore, int256 sizeAfter);

    /// @notice An address that must be set is zero.
    error ZeroAddress();
    /// @notice `field`, in the units of its policy word, must be between `minimum` and `maximum`.
    error PolicyOutOfRange(bytes32 market, PolicyField field, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice The policy switches on a limit this guard does not have.
    error LimitNotSupported(bytes32 market, Limit limit);
    /// @notice A policy that judges needs OpenInterest and one of Volatility, Collateral, Margin.
    error PolicyIncomplete(bytes32 market, uint256 active);
    /// @notice `field` of a self limit, in the units of its word, must be between `minimum` and `maximum`.
    error SelfLimitOutOfRange(SelfLimitField field, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice Until it expires, a self limit only tightens: nothing in the new one may allow more than `current`, nor end
    /// sooner.
    error SelfLimitLoosens(bytes32 market, address account, uint256 current);
    /// @notice The feed's prices have more decimals than can be converted.
    error FeedDecimalsOutOfRange(address feed, uint256 decimals, uint256 maximum);
    /// @notice The policy declares other decimals than its feed.
    error FeedDecimalsMismatch(address feed, uint256 decimals, uint256 declared);

    /// @notice Lets the action stand, or reverts. Call it after the action's effects.
    /// @dev Only PROTOCOL. Reverts `SizeExceeded`, `OracleRejected` or `PolicyNotSet`. Stores
    /// the round it saw as an observation when it is the first, or the very next one within a heartbeat.
    function enforce(bytes32 market, Position calldata position) external;

    /// @notice `enforce`, with the trader's own bounds.
    /// @param minLimitSize the smallest limit the trader accepts, base WAD
    /// @param deadline seconds, unix: the last moment at which the trader wants the trade
    /// @dev Also reverts `LimitMoved` and `Expired`; neither can refuse what only reduces risk.
    function enforceBounded(bytes32 market, Position calldata position, uint256 minLimitSize, uint256 deadline) external;

    /// @notice `enforce` for an account that holds several markets: the limits of this one, and the portfolio's loss.
    /// @param position `equity` is the account's, less the initial margin of its other positions and orders
    /// @param others what the account holds in its other markets, after the action: at most 16, ids strictly ascending, each
    /// with Portfolio switched on. Where this market's positions have Greeks of their own, one more entry, this market's,
    /// states those of one long unit of size (1.0 base)
    /// @dev Only PROTOCOL. Also reverts `PortfolioLossExceeded`: a reduction only where it raises the loss above what the budget
    /// allows, and every other action where the loss is above it. With `others` out of order nothing may grow, and
    /// what shrinks passes unjudged; as it does where a feed fails.
    function enforcePortfolio(bytes32 market, Position calldata position, Exposure[] calldata others) external;

    /// @notice Tells the guard about a forced reduction. Reads no feed and refuses nothing that shrinks.
    /// @dev Only PROTOCOL. Reverts `SizeGrew`.
    function record(bytes32 market, Position calldata position) external;

    /// @notice What `enforce` would say now, and why. Never reverts for a market with a policy.
    /// @dev Reverts `PolicyNotSet` exactly where `enforce` would.
    function preview(bytes32 market, Position calldata position) external view returns (Verdict memory);

    /// @notice What `enforcePortfolio` would say now, and why.
    /// @dev Reverts `PolicyNotSet` exactly where `enforcePortfolio` would.
    function previewPortfolio(bytes32 market, Position calldata position, Exposure[] calldata others)
        external
        view
        returns (Verdict memory, Assessment memory);

    /// @notice Says what the caller allows itself in a market (layout: SelfLimit.sol). Only where the market's policy has
    /// SelfLimit switched on does it count.
    /// @dev Reverts `SelfLimitOutOfRange`, and `SelfLimitLoosens` while an earlier one has not expired.
    function setSelfLimit(bytes32 market, uint256 selfLimit) external;

    /// @notice Sets a market's policy. A change of feed restarts the market's volatility word from its conservative beginning.
    /// @dev Restricted by the AccessManager. Every field is range-checked.
    function setPolicy(bytes32 market, PolicyWords calldata words) external;

    /// @notice The policy words of a market; zeros if none was set.
    function policy(bytes32 market) external view returns (PolicyWords memory);

    /// @notice What the guard remembers of a market and of an account in it.
    function meters(bytes32 market, address account) external view returns (MeterWords memory);

    /// @notice The protocol this guard judges for.
    function PROTOCOL() external view returns (address);
}
