// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Position, SelfLimitField} from "../../contracts/interfaces/ISizingGuard.sol";
import {ISizingGuard} from "../../contracts/interfaces/ISizingGuard.sol";
import {SelfLimitRules} from "../../contracts/libraries/SelfLimitRules.sol";
import {MarketState, SizingMath} from "../../contracts/libraries/SizingMath.sol";
import {SelfLimit} from "../../contracts/types/SelfLimit.sol";
import {RandomPolicy} from "./helpers/RandomPolicy.sol";

/// @notice What an account says of itself: what may replace what, and what follows for what it may hold.
contract SelfLimitsTest is RandomPolicy {
    uint256 private constant NOW = 1_750_000_000;
    uint256 private constant MAX_MONEY = (1 << 127) - 1;

    /// @notice What may replace a word in force allows no more, on either side, for any equity and market, and ends no sooner.
    function testFuzz_whatReplacesAllowsNoMore(uint256 seed, uint256 tweak, uint256 equity) external view {
        SelfLimit current = _anySelfLimit(seed, NOW, 365 days);
        SelfLimit next = _successor(current, tweak);
        if (!SelfLimitRules.tightens(current, next)) return;
        _atMost(current.expiry(), next.expiry(), "it ends sooner");
        MarketState memory market = _anyMarket(seed);
        equity = _spread(equity, 0, MAX_MONEY);
        for (uint256 i = 0; i < 2; ++i) {
            uint256 most = this.limitOf(current, i == 1, market, equity);
            _atMost(this.limitOf(next, i == 1, market, equity), most, "it allows more");
        }
    }

    /// @notice One field moved on the way to tighter is accepted, as often as one likes; and so is the very same word.
    function testFuzz_tighterIsAccepted(uint256 seed, uint256 tweak) external pure {
        SelfLimit current = _anySelfLimit(seed, NOW, 365 days);
        _holds(SelfLimitRules.tightens(current, current), "the same word");
        for (uint256 i = 0; i < 4; ++i) {
            SelfLimit next = _tightenedSelfLimit(current, uint256(keccak256(abi.encode(tweak, i))));
            SelfLimitRules.requireInRange(next, NOW);
            _holds(SelfLimitRules.tightens(current, next), "a tighter word was refused");
            current = next;
        }
    }

    /// @notice A word that ends sooner, or that no longer says what the one in force says, is refused whatever else it says.
    function testFuzz_whatIsInForceStays(uint256 seed, uint256 another) external pure {
        SelfLimit current = _anySelfLimit(seed, NOW, 365 days);
        SelfLimit next = _anySelfLimit(another, NOW, 365 days);
        bool isDropped = (current.hasMaxNotional() && !next.hasMaxNotional())
            || (current.kelly() > 0 && next.kelly() != current.kelly());
        bool mayStay = next.expiry() >= current.expiry() && !isDropped;
        _holds(mayStay || !SelfLimitRules.tightens(current, next), "a word was taken back");
        if (current.hasMaxNotional() && next.maxNotional() > current.maxNotional()) {
            _holds(!SelfLimitRules.tightens(current, next), "a higher maximum");
        }
    }

    /// @notice Of any 256 bits, those in range are exactly those whose every field is; and in range it never reverts.
    function testFuzz_ranges(uint256 seed, uint256 bit, uint256 timestamp, uint256 equity) external view {
        timestamp = _spread(timestamp, 0, type(uint32).max - 1);
        uint256 word = SelfLimit.unwrap(_anySelfLimit(seed, timestamp, type(uint32).max - timestamp));
        // Mostly a single bit away from the ranges, now and then any bits.
        if (bit % 4 > 0) word ^= 1 << ((bit >> 8) % 256);
        if (bit % 16 == 1) word = bit;
        bool isRefused;
        try this.requireInRange(word, timestamp) {
            MarketState memory market = _anyMarket(seed);
            equity = _spread(equity, 0, MAX_MONEY);
            this.limitOf(SelfLimit.wrap(word), false, market, equity);
            this.limitOf(SelfLimit.wrap(word), true, market, equity);
        } catch (bytes memory reason) {
            isRefused = true;
            _holds(bytes4(reason) == ISizingGuard.SelfLimitOutOfRange.selector, "refused otherwise");
        }
        _holds(isRefused == !_isInRange(word, timestamp), "the ranges");
    }

    /// @notice The first field that is wrong is named, with its value and its ends.
    function testFuzz_rangesAreNamed(uint256 seed, uint256 value) external view {
        SelfLimit good = _anySelfLimit(seed, NOW, 365 days);
        uint256 word = SelfLimit.unwrap(good);
        uint256 rules = 8 + value % 248;
        _requireNamed(_withField(word, 56, 8, rules), SelfLimitField.Rules, rules, 1, 7);
        _requireNamed(_withField(word, 56, 8, 0), SelfLimitField.Rules, 0, 1, 7);
        uint256 beyond = _range(value, ONE + 1, type(uint16).max);
        uint256 least = good.kelly() > 0 ? 1 : 0;
        _requireNamed(_withField(word, 40, 16, beyond), SelfLimitField.Fraction, beyond, least, ONE);
        _requireNamed(_withField(word, 96, 16, beyond), SelfLimitField.Probability, beyond, 0, ONE);
        uint256 past = _range(value, 0, NOW);
        _requireNamed(_withField(word, 144, 32, past), SelfLimitField.Expiry, past, NOW + 1, type(uint32).max);
        uint256 spare = _range(value, 1, (1 << 80) - 1);
        _requireNamed(_withField(word, 176, 80, spare), SelfLimitField.Spare, spare, 0, 0);
        if (good.kelly() == 0) return;
        _requireNamed(_withField(word, 40, 16, 0), SelfLimitField.Fraction, 0, 1, ONE);
        if (good.kelly() == 2) _requireNamed(_withField(word, 112, 32, 0), SelfLimitField.Odds, 0, 1, type(uint32).max);
    }

    /* CALLED FROM OUTSIDE */

    function limitOf(SelfLimit own, bool isShort, MarketState calldata market, uint256 equity)
        external
        view
        returns (uint256)
    {
        Position memory position;
        position.sizeAfter = isShort ? -1 : int256(1);
        return this.limitFor(own, position, market, equity);
    }

    function limitFor(SelfLimit own, Position calldata position, MarketState calldata market, uint256 equity)
        external
        pure
        returns (uint256)
    {
        return SizingMath.selfLimit(own, position, market, equity);
    }

    function requireInRange(uint256 word, uint256 timestamp) external pure {
        SelfLimitRules.requireInRange(SelfLimit.wrap(word), timestamp);
    }

    /* PRIVATE */

    function _requireNamed(uint256 word, SelfLimitField field, uint256 value, uint256 minimum, uint256 maximum) private view {
        try this.requireInRange(word, NOW) {
            _holds(false, "not refused");
        } catch (bytes memory reason) {
            bytes memory expected =
                abi.encodeWithSelector(ISizingGuard.SelfLimitOutOfRange.selector, field, value, minimum, maximum);
            _holds(keccak256(reason) == keccak256(expected), "refused with another reason");
        }
    }

    /// @dev The ranges of the layout, written a second time.
    function _isInRange(uint256 word, uint256 timestamp) private pure returns (bool) {
        uint256 kelly = _field(word, 56, 2);
        bool isRule = _field(word, 56, 8) > 0 && _field(word, 56, 8) < 8;
        bool isShare = _field(word, 40, 16) <= ONE && _field(word, 96, 16) <= ONE && (kelly == 0 || _field(word, 40, 16) > 0);
        bool isBet = kelly != 2 || _field(word, 112, 32) > 0;
        return isRule && isShare && isBet && _field(word, 144, 32) > timestamp && word >> 176 == 0;
    }

    /// @dev Often near the word in force: two random words hardly ever tighten.
    function _successor(SelfLimit current, uint256 seed) private pure returns (SelfLimit) {
        uint256 kind = seed % 4;
        if (kind == 0) return _anySelfLimit(seed, NOW, 365 days);
        SelfLimit next = _tightenedSelfLimit(current, seed >> 8);
        if (kind == 1) return _tightenedSelfLimit(next, seed >> 64);
        // One bit anywhere: what it may loosen must be seen; or the sign of the edge, or another rule.
        uint256 word = SelfLimit.unwrap(next);
        if (kind == 2) return SelfLimit.wrap(word ^ (1 << (_range(seed >> 8, 0, 175))));
        word = _withField(word, 64, 32, _spread(seed >> 8, 0, type(uint32).max));
        return SelfLimit.wrap(word | (_range(seed >> 16, 0, 7) << 56));
    }

    function _anyMarket(uint256 seed) private pure returns (MarketState memory market) {
        // A share of a prediction market costs less than one.
        market.price = _draw(seed, "price", 1, seed % 2 == 0 ? 1e18 : uint256(type(int256).max));
        market.variance = _draw(seed, "variance", 1, type(uint72).max);
    }
}
