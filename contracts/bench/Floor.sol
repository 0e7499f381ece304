// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";

/// @notice A price feed as Chainlink deploys it: a proxy that reads its aggregator's address, and an aggregator that
/// reads three slots.
contract BenchAggregator is IAggregatorV3 {
    uint256 private access = 1;
    uint256 private latest = 1;
    mapping(uint256 id => uint256 packed) private answers;

    function decimals() external pure returns (uint8) {
        return 8;
    }

    function push(int256 answer, uint256 updatedAt) external {
        answers[++latest] = (uint256(answer) << 64) | updatedAt;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        require(access == 1, "no access");
        return _round(uint80(latest));
    }

    function getRoundData(uint80 id) external view returns (uint80, int256, uint256, uint256, uint80) {
        require(access == 1, "no access");
        return _round(id);
    }

    function _round(uint80 id) private view returns (uint80, int256, uint256, uint256, uint80) {
        uint256 packed = answers[id];
        uint256 updatedAt = uint64(packed);
        return (id, int256(packed >> 64), updatedAt, updatedAt, id);
    }
}

contract BenchFeed is IAggregatorV3 {
    IAggregatorV3 private aggregator;

    constructor(IAggregatorV3 aggregator_) {
        aggregator = aggregator_;
    }

    function decimals() external view returns (uint8) {
        return aggregator.decimals();
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return aggregator.latestRoundData();
    }

    function getRoundData(uint80 id) external view returns (uint80, int256, uint256, uint256, uint80) {
        return aggregator.getRoundData(id);
    }
}

/// @notice What a guard cannot avoid, and nothing else: one selector, its slots read, its feed read and checked for sign
/// and age, its slots written. Gas ratios are against this, measured in the same run.
contract Floor {
    IAggregatorV3 private immutable FEED;
    uint256 private immutable SLOTS;
    bool private immutable READS_FEED;
    uint256 private immutable WRITES;
    mapping(bytes32 key => uint256[8]) private words;

    constructor(IAggregatorV3 feed, uint256 slots, bool readsFeed, uint256 writes, bytes32 key) {
        (FEED, SLOTS, READS_FEED, WRITES) = (feed, slots, readsFeed, writes);
        for (uint256 i = 0; i < 8; ++i) words[key][i] = 1;
    }

    function check(bytes32 key, address, int256 size) external returns (bool) {
        uint256[8] storage slots = words[key];
        uint256 sum;
        uint256 read = SLOTS;
        for (uint256 i = 0; i < read; ++i) sum += slots[i];
        if (READS_FEED) {
            (, int256 answer,, uint256 updatedAt,) = FEED.latestRoundData();
            require(answer > 0 && block.timestamp - updatedAt < 1 days, "feed");
            sum += uint256(answer);
        }
        if (WRITES > 0) slots[0] = sum;
        if (WRITES > 1) slots[1] = sum;
        return sum > uint256(size);
    }
}

/// @notice What a guard of several markets cannot avoid: one selector, the slots of each market read, each feed read once and
/// checked for sign and age.
/// @dev A market's feed stands in its first slot, as it does in a policy.
contract PortfolioFloor {
    uint256 private immutable SLOTS;
    mapping(bytes32 key => uint256[8]) private words;

    /// @param slots read of each market, the feed's among them: at least 1
    constructor(bytes32[] memory keys, IAggregatorV3[] memory feeds, uint256 slots) {
        SLOTS = slots;
        for (uint256 i = 0; i < keys.length; ++i) {
            words[keys[i]][0] = uint160(address(feeds[i]));
            for (uint256 j = 1; j < slots; ++j) words[keys[i]][j] = 1;
        }
    }

    function check(bytes32[] calldata keys, int256 size) external view returns (bool) {
        uint256 sum;
        uint256 read = SLOTS;
        for (uint256 i = 0; i < keys.length; ++i) {
            uint256[8] storage slots = words[keys[i]];
            IAggregatorV3 feed = IAggregatorV3(address(uint160(slots[0])));
            for (uint256 j = 1; j < read; ++j) sum += slots[j];
            (, int256 answer,, uint256 updatedAt,) = feed.latestRoundData();
            require(answer > 0 && block.timestamp - updatedAt < 1 days, "feed");
            sum += uint256(answer);
        }
        return sum > uint256(size);
    }
}
