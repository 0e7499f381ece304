// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";

/// @notice A feed whose latest round takes as much gas as the test says: what is left of a call that was starved is enough for
/// another feed.
contract HungryFeed is IAggregatorV3 {
    IAggregatorV3 public immutable FEED;
    uint256 public hunger;

    constructor(IAggregatorV3 feed) {
        FEED = feed;
    }

    function setHunger(uint256 hunger_) external {
        hunger = hunger_;
    }

    function decimals() external view returns (uint8) {
        return FEED.decimals();
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        uint256 start = gasleft();
        uint256 food = hunger;
        while (start - gasleft() < food) {}
        return FEED.latestRoundData();
    }

    function getRoundData(uint80 id) external view returns (uint80, int256, uint256, uint256, uint80) {
        return FEED.getRoundData(id);
    }
}
