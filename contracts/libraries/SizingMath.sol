// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {Limit, Mode, OracleStatus, Position, Verdict} from "../interfaces/ISizingGuard.sol";
import {FeedPolicy} from "../types/FeedPolicy.sol";
import {RiskPolicy} from "../types/RiskPolicy.sol";
import {FixedPointMath, UNCAPPED, WAD} from "./FixedPointMath.sol";
import {VolatilityMath} from "./VolatilityMath.sol";
import {Binding} from "./limits/Binding.sol";
import {CollateralLimit} from "./limits/CollateralLimit.sol";
import {MarginLimit} from "./limits/MarginLimit.sol";
import {OpenInterestLimit} from "./limits/OpenInterestLimit.sol";
import {OracleScale} from "./limits/OracleScale.sol";
import {VolatilityLimit} from "./limits/VolatilityLimit.sol";

/// @notice What the market looks like at the moment of the question.
/// @param price WAD quote per base
/// @param variance WAD per year, to size by
/// @param age seconds since the feed wrote the price
struct MarketState {
    OracleStatus status;
    uint256 price;
    uint256 variance;
    uint256 age;
}

/// @title SizingMath
/// @notice The pure core: a position, the market and the policy in, a verdict out. No storage, no clock, no call.
/// @dev Mirror: `sdk/src/guard/sizing.ts`, function for function. Never reverts for a policy that passed its range
/// check: every quantity is clamped into the domain of the limits first, always to the tighter side.
library SizingMath {
    /// @dev Money beyond this is treated as this much (equity) or as too much (exposure): the domain of `marginLimit`.
    uint256 internal constant MAX_MONEY = (1 << 127) - 1;
    /// @dev Limits that measure an account's own equity.
    uint256 internal constant ACCOUNT_LIMITS = (1 << uint256(Limit.Volatility)) | (1 << uint256(Limit.Collateral))
        | (1 << uint256(Limit.Margin));

    /// @notice The size this action may always keep, base WAD: what was there before, unless collateral leaves or the side flips.
    function carry(Position calldata position) internal pure returns (uint256) {
        return position.flow < 0 || flips(position) ? 0 : SignedMath.abs(position.sizeBefore);
    }

    /// @notice Whether the action goes through zero: it opens what it closes.
    function flips(Position calldata position) internal pure returns (bool) {
        return (position.sizeBefore < 0 && position.sizeAfter > 0) || (position.sizeBefore > 0 && position.sizeAfter < 0);
    }

    /// @notice Whether the action adds no risk, so that nothing may refuse it.
    function reducesRisk(Position calldata position) internal pure returns (bool) {
        return position.sizeAfter == 0 || SignedMath.abs(position.sizeAfter) <= carry(position);
    }

    /// @notice Whether the mode looks at the market at all: Off allows and ReduceOnly refuses without, so neither depends on
    /// a feed.
    function judges(FeedPolicy feed) internal pure returns (bool) {
        return feed.mode() == uint256(Mode.Enforce) || feed.mode() == uint256(Mode.Shadow);
    }

    /// @notice The whole answer.
    function judge(FeedPolicy feed, RiskPolicy risk, Position calldata position, MarketState memory market)
        internal
        pure
        returns (Verdict memory verdict)
    {
        (verdict.limitSize, verdict.limit) = limitSize(feed, risk, position, market);
        verdict.maxSize = Math.max(carry(position), verdict.limitSize);
        verdict.allowed = feed.mode() == uint256(Mode.Shadow) || SignedMath.abs(position.sizeAfter) <= verdict.maxSize;
        verdict.price = market.price;
        verdict.variance = market.variance;
        verdict.status = market.status;
    }

    /// @notice The largest size the limits allow on the side of `sizeAfter`, base WAD, and the limit that says so.
    function limitSize(FeedPolicy feed, RiskPolicy risk, Position calldata position, MarketState memory market)
        internal
        pure
        returns (uint256, Limit)
    {
        if (feed.mode() == uint256(Mode.Off)) return (UNCAPPED, Limit.None);
        if (feed.mode() == uint256(Mode.ReduceOnly)) return (0, Limit.Mode);
        if (market.status < OracleStatus.Uncertain) return (0, Limit.Oracle);
        uint256 scale = OracleScale.oracleScale(market.age, feed.heartbeat(), feed.maxAge());
        if (scale == 0) return (0, Limit.Oracle);
        if (position.equity <= 0) return (0, firstAccountLimit(feed.active()));

        uint256 move = policyMove(risk, market);
        (uint256 notional, uint256 quoteIndex) =
            Binding.bind(quoteLimits(feed.active(), risk, position, market.price, move), scale);
        uint256 byQuote =
            notional == UNCAPPED ? UNCAPPED : FixedPointMath.mulDivDownSaturating(notional, WAD, market.price);
        uint256 byBase = Binding.applyScale(openInterest(feed.active(), risk, position, move), scale);
        if (byBase < byQuote) return (byBase, Limit.OpenInterest);
        if (byQuote == UNCAPPED) return (UNCAPPED, Limit.None);
        return (byQuote, Limit(uint256(Limit.Volatility) + quoteIndex));
    }

    /// @notice The account limit that is named when there is no equity to measure.
    function firstAccountLimit(uint256 active) internal pure returns (Limit) {
        if (isActive(active, Limit.Volatility)) return Limit.Volatility;
        if (isActive(active, Limit.Collateral)) return Limit.Collateral;
        return Limit.Margin;
    }

    /// @notice The adverse move of the log price that the policy asks to survive, rounded up, WAD: the older the price, the
    /// longer the horizon.
    function policyMove(RiskPolicy risk, MarketState memory market) internal pure returns (uint256) {
        return VolatilityMath.adverseMove(risk.tail(), market.variance, risk.horizon() + market.age);
    }

    /// @notice The limits in quote WAD before the oracle's scale, rounded down, in the order of the enum from `Volatility`
    /// on; an inactive one is not computed but uncapped. Equity must be above 0.
    function quoteLimits(
        uint256 active,
        RiskPolicy risk,
        Position calldata position,
        uint256 price,
        uint256 move
    ) internal pure returns (uint256[] memory limits) {
        uint256 equity = Math.min(uint256(position.equity), MAX_MONEY);
        bool isLong = position.sizeAfter >= 0;
        uint256 sideMove = isLong ? move : VolatilityMath.adverseMoveShort(move);
        limits = new uint256[](3);
        limits[0] = isActive(active, Limit.Volatility)
            ? VolatilityLimit.volatilityLimit(equity, risk.riskBudget(), sideMove)
            : UNCAPPED;
        limits[1] = isActive(active, Limit.Collateral) ? _collateral(risk, equity, sideMove, isLong) : UNCAPPED;
        limits[2] = isActive(active, Limit.Margin) ? _margin(risk, equity, position.sameSideOthers, price) : UNCAPPED;
    }

    /// @notice The limit in base WAD before the oracle's scale, rounded down; uncapped where it is inactive.
    function openInterest(uint256 active, RiskPolicy risk, Position calldata position, uint256 move)
        internal
        pure
        returns (uint256)
    {
        if (!isActive(active, Limit.OpenInterest)) return UNCAPPED;
        uint256 scale = OpenInterestLimit.openInterestScale(risk.referenceMove(), move);
        return OpenInterestLimit.openInterestLimit(scale, risk.openInterestCap(), position.sameSideOthers);
    }

    /// @notice Whether a policy's `active` switches this limit on.
    function isActive(uint256 active, Limit limit) internal pure returns (bool) {
        return (active >> uint256(limit)) & 1 == 1;
    }

    /// @dev A short's move that is itself uncapped leaves nothing, and would not fit the formula.
    function _collateral(RiskPolicy risk, uint256 equity, uint256 sideMove, bool isLong)
        private
        pure
        returns (uint256)
    {
        uint256 maintenance = risk.maintenanceAndPenalty();
        if (isLong) return CollateralLimit.collateralLimitLong(equity, sideMove, maintenance, 0, risk.exitFee());
        if (sideMove == UNCAPPED) return 0;
        return CollateralLimit.collateralLimitShort(equity, sideMove, maintenance, 0, risk.exitFee());
    }

    /// @dev Others' exposure is rounded up, and beyond the domain of the formula leaves nothing.
    function _margin(RiskPolicy risk, uint256 equity, uint256 sameSideOthers, uint256 price)
        private
        pure
        returns (uint256)
    {
        uint256 others = FixedPointMath.mulDivUpSaturating(sameSideOthers, price, WAD);
        if (others > MAX_MONEY) return 0;
        return MarginLimit.marginLimit(equity, others, risk.baseMargin(), risk.fullMarginOpenInterest());
    }
}
