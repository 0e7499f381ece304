// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMath, WAD} from "../FixedPointMath.sol";

/// @title OracleScale
/// @notice How much of every limit an ageing price still supports.
/// @dev Mirror: `sdk/src/limits/oracle.ts`.
library OracleScale {
    /// @notice 1 up to the heartbeat, 0 from `maxAge` on, a straight line between them; rounded down, WAD.
    /// @param age seconds since the feed's last answer; `heartbeat` and `maxAge` in seconds
    function oracleScale(uint256 age, uint256 heartbeat, uint256 maxAge) internal pure returns (uint256) {
        if (age <= heartbeat) return WAD;
        if (age >= maxAge) return 0;
        return FixedPointMath.mulDivDown(WAD, maxAge - age, maxAge - heartbeat);
    }
}
