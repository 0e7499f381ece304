// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {Panic} from "@openzeppelin/contracts/utils/Panic.sol";
import {FixedPointMath, UNCAPPED, WAD} from "./FixedPointMath.sol";

/// @title PortfolioMath
/// @notice What positions in several markets lose together: by scenario, by correlation, in the mean of the worst cases.
/// @dev Mirror: `sdk/src/portfolio`, name for name. Losses round up, limits down.
library PortfolioMath {
    uint256 internal constant WAD_SQUARED = 1e36;
    /// @dev 2^256 modulo W².
    uint256 private constant TWO_WORDS_MODULO = 984665640564039457584007913129639936;
    /// @dev 5^36 times this is 1 modulo 2^256.
    uint256 private constant INVERSE_OF_FIVES = 0x356317ffa45f828d2a41175b2aed3a20e7fdd4a4e46cc11944d93b01be7b1711;

    /// @notice Two lists that belong together have different lengths.
    error LengthMismatch(uint256 length, uint256 expected);

    /* SCENARIOS */

    /// @notice Profit of a position by its Greeks: ⌊(2·delta·move·W + gamma·move² + 2·vega·volMove·W) / (2·W²)⌋, quote WAD,
    /// rounded towards −∞.
    /// @param delta ∂V/∂S·S, `gamma` ∂²V/∂S²·S², `vega` per 1.00 of volatility: quote WAD
    /// @param move of the price, WAD; `volMove` of the volatility, WAD
    /// @dev Panics 0x11 where a product or the sum does not fit int256. Source: Taylor's expansion to the second order.
    function greeksPnl(int256 delta, int256 gamma, int256 vega, int256 move, int256 volMove)
        internal
        pure
        returns (int256)
    {
        int256 wad = int256(WAD);
        return divFloor(2 * delta * move * wad + gamma * move * move + 2 * vega * volMove * wad, 2 * WAD_SQUARED);
    }

    /// @notice The largest notional whose loss fits the budget in every scenario: the smallest of
    /// ⌊max(0, budget + pnl)·W / −unitPnl⌋ over the scenarios in which it loses, quote WAD; uncapped if there is none.
    /// @param budget what may be lost, quote WAD
    /// @param pnl of everything else in each scenario, quote WAD
    /// @param unitPnl of one unit of notional in each scenario, WAD
    /// @dev Reverts `LengthMismatch`. Panics 0x11 where budget + pnl or a quotient does not fit. Source: SPAN's scanning risk.
    function gridLimit(uint256 budget, int256[] memory pnl, int256[] memory unitPnl)
        internal
        pure
        returns (uint256 limit)
    {
        return _gridLimit(budget, pnl, unitPnl, FixedPointMath.mulDivDown);
    }

    /// @notice `gridLimit`, where a scenario whose quotient does not fit does not bind.
    function gridLimitSaturating(uint256 budget, int256[] memory pnl, int256[] memory unitPnl)
        internal
        pure
        returns (uint256)
    {
        return _gridLimit(budget, pnl, unitPnl, FixedPointMath.mulDivDownSaturating);
    }

    /// @notice What a portfolio loses in its worst scenario: the largest of −(pnl + notional·unitPnl / W) and 0, quote WAD,
    /// rounded up: `gridLimit` the other way round, so that a notional within the limit loses no more than the budget.
    /// @param pnl, unitPnl as in `gridLimit`
    /// @param notional of the candidate, quote WAD
    /// @dev Reverts `LengthMismatch`. Panics 0x11 where a product or a sum does not fit int256. Source: SPAN's scanning risk.
    function gridLoss(int256[] memory pnl, int256[] memory unitPnl, uint256 notional) internal pure returns (uint256 loss) {
        if (unitPnl.length != pnl.length) revert LengthMismatch(unitPnl.length, pnl.length);
        int256 worst = 0;
        for (uint256 i = 0; i < pnl.length; ++i) {
            int256 total = _total(_at(pnl, i), _at(unitPnl, i), notional);
            if (total < worst) worst = total;
        }
        return SignedMath.abs(worst);
    }

    /// @notice The largest notional that keeps a net sum of Greeks within its cap on the side it grows to:
    /// ⌊max(0, cap − held) · W / unit⌋ for a unit above 0, with held's sign turned for one below, quote WAD; uncapped for 0.
    /// @param cap of the sum's size, quote WAD
    /// @param held the sum without the candidate, quote WAD
    /// @param unit of one unit of the candidate's notional, WAD
    /// @dev Panics 0x11 where the room or the quotient does not fit.
    function netCapLimit(uint256 cap, int256 held, int256 unit) internal pure returns (uint256) {
        if (unit == 0) return UNCAPPED;
        uint256 size = SignedMath.abs(held);
        bool isSpent = unit > 0 ? held > 0 : held < 0;
        uint256 room = isSpent ? Math.saturatingSub(cap, size) : cap + size;
        return FixedPointMath.mulDivDown(room, WAD, SignedMath.abs(unit));
    }

    /* CORRELATION */

    /// @notice The largest candidate position that keeps √variance of the portfolio's loss within the budget:
    /// y = ⌊√(b² + budget² − C)⌋ − b with b = ⌈Σρ_i·s_i / W⌉ and C = max(0, ⌈ΣΣρ_ij·s_i·s_j / W⌉), then ⌊max(0, y)·W / move⌋,
    /// quote WAD; 0 where the budget is spent already.
    /// @param losses s_i of the other positions under their own moves, quote WAD; negative for the opposite direction
    /// @param correlationWithCandidate ρ_i, WAD in [−1, 1]
    /// @param correlation ρ_ij, WAD in [−1, 1], row by row
    /// @param candidateMove loss of one unit of the candidate's notional, WAD; none, no cap
    /// @param budget quote WAD
    /// @dev Reverts `LengthMismatch`. Panics 0x11 where a sum, a square or the quotient does not fit. Source: Markowitz,
    /// Portfolio Selection (1952), solved for one weight.
    function correlationLimit(
        int256[] memory losses,
        int256[] memory correlationWithCandidate,
        int256[] memory correlation,
        uint256 candidateMove,
        uint256 budget
    ) internal pure returns (uint256) {
        uint256 count = losses.length;
        if (correlationWithCandidate.length != count) {
            revert LengthMismatch(correlationWithCandidate.length, count);
        }
        if (correlation.length != count * count) revert LengthMismatch(correlation.length, count * count);
        int256 shared = 0;
        int256 covariance = 0;
        for (uint256 i = 0; i < count; ++i) {
            shared += correlationWithCandidate[i] * losses[i];
            for (uint256 j = 0; j < count; ++j) covariance += correlation[i * count + j] * losses[i] * losses[j];
        }
        uint256 spent = covariance <= 0 ? 0 : Math.ceilDiv(uint256(covariance), WAD);
        return _candidateLimit(-divFloor(-shared, WAD), spent, candidateMove, budget);
    }

    /// @notice `correlationLimit` for markets that move together only through one common factor: ρ_ij = β_i·β_j, so that
    /// b = ⌈β_n·Σβ_i·s_i / W²⌉ and C = ⌈((Σβ_i·s_i)² + Σ(W² − β_i²)·s_i²) / W²⌉. Positive semidefinite whatever the betas.
    /// @param losses s_i, as above; `betas` β_i, WAD in [−1, 1]
    /// @param candidateBeta β_n, WAD in [−1, 1], negative as well where the candidate is on the other side
    /// @param stress how far betas may be off, WAD in [0, 1]: the worst counts of β, β moved towards ±1 and β moved towards 0
    /// @dev Reverts `LengthMismatch`. Panics 0x11 for a beta beyond ±1, and as above. Source: Sharpe, A Simplified Model for
    /// Portfolio Analysis (1963).
    function factorLimit(
        int256[] memory losses,
        int256[] memory betas,
        int256 candidateBeta,
        uint256 stress,
        uint256 candidateMove,
        uint256 budget
    ) internal pure returns (uint256 limit) {
        if (betas.length != losses.length) revert LengthMismatch(betas.length, losses.length);
        limit = _factorLimit(losses, betas, candidateBeta, 0, candidateMove, budget);
        if (stress == 0) return limit;
        int256 shift = int256(Math.min(stress, WAD));
        limit = Math.min(limit, _factorLimit(losses, betas, candidateBeta, shift, candidateMove, budget));
        limit = Math.min(limit, _factorLimit(losses, betas, candidateBeta, -shift, candidateMove, budget));
    }

    /// @notice What `factorLimit` is made of, with betas moved by `shift` (`movedBeta`).
    /// @return shared β_n·Σβ_i·s_i, quote WAD times W²
    /// @return spent C = ⌈((Σβ_i·s_i)² + Σ(W² − β_i²)·s_i²) / W²⌉, quote WAD squared
    function factorSums(int256[] memory losses, int256[] memory betas, int256 candidateBeta, int256 shift)
        internal
        pure
        returns (int256 shared, uint256 spent)
    {
        int256 common = 0;
        uint256 high = 0;
        uint256 low = 0;
        for (uint256 i = 0; i < losses.length; ++i) {
            int256 loss = _at(losses, i);
            int256 beta = movedBeta(_at(betas, i), shift);
            common += beta * loss;
            uint256 square = SignedMath.abs(loss);
            square *= square;
            (high, low) = _addProduct(high, low, WAD_SQUARED - uint256(beta * beta), square);
        }
        uint256 size = SignedMath.abs(common);
        (high, low) = _addProduct(high, low, size, size);
        shared = movedBeta(candidateBeta, shift) * common;
        spent = _ceilOfWadSquares(high, low);
    }

    /// @notice A beta that may be off: β + ⌊shift·(W − |β|) / W⌋ away from 0 for a shift above 0 (a beta of 0 goes up), and
    /// |β| less ⌊|shift|·|β| / W⌋ for one below. WAD.
    function movedBeta(int256 beta, int256 shift) internal pure returns (int256) {
        uint256 size = SignedMath.abs(beta);
        uint256 by = SignedMath.abs(shift);
        uint256 moved = shift >= 0 ? size + by * (WAD - size) / WAD : size - by * size / WAD;
        return beta < 0 ? -int256(moved) : int256(moved);
    }

    /* TAIL */

    /// @notice Mean of the `n` largest losses, rounded up: ⌈Σ / n⌉, quote WAD.
    /// @dev Panics 0x12 for n = 0, 0x11 for more than there are and where the sum does not fit. Source: Acerbi and Tasche, On
    /// the Coherence of Expected Shortfall (2002).
    function expectedShortfall(int256[] memory losses, uint256 n) internal pure returns (int256) {
        if (n > losses.length) Panic.panic(Panic.UNDER_OVERFLOW);
        int256[] memory sorted = _copy(losses);
        int256 sum = 0;
        for (uint256 i = 0; i < n; ++i) {
            _bringLargest(sorted, i);
            sum += sorted[i];
        }
        if (n == 0) Panic.panic(Panic.DIVISION_BY_ZERO);
        return -divFloor(-sum, n);
    }

    /// @notice ⌊x / d⌋ for 0 < d < 2^255, towards −∞.
    /// @dev Assembly because the compiler guards a division that can't overflow, and this one is done for every scenario.
    function divFloor(int256 x, uint256 d) internal pure returns (int256 quotient) {
        assembly ("memory-safe") {
            quotient := sub(sdiv(x, d), slt(smod(x, d), 0))
        }
    }

    /* PRIVATE */

    function _gridLimit(
        uint256 budget,
        int256[] memory pnl,
        int256[] memory unitPnl,
        function(uint256, uint256, uint256) pure returns (uint256) quotientDown
    ) private pure returns (uint256 limit) {
        if (unitPnl.length != pnl.length) revert LengthMismatch(unitPnl.length, pnl.length);
        limit = UNCAPPED;
        for (uint256 i = 0; i < pnl.length; ++i) {
            int256 unit = _at(unitPnl, i);
            if (unit >= 0) continue;
            limit = Math.min(limit, quotientDown(_left(budget, _at(pnl, i)), WAD, SignedMath.abs(unit)));
        }
    }

    /// @dev Assembly because the loops over scenarios keep to the lengths, which are compared once: no check for each.
    function _at(int256[] memory list, uint256 index) private pure returns (int256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(list, 0x20), shl(5, index)))
        }
    }

    /// @dev max(0, budget + pnl).
    function _left(uint256 budget, int256 pnl) private pure returns (uint256) {
        return pnl >= 0 ? budget + uint256(pnl) : Math.saturatingSub(budget, SignedMath.abs(pnl));
    }

    /// @dev rest + ⌊notional·unit / W⌋ towards −∞.
    function _total(int256 rest, int256 unit, uint256 notional) private pure returns (int256) {
        uint256 size = SignedMath.abs(unit);
        unchecked {
            // Nearly always everything is small, and nothing needs a check.
            if ((notional | size | SignedMath.abs(rest)) < 1 << 127) return rest + divFloor(int256(notional) * unit, WAD);
        }
        return unit < 0
            ? rest - _signed(FixedPointMath.mulDivUp(notional, size, WAD))
            : rest + _signed(FixedPointMath.mulDivDown(notional, size, WAD));
    }

    function _signed(uint256 x) private pure returns (int256) {
        if (x > uint256(type(int256).max)) Panic.panic(Panic.UNDER_OVERFLOW);
        return int256(x);
    }

    /// @dev One evaluation, with betas moved by `shift`.
    function _factorLimit(
        int256[] memory losses,
        int256[] memory betas,
        int256 candidateBeta,
        int256 shift,
        uint256 candidateMove,
        uint256 budget
    ) private pure returns (uint256) {
        (int256 shared, uint256 spent) = factorSums(losses, betas, candidateBeta, shift);
        return _candidateLimit(-divFloor(-shared, WAD_SQUARED), spent, candidateMove, budget);
    }

    /// @dev Adds x·y to a sum of two words. Assembly because a product of two words has two.
    function _addProduct(uint256 high, uint256 low, uint256 x, uint256 y)
        private
        pure
        returns (uint256 newHigh, uint256 newLow)
    {
        assembly ("memory-safe") {
            let product := mul(x, y)
            let modulo := mulmod(x, y, not(0))
            newLow := add(low, product)
            // The product's high word is modulo − product, less one where that borrows.
            newHigh := add(high, sub(sub(modulo, product), lt(modulo, product)))
            newHigh := add(newHigh, lt(newLow, low))
        }
    }

    /// @dev ⌈(high·2^256 + low) / W²⌉; panics 0x11 where that does not fit.
    function _ceilOfWadSquares(uint256 high, uint256 low) private pure returns (uint256 quotient) {
        if (high >= WAD_SQUARED) Panic.panic(Panic.UNDER_OVERFLOW);
        uint256 remainder;
        // Assembly because the dividend has two words. Without its remainder it is a multiple of W² = 2^36·5^36: a shift takes
        // the twos out, and what is left is divided by multiplying with the inverse of 5^36 modulo 2^256.
        assembly ("memory-safe") {
            remainder := addmod(mulmod(high, TWO_WORDS_MODULO, WAD_SQUARED), low, WAD_SQUARED)
            high := sub(high, gt(remainder, low))
            low := sub(low, remainder)
            quotient := mul(or(shr(36, low), shl(220, high)), INVERSE_OF_FIVES)
        }
        if (remainder > 0) ++quotient;
    }

    /// @dev The candidate's y solves (y + b)² = b² + budget² − C.
    function _candidateLimit(int256 b, uint256 spent, uint256 candidateMove, uint256 budget)
        private
        pure
        returns (uint256)
    {
        uint256 squared = budget * budget;
        if (squared < spent) return 0;
        uint256 size = SignedMath.abs(b);
        uint256 root = FixedPointMath.sqrtDown(size * size + squared - spent);
        if (candidateMove == 0) return UNCAPPED;
        uint256 y = b >= 0 ? root - size : root + size;
        return FixedPointMath.mulDivDown(y, WAD, candidateMove);
    }

    /// @dev Swaps the largest element from `start` on into its place.
    function _bringLargest(int256[] memory list, uint256 start) private pure {
        uint256 largest = start;
        for (uint256 i = start + 1; i < list.length; ++i) {
            if (list[i] > list[largest]) largest = i;
        }
        (list[start], list[largest]) = (list[largest], list[start]);
    }

    function _copy(int256[] memory list) private pure returns (int256[] memory copy) {
        copy = new int256[](list.length);
        for (uint256 i = 0; i < list.length; ++i) copy[i] = list[i];
    }
}
