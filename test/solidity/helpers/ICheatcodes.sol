// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice The cheatcodes these tests use: all that Hardhat offers are more than they need.
interface ICheatcodes {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    /// @notice Sets the time of the block.
    function warp(uint256 timestamp) external;

    /// @notice The next call comes from this address.
    function prank(address sender) external;

    /// @notice Replaces an account's code.
    function etch(address target, bytes calldata code) external;

    /// @notice The creation code of a compiled contract, "File.sol:Contract".
    function getCode(string calldata contract_) external view returns (bytes memory);

    function recordLogs() external;

    /// @notice The logs since the recording began, which ends it.
    function getRecordedLogs() external returns (Log[] memory);
}

ICheatcodes constant VM = ICheatcodes(address(uint160(uint256(keccak256("hevm cheat code")))));
