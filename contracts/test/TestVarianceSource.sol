// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVarianceSource} from "../interfaces/IVarianceSource.sol";

/// @notice Says whatever the test wants of a market's variance, or misbehaves.
/// @dev For tests.
contract TestVarianceSource is IVarianceSource {
    enum Fault {
        None,
        Reverts,
        ReturnsNothing,
        ReturnsShort,
        ReturnsHuge,
        BurnsGas
    }

    Fault public fault;
    mapping(bytes32 market => uint256) public variances;
    mapping(bytes32 market => uint256) public untils;

    function setFault(Fault fault_) external {
        fault = fault_;
    }

    function say(bytes32 market, uint256 variance, uint256 until) external {
        variances[market] = variance;
        untils[market] = until;
    }

    function varianceOf(bytes32 market) external view returns (uint256 variance, uint256 validUntil) {
        if (fault == Fault.Reverts) revert("nothing to say");
        if (fault == Fault.BurnsGas) while (true) {}
        (variance, validUntil) = (variances[market], untils[market]);
        uint256 size = 0x40;
        if (fault == Fault.ReturnsNothing) size = 0;
        if (fault == Fault.ReturnsShort) size = 0x20;
        if (fault == Fault.ReturnsHuge) size = 1 << 16;
        assembly {
            mstore(0, variance)
            mstore(0x20, validUntil)
            return(0, size)
        }
    }
}
