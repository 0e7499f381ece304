// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IVolatilityOracle} from "./interfaces/IVolatilityOracle.sol";
import {FeedReader, Round} from "./oracle/FeedReader.sol";
import {VolatilityEstimator} from "./oracle/VolatilityEstimator.sol";
import {FeedPolicy} from "./types/FeedPolicy.sol";
import {VolatilitySlot, VolatilitySlotLibrary} from "./types/VolatilitySlot.sol";
import {VolatilityParameters, VolatilityWord} from "./types/VolatilityWord.sol";

/// @dev Rounds walked over, the latest first.
struct Walk {
    uint256 count;
    uint256[] prices;
    uint32[] times;
}

/// @title RoundWalker
/// @notice Walks over a feed's past rounds, as a contract of its own: a guard creates one for itself, so that what only
/// keepers need takes no room from what trading needs (EIP-170).
/// @dev Keeps nothing and owns nothing. A round that is no price takes no part, and none of the room of a call: the caller
/// pays for looking at it.
contract RoundWalker {
    /// @notice Usable rounds one call observes at the most.
    uint256 public constant MAX_ROUNDS = VolatilityEstimator.MAX_ROUNDS;

    /// @notice The slot after every round since the last observation: walks back to that, then observes forward. Where the
    /// feed's history ends before it, the first step is a gap, across which variance can only rise.
    /// @param latest the feed's latest round, usable
    /// @dev Reverts `TooManyRounds`.
    function catchUp(bytes32 market, VolatilitySlot slot, FeedPolicy policy, Round memory latest)
        external
        view
        returns (VolatilitySlot)
    {
        VolatilityWord word = slot.word();
        // Nothing is newer: a round that was observed before, or one the feed dated back.
        if (latest.updatedAt <= word.time()) return VolatilitySlotLibrary.stamp(word, latest.id);
        Walk memory walk = Walk(0, new uint256[](MAX_ROUNDS), new uint32[](MAX_ROUNDS));
        bool isWhole = _collect(market, word, latest, policy, walk);
        VolatilityParameters memory parameters = _parameters(policy);
        Round memory round;
        while (walk.count > 0) {
            --walk.count;
            (round.price, round.updatedAt) = (walk.prices[walk.count], walk.times[walk.count]);
            word = _observe(word, round, policy, parameters, isWhole);
            isWhole = true;
        }
        return VolatilitySlotLibrary.stamp(word, latest.id);
    }

    /// @notice The slot after the rounds that follow `round`, oldest first, up to the bound of one call.
    /// @dev Reverts `RoundNotObserved`.
    function walkFrom(bytes32 market, VolatilitySlot slot, FeedPolicy policy, uint80 round)
        external
        view
        returns (VolatilitySlot)
    {
        VolatilityWord word = slot.word();
        bool isObserved = _requireObserved(market, round, word, policy);
        VolatilityParameters memory parameters = _parameters(policy);
        uint80 id = round;
        uint256 reached = 0;
        for (uint256 observed = 0; observed < MAX_ROUNDS;) {
            Round memory next = FeedReader.at(policy.feed(), policy.feedDecimals(), id + 1);
            if (!next.exists) break;
            ++id;
            reached = next.updatedAt;
            if (!next.isUsable) continue;
            ++observed;
            // What came before the beginning of a phase is lost: the step to its first round is a gap.
            word = _observe(word, next, policy, parameters, isObserved);
            isObserved = true;
        }
        // A walk over what was observed already must not move the stamp back: a round missed later would look like the next.
        return reached > slot.word().time() ? VolatilitySlotLibrary.stamp(word, id) : slot;
    }

    /// @notice The slot of a market that is not warm yet, begun anew as many rounds before the latest: what it would be had
    /// it been kept since then.
    /// @param rounds how many, as far as the feed's phase goes back
    /// @dev Reverts `MarketIsWarm`, `FeedUnusable`, and `HistoryTooShort` where the result is not warm, or begins later than
    /// what it replaces was last observed.
    function seed(bytes32 market, VolatilitySlot slot, FeedPolicy policy, uint256 rounds)
        external
        view
        returns (VolatilitySlot)
    {
        if (_isWarm(slot.word())) revert IVolatilityOracle.MarketIsWarm(market);
        Round memory latest = FeedReader.latest(policy.feed(), policy.feedDecimals());
        if (!latest.isUsable) revert IVolatilityOracle.FeedUnusable(policy.feed());
        VolatilityParameters memory parameters = _parameters(policy);
        VolatilityWord word;
        uint256 begin = 0;
        bool isWhole = true;
        // The id of a phase's first round ends in 1.
        for (uint80 id = latest.id - uint80(Math.min(rounds, uint64(latest.id))); id < latest.id; ++id) {
            Round memory round = FeedReader.at(policy.feed(), policy.feedDecimals(), id);
            // What the feed lost may have been anything.
            if (!round.exists) isWhole = false;
            if (!round.isUsable) continue;
            if (begin == 0) begin = round.updatedAt;
            word = _observe(word, round, policy, parameters, isWhole);
            isWhole = true;
        }
        word = _observe(word, latest, policy, parameters, isWhole);
        bool isOlder = slot.word().samples() == 0 || begin < slot.word().time();
        if (!isOlder || !_isWarm(word)) revert IVolatilityOracle.HistoryTooShort(market, word.samples(), begin);
        return VolatilitySlotLibrary.stamp(word, latest.id);
    }

    function _isWarm(VolatilityWord word) private pure returns (bool) {
        return word.samples() >= VolatilityEstimator.WARM_UP_SAMPLES;
    }

    function _parameters(FeedPolicy policy) private pure returns (VolatilityParameters memory) {
        return VolatilityEstimator.parameters(VolatilityEstimator.varianceFloor(policy));
    }

    function _observe(
        VolatilityWord word,
        Round memory round,
        FeedPolicy policy,
        VolatilityParameters memory parameters,
        bool isWhole
    ) private pure returns (VolatilityWord) {
        return isWhole
            ? VolatilityEstimator.observe(word, round, policy, parameters)
            : VolatilityEstimator.observeAcrossGap(word, round, policy, parameters);
    }

    /// @dev Whether `round` was observed; reverts unless it was, or is the (empty) beginning of a phase.
    function _requireObserved(bytes32 market, uint80 round, VolatilityWord word, FeedPolicy policy)
        private
        view
        returns (bool)
    {
        Round memory anchor = FeedReader.at(policy.feed(), policy.feedDecimals(), round);
        if (anchor.exists && anchor.updatedAt <= word.time()) return true;
        bool beginsPhase = !anchor.exists && uint64(round) == 0 && word.samples() > 0;
        if (!beginsPhase) {
            revert IVolatilityOracle.RoundNotObserved(market, round, anchor.updatedAt, word.time());
        }
        return false;
    }

    /// @dev Fills `walk` from the latest round backwards with the usable ones after the last observation.
    /// @return isWhole whether it arrived at what was observed already, rather than at the end of the feed's history
    function _collect(bytes32 market, VolatilityWord word, Round memory latest, FeedPolicy policy, Walk memory walk)
        private
        view
        returns (bool isWhole)
    {
        Round memory round = latest;
        while (round.exists && round.updatedAt > word.time()) {
            if (round.isUsable) {
                if (walk.count == MAX_ROUNDS) {
                    revert IVolatilityOracle.TooManyRounds(market, word.time(), MAX_ROUNDS);
                }
                (walk.prices[walk.count], walk.times[walk.count]) = (round.price, round.updatedAt);
                ++walk.count;
            }
            if (round.id == 0) break;
            round = FeedReader.at(policy.feed(), policy.feedDecimals(), round.id - 1);
        }
        isWhole = round.exists && round.updatedAt <= word.time();
    }
}
