// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IDeleverageable} from "../interfaces/IDeleverageable.sol";
import {ISizingGuard, OracleStatus, PolicyWords, Position} from "../interfaces/ISizingGuard.sol";
import {IVolatilityOracle} from "../interfaces/IVolatilityOracle.sol";
import {FixedPointMath, WAD} from "../libraries/FixedPointMath.sol";
import {ForcedReduction, ForcedState} from "../libraries/ForcedReduction.sol";
import {SizingMath} from "../libraries/SizingMath.sol";
import {FeedReader, Round} from "../oracle/FeedReader.sol";
import {VolatilityEstimator} from "../oracle/VolatilityEstimator.sol";
import {FeedPolicy} from "../types/FeedPolicy.sol";
import {HighWaterMark} from "../types/HighWaterMark.sol";
import {VolatilityWord} from "../types/VolatilityWord.sol";
import {DeleverageTerm, DeleverageTerms, Flag, IDeleverageController, KnownPolicies} from "./IDeleverageController.sol";
import {ISizingGovernor} from "./ISizingGovernor.sol";

/// @title DeleverageController
/// @notice See IDeleverageController. No roles and no settings: it reads a guard, and the protocol believes it.
/// @dev Every state is written before the protocol is called, and what the protocol did is read again after.
contract DeleverageController is IDeleverageController {
    using SafeCast for uint256;

    /// @inheritdoc IDeleverageController
    ISizingGuard public immutable GUARD;
    /// @inheritdoc IDeleverageController
    IDeleverageable public immutable PROTOCOL;

    uint256 private immutable TRIGGER;
    uint256 private immutable GRACE;
    uint256 private immutable WINDOW;
    uint256 private immutable PACE;
    uint256 private immutable MAX_STEP;
    uint256 private immutable BOUNTY;
    uint256 private immutable POLICY_DELAY;
    uint256 private immutable MARGIN_CALL_SHARE;

    mapping(bytes32 market => KnownPolicies) private _known;
    mapping(bytes32 market => mapping(address account => Flag)) private _flags;
    mapping(bytes32 market => mapping(address account => uint256)) private _marginCalledAt;

    /// @param guard its PROTOCOL is who is asked to reduce
    /// @dev Reverts `TermsOutOfRange` or `ZeroAddress`.
    constructor(ISizingGuard guard, DeleverageTerms memory terms_) {
        if (address(guard) == address(0)) revert ISizingGuard.ZeroAddress();
        GUARD = guard;
        PROTOCOL = IDeleverageable(guard.PROTOCOL());
        TRIGGER = _inRange(DeleverageTerm.Trigger, terms_.trigger, WAD, 10 * WAD);
        GRACE = _inRange(DeleverageTerm.Grace, terms_.grace, 10 minutes, 7 days);
        WINDOW = _inRange(DeleverageTerm.Window, terms_.window, 10 minutes, 7 days);
        PACE = _inRange(DeleverageTerm.Pace, terms_.pace, 1 minutes, 1 days);
        MAX_STEP = _inRange(DeleverageTerm.MaxStep, terms_.maxStep, WAD / 1_000, WAD);
        BOUNTY = _inRange(DeleverageTerm.Bounty, terms_.bounty, 0, WAD / 100);
        POLICY_DELAY = _inRange(DeleverageTerm.PolicyDelay, terms_.policyDelay, 1 hours, 30 days);
        MARGIN_CALL_SHARE = _inRange(DeleverageTerm.MarginCallShare, terms_.marginCallShare, 0, 10 * WAD);
    }

    /* EXTERNAL */

    /// @inheritdoc IDeleverageController
    function notePolicy(bytes32 market) external {
        PolicyWords memory current = GUARD.policy(market);
        if (current.feedPolicy == 0) revert IVolatilityOracle.PolicyNotSet(market);
        KnownPolicies storage known = _known[market];
        if (known.notedAt != 0) {
            uint256 countsFrom = known.notedAt + POLICY_DELAY;
            if (block.timestamp < countsFrom) revert NothingToNote(market, countsFrom);
            known.adopted = known.noted;
            known.hasAdopted = true;
            known.notedAt = 0;
            emit PolicyAdopted(market);
            if (_isSame(known.adopted, current)) return;
        } else if (known.hasAdopted && _isSame(known.adopted, current)) {
            revert NothingToNote(market, 0);
        }
        known.noted = current;
        known.notedAt = block.timestamp.toUint40();
        emit PolicyNoted(market, block.timestamp + POLICY_DELAY);
    }

    /// @inheritdoc IDeleverageController
    function flag(bytes32 market, address account) external {
        Flag memory old = _flags[market][account];
        Position memory held = PROTOCOL.holding(market, account);
        if (_isLive(old, held)) revert AlreadyFlagged(market, account, old.dueAt);
        (uint256 size, uint256 target,) = _measure(market, held);
        uint256 most = FixedPointMath.mulDivUpSaturating(target, TRIGGER, WAD);
        if (size <= most) revert WithinLimit(market, account, size, most);
        uint256 dueAt = block.timestamp + GRACE;
        uint256 largestStep = FixedPointMath.mulDivUp(size, MAX_STEP, WAD);
        _flags[market][account] = Flag({
            dueAt: dueAt.toUint40(),
            expiresAt: (dueAt + WINDOW).toUint40(),
            isLong: held.sizeAfter > 0,
            target: _toUint128(target),
            largestStep: _toUint128(largestStep)
        });
        emit Flagged(market, account, size, target, dueAt);
    }

    /// @inheritdoc IDeleverageController
    function clear(bytes32 market, address account) external {
        Flag memory old = _flags[market][account];
        if (old.dueAt == 0) revert NotFlagged(market, account);
        Position memory held = PROTOCOL.holding(market, account);
        if (_isLive(old, held)) {
            (uint256 size, uint256 target,) = _measure(market, held);
            if (size > target) revert NotDue(market, account, old.expiresAt);
        }
        _clear(market, account);
    }

    /// @inheritdoc IDeleverageController
    function deleverage(bytes32 market, address account, address receiver) external returns (uint256 closed) {
        Flag memory old = _flags[market][account];
        Position memory held = PROTOCOL.holding(market, account);
        if (!_isLive(old, held)) revert NotFlagged(market, account);
        if (block.timestamp < old.dueAt) revert NotDue(market, account, old.dueAt);
        (uint256 size, uint256 now_, uint256 price) = _measure(market, held);
        // Both looks have to agree.
        uint256 target = Math.max(old.target, now_);
        if (size <= target) revert WithinLimit(market, account, size, target);
        closed = ForcedReduction.step(size, target, old.largestStep);
        uint256 bounty = ForcedReduction.bounty(closed, size, price, held.equity, BOUNTY);
        // Where the limit fell far below the look before, the next step goes on from the look of now: until nobody could flag
        // what is left.
        bool isDone = size - closed <= Math.min(target, FixedPointMath.mulDivUpSaturating(now_, TRIGGER, WAD));
        if (isDone) {
            _clear(market, account);
        } else {
            uint256 dueAt = block.timestamp + PACE;
            old.dueAt = dueAt.toUint40();
            old.expiresAt = (dueAt + WINDOW).toUint40();
            old.target = _toUint128(now_);
            _flags[market][account] = old;
        }
        PROTOCOL.deleverage(market, account, closed, receiver, bounty);
        _requireClosed(market, account, held, closed);
        emit Deleveraged(market, account, receiver, closed, size - closed, target);
    }

    /// @inheritdoc IDeleverageController
    function callMargin(bytes32 market, address account) external {
        (uint256 survivableMove, uint256 adverseMove) = survivable(market, account);
        bool isDue = block.timestamp >= _marginCalledAt[market][account] + GRACE;
        uint256 threshold = FixedPointMath.mulDivUpSaturating(adverseMove, MARGIN_CALL_SHARE, WAD);
        if (!isDue || survivableMove >= threshold) {
            revert NoMarginCall(market, account, survivableMove, adverseMove);
        }
        _marginCalledAt[market][account] = block.timestamp;
        emit MarginCall(market, account, survivableMove, adverseMove);
    }

    /* EXTERNAL VIEW */

    /// @inheritdoc IDeleverageController
    function forcedLimit(bytes32 market, address account)
        external
        view
        returns (uint256 size, uint256 limit, uint256 price)
    {
        return _measure(market, PROTOCOL.holding(market, account));
    }

    /// @inheritdoc IDeleverageController
    function survivable(bytes32 market, address account)
        public
        view
        returns (uint256 survivableMove, uint256 adverseMove)
    {
        return this.survivableOf(market, PROTOCOL.holding(market, account));
    }

    /// @notice `forcedLimit` of any holding: the larger limit of the policy in force and the adopted one.
    /// @param holding with nothing in it of what others hold
    /// @dev Called from here, because SizingMath takes calldata.
    function forcedLimitOf(bytes32 market, Position calldata holding) external view returns (uint256 limit, uint256 price) {
        KnownPolicies storage known = _known[market];
        if (!known.hasAdopted) revert PolicyNotAdopted(market);
        (PolicyWords memory current, ForcedState memory state) = _state(market, holding.account);
        limit = Math.max(
            ForcedReduction.forcedSize(current, holding, state),
            ForcedReduction.forcedSize(known.adopted, holding, state)
        );
        price = state.price;
    }

    /// @notice `survivable` of any holding.
    function survivableOf(bytes32 market, Position calldata holding)
        external
        view
        returns (uint256 survivableMove, uint256 adverseMove)
    {
        (PolicyWords memory current, ForcedState memory state) = _state(market, holding.account);
        return ForcedReduction.survivable(current, holding, state);
    }

    /// @inheritdoc IDeleverageController
    function flagOf(bytes32 market, address account) external view returns (Flag memory) {
        return _flags[market][account];
    }

    /// @inheritdoc IDeleverageController
    function marginCalledAt(bytes32 market, address account) external view returns (uint256) {
        return _marginCalledAt[market][account];
    }

    /// @inheritdoc IDeleverageController
    function knownPolicies(bytes32 market) external view returns (KnownPolicies memory) {
        return _known[market];
    }

    /// @inheritdoc IDeleverageController
    function terms() external view returns (DeleverageTerms memory) {
        return DeleverageTerms(TRIGGER, GRACE, WINDOW, PACE, MAX_STEP, BOUNTY, POLICY_DELAY, MARGIN_CALL_SHARE);
    }

    /* PRIVATE */

    /// @dev The position's size and its forced limit, base WAD, at this price, WAD. What others hold is nothing to it.
    function _measure(bytes32 market, Position memory held)
        private
        view
        returns (uint256 size, uint256 target, uint256 price)
    {
        held.sameSideOthers = 0;
        held.oppositeOthers = 0;
        held.poolEquity = 0;
        size = SignedMath.abs(held.sizeAfter);
        (target, price) = this.forcedLimitOf(market, held);
    }

    /// @dev Reverts `PriceNotValid` or `MarketNotWarm`.
    function _state(bytes32 market, address account)
        private
        view
        returns (PolicyWords memory current, ForcedState memory state)
    {
        current = GUARD.policy(market);
        VolatilityWord word = VolatilityWord.wrap(GUARD.volatilityWord(market));
        uint256 needed = VolatilityEstimator.WARM_UP_SAMPLES;
        if (word.samples() < needed) revert ISizingGovernor.MarketNotWarm(market, word.samples(), needed);
        state.price = _price(market, FeedPolicy.wrap(current.feedPolicy));
        state.slowVariance = word.slowVariance();
        state.mark = HighWaterMark.wrap(GUARD.meters(market, account).highWaterMark);
        state.timestamp = block.timestamp;
    }

    /// @dev The feed's latest price, if it is Valid.
    function _price(bytes32 market, FeedPolicy feed) private view returns (uint256) {
        Round memory round = FeedReader.latest(feed.feed(), feed.feedDecimals(), feed.hasConfidence());
        OracleStatus status = round.fault;
        if (round.isUsable) {
            status = SizingMath.oracleStatus(feed, block.timestamp - round.updatedAt, round.confidence);
        }
        if (status != OracleStatus.Valid) revert PriceNotValid(market, status);
        return round.price;
    }

    /// @dev Whether a flag is still about this position.
    function _isLive(Flag memory flag_, Position memory held) private view returns (bool) {
        bool isSameSide = held.sizeAfter != 0 && (held.sizeAfter > 0) == flag_.isLong;
        return flag_.dueAt != 0 && block.timestamp <= flag_.expiresAt && isSameSide;
    }

    function _clear(bytes32 market, address account) private {
        delete _flags[market][account];
        emit FlagCleared(market, account);
    }

    function _requireClosed(bytes32 market, address account, Position memory held, uint256 closed) private view {
        int256 left = PROTOCOL.holding(market, account).sizeAfter;
        int256 expected = held.sizeAfter > 0
            ? held.sizeAfter - closed.toInt256()
            : held.sizeAfter + closed.toInt256();
        if (left != expected) {
            revert NotDeleveraged(market, account, SignedMath.abs(held.sizeAfter), SignedMath.abs(left));
        }
    }

    function _isSame(PolicyWords memory a, PolicyWords memory b) private pure returns (bool) {
        return keccak256(abi.encode(a)) == keccak256(abi.encode(b));
    }

    function _inRange(DeleverageTerm term, uint256 value, uint256 minimum, uint256 maximum) private pure returns (uint256) {
        if (value < minimum || value > maximum) revert TermsOutOfRange(term, value, minimum, maximum);
        return value;
    }

    function _toUint128(uint256 value) private pure returns (uint128) {
        return uint128(Math.min(value, type(uint128).max));
    }
}
