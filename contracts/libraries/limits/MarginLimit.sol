// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMath, WAD} from "../FixedPointMath.sol";

/// @title MarginLimit
/// @notice Initial margin that grows with the market: the marginal ratio at side open interest x is x / full, and an
/// account pays the integral over its own slice. The slices of k accounts add up to the slice of one, so splitting a
/// position gains nothing.
/// @dev Mirror: `sdk/src/limits/margin.ts`.
library MarginLimit {
    /// @notice The largest notional N with base·N ≤ equity and ((others + N)² − others²) / (2·full) ≤ equity, quote WAD.
    /// @param equity quote WAD
    /// @param others open interest of everybody else on this side, quote WAD
    /// @param baseRatio initial margin ratio of an empty market, WAD
    /// @param fullMarginOpenInterest side open interest at which the marginal ratio reaches 100 %, quote WAD
    /// @dev Exact for arguments below 2^127: N passes and N + 1 fails. Panics 0x12 for a base ratio of zero,
    /// 0x11 where a square or a product exceeds 2^256 − 1.
    function marginLimit(uint256 equity, uint256 others, uint256 baseRatio, uint256 fullMarginOpenInterest)
        internal
        pure
        returns (uint256)
    {
        uint256 byBase = FixedPointMath.mulDivDown(equity, WAD, baseRatio);
        uint256 upperEnd = FixedPointMath.sqrtDown(others * others + 2 * equity * fullMarginOpenInterest);
        unchecked {
            // The root of others² and more is others and more.
            return Math.min(byBase, upperEnd - others);
        }
    }
}
