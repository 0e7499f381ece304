// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Limit, Mode, OracleStatus, Position, Verdict} from "../../contracts/interfaces/ISizingGuard.sol";
import {UNCAPPED} from "../../contracts/libraries/FixedPointMath.sol";
import {SizingHarness} from "../../contracts/test/SizingHarness.sol";
import {FeedPolicy} from "../../contracts/types/FeedPolicy.sol";
import {RiskPolicy} from "../../contracts/types/RiskPolicy.sol";
import {RandomPolicy} from "./helpers/RandomPolicy.sol";

/// @notice The verdict, for every policy a guard would store, every position anybody could state, every market.
contract SizingMathTest is RandomPolicy {
    SizingHarness private immutable HARNESS = new SizingHarness();
    uint256 private constant MAX_SIZE = uint256(type(int256).max);

    /// @dev One question.
    struct Case {
        FeedPolicy feed;
        RiskPolicy risk;
        Position position;
        OracleStatus status;
        uint256 price;
        uint256 variance;
        uint256 age;
        uint256 poolEquity;
    }

    /* IT ALWAYS ANSWERS */

    /// @notice Random words that pass the range check, and any numbers a protocol can state: never a revert.
    function testFuzz_neverRevertsForAValidPolicy(uint256 seed, Position calldata position) external view {
        Case memory c = _case(seed);
        HARNESS.requireInRange(0, c.feed, c.risk);
        _judge(c);
        c.position = position;
        _judge(c);
    }

    /// @notice Whatever two words are, either the range check refuses them or the verdict does not revert.
    function testFuzz_wordsOutOfRangeAreRefusedFirst(uint256 seed, uint256 feedBits, uint256 riskBits, uint256 which)
        external
        view
    {
        Case memory c = _case(seed);
        // Single bits: two random words would be out of range in nearly every field.
        if (which % 3 > 0) c.feed = FeedPolicy.wrap(FeedPolicy.unwrap(c.feed) ^ (1 << (feedBits % 256)));
        if (which % 3 < 2) c.risk = RiskPolicy.wrap(RiskPolicy.unwrap(c.risk) ^ (1 << (riskBits % 256)));
        try HARNESS.requireInRange(0, c.feed, c.risk) {
            _judge(c);
        } catch (bytes memory reason) {
            _atMost(4, reason.length, "refused with a reason");
            _holds(bytes4(reason) != bytes4(keccak256("Panic(uint256)")), "refused, not broken");
        }
    }

    /* WHAT IT SAYS */

    /// @notice allowed ⇔ |sizeAfter| ≤ maxSize, but in Shadow always; maxSize is the larger of what the limits leave and
    /// what was there; the market's numbers are passed on.
    function testFuzz_theVerdictIsConsistent(uint256 seed) external view {
        Case memory c = _case(seed);
        Verdict memory v = _judge(c);
        uint256 size = _abs(c.position.sizeAfter);
        _holds(v.allowed == (_mode(c) == Mode.Shadow || size <= v.maxSize), "allowed");
        uint256 kept = _carry(c.position);
        _equal(v.maxSize, v.limitSize > kept ? v.limitSize : kept, "maximum size");
        _equal(v.price, c.price, "price");
        _equal(v.variance, c.variance, "variance");
        _equal(uint256(v.status), uint256(c.status), "status");
        _holds((v.limit == Limit.None) == (v.limitSize == UNCAPPED), "no limit is no cap");
        _holds(_names(c, v.limit), "the limit named is one that was asked");
    }

    /// @notice What adds no risk is allowed in every mode, with every price and every equity.
    function testFuzz_reductionsAreAlwaysAllowed(uint256 seed, uint256 flow, uint256 part) external view {
        Case memory c = _case(seed);
        c.position.flow = int256(_spread(flow, 0, MAX_SIZE));
        uint256 before = _abs(c.position.sizeBefore);
        uint256 left = _spread(part, 0, before);
        c.position.sizeAfter = c.position.sizeBefore < 0 ? _negative(left) : int256(left);
        _holds(HARNESS.reducesRisk(c.position), "it reduces");
        _holds(_judge(c).allowed, "a reduction");
        (c.position.sizeAfter, c.position.flow) = (0, -int256(_spread(flow, 1, MAX_SIZE)));
        _holds(HARNESS.reducesRisk(c.position), "it leaves");
        _holds(_judge(c).allowed, "leaving when flat");
    }

    /// @notice What was there counts for nothing when collateral leaves or the side flips.
    function testFuzz_carryIsOnlyWhatWasThere(uint256 seed) external view {
        Case memory c = _case(seed);
        _equal(HARNESS.carry(c.position), _carry(c.position), "carry");
        bool reduces = c.position.sizeAfter == 0 || _abs(c.position.sizeAfter) <= _carry(c.position);
        _holds(HARNESS.reducesRisk(c.position) == reduces, "reduces risk");
    }

    /// @notice maxSize itself is allowed and one unit more is not, all else equal.
    function testFuzz_maxSizeIsTight(uint256 seed) external view {
        Case memory c = _case(seed);
        if (_mode(c) == Mode.Shadow) return;
        Verdict memory v = _judge(c);
        // Nothing is on neither side: there, what was there counts as much on one as on the other.
        if (v.limit == Limit.None || v.maxSize >= MAX_SIZE || c.position.sizeAfter == 0) return;
        bool isShort = c.position.sizeAfter < 0;
        if (v.maxSize > 0) {
            c.position.sizeAfter = isShort ? -int256(v.maxSize) : int256(v.maxSize);
            Verdict memory at = _judge(c);
            _holds(at.allowed, "the maximum is allowed");
            _equal(at.maxSize, v.maxSize, "the maximum does not depend on what is asked");
        }
        c.position.sizeAfter = isShort ? -int256(v.maxSize + 1) : int256(v.maxSize + 1);
        Verdict memory above = _judge(c);
        _holds(!above.allowed, "one more is not");
        _equal(above.maxSize, v.maxSize, "the maximum stands");
    }

    /// @notice ReduceOnly, an unusable price and no equity leave nothing; Off leaves everything.
    function testFuzz_missingInputsLeaveNothing(uint256 seed) external view {
        Case memory c = _case(seed);
        Verdict memory v = _judge(c);
        if (_mode(c) == Mode.Off) return _equal(v.limitSize, UNCAPPED, "Off");
        bool hasNothing = _mode(c) == Mode.ReduceOnly || c.status < OracleStatus.Uncertain || c.age >= c.feed.maxAge()
            || c.position.equity <= 0;
        if (hasNothing) _equal(v.limitSize, 0, "nothing is left");
    }

    /* LIMITS ONLY TIGHTEN */

    /// @notice One more limit never leaves more, and a mode nearer to ReduceOnly neither.
    function testFuzz_everyLimitOnlyTightens(uint256 seed, uint256 another) external view {
        Case memory c = _case(seed);
        uint256 size = _judge(c).limitSize;
        uint256 word = FeedPolicy.unwrap(c.feed);
        uint256 active = _activeLimits(another, true);
        c.feed = FeedPolicy.wrap(word | (active << 216));
        _atMost(_judge(c).limitSize, size, "more limits");
        c.feed = FeedPolicy.wrap(word & ~(uint256(0xff) << 232));
        _atMost(_judge(c).limitSize, size, "ReduceOnly");
    }

    /// @notice More equity or pool never leaves less; more of others on the side, variance, age or price never leaves more; the
    /// other side changes nothing.
    function testFuzz_theLimitIsMonotone(uint256 seed, uint256 more) external view {
        Case memory c = _case(seed);
        uint256 size = _judge(c).limitSize;
        Position memory position = c.position;
        int256 equity = position.equity;
        position.equity = equity < 0 ? int256(_spread(more, 0, MAX_SIZE)) : int256(_spread(more, uint256(equity), MAX_SIZE));
        _atMost(size, _judge(c).limitSize, "equity");
        position.equity = equity;
        uint256 others = position.sameSideOthers;
        position.sameSideOthers = _spread(more, others, type(uint256).max);
        _atMost(_judge(c).limitSize, size, "others");
        position.sameSideOthers = others;
        position.oppositeOthers = more;
        _equal(_judge(c).limitSize, size, "the other side");
        position.poolEquity = _spread(more, position.poolEquity, type(uint256).max);
        c.poolEquity = _spread(more, c.poolEquity, type(uint112).max);
        _atMost(size, _judge(c).limitSize, "the pool");
        size = _judge(c).limitSize;
        _marketIsMonotone(c, size, more);
    }

    function _marketIsMonotone(Case memory c, uint256 size, uint256 more) private view {
        (uint256 variance, uint256 age) = (c.variance, c.age);
        c.variance = _spread(more, variance, type(uint72).max);
        _atMost(_judge(c).limitSize, size, "variance");
        c.variance = variance;
        c.age = _spread(more, age, type(uint32).max);
        _atMost(_judge(c).limitSize, size, "age");
        c.age = age;
        c.price = _spread(more, c.price, MAX_SIZE);
        _atMost(_judge(c).limitSize, size, "price");
    }

    /// @notice A policy tightened in any one field never leaves more.
    function testFuzz_tighterPoliciesLeaveLess(uint256 seed, uint256 more) external view {
        Case memory c = _case(seed);
        uint256 size = _judge(c).limitSize;
        (FeedPolicy feed, RiskPolicy risk) = (c.feed, c.risk);
        for (uint256 field = 0; field < TIGHTENED_FIELDS; ++field) {
            (c.feed, c.risk) = _tightened(feed, risk, field, more);
            HARNESS.requireInRange(0, c.feed, c.risk);
            _atMost(_judge(c).limitSize, size, "a tighter policy");
        }
    }

    /* CASES */

    function _case(uint256 seed) private pure returns (Case memory c) {
        (c.feed, c.risk) = _anyPolicy(seed, address(0xfeed), _draw(seed, "decimals", 0, 36));
        // Half of them plausible: anywhere in the ranges, most limits are zero or do not bind.
        if (seed % 2 == 0) _makePlausible(c, seed);
        c.position = _anyPosition(seed);
        c.status = OracleStatus(_range(uint256(keccak256(abi.encode(seed, "status"))), 0, 6));
        if (seed % 3 > 0) c.status = OracleStatus.Valid;
        c.price = _draw(seed, "price", 1, seed % 4 == 0 ? MAX_SIZE : 1e24);
        c.variance = _draw(seed, "variance", 1, type(uint72).max);
        c.age = _draw(seed, "age", 0, 2 * c.feed.maxAge());
        c.poolEquity = _draw(seed, "seen pool", 0, seed % 4 == 0 ? type(uint112).max : 1e27);
    }

    function _makePlausible(Case memory c, uint256 seed) private pure {
        Mode mode = Mode(c.feed.mode());
        c.feed = _feedPolicy(address(0xfeed), 8, 390, 1_080, 500, mode, c.feed.active());
        uint256 mask = (uint256(0xff) << 152) | 0xffff;
        uint256 usual = (_range(uint256(keccak256(abi.encode(seed, "usual"))), 15, 20) << 152) | 40_433;
        c.risk = RiskPolicy.wrap((RiskPolicy.unwrap(c.risk) & ~mask) | usual);
    }

    function _anyPosition(uint256 seed) private pure returns (Position memory position) {
        bool isExtreme = seed % 5 == 0;
        position.account = address(uint160(seed));
        position.equity = _signed(seed, "equity", isExtreme ? MAX_SIZE : 1e27);
        position.flow = _signed(seed, "flow", isExtreme ? MAX_SIZE : 1e27);
        position.sizeBefore = _signed(seed, "sizeBefore", isExtreme ? MAX_SIZE : 1e25);
        position.sizeAfter = _signed(seed, "sizeAfter", isExtreme ? MAX_SIZE : 1e25);
        position.sameSideOthers = _draw(seed, "sameSide", 0, isExtreme ? type(uint256).max : 1e25);
        position.oppositeOthers = _draw(seed, "opposite", 0, type(uint256).max);
        position.poolEquity = _draw(seed, "pool", 0, isExtreme ? type(uint256).max : 1e27);
        if (seed % 7 == 0) position.sizeBefore = type(int256).min;
        if (seed % 11 == 0) position.sizeAfter = type(int256).min;
    }

    function _signed(uint256 seed, string memory name, uint256 largest) private pure returns (int256) {
        int256 magnitude = int256(_draw(seed, name, 0, largest));
        // Equity is usually there: without it there is nothing to see.
        uint256 sides = keccak256(bytes(name)) == keccak256("equity") ? 8 : 2;
        return uint256(keccak256(abi.encode(name, seed))) % sides == 0 ? -magnitude : magnitude;
    }

    function _judge(Case memory c) private view returns (Verdict memory) {
        return HARNESS.judge(c.feed, c.risk, c.position, c.status, c.price, c.variance, c.age, c.poolEquity);
    }

    /* DEFINITIONS, WRITTEN A SECOND TIME */

    function _carry(Position memory position) private pure returns (uint256) {
        bool flips = position.sizeBefore != 0 && position.sizeAfter != 0
            && (position.sizeBefore > 0) != (position.sizeAfter > 0);
        return position.flow < 0 || flips ? 0 : _abs(position.sizeBefore);
    }

    function _names(Case memory c, Limit limit) private pure returns (bool) {
        if (limit == Limit.None || limit == Limit.Oracle || limit == Limit.Mode) return true;
        return (c.feed.active() >> uint256(limit)) & 1 == 1;
    }

    function _mode(Case memory c) private pure returns (Mode) {
        return Mode(c.feed.mode());
    }

    function _abs(int256 x) private pure returns (uint256) {
        unchecked {
            return x < 0 ? uint256(-x) : uint256(x);
        }
    }

    function _negative(uint256 magnitude) private pure returns (int256) {
        unchecked {
            return int256(0 - magnitude);
        }
    }
}
