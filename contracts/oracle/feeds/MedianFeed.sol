// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAggregatorV3} from "../../interfaces/IAggregatorV3.sol";
import {FeedReader} from "../FeedReader.sol";
import {SortedValues} from "../SortedValues.sol";
import {FeedConfig} from "./FeedConfig.sol";
import {FeedSource, FeedSourceLibrary, SourceConfig} from "./FeedSource.sol";
import {RoundKeeper} from "./RoundKeeper.sol";
import {SourceReader, SourceRound} from "./SourceReader.sol";

/// @title MedianFeed
/// @notice The median of three to nine sources. While fewer than half of those with a fresh price lie, it is never outside
/// the prices of the honest ones, and its time never outside theirs.
/// @dev Of an even number of prices the upper of the two in the middle: exposure is never understated, and one liar of two can
/// only tighten. The mean would give him half of what he says. Of an even number of times the lower one: nobody is made fresher.
/// @dev The time is the median of the times used. The oldest could be held back by one source that stands still, and with it the
/// whole history; the newest, kept fresh by one.
/// @dev To bear f liars the quorum must be 2f + 1: with a quorum of two, one outage leaves one liar of two. What the quorum
/// adds in safety it takes in availability: n − quorum + 1 sources can stop the feed.
contract MedianFeed is RoundKeeper {
    using SourceReader for FeedSource;
    using SourceReader for SourceRound;
    using SortedValues for uint256[];

    /* CONSTANTS */

    uint256 private constant MIN_SOURCES = 3;
    uint256 private constant MAX_SOURCES = 9;

    /* IMMUTABLES */

    /// @notice How many sources there are.
    uint256 public immutable COUNT;
    /// @notice How many of them must have a fresh price.
    uint256 public immutable QUORUM;
    uint8 private immutable DECIMALS;
    // One name each: an array can't be immutable.
    FeedSource private immutable SOURCE_0;
    FeedSource private immutable SOURCE_1;
    FeedSource private immutable SOURCE_2;
    FeedSource private immutable SOURCE_3;
    FeedSource private immutable SOURCE_4;
    FeedSource private immutable SOURCE_5;
    FeedSource private immutable SOURCE_6;
    FeedSource private immutable SOURCE_7;
    FeedSource private immutable SOURCE_8;

    /// @notice The same feed twice would have two votes.
    error DuplicateSource(address source);

    /// @param configs three to nine of them, of any decimals
    /// @param quorum more than half of them
    /// @param decimals_ of the answers, at most 36
    /// @param minSpacing seconds between two recordings
    /// @dev Reverts `NotAFeed`, `DuplicateSource`, `ConfigOutOfRange`.
    constructor(SourceConfig[] memory configs, uint256 quorum, uint8 decimals_, uint256 minSpacing)
        RoundKeeper(minSpacing)
    {
        uint256 count = configs.length;
        FeedConfig.requireInRange("sources", count, MIN_SOURCES, MAX_SOURCES);
        FeedConfig.requireInRange("quorum", quorum, count / 2 + 1, count);
        FeedConfig.requireInRange("decimals", decimals_, 0, FeedReader.MAX_DECIMALS);
        (COUNT, QUORUM, DECIMALS) = (count, quorum, decimals_);
        FeedSource[] memory all = _create(configs);
        (SOURCE_0, SOURCE_1, SOURCE_2) = (all[0], all[1], all[2]);
        (SOURCE_3, SOURCE_4, SOURCE_5) = (all[3], all[4], all[5]);
        (SOURCE_6, SOURCE_7, SOURCE_8) = (all[6], all[7], all[8]);
    }

    /* EXTERNAL VIEW */

    /// @inheritdoc IAggregatorV3
    function decimals() external view returns (uint8) {
        return DECIMALS;
    }

    /// @notice The feed this takes the median of, by index from 0; zero from `COUNT` on.
    function source(uint256 index) external view returns (address) {
        return _source(index).feed();
    }

    /* INTERNAL */

    /// @inheritdoc RoundKeeper
    /// @dev Reverts `SourceUnusable` with the first that has no fresh price, where too few have one; or `NotEnoughGas`.
    function _current() internal view override returns (int256, uint256) {
        (uint256[] memory answers, uint256[] memory times) = (new uint256[](COUNT), new uint256[](COUNT));
        uint256 used = 0;
        address missing;
        for (uint256 i = 0; i < COUNT; ++i) {
            FeedSource one = _source(i);
            SourceRound memory round = one.latest(DECIMALS);
            if (round.isFresh(one)) {
                answers.insert(used, uint256(round.answer));
                times.insert(used, round.updatedAt);
                ++used;
            } else if (missing == address(0)) {
                missing = one.feed();
            }
        }
        if (used < QUORUM) revert SourceUnusable(missing);
        return (int256(answers[used / 2]), times[(used - 1) / 2]);
    }

    /* PRIVATE */

    function _create(SourceConfig[] memory configs) private view returns (FeedSource[] memory all) {
        all = new FeedSource[](MAX_SOURCES);
        for (uint256 i = 0; i < configs.length; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                if (configs[i].feed == configs[j].feed) revert DuplicateSource(configs[i].feed);
            }
            all[i] = FeedSourceLibrary.create(configs[i]);
        }
    }

    function _source(uint256 i) private view returns (FeedSource) {
        if (i == 0) return SOURCE_0;
        if (i == 1) return SOURCE_1;
        if (i == 2) return SOURCE_2;
        if (i == 3) return SOURCE_3;
        if (i == 4) return SOURCE_4;
        if (i == 5) return SOURCE_5;
        if (i == 6) return SOURCE_6;
        if (i == 7) return SOURCE_7;
        return i == 8 ? SOURCE_8 : FeedSource.wrap(0);
    }
}
