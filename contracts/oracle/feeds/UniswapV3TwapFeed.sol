// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAggregatorV3} from "../../interfaces/IAggregatorV3.sol";
import {IFeedErrors} from "../../interfaces/IFeedErrors.sol";
import {IUniswapV3PoolOracle} from "../../interfaces/IUniswapV3PoolOracle.sol";
import {WAD} from "../../libraries/FixedPointMath.sol";
import {FeedReader} from "../FeedReader.sol";
import {BoundedCall} from "./BoundedCall.sol";
import {FeedConfig} from "./FeedConfig.sol";
import {TickPrice} from "./TickPrice.sol";

/// @notice What a `UniswapV3TwapFeed` is made of.
/// @param pool a pool that is known to be Uniswap's: this feed believes what it says of the past
/// @param base token that is priced, one of the pool's; the price is in the other
/// @param answerDecimals of the answers, at most 36
/// @param period seconds from one round to the next
/// @param window seconds a round's price is the mean of, at most `period`
/// @param minLiquidity in-range liquidity, as the pool counts it, below which (harmonic mean over the window) a price is none
/// @param secondsPerBlock the shortest time between two blocks, at least 1: a pool writes one observation a second at the most
/// @param rounds how many rounds before the latest must be readable, however often the pool is traded
struct TwapConfig {
    address pool;
    address base;
    uint8 answerDecimals;
    uint32 period;
    uint32 window;
    uint128 minLiquidity;
    uint32 secondsPerBlock;
    uint32 rounds;
}

/// @title UniswapV3TwapFeed
/// @notice The time-weighted mean price of a Uniswap v3 pool as a feed with rounds. Round k is written, by nobody, at time
/// k · period: the geometric mean price of the window that ended there. The pool keeps the history, so this keeps nothing,
/// and a round that can still be read is the same for ever.
/// @dev The mean of a price moves less than the price, and later. Who sizes by it corrects the policy:
/// - `tail`, `portfolioTail` and `impactCoefficient`: times √`varianceCorrection()`. A mean over w seconds every Δ seconds
///   has 1 − w/3Δ of the price's variance, and each of them is multiplied by a root of it.
/// - `horizon` and `portfolioHorizon`: plus `lag()` seconds. The mean is as far from the price as the price moves in w/3.
/// - `heartbeat`: from `PERIOD` to below twice that. Rounds come exactly so far apart, and one left out must be a gap.
/// A window of a tenth of the period makes both small, and is cheaper to manipulate: whoever holds the pool at another tick
/// for s seconds moves the mean by s/w of the distance. One transaction moves nothing.
/// @dev Warning: such a price is never stale. Where nobody trades it is the last one, with `updatedAt` of the latest period.
contract UniswapV3TwapFeed is IAggregatorV3, IFeedErrors {
    /* CONSTANTS */

    /// @dev A guard counts no sample that comes sooner after the one before.
    uint256 private constant MIN_PERIOD = 10 minutes;
    uint256 private constant MAX_PERIOD = 1 days;
    uint256 private constant MIN_WINDOW = 5 minutes;
    /// @dev A pool counts no liquidity as 1.
    uint256 private constant MIN_LIQUIDITY_FLOOR = 2;
    /// @dev Digits an answer must have to mean anything: below a million its rounding would be seen.
    int256 private constant MIN_ANSWER = 1e6;
    /// @dev Uniswap's largest tick.
    int256 private constant MAX_TICK = 887_272;
    /// @dev Words of the answer of `observe`: two offsets, and two arrays of two numbers, each behind its length.
    uint256 private constant OBSERVE_WORDS = 8;

    /* IMMUTABLES */

    IUniswapV3PoolOracle public immutable POOL;
    address public immutable BASE;
    address public immutable QUOTE;
    uint256 public immutable PERIOD;
    uint256 public immutable WINDOW;
    uint256 public immutable MIN_LIQUIDITY;
    uint8 private immutable DECIMALS;
    bool private immutable IS_BASE_TOKEN0;
    /// @dev By which power of ten a ratio of raw amounts becomes an answer.
    int256 private immutable SHIFT;

    /* ERRORS */

    /// @notice The pool does not trade this token. Name one of its two.
    error NotInPool(address token, address pool);
    /// @notice The pool keeps too few observations. Pay for more with `increaseObservationCardinalityNext(required)` and trade
    /// once; where that is more than 65 535, ask for fewer rounds or shorter ones.
    error CardinalityTooLow(uint256 cardinality, uint256 required);
    /// @notice No such round yet, or its window began before time did.
    error NoSuchRound(uint80 round);
    /// @notice The pool would not say what it observed at `time`: most likely its observations do not reach back so far.
    error NotObserved(uint256 time);
    /// @notice In the window of this round the pool had too little liquidity for its price to mean anything.
    error LiquidityTooLow(uint256 liquidity, uint256 minimum);
    /// @notice The answer has too few digits. Deploy this feed with more decimals.
    error AnswerTooSmall(int256 answer, int256 minimum);

    /* CONSTRUCTOR */

    /// @dev Reverts `ConfigOutOfRange`, `NotInPool` or `CardinalityTooLow`, or with whatever pool and tokens revert.
    constructor(TwapConfig memory config) {
        FeedConfig.requireInRange("answerDecimals", config.answerDecimals, 0, FeedReader.MAX_DECIMALS);
        FeedConfig.requireInRange("period", config.period, MIN_PERIOD, MAX_PERIOD);
        FeedConfig.requireInRange("window", config.window, MIN_WINDOW, config.period);
        FeedConfig.requireInRange("minLiquidity", config.minLiquidity, MIN_LIQUIDITY_FLOOR, type(uint128).max);
        FeedConfig.requireInRange("secondsPerBlock", config.secondsPerBlock, 1, config.window);
        FeedConfig.requireInRange("rounds", config.rounds, 1, type(uint16).max);
        _requireCardinality(config);

        IUniswapV3PoolOracle pool = IUniswapV3PoolOracle(config.pool);
        (address token0, address token1) = (pool.token0(), pool.token1());
        if (config.base != token0 && config.base != token1) revert NotInPool(config.base, config.pool);
        bool isBaseToken0 = config.base == token0;
        address quote = isBaseToken0 ? token1 : token0;

        (POOL, BASE, QUOTE, IS_BASE_TOKEN0) = (pool, config.base, quote, isBaseToken0);
        (PERIOD, WINDOW, MIN_LIQUIDITY) = (config.period, config.window, config.minLiquidity);
        DECIMALS = config.answerDecimals;
        SHIFT = _decimalsOf(config.base) - _decimalsOf(quote) + int256(uint256(config.answerDecimals));
    }

    /* EXTERNAL VIEW */

    /// @inheritdoc IAggregatorV3
    function decimals() external view returns (uint8) {
        return DECIMALS;
    }

    /// @notice The round of the newest whole period.
    /// @dev Reverts `LiquidityTooLow`, and otherwise as `getRoundData` does.
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        uint80 id = uint80(block.timestamp / PERIOD);
        (int256 answer, uint256 start, uint256 end, uint256 liquidity) = _round(id);
        if (liquidity < MIN_LIQUIDITY) revert LiquidityTooLow(liquidity, MIN_LIQUIDITY);
        return (id, answer, start, end, id);
    }

    /// @notice The round that ended at `id` · period. One with too little liquidity has no answer, and says that it was not
    /// answered: an error would end the walk of whoever reads the history, and hide every round before.
    /// @dev Reverts `NoSuchRound`, `NotObserved`, `AnswerTooSmall` or `SourceUnusable`; and `ExpOverflow` or
    /// `SafeCastOverflowedUintToInt` where the answer exceeds an int256.
    function getRoundData(uint80 id) external view returns (uint80, int256, uint256, uint256, uint80) {
        if (id > block.timestamp / PERIOD) revert NoSuchRound(id);
        (int256 answer, uint256 start, uint256 end, uint256 liquidity) = _round(id);
        return (id, answer, start, end, liquidity < MIN_LIQUIDITY ? 0 : id);
    }

    /// @notice By how much the variance of this feed's returns is too small: WAD, rounded up, from 1 to 3/2.
    /// @dev 1 / (1 − w/3Δ), the variance of a mean over w of a diffusion, sampled every Δ ≥ w (docs/math.md).
    function varianceCorrection() external view returns (uint256) {
        return Math.ceilDiv(3 * PERIOD * WAD, 3 * PERIOD - WINDOW);
    }

    /// @notice Seconds in which a price moves as far as it is from its mean over the window: w/3, rounded up.
    function lag() external view returns (uint256) {
        return Math.ceilDiv(WINDOW, 3);
    }

    /* PRIVATE */

    /// @return answer 0 where `liquidity` is below the minimum
    function _round(uint80 id) private view returns (int256 answer, uint256 start, uint256 end, uint256 liquidity) {
        end = id * PERIOD;
        if (end < WINDOW) revert NoSuchRound(id);
        start = end - WINDOW;
        int256 tickSum;
        (tickSum, liquidity) = _observe(start, end);
        if (liquidity < MIN_LIQUIDITY) return (0, start, end, liquidity);
        answer = TickPrice.priceUp(IS_BASE_TOKEN0 ? tickSum : -tickSum, WINDOW, SHIFT);
        if (answer < MIN_ANSWER) revert AnswerTooSmall(answer, MIN_ANSWER);
    }

    /// @dev The sum of tick · seconds over the window, and the harmonic mean of its liquidity, rounded down; the pool's own
    /// sums are rounded too, so a mean of exactly the minimum may turn out one less.
    function _observe(uint256 start, uint256 end) private view returns (int256 tickSum, uint256 liquidity) {
        uint32[] memory ago = new uint32[](2);
        // A block's time fits 32 bits until 2106, and so does any age.
        (ago[0], ago[1]) = (uint32(block.timestamp - start), uint32(block.timestamp - end));
        bytes memory data = abi.encodeCall(IUniswapV3PoolOracle.observe, (ago));
        (bool ok, uint256[] memory words) = BoundedCall.tryReadOnly(address(POOL), data, OBSERVE_WORDS);
        if (!ok) revert NotObserved(start);
        // Offsets and lengths as the ABI writes them; any other answer is not a pool's.
        if (words[0] != 0x40 || words[1] != 0xa0 || words[2] != 2 || words[5] != 2) revert SourceUnusable(address(POOL));
        unchecked {
            // The sums wrap in their own types.
            tickSum = int56(uint56(words[4]) - uint56(words[3]));
            uint256 secondsPerLiquidity = uint160(words[7]) - uint160(words[6]);
            // Of 160 bits kept: what is 0 seconds for any liquidity is not a pool's.
            if (secondsPerLiquidity != 0) liquidity = (WINDOW << 128) / secondsPerLiquidity;
        }
        int256 most = MAX_TICK * int256(WINDOW);
        if (liquidity == 0 || tickSum > most || tickSum < -most) revert SourceUnusable(address(POOL));
    }

    /// @dev One observation is overwritten in each block at the most, so `cardinality` − 1 blocks of them are always kept.
    function _requireCardinality(TwapConfig memory config) private view {
        (,,, uint256 cardinality,,,) = IUniswapV3PoolOracle(config.pool).slot0();
        uint256 reach = (uint256(config.rounds) + 1) * config.period + config.window;
        uint256 required = Math.ceilDiv(reach, config.secondsPerBlock) + 1;
        if (cardinality < required) revert CardinalityTooLow(cardinality, required);
    }

    function _decimalsOf(address token) private view returns (int256) {
        uint256 found = IERC20Metadata(token).decimals();
        FeedConfig.requireInRange("decimals of a token", found, 0, FeedReader.MAX_DECIMALS);
        return int256(found);
    }
}
