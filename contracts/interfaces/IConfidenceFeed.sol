// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @title A feed that also says how sure it is
/// @notice Beside `IAggregatorV3`, in as many words: a market whose policy sets a largest confidence interval asks this
/// instead of `latestRoundData`.
interface IConfidenceFeed {
    /// @return roundId as in `latestRoundData`
    /// @return answer the price
    /// @return confidence half the width of the interval the price is believed to lie in, in the units of `answer`
    /// @return updatedAt seconds, unix
    /// @return answeredInRound as in `latestRoundData`
    function latestRoundDataWithConfidence()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 confidence, uint256 updatedAt, uint80 answeredInRound);
}
