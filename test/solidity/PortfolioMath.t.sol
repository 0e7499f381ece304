// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {UNCAPPED, WAD} from "../../contracts/libraries/FixedPointMath.sol";
import {PortfolioMath} from "../../contracts/libraries/PortfolioMath.sol";
import {Properties} from "./helpers/Properties.sol";

/// @notice Scenario grids, correlation by one factor and expected shortfall, on portfolios of up to eight positions.
contract PortfolioMathTest is Properties {
    uint256 private constant MAX_LOSS = 1e28;
    uint256 private constant POSITIONS = 8;

    /// @dev The others in the portfolio, and the candidate.
    struct Portfolio {
        int256[] losses;
        int256[] betas;
        int256 beta;
        uint256 move;
        uint256 budget;
    }

    /* SCENARIOS */

    /// @notice N fits the budget in every scenario, N + 1 breaks one; more budget never leaves less, a worse scenario never
    /// more.
    function testFuzz_gridIsTight(uint256 seed, uint256 budget, uint256 more) external pure {
        budget = _spread(budget, 0, MAX_LOSS);
        int256[] memory pnl = _list(seed, "pnl", MAX_LOSS);
        int256[] memory unit = _list(seed, "unit", 2 * WAD);
        uint256 n = PortfolioMath.gridLimit(budget, pnl, unit);
        bool breaks = n == UNCAPPED;
        for (uint256 i = 0; i < pnl.length; ++i) {
            if (unit[i] >= 0) continue;
            int256 sum = int256(budget) + pnl[i];
            uint256 left = sum > 0 ? uint256(sum) : 0;
            _holds(_productAtMost(n, uint256(-unit[i]), left, WAD), "N fits everywhere");
            breaks = breaks || !_productAtMost(n + 1, uint256(-unit[i]), left, WAD);
        }
        _holds(breaks, "N + 1 breaks a scenario");
        _atMost(n, PortfolioMath.gridLimit(_spread(more, budget, MAX_LOSS), pnl, unit), "budget");
        uint256 which = more % pnl.length;
        pnl[which] -= int256(_spread(more, 0, MAX_LOSS));
        _atMost(PortfolioMath.gridLimit(budget, pnl, unit), n, "a worse scenario");
    }

    /// @notice Of opposite Greeks the profits cancel, up to the unit that rounding down takes; and more gamma never loses.
    function testFuzz_greeksRoundDown(int256 delta, int256 gamma, int256 vega, int256 move, uint256 more) external pure {
        (delta, gamma, vega) = (_signed(delta, 1e27), _signed(gamma, 1e27), _signed(vega, 1e27));
        move = _signed(move, WAD);
        int256 volMove = _signed(int256(more), WAD);
        int256 pnl = PortfolioMath.greeksPnl(delta, gamma, vega, move, volMove);
        int256 opposite = PortfolioMath.greeksPnl(-delta, -gamma, -vega, move, volMove);
        _holds(pnl + opposite == 0 || pnl + opposite == -1, "what one gains the other loses, but for a unit");
        int256 convex = PortfolioMath.greeksPnl(delta, gamma + int256(_spread(more, 0, 1e27)), vega, move, volMove);
        _holds(convex >= pnl, "gamma");
    }

    /* CORRELATION */

    /// @notice More budget never leaves less, a larger move of the candidate never more, and betas that may be off never more.
    function testFuzz_factorLimitIsMonotone(uint256 seed, uint256 more) external pure {
        Portfolio memory p = _portfolio(seed);
        uint256 n = _factorLimit(p, 0);
        _atMost(_factorLimit(p, _spread(more, 0, WAD)), n, "stress");
        uint256 kept = p.budget;
        p.budget = _spread(more, kept, MAX_LOSS);
        _atMost(n, _factorLimit(p, 0), "budget");
        p.budget = kept;
        p.move = _spread(more, p.move, 5 * WAD);
        _atMost(_factorLimit(p, 0), n, "move");
    }

    /// @notice The one-factor form is the matrix form of ρ_ij = β_i·β_j, ρ_ii = 1: where the betas are whole tenths, so that
    /// the matrix is exact, both agree but for a unit of either rounding, divided by the move.
    function testFuzz_factorLimitIsTheMatrixForm(uint256 seed) external pure {
        Portfolio memory p = _portfolio(seed);
        uint256 count = p.losses.length;
        int256 tenth = int256(WAD / 10);
        p.beta = p.beta / tenth * tenth;
        int256[] memory withCandidate = new int256[](count);
        int256[] memory matrix = new int256[](count * count);
        for (uint256 i = 0; i < count; ++i) p.betas[i] = p.betas[i] / tenth * tenth;
        for (uint256 i = 0; i < count; ++i) {
            withCandidate[i] = p.betas[i] * p.beta / int256(WAD);
            for (uint256 j = 0; j < count; ++j) {
                matrix[i * count + j] = i == j ? int256(WAD) : p.betas[i] * p.betas[j] / int256(WAD);
            }
        }
        uint256 byFactor = _factorLimit(p, 0);
        uint256 byMatrix = PortfolioMath.correlationLimit(p.losses, withCandidate, matrix, p.move, p.budget);
        _equal(byFactor, byMatrix, "both forms");
    }

    /* TAIL */

    /// @notice The mean of all, at least; the largest of them, at most; falling in between; whatever their order.
    function testFuzz_expectedShortfall(uint256 seed, uint256 first, uint256 second) external pure {
        int256[] memory losses = _list(seed, "losses", MAX_LOSS);
        uint256 count = losses.length;
        int256 largest = losses[0];
        int256 sum = 0;
        for (uint256 i = 0; i < count; ++i) {
            sum += losses[i];
            if (losses[i] > largest) largest = losses[i];
        }
        _equal(PortfolioMath.expectedShortfall(losses, 1), largest, "of one, the largest");
        int256 all = PortfolioMath.expectedShortfall(losses, count);
        _holds(all * int256(count) >= sum && (all - 1) * int256(count) < sum, "of all, their mean, rounded up");
        int256 before = largest;
        for (uint256 n = 1; n <= count; ++n) {
            int256 shortfall = PortfolioMath.expectedShortfall(losses, n);
            _holds(shortfall <= before, "falls with every further loss");
            before = shortfall;
        }
        uint256 some = _range(first, 1, count);
        int256 unswapped = PortfolioMath.expectedShortfall(losses, some);
        (losses[first % count], losses[second % count]) = (losses[second % count], losses[first % count]);
        _equal(PortfolioMath.expectedShortfall(losses, some), unswapped, "in any order");
    }

    /* INPUTS */

    function _portfolio(uint256 seed) private pure returns (Portfolio memory p) {
        p.losses = _list(seed, "losses", MAX_LOSS);
        p.betas = _list(seed, "betas", WAD);
        p.beta = _signed(int256(uint256(keccak256(abi.encode(seed, "beta")))), WAD);
        p.move = _spread(uint256(keccak256(abi.encode(seed, "move"))), 1, 5 * WAD);
        p.budget = _spread(uint256(keccak256(abi.encode(seed, "budget"))), 0, MAX_LOSS);
    }

    function _factorLimit(Portfolio memory p, uint256 stress) private pure returns (uint256) {
        return PortfolioMath.factorLimit(p.losses, p.betas, p.beta, stress, p.move, p.budget);
    }

    /// @dev As many for one seed, whatever they are called.
    function _list(uint256 seed, string memory name, uint256 largest) private pure returns (int256[] memory list) {
        list = new int256[](_range(seed, 1, POSITIONS));
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = _signed(int256(uint256(keccak256(abi.encode(seed, name, i)))), largest);
        }
    }

    function _signed(int256 seed, uint256 largest) private pure returns (int256) {
        int256 magnitude = int256(_spread(uint256(seed), 0, largest));
        return uint256(keccak256(abi.encode(seed, "sign"))) % 2 == 0 ? magnitude : -magnitude;
    }
}
