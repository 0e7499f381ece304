// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Second policy word of a market: the parameters of its limits.
///
///     255       232 231             216 215        176 175           160 159            120
///     | horizon  24 | concentration  16 | liquidity 40 | referenceMove 16 | openInterest  40 |
///     119                          80 79          64 63       48 47                      32 31          16 15     0
///     | fullMarginOpenInterest     40 | baseMargin 16 | exitFee 16 | maintenanceAndPenalty 16 | riskBudget 16 | tail 16 |
///
/// - ratios, moves and `tail`: units of 1e-4
/// - `fullMarginOpenInterest`, `liquidity`: whole quote units
/// - `openInterest`: base WAD as mantissa (low 32 bits) times ten to the exponent (high 8 bits)
/// - `horizon`: seconds needed to close a position
type RiskPolicy is uint256;

using RiskPolicyLibrary for RiskPolicy global;

library RiskPolicyLibrary {
    uint256 internal constant RATIO_UNIT = 1e14;
    uint256 internal constant QUOTE_UNIT = 1e18;
    /// @dev Lowest bit of each field.
    uint256 internal constant TAIL = 0;
    uint256 internal constant RISK_BUDGET = 16;
    uint256 internal constant MAINTENANCE_AND_PENALTY = 32;
    uint256 internal constant EXIT_FEE = 48;
    uint256 internal constant BASE_MARGIN = 64;
    uint256 internal constant FULL_MARGIN_OPEN_INTEREST = 80;
    uint256 internal constant OPEN_INTEREST_MANTISSA = 120;
    uint256 internal constant OPEN_INTEREST_EXPONENT = 152;
    uint256 internal constant REFERENCE_MOVE = 160;
    uint256 internal constant LIQUIDITY_CAP = 176;
    uint256 internal constant CONCENTRATION_SHARE = 216;
    uint256 internal constant HORIZON = 232;

    /// @notice Expected-shortfall multiplier of a unit-variance return, WAD.
    function tail(RiskPolicy word) internal pure returns (uint256) {
        return _ratio(word, TAIL);
    }

    /// @notice Share of equity that the adverse move may cost, WAD.
    function riskBudget(RiskPolicy word) internal pure returns (uint256) {
        return _ratio(word, RISK_BUDGET);
    }

    /// @notice Maintenance margin ratio plus liquidation penalty, WAD.
    function maintenanceAndPenalty(RiskPolicy word) internal pure returns (uint256) {
        return _ratio(word, MAINTENANCE_AND_PENALTY);
    }

    /// @notice What leaving costs, as a share of the notional, WAD.
    function exitFee(RiskPolicy word) internal pure returns (uint256) {
        return _ratio(word, EXIT_FEE);
    }

    /// @notice Initial margin ratio of an empty market, WAD.
    function baseMargin(RiskPolicy word) internal pure returns (uint256) {
        return _ratio(word, BASE_MARGIN);
    }

    /// @notice Side open interest at which the marginal initial margin ratio reaches 100 %, quote WAD.
    function fullMarginOpenInterest(RiskPolicy word) internal pure returns (uint256) {
        return _quote(word, FULL_MARGIN_OPEN_INTEREST);
    }

    /// @notice Largest open interest of one side, base WAD.
    function openInterestCap(RiskPolicy word) internal pure returns (uint256) {
        unchecked {
            // Policies keep the exponent at 40 or below, and 2^32·10^40 < 2^165.
            return openInterestMantissa(word) * 10 ** openInterestExponent(word);
        }
    }

    function openInterestMantissa(RiskPolicy word) internal pure returns (uint256) {
        return uint32(RiskPolicy.unwrap(word) >> OPEN_INTEREST_MANTISSA);
    }

    function openInterestExponent(RiskPolicy word) internal pure returns (uint256) {
        return uint8(RiskPolicy.unwrap(word) >> OPEN_INTEREST_EXPONENT);
    }

    /// @notice The adverse move the open-interest cap was set for, WAD.
    function referenceMove(RiskPolicy word) internal pure returns (uint256) {
        return _ratio(word, REFERENCE_MOVE);
    }

    /// @notice Side open interest that the market's depth carries, quote WAD.
    function liquidityCap(RiskPolicy word) internal pure returns (uint256) {
        return _quote(word, LIQUIDITY_CAP);
    }

    /// @notice Largest share of the pool's equity that one account may be exposed to, WAD.
    function concentrationShare(RiskPolicy word) internal pure returns (uint256) {
        return _ratio(word, CONCENTRATION_SHARE);
    }

    /// @notice Seconds needed to close a position.
    function horizon(RiskPolicy word) internal pure returns (uint256) {
        return RiskPolicy.unwrap(word) >> HORIZON;
    }

    function _ratio(RiskPolicy word, uint256 shift) private pure returns (uint256) {
        unchecked {
            // 2^16·10^14 < 2^63.
            return uint256(uint16(RiskPolicy.unwrap(word) >> shift)) * RATIO_UNIT;
        }
    }

    function _quote(RiskPolicy word, uint256 shift) private pure returns (uint256) {
        unchecked {
            // 2^40·10^18 < 2^100.
            return uint256(uint40(RiskPolicy.unwrap(word) >> shift)) * QUOTE_UNIT;
        }
    }
}
