// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMath, UNCAPPED, WAD} from "../FixedPointMath.sol";

/// @title CollateralLimit
/// @notice The notional that survives the adverse move and still has its maintenance margin, the liquidation penalty
/// and the fee of leaving. `maintenanceMarginRatio + liquidationPenalty` above 1 loses its meaning: policies refuse it.
/// @dev Mirror: `sdk/src/limits/collateral.ts`.
library CollateralLimit {
    /// @notice For a long, whose notional falls with the price: with m = min(move, 1),
    /// ⌊equity / (m + (maintenance + penalty)·(1 − m) + fee)⌋, quote WAD.
    /// @param equity quote WAD; `move`, the ratios and `fee` in WAD
    /// @dev Panics 0x11 where the divisor or the quotient exceeds 2^256 − 1. A divisor of zero: uncapped.
    function collateralLimitLong(
        uint256 equity,
        uint256 move,
        uint256 maintenanceMarginRatio,
        uint256 liquidationPenalty,
        uint256 fee
    ) internal pure returns (uint256) {
        uint256 m = Math.min(move, WAD);
        uint256 lost;
        uint256 left;
        unchecked {
            // m is at most 1.
            (lost, left) = (m * WAD, WAD - m);
        }
        uint256 d = lost + (maintenanceMarginRatio + liquidationPenalty) * left + fee * WAD;
        return _affordable(equity, d);
    }

    /// @notice For a short, whose notional grows with the price:
    /// ⌊equity / (move + (maintenance + penalty)·(1 + move) + fee)⌋, quote WAD.
    /// @param move the short's own move (`adverseMoveShort`), WAD
    /// @dev Panics 0x11 where the divisor or the quotient exceeds 2^256 − 1. A divisor of zero: uncapped.
    function collateralLimitShort(
        uint256 equity,
        uint256 move,
        uint256 maintenanceMarginRatio,
        uint256 liquidationPenalty,
        uint256 fee
    ) internal pure returns (uint256) {
        uint256 d = move * WAD + (maintenanceMarginRatio + liquidationPenalty) * (WAD + move) + fee * WAD;
        return _affordable(equity, d);
    }

    /// @dev `d` is the loss per unit of notional, scaled by W².
    function _affordable(uint256 equity, uint256 d) private pure returns (uint256) {
        return d == 0 ? UNCAPPED : FixedPointMath.mulDivDown(equity, WAD * WAD, d);
    }
}
