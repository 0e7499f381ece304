// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDeleverageable} from "../interfaces/IDeleverageable.sol";
import {Position} from "../interfaces/ISizingGuard.sol";

/// @title TestDeleverageable
/// @notice A protocol that holds what a test says, closes what it is asked to or something else, and calls back meanwhile.
/// @dev For tests.
contract TestDeleverageable is IDeleverageable {
    struct Call {
        address target;
        bytes data;
    }

    event Closed(bytes32 market, address account, uint256 size, address receiver, uint256 bounty);
    /// @notice What became of the call made in the middle of a reduction.
    event Attempted(bool success, bytes result);

    /// @notice Base WAD that is closed beyond what was asked for.
    int256 public excess;
    Call private _call;
    mapping(bytes32 market => mapping(address account => Position)) private _holdings;

    function hold(bytes32 market, Position calldata position) external {
        _holdings[market][position.account] = position;
    }

    function setExcess(int256 excess_) external {
        excess = excess_;
    }

    /// @notice The call to make during the next reduction.
    function arm(address target, bytes calldata data) external {
        _call = Call(target, data);
    }

    /// @inheritdoc IDeleverageable
    function deleverage(bytes32 market, address account, uint256 size, address receiver, uint256 bounty) external {
        Position storage held = _holdings[market][account];
        int256 closed = int256(size) + excess;
        held.sizeAfter -= held.sizeAfter > 0 ? closed : -closed;
        held.sizeBefore = held.sizeAfter;
        held.equity -= int256(bounty);
        emit Closed(market, account, size, receiver, bounty);
        Call memory call = _call;
        if (call.target == address(0)) return;
        delete _call;
        // Any function of any contract: there is no interface to call through.
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory result) = call.target.call(call.data);
        emit Attempted(success, result);
    }

    /// @inheritdoc IDeleverageable
    function holding(bytes32 market, address account) external view returns (Position memory) {
        return _holdings[market][account];
    }
}
