// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Flag, KnownPolicies} from "../../contracts/governance/IDeleverageController.sol";
import {PolicyWords, Position} from "../../contracts/interfaces/ISizingGuard.sol";
import {TestFeed} from "../../contracts/test/TestFeed.sol";
import {GovernedWorld} from "./helpers/GovernedWorld.sol";
import {VM} from "./helpers/ICheatcodes.sol";

/// @notice Everybody with a role does with it what they like, at any time; so do keepers, feeds and traders.
contract GovernedCampaign is GovernedWorld {
    /// @dev The last that was asked for, and when each was.
    PolicyWords private _asked;
    mapping(bytes32 words => uint256) private _askedAt;
    mapping(address trader => uint256) private _flaggedAt;
    mapping(address trader => uint256) private _reducedAt;

    /* THE MARKET */

    function publish(uint256 seed) external checked {
        _feed.setFault(TestFeed.Fault.None);
        uint256 percent = seed % 8 == 0 ? 20 : 2;
        int256 change = int256(_spread(seed >> 8, 0, uint256(_price) * percent / 100));
        int256 next = seed % 2 == 0 ? _price + change : _price - change;
        _writeRound(_spread(seed >> 16, 1, 1 hours), next < 1e8 ? int256(2_000e8) : next);
    }

    function breakFeed(uint256 seed) external checked {
        _feed.setFault(TestFeed.Fault(seed % (uint256(type(TestFeed.Fault).max) + 1)));
    }

    function wait(uint256 seed) external checked {
        _clock += _spread(seed, 1, 3 days);
    }

    /// @notice A position as large as an account may open now, or some times that: a fall came since.
    function open(uint256 seed) external checked {
        address trader = _trader(seed);
        int256 equity = int256(_spread(seed >> 8, 1e18, 1e24));
        uint256 affordable = uint256(equity) * 40 / uint256(_price / 1e8);
        int256 size = int256(_spread(seed >> 16, affordable / 20, affordable));
        _protocol.hold(MARKET, _position(trader, seed % 2 == 0 ? size : -size, equity));
        _note("opened");
    }

    /* GOVERNANCE */

    function tighten(uint256 seed) external checked {
        address who = _somebody(seed);
        PolicyWords memory words = _someWords(seed >> 8);
        (bool ok,) = _send(who, address(_governor), abi.encodeCall(_governor.tighten, (MARKET, words)));
        _expect(!ok || who == TIGHTENER, "tightened without the role");
        if (ok) _note("tightened");
    }

    function restrain(uint256 seed) external checked {
        address who = seed % 2 == 0 ? GUARDIAN : _somebody(seed >> 40);
        PolicyWords memory words = _someWords(seed >> 8);
        uint256 until = _clock + _spread(seed >> 16, 0, 10 days);
        (bool ok,) =
            _send(who, address(_governor), abi.encodeCall(_governor.restrain, (MARKET, words, uint32(until))));
        _expect(!ok || who == GUARDIAN, "restrained without the role");
        _expect(!ok || until <= _clock + 7 days, "restrained for too long");
        if (ok) _note("restrained");
    }

    function renew(uint256 seed) external checked {
        address who = seed % 2 == 0 ? GUARDIAN : _somebody(seed >> 8);
        uint256 until = _clock + _range(seed >> 16, 0, 8 days);
        (bool ok,) = _send(who, address(_governor), abi.encodeCall(_governor.renew, (MARKET, uint32(until))));
        _expect(!ok || who == GUARDIAN, "renewed without the role");
        if (ok) _note("renewed");
    }

    function release(uint256 seed) external checked {
        uint256 until = _governor.restraint(MARKET).until;
        (bool ok,) = _send(_somebody(seed), address(_governor), abi.encodeCall(_governor.release, (MARKET)));
        _expect(!ok || (until != 0 && until <= _clock), "released before its time");
        if (ok) _note("released");
    }

    /// @notice Somebody asks for a policy: only the risk manager gets as far as waiting for it.
    function schedule(uint256 seed) external checked {
        address who = seed % 3 == 0 ? _somebody(seed >> 8) : RISK_MANAGER;
        PolicyWords memory words = seed % 2 == 0 ? _firstPolicy() : _someWords(seed >> 8);
        bytes memory data = abi.encodeCall(_governor.setPolicy, (MARKET, words));
        uint48 when = uint48(seed % 4 == 0 ? _clock + _spread(seed >> 8, 0, 4 days) : 0);
        (bool ok,) =
            _send(who, address(_manager), abi.encodeCall(IAccessManager.schedule, (address(_governor), data, when)));
        if (!ok) return;
        _expect(who == RISK_MANAGER, "scheduled without the role");
        _asked = words;
        _askedAt[_hash(words)] = _clock;
        _note("scheduled");
    }

    /// @notice Somebody carries out what was asked for: too early, too late, or in time.
    function setPolicy(uint256 seed) external checked {
        address who = seed % 2 == 0 ? RISK_MANAGER : _somebody(seed >> 8);
        PolicyWords memory words = seed % 8 == 0 ? _someWords(seed >> 8) : _asked;
        if (words.feedPolicy == 0) return;
        if (seed % 3 == 0) _clock += _spread(seed >> 16, 0, 3 days);
        VM.warp(_clock);
        (bool ok,) = _send(who, address(_governor), abi.encodeCall(_governor.setPolicy, (MARKET, words)));
        if (!ok) return;
        uint256 askedAt = _askedAt[_hash(words)];
        bool isDue = askedAt != 0 && _clock >= askedAt + DELAY;
        delete _askedAt[_hash(words)];
        _expect(who == RISK_MANAGER && isDue, "set without its delay");
        _approved = words;
        _note("set after its delay");
    }

    /// @notice Nobody but the governor sets a policy at the guard itself.
    function setDirectly(uint256 seed) external checked {
        (bool ok,) = _send(
            _somebody(seed), address(_guard), abi.encodeCall(_guard.setPolicy, (MARKET, _someWords(seed >> 8)))
        );
        _expect(!ok, "set past the governor");
    }

    function closeTargets(uint256 seed) external checked {
        _manager.setTargetClosed(seed % 2 == 0 ? address(_guard) : address(_governor), seed % 3 == 0);
    }

    /* FORCED REDUCTION */

    function note(uint256 seed) external checked {
        (bool ok,) = _send(_somebody(seed), address(_controller), abi.encodeCall(_controller.notePolicy, (MARKET)));
        if (ok) _note("noted");
        KnownPolicies memory known = _controller.knownPolicies(MARKET);
        if (!known.hasAdopted) return;
        uint256 since = _firstInForce[_hash(known.adopted)];
        _expect(since != 0 && since + POLICY_DELAY <= _clock, "adopted before its time");
        _note("adopted");
    }

    function flag(uint256 seed) external checked {
        address trader = _trader(seed);
        (bool ok, uint256 size, uint256 limit) = _limit(trader);
        (bool flagged,) = _send(KEEPER, address(_controller), abi.encodeCall(_controller.flag, (MARKET, trader)));
        if (!flagged) return;
        _expect(ok && size > limit, "flagged within its limit");
        _flaggedAt[trader] = _clock;
        _note("flagged");
    }

    /// @notice One step, or several in a row.
    function deleverage(uint256 seed) external checked {
        for (uint256 steps = seed % 5; steps < 5; ++steps) _reduce(_trader(seed), seed);
    }

    function _reduce(address trader, uint256 seed) private {
        Flag memory before = _controller.flagOf(MARKET, trader);
        if (seed % 4 > 0 && before.dueAt > _clock) {
            _feed.setFault(TestFeed.Fault.None);
            _writeRound(before.dueAt - _clock, _price);
        }
        (bool ok, uint256 size, uint256 limit) = _limit(trader);
        bytes memory call = abi.encodeCall(_controller.deleverage, (MARKET, trader, KEEPER));
        (bool reduced, bytes memory result) = _send(KEEPER, address(_controller), call);
        if (!reduced) return;
        uint256 closed = abi.decode(result, (uint256));
        uint256 left = _held(trader);
        _expect(closed > 0 && left == size - closed, "closed something else");
        _expect(ok && left >= limit, "reduced below its limit");
        _expect(left >= before.target, "reduced below the look before");
        _expect(closed <= before.largestStep, "a step too large");
        _expect(_flaggedAt[trader] != 0 && _clock >= _flaggedAt[trader] + GRACE, "no grace");
        _expect(_reducedAt[trader] == 0 || _clock >= _reducedAt[trader] + PACE, "too soon after the last one");
        _reducedAt[trader] = _clock;
        _note("deleveraged");
        if (_controller.flagOf(MARKET, trader).dueAt == 0) _note("reduced to the limit");
    }

    function clear(uint256 seed) external checked {
        address trader = _trader(seed);
        (bool ok, uint256 size, uint256 limit) = _limit(trader);
        Flag memory before = _controller.flagOf(MARKET, trader);
        bool isTurned = (_protocol.holding(MARKET, trader).sizeAfter > 0) != before.isLong;
        (bool cleared,) = _send(STRANGER, address(_controller), abi.encodeCall(_controller.clear, (MARKET, trader)));
        if (!cleared) return;
        bool hasReason = _clock > before.expiresAt || size == 0 || isTurned || (ok && size <= limit);
        _expect(hasReason, "cleared without a reason");
        _note("cleared");
    }

    function callMargin(uint256 seed) external checked {
        bytes memory call = abi.encodeCall(_controller.callMargin, (MARKET, _trader(seed)));
        (bool ok,) = _send(KEEPER, address(_controller), call);
        if (ok) _note("called for margin");
    }

    /* LOOKING */

    function _limit(address trader) private returns (bool ok, uint256 size, uint256 limit) {
        bytes memory call = abi.encodeCall(_controller.forcedLimit, (MARKET, trader));
        bytes memory result;
        (ok, result) = _send(STRANGER, address(_controller), call);
        if (ok) (size, limit,) = abi.decode(result, (uint256, uint256, uint256));
        else size = _held(trader);
    }

    function _held(address trader) private view returns (uint256) {
        int256 size = _protocol.holding(MARKET, trader).sizeAfter;
        return size < 0 ? uint256(-size) : uint256(size);
    }

    function _position(address trader, int256 size, int256 equity) private pure returns (Position memory position) {
        (position.account, position.sizeBefore, position.sizeAfter, position.equity) = (trader, size, size, equity);
    }
}

struct FuzzSelector {
    address addr;
    bytes4[] selectors;
}

/// @notice What governance and forced reduction may never do, in whatever order everybody acts.
contract GovernanceTest {
    GovernedCampaign private _campaign;

    error Broken(string what, uint256 times);
    error NotReached(string outcome, uint256 times);

    function setUp() external {
        _campaign = new GovernedCampaign();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_campaign);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        bytes4[18] memory actions = _actions(_campaign);
        bytes4[] memory selectors = new bytes4[](actions.length);
        for (uint256 i = 0; i < actions.length; ++i) selectors[i] = actions[i];
        targets[0] = FuzzSelector(address(_campaign), selectors);
    }

    /// @notice Reductions pass, nothing loosens without its delay, and a forced reduction has its reason, its grace, its
    /// pace, and ends at the limit.
    /// hardhat-config: default.invariant.runs = 256
    /// hardhat-config: default.invariant.depth = 200
    /// hardhat-config: deep.invariant.runs = 256
    /// hardhat-config: deep.invariant.depth = 2000
    function invariant_powersEndWhereTheyShould() external view {
        if (_campaign.violations() > 0) revert Broken(_campaign.firstViolation(), _campaign.violations());
    }

    /// @notice The same actions, in an order that does not change, come to every outcome.
    function test_everyOutcomeIsReached() external {
        GovernedCampaign campaign = new GovernedCampaign();
        bytes4[18] memory actions = _actions(campaign);
        for (uint256 i = 0; i < 4_000; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(i)));
            bytes memory call = abi.encodeWithSelector(actions[dice % actions.length], dice >> 8);
            // Its own refusals are part of an action; that it breaks is not.
            // solhint-disable-next-line avoid-low-level-calls
            (bool ok,) = address(campaign).call(call);
            require(ok, "an action broke");
        }
        if (campaign.violations() > 0) revert Broken(campaign.firstViolation(), campaign.violations());
        string[14] memory outcomes = [
            "opened", "tightened", "restrained", "renewed", "released", "scheduled", "set after its delay", "noted",
            "adopted", "flagged", "deleveraged", "reduced to the limit", "cleared", "called for margin"
        ];
        for (uint256 i = 0; i < outcomes.length; ++i) {
            uint256 times = campaign.reached(outcomes[i]);
            if (times < 3) revert NotReached(outcomes[i], times);
        }
    }

    function _actions(GovernedCampaign c) private pure returns (bytes4[18] memory) {
        return [
            c.publish.selector, c.publish.selector, c.breakFeed.selector, c.wait.selector, c.open.selector,
            c.tighten.selector, c.restrain.selector, c.renew.selector, c.release.selector, c.schedule.selector,
            c.setPolicy.selector, c.setDirectly.selector, c.closeTargets.selector, c.note.selector, c.flag.selector,
            c.deleverage.selector, c.clear.selector, c.callMargin.selector
        ];
    }
}
