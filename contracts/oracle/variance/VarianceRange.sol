// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {VolatilityWordLibrary} from "../../types/VolatilityWord.sol";

/// @title VarianceRange
/// @notice What can be the variance of a market at all. Outside, a source has its units wrong, or lies.
library VarianceRange {
    /// @notice No market has such a variance, WAD per year.
    error VarianceOutOfRange(uint256 variance, uint256 minimum, uint256 maximum);

    /// @dev A volatility of 0.1 % a year: two dollars that are worth the same move more.
    uint256 internal constant MIN_VARIANCE = 1e12;
    /// @dev A volatility of 6 872 % a year: what a guard's own estimate can be.
    uint256 internal constant MAX_VARIANCE = VolatilityWordLibrary.MAX_VARIANCE;

    /// @dev Reverts `VarianceOutOfRange`.
    function requireInRange(uint256 variance) internal pure {
        if (variance < MIN_VARIANCE || variance > MAX_VARIANCE) {
            revert VarianceOutOfRange(variance, MIN_VARIANCE, MAX_VARIANCE);
        }
    }
}
