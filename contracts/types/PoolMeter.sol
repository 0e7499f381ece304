// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice What a guard remembers of the pool on the other side of a market: one storage slot.
///
///     255  224 223           112 111           0
///     | time 32 | previous 112 | latest    112 |
///
/// - `latest`: equity of the pool, quote WAD, when the feed's round of `time` was first seen; saturating
/// - `previous`: the same for the round seen before that
/// - `time`: seconds, unix: when the feed wrote that round; 0 means that nothing was seen yet
/// @dev What is put into a pool and taken out again within a transaction would raise a limit that is a share of it. So the
/// smallest of now and the two rounds seen last counts: who wants to be believed leaves the money in from one round to the
/// next but one.
type PoolMeter is uint256;

using PoolMeterLibrary for PoolMeter global;

library PoolMeterLibrary {
    uint256 private constant MAX_EQUITY = type(uint112).max;

    function time(PoolMeter meter) internal pure returns (uint256) {
        return PoolMeter.unwrap(meter) >> 224;
    }

    function latest(PoolMeter meter) internal pure returns (uint256) {
        return uint112(PoolMeter.unwrap(meter));
    }

    function previous(PoolMeter meter) internal pure returns (uint256) {
        return uint112(PoolMeter.unwrap(meter) >> 112);
    }

    /// @notice The meter once the pool was seen at a round of the feed; the same one where it saw that round already.
    /// @param equity quote WAD; `roundTime` seconds, unix
    function see(PoolMeter meter, uint256 equity, uint256 roundTime) internal pure returns (PoolMeter) {
        if (roundTime <= meter.time()) return meter;
        uint256 now_ = Math.min(equity, MAX_EQUITY);
        uint256 before = meter.time() == 0 ? now_ : meter.latest();
        return PoolMeter.wrap((roundTime << 224) | (before << 112) | now_);
    }

    /// @notice The most of the pool to believe at a round of the feed, quote WAD: the smallest of what was seen at the two rounds
    /// before it, or at it and the one before. 2^112 − 1 where nothing was seen yet.
    function seen(PoolMeter meter, uint256 roundTime) internal pure returns (uint256) {
        if (meter.time() == 0) return MAX_EQUITY;
        return roundTime > meter.time() ? meter.latest() : Math.min(meter.latest(), meter.previous());
    }
}
