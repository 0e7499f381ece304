// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {UNCAPPED, WAD, YEAR} from "../../contracts/libraries/FixedPointMath.sol";
import {FixedPointMath} from "../../contracts/libraries/FixedPointMath.sol";
import {VolatilityMath} from "../../contracts/libraries/VolatilityMath.sol";
import {VolatilityParameters, VolatilityWord, VolatilityWordLibrary} from "../../contracts/types/VolatilityWord.sol";
import {Properties} from "./helpers/Properties.sol";

/// @notice What docs/math.md states of the estimator and of the adverse move.
contract VolatilityMathTest is Properties {
    uint256 private constant MAX_VARIANCE = type(uint72).max;
    uint256 private constant MAX_PRICE = uint256(type(int256).max);

    /// @dev One observation: of a word, a price and how much later.
    struct Step {
        VolatilityWord word;
        uint256 price;
        uint256 elapsed;
        VolatilityParameters parameters;
    }

    /* THE WORD */

    /// @notice For any word, price from 1 to 2^255 − 1 and later time: no panic, every field in its width and its meaning.
    function testFuzz_updateFillsTheWord(uint256 raw, uint256 price, uint256 time, uint256 floor) external pure {
        Step memory s = _step(raw, price, time, floor);
        VolatilityWord next = _update(s);
        _equal(next.time(), s.word.time() + s.elapsed, "time");
        _equal(next.lnPrice(), FixedPointMath.lnWad(int256(s.price)), "logarithm");
        bool counts = s.elapsed >= s.parameters.minInterval && s.word.samples() < 255;
        _equal(next.samples(), s.word.samples() + (counts ? 1 : 0), "samples");
        VolatilityWord again = VolatilityWordLibrary.pack(
            next.samples(), next.time(), next.slowVariance(), next.fastVariance(), next.lnPrice()
        );
        _equal(VolatilityWord.unwrap(again), VolatilityWord.unwrap(next), "no bit beside the fields");
    }

    /// @notice Winsorised, the slow average is the same and the fast one never larger; what six deviations hold is the same word.
    function testFuzz_winsorisedBelievesNoMore(uint256 raw, uint256 price, uint256 time, uint256 floor) external pure {
        Step memory s = _step(raw, price, time, floor);
        VolatilityWord plain = _update(s);
        uint32 at = uint32(s.word.time() + s.elapsed);
        VolatilityWord clipped = VolatilityMath.updateWinsorised(s.word, s.price, at, s.parameters);
        _equal(clipped.slowVariance(), plain.slowVariance(), "slow variance");
        _equal(clipped.lnPrice(), plain.lnPrice(), "logarithm");
        _equal(clipped.samples(), plain.samples(), "samples");
        _atMost(clipped.fastVariance(), plain.fastVariance(), "fast variance");
    }

    /// @notice The first observation begins at the initial variance, whatever else the word held.
    function testFuzz_firstObservation(uint256 raw, uint256 price, uint32 time, uint256 initial) external pure {
        VolatilityParameters memory parameters = _parameters(1);
        parameters.initialVariance = _spread(initial, 0, type(uint256).max);
        price = _spread(price, 1, MAX_PRICE);
        VolatilityWord blank = VolatilityWord.wrap(raw & type(uint248).max);
        VolatilityWord next = VolatilityMath.updateVolatility(blank, price, time, parameters);
        uint256 begins = parameters.initialVariance > MAX_VARIANCE ? MAX_VARIANCE : parameters.initialVariance;
        _equal(next.samples(), 1, "samples");
        _equal(next.time(), time, "time");
        _equal(next.fastVariance(), begins, "fast variance");
        _equal(next.slowVariance(), begins, "slow variance");
    }

    /// @notice Time never goes back: a round of the same second or of an earlier one changes no bit.
    function testFuzz_olderRoundsChangeNothing(uint256 raw, uint256 price, uint256 earlier) external pure {
        Step memory s = _step(raw, price, 0, 1);
        uint32 time = uint32(s.word.time() - _spread(earlier, 0, s.word.time()));
        VolatilityWord next = VolatilityMath.updateVolatility(s.word, s.price, time, s.parameters);
        _equal(VolatilityWord.unwrap(next), VolatilityWord.unwrap(s.word), "unchanged");
        next = VolatilityMath.updateAcrossGap(s.word, s.price, time, s.parameters);
        _equal(VolatilityWord.unwrap(next), VolatilityWord.unwrap(s.word), "unchanged across a gap");
    }

    /// @notice The variance to size by is the largest of both averages and the floor.
    function testFuzz_varianceIsNeverBelowTheFloor(uint256 raw, uint256 floor) external pure {
        VolatilityWord word = VolatilityWord.wrap(raw);
        VolatilityParameters memory parameters = _parameters(_spread(floor, 0, type(uint128).max));
        uint256 variance = VolatilityMath.variance(word, parameters);
        _atMost(parameters.varianceFloor, variance, "the floor");
        _atMost(word.fastVariance(), variance, "fast");
        _atMost(word.slowVariance(), variance, "slow");
        _holds(
            variance == parameters.varianceFloor || variance == word.fastVariance() || variance == word.slowVariance(),
            "one of the three"
        );
    }

    /* ITS MOVEMENT */

    /// @notice Each average ends between what it was and what was observed, which the slow one sees clipped.
    function testFuzz_averagesStayBetween(uint256 raw, uint256 price, uint256 time, uint256 floor) external pure {
        Step memory s = _step(raw, price, time, floor);
        VolatilityWord next = _update(s);
        uint256 observed = _squaredReturn(s);
        _between(next.fastVariance(), s.word.fastVariance(), observed, "fast");
        uint256 clipped = _clipped(s, observed);
        _between(next.slowVariance(), s.word.slowVariance(), clipped, "slow");
    }

    /// @notice A larger move never leaves a smaller average.
    function testFuzz_largerMovesGiveMoreVariance(uint256 raw, uint256 price, uint256 time, uint256 further)
        external
        pure
    {
        Step memory s = _step(raw, price, time, 1);
        VolatilityWord near = _update(s);
        int256 distance = near.lnPrice() - s.word.lnPrice();
        s.price = distance >= 0 ? _spread(further, s.price, MAX_PRICE) : _spread(further, 1, s.price);
        VolatilityWord far = _update(s);
        _atMost(near.fastVariance(), far.fastVariance(), "fast");
        _atMost(near.slowVariance(), far.slowVariance(), "slow");
    }

    /// @notice A larger average before never leaves a smaller one after.
    function testFuzz_moreVarianceBeforeLeavesMore(uint256 raw, uint256 price, uint256 time, uint256 fast, uint256 slow)
        external
        pure
    {
        Step memory s = _step(raw, price, time, 1);
        VolatilityWord less = _update(s);
        s.word = VolatilityWordLibrary.pack(
            s.word.samples(),
            s.word.time(),
            _spread(slow, s.word.slowVariance(), MAX_VARIANCE),
            _spread(fast, s.word.fastVariance(), MAX_VARIANCE),
            s.word.lnPrice()
        );
        VolatilityWord more = _update(s);
        _atMost(less.fastVariance(), more.fastVariance(), "fast");
        _atMost(less.slowVariance(), more.slowVariance(), "slow");
    }

    /// @notice A longer time constant holds an average closer to where it was, rising and falling, up to the rounding of
    /// the two exponentials: one unit each, of what lies between.
    function testFuzz_longerTimeConstantsMoveLess(uint256 raw, uint256 price, uint256 time, uint256 tau, uint256 longer)
        external
        pure
    {
        Step memory s = _step(raw, price, time, 1);
        s.parameters.fastTau = _spread(tau, 60, 365 days);
        uint256 quick = _update(s).fastVariance();
        s.parameters.fastTau = _spread(longer, s.parameters.fastTau, 730 days);
        uint256 lazy = _update(s).fastVariance();
        uint256 observed = _squaredReturn(s);
        uint256 before = s.word.fastVariance();
        // What an error of the exponential weighs: the distance it is multiplied with.
        uint256 distance = observed > before ? observed - before : before - observed;
        uint256 slack = 4 * (distance / WAD + 1);
        if (observed >= before) _atMost(lazy, quick + slack, "rising");
        else _atMost(quick, lazy + slack, "falling");
    }

    /// @notice Over time alone, many small steps decay as one large one: how often a calm feed writes changes nothing.
    function testFuzz_samplingMoreOftenDecaysTheSame(uint256 raw, uint256 time, uint256 part) external pure {
        Step memory s = _step(raw, WAD, time, 1);
        s.word = VolatilityWordLibrary.pack(
            s.word.samples(), s.word.time(), s.word.slowVariance(), s.word.fastVariance(), 0
        );
        if (s.elapsed < 2) return;
        uint256 whole = _update(s).fastVariance();
        uint256 elapsed = s.elapsed;
        s.elapsed = _range(part, 1, elapsed - 1);
        s.word = _update(s);
        s.elapsed = elapsed - s.elapsed;
        uint256 twice = _update(s).fastVariance();
        // Three exponentials, each off by at most two units of a variance of at most 2^72.
        uint256 slack = 6 * (MAX_VARIANCE / WAD + 1);
        _atMost(twice, whole + slack, "not more");
        _atMost(whole, twice + slack, "not less");
    }

    /// @notice Across a gap neither average falls, and the rest of the word is as after any observation.
    function testFuzz_gapsNeverCountAsCalm(uint256 raw, uint256 price, uint256 time) external pure {
        Step memory s = _step(raw, price, time, 1);
        VolatilityWord watched = _update(s);
        VolatilityWord next =
            VolatilityMath.updateAcrossGap(s.word, s.price, uint32(s.word.time() + s.elapsed), s.parameters);
        _equal(next.fastVariance(), _larger(watched.fastVariance(), s.word.fastVariance()), "fast");
        _equal(next.slowVariance(), _larger(watched.slowVariance(), s.word.slowVariance()), "slow");
        _equal(next.samples(), watched.samples(), "samples");
        _equal(next.time(), watched.time(), "time");
        _equal(next.lnPrice(), watched.lnPrice(), "logarithm");
    }

    /* THE MOVE IT MAKES LIKELY */

    /// @notice The move is the smallest integer whose square is at least tail²·variance·horizon / (YEAR·W), rounded up.
    function testFuzz_adverseMoveIsTheRootAbove(uint256 tail, uint256 variance, uint256 horizon) external pure {
        (tail, variance, horizon) = _moveInputs(tail, variance, horizon);
        uint256 move = VolatilityMath.adverseMove(tail, variance, horizon);
        uint256 square = FixedPointMath.mulDivUp(tail * tail * variance, horizon, YEAR * WAD);
        _atMost(square, move * move, "not below");
        if (move > 0) _below((move - 1) * (move - 1), square, "not one more");
    }

    /// @notice More tail, more variance, more time: never a smaller move.
    function testFuzz_adverseMoveIsMonotone(uint256 tail, uint256 variance, uint256 horizon, uint256 more) external pure {
        (tail, variance, horizon) = _moveInputs(tail, variance, horizon);
        uint256 move = VolatilityMath.adverseMove(tail, variance, horizon);
        _atMost(move, VolatilityMath.adverseMove(_spread(more, tail, 7e18), variance, horizon), "tail");
        _atMost(move, VolatilityMath.adverseMove(tail, _spread(more, variance, MAX_VARIANCE), horizon), "variance");
        _atMost(move, VolatilityMath.adverseMove(tail, variance, _spread(more, horizon, 1 << 32)), "horizon");
    }

    /// @notice A short loses at least e^move − 1, hence at least the move itself; beyond five nothing survives.
    function testFuzz_adverseMoveShortIsNeverBelowTheLoss(uint256 move, uint256 more) external pure {
        move = _spread(move, 0, 6 * WAD);
        uint256 short = VolatilityMath.adverseMoveShort(move);
        _atMost(short, VolatilityMath.adverseMoveShort(_spread(more, move, 7 * WAD)), "monotone");
        _atMost(move, short, "a short loses more than a long");
        if (move > 5 * WAD) return _equal(short, UNCAPPED, "uncapped");
        // (1 + short)·e^−move ≥ 1, with the exponential's unit of rounding added back.
        uint256 decay = uint256(FixedPointMath.expWad(-int256(move))) + 1;
        _atMost(WAD * WAD, (WAD + short) * decay, "not below the exponential");
    }

    /// @notice The volatility over a horizon is the smallest integer whose square is the variance over it, rounded up.
    function testFuzz_horizonVolatilityIsTheRootAbove(uint256 variance, uint256 horizon) external pure {
        variance = _spread(variance, 0, MAX_VARIANCE);
        horizon = _spread(horizon, 0, 1 << 32);
        uint256 volatility = VolatilityMath.horizonVolatility(variance, horizon);
        uint256 square = FixedPointMath.mulDivUp(variance * WAD, horizon, YEAR);
        _atMost(square, volatility * volatility, "not below");
        if (volatility > 0) _below((volatility - 1) * (volatility - 1), square, "not one more");
    }

    /* INPUTS AND DEFINITIONS */

    /// @dev A word with at least one sample, whose logarithm is one of a price.
    function _step(uint256 raw, uint256 price, uint256 time, uint256 floor) private pure returns (Step memory s) {
        VolatilityWord seen = VolatilityWord.wrap(raw);
        uint256 priceBefore = _spread(uint256(keccak256(abi.encode(raw, "price"))), 1, MAX_PRICE);
        s.word = VolatilityWordLibrary.pack(
            _larger(seen.samples(), 1),
            seen.time(),
            _spread(seen.slowVariance(), 0, MAX_VARIANCE),
            _spread(seen.fastVariance(), 0, MAX_VARIANCE),
            FixedPointMath.lnWad(int256(priceBefore))
        );
        s.price = _spread(price, 1, MAX_PRICE);
        s.elapsed = seen.time() == type(uint32).max ? 0 : _spread(time, 1, type(uint32).max - seen.time());
        if (s.elapsed == 0) {
            s.elapsed = 1;
            s.word = VolatilityWord.wrap(VolatilityWord.unwrap(s.word) - (1 << 216));
        }
        s.parameters = _parameters(_spread(floor, 0, 43e18));
    }

    function _parameters(uint256 floor) private pure returns (VolatilityParameters memory) {
        return VolatilityParameters(4 hours, 7 days, 600, 36, floor, 2.25e18);
    }

    function _update(Step memory s) private pure returns (VolatilityWord) {
        return VolatilityMath.updateVolatility(s.word, s.price, uint32(s.word.time() + s.elapsed), s.parameters);
    }

    /// @dev q = ⌈r²·YEAR / (D·W)⌉ with r = |ln price − ln price before| + 2, as docs/math.md has it.
    function _squaredReturn(Step memory s) private pure returns (uint256) {
        int256 distance = FixedPointMath.lnWad(int256(s.price)) - s.word.lnPrice();
        uint256 r = uint256(distance < 0 ? -distance : distance) + 2;
        return FixedPointMath.mulDivUp(r * r, YEAR, s.elapsed * WAD);
    }

    function _clipped(Step memory s, uint256 observed) private pure returns (uint256) {
        uint256 believed = _larger(s.word.slowVariance(), s.parameters.varianceFloor);
        uint256 watched = _larger(s.elapsed, s.parameters.minInterval);
        uint256 cap = FixedPointMath.mulDivUp(s.parameters.clipSquared * believed, watched, s.elapsed);
        return observed < cap ? observed : cap;
    }

    /// @dev Between two values, one unit up for the rounding, and never beyond the field.
    function _between(uint256 value, uint256 one, uint256 other, string memory what) private pure {
        (uint256 low, uint256 high) = one < other ? (one, other) : (other, one);
        _atMost(low > MAX_VARIANCE ? MAX_VARIANCE : low, value, what);
        _atMost(value, high > MAX_VARIANCE ? MAX_VARIANCE : high, what);
    }

    function _moveInputs(uint256 tail, uint256 variance, uint256 horizon)
        private
        pure
        returns (uint256, uint256, uint256)
    {
        return (_spread(tail, 0, 6.5535e18), _spread(variance, 0, MAX_VARIANCE), _spread(horizon, 0, 1 << 31));
    }

    function _larger(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }
}
