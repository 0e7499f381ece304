// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

// 1.0 in the fixed-point scale of every ratio, price, size and notional.
uint256 constant WAD = 1e18;
// Seconds in the year of 365 days that variances are quoted for.
uint256 constant YEAR = 31_536_000;
// What a limit returns that does not bind. Never an input, except of `bind`.
uint256 constant UNCAPPED = type(uint256).max;

/// @title FixedPointMath
/// @notice The arithmetic both implementations share: every function here has a twin of the same name in
/// the SDK (`sdk/src/math`) with the same result or the same error for every input.
/// @dev Rounding is in the name. Products are 512 bits wide. Well-kept libraries do the work: OpenZeppelin for
/// `mulDiv` (panics 0x11, 0x12), Solady for the square root, the logarithm and the exponential.
library FixedPointMath {
    /// @notice ⌊x·y / d⌋.
    /// @dev Panics 0x12 when d = 0, 0x11 when the quotient exceeds 2^256 − 1.
    function mulDivDown(uint256 x, uint256 y, uint256 d) internal pure returns (uint256) {
        (uint256 product, bool isShort) = _shortProduct(x, y, d);
        return isShort ? _div(product, d) : Math.mulDiv(x, y, d);
    }

    /// @notice ⌈x·y / d⌉.
    /// @dev Panics 0x12 when d = 0, 0x11 when the rounded quotient exceeds 2^256 − 1.
    function mulDivUp(uint256 x, uint256 y, uint256 d) internal pure returns (uint256 quotient) {
        (uint256 product, bool isShort) = _shortProduct(x, y, d);
        if (isShort) return _divUp(product, d);
        quotient = Math.mulDiv(x, y, d);
        if (mulmod(x, y, d) != 0) quotient += 1;
    }

    /// @notice ⌊x·y / d⌋, or `UNCAPPED` where that does not fit: an enormous limit does not bind, and a view must not die of it.
    /// @dev Panics 0x12 when d = 0.
    function mulDivDownSaturating(uint256 x, uint256 y, uint256 d) internal pure returns (uint256) {
        (uint256 product, bool isShort) = _shortProduct(x, y, d);
        if (isShort) return _div(product, d);
        (uint256 high,) = Math.mul512(x, y);
        return high >= d && d != 0 ? UNCAPPED : Math.mulDiv(x, y, d);
    }

    /// @notice ⌈x·y / d⌉, or 2^256 − 1 where that does not fit.
    /// @dev Panics 0x12 when d = 0.
    function mulDivUpSaturating(uint256 x, uint256 y, uint256 d) internal pure returns (uint256 quotient) {
        (uint256 product, bool isShort) = _shortProduct(x, y, d);
        if (isShort) return _divUp(product, d);
        quotient = mulDivDownSaturating(x, y, d);
        if (quotient != UNCAPPED && mulmod(x, y, d) != 0) quotient += 1;
    }

    /// @notice ⌊√x⌋.
    function sqrtDown(uint256 x) internal pure returns (uint256) {
        return FixedPointMathLib.sqrt(x);
    }

    /// @notice ⌈√x⌉.
    function sqrtUp(uint256 x) internal pure returns (uint256 root) {
        root = FixedPointMathLib.sqrt(x);
        unchecked {
            // The root of a uint256 is below 2^128: neither its square nor the increment can wrap.
            if (root * root != x) ++root;
        }
    }

    /// @notice Natural logarithm of a WAD number, in WAD: within [−1.06, +0.06] units of the last place of the exact value.
    /// @dev Reverts `LnWadUndefined()` when x ≤ 0.
    function lnWad(int256 x) internal pure returns (int256) {
        return FixedPointMathLib.lnWad(x);
    }

    /// @notice e to the power of a WAD number, in WAD. Rounds down, by up to one unit, for x ≤ 0.
    /// @dev 0 below about −41.45e18; reverts `ExpOverflow()` above about 135.3e18.
    function expWad(int256 x) internal pure returns (int256) {
        return FixedPointMathLib.expWad(x);
    }

    /// @dev x·y mod 2^256, and whether one word does: the product fits and the divisor is not zero. Nearly always it does, at
    /// half the gas of the 512-bit way.
    function _shortProduct(uint256 x, uint256 y, uint256 d) private pure returns (uint256 product, bool isShort) {
        // Assembly for its division by zero, which is 0 and needs no check.
        assembly ("memory-safe") {
            product := mul(x, y)
            isShort := and(or(iszero(x), eq(div(product, x), y)), gt(d, 0))
        }
    }

    /// @dev Not for d = 0.
    function _div(uint256 x, uint256 d) private pure returns (uint256 quotient) {
        assembly ("memory-safe") {
            quotient := div(x, d)
        }
    }

    /// @dev Not for d = 0.
    function _divUp(uint256 x, uint256 d) private pure returns (uint256 quotient) {
        assembly ("memory-safe") {
            quotient := add(div(x, d), gt(mod(x, d), 0))
        }
    }
}
