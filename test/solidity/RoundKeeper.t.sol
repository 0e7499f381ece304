// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RoundKeeper} from "../../contracts/oracle/feeds/RoundKeeper.sol";
import {KeptFeed} from "../../contracts/test/KeptFeed.sol";
import {VM} from "./helpers/ICheatcodes.sol";
import {Properties} from "./helpers/Properties.sol";

/// @notice Whatever a source says and whoever records it when: its rounds follow one another, and what was recorded stays.
contract RoundKeeperTest is Properties {
    uint256 private constant SPACING = 600;
    uint256 private constant STEPS = 16;
    uint256 private constant START = 1_000_000_000;

    struct Recorded {
        int256 answer;
        uint256 updatedAt;
    }

    Recorded[] private _recorded;

    function testFuzz_roundsFollowOneAnotherAndStay(uint256 seed) external {
        KeptFeed feed = new KeptFeed(8, SPACING);
        uint256 time = START;
        for (uint256 i = 0; i < STEPS; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            time += dice % 1_500;
            VM.warp(time);
            // One time in four the source goes back, by up to what it came forward.
            uint256 updatedAt = (dice >> 32) % 4 == 0 ? time - (dice >> 64) % 2_000 : time;
            feed.set(int256(_spread(dice >> 128, 1, type(uint192).max)), updatedAt);
            if ((dice >> 96) % 2 == 0) _record(feed, updatedAt);
            _checkHistory(feed);
        }
    }

    function _record(KeptFeed feed, uint256 updatedAt) private {
        uint256 count = _recorded.length;
        bool isDue = count == 0 || updatedAt >= _recorded[count - 1].updatedAt + SPACING;
        _holds(feed.record() == isDue, "recorded when it is due, and only then");
        if (isDue) _recorded.push(Recorded(feed.answer(), updatedAt));
    }

    function _checkHistory(KeptFeed feed) private view {
        (uint80 latestId, int256 answer,, uint256 updatedAt,) = feed.latestRoundData();
        uint256 before = 0;
        for (uint80 id = 1; id <= latestId; ++id) {
            (uint80 sameId, int256 price, uint256 startedAt, uint256 time, uint80 answeredIn) = feed.getRoundData(id);
            _holds(sameId == id && answeredIn == id && startedAt == time, "a round's own words");
            _atMost(before, time, "times do not decrease");
            if (id <= 2 * _recorded.length) {
                Recorded memory one = _recorded[(id - 1) / 2];
                _holds(price == one.answer && time == one.updatedAt, "what was recorded stays");
            } else {
                _holds(id == latestId && price == answer && time == updatedAt, "the latest is the source's");
            }
            before = time;
        }
        _atMost(2 * _recorded.length, latestId, "nothing recorded lies after the latest");
        _atMost(latestId, 2 * _recorded.length + 1, "one round at the most is not recorded");
        _expectNoRound(feed, latestId + 1);
        _expectNoRound(feed, 0);
    }

    function _expectNoRound(KeptFeed feed, uint80 id) private view {
        try feed.getRoundData(id) {
            _holds(false, "a round that does not exist");
        } catch (bytes memory reason) {
            bytes32 expected = keccak256(abi.encodeWithSelector(RoundKeeper.NoSuchRound.selector, id));
            _holds(keccak256(reason) == expected, "its error");
        }
    }
}
