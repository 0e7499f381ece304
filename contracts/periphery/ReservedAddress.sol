// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title ReservedAddress
/// @notice An address that is known before its contract exists: a guard can be deployed for a protocol that comes after it.
/// @dev The address follows from this contract's own address and first nonce alone, so nothing else its owner sends, and no
/// interrupted deployment, can move it. Predicting the owner's next nonce breaks on either.
contract ReservedAddress {
    /// @notice The only caller of `deploy`: whoever creates the protocol decides who owns it.
    address public immutable OWNER;
    /// @notice Where the contract will be.
    address public immutable RESERVED;

    /// @notice Somebody else than the owner asked to deploy.
    error NotOwner(address caller, address owner);
    /// @notice There is a contract at the reserved address already.
    error AlreadyDeployed(address reserved);

    constructor(address owner) {
        OWNER = owner;
        // RLP of [this contract, nonce 1]: a contract's first creation has nonce 1 (EIP-161).
        RESERVED = address(uint160(uint256(keccak256(abi.encodePacked(hex"d694", address(this), hex"01")))));
    }

    /// @notice Deploys the contract; reverts as its constructor does.
    /// @param creationCode without constructor arguments
    /// @param arguments of the constructor, all of them addresses
    function deploy(bytes calldata creationCode, address[] calldata arguments) external returns (address deployed) {
        if (msg.sender != OWNER) revert NotOwner(msg.sender, OWNER);
        if (RESERVED.code.length > 0) revert AlreadyDeployed(RESERVED);
        // Packed, an array's elements are padded to words and have no length before them: the ABI of static arguments.
        bytes memory initCode = abi.encodePacked(creationCode, arguments);
        assembly {
            deployed := create(0, add(initCode, 0x20), mload(initCode))
            if iszero(deployed) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }
}
