// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {IConfidenceFeed} from "../interfaces/IConfidenceFeed.sol";
import {IFeedErrors} from "../interfaces/IFeedErrors.sol";

/// @notice A price feed of the Chainlink shape whose rounds the owner of the test writes: a proxy with phases over rounds
/// that are kept, so that walking back works. Anything a bad feed does is set with `setFault`.
contract TestFeed is IAggregatorV3, IConfidenceFeed, IFeedErrors {
    enum Fault {
        None,
        Reverts,
        ReturnsNothing,
        ReturnsShort,
        ReturnsHuge,
        BurnsGas,
        ZeroAnswer,
        NegativeAnswer,
        HugeAnswer,
        ZeroTime,
        FutureTime,
        UnansweredRound,
        HugeRoundId,
        SequencerIsDown,
        Deviates
    }

    struct Stored {
        int256 answer;
        uint256 updatedAt;
    }

    uint8 public override decimals;
    Fault public fault;
    uint80 public latestId;
    /// @notice Of every answer, in its units.
    uint256 public confidence;
    mapping(uint80 id => Stored) public rounds;

    constructor(uint8 decimals_, uint80 firstId) {
        decimals = decimals_;
        latestId = firstId;
    }

    function setFault(Fault fault_) external {
        fault = fault_;
    }

    function setDecimals(uint8 decimals_) external {
        decimals = decimals_;
    }

    function setConfidence(uint256 confidence_) external {
        confidence = confidence_;
    }

    /// @notice Writes the next round.
    function push(int256 answer, uint256 updatedAt) external {
        rounds[++latestId] = Stored(answer, updatedAt);
    }

    /// @notice Writes several rounds.
    function pushMany(int256[] calldata answers, uint256[] calldata times) external {
        for (uint256 i = 0; i < answers.length; ++i) {
            rounds[++latestId] = Stored(answers[i], times[i]);
        }
    }

    /// @notice A new aggregator behind the proxy: the next round is the first of its phase.
    function startPhase(uint16 phase) external {
        latestId = uint80(phase) << 64;
    }

    /// @notice Overwrites a round, for feeds that rewrite or lose their history.
    function set(uint80 id, int256 answer, uint256 updatedAt) external {
        rounds[id] = Stored(answer, updatedAt);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        require(msg.data.length == 4, "more than was asked for");
        return _answer(latestId);
    }

    function latestRoundDataWithConfidence() external view returns (uint80, int256, uint256, uint256, uint80) {
        require(msg.data.length == 4, "more than was asked for");
        (uint80 id, int256 answer,, uint256 updatedAt, uint80 answeredInRound) = _answer(latestId);
        return (id, answer, confidence, updatedAt, answeredInRound);
    }

    function getRoundData(uint80 id) external view returns (uint80, int256, uint256, uint256, uint80) {
        require(msg.data.length == 36, "more than was asked for");
        require(rounds[id].updatedAt != 0, "No data present");
        return _answer(id);
    }

    function _answer(uint80 id) private view returns (uint80, int256, uint256, uint256, uint80) {
        Stored memory round = rounds[id];
        if (fault == Fault.Reverts) revert("feed down");
        if (fault == Fault.SequencerIsDown) revert SequencerDown(round.updatedAt);
        if (fault == Fault.Deviates) revert SourcesDeviate(1e17);
        if (fault == Fault.ReturnsNothing) _return(0);
        if (fault == Fault.ReturnsShort) _returnFourWords(round);
        if (fault == Fault.ReturnsHuge) _return(1 << 16);
        if (fault == Fault.BurnsGas) while (true) {}
        if (fault == Fault.ZeroAnswer) round.answer = 0;
        if (fault == Fault.NegativeAnswer) round.answer = -round.answer;
        if (fault == Fault.HugeAnswer) round.answer = type(int256).max;
        if (fault == Fault.ZeroTime) round.updatedAt = 0;
        if (fault == Fault.FutureTime) round.updatedAt = block.timestamp + 1;
        if (fault == Fault.UnansweredRound) return (id, round.answer, round.updatedAt, round.updatedAt, id - 1);
        if (fault == Fault.HugeRoundId) _returnWord(type(uint256).max);
        return (id, round.answer, round.updatedAt, round.updatedAt, id);
    }

    function _return(uint256 size) private pure {
        assembly {
            return(0, size)
        }
    }

    /// @dev A good price of round 0 without its last word, which only its length gives away.
    function _returnFourWords(Stored memory round) private pure {
        (int256 answer, uint256 updatedAt) = (round.answer, round.updatedAt);
        assembly {
            mstore(0, 0)
            mstore(0x20, answer)
            mstore(0x40, updatedAt)
            mstore(0x60, updatedAt)
            return(0, 0x80)
        }
    }

    /// @dev Five words, all of them `word`.
    function _returnWord(uint256 word) private pure {
        assembly {
            for { let i := 0 } lt(i, 0xa0) { i := add(i, 0x20) } { mstore(i, word) }
            return(0, 0xa0)
        }
    }
}
