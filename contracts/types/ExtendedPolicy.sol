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
    /// @dev Lowest bit of each field. A base amount is 32 bits of mantissa and, above them, 8 of exponent.
    uint256 internal constant DAILY_VOLUME = 0;
    uint256 internal constant MAX_SLIPPAGE = 40;
    uint256 internal constant IMPACT_COEFFICIENT = 56;
    uint256 internal constant MAX_SKEW = 72;
    uint256 internal constant GROWTH_CAPACITY = 112;
    uint256 internal constant GROWTH_PERIOD = 152;
    uint256 internal constant MAX_DRAWDOWN = 176;
    uint256 internal constant DRAWDOWN_POWER = 192;
    uint256 internal constant PEAK_HALF_LIFE = 200;
    uint256 internal constant SPARE = 216;
    uint256 internal constant EXPONENT = 32;

    /// @notice Average volume of a day, quote WAD.
    function dailyVolume(ExtendedPolicy word) internal pure returns (uint256) {
        unchecked {
            // 2^40·10^18 < 2^100.
            return uint256(uint40(ExtendedPolicy.unwrap(word) >> DAILY_VOLUME)) * QUOTE_UNIT;
        }
    }

    /// @notice Slippage at which leaving at once is still acceptable, WAD.
    function maxSlippage(ExtendedPolicy word) internal pure returns (uint256) {
        return _ratio(word, MAX_SLIPPAGE);
    }

    /// @notice Coefficient of the square-root law of market impact, WAD.
    function impactCoefficient(ExtendedPolicy word) internal pure returns (uint256) {
        return _ratio(word, IMPACT_COEFFICIENT);
    }

    /// @notice The most by which one side's open interest may exceed the other's, base WAD.
    function maxSkew(ExtendedPolicy word) internal pure returns (uint256) {
        return _base(word, MAX_SKEW);
    }

    /// @notice What a side's open interest may grow by at once, base WAD.
    function growthCapacity(ExtendedPolicy word) internal pure returns (uint256) {
        return _base(word, GROWTH_CAPACITY);
    }

    /// @notice Seconds after which as much may grow again.
    function growthPeriod(ExtendedPolicy word) internal pure returns (uint256) {
        return uint24(ExtendedPolicy.unwrap(word) >> GROWTH_PERIOD);
    }

    /// @notice Share of the high-water mark at whose loss nothing may be added any more, WAD.
    function maxDrawdown(ExtendedPolicy word) internal pure returns (uint256) {
        return _ratio(word, MAX_DRAWDOWN);
    }

    function drawdownPower(ExtendedPolicy word) internal pure returns (uint256) {
        return uint8(ExtendedPolicy.unwrap(word) >> DRAWDOWN_POWER);
    }

    /// @notice Seconds in which half the distance to a high-water mark is forgotten; 0: never.
    function peakHalfLife(ExtendedPolicy word) internal pure returns (uint256) {
        unchecked {
            return uint256(uint16(ExtendedPolicy.unwrap(word) >> PEAK_HALF_LIFE)) * HALF_LIFE_UNIT;
        }
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
            return uint256(uint32(field)) * 10 ** uint8(field >> EXPONENT);
        }
    }
}
