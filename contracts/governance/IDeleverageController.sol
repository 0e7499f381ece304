// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {IDeleverageable} from "../interfaces/IDeleverageable.sol";
import {ISizingGuard, OracleStatus, PolicyWords} from "../interfaces/ISizingGuard.sol";

/// @notice How a controller reduces. Fixed for good: other terms are another controller.
struct DeleverageTerms {
    /// WAD, at least 1: a position above its forced limit times this may be flagged.
    uint256 trigger;
    /// Seconds between a flag and the first reduction.
    uint256 grace;
    /// Seconds after which a reduction that was due is not any more.
    uint256 window;
    /// Seconds between two reductions of one position.
    uint256 pace;
    /// Largest share of the flagged position that one reduction closes, WAD.
    uint256 maxStep;
    /// What a reduction pays who brings it, WAD of the notional closed.
    uint256 bounty;
    /// Seconds a policy was known before it may tighten a forced limit.
    uint256 policyDelay;
    /// An account whose position survives less than this share of the adverse move is called for margin, WAD.
    uint256 marginCallShare;
}

/// @notice Fields of `DeleverageTerms`, as `TermsOutOfRange` names them.
enum DeleverageTerm {
    Trigger,
    Grace,
    Window,
    Pace,
    MaxStep,
    Bounty,
    PolicyDelay,
    MarginCallShare
}

/// @notice A position that is to be reduced.
/// @param dueAt seconds, unix: when the next reduction may come; 0 for no flag
/// @param expiresAt seconds, unix: the last moment of that reduction
/// @param isLong the side that was flagged
/// @param target the forced limit when it was last looked at, base WAD, saturating at 2^128 − 1
/// @param largestStep base WAD, most that one reduction closes
struct Flag {
    uint40 dueAt;
    uint40 expiresAt;
    bool isLong;
    uint128 target;
    uint128 largestStep;
}

/// @notice Which policies of a market this controller knows.
/// @param adopted was in force at least `policyDelay` before it counted
/// @param noted waits for that; `notedAt` 0 for none
struct KnownPolicies {
    PolicyWords adopted;
    PolicyWords noted;
    uint40 notedAt;
    bool hasAdopted;
}

/// @title DeleverageController: forced reduction that nobody has to order, and nobody can abuse
/// @notice A position far above what its account carries is flagged, has time to mend, is looked at again, and is then reduced
/// step by step to the limit and not below. Everything is open to everybody. Two looks, `grace` or `pace` apart, have to agree:
/// what counts is the larger limit of both, so one bad tick forces nothing.
interface IDeleverageController {
    event Flagged(bytes32 indexed market, address indexed account, uint256 size, uint256 target, uint256 dueAt);
    /// @notice Nothing is due any more: the position is inside its limit, gone, or turned round.
    event FlagCleared(bytes32 indexed market, address indexed account);
    event Deleveraged(
        bytes32 indexed market, address indexed account, address receiver, uint256 closed, uint256 left, uint256 target
    );
    /// @notice An adverse move larger than `survivableMove` leaves this position without its maintenance margin, WAD, and
    /// the market is sized for one of `adverseMove`.
    event MarginCall(bytes32 indexed market, address indexed account, uint256 survivableMove, uint256 adverseMove);
    event PolicyNoted(bytes32 indexed market, uint256 countsFrom);
    event PolicyAdopted(bytes32 indexed market);

    /// @notice A term must be between `minimum` and `maximum`.
    error TermsOutOfRange(DeleverageTerm term, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice The protocol's guard has another protocol.
    error GuardForAnotherProtocol(address guard, address protocol);
    /// @notice The position is not above what it may be.
    error WithinLimit(bytes32 market, address account, uint256 size, uint256 most);
    /// @notice The position is flagged already; its reduction is due then.
    error AlreadyFlagged(bytes32 market, address account, uint256 dueAt);
    /// @notice Flag the position first: it never was, its flag's time is over, or it turned round since.
    error NotFlagged(bytes32 market, address account);
    /// @notice The account still has time.
    error NotDue(bytes32 market, address account, uint256 dueAt);
    /// @notice Only a fresh and certain price may force anything. Wait for the feed.
    error PriceNotValid(bytes32 market, OracleStatus status);
    /// @notice Nobody has told this controller long enough ago which policy is in force: `notePolicy`, wait, and again.
    error PolicyNotAdopted(bytes32 market);
    /// @notice The policy in force is known already, or one that waits is not due.
    error NothingToNote(bytes32 market, uint256 countsFrom);
    /// @notice The account's margin is enough, or it was called a moment ago.
    error NoMarginCall(bytes32 market, address account, uint256 survivableMove, uint256 adverseMove);
    /// @notice The protocol did not close what it was asked to: it left `left` of `size`.
    error NotDeleveraged(bytes32 market, address account, uint256 size, uint256 left);

    /// @notice Tells this controller which policy is in force: it may tighten forced limits from `policyDelay` later on, when
    /// this is called again. Between, newer policies wait their turn; looser ones count at once.
    /// @dev Reverts `PolicyNotSet` or `NothingToNote`.
    function notePolicy(bytes32 market) external;

    /// @notice Says that a position is far above its forced limit. Its account has `grace` to mend.
    /// @dev Reverts `WithinLimit`, `AlreadyFlagged`, and as `forcedLimit`.
    function flag(bytes32 market, address account) external;

    /// @notice Takes back a flag that has no reason any more.
    /// @dev Reverts `NotFlagged`, or `NotDue` while the position is above its limit and the flag's time not over; and as
    /// `forcedLimit`.
    function clear(bytes32 market, address account) external;

    /// @notice Reduces a flagged position by one step. The bounty goes to `receiver`.
    /// @return closed base WAD
    /// @dev Reverts `NotFlagged`, `NotDue`, `WithinLimit`, `NotDeleveraged`, and as `forcedLimit` and the protocol.
    function deleverage(bytes32 market, address account, address receiver) external returns (uint256 closed);

    /// @notice Says by an event that an account should add margin. Once in `grace`.
    /// @dev Reverts `NoMarginCall`, and as `forcedLimit`.
    function callMargin(bytes32 market, address account) external;

    /// @notice What an account holds, the size a forced reduction would leave it now, rounded down, both base WAD, and the
    /// price it is measured at, WAD.
    /// @dev Reverts `PriceNotValid`, `MarketNotWarm` or `PolicyNotAdopted`.
    function forcedLimit(bytes32 market, address account)
        external
        view
        returns (uint256 size, uint256 limit, uint256 price);

    /// @notice What an account survives in a market now, and the adverse move the market is sized for, both WAD
    /// (ForcedReduction.survivable).
    /// @dev Reverts `PriceNotValid` or `MarketNotWarm`.
    function survivable(bytes32 market, address account)
        external
        view
        returns (uint256 survivableMove, uint256 adverseMove);

    function flagOf(bytes32 market, address account) external view returns (Flag memory);

    /// @notice When an account was last called for margin, seconds, unix; 0 for never.
    function marginCalledAt(bytes32 market, address account) external view returns (uint256);

    function knownPolicies(bytes32 market) external view returns (KnownPolicies memory);

    function terms() external view returns (DeleverageTerms memory);

    function GUARD() external view returns (ISizingGuard);

    function PROTOCOL() external view returns (IDeleverageable);
}
