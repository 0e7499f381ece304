// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {PolicyChecker} from "./PolicyChecker.sol";
import {PortfolioReader} from "./PortfolioReader.sol";
import {
    Assessment,
    Exposure,
    ISizingGuard,
    Limit,
    MeterWords,
    Mode,
    PolicyWords,
    Position,
    Verdict
} from "./interfaces/ISizingGuard.sol";
import {UNCAPPED} from "./libraries/FixedPointMath.sol";
import {PositionMeters} from "./libraries/PositionMeters.sol";
import {AccountState, MarketState, SizingMath} from "./libraries/SizingMath.sol";
import {Market} from "./oracle/VolatilityOracle.sol";
import {ExtendedPolicy} from "./types/ExtendedPolicy.sol";
import {FeedPolicy} from "./types/FeedPolicy.sol";
import {GrowthMeter} from "./types/GrowthMeter.sol";
import {HighWaterMark} from "./types/HighWaterMark.sol";
import {PoolMeter} from "./types/PoolMeter.sol";
import {PortfolioPolicy} from "./types/PortfolioPolicy.sol";
import {PushedVariance} from "./types/PushedVariance.sol";
import {RiskPolicy} from "./types/RiskPolicy.sol";
import {SelfLimit} from "./types/SelfLimit.sol";
import {VariancePolicy} from "./types/VariancePolicy.sol";
import {VolatilitySlot} from "./types/VolatilitySlot.sol";

/// @notice What a guard keeps for one account in one market, where Drawdown or SelfLimit is active.
struct AccountMeters {
    HighWaterMark highWaterMark;
    SelfLimit selfLimit;
}

/// @title SizingGuard
/// @notice A protocol asks this contract before it lets an action stand. It is also the volatility oracle of its markets.
/// @dev Warning: the guard believes the protocol's sizes, equity and open interest. What each mis-statement can do is in
/// docs/integration.md.
/// @dev Warning: governance sets policies and nothing else. No role is asked while trading.
contract SizingGuard is ISizingGuard, PortfolioReader, AccessManaged {
    /* IMMUTABLES */

    /// @inheritdoc ISizingGuard
    address public immutable PROTOCOL;
    PolicyChecker private immutable CHECKER = new PolicyChecker();

    /* STORAGE */

    mapping(bytes32 market => mapping(address account => AccountMeters)) private _accounts;

    modifier onlyProtocol() {
        if (msg.sender != PROTOCOL) revert NotProtocol(msg.sender, PROTOCOL);
        _;
    }

    /// @param authority the AccessManager that governs policies
    /// @param protocol the only caller of `enforce` and `record`; it may be deployed after the guard, at a predicted address
    constructor(address authority, address protocol) AccessManaged(authority) {
        if (authority == address(0) || protocol == address(0)) revert ZeroAddress();
        PROTOCOL = protocol;
    }

    /* EXTERNAL */

    /// @inheritdoc ISizingGuard
    function enforce(bytes32 market, Position calldata position) external onlyProtocol {
        if (SizingMath.reducesRisk(position)) _moveMeters(market, position);
        else _enforce(market, position);
    }

    /// @inheritdoc ISizingGuard
    function enforceBounded(bytes32 market, Position calldata position, uint256 minLimitSize, uint256 deadline)
        external
        onlyProtocol
    {
        if (SizingMath.reducesRisk(position)) return _moveMeters(market, position);
        if (block.timestamp > deadline) revert Expired(deadline, block.timestamp);
        uint256 limitSize = _enforce(market, position);
        if (limitSize < minLimitSize) revert LimitMoved(market, position.account, limitSize, minLimitSize);
    }

    /// @inheritdoc ISizingGuard
    function enforcePortfolio(bytes32 market, Position calldata position, Exposure[] calldata others)
        external
        onlyProtocol
    {
        Market storage m = _markets[market];
        FeedPolicy feed = m.feed;
        bool isReduction = _reducesRisk(market, position, others);
        if (!feed.isSet() && !isReduction) revert PolicyNotSet(market);
        VolatilitySlot slot = m.volatility;
        (MarketState memory state, VolatilitySlot next, uint256 roundTime) = _marketState(m, feed, slot);
        Assessment memory assessment = _assess(market, feed, position, others, state, isReduction);
        if (isReduction) {
            _moveMeters(market, position);
        } else {
            if (_measuresPool(feed, roundTime)) _seePool(m, state, position.poolEquity, roundTime);
            _judge(market, m, feed, position, state, assessment.limit);
            _store(market, m, slot, next);
        }
        if (assessment.loss > assessment.allowedLoss) _rejectLoss(market, feed, position.account, assessment);
    }

    /// @inheritdoc ISizingGuard
    function record(bytes32 market, Position calldata position) external onlyProtocol {
        if (SizingMath.flips(position) || SignedMath.abs(position.sizeAfter) > SignedMath.abs(position.sizeBefore)) {
            revert SizeGrew(market, position.account, position.sizeBefore, position.sizeAfter);
        }
        _moveMeters(market, position);
        emit Recorded(market, position.account, position.sizeBefore, position.sizeAfter);
    }

    /// @inheritdoc ISizingGuard
    function setSelfLimit(bytes32 market, uint256 selfLimit) external {
        AccountMeters storage a = _accounts[market][msg.sender];
        SelfLimit next = SelfLimit.wrap(selfLimit);
        CHECKER.requireSelfLimit(market, msg.sender, a.selfLimit, next);
        a.selfLimit = next;
        emit SelfLimitSet(market, msg.sender, selfLimit);
    }

    /// @inheritdoc ISizingGuard
    function setPolicy(bytes32 market, PolicyWords calldata words) external restricted {
        CHECKER.requireValid(market, words);
        FeedPolicy feed = FeedPolicy.wrap(words.feedPolicy);
        Market storage m = _markets[market];
        bool restarts = m.feed.feed() != feed.feed();
        m.feed = feed;
        m.risk = RiskPolicy.wrap(words.riskPolicy);
        m.extended = ExtendedPolicy.wrap(words.extendedPolicy);
        m.portfolio = PortfolioPolicy.wrap(words.portfolioPolicy);
        m.variance = VariancePolicy.wrap(words.variancePolicy);
        emit PolicySet(market, words);
        // Two feeds need not quote the same thing: a return measured across both would be nonsense.
        if (restarts) _store(market, m, m.volatility, VolatilitySlot.wrap(0));
    }

    /* PUBLIC VIEW */

    /// @inheritdoc ISizingGuard
    function preview(bytes32 market, Position calldata position) external view returns (Verdict memory) {
        Market storage m = _markets[market];
        FeedPolicy feed = m.feed;
        if (!feed.isSet()) return _previewUnset(market, position, SizingMath.reducesRisk(position));
        (MarketState memory state,, uint256 roundTime) = _marketState(m, feed, m.volatility);
        return _preview(market, position, state, roundTime, 0);
    }

    /// @inheritdoc ISizingGuard
    function previewPortfolio(bytes32 market, Position calldata position, Exposure[] calldata others)
        external
        view
        returns (Verdict memory verdict, Assessment memory assessment)
    {
        Market storage m = _markets[market];
        FeedPolicy feed = m.feed;
        bool isReduction = _reducesRisk(market, position, others);
        if (!feed.isSet()) return (_previewUnset(market, position, isReduction), assessment);
        (MarketState memory state,, uint256 roundTime) = _marketState(m, feed, m.volatility);
        assessment = _assess(market, feed, position, others, state, isReduction);
        verdict = _preview(market, position, state, roundTime, assessment.limit);
        if (assessment.loss <= assessment.allowedLoss) return (verdict, assessment);
        bool isComputed = verdict.limit != Limit.Oracle && verdict.limit != Limit.Mode;
        if (isComputed && SignedMath.abs(position.sizeAfter) <= verdict.maxSize) verdict.limit = Limit.Portfolio;
        verdict.allowed = feed.mode() == uint256(Mode.Shadow);
    }

    /// @inheritdoc ISizingGuard
    function policy(bytes32 market) external view returns (PolicyWords memory words) {
        Market storage m = _markets[market];
        words.feedPolicy = FeedPolicy.unwrap(m.feed);
        words.riskPolicy = RiskPolicy.unwrap(m.risk);
        words.extendedPolicy = ExtendedPolicy.unwrap(m.extended);
        words.portfolioPolicy = PortfolioPolicy.unwrap(m.portfolio);
        words.variancePolicy = VariancePolicy.unwrap(m.variance);
    }

    /// @inheritdoc ISizingGuard
    function meters(bytes32 market, address account) external view returns (MeterWords memory words) {
        Market storage m = _markets[market];
        AccountMeters storage a = _accounts[market][account];
        words.pool = PoolMeter.unwrap(m.pool);
        words.longGrowth = GrowthMeter.unwrap(m.longGrowth);
        words.shortGrowth = GrowthMeter.unwrap(m.shortGrowth);
        words.highWaterMark = HighWaterMark.unwrap(a.highWaterMark);
        words.selfLimit = SelfLimit.unwrap(a.selfLimit);
        words.pushedVariance = PushedVariance.unwrap(m.pushed);
    }

    /* PRIVATE */

    /// @dev The position grew beyond what it may keep (`reducesRisk` is false), so the limits alone decide.
    function _enforce(bytes32 market, Position calldata position) private returns (uint256 limitSize) {
        Market storage m = _markets[market];
        FeedPolicy feed = m.feed;
        if (!feed.isSet()) revert PolicyNotSet(market);
        VolatilitySlot slot = m.volatility;
        (MarketState memory state, VolatilitySlot next, uint256 roundTime) = _marketState(m, feed, slot);
        if (_measuresPool(feed, roundTime)) _seePool(m, state, position.poolEquity, roundTime);
        limitSize = _judge(market, m, feed, position, state, 0);
        _store(market, m, slot, next);
    }

    /// @dev Reverts where the size exceeds what the limits or the side's growth allow, and moves the meters.
    function _judge(
        bytes32 market,
        Market storage m,
        FeedPolicy feed,
        Position calldata position,
        MarketState memory state,
        uint256 portfolioLimit
    ) private returns (uint256 limitSize) {
        ExtendedPolicy extended = _extended(m, feed);
        AccountState memory account;
        uint256 grown = UNCAPPED;
        if (feed.active() & SizingMath.MEASURED_LIMITS != 0) {
            account = _accountState(market, m, feed.active(), extended, position);
            grown = SizingMath.growthSize(feed, position, account);
            _moveMeters(market, m, feed.active(), extended, position);
        }
        account.portfolioLimit = portfolioLimit;
        Limit limit;
        (limitSize, limit) = SizingMath.limitSize(feed, m.risk, extended, position, state, account);
        if (SignedMath.abs(position.sizeAfter) > Math.min(limitSize, grown)) {
            _reject(market, position, SizingMath.verdict(feed, position, state, limitSize, limit, grown));
        }
    }

    function _preview(
        bytes32 market,
        Position calldata position,
        MarketState memory state,
        uint256 roundTime,
        uint256 portfolioLimit
    ) private view returns (Verdict memory) {
        Market storage m = _markets[market];
        FeedPolicy feed = m.feed;
        if (_measuresPool(feed, roundTime)) state.poolEquity = m.pool.seen(roundTime);
        ExtendedPolicy extended = _extended(m, feed);
        AccountState memory account = _accountState(market, m, feed.active(), extended, position);
        account.portfolioLimit = portfolioLimit;
        return SizingMath.judge(feed, m.risk, extended, position, state, account);
    }

    /// @dev Reverts; in Shadow it only says that Enforce would.
    function _reject(bytes32 market, Position calldata position, Verdict memory verdict) private {
        uint256 size = SignedMath.abs(position.sizeAfter);
        if (verdict.allowed) {
            emit WouldReject(market, position.account, size, verdict);
        } else if (verdict.limit == Limit.Oracle) {
            revert OracleRejected(market, position.account, verdict.status);
        } else {
            revert SizeExceeded(market, position.account, size, verdict.maxSize, verdict.limit);
        }
    }

    /// @dev Reverts; in Shadow it only says that Enforce would.
    function _rejectLoss(bytes32 market, FeedPolicy feed, address account, Assessment memory assessment) private {
        if (feed.mode() != uint256(Mode.Shadow)) {
            revert PortfolioLossExceeded(market, account, assessment.loss, assessment.allowedLoss);
        }
        emit WouldRejectPortfolio(market, account, assessment.loss, assessment.allowedLoss);
    }

    /// @dev The third policy word, where something needs it.
    function _extended(Market storage m, FeedPolicy feed) private view returns (ExtendedPolicy) {
        bool isNeeded = feed.active() & SizingMath.EXTENDED_LIMITS != 0 || feed.usesImpact();
        return isNeeded ? m.extended : ExtendedPolicy.wrap(0);
    }

    /// @dev What the meters say of this action: of the side's growth as it was, of the account's mark as it will be.
    function _accountState(
        bytes32 market,
        Market storage m,
        uint256 active,
        ExtendedPolicy extended,
        Position calldata position
    ) private view returns (AccountState memory state) {
        if (SizingMath.isActive(active, Limit.Growth)) {
            GrowthMeter meter = SizingMath.isLong(position) ? m.longGrowth : m.shortGrowth;
            state.growthHeadroom = PositionMeters.growthHeadroom(extended, meter, block.timestamp);
        }
        if (active & SizingMath.ACCOUNT_METERS == 0) return state;
        AccountMeters storage a = _accounts[market][position.account];
        if (SizingMath.isActive(active, Limit.Drawdown)) {
            HighWaterMark mark = PositionMeters.highWaterMark(extended, a.highWaterMark, position, block.timestamp);
            state.drawdownScale = PositionMeters.drawdownScale(extended, mark, position);
        }
        if (SizingMath.isActive(active, Limit.SelfLimit)) {
            SelfLimit own = a.selfLimit;
            if (own.expiry() > block.timestamp) state.selfLimit = own;
        }
    }

    /// @dev The meters after an action that nothing refuses.
    function _moveMeters(bytes32 market, Position calldata position) private {
        Market storage m = _markets[market];
        FeedPolicy feed = m.feed;
        if (feed.active() & SizingMath.MEASURED_LIMITS == 0) return;
        _moveMeters(market, m, feed.active(), _extended(m, feed), position);
    }

    /// @dev The meters after the action, in every mode: a market that is Off now may be judged again tomorrow.
    function _moveMeters(
        bytes32 market,
        Market storage m,
        uint256 active,
        ExtendedPolicy extended,
        Position calldata position
    ) private {
        if (SizingMath.isActive(active, Limit.Drawdown)) {
            AccountMeters storage a = _accounts[market][position.account];
            a.highWaterMark = PositionMeters.highWaterMark(extended, a.highWaterMark, position, block.timestamp);
        }
        if (!SizingMath.isActive(active, Limit.Growth)) return;
        uint256 shrunk = PositionMeters.shrunk(position);
        if (shrunk > 0) {
            bool wasLong = position.sizeBefore > 0;
            GrowthMeter meter = PositionMeters.decrease(wasLong ? m.longGrowth : m.shortGrowth, shrunk);
            if (wasLong) m.longGrowth = meter;
            else m.shortGrowth = meter;
        }
        uint256 grown = PositionMeters.grown(position);
        if (grown > 0) {
            bool isLong = SizingMath.isLong(position);
            GrowthMeter meter =
                PositionMeters.increase(extended, isLong ? m.longGrowth : m.shortGrowth, grown, block.timestamp);
            if (isLong) m.longGrowth = meter;
            else m.shortGrowth = meter;
        }
    }

    function _measuresPool(FeedPolicy feed, uint256 roundTime) private pure returns (bool) {
        return roundTime != 0 && SizingMath.isActive(feed.active(), Limit.Concentration);
    }

    /// @dev Says in `state` how much of the pool to believe, and keeps what is seen of it now.
    function _seePool(Market storage m, MarketState memory state, uint256 equity, uint256 roundTime) private {
        PoolMeter meter = m.pool;
        state.poolEquity = meter.seen(roundTime);
        PoolMeter next = meter.see(equity, roundTime);
        if (PoolMeter.unwrap(next) != PoolMeter.unwrap(meter)) m.pool = next;
    }

    function _previewUnset(bytes32 market, Position calldata position, bool isReduction)
        private
        pure
        returns (Verdict memory verdict)
    {
        if (!isReduction) revert PolicyNotSet(market);
        verdict.allowed = true;
        verdict.maxSize = SizingMath.carry(position);
    }
}
