// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IDeleverageable} from "../interfaces/IDeleverageable.sol";
import {ISizingGuard, Position, Verdict} from "../interfaces/ISizingGuard.sol";
import {FixedPointMath, WAD} from "../libraries/FixedPointMath.sol";
import {FeedReader, Round} from "../oracle/FeedReader.sol";
import {Account, IReferencePerp, MarketConfig, MarketData} from "./IReferencePerp.sol";
import {LiquidityPool} from "./LiquidityPool.sol";
import {PerpMath} from "./PerpMath.sol";

/// @title ReferencePerp
/// @notice A small, complete perpetual exchange: isolated positions against a pool of liquidity, priced by an oracle.
/// It shows where a guard belongs: after the effects of every mutator, on the state those effects left.
/// @dev One rule keeps the books: the sum of all collateral and the pool is what the contract holds, to the wei it rounds.
contract ReferencePerp is IReferencePerp, IDeleverageable, LiquidityPool, Ownable {
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @dev What an account asks for: signed changes of size (base WAD) and collateral (token units).
    struct Order {
        int256 sizeDelta;
        int256 tokenDelta;
        bool paysOutAll;
        bool isBounded;
        uint256 minLimitSize;
        uint256 deadline;
    }

    /// @dev One market and one account in memory: loaded, changed, judged, and only then stored.
    struct State {
        bytes32 market;
        address owner;
        MarketConfig config;
        MarketData data;
        Account account;
        uint256 price;
        bool isPriceFresh;
        int256 sizeBefore;
        int256 pool;
        uint256 badDebt;
        uint256 profitUnpaid;
        uint256 payoutRefused;
    }

    /// @dev A price beyond this is a feed gone wrong: sizes are not multiplied by it, or nobody could leave.
    uint256 private constant MAX_PRICE = type(uint128).max;

    ISizingGuard public immutable GUARD;
    /// @notice Who may reduce positions (DeleverageController); nobody at first.
    address public deleverager;

    bytes32[] private _listed;
    mapping(bytes32 market => MarketConfig) private _configs;
    mapping(bytes32 market => MarketData) private _data;
    mapping(bytes32 market => mapping(address owner => Account)) private _accounts;

    /// @param guard deployed for this contract's address, which is known before it exists
    /// @param token collateral, at most 36 decimals
    constructor(ISizingGuard guard, IERC20Metadata token, address owner) LiquidityPool(token) Ownable(owner) {
        if (guard.PROTOCOL() != address(this)) revert GuardForAnotherProtocol(address(guard), guard.PROTOCOL());
        GUARD = guard;
    }

    /* MARKETS */

    function list(bytes32 market, MarketConfig calldata config) external onlyOwner {
        if (_configs[market].feed != address(0)) revert MarketAlreadyListed(market);
        bool isSound = config.feed != address(0) && config.feedDecimals <= FeedReader.MAX_DECIMALS && config.skewScale > 0
            && config.initialMarginRatio >= config.maintenanceMarginRatio && config.initialMarginRatio <= WAD
            && config.faultSpread < WAD && config.tradeFee < WAD;
        if (!isSound) revert ConfigOutOfRange(market);
        _configs[market] = config;
        _data[market].fundingTime = block.timestamp;
        _listed.push(market);
        emit MarketListed(market, config);
    }

    /// @notice Names the controller that may reduce positions; the zero address for nobody.
    function setDeleverager(address controller) external onlyOwner {
        deleverager = controller;
        emit DeleveragerSet(controller);
    }

    /* TRADERS */

    /// @notice Adds collateral, in token units.
    function deposit(bytes32 market, uint256 amount) external {
        _modify(market, Order(0, amount.toInt256(), false, false, 0, 0));
    }

    /// @notice Takes collateral out, in token units.
    function withdraw(bytes32 market, uint256 amount) external {
        _modify(market, Order(0, -amount.toInt256(), false, false, 0, 0));
    }

    /// @notice Opens, increases, reduces or flips, at the oracle's price.
    /// @param sizeDelta base WAD, buying positive
    function trade(bytes32 market, int256 sizeDelta) external {
        _modify(market, Order(sizeDelta, 0, false, false, 0, 0));
    }

    /// @notice Trades and moves collateral in one step (`tokenDelta` in token units, out negative).
    function modify(bytes32 market, int256 sizeDelta, int256 tokenDelta) external {
        _modify(market, Order(sizeDelta, tokenDelta, false, false, 0, 0));
    }

    /// @notice `modify` with the trader's own bounds on the guard's limit (base WAD) and on time.
    function modifyBounded(
        bytes32 market,
        int256 sizeDelta,
        int256 tokenDelta,
        uint256 minLimitSize,
        uint256 deadline
    ) external {
        _modify(market, Order(sizeDelta, tokenDelta, false, true, minLimitSize, deadline));
    }

    /// @notice Closes the whole position and pays out what is left.
    function close(bytes32 market) external {
        _modify(market, Order(-_accounts[market][msg.sender].size, 0, true, false, 0, 0));
    }

    /// @notice Closes an account that no longer has its maintenance margin. The penalty goes to the caller.
    function liquidate(bytes32 market, address owner) external nonReentrant {
        State memory s = _load(market, owner);
        if (!s.isPriceFresh) revert PriceUnavailable(market);
        int256 equity = s.account.collateral + PerpMath.unrealisedPnl(s.account, s.price);
        uint256 notional = FixedPointMath.mulDivUp(SignedMath.abs(s.sizeBefore), s.price, WAD);
        uint256 maintenance = FixedPointMath.mulDivUp(notional, s.config.maintenanceMarginRatio, WAD);
        if (s.sizeBefore == 0 || equity >= maintenance.toInt256()) {
            revert NotLiquidatable(market, owner, equity, maintenance);
        }
        _trade(s, -s.sizeBefore);
        uint256 penalty = FixedPointMath.mulDivDown(notional, s.config.liquidationPenalty, WAD);
        uint256 reward = _toToken(Math.min(penalty, SignedMath.max(s.account.collateral, 0).toUint256()));
        s.account.collateral -= _fromTokenUp(reward).toInt256();
        _settleBadDebt(s);
        _save(s);
        emit Liquidated(market, owner, msg.sender, s.sizeBefore, s.price);
        GUARD.record(market, _position(s, 0));
        _push(msg.sender, reward);
    }

    /// @inheritdoc IDeleverageable
    function deleverage(bytes32 market, address owner, uint256 size, address receiver, uint256 bounty)
        external
        nonReentrant
    {
        if (msg.sender != deleverager) revert NotDeleverager(msg.sender, deleverager);
        State memory s = _load(market, owner);
        if (!s.isPriceFresh) revert PriceUnavailable(market);
        if (size == 0 || size > SignedMath.abs(s.sizeBefore)) revert SizeOutOfRange(market, owner, size, s.sizeBefore);
        _trade(s, s.sizeBefore > 0 ? -size.toInt256() : size.toInt256());
        uint256 reward = _toToken(Math.min(bounty, SignedMath.max(s.account.collateral, 0).toUint256()));
        s.account.collateral -= _fromTokenUp(reward).toInt256();
        _settleBadDebt(s);
        _save(s);
        emit Deleveraged(market, owner, receiver, s.sizeBefore, s.account.size, s.price);
        GUARD.record(market, _position(s, 0));
        _push(receiver, reward);
    }

    /* VIEWS */

    /// @notice What the guard would be told if this account traded now: the question to ask `GUARD.preview` or the SDK.
    /// @param tokenDelta token units, out negative
    function positionAfter(bytes32 market, address owner, int256 sizeDelta, int256 tokenDelta)
        external
        view
        returns (Position memory)
    {
        State memory s = _load(market, owner);
        int256 flow = _execute(s, Order(sizeDelta, tokenDelta, false, false, 0, 0));
        return _position(s, flow);
    }

    /// @inheritdoc IDeleverageable
    function holding(bytes32 market, address owner) external view returns (Position memory) {
        return _position(_load(market, owner), 0);
    }

    /// @notice The pool's equity if every position closed at the fresh price, before unsettled funding and fees, and as if
    /// every loser could pay, quote WAD.
    /// @dev Reverts `PriceUnavailable` while a market with open positions has no fresh price.
    function poolValue() public view override returns (uint256) {
        int256 value = pool;
        for (uint256 i = 0; i < _listed.length; ++i) {
            bytes32 market = _listed[i];
            MarketData memory data = _data[market];
            if (data.longOpenInterest == 0 && data.shortOpenInterest == 0) continue;
            (uint256 price, bool isFresh) = _price(_configs[market], data.lastPrice);
            if (!isFresh) revert PriceUnavailable(market);
            int256 skew = data.longOpenInterest.toInt256() - data.shortOpenInterest.toInt256();
            value -= PerpMath.valueUp(skew, price) - data.totalCost;
        }
        return SignedMath.max(value, 0).toUint256();
    }

    function account(bytes32 market, address owner) external view returns (Account memory) {
        return _accounts[market][owner];
    }

    function marketData(bytes32 market) external view returns (MarketData memory) {
        return _data[market];
    }

    function marketConfig(bytes32 market) external view returns (MarketConfig memory) {
        return _configs[market];
    }

    /* PRIVATE: one action */

    function _modify(bytes32 market, Order memory order) private nonReentrant {
        State memory s = _load(market, msg.sender);
        if (order.tokenDelta > 0) order.tokenDelta = _pull(uint256(order.tokenDelta)).toInt256();
        int256 flow = _execute(s, order);
        if (flow < 0 && _isReduction(s) && !_accepts(s, flow)) {
            s.payoutRefused = uint256(-flow);
            s.account.collateral -= flow;
            flow = 0;
        }
        _settleBadDebt(s);
        _requireMargin(s, flow);
        _save(s);
        emit Modified(market, msg.sender, s.account.size, s.account.collateral, s.price);
        _enforce(s, flow, order);
        if (flow < 0) _push(msg.sender, _toToken(uint256(-flow)));
    }

    /// @dev The effects, in memory. Returns the flow: what collateral came in (positive) or leaves (negative), quote WAD.
    function _execute(State memory s, Order memory order) private view returns (int256 flow) {
        if (order.sizeDelta != 0) _trade(s, order.sizeDelta);
        if (order.tokenDelta > 0) {
            flow = _fromTokenDown(uint256(order.tokenDelta)).toInt256();
        } else {
            flow = -_payout(s, order).toInt256();
        }
        s.account.collateral += flow;
    }

    /// @dev What leaves, never more than there is: a reduction goes through without the payout it could not have.
    function _payout(State memory s, Order memory order) private view returns (uint256 payout) {
        uint256 available = SignedMath.max(s.account.collateral, 0).toUint256();
        payout = _fromTokenUp(order.paysOutAll ? _toToken(available) : SignedMath.abs(order.tokenDelta));
        if (payout <= available) return payout;
        if (!_isReduction(s)) revert InsufficientCollateral(s.market, s.owner, payout, available);
        s.payoutRefused = payout;
        return 0;
    }

    /// @dev Trades at the oracle's price. Without a fresh one only a reduction goes through, at the last good price made
    /// worse: the way out stays open. Warning: it is not the market's price, and who has lost more than the spread since gains.
    function _trade(State memory s, int256 delta) private pure {
        uint256 price = s.price;
        if (!s.isPriceFresh) {
            if (PerpMath.closedPart(s.account.size, delta) != delta) revert PriceUnavailable(s.market);
            uint256 spread = FixedPointMath.mulDivUp(price, s.config.faultSpread, WAD);
            price = delta < 0 ? price - spread : price + spread;
        }
        int256 costBefore = s.account.cost;
        _credit(s, PerpMath.trade(s.account, delta, price));
        uint256 notional = FixedPointMath.mulDivUp(SignedMath.abs(delta), price, WAD);
        _credit(s, -FixedPointMath.mulDivUp(notional, s.config.tradeFee, WAD).toInt256());
        s.data.totalCost += s.account.cost - costBefore;
        _moveOpenInterest(s.data, s.sizeBefore, s.account.size);
    }

    /// @dev Moves money between the pool and the account. The pool pays no more than it has.
    function _credit(State memory s, int256 amount) private pure {
        int256 payable_ = SignedMath.max(s.pool, 0);
        if (amount > payable_) {
            s.profitUnpaid += uint256(amount - payable_);
            amount = payable_;
        }
        s.account.collateral += amount;
        s.pool -= amount;
    }

    /// @dev An account without a position owes nothing it can't pay: the pool takes the rest.
    function _settleBadDebt(State memory s) private pure {
        if (s.account.size != 0 || s.account.collateral >= 0) return;
        s.badDebt = uint256(-s.account.collateral);
        s.data.badDebt += s.badDebt;
        s.pool += s.account.collateral;
        s.account.collateral = 0;
    }

    function _moveOpenInterest(MarketData memory data, int256 sizeBefore, int256 sizeAfter) private pure {
        data.longOpenInterest = data.longOpenInterest + _long(sizeAfter) - _long(sizeBefore);
        data.shortOpenInterest = data.shortOpenInterest + _long(-sizeAfter) - _long(-sizeBefore);
    }

    function _long(int256 size) private pure returns (uint256) {
        return size > 0 ? uint256(size) : 0;
    }

    /* PRIVATE: judging it */

    function _isReduction(State memory s) private pure returns (bool) {
        int256 delta = s.account.size - s.sizeBefore;
        return delta != 0 && PerpMath.closedPart(s.sizeBefore, delta) == delta;
    }

    /// @dev The market's own leverage cap, for whatever adds risk; the guard comes after it.
    function _requireMargin(State memory s, int256 flow) private pure {
        if (!_needsMargin(s, flow)) return;
        if (!s.isPriceFresh) revert PriceUnavailable(s.market);
        (int256 equity, uint256 required) = _margin(s);
        if (equity < required.toInt256()) revert InsufficientMargin(s.market, s.owner, equity, required);
    }

    function _needsMargin(State memory s, int256 flow) private pure returns (bool) {
        bool grows = s.account.size != s.sizeBefore && !_isReduction(s);
        return s.account.size != 0 && (flow < 0 || grows);
    }

    function _margin(State memory s) private pure returns (int256 equity, uint256 required) {
        uint256 notional = FixedPointMath.mulDivUp(SignedMath.abs(s.account.size), s.price, WAD);
        return (PerpMath.equity(s.account, s.price), FixedPointMath.mulDivUp(notional, s.config.initialMarginRatio, WAD));
    }

    /// @dev Whether a reduction may also pay out: by the market's own cap and by the guard. Who leaves may take everything.
    /// It is asked and not enforced, because what is enforced is counted; that comes once, at the end.
    function _accepts(State memory s, int256 flow) private view returns (bool) {
        if (s.account.size == 0) return true;
        if (_needsMargin(s, flow)) {
            (int256 equity, uint256 required) = _margin(s);
            if (!s.isPriceFresh || equity < required.toInt256()) return false;
        }
        try GUARD.preview(s.market, _position(s, flow)) returns (Verdict memory verdict) {
            return verdict.allowed;
        } catch {
            return false;
        }
    }

    function _enforce(State memory s, int256 flow, Order memory order) private {
        Position memory position = _position(s, flow);
        if (order.isBounded) GUARD.enforceBounded(s.market, position, order.minLimitSize, order.deadline);
        else GUARD.enforce(s.market, position);
    }

    /// @dev What the guard is told: everything from the state the effects left, nothing from the caller.
    function _position(State memory s, int256 flow) private pure returns (Position memory position) {
        int256 size = s.account.size;
        bool isLong = size >= 0;
        uint256 sameSide = isLong ? s.data.longOpenInterest : s.data.shortOpenInterest;
        position.account = s.owner;
        position.equity = PerpMath.equity(s.account, s.price);
        position.flow = flow;
        position.sizeBefore = s.sizeBefore;
        position.sizeAfter = size;
        position.sameSideOthers = sameSide - SignedMath.abs(size);
        position.oppositeOthers = isLong ? s.data.shortOpenInterest : s.data.longOpenInterest;
        position.poolEquity = SignedMath.max(s.pool, 0).toUint256();
    }

    /* PRIVATE: storage */

    /// @dev Loads market and account with funding settled up to now.
    function _load(bytes32 market, address owner) private view returns (State memory s) {
        s.config = _configs[market];
        if (s.config.feed == address(0)) revert UnknownMarket(market);
        s.market = market;
        s.owner = owner;
        s.data = _data[market];
        s.account = _accounts[market][owner];
        s.sizeBefore = s.account.size;
        s.pool = pool;
        s.data.fundingIndex += PerpMath.fundingGrowth(s.config, s.data, block.timestamp - s.data.fundingTime);
        s.data.fundingTime = block.timestamp;
        (s.price, s.isPriceFresh) = _price(s.config, s.data.lastPrice);
        if (s.isPriceFresh) s.data.lastPrice = s.price;
        _credit(s, -PerpMath.fundingOwed(s.account, s.data.fundingIndex));
        s.account.fundingEntry = s.data.fundingIndex;
    }

    function _save(State memory s) private {
        _data[s.market] = s.data;
        _accounts[s.market][s.owner] = s.account;
        pool = s.pool;
        if (s.badDebt > 0) emit BadDebt(s.market, s.owner, s.badDebt);
        if (s.payoutRefused > 0) emit PayoutRefused(s.market, s.owner, s.payoutRefused);
        if (s.profitUnpaid > 0) emit ProfitUnpaid(s.market, s.owner, s.profitUnpaid);
    }

    /// @dev The feed's price; too old, it is not fresh but still the last good one. Else the last good one seen here.
    function _price(MarketConfig memory config, uint256 lastPrice) private view returns (uint256, bool) {
        Round memory round = FeedReader.latest(config.feed, config.feedDecimals);
        if (!round.isUsable || round.price > MAX_PRICE) return (lastPrice, false);
        return (round.price, block.timestamp - round.updatedAt <= config.maxPriceAge);
    }
}
