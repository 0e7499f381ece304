// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMath, WAD} from "./FixedPointMath.sol";

/// @title MeterMath
/// @notice What a guard remembers between actions: an account's high-water mark, and how much a side grew lately.
/// @dev Mirror: `sdk/src/math/meters.ts`. Nothing here reverts: a meter must never stand in the way of a reduction.
library MeterMath {
    /// @dev ln 2 in WAD, rounded down: a peak fades no faster than it should.
    uint256 private constant LN_2 = 693_147_180_559_945_309;
    /// @dev Beyond this exponent e^−x is 0 in WAD.
    uint256 private constant MAX_EXPONENT = 42 * WAD;

    /// @notice The high-water mark after an action, quote WAD. Money put in or taken out moves it in proportion, so that a
    /// deposit and its withdrawal leave it where it was. Who had nothing left starts anew with what is put in, and with
    /// nothing else.
    /// @param peak before the action, quote WAD
    /// @param equity after the action, quote WAD
    /// @param flow put in (positive) or taken out (negative) by the action, quote WAD
    function peakAfterFlow(uint256 peak, int256 equity, int256 flow) internal pure returns (uint256) {
        uint256 owned = equity <= 0 ? 0 : uint256(equity);
        uint256 before = _difference(equity, flow);
        if (before == 0) return flow > 0 ? owned : peak;
        return Math.max(FixedPointMath.mulDivUpSaturating(peak, owned, before), owned);
    }

    /// @notice The high-water mark after `elapsed` seconds, fading towards equity: equity + ⌈(peak − equity)·a / W⌉ with
    /// a = min(1, e^−⌊elapsed·ln 2 / halfLife⌋ + one unit), quote WAD.
    /// @param halfLife seconds; 0: it never fades
    function fadedPeak(uint256 peak, int256 equity, uint256 elapsed, uint256 halfLife) internal pure returns (uint256) {
        uint256 owned = equity <= 0 ? 0 : uint256(equity);
        if (halfLife == 0 || peak <= owned) return peak;
        uint256 exponent = Math.min(FixedPointMath.mulDivDownSaturating(elapsed, LN_2, halfLife), MAX_EXPONENT);
        unchecked {
            uint256 share = Math.min(uint256(FixedPointMath.expWad(-int256(exponent))) + 1, WAD);
            // The share is at most 1, so the sum is at most the peak.
            return owned + FixedPointMath.mulDivUp(peak - owned, share, WAD);
        }
    }

    /// @notice What is left in the growth bucket after so many seconds: max(0, level − refillRate·elapsed), base WAD.
    /// @param refillRate base WAD per second
    function levelNow(uint256 level, uint256 refillRate, uint256 elapsed) internal pure returns (uint256) {
        return Math.saturatingSub(level, Math.saturatingMul(refillRate, elapsed));
    }

    /// @notice The growth bucket after a side grew by `added`, base WAD: what leaked out since leaves first.
    function levelAfterIncrease(uint256 level, uint256 refillRate, uint256 elapsed, uint256 added)
        internal
        pure
        returns (uint256)
    {
        return Math.saturatingAdd(levelNow(level, refillRate, elapsed), added);
    }

    /// @notice The growth bucket after a side shrank by `removed`, base WAD. Its time stays, so that opening and closing in a
    /// loop takes nothing from others.
    function levelAfterDecrease(uint256 level, uint256 removed) internal pure returns (uint256) {
        return Math.saturatingSub(level, removed);
    }

    /// @dev max(0, x − y).
    function _difference(int256 x, int256 y) private pure returns (uint256) {
        unchecked {
            // In two's complement the difference of two int256 is right as an unsigned number wherever it is positive.
            return x > y ? uint256(x) - uint256(y) : 0;
        }
    }
}
