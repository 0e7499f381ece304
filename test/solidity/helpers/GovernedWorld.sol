// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {
    DeleverageTerms,
    IDeleverageController
} from "../../../contracts/governance/IDeleverageController.sol";
import {ISizingGovernor} from "../../../contracts/governance/ISizingGovernor.sol";
import {ISizingGuard, Limit, Mode, PolicyWords, Position} from "../../../contracts/interfaces/ISizingGuard.sol";
import {TestDeleverageable} from "../../../contracts/test/TestDeleverageable.sol";
import {TestFeed} from "../../../contracts/test/TestFeed.sol";
import {ExtendedPolicy} from "../../../contracts/types/ExtendedPolicy.sol";
import {FeedPolicy} from "../../../contracts/types/FeedPolicy.sol";
import {RiskPolicy} from "../../../contracts/types/RiskPolicy.sol";
import {RandomPolicy, Words} from "./RandomPolicy.sol";
import {VM} from "./ICheatcodes.sol";

/// @notice The order of policies, as GovernanceHarness offers it: its source would not compile without the IR.
interface IPolicyOrder {
    function requireTighter(bytes32 market, PolicyWords calldata current, PolicyWords calldata next) external pure;
}

/// @title GovernedWorld
/// @notice A market whose policies a governor sets for people with roles, and whose positions a controller reduces: what is
/// there, who may do what, and what must hold after every action.
abstract contract GovernedWorld is RandomPolicy {
    bytes32 internal constant MARKET = keccak256("ETH/USD");
    uint256 internal constant BEGINNING = 1_750_000_000;
    uint256 internal constant TRADERS = 3;
    uint256 internal constant DELAY = 2 days;
    uint256 internal constant GRACE = 1 hours;
    uint256 internal constant WINDOW = 6 hours;
    uint256 internal constant PACE = 10 minutes;
    uint256 internal constant POLICY_DELAY = 1 days;

    address internal constant RISK_MANAGER = address(0x5157);
    address internal constant TIGHTENER = address(0x7167);
    address internal constant GUARDIAN = address(0x64a2d);
    address internal constant KEEPER = address(0x6eee);
    address internal constant STRANGER = address(0x57a4);
    uint64 private constant GOVERNOR_ROLE = 1;
    uint64 private constant RISK_ROLE = 2;
    uint64 private constant TIGHTENER_ROLE = 3;
    uint64 private constant GUARDIAN_ROLE = 4;

    AccessManager internal _manager;
    ISizingGuard internal _guard;
    ISizingGovernor internal _governor;
    IDeleverageController internal _controller;
    TestDeleverageable internal _protocol;
    TestFeed internal _feed;
    IPolicyOrder internal _order;

    uint256 internal _clock = BEGINNING;
    int256 internal _price = 2_000e8;
    /// @dev The last policy that came through the delay.
    PolicyWords internal _approved;
    mapping(bytes32 words => uint256) internal _firstInForce;

    uint256 public violations;
    string public firstViolation;
    /// @notice How often what happened: a campaign that reaches nothing proves nothing.
    mapping(string outcome => uint256) public reached;

    /// @dev The clock is kept here. After every action everything that was promised is looked at.
    modifier checked() {
        VM.warp(_clock);
        _;
        _checkPolicy();
        _checkReductions();
    }

    constructor() {
        VM.warp(_clock);
        _manager = AccessManager(_deploy("AccessManager.sol:AccessManager", abi.encode(address(this))));
        _protocol = TestDeleverageable(_deploy("TestDeleverageable.sol:TestDeleverageable", ""));
        bytes memory roles = abi.encode(address(_manager), address(_protocol));
        _guard = ISizingGuard(_deploy("SizingGuard.sol:SizingGuard", roles));
        _governor = ISizingGovernor(
            _deploy("SizingGovernor.sol:SizingGovernor", abi.encode(address(_manager), address(_guard)))
        );
        _controller = IDeleverageController(
            _deploy("DeleverageController.sol:DeleverageController", abi.encode(address(_guard), _terms()))
        );
        _order = IPolicyOrder(_deploy("GovernanceHarness.sol:GovernanceHarness", ""));
        _feed = TestFeed(_deploy("TestFeed.sol:TestFeed", abi.encode(uint8(8), uint80(1 << 64))));
        _guard.setPolicy(MARKET, _firstPolicy());
        _approved = _firstPolicy();
        _see(_approved);
        _giveRoles();
        for (uint256 i = 0; i < 30; ++i) _writeRound(30 minutes, i % 2 == 0 ? int256(2_005e8) : int256(2_000e8));
    }

    /* WHAT MUST HOLD */

    /// @dev Whatever anybody did without the delay, the policy in force is as tight as the last one that came through it.
    function _checkPolicy() private {
        PolicyWords memory words = _guard.policy(MARKET);
        _see(words);
        try _order.requireTighter(MARKET, _approved, words) {}
        catch {
            _violate("a policy loosened without its delay");
        }
    }

    /// @dev Half of what is held, all of it with everything taken out, and a forced reduction pass: in every state.
    function _checkReductions() private {
        for (uint256 i = 0; i < TRADERS; ++i) {
            Position memory held = _protocol.holding(MARKET, _trader(i));
            if (held.sizeAfter == 0) continue;
            held.sizeAfter /= 2;
            _requirePasses(abi.encodeCall(_guard.enforce, (MARKET, held)), "a reduction was refused");
            (held.sizeAfter, held.flow, held.equity) = (0, -1e18, 0);
            _requirePasses(abi.encodeCall(_guard.enforce, (MARKET, held)), "leaving was refused");
            _requirePasses(abi.encodeCall(_guard.record, (MARKET, held)), "a forced reduction was refused");
        }
    }

    function _requirePasses(bytes memory call, string memory what) private {
        (bool ok,) = _send(address(_protocol), address(_guard), call);
        _expect(ok, what);
    }

    /* DOING */

    function _writeRound(uint256 later, int256 price) internal {
        _clock += later;
        _price = price;
        VM.warp(_clock);
        _feed.push(price, _clock);
        _guard.poke(MARKET);
    }

    function _send(address from, address to, bytes memory data) internal returns (bool ok, bytes memory result) {
        VM.prank(from);
        // Any function of any contract; whether it was refused is looked at.
        // solhint-disable-next-line avoid-low-level-calls
        (ok, result) = to.call{gas: 16_000_000}(data);
    }

    function _expect(bool condition, string memory what) internal {
        if (!condition) _violate(what);
    }

    function _violate(string memory what) private {
        if (violations++ == 0) firstViolation = what;
    }

    function _note(string memory outcome) internal {
        ++reached[outcome];
    }

    /* WHO AND WHAT */

    function _trader(uint256 seed) internal pure returns (address) {
        return address(uint160(0x7ade0000 + seed % TRADERS));
    }

    /// @dev Somebody who has one of the roles, or none.
    function _somebody(uint256 seed) internal pure returns (address) {
        address[5] memory people = [RISK_MANAGER, TIGHTENER, GUARDIAN, KEEPER, STRANGER];
        return people[seed % people.length];
    }

    /// @dev A policy with one field tighter, or any at all.
    function _someWords(uint256 seed) internal view returns (PolicyWords memory) {
        Words memory now_ = _unpacked(_guard.policy(MARKET));
        if (seed % 4 > 0) return _packed(_tightened(now_, seed % TIGHTENED_FIELDS, seed >> 8));
        return _packed(_anyPolicy(seed, address(_feed), 8));
    }

    function _hash(PolicyWords memory words) internal pure returns (bytes32) {
        return keccak256(abi.encode(words));
    }

    function _see(PolicyWords memory words) private {
        bytes32 hash = _hash(words);
        if (_firstInForce[hash] == 0) _firstInForce[hash] = block.timestamp;
    }

    /* BUILDING */

    function _firstPolicy() internal view returns (PolicyWords memory) {
        uint256 active = (7 << uint256(Limit.Volatility)) | OPEN_INTEREST | (1 << uint256(Limit.Drawdown));
        FeedPolicy feed = _feedPolicy(address(_feed), 8, 720, 2_160, 500, Mode.Enforce, active);
        uint256 risk = 40_433 | (5_000 << 16) | (200 << 32) | (5 << 48) | (200 << 64) | (200_000_000 << 80);
        risk |= (50_000 << 120) | (18 << 152) | (1_500 << 160) | (14_400 << 232) | (500_000_000 << 176) | (5_000 << 216);
        // Half lost leaves nothing, of a mark that halves in two days; what is not switched on is not 0 either.
        uint256 extended = 1_000_000_000 | (500 << 40) | (10_000 << 56) | (50 << 72) | (18 << 104) | (2_000 << 112);
        extended |= (18 << 144) | (14_400 << 152) | (5_000 << 176) | (1 << 192) | (48 << 200);
        return _packed(Words(feed, RiskPolicy.wrap(risk), ExtendedPolicy.wrap(extended)));
    }

    function _terms() private pure returns (DeleverageTerms memory) {
        return DeleverageTerms(1.25e18, GRACE, WINDOW, PACE, 0.25e18, 0.001e18, POLICY_DELAY, 0.5e18);
    }

    function _giveRoles() private {
        _allow(address(_guard), ISizingGuard.setPolicy.selector, GOVERNOR_ROLE);
        _allow(address(_governor), ISizingGovernor.setPolicy.selector, RISK_ROLE);
        _allow(address(_governor), ISizingGovernor.tighten.selector, TIGHTENER_ROLE);
        _allow(address(_governor), ISizingGovernor.restrain.selector, GUARDIAN_ROLE);
        _allow(address(_governor), ISizingGovernor.renew.selector, GUARDIAN_ROLE);
        _manager.grantRole(GOVERNOR_ROLE, address(_governor), 0);
        _manager.grantRole(RISK_ROLE, RISK_MANAGER, uint32(DELAY));
        _manager.grantRole(TIGHTENER_ROLE, TIGHTENER, 0);
        _manager.grantRole(GUARDIAN_ROLE, GUARDIAN, 0);
    }

    function _allow(address target, bytes4 selector, uint64 role) private {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        _manager.setTargetFunctionRole(target, selectors, role);
    }

    /// @dev Contracts are taken as they were built.
    function _deploy(string memory name, bytes memory arguments) private returns (address deployed) {
        bytes memory initCode = abi.encodePacked(VM.getCode(name), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(initCode, 0x20), mload(initCode))
        }
        _holds(deployed != address(0), name);
    }
}
