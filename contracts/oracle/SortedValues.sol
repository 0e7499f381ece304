// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title SortedValues
/// @notice A short list in memory that stays in ascending order as it grows: what a median is taken of.
library SortedValues {
    /// @notice Puts a value into the first `count`, which are in ascending order, and keeps them so.
    function insert(uint256[] memory sorted, uint256 count, uint256 value) internal pure {
        uint256 i = count;
        for (; i > 0 && sorted[i - 1] > value; --i) sorted[i] = sorted[i - 1];
        sorted[i] = value;
    }
}
