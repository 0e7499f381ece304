// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMath, WAD} from "../FixedPointMath.sol";

/// @title DrawdownScale
/// @notice Smaller positions as an account falls from its high-water mark, nothing at its maximum drawdown.
/// @dev Mirror: `sdk/src/limits/drawdown.ts`. Discipline, not defence: a new account has no past.
library DrawdownScale {
    /// @notice `power` must be 1, 2 or 3.
    error InvalidPower(uint256 power);

    /// @notice With r = (equity − peak·(1 − maxDrawdown)) / (peak·maxDrawdown), the share of the cushion that is left:
    /// r^power, rounded down at every product, WAD; 1 at the peak, 0 at the floor and without equity.
    /// @param equity quote WAD; `peak` its high-water mark, quote WAD
    /// @param maxDrawdown share of the peak, WAD, at most 1
    /// @dev Reverts `InvalidPower`. Panics 0x11 for a drawdown above 1 and where a product with W or the drawdown exceeds
    /// 2^256 − 1, 0x12 for a drawdown of zero below the peak. Source: Grossman and Zhou, Optimal Investment Strategies for
    /// Controlling Drawdowns (1993), for power 1.
    function drawdownScale(int256 equity, uint256 peak, uint256 maxDrawdown, uint256 power)
        internal
        pure
        returns (uint256)
    {
        if (power == 0 || power > 3) revert InvalidPower(power);
        if (equity <= 0) return 0;
        if (uint256(equity) >= peak) return WAD;
        uint256 r = FixedPointMath.mulDivDown(WAD, _cushion(uint256(equity), peak, maxDrawdown), peak * maxDrawdown);
        if (power == 1) return r;
        unchecked {
            // r is at most 1: the cushion is at most peak·maxDrawdown.
            return power == 2 ? r * r / WAD : r * r * r / (WAD * WAD);
        }
    }

    /// @notice Constant proportion portfolio insurance: ⌊multiplier·(equity·W − peak·(W − maxDrawdown)) / W²⌋, quote WAD, 0 at
    /// and below the floor.
    /// @param multiplier notional per unit of cushion, WAD
    /// @dev Panics 0x11 for a drawdown above 1, and where a product with W, or the quotient, exceeds 2^256 − 1. Source: Black
    /// and Perold, Theory of Constant Proportion Portfolio Insurance (1992).
    function cppiLimit(int256 equity, uint256 peak, uint256 maxDrawdown, uint256 multiplier)
        internal
        pure
        returns (uint256)
    {
        uint256 owned = equity <= 0 ? 0 : uint256(equity);
        return FixedPointMath.mulDivDown(multiplier, _cushion(owned, peak, maxDrawdown), WAD * WAD);
    }

    /// @dev max(0, equity·W − peak·(W − maxDrawdown)), quote WAD times W.
    function _cushion(uint256 equity, uint256 peak, uint256 maxDrawdown) private pure returns (uint256) {
        uint256 floor = peak * (WAD - maxDrawdown);
        uint256 owned = equity * WAD;
        unchecked {
            return owned > floor ? owned - floor : 0;
        }
    }
}
