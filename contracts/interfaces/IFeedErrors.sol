// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @notice Why a feed has no answer. A guard names the first two in its verdicts, as `OracleStatus.SequencerDown` and
/// `OracleStatus.Deviating`, and calls everything else Invalid.
interface IFeedErrors {
    /// @notice The rollup's sequencer is down, or came back less than the grace period ago.
    error SequencerDown(uint256 since);
    /// @notice Two sources that should agree are further apart than the band: `ratioWad` of the smaller price.
    error SourcesDeviate(uint256 ratioWad);
    /// @notice The source does not answer, or answers with nothing that can be a price.
    error SourceUnusable(address source);
    /// @notice The source itself doubts its price by `ratioWad` of it, more than this feed accepts.
    error PriceUncertain(uint256 ratioWad);
    /// @notice Too little gas is left to tell a source that fails from one that was starved. Send more.
    error NotEnoughGas();
}
