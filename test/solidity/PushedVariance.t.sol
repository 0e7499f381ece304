// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PushedVariance, PushedVarianceLibrary} from "../../contracts/types/PushedVariance.sol";
import {Properties} from "./helpers/Properties.sol";

/// @notice What docs/math.md states of what others say of a variance: straight lines, and never a jump.
contract PushedVarianceTest is Properties {
    uint256 private constant RAMP = PushedVarianceLibrary.RAMP;
    uint256 private constant FADE = PushedVarianceLibrary.FADE;
    uint256 private constant MAX_TIME = type(uint32).max - 8 days;

    /// @notice Never above the larger of both ends, whatever the time.
    function testFuzz_staysBetweenItsEnds(uint256 seed, uint256 at) external pure {
        PushedVariance word = _word(seed);
        uint256 most = word.from() > word.target() ? word.from() : word.target();
        _atMost(word.at(_spread(at, 0, type(uint256).max)), most, "larger end");
    }

    /// @notice In a second no further than a second's share of the way, and of what fades, and a unit of rounding for each.
    function testFuzz_neverJumps(uint256 seed, uint256 at) external pure {
        PushedVariance word = _word(seed);
        uint256 time = _around(word, at);
        (uint256 before, uint256 next) = (word.at(time), word.at(time + 1));
        uint256 most = word.from() > word.target() ? word.from() : word.target();
        uint256 distance = before > next ? before - next : next - before;
        _atMost(distance, most / RAMP + most / FADE + 4, "a second");
    }

    /// @notice Hearing a source changes nothing at that second: what is in force goes on from where it is.
    function testFuzz_hearingIsNoJump(uint256 seed, uint256 at, uint72 target, uint256 valid) external pure {
        PushedVariance word = _word(seed);
        uint256 time = _around(word, at);
        if (time < word.begin()) time = word.begin();
        uint256 until = time + _spread(valid, 1, 7 days);
        PushedVariance next = word.next(target, until, time);
        _equal(next.at(time), word.at(time), "in force");
    }

    /// @notice What is said once is in force after the rise, however often and whatever else is said meanwhile.
    function testFuzz_aRiseIsNotDrawnOut(uint256 seed, uint256[8] calldata targets, uint256[8] calldata pauses)
        external
        pure
    {
        PushedVariance word = _word(seed);
        uint256 end = word.begin() + RAMP;
        if (word.until() < end) return;
        uint256 time = word.begin();
        PushedVariance heard = word;
        for (uint256 i = 0; i < 8; ++i) {
            time += _spread(pauses[i], 1, RAMP / 8 - 1);
            // Something else: what is said again may hold for less long.
            uint256 target = _spread(targets[i], 0, type(uint72).max - 1);
            if (target >= word.target()) ++target;
            heard = heard.next(target, time + 1 days, time);
        }
        _equal(heard.at(end), word.at(end), "after the rise");
    }

    function _word(uint256 seed) private pure returns (PushedVariance) {
        uint256 begin = _spread(uint256(keccak256(abi.encode(seed, 1))), 1 days, MAX_TIME);
        uint256 until = begin + _spread(uint256(keccak256(abi.encode(seed, 2))), 1, 7 days);
        uint256 target = _spread(uint256(keccak256(abi.encode(seed, 3))), 0, type(uint72).max);
        return PushedVarianceLibrary.pack(until, begin, target, _spread(seed, 0, type(uint72).max));
    }

    /// @dev A time at which something happens, or between.
    function _around(PushedVariance word, uint256 seed) private pure returns (uint256) {
        uint256 dice = seed % 5;
        if (dice == 0) return word.begin() + RAMP - 1 + (seed >> 8) % 3;
        if (dice == 1) return word.until() - 1 + (seed >> 8) % 3;
        if (dice == 2) return word.until() + FADE - 1 + (seed >> 8) % 3;
        return word.begin() + (seed >> 8) % 10 days;
    }
}
