// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What an account allows itself in a market: one storage slot, written by the account.
///
///     255   176 175      144 143   112 111         96 95     64 63     56 55        40 39             0
///     | spare 80 | expiry  32 | odds 32 | probability 16 | edge  32 | rules 8 | fraction 16 | maxNotional 40 |
///
/// - `maxNotional`: whole quote units
/// - `fraction` of the full Kelly stake, `probability`: units of 1e-4
/// - `rules`: bits 0 and 1 say which of Kelly's formulas holds (0 none, 1 continuous, 2 binary, 3 market), bit 2 that
///   `maxNotional` does
/// - `edge`: expected return per year, units of 1e-4, two's complement; for the continuous formula
/// - `odds`: net winnings per unit staked, units of 1e-4; for the binary formula
/// - `expiry`: seconds, unix: from then on the word says nothing
type SelfLimit is uint256;

using SelfLimitLibrary for SelfLimit global;

library SelfLimitLibrary {
    uint256 internal constant RATIO_UNIT = 1e14;
    uint256 internal constant QUOTE_UNIT = 1e18;
    uint256 internal constant CONTINUOUS = 1;
    uint256 internal constant BINARY = 2;
    uint256 internal constant MARKET = 3;

    function hasMaxNotional(SelfLimit word) internal pure returns (bool) {
        return (SelfLimit.unwrap(word) >> 58) & 1 == 1;
    }

    /// @notice The largest notional, quote WAD.
    function maxNotional(SelfLimit word) internal pure returns (uint256) {
        unchecked {
            return uint256(uint40(SelfLimit.unwrap(word))) * QUOTE_UNIT;
        }
    }

    /// @notice Which of Kelly's formulas holds: 0 none, `CONTINUOUS`, `BINARY` or `MARKET`.
    function kelly(SelfLimit word) internal pure returns (uint256) {
        return (SelfLimit.unwrap(word) >> 56) & 3;
    }

    function fraction(SelfLimit word) internal pure returns (uint256) {
        return _ratio(word, 40);
    }

    /// @notice WAD per year, signed.
    function edge(SelfLimit word) internal pure returns (int256) {
        unchecked {
            return int256(int32(uint32(SelfLimit.unwrap(word) >> 64))) * int256(RATIO_UNIT);
        }
    }

    function probability(SelfLimit word) internal pure returns (uint256) {
        return _ratio(word, 96);
    }

    function odds(SelfLimit word) internal pure returns (uint256) {
        unchecked {
            return uint256(uint32(SelfLimit.unwrap(word) >> 112)) * RATIO_UNIT;
        }
    }

    function expiry(SelfLimit word) internal pure returns (uint256) {
        return uint32(SelfLimit.unwrap(word) >> 144);
    }

    function rules(SelfLimit word) internal pure returns (uint256) {
        return uint8(SelfLimit.unwrap(word) >> 56);
    }

    function spare(SelfLimit word) internal pure returns (uint256) {
        return SelfLimit.unwrap(word) >> 176;
    }

    function _ratio(SelfLimit word, uint256 shift) private pure returns (uint256) {
        unchecked {
            return uint256(uint16(SelfLimit.unwrap(word) >> shift)) * RATIO_UNIT;
        }
    }
}
