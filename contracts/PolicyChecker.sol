// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PolicyWords} from "./interfaces/ISizingGuard.sol";
import {PolicyRules} from "./libraries/PolicyRules.sol";

/// @title PolicyChecker
/// @notice What a policy must be, as a contract of its own: a guard creates one for itself and asks it once for each policy,
/// so that the rules take no room from what trading needs (EIP-170).
/// @dev Keeps nothing and owns nothing.
contract PolicyChecker {
    /// @notice Reverts with the first thing that is wrong with a policy (`PolicyRules.requireValid`).
    function requireValid(bytes32 market, PolicyWords calldata words) external view {
        PolicyRules.requireValid(market, words);
    }
}
