// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ISizingGuard, Mode, PolicyWords} from "../interfaces/ISizingGuard.sol";
import {IVolatilityOracle} from "../interfaces/IVolatilityOracle.sol";
import {PolicyRules} from "../libraries/PolicyRules.sol";
import {VolatilityEstimator} from "../oracle/VolatilityEstimator.sol";
import {FeedPolicy} from "../types/FeedPolicy.sol";
import {VolatilityWord} from "../types/VolatilityWord.sol";
import {ISizingGovernor, Restraint} from "./ISizingGovernor.sol";
import {PolicyOrder} from "./PolicyOrder.sol";

/// @title SizingGovernor
/// @notice See ISizingGovernor. Nothing here is asked while trading: who closes this contract, or takes its roles away,
/// changes no policy and refuses nobody.
contract SizingGovernor is ISizingGovernor, AccessManaged {
    /// @notice Seconds a guardian's word lasts at the most, and once more.
    uint256 public constant MAX_RESTRAINT = 7 days;

    /// @inheritdoc ISizingGovernor
    ISizingGuard public immutable GUARD;

    struct Kept {
        Restraint restraint;
        PolicyWords before;
    }

    mapping(bytes32 market => Kept) private _kept;

    /// @param authority the AccessManager of the guard, or another
    constructor(address authority, ISizingGuard guard) AccessManaged(authority) {
        if (authority == address(0) || address(guard) == address(0)) revert ISizingGuard.ZeroAddress();
        GUARD = guard;
    }

    /* EXTERNAL */

    /// @inheritdoc ISizingGovernor
    function setPolicy(bytes32 market, PolicyWords calldata words) external restricted {
        _requireWarm(market, words);
        _end(market);
        GUARD.setPolicy(market, words);
    }

    /// @inheritdoc ISizingGovernor
    function tighten(bytes32 market, PolicyWords calldata words) external restricted {
        _requireTighter(market, words);
        _end(market);
        GUARD.setPolicy(market, words);
    }

    /// @inheritdoc ISizingGovernor
    function restrain(bytes32 market, PolicyWords calldata words, uint32 until) external restricted {
        Kept storage kept = _kept[market];
        if (kept.restraint.uses != 0) revert RestraintSpent(market);
        _requireUntil(until, block.timestamp + 1);
        kept.before = _requireTighter(market, words);
        kept.restraint = Restraint(until, 1);
        emit Restrained(market, until);
        GUARD.setPolicy(market, words);
    }

    /// @inheritdoc ISizingGovernor
    function renew(bytes32 market, uint32 until) external restricted {
        Restraint memory restraint_ = _kept[market].restraint;
        if (restraint_.until == 0 || restraint_.uses > 1) revert NotRestrained(market);
        _requireUntil(until, restraint_.until);
        _kept[market].restraint = Restraint(until, 2);
        emit Restrained(market, until);
    }

    /// @inheritdoc ISizingGovernor
    function release(bytes32 market) external {
        Kept storage kept = _kept[market];
        uint256 until = kept.restraint.until;
        if (until == 0) revert NotRestrained(market);
        if (block.timestamp < until) revert StillRestrained(market, until);
        // What was used is remembered until the risk manager acts.
        kept.restraint.until = 0;
        emit RestraintEnded(market, true);
        GUARD.setPolicy(market, kept.before);
    }

    /* EXTERNAL VIEW */

    /// @inheritdoc ISizingGovernor
    function restraint(bytes32 market) external view returns (Restraint memory) {
        return _kept[market].restraint;
    }

    /* PRIVATE */

    /// @dev The risk manager acts: the guardian's word ends, and he may speak again.
    function _end(bytes32 market) private {
        if (_kept[market].restraint.uses == 0) return;
        delete _kept[market];
        emit RestraintEnded(market, false);
    }

    /// @return current the policy in force
    function _requireTighter(bytes32 market, PolicyWords calldata words) private view returns (PolicyWords memory current) {
        current = GUARD.policy(market);
        if (current.feedPolicy == 0) revert IVolatilityOracle.PolicyNotSet(market);
        PolicyRules.requireInRange(market, words);
        PolicyOrder.requireTighter(market, current, words);
    }

    /// @dev A market whose variance nobody knows yet, because it is new or its feed would be, lets nothing grow.
    function _requireWarm(bytes32 market, PolicyWords calldata words) private view {
        FeedPolicy next = FeedPolicy.wrap(words.feedPolicy);
        if (next.mode() == uint256(Mode.ReduceOnly)) return;
        bool isSameFeed = FeedPolicy.wrap(GUARD.policy(market).feedPolicy).feed() == next.feed();
        uint256 samples = isSameFeed ? VolatilityWord.wrap(GUARD.volatilityWord(market)).samples() : 0;
        uint256 needed = VolatilityEstimator.WARM_UP_SAMPLES;
        if (samples < needed) revert MarketNotWarm(market, samples, needed);
    }

    function _requireUntil(uint256 until, uint256 earliest) private view {
        uint256 latest = block.timestamp + MAX_RESTRAINT;
        if (until < earliest || until > latest) revert UntilOutOfRange(until, earliest, latest);
    }
}
