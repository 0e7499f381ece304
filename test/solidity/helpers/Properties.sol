// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Properties
/// @notice What a property says when it does not hold, and where its inputs come from.
/// @dev A fuzzer's own integers are mostly enormous. `_spread` turns one into a number anywhere on a logarithmic scale,
/// one time in eight at an end of its range: where rounding and clamping happen.
abstract contract Properties {
    uint256 internal constant ARITHMETIC = 0x11;
    uint256 internal constant DIVISION_BY_ZERO = 0x12;

    error Violated(string property, uint256 left, uint256 right);

    function _equal(uint256 left, uint256 right, string memory property) internal pure {
        if (left != right) revert Violated(property, left, right);
    }

    function _equal(int256 left, int256 right, string memory property) internal pure {
        if (left != right) revert Violated(property, uint256(left), uint256(right));
    }

    function _atMost(uint256 left, uint256 right, string memory property) internal pure {
        if (left > right) revert Violated(property, left, right);
    }

    function _below(uint256 left, uint256 right, string memory property) internal pure {
        if (left >= right) revert Violated(property, left, right);
    }

    function _holds(bool condition, string memory property) internal pure {
        if (!condition) revert Violated(property, 0, 1);
    }

    /// @dev A number in [low, high], of any order of magnitude above `low`.
    function _spread(uint256 seed, uint256 low, uint256 high) internal pure returns (uint256) {
        uint256 dice = uint256(keccak256(abi.encode(seed)));
        if (dice % 16 == 0) return low;
        if (dice % 16 == 1) return high;
        uint256 bits = (dice >> 8) % (_bitLength(high - low) + 1);
        uint256 offset = bits == 256 ? seed : seed & ((1 << bits) - 1);
        return offset > high - low ? high : low + offset;
    }

    /// @dev A number in [low, high], each as likely as the other.
    function _range(uint256 seed, uint256 low, uint256 high) internal pure returns (uint256) {
        return high - low == type(uint256).max ? seed : low + seed % (high - low + 1);
    }

    function _bitLength(uint256 x) internal pure returns (uint256 bits) {
        for (; x != 0; x >>= 1) ++bits;
    }

    /// @dev x·y as high·2^256 + low.
    function _product(uint256 x, uint256 y) internal pure returns (uint256 high, uint256 low) {
        unchecked {
            uint256 modMax = mulmod(x, y, type(uint256).max);
            low = x * y;
            high = modMax - low - (modMax < low ? 1 : 0);
        }
    }

    /// @dev Whether a·b ≤ c·d, over 512 bits.
    function _productAtMost(uint256 a, uint256 b, uint256 c, uint256 d) internal pure returns (bool) {
        (uint256 high, uint256 low) = _product(a, b);
        (uint256 highest, uint256 lowest) = _product(c, d);
        return high < highest || (high == highest && low <= lowest);
    }
}
