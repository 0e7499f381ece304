// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice A recorded price: one storage slot.
///
///     255     224 223   192 191       0
///     | number 32 | time  32 | answer 192 |
///
/// - `number`: from 1 on; 0 means that nothing was recorded
/// - `time`: seconds, unix: when the source made the price
/// - `answer`: above 0
type KeptRound is uint256;

using KeptRoundLibrary for KeptRound global;

library KeptRoundLibrary {
    /// @notice The price or its time is too large to keep. The feed works without its history; give it fewer decimals.
    error RoundDoesNotFit(int256 answer, uint256 updatedAt);

    uint256 private constant MAX_ANSWER = type(uint192).max;

    /// @dev The answer is above 0. At one recording every ten minutes the number lasts for 81 000 years.
    function pack(uint256 number_, uint256 time_, int256 answer_) internal pure returns (KeptRound) {
        if (uint256(answer_) > MAX_ANSWER || time_ > type(uint32).max) revert RoundDoesNotFit(answer_, time_);
        return KeptRound.wrap((number_ << 224) | (time_ << 192) | uint256(answer_));
    }

    function number(KeptRound round) internal pure returns (uint256) {
        return KeptRound.unwrap(round) >> 224;
    }

    function time(KeptRound round) internal pure returns (uint256) {
        return uint32(KeptRound.unwrap(round) >> 192);
    }

    function answer(KeptRound round) internal pure returns (int256) {
        return int256(KeptRound.unwrap(round) & MAX_ANSWER);
    }
}
