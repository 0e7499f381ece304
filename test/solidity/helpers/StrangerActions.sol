// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {ISizingGuard, Limit, Mode, PolicyWords, Position, Verdict} from "../../../contracts/interfaces/ISizingGuard.sol";
import {IVolatilityOracle} from "../../../contracts/interfaces/IVolatilityOracle.sol";
import {HostileToken} from "../../../contracts/test/HostileToken.sol";
import {VolatilityWord} from "../../../contracts/types/VolatilityWord.sol";
import {AuthorityActions} from "./AuthorityActions.sol";
import {Promise, Venue} from "./World.sol";
import {ICheatcodes, VM} from "./ICheatcodes.sol";

/// @title StrangerActions
/// @notice What anybody else may try, and what a protocol may state: of the guard directly, past the perp.
abstract contract StrangerActions is AuthorityActions {
    /* ANYBODY */

    /// @notice Samples, again and again and as somebody else: who asks and how often changes nothing.
    function poke(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        bytes memory call = abi.encodeCall(v.guard.poke, (MARKET));
        (bool ok, bytes memory reason) = _send(_stranger(seed), address(v.guard), call);
        bool isForeseen = bytes4(reason) == IVolatilityOracle.FeedUnusable.selector
            || bytes4(reason) == IVolatilityOracle.TooManyRounds.selector;
        _expect(ok || isForeseen, Promise.VarianceFollowsTheFeedAlone, "poke broke");
        _note(ok ? "poked" : "poke refused");
        _requireRepeatable(v, call, seed, ok);
    }

    /// @notice Samples from some round on, known or not, as often as they like.
    function pokeFrom(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        _wake(_guardFeed(v));
        uint80 latest = _guardFeed(v).latestId();
        uint80 round = latest - uint80(_spread(seed, 0, 90));
        if (seed % 5 == 0) round = (latest >> 64) << 64;
        if (seed % 7 == 0) round = uint80(seed);
        bytes memory call = abi.encodeCall(v.guard.pokeFrom, (MARKET, round));
        (bool ok, bytes memory reason) = _send(_stranger(seed), address(v.guard), call);
        bool isForeseen = bytes4(reason) == IVolatilityOracle.RoundNotObserved.selector || _isOverflow(round, reason);
        _expect(ok || isForeseen, Promise.VarianceFollowsTheFeedAlone, "pokeFrom broke");
        _note(ok ? "poked from a round" : "pokeFrom refused");
    }

    /// @notice A stranger asks for what only the protocol, or only governance, may.
    function trespass(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        address who = _stranger(seed);
        Position memory p = _anyPosition(seed);
        bytes memory refusal =
            abi.encodeWithSelector(ISizingGuard.NotProtocol.selector, who, address(v.perp));
        _requireRefused(v, who, abi.encodeCall(v.guard.enforce, (MARKET, p)), refusal);
        _requireRefused(v, who, abi.encodeCall(v.guard.enforceBounded, (MARKET, p, 0, type(uint256).max)), refusal);
        _requireRefused(v, who, abi.encodeCall(v.guard.record, (MARKET, p)), refusal);
        PolicyWords memory words = v.guard.policy(MARKET);
        refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, who);
        _requireRefused(v, who, abi.encodeCall(v.guard.setPolicy, (MARKET, words)), refusal);
    }

    /// @notice The token calls back in the middle of a deposit: into the perp, into the guard.
    function reenter(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) balanced(venueSeed) {
        Venue memory v = _venue(venueSeed);
        (address target, bytes memory call, bytes memory refusal) = _callBack(v, seed);
        v.token.arm(target, call);
        VM.recordLogs();
        _act(v, _unbounded(_account(seed >> 8), 0, 1));
        ICheatcodes.Log[] memory logs = VM.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != HostileToken.Attempted.selector) continue;
            (bool success, bytes memory result) = abi.decode(logs[i].data, (bool, bytes));
            bool isRefused = !success && _isSame(result, refusal);
            _expect(isRefused, Promise.StrangersAreRefused, "a token came back in");
            _note("reentered");
        }
    }

    /* THE PROTOCOL ITSELF, WITH ANY NUMBERS */

    /// @notice A protocol states what it likes: if it adds no risk, no state of anything refuses it, and nothing is written.
    function stateReduction(uint256 venueSeed, uint256 seed) external timed {
        Venue memory v = _venue(venueSeed);
        Position memory p = _anyReduction(seed);
        // Also for a market that was never set up.
        bytes32 market = seed % 4 == 0 ? keccak256(abi.encode(seed)) : MARKET;
        uint256 word = v.guard.volatilityWord(market);
        _requireAccepted(v, abi.encodeCall(v.guard.enforce, (market, p)), "enforce refused a reduction");
        bytes memory bounded = abi.encodeCall(v.guard.enforceBounded, (market, p, type(uint256).max, 0));
        _requireAccepted(v, bounded, "the trader's bounds refused a reduction");
        bool grows = _flips(p) || _abs(p.sizeAfter) > _abs(p.sizeBefore);
        if (!grows) _requireAccepted(v, abi.encodeCall(v.guard.record, (market, p)), "record refused a reduction");
        _requireAccepted(v, abi.encodeCall(v.guard.preview, (market, p)), "preview broke on a reduction");
        bool isAllowed = v.guard.preview{gas: GAS}(market, p).allowed;
        _expect(isAllowed, Promise.ViewEqualsEnforcement, "preview refused a reduction");
        Promise what = Promise.VarianceFollowsTheFeedAlone;
        _expect(v.guard.volatilityWord(market) == word, what, "a reduction was sampled");
    }

    /// @notice A protocol states what it likes: the largest size preview names passes, and one unit more is refused with it.
    function stateTheLimit(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        Position memory p = _plausiblePosition(seed);
        Verdict memory verdict = _preview(v, p);
        if (verdict.limit == Limit.None || verdict.maxSize > type(uint128).max) return;
        bool isShort = p.sizeAfter < 0;
        p.sizeAfter = isShort ? -int256(verdict.maxSize + 1) : int256(verdict.maxSize + 1);
        _requireAbove(v, p, verdict);
        if (verdict.maxSize == 0) return;
        p.sizeAfter = isShort ? -int256(verdict.maxSize) : int256(verdict.maxSize);
        (bool ok,) = _send(address(v.perp), address(v.guard), abi.encodeCall(v.guard.enforce, (MARKET, p)));
        _expect(ok, Promise.ViewEqualsEnforcement, "the maximum was refused");
        Verdict memory again = _preview(v, p);
        // Asking stored the round, or not: it was counted before. What leaves moves the mark a second time.
        bool isSame = again.variance == verdict.variance && (p.flow < 0 || again.limitSize == verdict.limitSize);
        _expect(isSame, Promise.ViewEqualsEnforcement, "asking moved the limit");
        _expect(again.maxSize <= verdict.maxSize || p.flow < 0, Promise.ViewEqualsEnforcement, "growing twice left more");
        _note("held to the limit");
    }

    /// @notice `record` is no way around: what grows or flips is refused, always.
    function recordGrowth(uint256 venueSeed, uint256 seed) external timed watched(venueSeed) {
        Venue memory v = _venue(venueSeed);
        Position memory p = _anyPosition(seed);
        if (!_flips(p) && _abs(p.sizeAfter) <= _abs(p.sizeBefore)) return;
        bytes memory refusal = abi.encodeWithSelector(
            ISizingGuard.SizeGrew.selector, MARKET, p.account, p.sizeBefore, p.sizeAfter
        );
        (bool ok, bytes memory reason) =
            _send(address(v.perp), address(v.guard), abi.encodeCall(v.guard.record, (MARKET, p)));
        _expect(!ok && _isSame(reason, refusal), Promise.StrangersAreRefused, "record let a position grow");
    }

    /* PRIVATE */

    function _requireAbove(Venue memory v, Position memory p, Verdict memory verdict) private {
        (bool ok, bytes memory reason) =
            _send(address(v.perp), address(v.guard), abi.encodeCall(v.guard.enforce, (MARKET, p)));
        if (Mode(_policy(v).mode()) == Mode.Shadow) {
            return _expect(ok, Promise.ViewEqualsEnforcement, "Shadow refused");
        }
        bool isForeseen = !ok && _isSame(reason, _rejection(p.account, _abs(p.sizeAfter), verdict));
        _expect(isForeseen, Promise.ViewEqualsEnforcement, "one unit more was not refused as foreseen");
    }

    function _requireAccepted(Venue memory v, bytes memory call, string memory what) private {
        (bool ok,) = _send(address(v.perp), address(v.guard), call);
        _expect(ok, Promise.ReducingRiskIsNeverBlocked, what);
    }

    function _requireRefused(Venue memory v, address who, bytes memory call, bytes memory refusal) private {
        (bool ok, bytes memory reason) = _send(who, address(v.guard), call);
        _expect(!ok && _isSame(reason, refusal), Promise.StrangersAreRefused, "a stranger got through");
    }

    /// @dev Others ask the same again, and the protocol something small: the word stays, and so does what they are told.
    function _requireRepeatable(Venue memory v, bytes memory call, uint256 seed, bool wasOk) private {
        VolatilityWord word = _word(v);
        for (uint256 i = 1; i < 3; ++i) {
            (bool ok,) = _send(_stranger(seed % 1_000 + i), address(v.guard), call);
            _expect(ok == wasOk, Promise.VarianceFollowsTheFeedAlone, "another caller, another outcome");
        }
        if (wasOk) {
            _send(address(v.perp), address(v.guard), abi.encodeCall(v.guard.enforce, (MARKET, _smallPosition())));
        }
        bool isSame = VolatilityWord.unwrap(_word(v)) == VolatilityWord.unwrap(word);
        _expect(isSame, Promise.VarianceFollowsTheFeedAlone, "asking twice changed the word");
    }

    /// @dev What the token calls, and the refusal it must meet.
    function _callBack(Venue memory v, uint256 seed) private pure returns (address, bytes memory, bytes memory) {
        uint256 which = seed % 8;
        bytes memory reentered = abi.encodeWithSelector(ReentrancyGuard.ReentrancyGuardReentrantCall.selector);
        if (which == 0) return (address(v.perp), abi.encodeCall(v.perp.withdraw, (MARKET, 1)), reentered);
        if (which == 1) return (address(v.perp), abi.encodeCall(v.perp.trade, (MARKET, 1)), reentered);
        if (which == 2) return (address(v.perp), abi.encodeCall(v.perp.close, (MARKET)), reentered);
        if (which == 3) return (address(v.perp), abi.encodeCall(v.perp.redeem, (0)), reentered);
        if (which == 4) return (address(v.perp), abi.encodeCall(v.perp.liquidate, (MARKET, _account(seed))), reentered);
        if (which == 5) return (address(v.perp), abi.encodeCall(v.perp.supply, (1)), reentered);
        bytes memory refused =
            abi.encodeWithSelector(ISizingGuard.NotProtocol.selector, address(v.token), address(v.perp));
        Position memory p = _anyPosition(seed);
        if (which == 6) return (address(v.guard), abi.encodeCall(v.guard.enforce, (MARKET, p)), refused);
        return (address(v.guard), abi.encodeCall(v.guard.record, (MARKET, p)), refused);
    }

    /// @dev The very last id there can be has no next.
    function _isOverflow(uint80 round, bytes memory reason) private pure returns (bool) {
        return round == type(uint80).max && bytes4(reason) == bytes4(keccak256("Panic(uint256)"));
    }

    function _anyPosition(uint256 seed) private pure returns (Position memory p) {
        p.account = _stated(seed);
        p.equity = int256(_draw(seed, "equity", 0, type(uint256).max));
        p.flow = int256(_draw(seed, "flow", 0, type(uint256).max));
        p.sizeBefore = int256(_draw(seed, "before", 0, type(uint256).max));
        p.sizeAfter = int256(_draw(seed, "after", 0, type(uint256).max));
        p.sameSideOthers = _draw(seed, "same", 0, type(uint256).max);
        p.oppositeOthers = _draw(seed, "opposite", 0, type(uint256).max);
        p.poolEquity = _draw(seed, "pool", 0, type(uint256).max);
    }

    /// @dev Not larger on its side and no money leaving, or flat, with any other numbers.
    function _anyReduction(uint256 seed) private pure returns (Position memory p) {
        p = _anyPosition(seed);
        if (seed % 4 == 1) {
            p.sizeAfter = 0;
            return p;
        }
        if (p.flow < 0) p.flow = ~p.flow;
        uint256 left = _draw(seed, "left", 0, _abs(p.sizeBefore));
        unchecked {
            p.sizeAfter = p.sizeBefore < 0 ? int256(0 - left) : int256(left);
        }
    }

    function _plausiblePosition(uint256 seed) private pure returns (Position memory p) {
        p.account = _stated(seed);
        p.equity = int256(_draw(seed, "equity", 0, 1e26));
        p.flow = seed % 3 == 0 ? -int256(1) : int256(0);
        p.sizeBefore = int256(_draw(seed, "before", 0, 1e23)) * (seed % 2 == 0 ? int256(1) : -1);
        p.sizeAfter = (seed >> 1) % 2 == 0 ? int256(1) : -1;
        p.sameSideOthers = _draw(seed, "same", 0, 1e23);
        p.poolEquity = _draw(seed, "pool", 1e22, 1e27);
    }

    function _smallPosition() private pure returns (Position memory p) {
        (p.equity, p.sizeAfter, p.poolEquity) = (1e18, 1, 1e25);
    }
}
