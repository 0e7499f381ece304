// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMath, WAD} from "./FixedPointMath.sol";
import {VolatilityMath} from "./VolatilityMath.sol";

/// @title TouchMath
/// @notice How likely a price is to touch a level before a time. For people and keepers; no limit reads it.
/// @dev Mirror: `sdk/src/math/touch.ts`.
library TouchMath {
    /// @dev Beyond this many standard deviations e^(−z²/2) is 0 in WAD.
    uint256 private constant MAX_DEVIATIONS = 10 * WAD;
    /// @dev 1/√(2π), rounded up.
    uint256 private constant DENSITY = 398_942_280_401_432_678;
    /// @dev Largest error of the approximation below, as its source states it.
    uint256 private constant APPROXIMATION_ERROR = 75_000_000_000;

    // Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.2.17.
    uint256 private constant P = 231_641_900_000_000_000;
    int256 private constant B1 = 319_381_530_000_000_000;
    int256 private constant B2 = -356_563_782_000_000_000;
    int256 private constant B3 = 1_781_477_937_000_000_000;
    int256 private constant B4 = -1_821_255_978_000_000_000;
    int256 private constant B5 = 1_330_274_429_000_000_000;

    /// @notice Probability that a driftless price touches a level `distance` away within `horizon`: 2·Q(distance / σ√horizon)
    /// with the normal law's upper tail Q, by the reflection principle. WAD; never below the real value, and above it by less
    /// than 3.1e-7.
    /// @param distance of the logarithms of price and level, WAD: |ln(level / price)|
    /// @param variance WAD per year; `horizon` seconds
    /// @dev Panics 0x11 where variance·W or the standard deviation does not fit.
    function touchProbability(uint256 distance, uint256 variance, uint256 horizon) internal pure returns (uint256) {
        if (distance == 0) return WAD;
        uint256 deviation = VolatilityMath.horizonVolatility(variance, horizon);
        if (deviation == 0) return 0;
        uint256 z = FixedPointMath.mulDivDownSaturating(distance, WAD, deviation);
        return Math.min(2 * upperTail(Math.min(z, MAX_DEVIATIONS)), WAD);
    }

    /// @notice Q(z), the normal law's probability above z, rounded up: the smaller of two upper bounds, one near at the centre
    /// and one in the tail. WAD.
    /// @param z standard deviations, WAD, at most 10
    /// @dev Sources: Abramowitz and Stegun 26.2.17; Sampford, Some Inequalities on Mill's Ratio (1953).
    function upperTail(uint256 z) internal pure returns (uint256) {
        unchecked {
            // e^x is off by at most one unit for x up to 0, the quotients by one each: two units up cover the density.
            uint256 exponent = z * z / (2 * WAD);
            uint256 density = (uint256(FixedPointMath.expWad(-int256(exponent))) + 1) * DENSITY / WAD + 1;
            return Math.min(_central(z, density), _tail(z, density));
        }
    }

    /// @dev φ(z)·(b1·t + … + b5·t⁵) with t = 1/(1 + p·z), and the error of the approximation on top.
    function _central(uint256 z, uint256 density) private pure returns (uint256) {
        unchecked {
            int256 wad = int256(WAD);
            int256 t = int256(WAD * WAD / (WAD + P * z / WAD));
            int256 sum = B4 + B5 * t / wad;
            sum = B3 + sum * t / wad;
            sum = B2 + sum * t / wad;
            sum = (B1 + sum * t / wad) * t / wad;
            return density * uint256(sum) / WAD + APPROXIMATION_ERROR + 10;
        }
    }

    /// @dev φ(z)·4 / (3z + √(z² + 8)).
    function _tail(uint256 z, uint256 density) private pure returns (uint256) {
        unchecked {
            uint256 divisor = 3 * z + FixedPointMath.sqrtDown(z * z + 8 * WAD * WAD);
            return density * 4 * WAD / divisor + 1;
        }
    }
}
