// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Assessment} from "../interfaces/ISizingGuard.sol";
import {FactorRisk} from "../libraries/FactorRisk.sol";
import {WAD} from "../libraries/FixedPointMath.sol";
import {PortfolioMath} from "../libraries/PortfolioMath.sol";
import {Candidate, Greeks, Holdings, PortfolioRisk, Underlying} from "../libraries/PortfolioRisk.sol";
import {PortfolioPolicy} from "../types/PortfolioPolicy.sol";

/// @title PortfolioHarness
/// @notice The portfolio's functions, callable from outside with static arguments only.
/// @dev For tests. A list comes as its length, at most 3, and three elements of which so many count.
contract PortfolioHarness {
    function greeksPnl(int256 delta, int256 gamma, int256 vega, int256 move, int256 volMove)
        external
        pure
        returns (int256)
    {
        return PortfolioMath.greeksPnl(delta, gamma, vega, move, volMove);
    }

    function gridLimit(uint256 budget, uint8 pnls, int256[3] calldata pnl, uint8 unitPnls, int256[3] calldata unitPnl)
        external
        pure
        returns (uint256)
    {
        return PortfolioMath.gridLimit(budget, _first(pnl, pnls), _first(unitPnl, unitPnls));
    }

    function gridLoss(uint8 pnls, int256[3] calldata pnl, uint8 unitPnls, int256[3] calldata unitPnl, uint256 notional)
        external
        pure
        returns (uint256)
    {
        return PortfolioMath.gridLoss(_first(pnl, pnls), _first(unitPnl, unitPnls), notional);
    }

    function netCapLimit(uint256 cap, int256 held, int256 unit) external pure returns (uint256) {
        return PortfolioMath.netCapLimit(cap, held, unit);
    }

    function correlationLimit(
        uint8 count,
        int256[3] calldata losses,
        uint8 candidates,
        int256[3] calldata correlationWithCandidate,
        uint8 entries,
        int256[9] calldata correlation,
        uint256 candidateMove,
        uint256 budget
    ) external pure returns (uint256) {
        int256[] memory matrix = new int256[](entries);
        for (uint256 i = 0; i < entries; ++i) matrix[i] = correlation[i];
        return PortfolioMath.correlationLimit(
            _first(losses, count), _first(correlationWithCandidate, candidates), matrix, candidateMove, budget
        );
    }

    function factorLimit(
        uint8 count,
        int256[3] calldata losses,
        uint8 betaCount,
        int256[3] calldata betas,
        int256 candidateBeta,
        uint256 stress,
        uint256 candidateMove,
        uint256 budget
    ) external pure returns (uint256) {
        return PortfolioMath.factorLimit(
            _first(losses, count), _first(betas, betaCount), candidateBeta, stress, candidateMove, budget
        );
    }

    function movedBeta(int256 beta, int256 shift) external pure returns (int256) {
        return PortfolioMath.movedBeta(beta, shift);
    }

    function expectedShortfall(uint8 count, int256[3] calldata losses, uint256 n) external pure returns (int256) {
        return PortfolioMath.expectedShortfall(_first(losses, count), n);
    }

    /// @notice What a whole portfolio says of an action.
    /// @param held moves, then deltas, gammas, vegas and thetas of three underlyings, of which `count` count, each with one
    /// exposure under the policy
    /// @param unit Greeks of one unit of the candidate's notional
    /// @param flags whether it is a reduction, and whether no collateral leaves
    function assess(
        PortfolioPolicy policy,
        uint8 count,
        int256[15] calldata held,
        int256[4] calldata unit,
        int256 before,
        int256 next,
        uint256 equity,
        bool[2] calldata flags
    ) external pure returns (Assessment memory) {
        Holdings memory holdings = _holdings(policy, count, held);
        Candidate memory candidate = Candidate(Greeks(unit[0], unit[1], unit[2], unit[3]), before, next);
        return PortfolioRisk.assess(policy, holdings, candidate, equity, flags[0], flags[1]);
    }

    /// @notice As `assess`, with one common factor: a linear candidate, and for each underlying a beta, none where it is not
    /// within ±1.
    function assessFactor(
        PortfolioPolicy policy,
        uint8 count,
        int256[15] calldata held,
        int256[3] calldata betas,
        int256[2] calldata notionals,
        uint256 equity,
        bool[2] calldata flags
    ) external pure returns (Assessment memory) {
        Holdings memory holdings = _holdings(policy, count, held);
        for (uint256 i = 0; i < count; ++i) {
            Underlying memory underlying = holdings.underlyings[i];
            underlying.hasBeta = betas[i] >= -int256(WAD) && betas[i] <= int256(WAD);
            if (underlying.hasBeta) underlying.beta = betas[i];
        }
        Candidate memory candidate = Candidate(Greeks(int256(WAD), 0, 0, 0), notionals[0], notionals[1]);
        return FactorRisk.assessFactor(policy, holdings, candidate, equity, flags[0], flags[1]);
    }

    /// @dev Words: the moves of three underlyings, their deltas, gammas, vegas and thetas.
    function _holdings(PortfolioPolicy policy, uint256 count, int256[15] calldata held)
        private
        pure
        returns (Holdings memory holdings)
    {
        holdings.underlyings = new Underlying[](count);
        for (uint256 i = 0; i < count; ++i) {
            holdings.underlyings[i].move = uint256(held[i]);
            PortfolioRisk.add(holdings.underlyings[i], policy, held[3 + i], held[6 + i], held[9 + i]);
            holdings.decay += PortfolioRisk.decay(policy, held[12 + i]);
        }
    }

    /// @dev Behind each list lies a loss that whoever reads on too far will find.
    function _first(int256[3] calldata values, uint256 count) private pure returns (int256[] memory list) {
        list = new int256[](count);
        int256[1] memory behind;
        behind[0] = type(int256).min / 2;
        for (uint256 i = 0; i < count; ++i) list[i] = values[i];
    }
}
