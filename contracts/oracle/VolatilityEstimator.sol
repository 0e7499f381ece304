// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {WAD} from "../libraries/FixedPointMath.sol";
import {VolatilityMath} from "../libraries/VolatilityMath.sol";
import {FeedPolicy} from "../types/FeedPolicy.sol";
import {VolatilitySlot, VolatilitySlotLibrary} from "../types/VolatilitySlot.sol";
import {VolatilityParameters, VolatilityWord} from "../types/VolatilityWord.sol";
import {Round} from "./FeedReader.sol";

/// @title VolatilityEstimator
/// @notice How a feed's rounds become a market's variance: which may be stored, which are a gap, and how calm is believed.
/// @dev No storage, no clock, no call. Mirror: `sdk/src/guard/snapshot.ts`.
library VolatilityEstimator {
    /* CONSTANTS: another time constant is another guard. Evidence: docs/math.md */

    uint256 internal constant FAST_TAU = 4 hours;
    uint256 internal constant SLOW_TAU = 7 days;
    uint256 internal constant MIN_INTERVAL = 600;
    uint256 internal constant CLIP_SQUARED = 36;
    uint256 internal constant INITIAL_VARIANCE = 2.25e18;
    uint256 internal constant WARM_UP_SAMPLES = FAST_TAU / MIN_INTERVAL;
    uint256 internal constant MAX_ROUNDS = 64;

    /// @notice Whether this round may be stored as the next observation: the first of all, or the one right after the last
    /// and no more than a heartbeat later, so that nothing in between was missed.
    function isNext(VolatilitySlot slot, VolatilityWord word, Round memory round, FeedPolicy policy)
        internal
        pure
        returns (bool)
    {
        return word.samples() == 0 || (slot.isFollowedBy(round.id) && isWatched(word, round, policy));
    }

    /// @notice Whether the feed kept its heartbeat since the last observation.
    function isWatched(VolatilityWord word, Round memory round, FeedPolicy policy) internal pure returns (bool) {
        return word.samples() == 0 || round.updatedAt <= word.time() + policy.heartbeat();
    }

    /// @notice The word as if `round` had just been sampled.
    function observe(
        VolatilityWord word,
        Round memory round,
        FeedPolicy policy,
        VolatilityParameters memory parameters_
    ) internal pure returns (VolatilityWord) {
        return isWatched(word, round, policy)
            ? _update(word, round, policy, parameters_)
            : observeAcrossGap(word, round, policy, parameters_);
    }

    /// @notice The same where rounds in between may be missing: variance does not fall.
    function observeAcrossGap(
        VolatilityWord word,
        Round memory round,
        FeedPolicy policy,
        VolatilityParameters memory parameters_
    ) internal pure returns (VolatilityWord) {
        return VolatilityMath.acrossGap(word, _update(word, round, policy, parameters_));
    }

    /// @notice The variance to size by as if `round` had just been sampled, WAD per year, and the slot to store for it: the
    /// same one where a round in between may have been missed.
    function sample(VolatilitySlot slot, Round memory round, FeedPolicy policy)
        internal
        pure
        returns (uint256 variance, VolatilitySlot next)
    {
        VolatilityWord word = slot.word();
        uint256 floor = varianceFloor(policy);
        bool isStored = isNext(slot, word, round, policy);
        // Most often the latest round is the one observed last, and there is nothing to update.
        if (round.updatedAt > word.time()) word = observe(word, round, policy, parameters(floor));
        next = isStored ? VolatilitySlotLibrary.stamp(word, round.id) : slot;
        variance = _sizingVariance(word, floor);
    }

    function parameters(uint256 floor) internal pure returns (VolatilityParameters memory result) {
        result.fastTau = FAST_TAU;
        result.slowTau = SLOW_TAU;
        result.minInterval = MIN_INTERVAL;
        result.clipSquared = CLIP_SQUARED;
        result.varianceFloor = floor;
        result.initialVariance = INITIAL_VARIANCE;
    }

    /// @notice floor²/W, exact because the floor is a multiple of 1e14: the policy keeps a volatility because people think in
    /// it, the estimator needs its square.
    function varianceFloor(FeedPolicy policy) internal pure returns (uint256) {
        uint256 floor = policy.volatilityFloor();
        unchecked {
            // Below 2^63, so the square fits.
            return floor * floor / WAD;
        }
    }

    function _update(
        VolatilityWord word,
        Round memory round,
        FeedPolicy policy,
        VolatilityParameters memory parameters_
    ) private pure returns (VolatilityWord) {
        return policy.isWinsorised()
            ? VolatilityMath.updateWinsorised(word, round.price, round.updatedAt, parameters_)
            : VolatilityMath.updateVolatility(word, round.price, round.updatedAt, parameters_);
    }

    /// @dev Variance to size by: the estimate, and until it has seen enough never below the conservative beginning.
    function _sizingVariance(VolatilityWord word, uint256 floor) private pure returns (uint256 result) {
        result = VolatilityMath.variance(word, floor);
        if (word.samples() < WARM_UP_SAMPLES && result < INITIAL_VARIANCE) result = INITIAL_VARIANCE;
    }
}
