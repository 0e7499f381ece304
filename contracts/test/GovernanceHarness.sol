// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PolicyFields} from "../governance/PolicyFields.sol";
import {PolicyOrder} from "../governance/PolicyOrder.sol";
import {PolicyField, PolicyWords, Position} from "../interfaces/ISizingGuard.sol";
import {ForcedReduction, ForcedState} from "../libraries/ForcedReduction.sol";
import {PolicyRules} from "../libraries/PolicyRules.sol";

/// @title GovernanceHarness
/// @notice The order of policies, their single fields and forced reductions, callable from outside.
/// @dev For tests.
contract GovernanceHarness {
    function requireTighter(bytes32 market, PolicyWords calldata current, PolicyWords calldata next) external pure {
        PolicyRules.requireInRange(market, next);
        PolicyOrder.requireTighter(market, current, next);
    }

    function getField(PolicyWords calldata words, PolicyField field) external pure returns (uint256) {
        return PolicyFields.getField(words, field);
    }

    function setField(PolicyWords calldata words, PolicyField field, uint256 value)
        external
        pure
        returns (PolicyWords memory)
    {
        return PolicyFields.setField(words, field, value);
    }

    function decodeField(PolicyField field, uint256 value) external pure returns (uint256) {
        return PolicyFields.decodeField(field, value);
    }

    function forcedSize(PolicyWords calldata words, Position calldata holding, ForcedState calldata state)
        external
        pure
        returns (uint256)
    {
        return ForcedReduction.forcedSize(words, holding, state);
    }

    function survivable(PolicyWords calldata words, Position calldata holding, ForcedState calldata state)
        external
        pure
        returns (uint256 survivableMove, uint256 adverseMove)
    {
        return ForcedReduction.survivable(words, holding, state);
    }

    function step(uint256 size, uint256 target, uint256 largestStep) external pure returns (uint256) {
        return ForcedReduction.step(size, target, largestStep);
    }

    function bounty(uint256 closed, uint256 size, uint256 price, int256 equity, uint256 ratio)
        external
        pure
        returns (uint256)
    {
        return ForcedReduction.bounty(closed, size, price, equity, ratio);
    }
}
