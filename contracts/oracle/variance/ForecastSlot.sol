// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice A forecaster's last forecast for a market: one storage slot.
///
///     255 240 239  208 207    176 175      144 143  72 71        0
///     | 0  16 | expiry 32 | issuedAt 32 | anchorTime 32 | anchor 72 | variance 72 |
///
/// - `variance`: what counts in the median, WAD per year
/// - `anchor`: the variance that `variance` stays within a factor of, WAD per year; it stands from `anchorTime` on
/// - `issuedAt`, `expiry`: as signed; times in seconds, unix. The empty slot has all of them 0
type ForecastSlot is uint256;

using ForecastSlotLibrary for ForecastSlot global;

library ForecastSlotLibrary {
    /// @dev Variances are below 2^72 and times below 2^32.
    function pack(uint256 variance_, uint256 anchor_, uint256 anchorTime_, uint256 issuedAt_, uint256 expiry_)
        internal
        pure
        returns (ForecastSlot)
    {
        return ForecastSlot.wrap(
            (expiry_ << 208) | (issuedAt_ << 176) | (anchorTime_ << 144) | (anchor_ << 72) | variance_
        );
    }

    function variance(ForecastSlot slot) internal pure returns (uint256) {
        return uint72(ForecastSlot.unwrap(slot));
    }

    function anchor(ForecastSlot slot) internal pure returns (uint256) {
        return uint72(ForecastSlot.unwrap(slot) >> 72);
    }

    function anchorTime(ForecastSlot slot) internal pure returns (uint256) {
        return uint32(ForecastSlot.unwrap(slot) >> 144);
    }

    function issuedAt(ForecastSlot slot) internal pure returns (uint256) {
        return uint32(ForecastSlot.unwrap(slot) >> 176);
    }

    function expiry(ForecastSlot slot) internal pure returns (uint256) {
        return uint32(ForecastSlot.unwrap(slot) >> 208);
    }
}
