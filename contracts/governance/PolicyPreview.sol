// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISizingGuard, Limit, OracleStatus, PolicyWords, Position} from "../interfaces/ISizingGuard.sol";
import {IVolatilityOracle} from "../interfaces/IVolatilityOracle.sol";
import {FixedPointMath, UNCAPPED, WAD} from "../libraries/FixedPointMath.sol";
import {PolicyRules} from "../libraries/PolicyRules.sol";
import {AccountState, MarketState, SizingMath} from "../libraries/SizingMath.sol";
import {FeedReader, Round} from "../oracle/FeedReader.sol";
import {VolatilityEstimator} from "../oracle/VolatilityEstimator.sol";
import {ExtendedPolicy} from "../types/ExtendedPolicy.sol";
import {FeedPolicy} from "../types/FeedPolicy.sol";
import {PushedVariance} from "../types/PushedVariance.sol";
import {RiskPolicy} from "../types/RiskPolicy.sol";
import {VolatilitySlot} from "../types/VolatilitySlot.sol";

/// @notice What a policy gives one side at one variance.
/// @param variance WAD per year
/// @param limitSize largest size the limits allow, base WAD, rounded down; 2^256 − 1 where none binds
/// @param limit the one that says so
/// @param leverage that size's notional over the equity, WAD, rounded up; 2^256 − 1 where no limit binds
struct SanityCase {
    bool isLong;
    uint256 variance;
    uint256 limitSize;
    Limit limit;
    uint256 leverage;
}

/// @title PolicyPreview: what a policy would allow, for whoever is to sign it
/// @notice The sizes are the guard's own formulas' (SizingMath), with the market's present price and variance and with twice
/// that variance. It keeps nothing and owns nothing, and serves every guard.
/// @dev Mirror: `sdk/src/guard/sanityPreview.ts`. For `eth_call`.
contract PolicyPreview {
    /// @notice What these words would give a new account in this market: a long and a short at today's variance, then both at
    /// twice that.
    /// @param words a proposal, or the policy in force
    /// @param position `equity`, `poolEquity`, and the others' open interest as seen from the side of `sizeAfter`; nothing else
    /// of it is read
    /// @return price WAD quote per base, of the feed of these words
    /// @return variance as the guard would size by with these words, WAD per year: where they change the feed, its beginning
    /// @return cases at a price that is fresh and certain: an older one never gives more. The account holds nothing else (what
    /// Portfolio would say is left out), lost nothing yet and set itself no limit
    /// @dev Reverts as the guard's `setPolicy` (`PolicyRules.requireValid`), and `FeedUnusable`.
    function sanityPreview(ISizingGuard guard, bytes32 market, PolicyWords calldata words, Position calldata position)
        external
        view
        returns (uint256 price, uint256 variance, SanityCase[4] memory cases)
    {
        PolicyRules.requireValid(market, words);
        FeedPolicy feed = FeedPolicy.wrap(words.feedPolicy);
        Round memory round = FeedReader.latest(feed.feed(), feed.feedDecimals());
        if (!round.isUsable) revert IVolatilityOracle.FeedUnusable(feed.feed());
        (price, variance) = (round.price, _variance(guard, market, feed, round));
        // By a call, because the formulas take a position that is in calldata.
        for (uint256 i = 0; i < 4; ++i) {
            cases[i] = this.sanityCase(words, _onSide(position, i % 2 == 0), price, i < 2 ? variance : 2 * variance);
        }
    }

    /// @notice What these words give the side of `sizeAfter` at this price and variance.
    /// @dev The words are in their ranges, the price is above 0, and the variance twice one that a volatility word holds at the
    /// most: else it may panic.
    function sanityCase(PolicyWords calldata words, Position calldata position, uint256 price, uint256 variance)
        external
        pure
        returns (SanityCase memory)
    {
        MarketState memory market = MarketState(OracleStatus.Valid, price, variance, 0, UNCAPPED, 0);
        AccountState memory account;
        (account.drawdownScale, account.portfolioLimit) = (WAD, UNCAPPED);
        (uint256 size, Limit limit) = SizingMath.limitSize(
            FeedPolicy.wrap(words.feedPolicy),
            RiskPolicy.wrap(words.riskPolicy),
            ExtendedPolicy.wrap(words.extendedPolicy),
            position,
            market,
            account
        );
        return SanityCase(SizingMath.isLong(position), variance, size, limit, _leverage(size, price, position.equity));
    }

    /// @dev As the guard sees it with these words in force.
    function _variance(ISizingGuard guard, bytes32 market, FeedPolicy feed, Round memory round)
        private
        view
        returns (uint256 variance)
    {
        bool isSameFeed = FeedPolicy.wrap(guard.policy(market).feedPolicy).feed() == feed.feed();
        VolatilitySlot slot = VolatilitySlot.wrap(isSameFeed ? guard.volatilityWord(market) : 0);
        (variance,) = VolatilityEstimator.sample(slot, round, feed);
        if (!feed.usesPushedVariance()) return variance;
        PushedVariance pushed = PushedVariance.wrap(guard.meters(market, address(0)).pushedVariance);
        return Math.max(variance, pushed.at(block.timestamp));
    }

    /// @dev The same account with a new position on this side.
    function _onSide(Position calldata position, bool isLong) private pure returns (Position memory asked) {
        asked.equity = position.equity;
        asked.poolEquity = position.poolEquity;
        asked.sizeAfter = isLong ? int256(1) : -1;
        bool isSeenSo = SizingMath.isLong(position) == isLong;
        asked.sameSideOthers = isSeenSo ? position.sameSideOthers : position.oppositeOthers;
        asked.oppositeOthers = isSeenSo ? position.oppositeOthers : position.sameSideOthers;
    }

    /// @dev Where there is no equity there is no size, unless nothing limits it.
    function _leverage(uint256 size, uint256 price, int256 equity) private pure returns (uint256) {
        if (size == 0 || size == UNCAPPED) return size;
        return FixedPointMath.mulDivUpSaturating(size, price, uint256(equity));
    }
}
