// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Mode, Verdict} from "../../../contracts/interfaces/ISizingGuard.sol";
import {ExtendedPolicy} from "../../../contracts/types/ExtendedPolicy.sol";
import {FeedPolicy} from "../../../contracts/types/FeedPolicy.sol";
import {RiskPolicy} from "../../../contracts/types/RiskPolicy.sol";
import {VolatilityWord} from "../../../contracts/types/VolatilityWord.sol";
import {HostileFeed} from "./HostileFeed.sol";
import {Words} from "./RandomPolicy.sol";
import {TraderActions} from "./TraderActions.sol";
import {Promise, Venue} from "./World.sol";

/// @title AuthorityActions
/// @notice What governance may do: any policy in its ranges, at any time.
abstract contract AuthorityActions is TraderActions {
    /// @notice A policy near the usual one, with some of its fields anywhere in their ranges.
    function changePolicy(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        uint256 dice = seed % 10;
        Mode mode = dice < 6 ? Mode.Enforce : dice == 6 ? Mode.Shadow : dice == 7 ? Mode.Off : Mode.ReduceOnly;
        Words memory words = _usualPolicy(v, mode);
        Words memory any_ = _anyPolicy(seed, address(v.feed), v.feedDecimals);
        if (seed % 7 == 0) words.feed = any_.feed;
        words.risk = _mixedRisk(words.risk, any_.risk, seed >> 16);
        words.extended = _mixedExtended(words.extended, any_.extended, seed >> 40);
        _setPolicy(v, words);
        _note(string.concat("mode ", _nameOf(Mode(words.feed.mode()))));
    }

    /// @notice The same market on another feed: what was learnt of the old one is forgotten, and begins conservatively.
    function changeFeed(uint256 venueSeed, uint256 seed) external timed {
        Venue memory v = _venue(venueSeed);
        Words memory words = _unpacked(v.guard.policy(MARKET));
        address now_ = words.feed.feed();
        address next = now_ == address(v.feed) ? address(v.otherFeed) : address(v.feed);
        // Mostly it stays with the one that the perp uses too.
        if (next == address(v.otherFeed) && seed % 4 > 0) return;
        _heal(v.feed);
        _heal(v.otherFeed);
        words.feed = FeedPolicy.wrap((FeedPolicy.unwrap(words.feed) >> 160 << 160) | uint160(next));
        _setPolicy(v, words);
        Promise what = Promise.VarianceFollowsTheFeedAlone;
        _expect(VolatilityWord.unwrap(_word(v)) == 0, what, "a return across two feeds");
        _note("feed changed");
    }

    /// @notice One field tighter: no account may hold more than before, a new one or one with a past.
    function tighten(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        Words memory words = _unpacked(v.guard.policy(MARKET));
        // Setting a policy wakes the feed: before the comparison, not in the middle of it.
        _wake(_guardFeed(v));
        address who = _somebody(seed >> 64);
        Verdict[2] memory before = _probe(v, who);
        _setPolicy(v, _tightened(words, seed % TIGHTENED_FIELDS, seed >> 8));
        _requireNoMore(before, _probe(v, who), "a tighter policy raised a limit");
        _note("tightened");
    }

    /// @notice The authority goes away, or comes back. Trading does not depend on it.
    function closeAuthority(uint256 venueSeed, uint256 seed) external timed {
        Venue memory v = _venue(venueSeed);
        v.manager.setTargetClosed(address(v.guard), seed % 2 == 0);
    }

    /// @dev Governance opens what it closed, wakes the feed, whose decimals are asked for, and decides.
    function _setPolicy(Venue memory v, Words memory words) private {
        v.manager.setTargetClosed(address(v.guard), false);
        _wake(HostileFeed(words.feed.feed()));
        v.guard.setPolicy(MARKET, _packed(words));
    }

    /// @dev Each field of the first, or one time in four of the second.
    function _mixedRisk(RiskPolicy usual, RiskPolicy any_, uint256 seed) private pure returns (RiskPolicy) {
        uint256[12] memory shifts = [uint256(0), 16, 32, 48, 64, 80, 120, 152, 160, 176, 216, 232];
        uint256[12] memory widths = [uint256(16), 16, 16, 16, 16, 40, 32, 8, 16, 40, 16, 24];
        uint256 word = RiskPolicy.unwrap(usual);
        for (uint256 i = 0; i < shifts.length; ++i) {
            if ((seed >> (2 * i)) % 4 > 0) continue;
            word = _withField(word, shifts[i], widths[i], _field(RiskPolicy.unwrap(any_), shifts[i], widths[i]));
        }
        return RiskPolicy.wrap(word);
    }

    function _mixedExtended(ExtendedPolicy usual, ExtendedPolicy any_, uint256 seed) private pure returns (ExtendedPolicy) {
        uint256[11] memory shifts = [uint256(0), 40, 56, 72, 104, 112, 144, 152, 176, 192, 200];
        uint256[11] memory widths = [uint256(40), 16, 16, 32, 8, 32, 8, 24, 16, 8, 16];
        uint256 word = ExtendedPolicy.unwrap(usual);
        for (uint256 i = 0; i < shifts.length; ++i) {
            if ((seed >> (2 * i)) % 4 > 0) continue;
            word = _withField(word, shifts[i], widths[i], _field(ExtendedPolicy.unwrap(any_), shifts[i], widths[i]));
        }
        return ExtendedPolicy.wrap(word);
    }

    function _nameOf(Mode mode) private pure returns (string memory) {
        if (mode == Mode.ReduceOnly) return "ReduceOnly";
        if (mode == Mode.Enforce) return "Enforce";
        return mode == Mode.Shadow ? "Shadow" : "Off";
    }
}
