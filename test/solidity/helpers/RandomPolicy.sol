// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Limit, Mode, PolicyWords} from "../../../contracts/interfaces/ISizingGuard.sol";
import {ExtendedPolicy} from "../../../contracts/types/ExtendedPolicy.sol";
import {FeedPolicy} from "../../../contracts/types/FeedPolicy.sol";
import {RiskPolicy} from "../../../contracts/types/RiskPolicy.sol";
import {SelfLimit} from "../../../contracts/types/SelfLimit.sol";
import {Properties} from "./Properties.sol";

/// @notice A policy's words, each as what it is.
struct Words {
    FeedPolicy feed;
    RiskPolicy risk;
    ExtendedPolicy extended;
}

/// @title RandomPolicy
/// @notice Policy words in their ranges, and what an account may say of itself, put together from the layouts drawn in the
/// contracts.
abstract contract RandomPolicy is Properties {
    uint256 internal constant ONE = 10_000;
    uint256 internal constant OPEN_INTEREST = 1 << uint256(Limit.OpenInterest);
    /// @dev Liquidity also keeps to the law of market impact.
    uint256 internal constant IMPACT = 1;
    /// @dev How many fields `_tightened` knows.
    uint256 internal constant TIGHTENED_FIELDS = 29;
    uint256 private constant MAX_EXPONENT = 40;

    /// @dev Any words a guard would store.
    function _anyPolicy(uint256 seed, address feed, uint256 decimals) internal pure returns (Words memory) {
        Mode mode = Mode(_draw(seed, "mode", 0, 3));
        uint256 active = _activeLimits(seed, mode == Mode.Enforce || mode == Mode.Shadow);
        return Words(
            _anyFeedPolicy(seed, feed, decimals, mode, active), _anyRiskPolicy(seed), _anyExtendedPolicy(seed)
        );
    }

    /// @dev The limits in any combination; a mode that judges needs open interest and one of the account's.
    function _activeLimits(uint256 seed, bool judges) internal pure returns (uint256) {
        uint256 account = _range(uint256(keccak256(abi.encode(seed, "active"))), judges ? 1 : 0, 7);
        uint256 market = judges || _draw(seed, "market", 0, 1) == 1 ? OPEN_INTEREST : 0;
        market |= _draw(seed, "liquidity", 0, 1) << uint256(Limit.Liquidity);
        market |= _draw(seed, "concentration", 0, 1) << uint256(Limit.Concentration);
        market |= _draw(seed, "skew", 0, 1) << uint256(Limit.Skew);
        market |= _draw(seed, "self", 0, 1) << uint256(Limit.SelfLimit);
        market |= _draw(seed, "growth", 0, 1) << uint256(Limit.Growth);
        market |= _draw(seed, "drawdown", 0, 1) << uint256(Limit.Drawdown);
        return (account << uint256(Limit.Volatility)) | market;
    }

    function _anyFeedPolicy(uint256 seed, address feed, uint256 decimals, Mode mode, uint256 active)
        internal
        pure
        returns (FeedPolicy)
    {
        uint256 heartbeat = _draw(seed, "heartbeat", 1, type(uint16).max - 1);
        uint256 maxAge = _draw(seed, "maxAge", heartbeat + 1, type(uint16).max);
        uint256 floor = _draw(seed, "floor", 1, type(uint16).max);
        FeedPolicy word = _feedPolicy(feed, decimals, heartbeat, maxAge, floor, mode, active);
        return FeedPolicy.wrap(FeedPolicy.unwrap(word) | (_draw(seed, "flags", 0, IMPACT) << 248));
    }

    function _anyRiskPolicy(uint256 seed) internal pure returns (RiskPolicy) {
        uint256 word = _draw(seed, "tail", ONE, type(uint16).max);
        word |= _draw(seed, "riskBudget", 1, ONE) << 16;
        word |= _draw(seed, "maintenance", 0, ONE) << 32;
        word |= _draw(seed, "exitFee", 0, ONE) << 48;
        word |= _draw(seed, "baseMargin", 1, ONE) << 64;
        word |= _draw(seed, "fullMargin", 1, type(uint40).max) << 80;
        word |= _draw(seed, "mantissa", 1, type(uint32).max) << 120;
        word |= _draw(seed, "exponent", 0, 40) << 152;
        word |= _draw(seed, "referenceMove", 1, type(uint16).max) << 160;
        word |= _draw(seed, "liquidityCap", 1, type(uint40).max) << 176;
        word |= _draw(seed, "concentrationShare", 1, ONE) << 216;
        word |= _draw(seed, "horizon", 1, type(uint24).max) << 232;
        return RiskPolicy.wrap(word);
    }

    /// @dev None of its fields is zero where an active limit would need it: any limit may be switched on beside it.
    function _anyExtendedPolicy(uint256 seed) internal pure returns (ExtendedPolicy) {
        uint256 word = _draw(seed, "dailyVolume", 1, type(uint40).max);
        word |= _draw(seed, "maxSlippage", 1, ONE) << 40;
        word |= _draw(seed, "impactCoefficient", 1, type(uint16).max) << 56;
        word |= _draw(seed, "skewMantissa", 1, type(uint32).max) << 72;
        word |= _draw(seed, "skewExponent", 0, MAX_EXPONENT) << 104;
        word |= _draw(seed, "growthMantissa", 1, type(uint32).max) << 112;
        word |= _draw(seed, "growthExponent", 0, MAX_EXPONENT) << 144;
        word |= _draw(seed, "growthPeriod", 1, type(uint24).max) << 152;
        word |= _draw(seed, "maxDrawdown", 1, ONE) << 176;
        word |= _even(seed, "drawdownPower", 1, 3) << 192;
        word |= _draw(seed, "peakHalfLife", 0, type(uint16).max) << 200;
        return ExtendedPolicy.wrap(word);
    }

    /// @dev What an account may say at `timestamp`, for at most so many seconds.
    function _anySelfLimit(uint256 seed, uint256 timestamp, uint256 longest) internal pure returns (SelfLimit) {
        uint256 edge = _draw(seed, "edge", 0, type(uint32).max >> 1);
        // In two's complement.
        if (_even(seed, "falling", 0, 1) == 1) edge = type(uint32).max - edge;
        uint256 word = _draw(seed, "maxNotional", 0, type(uint40).max);
        word |= _draw(seed, "fraction", 1, ONE) << 40;
        word |= _even(seed, "rules", 1, 7) << 56;
        word |= edge << 64;
        word |= _draw(seed, "probability", 0, ONE) << 96;
        word |= _draw(seed, "odds", 1, type(uint32).max) << 112;
        word |= (timestamp + _even(seed, "expiry", 1, longest)) << 144;
        return SelfLimit.wrap(word);
    }

    /// @dev The same word with one of its fields moved, or left, on the way to tighter; what it does not say it goes on not
    /// saying.
    function _tightenedSelfLimit(SelfLimit current, uint256 seed) internal pure returns (SelfLimit) {
        uint256 word = SelfLimit.unwrap(current);
        uint256 field = seed % 6;
        seed >>= 8;
        if (field == 0) return SelfLimit.wrap(_lower(word, 0, 40, 0, seed));
        if (field == 1 && current.kelly() > 0) return SelfLimit.wrap(_lower(word, 40, 16, 1, seed));
        if (field == 2) return SelfLimit.wrap(_lower(word, 96, 16, 0, seed));
        if (field == 3) return SelfLimit.wrap(_lower(word, 112, 32, current.kelly() == 2 ? 1 : 0, seed));
        if (field == 4) return SelfLimit.wrap(_raise(word, 144, 32, _field(word, 144, 32) + seed % 1 hours, seed));
        return current.edge() > 0 ? SelfLimit.wrap(_lower(word, 64, 32, 0, seed)) : current;
    }

    function _packed(Words memory words) internal pure returns (PolicyWords memory) {
        return PolicyWords(
            FeedPolicy.unwrap(words.feed), RiskPolicy.unwrap(words.risk), ExtendedPolicy.unwrap(words.extended), 0, 0
        );
    }

    function _unpacked(PolicyWords memory words) internal pure returns (Words memory) {
        return Words(
            FeedPolicy.wrap(words.feedPolicy),
            RiskPolicy.wrap(words.riskPolicy),
            ExtendedPolicy.wrap(words.extendedPolicy)
        );
    }

    function _isActive(FeedPolicy feed, Limit limit) internal pure returns (bool) {
        return (feed.active() >> uint256(limit)) & 1 == 1;
    }

    function _feedPolicy(
        address feed,
        uint256 decimals,
        uint256 heartbeat,
        uint256 maxAge,
        uint256 floor,
        Mode mode,
        uint256 active
    ) internal pure returns (FeedPolicy) {
        return FeedPolicy.wrap(
            uint160(feed) | (decimals << 160) | (heartbeat << 168) | (maxAge << 184) | (floor << 200)
                | (active << 216) | (uint256(mode) << 232)
        );
    }

    /// @dev A number of its own for each name.
    function _draw(uint256 seed, string memory name, uint256 low, uint256 high) internal pure returns (uint256) {
        return _spread(uint256(keccak256(abi.encode(seed, name))), low, high);
    }

    /// @dev A number of its own for each name, each as likely as the other.
    function _even(uint256 seed, string memory name, uint256 low, uint256 high) internal pure returns (uint256) {
        return _range(uint256(keccak256(abi.encode(seed, name))), low, high);
    }

    /// @dev The same policy with one field moved, or left, on the way to tighter. It stays in its range.
    function _tightened(Words memory words, uint256 field, uint256 seed) internal pure returns (Words memory) {
        if (field < 6) return Words(_tightenedFeed(words.feed, field, seed), words.risk, words.extended);
        if (field < 18) return Words(words.feed, _tightenedRisk(words.risk, field - 6, seed), words.extended);
        return Words(words.feed, words.risk, _tightenedExtended(words.extended, field - 18, seed));
    }

    function _tightenedFeed(FeedPolicy feed, uint256 field, uint256 seed) private pure returns (FeedPolicy) {
        uint256 word = FeedPolicy.unwrap(feed);
        uint256 heartbeat = _field(word, 168, 16);
        if (field == 0) return FeedPolicy.wrap(_lower(word, 168, 16, 1, seed));
        if (field == 1) return FeedPolicy.wrap(_lower(word, 184, 16, heartbeat + 1, seed));
        if (field == 2) return FeedPolicy.wrap(_raise(word, 200, 16, type(uint16).max, seed));
        if (field == 3) return FeedPolicy.wrap(word | (_activeLimits(seed, true) << 216));
        if (field == 4) return FeedPolicy.wrap(word & ~(uint256(0xff) << 232));
        return FeedPolicy.wrap(word | (IMPACT << 248));
    }

    function _tightenedRisk(RiskPolicy risk, uint256 field, uint256 seed) private pure returns (RiskPolicy) {
        uint256 word = RiskPolicy.unwrap(risk);
        if (field == 0) return RiskPolicy.wrap(_raise(word, 0, 16, type(uint16).max, seed));
        if (field == 1) return RiskPolicy.wrap(_lower(word, 16, 16, 1, seed));
        if (field == 2) return RiskPolicy.wrap(_raise(word, 32, 16, ONE, seed));
        if (field == 3) return RiskPolicy.wrap(_raise(word, 48, 16, ONE, seed));
        if (field == 4) return RiskPolicy.wrap(_raise(word, 64, 16, ONE, seed));
        if (field == 5) return RiskPolicy.wrap(_lower(word, 80, 40, 1, seed));
        if (field == 6) return RiskPolicy.wrap(_lower(word, 120, 32, 1, seed));
        if (field == 7) return RiskPolicy.wrap(_lower(word, 152, 8, 0, seed));
        if (field == 8) return RiskPolicy.wrap(_lower(word, 160, 16, 1, seed));
        if (field == 9) return RiskPolicy.wrap(_lower(word, 176, 40, 1, seed));
        if (field == 10) return RiskPolicy.wrap(_lower(word, 216, 16, 1, seed));
        return RiskPolicy.wrap(_raise(word, 232, 24, type(uint24).max, seed));
    }

    /// @dev A longer period is tighter for the capacity there is; a mark that never fades is tighter than any that does.
    function _tightenedExtended(ExtendedPolicy extended, uint256 field, uint256 seed)
        private
        pure
        returns (ExtendedPolicy)
    {
        uint256 word = ExtendedPolicy.unwrap(extended);
        if (field == 0) return ExtendedPolicy.wrap(_lower(word, 0, 40, 1, seed));
        if (field == 1) return ExtendedPolicy.wrap(_lower(word, 40, 16, 1, seed));
        if (field == 2) return ExtendedPolicy.wrap(_raise(word, 56, 16, type(uint16).max, seed));
        if (field == 3) return ExtendedPolicy.wrap(_lower(word, 72, 32, 1, seed));
        if (field == 4) return ExtendedPolicy.wrap(_lower(word, 104, 8, 0, seed));
        if (field == 5) return ExtendedPolicy.wrap(_lower(word, 112, 32, 1, seed));
        if (field == 6) return ExtendedPolicy.wrap(_lower(word, 144, 8, 0, seed));
        if (field == 7) return ExtendedPolicy.wrap(_raise(word, 152, 24, type(uint24).max, seed));
        if (field == 8) return ExtendedPolicy.wrap(_lower(word, 176, 16, 1, seed));
        if (field == 9) return ExtendedPolicy.wrap(_raise(word, 192, 8, 3, seed));
        bool isForever = _field(word, 200, 16) == 0 || seed % 8 == 0;
        uint256 slower = _raise(word, 200, 16, type(uint16).max, seed);
        return ExtendedPolicy.wrap(isForever ? _withField(word, 200, 16, 0) : slower);
    }

    function _raise(uint256 word, uint256 shift, uint256 width, uint256 most, uint256 seed) private pure returns (uint256) {
        return _withField(word, shift, width, _spread(seed, _field(word, shift, width), most));
    }

    function _lower(uint256 word, uint256 shift, uint256 width, uint256 least, uint256 seed) private pure returns (uint256) {
        return _withField(word, shift, width, _spread(seed, least, _field(word, shift, width)));
    }

    function _withField(uint256 word, uint256 shift, uint256 width, uint256 value) internal pure returns (uint256) {
        return (word & ~(((1 << width) - 1) << shift)) | (value << shift);
    }

    function _field(uint256 word, uint256 shift, uint256 width) internal pure returns (uint256) {
        return (word >> shift) & ((1 << width) - 1);
    }
}
