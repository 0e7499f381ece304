// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";

/// @notice A RedStone push feed without rounds, and the adapter behind it, as one contract: what it accepts, answers and refuses
/// is what RedStone's on-chain-relayer 0.6.1 (npm) does in `price-feeds/PriceFeedBase.sol`,
/// `price-feeds/without-rounds/PriceFeedWithoutRounds.sol` and `core/RedstoneAdapterBase.sol`. Signatures are left out: an update
/// says its value and the time of its data.
contract TestRedstone is IAggregatorV3 {
    uint80 private constant DEFAULT_ROUND = 1;
    uint256 private constant MIN_INTERVAL_BETWEEN_UPDATES = 3 seconds;
    /// @dev Of RedStone's evm-connector.
    uint256 private constant MAX_DATA_DELAY = 3 minutes;
    uint256 private constant MAX_DATA_AHEAD = 1 minutes;
    bytes32 private constant DATA_FEED_ID = "ETH";

    error GetRoundDataCanBeOnlyCalledWithLatestRound(uint80 requestedRoundId);
    error UnsafeUintToIntConversion(uint256 value);
    error DataFeedValueCannotBeZero(bytes32 dataFeedId);
    error DataTimestampShouldBeNewerThanBefore(uint256 received, uint256 last);
    error MinIntervalBetweenUpdatesHasNotPassedYet(uint256 current, uint256 last, uint256 minInterval);
    error TimestampFromTooLongFuture(uint256 received, uint256 current);
    error TimestampIsTooOld(uint256 received, uint256 current);

    uint256 private _value;
    uint256 private _dataMilliseconds;
    uint256 private _blockTimestamp;

    /// @notice Anyone may update: RedStone's `requireAuthorisedUpdater` is empty by default.
    function update(uint256 value, uint256 dataMilliseconds) external {
        if (block.timestamp < _blockTimestamp + MIN_INTERVAL_BETWEEN_UPDATES) {
            revert MinIntervalBetweenUpdatesHasNotPassedYet(block.timestamp, _blockTimestamp, MIN_INTERVAL_BETWEEN_UPDATES);
        }
        if (dataMilliseconds <= _dataMilliseconds) {
            revert DataTimestampShouldBeNewerThanBefore(dataMilliseconds, _dataMilliseconds);
        }
        uint256 made = dataMilliseconds / 1000;
        if (made > block.timestamp + MAX_DATA_AHEAD) revert TimestampFromTooLongFuture(made, block.timestamp);
        if (block.timestamp > made + MAX_DATA_DELAY) revert TimestampIsTooOld(made, block.timestamp);
        if (value == 0) revert DataFeedValueCannotBeZero(DATA_FEED_ID);
        (_value, _dataMilliseconds, _blockTimestamp) = (value, dataMilliseconds, block.timestamp);
    }

    function decimals() external pure returns (uint8) {
        return 8;
    }

    function latestRound() public pure returns (uint80) {
        return DEFAULT_ROUND;
    }

    function latestAnswer() public view returns (int256) {
        if (_value == 0) revert DataFeedValueCannotBeZero(DATA_FEED_ID);
        if (_value > uint256(type(int256).max)) revert UnsafeUintToIntConversion(_value);
        return int256(_value);
    }

    function latestRoundData() public view returns (uint80, int256, uint256, uint256, uint80) {
        return (DEFAULT_ROUND, latestAnswer(), _blockTimestamp, _blockTimestamp, DEFAULT_ROUND);
    }

    function getRoundData(uint80 requestedRoundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        if (requestedRoundId != latestRound()) revert GetRoundDataCanBeOnlyCalledWithLatestRound(requestedRoundId);
        return latestRoundData();
    }
}
