// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PolicyOrder} from "../governance/PolicyOrder.sol";
import {PolicyWords} from "../interfaces/ISizingGuard.sol";
import {PolicyRules} from "../libraries/PolicyRules.sol";

/// @title GovernanceHarness
/// @notice The order of policies, callable from outside.
/// @dev For tests.
contract GovernanceHarness {
    function requireTighter(bytes32 market, PolicyWords calldata current, PolicyWords calldata next) external pure {
        PolicyRules.requireInRange(market, next);
        PolicyOrder.requireTighter(market, current, next);
    }
}
