// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice First policy word of a market: where its price comes from, how long to trust it, what is switched on.
/// Enough for `poke` and `variance`, which read no other policy word.
///
///     255    248 247        240 239  232 231       216 215            200 199    184 183           168 167       160 159   0
///     | flags 8 | confidence 8 | mode 8 | active   16 | volatilityFloor 16 | maxAge 16 | heartbeat  16 | decimals 8 | feed 160 |
///
/// - `active`: bit i switches on the limit with enum value i
/// - `volatilityFloor`: volatility per year, in units of 1e-4
/// - `maxAge`, `heartbeat`: units of 10 seconds
/// - `maxConfidence`: half the confidence interval, as a share of the price, from which a price carries nothing, in units of
/// 1e-3; 0: nobody asks the feed how sure it is
/// - `flags`: bit 0: Liquidity also keeps to the law of market impact; bit 1: what `sync` pushed counts; bit 2: the fast
/// variance is winsorised too
type FeedPolicy is uint256;

using FeedPolicyLibrary for FeedPolicy global;

library FeedPolicyLibrary {
    uint256 internal constant TIME_UNIT = 10;
    uint256 internal constant RATIO_UNIT = 1e14;
    uint256 internal constant CONFIDENCE_UNIT = 1e15;
    /// @dev Bits of `flags`.
    uint256 internal constant USES_IMPACT = 1;
    uint256 internal constant USES_PUSHED_VARIANCE = 2;
    uint256 internal constant IS_WINSORISED = 4;
    /// @dev Lowest bit of each field.
    uint256 internal constant FEED_DECIMALS = 160;
    uint256 internal constant HEARTBEAT = 168;
    uint256 internal constant MAX_AGE = 184;
    uint256 internal constant VOLATILITY_FLOOR = 200;
    uint256 internal constant ACTIVE = 216;
    uint256 internal constant MODE = 232;
    uint256 internal constant MAX_CONFIDENCE = 240;
    uint256 internal constant FLAGS = 248;

    function feed(FeedPolicy word) internal pure returns (address) {
        return address(uint160(FeedPolicy.unwrap(word)));
    }

    function feedDecimals(FeedPolicy word) internal pure returns (uint256) {
        return uint8(FeedPolicy.unwrap(word) >> FEED_DECIMALS);
    }

    /// @notice Seconds after which the feed is expected to write again; also the longest gap between two observations
    /// that counts as watched.
    function heartbeat(FeedPolicy word) internal pure returns (uint256) {
        return _field(word, HEARTBEAT, TIME_UNIT);
    }

    /// @notice Seconds after which a price counts for nothing.
    function maxAge(FeedPolicy word) internal pure returns (uint256) {
        return _field(word, MAX_AGE, TIME_UNIT);
    }

    /// @notice Volatility per year below which the market is never believed to be, WAD.
    function volatilityFloor(FeedPolicy word) internal pure returns (uint256) {
        return _field(word, VOLATILITY_FLOOR, RATIO_UNIT);
    }

    function active(FeedPolicy word) internal pure returns (uint256) {
        return uint16(FeedPolicy.unwrap(word) >> ACTIVE);
    }

    function mode(FeedPolicy word) internal pure returns (uint256) {
        return uint8(FeedPolicy.unwrap(word) >> MODE);
    }

    /// @notice Confidence, WAD ratio of the price, from which a price carries nothing; 0: the feed is not asked for it.
    function maxConfidence(FeedPolicy word) internal pure returns (uint256) {
        unchecked {
            // 2^8·10^15 < 2^58.
            return uint256(uint8(FeedPolicy.unwrap(word) >> MAX_CONFIDENCE)) * CONFIDENCE_UNIT;
        }
    }

    /// @notice Whether the feed is asked how sure it is.
    function hasConfidence(FeedPolicy word) internal pure returns (bool) {
        return uint8(FeedPolicy.unwrap(word) >> MAX_CONFIDENCE) != 0;
    }

    function flags(FeedPolicy word) internal pure returns (uint256) {
        return FeedPolicy.unwrap(word) >> FLAGS;
    }

    /// @notice Whether Liquidity also keeps to the law of market impact.
    function usesImpact(FeedPolicy word) internal pure returns (bool) {
        return (FeedPolicy.unwrap(word) >> FLAGS) & USES_IMPACT != 0;
    }

    /// @notice Whether what `sync` pushed counts.
    function usesPushedVariance(FeedPolicy word) internal pure returns (bool) {
        return (FeedPolicy.unwrap(word) >> FLAGS) & USES_PUSHED_VARIANCE != 0;
    }

    /// @notice Whether the fast variance is winsorised too.
    function isWinsorised(FeedPolicy word) internal pure returns (bool) {
        return (FeedPolicy.unwrap(word) >> FLAGS) & IS_WINSORISED != 0;
    }

    function isSet(FeedPolicy word) internal pure returns (bool) {
        return FeedPolicy.unwrap(word) != 0;
    }

    function _field(FeedPolicy word, uint256 shift, uint256 unit) private pure returns (uint256) {
        unchecked {
            // Sixteen bits times a unit below 2^47.
            return uint256(uint16(FeedPolicy.unwrap(word) >> shift)) * unit;
        }
    }
}
