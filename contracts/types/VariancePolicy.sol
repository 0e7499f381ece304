// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Fifth policy word of a market: who else says what its variance is. Read by `sync`, never while trading.
///
///     255   176 175              160 159      0
///     | spare 80 | maxVolatility  16 | source 160 |
///
/// - `source`: an IVarianceSource
/// - `maxVolatility`: volatility per year beyond which it is believed no further, in units of 1e-4
type VariancePolicy is uint256;

using VariancePolicyLibrary for VariancePolicy global;

library VariancePolicyLibrary {
    uint256 internal constant RATIO_UNIT = 1e14;
    uint256 internal constant MAX_VOLATILITY = 160;
    uint256 internal constant SPARE = 176;

    function source(VariancePolicy word) internal pure returns (address) {
        return address(uint160(VariancePolicy.unwrap(word)));
    }

    /// @notice WAD per year.
    function maxVolatility(VariancePolicy word) internal pure returns (uint256) {
        unchecked {
            // 2^16·10^14 < 2^63.
            return uint256(uint16(VariancePolicy.unwrap(word) >> MAX_VOLATILITY)) * RATIO_UNIT;
        }
    }
}
