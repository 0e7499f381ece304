// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {FixedPointMath, WAD} from "../libraries/FixedPointMath.sol";
import {IReferencePerp} from "./IReferencePerp.sol";

/// @title LiquidityPool
/// @notice The other side of every trade, in shares of those who supply it, and the one place where tokens become quote WAD.
/// @dev Rounding goes against who comes: what arrives counts down, what leaves counts up.
abstract contract LiquidityPool is ReentrancyGuard {
    using SafeERC20 for IERC20Metadata;
    using SafeCast for uint256;
    using SafeCast for int256;

    uint256 private constant MAX_TOKEN_DECIMALS = 36;

    IERC20Metadata public immutable TOKEN;
    uint256 private immutable TOKEN_UNIT;

    /// @notice What the pool owns before open positions are counted, quote WAD; negative when bad debt ate it.
    int256 public pool;
    uint256 public totalShares;
    mapping(address provider => uint256) public shares;

    /// @param token at most 36 decimals
    constructor(IERC20Metadata token) {
        uint256 decimals = token.decimals();
        if (decimals > MAX_TOKEN_DECIMALS) {
            revert IReferencePerp.TokenDecimalsOutOfRange(address(token), decimals, MAX_TOKEN_DECIMALS);
        }
        TOKEN = token;
        TOKEN_UNIT = 10 ** decimals;
    }

    /// @notice Puts tokens into the pool for shares of it, at its value with all positions marked.
    function supply(uint256 amount) external nonReentrant {
        uint256 value = poolValue();
        uint256 wad = _fromTokenDown(_pull(amount));
        uint256 minted = FixedPointMath.mulDivDown(wad, totalShares + 1, value + 1);
        if (minted == 0) revert IReferencePerp.InsufficientCollateral(0, msg.sender, amount, 0);
        pool += wad.toInt256();
        totalShares += minted;
        shares[msg.sender] += minted;
        emit IReferencePerp.PoolSupplied(msg.sender, amount, minted);
    }

    /// @notice Gives shares back for their part of the pool's value.
    function redeem(uint256 amount) external nonReentrant {
        uint256 owned = shares[msg.sender];
        if (amount > owned) revert IReferencePerp.InsufficientCollateral(0, msg.sender, amount, owned);
        uint256 wad = FixedPointMath.mulDivDown(amount, poolValue(), totalShares + 1);
        // Traders' unrealised losses are part of the value and not yet money: no share is burnt for what can't be paid.
        uint256 cash = SignedMath.max(pool, 0).toUint256();
        if (wad > cash) revert IReferencePerp.InsufficientCollateral(0, msg.sender, wad, cash);
        uint256 tokens = _toToken(wad);
        pool -= _fromTokenUp(tokens).toInt256();
        totalShares -= amount;
        shares[msg.sender] = owned - amount;
        emit IReferencePerp.PoolRedeemed(msg.sender, tokens, amount);
        _push(msg.sender, tokens);
    }

    /// @notice The pool's equity if every position closed now, quote WAD.
    function poolValue() public view virtual returns (uint256);

    /// @dev Takes tokens in, and counts what arrived rather than what was sent.
    function _pull(uint256 amount) internal returns (uint256) {
        uint256 before = TOKEN.balanceOf(address(this));
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        return TOKEN.balanceOf(address(this)) - before;
    }

    function _push(address receiver, uint256 tokens) internal {
        TOKEN.safeTransfer(receiver, tokens);
    }

    function _fromTokenDown(uint256 tokens) internal view returns (uint256) {
        return FixedPointMath.mulDivDown(tokens, WAD, TOKEN_UNIT);
    }

    function _toToken(uint256 wad) internal view returns (uint256) {
        return FixedPointMath.mulDivDown(wad, TOKEN_UNIT, WAD);
    }

    function _fromTokenUp(uint256 tokens) internal view returns (uint256) {
        return FixedPointMath.mulDivUp(tokens, WAD, TOKEN_UNIT);
    }
}
