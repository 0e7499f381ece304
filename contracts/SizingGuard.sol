// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {ISizingGuard, Limit, OracleStatus, Position, Verdict} from "./interfaces/ISizingGuard.sol";
import {PolicyRules} from "./libraries/PolicyRules.sol";
import {MarketState, SizingMath} from "./libraries/SizingMath.sol";
import {FeedReader, Round} from "./oracle/FeedReader.sol";
import {Market, VolatilityOracle} from "./oracle/VolatilityOracle.sol";
import {FeedPolicy} from "./types/FeedPolicy.sol";
import {PoolMeter} from "./types/PoolMeter.sol";
import {RiskPolicy} from "./types/RiskPolicy.sol";
import {VolatilitySlot} from "./types/VolatilitySlot.sol";

/// @title SizingGuard
/// @notice A protocol asks this contract before it lets an action stand. It is also the volatility oracle of its markets.
/// @dev Warning: the guard believes the protocol's sizes, equity and open interest. What each mis-statement can do is in
/// docs/integration.md.
/// @dev Warning: governance sets policies and nothing else. No role is asked while trading.
contract SizingGuard is ISizingGuard, VolatilityOracle, AccessManaged {
    /* IMMUTABLES */

    /// @inheritdoc ISizingGuard
    address public immutable PROTOCOL;

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
        if (SizingMath.reducesRisk(position)) return;
        _enforce(market, position);
    }

    /// @inheritdoc ISizingGuard
    function enforceBounded(bytes32 market, Position calldata position, uint256 minLimitSize, uint256 deadline)
        external
        onlyProtocol
    {
        if (SizingMath.reducesRisk(position)) return;
        if (block.timestamp > deadline) revert Expired(deadline, block.timestamp);
        uint256 limitSize = _enforce(market, position);
        if (limitSize < minLimitSize) revert LimitMoved(market, position.account, limitSize, minLimitSize);
    }

    /// @inheritdoc ISizingGuard
    function record(bytes32 market, Position calldata position) external onlyProtocol {
        if (SizingMath.flips(position) || SignedMath.abs(position.sizeAfter) > SignedMath.abs(position.sizeBefore)) {
            revert SizeGrew(market, position.account, position.sizeBefore, position.sizeAfter);
        }
        emit Recorded(market, position.account, position.sizeBefore, position.sizeAfter);
    }

    /// @inheritdoc ISizingGuard
    function setPolicy(bytes32 market, uint256 feedPolicy, uint256 riskPolicy) external restricted {
        FeedPolicy feed = FeedPolicy.wrap(feedPolicy);
        RiskPolicy risk = RiskPolicy.wrap(riskPolicy);
        PolicyRules.requireValid(market, feed, risk);
        Market storage m = _markets[market];
        bool restarts = m.feed.feed() != feed.feed();
        m.feed = feed;
        m.risk = risk;
        emit PolicySet(market, feedPolicy, riskPolicy);
        // Two feeds need not quote the same thing: a return measured across both would be nonsense.
        if (restarts) _store(market, m, m.volatility, VolatilitySlot.wrap(0));
    }

    /* PUBLIC VIEW */

    /// @inheritdoc ISizingGuard
    function preview(bytes32 market, Position calldata position) external view returns (Verdict memory verdict) {
        Market storage m = _markets[market];
        FeedPolicy feed = m.feed;
        if (!feed.isSet()) return _previewUnset(market, position);
        (MarketState memory state,, uint256 roundTime) = _marketState(feed, m.volatility);
        if (_measuresPool(feed, roundTime)) state.poolEquity = m.pool.seen(roundTime);
        return SizingMath.judge(feed, m.risk, position, state);
    }

    /// @inheritdoc ISizingGuard
    function poolMeter(bytes32 market) external view returns (uint256) {
        return PoolMeter.unwrap(_markets[market].pool);
    }

    /// @inheritdoc ISizingGuard
    function policy(bytes32 market) external view returns (uint256 feedPolicy, uint256 riskPolicy) {
        Market storage m = _markets[market];
        return (FeedPolicy.unwrap(m.feed), RiskPolicy.unwrap(m.risk));
    }

    /* PRIVATE */

    /// @dev The position grew beyond what it may keep (`reducesRisk` is false), so the limits alone decide.
    function _enforce(bytes32 market, Position calldata position) private returns (uint256 limitSize) {
        Market storage m = _markets[market];
        FeedPolicy feed = m.feed;
        if (!feed.isSet()) revert PolicyNotSet(market);
        VolatilitySlot slot = m.volatility;
        (MarketState memory state, VolatilitySlot next, uint256 roundTime) = _marketState(feed, slot);
        if (_measuresPool(feed, roundTime)) _seePool(m, state, position.poolEquity, roundTime);
        Limit limit;
        (limitSize, limit) = SizingMath.limitSize(feed, m.risk, position, state);
        if (SignedMath.abs(position.sizeAfter) > limitSize) {
            _reject(market, position, SizingMath.verdict(feed, position, state, limitSize, limit));
        }
        _store(market, m, slot, next);
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

    /// @dev The market as if the feed's latest round had just been sampled, the slot to store for it, and that round's time
    /// (0 for none). A mode that does not judge asks nobody.
    function _marketState(FeedPolicy feed, VolatilitySlot slot)
        private
        view
        returns (MarketState memory state, VolatilitySlot next, uint256 roundTime)
    {
        next = slot;
        if (!SizingMath.judges(feed)) return (state, next, 0);
        Round memory round = FeedReader.latest(feed.feed(), feed.feedDecimals());
        if (!round.isUsable) return (state, next, 0);
        roundTime = round.updatedAt;
        (state.variance, next) = _sample(slot, round, feed);
        unchecked {
            // A round from the future is not usable.
            state.age = block.timestamp - roundTime;
        }
        state.status = _status(state.age, feed);
        state.price = round.price;
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

    function _status(uint256 age, FeedPolicy feed) private pure returns (OracleStatus) {
        if (age >= feed.maxAge()) return OracleStatus.Stale;
        return age > feed.heartbeat() ? OracleStatus.Aging : OracleStatus.Valid;
    }

    function _previewUnset(bytes32 market, Position calldata position) private pure returns (Verdict memory verdict) {
        if (!SizingMath.reducesRisk(position)) revert PolicyNotSet(market);
        verdict.allowed = true;
        verdict.maxSize = SizingMath.carry(position);
    }
}
