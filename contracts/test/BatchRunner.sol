// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title BatchRunner
/// @notice Runs thousands of calls to one pure function in a single `eth_call` and returns every outcome, reverts included.
/// @dev For tests. One round trip a case would make a differential test two orders of magnitude slower.
contract BatchRunner {
    /// @dev Distance of the success flag from the lowest bit of an outcome's header.
    uint256 private constant OK_SHIFT = 128;

    error ArgumentsNotAMultipleOfTheStride(uint256 length, uint256 stride);

    /// @notice Calls `target.selector(…)` once for every `argumentWords` words of `arguments`.
    /// @param target contract that has the function
    /// @param selector function to call; all its arguments are static words
    /// @param argumentWords words of one case, above 0
    /// @param outputWords words of return or revert data kept of each case, zero padded
    /// @param arguments the cases, one after the other
    /// @return outcomes for each case a header word (success at bit 128, size of the whole data below) and the kept words
    function run(address target, bytes4 selector, uint256 argumentWords, uint256 outputWords, bytes calldata arguments)
        external
        view
        returns (bytes memory outcomes)
    {
        uint256 stride = argumentWords * 32;
        if (arguments.length % stride != 0) revert ArgumentsNotAMultipleOfTheStride(arguments.length, stride);
        uint256 cases = arguments.length / stride;
        uint256 kept = outputWords * 32;
        // The allocation zeroes the memory, which is what pads short data.
        outcomes = new bytes(cases * (32 + kept));
        bytes memory callData = abi.encodePacked(selector, new bytes(stride));
        for (uint256 i = 0; i < cases; ++i) {
            _runOne(target, callData, arguments[i * stride:(i + 1) * stride], outcomes, i * (32 + kept), kept);
        }
    }

    /// @dev Assembly, because `staticcall` in Solidity would allocate the return data of every case anew.
    function _runOne(
        address target,
        bytes memory callData,
        bytes calldata arguments,
        bytes memory outcomes,
        uint256 offset,
        uint256 kept
    ) private view {
        uint256 shift = OK_SHIFT;
        assembly ("memory-safe") {
            calldatacopy(add(callData, 36), arguments.offset, arguments.length)
            let ok := staticcall(gas(), target, add(callData, 32), mload(callData), 0, 0)
            let header := add(add(outcomes, 32), offset)
            let size := returndatasize()
            mstore(header, or(shl(shift, ok), size))
            if gt(size, kept) { size := kept }
            returndatacopy(add(header, 32), 0, size)
        }
    }
}
