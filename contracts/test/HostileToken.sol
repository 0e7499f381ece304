// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TestToken} from "./TestToken.sol";

/// @notice Collateral no exchange should list: it calls back in the middle of a transfer, and keeps a fee of what is sent.
contract HostileToken is TestToken {
    uint256 private constant ONE = 10_000;

    struct Call {
        address target;
        bytes data;
    }

    /// @notice What became of one call made in the middle of a transfer.
    event Attempted(address indexed target, bool success, bytes result);

    uint256 public feeBps;
    Call[] private _calls;

    constructor(uint8 decimals_) TestToken("Hostile dollar", "HUSD", decimals_) {}

    /// @notice Share of every transfer that never arrives, in 1e-4.
    function setFee(uint256 feeBps_) external {
        feeBps = feeBps_;
    }

    /// @notice Adds a call to make during the next transfer between two accounts.
    function arm(address target, bytes calldata data) external {
        _calls.push(Call(target, data));
    }

    /// @dev Supply changes are left alone, so that tests can mint in peace.
    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0) || to == address(0)) {
            super._update(from, to, value);
            return;
        }
        uint256 fee = value * feeBps / ONE;
        super._update(from, to, value - fee);
        if (fee > 0) super._update(from, address(0), fee);
        _callBack();
    }

    function _callBack() private {
        Call[] memory calls = _calls;
        delete _calls;
        for (uint256 i = 0; i < calls.length; ++i) {
            // Any function of any contract: there is no interface to call through.
            // solhint-disable-next-line avoid-low-level-calls
            (bool success, bytes memory result) = calls[i].target.call(calls[i].data);
            emit Attempted(calls[i].target, success, result);
        }
    }
}
