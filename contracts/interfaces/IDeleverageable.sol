// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {Position} from "./ISizingGuard.sol";

/// @title IDeleverageable: what a protocol offers to the DeleverageController of its guard
interface IDeleverageable {
    /// @notice What an account holds in a market now, as the guard would be told of it: `sizeAfter` = `sizeBefore`, no flow.
    function holding(bytes32 market, address account) external view returns (Position memory);

    /// @notice Closes part of a position, at the protocol's own fresh price, and tells the guard (`record`). What is paid out
    /// is the bounty and nothing else: the rest stays the account's.
    /// @param size base WAD to close, above 0 and at most the position's
    /// @param receiver who gets the bounty
    /// @param bounty quote WAD, out of the account's collateral: what is not there is not paid
    /// @dev Only for the controller. Reverts without a fresh price.
    function deleverage(bytes32 market, address account, uint256 size, address receiver, uint256 bounty) external;
}
