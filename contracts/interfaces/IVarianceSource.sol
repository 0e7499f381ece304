// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @notice Something outside that has an opinion of how much a market will move. A guard asks it through `sync`, which anyone
/// may call, with a bound on the gas, and takes every revert and every malformed answer for having nothing to say.
interface IVarianceSource {
    /// @notice What the source says of a market now. Reverts where it has nothing to say.
    /// @param market the guard's id of the market
    /// @return variance_ of log returns, WAD per year
    /// @return validUntil seconds, unix: until when the source stands by it
    function varianceOf(bytes32 market) external view returns (uint256 variance_, uint256 validUntil);
}
