// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IConfidenceFeed} from "../../interfaces/IConfidenceFeed.sol";
import {FeedConfig} from "./FeedConfig.sol";
import {FeedWrapper} from "./FeedWrapper.sol";
import {SourceReader, SourceRound} from "./SourceReader.sol";

/// @title ClampGuard
/// @notice A feed whose price counts only inside its bounds. Many feeds stop at a smallest and a largest answer, and say
/// nothing about it: LUNA's stood at 0.107 while the market was at 0.01. There, no price is the true answer.
/// @dev Bounds are exclusive, in the feed's own decimals: give the aggregator's `minAnswer` and `maxAnswer`, or tighter ones.
/// @dev A guard walks over rounds outside, as many as the gas of a call carries.
contract ClampGuard is FeedWrapper {
    using SourceReader for SourceRound;

    /// @notice The feed is at a bound, or beyond: its price may be anything on the other side.
    error AnswerOutOfBounds(int256 answer, int256 minAnswer, int256 maxAnswer);

    int256 public immutable MIN_ANSWER;
    int256 public immutable MAX_ANSWER;

    /// @param minAnswer the largest answer that is too small, from 0
    /// @param maxAnswer the smallest answer that is too large, at least `minAnswer` + 2
    /// @dev Reverts `NotAFeed` or `ConfigOutOfRange`.
    constructor(address feed, uint256 minAnswer, uint256 maxAnswer) FeedWrapper(feed) {
        uint256 largest = uint256(type(int256).max);
        FeedConfig.requireInRange("minAnswer", minAnswer, 0, largest - 2);
        FeedConfig.requireInRange("maxAnswer", maxAnswer, minAnswer + 2, largest);
        (MIN_ANSWER, MAX_ANSWER) = (int256(minAnswer), int256(maxAnswer));
    }

    /// @notice The feed's latest round.
    /// @dev Reverts `AnswerOutOfBounds` or `SourceUnusable`.
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        SourceRound memory round = _latestInside();
        return round.answered(round.id);
    }

    /// @inheritdoc IConfidenceFeed
    /// @dev Reverts as `latestRoundData` does, and where the feed does not say how sure it is.
    function latestRoundDataWithConfidence() external view returns (uint80, int256, uint256, uint256, uint80) {
        return _withConfidence(_latestInside());
    }

    /// @notice The feed's round with this id; outside the bounds it is answered with 0, in no round, for a walk to pass over.
    /// @dev Reverts `NoSuchRound`.
    function getRoundData(uint80 id) external view returns (uint80, int256, uint256, uint256, uint80) {
        SourceRound memory round = _at(id);
        round.isUsable = round.isUsable && _isInside(round.answer);
        return round.answered(id);
    }

    function _latestInside() private view returns (SourceRound memory round) {
        round = _latest();
        if (!_isInside(round.answer)) revert AnswerOutOfBounds(round.answer, MIN_ANSWER, MAX_ANSWER);
    }

    function _isInside(int256 answer) private view returns (bool) {
        return answer > MIN_ANSWER && answer < MAX_ANSWER;
    }
}
