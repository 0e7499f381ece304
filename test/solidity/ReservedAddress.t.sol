// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ReservedAddress} from "../../contracts/periphery/ReservedAddress.sol";
import {VM} from "./helpers/ICheatcodes.sol";
import {Properties} from "./helpers/Properties.sol";

/// @notice Something to reserve an address for: it remembers its arguments, and refuses one of them.
contract Tenant {
    error Unwelcome(address guest);

    address public immutable FIRST;
    address public immutable SECOND;

    constructor(address first, address second) {
        if (first == address(0)) revert Unwelcome(second);
        (FIRST, SECOND) = (first, second);
    }
}

/// @notice The address that was named is where the contract comes to be, once and for its owner alone.
contract ReservedAddressTest is Properties {
    bytes private constant TENANT = type(Tenant).creationCode;

    function testFuzz_theContractIsWhereItWasSaidToBe(address first, address second) external {
        ReservedAddress reserved = new ReservedAddress(address(this));
        _holds(reserved.RESERVED().code.length == 0, "nobody is there before");
        if (first == address(0)) return;
        address deployed = reserved.deploy(TENANT, _arguments(first, second));
        _holds(deployed == reserved.RESERVED(), "the address");
        _holds(Tenant(deployed).FIRST() == first && Tenant(deployed).SECOND() == second, "the arguments");
        try reserved.deploy(TENANT, _arguments(first, second)) {
            _holds(false, "deployed twice");
        } catch (bytes memory reason) {
            _same(reason, abi.encodeWithSelector(ReservedAddress.AlreadyDeployed.selector, deployed));
        }
    }

    function testFuzz_onlyTheOwnerDeploys(address owner, address other) external {
        if (owner == other) return;
        ReservedAddress reserved = new ReservedAddress(owner);
        VM.prank(other);
        try reserved.deploy(TENANT, _arguments(owner, other)) {
            _holds(false, "somebody else deployed");
        } catch (bytes memory reason) {
            _same(reason, abi.encodeWithSelector(ReservedAddress.NotOwner.selector, other, owner));
        }
    }

    /// @notice A constructor that reverts leaves the address free, and its reason is the caller's.
    function testFuzz_theConstructorsReasonIsPassedOn(address guest) external {
        ReservedAddress reserved = new ReservedAddress(address(this));
        try reserved.deploy(TENANT, _arguments(address(0), guest)) {
            _holds(false, "the constructor did not revert");
        } catch (bytes memory reason) {
            _same(reason, abi.encodeWithSelector(Tenant.Unwelcome.selector, guest));
        }
        _holds(reserved.RESERVED().code.length == 0, "the address is still free");
    }

    function _arguments(address first, address second) private pure returns (address[] memory arguments) {
        arguments = new address[](2);
        (arguments[0], arguments[1]) = (first, second);
    }

    function _same(bytes memory one, bytes memory other) private pure {
        _holds(keccak256(one) == keccak256(other), "the reason");
    }
}
