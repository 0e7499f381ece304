// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RoundKeeper} from "../oracle/feeds/RoundKeeper.sol";

/// @notice A source without history whose price the owner of the test sets, and the rounds that are kept of it.
contract KeptFeed is RoundKeeper {
    error SourceDown();

    uint8 public override decimals;
    int256 public answer;
    uint256 public updatedAt;
    bool public isDown;

    constructor(uint8 decimals_, uint256 minSpacing) RoundKeeper(minSpacing) {
        decimals = decimals_;
    }

    function set(int256 answer_, uint256 updatedAt_) external {
        (answer, updatedAt) = (answer_, updatedAt_);
    }

    function setDown(bool isDown_) external {
        isDown = isDown_;
    }

    function _current() internal view override returns (int256, uint256) {
        if (isDown) revert SourceDown();
        return (answer, updatedAt);
    }
}
