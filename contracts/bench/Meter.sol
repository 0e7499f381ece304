// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Measures the gas of one call frame, twice in one transaction: cold (accounts and slots untouched) and warm.
/// Excluded, for every contract alike: the 21 000 of the transaction, calldata and refunds.
contract Meter {
    /// @notice Reverts with the call's own revert data when the call fails: a failed call has no meaningful gas.
    function measure(address target, bytes calldata data) external returns (uint256 cold, uint256 warm) {
        bytes memory input = data;
        cold = _call(target, input);
        warm = _call(target, input);
    }

    function _call(address target, bytes memory input) private returns (uint256 used) {
        bool ok;
        assembly ("memory-safe") {
            let before := gas()
            ok := call(gas(), target, 0, add(input, 0x20), mload(input), 0, 0)
            used := sub(before, gas())
            if iszero(ok) {
                let pointer := mload(0x40)
                returndatacopy(pointer, 0, returndatasize())
                revert(pointer, returndatasize())
            }
        }
    }
}
