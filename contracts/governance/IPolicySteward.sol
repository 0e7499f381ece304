// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {PolicyField} from "../interfaces/ISizingGuard.sol";
import {ISizingGovernor} from "./ISizingGovernor.sol";

/// @notice How far, how often and which way a steward may move one field of a market.
/// @param maxStepBps largest step, in 1e-4 of the value in force, rounded down
/// @param minInterval seconds between two steps
struct Bounds {
    uint16 maxStepBps;
    uint32 minInterval;
    bool mayRaise;
    bool mayLower;
}

/// @title PolicySteward: single quantities of a policy, moved by small steps without a delay
/// @notice For an automated risk team. Whatever it sends, in any time t a field moves by no more than `floor(t / interval) + 1`
/// steps, within the bounds the risk manager gave that field.
/// @dev It needs the role that the governor's `setPolicy` asks for, without a delay. Which fields there are: PolicyFields.sol.
/// Values in errors and in `allowed` are what fields stand for: caps of a mantissa and an exponent in base WAD, all others in
/// the units of their word.
interface IPolicySteward {
    event BoundsSet(bytes32 indexed market, PolicyField indexed field, Bounds bounds);
    /// @notice A field was moved from `current` to `next`, both as the word holds them.
    event Adjusted(bytes32 indexed market, PolicyField indexed field, uint256 current, uint256 next);

    /// @notice Bounds that allow a direction need a step and an interval above 0.
    error BoundsIncomplete(bytes32 market, PolicyField field);
    /// @notice The risk manager allows no step of this field. Have `setBounds` called, or go through `setPolicy` and its delay.
    error NoBounds(bytes32 market, PolicyField field);
    /// @notice A guardian has acted on this market, and the risk manager has not since: a step would end the restraint.
    error MarketRestrained(bytes32 market);
    /// @notice The last step was too short a time ago. The next one may be made from `earliest` on, seconds, unix.
    error TooEarly(bytes32 market, PolicyField field, uint256 earliest);
    /// @notice The field may be moved to what lies between `smallest` and `largest` now, and `value` does not; 2^256 − 1 stands
    /// for what the field can't hold.
    error StepOutOfRange(bytes32 market, PolicyField field, uint256 value, uint256 smallest, uint256 largest);
    /// @notice The field is `value` already: there is nothing to move.
    error FieldUnchanged(bytes32 market, PolicyField field, uint256 value);

    /// @notice How a steward may move a field from now on; where neither direction is allowed, not at all. The risk manager's,
    /// behind the AccessManager's delay.
    /// @dev Reverts `FieldNotAdjustable` (PolicyFields.sol) and `BoundsIncomplete`. The time of the last step stays.
    function setBounds(bytes32 market, PolicyField field, Bounds calldata bounds_) external;

    /// @notice Moves one field of the policy in force, and nothing else of it. The steward's.
    /// @param value as the policy word holds it; a cap as the 40 bits of mantissa (low 32) and exponent
    /// @dev Reverts `PolicyNotSet`, every error above but the first, and as the governor's and the guard's `setPolicy`: the
    /// ranges of the guard hold besides the bounds here.
    function adjust(bytes32 market, PolicyField field, uint256 value) external;

    /// @notice What `adjust` accepts now: values from `smallest` to `largest`, from `earliest` (seconds, unix) on.
    /// @dev Reverts `FieldNotAdjustable`, `PolicyNotSet`, `NoBounds` and `MarketRestrained`.
    function allowed(bytes32 market, PolicyField field)
        external
        view
        returns (uint256 smallest, uint256 largest, uint256 earliest);

    /// @notice The bounds of a field; zeros if none were set.
    function bounds(bytes32 market, PolicyField field) external view returns (Bounds memory);

    /// @notice When a field was moved last, seconds, unix; 0: never.
    function lastAdjusted(bytes32 market, PolicyField field) external view returns (uint256);

    /// @notice The governor through which it sets policies.
    function GOVERNOR() external view returns (ISizingGovernor);
}
