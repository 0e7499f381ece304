// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Limit, PolicyField, PolicyWords} from "../interfaces/ISizingGuard.sol";
import {ExtendedPolicy} from "../types/ExtendedPolicy.sol";
import {FeedPolicy, FeedPolicyLibrary} from "../types/FeedPolicy.sol";
import {PortfolioPolicy, PortfolioPolicyLibrary} from "../types/PortfolioPolicy.sol";
import {RiskPolicy} from "../types/RiskPolicy.sol";
import {VariancePolicy} from "../types/VariancePolicy.sol";

/// @title PolicyOrder
/// @notice When one policy is as tight as another: field by field, each in the direction in which no account can have more, and
/// unchanged where neither direction is that for everybody.
/// @dev Mirror: `sdk/src/guard/policyOrder.ts`. Both policies are in range (`PolicyRules.requireInRange`). What a limit that is
/// off was told says nothing; switched on, it only takes away. Table and reasons: docs/governance.md.
library PolicyOrder {
    /// @notice `field` would allow more than the policy in force, or differently: it is `current`, in WAD, seconds or bits, and
    /// `next` was asked for.
    error PolicyLoosens(bytes32 market, PolicyField field, uint256 current, uint256 next);

    /// @dev Both policies, and the market for the error.
    struct Change {
        bytes32 market;
        PolicyWords current;
        PolicyWords next;
    }

    /// @notice Reverts `PolicyLoosens` with the first field that is not as tight.
    function requireTighter(bytes32 market, PolicyWords memory current, PolicyWords memory next) internal pure {
        Change memory change = Change(market, current, next);
        _compareFeeds(change);
        _compareSwitches(change);
        _compareAccounts(change);
        _compareMarkets(change);
        _compareDepths(change);
        _compareMeters(change);
        _comparePortfolios(change);
        _compareCaps(change);
        _compareVariances(change);
    }

    /// @dev Another feed is another price. The heartbeat says at once how long a price is fresh and what counts as watched: a
    /// shorter one scales more, and stores less.
    function _compareFeeds(Change memory c) private pure {
        (FeedPolicy from, FeedPolicy to) = (FeedPolicy.wrap(c.current.feedPolicy), FeedPolicy.wrap(c.next.feedPolicy));
        _same(c, PolicyField.Feed, uint160(from.feed()), uint160(to.feed()));
        _same(c, PolicyField.FeedDecimals, from.feedDecimals(), to.feedDecimals());
        _noHigher(c, PolicyField.Mode, from.mode(), to.mode());
        _same(c, PolicyField.Heartbeat, from.heartbeat(), to.heartbeat());
        _noHigher(c, PolicyField.MaxAge, from.maxAge(), to.maxAge());
        _noLower(c, PolicyField.VolatilityFloor, from.volatilityFloor(), to.volatilityFloor());
        // Not to ask how sure a feed is, is to believe every answer.
        if (!from.hasConfidence()) return;
        bool isAsked = to.hasConfidence() && to.maxConfidence() <= from.maxConfidence();
        if (!isAsked) revert PolicyLoosens(c.market, PolicyField.MaxConfidence, from.maxConfidence(), to.maxConfidence());
    }

    /// @dev Every limit stays on. Portfolio is left as it is: without it nothing may be held beside this market, with it
    /// everything that is held here can be measured elsewhere.
    function _compareSwitches(Change memory c) private pure {
        (FeedPolicy from, FeedPolicy to) = (FeedPolicy.wrap(c.current.feedPolicy), FeedPolicy.wrap(c.next.feedPolicy));
        uint256 kept = from.active() & to.active();
        uint256 portfolio = 1 << uint256(Limit.Portfolio);
        bool isKept = kept == from.active() && from.active() & portfolio == to.active() & portfolio;
        if (!isKept) revert PolicyLoosens(c.market, PolicyField.Active, from.active(), to.active());
        uint256 gained = FeedPolicyLibrary.USES_IMPACT | FeedPolicyLibrary.USES_PUSHED_VARIANCE;
        _keepsFlags(c, PolicyField.Flags, from.flags(), to.flags(), gained, FeedPolicyLibrary.IS_WINSORISED);
    }

    function _compareAccounts(Change memory c) private pure {
        (RiskPolicy from, RiskPolicy to) = (RiskPolicy.wrap(c.current.riskPolicy), RiskPolicy.wrap(c.next.riskPolicy));
        _noLower(c, PolicyField.Tail, from.tail(), to.tail());
        _noLower(c, PolicyField.Horizon, from.horizon(), to.horizon());
        if (_has(c, Limit.Volatility)) _noHigher(c, PolicyField.RiskBudget, from.riskBudget(), to.riskBudget());
        if (_has(c, Limit.Collateral)) {
            _noLower(c, PolicyField.MaintenanceAndPenalty, from.maintenanceAndPenalty(), to.maintenanceAndPenalty());
            _noLower(c, PolicyField.ExitFee, from.exitFee(), to.exitFee());
        }
        if (!_has(c, Limit.Margin)) return;
        _noLower(c, PolicyField.BaseMargin, from.baseMargin(), to.baseMargin());
        _noHigher(c, PolicyField.FullMarginOpenInterest, from.fullMarginOpenInterest(), to.fullMarginOpenInterest());
    }

    function _compareMarkets(Change memory c) private pure {
        (RiskPolicy from, RiskPolicy to) = (RiskPolicy.wrap(c.current.riskPolicy), RiskPolicy.wrap(c.next.riskPolicy));
        if (_has(c, Limit.OpenInterest)) {
            _noHigher(c, PolicyField.OpenInterestMantissa, from.openInterestCap(), to.openInterestCap());
            _noHigher(c, PolicyField.ReferenceMove, from.referenceMove(), to.referenceMove());
        }
        if (_has(c, Limit.Liquidity)) {
            _noHigher(c, PolicyField.LiquidityCap, from.liquidityCap(), to.liquidityCap());
        }
        if (_has(c, Limit.Concentration)) {
            _noHigher(c, PolicyField.ConcentrationShare, from.concentrationShare(), to.concentrationShare());
        }
    }

    function _compareDepths(Change memory c) private pure {
        (ExtendedPolicy from, ExtendedPolicy to) = _extended(c);
        if (_has(c, Limit.Skew)) _noHigher(c, PolicyField.MaxSkewMantissa, from.maxSkew(), to.maxSkew());
        if (!_has(c, Limit.Liquidity) || !FeedPolicy.wrap(c.current.feedPolicy).usesImpact()) return;
        _noHigher(c, PolicyField.DailyVolume, from.dailyVolume(), to.dailyVolume());
        _noHigher(c, PolicyField.MaxSlippage, from.maxSlippage(), to.maxSlippage());
        _noLower(c, PolicyField.ImpactCoefficient, from.impactCoefficient(), to.impactCoefficient());
    }

    function _compareMeters(Change memory c) private pure {
        (ExtendedPolicy from, ExtendedPolicy to) = _extended(c);
        if (_has(c, Limit.Growth)) {
            _noHigher(c, PolicyField.GrowthCapacityMantissa, from.growthCapacity(), to.growthCapacity());
            _noLower(c, PolicyField.GrowthPeriod, from.growthPeriod(), to.growthPeriod());
        }
        if (!_has(c, Limit.Drawdown)) return;
        _noHigher(c, PolicyField.MaxDrawdown, from.maxDrawdown(), to.maxDrawdown());
        _noLower(c, PolicyField.DrawdownPower, from.drawdownPower(), to.drawdownPower());
        // A mark that never fades is the longest half-life.
        _noLower(c, PolicyField.PeakHalfLife, _halfLife(from), _halfLife(to));
    }

    /// @dev What a beta or a model changes, it changes for hedges the other way.
    function _comparePortfolios(Change memory c) private pure {
        if (!_has(c, Limit.Portfolio)) return;
        (PortfolioPolicy from, PortfolioPolicy to) = _portfolio(c);
        uint256 gained = PortfolioPolicyLibrary.CAPS_RISK_SHARE | PortfolioPolicyLibrary.CAPS_DELTA
            | PortfolioPolicyLibrary.CAPS_GAMMA | PortfolioPolicyLibrary.CAPS_VEGA;
        _keepsFlags(c, PolicyField.PortfolioFlags, from.flags(), to.flags(), gained, 0);
        _same(c, PolicyField.Beta, uint256(from.beta()), uint256(to.beta()));
        _same(c, PolicyField.BetaStress, from.betaStress(), to.betaStress());
        _noHigher(c, PolicyField.PortfolioBudget, from.riskBudget(), to.riskBudget());
        _noLower(c, PolicyField.PortfolioTail, from.tail(), to.tail());
        _noLower(c, PolicyField.PortfolioHorizon, from.horizon(), to.horizon());
        _noHigher(c, PolicyField.Netting, from.netting(), to.netting());
        _noLower(c, PolicyField.VolDown, from.volDown(), to.volDown());
        _noLower(c, PolicyField.VolUp, from.volUp(), to.volUp());
    }

    function _compareCaps(Change memory c) private pure {
        if (!_has(c, Limit.Portfolio)) return;
        (PortfolioPolicy from, PortfolioPolicy to) = _portfolio(c);
        if (from.has(PortfolioPolicyLibrary.CAPS_RISK_SHARE)) {
            _noHigher(c, PolicyField.MaxRiskShare, from.maxRiskShare(), to.maxRiskShare());
        }
        if (from.has(PortfolioPolicyLibrary.CAPS_DELTA)) {
            _noHigher(c, PolicyField.DeltaCapMantissa, from.deltaCap(), to.deltaCap());
        }
        if (from.has(PortfolioPolicyLibrary.CAPS_GAMMA)) {
            _noHigher(c, PolicyField.GammaCapMantissa, from.gammaCap(), to.gammaCap());
        }
        if (from.has(PortfolioPolicyLibrary.CAPS_VEGA)) {
            _noHigher(c, PolicyField.VegaCapMantissa, from.vegaCap(), to.vegaCap());
        }
    }

    /// @dev Another source may say less.
    function _compareVariances(Change memory c) private pure {
        if (!FeedPolicy.wrap(c.current.feedPolicy).usesPushedVariance()) return;
        VariancePolicy from = VariancePolicy.wrap(c.current.variancePolicy);
        VariancePolicy to = VariancePolicy.wrap(c.next.variancePolicy);
        _same(c, PolicyField.VarianceSource, uint160(from.source()), uint160(to.source()));
        _noLower(c, PolicyField.MaxVolatility, from.maxVolatility(), to.maxVolatility());
    }

    function _has(Change memory c, Limit limit) private pure returns (bool) {
        return (FeedPolicy.wrap(c.current.feedPolicy).active() >> uint256(limit)) & 1 == 1;
    }

    function _extended(Change memory c) private pure returns (ExtendedPolicy, ExtendedPolicy) {
        return (ExtendedPolicy.wrap(c.current.extendedPolicy), ExtendedPolicy.wrap(c.next.extendedPolicy));
    }

    function _portfolio(Change memory c) private pure returns (PortfolioPolicy, PortfolioPolicy) {
        return (PortfolioPolicy.wrap(c.current.portfolioPolicy), PortfolioPolicy.wrap(c.next.portfolioPolicy));
    }

    function _halfLife(ExtendedPolicy policy) private pure returns (uint256) {
        uint256 halfLife = policy.peakHalfLife();
        return halfLife == 0 ? type(uint256).max : halfLife;
    }

    /// @dev Flags of `gained` may come and stay, those of `lost` may go and stay away, all others stay as they are.
    function _keepsFlags(Change memory c, PolicyField field, uint256 from, uint256 to, uint256 gained, uint256 lost)
        private
        pure
    {
        uint256 changed = from ^ to;
        if (changed & from & ~lost != 0 || changed & to & ~gained != 0) revert PolicyLoosens(c.market, field, from, to);
    }

    function _same(Change memory c, PolicyField field, uint256 from, uint256 to) private pure {
        if (to != from) revert PolicyLoosens(c.market, field, from, to);
    }

    function _noHigher(Change memory c, PolicyField field, uint256 from, uint256 to) private pure {
        if (to > from) revert PolicyLoosens(c.market, field, from, to);
    }

    function _noLower(Change memory c, PolicyField field, uint256 from, uint256 to) private pure {
        if (to < from) revert PolicyLoosens(c.market, field, from, to);
    }
}
