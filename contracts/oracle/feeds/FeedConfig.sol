// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title FeedConfig
/// @notice Ranges of what feeds are configured with, once and for all.
library FeedConfig {
    /// @notice `field` of the configuration must be between `minimum` and `maximum`.
    error ConfigOutOfRange(string field, uint256 value, uint256 minimum, uint256 maximum);

    function requireInRange(string memory field, uint256 value, uint256 minimum, uint256 maximum) internal pure {
        if (value < minimum || value > maximum) revert ConfigOutOfRange(field, value, minimum, maximum);
    }
}
