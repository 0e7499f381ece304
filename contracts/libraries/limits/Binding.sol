// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMath, UNCAPPED, WAD} from "../FixedPointMath.sol";

/// @title Binding
/// @notice Which of several limits binds, and what is left of it after scaling.
/// @dev Mirror: `sdk/src/limits/bind.ts`.
library Binding {
    /// @notice The smallest limit times `scale`, rounded down, and its position; ties go to the first.
    /// @param limits values in one unit; `UNCAPPED` where a limit does not bind
    /// @param scale share of the limit that stands, WAD in [0, 1]
    /// @return notional in the unit of the limits: 0 when the scale is 0, `UNCAPPED` when nothing binds
    /// @return index position of the first minimum (0 for an empty list)
    function bind(uint256[] memory limits, uint256 scale) internal pure returns (uint256 notional, uint256 index) {
        notional = UNCAPPED;
        for (uint256 i = 0; i < limits.length; ++i) {
            if (limits[i] < notional) (notional, index) = (limits[i], i);
        }
        notional = applyScale(notional, scale);
    }

    /// @notice ⌊limit·scale / W⌋; what does not bind stays uncapped, unless the scale is 0.
    function applyScale(uint256 limit, uint256 scale) internal pure returns (uint256) {
        if (scale == WAD) return limit;
        if (scale == 0) return 0;
        return limit == UNCAPPED ? UNCAPPED : FixedPointMath.mulDivDown(limit, scale, WAD);
    }
}
