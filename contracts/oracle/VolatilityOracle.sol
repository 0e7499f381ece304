// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVolatilityOracle} from "../interfaces/IVolatilityOracle.sol";
import {VolatilityMath} from "../libraries/VolatilityMath.sol";
import {FixedPointMath, WAD} from "../libraries/FixedPointMath.sol";
import {FeedPolicy} from "../types/FeedPolicy.sol";
import {RiskPolicy} from "../types/RiskPolicy.sol";
import {VolatilityParameters, VolatilityWord} from "../types/VolatilityWord.sol";
import {FeedReader, Round} from "./FeedReader.sol";

/// @notice What a guard keeps for one market: three slots.
struct Market {
    FeedPolicy feed;
    RiskPolicy risk;
    VolatilityWord volatility;
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
        Market storage m = _market(market);
        FeedPolicy policy = m.feed;
        Round memory latest = FeedReader.latest(policy.feed(), policy.feedDecimals());
        if (!latest.isUsable) revert FeedUnusable(policy.feed());
        VolatilityWord word = m.volatility;
        if (_isWatched(word, latest, policy)) {
            _store(market, m, word, _observe(word, latest, policy));
        } else {
            _store(market, m, word, _catchUp(market, word, latest, policy));
        }
    }

    /// @inheritdoc IVolatilityOracle
    function pokeFrom(bytes32 market, uint80 round) external {
        Market storage m = _market(market);
        FeedPolicy policy = m.feed;
        VolatilityWord word = m.volatility;
        Round memory anchor = FeedReader.at(policy.feed(), policy.feedDecimals(), round);
        if (!anchor.exists || anchor.updatedAt > word.time()) {
            revert RoundNotObserved(market, round, anchor.updatedAt, word.time());
        }
        VolatilityWord next = word;
        for (uint80 id = round + 1; id <= round + MAX_ROUNDS; ++id) {
            Round memory current = FeedReader.at(policy.feed(), policy.feedDecimals(), id);
            if (!current.exists) break;
            if (current.isUsable) next = _observe(next, current, policy);
        }
        _store(market, m, word, next);
    }

    /* PUBLIC VIEW */

    /// @inheritdoc IVolatilityOracle
    function variance(bytes32 market) external view returns (uint256) {
        Market storage m = _market(market);
        return VolatilityMath.variance(m.volatility, _parameters(m.feed));
    }

    /// @inheritdoc IVolatilityOracle
    function volatilityWord(bytes32 market) external view returns (uint256) {
        return VolatilityWord.unwrap(_markets[market].volatility);
    }

    /* INTERNAL */

    function _market(bytes32 market) internal view returns (Market storage m) {
        m = _markets[market];
        if (!m.feed.isSet()) revert PolicyNotSet(market);
    }

    /// @dev Whether nothing can have been missed between the stored observation and this round.
    function _isWatched(VolatilityWord word, Round memory round, FeedPolicy policy) internal pure returns (bool) {
        return word.samples() == 0 || round.updatedAt <= word.time() + policy.heartbeat();
    }

    /// @dev The word as if `round` had just been sampled.
    function _observe(VolatilityWord word, Round memory round, FeedPolicy policy)
        internal
        pure
        returns (VolatilityWord)
    {
        return _isWatched(word, round, policy)
            ? VolatilityMath.updateVolatility(word, round.price, round.updatedAt, _parameters(policy))
            : VolatilityMath.updateAcrossGap(word, round.price, round.updatedAt, _parameters(policy));
    }

    /// @dev Variance to size by: the estimate, and until it has seen enough never below the conservative beginning.
    function _sizingVariance(VolatilityWord word, FeedPolicy policy) internal pure returns (uint256 result) {
        result = VolatilityMath.variance(word, _parameters(policy));
        if (word.samples() < WARM_UP_SAMPLES && result < INITIAL_VARIANCE) result = INITIAL_VARIANCE;
    }

    function _store(bytes32 market, Market storage m, VolatilityWord word, VolatilityWord next) internal {
        if (VolatilityWord.unwrap(next) == VolatilityWord.unwrap(word)) return;
        m.volatility = next;
        emit VarianceSampled(market, VolatilityWord.unwrap(next));
    }

    /// @dev ⌈floor²/W⌉: the policy keeps a volatility because people think in it, the estimator needs its square.
    function _parameters(FeedPolicy policy) internal pure returns (VolatilityParameters memory) {
        uint256 floor = policy.volatilityFloor();
        return VolatilityParameters({
            fastTau: FAST_TAU,
            slowTau: SLOW_TAU,
            minInterval: MIN_INTERVAL,
            clipSquared: CLIP_SQUARED,
            varianceFloor: FixedPointMath.mulDivUp(floor, floor, WAD),
            initialVariance: INITIAL_VARIANCE
        });
    }

    /* PRIVATE */

    /// @dev Walks back to the last observation, then observes forward. Where the feed's history ends before that, the
    /// first step is a gap, across which variance can only rise.
    function _catchUp(bytes32 market, VolatilityWord word, Round memory latest, FeedPolicy policy)
        private
        view
        returns (VolatilityWord)
    {
        Round[] memory rounds = new Round[](MAX_ROUNDS);
        uint256 count = _collect(market, word, latest, policy, rounds);
        while (count > 0) {
            word = _observe(word, rounds[--count], policy);
        }
        return word;
    }

    /// @dev Fills `rounds` from the latest backwards with those after the last observation, and counts them.
    function _collect(
        bytes32 market,
        VolatilityWord word,
        Round memory latest,
        FeedPolicy policy,
        Round[] memory rounds
    ) private view returns (uint256 count) {
        Round memory round = latest;
        for (uint256 walked = 0; round.exists && round.updatedAt > word.time(); ++walked) {
            if (walked == MAX_ROUNDS) revert TooManyRounds(market, word.time(), MAX_ROUNDS);
            if (round.isUsable) rounds[count++] = round;
            if (round.id == 0) break;
            round = FeedReader.at(policy.feed(), policy.feedDecimals(), round.id - 1);
        }
    }
}
