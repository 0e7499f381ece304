// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {ISizingGuard, Limit, Position, Verdict} from "./interfaces/ISizingGuard.sol";
import {ISizingLens, LimitValue, MarketSnapshot, RoundData} from "./interfaces/ISizingLens.sol";
import {FixedPointMath, UNCAPPED, WAD} from "./libraries/FixedPointMath.sol";
import {MarketState, SizingMath} from "./libraries/SizingMath.sol";
import {FeedReader, Round} from "./oracle/FeedReader.sol";
import {FeedPolicy} from "./types/FeedPolicy.sol";
import {PoolMeter} from "./types/PoolMeter.sol";
import {RiskPolicy} from "./types/RiskPolicy.sol";

/// @title SizingLens
/// @notice Views for front ends: the whole state of a market in one call, and every limit explained.
/// @dev The formulas are the guard's own (SizingMath): the lens only says them one by one. Mirrors:
/// `sdk/src/guard/snapshot.ts` takes what `snapshot` returns, `sdk/src/guard/explain.ts` answers as `explain` does.
contract SizingLens is ISizingLens {
    using SafeCast for int256;
    using SafeCast for uint256;

    /* EXTERNAL VIEW */

    /// @inheritdoc ISizingLens
    function snapshot(ISizingGuard guard, bytes32 market) external view returns (MarketSnapshot memory result) {
        (result.feedPolicy, result.riskPolicy) = guard.policy(market);
        result.volatilityWord = guard.volatilityWord(market);
        result.poolMeter = guard.poolMeter(market);
        result.blockNumber = block.number;
        result.timestamp = block.timestamp;
        FeedPolicy feed = FeedPolicy.wrap(result.feedPolicy);
        if (!feed.isSet()) return result;
        (bool ok, FeedReader.Answer memory answer) = FeedReader.latestAnswer(feed.feed());
        if (!ok) return result;
        result.isAnswered = true;
        result.round =
            RoundData(answer.roundId, answer.answer, answer.startedAt, answer.updatedAt, answer.answeredInRound);
    }

    /// @inheritdoc ISizingLens
    function snapshots(ISizingGuard guard, bytes32[] calldata markets)
        external
        view
        returns (MarketSnapshot[] memory results)
    {
        results = new MarketSnapshot[](markets.length);
        for (uint256 i = 0; i < markets.length; ++i) {
            results[i] = this.snapshot{gas: gasleft() / (markets.length - i)}(guard, markets[i]);
        }
    }

    /// @inheritdoc ISizingLens
    function explain(ISizingGuard guard, bytes32 market, Position calldata position)
        external
        view
        returns (Verdict memory verdict, LimitValue[] memory limits)
    {
        verdict = guard.preview(market, position);
        if (verdict.limit < Limit.Volatility || position.equity <= 0) return (verdict, limits);
        limits = _explain(guard, market, position, verdict);
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
    function _explain(ISizingGuard guard, bytes32 market, Position calldata position, Verdict memory verdict)
        private
        view
        returns (LimitValue[] memory)
    {
        (uint256 feedWord, uint256 riskWord) = guard.policy(market);
        FeedPolicy feed = FeedPolicy.wrap(feedWord);
        Round memory round = FeedReader.latest(feed.feed(), feed.feedDecimals());
        if (!round.isUsable) return new LimitValue[](0);
        uint256 age = block.timestamp - round.updatedAt;
        uint256 pool = PoolMeter.wrap(guard.poolMeter(market)).seen(round.updatedAt);
        MarketState memory state = MarketState(verdict.status, verdict.price, verdict.variance, age, pool);
        LimitValue[] memory limits =
            _limitValues(feed.active(), RiskPolicy.wrap(riskWord), position, state, SizingMath.marketScale(feed, state));
        _measure(limits, position, verdict);
        return limits;
    }

    /// @dev Every active limit by itself: the values `SizingMath.limitSize` takes the minimum of.
    function _limitValues(
        uint256 active,
        RiskPolicy risk,
        Position calldata position,
        MarketState memory state,
        uint256 scale
    ) private pure returns (LimitValue[] memory limits) {
        uint256 move = SizingMath.policyMove(risk, state);
        uint256 against = SizingMath.sideMove(position, move);
        uint256 equity = SizingMath.scaledEquity(position, scale);
        uint256 others = SizingMath.othersNotional(position, state.price);
        limits = new LimitValue[](6);
        uint256 count = 0;
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
            limits[count++] = _value(Limit.Liquidity, false, SizingMath.liquidity(risk, others, scale));
        }
        if (SizingMath.isActive(active, Limit.OpenInterest)) {
            limits[count++] =
                _value(Limit.OpenInterest, true, SizingMath.openInterest(active, risk, position, move, scale));
        }
        if (SizingMath.isActive(active, Limit.Concentration)) {
            uint256 value = SizingMath.concentration(risk, position, state.poolEquity, scale);
            limits[count++] = _value(Limit.Concentration, false, value);
        }
        // Assembly because Solidity has no way to shorten an array in memory.
        assembly ("memory-safe") {
            mstore(limits, count)
        }
    }

    function _value(Limit limit, bool isBase, uint256 value) private pure returns (LimitValue memory) {
        return LimitValue({limit: limit, isBase: isBase, value: value, size: 0, headroom: 0, binds: false});
    }

    /// @dev What each limit leaves of the size asked for.
    function _measure(LimitValue[] memory limits, Position calldata position, Verdict memory verdict) private pure {
        uint256 asked = SignedMath.abs(position.sizeAfter);
        for (uint256 i = 0; i < limits.length; ++i) {
            LimitValue memory one = limits[i];
            one.size = one.isBase || one.value == UNCAPPED
                ? one.value
                : FixedPointMath.mulDivDownSaturating(one.value, WAD, verdict.price);
            one.headroom = Math.saturatingSub(one.size, asked);
            one.binds = one.limit == verdict.limit;
        }
    }
}
