// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {ISizingGuard, SelfLimitField} from "../interfaces/ISizingGuard.sol";
import {SelfLimit, SelfLimitLibrary} from "../types/SelfLimit.sol";

/// @title SelfLimitRules
/// @notice What an account may say it allows itself: every field in its range, and until it expires only less than before.
/// @dev Mirror: `sdk/src/guard/selfLimit.ts`.
library SelfLimitRules {
    uint256 internal constant ONE = 10_000;
    uint256 internal constant MAX_RULES = 7;

    /// @notice Reverts `SelfLimitOutOfRange` with the first field that is wrong, in the units of the word.
    function requireInRange(SelfLimit next, uint256 timestamp) internal pure {
        uint256 unit = SelfLimitLibrary.RATIO_UNIT;
        _requireRange(SelfLimitField.Rules, next.rules(), 1, MAX_RULES);
        _requireRange(SelfLimitField.Fraction, next.fraction() / unit, next.kelly() == 0 ? 0 : 1, ONE);
        _requireRange(SelfLimitField.Probability, next.probability() / unit, 0, ONE);
        uint256 leastOdds = next.kelly() == SelfLimitLibrary.BINARY ? 1 : 0;
        _requireRange(SelfLimitField.Odds, next.odds() / unit, leastOdds, type(uint32).max);
        _requireRange(SelfLimitField.Expiry, next.expiry(), timestamp + 1, type(uint32).max);
        _requireRange(SelfLimitField.Spare, next.spare(), 0, 0);
    }

    /// @notice Whether `next` allows no more than `current` anywhere, and not sooner: what may replace a limit in force.
    function tightens(SelfLimit current, SelfLimit next) internal pure returns (bool) {
        if (next.expiry() < current.expiry()) return false;
        bool capsMore = next.hasMaxNotional() && next.maxNotional() <= current.maxNotional();
        if (current.hasMaxNotional() && !capsMore) return false;
        if (current.kelly() == 0) return true;
        if (next.kelly() != current.kelly() || next.fraction() > current.fraction()) return false;
        if (current.kelly() == SelfLimitLibrary.CONTINUOUS) return _isWeakerEdge(current.edge(), next.edge());
        bool isLikelier = next.probability() > current.probability();
        return !isLikelier && (current.kelly() == SelfLimitLibrary.MARKET || next.odds() <= current.odds());
    }

    /// @dev On the same side, or none. An edge of the other side would let that side hold what it could not before.
    function _isWeakerEdge(int256 current, int256 next) private pure returns (bool) {
        bool isSameSide = next == 0 || (next > 0) == (current > 0);
        return isSameSide && SignedMath.abs(next) <= SignedMath.abs(current);
    }

    function _requireRange(SelfLimitField field, uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) {
            revert ISizingGuard.SelfLimitOutOfRange(field, value, minimum, maximum);
        }
    }
}
