// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Account} from "../examples/IReferencePerp.sol";
import {Assessment, Exposure, Position, Verdict} from "../interfaces/ISizingGuard.sol";

interface ICrossBooks {
    function position(bytes32 market, address owner) external view returns (Account memory);
    function collateral(address owner) external view returns (int256);
}

/// @notice A stand-in for the guard of a cross-margin exchange that judges nothing and repeats what it was told, together with
/// what the exchange had stored by then, so that a check before the effects shows.
contract PortfolioWatcher {
    enum Question {
        EnforcePortfolio,
        Record
    }

    event Asked(
        Question indexed question,
        bytes32 indexed market,
        Position position,
        Exposure[] others,
        int256 storedSize,
        int256 storedCollateral
    );

    error Refused();

    address public immutable PROTOCOL;
    bool public refuses;

    constructor(address protocol) {
        PROTOCOL = protocol;
    }

    function setRefuses(bool refuses_) external {
        refuses = refuses_;
    }

    function enforcePortfolio(bytes32 market, Position calldata position, Exposure[] calldata others) external {
        _answer(Question.EnforcePortfolio, market, position, others);
    }

    function record(bytes32 market, Position calldata position) external {
        _answer(Question.Record, market, position, new Exposure[](0));
    }

    /// @notice Allows, or reverts like everything else.
    function previewPortfolio(bytes32, Position calldata, Exposure[] calldata)
        external
        view
        returns (Verdict memory verdict, Assessment memory assessment)
    {
        if (refuses) revert Refused();
        verdict.allowed = true;
        return (verdict, assessment);
    }

    function _answer(Question question, bytes32 market, Position calldata position, Exposure[] memory others) private {
        if (refuses) revert Refused();
        ICrossBooks books = ICrossBooks(msg.sender);
        int256 size = books.position(market, position.account).size;
        emit Asked(question, market, position, others, size, books.collateral(position.account));
    }
}
