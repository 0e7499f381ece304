// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {UNCAPPED, WAD} from "../../contracts/libraries/FixedPointMath.sol";
import {MathHarness} from "../../contracts/test/MathHarness.sol";
import {Properties} from "./helpers/Properties.sol";

/// @notice Rounding of products, quotients and roots, against the definitions and over 512 bits.
contract FixedPointMathTest is Properties {
    MathHarness private immutable MATH = new MathHarness();

    /// @notice ⌊x·y / d⌋ is the one q with q·d + r = x·y and r < d, or it panics as documented.
    function testFuzz_mulDivDownIsTheQuotient(uint256 x, uint256 y, uint256 d) external view {
        (x, y, d) = _factors(x, y, d);
        (uint256 high, uint256 low) = _product(x, y);
        try MATH.mulDivDown(x, y, d) returns (uint256 q) {
            uint256 rest = mulmod(x, y, d);
            (uint256 productHigh, uint256 productLow) = _product(q, d);
            unchecked {
                uint256 sum = productLow + rest;
                _equal(sum, low, "q*d + r = x*y, low half");
                _equal(productHigh + (sum < rest ? 1 : 0), high, "q*d + r = x*y, high half");
            }
        } catch Panic(uint256 code) {
            _equal(code, d == 0 ? DIVISION_BY_ZERO : ARITHMETIC, "panic");
            _atMost(d, high, "panics only where the quotient does not fit");
        }
    }

    /// @notice Rounding up adds one exactly where something was cut off, and panics exactly where that does not fit.
    function testFuzz_mulDivUpIsOneMoreWhereItWasNotExact(uint256 x, uint256 y, uint256 d) external view {
        (x, y, d) = _factors(x, y, d);
        try MATH.mulDivDown(x, y, d) returns (uint256 down) {
            bool isExact = mulmod(x, y, d) == 0;
            try MATH.mulDivUp(x, y, d) returns (uint256 up) {
                _equal(up, isExact ? down : down + 1, "up = down + 1, where not exact");
            } catch Panic(uint256 code) {
                _equal(code, ARITHMETIC, "panic");
                _holds(!isExact && down == type(uint256).max, "panics only where one more does not fit");
            }
        } catch Panic(uint256 code) {
            try MATH.mulDivUp(x, y, d) {
                _holds(false, "up fits where down does not");
            } catch Panic(uint256 codeUp) {
                _equal(codeUp, code, "the same panic");
            }
        }
    }

    /// @notice Saturating: the same value where it fits, 2^256 − 1 where not, a panic for a divisor of zero alone.
    function testFuzz_saturatingDiffersOnlyWhereItWouldPanic(uint256 x, uint256 y, uint256 d) external view {
        (x, y, d) = _factors(x, y, d);
        if (d == 0) {
            try MATH.mulDivDownSaturating(x, y, d) {
                _holds(false, "divides by zero");
            } catch Panic(uint256 code) {
                _equal(code, DIVISION_BY_ZERO, "panic");
            }
            return;
        }
        try MATH.mulDivDown(x, y, d) returns (uint256 down) {
            _equal(MATH.mulDivDownSaturating(x, y, d), down, "down");
        } catch {
            _equal(MATH.mulDivDownSaturating(x, y, d), UNCAPPED, "down does not fit");
        }
        try MATH.mulDivUp(x, y, d) returns (uint256 up) {
            _equal(MATH.mulDivUpSaturating(x, y, d), up, "up");
        } catch {
            _equal(MATH.mulDivUpSaturating(x, y, d), UNCAPPED, "up does not fit");
        }
    }

    /// @notice ⌊√x⌋² ≤ x < (⌊√x⌋ + 1)², and ⌈√x⌉ is the next integer where the root is not one.
    function testFuzz_sqrt(uint256 x) external view {
        x = _spread(x, 0, type(uint256).max);
        uint256 down = MATH.sqrtDown(x);
        _below(down, 1 << 128, "the root of a word is half a word");
        _atMost(down * down, x, "down squared");
        // (down + 1)² > x, written so that nothing overflows.
        _atMost(x - down * down, 2 * down, "the next square is larger");
        _equal(MATH.sqrtUp(x), down * down == x ? down : down + 1, "up");
    }

    /// @notice A square's root is exact, and one less or more is not.
    function testFuzz_sqrtOfSquares(uint256 root) external view {
        root = _spread(root, 1, (1 << 128) - 1);
        uint256 square = root * root;
        _equal(MATH.sqrtDown(square), root, "down");
        _equal(MATH.sqrtUp(square), root, "up");
        _equal(MATH.sqrtDown(square - 1), root - 1, "down, one less");
        _equal(MATH.sqrtUp(square + 1), root + 1, "up, one more");
    }

    /// @notice Of a falling exponential: within [0, W], never growing by more than its own error of one unit.
    function testFuzz_expWadFalls(uint256 e, uint256 more) external view {
        e = _spread(e, 0, 50 * WAD);
        more = _spread(more, 0, 50 * WAD);
        int256 first = MATH.expWad(-int256(e));
        int256 second = MATH.expWad(-int256(e + more));
        _holds(first >= 0 && first <= int256(WAD), "in [0, W]");
        _holds(second <= first + 1, "falls");
    }

    /// @notice ln(x·y) = ln x + ln y, within the error of three logarithms and of the product.
    function testFuzz_lnWadOfAProduct(uint256 x, uint256 y) external view {
        x = _spread(x, WAD, 1e38);
        y = _spread(y, WAD, 1e38);
        int256 sum = MATH.lnWad(int256(x)) + MATH.lnWad(int256(y));
        int256 whole = MATH.lnWad(int256(x * y / WAD));
        _holds(whole - sum >= -4 && whole - sum <= 4, "within four units");
    }

    function _factors(uint256 x, uint256 y, uint256 d) private pure returns (uint256, uint256, uint256) {
        uint256 max = type(uint256).max;
        return (_spread(x, 0, max), _spread(y, 0, max), _spread(d, 0, max));
    }
}
