// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAggregatorV3} from "../../interfaces/IAggregatorV3.sol";
import {FixedPointMath, WAD, YEAR} from "../../libraries/FixedPointMath.sol";
import {FeedReader} from "../FeedReader.sol";
import {BoundedCall} from "./BoundedCall.sol";
import {FeedConfig} from "./FeedConfig.sol";
import {FeedSource, FeedSourceLibrary} from "./FeedSource.sol";
import {RoundKeeper} from "./RoundKeeper.sol";
import {SourceReader, SourceRound} from "./SourceReader.sol";

/// @notice What a `ShareFeed` is made of.
/// @param vault the ERC-4626 whose shares are priced
/// @param assetFeed the price of the vault's asset
/// @param decimals of the answers, at most 36
/// @param minSpacing seconds between two recordings
/// @param snapshotRatio assets of one whole share at `snapshotTime`, raw: what the vault's `convertToAssets` said then. It must
/// have six digits or more, and be no more than the vault says now
/// @param snapshotTime seconds, unix: within the last year. A ratio read some days ago can't have been inflated for this
/// @param maxYearlyGrowth by how much the ratio may grow in a year, of the snapshot: WAD, up to 1e18
struct ShareConfig {
    address vault;
    address assetFeed;
    uint8 decimals;
    uint256 minSpacing;
    uint256 snapshotRatio;
    uint256 snapshotTime;
    uint256 maxYearlyGrowth;
}

/// @title ShareFeed
/// @notice The price of an ERC-4626 share: what a share is worth in the asset, times the asset's price. The first may grow with
/// time at a rate that is fixed here and no faster, so inflating the vault, by a donation or otherwise, buys the distance to
/// that line at the most. A share that loses value loses it here at once.
/// @dev Of the past only the asset's price is known, and not what a share was worth then: so this keeps its own rounds. Their
/// time is the asset's. A loss of the vault between two of its rounds counts for the price at once, and for the variance with
/// the asset's next round.
/// @dev Warning: a share whose value truly grows faster than its line is priced too low until it is back under it.
contract ShareFeed is RoundKeeper {
    using SourceReader for FeedSource;

    /* CONSTANTS */

    /// @dev The ratio is a whole number of the asset's units: with fewer digits its rounding would be seen.
    uint256 private constant MIN_RATIO = 1e5;
    uint256 private constant MAX_RATIO = type(uint128).max;
    uint256 private constant MAX_SNAPSHOT_AGE = 365 days;

    /* IMMUTABLES */

    address public immutable VAULT;
    /// @notice Assets of one whole share, raw, at the time of the snapshot.
    uint256 public immutable SNAPSHOT_RATIO;
    uint256 public immutable SNAPSHOT_TIME;
    /// @notice By how much the ratio may grow in a year, of the snapshot: WAD.
    uint256 public immutable MAX_YEARLY_GROWTH;
    uint8 private immutable DECIMALS;
    uint256 private immutable ONE_SHARE;
    uint256 private immutable ONE_ASSET;
    FeedSource private immutable ASSET_SOURCE;

    /// @notice A share is worth more than the snapshot lets it be. Take a later snapshot or a higher growth.
    error SnapshotTooLow(uint256 ratio, uint256 maximum);

    /// @dev Reverts `NotAFeed`, `ConfigOutOfRange`, `SnapshotTooLow`, or with whatever vault and asset revert.
    constructor(ShareConfig memory config) RoundKeeper(config.minSpacing) {
        FeedConfig.requireInRange("decimals", config.decimals, 0, FeedReader.MAX_DECIMALS);
        FeedConfig.requireInRange("maxYearlyGrowth", config.maxYearlyGrowth, 0, WAD);
        uint256 earliest = block.timestamp - MAX_SNAPSHOT_AGE;
        FeedConfig.requireInRange("snapshotTime", config.snapshotTime, earliest, block.timestamp);
        (VAULT, DECIMALS) = (config.vault, config.decimals);
        (SNAPSHOT_TIME, SNAPSHOT_RATIO) = (config.snapshotTime, config.snapshotRatio);
        MAX_YEARLY_GROWTH = config.maxYearlyGrowth;
        ASSET_SOURCE = FeedSourceLibrary.create(config.assetFeed);
        ONE_SHARE = _one("vault decimals", config.vault);
        ONE_ASSET = _one("asset decimals", IERC4626(config.vault).asset());
        uint256 ratio = IERC4626(config.vault).convertToAssets(ONE_SHARE);
        FeedConfig.requireInRange("ratio", ratio, MIN_RATIO, MAX_RATIO);
        FeedConfig.requireInRange("snapshotRatio", config.snapshotRatio, MIN_RATIO, ratio);
        if (ratio > maxRatio()) revert SnapshotTooLow(ratio, maxRatio());
    }

    /* PUBLIC VIEW */

    /// @inheritdoc IAggregatorV3
    function decimals() external view returns (uint8) {
        return DECIMALS;
    }

    /// @notice The feed of the asset's price.
    function assetFeed() external view returns (address) {
        return ASSET_SOURCE.feed();
    }

    /// @notice The most a share may be worth now: snapshot · (1 + growth · elapsed / YEAR), in the asset's units, rounded down.
    function maxRatio() public view returns (uint256) {
        uint256 elapsed = block.timestamp - SNAPSHOT_TIME;
        // A ratio below 2^128, a growth below 2^60 and a time below 2^60.
        return SNAPSHOT_RATIO + SNAPSHOT_RATIO * MAX_YEARLY_GROWTH * elapsed / (WAD * YEAR);
    }

    /* INTERNAL */

    /// @inheritdoc RoundKeeper
    /// @dev Reverts `SourceUnusable` with the vault, the asset's feed, or this where the product does not fit.
    function _current() internal view override returns (int256, uint256) {
        SourceRound memory asset = ASSET_SOURCE.requireLatest(DECIMALS);
        uint256 ratio = Math.min(_ratio(), maxRatio());
        uint256 answer = FixedPointMath.mulDivUpSaturating(uint256(asset.answer), ratio, ONE_ASSET);
        if (answer > uint256(type(int256).max)) revert SourceUnusable(address(this));
        return (int256(answer), asset.updatedAt);
    }

    /* PRIVATE */

    /// @dev Assets of one whole share, as the vault says it.
    function _ratio() private view returns (uint256) {
        bytes memory data = abi.encodeCall(IERC4626.convertToAssets, (ONE_SHARE));
        (bool ok, uint256[] memory words) = BoundedCall.tryReadOnly(VAULT, data, 1);
        if (!ok || words[0] == 0) revert SourceUnusable(VAULT);
        return words[0];
    }

    function _one(string memory field, address token) private view returns (uint256) {
        uint256 decimals_ = IERC20Metadata(token).decimals();
        FeedConfig.requireInRange(field, decimals_, 0, FeedReader.MAX_DECIMALS);
        return 10 ** decimals_;
    }
}
