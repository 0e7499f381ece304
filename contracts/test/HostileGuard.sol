// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Account, MarketData} from "../examples/IReferencePerp.sol";
import {Position, Verdict} from "../interfaces/ISizingGuard.sol";

interface IBooks {
    function account(bytes32 market, address owner) external view returns (Account memory);
    function marketData(bytes32 market) external view returns (MarketData memory);
}

/// @notice A stand-in for the guard that judges nothing and watches its protocol: at every question it reads the protocol's
/// books and says whether they already hold what the protocol claims, so a check before the effects shows.
contract HostileGuard {
    enum Question {
        Enforce,
        EnforceBounded,
        Record
    }

    /// @notice One question. `isAfterEffects` when the stored position and open interest are those that were stated.
    event Asked(Question indexed question, Position position, bool isAfterEffects);

    error Refused();

    address public immutable PROTOCOL;
    bool public refuses;

    constructor(address protocol) {
        PROTOCOL = protocol;
    }

    function setRefuses(bool refuses_) external {
        refuses = refuses_;
    }

    function enforce(bytes32 market, Position calldata position) external {
        _answer(Question.Enforce, market, position);
    }

    function enforceBounded(bytes32 market, Position calldata position, uint256, uint256) external {
        _answer(Question.EnforceBounded, market, position);
    }

    /// @notice Allows, or reverts like everything else.
    function preview(bytes32, Position calldata) external view returns (Verdict memory verdict) {
        if (refuses) revert Refused();
        verdict.allowed = true;
    }

    function record(bytes32 market, Position calldata position) external {
        _answer(Question.Record, market, position);
    }

    function _answer(Question question, bytes32 market, Position calldata position) private {
        if (refuses) revert Refused();
        emit Asked(question, position, _isStored(market, position));
    }

    function _isStored(bytes32 market, Position calldata position) private view returns (bool) {
        Account memory stored = IBooks(msg.sender).account(market, position.account);
        MarketData memory data = IBooks(msg.sender).marketData(market);
        bool isLong = position.sizeAfter >= 0;
        uint256 size = uint256(isLong ? position.sizeAfter : -position.sizeAfter);
        (uint256 same, uint256 opposite) = isLong
            ? (data.longOpenInterest, data.shortOpenInterest)
            : (data.shortOpenInterest, data.longOpenInterest);
        return stored.size == position.sizeAfter && same == position.sameSideOthers + size
            && opposite == position.oppositeOthers;
    }
}
