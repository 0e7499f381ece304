// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVolatilityOracle} from "../interfaces/IVolatilityOracle.sol";
import {VolatilityMath} from "../libraries/VolatilityMath.sol";
import {WAD} from "../libraries/FixedPointMath.sol";
import {ExtendedPolicy} from "../types/ExtendedPolicy.sol";
import {FeedPolicy} from "../types/FeedPolicy.sol";
import {GrowthMeter} from "../types/GrowthMeter.sol";
import {PoolMeter} from "../types/PoolMeter.sol";
import {PortfolioPolicy} from "../types/PortfolioPolicy.sol";
import {RiskPolicy} from "../types/RiskPolicy.sol";
import {VolatilitySlot, VolatilitySlotLibrary} from "../types/VolatilitySlot.sol";
import {VolatilityParameters, VolatilityWord} from "../types/VolatilityWord.sol";
import {FeedReader, Round} from "./FeedReader.sol";

/// @notice What a guard keeps for one market: three slots, and those of the limits that need more.
struct Market {
    FeedPolicy feed;
    RiskPolicy risk;
    VolatilitySlot volatility;
    /// Where Concentration is active.
    PoolMeter pool;
    /// Where impact, Skew, Growth or Drawdown is.
    ExtendedPolicy extended;
    /// Where Growth is.
    GrowthMeter longGrowth;
    GrowthMeter shortGrowth;
    /// Where Portfolio is.
    PortfolioPolicy portfolio;
}

/// @dev Rounds walked over, the latest first.
struct Walk {
    uint256 count;
    uint256[] prices;
    uint32[] times;
}

/// @title VolatilityOracle
/// @notice Keeps one variance word for each market, from the rounds its feed writes. Price and time are the feed's own,
/// so asking twice changes nothing, and a caller can choose when to observe but not what.
abstract contract VolatilityOracle is IVolatilityOracle {
    /* CONSTANTS: the estimator. Another time constant is another guard. Evidence: docs/math.md */

    uint256 public constant FAST_TAU = 4 hours;
    uint256 public constant SLOW_TAU = 7 days;
    uint256 public constant MIN_INTERVAL = 600;
    /// @notice The slow average ignores returns beyond six standard deviations: 6² = 36.
    uint256 public constant CLIP_SQUARED = 36;
    /// @notice 150 % a year, until enough was seen to know better.
    uint256 public constant INITIAL_VARIANCE = 2.25e18;
    /// @notice Observations after which the estimate is trusted below `INITIAL_VARIANCE`: one fast time constant of them.
    uint256 public constant WARM_UP_SAMPLES = FAST_TAU / MIN_INTERVAL;
    /// @notice Rounds one call observes at the most.
    uint256 public constant MAX_ROUNDS = 64;

    /* STORAGE */

    mapping(bytes32 id => Market) internal _markets;

    /* EXTERNAL */

    /// @inheritdoc IVolatilityOracle
    function poke(bytes32 market) external {
        (Market storage m, FeedPolicy policy) = _market(market);
        Round memory latest = FeedReader.latest(policy.feed(), policy.feedDecimals());
        if (!latest.isUsable) revert FeedUnusable(policy.feed());
        VolatilitySlot slot = m.volatility;
        VolatilityWord word = slot.word();
        word = _isNext(slot, word, latest, policy)
            ? _observe(word, latest, policy, _parameters(_varianceFloor(policy)))
            : _catchUp(market, word, latest, policy);
        _store(market, m, slot, VolatilitySlotLibrary.stamp(word, latest.id));
    }

    /// @inheritdoc IVolatilityOracle
    function pokeFrom(bytes32 market, uint80 round) external {
        (Market storage m, FeedPolicy policy) = _market(market);
        VolatilitySlot slot = m.volatility;
        VolatilityWord word = slot.word();
        bool isObserved = _requireObserved(market, round, word, policy);
        VolatilityParameters memory parameters = _parameters(_varianceFloor(policy));
        uint80 id = round;
        uint256 reached = 0;
        for (uint256 walked = 0; walked < MAX_ROUNDS; ++walked) {
            Round memory next = FeedReader.at(policy.feed(), policy.feedDecimals(), id + 1);
            if (!next.exists) break;
            ++id;
            reached = next.updatedAt;
            if (!next.isUsable) continue;
            // What came before the beginning of a phase is lost: the step to its first round is a gap.
            word = isObserved ? _observe(word, next, policy, parameters) : _observeAcrossGap(word, next, parameters);
            isObserved = true;
        }
        // A walk over what was observed already must not move the stamp back: a round missed later would look like the next.
        if (reached > slot.word().time()) _store(market, m, slot, VolatilitySlotLibrary.stamp(word, id));
    }

    /* PUBLIC VIEW */

    /// @inheritdoc IVolatilityOracle
    function variance(bytes32 market) external view returns (uint256) {
        (Market storage m, FeedPolicy policy) = _market(market);
        return VolatilityMath.variance(m.volatility.word(), _varianceFloor(policy));
    }

    /// @inheritdoc IVolatilityOracle
    function volatilityWord(bytes32 market) external view returns (uint256) {
        return VolatilityWord.unwrap(_markets[market].volatility.word());
    }

    /* INTERNAL */

    function _market(bytes32 market) internal view returns (Market storage m, FeedPolicy policy) {
        m = _markets[market];
        policy = m.feed;
        if (!policy.isSet()) revert PolicyNotSet(market);
    }

    /// @dev Whether this round may be stored as the next observation: the first of all, or the one right after the last
    /// and no more than a heartbeat later, so that nothing in between was missed.
    function _isNext(VolatilitySlot slot, VolatilityWord word, Round memory round, FeedPolicy policy)
        internal
        pure
        returns (bool)
    {
        return word.samples() == 0 || (slot.isFollowedBy(round.id) && _isWatched(word, round, policy));
    }

    /// @dev Whether the feed kept its heartbeat since the last observation.
    function _isWatched(VolatilityWord word, Round memory round, FeedPolicy policy) internal pure returns (bool) {
        return word.samples() == 0 || round.updatedAt <= word.time() + policy.heartbeat();
    }

    /// @dev The word as if `round` had just been sampled.
    function _observe(
        VolatilityWord word,
        Round memory round,
        FeedPolicy policy,
        VolatilityParameters memory parameters
    ) internal pure returns (VolatilityWord) {
        return _isWatched(word, round, policy)
            ? VolatilityMath.updateVolatility(word, round.price, round.updatedAt, parameters)
            : _observeAcrossGap(word, round, parameters);
    }

    function _observeAcrossGap(VolatilityWord word, Round memory round, VolatilityParameters memory parameters)
        internal
        pure
        returns (VolatilityWord)
    {
        return VolatilityMath.updateAcrossGap(word, round.price, round.updatedAt, parameters);
    }

    /// @dev The variance to size by as if `round` had just been sampled, and the slot to store for it: the same one where a
    /// round in between may have been missed.
    function _sample(VolatilitySlot slot, Round memory round, FeedPolicy policy)
        internal
        pure
        returns (uint256 variance_, VolatilitySlot next)
    {
        VolatilityWord word = slot.word();
        uint256 varianceFloor = _varianceFloor(policy);
        bool isNext = _isNext(slot, word, round, policy);
        // Most often the latest round is the one observed last, and there is nothing to update.
        if (round.updatedAt > word.time()) word = _observe(word, round, policy, _parameters(varianceFloor));
        next = isNext ? VolatilitySlotLibrary.stamp(word, round.id) : slot;
        variance_ = _sizingVariance(word, varianceFloor);
    }

    /// @dev Variance to size by: the estimate, and until it has seen enough never below the conservative beginning.
    function _sizingVariance(VolatilityWord word, uint256 varianceFloor) internal pure returns (uint256 result) {
        result = VolatilityMath.variance(word, varianceFloor);
        if (word.samples() < WARM_UP_SAMPLES && result < INITIAL_VARIANCE) result = INITIAL_VARIANCE;
    }

    /// @dev Writes what changed: the stamp alone, when the feed wrote another round of the same second.
    function _store(bytes32 market, Market storage m, VolatilitySlot slot, VolatilitySlot next) internal {
        if (VolatilitySlot.unwrap(next) == VolatilitySlot.unwrap(slot)) return;
        m.volatility = next;
        uint256 word = VolatilityWord.unwrap(next.word());
        if (word != VolatilityWord.unwrap(slot.word())) emit VarianceSampled(market, word);
    }

    function _parameters(uint256 varianceFloor) internal pure returns (VolatilityParameters memory parameters) {
        parameters.fastTau = FAST_TAU;
        parameters.slowTau = SLOW_TAU;
        parameters.minInterval = MIN_INTERVAL;
        parameters.clipSquared = CLIP_SQUARED;
        parameters.varianceFloor = varianceFloor;
        parameters.initialVariance = INITIAL_VARIANCE;
    }

    /// @dev floor²/W, exact because the floor is a multiple of 1e14: the policy keeps a volatility because people think in it,
    /// the estimator needs its square.
    function _varianceFloor(FeedPolicy policy) internal pure returns (uint256) {
        uint256 floor = policy.volatilityFloor();
        unchecked {
            // Below 2^63, so the square fits.
            return floor * floor / WAD;
        }
    }

    /* PRIVATE */

    /// @dev Whether `round` was observed; reverts unless it was, or is the (empty) beginning of a phase.
    function _requireObserved(bytes32 market, uint80 round, VolatilityWord word, FeedPolicy policy)
        private
        view
        returns (bool)
    {
        Round memory anchor = FeedReader.at(policy.feed(), policy.feedDecimals(), round);
        if (anchor.exists && anchor.updatedAt <= word.time()) return true;
        bool beginsPhase = !anchor.exists && uint64(round) == 0 && word.samples() > 0;
        if (!beginsPhase) revert RoundNotObserved(market, round, anchor.updatedAt, word.time());
        return false;
    }

    /// @dev Walks back to the last observation, then observes forward. Where the feed's history ends before that, the
    /// first step is a gap, across which variance can only rise.
    function _catchUp(bytes32 market, VolatilityWord word, Round memory latest, FeedPolicy policy)
        private
        view
        returns (VolatilityWord)
    {
        // Nothing is newer: a round that was observed before, or one the feed dated back.
        if (latest.updatedAt <= word.time()) return word;
        Walk memory walk = Walk(0, new uint256[](MAX_ROUNDS), new uint32[](MAX_ROUNDS));
        bool isWhole = _collect(market, word, latest, policy, walk);
        VolatilityParameters memory parameters = _parameters(_varianceFloor(policy));
        Round memory round;
        while (walk.count > 0) {
            --walk.count;
            (round.price, round.updatedAt) = (walk.prices[walk.count], walk.times[walk.count]);
            word = isWhole ? _observe(word, round, policy, parameters) : _observeAcrossGap(word, round, parameters);
            isWhole = true;
        }
        return word;
    }

    /// @dev Fills `walk` from the latest round backwards with the usable ones after the last observation.
    /// @return isWhole whether it arrived at what was observed already, rather than at the end of the feed's history
    function _collect(bytes32 market, VolatilityWord word, Round memory latest, FeedPolicy policy, Walk memory walk)
        private
        view
        returns (bool isWhole)
    {
        Round memory round = latest;
        for (uint256 walked = 0; round.exists && round.updatedAt > word.time(); ++walked) {
            if (walked == MAX_ROUNDS) revert TooManyRounds(market, word.time(), MAX_ROUNDS);
            if (round.isUsable) {
                (walk.prices[walk.count], walk.times[walk.count]) = (round.price, round.updatedAt);
                ++walk.count;
            }
            if (round.id == 0) break;
            round = FeedReader.at(policy.feed(), policy.feedDecimals(), round.id - 1);
        }
        isWhole = round.exists && round.updatedAt <= word.time();
    }
}
