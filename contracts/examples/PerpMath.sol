// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {FixedPointMath, WAD, YEAR} from "../libraries/FixedPointMath.sol";
import {Account, MarketConfig, MarketData} from "./IReferencePerp.sol";

/// @title PerpMath
/// @notice The reference perp's arithmetic. Every rounding goes against the trader.
library PerpMath {
    using SafeCast for uint256;

    /// @notice size · price, rounded towards −∞: what a position is worth to its owner.
    function valueDown(int256 size, uint256 price) internal pure returns (int256) {
        uint256 magnitude = SignedMath.abs(size);
        if (size >= 0) return FixedPointMath.mulDivDown(magnitude, price, WAD).toInt256();
        return -FixedPointMath.mulDivUp(magnitude, price, WAD).toInt256();
    }

    /// @notice size · price, rounded towards +∞: what a position costs its owner.
    function valueUp(int256 size, uint256 price) internal pure returns (int256) {
        return -valueDown(-size, price);
    }

    /// @notice Unrealised PnL, rounded down.
    function unrealisedPnl(Account memory account, uint256 price) internal pure returns (int256) {
        return valueDown(account.size, price) - account.cost;
    }

    /// @notice Collateral minus unrealised losses; unrealised profit counts zero, because it cannot be counted on.
    function equity(Account memory account, uint256 price) internal pure returns (int256) {
        return account.collateral + SignedMath.min(unrealisedPnl(account, price), 0);
    }

    /// @notice Moves the position by `delta` at `price`: the closed part realises its share of the PnL, the opened part
    /// adds its cost.
    /// @return realised PnL of the closed part, rounded down
    function trade(Account memory account, int256 delta, uint256 price) internal pure returns (int256 realised) {
        int256 closed = closedPart(account.size, delta);
        if (closed != 0) {
            int256 remaining = account.size + closed;
            // The closed part's cost is rounded up, so what is realised is rounded down; both parts add up exactly.
            int256 closedCost = _shareUp(account.cost, closed, account.size);
            realised = valueDown(-closed, price) - closedCost;
            account.cost -= closedCost;
            account.size = remaining;
        }
        int256 opened = delta - closed;
        account.cost += valueUp(opened, price);
        account.size += opened;
    }

    /// @notice The part of `delta` that closes `size`: opposite in sign, at most as large.
    function closedPart(int256 size, int256 delta) internal pure returns (int256) {
        if (size == 0 || delta == 0 || (size > 0) == (delta > 0)) return 0;
        return size > 0 ? SignedMath.max(delta, -size) : SignedMath.min(delta, -size);
    }

    /// @notice What the account owes since it last settled (negative: is owed), rounded up.
    function fundingOwed(Account memory account, int256 fundingIndex) internal pure returns (int256) {
        int256 accrued = fundingIndex - account.fundingEntry;
        uint256 magnitude = SignedMath.abs(accrued);
        bool pays = (accrued > 0) == (account.size > 0);
        uint256 size = SignedMath.abs(account.size);
        if (pays) return FixedPointMath.mulDivUp(size, magnitude, WAD).toInt256();
        return -FixedPointMath.mulDivDown(size, magnitude, WAD).toInt256();
    }

    /// @notice Growth of the funding index over `elapsed` seconds: the heavier side pays, in proportion to the skew.
    function fundingGrowth(MarketConfig memory config, MarketData memory data, uint256 elapsed)
        internal
        pure
        returns (int256)
    {
        int256 skew = data.longOpenInterest.toInt256() - data.shortOpenInterest.toInt256();
        uint256 share = Math.min(SignedMath.abs(skew), config.skewScale);
        uint256 rate = FixedPointMath.mulDivDown(config.maxFundingRate, share, config.skewScale);
        uint256 growth = FixedPointMath.mulDivDown(rate * elapsed, data.lastPrice, YEAR * WAD);
        return skew >= 0 ? growth.toInt256() : -growth.toInt256();
    }

    /// @dev ⌈cost · part / whole⌉ towards +∞; part and whole have one sign, |part| ≤ |whole|.
    function _shareUp(int256 cost, int256 part, int256 whole) private pure returns (int256) {
        uint256 magnitude = SignedMath.abs(cost);
        uint256 p = SignedMath.abs(part);
        uint256 w = SignedMath.abs(whole);
        if (cost >= 0) return FixedPointMath.mulDivUp(magnitude, p, w).toInt256();
        return -FixedPointMath.mulDivDown(magnitude, p, w).toInt256();
    }
}
