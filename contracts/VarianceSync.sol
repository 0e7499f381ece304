// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IVarianceSource} from "./interfaces/IVarianceSource.sol";
import {IVolatilityOracle} from "./interfaces/IVolatilityOracle.sol";
import {WAD} from "./libraries/FixedPointMath.sol";
import {BoundedCall} from "./oracle/feeds/BoundedCall.sol";
import {PushedVariance} from "./types/PushedVariance.sol";
import {VariancePolicy} from "./types/VariancePolicy.sol";

/// @title VarianceSync
/// @notice Asks a market's source of variance, as a contract of its own: a guard creates one for itself, so that it takes no
/// room from what trading needs (EIP-170).
/// @dev Keeps nothing and owns nothing.
contract VarianceSync {
    /// @notice Gas the source may use.
    uint256 public constant SOURCE_GAS = 500_000;
    /// @notice Seconds it is believed for at the longest, whatever it says.
    uint256 public constant MAX_VALIDITY = 7 days;
    uint256 private constant SOURCE_WORDS = 2;

    /// @notice The word after asking the source now (`PushedVarianceLibrary.next`).
    /// @dev Reverts `VarianceSourceUnusable` where the source has nothing to say, or no longer, and `NotEnoughGas`
    /// where the caller sent too little for it to find out.
    function next(bytes32 market, VariancePolicy policy, PushedVariance word) external view returns (PushedVariance) {
        (uint256 variance, uint256 until) = _ask(policy.source(), market);
        uint256 maxVolatility = policy.maxVolatility();
        // 655 % a year, squared, is far below what the word holds.
        uint256 target = Math.min(variance, maxVolatility * maxVolatility / WAD);
        until = Math.min(until, Math.min(block.timestamp + MAX_VALIDITY, type(uint32).max));
        return word.next(target, until, block.timestamp);
    }

    function _ask(address source, bytes32 market) private view returns (uint256 variance, uint256 until) {
        bytes memory data = abi.encodeCall(IVarianceSource.varianceOf, (market));
        (bool ok, uint256[] memory words) = BoundedCall.tryRead(source, data, SOURCE_GAS, SOURCE_WORDS);
        (variance, until) = (words[0], words[1]);
        if (!ok || until <= block.timestamp) revert IVolatilityOracle.VarianceSourceUnusable(source);
    }
}
