// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

/// @notice OpenZeppelin's vault over a token, which anybody may make lose money.
contract TestVault is ERC4626 {
    uint8 private immutable OFFSET;

    /// @param offset how many decimals a share has more than the asset
    constructor(IERC20 asset_, uint8 offset) ERC20("Vault", "V") ERC4626(asset_) {
        OFFSET = offset;
    }

    /// @notice Assets leave, shares stay.
    function lose(uint256 assets) external {
        IERC20(asset()).transfer(address(0xdead), assets);
    }

    function _decimalsOffset() internal view override returns (uint8) {
        return OFFSET;
    }
}
