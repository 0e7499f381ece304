// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMath, UNCAPPED, WAD} from "../FixedPointMath.sol";

/// @title SurvivableMove
/// @notice CollateralLimit turned round: the largest adverse move after which a position still has its maintenance margin, the
/// liquidation penalty and the fee of leaving. For people and keepers; no limit reads it.
/// @dev Mirror: `sdk/src/limits/survivable.ts`.
library SurvivableMove {
    /// @notice For a long: the largest m with equity − N·m − N·fee ≥ (maintenance + penalty)·N·(1 − m), rounded down, WAD.
    /// @param equity quote WAD; `notional` N at the price of now, quote WAD
    /// @return move 0 where nothing can be lost any more; `UNCAPPED` where a price of zero is survived, and without a position
    /// @dev Panics 0x11 where maintenance + penalty exceeds 1, or a product 2^256 − 1.
    function survivableMoveLong(
        uint256 equity,
        uint256 notional,
        uint256 maintenanceMarginRatio,
        uint256 liquidationPenalty,
        uint256 fee
    ) internal pure returns (uint256 move) {
        uint256 kept = maintenanceMarginRatio + liquidationPenalty;
        move = _move(equity, notional, kept + fee, WAD - kept);
        if (move >= WAD) move = UNCAPPED;
    }

    /// @notice For a short: the largest m with equity − N·m − N·fee ≥ (maintenance + penalty)·N·(1 + m), rounded down, WAD.
    /// @dev Arguments and errors as above.
    function survivableMoveShort(
        uint256 equity,
        uint256 notional,
        uint256 maintenanceMarginRatio,
        uint256 liquidationPenalty,
        uint256 fee
    ) internal pure returns (uint256) {
        uint256 kept = maintenanceMarginRatio + liquidationPenalty;
        return _move(equity, notional, kept + fee, WAD + kept);
    }

    /// @dev ⌊(equity·W − N·taken) / (N·perMove / W)⌋ / W in one quotient: (equity·W − N·taken)·W / (N·perMove).
    function _move(uint256 equity, uint256 notional, uint256 taken, uint256 perMove) private pure returns (uint256) {
        if (notional == 0) return UNCAPPED;
        uint256 left = Math.saturatingSub(equity * WAD, notional * taken);
        uint256 divisor = notional * perMove;
        if (divisor == 0) return left == 0 ? 0 : UNCAPPED;
        return FixedPointMath.mulDivDownSaturating(left, WAD, divisor);
    }
}
