// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MeterMath} from "../MeterMath.sol";

/// @title GrowthLimit
/// @notice How fast a side's open interest may grow: a bucket that fills with every increase and leaks at a steady rate.
/// @dev Mirror: `sdk/src/limits/growth.ts`.
library GrowthLimit {
    /// @notice max(0, capacity − max(0, level − refillRate·elapsed)), base WAD: how much more may be added now.
    /// @param level of the bucket when it was last written, base WAD
    /// @param refillRate base WAD per second; `elapsed` seconds since
    function growthHeadroom(uint256 level, uint256 capacity, uint256 refillRate, uint256 elapsed)
        internal
        pure
        returns (uint256)
    {
        return Math.saturatingSub(capacity, MeterMath.levelNow(level, refillRate, elapsed));
    }
}
