// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice The most an account was worth in a market, its deposits and withdrawals taken out: one storage slot.
///
///     255  224 223  128 127      0
///     | time 32 | 0   96 | peak 128 |
///
/// - `peak`: quote WAD, saturating
/// - `time`: seconds, unix, of the last action
type HighWaterMark is uint256;

using HighWaterMarkLibrary for HighWaterMark global;

library HighWaterMarkLibrary {
    uint256 internal constant MAX_PEAK = type(uint128).max;

    function peak(HighWaterMark mark) internal pure returns (uint256) {
        return uint128(HighWaterMark.unwrap(mark));
    }

    function time(HighWaterMark mark) internal pure returns (uint256) {
        return HighWaterMark.unwrap(mark) >> 224;
    }

    /// @param peak_ quote WAD; what does not fit is cut
    /// @param time_ seconds, unix, below 2^32
    function pack(uint256 peak_, uint256 time_) internal pure returns (HighWaterMark) {
        return HighWaterMark.wrap((time_ << 224) | (peak_ < MAX_PEAK ? peak_ : MAX_PEAK));
    }
}
