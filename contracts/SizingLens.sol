// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {
    Assessment,
    Exposure,
    ISizingGuard,
    Limit,
    MeterWords,
    OracleStatus,
    PolicyWords,
    Position,
    Verdict
} from "./interfaces/ISizingGuard.sol";
import {ISizingLens, LimitValue, MarketSnapshot, RoundData} from "./interfaces/ISizingLens.sol";
import {FixedPointMath, UNCAPPED, WAD} from "./libraries/FixedPointMath.sol";
import {PositionMeters} from "./libraries/PositionMeters.sol";
import {AccountState, MarketState, SizingMath} from "./libraries/SizingMath.sol";
import {Binding} from "./libraries/limits/Binding.sol";
import {FeedReader, Round} from "./oracle/FeedReader.sol";
import {ExtendedPolicy} from "./types/ExtendedPolicy.sol";
import {FeedPolicy} from "./types/FeedPolicy.sol";
import {GrowthMeter} from "./types/GrowthMeter.sol";
import {HighWaterMark} from "./types/HighWaterMark.sol";
import {PoolMeter} from "./types/PoolMeter.sol";
import {RiskPolicy} from "./types/RiskPolicy.sol";
import {SelfLimit} from "./types/SelfLimit.sol";

/// @title SizingLens
/// @notice Views for front ends: the whole state of a market in one call, and every limit explained.
/// @dev The formulas are the guard's own (SizingMath): the lens only says them one by one. Mirrors:
/// `sdk/src/guard/snapshot.ts` takes what `snapshot` returns, `sdk/src/guard/explain.ts` answers as `explain` does.
contract SizingLens is ISizingLens {
    using SafeCast for int256;
    using SafeCast for uint256;

    /* EXTERNAL VIEW */

    /// @inheritdoc ISizingLens
    function snapshot(ISizingGuard guard, bytes32 market, address account)
        external
        view
        returns (MarketSnapshot memory result)
    {
        result.account = account;
        result.words = guard.policy(market);
        result.volatilityWord = guard.volatilityWord(market);
        result.meters = guard.meters(market, account);
        result.blockNumber = block.number;
        result.timestamp = block.timestamp;
        FeedPolicy feed = FeedPolicy.wrap(result.words.feedPolicy);
        if (!feed.isSet()) return result;
        (bool ok, FeedReader.Answer memory answer, OracleStatus fault) = 
            FeedReader.latestAnswer(feed.feed(), feed.hasConfidence());
        result.fault = fault;
        if (!ok) return result;
        result.isAnswered = true;
        result.round =
            RoundData(answer.roundId, answer.answer, answer.startedAt, answer.updatedAt, answer.answeredInRound);
    }

    /// @inheritdoc ISizingLens
    function snapshots(ISizingGuard guard, bytes32[] calldata markets, address account)
        external
        view
        returns (MarketSnapshot[] memory results)
    {
        results = new MarketSnapshot[](markets.length);
        for (uint256 i = 0; i < markets.length; ++i) {
            results[i] = this.snapshot{gas: gasleft() / (markets.length - i)}(guard, markets[i], account);
        }
    }

    /// @inheritdoc ISizingLens
    function explain(ISizingGuard guard, bytes32 market, Position calldata position)
        external
        view
        returns (Verdict memory verdict, LimitValue[] memory limits)
    {
        verdict = guard.preview(market, position);
        limits = _explain(guard, market, position, verdict, 0);
    }

    /// @inheritdoc ISizingLens
    function explainPortfolio(
        ISizingGuard guard,
        bytes32 market,
        Position calldata position,
        Exposure[] calldata others
    ) external view returns (Verdict memory verdict, Assessment memory assessment, LimitValue[] memory limits) {
        (verdict, assessment) = guard.previewPortfolio(market, position, others);
        limits = _explain(guard, market, position, verdict, assessment.limit);
    }

    /// @inheritdoc ISizingLens
    function maxWithdraw(ISizingGuard guard, bytes32 market, Position calldata holding)
        external
        view
        returns (uint256)
    {
        Position memory left = holding;
        left.sizeBefore = holding.sizeAfter;
        uint256 least = 0;
        uint256 most = SignedMath.max(holding.equity, 0).toUint256();
        if (holding.sizeAfter == 0 || _mayLeave(guard, market, left, holding.equity, most)) return most;
        // Less equity never allows more, so what passes ends once.
        while (most - least > 1) {
            uint256 middle = Math.average(least, most);
            if (_mayLeave(guard, market, left, holding.equity, middle)) least = middle;
            else most = middle;
        }
        return least;
    }

    /* PRIVATE */

    /// @dev Whether so much of the equity may be taken out.
    function _mayLeave(ISizingGuard guard, bytes32 market, Position memory left, int256 equity, uint256 amount)
        private
        view
        returns (bool)
    {
        left.flow = -amount.toInt256();
        left.equity = equity + left.flow;
        return SignedMath.abs(left.sizeAfter) <= guard.preview(market, left).maxSize;
    }

    /// @dev The verdict says what the guard saw but the age of the price, which the feed is asked for again.
    function _explain(
        ISizingGuard guard,
        bytes32 market,
        Position calldata position,
        Verdict memory verdict,
        uint256 portfolioLimit
    ) private view returns (LimitValue[] memory limits) {
        if (verdict.limit < Limit.Volatility || position.equity <= 0) return limits;
        PolicyWords memory words = guard.policy(market);
        FeedPolicy feed = FeedPolicy.wrap(words.feedPolicy);
        Round memory round = FeedReader.latest(feed.feed(), feed.feedDecimals(), feed.hasConfidence());
        if (!round.isUsable) return limits;
        MeterWords memory meters = guard.meters(market, position.account);
        uint256 age = block.timestamp - round.updatedAt;
        uint256 pool = PoolMeter.wrap(meters.pool).seen(round.updatedAt);
        MarketState memory state =
            MarketState(verdict.status, verdict.price, verdict.variance, age, pool, round.confidence);
        AccountState memory account =
            _accountState(feed.active(), ExtendedPolicy.wrap(words.extendedPolicy), meters, position);
        account.portfolioLimit = portfolioLimit;
        limits = _limitValues(words, position, state, account);
        _measure(limits, position, verdict, SizingMath.accountScale(feed.active(), account));
    }

    /// @dev As the guard sees it.
    function _accountState(
        uint256 active,
        ExtendedPolicy extended,
        MeterWords memory meters,
        Position calldata position
    ) private view returns (AccountState memory state) {
        if (SizingMath.isActive(active, Limit.Growth)) {
            GrowthMeter meter = GrowthMeter.wrap(SizingMath.isLong(position) ? meters.longGrowth : meters.shortGrowth);
            state.growthHeadroom = PositionMeters.growthHeadroom(extended, meter, block.timestamp);
        }
        if (SizingMath.isActive(active, Limit.Drawdown)) {
            HighWaterMark mark = HighWaterMark.wrap(meters.highWaterMark);
            mark = PositionMeters.highWaterMark(extended, mark, position, block.timestamp);
            state.drawdownScale = PositionMeters.drawdownScale(extended, mark, position);
        }
        SelfLimit own = SelfLimit.wrap(meters.selfLimit);
        if (own.expiry() > block.timestamp) state.selfLimit = own;
    }

    /// @dev Every active limit by itself: the values `SizingMath.limitSize` takes the minimum of, and the growth beside them.
    function _limitValues(
        PolicyWords memory words,
        Position calldata position,
        MarketState memory state,
        AccountState memory account
    ) private pure returns (LimitValue[] memory limits) {
        FeedPolicy feed = FeedPolicy.wrap(words.feedPolicy);
        uint256 scale = SizingMath.marketScale(feed, state);
        limits = new LimitValue[](10);
        uint256 count = _quoteValues(limits, words, position, state, scale);
        count = _otherValues(limits, count, words, position, state, account, scale);
        // Assembly because Solidity has no way to shorten an array in memory.
        assembly ("memory-safe") {
            mstore(limits, count)
        }
    }

    /// @dev The first four of the enum. Returns how many there are.
    function _quoteValues(
        LimitValue[] memory limits,
        PolicyWords memory words,
        Position calldata position,
        MarketState memory state,
        uint256 scale
    ) private pure returns (uint256 count) {
        FeedPolicy feed = FeedPolicy.wrap(words.feedPolicy);
        RiskPolicy risk = RiskPolicy.wrap(words.riskPolicy);
        uint256 active = feed.active();
        uint256 against = SizingMath.sideMove(position, SizingMath.policyMove(risk, state));
        uint256 equity = SizingMath.scaledEquity(position, scale);
        uint256 others = SizingMath.othersNotional(position, state.price);
        if (SizingMath.isActive(active, Limit.Volatility)) {
            limits[count++] = _value(Limit.Volatility, false, SizingMath.volatility(risk, equity, against));
        }
        if (SizingMath.isActive(active, Limit.Collateral)) {
            limits[count++] = _value(Limit.Collateral, false, SizingMath.collateral(risk, position, equity, against));
        }
        if (SizingMath.isActive(active, Limit.Margin)) {
            limits[count++] = _value(Limit.Margin, false, SizingMath.margin(risk, equity, others, scale));
        }
        if (SizingMath.isActive(active, Limit.Liquidity)) {
            ExtendedPolicy extended = ExtendedPolicy.wrap(words.extendedPolicy);
            uint256 value = SizingMath.liquidity(feed, risk, extended, state.variance, others, scale);
            limits[count++] = _value(Limit.Liquidity, false, value);
        }
    }

    /// @dev The others. Returns how many there are now.
    function _otherValues(
        LimitValue[] memory limits,
        uint256 count,
        PolicyWords memory words,
        Position calldata position,
        MarketState memory state,
        AccountState memory account,
        uint256 scale
    ) private pure returns (uint256) {
        FeedPolicy feed = FeedPolicy.wrap(words.feedPolicy);
        RiskPolicy risk = RiskPolicy.wrap(words.riskPolicy);
        uint256 active = feed.active();
        if (SizingMath.isActive(active, Limit.OpenInterest)) {
            uint256 move = SizingMath.policyMove(risk, state);
            limits[count++] = _value(Limit.OpenInterest, true, SizingMath.openInterest(risk, position, move, scale));
        }
        if (SizingMath.isActive(active, Limit.Skew)) {
            ExtendedPolicy extended = ExtendedPolicy.wrap(words.extendedPolicy);
            limits[count++] = _value(Limit.Skew, true, SizingMath.skew(extended, position, scale));
        }
        if (SizingMath.isActive(active, Limit.Concentration)) {
            uint256 value = SizingMath.concentration(risk, position, state.poolEquity, scale);
            limits[count++] = _value(Limit.Concentration, false, value);
        }
        if (SizingMath.isActive(active, Limit.SelfLimit)) {
            uint256 equity = SizingMath.scaledEquity(position, scale);
            uint256 value = SizingMath.selfLimit(account.selfLimit, position, state, equity);
            limits[count++] = _value(Limit.SelfLimit, false, value);
        }
        if (SizingMath.isActive(active, Limit.Portfolio)) {
            limits[count++] = _value(Limit.Portfolio, false, account.portfolioLimit);
        }
        if (SizingMath.isActive(active, Limit.Growth)) {
            limits[count++] = _value(Limit.Growth, true, SizingMath.growthSize(feed, position, account));
        }
        return count;
    }

    function _value(Limit limit, bool isBase, uint256 value) private pure returns (LimitValue memory) {
        return LimitValue({limit: limit, isBase: isBase, value: value, size: 0, headroom: 0, binds: false});
    }

    /// @dev What each limit leaves of the size asked for, after the share the account's drawdown leaves of it.
    function _measure(LimitValue[] memory limits, Position calldata position, Verdict memory verdict, uint256 share)
        private
        pure
    {
        uint256 asked = SignedMath.abs(position.sizeAfter);
        for (uint256 i = 0; i < limits.length; ++i) {
            LimitValue memory one = limits[i];
            uint256 size = one.isBase || one.value == UNCAPPED
                ? one.value
                : FixedPointMath.mulDivDownSaturating(one.value, WAD, verdict.price);
            // Growth is an increment, and no share of it is taken.
            one.size = one.limit == Limit.Growth ? size : Binding.applyScale(size, share);
            one.headroom = Math.saturatingSub(one.size, asked);
            one.binds = one.limit == verdict.limit;
        }
    }
}
