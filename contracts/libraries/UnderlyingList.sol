// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Underlying} from "./PortfolioRisk.sol";

/// @title UnderlyingList
/// @notice Underlyings as one piece of memory, each after the one before. A contract hands a piece on with one copy, while the
/// ABI would read, check and write every field of every struct, on both sides of the call.
/// @dev Assembly because the compiler knows no array of structs but one of pointers to them.
library UnderlyingList {
    /// @dev Bytes of one: ten words.
    uint256 private constant SIZE = 0x140;

    /// @notice So many underlyings with nothing in them, and the piece of memory they are in.
    function create(uint256 count) internal pure returns (Underlying[] memory underlyings, bytes memory words) {
        words = new bytes(count * SIZE);
        underlyings = within(words);
    }

    /// @notice Keeps only the first so many in the piece of memory.
    function shorten(bytes memory words, uint256 count) internal pure {
        assembly ("memory-safe") {
            mstore(words, mul(count, SIZE))
        }
    }

    /// @notice The underlyings in a piece of memory: no copies, what is written to them is written to it.
    function within(bytes memory words) internal pure returns (Underlying[] memory underlyings) {
        assembly ("memory-safe") {
            let count := div(mload(words), SIZE)
            underlyings := mload(0x40)
            mstore(underlyings, count)
            let pointer := add(underlyings, 0x20)
            let end := add(pointer, shl(5, count))
            mstore(0x40, end)
            for { let element := add(words, 0x20) } lt(pointer, end) { element := add(element, SIZE) } {
                mstore(pointer, element)
                pointer := add(pointer, 0x20)
            }
        }
    }
}
