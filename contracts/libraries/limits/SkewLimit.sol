// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title SkewLimit
/// @notice How far one side of the market may outweigh the other: what the pool, or the maker, is left holding.
/// @dev Mirror: `sdk/src/limits/skew.ts`.
library SkewLimit {
    /// @notice max(0, maxSkew + opposite − same), base WAD, at most 2^256 − 1: the size at which this side outweighs the other
    /// by `maxSkew`. Trades that improve the balance pass, up to the same bound on the other side.
    /// @param sameSideOthers open interest of everybody else on this side, base WAD
    /// @param oppositeOthers open interest of everybody else on the other side, base WAD
    function skewLimit(uint256 maxSkew, uint256 sameSideOthers, uint256 oppositeOthers) internal pure returns (uint256) {
        unchecked {
            return oppositeOthers >= sameSideOthers
                ? Math.saturatingAdd(maxSkew, oppositeOthers - sameSideOthers)
                : Math.saturatingSub(maxSkew, sameSideOthers - oppositeOthers);
        }
    }
}
