// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @notice What the market charges and demands by itself, before the guard is asked. Ratios in WAD.
struct MarketConfig {
    address feed;
    uint8 feedDecimals;
    /// Seconds after which a price is too old to trade on.
    uint32 maxPriceAge;
    /// The static leverage cap every perp has: 0.02e18 is fifty times.
    uint256 initialMarginRatio;
    uint256 maintenanceMarginRatio;
    uint256 liquidationPenalty;
    /// Of the traded notional, to the pool.
    uint256 tradeFee;
    /// By how much the last good price is worsened for a close while there is no fresh one.
    uint256 faultSpread;
    /// Funding of a fully skewed market, of the notional per year.
    uint256 maxFundingRate;
    /// Skew (base WAD) at which funding reaches its maximum.
    uint256 skewScale;
}

/// @notice One account's position: isolated, one for each market. Money is quote WAD.
/// @param size base WAD, long positive
/// @param cost what the open size was bought for (negative for a short): PnL = size · price − cost
/// @param collateral what the account put in, plus what it realised; negative while an open position owes more
/// @param fundingEntry the market's funding index when it was last settled
struct Account {
    int256 size;
    int256 cost;
    int256 collateral;
    int256 fundingEntry;
}

/// @param longOpenInterest base WAD
/// @param fundingIndex funding a long of 1.0 base has paid since the beginning, quote WAD
/// @param totalCost sum of all accounts' `cost`
/// @param lastPrice the last good price seen here, WAD
struct MarketData {
    uint256 longOpenInterest;
    uint256 shortOpenInterest;
    int256 fundingIndex;
    int256 totalCost;
    uint256 fundingTime;
    uint256 lastPrice;
    uint256 badDebt;
}

interface IReferencePerp {
    event MarketListed(bytes32 indexed market, MarketConfig config);
    event Modified(bytes32 indexed market, address indexed account, int256 size, int256 collateral, uint256 price);
    event Liquidated(bytes32 indexed market, address indexed account, address indexed liquidator, int256 size, uint256 price);
    /// @notice The deleverager reduced this position.
    event Deleveraged(
        bytes32 indexed market,
        address indexed account,
        address indexed receiver,
        int256 sizeBefore,
        int256 sizeAfter,
        uint256 price
    );
    event DeleveragerSet(address deleverager);
    event BadDebt(bytes32 indexed market, address indexed account, uint256 amount);
    /// @notice The pool could not pay this much of a trader's profit.
    event ProfitUnpaid(bytes32 indexed market, address indexed account, uint256 amount);
    /// @notice The trade was a reduction and stands; the payout that came with it was too much and stays in the account.
    event PayoutRefused(bytes32 indexed market, address indexed account, uint256 amount);
    event PoolSupplied(address indexed provider, uint256 amount, uint256 shares);
    event PoolRedeemed(address indexed provider, uint256 amount, uint256 shares);

    /// @notice No such market is listed.
    error UnknownMarket(bytes32 market);
    error MarketAlreadyListed(bytes32 market);
    /// @notice There is no fresh price: nothing that adds risk or needs a fair price can be done now.
    error PriceUnavailable(bytes32 market);
    /// @notice The account's equity does not carry the position under the market's own leverage cap.
    error InsufficientMargin(bytes32 market, address account, int256 equity, uint256 required);
    /// @notice More than the account or the provider has.
    error InsufficientCollateral(bytes32 market, address account, uint256 requested, uint256 available);
    error NotLiquidatable(bytes32 market, address account, int256 equity, uint256 maintenance);
    /// @notice Only the deleverager reduces positions.
    error NotDeleverager(address caller, address deleverager);
    /// @notice No more can be closed than there is, and no less than something.
    error SizeOutOfRange(bytes32 market, address account, uint256 size, int256 held);
    /// @notice The guard was deployed for another protocol: predict this contract's address and deploy a guard for it.
    error GuardForAnotherProtocol(address guard, address protocol);
    error TokenDecimalsOutOfRange(address token, uint256 decimals, uint256 maximum);
    error ConfigOutOfRange(bytes32 market);
}
