// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Assessment} from "./interfaces/ISizingGuard.sol";
import {FactorRisk} from "./libraries/FactorRisk.sol";
import {Candidate, Holdings, PortfolioRisk} from "./libraries/PortfolioRisk.sol";
import {UnderlyingList} from "./libraries/UnderlyingList.sol";
import {PortfolioPolicy, PortfolioPolicyLibrary} from "./types/PortfolioPolicy.sol";

/// @title PortfolioJudge
/// @notice The portfolio's models as a contract of its own: a guard creates one for itself, so that they take no room from
/// what every action needs (EIP-170). It costs one call for each action that is judged with a portfolio.
/// @dev Keeps nothing and owns nothing.
contract PortfolioJudge {
    /// @notice What one action may do, by the model of the policy (`PortfolioRisk.assess`, `FactorRisk.assessFactor`).
    /// @param underlyings the words of an `UnderlyingList` of what the account holds besides the candidate
    /// @param decay as in `Holdings`
    function assess(
        PortfolioPolicy policy,
        bytes memory underlyings,
        uint256 decay,
        Candidate memory candidate,
        uint256 equity,
        bool isReduction,
        bool keepsLoss
    ) external pure returns (Assessment memory) {
        Holdings memory holdings = Holdings(UnderlyingList.within(underlyings), decay);
        return policy.has(PortfolioPolicyLibrary.USES_FACTOR)
            ? FactorRisk.assessFactor(policy, holdings, candidate, equity, isReduction, keepsLoss)
            : PortfolioRisk.assess(policy, holdings, candidate, equity, isReduction, keepsLoss);
    }
}
