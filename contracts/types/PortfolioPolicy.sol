// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Fourth policy word of a market: what it means for an account that holds other markets beside it. Read only where
/// Portfolio is switched on, and of every market such an account holds.
///
///     255         248 247      216 215       184 183       152 151          136 135      120
///     | betaStress  8 | vegaCap 32 | gammaCap 32 | deltaCap 32 | maxRiskShare 16 | volUp  16 |
///     119     104 103      88 87        64 63    48 47        32 31     16 15       0
///     | volDown 16 | netting 16 | horizon 24 | tail 16 | riskBudget 16 | beta 16 | flags 16 |
///
/// - `riskBudget`, `tail`, `netting`, `maxRiskShare`, `volUp`, `volDown`, `beta`: units of 1e-4; `betaStress`: of 1e-2
/// - `horizon`: seconds needed to close a portfolio
/// - `deltaCap`, `gammaCap`, `vegaCap`: quote WAD as mantissa (low 24 bits) times ten to the exponent (high 8 bits)
/// - `flags`: bit 0: positions of this market have Greeks of their own; bits 1 to 4: maxRiskShare, deltaCap, gammaCap and
///   vegaCap are switched on; bit 5: actions in this market are judged by one common factor, not by scenarios; bit 6: the
///   market's beta is known; bit 7: and is negative
type PortfolioPolicy is uint256;

using PortfolioPolicyLibrary for PortfolioPolicy global;

library PortfolioPolicyLibrary {
    uint256 internal constant RATIO_UNIT = 1e14;
    uint256 internal constant STRESS_UNIT = 1e16;
    /// @dev Lowest bit of each field. A cap is 24 bits of mantissa and, above them, 8 of exponent.
    uint256 internal constant FLAGS = 0;
    uint256 internal constant BETA = 16;
    uint256 internal constant RISK_BUDGET = 32;
    uint256 internal constant TAIL = 48;
    uint256 internal constant HORIZON = 64;
    uint256 internal constant NETTING = 88;
    uint256 internal constant VOL_DOWN = 104;
    uint256 internal constant VOL_UP = 120;
    uint256 internal constant MAX_RISK_SHARE = 136;
    uint256 internal constant DELTA_CAP = 152;
    uint256 internal constant GAMMA_CAP = 184;
    uint256 internal constant VEGA_CAP = 216;
    uint256 internal constant BETA_STRESS = 248;
    uint256 internal constant EXPONENT = 24;
    /// @dev Bits of `flags`.
    uint256 internal constant HAS_GREEKS = 1 << 0;
    uint256 internal constant CAPS_RISK_SHARE = 1 << 1;
    uint256 internal constant CAPS_DELTA = 1 << 2;
    uint256 internal constant CAPS_GAMMA = 1 << 3;
    uint256 internal constant CAPS_VEGA = 1 << 4;
    uint256 internal constant USES_FACTOR = 1 << 5;
    uint256 internal constant HAS_BETA = 1 << 6;
    uint256 internal constant BETA_IS_NEGATIVE = 1 << 7;
    uint256 internal constant ALL_FLAGS = (1 << 8) - 1;

    function flags(PortfolioPolicy word) internal pure returns (uint256) {
        return uint16(PortfolioPolicy.unwrap(word) >> FLAGS);
    }

    /// @notice Whether one of the bits of `mask` is set in `flags`.
    function has(PortfolioPolicy word, uint256 mask) internal pure returns (bool) {
        return flags(word) & mask != 0;
    }

    /// @notice How much of the market's volatility is the common factor's, WAD in [−1, 1]: its correlation with it.
    function beta(PortfolioPolicy word) internal pure returns (int256) {
        int256 size = int256(_ratio(word, BETA));
        return has(word, BETA_IS_NEGATIVE) ? -size : size;
    }

    /// @notice How far betas may be off when it counts, WAD in [0, 1].
    function betaStress(PortfolioPolicy word) internal pure returns (uint256) {
        unchecked {
            return uint256(uint8(PortfolioPolicy.unwrap(word) >> BETA_STRESS)) * STRESS_UNIT;
        }
    }

    /// @notice Share of equity that the worst scenario may cost, WAD.
    function riskBudget(PortfolioPolicy word) internal pure returns (uint256) {
        return _ratio(word, RISK_BUDGET);
    }

    /// @notice Expected-shortfall multiplier of a unit-variance return, WAD.
    function tail(PortfolioPolicy word) internal pure returns (uint256) {
        return _ratio(word, TAIL);
    }

    /// @notice Seconds needed to close a portfolio.
    function horizon(PortfolioPolicy word) internal pure returns (uint256) {
        return uint24(PortfolioPolicy.unwrap(word) >> HORIZON);
    }

    /// @notice How far markets may stand for one another, WAD: 0, each at its own worst; 1, all move together.
    function netting(PortfolioPolicy word) internal pure returns (uint256) {
        return _ratio(word, NETTING);
    }

    /// @notice How far implied volatility may fall, WAD per year.
    function volDown(PortfolioPolicy word) internal pure returns (uint256) {
        return _ratio(word, VOL_DOWN);
    }

    /// @notice How far implied volatility may rise, WAD per year.
    function volUp(PortfolioPolicy word) internal pure returns (uint256) {
        return _ratio(word, VOL_UP);
    }

    /// @notice Largest share of the risk budget that one position may use, WAD.
    function maxRiskShare(PortfolioPolicy word) internal pure returns (uint256) {
        return _ratio(word, MAX_RISK_SHARE);
    }

    /// @notice Largest net delta of one underlying, quote WAD.
    function deltaCap(PortfolioPolicy word) internal pure returns (uint256) {
        return _cap(word, DELTA_CAP);
    }

    /// @notice Largest net gamma of one underlying, quote WAD.
    function gammaCap(PortfolioPolicy word) internal pure returns (uint256) {
        return _cap(word, GAMMA_CAP);
    }

    /// @notice Largest net vega of one underlying, quote WAD per 1.00 of volatility.
    function vegaCap(PortfolioPolicy word) internal pure returns (uint256) {
        return _cap(word, VEGA_CAP);
    }

    function _ratio(PortfolioPolicy word, uint256 shift) private pure returns (uint256) {
        unchecked {
            // 2^16·10^14 < 2^63.
            return uint256(uint16(PortfolioPolicy.unwrap(word) >> shift)) * RATIO_UNIT;
        }
    }

    function _cap(PortfolioPolicy word, uint256 shift) private pure returns (uint256) {
        unchecked {
            // Policies keep the exponent at 40 or below, and 2^24·10^40 < 2^157.
            uint256 field = PortfolioPolicy.unwrap(word) >> shift;
            return uint256(uint24(field)) * 10 ** uint8(field >> EXPONENT);
        }
    }
}
