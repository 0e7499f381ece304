// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {Assessment} from "../interfaces/ISizingGuard.sol";
import {PortfolioPolicy, PortfolioPolicyLibrary} from "../types/PortfolioPolicy.sol";
import {FixedPointMath, UNCAPPED, WAD} from "./FixedPointMath.sol";
import {PortfolioMath} from "./PortfolioMath.sol";

/// @notice Sensitivities in quote WAD, as in `Exposure`: of a holding, or of one unit of notional.
struct Greeks {
    int256 delta;
    int256 gamma;
    int256 vega;
    int256 theta;
}

/// @notice What an account holds in one underlying, and how far that may move.
/// @param move adverse move of the price, WAD
/// @param shortGamma the gamma of those exposures that are short of it, not above 0
/// @param volUp profit where volatility rises, quote WAD; `volDown` where it falls
/// @param volExtreme what a rise costs what is short of volatility, quote WAD, not above 0
/// @param hasBeta whether one of its markets states a beta; `beta` that of the first that does
struct Underlying {
    uint256 move;
    int256 delta;
    int256 gamma;
    int256 shortGamma;
    int256 vega;
    int256 volUp;
    int256 volDown;
    int256 volExtreme;
    bool hasBeta;
    int256 beta;
}

/// @notice What an account holds besides the position in question.
/// @param underlyings the position's own first, even where nothing else is held in it
/// @param decay what the passing of time may cost, quote WAD
struct Holdings {
    Underlying[] underlyings;
    uint256 decay;
}

/// @notice The position in question: Greeks of one unit of its notional if it is long, and notionals before and after, quote WAD.
struct Candidate {
    Greeks unit;
    int256 before;
    int256 next;
}

/// @notice Profits and losses over the scenarios: of the rest, quote WAD, and of one unit of the candidate's notional, WAD.
/// @param unitLoss what that unit loses at its worst by itself, WAD
struct Grid {
    int256[] pnl;
    int256[] unitPnl;
    uint256 unitLoss;
}

/// @notice Everything but the candidate, in every scenario, quote WAD.
/// @param joint where all underlyings move together
/// @param apart of the candidate's own underlying by itself
/// @param others what each other underlying loses at its own worst, together
/// @param decay what the passing of time may cost
/// @param isAccompanied whether anything is held in the candidate's own underlying
struct Scenes {
    int256[7] joint;
    int256[7] apart;
    uint256 others;
    uint256 decay;
    bool isAccompanied;
}

/// @title PortfolioRisk
/// @notice Composes PortfolioMath into what one action may do to an account that holds several markets: scenarios, net caps,
/// and the budget that never blocks a way out. Pure: no storage, no clock.
/// @dev Mirror: `sdk/src/portfolio/risk.ts`. Sources: SPAN's scanning risk with extreme moves, portfolio margin.
/// @dev Nothing overflows: Greeks stay below `MAX_GREEK` and moves below 2^69 (`adverseMove` of the largest words).
library PortfolioRisk {
    /// @dev Greeks of 2·10^13 quote units and more are nobody's holding, and are refused before they get here.
    uint256 internal constant MAX_GREEK = 1 << 104;
    uint256 internal constant MAX_EXPOSURES = 16;
    /// @dev Moves of the price: −1, −½, 0, ½ and 1 times the move, and twice the move down and up.
    uint256 internal constant SHOCKS = 7;
    /// @dev Weight of the extreme moves, in per cent.
    int256 private constant EXTREME_WEIGHT = 35;
    /// @dev One part in so many of all separate losses may be risked by a reduction, whatever the budget.
    uint256 private constant PARTS = 16;
    /// @dev And one part in so many of the loss more than there was.
    uint256 private constant STEPS = 64;
    /// @dev Or so much, a millionth of a quote unit, so that one unit of size can always go.
    uint256 private constant DUST = 1e12;
    uint256 private constant TWICE_WAD_SQUARED = 2 * WAD * WAD;

    /// @notice Adds an exposure to what is held in its underlying.
    /// @param policy of the exposure's market: its volatility shocks count, and its beta where none is known yet
    function add(Underlying memory held, PortfolioPolicy policy, int256 delta, int256 gamma, int256 vega) internal pure {
        unchecked {
            if (!held.hasBeta && policy.has(PortfolioPolicyLibrary.HAS_BETA)) {
                (held.hasBeta, held.beta) = (true, policy.beta());
            }
            held.delta += delta;
            held.gamma += gamma;
            held.shortGamma += SignedMath.min(gamma, 0);
            if (vega == 0) return;
            held.vega += vega;
            held.volUp += PortfolioMath.divFloor(vega * int256(policy.volUp()), WAD);
            held.volDown += PortfolioMath.divFloor(-vega * int256(policy.volDown()), WAD);
            held.volExtreme += PortfolioMath.divFloor(SignedMath.min(vega, 0) * int256(policy.volUp()), WAD);
        }
    }

    /// @notice What the passing of the policy's horizon may cost, quote WAD, rounded up; a gain counts nothing.
    function decay(PortfolioPolicy policy, int256 theta) internal pure returns (uint256) {
        if (theta >= 0) return 0;
        unchecked {
            return Math.ceilDiv(SignedMath.abs(theta) * policy.horizon(), 1 days);
        }
    }

    /// @notice What one action may do.
    /// @param policy of the candidate's market
    /// @param equity that counts, quote WAD
    /// @param isReduction the candidate shrinks on its side; it counts only where no collateral leaves
    /// @param keepsLoss no collateral leaves, so that the loss there was may stay
    function assess(
        PortfolioPolicy policy,
        Holdings memory holdings,
        Candidate memory candidate,
        uint256 equity,
        bool isReduction,
        bool keepsLoss
    ) internal pure returns (Assessment memory result) {
        uint256 budget = FixedPointMath.mulDivDown(equity, policy.riskBudget(), WAD);
        Scenes memory rest = scenes(holdings);
        Grid memory side = sideGrid(policy, holdings.underlyings[0].move, rest, candidate.unit, candidate.next >= 0);
        result.loss = PortfolioMath.gridLoss(side.pnl, side.unitPnl, SignedMath.abs(candidate.next));
        result.allowedLoss = budget;
        if (keepsLoss) {
            Grid memory before = side;
            if ((candidate.before >= 0) != (candidate.next >= 0)) {
                before = sideGrid(policy, holdings.underlyings[0].move, rest, candidate.unit, candidate.before >= 0);
            }
            uint256 kept = keptLoss(rest, before, SignedMath.abs(candidate.before), isReduction);
            result.allowedLoss = Math.max(budget, kept);
        }
        result.limit = Math.min(
            PortfolioMath.gridLimitSaturating(result.allowedLoss, side.pnl, side.unitPnl),
            netLimit(policy, holdings.underlyings[0], candidate, budget, side.unitLoss)
        );
    }

    /// @notice The loss that may stay where no collateral leaves, quote WAD: what there was before, and for a reduction its way
    /// out.
    /// @param side scenarios of the side the candidate was on
    /// @param before its notional then, quote WAD
    function keptLoss(Scenes memory rest, Grid memory side, uint256 before, bool isReduction)
        internal
        pure
        returns (uint256 lossBefore)
    {
        lossBefore = PortfolioMath.gridLoss(side.pnl, side.unitPnl, before);
        if (!isReduction) return lossBefore;
        uint256 apart = lossOf(rest.apart) + rest.others + rest.decay + FixedPointMath.mulDivUp(before, side.unitLoss, WAD);
        return wayOut(apart, lossBefore);
    }

    /// @notice The loss a reduction may leave whatever the budget, quote WAD: the loss there was and a little more, or a
    /// sixteenth of what everything loses at its own worst.
    /// @dev Without it accounts could be locked: closing either leg of a hedge alone uncovers the other. Uncovering one whose
    /// loss counts takes many steps: at least 45 actions to double it.
    /// @param apart what everything loses at its own worst, quote WAD
    function wayOut(uint256 apart, uint256 lossBefore) internal pure returns (uint256) {
        return Math.max(lossBefore + Math.max(lossBefore / STEPS, DUST), Math.ceilDiv(apart, PARTS));
    }

    /// @notice The largest notional that keeps to the candidate's share of the risk budget and to the net caps of its
    /// underlying, quote WAD, rounded down.
    /// @param held in its underlying
    /// @param unitLoss what one unit of the candidate's notional loses at its worst, WAD
    function netLimit(
        PortfolioPolicy policy,
        Underlying memory held,
        Candidate memory candidate,
        uint256 budget,
        uint256 unitLoss
    ) internal pure returns (uint256 limit) {
        limit = UNCAPPED;
        int256 side = candidate.next >= 0 ? int256(1) : int256(-1);
        Greeks memory unit = candidate.unit;
        if (policy.has(PortfolioPolicyLibrary.CAPS_RISK_SHARE)) {
            uint256 share = FixedPointMath.mulDivDown(budget, policy.maxRiskShare(), WAD);
            limit = PortfolioMath.netCapLimit(share, 0, int256(unitLoss));
        }
        if (policy.has(PortfolioPolicyLibrary.CAPS_DELTA)) {
            limit = Math.min(limit, PortfolioMath.netCapLimit(policy.deltaCap(), held.delta, side * unit.delta));
        }
        if (policy.has(PortfolioPolicyLibrary.CAPS_GAMMA)) {
            limit = Math.min(limit, PortfolioMath.netCapLimit(policy.gammaCap(), held.gamma, side * unit.gamma));
        }
        if (policy.has(PortfolioPolicyLibrary.CAPS_VEGA)) {
            limit = Math.min(limit, PortfolioMath.netCapLimit(policy.vegaCap(), held.vega, side * unit.vega));
        }
    }

    /// @notice Everything but the candidate, in every scenario.
    function scenes(Holdings memory holdings) internal pure returns (Scenes memory rest) {
        rest.decay = holdings.decay;
        Underlying[] memory underlyings = holdings.underlyings;
        rest.isAccompanied = !isEmpty(underlyings[0]);
        int256 up = 0;
        int256 down = 0;
        int256 extreme = 0;
        unchecked {
            for (uint256 i = rest.isAccompanied ? 0 : 1; i < underlyings.length; ++i) {
                Underlying memory u = underlyings[i];
                int256[SHOCKS] memory pnls = spotPnls(u);
                _accumulate(rest.joint, pnls);
                up += u.volUp;
                down += u.volDown;
                extreme += u.volExtreme;
                _addVolatility(pnls, u.volUp, u.volDown, u.volExtreme);
                if (i == 0) rest.apart = pnls;
                else rest.others += lossOf(pnls);
            }
        }
        _addVolatility(rest.joint, up, down, extreme);
    }

    /// @notice `grid` for a candidate on one side.
    /// @param move of the candidate's underlying, WAD
    function sideGrid(PortfolioPolicy policy, uint256 move, Scenes memory rest, Greeks memory unit, bool isLong)
        internal
        pure
        returns (Grid memory result)
    {
        int256[SHOCKS] memory units = unitPnls(policy, move, unit, isLong);
        result = grid(policy.netting(), rest, units);
        result.unitLoss = lossOf(units);
    }

    /// @notice Profits and losses in every scenario, of the rest and of one unit of the candidate on its side.
    /// @dev Joint moves J and separate ones, netting n between them: n·J + (W − n)·(own worst + worst of each other). What the
    /// candidate's own underlying does separately is a scenario of its own, since the candidate takes part in it.
    /// @param units of the candidate (`unitPnls`)
    function grid(uint256 netting, Scenes memory rest, int256[SHOCKS] memory units)
        internal
        pure
        returns (Grid memory result)
    {
        // Where nothing else is held in it, the candidate's worst is the worst of its underlying.
        bool isSingle = netting == WAD || !rest.isAccompanied;
        uint256 first = isSingle ? _worst(units) : 0;
        uint256 rows = isSingle ? 1 : SHOCKS;
        result.pnl = new int256[](SHOCKS * rows);
        result.unitPnl = new int256[](result.pnl.length);
        for (uint256 row = 0; row < rows; ++row) _fillRow(result, row, int256(netting), rest, units, first + row);
    }

    /// @dev The joint scenarios beside one of the candidate's underlying by itself.
    function _fillRow(
        Grid memory result,
        uint256 row,
        int256 n,
        Scenes memory rest,
        int256[SHOCKS] memory units,
        uint256 own
    ) private pure {
        unchecked {
            int256 pnlApart = (int256(WAD) - n) * (_at(rest.apart, own) - int256(rest.others));
            int256 unitApart = (int256(WAD) - n) * _at(units, own);
            for (uint256 i = 0; i < SHOCKS; ++i) {
                int256 pnl = PortfolioMath.divFloor(n * _at(rest.joint, i) + pnlApart, WAD) - int256(rest.decay);
                _put(result.pnl, row * SHOCKS + i, pnl);
                _put(result.unitPnl, row * SHOCKS + i, PortfolioMath.divFloor(n * _at(units, i) + unitApart, WAD));
            }
        }
    }

    /// @notice Whether nothing is held in an underlying that any scenario could tell from nothing.
    function isEmpty(Underlying memory u) internal pure returns (bool) {
        return u.delta == 0 && u.gamma == 0 && u.shortGamma == 0 && u.volUp == 0 && u.volDown == 0 && u.volExtreme == 0;
    }

    /// @notice What the worst of some scenarios loses.
    function lossOf(int256[SHOCKS] memory pnls) internal pure returns (uint256) {
        int256 least = _lesser(pnls[0], pnls[1]);
        least = _lesser(least, pnls[2]);
        least = _lesser(least, pnls[3]);
        least = _lesser(least, pnls[4]);
        least = _lesser(least, pnls[5]);
        least = _lesser(least, pnls[6]);
        unchecked {
            return uint256(-least);
        }
    }

    /// @notice Of one unit of the candidate's notional, WAD: volatility at its worst, and the passing of time.
    function unitPnls(PortfolioPolicy policy, uint256 move, Greeks memory unit, bool isLong)
        internal
        pure
        returns (int256[SHOCKS] memory pnls)
    {
        int256 side = isLong ? int256(1) : int256(-1);
        Underlying memory one;
        one.move = move;
        add(one, policy, side * unit.delta, side * unit.gamma, side * unit.vega);
        pnls = separatePnls(one);
        int256 time = int256(decay(policy, side * unit.theta));
        if (time > 0) for (uint256 j = 0; j < SHOCKS; ++j) pnls[j] -= time;
    }

    /// @notice Of one underlying by itself in every scenario, volatility at its worst, rounded down.
    function separatePnls(Underlying memory held) internal pure returns (int256[SHOCKS] memory pnls) {
        pnls = spotPnls(held);
        _addVolatility(pnls, held.volUp, held.volDown, held.volExtreme);
    }

    /// @notice Profits of delta and gamma in every scenario, rounded down; in the extreme ones weighted, without the good of
    /// gamma. No price falls below nothing.
    function spotPnls(Underlying memory held) internal pure returns (int256[SHOCKS] memory pnls) {
        unchecked {
            uint256 move = held.move;
            // In the units of the products below, which are twice the square of a WAD.
            int256 slope = 2 * int256(WAD) * held.delta;
            pnls[0] = _spotPnl(slope, held.gamma, -int256(Math.min(move, WAD)));
            pnls[1] = _spotPnl(slope, held.gamma, -int256(Math.min(move / 2, WAD)));
            pnls[3] = _spotPnl(slope, held.gamma, int256(move / 2));
            pnls[4] = _spotPnl(slope, held.gamma, int256(move));
            pnls[5] = _extremePnl(slope, held.shortGamma, -int256(Math.min(2 * move, WAD)));
            pnls[6] = _extremePnl(slope, held.shortGamma, int256(2 * move));
        }
    }

    function _spotPnl(int256 slope, int256 gamma, int256 x) private pure returns (int256) {
        unchecked {
            return PortfolioMath.divFloor(x * (slope + gamma * x), TWICE_WAD_SQUARED);
        }
    }

    function _extremePnl(int256 slope, int256 shortGamma, int256 x) private pure returns (int256) {
        unchecked {
            return PortfolioMath.divFloor(EXTREME_WEIGHT * x * (slope + shortGamma * x), 100 * TWICE_WAD_SQUARED);
        }
    }

    /// @dev The worst that volatility can do to each of these scenarios, of which the last two are extreme. Written out because
    /// an index that is no literal is checked, and this is done for every market.
    function _addVolatility(int256[SHOCKS] memory pnls, int256 up, int256 down, int256 extreme) private pure {
        if (up == 0 && down == 0 && extreme == 0) return;
        unchecked {
            int256 worst = SignedMath.min(0, SignedMath.min(up, down));
            int256 worstExtreme = PortfolioMath.divFloor(EXTREME_WEIGHT * extreme, 100);
            pnls[0] += worst;
            pnls[1] += worst;
            pnls[2] += worst;
            pnls[3] += worst;
            pnls[4] += worst;
            pnls[5] += worstExtreme;
            pnls[6] += worstExtreme;
        }
    }

    /// @dev Written out as well.
    function _accumulate(int256[SHOCKS] memory sum, int256[SHOCKS] memory pnls) private pure {
        unchecked {
            sum[0] += pnls[0];
            sum[1] += pnls[1];
            sum[2] += pnls[2];
            sum[3] += pnls[3];
            sum[4] += pnls[4];
            sum[5] += pnls[5];
            sum[6] += pnls[6];
        }
    }

    function _lesser(int256 x, int256 y) private pure returns (int256) {
        return x < y ? x : y;
    }

    /// @dev The first of the smallest.
    function _worst(int256[SHOCKS] memory pnls) private pure returns (uint256 worst) {
        for (uint256 j = 1; j < SHOCKS; ++j) if (_at(pnls, j) < _at(pnls, worst)) worst = j;
    }

    /// @dev Assembly, here and in `_put`, because loops over scenarios keep to their number: no check for each of them.
    function _at(int256[SHOCKS] memory pnls, uint256 index) private pure returns (int256 value) {
        assembly ("memory-safe") {
            value := mload(add(pnls, shl(5, index)))
        }
    }

    function _put(int256[] memory list, uint256 index, int256 value) private pure {
        assembly ("memory-safe") {
            mstore(add(add(list, 0x20), shl(5, index)), value)
        }
    }
}
