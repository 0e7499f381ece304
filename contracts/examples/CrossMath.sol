// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {Exposure} from "../interfaces/ISizingGuard.sol";
import {FixedPointMath, WAD} from "../libraries/FixedPointMath.sol";
import {CrossMarketConfig, CrossMarketData} from "./ICrossMarginPerp.sol";
import {Account} from "./IReferencePerp.sol";
import {PerpMath} from "./PerpMath.sol";

/// @notice One market of one account in memory.
/// @param position its `collateral` is always 0: the account has one for all markets
/// @param order pending change of size, contracts in WAD; 0 for none
/// @param price what one contract is worth, quote WAD
struct Leg {
    bytes32 market;
    CrossMarketConfig config;
    CrossMarketData data;
    Account position;
    int256 order;
    uint256 price;
    bool isPriceFresh;
}

/// @title CrossMath
/// @notice The cross-margin perp's arithmetic of one market. Every rounding goes against the trader.
/// @dev What the guard calls size is a number of contracts. It values them at the feed's price S each. That is what a contract
/// of a linear market is worth; of a squared one, worth S²/K, it is not, and the guard learns the difference from the Greeks of
/// one contract (`exposure` of 1.0) where it judges the portfolio. Its limits of a single market, in quote, take a squared
/// contract for one unit of base: near S = K that is its value and half its delta, so that such a market's policy should have
/// half the risk budget and twice the margin of a linear one, and K be set anew when the price has left it far behind.
library CrossMath {
    using SafeCast for uint256;

    /// @notice What one contract is worth at the feed's price, quote WAD, rounded down for everybody.
    /// @dev The product fits: prices stay below 2^128.
    function contractPrice(CrossMarketConfig memory config, uint256 spot) internal pure returns (uint256) {
        return isSquared(config) ? FixedPointMath.mulDivDown(spot, spot, config.normaliser) : spot;
    }

    function isSquared(CrossMarketConfig memory config) internal pure returns (bool) {
        return config.normaliser != 0;
    }

    function isEmpty(Leg memory leg) internal pure returns (bool) {
        return leg.position.size == 0 && leg.order == 0;
    }

    /// @notice Growth of the funding index over `elapsed` seconds, quote WAD, at the last good price.
    function fundingGrowth(Leg memory leg, uint256 elapsed) internal pure returns (int256) {
        uint256 price = contractPrice(leg.config, leg.data.lastPrice);
        return FixedPointMath.mulDivDown(leg.config.dailyFunding * elapsed, price, WAD * 1 days).toInt256();
    }

    /// @notice The size that counts where prices go against buyers (`side` 1) or sellers (−1): with the order filled if it is on
    /// that side, and without if it is not. What an order might do for its owner is not counted.
    function counted(Leg memory leg, int256 side) internal pure returns (int256) {
        int256 filled = leg.position.size + leg.order;
        return side > 0 ? SignedMath.max(leg.position.size, filled) : SignedMath.min(leg.position.size, filled);
    }

    /// @notice The larger of the size with and without the order filled.
    function worst(Leg memory leg) internal pure returns (int256) {
        int256 filled = leg.position.size + leg.order;
        return SignedMath.abs(filled) > SignedMath.abs(leg.position.size) ? filled : leg.position.size;
    }

    /// @notice The side of `worst`: 1 where it buys or holds nothing, −1 where it sells.
    function worstSide(Leg memory leg) internal pure returns (int256) {
        return sideOf(worst(leg));
    }

    function sideOf(int256 size) internal pure returns (int256) {
        return size < 0 ? -1 : int256(1);
    }

    /// @notice What the position would realise if it closed at this price, funding included, quote WAD, rounded down.
    function profit(Leg memory leg) internal pure returns (int256) {
        return PerpMath.unrealisedPnl(leg.position, leg.price)
            - PerpMath.fundingOwed(leg.position, leg.data.fundingIndex);
    }

    /// @notice Initial margin of the position and its order, quote WAD, rounded up.
    function initialMargin(Leg memory leg) internal pure returns (uint256) {
        return share(worst(leg), leg.price, leg.config.initialMarginRatio);
    }

    /// @notice Maintenance margin of the position, quote WAD, rounded up.
    function maintenanceMargin(Leg memory leg) internal pure returns (uint256) {
        return share(leg.position.size, leg.price, leg.config.maintenanceMarginRatio);
    }

    /// @notice A ratio of a size's value, quote WAD, rounded up twice.
    function share(int256 size, uint256 price, uint256 ratio) internal pure returns (uint256) {
        return FixedPointMath.mulDivUp(FixedPointMath.mulDivUp(SignedMath.abs(size), price, WAD), ratio, WAD);
    }

    /// @notice What so many contracts are to the guard. A squared one, worth V = S²/K, has delta 2V and gamma 2V, which is exact:
    /// V(S·(1 + x)) = V + 2V·x + 2V·x²/2. Rounded away from 0.
    /// @dev Neither kind has vega: a squared contract's value depends on the price alone, as long as its funding is fixed.
    function exposure(Leg memory leg, int256 size) internal pure returns (Exposure memory result) {
        result.market = leg.market;
        result.delta = _valueAway(size, leg.price);
        if (!isSquared(leg.config)) return result;
        result.delta *= 2;
        result.gamma = result.delta;
        int256 funding = share(size, leg.price, leg.config.dailyFunding).toInt256();
        result.theta = size > 0 ? -funding : funding;
    }

    function _valueAway(int256 size, uint256 price) private pure returns (int256) {
        return size < 0 ? PerpMath.valueDown(size, price) : PerpMath.valueUp(size, price);
    }
}
