// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Assessment} from "../../contracts/interfaces/ISizingGuard.sol";
import {FactorRisk} from "../../contracts/libraries/FactorRisk.sol";
import {WAD} from "../../contracts/libraries/FixedPointMath.sol";
import {Greeks, PortfolioRisk} from "../../contracts/libraries/PortfolioRisk.sol";
import {RandomPortfolio} from "./helpers/RandomPortfolio.sol";

/// @notice One common factor for whatever a guard may ask: nothing overflows, limit and loss are one statement, and there is
/// always a way out.
contract FactorRiskTest is RandomPortfolio {
    /// @notice Up to seventeen underlyings with the largest Greeks, moves, equity and notionals: never a panic.
    function testFuzz_neverReverts(uint256 seed) external pure {
        Case memory c = _linear(seed, PortfolioRisk.MAX_GREEK - 1, MAX_NOTIONAL);
        Assessment memory result = _assess(c);
        _holds(result.loss <= type(uint256).max, "it answered");
    }

    /// @notice From the position that is there, whose loss is allowed, up to the limit every loss is.
    function testFuzz_limitAndLossAreOneStatement(uint256 seed) external pure {
        Case memory c = _linear(seed, 1e30, 1e30);
        c.policy = _uncapped(c.policy);
        c.keepsLoss = true;
        Assessment memory result = _assess(c);
        if (result.limit == 0 || result.limit > MAX_NOTIONAL) return;
        int256 side = c.candidate.next >= 0 ? int256(1) : int256(-1);
        // On the other side nothing says that the loss may begin above what is allowed.
        if ((c.candidate.before >= 0) != (side > 0)) return;
        c.candidate.next = side * int256(result.limit);
        _atMost(_assess(c).loss, result.allowedLoss, "the loss at the limit");
    }

    /// @notice What stays as it is stays: without a flow, the position that is there passes.
    function testFuzz_whatIsThereMayStay(uint256 seed) external pure {
        Case memory c = _linear(seed, 1e30, 1e30);
        c.candidate.next = c.candidate.before;
        c.keepsLoss = true;
        Assessment memory result = _assess(c);
        _atMost(result.loss, result.allowedLoss, "the loss there was");
    }

    /// @notice Whatever the betas, a portfolio loses no more than its parts by themselves.
    function testFuzz_partsLoseMost(uint256 seed) external pure {
        Case memory c = _linear(seed, 1e30, 1e30);
        uint256 whole = _assess(c).loss;
        for (uint256 i = 0; i < c.holdings.underlyings.length; ++i) c.holdings.underlyings[i].hasBeta = false;
        // Each loss is rounded into the root instead of beside it.
        _atMost(whole, _assess(c).loss + c.holdings.underlyings.length + 1, "the loss of the whole");
    }

    /// @notice Some part of any position may always go without collateral leaving, whatever it hedges: a 4 096th, which adds no
    /// more than a 64th of the loss where that is a 64th of everything apart, and is within its sixteenth where it is less.
    function testFuzz_someReductionPasses(uint256 seed) external pure {
        Case memory c = _linear(seed, 1e30, 1e30);
        (c.isReduction, c.keepsLoss, c.equity) = (true, true, 0);
        c.candidate.next = c.candidate.before - c.candidate.before / 4_096;
        Assessment memory result = _assess(c);
        _atMost(result.loss, result.allowedLoss + c.holdings.underlyings.length + 2, "the loss without that part");
    }

    function _linear(uint256 seed, uint256 greek, uint256 notional) private pure returns (Case memory c) {
        c = _case(seed, greek, notional);
        c.candidate.unit = Greeks(int256(WAD), 0, 0, 0);
    }

    function _assess(Case memory c) private pure returns (Assessment memory) {
        return FactorRisk.assessFactor(c.policy, c.holdings, c.candidate, c.equity, c.isReduction, c.keepsLoss);
    }
}
