// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Limit, Mode, OracleStatus, Position, Verdict} from "../../contracts/interfaces/ISizingGuard.sol";
import {UNCAPPED, WAD} from "../../contracts/libraries/FixedPointMath.sol";
import {AccountState, MarketState} from "../../contracts/libraries/SizingMath.sol";
import {SizingHarness} from "../../contracts/test/SizingHarness.sol";
import {ExtendedPolicy} from "../../contracts/types/ExtendedPolicy.sol";
import {FeedPolicy} from "../../contracts/types/FeedPolicy.sol";
import {RiskPolicy} from "../../contracts/types/RiskPolicy.sol";
import {SelfLimit} from "../../contracts/types/SelfLimit.sol";
import {RandomPolicy, Words} from "./helpers/RandomPolicy.sol";

/// @notice The verdict, for every policy a guard would store, every position anybody could state, every market.
contract SizingMathTest is RandomPolicy {
    SizingHarness private immutable HARNESS = new SizingHarness();
    uint256 private constant MAX_SIZE = uint256(type(int256).max);

    /// @dev One question.
    struct Case {
        Words words;
        Position position;
        MarketState market;
        AccountState account;
    }

    /* IT ALWAYS ANSWERS */

    /// @notice Random words that pass the range check, and any numbers a protocol can state: never a revert.
    function testFuzz_neverRevertsForAValidPolicy(uint256 seed, Position calldata position) external view {
        Case memory c = _case(seed);
        _requireInRange(c.words);
        _judge(c);
        c.position = position;
        _judge(c);
    }

    /// @notice Whatever words are, either the range check refuses them or the verdict does not revert.
    function testFuzz_wordsOutOfRangeAreRefusedFirst(uint256 seed, uint256 bits, uint256 which) external view {
        Case memory c = _case(seed);
        Words memory w = c.words;
        // Single bits: random words would be out of range in nearly every field.
        which = which % 7 + 1;
        if (which & 1 > 0) w.feed = FeedPolicy.wrap(FeedPolicy.unwrap(w.feed) ^ (1 << (bits % 256)));
        if (which & 2 > 0) w.risk = RiskPolicy.wrap(RiskPolicy.unwrap(w.risk) ^ (1 << ((bits >> 8) % 256)));
        if (which & 4 > 0) w.extended = ExtendedPolicy.wrap(ExtendedPolicy.unwrap(w.extended) ^ (1 << ((bits >> 16) % 256)));
        try HARNESS.requireInRange(0, _packed(w)) {
            _judge(c);
        } catch (bytes memory reason) {
            _atMost(4, reason.length, "refused with a reason");
            _holds(bytes4(reason) != bytes4(keccak256("Panic(uint256)")), "refused, not broken");
        }
    }

    /* WHAT IT SAYS */

    /// @notice allowed ⇔ |sizeAfter| ≤ maxSize, but in Shadow always; maxSize is what the limits and the side's growth leave,
    /// or what was there; the market's numbers are passed on.
    function testFuzz_theVerdictIsConsistent(uint256 seed) external view {
        Case memory c = _case(seed);
        Verdict memory v = _judge(c);
        uint256 size = _abs(c.position.sizeAfter);
        _holds(v.allowed == (_mode(c) == Mode.Shadow || size <= v.maxSize), "allowed");
        uint256 kept = _carry(c.position);
        uint256 grown = _grown(c);
        uint256 left = v.limitSize < grown ? v.limitSize : grown;
        _equal(v.maxSize, left > kept ? left : kept, "maximum size");
        _holds((v.limit == Limit.Growth) == (grown < v.limitSize), "growth is named where it is tighter");
        _equal(v.price, c.market.price, "price");
        _equal(v.variance, c.market.variance, "variance");
        _equal(uint256(v.status), uint256(c.market.status), "status");
        _holds((v.limit == Limit.None) == (left == UNCAPPED), "no limit is no cap");
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
        bool hasPrice = c.market.status >= OracleStatus.Uncertain && c.market.age < c.words.feed.maxAge();
        bool hasNothing = _mode(c) == Mode.ReduceOnly || !hasPrice || c.position.equity <= 0;
        if (hasNothing) return _equal(v.limitSize, 0, "nothing is left");
        bool isDrawnDown = _isActive(c.words.feed, Limit.Drawdown) && c.account.drawdownScale == 0;
        if (!isDrawnDown) return;
        _equal(v.limitSize, 0, "nothing is left after the largest drawdown");
        _holds(v.limit == Limit.Drawdown, "and it is named");
    }

    /// @notice What a drawdown leaves is that share of what the limits leave without it, rounded down; and they are named, not
    /// the drawdown, as long as it leaves anything of them.
    function testFuzz_drawdownScalesTheLimits(uint256 seed, uint256 scale) external view {
        Case memory c = _case(seed);
        c.words.feed = _with(c.words.feed, Limit.Drawdown);
        c.account.drawdownScale = WAD;
        Verdict memory whole = _judge(c);
        c.account.drawdownScale = _spread(scale, 1, WAD);
        Verdict memory v = _judge(c);
        if (whole.limitSize == UNCAPPED) return _equal(v.limitSize, UNCAPPED, "a share of no limit is none");
        _holds(_productAtMost(v.limitSize, WAD, whole.limitSize, c.account.drawdownScale), "at most the share");
        _holds(!_productAtMost(v.limitSize + 1, WAD, whole.limitSize, c.account.drawdownScale), "one unit more is not");
        bool isGrowth = v.limit == Limit.Growth || whole.limit == Limit.Growth;
        _holds(isGrowth || v.limit == whole.limit, "another limit is named");
    }

    /// @notice With growth switched on, an account may add what its side may grow by and no more, whatever it holds already;
    /// switched off, or in a mode that does not look at the market, nobody counts.
    function testFuzz_growthIsAnIncrement(uint256 seed) external view {
        Case memory c = _case(seed);
        Verdict memory v = _judge(c);
        uint256 kept = _flips(c.position) ? 0 : _abs(c.position.sizeBefore);
        if (_grown(c) < UNCAPPED && v.maxSize > kept) {
            _atMost(v.maxSize - kept, c.account.growthHeadroom, "more than the side may grow by");
        }
        if (_isActive(c.words.feed, Limit.Growth) && _judges(c)) return;
        c.account.growthHeadroom = 0;
        _equal(_judge(c).maxSize, v.maxSize, "growth counts where nobody asks");
        _holds(v.limit != Limit.Growth, "and is named");
    }

    /// @notice What an account says of itself never leaves it more than saying nothing, counts only where it is switched on,
    /// and caps the notional at what it says.
    function testFuzz_selfLimitsOnlyTighten(uint256 seed) external view {
        Case memory c = _case(seed);
        SelfLimit own = c.account.selfLimit;
        uint256 size = _judge(c).limitSize;
        c.account.selfLimit = SelfLimit.wrap(0);
        uint256 silent = _judge(c).limitSize;
        _atMost(size, silent, "an account's own limit");
        if (!_isActive(c.words.feed, Limit.SelfLimit)) return _equal(size, silent, "it counts, and is not switched on");
        if (_judges(c) && own.hasMaxNotional()) {
            _holds(_productAtMost(size, c.market.price, own.maxNotional(), WAD), "more than the account allows itself");
        }
    }

    /* LIMITS ONLY TIGHTEN */

    /// @notice One more limit never leaves more, and a mode nearer to ReduceOnly neither.
    function testFuzz_everyLimitOnlyTightens(uint256 seed, uint256 another) external view {
        Case memory c = _case(seed);
        Verdict memory before = _judge(c);
        FeedPolicy feed = c.words.feed;
        c.words.feed = FeedPolicy.wrap(FeedPolicy.unwrap(feed) | (_activeLimits(another, true) << 216));
        _noMore(before, _judge(c), "more limits");
        for (uint256 limit = uint256(Limit.Volatility); limit <= uint256(Limit.Drawdown); ++limit) {
            if (limit == uint256(Limit.CollateralRatio) || limit == uint256(Limit.Portfolio)) continue;
            c.words.feed = _with(feed, Limit(limit));
            _noMore(before, _judge(c), "one more limit");
        }
        c.words.feed = FeedPolicy.wrap(FeedPolicy.unwrap(feed) | (IMPACT << 248));
        _noMore(before, _judge(c), "the law of impact");
        c.words.feed = FeedPolicy.wrap(FeedPolicy.unwrap(feed) & ~(uint256(0xff) << 232));
        _noMore(before, _judge(c), "ReduceOnly");
    }

    /// @notice More equity, pool, room to grow or share of the limits never leaves less; more of others on the side, variance,
    /// age or price never leaves more; more on the other side leaves no less, and nothing else without Skew.
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
        uint256 opposite = position.oppositeOthers;
        position.oppositeOthers = _spread(more, opposite, type(uint256).max);
        _atMost(size, _judge(c).limitSize, "the other side");
        if (!_isActive(c.words.feed, Limit.Skew)) _equal(_judge(c).limitSize, size, "the other side, and no Skew");
        position.oppositeOthers = opposite;
        position.poolEquity = _spread(more, position.poolEquity, type(uint256).max);
        c.market.poolEquity = _spread(more, c.market.poolEquity, type(uint112).max);
        _atMost(size, _judge(c).limitSize, "the pool");
        _accountIsMonotone(c, more);
        _marketIsMonotone(c, _judge(c).limitSize, more);
    }

    function _accountIsMonotone(Case memory c, uint256 more) private view {
        Verdict memory before = _judge(c);
        c.account.growthHeadroom = _spread(more, c.account.growthHeadroom, type(uint256).max);
        Verdict memory next = _judge(c);
        _noMore(next, before, "room to grow");
        _equal(next.limitSize, before.limitSize, "room to grow is beside the limits");
        c.account.drawdownScale = _spread(more, c.account.drawdownScale, WAD);
        _noMore(_judge(c), next, "share of the limits");
    }

    function _marketIsMonotone(Case memory c, uint256 size, uint256 more) private view {
        MarketState memory market = c.market;
        (uint256 variance, uint256 age) = (market.variance, market.age);
        market.variance = _spread(more, variance, type(uint72).max);
        _atMost(_judge(c).limitSize, size, "variance");
        market.variance = variance;
        market.age = _spread(more, age, type(uint32).max);
        _atMost(_judge(c).limitSize, size, "age");
        market.age = age;
        market.price = _spread(more, market.price, MAX_SIZE);
        _atMost(_judge(c).limitSize, size, "price");
    }

    /// @notice A policy tightened in any one field never leaves more.
    function testFuzz_tighterPoliciesLeaveLess(uint256 seed, uint256 more) external view {
        Case memory c = _case(seed);
        Verdict memory before = _judge(c);
        Words memory words = c.words;
        for (uint256 field = 0; field < TIGHTENED_FIELDS; ++field) {
            c.words = _tightened(words, field, more);
            _requireInRange(c.words);
            _noMore(before, _judge(c), "a tighter policy");
        }
    }

    /* CASES */

    function _case(uint256 seed) private pure returns (Case memory c) {
        c.words = _anyPolicy(seed, address(0xfeed), _draw(seed, "decimals", 0, 36));
        // Half of them plausible: anywhere in the ranges, most limits are zero or do not bind.
        if (seed % 2 == 0) _makePlausible(c, seed);
        c.position = _anyPosition(seed);
        MarketState memory market = c.market;
        market.status = OracleStatus(_even(seed, "status", 0, 6));
        if (seed % 3 > 0) market.status = OracleStatus.Valid;
        market.price = _draw(seed, "price", 1, seed % 4 == 0 ? MAX_SIZE : 1e24);
        market.variance = _draw(seed, "variance", 1, type(uint72).max);
        market.age = _draw(seed, "age", 0, 2 * c.words.feed.maxAge());
        market.poolEquity = _draw(seed, "seen pool", 0, seed % 4 == 0 ? type(uint112).max : 1e27);
        c.account.growthHeadroom = _draw(seed, "headroom", 0, seed % 4 == 0 ? type(uint256).max : 1e25);
        c.account.drawdownScale = _even(seed, "shaken", 0, 1) == 0 ? WAD : _draw(seed, "scale", 0, WAD);
        bool speaks = _even(seed, "speaks", 0, 3) > 0;
        if (speaks) c.account.selfLimit = _anySelfLimit(seed, 0, type(uint32).max);
    }

    function _makePlausible(Case memory c, uint256 seed) private pure {
        FeedPolicy feed = c.words.feed;
        uint256 flags = FeedPolicy.unwrap(feed) >> 248 << 248;
        feed = _feedPolicy(address(0xfeed), 8, 390, 1_080, 500, _mode(c), feed.active());
        c.words.feed = FeedPolicy.wrap(FeedPolicy.unwrap(feed) | flags);
        uint256 risk = _withField(RiskPolicy.unwrap(c.words.risk), 0, 16, 40_433);
        c.words.risk = RiskPolicy.wrap(_withField(risk, 152, 8, _even(seed, "usual", 15, 20)));
        uint256 extended = ExtendedPolicy.unwrap(c.words.extended);
        c.words.extended = ExtendedPolicy.wrap(_withField(extended, 104, 8, _even(seed, "usual skew", 13, 18)));
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
        return HARNESS.judge(c.words.feed, c.words.risk, c.words.extended, c.position, c.market, c.account);
    }

    function _requireInRange(Words memory words) private view {
        HARNESS.requireInRange(0, _packed(words));
    }

    /// @dev Neither by the limits nor by what they and the side's growth leave together.
    function _noMore(Verdict memory before, Verdict memory next, string memory what) private pure {
        _atMost(next.limitSize, before.limitSize, what);
        _atMost(next.maxSize, before.maxSize, what);
    }

    function _with(FeedPolicy feed, Limit limit) private pure returns (FeedPolicy) {
        return FeedPolicy.wrap(FeedPolicy.unwrap(feed) | (1 << (216 + uint256(limit))));
    }

    /* DEFINITIONS, WRITTEN A SECOND TIME */

    function _flips(Position memory position) private pure returns (bool) {
        return position.sizeBefore != 0 && position.sizeAfter != 0
            && (position.sizeBefore > 0) != (position.sizeAfter > 0);
    }

    function _carry(Position memory position) private pure returns (uint256) {
        return position.flow < 0 || _flips(position) ? 0 : _abs(position.sizeBefore);
    }

    /// @dev What there is on the side, and what the side may grow by.
    function _grown(Case memory c) private pure returns (uint256) {
        if (!_isActive(c.words.feed, Limit.Growth) || !_judges(c)) return UNCAPPED;
        uint256 kept = _flips(c.position) ? 0 : _abs(c.position.sizeBefore);
        return c.account.growthHeadroom > UNCAPPED - kept ? UNCAPPED : kept + c.account.growthHeadroom;
    }

    function _judges(Case memory c) private pure returns (bool) {
        return _mode(c) == Mode.Enforce || _mode(c) == Mode.Shadow;
    }

    function _names(Case memory c, Limit limit) private pure returns (bool) {
        if (limit == Limit.None || limit == Limit.Oracle || limit == Limit.Mode) return true;
        return _isActive(c.words.feed, limit);
    }

    function _mode(Case memory c) private pure returns (Mode) {
        return Mode(c.words.feed.mode());
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
