// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {StrangerActions} from "./helpers/StrangerActions.sol";
import {Promise, Venue} from "./helpers/World.sol";

/// @dev The contracts are taken as `hardhat build` left them; what is compiled here are the actions alone, and not by way
/// of the IR, which takes four times as long: see hardhat.config.ts.
/// @notice Four markets, from a feed and a token without decimals to those with 36, and everybody at once.
contract Campaign is StrangerActions {
    constructor() {
        _build(8, 6);
        _build(18, 18);
        _build(0, 0);
        _build(36, 36);
        // Something to begin with: a pool that can pay, and a price.
        for (uint256 i = 0; i < _venues.length; ++i) {
            Venue memory v = _venue(i);
            int256 price = int256(2_000 * 10 ** v.feedDecimals);
            _writeNext(v.feed, price, BEGINNING);
            _writeNext(v.otherFeed, price, BEGINNING);
            _send(_account(0), address(v.perp), abi.encodeCall(v.perp.supply, (10_000_000 * v.tokenUnit)));
        }
    }
}

struct FuzzSelector {
    address addr;
    bytes4[] selectors;
}

/// @notice One promise, while traders, a hostile feed, a hostile token, governance and strangers do what they like. Every
/// promise has a mix of actions of its own: with one seed, two campaigns of the same mix would be the same campaign.
abstract contract PromiseTest {
    Campaign internal _campaign;
    bytes4[] internal _mix;

    error Broken(Promise broken, string what, uint256 times);

    function setUp() external {
        _campaign = new Campaign();
        Campaign c = _campaign;
        _mix = [c.publish.selector, c.open.selector, c.reduce.selector, c.breakFeed.selector, c.changePolicy.selector];
        _addActions(c);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_campaign);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_campaign), _mix);
    }

    /// @dev What this promise is most likely to break by.
    function _addActions(Campaign c) internal virtual;

    /// @dev The promise this campaign is about first, and then that no other broke on the way.
    function _requireKept(Promise promised) internal view {
        _requireOne(promised);
        for (uint256 i = 0; i <= uint256(type(Promise).max); ++i) _requireOne(Promise(i));
    }

    function _requireOne(Promise promised) private view {
        uint256 times = _campaign.violations(promised);
        if (times > 0) revert Broken(promised, _campaign.firstViolation(promised), times);
    }
}

contract ReductionsTest is PromiseTest {
    /// @notice Whatever does not add risk passes: in every state of feeds, policies, roles and tokens.
    function invariant_reducingRiskIsNeverBlocked() external view {
        _requireKept(Promise.ReducingRiskIsNeverBlocked);
    }

    function _addActions(Campaign c) internal override {
        _mix.push(c.close.selector);
        _mix.push(c.reduceWithPayout.selector);
        _mix.push(c.deposit.selector);
        _mix.push(c.liquidate.selector);
        _mix.push(c.tradeBounded.selector);
        _mix.push(c.stateReduction.selector);
        _mix.push(c.setSelfLimit.selector);
        _mix.push(c.crash.selector);
        _mix.push(c.closeAuthority.selector);
        _mix.push(c.wait.selector);
    }
}

contract TighteningTest is PromiseTest {
    /// @notice A failed feed, a silent one, a tighter policy: each leaves at most what was left before. Without a price, and
    /// in ReduceOnly, no risk is added.
    function invariant_limitsOnlyTighten() external view {
        _requireKept(Promise.LimitsOnlyTighten);
    }

    function _addActions(Campaign c) internal override {
        _mix.push(c.tighten.selector);
        _mix.push(c.setSelfLimit.selector);
        _mix.push(c.wait.selector);
        _mix.push(c.tradeToTheLimit.selector);
        _mix.push(c.withdraw.selector);
        _mix.push(c.publishOutOfOrder.selector);
        _mix.push(c.rewrite.selector);
        _mix.push(c.changeFeed.selector);
    }
}

contract ViewTest is PromiseTest {
    /// @notice What preview says happens, to the byte of the refusal; its maximum passes, and one unit more does not.
    function invariant_viewEqualsEnforcement() external view {
        _requireKept(Promise.ViewEqualsEnforcement);
    }

    function _addActions(Campaign c) internal override {
        _mix.push(c.stateTheLimit.selector);
        _mix.push(c.tradeToTheLimit.selector);
        _mix.push(c.setSelfLimit.selector);
        _mix.push(c.tradeBounded.selector);
        _mix.push(c.flip.selector);
        _mix.push(c.withdraw.selector);
        _mix.push(c.reduceWithPayout.selector);
        _mix.push(c.publishMany.selector);
        _mix.push(c.jump.selector);
    }
}

contract VarianceTest is PromiseTest {
    /// @notice The stored word moves to rounds the feed published, forwards, and forgets no faster than time alone lets it;
    /// who asks, and how often, changes nothing.
    function invariant_varianceFollowsTheFeedAlone() external view {
        _requireKept(Promise.VarianceFollowsTheFeedAlone);
    }

    function _addActions(Campaign c) internal override {
        _mix.push(c.poke.selector);
        _mix.push(c.pokeFrom.selector);
        _mix.push(c.stateTheLimit.selector);
        _mix.push(c.crash.selector);
        _mix.push(c.publishMany.selector);
        _mix.push(c.publishOutOfOrder.selector);
        _mix.push(c.rewrite.selector);
        _mix.push(c.jump.selector);
        _mix.push(c.changeFeed.selector);
    }
}

contract BooksTest is PromiseTest {
    /// @notice The exchange's tokens cover what it owes, to the wei, and nothing lies there unowned.
    function invariant_booksAreWhole() external view {
        _requireKept(Promise.BooksAreWhole);
    }

    function _addActions(Campaign c) internal override {
        _mix.push(c.flip.selector);
        _mix.push(c.close.selector);
        _mix.push(c.withdraw.selector);
        _mix.push(c.reduceWithPayout.selector);
        _mix.push(c.liquidate.selector);
        _mix.push(c.supply.selector);
        _mix.push(c.redeem.selector);
        _mix.push(c.setTokenFee.selector);
        _mix.push(c.crash.selector);
        _mix.push(c.wait.selector);
    }
}

contract StrangersTest is PromiseTest {
    /// @notice Nobody but the protocol is judged, nobody but governance sets a policy, and nobody comes back in through a
    /// token.
    function invariant_strangersAreRefused() external view {
        _requireKept(Promise.StrangersAreRefused);
    }

    function _addActions(Campaign c) internal override {
        _mix.push(c.trespass.selector);
        _mix.push(c.reenter.selector);
        _mix.push(c.recordGrowth.selector);
        _mix.push(c.setTokenFee.selector);
        _mix.push(c.poke.selector);
        _mix.push(c.liquidate.selector);
        _mix.push(c.closeAuthority.selector);
    }
}

contract CountingTest is PromiseTest {
    /// @notice Growth and marks move by what an action did, once, in every mode: no way through the exchange counts twice or
    /// not at all.
    function invariant_metersCountOnce() external view {
        _requireKept(Promise.MetersCountOnce);
    }

    function _addActions(Campaign c) internal override {
        _mix.push(c.reduceWithPayout.selector);
        _mix.push(c.flip.selector);
        _mix.push(c.close.selector);
        _mix.push(c.deposit.selector);
        _mix.push(c.withdraw.selector);
        _mix.push(c.tradeToTheLimit.selector);
        _mix.push(c.tradeBounded.selector);
        _mix.push(c.setSelfLimit.selector);
        _mix.push(c.tighten.selector);
        _mix.push(c.wait.selector);
    }
}

/// @notice A campaign proves only what it gets to.
contract ReachTest {
    uint256 private constant ACTIONS = 8_000;
    uint256 private constant OFTEN = 5;

    error NotReached(string outcome, uint256 times);

    /// @notice Every action, in an order that does not change, comes to every outcome that the promises speak of.
    function test_everyOutcomeIsReached() external {
        Campaign campaign = new Campaign();
        bytes4[32] memory actions = _actions(campaign);
        for (uint256 i = 0; i < ACTIONS; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(i)));
            bytes4 action = actions[dice % actions.length];
            bytes memory call = abi.encodeWithSelector(action, dice >> 8, keccak256(abi.encode(dice)));
            // Its own refusals are part of an action; that it breaks is not.
            // solhint-disable-next-line avoid-low-level-calls
            (bool ok,) = address(campaign).call(call);
            require(ok, "an action broke");
        }
        _requireReached(campaign);
    }

    function _requireReached(Campaign campaign) private view {
        string[38] memory outcomes = [
            "risk added", "refused by a limit", "refused by the guard otherwise", "refused by the market",
            "payout with a reduction", "reduction with payout", "flip tried", "left", "liquidated", "supplied",
            "redeemed", "held to the limit", "word moved", "poked", "poke refused", "poked from a round",
            "pokeFrom refused", "reentered", "feed burns gas", "feed changed", "tightened", "rounds missed",
            "mode Enforce", "mode Shadow", "mode Off", "mode ReduceOnly", "gap",
            "refused by Growth", "refused by Drawdown", "refused by Skew", "refused by SelfLimit", "refused by Liquidity",
            "growth counted", "mark moved", "own limit set", "own limit tightened", "own limit kept",
            "own limit out of range"
        ];
        for (uint256 i = 0; i < outcomes.length; ++i) {
            uint256 times = campaign.reached(outcomes[i]);
            if (times < OFTEN) revert NotReached(outcomes[i], times);
        }
    }

    function _actions(Campaign c) private pure returns (bytes4[32] memory) {
        return [
            c.publish.selector, c.publish.selector, c.publish.selector, c.crash.selector, c.publishMany.selector,
            c.publishOutOfOrder.selector, c.rewrite.selector, c.jump.selector, c.breakFeed.selector, c.open.selector,
            c.open.selector, c.tradeToTheLimit.selector, c.flip.selector, c.withdraw.selector, c.tradeBounded.selector,
            c.reduceWithPayout.selector, c.close.selector, c.liquidate.selector, c.supply.selector, c.redeem.selector,
            c.changePolicy.selector, c.changeFeed.selector, c.tighten.selector, c.poke.selector, c.pokeFrom.selector,
            c.reenter.selector, c.stateTheLimit.selector, c.wait.selector, c.liquidate.selector,
            c.tradeToTheLimit.selector, c.setSelfLimit.selector, c.deposit.selector
        ];
    }
}
