// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {
    Assessment,
    Exposure,
    ISizingGuard,
    Limit,
    MeterWords,
    OracleStatus,
    PolicyWords,
    Position,
    Verdict
} from "./ISizingGuard.sol";

/// @notice What a feed's `latestRoundData()` returned, word for word: nothing is converted and nothing is believed. Where the
/// policy asks the feed how sure it is, what `latestRoundDataWithConfidence()` did: its confidence stands in `startedAt`.
struct RoundData {
    uint256 roundId;
    int256 answer;
    uint256 startedAt;
    uint256 updatedAt;
    uint256 answeredInRound;
}

/// @notice Everything a guard's decision for one account in one market depends on besides the position, at one block.
struct MarketSnapshot {
    /// The account whose meters they are.
    address account;
    /// Zeros where the market has no policy.
    PolicyWords words;
    /// The stored word of the market's variance (layout: VolatilityWord.sol); 0 before the first observation.
    uint256 volatilityWord;
    /// What the guard remembers of the market and the account.
    MeterWords meters;
    /// Whether the feed answered with at least five words. Where it is false, `round` is zeros.
    bool isAnswered;
    RoundData round;
    /// Why the feed did not answer, as it says (IFeedErrors.sol); Invalid for every other reason, and where it answered.
    OracleStatus fault;
    uint256 blockNumber;
    /// Seconds, unix.
    uint256 timestamp;
}

/// @notice One active limit by itself.
struct LimitValue {
    Limit limit;
    /// Unit of `value`: base WAD where true, quote WAD where false.
    bool isBase;
    /// What the formula says of the equity, schedule and cap that count at the price's age, rounded down; 2^256 − 1 where it
    /// does not bind.
    uint256 value;
    /// Largest size this limit alone allows, after the share the account's drawdown leaves of it, base WAD, rounded down.
    uint256 size;
    /// What `size` leaves above |sizeAfter|, base WAD; 0 where it is exceeded.
    uint256 headroom;
    /// Whether it is the limit the verdict names.
    bool binds;
}

/// @title SizingLens: a market's whole state, and every limit behind a verdict, in one call
/// @notice For front ends, keepers and watchers. It keeps nothing, owns nothing and asks only the guard it is given and
/// that guard's feeds, so one lens serves every guard.
/// @dev Warning: it is for `eth_call`. A contract that needs an answer asks its guard.
interface ISizingLens {
    /// @notice As the guard says it: the market has no policy there.
    error PolicyNotSet(bytes32 market);

    /// @notice Policy, variance word, meters and the feed's latest answer, as the guard would see them in this block.
    /// @param account whose meters to read: the one that is going to act
    /// @dev Never reverts, whatever the feed does; a feed that burns its gas leaves a sixty-fourth of it, for which
    /// 500 000 gas are enough. The feed of a market without a policy is not asked.
    /// @dev Warning: a feed that answers only to callers it knows must know the lens as well as the guard, or the snapshot
    /// is one of a feed that does not answer.
    /// @dev Warning: `blockNumber` is the EVM's, which on some rollups is the block of the chain below.
    function snapshot(ISizingGuard guard, bytes32 market, address account)
        external
        view
        returns (MarketSnapshot memory);

    /// @notice `snapshot` of several markets at the same block, in their order.
    /// @dev Each market gets an equal share of the gas that is left, so that a feed which burns its own can't silence the
    /// markets after it. Allow 500 000 gas a market; with less it reverts rather than leave one out.
    function snapshots(ISizingGuard guard, bytes32[] calldata markets, address account)
        external
        view
        returns (MarketSnapshot[] memory);

    /// @notice The guard's verdict, and every active limit behind it in the order of the enum.
    /// @return verdict `guard.preview`, to the word
    /// @return limits empty where there is none to compute: the market is Off or reduce-only, the guard or the lens gets no
    /// usable price, or there is no equity to measure
    /// @dev Reverts `PolicyNotSet` exactly where `preview` would.
    function explain(ISizingGuard guard, bytes32 market, Position calldata position)
        external
        view
        returns (Verdict memory verdict, LimitValue[] memory limits);

    /// @notice The guard's verdict on an action of an account that holds several markets, what its portfolio says, and every
    /// active limit behind the verdict.
    /// @return verdict `guard.previewPortfolio`, to the word
    /// @return assessment what the whole portfolio says
    /// @return limits as in `explain`, with Portfolio's
    /// @dev Reverts `PolicyNotSet` exactly where `previewPortfolio` would.
    function explainPortfolio(
        ISizingGuard guard,
        bytes32 market,
        Position calldata position,
        Exposure[] calldata others
    ) external view returns (Verdict memory verdict, Assessment memory assessment, LimitValue[] memory limits);

    /// @notice The most collateral that can leave a position: taking it out passes, and one unit more is refused. Quote WAD.
    /// What the protocol itself demands beyond the guard is not in it.
    /// @param holding the position as it stands: its size in `sizeAfter`; `sizeBefore` and `flow` are not read
    /// @dev Asks `preview` up to 255 times, at about 25 000 gas each where the feed is a plain one and every
    /// limit is active. Reverts `PolicyNotSet` where
    /// there is a size and no policy.
    function maxWithdraw(ISizingGuard guard, bytes32 market, Position calldata holding) external view returns (uint256);
}
