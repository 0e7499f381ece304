// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMath} from "../../libraries/FixedPointMath.sol";

/// @title TickPrice
/// @notice The price a mean tick stands for: 1.0001 to its power, with the decimals of both tokens and of the answer.
/// @dev The exponent is a sum of logarithms, so neither a fraction of a tick nor decimals of 36 places are lost on the way,
/// as they would be by a mean tick in whole numbers and a price of 96 binary places.
library TickPrice {
    /// @dev ln 1.0001 and ln 10, in units of 1e-36, rounded down.
    uint256 private constant LN_BASE = 99_995_000_333_308_335_333_166_680_951_131;
    uint256 private constant LN_TEN = 2_302_585_092_994_045_684_017_991_454_684_364_207;
    /// @dev From units of 1e-36 to those of 1e-18.
    int256 private constant SCALE = 1e18;
    /// @dev expWad answers in units of 1e-18; an answer counts whole ones.
    int256 private constant WAD_DECIMALS = 18;

    /// @notice 1.0001^(tickSum / duration) · 10^decimals, rounded up: at least that, and less than 2e-18 of it plus 6 more.
    /// @param tickSum sum of tick · seconds; of the other price with the sign turned round
    /// @param duration seconds, above 0
    /// @param decimals of the base token, less those of the quote token, plus those of the answer
    /// @dev Reverts `ExpOverflow` or `SafeCastOverflowedUintToInt` where that exceeds an int256. |tickSum| < 2^56.
    function priceUp(int256 tickSum, uint256 duration, int256 decimals) internal pure returns (int256) {
        int256 exponent = _timesUp(tickSum, LN_BASE, duration) + _timesUp(decimals - WAD_DECIMALS, LN_TEN, 1);
        uint256 power = uint256(FixedPointMath.expWad(_ceilDiv(exponent, SCALE)));
        // expWad may be too small by 1 up to a power of 1, by 2 up to e^5, by 2 and a 4e19th beyond.
        return SafeCast.toInt256(power + power / 1e19 + 3);
    }

    /// @dev ⌈x·l / d⌉ for a logarithm l that is known to lie between `logarithm` and the next number.
    function _timesUp(int256 x, uint256 logarithm, uint256 d) private pure returns (int256) {
        return x < 0 ? -int256(uint256(-x) * logarithm / d) : int256(Math.ceilDiv(uint256(x) * (logarithm + 1), d));
    }

    /// @dev ⌈x / d⌉ for a positive d. Division of signed numbers cuts towards zero.
    function _ceilDiv(int256 x, int256 d) private pure returns (int256) {
        return x / d + (x > 0 && x % d != 0 ? int256(1) : int256(0));
    }
}
