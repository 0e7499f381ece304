// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ExtendedPolicy} from "../../contracts/types/ExtendedPolicy.sol";
import {FeedPolicy} from "../../contracts/types/FeedPolicy.sol";
import {GrowthMeter, GrowthMeterLibrary} from "../../contracts/types/GrowthMeter.sol";
import {HighWaterMark, HighWaterMarkLibrary} from "../../contracts/types/HighWaterMark.sol";
import {PoolMeter} from "../../contracts/types/PoolMeter.sol";
import {PortfolioPolicy} from "../../contracts/types/PortfolioPolicy.sol";
import {PushedVariance, PushedVarianceLibrary} from "../../contracts/types/PushedVariance.sol";
import {RiskPolicy} from "../../contracts/types/RiskPolicy.sol";
import {SelfLimit} from "../../contracts/types/SelfLimit.sol";
import {VariancePolicy} from "../../contracts/types/VariancePolicy.sol";
import {VolatilitySlot, VolatilitySlotLibrary} from "../../contracts/types/VolatilitySlot.sol";
import {VolatilityWord, VolatilityWordLibrary} from "../../contracts/types/VolatilityWord.sol";
import {Properties} from "./helpers/Properties.sol";

/// @notice Packed words hold what was put into them, field by field, and nothing spills into a neighbour.
contract WordsTest is Properties {
    /// @notice Every field comes back, and packing what came back gives the same word.
    function testFuzz_volatilityWord(uint8 samples, uint32 time, uint72 slow, uint72 fast, int72 lnPrice) external pure {
        VolatilityWord word = VolatilityWordLibrary.pack(samples, time, slow, fast, lnPrice);
        _equal(word.samples(), samples, "samples");
        _equal(word.time(), time, "time");
        _equal(word.slowVariance(), slow, "slow variance");
        _equal(word.fastVariance(), fast, "fast variance");
        _equal(word.lnPrice(), int256(lnPrice), "logarithm");
    }

    /// @notice Any 256 bits are a word: taking it apart and packing it again changes no bit.
    function testFuzz_volatilityWordHasNoOtherBits(uint256 raw) external pure {
        VolatilityWord word = VolatilityWord.wrap(raw);
        VolatilityWord again = VolatilityWordLibrary.pack(
            word.samples(), word.time(), word.slowVariance(), word.fastVariance(), word.lnPrice()
        );
        _equal(VolatilityWord.unwrap(again), raw, "packed again");
    }

    /// @notice The stamp hides in a word whose logarithm fits 68 bits, and changes nothing of it.
    function testFuzz_stampedWordIsTheWord(uint256 raw, int256 lnPrice, uint256 roundId) external pure {
        int256 ln = int256(_range(uint256(lnPrice), 0, (1 << 68) - 1)) - (1 << 67);
        VolatilityWord seen = VolatilityWord.wrap(raw);
        VolatilityWord word = VolatilityWordLibrary.pack(
            seen.samples(), seen.time(), seen.slowVariance(), seen.fastVariance(), ln
        );
        VolatilitySlot slot = VolatilitySlotLibrary.stamp(word, roundId);
        _equal(VolatilityWord.unwrap(slot.word()), VolatilityWord.unwrap(word), "the word under the stamp");
    }

    /// @notice A slot is followed by the next id, and of the sixteen after it by no other.
    function testFuzz_stampKnowsTheNextRound(uint256 raw, uint80 roundId) external pure {
        VolatilitySlot slot = VolatilitySlotLibrary.stamp(VolatilityWord.wrap(raw), roundId);
        for (uint256 jump = 0; jump < 16; ++jump) {
            _holds(slot.isFollowedBy(uint256(roundId) + jump) == (jump == 1), "followed by the next alone");
        }
    }

    /// @notice The feed's policy: each field from its own bits, in its unit.
    function testFuzz_feedPolicy(uint256 raw) external pure {
        FeedPolicy word = FeedPolicy.wrap(raw);
        _equal(uint160(word.feed()), _bits(raw, 0, 160), "feed");
        _equal(word.feedDecimals(), _bits(raw, 160, 8), "decimals");
        _equal(word.heartbeat(), _bits(raw, 168, 16) * 10, "heartbeat");
        _equal(word.maxAge(), _bits(raw, 184, 16) * 10, "maximum age");
        _equal(word.volatilityFloor(), _bits(raw, 200, 16) * 1e14, "volatility floor");
        _equal(word.active(), _bits(raw, 216, 16), "active");
        _equal(word.mode(), _bits(raw, 232, 8), "mode");
        _equal(word.maxConfidence(), _bits(raw, 240, 8) * 1e15, "maximum confidence");
        _holds(word.hasConfidence() == (_bits(raw, 240, 8) > 0), "asks for confidence");
        _equal(word.flags(), _bits(raw, 248, 8), "flags");
        _holds(word.usesImpact() == (_bits(raw, 248, 1) == 1), "impact");
        _holds(word.usesPushedVariance() == (_bits(raw, 249, 1) == 1), "pushed variance");
        _holds(word.isWinsorised() == (_bits(raw, 250, 1) == 1), "winsorised");
        _holds(word.isSet() == (raw != 0), "set");
    }

    /// @notice The fifth policy word: each field from its own bits, in its unit.
    function testFuzz_variancePolicy(uint256 raw) external pure {
        VariancePolicy word = VariancePolicy.wrap(raw);
        _equal(uint160(word.source()), _bits(raw, 0, 160), "source");
        _equal(word.maxVolatility(), _bits(raw, 160, 16) * 1e14, "maximum volatility");
    }

    /// @notice What was pushed: every field comes back from the bits it is drawn in.
    function testFuzz_pushedVariance(uint32 until, uint32 begin, uint72 target, uint72 from) external pure {
        PushedVariance word = PushedVarianceLibrary.pack(until, begin, target, from);
        uint256 raw = PushedVariance.unwrap(word);
        _equal(word.until(), _bits(raw, 224, 32), "until");
        _equal(word.begin(), _bits(raw, 192, 32), "begin");
        _equal(word.target(), _bits(raw, 120, 72), "target");
        _equal(word.from(), _bits(raw, 48, 72), "from");
        _equal(_bits(raw, 0, 48), 0, "spare");
        _holds(word.until() == until && word.begin() == begin && word.target() == target && word.from() == from, "fields");
    }

    /// @notice The risk policy: each field from its own bits, in its unit.
    function testFuzz_riskPolicy(uint256 raw, uint256 exponent) external pure {
        // Policies keep the exponent at 40 or below.
        raw = (raw & ~(uint256(0xff) << 152)) | (_range(exponent, 0, 40) << 152);
        RiskPolicy word = RiskPolicy.wrap(raw);
        _equal(word.tail(), _bits(raw, 0, 16) * 1e14, "tail");
        _equal(word.riskBudget(), _bits(raw, 16, 16) * 1e14, "risk budget");
        _equal(word.maintenanceAndPenalty(), _bits(raw, 32, 16) * 1e14, "maintenance and penalty");
        _equal(word.exitFee(), _bits(raw, 48, 16) * 1e14, "exit fee");
        _equal(word.baseMargin(), _bits(raw, 64, 16) * 1e14, "base margin");
        _equal(word.fullMarginOpenInterest(), _bits(raw, 80, 40) * 1e18, "open interest at full margin");
        _equal(word.openInterestCap(), _bits(raw, 120, 32) * 10 ** _bits(raw, 152, 8), "open interest cap");
        _equal(word.referenceMove(), _bits(raw, 160, 16) * 1e14, "reference move");
        _equal(word.liquidityCap(), _bits(raw, 176, 40) * 1e18, "liquidity cap");
        _equal(word.concentrationShare(), _bits(raw, 216, 16) * 1e14, "concentration share");
        _equal(word.horizon(), _bits(raw, 232, 24), "horizon");
    }

    /// @notice The third policy word: each field from its own bits, in its unit.
    function testFuzz_extendedPolicy(uint256 raw, uint256 skewExponent, uint256 growthExponent) external pure {
        // Policies keep the exponents at 40 or below.
        raw = (raw & ~(uint256(0xff) << 104)) | (_range(skewExponent, 0, 40) << 104);
        raw = (raw & ~(uint256(0xff) << 144)) | (_range(growthExponent, 0, 40) << 144);
        ExtendedPolicy word = ExtendedPolicy.wrap(raw);
        _equal(word.dailyVolume(), _bits(raw, 0, 40) * 1e18, "daily volume");
        _equal(word.maxSlippage(), _bits(raw, 40, 16) * 1e14, "maximum slippage");
        _equal(word.impactCoefficient(), _bits(raw, 56, 16) * 1e14, "impact coefficient");
        _equal(word.maxSkew(), _bits(raw, 72, 32) * 10 ** _bits(raw, 104, 8), "maximum skew");
        _equal(word.growthCapacity(), _bits(raw, 112, 32) * 10 ** _bits(raw, 144, 8), "growth capacity");
        _equal(word.growthPeriod(), _bits(raw, 152, 24), "growth period");
        _equal(word.maxDrawdown(), _bits(raw, 176, 16) * 1e14, "maximum drawdown");
        _equal(word.drawdownPower(), _bits(raw, 192, 8), "power");
        _equal(word.peakHalfLife(), _bits(raw, 200, 16) * 3_600, "half-life");
    }

    /// @notice The fourth policy word: each field from its own bits, in its unit.
    function testFuzz_portfolioPolicy(uint256 raw, uint256 delta, uint256 gamma, uint256 vega) external pure {
        // Policies keep the exponents at 40 or below.
        raw = (raw & ~(uint256(0xff) << 176)) | (_range(delta, 0, 40) << 176);
        raw = (raw & ~(uint256(0xff) << 208)) | (_range(gamma, 0, 40) << 208);
        raw = (raw & ~(uint256(0xff) << 240)) | (_range(vega, 0, 40) << 240);
        PortfolioPolicy word = PortfolioPolicy.wrap(raw);
        _equal(word.flags(), _bits(raw, 0, 16), "flags");
        int256 beta = int256(_bits(raw, 16, 16) * 1e14);
        _equal(word.beta(), _bits(raw, 7, 1) == 1 ? -beta : beta, "beta");
        _equal(word.betaStress(), _bits(raw, 248, 8) * 1e16, "stress of beta");
        _equal(word.riskBudget(), _bits(raw, 32, 16) * 1e14, "risk budget");
        _equal(word.tail(), _bits(raw, 48, 16) * 1e14, "tail");
        _equal(word.horizon(), _bits(raw, 64, 24), "horizon");
        _equal(word.netting(), _bits(raw, 88, 16) * 1e14, "netting");
        _equal(word.volDown(), _bits(raw, 104, 16) * 1e14, "volatility down");
        _equal(word.volUp(), _bits(raw, 120, 16) * 1e14, "volatility up");
        _equal(word.maxRiskShare(), _bits(raw, 136, 16) * 1e14, "share of the budget");
        _equal(word.deltaCap(), _bits(raw, 152, 24) * 10 ** _bits(raw, 176, 8), "cap on delta");
        _equal(word.gammaCap(), _bits(raw, 184, 24) * 10 ** _bits(raw, 208, 8), "cap on gamma");
        _equal(word.vegaCap(), _bits(raw, 216, 24) * 10 ** _bits(raw, 240, 8), "cap on vega");
        for (uint256 i = 0; i < 16; ++i) _holds(word.has(1 << i) == (_bits(raw, i, 1) == 1), "a flag");
    }

    /// @notice What an account says: each field from its own bits, in its unit, the edge with its sign.
    function testFuzz_selfLimit(uint256 raw) external pure {
        SelfLimit word = SelfLimit.wrap(raw);
        _equal(word.maxNotional(), _bits(raw, 0, 40) * 1e18, "maximum notional");
        _equal(word.fraction(), _bits(raw, 40, 16) * 1e14, "fraction");
        _equal(word.rules(), _bits(raw, 56, 8), "rules");
        _equal(word.kelly(), _bits(raw, 56, 2), "formula");
        _holds(word.hasMaxNotional() == (_bits(raw, 58, 1) == 1), "has a maximum notional");
        int256 edge = int256(_bits(raw, 64, 31)) - int256(_bits(raw, 95, 1) << 31);
        _equal(word.edge(), edge * 1e14, "edge");
        _equal(word.probability(), _bits(raw, 96, 16) * 1e14, "probability");
        _equal(word.odds(), _bits(raw, 112, 32) * 1e14, "odds");
        _equal(word.expiry(), _bits(raw, 144, 32), "expiry");
        _equal(word.spare(), _bits(raw, 176, 80), "spare");
    }

    /// @notice A side's bucket: both fields come back, and a level that does not fit is the largest that does.
    function testFuzz_growthMeter(uint256 level, uint32 time) external pure {
        level = _spread(level, 0, type(uint256).max);
        GrowthMeter meter = GrowthMeterLibrary.pack(level, time);
        _equal(meter.level(), level < type(uint224).max ? level : type(uint224).max, "level");
        _equal(meter.time(), time, "time");
        GrowthMeter again = GrowthMeterLibrary.pack(meter.level(), meter.time());
        _equal(GrowthMeter.unwrap(again), GrowthMeter.unwrap(meter), "packed again");
    }

    /// @notice An account's mark: both fields come back, a peak that does not fit is the largest that does, and nothing stands
    /// between them.
    function testFuzz_highWaterMark(uint256 peak, uint32 time) external pure {
        peak = _spread(peak, 0, type(uint256).max);
        HighWaterMark mark = HighWaterMarkLibrary.pack(peak, time);
        _equal(mark.peak(), peak < type(uint128).max ? peak : type(uint128).max, "peak");
        _equal(mark.time(), time, "time");
        _equal(_bits(HighWaterMark.unwrap(mark), 128, 96), 0, "nothing between");
    }

    /// @notice The pool's meter: each field from its own bits; a round seen already changes nothing, a later one moves the
    /// latest to the place of the one before.
    function testFuzz_poolMeter(uint256 raw, uint256 equity, uint32 roundTime) external pure {
        PoolMeter meter = PoolMeter.wrap(raw);
        _equal(meter.latest(), _bits(raw, 0, 112), "latest");
        _equal(meter.previous(), _bits(raw, 112, 112), "previous");
        _equal(meter.time(), _bits(raw, 224, 32), "time");
        equity = _spread(equity, 0, type(uint256).max);
        PoolMeter next = meter.see(equity, roundTime);
        if (roundTime <= meter.time()) return _equal(PoolMeter.unwrap(next), raw, "seen already");
        uint256 kept = equity < type(uint112).max ? equity : type(uint112).max;
        _equal(next.latest(), kept, "the pool as it is seen");
        _equal(next.previous(), meter.time() == 0 ? kept : meter.latest(), "the pool as it was seen before");
        _equal(next.time(), roundTime, "the round");
    }

    /// @notice Believed is at most what was seen at each of the two rounds last seen, and seeing it leaves the belief of
    /// the same round at most at what is there: money of a moment raises nothing.
    function testFuzz_poolOfAMomentIsNotBelieved(uint256 raw, uint256 equity, uint32 roundTime) external pure {
        PoolMeter meter = PoolMeter.wrap(raw);
        uint256 believed = meter.seen(roundTime);
        if (meter.time() > 0) _atMost(believed, meter.latest(), "the round before");
        equity = _spread(equity, 0, type(uint256).max);
        uint256 afterwards = meter.see(equity, roundTime).seen(roundTime);
        _atMost(afterwards, believed, "seeing it raised it");
        bool isNew = roundTime > meter.time();
        if (isNew) _atMost(afterwards, equity, "more than there is");
    }

    function _bits(uint256 raw, uint256 shift, uint256 width) private pure returns (uint256) {
        return (raw >> shift) & ((1 << width) - 1);
    }
}
