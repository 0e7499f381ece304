// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice How much one side of a market grew lately: one storage slot.
///
///     255  224 223        0
///     | time 32 | level 224 |
///
/// - `level`: of the bucket at `time`, base WAD, saturating
/// - `time`: seconds, unix, of the last increase
type GrowthMeter is uint256;

using GrowthMeterLibrary for GrowthMeter global;

library GrowthMeterLibrary {
    uint256 internal constant MAX_LEVEL = type(uint224).max;

    function level(GrowthMeter meter) internal pure returns (uint256) {
        return uint224(GrowthMeter.unwrap(meter));
    }

    function time(GrowthMeter meter) internal pure returns (uint256) {
        return GrowthMeter.unwrap(meter) >> 224;
    }

    /// @param level_ base WAD; what does not fit is cut
    /// @param time_ seconds, unix, below 2^32
    function pack(uint256 level_, uint256 time_) internal pure returns (GrowthMeter) {
        return GrowthMeter.wrap((time_ << 224) | (level_ < MAX_LEVEL ? level_ : MAX_LEVEL));
    }
}
