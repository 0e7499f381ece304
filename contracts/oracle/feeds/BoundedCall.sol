// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFeedErrors} from "../../interfaces/IFeedErrors.sol";

/// @title BoundedCall
/// @notice Asks a source that may do anything: it gets so much gas and no more, and of its answer so many words are copied.
library BoundedCall {
    /// @dev What happens between the check and the call, generously.
    uint256 private constant MARGIN = 5_000;
    /// @dev What it takes to revert with a reason.
    uint256 private constant FOR_THE_ERROR = 1_000;

    /// @notice Calls `source` with `data`.
    /// @param gasLimit what the source gets, whatever the caller sent: a caller must not choose the outcome by sending less
    /// @param words how many words the answer must have at least
    /// @return ok whether the source answered, with so many words
    /// @return answer its first words; they mean nothing unless `ok`
    /// @dev Reverts `NotEnoughGas` where the source could not be given `gasLimit`, and takes the gas with it: who goes on where a
    /// feed is dead, as an exchange does that lets reductions through at an old price, must not be left enough to do so.
    function tryRead(address source, bytes memory data, uint256 gasLimit, uint256 words)
        internal
        view
        returns (bool ok, uint256[] memory answer)
    {
        // A call passes on at most 63/64 of what is left.
        if (gasleft() < gasLimit * 64 / 63 + MARGIN) {
            while (gasleft() > FOR_THE_ERROR) {}
            revert IFeedErrors.NotEnoughGas();
        }
        return _read(source, data, gasLimit, words);
    }

    /// @notice The same for the only source there is, which gets all the gas.
    /// @dev Nobody gains by starving it: it takes the caller's gas with it, but for a 64th. A check that reverts leaves the
    /// caller what the source would have had, and a guard takes a feed that reverts for the end of its history: who pokes
    /// it with just too little could have it skip rounds.
    function tryReadOnly(address source, bytes memory data, uint256 words)
        internal
        view
        returns (bool ok, uint256[] memory answer)
    {
        return _read(source, data, type(uint256).max, words);
    }

    function _read(address source, bytes memory data, uint256 gasLimit, uint256 words)
        private
        view
        returns (bool ok, uint256[] memory answer)
    {
        answer = new uint256[](words);
        // Assembly because a call in Solidity copies all of the answer, however long it is.
        assembly ("memory-safe") {
            let size := mul(words, 0x20)
            ok := staticcall(gasLimit, source, add(data, 0x20), mload(data), add(answer, 0x20), size)
            ok := and(ok, iszero(lt(returndatasize(), size)))
        }
    }
}
