// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TestToken} from "./TestToken.sol";

/// @notice What moves a Uniswap v3 pool.
interface IUniswapV3PoolTrade {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function slot0() external view returns (uint160, int24, uint16, uint16, uint16, uint8, bool);
    function mint(address recipient, int24 lower, int24 upper, uint128 amount, bytes calldata data)
        external
        returns (uint256, uint256);
    function burn(int24 lower, int24 upper, uint128 amount) external returns (uint256, uint256);
    function swap(address recipient, bool zeroForOne, int256 amount, uint160 sqrtPriceLimitX96, bytes calldata data)
        external
        returns (int256, int256);
}

/// @notice A trader without bounds: whatever a pool of test tokens asks of it is minted on the spot.
contract PoolTrader {
    /// @notice Adds liquidity between two ticks.
    function provide(IUniswapV3PoolTrade pool, int24 lower, int24 upper, uint128 amount) external {
        pool.mint(address(this), lower, upper, amount, "");
    }

    /// @notice Takes liquidity out again; what it is worth stays with the pool.
    function withdraw(IUniswapV3PoolTrade pool, int24 lower, int24 upper, uint128 amount) external {
        pool.burn(lower, upper, amount);
    }

    /// @notice Trades until the pool's price is this, whatever that takes.
    function moveTo(IUniswapV3PoolTrade pool, uint160 sqrtPriceX96) public {
        (uint160 current,,,,,,) = pool.slot0();
        if (current == sqrtPriceX96) return;
        pool.swap(address(this), sqrtPriceX96 < current, type(int128).max, sqrtPriceX96, "");
    }

    /// @notice Moves the price there and back within one transaction.
    function spike(IUniswapV3PoolTrade pool, uint160 sqrtPriceX96) external {
        (uint160 current,,,,,,) = pool.slot0();
        moveTo(pool, sqrtPriceX96);
        moveTo(pool, current);
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        _pay(IUniswapV3PoolTrade(msg.sender).token0(), amount0);
        _pay(IUniswapV3PoolTrade(msg.sender).token1(), amount1);
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        if (amount0 > 0) _pay(IUniswapV3PoolTrade(msg.sender).token0(), uint256(amount0));
        if (amount1 > 0) _pay(IUniswapV3PoolTrade(msg.sender).token1(), uint256(amount1));
    }

    function _pay(address token, uint256 amount) private {
        TestToken(token).mint(msg.sender, amount);
    }
}
