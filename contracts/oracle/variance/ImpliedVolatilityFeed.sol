// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFeedErrors} from "../../interfaces/IFeedErrors.sol";
import {IVarianceSource} from "../../interfaces/IVarianceSource.sol";
import {FixedPointMath, WAD, YEAR} from "../../libraries/FixedPointMath.sol";
import {FeedConfig} from "../feeds/FeedConfig.sol";
import {FeedSource, FeedSourceLibrary} from "../feeds/FeedSource.sol";
import {SourceReader, SourceRound} from "../feeds/SourceReader.sol";
import {VarianceRange} from "./VarianceRange.sol";

/// @title ImpliedVolatilityFeed
/// @notice A feed of the AggregatorV3 shape that quotes a volatility, as a source of variance: one that options imply, or one
/// that was realised.
///
/// What such feeds say, and so what to configure:
/// - Chainlink's realised volatilities: of the last 24 hours, 7 and 30 days, sampled every ten minutes
///   (docs.chain.link/data-feeds/rates-feeds). The documentation says neither the unit nor the year. Their answers have five
///   decimals and are ratios: the ETH-USD feed of 24 hours on Sepolia, 0x31D04174D0e1643963b38d87f26b0675Bb7dC96e, answered
///   69714 on 30 August 2024, its last. The providers annualise whatever the window: Coin Metrics, whose numbers Chainlink's
///   adapter passes on as they are, by √(6·24·365) of ten minutes
///   (docs.coinmetrics.io, volatility_realized_usd_rolling_24h). So `unit` 1e18 and `period` a year for all three windows.
/// - An index of implied volatility in percent a year, as Deribit's DVOL: `unit` 1e16, `period` a year. Pyth's go through
///   `PythFeed`.
/// - The standard deviation of a day's return in percent: `unit` 1e16, `period` a day.
/// @dev Warning: ask the feed before, and compare: the unit is nowhere on chain. A `unit` too large by a hundred makes the
/// variance too large by ten thousand.
/// @dev Warning: it answers the same for every market, so give it to the market whose asset the feed is about.
contract ImpliedVolatilityFeed is IVarianceSource, IFeedErrors {
    /* CONSTANTS */

    /// @dev A feed that says 5 500 for 55 %.
    uint256 private constant MIN_UNIT = 1e14;
    uint256 private constant MIN_PERIOD = 1 hours;
    uint256 private constant LONGEST_MAX_AGE = 30 days;

    /* IMMUTABLES */

    /// @notice The volatility that one whole unit of the feed's answer means, WAD: 1e16 where it says 55 for 55 %.
    uint256 public immutable UNIT;
    /// @notice Seconds of which the feed quotes the volatility: a year of 365 days where it is annualised.
    uint256 public immutable PERIOD;
    /// @notice Seconds for which an answer stands.
    uint256 public immutable MAX_AGE;
    FeedSource private immutable SOURCE_FEED;

    /* ERRORS */

    /// @notice The feed's last answer is older than `maxAge` seconds.
    error VolatilityTooOld(uint256 updatedAt, uint256 maxAge);

    /* CONSTRUCTOR */

    /// @param feed of the AggregatorV3 shape, of at most 36 decimals
    /// @param unit WAD, from 1e14 to 1e18
    /// @param period seconds, from an hour to a year of 365 days
    /// @param maxAge seconds, from 1 to 30 days; a little above the feed's heartbeat
    /// @dev Reverts `NotAFeed` or `ConfigOutOfRange`.
    constructor(address feed, uint256 unit, uint256 period, uint256 maxAge) {
        FeedConfig.requireInRange("unit", unit, MIN_UNIT, WAD);
        FeedConfig.requireInRange("period", period, MIN_PERIOD, YEAR);
        FeedConfig.requireInRange("maxAge", maxAge, 1, LONGEST_MAX_AGE);
        SOURCE_FEED = FeedSourceLibrary.create(feed);
        (UNIT, PERIOD, MAX_AGE) = (unit, period, maxAge);
    }

    /* EXTERNAL VIEW */

    /// @inheritdoc IVarianceSource
    /// @dev The square of the feed's volatility, scaled to a year, rounded up: ⌈⌈σ² / WAD⌉ · YEAR / PERIOD⌉ with
    /// σ = ⌈answer · UNIT / 10^decimals⌉. The same for every market.
    /// @dev Reverts `SourceUnusable` where the feed does not answer with a number above zero, not from the future and of its own
    /// decimals; `VolatilityTooOld`; `VarianceOutOfRange`. The feed gets all the gas, as the only source there is.
    function varianceOf(bytes32) external view returns (uint256 variance_, uint256 validUntil) {
        SourceRound memory round = SourceReader.requireLatest(SOURCE_FEED, SOURCE_FEED.decimals());
        validUntil = round.updatedAt + MAX_AGE;
        if (block.timestamp > validUntil) revert VolatilityTooOld(round.updatedAt, MAX_AGE);
        variance_ = _variance(uint256(round.answer));
        VarianceRange.requireInRange(variance_);
    }

    /// @notice The feed that quotes the volatility.
    function source() external view returns (address) {
        return SOURCE_FEED.feed();
    }

    /* PRIVATE */

    function _variance(uint256 answer) private view returns (uint256) {
        uint256 volatility = FixedPointMath.mulDivUpSaturating(answer, UNIT, 10 ** SOURCE_FEED.decimals());
        uint256 squared = FixedPointMath.mulDivUpSaturating(volatility, volatility, WAD);
        return FixedPointMath.mulDivUpSaturating(squared, YEAR, PERIOD);
    }
}
