// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {VolatilityWord} from "./VolatilityWord.sol";

/// @notice What a market's storage slot holds: its volatility word, stamped with the low four bits of the id of the round
/// it observed last. The stamp sits in the top four bits of `lnPrice`, which needs 68 of its 72: |ln(2^255 / 1e18)| < 2^67.
/// @dev The stamp tells whether a round was missed, without a second call to the feed. Time alone can't: inside one
/// heartbeat a price can crash and come back, and who trades only once it is back would have it pass for calm.
type VolatilitySlot is uint256;

using VolatilitySlotLibrary for VolatilitySlot global;

library VolatilitySlotLibrary {
    uint256 private constant STAMP_SHIFT = 68;
    uint256 private constant STAMP_MASK = 0xf;
    uint256 private constant LN_MASK = (1 << 72) - 1;

    function stamp(VolatilityWord word_, uint256 roundId) internal pure returns (VolatilitySlot) {
        uint256 cleared = VolatilityWord.unwrap(word_) & ~(STAMP_MASK << STAMP_SHIFT);
        return VolatilitySlot.wrap(cleared | ((roundId & STAMP_MASK) << STAMP_SHIFT));
    }

    /// @notice The word without its stamp: the sign of `lnPrice`, in bit 67, is extended over it again.
    function word(VolatilitySlot slot) internal pure returns (VolatilityWord) {
        uint256 raw = VolatilitySlot.unwrap(slot);
        uint256 lnPrice = uint256(int256(raw << (256 - STAMP_SHIFT)) >> (256 - STAMP_SHIFT)) & LN_MASK;
        return VolatilityWord.wrap((raw & ~LN_MASK) | lnPrice);
    }

    /// @notice Whether `roundId` comes right after the round observed last. One of sixteen jumps looks like it too.
    function isFollowedBy(VolatilitySlot slot, uint256 roundId) internal pure returns (bool) {
        return ((VolatilitySlot.unwrap(slot) >> STAMP_SHIFT) + 1) & STAMP_MASK == roundId & STAMP_MASK;
    }
}
