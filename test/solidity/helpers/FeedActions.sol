// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Limit, Mode, OracleStatus, Position, Verdict} from "../../../contracts/interfaces/ISizingGuard.sol";
import {FixedPointMath, WAD} from "../../../contracts/libraries/FixedPointMath.sol";
import {IAggregatorV3} from "../../../contracts/interfaces/IAggregatorV3.sol";
import {TestFeed} from "../../../contracts/test/TestFeed.sol";
import {FeedPolicy} from "../../../contracts/types/FeedPolicy.sol";
import {HighWaterMark} from "../../../contracts/types/HighWaterMark.sol";
import {VolatilityWord} from "../../../contracts/types/VolatilityWord.sol";
import {HostileFeed} from "./HostileFeed.sol";
import {Promise, Venue, World} from "./World.sol";
import {VM} from "./ICheatcodes.sol";

/// @title FeedActions
/// @notice What feeds do, and what of it may reach a guard's memory and its limits.
abstract contract FeedActions is World {
    uint256 internal constant START_PRICE = 2_000;
    uint256 private constant FAST_TAU = 4 hours;
    uint256 private constant SLOW_TAU = 7 days;

    /// @dev What a feed that burns gas was before.
    mapping(address feed => bytes) private _codes;

    /// @dev Whatever happens meanwhile, the stored word follows the feed's rounds.
    modifier watched(uint256 venueSeed) {
        Venue memory v = _venue(venueSeed);
        VolatilityWord before = _word(v);
        HostileFeed feed = _guardFeed(v);
        _;
        _requireFollowed(v, before, _word(v), feed);
    }

    /* ROUNDS */

    /// @notice A round like any other, after a while: the feed is well again.
    function publish(uint256 venueSeed, uint256 seed) public timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        _pass(_spread(seed, 1, 2 hours));
        _heal(v.feed);
        _writeNext(v.feed, _walk(v.feed, seed, 3), block.timestamp);
        _wake(v.otherFeed);
        if (seed % 4 == 0) _writeNext(v.otherFeed, _walk(v.otherFeed, seed >> 8, 3), block.timestamp);
    }

    /// @notice A move as of a crash, down or up.
    function crash(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        _pass(_spread(seed, 1, 1 hours));
        _heal(v.feed);
        _writeNext(v.feed, _walk(v.feed, seed, 60), block.timestamp);
        _note("crash");
    }

    /// @notice Several rounds at once, for a guard that was not asked in between: up to more than one poke walks.
    function publishMany(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        _wake(v.feed);
        uint256 count = _spread(seed, 2, 70);
        uint256 step = _spread(seed >> 16, 1, 2 hours);
        uint256 start = block.timestamp;
        _pass(count * step);
        for (uint256 i = 1; i <= count; ++i) {
            // Now and then one that is no price.
            int256 answer = (seed >> (i % 200)) % 16 == 0 ? int256(0) : _walk(v.feed, seed >> i, 2);
            _writeNext(v.feed, answer, start + i * step);
        }
        _note("rounds missed");
    }

    /// @notice A round that is dated back, or into the future, or a hole.
    function publishOutOfOrder(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        _wake(v.feed);
        uint256 time = seed % 2 == 0
            ? block.timestamp - _spread(seed, 0, 1 days)
            : block.timestamp + _spread(seed, 0, 1 days);
        if (seed % 16 == 2) time = 0;
        _writeNext(v.feed, _walk(v.feed, seed >> 8, 5), time);
        _note("round out of order");
    }

    /// @notice The latest round, or one before it, written again with another price, another time or nothing at all.
    function rewrite(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        HostileFeed feed = _venue(venueSeed).feed;
        _wake(feed);
        uint80 id = feed.latestId() - uint80(_spread(seed, 0, 5));
        (int256 answer, uint256 time) = feed.rounds(id);
        if (seed % 3 == 0) (answer, time) = (0, 0);
        else if (seed % 3 == 1) answer = _walk(feed, seed >> 8, 10);
        else time = block.timestamp - _spread(seed >> 16, 0, 1 days);
        feed.write(id, answer, time);
        _note("round rewritten");
    }

    /// @notice An id that is not the next: some rounds on, or the beginning of a phase.
    function jump(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        _wake(v.feed);
        uint80 latest = v.feed.latestId();
        uint80 id = seed % 2 == 0 ? latest + uint80(_spread(seed, 2, 40)) : (((latest >> 64) + 1) << 64) + 1;
        v.feed.write(id, _walk(v.feed, seed >> 8, 5), block.timestamp);
        _note("ids jumped");
    }

    /* FAULTS */

    /// @notice A feed goes wrong: from one second to the next the limits may shrink, and where there is no price any more,
    /// to nothing.
    function breakFeed(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        HostileFeed feed = seed % 8 == 0 ? v.otherFeed : v.feed;
        _heal(feed);
        address who = _somebody(seed >> 64);
        Verdict[2] memory before = _probe(v, who);
        _break(feed, _range(seed >> 8, 1, uint256(type(TestFeed.Fault).max)));
        _requireNoMore(before, _probe(v, who), "a failed feed raised a limit");
        _note("feed broken");
    }

    /// @notice Time passes without a round: the longer a feed is silent, the less it carries. Of an account without a past: a
    /// mark fades, and what an account said of itself ends.
    function wait(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        Verdict[2] memory before = _probe(v, address(0));
        _pass(_spread(seed, 1, 1 days));
        Verdict[2] memory later = _probe(v, address(0));
        for (uint256 side = 0; side < 2; ++side) {
            // What was no price may become one, when its time comes.
            if (before[side].status < OracleStatus.Uncertain) continue;
            _expect(
                later[side].limitSize <= before[side].limitSize, Promise.LimitsOnlyTighten, "silence raised a limit"
            );
        }
    }

    /// @dev The gas burner is an invalid instruction, which burns as much as a loop in no time.
    function _break(HostileFeed feed, uint256 fault) private {
        if (TestFeed.Fault(fault) == TestFeed.Fault.BurnsGas) {
            _codes[address(feed)] = address(feed).code;
            VM.etch(address(feed), hex"fe");
            _note("feed burns gas");
            return;
        }
        feed.setFault(TestFeed.Fault(fault));
    }

    function _heal(HostileFeed feed) internal {
        _wake(feed);
        feed.setFault(TestFeed.Fault.None);
    }

    /// @dev Nothing can be written to a feed that burns gas: it stops burning for that.
    function _wake(HostileFeed feed) internal {
        if (_codes[address(feed)].length == 0) return;
        VM.etch(address(feed), _codes[address(feed)]);
        delete _codes[address(feed)];
    }

    /* LOOKING */

    /// @dev The same two questions as before and after something: what may an account hold on either side that has nothing?
    function _probe(Venue memory v, address who) internal returns (Verdict[2] memory verdicts) {
        Position memory position;
        position.account = who;
        uint256 peak = HighWaterMark.wrap(v.guard.meters(MARKET, who).highWaterMark).peak();
        // Whoever has a mark is a tenth below it.
        position.equity = who == address(0) || peak == 0 ? int256(1_000_000e18) : int256(peak * 9 / 10);
        (position.sameSideOthers, position.oppositeOthers) = (1_000e18, 1_000e18);
        position.sizeAfter = 1;
        verdicts[0] = _preview(v, position);
        position.sizeAfter = -1;
        verdicts[1] = _preview(v, position);
        _requireNothingWithoutPrice(v, verdicts);
    }

    /// @dev Neither by the limits nor beside them.
    function _requireNoMore(Verdict[2] memory before, Verdict[2] memory next, string memory what) internal {
        for (uint256 side = 0; side < 2; ++side) {
            bool isNoMore = next[side].limitSize <= before[side].limitSize && next[side].maxSize <= before[side].maxSize;
            _expect(isNoMore, Promise.LimitsOnlyTighten, what);
        }
    }

    /// @dev A new account, or one of those that trade: it may have a mark, and limits of its own.
    function _somebody(uint256 seed) internal pure returns (address) {
        return seed % 4 == 0 ? address(0) : _account(seed >> 2);
    }

    /// @dev A feed that does not answer leaves nothing, and the status says so: in every mode that looks at it.
    function _requireNothingWithoutPrice(Venue memory v, Verdict[2] memory verdicts) private {
        Mode mode = Mode(_policy(v).mode());
        if (mode == Mode.Off || mode == Mode.ReduceOnly || _hasPrice(v)) return;
        for (uint256 side = 0; side < 2; ++side) {
            bool isNothing = verdicts[side].limitSize == 0 && verdicts[side].limit == Limit.Oracle;
            _expect(isNothing, Promise.LimitsOnlyTighten, "a limit stands without a price");
        }
    }

    /// @notice Whether the guard's feed now answers with a price that is not too old: read here a second time.
    function _hasPrice(Venue memory v) internal view returns (bool) {
        FeedPolicy policy = _policy(v);
        // A burner takes what it is given.
        (bool ok, bytes memory data) =
            policy.feed().staticcall{gas: 1_000_000}(abi.encodeCall(IAggregatorV3.latestRoundData, ()));
        if (!ok || data.length < 160) return false;
        (uint256 id, int256 answer,, uint256 updatedAt, uint256 answeredIn) =
            abi.decode(data, (uint256, int256, uint256, uint256, uint256));
        if (id > type(uint80).max || answeredIn < id || updatedAt == 0 || updatedAt > block.timestamp) return false;
        (bool isPrice,) = HostileFeed(policy.feed()).toWadUp(answer);
        return isPrice && block.timestamp - updatedAt < policy.maxAge();
    }

    function _word(Venue memory v) internal view returns (VolatilityWord) {
        return VolatilityWord.wrap(v.guard.volatilityWord(MARKET));
    }

    /// @dev A word changes only to a round its feed has published, later than the one before; and it forgets no faster
    /// than its time constants say, however many walked, sampled or skipped what.
    function _requireFollowed(Venue memory v, VolatilityWord before, VolatilityWord next, HostileFeed feed) private {
        if (VolatilityWord.unwrap(before) == VolatilityWord.unwrap(next)) return;
        // Only a policy that changes its feed starts anew; that is looked at where it is done.
        if (VolatilityWord.unwrap(next) == 0) return;
        Promise what = Promise.VarianceFollowsTheFeedAlone;
        bytes memory kept = _codes[address(feed)];
        // A feed that burns gas could not say what it published.
        if (kept.length > 0) VM.etch(address(feed), kept);
        _expect(feed.published(next.time(), next.lnPrice()), what, "a word of a round that never was");
        if (before.samples() > 0) _requireRemembered(before, next, _policy(v).heartbeat(), feed);
        if (kept.length > 0) VM.etch(address(feed), hex"fe");
        _note("word moved");
    }

    function _requireRemembered(VolatilityWord before, VolatilityWord next, uint256 heartbeat, HostileFeed feed) private {
        Promise what = Promise.VarianceFollowsTheFeedAlone;
        _expect(next.time() > before.time(), what, "time went back");
        _expect(next.samples() >= before.samples(), what, "samples were lost");
        uint256 elapsed = next.time() > before.time() ? next.time() - before.time() : 0;
        _expect(next.fastVariance() >= _decayed(before.fastVariance(), elapsed, FAST_TAU), what, "fast forgot");
        _expect(next.slowVariance() >= _decayed(before.slowVariance(), elapsed, SLOW_TAU), what, "slow forgot");
        if (elapsed <= heartbeat || !feed.wasSilent(before.time(), next.time())) return;
        bool isCalm = next.fastVariance() < before.fastVariance() || next.slowVariance() < before.slowVariance();
        _expect(!isCalm, what, "silence counted as calm");
        _note("gap");
    }

    function _decayed(uint256 variance, uint256 elapsed, uint256 tau) private pure returns (uint256) {
        uint256 e = FixedPointMath.mulDivUp(elapsed, WAD, tau);
        return FixedPointMath.mulDivDown(variance, uint256(FixedPointMath.expWad(-int256(e))), WAD);
    }

    /* WRITING */

    function _writeNext(HostileFeed feed, int256 answer, uint256 updatedAt) internal {
        feed.write(feed.latestId() + 1, answer, updatedAt);
    }

    /// @dev The last price, moved by up to so many percent either way; back at the start where it got lost.
    function _walk(HostileFeed feed, uint256 seed, uint256 percent) internal view returns (int256) {
        uint256 start = START_PRICE * 10 ** feed.decimals();
        (int256 last,) = feed.rounds(feed.latestId());
        uint256 price = last <= 0 ? start : uint256(last);
        if (price > start * 1_000 || price < start / 50) price = start;
        uint256 moved = price * (10_000 - 100 * percent + _range(seed, 0, 200 * percent)) / 10_000;
        return int256(moved == 0 ? 1 : moved);
    }
}
