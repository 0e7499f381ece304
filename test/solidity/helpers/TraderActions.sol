// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Account, IReferencePerp, MarketData} from "../../../contracts/examples/IReferencePerp.sol";
import {ISizingGuard, Limit, MeterWords, Mode, Position, Verdict} from "../../../contracts/interfaces/ISizingGuard.sol";
import {WAD} from "../../../contracts/libraries/FixedPointMath.sol";
import {ExtendedPolicy} from "../../../contracts/types/ExtendedPolicy.sol";
import {GrowthMeter} from "../../../contracts/types/GrowthMeter.sol";
import {HighWaterMark} from "../../../contracts/types/HighWaterMark.sol";
import {SelfLimit} from "../../../contracts/types/SelfLimit.sol";
import {FeedActions} from "./FeedActions.sol";
import {Words} from "./RandomPolicy.sol";
import {Promise, Venue} from "./World.sol";

/// @title TraderActions
/// @notice What accounts do on an exchange. Before each action the guard is asked what it would say; what became of the
/// action is then held against the answer, to the byte of the refusal.
abstract contract TraderActions is FeedActions {
    /// @dev One action: what it is, and the trader's own bounds where it has any.
    struct Action {
        address trader;
        int256 sizeDelta;
        int256 tokenDelta;
        bool isBounded;
        uint256 minLimitSize;
        uint256 deadline;
    }

    /// @dev What was known before: the position it would leave, the guard's verdict on that, and its meters. Without an
    /// answer the perp itself refuses, with this reason.
    struct Forecast {
        bool isAnswered;
        bytes refusal;
        Position position;
        Verdict verdict;
        MeterWords meters;
    }

    /// @dev What an action makes of its meters.
    struct Moved {
        uint256 shrunk;
        uint256 grown;
        GrowthMeter decreased;
        GrowthMeter increased;
        HighWaterMark mark;
    }

    modifier balanced(uint256 venueSeed) {
        _;
        _requireWholeBooks(_venue(venueSeed));
    }

    /* ADDING RISK */

    /// @notice Opens or increases with new collateral, a hundredth to sixty times of it in notional: from what every limit
    /// allows to what none does.
    function open(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) balanced(venueSeed) {
        Venue memory v = _venue(venueSeed);
        uint256 tokens = _spread(seed >> 64, 1, 1_000_000 * v.tokenUnit);
        uint256 leverage = _spread(seed, 1, 6_000);
        int256 size = int256(tokens * WAD / v.tokenUnit / START_PRICE * leverage / 100) + 1;
        _act(v, _unbounded(_account(seed >> 8), seed % 2 == 0 ? size : -size, int256(tokens)));
    }

    /// @notice Goes to the limit as it is now, or to a unit or two beside it, on either side.
    function tradeToTheLimit(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) balanced(venueSeed) {
        Venue memory v = _venue(venueSeed);
        address trader = _account(seed >> 8);
        int256 side = seed % 2 == 0 ? int256(1) : -1;
        int256 size = v.perp.account(MARKET, trader).size;
        Forecast memory f = _forecast(v, _unbounded(trader, side, 0));
        if (!f.isAnswered || f.verdict.limitSize > 1e30) return;
        int256 delta = side * _target(f.verdict, seed) - size;
        if (delta != 0) _act(v, _unbounded(trader, delta, 0));
    }

    /// @dev Beside the limits, the side may only grow so fast: there, or past it. The fee of the trade lowers the limits a
    /// little: a thousandth below them is mostly inside.
    function _target(Verdict memory verdict, uint256 seed) private pure returns (int256) {
        uint256 most = (seed >> 40) % 2 == 0 ? verdict.limitSize : verdict.maxSize;
        return int256(most * (1_000 - (seed >> 16) % 3) / 1_000 + _range(seed >> 32, 0, 4)) - 2;
    }

    /// @notice Closes what there is, and opens on the other side.
    function flip(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) balanced(venueSeed) {
        Venue memory v = _venue(venueSeed);
        address trader = _account(seed >> 8);
        int256 size = v.perp.account(MARKET, trader).size;
        if (size == 0) return;
        int256 beyond = int256(_spread(seed, 1, 2 * _abs(size)));
        _act(v, _unbounded(trader, -size + (size > 0 ? -beyond : beyond), 0));
        _note("flip tried");
    }

    function withdraw(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) balanced(venueSeed) {
        Venue memory v = _venue(venueSeed);
        address trader = _account(seed >> 8);
        uint256 tokens = _collateralTokens(v, trader);
        _act(v, _unbounded(trader, 0, -int256(_spread(seed, 1, tokens + 2))));
    }

    /// @notice A trade with bounds of the trader's own, which may refuse what adds risk and nothing else.
    function tradeBounded(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) balanced(venueSeed) {
        Venue memory v = _venue(venueSeed);
        address trader = _account(seed >> 8);
        int256 size = v.perp.account(MARKET, trader).size;
        int256 delta = seed % 3 == 0 && size != 0 ? -size / 2 : int256(_spread(seed, 0, 20e18)) - 10e18;
        Action memory action = _unbounded(trader, delta, int256(_spread(seed >> 64, 0, v.tokenUnit)));
        action.isBounded = true;
        action.minLimitSize = _spread(seed >> 16, 0, 1_000e18);
        action.deadline = seed % 5 == 0 ? block.timestamp - 1 : block.timestamp;
        _act(v, action);
    }

    /* REDUCING IT */

    /// @notice Reduces, by a wei, by half, by all. Nothing may refuse it.
    function reduce(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) balanced(venueSeed) {
        Venue memory v = _venue(venueSeed);
        address trader = _account(seed >> 8);
        int256 size = v.perp.account(MARKET, trader).size;
        if (size == 0) return;
        int256 part = int256(_spread(seed, 1, _abs(size)));
        _act(v, _unbounded(trader, size > 0 ? -part : part, 0));
    }

    /// @notice Reduces and takes money out: the reduction stands, whatever becomes of the payout.
    function reduceWithPayout(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) balanced(venueSeed) {
        Venue memory v = _venue(venueSeed);
        address trader = _account(seed >> 8);
        int256 size = v.perp.account(MARKET, trader).size;
        if (size == 0) return;
        int256 part = int256(_spread(seed, 1, _abs(size)));
        int256 tokens = int256(_spread(seed >> 64, 1, _collateralTokens(v, trader) + 2));
        _act(v, _unbounded(trader, size > 0 ? -part : part, -tokens));
        _note("reduction with payout");
    }

    function deposit(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) balanced(venueSeed) {
        Venue memory v = _venue(venueSeed);
        _act(v, _unbounded(_account(seed >> 8), 0, int256(_spread(seed, 0, 10_000 * v.tokenUnit))));
    }

    /// @notice Leaves: flat or not, with whatever is left, in every state of everything.
    function close(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) balanced(venueSeed) {
        Venue memory v = _venue(venueSeed);
        address trader = _account(seed >> 8);
        int256 size = v.perp.account(MARKET, trader).size;
        MeterWords memory meters = v.guard.meters(MARKET, trader);
        (bool ok,) = _send(trader, address(v.perp), abi.encodeCall(v.perp.close, (MARKET)));
        _expect(ok, Promise.ReducingRiskIsNeverBlocked, "somebody could not leave");
        if (!ok) return;
        _requireClosingCounted(v, trader, size, meters);
        _expect(v.perp.account(MARKET, trader).size == 0, Promise.BooksAreWhole, "closed, and still open");
        _note("left");
    }

    /// @notice Liquidates whoever can be, after a move that may be a large one: the guard is told, and has no say.
    function liquidate(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) balanced(venueSeed) {
        Venue memory v = _venue(venueSeed);
        if (seed % 4 > 0) {
            _heal(v.feed);
            _writeNext(v.feed, _walk(v.feed, seed >> 16, 60), block.timestamp);
        }
        for (uint256 i = 0; i < ACCOUNTS; ++i) _tryToLiquidate(v, _account(i), _account(seed));
    }

    function _tryToLiquidate(Venue memory v, address trader, address keeper) private {
        int256 size = v.perp.account(MARKET, trader).size;
        MeterWords memory meters = v.guard.meters(MARKET, trader);
        bytes memory call = abi.encodeCall(v.perp.liquidate, (MARKET, trader));
        (bool ok, bytes memory reason) = _send(keeper, address(v.perp), call);
        bool isOwnReason = bytes4(reason) == IReferencePerp.NotLiquidatable.selector
            || bytes4(reason) == IReferencePerp.PriceUnavailable.selector;
        _expect(ok || isOwnReason, Promise.ReducingRiskIsNeverBlocked, "a liquidation was refused");
        if (!ok) return;
        _requireClosingCounted(v, trader, size, meters);
        _note("liquidated");
    }

    /* THEIR OWN DISCIPLINE */

    /// @notice An account says what it allows itself: whatever is accepted leaves it no more than before, and while something
    /// is in force nothing is accepted that would end sooner.
    function setSelfLimit(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        address who = _account(seed >> 8);
        SelfLimit next = _nextSelfLimit(_ownLimit(v, who), seed >> 16);
        Verdict[2] memory before = _probe(v, who);
        _say(v, who, next);
        _requireNoMore(before, _probe(v, who), "an account's own word raised a limit");
    }

    function _say(Venue memory v, address who, SelfLimit next) private {
        SelfLimit current = _ownLimit(v, who);
        bool isInForce = current.expiry() > block.timestamp;
        bytes memory call = abi.encodeCall(v.guard.setSelfLimit, (MARKET, SelfLimit.unwrap(next)));
        (bool ok, bytes memory reason) = _send(who, address(v.guard), call);
        if (ok) {
            bool isLater = !isInForce || next.expiry() >= current.expiry();
            _expect(isLater, Promise.LimitsOnlyTighten, "an account's own word ends sooner");
            bool isKept = SelfLimit.unwrap(_ownLimit(v, who)) == SelfLimit.unwrap(next);
            _expect(isKept, Promise.LimitsOnlyTighten, "an account's word was not kept");
            return _note(isInForce ? "own limit tightened" : "own limit set");
        }
        bool isLoosening = isInForce && bytes4(reason) == ISizingGuard.SelfLimitLoosens.selector;
        bool isForeseen = isLoosening || bytes4(reason) == ISizingGuard.SelfLimitOutOfRange.selector;
        _expect(isForeseen, Promise.LimitsOnlyTighten, "an account's own word was refused otherwise");
        _note(isLoosening ? "own limit kept" : "own limit out of range");
    }

    function _ownLimit(Venue memory v, address who) private view returns (SelfLimit) {
        return SelfLimit.wrap(v.guard.meters(MARKET, who).selfLimit);
    }

    /// @dev Anything in range, a notional that is traded, something that begins with what is there, or any bits.
    function _nextSelfLimit(SelfLimit current, uint256 seed) private view returns (SelfLimit) {
        if (seed % 8 == 0) return SelfLimit.wrap(seed);
        if (seed % 2 == 1 && current.expiry() > block.timestamp) return _tightenedSelfLimit(current, seed >> 8);
        uint256 word = SelfLimit.unwrap(_anySelfLimit(seed, block.timestamp, 5 days));
        if (seed % 4 < 2) return SelfLimit.wrap(word);
        word = _withField(word, 0, 40, _even(seed, "traded", 0, 100_000));
        return SelfLimit.wrap(_withField(word, 56, 8, 4));
    }

    /* THE POOL */

    function supply(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) balanced(venueSeed) {
        Venue memory v = _venue(venueSeed);
        uint256 tokens = _spread(seed, 1, 10_000_000 * v.tokenUnit);
        (bool ok,) = _send(_account(seed >> 8), address(v.perp), abi.encodeCall(v.perp.supply, (tokens)));
        if (ok) _note("supplied");
    }

    function redeem(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) balanced(venueSeed) {
        Venue memory v = _venue(venueSeed);
        address provider = _account(seed >> 8);
        uint256 shares = _spread(seed, 0, v.perp.shares(provider));
        (bool ok,) = _send(provider, address(v.perp), abi.encodeCall(v.perp.redeem, (shares)));
        if (ok) _note("redeemed");
    }

    /// @notice The token keeps a share of every transfer, or stops doing so.
    function setTokenFee(uint256 venueSeed, uint256 seed) external timed {
        _venue(venueSeed).token.setFee(seed % 3 == 0 ? _spread(seed, 1, 10_000) : 0);
    }

    /* ONE ACTION */

    function _act(Venue memory v, Action memory a) internal {
        Forecast memory f = _forecast(v, a);
        uint256 held = v.token.balanceOf(a.trader);
        uint256 kept = v.token.balanceOf(address(v.perp));
        (bool ok, bytes memory reason) = _send(a.trader, address(v.perp), _callOf(v, a));
        if (!f.isAnswered) return _requireOwnRefusal(f, ok, reason);
        if (ok) _requireCountedOnce(v, f, v.token.balanceOf(address(v.perp)) < kept);
        if (!_addsRisk(f.position)) _expect(ok, Promise.ReducingRiskIsNeverBlocked, "a reduction was refused");
        else if (_isReductionWithPayout(f.position)) _requireReduced(v, f, ok, v.token.balanceOf(a.trader) > held);
        else if (ok) _requireAllowed(v, f, a);
        else _requireForeseen(v, f, a, reason);
    }

    function _callOf(Venue memory v, Action memory a) private pure returns (bytes memory) {
        if (a.isBounded) {
            return abi.encodeCall(
                v.perp.modifyBounded, (MARKET, a.sizeDelta, a.tokenDelta, a.minLimitSize, a.deadline)
            );
        }
        if (a.tokenDelta == 0) return abi.encodeCall(v.perp.trade, (MARKET, a.sizeDelta));
        if (a.sizeDelta != 0) return abi.encodeCall(v.perp.modify, (MARKET, a.sizeDelta, a.tokenDelta));
        if (a.tokenDelta > 0) return abi.encodeCall(v.perp.deposit, (MARKET, uint256(a.tokenDelta)));
        return abi.encodeCall(v.perp.withdraw, (MARKET, uint256(-a.tokenDelta)));
    }

    /// @dev Asks the perp what it would tell the guard, and the guard what it would say.
    function _forecast(Venue memory v, Action memory a) internal returns (Forecast memory f) {
        // What the token keeps for itself does not arrive.
        int256 fee = a.tokenDelta > 0 ? a.tokenDelta * int256(v.token.feeBps()) / int256(ONE) : int256(0);
        try v.perp.positionAfter{gas: GAS}(MARKET, a.trader, a.sizeDelta, a.tokenDelta - fee) returns (
            Position memory position
        ) {
            (f.isAnswered, f.position) = (true, position);
        } catch (bytes memory reason) {
            f.refusal = reason;
            return f;
        }
        f.verdict = _preview(v, f.position);
        f.meters = v.guard.meters(MARKET, a.trader);
    }

    /* WHAT BECAME OF IT */

    /// @dev It stands: so preview must have allowed it, and there must have been something to allow it by.
    function _requireAllowed(Venue memory v, Forecast memory f, Action memory a) private {
        Mode mode = Mode(_policy(v).mode());
        _expect(f.verdict.allowed, Promise.ViewEqualsEnforcement, "it stands, and preview refused it");
        _expect(mode != Mode.ReduceOnly, Promise.LimitsOnlyTighten, "risk was added in ReduceOnly");
        _expect(mode != Mode.Enforce || _hasPrice(v), Promise.LimitsOnlyTighten, "risk was added without a price");
        bool isInBounds = !a.isBounded || (a.deadline >= block.timestamp && f.verdict.limitSize >= a.minLimitSize);
        _expect(isInBounds, Promise.ViewEqualsEnforcement, "it stands beyond the trader's bounds");
        Account memory stored = v.perp.account(MARKET, a.trader);
        _expect(stored.size == f.position.sizeAfter, Promise.BooksAreWhole, "another size than forecast");
        _note("risk added");
    }

    /// @dev It was refused: by the market's own rules, or by the guard with the very words preview led to expect.
    function _requireForeseen(Venue memory v, Forecast memory f, Action memory a, bytes memory reason) private {
        if (_isOwnReason(reason)) return _note("refused by the market");
        bytes memory expected = _refusal(f, a);
        _expect(_isSame(reason, expected), Promise.ViewEqualsEnforcement, "refused otherwise than foreseen");
        bool isBySize = bytes4(reason) == ISizingGuard.SizeExceeded.selector;
        _note(isBySize ? "refused by a limit" : "refused by the guard otherwise");
        if (isBySize) _note(string.concat("refused by ", _nameOf(f.verdict.limit)));
        if (Mode(_policy(v).mode()) == Mode.Shadow && !a.isBounded) {
            _violate(Promise.ViewEqualsEnforcement, "refused in Shadow");
        }
    }

    /// @dev The guard's words for this verdict; nothing where it allows.
    function _refusal(Forecast memory f, Action memory a) private view returns (bytes memory) {
        Position memory p = f.position;
        Verdict memory v = f.verdict;
        if (a.isBounded && block.timestamp > a.deadline) {
            return abi.encodeWithSelector(ISizingGuard.Expired.selector, a.deadline, block.timestamp);
        }
        if (!v.allowed) return _rejection(p.account, _abs(p.sizeAfter), v);
        if (!a.isBounded || v.limitSize >= a.minLimitSize) return "";
        return abi.encodeWithSelector(
            ISizingGuard.LimitMoved.selector, MARKET, p.account, v.limitSize, a.minLimitSize
        );
    }

    function _rejection(address account, uint256 size, Verdict memory v) internal pure returns (bytes memory) {
        if (v.limit == Limit.Oracle) {
            return abi.encodeWithSelector(ISizingGuard.OracleRejected.selector, MARKET, account, v.status);
        }
        return abi.encodeWithSelector(
            ISizingGuard.SizeExceeded.selector, MARKET, account, size, v.maxSize, v.limit
        );
    }

    /// @dev A reduction stands in any case; money leaves with it only where preview allows what stays.
    function _requireReduced(Venue memory v, Forecast memory f, bool ok, bool isPaid) private {
        _expect(ok, Promise.ReducingRiskIsNeverBlocked, "a reduction with a payout was refused");
        if (!ok || !isPaid) return;
        _expect(f.verdict.allowed, Promise.ViewEqualsEnforcement, "a payout left, and preview refused it");
        bool mayJudge = Mode(_policy(v).mode()) != Mode.Enforce || _hasPrice(v);
        _expect(mayJudge, Promise.LimitsOnlyTighten, "a payout left without a price");
        _note("payout with a reduction");
    }

    function _requireOwnRefusal(Forecast memory f, bool ok, bytes memory reason) private {
        _expect(!ok, Promise.ViewEqualsEnforcement, "it stands, and could not be asked");
        if (ok || f.refusal.length == 0) return;
        _expect(_isSame(reason, f.refusal), Promise.ViewEqualsEnforcement, "another refusal than asked");
        _expect(_isOwnReason(reason), Promise.ViewEqualsEnforcement, "the perp broke");
    }

    function _isOwnReason(bytes memory reason) private pure returns (bool) {
        bytes4 selector = bytes4(reason);
        return selector == IReferencePerp.PriceUnavailable.selector
            || selector == IReferencePerp.InsufficientMargin.selector
            || selector == IReferencePerp.InsufficientCollateral.selector;
    }

    /* METERS */

    /// @dev Whatever the perp asked the guard on the way, the meters moved once, by what the action did.
    function _requireCountedOnce(Venue memory v, Forecast memory f, bool isPaid) private {
        Position memory p = f.position;
        // A payout that was refused stayed where it was.
        if (p.flow < 0 && !isPaid) (p.equity, p.flow) = (p.equity - p.flow, 0);
        MeterWords memory expected = _movedMeters(_unpacked(v.guard.policy(MARKET)), f.meters, p);
        MeterWords memory next = v.guard.meters(MARKET, p.account);
        Promise what = Promise.MetersCountOnce;
        bool isSame = next.longGrowth == expected.longGrowth && next.shortGrowth == expected.shortGrowth;
        _expect(isSame, what, "growth is not what the action was");
        _expect(next.highWaterMark == expected.highWaterMark, what, "the mark is not what the action left");
        _expect(next.selfLimit == expected.selfLimit, what, "a trade moved what an account said of itself");
        if (next.longGrowth != f.meters.longGrowth || next.shortGrowth != f.meters.shortGrowth) _note("growth counted");
        if (next.highWaterMark != f.meters.highWaterMark) _note("mark moved");
    }

    /// @dev What was closed is taken from its side, once. Of the mark the books say too little: what was left is paid out.
    function _requireClosingCounted(Venue memory v, address trader, int256 size, MeterWords memory before) private {
        Position memory p;
        p.sizeBefore = size;
        MeterWords memory expected = _movedMeters(_unpacked(v.guard.policy(MARKET)), before, p);
        MeterWords memory next = v.guard.meters(MARKET, trader);
        bool isSame = next.longGrowth == expected.longGrowth && next.shortGrowth == expected.shortGrowth;
        _expect(isSame, Promise.MetersCountOnce, "growth is not what was closed");
    }

    /// @dev Only what is switched on is counted.
    function _movedMeters(Words memory words, MeterWords memory before, Position memory p)
        private
        view
        returns (MeterWords memory next)
    {
        next = MeterWords(before.pool, before.longGrowth, before.shortGrowth, before.highWaterMark, before.selfLimit, 0);
        (bool wasLong, bool isLong) = (p.sizeBefore > 0, p.sizeAfter >= 0);
        Moved memory m = _move(words.extended, before, p);
        if (_isActive(words.feed, Limit.Drawdown)) next.highWaterMark = HighWaterMark.unwrap(m.mark);
        if (!_isActive(words.feed, Limit.Growth)) return next;
        if (m.shrunk > 0) {
            if (wasLong) next.longGrowth = GrowthMeter.unwrap(m.decreased);
            else next.shortGrowth = GrowthMeter.unwrap(m.decreased);
        }
        if (m.grown > 0) {
            if (isLong) next.longGrowth = GrowthMeter.unwrap(m.increased);
            else next.shortGrowth = GrowthMeter.unwrap(m.increased);
        }
    }

    function _move(ExtendedPolicy extended, MeterWords memory before, Position memory p)
        private
        view
        returns (Moved memory m)
    {
        (m.shrunk, m.grown, m.decreased, m.increased,, m.mark) = METERS.positionMeters(
            extended,
            GrowthMeter.wrap(p.sizeBefore > 0 ? before.longGrowth : before.shortGrowth),
            GrowthMeter.wrap(p.sizeAfter >= 0 ? before.longGrowth : before.shortGrowth),
            HighWaterMark.wrap(before.highWaterMark),
            block.timestamp,
            p
        );
    }

    /* DEFINITIONS */

    /// @dev More on its side, the other side, or less behind it; what ends flat adds nothing.
    function _addsRisk(Position memory p) internal pure returns (bool) {
        if (p.sizeAfter == 0) return false;
        return _abs(p.sizeAfter) > _abs(p.sizeBefore) || _flips(p) || p.flow < 0;
    }

    function _flips(Position memory p) internal pure returns (bool) {
        return p.sizeBefore != 0 && p.sizeAfter != 0 && (p.sizeBefore > 0) != (p.sizeAfter > 0);
    }

    function _isReductionWithPayout(Position memory p) private pure returns (bool) {
        return p.flow < 0 && !_flips(p) && _abs(p.sizeAfter) < _abs(p.sizeBefore);
    }

    function _unbounded(address trader, int256 sizeDelta, int256 tokenDelta) internal pure returns (Action memory) {
        return Action(trader, sizeDelta, tokenDelta, false, 0, 0);
    }

    function _nameOf(Limit limit) private pure returns (string memory) {
        if (limit == Limit.Growth) return "Growth";
        if (limit == Limit.Drawdown) return "Drawdown";
        if (limit == Limit.Skew) return "Skew";
        if (limit == Limit.SelfLimit) return "SelfLimit";
        return limit == Limit.Liquidity ? "Liquidity" : "another limit";
    }

    function _collateralTokens(Venue memory v, address trader) private view returns (uint256) {
        int256 collateral = v.perp.account(MARKET, trader).collateral;
        return collateral <= 0 ? 0 : uint256(collateral) * v.tokenUnit / WAD;
    }

    /* BOOKS */

    /// @dev The tokens cover what the perp owes, to the wei, and no more than a rounding for each action lies there
    /// unowned; open interest and cost are the sums of the accounts'.
    function _requireWholeBooks(Venue memory v) internal {
        int256 owed = v.perp.pool();
        int256 cost;
        uint256 long;
        uint256 short;
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            Account memory a = v.perp.account(MARKET, _account(i));
            owed += a.collateral;
            cost += a.cost;
            if (a.size > 0) long += uint256(a.size);
            else short += uint256(-a.size);
        }
        MarketData memory data = v.perp.marketData(MARKET);
        _expect(data.longOpenInterest == long, Promise.BooksAreWhole, "open interest of longs");
        _expect(data.shortOpenInterest == short, Promise.BooksAreWhole, "open interest of shorts");
        _expect(data.totalCost == cost, Promise.BooksAreWhole, "cost");
        uint256 held = v.token.balanceOf(address(v.perp)) * WAD;
        if (owed < 0) return _violate(Promise.BooksAreWhole, "the perp is owed by nobody");
        uint256 claims = uint256(owed) * v.tokenUnit;
        _expect(claims <= held, Promise.BooksAreWhole, "tokens do not cover what is owed");
        uint256 rounding = v.tokenUnit > WAD ? v.tokenUnit : WAD;
        _expect(held <= claims + _actions * rounding, Promise.BooksAreWhole, "tokens that belong to nobody");
    }
}
