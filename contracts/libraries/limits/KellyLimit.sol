// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMath, UNCAPPED, WAD} from "../FixedPointMath.sol";

/// @title KellyLimit
/// @notice A trader's own discipline: the stake that a share of Kelly's criterion allows on an edge the trader declares.
/// @dev Mirror: `sdk/src/limits/kelly.ts`. Source: Kelly, A New Interpretation of Information Rate (1956); the continuous
/// form, drift over variance, after Thorp, The Kelly Criterion in Blackjack, Sports Betting and the Stock Market (2006).
library KellyLimit {
    /// @notice For a price that drifts: ⌊equity·(fraction·edge) / (variance·W)⌋, quote WAD.
    /// @param equity quote WAD
    /// @param fraction share of the full Kelly stake, WAD
    /// @param edge expected return per year above the cost of holding, WAD; none, no position
    /// @param variance WAD per year; none, no cap
    /// @dev Panics 0x11 where a factor in parentheses or the quotient exceeds 2^256 − 1.
    function kellyLimit(uint256 equity, uint256 fraction, int256 edge, uint256 variance)
        internal
        pure
        returns (uint256)
    {
        if (edge <= 0) return 0;
        if (variance == 0) return UNCAPPED;
        return FixedPointMath.mulDivDown(equity, fraction * uint256(edge), variance * WAD);
    }

    /// @notice For a bet that pays `odds` for one, or nothing: ⌊equity·(fraction·(p(odds + W) − W²)) / (odds·W²)⌋, quote WAD.
    /// @param probability of winning, WAD; more than 1 counts as 1
    /// @param odds net winnings per unit staked, WAD
    /// @dev Panics 0x11 where a factor in parentheses or the quotient exceeds 2^256 − 1.
    function kellyLimitBinary(uint256 equity, uint256 fraction, uint256 probability, uint256 odds)
        internal
        pure
        returns (uint256)
    {
        uint256 returned = Math.min(probability, WAD) * (odds + WAD);
        if (returned <= WAD * WAD) return 0;
        unchecked {
            returned -= WAD * WAD;
        }
        return FixedPointMath.mulDivDown(equity, fraction * returned, odds * (WAD * WAD));
    }

    /// @notice For a share of a prediction market that pays 1 or nothing: ⌊equity·(fraction·(p − price)) / ((W − price)·W)⌋,
    /// quote WAD.
    /// @param probability of being paid, WAD; more than 1 counts as 1
    /// @param price of the share, WAD; at or above the probability there is no edge
    /// @dev Panics 0x11 where a factor in parentheses or the quotient exceeds 2^256 − 1.
    function kellyLimitMarket(uint256 equity, uint256 fraction, uint256 probability, uint256 price)
        internal
        pure
        returns (uint256)
    {
        uint256 p = Math.min(probability, WAD);
        if (p <= price) return 0;
        uint256 edge;
        uint256 divisor;
        unchecked {
            // The price is below p, and so below 1.
            (edge, divisor) = (p - price, (WAD - price) * WAD);
        }
        return FixedPointMath.mulDivDown(equity, fraction * edge, divisor);
    }
}
