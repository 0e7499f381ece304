// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PolicyField, PolicyWords} from "../interfaces/ISizingGuard.sol";
import {UNCAPPED} from "../libraries/FixedPointMath.sol";
import {PolicyRules} from "../libraries/PolicyRules.sol";
import {ExtendedPolicyLibrary} from "../types/ExtendedPolicy.sol";
import {FeedPolicyLibrary} from "../types/FeedPolicy.sol";
import {RiskPolicyLibrary} from "../types/RiskPolicy.sol";

/// @title PolicyFields
/// @notice The quantities of a policy that may be moved by themselves: where each stands in the words, read and replaced.
/// @dev Mirror: `sdk/src/guard/policyFields.ts`. A mantissa and its exponent are one field of 40 bits, under the mantissa's
/// name. What says where prices come from, what is switched on, or in which units something is, is not in the table.
library PolicyFields {
    /// @notice This field is no quantity that may be moved by itself. Change it with the whole policy.
    error FieldNotAdjustable(PolicyField field);
    /// @notice `value` does not fit `field`, which holds `maximum` at the most, in the units of its word.
    error FieldTooWide(PolicyField field, uint256 value, uint256 maximum);

    /// @dev The words that have such fields.
    enum Word {
        Feed,
        Risk,
        Extended
    }

    /// @param shift lowest bit
    /// @param width bits
    /// @param isFloat whether the low 32 of 40 bits are a mantissa and the others an exponent of ten
    struct Place {
        Word word;
        uint256 shift;
        uint256 width;
        bool isFloat;
    }

    uint256 private constant RATIO_BITS = 16;
    uint256 private constant AMOUNT_BITS = 40;
    uint256 private constant EXPONENT = ExtendedPolicyLibrary.EXPONENT;

    /// @notice Where a field stands.
    /// @dev Reverts `FieldNotAdjustable`.
    function placeOf(PolicyField field) internal pure returns (Place memory) {
        if (field == PolicyField.VolatilityFloor) return _ratio(Word.Feed, FeedPolicyLibrary.VOLATILITY_FLOOR);
        if (field == PolicyField.RiskBudget) return _ratio(Word.Risk, RiskPolicyLibrary.RISK_BUDGET);
        if (field == PolicyField.BaseMargin) return _ratio(Word.Risk, RiskPolicyLibrary.BASE_MARGIN);
        if (field == PolicyField.FullMarginOpenInterest) {
            return _quote(Word.Risk, RiskPolicyLibrary.FULL_MARGIN_OPEN_INTEREST);
        }
        if (field == PolicyField.OpenInterestMantissa) return _base(Word.Risk, RiskPolicyLibrary.OPEN_INTEREST_MANTISSA);
        if (field == PolicyField.ReferenceMove) return _ratio(Word.Risk, RiskPolicyLibrary.REFERENCE_MOVE);
        if (field == PolicyField.LiquidityCap) return _quote(Word.Risk, RiskPolicyLibrary.LIQUIDITY_CAP);
        if (field == PolicyField.ConcentrationShare) return _ratio(Word.Risk, RiskPolicyLibrary.CONCENTRATION_SHARE);
        if (field == PolicyField.DailyVolume) return _quote(Word.Extended, ExtendedPolicyLibrary.DAILY_VOLUME);
        if (field == PolicyField.MaxSlippage) return _ratio(Word.Extended, ExtendedPolicyLibrary.MAX_SLIPPAGE);
        if (field == PolicyField.ImpactCoefficient) return _ratio(Word.Extended, ExtendedPolicyLibrary.IMPACT_COEFFICIENT);
        if (field == PolicyField.MaxSkewMantissa) return _base(Word.Extended, ExtendedPolicyLibrary.MAX_SKEW);
        if (field == PolicyField.GrowthCapacityMantissa) return _base(Word.Extended, ExtendedPolicyLibrary.GROWTH_CAPACITY);
        revert FieldNotAdjustable(field);
    }

    /// @notice The field as its word holds it.
    /// @dev Reverts `FieldNotAdjustable`.
    function getField(PolicyWords memory words, PolicyField field) internal pure returns (uint256) {
        Place memory place = placeOf(field);
        return (_read(words, place.word) >> place.shift) & _mask(place);
    }

    /// @notice The words with this field replaced, and no other bit.
    /// @param value as the word holds it
    /// @return `words` itself, changed in memory
    /// @dev Reverts `FieldNotAdjustable` and `FieldTooWide`.
    function setField(PolicyWords memory words, PolicyField field, uint256 value)
        internal
        pure
        returns (PolicyWords memory)
    {
        Place memory place = placeOf(field);
        if (value > _mask(place)) revert FieldTooWide(field, value, _mask(place));
        uint256 others = _read(words, place.word) & ~(_mask(place) << place.shift);
        _write(words, place.word, others | (value << place.shift));
        return words;
    }

    /// @notice What the field stands for, to compare by: a cap in base WAD, everything else in the units of its word. Exact;
    /// 2^256 − 1 where the value does not fit or its exponent is beyond a policy's.
    /// @param value as the word holds it
    /// @dev Reverts `FieldNotAdjustable`.
    function decodeField(PolicyField field, uint256 value) internal pure returns (uint256) {
        Place memory place = placeOf(field);
        if (value > _mask(place)) return UNCAPPED;
        if (!place.isFloat) return value;
        uint256 exponent = value >> EXPONENT;
        // 2^32·10^40 < 2^165.
        return exponent > PolicyRules.MAX_EXPONENT ? UNCAPPED : uint256(uint32(value)) * 10 ** exponent;
    }

    function _ratio(Word word, uint256 shift) private pure returns (Place memory) {
        return Place(word, shift, RATIO_BITS, false);
    }

    /// @dev Whole quote units.
    function _quote(Word word, uint256 shift) private pure returns (Place memory) {
        return Place(word, shift, AMOUNT_BITS, false);
    }

    function _base(Word word, uint256 shift) private pure returns (Place memory) {
        return Place(word, shift, AMOUNT_BITS, true);
    }

    function _mask(Place memory place) private pure returns (uint256) {
        return (1 << place.width) - 1;
    }

    function _read(PolicyWords memory words, Word word) private pure returns (uint256) {
        if (word == Word.Feed) return words.feedPolicy;
        return word == Word.Risk ? words.riskPolicy : words.extendedPolicy;
    }

    function _write(PolicyWords memory words, Word word, uint256 value) private pure {
        if (word == Word.Feed) words.feedPolicy = value;
        else if (word == Word.Risk) words.riskPolicy = value;
        else words.extendedPolicy = value;
    }
}
