// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Position} from "../../contracts/interfaces/ISizingGuard.sol";
import {WAD} from "../../contracts/libraries/FixedPointMath.sol";
import {PositionMeters} from "../../contracts/libraries/PositionMeters.sol";
import {ExtendedPolicy} from "../../contracts/types/ExtendedPolicy.sol";
import {GrowthMeter, GrowthMeterLibrary} from "../../contracts/types/GrowthMeter.sol";
import {HighWaterMark, HighWaterMarkLibrary} from "../../contracts/types/HighWaterMark.sol";
import {RandomPolicy, Words} from "./helpers/RandomPolicy.sol";

/// @notice What positions do to a guard's meters, action by action, for every policy a guard would store.
contract PositionMetersTest is RandomPolicy {
    uint256 private constant NOW = 1_750_000_000;
    /// @dev Equity and flows beyond it are no money; with it a mark stays far from its 128 bits.
    uint256 private constant MAX_MONEY = 1e30;
    uint256 private constant ACCOUNTS = 4;
    uint256 private constant STEPS = 16;
    /// @dev The first field of the third word that `_tightened` knows.
    uint256 private constant FIRST_EXTENDED = 18;

    /// @dev A market with both of its buckets.
    struct Book {
        int256[ACCOUNTS] sizes;
        uint256[2] openInterest;
        GrowthMeter[2] meters;
        uint256 time;
    }

    /* NOTHING BREAKS */

    /// @notice Whatever the words, the position and the clock: no revert. A meter never stands in the way of a reduction.
    function testFuzz_metersNeverRevert(
        uint256 policy,
        uint256 growth,
        uint256 mark,
        uint256 timestamp,
        Position calldata position
    ) external pure {
        ExtendedPolicy extended = ExtendedPolicy.wrap(policy);
        uint256[3] memory times = [timestamp, uint32(timestamp), _spread(timestamp, 0, type(uint256).max)];
        for (uint256 i = 0; i < times.length; ++i) {
            _moveAll(extended, growth, mark, times[i], position);
        }
    }

    /// @notice Where a guard has let the policy pass, what is left after a drawdown is a share too, for any mark and position.
    function testFuzz_drawdownIsAShare(uint256 seed, uint256 mark, uint256 timestamp, Position calldata position)
        external
        pure
    {
        ExtendedPolicy extended = _anyExtendedPolicy(seed);
        _atMost(PositionMeters.drawdownScale(extended, HighWaterMark.wrap(mark), position), WAD, "at most all");
        HighWaterMark next = PositionMeters.highWaterMark(extended, HighWaterMark.wrap(mark), position, timestamp);
        _atMost(PositionMeters.drawdownScale(extended, next, position), WAD, "at most all, after it moved");
        _moveAll(extended, mark, mark, timestamp, position);
    }

    function _moveAll(
        ExtendedPolicy extended,
        uint256 growth,
        uint256 mark,
        uint256 timestamp,
        Position calldata position
    ) private pure {
        GrowthMeter meter = GrowthMeter.wrap(growth);
        PositionMeters.growthHeadroom(extended, meter, timestamp);
        uint256 grown = PositionMeters.grown(position);
        PositionMeters.increase(extended, meter, grown, timestamp);
        PositionMeters.increase(extended, meter, growth, timestamp);
        PositionMeters.decrease(meter, PositionMeters.shrunk(position));
        PositionMeters.decrease(meter, growth);
        PositionMeters.highWaterMark(extended, HighWaterMark.wrap(mark), position, timestamp);
    }

    /* WHAT WAS DONE */

    /// @notice What grew and what shrank are the change of each side's open interest, and of no more than one of them unless the
    /// position goes through zero.
    function testFuzz_bothSidesAreCounted(uint256 seed) external view {
        int256 before = _anySize(seed, "before");
        int256 next = _anySize(seed, "after");
        (uint256 shrunk, uint256 grown) = this.changeOf(_position(before, next));
        for (uint256 side = 0; side < 2; ++side) {
            uint256 expected = _onSide(before, side) + (side == _sideOf(next) ? grown : 0);
            uint256 taken = (before > 0 ? 0 : 1) == side ? shrunk : 0;
            _equal(expected - taken, _onSide(next, side), "open interest of a side");
        }
        bool flips = (before < 0 && next > 0) || (before > 0 && next < 0);
        _holds(flips || grown == 0 || shrunk == 0, "grown and shrunk at once");
    }

    function changeOf(Position calldata position) external pure returns (uint256 shrunk, uint256 grown) {
        return (PositionMeters.shrunk(position), PositionMeters.grown(position));
    }

    /* GROWTH */

    /// @notice A side's open interest at t is at most what it was at s, a full bucket and what leaked since, however many
    /// accounts open, add, reduce, close and flip, each as far as the headroom lets it.
    function testFuzz_sidesGrowNoFasterThanTheBucketLeaks(uint256 seed) external view {
        ExtendedPolicy policy = _anyGrowth(seed);
        Book memory book;
        book.time = NOW;
        // As they were before each step: from there the bound is tight.
        uint256[2][STEPS] memory sizes;
        uint256[STEPS] memory times;
        uint256 capacity = policy.growthCapacity();
        uint256 rate = capacity / policy.growthPeriod();
        for (uint256 i = 0; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            book.time += _spread(seed, 0, 1 days);
            (sizes[i][0], sizes[i][1], times[i]) = (book.openInterest[0], book.openInterest[1], book.time);
            _moveOne(book, policy, seed >> 8);
            for (uint256 s = 0; s <= i; ++s) {
                uint256 more = capacity + rate * (book.time - times[s]);
                _atMost(book.openInterest[0], sizes[s][0] + more, "longs grew faster than the bucket leaks");
                _atMost(book.openInterest[1], sizes[s][1] + more, "shorts grew faster than the bucket leaks");
            }
        }
    }

    /// @dev One account goes somewhere: nearer to zero, or up to the headroom on either side.
    function _moveOne(Book memory book, ExtendedPolicy policy, uint256 seed) private view {
        uint256 who = seed % ACCOUNTS;
        int256 before = book.sizes[who];
        int256 next = (seed >> 16) % 3 == 0 ? _nearerToZero(before, seed >> 32) : _grownBy(book, policy, before, seed >> 32);
        (uint256 shrunk, uint256 grown) = this.changeOf(_position(before, next));
        uint256 from = before > 0 ? 0 : 1;
        uint256 to = _sideOf(next);
        if (shrunk > 0) book.meters[from] = PositionMeters.decrease(book.meters[from], shrunk);
        if (grown > 0) book.meters[to] = PositionMeters.increase(policy, book.meters[to], grown, book.time);
        book.openInterest[from] -= shrunk;
        book.openInterest[to] += grown;
        book.sizes[who] = next;
    }

    function _nearerToZero(int256 size, uint256 seed) private pure returns (int256) {
        int256 left = int256(_spread(seed, 0, _magnitude(size)));
        return size < 0 ? -left : left;
    }

    /// @dev What the account keeps on the side it goes to, and all of the headroom, or a part of it.
    function _grownBy(Book memory book, ExtendedPolicy policy, int256 before, uint256 seed) private pure returns (int256) {
        uint256 side = seed % 2;
        uint256 headroom = PositionMeters.growthHeadroom(policy, book.meters[side], book.time);
        uint256 added = (seed >> 1) % 2 == 0 ? headroom : _spread(seed >> 8, 0, headroom);
        int256 next = int256(_onSide(before, side) + added);
        return side == 0 ? next : -next;
    }

    /// @notice Opening and closing again leaves the headroom as it would be at any later time; closing and opening again leaves
    /// no more of it. Where the level fits, opening and closing leaves exactly the same.
    function testFuzz_loopsGainNothing(uint256 seed, uint256 size, uint256 wait, uint256 later) external pure {
        ExtendedPolicy policy = _anyExtendedPolicy(seed);
        GrowthMeter meter = _anyMeter(seed);
        size = _spread(size, 1, type(uint128).max);
        uint256 closed = NOW + _spread(wait, 0, 30 days);
        later = closed + _spread(later, 0, 30 days);
        uint256 untouched = PositionMeters.growthHeadroom(policy, meter, later);

        GrowthMeter looped = PositionMeters.decrease(PositionMeters.increase(policy, meter, size, NOW), size);
        uint256 left = PositionMeters.growthHeadroom(policy, looped, later);
        _atMost(left, untouched, "opened and closed");
        if (meter.level() < type(uint128).max) _equal(left, untouched, "opened and closed, and taken from others");

        looped = PositionMeters.increase(policy, PositionMeters.decrease(meter, size), size, closed);
        _atMost(PositionMeters.growthHeadroom(policy, looped, later), untouched, "closed and opened");
    }

    /// @notice What was added is gone from the headroom, and comes back whole once a period has passed.
    function testFuzz_growthIsTakenFromTheHeadroom(uint256 seed, uint256 part) external pure {
        ExtendedPolicy policy = _anyExtendedPolicy(seed);
        GrowthMeter meter = _anyMeter(seed);
        uint256 headroom = PositionMeters.growthHeadroom(policy, meter, NOW);
        uint256 added = _spread(part, 0, headroom);
        GrowthMeter next = PositionMeters.increase(policy, meter, added, NOW);
        _equal(PositionMeters.growthHeadroom(policy, next, NOW), headroom - added, "taken from the headroom");
        if (headroom == 0) return;
        // The rate is rounded down: of a capacity that is no multiple of the period, less than a period's units are missing.
        uint256 left = PositionMeters.growthHeadroom(policy, next, NOW + policy.growthPeriod());
        _below(policy.growthCapacity() - left, policy.growthPeriod(), "whole after a period");
    }

    /* HIGH-WATER MARK */

    /// @notice Money that comes and goes again within a block leaves the mark where an action without it would have, or
    /// higher by a rounding: the scale is never looser for it.
    function testFuzz_flashDepositsLoosenNothing(uint256 seed, uint256 equity, uint256 flow) external view {
        ExtendedPolicy policy = _anyExtendedPolicy(seed);
        (equity, flow) = (_spread(equity, 1, MAX_MONEY), _spread(flow, 0, MAX_MONEY));
        HighWaterMark mark = _anyMark(seed, equity, flow);
        (HighWaterMark alone, uint256 scale) = this.markAfter(policy, mark, _money(equity, 0));
        (HighWaterMark during,) = this.markAfter(policy, mark, _money(equity + flow, int256(flow)));
        (HighWaterMark after_, uint256 left) = this.markAfter(policy, during, _money(equity, -int256(flow)));
        _atMost(alone.peak(), after_.peak(), "a deposit of a moment lowered the mark");
        _atMost(after_.peak(), alone.peak() + 3, "it raised the mark by more than roundings");
        _atMost(left, scale, "a deposit of a moment loosened the scale");
    }

    /// @notice Money that somebody puts in for another leaves the other's equity as near to the mark as it was: neither side
    /// of the fraction moves by more than two units of the mark.
    function testFuzz_depositsForOthersChangeNoRatio(uint256 seed, uint256 equity, uint256 flow) external view {
        ExtendedPolicy policy = _anyExtendedPolicy(seed);
        (equity, flow) = (_spread(equity, 1, MAX_MONEY), _spread(flow, 1, MAX_MONEY));
        HighWaterMark mark = _anyMark(seed, equity, flow);
        (HighWaterMark alone,) = this.markAfter(policy, mark, _money(equity, 0));
        (HighWaterMark helped,) = this.markAfter(policy, mark, _money(equity + flow, int256(flow)));
        // peak / equity before ≤ (peak' + 1) / equity', each by products.
        _holds(
            _productAtMost(alone.peak() - 1, equity + flow, helped.peak(), equity), "in favour: nearer to the mark than before"
        );
        uint256 most = helped.peak() < 2 ? 0 : helped.peak() - 2;
        _holds(_productAtMost(most, equity, alone.peak(), equity + flow), "against: further from it than before");
    }

    /// @notice The mark is never below what the account is worth, never rises while nothing is earned, and with time only fades.
    function testFuzz_marksFadeAndCover(uint256 seed, uint256 equity, uint256 later) external view {
        ExtendedPolicy policy = _anyExtendedPolicy(seed);
        equity = _spread(equity, 1, MAX_MONEY);
        HighWaterMark mark = _anyMark(seed, equity, 0);
        (HighWaterMark next, uint256 scale) = this.markAfter(policy, mark, _money(equity, 0));
        _atMost(equity, next.peak(), "below what there is");
        _atMost(next.peak(), mark.peak() > equity ? mark.peak() : equity, "it rose, and nothing was earned");
        _equal(next.time(), NOW, "the time of the action");
        (HighWaterMark faded, uint256 eased) =
            this.markAfterAt(policy, next, _money(equity, 0), NOW + _spread(later, 0, 365 days));
        _atMost(faded.peak(), next.peak(), "time raised it");
        _atMost(scale, eased, "time took from the scale");
        if (policy.peakHalfLife() == 0) _equal(faded.peak(), next.peak(), "it faded, and may not");
    }

    function markAfter(ExtendedPolicy policy, HighWaterMark mark, Position calldata position)
        external
        pure
        returns (HighWaterMark, uint256)
    {
        return _markAfterAt(policy, mark, position, NOW);
    }

    function markAfterAt(ExtendedPolicy policy, HighWaterMark mark, Position calldata position, uint256 timestamp)
        external
        pure
        returns (HighWaterMark, uint256)
    {
        return _markAfterAt(policy, mark, position, timestamp);
    }

    function _markAfterAt(ExtendedPolicy policy, HighWaterMark mark, Position calldata position, uint256 timestamp)
        private
        pure
        returns (HighWaterMark next, uint256 scale)
    {
        next = PositionMeters.highWaterMark(policy, mark, position, timestamp);
        scale = PositionMeters.drawdownScale(policy, next, position);
    }

    /* A TIGHTER POLICY */

    /// @notice From the same meters, a third word tightened in any one field leaves no more room to grow and no larger share.
    function testFuzz_tighterPoliciesLeaveLess(uint256 seed, uint256 more, uint256 equity) external view {
        Words memory words = _anyPolicy(seed, address(0xfeed), 8);
        equity = _spread(equity, 1, MAX_MONEY);
        GrowthMeter meter = _anyMeter(seed);
        HighWaterMark mark = _anyMark(seed, equity, 0);
        uint256 headroom = PositionMeters.growthHeadroom(words.extended, meter, NOW);
        (, uint256 scale) = this.markAfter(words.extended, mark, _money(equity, 0));
        for (uint256 field = FIRST_EXTENDED; field < TIGHTENED_FIELDS; ++field) {
            ExtendedPolicy tighter = _tightened(words, field, more).extended;
            _atMost(PositionMeters.growthHeadroom(tighter, meter, NOW), headroom, "room to grow");
            (, uint256 left) = this.markAfter(tighter, mark, _money(equity, 0));
            _atMost(left, scale, "share of the limits");
        }
    }

    /* INPUTS */

    /// @dev Bound by amounts one can add up, and by a period that is no longer than some days: so that both ends are seen.
    function _anyGrowth(uint256 seed) private pure returns (ExtendedPolicy) {
        uint256 word = ExtendedPolicy.unwrap(_anyExtendedPolicy(seed));
        word = _withField(word, 144, 8, _even(seed, "exponent", 0, 18));
        return ExtendedPolicy.wrap(_withField(word, 152, 24, _draw(seed, "period", 1, 3 days)));
    }

    function _anyMeter(uint256 seed) private pure returns (GrowthMeter) {
        uint256 level = _draw(seed, "level", 0, type(uint224).max);
        return GrowthMeterLibrary.pack(level, NOW - _draw(seed, "since", 0, 30 days));
    }

    /// @dev Some time ago, at the equity of now or above it; so that with the flow it still fits its bits.
    function _anyMark(uint256 seed, uint256 equity, uint256 flow) private pure returns (HighWaterMark) {
        uint256 most = type(uint120).max / (equity + flow) * equity;
        uint256 peak = _draw(seed, "peak", 0, most > 0 ? most : equity);
        bool isNear = _even(seed, "near", 0, 1) == 0;
        // A plausible drawdown, of up to a half: anywhere in the range most leave nothing.
        if (isNear) peak = equity + _draw(seed, "drawdown", 0, equity);
        return HighWaterMarkLibrary.pack(peak, NOW - _draw(seed, "since", 0, 365 days));
    }

    function _money(uint256 equity, int256 flow) private pure returns (Position memory position) {
        (position.equity, position.flow) = (int256(equity), flow);
    }

    function _position(int256 before, int256 next) private pure returns (Position memory position) {
        (position.sizeBefore, position.sizeAfter) = (before, next);
    }

    function _anySize(uint256 seed, string memory name) private pure returns (int256) {
        int256 size = int256(_draw(seed, name, 0, uint256(type(int256).max)));
        return _even(seed ^ 1, name, 0, 1) == 0 ? size : -size;
    }

    /// @dev 0: long, also where there is nothing; 1: short.
    function _sideOf(int256 size) private pure returns (uint256) {
        return size < 0 ? 1 : 0;
    }

    function _onSide(int256 size, uint256 side) private pure returns (uint256) {
        return _sideOf(size) == side ? _magnitude(size) : 0;
    }

    function _magnitude(int256 size) private pure returns (uint256) {
        return size < 0 ? uint256(-size) : uint256(size);
    }
}
