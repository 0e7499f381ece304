// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMath, UNCAPPED} from "../FixedPointMath.sol";

/// @title VolatilityLimit
/// @notice Value at risk as a size: the notional whose adverse move costs the account its risk budget.
/// @dev Mirror: `sdk/src/limits/volatility.ts`.
library VolatilityLimit {
    /// @notice ⌊equity·riskBudget / move⌋, quote WAD; no move, no cap.
    /// @param equity quote WAD
    /// @param riskBudget share of equity that the move may cost, WAD
    /// @param move loss per unit of notional, WAD (`adverseMove`, for a short `adverseMoveShort`)
    /// @dev Panics 0x11 where the quotient exceeds 2^256 − 1.
    function volatilityLimit(uint256 equity, uint256 riskBudget, uint256 move) internal pure returns (uint256) {
        if (move == 0) return UNCAPPED;
        return FixedPointMath.mulDivDown(equity, riskBudget, move);
    }
}
