// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {Position} from "../interfaces/ISizingGuard.sol";
import {ExtendedPolicy} from "../types/ExtendedPolicy.sol";
import {GrowthMeter, GrowthMeterLibrary} from "../types/GrowthMeter.sol";
import {HighWaterMark, HighWaterMarkLibrary} from "../types/HighWaterMark.sol";
import {MeterMath} from "./MeterMath.sol";
import {SizingMath} from "./SizingMath.sol";
import {DrawdownScale} from "./limits/DrawdownScale.sol";
import {GrowthLimit} from "./limits/GrowthLimit.sol";

/// @title PositionMeters
/// @notice How an action moves the meters a guard keeps, and what they say of it. No storage, no clock, and nothing reverts:
/// a meter must never stand in the way of a reduction.
/// @dev Mirror: `sdk/src/guard/positionMeters.ts`.
library PositionMeters {
    /// @notice What the action adds to the side of `sizeAfter`, base WAD.
    function grown(Position calldata position) internal pure returns (uint256) {
        uint256 kept = SizingMath.flips(position) ? 0 : SignedMath.abs(position.sizeBefore);
        return Math.saturatingSub(SignedMath.abs(position.sizeAfter), kept);
    }

    /// @notice What the action takes from the side of `sizeBefore`, base WAD.
    function shrunk(Position calldata position) internal pure returns (uint256) {
        uint256 left = SizingMath.flips(position) ? 0 : SignedMath.abs(position.sizeAfter);
        return Math.saturatingSub(SignedMath.abs(position.sizeBefore), left);
    }

    /// @notice GrowthLimit of this policy, base WAD: what the side may still grow by.
    function growthHeadroom(ExtendedPolicy policy, GrowthMeter meter, uint256 timestamp) internal pure returns (uint256) {
        return GrowthLimit.growthHeadroom(
            meter.level(), policy.growthCapacity(), refillRate(policy), _elapsed(meter.time(), timestamp)
        );
    }

    /// @notice The meter after the side grew, base WAD.
    function increase(ExtendedPolicy policy, GrowthMeter meter, uint256 added, uint256 timestamp)
        internal
        pure
        returns (GrowthMeter)
    {
        uint256 elapsed = _elapsed(meter.time(), timestamp);
        return GrowthMeterLibrary.pack(
            MeterMath.levelAfterIncrease(meter.level(), refillRate(policy), elapsed, added), timestamp
        );
    }

    /// @notice The meter after the side shrank, base WAD.
    function decrease(GrowthMeter meter, uint256 removed) internal pure returns (GrowthMeter) {
        return GrowthMeterLibrary.pack(MeterMath.levelAfterDecrease(meter.level(), removed), meter.time());
    }

    /// @notice ⌊capacity / period⌋, base WAD per second.
    function refillRate(ExtendedPolicy policy) internal pure returns (uint256) {
        uint256 period = policy.growthPeriod();
        return period == 0 ? 0 : policy.growthCapacity() / period;
    }

    /// @notice The account's high-water mark after the action.
    /// @dev Money moves it in proportion first, and then it fades towards what the account is worth now: the order makes no
    /// difference but to the roundings.
    function highWaterMark(ExtendedPolicy policy, HighWaterMark mark, Position calldata position, uint256 timestamp)
        internal
        pure
        returns (HighWaterMark)
    {
        uint256 peak = MeterMath.peakAfterFlow(mark.peak(), position.equity, position.flow);
        uint256 elapsed = _elapsed(mark.time(), timestamp);
        return HighWaterMarkLibrary.pack(
            MeterMath.fadedPeak(peak, position.equity, elapsed, policy.peakHalfLife()), timestamp
        );
    }

    /// @notice DrawdownScale of this policy, WAD: the share of the limits that an account so far below its mark still has.
    /// @param mark after the action
    function drawdownScale(ExtendedPolicy policy, HighWaterMark mark, Position calldata position)
        internal
        pure
        returns (uint256)
    {
        return DrawdownScale.drawdownScale(position.equity, mark.peak(), policy.maxDrawdown(), policy.drawdownPower());
    }

    /// @dev Seconds; times that do not fit their 32 bits count as none.
    function _elapsed(uint256 since, uint256 timestamp) private pure returns (uint256) {
        return Math.saturatingSub(timestamp, since);
    }
}
