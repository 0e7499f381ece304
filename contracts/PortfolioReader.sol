// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {Assessment, Exposure, Limit, Mode, OracleStatus, Position} from "./interfaces/ISizingGuard.sol";
import {PortfolioJudge} from "./PortfolioJudge.sol";
import {FixedPointMath, WAD} from "./libraries/FixedPointMath.sol";
import {PortfolioMath} from "./libraries/PortfolioMath.sol";
import {Candidate, Greeks, PortfolioRisk, Underlying} from "./libraries/PortfolioRisk.sol";
import {MarketState, SizingMath} from "./libraries/SizingMath.sol";
import {UnderlyingList} from "./libraries/UnderlyingList.sol";
import {VolatilityMath} from "./libraries/VolatilityMath.sol";
import {FeedReader, Round} from "./oracle/FeedReader.sol";
import {Market, VolatilityOracle} from "./oracle/VolatilityOracle.sol";
import {FeedPolicy} from "./types/FeedPolicy.sol";
import {PortfolioPolicy, PortfolioPolicyLibrary} from "./types/PortfolioPolicy.sol";
import {VolatilitySlot} from "./types/VolatilitySlot.sol";

/// @dev What one feed said, so that each is asked once.
/// @param variance WAD per year, to size by
/// @param age seconds since the feed wrote
/// @param confidence WAD ratio of the price
/// @param hasConfidence whether it was asked for
struct Reading {
    address feed;
    uint256 variance;
    uint256 age;
    uint256 confidence;
    bool hasConfidence;
}

/// @dev What an account holds, with what it is measured by.
/// @param underlyings the words of an `UnderlyingList`: the position's own first, even where nothing else is held in it
/// @param decay what the passing of time may cost, quote WAD
/// @param scale share of the equity that counts by the oldest of all prices, WAD
/// @param unit Greeks of one unit of the candidate's notional
struct Account {
    bytes underlyings;
    uint256 decay;
    Greeks unit;
    uint256 scale;
    bool isSound;
}

/// @title PortfolioReader
/// @notice Reads the markets an account holds, and asks PortfolioRisk about them.
abstract contract PortfolioReader is VolatilityOracle {
    /// @dev The largest notional that is told from a larger one.
    uint256 private constant MAX_NOTIONAL = 1 << 160;

    PortfolioJudge private immutable JUDGE = new PortfolioJudge();

    /// @dev What the portfolio says of an action. Where it can't be judged, nothing may grow and every loss is too much, but a
    /// reduction passes.
    /// @param isReduction `_reducesRisk`
    function _assess(
        bytes32 market,
        FeedPolicy feed,
        Position calldata position,
        Exposure[] calldata others,
        MarketState memory state,
        bool isReduction
    ) internal view returns (Assessment memory result) {
        if (!isReduction && feed.mode() != uint256(Mode.Off)) result.loss = type(uint256).max;
        if (!SizingMath.isActive(feed.active(), Limit.Portfolio) || state.status < OracleStatus.Uncertain) return result;
        PortfolioPolicy policy = _markets[market].portfolio;
        Account memory account = _account(market, feed, policy, others, state);
        if (!account.isSound) return result;
        return _judgeAccount(policy, account, position, state.price, isReduction);
    }

    function _judgeAccount(
        PortfolioPolicy policy,
        Account memory account,
        Position calldata position,
        uint256 price,
        bool isReduction
    ) private view returns (Assessment memory) {
        uint256 equity = position.equity > 0 ? SizingMath.scaledEquity(position, account.scale) : 0;
        Candidate memory candidate;
        candidate.unit = account.unit;
        candidate.before = _notional(position.sizeBefore, price);
        candidate.next = _notional(position.sizeAfter, price);
        return JUDGE.assess(
            policy, account.underlyings, account.decay, candidate, equity, isReduction, position.flow >= 0
        );
    }

    /// @dev Whether the action adds no risk by itself: the size does not grow and no collateral leaves, or nothing is left.
    function _reducesRisk(bytes32 market, Position calldata position, Exposure[] calldata others)
        internal
        pure
        returns (bool)
    {
        if (position.flow >= 0) return SizingMath.reducesRisk(position);
        // What one unit of the market itself would be is nothing that is held.
        bool holdsNothing = others.length == 0 || (others.length == 1 && others[0].market == market);
        return position.sizeAfter == 0 && holdsNothing;
    }

    /// @dev The market as if the feed's latest round had just been sampled, the slot to store for it, and that round's time
    /// (0 for none). A mode that does not judge asks nobody.
    function _marketState(Market storage m, FeedPolicy feed, VolatilitySlot slot)
        internal
        view
        returns (MarketState memory state, VolatilitySlot next, uint256 roundTime)
    {
        next = slot;
        if (!SizingMath.judges(feed)) return (state, next, 0);
        Round memory round = FeedReader.latest(feed.feed(), feed.feedDecimals(), feed.hasConfidence());
        if (!round.isUsable) {
            state.status = round.fault;
            return (state, next, 0);
        }
        roundTime = round.updatedAt;
        (state.variance, next) = _sample(m, feed, slot, round);
        unchecked {
            // A round from the future is not usable.
            state.age = block.timestamp - roundTime;
        }
        state.confidence = round.confidence;
        state.status = SizingMath.oracleStatus(feed, state.age, state.confidence);
        state.price = SizingMath.exposurePrice(round.price, state.confidence);
    }

    /// @dev Everything the account holds, by underlying: markets of one feed move as one.
    function _account(
        bytes32 market,
        FeedPolicy feed,
        PortfolioPolicy policy,
        Exposure[] calldata others,
        MarketState memory state
    ) private view returns (Account memory account) {
        bool lacksGreeks = policy.has(PortfolioPolicyLibrary.HAS_GREEKS);
        // The market's own entry is none of the others.
        if (others.length > PortfolioRisk.MAX_EXPOSURES + (lacksGreeks ? 1 : 0)) return account;
        Reading[] memory readings = new Reading[](others.length + 1);
        Underlying[] memory underlyings;
        (underlyings, account.underlyings) = UnderlyingList.create(others.length + 1);
        readings[0] = Reading(feed.feed(), state.variance, state.age, state.confidence, feed.hasConfidence());
        underlyings[0].move = _move(policy, readings[0]);
        account.scale = SizingMath.marketScale(feed, state);
        account.unit.delta = int256(WAD);
        uint256 count = 1;
        bytes32 previous = 0;
        for (uint256 i = 0; i < others.length; ++i) {
            Exposure calldata exposure = others[i];
            if ((i > 0 && exposure.market <= previous) || !_isInRange(exposure)) return account;
            previous = exposure.market;
            if (exposure.market == market) {
                if (!lacksGreeks || !_setUnit(account.unit, exposure, state.price)) return account;
                lacksGreeks = false;
                continue;
            }
            uint256 known = _hold(account, exposure, readings, underlyings, count);
            if (known == 0) return account;
            count = known;
        }
        // Some was set aside for feeds that turned out to be the same.
        UnderlyingList.shorten(account.underlyings, count);
        account.isSound = !lacksGreeks && account.scale > 0;
    }

    /// @dev Adds one exposure. Returns how many underlyings are known after it; 0 where it can't be measured.
    function _hold(
        Account memory account,
        Exposure calldata exposure,
        Reading[] memory readings,
        Underlying[] memory underlyings,
        uint256 count
    ) private view returns (uint256) {
        Market storage m = _markets[exposure.market];
        FeedPolicy feed = m.feed;
        if (!SizingMath.isActive(feed.active(), Limit.Portfolio)) return 0;
        uint256 index = _indexOf(readings, count, feed.feed());
        Reading memory reading = readings[index];
        if (index == count) {
            if (!_read(reading, m, feed)) return 0;
            unchecked {
                ++count;
            }
        }
        // One reading can't be both.
        if (reading.hasConfidence != feed.hasConfidence()) return 0;
        PortfolioPolicy policy = m.portfolio;
        Underlying memory underlying = underlyings[index];
        underlying.move = Math.max(underlying.move, _move(policy, reading));
        PortfolioRisk.add(underlying, policy, exposure.delta, exposure.gamma, exposure.vega);
        account.decay += PortfolioRisk.decay(policy, exposure.theta);
        account.scale = Math.min(account.scale, SizingMath.oracleScale(feed, reading.age, reading.confidence));
        return count;
    }

    /// @dev The first reading of the feed, or `count` for none of so many. Sets that one's feed, so that the search ends there.
    function _indexOf(Reading[] memory readings, uint256 count, address feed) private pure returns (uint256 index) {
        readings[count].feed = feed;
        uint256 sought = uint160(feed);
        // Assembly because the search is done for every market among all before it, and would check each index.
        assembly ("memory-safe") {
            let first := add(readings, 0x20)
            let element := first
            for {} iszero(eq(mload(mload(element)), sought)) {} { element := add(element, 0x20) }
            index := shr(5, sub(element, first))
        }
    }

    /// @dev Asks a feed for the first time.
    function _read(Reading memory reading, Market storage m, FeedPolicy feed) private view returns (bool) {
        Round memory round = FeedReader.latest(feed.feed(), feed.feedDecimals(), feed.hasConfidence());
        if (!round.isUsable) return false;
        (reading.variance,) = _sample(m, feed, m.volatility, round);
        (reading.confidence, reading.hasConfidence) = (round.confidence, feed.hasConfidence());
        unchecked {
            // A round from the future is not usable.
            reading.age = block.timestamp - round.updatedAt;
        }
        // Beyond its age or doubt the move could leave the domain of the scenarios; the scale is 0 there.
        return SizingMath.oracleScale(feed, reading.age, reading.confidence) > 0;
    }

    function _move(PortfolioPolicy policy, Reading memory reading) private pure returns (uint256) {
        unchecked {
            // 24 bits, and an age below 2^20; a move below 2^128 and a doubt below 2^58.
            return VolatilityMath.adverseMove(policy.tail(), reading.variance, policy.horizon() + reading.age)
                + reading.confidence;
        }
    }

    /// @dev The Greeks of one unit of notional, from those of one unit of size. Returns whether they are in range.
    function _setUnit(Greeks memory unit, Exposure calldata exposure, uint256 price) private pure returns (bool) {
        unit.delta = _perNotional(exposure.delta, price);
        unit.gamma = _perNotional(exposure.gamma, price);
        unit.vega = _perNotional(exposure.vega, price);
        unit.theta = _perNotional(exposure.theta, price);
        return _areGreeks(unit.delta, unit.gamma, unit.vega, unit.theta);
    }

    /// @dev ⌊greek·W / price⌋ towards −∞.
    function _perNotional(int256 greek, uint256 price) private pure returns (int256) {
        unchecked {
            // 2^104·10^18 fits, and a usable price is below 2^255.
            return PortfolioMath.divFloor(greek * int256(WAD), price);
        }
    }

    function _isInRange(Exposure calldata exposure) private pure returns (bool) {
        return _areGreeks(exposure.delta, exposure.gamma, exposure.vega, exposure.theta);
    }

    /// @dev Whether each is smaller than the largest, which is a power of two.
    function _areGreeks(int256 delta, int256 gamma, int256 vega, int256 theta) private pure returns (bool) {
        uint256 bits = SignedMath.abs(delta) | SignedMath.abs(gamma) | SignedMath.abs(vega) | SignedMath.abs(theta);
        return bits < PortfolioRisk.MAX_GREEK;
    }

    /// @dev Signed notional of a size, quote WAD, rounded away from 0; saturating.
    function _notional(int256 size, uint256 price) private pure returns (int256) {
        uint256 magnitude = FixedPointMath.mulDivUpSaturating(SignedMath.abs(size), price, WAD);
        magnitude = Math.min(magnitude, MAX_NOTIONAL);
        return size < 0 ? -int256(magnitude) : int256(magnitude);
    }
}
