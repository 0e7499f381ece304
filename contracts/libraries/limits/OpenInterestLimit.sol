// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMath, WAD} from "../FixedPointMath.sol";

/// @title OpenInterestLimit
/// @notice What the market's cap leaves on one side. The cap is in base units, so it is a share of supply as well,
/// and it shrinks while the market moves more than it was set for.
/// @dev Mirror: `sdk/src/limits/openInterest.ts`.
library OpenInterestLimit {
    /// @notice max(0, ⌊cap·scale / W⌋ − sameSideOthers), base WAD.
    /// @param scale share of the cap that is open now, WAD (`openInterestScale`)
    /// @param cap open interest of one side, base WAD
    /// @param sameSideOthers open interest of everybody else on this side, base WAD
    /// @dev Panics 0x11 where cap·scale / W exceeds 2^256 − 1.
    function openInterestLimit(uint256 scale, uint256 cap, uint256 sameSideOthers) internal pure returns (uint256) {
        return Math.saturatingSub(FixedPointMath.mulDivDown(cap, scale, WAD), sameSideOthers);
    }

    /// @notice 1 up to the reference move, then reference / move, rounded down, WAD.
    /// @param referenceMove the move the cap was set for, WAD
    /// @param move the adverse move now, WAD
    function openInterestScale(uint256 referenceMove, uint256 move) internal pure returns (uint256) {
        return move <= referenceMove ? WAD : FixedPointMath.mulDivDown(referenceMove, WAD, move);
    }
}
