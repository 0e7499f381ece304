// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MockPyth} from "@pythnetwork/pyth-sdk-solidity/MockPyth.sol";

/// @notice Pyth's own test double, under a name of ours so that it is built: prices are whatever an update says, and as with
/// the real contract an update counts only where it was published after the one that is stored.
contract TestPyth is MockPyth {
    /// @param updateFee wei for each update
    constructor(uint256 updateFee) MockPyth(60, updateFee) {}
}
