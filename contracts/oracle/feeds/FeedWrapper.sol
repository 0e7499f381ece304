// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAggregatorV3} from "../../interfaces/IAggregatorV3.sol";
import {IConfidenceFeed} from "../../interfaces/IConfidenceFeed.sol";
import {IFeedErrors} from "../../interfaces/IFeedErrors.sol";
import {FeedSource, FeedSourceLibrary} from "./FeedSource.sol";
import {SourceReader, SourceRound} from "./SourceReader.sol";

/// @title FeedWrapper
/// @notice A feed around one other: its ids, its decimals, its times.
abstract contract FeedWrapper is IAggregatorV3, IConfidenceFeed, IFeedErrors {
    FeedSource private immutable SOURCE_FEED;

    /// @dev Reverts `NotAFeed`.
    constructor(address feed) {
        SOURCE_FEED = FeedSourceLibrary.create(feed);
    }

    /// @inheritdoc IAggregatorV3
    function decimals() external view returns (uint8) {
        return uint8(SOURCE_FEED.decimals());
    }

    /// @notice The feed this is around.
    function source() public view returns (address) {
        return SOURCE_FEED.feed();
    }

    /// @dev Reverts `SourceUnusable`.
    function _latest() internal view returns (SourceRound memory) {
        return SourceReader.requireLatest(SOURCE_FEED, SOURCE_FEED.decimals());
    }

    /// @dev The words of `latestRoundDataWithConfidence` for a round that `_latest` returned. Reverts where the feed does not say
    /// how sure it is, or says it of another round.
    function _withConfidence(SourceRound memory round) internal view returns (uint80, int256, uint256, uint256, uint80) {
        (uint80 id, int256 answer, uint256 half,,) = IConfidenceFeed(source()).latestRoundDataWithConfidence();
        if (id != round.id || answer != round.answer) revert SourceUnusable(source());
        return (id, answer, half, round.updatedAt, id);
    }

    /// @dev Reverts `NoSuchRound`.
    function _at(uint80 id) internal view returns (SourceRound memory) {
        return SourceReader.requireAt(SOURCE_FEED, SOURCE_FEED.decimals(), id);
    }
}
