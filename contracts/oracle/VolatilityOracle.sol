// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {RoundWalker} from "../RoundWalker.sol";
import {VarianceSync} from "../VarianceSync.sol";
import {IVolatilityOracle} from "../interfaces/IVolatilityOracle.sol";
import {VolatilityMath} from "../libraries/VolatilityMath.sol";
import {ExtendedPolicy} from "../types/ExtendedPolicy.sol";
import {FeedPolicy} from "../types/FeedPolicy.sol";
import {GrowthMeter} from "../types/GrowthMeter.sol";
import {PoolMeter} from "../types/PoolMeter.sol";
import {PortfolioPolicy} from "../types/PortfolioPolicy.sol";
import {PushedVariance} from "../types/PushedVariance.sol";
import {RiskPolicy} from "../types/RiskPolicy.sol";
import {VariancePolicy} from "../types/VariancePolicy.sol";
import {VolatilitySlot} from "../types/VolatilitySlot.sol";
import {VolatilityWord} from "../types/VolatilityWord.sol";
import {FeedReader, Round} from "./FeedReader.sol";
import {VolatilityEstimator} from "./VolatilityEstimator.sol";

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
    /// Where others' variance counts: read by `sync` alone.
    VariancePolicy variance;
    PushedVariance pushed;
}

/// @title VolatilityOracle
/// @notice Keeps one variance word for each market, from the rounds its feed writes. Price and time are the feed's own,
/// so asking twice changes nothing, and a caller can choose when to observe but not what.
abstract contract VolatilityOracle is IVolatilityOracle {
    /* CONSTANTS: the estimator (VolatilityEstimator.sol). Evidence: docs/math.md */

    uint256 public constant FAST_TAU = VolatilityEstimator.FAST_TAU;
    uint256 public constant SLOW_TAU = VolatilityEstimator.SLOW_TAU;
    uint256 public constant MIN_INTERVAL = VolatilityEstimator.MIN_INTERVAL;
    /// @notice The slow average ignores returns beyond six standard deviations: 6² = 36.
    uint256 public constant CLIP_SQUARED = VolatilityEstimator.CLIP_SQUARED;
    /// @notice 150 % a year, until enough was seen to know better.
    uint256 public constant INITIAL_VARIANCE = VolatilityEstimator.INITIAL_VARIANCE;
    /// @notice Observations after which the estimate is trusted below `INITIAL_VARIANCE`: one fast time constant of them.
    uint256 public constant WARM_UP_SAMPLES = VolatilityEstimator.WARM_UP_SAMPLES;
    /// @notice Usable rounds one call of `poke` or `pokeFrom` observes at the most.
    uint256 public constant MAX_ROUNDS = VolatilityEstimator.MAX_ROUNDS;

    /* IMMUTABLES */

    RoundWalker private immutable WALKER = new RoundWalker();
    VarianceSync private immutable SYNC = new VarianceSync();

    /* STORAGE */

    mapping(bytes32 id => Market) internal _markets;

    /* EXTERNAL */

    /// @inheritdoc IVolatilityOracle
    function poke(bytes32 market) external {
        (Market storage m, FeedPolicy policy) = _market(market);
        Round memory latest = FeedReader.latest(policy.feed(), policy.feedDecimals());
        if (!latest.isUsable) revert FeedUnusable(policy.feed());
        VolatilitySlot slot = m.volatility;
        if (!VolatilityEstimator.isNext(slot, slot.word(), latest, policy)) {
            return _store(market, m, slot, WALKER.catchUp(market, slot, policy, latest));
        }
        (, VolatilitySlot next) = VolatilityEstimator.sample(slot, latest, policy);
        _store(market, m, slot, next);
    }

    /// @inheritdoc IVolatilityOracle
    function pokeMany(bytes32[] calldata markets) external {
        for (uint256 i = 0; i < markets.length; ++i) {
            try this.poke(markets[i]) {}
            catch (bytes memory reason) {
                emit PokeFailed(markets[i], reason);
            }
        }
    }

    /// @inheritdoc IVolatilityOracle
    function pokeFrom(bytes32 market, uint80 round) external {
        (Market storage m, FeedPolicy policy) = _market(market);
        VolatilitySlot slot = m.volatility;
        _store(market, m, slot, WALKER.walkFrom(market, slot, policy, round));
    }

    /// @inheritdoc IVolatilityOracle
    function seed(bytes32 market, uint256 rounds) external {
        (Market storage m, FeedPolicy policy) = _market(market);
        VolatilitySlot slot = m.volatility;
        _store(market, m, slot, WALKER.seed(market, slot, policy, rounds));
    }

    /// @inheritdoc IVolatilityOracle
    function sync(bytes32 market) external {
        (Market storage m,) = _market(market);
        PushedVariance word = m.pushed;
        PushedVariance next = SYNC.next(market, m.variance, word);
        if (PushedVariance.unwrap(next) == PushedVariance.unwrap(word)) return;
        m.pushed = next;
        emit VarianceSynced(market, PushedVariance.unwrap(next));
    }

    /* PUBLIC VIEW */

    /// @inheritdoc IVolatilityOracle
    function variance(bytes32 market) external view returns (uint256) {
        (Market storage m, FeedPolicy policy) = _market(market);
        return VolatilityMath.variance(m.volatility.word(), VolatilityEstimator.varianceFloor(policy));
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

    /// @dev The variance to size by as if `round` had just been sampled, and the slot to store for it: the same one where a
    /// round in between may have been missed.
    function _sample(Market storage m, FeedPolicy policy, VolatilitySlot slot, Round memory round)
        internal
        view
        returns (uint256 variance_, VolatilitySlot next)
    {
        (variance_, next) = VolatilityEstimator.sample(slot, round, policy);
        if (policy.usesPushedVariance()) variance_ = Math.max(variance_, m.pushed.at(block.timestamp));
    }

    /// @dev Writes what changed: the stamp alone, when the feed wrote another round of the same second.
    function _store(bytes32 market, Market storage m, VolatilitySlot slot, VolatilitySlot next) internal {
        if (VolatilitySlot.unwrap(next) == VolatilitySlot.unwrap(slot)) return;
        m.volatility = next;
        uint256 word = VolatilityWord.unwrap(next.word());
        if (word != VolatilityWord.unwrap(slot.word())) emit VarianceSampled(market, word);
    }
}
