// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FixedPointMath, UNCAPPED, WAD} from "../FixedPointMath.sol";

/// @title LiquidityLimit
/// @notice What the market can absorb: one side's positions as a whole must be able to leave through the market's volume.
/// @dev Mirror: `sdk/src/limits/liquidity.ts`. Volumes are policy numbers: on chain they could be washed up.
library LiquidityLimit {
    uint256 private constant DAY = 1 days;
    /// @dev Days of the year that variances are quoted for: σ² of a day is the variance over 365.
    uint256 private constant DAYS_PER_YEAR = 365;

    /// @notice max(0, cap − others), quote WAD: what a side's cap leaves to this account.
    function liquidityLimit(uint256 cap, uint256 sameSideOthers) internal pure returns (uint256) {
        return Math.saturatingSub(cap, sameSideOthers);
    }

    /// @notice What leaves in time as a share of the volume: ⌊dailyVolume·(participation·unwindTime) / (W·DAY)⌋, quote WAD.
    /// @param dailyVolume average daily volume, quote WAD
    /// @param participation share of the volume that leaving may be, WAD
    /// @param unwindTime seconds
    /// @dev Panics 0x11 where participation·unwindTime or the quotient exceeds 2^256 − 1.
    function participationLimit(uint256 dailyVolume, uint256 participation, uint256 unwindTime)
        internal
        pure
        returns (uint256)
    {
        return FixedPointMath.mulDivDown(dailyVolume, participation * unwindTime, WAD * DAY);
    }

    /// @notice What can be sold at once within a slippage, by the square-root law of market impact,
    /// coefficient·σ(day)·√(N / dailyVolume) ≤ maxSlippage: ⌊dailyVolume·(slippage²·365·W) / (coefficient²·variance)⌋, quote WAD.
    /// @param dailyVolume average daily volume, quote WAD
    /// @param maxSlippage WAD; `impactCoefficient` of the law, WAD, about 1; `variance` WAD per year
    /// @dev `UNCAPPED` for a coefficient or variance of zero, and where the quotient does not fit. Panics 0x11 where one of the
    /// factors in parentheses exceeds 2^256 − 1. Source: Tóth et al., Anomalous Price Impact and the Critical Nature of
    /// Liquidity in Financial Markets, Phys. Rev. X 1 (2011).
    function impactLimit(uint256 dailyVolume, uint256 maxSlippage, uint256 impactCoefficient, uint256 variance)
        internal
        pure
        returns (uint256)
    {
        if (variance == 0 || impactCoefficient == 0) return UNCAPPED;
        return FixedPointMath.mulDivDownSaturating(
            dailyVolume,
            maxSlippage * maxSlippage * DAYS_PER_YEAR * WAD,
            impactCoefficient * impactCoefficient * variance
        );
    }
}
