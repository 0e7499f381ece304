// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Assessment} from "../../contracts/interfaces/ISizingGuard.sol";
import {PortfolioRisk} from "../../contracts/libraries/PortfolioRisk.sol";
import {RandomPortfolio} from "./helpers/RandomPortfolio.sol";

/// @notice The scenarios of a portfolio for whatever a guard may ask: nothing overflows, and limit and loss are one statement.
contract PortfolioRiskTest is RandomPortfolio {
    /// @notice Up to seventeen underlyings with the largest Greeks, moves, shocks, equity and notionals: never a panic.
    function testFuzz_neverReverts(uint256 seed) external pure {
        Assessment memory result = _assess(_case(seed, PortfolioRisk.MAX_GREEK - 1, MAX_NOTIONAL));
        _holds(result.loss <= type(uint256).max, "it answered");
    }

    /// @notice A notional within the limit loses no more than is allowed, one unit more loses more, unless the loss of the
    /// rest alone already is too much where the position gains.
    function testFuzz_limitAndLossAreOneStatement(uint256 seed) external pure {
        Case memory c = _case(seed, 1e30, 1e30);
        c.policy = _uncapped(c.policy);
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
}
