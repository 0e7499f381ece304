// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISizingGuard, Limit, Mode, PolicyField} from "../interfaces/ISizingGuard.sol";
import {IVolatilityOracle} from "../interfaces/IVolatilityOracle.sol";
import {FeedReader} from "../oracle/FeedReader.sol";
import {ExtendedPolicy, ExtendedPolicyLibrary} from "../types/ExtendedPolicy.sol";
import {FeedPolicy, FeedPolicyLibrary} from "../types/FeedPolicy.sol";
import {RiskPolicy, RiskPolicyLibrary} from "../types/RiskPolicy.sol";
import {SizingMath} from "./SizingMath.sol";

/// @title PolicyRules
/// @notice What a policy must be before a guard stores it: every field in its range, the feed alive, enough limits active.
/// @dev Mirror: `sdk/src/guard/policy.ts`. Values in errors are in the units of the words, as the caller wrote them.
library PolicyRules {
    uint256 internal constant ONE = 10_000;
    uint256 internal constant MAX_EXPONENT = 40;
    uint256 internal constant MAX_POWER = 3;
    uint256 internal constant SUPPORTED = (1 << uint256(Limit.Volatility)) | (1 << uint256(Limit.Collateral))
        | (1 << uint256(Limit.Margin)) | (1 << uint256(Limit.Liquidity)) | (1 << uint256(Limit.OpenInterest))
        | (1 << uint256(Limit.Skew)) | (1 << uint256(Limit.Concentration)) | (1 << uint256(Limit.SelfLimit))
        | (1 << uint256(Limit.Growth)) | (1 << uint256(Limit.Drawdown));

    /// @notice Reverts with the first thing that is wrong.
    /// @dev `ZeroAddress`, `FeedUnusable`, `FeedDecimalsOutOfRange`, `FeedDecimalsMismatch`, `PolicyOutOfRange`,
    /// `LimitNotSupported`, `PolicyIncomplete`.
    function requireValid(bytes32 market, FeedPolicy feed, RiskPolicy risk, ExtendedPolicy extended) internal view {
        if (feed.feed() == address(0)) revert ISizingGuard.ZeroAddress();
        requireFeed(feed);
        requireInRange(market, feed, risk, extended);
    }

    /// @notice The part that needs no chain.
    function requireInRange(bytes32 market, FeedPolicy feed, RiskPolicy risk, ExtendedPolicy extended) internal pure {
        if (feed.feed() == address(0)) revert ISizingGuard.ZeroAddress();
        _requireFeedPolicy(market, feed);
        _requireLimits(market, feed);
        _requireAccountFields(market, feed.active(), risk);
        _requireMarketFields(market, feed.active(), risk);
        _requireDepthFields(market, feed, extended);
        _requireMeterFields(market, feed.active(), extended);
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
        uint256 unit = FeedPolicyLibrary.TIME_UNIT;
        uint256 heartbeat = feed.heartbeat() / unit;
        _requireRange(market, PolicyField.FeedDecimals, feed.feedDecimals(), 0, FeedReader.MAX_DECIMALS);
        _requireRange(market, PolicyField.Mode, feed.mode(), 0, uint256(type(Mode).max));
        _requireRange(market, PolicyField.Heartbeat, heartbeat, 1, type(uint16).max - 1);
        _requireRange(market, PolicyField.MaxAge, feed.maxAge() / unit, heartbeat + 1, type(uint16).max);
        uint256 floor = feed.volatilityFloor() / FeedPolicyLibrary.RATIO_UNIT;
        _requireRange(market, PolicyField.VolatilityFloor, floor, 1, type(uint16).max);
        _requireRange(market, PolicyField.MaxConfidence, feed.maxConfidence(), 0, 0);
        _requireRange(market, PolicyField.Flags, feed.flags(), 0, 1);
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

    function _requireAccountFields(bytes32 market, uint256 active, RiskPolicy risk) private pure {
        uint256 unit = RiskPolicyLibrary.RATIO_UNIT;
        _requireRange(market, PolicyField.Tail, risk.tail() / unit, ONE, type(uint16).max);
        _requireRange(market, PolicyField.Horizon, risk.horizon(), 1, type(uint24).max);
        _requireRange(market, PolicyField.RiskBudget, risk.riskBudget() / unit, _least(active, Limit.Volatility), ONE);
        _requireRange(market, PolicyField.MaintenanceAndPenalty, risk.maintenanceAndPenalty() / unit, 0, ONE);
        _requireRange(market, PolicyField.ExitFee, risk.exitFee() / unit, 0, ONE);
        _requireRange(market, PolicyField.BaseMargin, risk.baseMargin() / unit, _least(active, Limit.Margin), ONE);
        _requireRange(
            market,
            PolicyField.FullMarginOpenInterest,
            risk.fullMarginOpenInterest() / RiskPolicyLibrary.QUOTE_UNIT,
            _least(active, Limit.Margin),
            type(uint40).max
        );
    }

    function _requireMarketFields(bytes32 market, uint256 active, RiskPolicy risk) private pure {
        uint256 unit = RiskPolicyLibrary.RATIO_UNIT;
        _requireRange(
            market,
            PolicyField.OpenInterestMantissa,
            risk.openInterestMantissa(),
            _least(active, Limit.OpenInterest),
            type(uint32).max
        );
        _requireRange(
            market, PolicyField.OpenInterestExponent, risk.openInterestExponent(), 0, MAX_EXPONENT
        );
        _requireRange(
            market,
            PolicyField.ReferenceMove,
            risk.referenceMove() / unit,
            _least(active, Limit.OpenInterest),
            type(uint16).max
        );
        _requireRange(
            market,
            PolicyField.LiquidityCap,
            risk.liquidityCap() / RiskPolicyLibrary.QUOTE_UNIT,
            _least(active, Limit.Liquidity),
            type(uint40).max
        );
        _requireRange(
            market,
            PolicyField.ConcentrationShare,
            risk.concentrationShare() / unit,
            _least(active, Limit.Concentration),
            ONE
        );
    }

    function _requireDepthFields(bytes32 market, FeedPolicy feed, ExtendedPolicy extended) private pure {
        uint256 unit = ExtendedPolicyLibrary.RATIO_UNIT;
        uint256 volume = extended.dailyVolume() / ExtendedPolicyLibrary.QUOTE_UNIT;
        // The one flag there is.
        uint256 impact = feed.flags();
        _requireRange(market, PolicyField.DailyVolume, volume, impact, type(uint40).max);
        _requireRange(market, PolicyField.MaxSlippage, extended.maxSlippage() / unit, impact, ONE);
        _requireRange(
            market, PolicyField.ImpactCoefficient, extended.impactCoefficient() / unit, impact, type(uint16).max
        );
        uint256 least = _least(feed.active(), Limit.Skew);
        _requireRange(market, PolicyField.MaxSkewMantissa, extended.maxSkewMantissa(), least, type(uint32).max);
        _requireRange(market, PolicyField.MaxSkewExponent, extended.maxSkewExponent(), 0, MAX_EXPONENT);
    }

    function _requireMeterFields(bytes32 market, uint256 active, ExtendedPolicy extended) private pure {
        uint256 least = _least(active, Limit.Growth);
        uint256 mantissa = extended.growthCapacityMantissa();
        _requireRange(market, PolicyField.GrowthCapacityMantissa, mantissa, least, type(uint32).max);
        _requireRange(market, PolicyField.GrowthCapacityExponent, extended.growthCapacityExponent(), 0, MAX_EXPONENT);
        _requireRange(market, PolicyField.GrowthPeriod, extended.growthPeriod(), least, type(uint24).max);
        least = _least(active, Limit.Drawdown);
        uint256 drawdown = extended.maxDrawdown() / ExtendedPolicyLibrary.RATIO_UNIT;
        _requireRange(market, PolicyField.MaxDrawdown, drawdown, least, ONE);
        _requireRange(market, PolicyField.DrawdownPower, extended.drawdownPower(), least, MAX_POWER);
        _requireRange(market, PolicyField.ExtendedSpare, extended.spare(), 0, 0);
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
