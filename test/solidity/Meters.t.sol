// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {WAD} from "../../contracts/libraries/FixedPointMath.sol";
import {MeterMath} from "../../contracts/libraries/MeterMath.sol";
import {DrawdownScale} from "../../contracts/libraries/limits/DrawdownScale.sol";
import {GrowthLimit} from "../../contracts/libraries/limits/GrowthLimit.sol";
import {Properties} from "./helpers/Properties.sol";

/// @notice High-water marks and growth buckets over time, and the limits that are read from them.
contract MetersTest is Properties {
    uint256 private constant MAX_MONEY = (1 << 127) - 1;
    uint256 private constant STEPS = 8;

    /// @dev A side of a market and its bucket.
    struct Side {
        uint256 openInterest;
        uint256 level;
        uint256 written;
        uint256 time;
    }

    /* GROWTH */

    /// @notice OI(t) ≤ OI(s) + capacity + refill·(t − s), for every two moments of any sequence of growing, shrinking and
    /// waiting: opening and closing in a loop gains nothing.
    function testFuzz_growthIsBounded(uint256 seed, uint256 capacity, uint256 rate) external pure {
        (capacity, rate) = (_spread(capacity, 0, 1e27), _spread(rate, 0, 1e24));
        Side memory side;
        uint256[STEPS] memory sizes;
        uint256[STEPS] memory times;
        for (uint256 i = 0; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            side.time += _spread(seed, 0, 7 days);
            _moveSide(side, seed >> 8, capacity, rate);
            (sizes[i], times[i]) = (side.openInterest, side.time);
            for (uint256 s = 0; s < i; ++s) {
                _atMost(sizes[i], sizes[s] + capacity + rate * (times[i] - times[s]), "grew faster than the bucket leaks");
            }
        }
    }

    /// @dev Grows to the headroom or into it, or shrinks.
    function _moveSide(Side memory side, uint256 seed, uint256 capacity, uint256 rate) private pure {
        uint256 elapsed = side.time - side.written;
        if (seed % 3 == 0) {
            uint256 removed = _spread(seed >> 8, 0, side.openInterest);
            side.openInterest -= removed;
            side.level = MeterMath.levelAfterDecrease(side.level, removed);
            return;
        }
        uint256 added = _spread(seed >> 8, 0, GrowthLimit.growthHeadroom(side.level, capacity, rate, elapsed));
        side.openInterest += added;
        side.level = MeterMath.levelAfterIncrease(side.level, rate, elapsed, added);
        side.written = side.time;
    }

    function testFuzz_headroomIsMonotone(uint256 level, uint256 capacity, uint256 rate, uint256 elapsed, uint256 more)
        external
        pure
    {
        uint256 most = type(uint256).max;
        (level, capacity) = (_spread(level, 0, most), _spread(capacity, 0, most));
        (rate, elapsed) = (_spread(rate, 0, most), _spread(elapsed, 0, type(uint32).max));
        uint256 n = GrowthLimit.growthHeadroom(level, capacity, rate, elapsed);
        _atMost(n, capacity, "at most the capacity");
        _atMost(GrowthLimit.growthHeadroom(_spread(more, level, most), capacity, rate, elapsed), n, "level");
        _atMost(n, GrowthLimit.growthHeadroom(level, _spread(more, capacity, most), rate, elapsed), "capacity");
        _atMost(n, GrowthLimit.growthHeadroom(level, capacity, _spread(more, rate, most), elapsed), "rate");
        _atMost(n, GrowthLimit.growthHeadroom(level, capacity, rate, _spread(more, elapsed, most)), "elapsed");
    }

    /* HIGH-WATER MARK */

    /// @notice The mark is never below equity, and money that comes and goes leaves it where it was, two roundings up at most:
    /// a deposit of a moment cannot wipe a drawdown out.
    function testFuzz_flashDepositsLeaveTheMark(uint256 equity, uint256 peak, uint256 flow) external pure {
        equity = _spread(equity, 1, MAX_MONEY >> 1);
        peak = _spread(peak, equity, MAX_MONEY);
        flow = _spread(flow, 0, MAX_MONEY >> 1);
        uint256 during = MeterMath.peakAfterFlow(peak, int256(equity + flow), int256(flow));
        _atMost(equity + flow, during, "not below equity");
        _atMost(peak, during, "a deposit does not lower it");
        uint256 afterwards = MeterMath.peakAfterFlow(during, int256(equity), -int256(flow));
        _atMost(peak, afterwards, "not below what it was");
        _atMost(afterwards, peak + 2, "not above but for rounding");
    }

    /// @notice Whatever the numbers: no revert, and never below the equity there is.
    function testFuzz_theMarkCoversEquity(uint256 peak, int256 equity, int256 flow, uint256 elapsed, uint256 halfLife)
        external
        pure
    {
        uint256 owned = equity <= 0 ? 0 : uint256(equity);
        _atMost(owned, MeterMath.peakAfterFlow(peak, equity, flow), "after a flow");
        uint256 faded = MeterMath.fadedPeak(peak, equity, elapsed, halfLife);
        _atMost(faded, peak, "fading never raises it");
        if (peak >= owned) _atMost(owned, faded, "faded, not below equity");
    }

    /// @notice It fades to the middle between itself and equity in one half-life, and on from there, never back.
    function testFuzz_theMarkFadesByHalves(uint256 equity, uint256 peak, uint256 halfLife, uint256 time) external pure {
        equity = _spread(equity, 0, MAX_MONEY);
        peak = _spread(peak, equity, MAX_MONEY);
        halfLife = _spread(halfLife, 1, 365 days);
        uint256 distance = peak - equity;
        uint256 half = MeterMath.fadedPeak(peak, int256(equity), halfLife, halfLife) - equity;
        _atMost(distance / 2, half, "not before its time");
        _atMost(half, distance / 2 + distance / 1e17 + 2, "in time");
        uint256 first = MeterMath.fadedPeak(peak, int256(equity), time % 365 days, halfLife);
        uint256 later = MeterMath.fadedPeak(peak, int256(equity), time % 365 days + halfLife, halfLife);
        _atMost(later, first, "never back");
        _equal(MeterMath.fadedPeak(peak, int256(equity), time, 0), peak, "without a half-life it stays");
    }

    /* DRAWDOWN */

    function testFuzz_drawdownScale(uint256 equity, uint256 peak, uint256 drawdown, uint256 more) external pure {
        (equity, peak) = (_spread(equity, 0, MAX_MONEY), _spread(peak, 1, MAX_MONEY));
        drawdown = _spread(drawdown, 1e14, WAD);
        uint256 lower = WAD;
        for (uint256 power = 1; power <= 3; ++power) {
            uint256 scale = DrawdownScale.drawdownScale(int256(equity), peak, drawdown, power);
            _atMost(scale, lower, "a higher power is tighter");
            lower = scale;
            uint256 larger = _spread(more, equity, MAX_MONEY);
            _atMost(scale, DrawdownScale.drawdownScale(int256(larger), peak, drawdown, power), "equity");
            larger = _spread(more, peak, MAX_MONEY);
            _atMost(DrawdownScale.drawdownScale(int256(equity), larger, drawdown, power), scale, "peak");
            larger = _spread(more, drawdown, WAD);
            _atMost(scale, DrawdownScale.drawdownScale(int256(equity), peak, larger, power), "drawdown");
            _equal(DrawdownScale.drawdownScale(-int256(equity), peak, drawdown, power), 0, "without equity");
            if (equity >= peak) _equal(scale, WAD, "whole at the peak");
            if (equity * WAD <= peak * (WAD - drawdown)) _equal(scale, 0, "nothing at the floor");
        }
    }

    function testFuzz_cppi(uint256 equity, uint256 peak, uint256 drawdown, uint256 multiplier, uint256 more) external pure {
        (equity, peak) = (_spread(equity, 0, 1e30), _spread(peak, 0, 1e30));
        (drawdown, multiplier) = (_spread(drawdown, 0, WAD), _spread(multiplier, 0, 100 * WAD));
        uint256 n = DrawdownScale.cppiLimit(int256(equity), peak, drawdown, multiplier);
        uint256 floor = peak * (WAD - drawdown);
        if (equity * WAD <= floor) _equal(n, 0, "nothing at the floor");
        else _holds(_productAtMost(n, WAD * WAD, multiplier, equity * WAD - floor), "a multiple of the cushion");
        _atMost(n, DrawdownScale.cppiLimit(int256(_spread(more, equity, 1e30)), peak, drawdown, multiplier), "equity");
        _atMost(DrawdownScale.cppiLimit(int256(equity), _spread(more, peak, 1e30), drawdown, multiplier), n, "peak");
        uint256 larger = _spread(more, multiplier, 100 * WAD);
        _atMost(n, DrawdownScale.cppiLimit(int256(equity), peak, drawdown, larger), "multiplier");
    }
}
