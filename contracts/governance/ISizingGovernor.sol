// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {ISizingGuard, PolicyWords} from "../interfaces/ISizingGuard.sol";

/// @notice What a guardian did to a market for a while.
/// @param until seconds, unix: when anybody may undo it; 0 where nothing is to undo
/// @param uses how often the guardian acted since the risk manager last did: 0, 1, or 2 once it was renewed
struct Restraint {
    uint32 until;
    uint8 uses;
}

/// @title SizingGovernor: who may change a guard's policies, which way, and how soon
/// @notice Every function that changes something is restricted by the AccessManager, each for a role of its own: `setPolicy`
/// with a delay, `tighten` without one because it can only tighten, `restrain` for a guardian, whose word does not last.
/// @dev It needs the role that the guard's `setPolicy` asks for, without a delay, and nobody else should have it.
interface ISizingGovernor {
    /// @notice The guardian tightened a market until then.
    event Restrained(bytes32 indexed market, uint256 until);
    /// @notice A guardian's time was up, or the risk manager acted: the guardian may act once more.
    event RestraintEnded(bytes32 indexed market, bool isRestored);

    /// @notice A market is held at ReduceOnly until its variance is known: `samples` observations of `needed`. Set the policy
    /// with mode ReduceOnly, seed or poke the market, and open it then.
    error MarketNotWarm(bytes32 market, uint256 samples, uint256 needed);
    /// @notice The guardian has acted on this market, and the risk manager has not since.
    error RestraintSpent(bytes32 market);
    /// @notice There is no restraint on this market, or it was renewed already.
    error NotRestrained(bytes32 market);
    /// @notice A restraint must end between `earliest` and `latest`.
    error UntilOutOfRange(uint256 until, uint256 earliest, uint256 latest);
    /// @notice The guardian's time is not up yet.
    error StillRestrained(bytes32 market, uint256 until);

    /// @notice Any policy, in any direction. The risk manager's, behind the AccessManager's delay.
    /// @dev Reverts `MarketNotWarm` for a market (or a feed) that is not warm and a mode above ReduceOnly, and as the guard's
    /// `setPolicy`. Ends a restraint for good.
    function setPolicy(bytes32 market, PolicyWords calldata words) external;

    /// @notice A policy that is as tight as the one in force in every field. No delay is needed.
    /// @dev Reverts `PolicyNotSet`, `PolicyLoosens` (PolicyOrder.sol), and as the guard's `setPolicy`. Ends a restraint for good:
    /// the risk manager has acted, and what was tightened stays.
    function tighten(bytes32 market, PolicyWords calldata words) external;

    /// @notice `tighten` for a while: the guardian's. From `until` on anybody may put back what was in force.
    /// @param until seconds, unix: at most `MAX_RESTRAINT` from now
    /// @dev Reverts `RestraintSpent`, `UntilOutOfRange`, and as `tighten`.
    function restrain(bytes32 market, PolicyWords calldata words, uint32 until) external;

    /// @notice Prolongs a restraint, once.
    /// @dev Reverts `NotRestrained` or `UntilOutOfRange`.
    function renew(bytes32 market, uint32 until) external;

    /// @notice Puts back what was in force before the guardian's restraint, once its time is up. For anybody.
    /// @dev Reverts `NotRestrained` or `StillRestrained`.
    function release(bytes32 market) external;

    /// @notice What a guardian did to a market.
    function restraint(bytes32 market) external view returns (Restraint memory);

    /// @notice The guard whose policies these are.
    function GUARD() external view returns (ISizingGuard);
}
