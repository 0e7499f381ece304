// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TickPrice} from "../oracle/feeds/TickPrice.sol";

/// @title FeedHarness
/// @notice The arithmetic of the feeds, callable from outside.
/// @dev For tests.
contract FeedHarness {
    function priceUp(int256 tickSum, uint256 duration, int256 decimals) external pure returns (int256) {
        return TickPrice.priceUp(tickSum, duration, decimals);
    }
}
