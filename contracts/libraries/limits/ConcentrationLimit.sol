// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMath, WAD} from "../FixedPointMath.sol";

/// @title ConcentrationLimit
/// @notice The largest share of the pool's equity that one account may be exposed to.
/// @dev Mirror: `sdk/src/limits/concentration.ts`.
library ConcentrationLimit {
    /// @notice max(0, ⌊maxShare·poolEquity / W⌋ − linkedExposure), quote WAD.
    /// @param maxShare WAD
    /// @param poolEquity equity of the pool on the other side, quote WAD
    /// @param linkedExposure what the same owner holds against the same pool elsewhere, quote WAD
    /// @dev Panics 0x11 where the quotient exceeds 2^256 − 1.
    function concentrationLimit(uint256 maxShare, uint256 poolEquity, uint256 linkedExposure)
        internal
        pure
        returns (uint256)
    {
        return Math.saturatingSub(FixedPointMath.mulDivDown(maxShare, poolEquity, WAD), linkedExposure);
    }
}
