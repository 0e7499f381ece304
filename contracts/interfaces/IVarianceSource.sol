// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @title Somebody who says what a market's variance is
/// @notice An implied-volatility index, signed forecasts. A guard asks it in `sync`, and believes it no further than its
/// policy says.
interface IVarianceSource {
    /// @notice What the source says of a market now.
    /// @param market the guard's id of the market
    /// @return variance WAD per year
    /// @return validUntil seconds, unix: until when the source stands by it
    /// @dev Reverts where it has nothing to say.
    function varianceOf(bytes32 market) external view returns (uint256 variance, uint256 validUntil);
}
