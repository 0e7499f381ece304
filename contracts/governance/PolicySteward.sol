// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISizingGuard, PolicyField, PolicyWords} from "../interfaces/ISizingGuard.sol";
import {IVolatilityOracle} from "../interfaces/IVolatilityOracle.sol";
import {Bounds, IPolicySteward} from "./IPolicySteward.sol";
import {ISizingGovernor} from "./ISizingGovernor.sol";
import {PolicyFields} from "./PolicyFields.sol";

/// @title PolicySteward
/// @notice See IPolicySteward. Nothing here is asked while trading: who closes this contract, or takes its role away, changes
/// no policy and refuses nobody.
contract PolicySteward is IPolicySteward, AccessManaged {
    uint256 private constant BPS = 10_000;

    /// @inheritdoc IPolicySteward
    ISizingGovernor public immutable GOVERNOR;
    ISizingGuard private immutable GUARD;

    /// @dev Both in one place, so that new bounds can't forget the last step.
    struct Kept {
        Bounds bounds;
        uint64 lastAdjusted;
    }

    mapping(bytes32 market => mapping(PolicyField field => Kept)) private _kept;

    /// @param authority the AccessManager of the governor, or another
    constructor(address authority, ISizingGovernor governor) AccessManaged(authority) {
        if (authority == address(0) || address(governor) == address(0)) revert ISizingGuard.ZeroAddress();
        GOVERNOR = governor;
        GUARD = governor.GUARD();
    }

    /* EXTERNAL */

    /// @inheritdoc IPolicySteward
    function setBounds(bytes32 market, PolicyField field, Bounds calldata bounds_) external restricted {
        PolicyFields.placeOf(field);
        bool isComplete = bounds_.maxStepBps != 0 && bounds_.minInterval != 0;
        if (_allowsAny(bounds_) && !isComplete) revert BoundsIncomplete(market, field);
        _kept[market][field].bounds = bounds_;
        emit BoundsSet(market, field, bounds_);
    }

    /// @inheritdoc IPolicySteward
    function adjust(bytes32 market, PolicyField field, uint256 value) external restricted {
        PolicyWords memory words = _policy(market);
        (uint256 smallest, uint256 largest, uint256 earliest) = _allowed(market, field, words);
        if (block.timestamp < earliest) revert TooEarly(market, field, earliest);
        uint256 next = PolicyFields.decodeField(field, value);
        if (next < smallest || next > largest) revert StepOutOfRange(market, field, next, smallest, largest);
        uint256 current = PolicyFields.getField(words, field);
        if (next == PolicyFields.decodeField(field, current)) revert FieldUnchanged(market, field, next);
        _kept[market][field].lastAdjusted = uint64(block.timestamp);
        emit Adjusted(market, field, current, value);
        GOVERNOR.setPolicy(market, PolicyFields.setField(words, field, value));
    }

    /* EXTERNAL VIEW */

    /// @inheritdoc IPolicySteward
    function allowed(bytes32 market, PolicyField field)
        external
        view
        returns (uint256 smallest, uint256 largest, uint256 earliest)
    {
        return _allowed(market, field, _policy(market));
    }

    /// @inheritdoc IPolicySteward
    function bounds(bytes32 market, PolicyField field) external view returns (Bounds memory) {
        return _kept[market][field].bounds;
    }

    /// @inheritdoc IPolicySteward
    function lastAdjusted(bytes32 market, PolicyField field) external view returns (uint256) {
        return _kept[market][field].lastAdjusted;
    }

    /* PRIVATE */

    function _policy(bytes32 market) private view returns (PolicyWords memory words) {
        words = GUARD.policy(market);
        if (words.feedPolicy == 0) revert IVolatilityOracle.PolicyNotSet(market);
    }

    /// @dev The step is a share of the value in force: from 0 there is none.
    function _allowed(bytes32 market, PolicyField field, PolicyWords memory words)
        private
        view
        returns (uint256 smallest, uint256 largest, uint256 earliest)
    {
        uint256 current = PolicyFields.decodeField(field, PolicyFields.getField(words, field));
        Kept memory kept = _kept[market][field];
        if (!_allowsAny(kept.bounds)) revert NoBounds(market, field);
        // The governor takes whoever sets a policy for the risk manager, and would let the guardian's word end.
        if (GOVERNOR.restraint(market).uses != 0) revert MarketRestrained(market);
        uint256 step = Math.mulDiv(current, kept.bounds.maxStepBps, BPS);
        smallest = kept.bounds.mayLower ? Math.saturatingSub(current, step) : current;
        largest = kept.bounds.mayRaise ? current + step : current;
        earliest = uint256(kept.lastAdjusted) + kept.bounds.minInterval;
    }

    function _allowsAny(Bounds memory bounds_) private pure returns (bool) {
        return bounds_.mayRaise || bounds_.mayLower;
    }
}
