// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Assessment} from "../../contracts/interfaces/ISizingGuard.sol";
import {WAD} from "../../contracts/libraries/FixedPointMath.sol";
import {Candidate, Greeks, Holdings, PortfolioRisk, Underlying} from "../../contracts/libraries/PortfolioRisk.sol";
import {PortfolioPolicy} from "../../contracts/types/PortfolioPolicy.sol";
import {RandomPolicy} from "./helpers/RandomPolicy.sol";

/// @notice The scenarios of a portfolio for whatever a guard may ask: nothing overflows, and limit and loss are one statement.
contract PortfolioRiskTest is RandomPolicy {
    uint256 private constant MAX_MOVE = (1 << 69) - 1;
    uint256 private constant MAX_EQUITY = (1 << 127) - 1;
    uint256 private constant MAX_NOTIONAL = 1 << 160;

    struct Case {
        PortfolioPolicy policy;
        Holdings holdings;
        Candidate candidate;
        uint256 equity;
        bool isReduction;
        bool keepsLoss;
    }

    /// @notice Up to seventeen underlyings with the largest Greeks, moves, shocks, equity and notionals: never a panic.
    function testFuzz_neverReverts(uint256 seed) external pure {
        Assessment memory result = _assess(_case(seed, PortfolioRisk.MAX_GREEK - 1, MAX_NOTIONAL));
        _holds(result.loss <= type(uint256).max, "it answered");
    }

    /// @notice A notional within the limit loses no more than is allowed, one unit more loses more, unless the loss of the
    /// rest alone already is too much where the position gains.
    function testFuzz_limitAndLossAreOneStatement(uint256 seed) external pure {
        Case memory c = _case(seed, 1e30, 1e30);
        // Without caps, so that the scenarios alone decide.
        c.policy = PortfolioPolicy.wrap(PortfolioPolicy.unwrap(c.policy) >> 32 << 32);
        Assessment memory result = _assess(c);
        if (result.limit == 0 || result.limit > MAX_NOTIONAL) return;
        int256 side = c.candidate.next >= 0 ? int256(1) : int256(-1);
        c.candidate.next = side * int256(result.limit);
        if (_assess(c).loss > result.allowedLoss) return;
        c.candidate.next = side * int256(result.limit + 1);
        _holds(_assess(c).loss > result.allowedLoss, "one unit more loses more than is allowed");
    }

    /// @notice What stays as it is stays: without a flow, the position that is there passes.
    function testFuzz_whatIsThereMayStay(uint256 seed) external pure {
        Case memory c = _case(seed, 1e30, 1e30);
        c.candidate.next = c.candidate.before;
        c.keepsLoss = true;
        Assessment memory result = _assess(c);
        _atMost(result.loss, result.allowedLoss, "the loss there was");
    }

    function _assess(Case memory c) private pure returns (Assessment memory) {
        return PortfolioRisk.assess(c.policy, c.holdings, c.candidate, c.equity, c.isReduction, c.keepsLoss);
    }

    function _case(uint256 seed, uint256 greek, uint256 notional) private pure returns (Case memory c) {
        c.policy = _policy(seed);
        uint256 count = _even(seed, "count", 1, PortfolioRisk.MAX_EXPOSURES + 1);
        c.holdings.underlyings = new Underlying[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 own = uint256(keccak256(abi.encode(seed, i)));
            c.holdings.underlyings[i].move = _draw(own, "move", 0, MAX_MOVE);
            // A perpetual, or an option.
            uint256 convex = _even(own, "option", 0, 1) * greek;
            PortfolioRisk.add(
                c.holdings.underlyings[i],
                c.policy,
                _signed(own, "delta", greek),
                _signed(own, "gamma", convex),
                _signed(own, "vega", convex)
            );
            c.holdings.decay += PortfolioRisk.decay(c.policy, _signed(own, "theta", convex));
        }
        c.candidate.unit.delta = int256(WAD);
        if (_even(seed, "greeks", 0, 1) == 1) c.candidate.unit = _unit(seed, greek);
        c.candidate.before = _signed(seed, "before", notional);
        c.candidate.next = _signed(seed, "next", notional);
        c.equity = _draw(seed, "equity", 0, MAX_EQUITY);
        c.isReduction = _even(seed, "reduction", 0, 1) == 1;
        c.keepsLoss = _even(seed, "keeps", 0, 1) == 1;
    }

    function _unit(uint256 seed, uint256 greek) private pure returns (Greeks memory) {
        return Greeks(
            _signed(seed, "unit delta", greek),
            _signed(seed, "unit gamma", greek),
            _signed(seed, "unit vega", greek),
            _signed(seed, "unit theta", greek)
        );
    }

    function _policy(uint256 seed) private pure returns (PortfolioPolicy) {
        uint256 word = _even(seed, "flags", 0, 31);
        word |= _draw(seed, "budget", 1, type(uint16).max) << 32;
        word |= _draw(seed, "horizon", 1, type(uint24).max) << 64;
        word |= _even(seed, "netting", 0, ONE) << 88;
        word |= _draw(seed, "down", 0, type(uint16).max) << 104;
        word |= _draw(seed, "up", 0, type(uint16).max) << 120;
        word |= _draw(seed, "share", 1, ONE) << 136;
        word |= (_draw(seed, "delta cap", 1, type(uint24).max) | (_draw(seed, "delta exponent", 0, 40) << 24)) << 152;
        word |= (_draw(seed, "gamma cap", 1, type(uint24).max) | (_draw(seed, "gamma exponent", 0, 40) << 24)) << 184;
        word |= (_draw(seed, "vega cap", 1, type(uint24).max) | (_draw(seed, "vega exponent", 0, 40) << 24)) << 216;
        return PortfolioPolicy.wrap(word);
    }

    function _signed(uint256 seed, string memory name, uint256 most) private pure returns (int256) {
        uint256 size = _draw(seed, name, 0, most);
        return _even(seed, string.concat(name, " side"), 0, 1) == 1 ? int256(size) : -int256(size);
    }
}
