// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice What others say a market's variance is, as `sync` pushed it: one storage slot, a straight line up or down to what
/// they said, and one to nothing once they said no more. It never jumps.
///
///     255      224 223       192 191        120 119         48 47       0
///     | until   32 | begin    32 | target    72 | from      72 | spare 48 |
///
/// - `from`: variance in force at `begin`, WAD per year
/// - `target`: variance in force from `RAMP` later on, WAD per year
/// - `begin`, `until`: seconds, unix; after `until` it fades, and `FADE` later it says nothing
type PushedVariance is uint256;

using PushedVarianceLibrary for PushedVariance global;

library PushedVarianceLibrary {
    /// @notice Seconds in which what was said comes into force.
    uint256 internal constant RAMP = 30 minutes;
    /// @notice Seconds in which it is forgotten.
    uint256 internal constant FADE = 1 days;
    uint256 internal constant MAX_VARIANCE = type(uint72).max;
    uint256 private constant UNTIL = 224;
    uint256 private constant BEGIN = 192;
    uint256 private constant TARGET = 120;
    uint256 private constant FROM = 48;

    function until(PushedVariance word) internal pure returns (uint256) {
        return PushedVariance.unwrap(word) >> UNTIL;
    }

    function begin(PushedVariance word) internal pure returns (uint256) {
        return uint32(PushedVariance.unwrap(word) >> BEGIN);
    }

    function target(PushedVariance word) internal pure returns (uint256) {
        return uint72(PushedVariance.unwrap(word) >> TARGET);
    }

    function from(PushedVariance word) internal pure returns (uint256) {
        return uint72(PushedVariance.unwrap(word) >> FROM);
    }

    /// @dev The caller keeps every field inside its width.
    function pack(uint256 until_, uint256 begin_, uint256 target_, uint256 from_) internal pure returns (PushedVariance) {
        return PushedVariance.wrap((until_ << UNTIL) | (begin_ << BEGIN) | (target_ << TARGET) | (from_ << FROM));
    }

    /// @notice The variance in force at `timestamp`, rounded up, WAD per year; 0: it says nothing.
    /// @param timestamp seconds, unix, not before `begin`: an earlier one counts as that
    function at(PushedVariance word, uint256 timestamp) internal pure returns (uint256) {
        return _faded(word, _risen(word, timestamp), timestamp);
    }

    /// @notice The word after the source was heard: `target` holds until `until_`.
    /// @param target_ WAD per year, at most `MAX_VARIANCE`
    /// @param until_ seconds, unix, at most 2^32 − 1
    /// @param timestamp seconds, unix: now
    /// @dev A rise or fall that has begun is brought to its end first, and the word stays as it is: whoever asks often can't
    /// draw it out. What is said again in time only holds for longer.
    function next(PushedVariance word, uint256 target_, uint256 until_, uint256 timestamp)
        internal
        pure
        returns (PushedVariance)
    {
        if (target_ == word.target() && timestamp <= word.until()) {
            return pack(until_, word.begin(), target_, word.from());
        }
        if (timestamp < word.begin() + RAMP) return word;
        return pack(until_, timestamp, target_, word.at(timestamp));
    }

    function _risen(PushedVariance word, uint256 timestamp) private pure returns (uint256) {
        uint256 elapsed = Math.saturatingSub(timestamp, word.begin());
        if (elapsed >= RAMP) return word.target();
        unchecked {
            // 72 bits times 1 800 twice.
            return Math.ceilDiv(word.from() * (RAMP - elapsed) + word.target() * elapsed, RAMP);
        }
    }

    function _faded(PushedVariance word, uint256 variance, uint256 timestamp) private pure returns (uint256) {
        uint256 elapsed = Math.saturatingSub(timestamp, word.until());
        if (elapsed == 0) return variance;
        if (elapsed >= FADE) return 0;
        unchecked {
            // 72 bits times 86 400.
            return Math.ceilDiv(variance * (FADE - elapsed), FADE);
        }
    }
}
