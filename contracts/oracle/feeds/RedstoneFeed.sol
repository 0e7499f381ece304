// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAggregatorV3} from "../../interfaces/IAggregatorV3.sol";
import {FeedReader} from "../FeedReader.sol";
import {FeedSourceLibrary} from "./FeedSource.sol";
import {RoundKeeper} from "./RoundKeeper.sol";

/// @title RedstoneFeed
/// @notice A history for a RedStone push feed without rounds: it has a feed's face, and answers every question with its price
/// of now, as round 1. Here that price is recorded, by anyone, and its rounds are numbered.
/// @dev It serves any feed whose ids say nothing; one that serves its own old rounds needs none of this.
/// @dev RedStone's `updatedAt` is when the price was written, not when it was made: by its defaults that is up to three minutes
/// earlier. Add 180 seconds to the policy's horizon.
/// @dev Warning: where anyone may write, as by RedStone's defaults, who does chooses among the prices of those three minutes, and
/// what `PythFeed` says of chosen prices holds here. Prefer a feed only RedStone writes, or set `volatilityFloor` accordingly.
/// @dev The source gets all the gas there is, for the reason `BoundedCall` gives.
contract RedstoneFeed is RoundKeeper {
    address public immutable SOURCE;
    uint8 private immutable DECIMALS;

    /// @param source RedStone's feed
    /// @param minSpacing seconds between recordings (`RoundKeeper`)
    /// @dev Reverts `NotAFeed` or `ConfigOutOfRange`.
    constructor(address source, uint256 minSpacing) RoundKeeper(minSpacing) {
        (bool ok, uint256 decimals_) = FeedReader.decimalsOf(source);
        if (!ok || decimals_ > FeedReader.MAX_DECIMALS) revert FeedSourceLibrary.NotAFeed(source);
        (SOURCE, DECIMALS) = (source, uint8(decimals_));
    }

    /// @inheritdoc IAggregatorV3
    function decimals() external view returns (uint8) {
        return DECIMALS;
    }

    /// @inheritdoc RoundKeeper
    /// @dev Reverts `SourceUnusable`. Decimals are asked each time: RedStone's feeds lie behind proxies, and another contract
    /// with other decimals would be off by powers of ten.
    function _current() internal view override returns (int256, uint256) {
        (bool isSame, uint256 decimals_) = FeedReader.decimalsOf(SOURCE);
        (bool ok, FeedReader.Answer memory round,) = FeedReader.latestAnswer(SOURCE);
        bool isPrice = ok && isSame && decimals_ == DECIMALS && round.answer > 0 && round.updatedAt != 0
            && round.updatedAt <= block.timestamp && round.roundId <= type(uint80).max && round.answeredInRound >= round.roundId;
        if (!isPrice) revert SourceUnusable(SOURCE);
        return (round.answer, round.updatedAt);
    }
}
