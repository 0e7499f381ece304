// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {Limit, Mode, OracleStatus, PolicyWords, Position} from "../interfaces/ISizingGuard.sol";
import {VolatilityEstimator} from "../oracle/VolatilityEstimator.sol";
import {ExtendedPolicy} from "../types/ExtendedPolicy.sol";
import {FeedPolicy, FeedPolicyLibrary} from "../types/FeedPolicy.sol";
import {HighWaterMark} from "../types/HighWaterMark.sol";
import {RiskPolicy} from "../types/RiskPolicy.sol";
import {FixedPointMath, UNCAPPED, WAD} from "./FixedPointMath.sol";
import {PositionMeters} from "./PositionMeters.sol";
import {AccountState, MarketState, SizingMath} from "./SizingMath.sol";
import {SurvivableMove} from "./limits/SurvivableMove.sol";

/// @notice What a forced reduction knows of a market and an account.
/// @param price WAD quote per base, as the feed says it
/// @param slowVariance WAD per year: the variance that one tick does not move far
/// @param mark the account's high-water mark
/// @param timestamp seconds, unix
struct ForcedState {
    uint256 price;
    uint256 slowVariance;
    HighWaterMark mark;
    uint256 timestamp;
}

/// @title ForcedReduction
/// @notice How far a position may be reduced against its owner's will: never below what the account's own equity carries at
/// calm variance, whatever others hold, forecast or fear.
/// @dev Pure. Mirror: `sdk/src/guard/forcedReduction.ts`. The limits are those of SizingMath: what is left out of them here is
/// what somebody else could move against an account. Reasons: docs/deleveraging.md.
library ForcedReduction {
    /// @dev Limits that an account's own equity and history set.
    uint256 internal constant FORCED_LIMITS = SizingMath.ACCOUNT_LIMITS | (1 << uint256(Limit.Drawdown));

    /// @notice Largest size that one policy leaves alone, base WAD, rounded down; 2^256 − 1 where it refuses nobody anything.
    /// @param holding what the account holds, with nothing in it of what others hold: who sets that could force anybody
    /// @dev A drawdown counts from its threshold on, and then wholly: below it, it is a reason not to grow, not to be closed.
    function forcedSize(PolicyWords memory words, Position calldata holding, ForcedState memory state)
        internal
        pure
        returns (uint256 size)
    {
        FeedPolicy feed = FeedPolicy.wrap(words.feedPolicy);
        if (feed.mode() != uint256(Mode.Enforce) && feed.mode() != uint256(Mode.ReduceOnly)) return UNCAPPED;
        ExtendedPolicy extended = ExtendedPolicy.wrap(words.extendedPolicy);
        AccountState memory account;
        if (SizingMath.isActive(feed.active(), Limit.Drawdown)) {
            HighWaterMark mark = PositionMeters.highWaterMark(extended, state.mark, holding, state.timestamp);
            account.drawdownScale = PositionMeters.drawdownScale(extended, mark, holding) == 0 ? 0 : WAD;
        }
        (size,) = SizingMath.limitSize(
            _forced(feed), RiskPolicy.wrap(words.riskPolicy), extended, holding, _market(feed, state), account
        );
    }

    /// @notice The largest move against a position that leaves it its maintenance margin, WAD, rounded down, and the adverse
    /// move this policy sizes by at the slow variance, WAD, rounded up.
    function survivable(PolicyWords memory words, Position calldata holding, ForcedState memory state)
        internal
        pure
        returns (uint256 survivableMove, uint256 adverseMove)
    {
        RiskPolicy risk = RiskPolicy.wrap(words.riskPolicy);
        adverseMove = SizingMath.policyMove(risk, _market(FeedPolicy.wrap(words.feedPolicy), state));
        uint256 notional = FixedPointMath.mulDivUpSaturating(SignedMath.abs(holding.sizeAfter), state.price, WAD);
        if (notional == 0) return (UNCAPPED, adverseMove);
        if (holding.equity <= 0 || notional > type(uint128).max) return (0, adverseMove);
        uint256 equity = SizingMath.scaledEquity(holding, WAD);
        uint256 maintenance = risk.maintenanceAndPenalty();
        survivableMove = SizingMath.isLong(holding)
            ? SurvivableMove.survivableMoveLong(equity, notional, maintenance, 0, risk.exitFee())
            : SurvivableMove.survivableMoveShort(equity, notional, maintenance, 0, risk.exitFee());
    }

    /// @notice What to close next, base WAD: what is above `target`, at most `largestStep`.
    function step(uint256 size, uint256 target, uint256 largestStep) internal pure returns (uint256) {
        return Math.min(Math.saturatingSub(size, target), largestStep);
    }

    /// @notice What closing `closed` of `size` pays, quote WAD, rounded down: `ratio` of its notional, and never a larger
    /// share of the equity than of the position.
    function bounty(uint256 closed, uint256 size, uint256 price, int256 equity, uint256 ratio)
        internal
        pure
        returns (uint256)
    {
        if (equity <= 0 || size == 0) return 0;
        uint256 share = FixedPointMath.mulDivDown(uint256(equity), Math.min(closed, size), size);
        uint256 notional = FixedPointMath.mulDivDownSaturating(closed, price, WAD);
        return Math.min(share, FixedPointMath.mulDivDownSaturating(notional, ratio, WAD));
    }

    /// @dev The policy with nothing in it but the account's own limits, and as if the market were open.
    function _forced(FeedPolicy feed) private pure returns (FeedPolicy) {
        uint256 word = FeedPolicy.unwrap(feed);
        word &= ~((~FORCED_LIMITS & type(uint16).max) << FeedPolicyLibrary.ACTIVE);
        word &= ~(uint256(type(uint8).max) << FeedPolicyLibrary.MODE);
        return FeedPolicy.wrap(word | (uint256(Mode.Enforce) << FeedPolicyLibrary.MODE));
    }

    /// @dev A price that is Valid, of this moment: its age would lengthen the horizon, and only shrinks what may grow.
    function _market(FeedPolicy feed, ForcedState memory state) private pure returns (MarketState memory market) {
        market.status = OracleStatus.Valid;
        market.price = state.price;
        market.variance = Math.max(state.slowVariance, VolatilityEstimator.varianceFloor(feed));
    }
}
