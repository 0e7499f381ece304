// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Third policy word of a market: the limits not every market needs. Read only where one of them is switched on.
///
///     255    216 215            200 199    192 191         176 175         152
///     | spare 40 | peakHalfLife  16 | power  8 | maxDrawdown 16 | growthPeriod 24 |
///     151           112 111      72 71               56 55         40 39           0
///     | growthCapacity 40 | maxSkew 40 | impactCoefficient 16 | maxSlippage 16 | dailyVolume 40 |
///
/// - `dailyVolume`: whole quote units
/// - `maxSlippage`, `impactCoefficient`, `maxDrawdown`: units of 1e-4
/// - `maxSkew`, `growthCapacity`: base WAD as mantissa (low 32 bits) times ten to the exponent (high 8 bits)
/// - `growthPeriod`: seconds in which a full growth bucket drains
/// - `power`: of the drawdown scale, 1 to 3
/// - `peakHalfLife`: hours; 0: a high-water mark never fades
type ExtendedPolicy is uint256;

using ExtendedPolicyLibrary for ExtendedPolicy global;

library ExtendedPolicyLibrary {
    uint256 internal constant RATIO_UNIT = 1e14;
    uint256 internal constant QUOTE_UNIT = 1e18;
    uint256 internal constant HALF_LIFE_UNIT = 1 hours;

    /// @notice Average volume of a day, quote WAD.
    function dailyVolume(ExtendedPolicy word) internal pure returns (uint256) {
        unchecked {
            // 2^40·10^18 < 2^100.
            return uint256(uint40(ExtendedPolicy.unwrap(word))) * QUOTE_UNIT;
        }
    }

    /// @notice Slippage at which leaving at once is still acceptable, WAD.
    function maxSlippage(ExtendedPolicy word) internal pure returns (uint256) {
        return _ratio(word, 40);
    }

    /// @notice Coefficient of the square-root law of market impact, WAD.
    function impactCoefficient(ExtendedPolicy word) internal pure returns (uint256) {
        return _ratio(word, 56);
    }

    /// @notice The most by which one side's open interest may exceed the other's, base WAD.
    function maxSkew(ExtendedPolicy word) internal pure returns (uint256) {
        return _base(word, 72);
    }

    function maxSkewMantissa(ExtendedPolicy word) internal pure returns (uint256) {
        return uint32(ExtendedPolicy.unwrap(word) >> 72);
    }

    function maxSkewExponent(ExtendedPolicy word) internal pure returns (uint256) {
        return uint8(ExtendedPolicy.unwrap(word) >> 104);
    }

    /// @notice What a side's open interest may grow by at once, base WAD.
    function growthCapacity(ExtendedPolicy word) internal pure returns (uint256) {
        return _base(word, 112);
    }

    function growthCapacityMantissa(ExtendedPolicy word) internal pure returns (uint256) {
        return uint32(ExtendedPolicy.unwrap(word) >> 112);
    }

    function growthCapacityExponent(ExtendedPolicy word) internal pure returns (uint256) {
        return uint8(ExtendedPolicy.unwrap(word) >> 144);
    }

    /// @notice Seconds after which as much may grow again.
    function growthPeriod(ExtendedPolicy word) internal pure returns (uint256) {
        return uint24(ExtendedPolicy.unwrap(word) >> 152);
    }

    /// @notice Share of the high-water mark at whose loss nothing may be added any more, WAD.
    function maxDrawdown(ExtendedPolicy word) internal pure returns (uint256) {
        return _ratio(word, 176);
    }

    function drawdownPower(ExtendedPolicy word) internal pure returns (uint256) {
        return uint8(ExtendedPolicy.unwrap(word) >> 192);
    }

    /// @notice Seconds in which half the distance to a high-water mark is forgotten; 0: never.
    function peakHalfLife(ExtendedPolicy word) internal pure returns (uint256) {
        unchecked {
            return uint256(uint16(ExtendedPolicy.unwrap(word) >> 200)) * HALF_LIFE_UNIT;
        }
    }

    function spare(ExtendedPolicy word) internal pure returns (uint256) {
        return ExtendedPolicy.unwrap(word) >> 216;
    }

    function _ratio(ExtendedPolicy word, uint256 shift) private pure returns (uint256) {
        unchecked {
            // 2^16·10^14 < 2^63.
            return uint256(uint16(ExtendedPolicy.unwrap(word) >> shift)) * RATIO_UNIT;
        }
    }

    function _base(ExtendedPolicy word, uint256 shift) private pure returns (uint256) {
        unchecked {
            // Policies keep the exponent at 40 or below, and 2^32·10^40 < 2^165.
            uint256 field = ExtendedPolicy.unwrap(word) >> shift;
            return uint256(uint32(field)) * 10 ** uint8(field >> 32);
        }
    }
}
