// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IAggregatorV3} from "../../interfaces/IAggregatorV3.sol";
import {IFeedErrors} from "../../interfaces/IFeedErrors.sol";
import {FixedPointMath, WAD} from "../../libraries/FixedPointMath.sol";
import {FeedReader} from "../FeedReader.sol";
import {FeedConfig} from "./FeedConfig.sol";
import {FeedSource, FeedSourceLibrary, SourceConfig} from "./FeedSource.sol";
import {SourceReader, SourceRound} from "./SourceReader.sol";

/// @title FallbackFeed
/// @notice The primary source while it has a fresh price that the secondary does not contradict; the secondary's where the
/// primary has none. Fresh prices further apart than the band are none: nobody can say which of them is wrong.
/// @dev Round ids are the source's own, with bit 79 set for the secondary, so a walk through the history stays with the source
/// that is in force. Where the source changes, a guard walks the other one's history back to its last observation.
/// @dev Each source gets its own gas, or the call reverts `NotEnoughGas`: nobody can starve the primary into the secondary.
/// @dev Warning: a primary that fails for a reason of its own, as a `SequencerGuard` does, is replaced by the secondary. What
/// must stop the market belongs around this feed, not under it.
/// @dev Warning: while the primary has no price the secondary alone is believed. Give it bounds of its own (`ClampGuard`).
contract FallbackFeed is IAggregatorV3, IFeedErrors {
    using SourceReader for FeedSource;
    using SourceReader for SourceRound;

    /* CONSTANTS */

    uint80 private constant SECONDARY_BIT = 1 << 79;
    uint256 private constant MIN_BAND = 1e14;

    /* IMMUTABLES */

    /// @notice How far apart fresh prices may be: a ratio of the smaller one, WAD.
    uint256 public immutable MAX_DEVIATION;
    uint8 private immutable DECIMALS;
    FeedSource private immutable PRIMARY_SOURCE;
    FeedSource private immutable SECONDARY_SOURCE;

    /// @notice The same feed twice is no fallback.
    error DuplicateSource(address source);

    /// @param decimals_ of the answers, at most 36
    /// @param maxDeviation WAD, from 1e14 to 1e18
    /// @dev Reverts `NotAFeed`, `DuplicateSource` or `ConfigOutOfRange`.
    constructor(SourceConfig memory primary, SourceConfig memory secondary, uint8 decimals_, uint256 maxDeviation) {
        FeedConfig.requireInRange("decimals", decimals_, 0, FeedReader.MAX_DECIMALS);
        FeedConfig.requireInRange("maxDeviation", maxDeviation, MIN_BAND, WAD);
        if (primary.feed == secondary.feed) revert DuplicateSource(primary.feed);
        (DECIMALS, MAX_DEVIATION) = (decimals_, maxDeviation);
        PRIMARY_SOURCE = FeedSourceLibrary.create(primary);
        SECONDARY_SOURCE = FeedSourceLibrary.create(secondary);
    }

    /* EXTERNAL VIEW */

    /// @inheritdoc IAggregatorV3
    function decimals() external view returns (uint8) {
        return DECIMALS;
    }

    /// @notice The latest round of the source in force.
    /// @dev Reverts `SourcesDeviate`, `SourceUnusable` with the primary where neither has a fresh price, or `NotEnoughGas`.
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        SourceRound memory primary = PRIMARY_SOURCE.latest(DECIMALS);
        SourceRound memory secondary = SECONDARY_SOURCE.latest(DECIMALS);
        bool hasPrimary = _isInForce(primary, PRIMARY_SOURCE);
        bool hasSecondary = _isInForce(secondary, SECONDARY_SOURCE);
        if (hasPrimary && hasSecondary) _requireAgreement(primary.answer, secondary.answer);
        if (hasPrimary) return primary.answered(primary.id);
        if (hasSecondary) return secondary.answered(secondary.id | SECONDARY_BIT);
        revert SourceUnusable(PRIMARY_SOURCE.feed());
    }

    /// @notice A round of the source that its id names, whichever is in force now.
    /// @dev Reverts `NoSuchRound`. A round that was no price is answered with 0, in no round.
    function getRoundData(uint80 id) external view returns (uint80, int256, uint256, uint256, uint80) {
        FeedSource source = id & SECONDARY_BIT == 0 ? PRIMARY_SOURCE : SECONDARY_SOURCE;
        return source.requireAt(DECIMALS, id & ~SECONDARY_BIT).answered(id);
    }

    /// @notice The two sources.
    function sources() external view returns (address primary, address secondary) {
        return (PRIMARY_SOURCE.feed(), SECONDARY_SOURCE.feed());
    }

    /* PRIVATE */

    /// @dev An id that needs bit 79 itself could not be told from the other source's: Chainlink's phase 32 768.
    function _isInForce(SourceRound memory round, FeedSource source) private view returns (bool) {
        return round.isFresh(source) && round.id < SECONDARY_BIT;
    }

    function _requireAgreement(int256 x, int256 y) private view {
        uint256 distance = SignedMath.abs(x - y);
        uint256 smaller = uint256(SignedMath.min(x, y));
        uint256 ratio = FixedPointMath.mulDivUpSaturating(distance, WAD, smaller);
        if (ratio > MAX_DEVIATION) revert SourcesDeviate(ratio);
    }
}
