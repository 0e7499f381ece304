// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {Limit, Mode, OracleStatus, Position, Verdict} from "../interfaces/ISizingGuard.sol";
import {ExtendedPolicy} from "../types/ExtendedPolicy.sol";
import {FeedPolicy} from "../types/FeedPolicy.sol";
import {RiskPolicy} from "../types/RiskPolicy.sol";
import {SelfLimit, SelfLimitLibrary} from "../types/SelfLimit.sol";
import {FixedPointMath, UNCAPPED, WAD} from "./FixedPointMath.sol";
import {VolatilityMath} from "./VolatilityMath.sol";
import {Binding} from "./limits/Binding.sol";
import {CollateralLimit} from "./limits/CollateralLimit.sol";
import {ConcentrationLimit} from "./limits/ConcentrationLimit.sol";
import {KellyLimit} from "./limits/KellyLimit.sol";
import {LiquidityLimit} from "./limits/LiquidityLimit.sol";
import {MarginLimit} from "./limits/MarginLimit.sol";
import {OpenInterestLimit} from "./limits/OpenInterestLimit.sol";
import {OracleScale} from "./limits/OracleScale.sol";
import {SkewLimit} from "./limits/SkewLimit.sol";
import {VolatilityLimit} from "./limits/VolatilityLimit.sol";

/// @notice What the market looks like at the moment of the question.
/// @param price WAD quote per base, at the upper end of its confidence interval (`exposurePrice`)
/// @param variance WAD per year, to size by
/// @param age seconds since the feed wrote the price
/// @param confidence half that interval, WAD ratio of the feed's price
/// @param poolEquity the most of the pool to believe, quote WAD (`PoolMeter.seen`); for Concentration
struct MarketState {
    OracleStatus status;
    uint256 price;
    uint256 variance;
    uint256 age;
    uint256 poolEquity;
    uint256 confidence;
}

/// @notice What the meters say of the account and its side at the moment of the question.
/// @param growthHeadroom what the side may still grow by, base WAD (`PositionMeters.growthHeadroom`); for Growth
/// @param drawdownScale share of the limits the account still has, WAD (`PositionMeters.drawdownScale`); for Drawdown
/// @param selfLimit what the account allows itself, 0 where it expired; for SelfLimit
/// @param portfolioLimit what its other markets leave, quote WAD (`PortfolioRisk.assess`); for Portfolio. Who does not say what
/// it holds elsewhere may hold nothing here
struct AccountState {
    uint256 growthHeadroom;
    uint256 drawdownScale;
    SelfLimit selfLimit;
    uint256 portfolioLimit;
}

/// @notice What follows from policy and market alone.
/// @param scale share of the resources that counts, WAD (`marketScale`)
/// @param move the adverse move to survive, WAD (`policyMove`)
struct MarketTerms {
    uint256 scale;
    uint256 move;
}

/// @title SizingMath
/// @notice The pure core: a position, the market and the policy in, a verdict out. No storage, no clock, no call.
/// @dev Mirror: `sdk/src/guard/sizing.ts`. There the limits are a list; here each is compared as soon as it is computed,
/// which saves an array. Never reverts for a policy that passed its range
/// check: every quantity is clamped into the domain of the limits first, always to the tighter side.
library SizingMath {
    /// @dev Money beyond this is treated as this much (equity) or as too much (exposure): the domain of `marginLimit`.
    uint256 internal constant MAX_MONEY = (1 << 127) - 1;
    uint256 private constant MAX_PRICE = uint256(type(int256).max);
    /// @dev Limits that measure an account's own equity.
    uint256 internal constant ACCOUNT_LIMITS = (1 << uint256(Limit.Volatility)) | (1 << uint256(Limit.Collateral))
        | (1 << uint256(Limit.Margin));
    /// @dev Limits that measure what others hold on the same side, in quote.
    uint256 internal constant SIDE_LIMITS = (1 << uint256(Limit.Margin)) | (1 << uint256(Limit.Liquidity));

    /// @dev Limits for which the guard keeps something of the account.
    uint256 internal constant ACCOUNT_METERS = (1 << uint256(Limit.SelfLimit)) | (1 << uint256(Limit.Drawdown));
    /// @dev Limits that need an `AccountState`.
    uint256 internal constant MEASURED_LIMITS = ACCOUNT_METERS | (1 << uint256(Limit.Growth));
    /// @dev Limits whose parameters stand in the third policy word.
    uint256 internal constant EXTENDED_LIMITS = (1 << uint256(Limit.Skew)) | (1 << uint256(Limit.Growth))
        | (1 << uint256(Limit.Drawdown));

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
    function judge(
        FeedPolicy feed,
        RiskPolicy risk,
        ExtendedPolicy extended,
        Position calldata position,
        MarketState memory market,
        AccountState memory account
    ) internal pure returns (Verdict memory) {
        (uint256 size, Limit limit) = limitSize(feed, risk, extended, position, market, account);
        return verdict(feed, position, market, size, limit, growthSize(feed, position, account));
    }

    /// @notice What follows for the action from the largest size the limits allow, the limit that says so, and the size the
    /// side may grow to.
    function verdict(
        FeedPolicy feed,
        Position calldata position,
        MarketState memory market,
        uint256 size,
        Limit limit,
        uint256 grown
    ) internal pure returns (Verdict memory) {
        uint256 maxSize = Math.max(carry(position), Math.min(size, grown));
        return Verdict({
            allowed: feed.mode() == uint256(Mode.Shadow) || SignedMath.abs(position.sizeAfter) <= maxSize,
            limit: grown < size ? Limit.Growth : limit,
            maxSize: maxSize,
            limitSize: size,
            price: market.price,
            variance: market.variance,
            status: market.status
        });
    }

    /// @notice The size the account may grow to while its side keeps to GrowthLimit, base WAD; uncapped where nobody asks.
    /// @dev Beside the limits and not one of them: it is an increment, whatever the account already holds.
    function growthSize(FeedPolicy feed, Position calldata position, AccountState memory account)
        internal
        pure
        returns (uint256)
    {
        if (!isActive(feed.active(), Limit.Growth) || !judges(feed)) return UNCAPPED;
        uint256 kept = flips(position) ? 0 : SignedMath.abs(position.sizeBefore);
        return Math.saturatingAdd(kept, account.growthHeadroom);
    }

    /// @notice The largest size the limits allow on the side of `sizeAfter`, base WAD, and the limit that says so.
    function limitSize(
        FeedPolicy feed,
        RiskPolicy risk,
        ExtendedPolicy extended,
        Position calldata position,
        MarketState memory market,
        AccountState memory account
    ) internal pure returns (uint256, Limit) {
        if (feed.mode() == uint256(Mode.Off)) return (UNCAPPED, Limit.None);
        if (feed.mode() == uint256(Mode.ReduceOnly)) return (0, Limit.Mode);
        if (market.status < OracleStatus.Uncertain) return (0, Limit.Oracle);
        MarketTerms memory terms;
        terms.scale = marketScale(feed, market);
        if (terms.scale == 0) return (0, Limit.Oracle);
        if (position.equity <= 0) return (0, firstAccountLimit(feed.active()));
        uint256 share = accountScale(feed.active(), account);
        if (share == 0) return (0, Limit.Drawdown);
        terms.move = policyMove(risk, market);
        (uint256 size, Limit limit) = _smallest(feed, risk, extended, position, market, account, terms);
        return size == UNCAPPED ? (UNCAPPED, Limit.None) : (Binding.applyScale(size, share), limit);
    }

    /// @notice The account limit that is named when there is no equity to measure.
    function firstAccountLimit(uint256 active) internal pure returns (Limit) {
        if (isActive(active, Limit.Volatility)) return Limit.Volatility;
        if (isActive(active, Limit.Collateral)) return Limit.Collateral;
        return Limit.Margin;
    }

    /// @notice Share of the limits that the account's own discipline leaves it, WAD.
    function accountScale(uint256 active, AccountState memory account) internal pure returns (uint256) {
        return isActive(active, Limit.Drawdown) ? account.drawdownScale : WAD;
    }

    /// @notice Share of what limits are measured in, equity, margin schedule and open-interest cap, that counts now, WAD.
    /// @dev Not a share of the result: what is left beside others' open interest would then be scaled anew for every
    /// account, and together they could have more than one.
    function marketScale(FeedPolicy feed, MarketState memory market) internal pure returns (uint256) {
        return oracleScale(feed, market.age, market.confidence);
    }

    /// @notice What the age of a price and the doubt about it leave of everything, WAD: the smaller of both scales. Doubt counts
    /// from half of what the policy accepts.
    function oracleScale(FeedPolicy feed, uint256 age, uint256 confidence) internal pure returns (uint256) {
        uint256 scale = OracleScale.oracleScale(age, feed.heartbeat(), feed.maxAge());
        if (!feed.hasConfidence()) return scale;
        uint256 most = feed.maxConfidence();
        return Math.min(scale, OracleScale.oracleScale(confidence, most / 2, most));
    }

    /// @notice What a price of this age and doubt is worth.
    function oracleStatus(FeedPolicy feed, uint256 age, uint256 confidence) internal pure returns (OracleStatus) {
        if (age >= feed.maxAge()) return OracleStatus.Stale;
        if (feed.hasConfidence() && confidence > feed.maxConfidence() / 2) return OracleStatus.Uncertain;
        return age > feed.heartbeat() ? OracleStatus.Aging : OracleStatus.Valid;
    }

    /// @notice The price exposure is valued at: ⌈price·(W + confidence) / W⌉, WAD; 2^255 − 1 where it does not fit that.
    /// @param price at most 2^255 − 1
    function exposurePrice(uint256 price, uint256 confidence) internal pure returns (uint256) {
        if (confidence == 0) return price;
        uint256 most = FixedPointMath.mulDivUpSaturating(price, Math.saturatingAdd(WAD, confidence), WAD);
        return Math.min(most, MAX_PRICE);
    }

    /// @notice The adverse move of the log price that the policy asks to survive, rounded up, WAD: the older the price, the
    /// longer the horizon; what the feed does not know of it on top.
    function policyMove(RiskPolicy risk, MarketState memory market) internal pure returns (uint256) {
        unchecked {
            // 24 bits, and an age and a confidence that `marketScale` left something of: below 2^20 and 2^58.
            return VolatilityMath.adverseMove(risk.tail(), market.variance, risk.horizon() + market.age) + market.confidence;
        }
    }

    /// @notice What a position's side loses by `move`, per unit of notional, WAD; `UNCAPPED` where no size survives it.
    function sideMove(Position calldata position, uint256 move) internal pure returns (uint256) {
        return isLong(position) ? move : VolatilityMath.adverseMoveShort(move);
    }

    /// @notice Equity that counts, quote WAD. It must be above 0.
    function scaledEquity(Position calldata position, uint256 scale) internal pure returns (uint256) {
        return Binding.applyScale(Math.min(uint256(position.equity), MAX_MONEY), scale);
    }

    /// @notice VolatilityLimit of this policy, quote WAD, rounded down.
    function volatility(RiskPolicy risk, uint256 equity, uint256 sideMove_) internal pure returns (uint256) {
        return VolatilityLimit.volatilityLimit(equity, risk.riskBudget(), sideMove_);
    }

    /// @notice CollateralLimit of this policy, quote WAD, rounded down.
    /// @dev A short's move that is itself uncapped leaves nothing, and would not fit the formula.
    function collateral(RiskPolicy risk, Position calldata position, uint256 equity, uint256 sideMove_)
        internal
        pure
        returns (uint256)
    {
        uint256 maintenance = risk.maintenanceAndPenalty();
        if (isLong(position)) {
            return CollateralLimit.collateralLimitLong(equity, sideMove_, maintenance, 0, risk.exitFee());
        }
        if (sideMove_ == UNCAPPED) return 0;
        return CollateralLimit.collateralLimitShort(equity, sideMove_, maintenance, 0, risk.exitFee());
    }

    /// @notice What the others hold on this side, quote WAD, rounded up; saturating.
    function othersNotional(Position calldata position, uint256 price) internal pure returns (uint256) {
        return FixedPointMath.mulDivUpSaturating(position.sameSideOthers, price, WAD);
    }

    /// @notice MarginLimit of this policy, quote WAD, rounded down.
    /// @dev Others' notional beyond the domain of the formula leaves nothing.
    function margin(RiskPolicy risk, uint256 equity, uint256 others, uint256 scale) internal pure returns (uint256) {
        if (others > MAX_MONEY) return 0;
        uint256 full = Binding.applyScale(risk.fullMarginOpenInterest(), scale);
        return MarginLimit.marginLimit(equity, others, risk.baseMargin(), full);
    }

    /// @notice LiquidityLimit of this policy, quote WAD, rounded down: of the smaller cap, where it also keeps to the law of
    /// market impact.
    function liquidity(
        FeedPolicy feed,
        RiskPolicy risk,
        ExtendedPolicy extended,
        uint256 variance,
        uint256 others,
        uint256 scale
    ) internal pure returns (uint256) {
        uint256 cap = risk.liquidityCap();
        if (feed.usesImpact()) cap = Math.min(cap, impact(extended, variance));
        return LiquidityLimit.liquidityLimit(Binding.applyScale(cap, scale), others);
    }

    /// @notice What can be sold at once within this policy's slippage, quote WAD, rounded down.
    function impact(ExtendedPolicy extended, uint256 variance) internal pure returns (uint256) {
        return LiquidityLimit.impactLimit(
            extended.dailyVolume(), extended.maxSlippage(), extended.impactCoefficient(), variance
        );
    }

    /// @notice ConcentrationLimit of this policy, quote WAD, rounded down.
    /// @dev An isolated market has no linked exposure.
    function concentration(RiskPolicy risk, Position calldata position, uint256 poolEquity, uint256 scale)
        internal
        pure
        returns (uint256)
    {
        uint256 pool = Math.min(Math.min(position.poolEquity, poolEquity), MAX_MONEY);
        pool = Binding.applyScale(pool, scale);
        return ConcentrationLimit.concentrationLimit(risk.concentrationShare(), pool, 0);
    }

    /// @notice OpenInterestLimit of this policy, base WAD, rounded down.
    function openInterest(RiskPolicy risk, Position calldata position, uint256 move, uint256 scale)
        internal
        pure
        returns (uint256)
    {
        return OpenInterestLimit.openInterestLimit(
            OpenInterestLimit.openInterestScale(risk.referenceMove(), move),
            Binding.applyScale(risk.openInterestCap(), scale),
            position.sameSideOthers
        );
    }

    /// @notice SkewLimit of this policy, base WAD, rounded down.
    function skew(ExtendedPolicy extended, Position calldata position, uint256 scale) internal pure returns (uint256) {
        uint256 most = Binding.applyScale(extended.maxSkew(), scale);
        return SkewLimit.skewLimit(most, position.sameSideOthers, position.oppositeOthers);
    }

    /// @notice What the account allows itself, quote WAD, rounded down; uncapped where it said nothing.
    function selfLimit(SelfLimit own, Position calldata position, MarketState memory market, uint256 equity)
        internal
        pure
        returns (uint256)
    {
        uint256 most = own.hasMaxNotional() ? own.maxNotional() : UNCAPPED;
        return Math.min(most, _kelly(own, position, market, equity));
    }

    /// @dev An edge is declared for a side: of the price's drift, or of what is paid, the short has none.
    function _kelly(SelfLimit own, Position calldata position, MarketState memory market, uint256 equity)
        private
        pure
        returns (uint256)
    {
        uint256 kind = own.kelly();
        if (kind == 0) return UNCAPPED;
        if (kind == SelfLimitLibrary.BINARY) {
            return KellyLimit.kellyLimitBinary(equity, own.fraction(), own.probability(), own.odds());
        }
        if (kind == SelfLimitLibrary.CONTINUOUS) {
            int256 edge = isLong(position) ? own.edge() : -own.edge();
            return KellyLimit.kellyLimit(equity, own.fraction(), edge, market.variance);
        }
        return isLong(position) ? KellyLimit.kellyLimitMarket(equity, own.fraction(), own.probability(), market.price) : 0;
    }

    function isLong(Position calldata position) internal pure returns (bool) {
        return position.sizeAfter >= 0;
    }

    /// @notice Whether a policy's `active` switches this limit on.
    function isActive(uint256 active, Limit limit) internal pure returns (bool) {
        return active & (1 << uint256(limit)) != 0;
    }

    /// @dev The smallest of all, base WAD. Those in quote are compared in quote, and the smallest is converted once.
    function _smallest(
        FeedPolicy feed,
        RiskPolicy risk,
        ExtendedPolicy extended,
        Position calldata position,
        MarketState memory market,
        AccountState memory account,
        MarketTerms memory terms
    ) private pure returns (uint256 size, Limit limit) {
        (size, limit) = _quoteLimit(feed, risk, extended, position, market, account, terms);
        if (size != UNCAPPED) size = FixedPointMath.mulDivDownSaturating(size, WAD, market.price);
        (uint256 byBase, Limit baseLimit) = _baseLimit(feed.active(), risk, extended, position, terms);
        if (byBase < size || (byBase == size && baseLimit < limit)) (size, limit) = (byBase, baseLimit);
    }

    /// @dev The smallest of the active limits in quote WAD, the first of the smallest ones; an inactive one is not computed.
    function _quoteLimit(
        FeedPolicy feed,
        RiskPolicy risk,
        ExtendedPolicy extended,
        Position calldata position,
        MarketState memory market,
        AccountState memory account,
        MarketTerms memory terms
    ) private pure returns (uint256 least, Limit limit) {
        uint256 active = feed.active();
        uint256 equity = scaledEquity(position, terms.scale);
        (least, limit) = _moveLimit(active, risk, position, equity, terms.move);
        if (active & SIDE_LIMITS != 0) {
            uint256 others = othersNotional(position, market.price);
            if (isActive(active, Limit.Margin)) {
                (least, limit) = _tighter(least, limit, margin(risk, equity, others, terms.scale), Limit.Margin);
            }
            if (isActive(active, Limit.Liquidity)) {
                uint256 value = liquidity(feed, risk, extended, market.variance, others, terms.scale);
                (least, limit) = _tighter(least, limit, value, Limit.Liquidity);
            }
        }
        if (isActive(active, Limit.Concentration)) {
            uint256 value = concentration(risk, position, market.poolEquity, terms.scale);
            (least, limit) = _tighter(least, limit, value, Limit.Concentration);
        }
        if (isActive(active, Limit.SelfLimit)) {
            uint256 value = selfLimit(account.selfLimit, position, market, equity);
            (least, limit) = _tighter(least, limit, value, Limit.SelfLimit);
        }
        if (isActive(active, Limit.Portfolio)) {
            (least, limit) = _tighter(least, limit, account.portfolioLimit, Limit.Portfolio);
        }
    }

    /// @dev The smallest of those that ask equity to survive the move.
    function _moveLimit(uint256 active, RiskPolicy risk, Position calldata position, uint256 equity, uint256 move)
        private
        pure
        returns (uint256 least, Limit limit)
    {
        uint256 against = sideMove(position, move);
        least = UNCAPPED;
        if (isActive(active, Limit.Volatility)) {
            (least, limit) = _tighter(least, limit, volatility(risk, equity, against), Limit.Volatility);
        }
        if (isActive(active, Limit.Collateral)) {
            (least, limit) = _tighter(least, limit, collateral(risk, position, equity, against), Limit.Collateral);
        }
    }

    /// @dev The same of those in base WAD.
    function _baseLimit(
        uint256 active,
        RiskPolicy risk,
        ExtendedPolicy extended,
        Position calldata position,
        MarketTerms memory terms
    ) private pure returns (uint256 least, Limit limit) {
        least = UNCAPPED;
        if (isActive(active, Limit.OpenInterest)) {
            uint256 value = openInterest(risk, position, terms.move, terms.scale);
            (least, limit) = _tighter(least, limit, value, Limit.OpenInterest);
        }
        if (isActive(active, Limit.Skew)) {
            (least, limit) = _tighter(least, limit, skew(extended, position, terms.scale), Limit.Skew);
        }
    }

    function _tighter(uint256 least, Limit limit, uint256 value, Limit candidate) private pure returns (uint256, Limit) {
        return value < least ? (value, candidate) : (least, limit);
    }
}
