// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMath, WAD} from "../FixedPointMath.sol";

/// @title CollateralRatioLimit
/// @notice For vaults and lending: the largest debt that is still covered after the collateral's adverse move.
/// @dev Mirror: `sdk/src/limits/collateralRatio.ts`.
library CollateralRatioLimit {
    /// @notice ⌊collateralValue·(1 − min(move, 1)) / minCollateralRatio⌋, quote WAD.
    /// @param collateralValue quote WAD, at the lower end of the price's confidence
    /// @param move adverse move of the collateral's price, WAD
    /// @param minCollateralRatio collateral over debt, WAD; policies keep it in [1, 100]
    /// @dev Panics 0x12 for a ratio of zero, 0x11 where the quotient exceeds 2^256 − 1.
    function collateralRatioLimit(uint256 collateralValue, uint256 move, uint256 minCollateralRatio)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            return FixedPointMath.mulDivDown(collateralValue, WAD - Math.min(move, WAD), minCollateralRatio);
        }
    }
}
