// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {Assessment, Exposure, ISizingGuard, Position, Verdict} from "../interfaces/ISizingGuard.sol";
import {FixedPointMath, WAD} from "../libraries/FixedPointMath.sol";
import {FeedReader, Round} from "../oracle/FeedReader.sol";
import {CrossMath, Leg} from "./CrossMath.sol";
import {CrossMarketConfig, CrossMarketData, ICrossMarginPerp} from "./ICrossMarginPerp.sol";
import {Account, IReferencePerp} from "./IReferencePerp.sol";
import {LiquidityPool} from "./LiquidityPool.sol";
import {PerpMath} from "./PerpMath.sol";

/// @title CrossMarginPerp
/// @notice A small, complete perpetual exchange with cross margin: one collateral carries positions in many markets, linear
/// and squared, and pending orders. It shows what a guard must be told of such an account: after the effects of every
/// mutator, the position in one market, and what is held in all others.
/// @dev One rule keeps the books: the sum of all collateral and the pool is what the contract holds, to the wei it rounds.
contract CrossMarginPerp is ICrossMarginPerp, LiquidityPool, Ownable {
    using CrossMath for Leg;
    using CrossMath for CrossMarketConfig;
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @dev One account in memory: loaded, changed, judged, and only then stored.
    /// @param legs the markets it holds, ids ascending, and the one it acts in
    struct Book {
        address owner;
        int256 collateral;
        int256 pool;
        uint256 profitUnpaid;
        uint256 badDebt;
        Leg[] legs;
    }

    /// @dev The position in question and 16 others: what the guard measures together.
    uint256 private constant MAX_MARKETS = 17;
    /// @dev A price beyond this is a feed gone wrong: sizes are not multiplied by it, or nobody could leave.
    uint256 private constant MAX_PRICE = type(uint128).max;
    /// @dev What reading one feed may cost: one that burns all it is given must not keep in who also holds other markets.
    uint256 private constant FEED_GAS = 200_000;

    ISizingGuard public immutable GUARD;

    /// @notice What an account put in, plus what it realised, quote WAD; negative while open positions owe more.
    mapping(address owner => int256) public collateral;
    /// @notice Pending change of size, contracts in WAD: anyone may fill it at the oracle's price.
    mapping(bytes32 market => mapping(address owner => int256)) public orders;
    bytes32[] private _listed;
    mapping(bytes32 market => CrossMarketConfig) private _configs;
    mapping(bytes32 market => CrossMarketData) private _data;
    mapping(bytes32 market => mapping(address owner => Account)) private _positions;
    mapping(address owner => bytes32[]) private _held;

    /// @param guard deployed for this contract's address, which is known before it exists
    /// @param token collateral, at most 36 decimals
    constructor(ISizingGuard guard, IERC20Metadata token, address owner) LiquidityPool(token) Ownable(owner) {
        if (guard.PROTOCOL() != address(this)) {
            revert IReferencePerp.GuardForAnotherProtocol(address(guard), guard.PROTOCOL());
        }
        GUARD = guard;
    }

    /* MARKETS */

    /// @dev The guard's policy for a market must have Portfolio switched on, and `hasGreeks` exactly where it is squared.
    function list(bytes32 market, CrossMarketConfig calldata config) external onlyOwner {
        if (_configs[market].feed != address(0)) revert IReferencePerp.MarketAlreadyListed(market);
        bool isSound = market != 0 && config.feed != address(0) && config.feedDecimals <= FeedReader.MAX_DECIMALS
            && config.initialMarginRatio >= config.maintenanceMarginRatio && config.initialMarginRatio <= WAD
            && config.faultSpread < WAD && config.tradeFee < WAD && config.dailyFunding < WAD
            && (config.dailyFunding == 0 || config.normaliser != 0);
        if (!isSound) revert IReferencePerp.ConfigOutOfRange(market);
        _configs[market] = config;
        _data[market].fundingTime = block.timestamp;
        _listed.push(market);
        emit MarketListed(market, config);
    }

    /* TRADERS */

    /// @notice Adds collateral, in token units.
    function deposit(uint256 amount) external nonReentrant {
        _moveCollateral(_fromTokenDown(_pull(amount)).toInt256());
    }

    /// @notice Takes collateral out, in token units. Judged in every market the account holds: it backs them all.
    function withdraw(uint256 amount) external nonReentrant {
        _moveCollateral(-_fromTokenUp(amount).toInt256());
        _push(msg.sender, amount);
    }

    /// @notice Opens, increases, reduces or flips, at the oracle's price.
    /// @param sizeDelta contracts, WAD, buying positive
    function trade(bytes32 market, int256 sizeDelta) external nonReentrant {
        (Book memory book, uint256 index) = _load(msg.sender, market);
        _execute(book, index, sizeDelta);
    }

    /// @notice Leaves an order to be filled later, in place of what pended in this market. It takes room at once: initial
    /// margin for the larger of the position with and without it, and exposure where it is against the account.
    /// @dev The guard is asked and nothing is enforced, because nothing moved yet: what is enforced is counted. Filling it is.
    function placeOrder(bytes32 market, int256 sizeDelta) external nonReentrant {
        if (sizeDelta == 0) revert NoOrder(market, msg.sender);
        (Book memory book, uint256 index) = _load(msg.sender, market);
        Leg memory leg = book.legs[index];
        leg.order = sizeDelta;
        if (!_reduces(leg, sizeDelta)) _requireMargin(book);
        _setOrder(book, index);
        _saveAccount(book);
        _requireFillable(book, index);
    }

    /// @notice Takes back what pends in a market.
    /// @dev Asks nobody: no position moves, and the worst that may become of the account only improves.
    function cancelOrder(bytes32 market) external nonReentrant {
        (Book memory book, uint256 index) = _load(msg.sender, market);
        _takeOrder(book, index);
        _saveAccount(book);
    }

    /// @notice Fills what pends in a market, for its owner. The guard judges it as any trade.
    /// @dev At a fresh price only: a worsened one is for owners to accept.
    function fillOrder(address owner, bytes32 market) external nonReentrant {
        (Book memory book, uint256 index) = _load(owner, market);
        if (!book.legs[index].isPriceFresh) revert IReferencePerp.PriceUnavailable(market);
        _execute(book, index, _takeOrder(book, index));
    }

    /// @notice Closes every position of an account that no longer has its maintenance margin, and drops its orders. The
    /// penalty goes to the caller.
    function liquidate(address owner) external nonReentrant {
        (Book memory book,) = _load(owner, 0);
        uint256 penalty = _requireLiquidatable(book);
        int256[] memory sizes = new int256[](book.legs.length);
        int256 result = 0;
        for (uint256 i = 0; i < sizes.length; ++i) {
            Leg memory leg = book.legs[i];
            sizes[i] = leg.position.size;
            result += _trade(leg, -leg.position.size);
            if (leg.order != 0) _takeOrder(book, i);
            _saveLeg(book, i);
            if (sizes[i] != 0) emit Liquidated(leg.market, owner, msg.sender, sizes[i], leg.price);
        }
        // As a whole: no profit is left unpaid that a loss beside it pays.
        _credit(book, result);
        uint256 reward = _toToken(Math.min(penalty, SignedMath.max(book.collateral, 0).toUint256()));
        book.collateral -= _fromTokenUp(reward).toInt256();
        _settleBadDebt(book);
        _saveAccount(book);
        for (uint256 i = 0; i < sizes.length; ++i) {
            if (sizes[i] != 0) GUARD.record(book.legs[i].market, _position(book, i, sizes[i], 0, 0));
        }
        _push(msg.sender, reward);
    }

    /* VIEWS */

    /// @notice What the guard would be told of a market if this account traded in it now, or moved collateral: the question to
    /// ask `GUARD.previewPortfolio` or the SDK.
    /// @param sizeDelta contracts, WAD
    /// @param flow quote WAD, out negative; a withdrawal is judged so in every market of `heldMarkets`
    function positionAfter(bytes32 market, address owner, int256 sizeDelta, int256 flow)
        external
        view
        returns (Position memory, Exposure[] memory)
    {
        (Book memory book, uint256 index) = _load(owner, market);
        book.collateral += flow;
        int256 side = sizeDelta == 0 ? book.legs[index].worstSide() : CrossMath.sideOf(sizeDelta);
        (int256 sizeBefore, int256 sizeAfter) = _effects(book, index, sizeDelta, side);
        return (_position(book, index, sizeBefore, sizeAfter, flow), _others(book, index, side));
    }

    /// @notice The pool's equity if every position closed at the fresh price, before unsettled funding and fees, and as if
    /// every loser could pay, quote WAD.
    /// @dev Reverts `PriceUnavailable` while a market with open positions has no fresh price.
    function poolValue() public view override returns (uint256) {
        int256 value = pool;
        for (uint256 i = 0; i < _listed.length; ++i) {
            Leg memory leg = _leg(_listed[i], address(0));
            if (leg.data.longOpenInterest == 0 && leg.data.shortOpenInterest == 0) continue;
            if (!leg.isPriceFresh) revert IReferencePerp.PriceUnavailable(leg.market);
            int256 skew = leg.data.longOpenInterest.toInt256() - leg.data.shortOpenInterest.toInt256();
            value -= PerpMath.valueUp(skew, leg.price) - leg.data.totalCost;
        }
        return SignedMath.max(value, 0).toUint256();
    }

    /// @notice What a feed says, on a budget of gas: for this contract itself.
    function latestRound(address feed, uint256 decimals) external view returns (Round memory) {
        return FeedReader.latest(feed, decimals);
    }

    /// @notice The markets in which an account has a position or an order, ids ascending.
    function heldMarkets(address owner) external view returns (bytes32[] memory) {
        return _held[owner];
    }

    function position(bytes32 market, address owner) external view returns (Account memory) {
        return _positions[market][owner];
    }

    function marketData(bytes32 market) external view returns (CrossMarketData memory) {
        return _data[market];
    }

    function marketConfig(bytes32 market) external view returns (CrossMarketConfig memory) {
        return _configs[market];
    }

    /* PRIVATE: one action */

    function _moveCollateral(int256 flow) private {
        (Book memory book,) = _load(msg.sender, 0);
        int256 available = SignedMath.max(book.collateral, 0);
        if (flow < 0 && -flow > available) {
            revert IReferencePerp.InsufficientCollateral(0, msg.sender, uint256(-flow), uint256(available));
        }
        book.collateral += flow;
        if (flow < 0) _requireMargin(book);
        _saveAccount(book);
        emit CollateralMoved(msg.sender, flow, book.collateral);
        // Each market keeps a high-water mark of its own and has limits of its own. Who holds none leaves flat, which the guard
        // never refuses: it is not asked.
        for (uint256 i = 0; i < book.legs.length; ++i) {
            int256 side = book.legs[i].worstSide();
            int256 size = book.legs[i].counted(side);
            _enforce(book, i, side, size, size, flow);
        }
    }

    function _execute(Book memory book, uint256 index, int256 delta) private {
        Leg memory leg = book.legs[index];
        bool isReduction = _reduces(leg, delta);
        int256 side = CrossMath.sideOf(delta);
        (int256 sizeBefore, int256 sizeAfter) = _effects(book, index, delta, side);
        if (!isReduction) _requireMargin(book);
        _saveLeg(book, index);
        _saveAccount(book);
        emit Traded(leg.market, book.owner, leg.position.size, book.collateral, leg.price);
        _enforce(book, index, side, sizeBefore, sizeAfter, 0);
    }

    /// @dev The effects of a trade, in memory. Returns the sizes to judge it by: a reduction of the position by the position
    /// alone, so that no order stands in its way, and anything else with the order where it is on the same side.
    function _effects(Book memory book, uint256 index, int256 delta, int256 side)
        private
        pure
        returns (int256 sizeBefore, int256 sizeAfter)
    {
        Leg memory leg = book.legs[index];
        bool countsOrder = delta == 0 || !_reduces(leg, delta);
        sizeBefore = countsOrder ? leg.counted(side) : leg.position.size;
        if (delta != 0) _credit(book, _trade(leg, delta));
        _settleBadDebt(book);
        sizeAfter = countsOrder ? leg.counted(side) : leg.position.size;
    }

    /// @dev Trades at the oracle's price. Without a fresh one only a reduction goes through, at the last good price made
    /// worse: the way out stays open. Returns what the account gains, funding and fee included.
    function _trade(Leg memory leg, int256 delta) private pure returns (int256 result) {
        uint256 price = leg.price;
        if (!leg.isPriceFresh) {
            if (!_reduces(leg, delta)) revert IReferencePerp.PriceUnavailable(leg.market);
            uint256 spread = FixedPointMath.mulDivUp(price, leg.config.faultSpread, WAD);
            price = delta < 0 ? price - spread : price + spread;
        }
        result = -PerpMath.fundingOwed(leg.position, leg.data.fundingIndex);
        leg.position.fundingEntry = leg.data.fundingIndex;
        (int256 sizeBefore, int256 costBefore) = (leg.position.size, leg.position.cost);
        result += PerpMath.trade(leg.position, delta, price);
        result -= CrossMath.share(delta, price, leg.config.tradeFee).toInt256();
        CrossMarketData memory data = leg.data;
        data.totalCost += leg.position.cost - costBefore;
        data.longOpenInterest = data.longOpenInterest + _long(leg.position.size) - _long(sizeBefore);
        data.shortOpenInterest = data.shortOpenInterest + _long(-leg.position.size) - _long(-sizeBefore);
    }

    /// @dev Moves money between the pool and the account. The pool pays no more than it has.
    function _credit(Book memory book, int256 amount) private pure {
        int256 payable_ = SignedMath.max(book.pool, 0);
        if (amount > payable_) {
            book.profitUnpaid += uint256(amount - payable_);
            amount = payable_;
        }
        book.collateral += amount;
        book.pool -= amount;
    }

    /// @dev An account without positions owes nothing it can't pay: the pool takes the rest.
    function _settleBadDebt(Book memory book) private pure {
        if (book.collateral >= 0) return;
        for (uint256 i = 0; i < book.legs.length; ++i) if (book.legs[i].position.size != 0) return;
        book.badDebt = uint256(-book.collateral);
        book.pool += book.collateral;
        book.collateral = 0;
    }

    /// @dev Removes the order of a market and returns it.
    function _takeOrder(Book memory book, uint256 index) private returns (int256 order) {
        Leg memory leg = book.legs[index];
        order = leg.order;
        if (order == 0) revert NoOrder(leg.market, book.owner);
        leg.order = 0;
        _setOrder(book, index);
    }

    function _setOrder(Book memory book, uint256 index) private {
        Leg memory leg = book.legs[index];
        orders[leg.market][book.owner] = leg.order;
        emit OrderSet(leg.market, book.owner, leg.order);
    }

    function _reduces(Leg memory leg, int256 delta) private pure returns (bool) {
        return PerpMath.closedPart(leg.position.size, delta) == delta;
    }

    function _long(int256 size) private pure returns (uint256) {
        return size > 0 ? uint256(size) : 0;
    }

    /* PRIVATE: judging it */

    /// @dev The exchange's own leverage cap, for whatever adds risk; the guard comes after it.
    function _requireMargin(Book memory book) private pure {
        uint256 required = 0;
        for (uint256 i = 0; i < book.legs.length; ++i) {
            Leg memory leg = book.legs[i];
            if (!leg.isPriceFresh) revert IReferencePerp.PriceUnavailable(leg.market);
            required += leg.initialMargin();
        }
        int256 equity = _equity(book);
        if (equity < required.toInt256()) revert MarginExceedsEquity(book.owner, equity, required);
    }

    /// @dev Returns the penalty, quote WAD. Here unrealised profit counts: nobody is closed who could pay.
    function _requireLiquidatable(Book memory book) private pure returns (uint256 penalty) {
        int256 equity = book.collateral;
        uint256 maintenance = 0;
        for (uint256 i = 0; i < book.legs.length; ++i) {
            Leg memory leg = book.legs[i];
            int256 size = leg.position.size;
            if (size == 0) continue;
            if (!leg.isPriceFresh) revert IReferencePerp.PriceUnavailable(leg.market);
            equity += leg.profit();
            maintenance += leg.maintenanceMargin();
            penalty += CrossMath.share(size, leg.price, leg.config.liquidationPenalty);
        }
        if (equity >= maintenance.toInt256()) revert AccountNotLiquidatable(book.owner, equity, maintenance);
    }

    /// @dev Collateral minus unrealised losses, market by market; unrealised profit counts zero, because it cannot be counted on.
    function _equity(Book memory book) private pure returns (int256 equity) {
        equity = book.collateral;
        for (uint256 i = 0; i < book.legs.length; ++i) equity += SignedMath.min(book.legs[i].profit(), 0);
    }

    function _enforce(Book memory book, uint256 index, int256 side, int256 sizeBefore, int256 sizeAfter, int256 flow)
        private
    {
        Position memory asked = _position(book, index, sizeBefore, sizeAfter, flow);
        GUARD.enforcePortfolio(book.legs[index].market, asked, _others(book, index, side));
    }

    /// @dev Asks whether the order could be filled now, apart from the fee.
    function _requireFillable(Book memory book, uint256 index) private view {
        Leg memory leg = book.legs[index];
        int256 size = leg.position.size;
        Position memory asked = _position(book, index, size, size + leg.order, 0);
        (Verdict memory verdict, Assessment memory assessment) =
            GUARD.previewPortfolio(leg.market, asked, _others(book, index, CrossMath.sideOf(leg.order)));
        if (verdict.allowed) return;
        revert OrderRefused(
            leg.market, book.owner, verdict.limit, verdict.maxSize, assessment.loss, assessment.allowedLoss
        );
    }

    /// @dev What the guard is told of the market in question: everything from the state the effects left, nothing from the
    /// caller. What backs it is what the other positions and orders leave.
    function _position(Book memory book, uint256 index, int256 sizeBefore, int256 sizeAfter, int256 flow)
        private
        pure
        returns (Position memory asked)
    {
        Leg memory leg = book.legs[index];
        uint256 longs = leg.data.longOpenInterest - _long(leg.position.size);
        uint256 shorts = leg.data.shortOpenInterest - _long(-leg.position.size);
        asked.account = book.owner;
        asked.equity = _equity(book);
        for (uint256 i = 0; i < book.legs.length; ++i) {
            if (i != index) asked.equity -= book.legs[i].initialMargin().toInt256();
        }
        asked.flow = flow;
        asked.sizeBefore = sizeBefore;
        asked.sizeAfter = sizeAfter;
        (asked.sameSideOthers, asked.oppositeOthers) = sizeAfter >= 0 ? (longs, shorts) : (shorts, longs);
        asked.poolEquity = SignedMath.max(book.pool, 0).toUint256();
    }

    /// @dev What the guard is told of all other markets, ids ascending, and of one contract of this one where it is squared.
    /// @param side in whose disfavour orders count: those on the side of the action, whose worst scenario is the same
    function _others(Book memory book, uint256 index, int256 side) private pure returns (Exposure[] memory others) {
        bool hasGreeks = book.legs[index].config.isSquared();
        others = new Exposure[](hasGreeks ? book.legs.length : book.legs.length - 1);
        uint256 count = 0;
        for (uint256 i = 0; i < book.legs.length; ++i) {
            Leg memory leg = book.legs[i];
            if (i != index) others[count++] = leg.exposure(leg.counted(side));
            else if (hasGreeks) others[count++] = leg.exposure(int256(WAD));
        }
    }

    /* PRIVATE: storage */

    /// @dev Loads an account, every market's funding index up to now, and the place of the market it acts in.
    /// @param market 0 for none
    function _load(address owner, bytes32 market) private view returns (Book memory book, uint256 index) {
        bytes32[] memory held = _held[owner];
        while (index < held.length && held[index] < market) ++index;
        bool isHeld = market == 0 || (index < held.length && held[index] == market);
        book.owner = owner;
        book.collateral = collateral[owner];
        book.pool = pool;
        book.legs = new Leg[](isHeld ? held.length : held.length + 1);
        for (uint256 i = 0; i < book.legs.length; ++i) {
            bytes32 id = isHeld || i < index ? held[i] : i == index ? market : held[i - 1];
            book.legs[i] = _leg(id, owner);
        }
    }

    function _leg(bytes32 market, address owner) private view returns (Leg memory leg) {
        leg.config = _configs[market];
        if (leg.config.feed == address(0)) revert IReferencePerp.UnknownMarket(market);
        leg.market = market;
        leg.data = _data[market];
        leg.position = _positions[market][owner];
        leg.order = orders[market][owner];
        leg.data.fundingIndex += leg.fundingGrowth(block.timestamp - leg.data.fundingTime);
        leg.data.fundingTime = block.timestamp;
        (uint256 spot, bool isFresh) = _spot(leg.config, leg.data.lastPrice);
        (leg.price, leg.isPriceFresh) = (leg.config.contractPrice(spot), isFresh);
        if (isFresh) leg.data.lastPrice = spot;
    }

    /// @dev The feed's price; too old, it is not fresh but still the last good one. Else the last good one seen here.
    function _spot(CrossMarketConfig memory config, uint256 lastPrice) private view returns (uint256, bool) {
        Round memory round;
        try this.latestRound{gas: FEED_GAS}(config.feed, config.feedDecimals) returns (Round memory answer) {
            round = answer;
        } catch {}
        if (!round.isUsable || round.price > MAX_PRICE) return (lastPrice, false);
        uint256 price = config.contractPrice(round.price);
        if (price == 0 || price > MAX_PRICE) return (lastPrice, false);
        return (round.price, block.timestamp - round.updatedAt <= config.maxPriceAge);
    }

    function _saveLeg(Book memory book, uint256 index) private {
        Leg memory leg = book.legs[index];
        _data[leg.market] = leg.data;
        _positions[leg.market][book.owner] = leg.position;
    }

    function _saveAccount(Book memory book) private {
        collateral[book.owner] = book.collateral;
        pool = book.pool;
        if (book.badDebt > 0) emit BadDebt(book.owner, book.badDebt);
        if (book.profitUnpaid > 0) emit ProfitUnpaid(book.owner, book.profitUnpaid);
        bytes32[] storage held = _held[book.owner];
        uint256 count = 0;
        for (uint256 i = 0; i < book.legs.length; ++i) {
            Leg memory leg = book.legs[i];
            if (leg.isEmpty()) continue;
            if (count == held.length) held.push(leg.market);
            else held[count] = leg.market;
            ++count;
        }
        while (held.length > count) held.pop();
        if (count > MAX_MARKETS) revert TooManyMarkets(book.owner, count, MAX_MARKETS);
    }
}
