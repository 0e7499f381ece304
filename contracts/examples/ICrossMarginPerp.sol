// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {Limit} from "../interfaces/ISizingGuard.sol";

/// @notice What a market charges and demands by itself, before the guard is asked. Ratios in WAD.
struct CrossMarketConfig {
    address feed;
    uint8 feedDecimals;
    /// Seconds after which a price is too old to trade on.
    uint32 maxPriceAge;
    uint256 initialMarginRatio;
    uint256 maintenanceMarginRatio;
    uint256 liquidationPenalty;
    /// Of the traded value, to the pool.
    uint256 tradeFee;
    /// By how much the last good price is worsened for a close while there is no fresh one.
    uint256 faultSpread;
    /// 0: one contract is worth the price of one unit of base. Else the market is squared: one contract is worth price² divided
    /// by this, quote WAD. The price on the day of listing makes a contract worth about one unit of base.
    uint256 normaliser;
    /// Of a squared market only: what a long pays of its value each day, and a short receives, by way of the pool. A fixed
    /// rate: its fair one would be the variance of the day, which nobody here estimates.
    uint256 dailyFunding;
}

/// @param longOpenInterest contracts, WAD
/// @param fundingIndex funding a long of 1.0 contracts has paid since the beginning, quote WAD
/// @param totalCost sum of all accounts' `cost`
/// @param lastPrice the last good price of the feed seen here, WAD
struct CrossMarketData {
    uint256 longOpenInterest;
    uint256 shortOpenInterest;
    int256 fundingIndex;
    int256 totalCost;
    uint256 fundingTime;
    uint256 lastPrice;
}

/// @dev Errors that mean the same in both exchanges stand in IReferencePerp.
interface ICrossMarginPerp {
    event MarketListed(bytes32 indexed market, CrossMarketConfig config);
    event CollateralMoved(address indexed account, int256 flow, int256 collateral);
    event Traded(bytes32 indexed market, address indexed account, int256 size, int256 collateral, uint256 price);
    /// @notice The order that pends from now on; 0: none.
    event OrderSet(bytes32 indexed market, address indexed account, int256 sizeDelta);
    event Liquidated(bytes32 indexed market, address indexed account, address indexed liquidator, int256 size, uint256 price);
    event BadDebt(address indexed account, uint256 amount);
    /// @notice The pool could not pay this much of a trader's profit.
    event ProfitUnpaid(address indexed account, uint256 amount);

    /// @notice The account's equity does not carry the initial margin of all its positions and orders.
    error MarginExceedsEquity(address account, int256 equity, uint256 required);
    /// @notice The account's equity still carries the maintenance margin of all its positions.
    error AccountNotLiquidatable(address account, int256 equity, uint256 maintenance);
    /// @notice The guard's portfolio has no room for another market. Close one, or cancel an order.
    error TooManyMarkets(address account, uint256 count, uint256 maximum);
    /// @notice The guard would not let the order's execution stand if it came now.
    error OrderRefused(
        bytes32 market, address account, Limit limit, uint256 maxSize, uint256 loss, uint256 allowedLoss
    );
    /// @notice Nothing pends here.
    error NoOrder(bytes32 market, address account);
}
