// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAggregatorV3} from "../../interfaces/IAggregatorV3.sol";
import {IConfidenceFeed} from "../../interfaces/IConfidenceFeed.sol";
import {BoundedCall} from "./BoundedCall.sol";
import {FeedConfig} from "./FeedConfig.sol";
import {FeedSourceLibrary} from "./FeedSource.sol";
import {FeedWrapper} from "./FeedWrapper.sol";
import {SourceReader, SourceRound} from "./SourceReader.sol";

/// @title SequencerGuard
/// @notice A feed on a rollup, which has no price while the sequencer is down, nor for a grace period after it came back:
/// while it was down prices moved without the feed, and those who could still act were not those who were hurt.
/// @dev The uptime feed is Chainlink's: answer 0 is up, 1 is down, `startedAt` since when. In doubt the sequencer is down.
/// @dev Warning: put this outermost. Inside a `FallbackFeed` or `MedianFeed` it is one source that fails.
contract SequencerGuard is FeedWrapper {
    using SourceReader for SourceRound;

    uint256 private constant UP = 0;
    uint256 private constant DOWN = 1;
    uint256 private constant ROUND_WORDS = 5;
    uint256 private constant MAX_GRACE = 1 days;

    address public immutable UPTIME_FEED;
    /// @notice Seconds after the sequencer came back during which there is no price.
    uint256 public immutable GRACE_PERIOD;

    /// @param uptimeFeed Chainlink's for this rollup
    /// @param gracePeriod seconds, up to a day
    /// @dev Reverts `NotAFeed` or `ConfigOutOfRange`. The uptime feed need not be up.
    constructor(address feed, address uptimeFeed, uint256 gracePeriod) FeedWrapper(feed) {
        FeedConfig.requireInRange("gracePeriod", gracePeriod, 1, MAX_GRACE);
        if (uptimeFeed.code.length == 0) revert FeedSourceLibrary.NotAFeed(uptimeFeed);
        (UPTIME_FEED, GRACE_PERIOD) = (uptimeFeed, gracePeriod);
    }

    /// @notice The feed's latest round.
    /// @dev Reverts `SequencerDown` with the second since when it is down or up, and 0 where nobody can say; or
    /// `SourceUnusable`.
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        _requireSequencer();
        SourceRound memory round = _latest();
        return round.answered(round.id);
    }

    /// @inheritdoc IConfidenceFeed
    /// @dev Reverts as `latestRoundData` does, and where the feed does not say how sure it is.
    function latestRoundDataWithConfidence() external view returns (uint80, int256, uint256, uint256, uint80) {
        _requireSequencer();
        return _withConfidence(_latest());
    }

    /// @notice The feed's round with this id, whatever the sequencer does now.
    /// @dev Reverts `NoSuchRound`.
    function getRoundData(uint80 id) external view returns (uint80, int256, uint256, uint256, uint80) {
        return _at(id).answered(id);
    }

    function _requireSequencer() private view {
        bytes memory data = abi.encodeCall(IAggregatorV3.latestRoundData, ());
        (bool ok, uint256[] memory words) = BoundedCall.tryReadOnly(UPTIME_FEED, data, ROUND_WORDS);
        (uint256 answer, uint256 startedAt, uint256 updatedAt) = (words[1], words[2], words[3]);
        bool isKnown = ok && answer <= DOWN && _isPast(startedAt) && _isPast(updatedAt);
        if (!isKnown) revert SequencerDown(0);
        if (answer != UP || block.timestamp - startedAt <= GRACE_PERIOD) revert SequencerDown(startedAt);
    }

    function _isPast(uint256 time) private view returns (bool) {
        return time > 0 && time <= block.timestamp;
    }
}
