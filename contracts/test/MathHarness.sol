// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMath} from "../libraries/FixedPointMath.sol";
import {VolatilityMath} from "../libraries/VolatilityMath.sol";
import {Binding} from "../libraries/limits/Binding.sol";
import {CollateralLimit} from "../libraries/limits/CollateralLimit.sol";
import {MarginLimit} from "../libraries/limits/MarginLimit.sol";
import {OpenInterestLimit} from "../libraries/limits/OpenInterestLimit.sol";
import {OracleScale} from "../libraries/limits/OracleScale.sol";
import {VolatilityLimit} from "../libraries/limits/VolatilityLimit.sol";
import {CollateralRatioLimit} from "../libraries/limits/CollateralRatioLimit.sol";
import {ConcentrationLimit} from "../libraries/limits/ConcentrationLimit.sol";
import {DrawdownScale} from "../libraries/limits/DrawdownScale.sol";
import {GrowthLimit} from "../libraries/limits/GrowthLimit.sol";
import {KellyLimit} from "../libraries/limits/KellyLimit.sol";
import {LiquidityLimit} from "../libraries/limits/LiquidityLimit.sol";
import {MeterMath} from "../libraries/MeterMath.sol";
import {SkewLimit} from "../libraries/limits/SkewLimit.sol";
import {PoolMeter} from "../types/PoolMeter.sol";
import {SurvivableMove} from "../libraries/limits/SurvivableMove.sol";
import {TouchMath} from "../libraries/TouchMath.sol";
import {PushedVariance} from "../types/PushedVariance.sol";
import {VolatilityParameters, VolatilityWord, VolatilityWordLibrary} from "../types/VolatilityWord.sol";

/// @title MathHarness
/// @notice Every function the SDK mirrors, callable from outside with static arguments only.
/// @dev For tests. Structs come flattened, and `bind` takes three limits.
contract MathHarness {
    function mulDivDown(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return FixedPointMath.mulDivDown(x, y, d);
    }

    function mulDivUp(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return FixedPointMath.mulDivUp(x, y, d);
    }

    function mulDivDownSaturating(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return FixedPointMath.mulDivDownSaturating(x, y, d);
    }

    function mulDivUpSaturating(uint256 x, uint256 y, uint256 d) external pure returns (uint256) {
        return FixedPointMath.mulDivUpSaturating(x, y, d);
    }

    function sqrtDown(uint256 x) external pure returns (uint256) {
        return FixedPointMath.sqrtDown(x);
    }

    function sqrtUp(uint256 x) external pure returns (uint256) {
        return FixedPointMath.sqrtUp(x);
    }

    function lnWad(int256 x) external pure returns (int256) {
        return FixedPointMath.lnWad(x);
    }

    function expWad(int256 x) external pure returns (int256) {
        return FixedPointMath.expWad(x);
    }

    function packVolatilityWord(uint8 samples, uint32 time, uint72 slowVariance, uint72 fastVariance, int72 lnPrice)
        external
        pure
        returns (VolatilityWord)
    {
        return VolatilityWordLibrary.pack(samples, time, slowVariance, fastVariance, lnPrice);
    }

    function survivableMoveLong(
        uint256 equity,
        uint256 notional,
        uint256 maintenanceMarginRatio,
        uint256 liquidationPenalty,
        uint256 fee
    ) external pure returns (uint256) {
        return SurvivableMove.survivableMoveLong(equity, notional, maintenanceMarginRatio, liquidationPenalty, fee);
    }

    function survivableMoveShort(
        uint256 equity,
        uint256 notional,
        uint256 maintenanceMarginRatio,
        uint256 liquidationPenalty,
        uint256 fee
    ) external pure returns (uint256) {
        return SurvivableMove.survivableMoveShort(equity, notional, maintenanceMarginRatio, liquidationPenalty, fee);
    }

    function touchProbability(uint256 distance, uint256 variance_, uint256 horizon) external pure returns (uint256) {
        return TouchMath.touchProbability(distance, variance_, horizon);
    }

    function seePool(PoolMeter meter, uint256 equity, uint32 roundTime) external pure returns (PoolMeter) {
        return meter.see(equity, roundTime);
    }

    function seenPoolEquity(PoolMeter meter, uint256 roundTime) external pure returns (uint256) {
        return meter.seen(roundTime);
    }

    function unpackVolatilityWord(VolatilityWord word)
        external
        pure
        returns (uint256 samples, uint256 time, uint256 slowVariance, uint256 fastVariance, int256 lnPrice)
    {
        return (word.samples(), word.time(), word.slowVariance(), word.fastVariance(), word.lnPrice());
    }

    function updateVolatility(
        VolatilityWord word,
        uint256 price,
        uint32 time,
        uint256 fastTau,
        uint256 slowTau,
        uint256 minInterval,
        uint256 clipSquared,
        uint256 varianceFloor,
        uint256 initialVariance
    ) external pure returns (VolatilityWord) {
        VolatilityParameters memory parameters =
            VolatilityParameters(fastTau, slowTau, minInterval, clipSquared, varianceFloor, initialVariance);
        return VolatilityMath.updateVolatility(word, price, time, parameters);
    }

    function updateWinsorised(
        VolatilityWord word,
        uint256 price,
        uint32 time,
        uint256 fastTau,
        uint256 slowTau,
        uint256 minInterval,
        uint256 clipSquared,
        uint256 varianceFloor,
        uint256 initialVariance
    ) external pure returns (VolatilityWord) {
        VolatilityParameters memory parameters =
            VolatilityParameters(fastTau, slowTau, minInterval, clipSquared, varianceFloor, initialVariance);
        return VolatilityMath.updateWinsorised(word, price, time, parameters);
    }

    function pushedVarianceAt(PushedVariance word, uint256 timestamp) external pure returns (uint256) {
        return word.at(timestamp);
    }

    function nextPushedVariance(PushedVariance word, uint72 target, uint32 until, uint32 timestamp)
        external
        pure
        returns (PushedVariance)
    {
        return word.next(target, until, timestamp);
    }

    function updateAcrossGap(
        VolatilityWord word,
        uint256 price,
        uint32 time,
        uint256 fastTau,
        uint256 slowTau,
        uint256 minInterval,
        uint256 clipSquared,
        uint256 varianceFloor,
        uint256 initialVariance
    ) external pure returns (VolatilityWord) {
        VolatilityParameters memory parameters =
            VolatilityParameters(fastTau, slowTau, minInterval, clipSquared, varianceFloor, initialVariance);
        return VolatilityMath.updateAcrossGap(word, price, time, parameters);
    }

    function variance(
        VolatilityWord word,
        uint256 fastTau,
        uint256 slowTau,
        uint256 minInterval,
        uint256 clipSquared,
        uint256 varianceFloor,
        uint256 initialVariance
    ) external pure returns (uint256) {
        VolatilityParameters memory parameters =
            VolatilityParameters(fastTau, slowTau, minInterval, clipSquared, varianceFloor, initialVariance);
        return VolatilityMath.variance(word, parameters);
    }

    function adverseMove(uint256 tail, uint256 variance_, uint256 horizon) external pure returns (uint256) {
        return VolatilityMath.adverseMove(tail, variance_, horizon);
    }

    function adverseMoveShort(uint256 move) external pure returns (uint256) {
        return VolatilityMath.adverseMoveShort(move);
    }

    function horizonVolatility(uint256 variance_, uint256 horizon) external pure returns (uint256) {
        return VolatilityMath.horizonVolatility(variance_, horizon);
    }

    function volatilityLimit(uint256 equity, uint256 riskBudget, uint256 move) external pure returns (uint256) {
        return VolatilityLimit.volatilityLimit(equity, riskBudget, move);
    }

    function collateralLimitLong(
        uint256 equity,
        uint256 move,
        uint256 maintenanceMarginRatio,
        uint256 liquidationPenalty,
        uint256 fee
    ) external pure returns (uint256) {
        return CollateralLimit.collateralLimitLong(equity, move, maintenanceMarginRatio, liquidationPenalty, fee);
    }

    function collateralLimitShort(
        uint256 equity,
        uint256 move,
        uint256 maintenanceMarginRatio,
        uint256 liquidationPenalty,
        uint256 fee
    ) external pure returns (uint256) {
        return CollateralLimit.collateralLimitShort(equity, move, maintenanceMarginRatio, liquidationPenalty, fee);
    }

    function marginLimit(uint256 equity, uint256 others, uint256 baseRatio, uint256 fullMarginOpenInterest)
        external
        pure
        returns (uint256)
    {
        return MarginLimit.marginLimit(equity, others, baseRatio, fullMarginOpenInterest);
    }

    function openInterestLimit(uint256 scale, uint256 cap, uint256 sameSideOthers) external pure returns (uint256) {
        return OpenInterestLimit.openInterestLimit(scale, cap, sameSideOthers);
    }

    function openInterestScale(uint256 referenceMove, uint256 move) external pure returns (uint256) {
        return OpenInterestLimit.openInterestScale(referenceMove, move);
    }

    function oracleScale(uint256 age, uint256 heartbeat, uint256 maxAge) external pure returns (uint256) {
        return OracleScale.oracleScale(age, heartbeat, maxAge);
    }

    function bind(uint256 first, uint256 second, uint256 third, uint256 scale)
        external
        pure
        returns (uint256 notional, uint256 index)
    {
        uint256[] memory limits = new uint256[](3);
        (limits[0], limits[1], limits[2]) = (first, second, third);
        return Binding.bind(limits, scale);
    }

    function collateralRatioLimit(uint256 collateralValue, uint256 move, uint256 minCollateralRatio)
        external
        pure
        returns (uint256)
    {
        return CollateralRatioLimit.collateralRatioLimit(collateralValue, move, minCollateralRatio);
    }

    function liquidityLimit(uint256 cap, uint256 sameSideOthers) external pure returns (uint256) {
        return LiquidityLimit.liquidityLimit(cap, sameSideOthers);
    }

    function participationLimit(uint256 dailyVolume, uint256 participation, uint256 unwindTime)
        external
        pure
        returns (uint256)
    {
        return LiquidityLimit.participationLimit(dailyVolume, participation, unwindTime);
    }

    function impactLimit(uint256 dailyVolume, uint256 maxSlippage, uint256 impactCoefficient, uint256 variance_)
        external
        pure
        returns (uint256)
    {
        return LiquidityLimit.impactLimit(dailyVolume, maxSlippage, impactCoefficient, variance_);
    }

    function skewLimit(uint256 maxSkew, uint256 sameSideOthers, uint256 oppositeOthers)
        external
        pure
        returns (uint256)
    {
        return SkewLimit.skewLimit(maxSkew, sameSideOthers, oppositeOthers);
    }

    function concentrationLimit(uint256 maxShare, uint256 poolEquity, uint256 linkedExposure)
        external
        pure
        returns (uint256)
    {
        return ConcentrationLimit.concentrationLimit(maxShare, poolEquity, linkedExposure);
    }

    function kellyLimit(uint256 equity, uint256 fraction, int256 edge, uint256 variance_)
        external
        pure
        returns (uint256)
    {
        return KellyLimit.kellyLimit(equity, fraction, edge, variance_);
    }

    function kellyLimitBinary(uint256 equity, uint256 fraction, uint256 probability, uint256 odds)
        external
        pure
        returns (uint256)
    {
        return KellyLimit.kellyLimitBinary(equity, fraction, probability, odds);
    }

    function kellyLimitMarket(uint256 equity, uint256 fraction, uint256 probability, uint256 price)
        external
        pure
        returns (uint256)
    {
        return KellyLimit.kellyLimitMarket(equity, fraction, probability, price);
    }

    function growthHeadroom(uint256 level, uint256 capacity, uint256 refillRate, uint256 elapsed)
        external
        pure
        returns (uint256)
    {
        return GrowthLimit.growthHeadroom(level, capacity, refillRate, elapsed);
    }

    function drawdownScale(int256 equity, uint256 peak, uint256 maxDrawdown, uint256 power)
        external
        pure
        returns (uint256)
    {
        return DrawdownScale.drawdownScale(equity, peak, maxDrawdown, power);
    }

    function cppiLimit(int256 equity, uint256 peak, uint256 maxDrawdown, uint256 multiplier)
        external
        pure
        returns (uint256)
    {
        return DrawdownScale.cppiLimit(equity, peak, maxDrawdown, multiplier);
    }

    function peakAfterFlow(uint256 peak, int256 equity, int256 flow) external pure returns (uint256) {
        return MeterMath.peakAfterFlow(peak, equity, flow);
    }

    function fadedPeak(uint256 peak, int256 equity, uint256 elapsed, uint256 halfLife) external pure returns (uint256) {
        return MeterMath.fadedPeak(peak, equity, elapsed, halfLife);
    }

    function levelNow(uint256 level, uint256 refillRate, uint256 elapsed) external pure returns (uint256) {
        return MeterMath.levelNow(level, refillRate, elapsed);
    }

    function levelAfterIncrease(uint256 level, uint256 refillRate, uint256 elapsed, uint256 added)
        external
        pure
        returns (uint256)
    {
        return MeterMath.levelAfterIncrease(level, refillRate, elapsed, added);
    }

    function levelAfterDecrease(uint256 level, uint256 removed) external pure returns (uint256) {
        return MeterMath.levelAfterDecrease(level, removed);
    }
}
