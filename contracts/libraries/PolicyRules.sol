// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISizingGuard, Limit, Mode, PolicyField, PolicyWords} from "../interfaces/ISizingGuard.sol";
import {IVolatilityOracle} from "../interfaces/IVolatilityOracle.sol";
import {FeedReader} from "../oracle/FeedReader.sol";
import {ExtendedPolicyLibrary} from "../types/ExtendedPolicy.sol";
import {FeedPolicy, FeedPolicyLibrary} from "../types/FeedPolicy.sol";
import {PortfolioPolicyLibrary} from "../types/PortfolioPolicy.sol";
import {RiskPolicyLibrary} from "../types/RiskPolicy.sol";
import {VariancePolicyLibrary} from "../types/VariancePolicy.sol";
import {SizingMath} from "./SizingMath.sol";

/// @title PolicyRules
/// @notice What a policy must be before a guard stores it: every field in its range, the feed alive, enough limits active.
/// @dev Mirror: `sdk/src/guard/policy.ts`. Values in errors are in the units of the words, as the caller wrote them.
library PolicyRules {
    uint256 internal constant ONE = 10_000;
    uint256 internal constant MAX_BETA_STRESS = 100;
    uint256 internal constant MAX_EXPONENT = 40;
    uint256 internal constant MAX_FEED_FLAGS = 7;
    uint256 internal constant MAX_POWER = 3;
    uint256 internal constant SUPPORTED = (1 << uint256(Limit.Volatility)) | (1 << uint256(Limit.Collateral))
        | (1 << uint256(Limit.Margin)) | (1 << uint256(Limit.Liquidity)) | (1 << uint256(Limit.OpenInterest))
        | (1 << uint256(Limit.Skew)) | (1 << uint256(Limit.Concentration)) | (1 << uint256(Limit.SelfLimit))
        | (1 << uint256(Limit.Portfolio)) | (1 << uint256(Limit.Growth)) | (1 << uint256(Limit.Drawdown));

    /// @notice Reverts with the first thing that is wrong.
    /// @dev `ZeroAddress`, `FeedUnusable`, `FeedDecimalsOutOfRange`, `FeedDecimalsMismatch`, `PolicyOutOfRange`,
    /// `LimitNotSupported`, `PolicyIncomplete`.
    function requireValid(bytes32 market, PolicyWords memory words) internal view {
        FeedPolicy feed = FeedPolicy.wrap(words.feedPolicy);
        if (feed.feed() == address(0)) revert ISizingGuard.ZeroAddress();
        requireFeed(feed);
        requireInRange(market, words);
    }

    /// @notice The part that needs no chain.
    function requireInRange(bytes32 market, PolicyWords memory words) internal pure {
        FeedPolicy feed = FeedPolicy.wrap(words.feedPolicy);
        if (feed.feed() == address(0)) revert ISizingGuard.ZeroAddress();
        _requireFeedPolicy(market, feed);
        _requireLimits(market, feed);
        uint256 active = feed.active();
        _requireAccountFields(market, active, words.riskPolicy);
        _requireMarketFields(market, active, words.riskPolicy);
        _requireDepthFields(market, active, feed.usesImpact() ? 1 : 0, words.extendedPolicy);
        _requireMeterFields(market, active, words.extendedPolicy);
        _requirePortfolioFields(market, active, words.portfolioPolicy);
        _requireCapFields(market, words.portfolioPolicy);
        _requireVarianceFields(market, feed, words.variancePolicy);
    }

    /// @notice The feed answers, and says the decimals the policy says.
    function requireFeed(FeedPolicy policy) internal view {
        address feed = policy.feed();
        (bool ok, uint256 decimals) = FeedReader.decimalsOf(feed);
        if (!ok) revert IVolatilityOracle.FeedUnusable(feed);
        if (decimals > FeedReader.MAX_DECIMALS) {
            revert ISizingGuard.FeedDecimalsOutOfRange(feed, decimals, FeedReader.MAX_DECIMALS);
        }
        if (decimals != policy.feedDecimals()) {
            revert ISizingGuard.FeedDecimalsMismatch(feed, decimals, policy.feedDecimals());
        }
    }

    function _requireFeedPolicy(bytes32 market, FeedPolicy feed) private pure {
        uint256 word = FeedPolicy.unwrap(feed);
        uint256 heartbeat = uint16(word >> FeedPolicyLibrary.HEARTBEAT);
        uint256 decimals = uint8(word >> FeedPolicyLibrary.FEED_DECIMALS);
        _requireRange(market, PolicyField.FeedDecimals, decimals, 0, FeedReader.MAX_DECIMALS);
        _requireRange(market, PolicyField.Mode, uint8(word >> FeedPolicyLibrary.MODE), 0, uint256(type(Mode).max));
        _requireRange(market, PolicyField.Heartbeat, heartbeat, 1, type(uint16).max - 1);
        uint256 maxAge = uint16(word >> FeedPolicyLibrary.MAX_AGE);
        _requireRange(market, PolicyField.MaxAge, maxAge, heartbeat + 1, type(uint16).max);
        uint256 floor = uint16(word >> FeedPolicyLibrary.VOLATILITY_FLOOR);
        _requireRange(market, PolicyField.VolatilityFloor, floor, 1, type(uint16).max);
        _requireRange(market, PolicyField.Flags, word >> FeedPolicyLibrary.FLAGS, 0, MAX_FEED_FLAGS);
    }

    function _requireLimits(bytes32 market, FeedPolicy feed) private pure {
        uint256 unsupported = feed.active() & ~SUPPORTED;
        for (uint256 i = 0; unsupported != 0; ++i) {
            if (unsupported & (1 << i) != 0) revert ISizingGuard.LimitNotSupported(market, Limit(i));
        }
        bool complete = feed.active() & SizingMath.ACCOUNT_LIMITS != 0
            && feed.active() & (1 << uint256(Limit.OpenInterest)) != 0;
        if (SizingMath.judges(feed) && !complete) revert ISizingGuard.PolicyIncomplete(market, feed.active());
    }

    function _requireAccountFields(bytes32 market, uint256 active, uint256 risk) private pure {
        _requireRatio(market, PolicyField.Tail, risk >> RiskPolicyLibrary.TAIL, ONE, type(uint16).max);
        _requireRange(market, PolicyField.Horizon, risk >> RiskPolicyLibrary.HORIZON, 1, type(uint24).max);
        uint256 least = _least(active, Limit.Volatility);
        _requireRatio(market, PolicyField.RiskBudget, risk >> RiskPolicyLibrary.RISK_BUDGET, least, ONE);
        uint256 maintenance = risk >> RiskPolicyLibrary.MAINTENANCE_AND_PENALTY;
        _requireRatio(market, PolicyField.MaintenanceAndPenalty, maintenance, 0, ONE);
        _requireRatio(market, PolicyField.ExitFee, risk >> RiskPolicyLibrary.EXIT_FEE, 0, ONE);
        least = _least(active, Limit.Margin);
        _requireRatio(market, PolicyField.BaseMargin, risk >> RiskPolicyLibrary.BASE_MARGIN, least, ONE);
        uint256 full = risk >> RiskPolicyLibrary.FULL_MARGIN_OPEN_INTEREST;
        _requireAmount(market, PolicyField.FullMarginOpenInterest, full, least);
    }

    function _requireMarketFields(bytes32 market, uint256 active, uint256 risk) private pure {
        uint256 least = _least(active, Limit.OpenInterest);
        uint256 mantissa = uint32(risk >> RiskPolicyLibrary.OPEN_INTEREST_MANTISSA);
        _requireRange(market, PolicyField.OpenInterestMantissa, mantissa, least, type(uint32).max);
        uint256 exponent = uint8(risk >> RiskPolicyLibrary.OPEN_INTEREST_EXPONENT);
        _requireRange(market, PolicyField.OpenInterestExponent, exponent, 0, MAX_EXPONENT);
        uint256 move = risk >> RiskPolicyLibrary.REFERENCE_MOVE;
        _requireRatio(market, PolicyField.ReferenceMove, move, least, type(uint16).max);
        least = _least(active, Limit.Liquidity);
        _requireAmount(market, PolicyField.LiquidityCap, risk >> RiskPolicyLibrary.LIQUIDITY_CAP, least);
        least = _least(active, Limit.Concentration);
        uint256 share = risk >> RiskPolicyLibrary.CONCENTRATION_SHARE;
        _requireRatio(market, PolicyField.ConcentrationShare, share, least, ONE);
    }

    /// @param impact the flag
    function _requireDepthFields(bytes32 market, uint256 active, uint256 impact, uint256 word) private pure {
        _requireAmount(market, PolicyField.DailyVolume, word >> ExtendedPolicyLibrary.DAILY_VOLUME, impact);
        _requireRatio(market, PolicyField.MaxSlippage, word >> ExtendedPolicyLibrary.MAX_SLIPPAGE, impact, ONE);
        uint256 coefficient = word >> ExtendedPolicyLibrary.IMPACT_COEFFICIENT;
        _requireRatio(market, PolicyField.ImpactCoefficient, coefficient, impact, type(uint16).max);
        uint256 skew = word >> ExtendedPolicyLibrary.MAX_SKEW;
        uint256 least = _least(active, Limit.Skew);
        _requireRange(market, PolicyField.MaxSkewMantissa, uint32(skew), least, type(uint32).max);
        uint256 exponent = uint8(skew >> ExtendedPolicyLibrary.EXPONENT);
        _requireRange(market, PolicyField.MaxSkewExponent, exponent, 0, MAX_EXPONENT);
    }

    function _requireMeterFields(bytes32 market, uint256 active, uint256 word) private pure {
        uint256 capacity = word >> ExtendedPolicyLibrary.GROWTH_CAPACITY;
        uint256 least = _least(active, Limit.Growth);
        _requireRange(market, PolicyField.GrowthCapacityMantissa, uint32(capacity), least, type(uint32).max);
        uint256 exponent = uint8(capacity >> ExtendedPolicyLibrary.EXPONENT);
        _requireRange(market, PolicyField.GrowthCapacityExponent, exponent, 0, MAX_EXPONENT);
        uint256 period = uint24(word >> ExtendedPolicyLibrary.GROWTH_PERIOD);
        _requireRange(market, PolicyField.GrowthPeriod, period, least, type(uint24).max);
        least = _least(active, Limit.Drawdown);
        _requireRatio(market, PolicyField.MaxDrawdown, word >> ExtendedPolicyLibrary.MAX_DRAWDOWN, least, ONE);
        uint256 power = uint8(word >> ExtendedPolicyLibrary.DRAWDOWN_POWER);
        _requireRange(market, PolicyField.DrawdownPower, power, least, MAX_POWER);
        _requireRange(market, PolicyField.ExtendedSpare, word >> ExtendedPolicyLibrary.SPARE, 0, 0);
    }

    function _requirePortfolioFields(bytes32 market, uint256 active, uint256 word) private pure {
        uint256 flags = uint16(word >> PortfolioPolicyLibrary.FLAGS);
        _requireRange(market, PolicyField.PortfolioFlags, flags, 0, PortfolioPolicyLibrary.ALL_FLAGS);
        _requireBetaFields(market, flags, word);
        uint256 least = _least(active, Limit.Portfolio);
        uint256 budget = word >> PortfolioPolicyLibrary.RISK_BUDGET;
        _requireRatio(market, PolicyField.PortfolioBudget, budget, least, type(uint16).max);
        uint256 tail = word >> PortfolioPolicyLibrary.TAIL;
        _requireRatio(market, PolicyField.PortfolioTail, tail, least * ONE, type(uint16).max);
        uint256 horizon = uint24(word >> PortfolioPolicyLibrary.HORIZON);
        _requireRange(market, PolicyField.PortfolioHorizon, horizon, least, type(uint24).max);
        _requireRatio(market, PolicyField.Netting, word >> PortfolioPolicyLibrary.NETTING, 0, ONE);
        _requireRatio(market, PolicyField.VolDown, word >> PortfolioPolicyLibrary.VOL_DOWN, 0, type(uint16).max);
        _requireRatio(market, PolicyField.VolUp, word >> PortfolioPolicyLibrary.VOL_UP, 0, type(uint16).max);
        least = _flag(flags, PortfolioPolicyLibrary.CAPS_RISK_SHARE);
        _requireRatio(market, PolicyField.MaxRiskShare, word >> PortfolioPolicyLibrary.MAX_RISK_SHARE, least, ONE);
    }

    /// @dev The common factor is for what has no Greeks of its own, in markets whose beta is known.
    function _requireBetaFields(bytes32 market, uint256 flags, uint256 word) private pure {
        if (flags & PortfolioPolicyLibrary.USES_FACTOR != 0) {
            uint256 proper = (flags | PortfolioPolicyLibrary.HAS_BETA) & ~PortfolioPolicyLibrary.HAS_GREEKS;
            _requireRange(market, PolicyField.PortfolioFlags, flags, proper, proper);
        }
        uint256 least = _flag(flags, PortfolioPolicyLibrary.BETA_IS_NEGATIVE);
        _requireRatio(market, PolicyField.Beta, word >> PortfolioPolicyLibrary.BETA, least, ONE);
        uint256 stress = word >> PortfolioPolicyLibrary.BETA_STRESS;
        _requireRange(market, PolicyField.BetaStress, stress, 0, MAX_BETA_STRESS);
    }

    function _requireCapFields(bytes32 market, uint256 word) private pure {
        uint256 flags = uint16(word >> PortfolioPolicyLibrary.FLAGS);
        uint256 least = _flag(flags, PortfolioPolicyLibrary.CAPS_DELTA);
        _requireCap(market, PolicyField.DeltaCapMantissa, word >> PortfolioPolicyLibrary.DELTA_CAP, least);
        least = _flag(flags, PortfolioPolicyLibrary.CAPS_GAMMA);
        _requireCap(market, PolicyField.GammaCapMantissa, word >> PortfolioPolicyLibrary.GAMMA_CAP, least);
        least = _flag(flags, PortfolioPolicyLibrary.CAPS_VEGA);
        _requireCap(market, PolicyField.VegaCapMantissa, word >> PortfolioPolicyLibrary.VEGA_CAP, least);
    }

    /// @dev What is pushed counts only from a source, and no further than some volatility.
    function _requireVarianceFields(bytes32 market, FeedPolicy feed, uint256 word) private pure {
        uint256 least = feed.usesPushedVariance() ? 1 : 0;
        _requireRange(market, PolicyField.VarianceSource, uint160(word), least, type(uint160).max);
        _requireRatio(market, PolicyField.MaxVolatility, word >> VariancePolicyLibrary.MAX_VOLATILITY, least, type(uint16).max);
        _requireRange(market, PolicyField.VarianceSpare, word >> VariancePolicyLibrary.SPARE, 0, 0);
    }

    /// @dev The lowest 32 bits, mantissa and exponent; the exponent's field follows the mantissa's.
    function _requireCap(bytes32 market, PolicyField mantissa, uint256 bits, uint256 minimum) private pure {
        _requireRange(market, mantissa, uint24(bits), minimum, type(uint24).max);
        uint256 exponent = uint8(bits >> PortfolioPolicyLibrary.EXPONENT);
        _requireRange(market, PolicyField(uint8(mantissa) + 1), exponent, 0, MAX_EXPONENT);
    }

    /// @dev 1 where the flag is set.
    function _flag(uint256 flags, uint256 mask) private pure returns (uint256) {
        return flags & mask == 0 ? 0 : 1;
    }

    /// @dev The lowest 16 bits.
    function _requireRatio(bytes32 market, PolicyField field, uint256 bits, uint256 minimum, uint256 maximum) private pure {
        _requireRange(market, field, uint16(bits), minimum, maximum);
    }

    /// @dev The lowest 40 bits.
    function _requireAmount(bytes32 market, PolicyField field, uint256 bits, uint256 minimum) private pure {
        _requireRange(market, field, uint40(bits), minimum, type(uint40).max);
    }

    /// @dev A parameter of an active limit must not be zero; of an inactive one it may.
    function _least(uint256 active, Limit limit) private pure returns (uint256) {
        return (active >> uint256(limit)) & 1;
    }

    function _requireRange(bytes32 market, PolicyField field, uint256 value, uint256 minimum, uint256 maximum)
        private
        pure
    {
        if (value < minimum || value > maximum) {
            revert ISizingGuard.PolicyOutOfRange(market, field, value, minimum, maximum);
        }
    }
}
