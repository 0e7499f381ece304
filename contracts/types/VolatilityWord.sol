// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Everything a market remembers of its price: one storage slot.
///
///     255      248 247      216 215              144 143               72 71          0
///     | samples  8 | time    32 | slowVariance    72 | fastVariance    72 | lnPrice 72 |
///
/// - `samples`: observations at least `minInterval` apart, saturating at 255; 0 means that nothing was observed yet
/// - `time`: seconds, unix, of the last observation (the feed's `updatedAt`, never the block's)
/// - `slowVariance`, `fastVariance`: WAD per year of 365 days, of log returns
/// - `lnPrice`: WAD natural logarithm of the WAD price, two's complement
type VolatilityWord is uint256;

using VolatilityWordLibrary for VolatilityWord global;

/// @notice Parameters of the estimator. Time constants in seconds, variances in WAD per year.
struct VolatilityParameters {
    uint256 fastTau;
    uint256 slowTau;
    uint256 minInterval;
    uint256 clipSquared;
    uint256 varianceFloor;
    uint256 initialVariance;
}

library VolatilityWordLibrary {
    uint256 internal constant MAX_VARIANCE = type(uint72).max;
    uint256 internal constant MAX_SAMPLES = type(uint8).max;

    function samples(VolatilityWord word) internal pure returns (uint256) {
        return VolatilityWord.unwrap(word) >> 248;
    }

    function time(VolatilityWord word) internal pure returns (uint256) {
        return uint32(VolatilityWord.unwrap(word) >> 216);
    }

    function slowVariance(VolatilityWord word) internal pure returns (uint256) {
        return uint72(VolatilityWord.unwrap(word) >> 144);
    }

    function fastVariance(VolatilityWord word) internal pure returns (uint256) {
        return uint72(VolatilityWord.unwrap(word) >> 72);
    }

    function lnPrice(VolatilityWord word) internal pure returns (int256) {
        return int72(uint72(VolatilityWord.unwrap(word)));
    }

    /// @dev The caller keeps every field inside its width; a logarithm of any uint256 fits 72 bits sixteen times over.
    function pack(uint256 samples_, uint256 time_, uint256 slowVariance_, uint256 fastVariance_, int256 lnPrice_)
        internal
        pure
        returns (VolatilityWord)
    {
        return VolatilityWord.wrap(
            (samples_ << 248) | (time_ << 216) | (slowVariance_ << 144) | (fastVariance_ << 72)
                | uint256(uint72(int72(lnPrice_)))
        );
    }
}
