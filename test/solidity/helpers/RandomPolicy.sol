// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Limit, Mode} from "../../../contracts/interfaces/ISizingGuard.sol";
import {FeedPolicy} from "../../../contracts/types/FeedPolicy.sol";
import {RiskPolicy} from "../../../contracts/types/RiskPolicy.sol";
import {Properties} from "./Properties.sol";

/// @title RandomPolicy
/// @notice Policy words in their ranges, put together from the layouts drawn in the contracts.
abstract contract RandomPolicy is Properties {
    uint256 internal constant ONE = 10_000;
    uint256 internal constant OPEN_INTEREST = 1 << uint256(Limit.OpenInterest);
    /// @dev How many fields `_tightened` knows.
    uint256 internal constant TIGHTENED_FIELDS = 17;

    /// @dev Any words a guard would store.
    function _anyPolicy(uint256 seed, address feed, uint256 decimals)
        internal
        pure
        returns (FeedPolicy, RiskPolicy)
    {
        Mode mode = Mode(_draw(seed, "mode", 0, 3));
        uint256 active = _activeLimits(seed, mode == Mode.Enforce || mode == Mode.Shadow);
        return (_anyFeedPolicy(seed, feed, decimals, mode, active), _anyRiskPolicy(seed));
    }

    /// @dev The limits in any combination; a mode that judges needs open interest and one of the account's.
    function _activeLimits(uint256 seed, bool judges) internal pure returns (uint256) {
        uint256 account = _range(uint256(keccak256(abi.encode(seed, "active"))), judges ? 1 : 0, 7);
        uint256 market = judges || _draw(seed, "market", 0, 1) == 1 ? OPEN_INTEREST : 0;
        market |= _draw(seed, "liquidity", 0, 1) << uint256(Limit.Liquidity);
        market |= _draw(seed, "concentration", 0, 1) << uint256(Limit.Concentration);
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
        return _feedPolicy(feed, decimals, heartbeat, maxAge, floor, mode, active);
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

    /// @dev The same policy with one field moved, or left, on the way to tighter. It stays in its range.
    function _tightened(FeedPolicy feed, RiskPolicy risk, uint256 field, uint256 seed)
        internal
        pure
        returns (FeedPolicy, RiskPolicy)
    {
        uint256 word = FeedPolicy.unwrap(feed);
        uint256 heartbeat = _field(word, 168, 16);
        if (field == 0) return (FeedPolicy.wrap(_lower(word, 168, 16, 1, seed)), risk);
        if (field == 1) return (FeedPolicy.wrap(_lower(word, 184, 16, heartbeat + 1, seed)), risk);
        if (field == 2) return (FeedPolicy.wrap(_raise(word, 200, 16, type(uint16).max, seed)), risk);
        if (field == 3) return (FeedPolicy.wrap(word | (_activeLimits(seed, true) << 216)), risk);
        if (field == 4) return (FeedPolicy.wrap(word & ~(uint256(0xff) << 232)), risk);
        return (feed, _tightenedRisk(risk, field - 5, seed));
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
