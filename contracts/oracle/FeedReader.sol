// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {IConfidenceFeed} from "../interfaces/IConfidenceFeed.sol";
import {IFeedErrors} from "../interfaces/IFeedErrors.sol";
import {OracleStatus} from "../interfaces/ISizingGuard.sol";
import {FixedPointMath, WAD} from "../libraries/FixedPointMath.sol";

/// @notice One round of a feed, converted at the edge.
/// @param isUsable whether it is a price at all: the other fields mean nothing if not
/// @param exists whether the feed knows this round (a round may exist and hold nonsense)
/// @param id the feed's own round id
/// @param price WAD quote per base, rounded up: exposure is never understated
/// @param updatedAt seconds, unix
/// @param confidence half the interval the price lies in, WAD ratio of the price, rounded up; 0 where nobody asked
/// @param fault why the feed does not answer, as it says; Invalid for every other reason
struct Round {
    bool isUsable;
    bool exists;
    uint80 id;
    uint32 updatedAt;
    uint256 price;
    uint256 confidence;
    OracleStatus fault;
}

/// @title FeedReader
/// @notice Reads a feed of the AggregatorV3 shape without ever reverting: whatever a feed does, reverting, returning
/// too little, too much or nonsense, ends as a round that is not usable.
library FeedReader {
    uint256 internal constant MAX_DECIMALS = 36;
    uint256 private constant WAD_DECIMALS = 18;
    uint256 private constant MAX_PRICE = uint256(type(int256).max);
    /// @dev Round ids are uint80; a longer word is not a round.
    uint256 private constant MAX_ROUND_ID = type(uint80).max;

    struct Answer {
        uint256 roundId;
        int256 answer;
        uint256 startedAt;
        uint256 updatedAt;
        uint256 answeredInRound;
    }

    /// @notice The feed's latest round.
    /// @param decimals of the feed's answers, at most 36
    function latest(address feed, uint256 decimals) internal view returns (Round memory) {
        return latest(feed, decimals, false);
    }

    /// @notice The same.
    /// @param hasConfidence whether to ask how sure it is too: of a feed that can't say there is no usable round then
    function latest(address feed, uint256 decimals, bool hasConfidence) internal view returns (Round memory round) {
        (bool ok, uint256 words) = _call(feed, _latestSelector(hasConfidence), 0, 0);
        if (!ok) {
            round.fault = _fault(words);
            return round;
        }
        _convert(round, words, decimals);
        if (hasConfidence && round.isUsable) round.confidence = _confidence(words);
    }

    /// @notice The round with this id; one that does not exist where the feed answers with another.
    function at(address feed, uint256 decimals, uint80 id) internal view returns (Round memory round) {
        (bool ok, uint256 words) = _call(feed, IAggregatorV3.getRoundData.selector, id, 0x20);
        if (ok) _convert(round, words, decimals);
        if (round.id != id) (round.exists, round.isUsable) = (false, false);
    }

    /// @notice The feed's latest answer word for word, judged by nobody.
    /// @return ok false where the call failed or returned less than five words: the answer means nothing then
    /// @return answer its five words
    /// @return fault where it failed: why, as the feed says
    function latestAnswer(address feed) internal view returns (bool ok, Answer memory answer, OracleStatus fault) {
        return latestAnswer(feed, false);
    }

    /// @notice The same.
    /// @param hasConfidence as for `latest`; the third word is the confidence then
    function latestAnswer(address feed, bool hasConfidence)
        internal
        view
        returns (bool ok, Answer memory answer, OracleStatus fault)
    {
        uint256 words;
        (ok, words) = _call(feed, _latestSelector(hasConfidence), 0, 0);
        if (!ok) fault = _fault(words);
        // Assembly because the five words lie in memory in the struct's own order.
        assembly ("memory-safe") {
            mcopy(answer, words, 0xa0)
        }
    }

    /// @notice The feed's decimals.
    /// @return ok false where the feed doesn't answer with one number
    function decimalsOf(address feed) internal view returns (bool ok, uint256 decimals) {
        bytes memory data = abi.encodeCall(IAggregatorV3.decimals, ());
        // Assembly because a typed call would revert on a malformed answer instead of reporting it.
        assembly ("memory-safe") {
            ok := staticcall(gas(), feed, add(data, 0x20), mload(data), 0, 0x20)
            ok := and(ok, gt(returndatasize(), 0x1f))
            decimals := mload(0)
        }
    }

    /// @dev Both answer in five words.
    function _latestSelector(bool hasConfidence) private pure returns (bytes4) {
        return hasConfidence
            ? IConfidenceFeed.latestRoundDataWithConfidence.selector
            : IAggregatorV3.latestRoundData.selector;
    }

    /// @dev The third word of an answer whose second is above 0, as a share of that.
    function _confidence(uint256 words) private pure returns (uint256) {
        (uint256 answer, uint256 half) = (0, 0);
        assembly ("memory-safe") {
            answer := mload(add(words, 0x20))
            half := mload(add(words, 0x40))
        }
        return FixedPointMath.mulDivUpSaturating(half, WAD, answer);
    }

    /// @dev Asks the feed, and copies exactly five words, so an oversized answer costs its author and not the caller. They are
    /// left in memory nobody owns, to be read before anything is allocated.
    function _call(address feed, bytes4 selector, uint256 argument, uint256 argumentBytes)
        private
        view
        returns (bool ok, uint256 words)
    {
        assembly ("memory-safe") {
            mstore(0, selector)
            mstore(0x04, argument)
            words := mload(0x40)
            ok := staticcall(gas(), feed, 0, add(4, argumentBytes), words, 0xa0)
            ok := and(ok, gt(returndatasize(), 0x9f))
        }
    }

    /// @dev Why the feed that was asked last failed: the selector of its error, where it returned as much.
    function _fault(uint256 words) private pure returns (OracleStatus) {
        uint256 selector;
        assembly ("memory-safe") {
            selector := mul(shr(224, mload(words)), gt(returndatasize(), 3))
        }
        if (selector == uint32(IFeedErrors.SequencerDown.selector)) return OracleStatus.SequencerDown;
        if (selector == uint32(IFeedErrors.SourcesDeviate.selector)) return OracleStatus.Deviating;
        return OracleStatus.Invalid;
    }

    /// @dev Fills an empty `round` from an answer of five words, as far as it makes sense.
    function _convert(Round memory round, uint256 words, uint256 decimals) private view {
        (uint256 roundId, int256 answer, uint256 updatedAt, uint256 answeredInRound) = _load(words);
        if (updatedAt == 0 || updatedAt > block.timestamp || roundId > MAX_ROUND_ID) return;
        round.exists = true;
        round.id = uint80(roundId);
        round.updatedAt = uint32(updatedAt);
        if (answer <= 0 || answeredInRound < roundId) return;
        (round.isUsable, round.price) = _toWadUp(uint256(answer), decimals);
    }

    function _load(uint256 words)
        private
        pure
        returns (uint256 roundId, int256 answer, uint256 updatedAt, uint256 answeredInRound)
    {
        assembly ("memory-safe") {
            roundId := mload(words)
            answer := mload(add(words, 0x20))
            updatedAt := mload(add(words, 0x60))
            answeredInRound := mload(add(words, 0x80))
        }
    }

    /// @dev A price beyond 2^255 − 1 has no logarithm here: not usable.
    function _toWadUp(uint256 answer, uint256 decimals) private pure returns (bool, uint256) {
        if (decimals > WAD_DECIMALS) return (true, Math.ceilDiv(answer, 10 ** (decimals - WAD_DECIMALS)));
        unchecked {
            uint256 factor = 10 ** (WAD_DECIMALS - decimals);
            return answer > MAX_PRICE / factor ? (false, 0) : (true, answer * factor);
        }
    }
}
