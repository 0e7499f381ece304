// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAggregatorV3} from "../../interfaces/IAggregatorV3.sol";
import {IFeedErrors} from "../../interfaces/IFeedErrors.sol";
import {BoundedCall} from "./BoundedCall.sol";
import {FeedSource} from "./FeedSource.sol";

/// @notice One round of a source.
/// @param exists whether the source knows this round
/// @param isUsable whether it is a price
/// @param answer in the decimals asked for, rounded up; 0 where it is no price
struct SourceRound {
    bool exists;
    bool isUsable;
    uint80 id;
    int256 answer;
    uint256 updatedAt;
}

/// @title SourceReader
/// @notice Reads the sources a feed is made of. Whatever a source does, reverting, burning its gas, returning too little, too
/// much or nonsense, ends as a round that is not usable; only a caller who sends too little gas gets an error.
library SourceReader {
    /// @notice The source has no such round.
    error NoSuchRound(uint80 round);

    uint256 private constant ROUND_WORDS = 5;
    /// @dev Asked each time: a source behind a proxy can become another, and with other decimals its price would be off by
    /// powers of ten.
    bytes private constant DECIMALS = abi.encodeWithSelector(IAggregatorV3.decimals.selector);
    bytes private constant LATEST = abi.encodeWithSelector(IAggregatorV3.latestRoundData.selector);

    /// @notice The latest round of one of several sources, for which it gets its gas and no more.
    /// @dev Reverts `NotEnoughGas` where it could not be given that.
    function latest(FeedSource source, uint256 decimals) internal view returns (SourceRound memory round) {
        (address feed, uint256 gasLimit) = (source.feed(), source.gasLimit());
        (bool ok, uint256[] memory words) = BoundedCall.tryRead(feed, DECIMALS, gasLimit, 1);
        if (!ok || words[0] != source.decimals()) return round;
        (ok, words) = BoundedCall.tryRead(feed, LATEST, gasLimit, ROUND_WORDS);
        if (ok) _convert(round, words, source.decimals(), decimals);
    }

    /// @notice The latest round of the only source; reverts `SourceUnusable` where that is no price.
    /// @dev The source gets all the gas, because nothing else could be asked in its place: to starve it costs the caller his gas.
    function requireLatest(FeedSource source, uint256 decimals) internal view returns (SourceRound memory round) {
        round = _ask(source, decimals, LATEST);
        if (!round.isUsable) revert IFeedErrors.SourceUnusable(source.feed());
    }

    /// @notice The source's round with this id; reverts `NoSuchRound` where it has none.
    /// @dev The source gets all the gas. An error for want of it would leave the caller nearly all, and who walks the history
    /// could be made to end too early.
    function requireAt(FeedSource source, uint256 decimals, uint80 id)
        internal
        view
        returns (SourceRound memory round)
    {
        round = _ask(source, decimals, abi.encodeCall(IAggregatorV3.getRoundData, (id)));
        if (!round.exists || round.id != id) revert NoSuchRound(id);
    }

    /// @notice Whether the round is a price, and no older than the source's heartbeat.
    function isFresh(SourceRound memory round, FeedSource source) internal view returns (bool) {
        return round.isUsable && block.timestamp - round.updatedAt <= source.heartbeat();
    }

    /// @notice The round in the words of a feed, with another id.
    /// @dev One that is no price has no answer in it, and says that it was not answered. An error instead would end the walk
    /// of whoever reads the history, and hide every round before.
    function answered(SourceRound memory round, uint80 id)
        internal
        pure
        returns (uint80, int256, uint256, uint256, uint80)
    {
        return round.isUsable
            ? (id, round.answer, round.updatedAt, round.updatedAt, id)
            : (id, int256(0), round.updatedAt, round.updatedAt, uint80(0));
    }

    function _ask(FeedSource source, uint256 decimals, bytes memory data)
        private
        view
        returns (SourceRound memory round)
    {
        (bool ok, uint256[] memory words) = BoundedCall.tryReadOnly(source.feed(), DECIMALS, 1);
        if (!ok || words[0] != source.decimals()) return round;
        (ok, words) = BoundedCall.tryReadOnly(source.feed(), data, ROUND_WORDS);
        if (ok) _convert(round, words, source.decimals(), decimals);
    }

    /// @dev Fills an empty `round` from an answer of five words, as far as it makes sense.
    function _convert(SourceRound memory round, uint256[] memory words, uint256 from, uint256 to) private view {
        (uint256 id, int256 answer, uint256 updatedAt) = (words[0], int256(words[1]), words[3]);
        if (id > type(uint80).max || updatedAt == 0 || updatedAt > block.timestamp) return;
        (round.exists, round.id, round.updatedAt) = (true, uint80(id), updatedAt);
        if (answer <= 0 || words[4] < id) return;
        (round.isUsable, round.answer) = _scale(uint256(answer), from, to);
    }

    /// @dev Rounded up as the guard rounds: never to zero. What does not fit is no price.
    function _scale(uint256 answer, uint256 from, uint256 to) private pure returns (bool, int256) {
        if (from > to) return (true, int256(Math.ceilDiv(answer, 10 ** (from - to))));
        unchecked {
            uint256 factor = 10 ** (to - from);
            return answer > uint256(type(int256).max) / factor ? (false, int256(0)) : (true, int256(answer * factor));
        }
    }
}
