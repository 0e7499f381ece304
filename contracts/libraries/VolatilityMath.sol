// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMath, UNCAPPED, WAD, YEAR} from "./FixedPointMath.sol";
import {VolatilityParameters, VolatilityWord, VolatilityWordLibrary} from "../types/VolatilityWord.sol";

/// @title VolatilityMath
/// @notice Realised variance of an irregularly sampled price, and the move it makes likely.
/// @dev A time-weighted exponential average of squared log returns at two speeds. Weighting by elapsed time is what
/// keeps it unbiased on a feed that writes on deviation or heartbeat. Mirror: `sdk/src/math/volatility.ts`.
/// Source of the estimator, its constants and its error bounds: docs/math.md.
library VolatilityMath {
    /// @dev Two logarithms, each off by at most 1.06 units: two units up cover both.
    uint256 private constant LN_ERROR = 2;
    /// @dev Beyond e^5 a short's loss is no longer worth computing: the limit is zero.
    uint256 private constant MAX_SHORT_MOVE = 5 * WAD;

    /// @dev One return as the recursion takes it.
    /// @param squared q = ⌈r²·YEAR / (D·W)⌉, annualised, WAD
    struct Return {
        uint256 elapsed;
        int256 lnPrice;
        uint256 squared;
    }

    /// @notice The word after one more observation. The result is never below the real-valued recursion.
    /// @param price WAD quote per base, in [1, 2^255 − 1]
    /// @param time seconds, unix: when the feed saw that price. Not after the last observation: the word is unchanged
    /// @dev Reverts `LnWadUndefined()` for a price outside its range; panics 0x12 for a time constant of zero.
    function updateVolatility(VolatilityWord word, uint256 price, uint32 time, VolatilityParameters memory parameters)
        internal
        pure
        returns (VolatilityWord)
    {
        if (word.samples() == 0) return _firstObservation(price, time, parameters);
        if (time <= word.time()) return word;
        Return memory r = _return(word, price, time);
        // The fast leg first: which of two faults is reported must not hang on the order in which arguments are evaluated.
        uint256 fastVariance = _mix(word.fastVariance(), r.squared, r.elapsed, parameters.fastTau);
        uint256 clipped = _clip(r.squared, word.slowVariance(), r.elapsed, parameters);
        return _next(word, time, r, fastVariance, clipped, parameters);
    }

    /// @notice `updateVolatility` for a feed that can print bad ticks: both legs ignore what lies beyond six standard deviations
    /// of the slow one, so that the fast leg too believes a leap only as it lasts.
    /// @dev A crash counts later, by as much as it exceeds what was known: docs/math.md says how much. Faults as there, the
    /// clip's first.
    function updateWinsorised(VolatilityWord word, uint256 price, uint32 time, VolatilityParameters memory parameters)
        internal
        pure
        returns (VolatilityWord)
    {
        if (word.samples() == 0) return _firstObservation(price, time, parameters);
        if (time <= word.time()) return word;
        Return memory r = _return(word, price, time);
        uint256 clipped = _clip(r.squared, word.slowVariance(), r.elapsed, parameters);
        uint256 fastVariance = _mix(word.fastVariance(), clipped, r.elapsed, parameters.fastTau);
        return _next(word, time, r, fastVariance, clipped, parameters);
    }

    /// @notice The word after an observation across a gap nobody watched: like `updateVolatility`, but neither variance
    /// falls, because time nobody observed never counts as calm.
    /// @dev Without this, one small trade after a V-shaped crash would erase the crash.
    function updateAcrossGap(VolatilityWord word, uint256 price, uint32 time, VolatilityParameters memory parameters)
        internal
        pure
        returns (VolatilityWord)
    {
        return acrossGap(word, updateVolatility(word, price, time, parameters));
    }

    /// @notice What an update of `word` comes to where nobody watched in between: neither variance falls.
    function acrossGap(VolatilityWord word, VolatilityWord updated) internal pure returns (VolatilityWord) {
        return VolatilityWordLibrary.pack(
            updated.samples(),
            updated.time(),
            Math.max(word.slowVariance(), updated.slowVariance()),
            Math.max(word.fastVariance(), updated.fastVariance()),
            updated.lnPrice()
        );
    }

    /// @notice Variance to size by, WAD per year: the largest of both speeds and the floor.
    function variance(VolatilityWord word, VolatilityParameters memory parameters) internal pure returns (uint256) {
        return variance(word, parameters.varianceFloor);
    }

    function variance(VolatilityWord word, uint256 varianceFloor) internal pure returns (uint256) {
        return Math.max(Math.max(word.fastVariance(), word.slowVariance()), varianceFloor);
    }

    /// @notice Log-price move over `horizon` seconds at the tail: ⌈√⌈tail²·variance·horizon / (YEAR·W)⌉⌉, in WAD.
    /// @param tail expected-shortfall multiplier of a unit-variance return, WAD
    /// @dev Panics 0x11 where tail²·variance or the quotient exceeds 2^256 − 1.
    function adverseMove(uint256 tail, uint256 variance_, uint256 horizon) internal pure returns (uint256) {
        return FixedPointMath.sqrtUp(FixedPointMath.mulDivUp(tail * tail * variance_, horizon, YEAR * WAD));
    }

    /// @notice What a short loses, per unit of notional, when the log price rises by `move`: e^move − 1, rounded up, in WAD.
    /// @dev `UNCAPPED` when move > 5: no size survives it.
    function adverseMoveShort(uint256 move) internal pure returns (uint256) {
        if (move > MAX_SHORT_MOVE) return UNCAPPED;
        return uint256(FixedPointMath.expWad(int256(move))) + 2 - WAD;
    }

    /// @notice Standard deviation over `horizon` seconds, for people: ⌈√⌈variance·W·horizon / YEAR⌉⌉, in WAD.
    /// @dev Panics 0x11 where variance·W or the quotient exceeds 2^256 − 1.
    function horizonVolatility(uint256 variance_, uint256 horizon) internal pure returns (uint256) {
        return FixedPointMath.sqrtUp(FixedPointMath.mulDivUp(variance_ * WAD, horizon, YEAR));
    }

    function _firstObservation(uint256 price, uint32 time, VolatilityParameters memory parameters)
        private
        pure
        returns (VolatilityWord)
    {
        uint256 seed = Math.min(parameters.initialVariance, VolatilityWordLibrary.MAX_VARIANCE);
        return VolatilityWordLibrary.pack(1, time, seed, seed, _ln(price));
    }

    /// @dev The cast sends prices of 2^255 and more to the negative side, where the logarithm says it is undefined.
    function _ln(uint256 price) private pure returns (int256) {
        return FixedPointMath.lnWad(int256(price));
    }

    /// @dev Not clamped before mixing: a 10 % move in 12 s is q = 26 280, and must keep its weight.
    function _return(VolatilityWord word, uint256 price, uint32 time) private pure returns (Return memory r) {
        r.elapsed = time - word.time();
        r.lnPrice = _ln(price);
        int256 difference = r.lnPrice - word.lnPrice();
        uint256 size = uint256(difference < 0 ? -difference : difference) + LN_ERROR;
        r.squared = FixedPointMath.mulDivUp(size * size, YEAR, r.elapsed * WAD);
    }

    /// @dev The word, given its fast leg and what the slow one takes in.
    function _next(
        VolatilityWord word,
        uint32 time,
        Return memory r,
        uint256 fastVariance,
        uint256 clipped,
        VolatilityParameters memory parameters
    ) private pure returns (VolatilityWord) {
        uint256 slowVariance = _mix(word.slowVariance(), clipped, r.elapsed, parameters.slowTau);
        return VolatilityWordLibrary.pack(
            _countSample(word.samples(), r.elapsed, parameters), time, slowVariance, fastVariance, r.lnPrice
        );
    }

    /// @dev The slow leg ignores what lies beyond six standard deviations of itself, so that one bad tick can't poison it.
    function _clip(uint256 squaredReturn, uint256 slowVariance, uint256 elapsed, VolatilityParameters memory parameters)
        private
        pure
        returns (uint256)
    {
        uint256 ref = Math.max(slowVariance, parameters.varianceFloor);
        uint256 cap =
            FixedPointMath.mulDivUp(parameters.clipSquared * ref, Math.max(elapsed, parameters.minInterval), elapsed);
        return Math.min(squaredReturn, cap);
    }

    /// @dev V·a + q·(1 − a) with a = e^(−D/tau), every rounding in the direction that raises the result:
    /// the old value keeps less weight while variance rises, and more while it falls.
    function _mix(uint256 current, uint256 q, uint256 elapsed, uint256 tau) private pure returns (uint256) {
        uint256 a;
        if (q >= current) {
            uint256 decay = _decay(FixedPointMath.mulDivUp(elapsed, WAD, tau));
            a = decay == 0 ? 0 : decay - 1;
        } else {
            a = Math.min(_decay(FixedPointMath.mulDivDown(elapsed, WAD, tau)) + 1, WAD);
        }
        return Math.min(Math.ceilDiv(current * a + q * (WAD - a), WAD), VolatilityWordLibrary.MAX_VARIANCE);
    }

    function _decay(uint256 e) private pure returns (uint256) {
        return uint256(FixedPointMath.expWad(-int256(e)));
    }

    function _countSample(uint256 samples, uint256 elapsed, VolatilityParameters memory parameters)
        private
        pure
        returns (uint256)
    {
        bool counts = elapsed >= parameters.minInterval && samples < VolatilityWordLibrary.MAX_SAMPLES;
        return counts ? samples + 1 : samples;
    }
}
