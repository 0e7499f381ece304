// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FeedReader} from "../FeedReader.sol";
import {FeedConfig} from "./FeedConfig.sol";

/// @notice A source as a constructor is told of it.
/// @param feed of the AggregatorV3 shape
/// @param heartbeat seconds after which its price is too old, from 1 to 30 days
/// @param gasLimit what it gets to answer, from 20 000 to 1 000 000: twice what it takes when nothing of it was touched
/// before, because a caller may touch it before
struct SourceConfig {
    address feed;
    uint32 heartbeat;
    uint32 gasLimit;
}

/// @notice A source as a feed remembers it: one word.
///
///     255 232 231      200 199       168 167      160 159   0
///     | 0  24 | gasLimit 32 | heartbeat 32 | decimals 8 | feed 160 |
type FeedSource is uint256;

using FeedSourceLibrary for FeedSource global;

library FeedSourceLibrary {
    /// @notice There is no feed at this address, or it does not say its decimals as one number up to 36.
    error NotAFeed(address source);

    uint256 private constant MAX_HEARTBEAT = 30 days;
    uint256 private constant MIN_GAS = 20_000;
    /// @dev Who is not given this much keeps a 63rd of it: too little to do anything with.
    uint256 private constant MAX_GAS = 1_000_000;

    /// @dev Reverts `NotAFeed` or `ConfigOutOfRange`.
    function create(SourceConfig memory config) internal view returns (FeedSource) {
        FeedConfig.requireInRange("heartbeat", config.heartbeat, 1, MAX_HEARTBEAT);
        FeedConfig.requireInRange("gasLimit", config.gasLimit, MIN_GAS, MAX_GAS);
        return _create(config.feed, config.gasLimit, config.heartbeat);
    }

    /// @notice The only source of a feed, whose age somebody else judges, and which gets all the gas there is.
    /// @dev Reverts `NotAFeed`.
    function create(address feed_) internal view returns (FeedSource) {
        return _create(feed_, 0, 0);
    }

    function feed(FeedSource source) internal pure returns (address) {
        return address(uint160(FeedSource.unwrap(source)));
    }

    function decimals(FeedSource source) internal pure returns (uint256) {
        return uint8(FeedSource.unwrap(source) >> 160);
    }

    /// @notice Seconds.
    function heartbeat(FeedSource source) internal pure returns (uint256) {
        return uint32(FeedSource.unwrap(source) >> 168);
    }

    function gasLimit(FeedSource source) internal pure returns (uint256) {
        return uint32(FeedSource.unwrap(source) >> 200);
    }

    function _create(address feed_, uint32 gasLimit_, uint32 heartbeat_) private view returns (FeedSource) {
        (bool ok, uint256 decimals_) = FeedReader.decimalsOf(feed_);
        if (!ok || decimals_ > FeedReader.MAX_DECIMALS) revert NotAFeed(feed_);
        return FeedSource.wrap(
            (uint256(gasLimit_) << 200) | (uint256(heartbeat_) << 168) | (decimals_ << 160) | uint160(feed_)
        );
    }
}
