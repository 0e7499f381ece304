// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @notice What a price needs of a Uniswap v3 pool, or of a fork with the same oracle.
interface IUniswapV3PoolOracle {
    function token0() external view returns (address);

    function token1() external view returns (address);

    /// @dev `feeProtocol` is a uint8 in Uniswap's pools and a uint32 in some forks: nobody reads it here.
    function slot0()
        external
        view
        returns (
            uint160 sqrtPriceX96,
            int24 tick,
            uint16 observationIndex,
            uint16 observationCardinality,
            uint16 observationCardinalityNext,
            uint256 feeProtocol,
            bool unlocked
        );

    /// @notice Sums since the pool began, as of each time so many seconds ago: of tick · seconds, and of seconds / liquidity
    /// (times 2^128, where no liquidity counts as 1).
    /// @dev Reverts where the pool's observations do not reach so far back.
    function observe(uint32[] calldata secondsAgos)
        external
        view
        returns (int56[] memory tickCumulatives, uint160[] memory secondsPerLiquidityCumulativeX128s);
}
