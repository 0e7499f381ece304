// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAggregatorV3} from "../../interfaces/IAggregatorV3.sol";
import {IFeedErrors} from "../../interfaces/IFeedErrors.sol";
import {FeedConfig} from "./FeedConfig.sol";
import {KeptRound, KeptRoundLibrary} from "./KeptRound.sol";

/// @title RoundKeeper
/// @notice A history for a source that has none: anyone may record its price of now, and what was recorded stays as it is.
///
/// Round ids go up by two with each recording, so that a guard never mistakes one round for another:
/// - 2k − 1 and 2k are the k-th recording, both of them;
/// - 2K + 1, after K recordings, is the source's price of now, where that is news. The next recording takes its place.
///
/// A guard stores a round unasked only where its id is the stored one + 1. The price of now, once stored, is followed by the
/// next recording and by nothing else: with one id for each recording the price after it would look like its successor too,
/// and who trades before and after a crash would have it skipped though it was recorded.
/// @dev Between recordings nobody observes, and within its heartbeat a guard takes that for calm. Somebody has to record:
/// every `MIN_SPACING`, and after large moves `poke` besides, which sees the price of now.
/// @dev Warning: a guard tells rounds apart by four bits of their id. Its heartbeat must be below 8 · `MIN_SPACING`, or who
/// records can wait until the ids have come round.
abstract contract RoundKeeper is IAggregatorV3, IFeedErrors {
    /* CONSTANTS */

    /// @dev A guard counts no sample that comes sooner after the one before.
    uint256 private constant SHORTEST_SPACING = 10 minutes;
    uint256 private constant LONGEST_SPACING = 1 days;

    /* EVENTS AND ERRORS */

    /// @notice The source's price became a round that stays. `id` is the higher of its two.
    event RoundRecorded(uint80 indexed id, int256 answer, uint256 updatedAt);

    /// @notice There is no such round, or not yet.
    error NoSuchRound(uint80 round);

    /* IMMUTABLES */

    /// @notice Seconds from one recorded price to the next, at least: by the source's time.
    uint256 public immutable MIN_SPACING;

    /* STORAGE */

    KeptRound private _last;
    mapping(uint256 number => KeptRound) private _rounds;

    /// @param minSpacing from ten minutes to a day
    /// @dev Reverts `ConfigOutOfRange`.
    constructor(uint256 minSpacing) {
        FeedConfig.requireInRange("minSpacing", minSpacing, SHORTEST_SPACING, LONGEST_SPACING);
        MIN_SPACING = minSpacing;
    }

    /* EXTERNAL */

    /// @notice Keeps the source's price of now as the next round.
    /// @return isRecorded false where it is not later than the last round by `MIN_SPACING`: nothing happens then
    /// @dev Reverts where the source has no price, and `RoundDoesNotFit` where that is too large to keep.
    function record() public returns (bool isRecorded) {
        (int256 answer, uint256 updatedAt) = _usable();
        KeptRound last = _last;
        uint256 number = last.number() + 1;
        if (number > 1 && updatedAt < last.time() + MIN_SPACING) return false;
        KeptRound next = KeptRoundLibrary.pack(number, updatedAt, answer);
        _last = next;
        _rounds[number] = next;
        emit RoundRecorded(uint80(2 * number), answer, updatedAt);
        return true;
    }

    /* PUBLIC VIEW */

    /// @inheritdoc IAggregatorV3
    /// @dev The source's price of now; where its time went back, the last one recorded. Reverts where it has none, whatever
    /// was recorded before.
    function latestRoundData() public view returns (uint80, int256, uint256, uint256, uint80) {
        (int256 answer, uint256 updatedAt) = _usable();
        KeptRound last = _last;
        // Of the same time and another price: news for the price, and for the variance nothing that could replace a recording.
        bool isNews = updatedAt > last.time() || (updatedAt == last.time() && answer != last.answer());
        return isNews
            ? _round(uint80(2 * last.number() + 1), answer, updatedAt)
            : _round(uint80(2 * last.number()), last.answer(), last.time());
    }

    /// @inheritdoc IAggregatorV3
    /// @dev Reverts `NoSuchRound`. What was recorded is answered whatever became of the source.
    function getRoundData(uint80 id) external view returns (uint80, int256, uint256, uint256, uint80) {
        KeptRound kept = _rounds[(uint256(id) + 1) / 2];
        if (kept.number() > 0) return _round(id, kept.answer(), kept.time());
        (uint80 latestId, int256 answer,, uint256 updatedAt,) = latestRoundData();
        if (id != latestId) revert NoSuchRound(id);
        return _round(id, answer, updatedAt);
    }

    /// @notice The last recording: its number, from 1 on, and its price; all zero before the first.
    function lastRecorded() external view returns (uint256 number, int256 answer, uint256 updatedAt) {
        KeptRound last = _last;
        return (last.number(), last.answer(), last.time());
    }

    /* INTERNAL */

    /// @notice The source's price of now and when it was made. It reverts in doubt: what it returns is believed.
    function _current() internal view virtual returns (int256 answer, uint256 updatedAt);

    /* PRIVATE */

    /// @dev A round from the future would shut out every later one, so the last word on that is here.
    function _usable() private view returns (int256 answer, uint256 updatedAt) {
        (answer, updatedAt) = _current();
        if (answer <= 0 || updatedAt == 0 || updatedAt > block.timestamp) revert SourceUnusable(address(this));
    }

    function _round(uint80 id, int256 answer, uint256 updatedAt)
        private
        pure
        returns (uint80, int256, uint256, uint256, uint80)
    {
        return (id, answer, updatedAt, updatedAt, id);
    }
}
