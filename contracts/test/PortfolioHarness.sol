// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PortfolioMath} from "../libraries/PortfolioMath.sol";

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

    function _first(int256[3] calldata values, uint256 count) private pure returns (int256[] memory list) {
        list = new int256[](count);
        for (uint256 i = 0; i < count; ++i) list[i] = values[i];
    }
}
