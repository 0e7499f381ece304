// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {Assessment} from "../interfaces/ISizingGuard.sol";
import {PortfolioPolicy} from "../types/PortfolioPolicy.sol";
import {FixedPointMath, UNCAPPED, WAD} from "./FixedPointMath.sol";
import {PortfolioMath} from "./PortfolioMath.sol";
import {Candidate, Holdings, PortfolioRisk, Underlying} from "./PortfolioRisk.sol";

/// @notice What an account holds beside the candidate, seen from one side of it.
/// @param held loss of what is held in the candidate's own underlying under its move, quote WAD; negative where it is on the
/// other side
/// @param added what counts in full beside the factor: gamma, vega, time, and losses of underlyings without a beta; quote WAD
/// @param apart what everything loses by itself, quote WAD
/// @param shared, spent `PortfolioMath.factorSums` with betas as they are, moved towards ±1 and towards 0
struct FactorBook {
    int256 held;
    uint256 added;
    uint256 apart;
    int256[3] shared;
    uint256[3] spent;
}

/// @title FactorRisk
/// @notice The other model of a portfolio: markets move together through one common factor, and apart by what is their own.
/// The loss is √((Σβ_i·s_i)² + Σ(1 − β_i²)·s_i²) at the worst of three sets of betas, plus what no factor moves. Pure.
/// @dev Mirror: `sdk/src/portfolio/factor.ts`. Sources: Sharpe, A Simplified Model for Portfolio Analysis (1963); that a
/// root of squares grows by no more than what is added to one of them is the triangle inequality.
/// @dev Nothing overflows: losses stay below 2^114 each, and what is squared below 2^122.
library FactorRisk {
    /// @dev No budget counts beyond this, so that its square fits.
    uint256 private constant MAX_BUDGET = 1 << 120;
    /// @dev No loss of the candidate is told from a larger one.
    uint256 private constant MAX_LOSS = 1 << 121;
    uint256 private constant MODELS = 3;

    /// @notice What one action may do: parameters and results as `PortfolioRisk.assess`.
    /// @dev The candidate is linear: Greeks of its own are for the scenarios.
    function assessFactor(
        PortfolioPolicy policy,
        Holdings memory holdings,
        Candidate memory candidate,
        uint256 equity,
        bool isReduction,
        bool keepsLoss
    ) internal pure returns (Assessment memory result) {
        uint256 budget = FixedPointMath.mulDivDown(equity, policy.riskBudget(), WAD);
        uint256 move = holdings.underlyings[0].move;
        bool isLong = candidate.next >= 0;
        FactorBook memory book = bookOf(policy, holdings, isLong);
        result.loss = lossOf(book, move, SignedMath.abs(candidate.next));
        result.allowedLoss = budget;
        if (keepsLoss) {
            FactorBook memory before = book;
            if ((candidate.before >= 0) != isLong) before = bookOf(policy, holdings, !isLong);
            uint256 kept = keptLoss(before, move, SignedMath.abs(candidate.before), isReduction);
            result.allowedLoss = Math.max(budget, kept);
        }
        result.limit = Math.min(
            limitOf(book, move, result.allowedLoss),
            PortfolioRisk.netLimit(policy, holdings.underlyings[0], candidate, budget, move)
        );
    }

    /// @notice Everything but the candidate, seen from its side.
    function bookOf(PortfolioPolicy policy, Holdings memory holdings, bool isLong)
        internal
        pure
        returns (FactorBook memory book)
    {
        Underlying[] memory underlyings = holdings.underlyings;
        int256[] memory losses = new int256[](underlyings.length);
        int256[] memory betas = new int256[](underlyings.length);
        uint256 curved = holdings.decay;
        for (uint256 i = 0; i < underlyings.length; ++i) {
            Underlying memory u = underlyings[i];
            uint256 size = FixedPointMath.mulDivUp(SignedMath.abs(u.delta), u.move, WAD);
            curved += _curvedLoss(u);
            book.apart += size;
            // Each loss is rounded by less than one, and moves the root by no more than that.
            ++book.added;
            int256 loss = u.delta < 0 ? -int256(size) : int256(size);
            if (i == 0) book.held = isLong ? loss : -loss;
            else if (u.hasBeta) (losses[i], betas[i]) = (loss, u.beta);
            else book.added += size;
        }
        book.added += curved;
        book.apart += curved;
        int256 beta = isLong ? policy.beta() : -policy.beta();
        int256 stress = int256(policy.betaStress());
        (book.shared[0], book.spent[0]) = PortfolioMath.factorSums(losses, betas, beta, 0);
        (book.shared[1], book.spent[1]) = PortfolioMath.factorSums(losses, betas, beta, stress);
        (book.shared[2], book.spent[2]) = PortfolioMath.factorSums(losses, betas, beta, -stress);
    }

    /// @notice What the portfolio loses with so much of the candidate, quote WAD, rounded up.
    /// @param move of the candidate's underlying, WAD
    /// @param notional of the candidate, quote WAD
    function lossOf(FactorBook memory book, uint256 move, uint256 notional) internal pure returns (uint256) {
        uint256 loss = Math.min(FixedPointMath.mulDivUpSaturating(notional, move, WAD), MAX_LOSS);
        int256 y = int256(loss) + book.held;
        uint256 worst = 0;
        for (uint256 k = 0; k < MODELS; ++k) {
            int256 square = int256(book.spent[k]) + 2 * _crossUp(book.shared[k], y) + y * y;
            worst = Math.max(worst, uint256(square));
        }
        return FixedPointMath.sqrtUp(worst) + book.added;
    }

    /// @notice The largest notional of the candidate whose loss is allowed, quote WAD, rounded down: no notional up to it is
    /// refused for what it adds, though one may be for a hedge it gives up. 0 where none is.
    function limitOf(FactorBook memory book, uint256 move, uint256 allowedLoss) internal pure returns (uint256) {
        if (allowedLoss < book.added) return 0;
        uint256 budget = Math.min(allowedLoss - book.added, MAX_BUDGET);
        int256 room = type(int256).max;
        for (uint256 k = 0; k < MODELS; ++k) {
            // y solves spent + 2·b·y + y² = budget², and the larger of two solutions is the limit.
            int256 left = int256(budget * budget) - int256(book.spent[k]);
            int256 b = _perCandidate(book.shared[k], left >= 0 || book.shared[k] < 0);
            int256 square = b * b + left;
            if (square < 0) return 0;
            room = SignedMath.min(room, int256(FixedPointMath.sqrtDown(uint256(square))) - b);
        }
        if (room <= book.held) return 0;
        return move == 0 ? UNCAPPED : FixedPointMath.mulDivDown(uint256(room - book.held), WAD, move);
    }

    /// @notice The loss that may stay where no collateral leaves, quote WAD (`PortfolioRisk.keptLoss`).
    /// @param before notional of the candidate before the action, quote WAD
    function keptLoss(FactorBook memory book, uint256 move, uint256 before, bool isReduction)
        internal
        pure
        returns (uint256 lossBefore)
    {
        lossBefore = lossOf(book, move, before);
        if (!isReduction) return lossBefore;
        return PortfolioRisk.wayOut(book.apart + FixedPointMath.mulDivUp(before, move, WAD), lossBefore);
    }

    /// @dev What gamma and vega lose by themselves at their worst: no factor takes it away.
    function _curvedLoss(Underlying memory u) private pure returns (uint256) {
        if (u.gamma == 0 && u.shortGamma == 0 && u.volUp == 0 && u.volDown == 0 && u.volExtreme == 0) return 0;
        Underlying memory curved;
        (curved.move, curved.gamma, curved.shortGamma) = (u.move, u.gamma, u.shortGamma);
        (curved.volUp, curved.volDown, curved.volExtreme) = (u.volUp, u.volDown, u.volExtreme);
        return PortfolioRisk.lossOf(PortfolioRisk.separatePnls(curved));
    }

    /// @dev ⌈shared·y / W²⌉.
    function _crossUp(int256 shared, int256 y) private pure returns (int256) {
        (uint256 sizeOfShared, uint256 size) = (SignedMath.abs(shared), SignedMath.abs(y));
        return (shared < 0) == (y < 0)
            ? int256(FixedPointMath.mulDivUp(sizeOfShared, size, PortfolioMath.WAD_SQUARED))
            : -int256(FixedPointMath.mulDivDown(sizeOfShared, size, PortfolioMath.WAD_SQUARED));
    }

    /// @dev b = shared / W², rounded up or down.
    function _perCandidate(int256 shared, bool roundsUp) private pure returns (int256) {
        return roundsUp
            ? -PortfolioMath.divFloor(-shared, PortfolioMath.WAD_SQUARED)
            : PortfolioMath.divFloor(shared, PortfolioMath.WAD_SQUARED);
    }
}
