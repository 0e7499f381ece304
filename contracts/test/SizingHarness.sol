// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PolicyWords, Position, Verdict} from "../interfaces/ISizingGuard.sol";
import {PolicyRules} from "../libraries/PolicyRules.sol";
import {PositionMeters} from "../libraries/PositionMeters.sol";
import {SelfLimitRules} from "../libraries/SelfLimitRules.sol";
import {AccountState, MarketState, SizingMath} from "../libraries/SizingMath.sol";
import {FeedReader, Round} from "../oracle/FeedReader.sol";
import {ExtendedPolicy} from "../types/ExtendedPolicy.sol";
import {FeedPolicy} from "../types/FeedPolicy.sol";
import {PortfolioPolicy, PortfolioPolicyLibrary} from "../types/PortfolioPolicy.sol";
import {RiskPolicy} from "../types/RiskPolicy.sol";
import {GrowthMeter} from "../types/GrowthMeter.sol";
import {HighWaterMark} from "../types/HighWaterMark.sol";
import {SelfLimit} from "../types/SelfLimit.sol";
import {VariancePolicy} from "../types/VariancePolicy.sol";

/// @notice Every value the policy words stand for, in the order of the SDK's `Policy`.
struct PolicyValues {
    address feed;
    uint256 feedDecimals;
    uint256 mode;
    uint256 active;
    uint256 heartbeat;
    uint256 maxAge;
    uint256 volatilityFloor;
    uint256 tail;
    uint256 riskBudget;
    uint256 maintenanceAndPenalty;
    uint256 exitFee;
    uint256 baseMargin;
    uint256 fullMarginOpenInterest;
    uint256 liquidityCap;
    uint256 openInterestCap;
    uint256 referenceMove;
    uint256 concentrationShare;
    uint256 horizon;
    bool usesImpact;
    uint256 dailyVolume;
    uint256 maxSlippage;
    uint256 impactCoefficient;
    uint256 maxSkew;
    uint256 growthCapacity;
    uint256 growthPeriod;
    uint256 maxDrawdown;
    uint256 drawdownPower;
    uint256 peakHalfLife;
    bool hasGreeks;
    bool capsRiskShare;
    bool capsDelta;
    bool capsGamma;
    bool capsVega;
    bool usesFactor;
    bool hasBeta;
    uint256 portfolioBudget;
    uint256 portfolioTail;
    uint256 portfolioHorizon;
    uint256 netting;
    uint256 volDown;
    uint256 volUp;
    uint256 maxRiskShare;
    uint256 deltaCap;
    uint256 gammaCap;
    uint256 vegaCap;
    int256 beta;
    uint256 betaStress;
    uint256 maxConfidence;
    bool usesPushedVariance;
    bool isWinsorised;
    address varianceSource;
    uint256 maxVolatility;
}

/// @notice What a feed answers, word for word.
struct RoundAnswer {
    uint256 roundId;
    int256 answer;
    uint256 updatedAt;
    uint256 answeredInRound;
    uint256 decimals;
    uint256 confidence;
    bool hasConfidence;
}

/// @title SizingHarness
/// @notice The pure core of the guard, callable from outside with static arguments only.
/// @dev For tests. A position is a static struct, so its calldata is eight words like any others.
contract SizingHarness {
    RoundAnswer private _answer;

    function judge(
        FeedPolicy feed,
        RiskPolicy risk,
        ExtendedPolicy extended,
        Position calldata position,
        MarketState calldata market,
        AccountState calldata account
    ) external pure returns (Verdict memory) {
        return SizingMath.judge(feed, risk, extended, position, market, account);
    }

    function carry(Position calldata position) external pure returns (uint256) {
        return SizingMath.carry(position);
    }

    function reducesRisk(Position calldata position) external pure returns (bool) {
        return SizingMath.reducesRisk(position);
    }

    /// @notice The policy's values, after the range check let it pass.
    function requireInRange(bytes32 market, PolicyWords calldata words) external pure returns (PolicyValues memory) {
        PolicyRules.requireInRange(market, words);
        return policyValues(words);
    }

    function policyValues(PolicyWords calldata words) public pure returns (PolicyValues memory values) {
        FeedPolicy feed = FeedPolicy.wrap(words.feedPolicy);
        RiskPolicy risk = RiskPolicy.wrap(words.riskPolicy);
        ExtendedPolicy extended = ExtendedPolicy.wrap(words.extendedPolicy);
        _addPortfolioValues(values, PortfolioPolicy.wrap(words.portfolioPolicy));
        _addVarianceValues(values, feed, VariancePolicy.wrap(words.variancePolicy));
        values.feed = feed.feed();
        values.feedDecimals = feed.feedDecimals();
        values.mode = feed.mode();
        values.active = feed.active();
        values.heartbeat = feed.heartbeat();
        values.maxAge = feed.maxAge();
        values.volatilityFloor = feed.volatilityFloor();
        values.tail = risk.tail();
        values.riskBudget = risk.riskBudget();
        values.maintenanceAndPenalty = risk.maintenanceAndPenalty();
        values.exitFee = risk.exitFee();
        values.baseMargin = risk.baseMargin();
        values.fullMarginOpenInterest = risk.fullMarginOpenInterest();
        values.liquidityCap = risk.liquidityCap();
        values.openInterestCap = risk.openInterestCap();
        values.referenceMove = risk.referenceMove();
        values.concentrationShare = risk.concentrationShare();
        values.horizon = risk.horizon();
        values.usesImpact = feed.usesImpact();
        values.dailyVolume = extended.dailyVolume();
        values.maxSlippage = extended.maxSlippage();
        values.impactCoefficient = extended.impactCoefficient();
        values.maxSkew = extended.maxSkew();
        values.growthCapacity = extended.growthCapacity();
        values.growthPeriod = extended.growthPeriod();
        values.maxDrawdown = extended.maxDrawdown();
        values.drawdownPower = extended.drawdownPower();
        values.peakHalfLife = extended.peakHalfLife();
    }

    function _addVarianceValues(PolicyValues memory values, FeedPolicy feed, VariancePolicy variance) private pure {
        values.maxConfidence = feed.maxConfidence();
        values.usesPushedVariance = feed.usesPushedVariance();
        values.isWinsorised = feed.isWinsorised();
        values.varianceSource = variance.source();
        values.maxVolatility = variance.maxVolatility();
    }

    function _addPortfolioValues(PolicyValues memory values, PortfolioPolicy portfolio) private pure {
        values.hasGreeks = portfolio.has(PortfolioPolicyLibrary.HAS_GREEKS);
        values.capsRiskShare = portfolio.has(PortfolioPolicyLibrary.CAPS_RISK_SHARE);
        values.capsDelta = portfolio.has(PortfolioPolicyLibrary.CAPS_DELTA);
        values.capsGamma = portfolio.has(PortfolioPolicyLibrary.CAPS_GAMMA);
        values.capsVega = portfolio.has(PortfolioPolicyLibrary.CAPS_VEGA);
        values.usesFactor = portfolio.has(PortfolioPolicyLibrary.USES_FACTOR);
        values.hasBeta = portfolio.has(PortfolioPolicyLibrary.HAS_BETA);
        values.portfolioBudget = portfolio.riskBudget();
        values.portfolioTail = portfolio.tail();
        values.portfolioHorizon = portfolio.horizon();
        values.netting = portfolio.netting();
        values.volDown = portfolio.volDown();
        values.volUp = portfolio.volUp();
        values.maxRiskShare = portfolio.maxRiskShare();
        values.deltaCap = portfolio.deltaCap();
        values.gammaCap = portfolio.gammaCap();
        values.vegaCap = portfolio.vegaCap();
        values.beta = portfolio.beta();
        values.betaStress = portfolio.betaStress();
    }

    /// @notice What an action makes of the meters of its market and account, and what they say of it before: what its old side
    /// loses and its new side gains, both buckets after it, the headroom before it, and the account's mark after it.
    function positionMeters(
        ExtendedPolicy policy,
        GrowthMeter before,
        GrowthMeter after_,
        HighWaterMark mark,
        uint256 timestamp,
        Position calldata position
    )
        external
        pure
        returns (
            uint256 shrunk,
            uint256 grown,
            GrowthMeter nextBefore,
            GrowthMeter nextAfter,
            uint256 headroom,
            HighWaterMark next
        )
    {
        shrunk = PositionMeters.shrunk(position);
        grown = PositionMeters.grown(position);
        nextBefore = PositionMeters.decrease(before, shrunk);
        nextAfter = PositionMeters.increase(policy, after_, grown, timestamp);
        headroom = PositionMeters.growthHeadroom(policy, after_, timestamp);
        next = PositionMeters.highWaterMark(policy, mark, position, timestamp);
    }

    /// @notice Whether one self limit may replace another; refused where it is out of range.
    function selfLimitTightens(SelfLimit current, SelfLimit next, uint256 timestamp) external pure returns (bool) {
        SelfLimitRules.requireInRange(next, timestamp);
        return SelfLimitRules.tightens(current, next);
    }

    /// @notice How the guard reads each of these answers, and the time at which it does.
    /// @dev Plays the feed itself. Writes, so it is for `eth_call` and not for a batch.
    function readRounds(RoundAnswer[] calldata answers)
        external
        returns (uint256 timestamp, Round[] memory rounds)
    {
        timestamp = block.timestamp;
        rounds = new Round[](answers.length);
        for (uint256 i = 0; i < answers.length; ++i) {
            _answer = answers[i];
            rounds[i] = FeedReader.latest(address(this), answers[i].decimals, answers[i].hasConfidence);
        }
    }

    /// @dev Of the shape of `IAggregatorV3`, in whole words: a feed may answer what its ABI does not allow.
    function latestRoundData() external view returns (uint256, int256, uint256, uint256, uint256) {
        RoundAnswer memory a = _answer;
        return (a.roundId, a.answer, a.updatedAt, a.updatedAt, a.answeredInRound);
    }

    /// @dev Of the shape of `IConfidenceFeed`.
    function latestRoundDataWithConfidence() external view returns (uint256, int256, uint256, uint256, uint256) {
        RoundAnswer memory a = _answer;
        return (a.roundId, a.answer, a.confidence, a.updatedAt, a.answeredInRound);
    }
}
