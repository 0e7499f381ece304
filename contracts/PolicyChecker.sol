// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISizingGuard, PolicyWords} from "./interfaces/ISizingGuard.sol";
import {PolicyRules} from "./libraries/PolicyRules.sol";
import {SelfLimitRules} from "./libraries/SelfLimitRules.sol";
import {SelfLimit} from "./types/SelfLimit.sol";

/// @title PolicyChecker
/// @notice What a policy and a self limit must be, as a contract of its own: a guard creates one for itself and asks it once
/// for each, so that the rules take no room from what trading needs (EIP-170).
/// @dev Keeps nothing and owns nothing.
contract PolicyChecker {
    /// @notice Reverts with the first thing that is wrong with a policy (`PolicyRules.requireValid`).
    function requireValid(bytes32 market, PolicyWords calldata words) external view {
        PolicyRules.requireValid(market, words);
    }

    /// @notice Reverts where an account may not say this now: `SelfLimitOutOfRange`, or `SelfLimitLoosens` while `current` has
    /// not expired.
    function requireSelfLimit(bytes32 market, address account, SelfLimit current, SelfLimit next) external view {
        SelfLimitRules.requireInRange(next, block.timestamp);
        if (current.expiry() > block.timestamp && !SelfLimitRules.tightens(current, next)) {
            revert ISizingGuard.SelfLimitLoosens(market, account, SelfLimit.unwrap(current));
        }
    }
}
