// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVolatilityOracle} from "../interfaces/IVolatilityOracle.sol";
import {TestFeed} from "../test/TestFeed.sol";

/// @title RoundReplay
/// @notice Writes rounds into a feed and has a guard observe each of them before the next one: what a keeper does over
/// months, in a few transactions.
/// @dev For benchmarks. Whoever it is, a keeper needs no right to poke.
contract RoundReplay {
    TestFeed private immutable FEED;
    IVolatilityOracle private immutable GUARD;
    bytes32 private immutable MARKET;

    /// @notice What the guard had stored after each round, and the variance it answered with.
    event Observed(uint256[] words, uint256[] variances);

    error LengthsDiffer(uint256 answers, uint256 times);

    constructor(TestFeed feed, IVolatilityOracle guard, bytes32 market) {
        FEED = feed;
        GUARD = guard;
        MARKET = market;
    }

    /// @param answers prices in the feed's decimals
    /// @param times seconds, unix, of the same rounds; none may lie in the future
    function replay(int256[] calldata answers, uint256[] calldata times) external {
        if (answers.length != times.length) revert LengthsDiffer(answers.length, times.length);
        uint256[] memory words = new uint256[](answers.length);
        uint256[] memory variances = new uint256[](answers.length);
        for (uint256 i = 0; i < answers.length; ++i) {
            FEED.push(answers[i], times[i]);
            GUARD.poke(MARKET);
            words[i] = GUARD.volatilityWord(MARKET);
            variances[i] = GUARD.variance(MARKET);
        }
        emit Observed(words, variances);
    }

    /// @notice Pokes again and again, with no new round in between: the word must stay as it is.
    function pokeAgain(uint256 count) external {
        for (uint256 i = 0; i < count; ++i) {
            GUARD.poke(MARKET);
        }
    }
}
