// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {UNCAPPED, WAD} from "../../contracts/libraries/FixedPointMath.sol";
import {CollateralRatioLimit} from "../../contracts/libraries/limits/CollateralRatioLimit.sol";
import {ConcentrationLimit} from "../../contracts/libraries/limits/ConcentrationLimit.sol";
import {KellyLimit} from "../../contracts/libraries/limits/KellyLimit.sol";
import {LiquidityLimit} from "../../contracts/libraries/limits/LiquidityLimit.sol";
import {SkewLimit} from "../../contracts/libraries/limits/SkewLimit.sol";
import {Properties} from "./helpers/Properties.sol";

/// @notice The limits of a market, of a vault and of a trader's own discipline: tight, and monotone in every argument.
contract MarketLimitsTest is Properties {
    uint256 private constant MAX_MONEY = (1 << 127) - 1;

    /* VAULTS AND POOLS */

    function testFuzz_collateralRatio(uint256 value, uint256 move, uint256 ratio, uint256 more) external pure {
        (value, move, ratio) = (_money(value), _spread(move, 0, 5 * WAD), _spread(ratio, WAD, 100 * WAD));
        uint256 n = CollateralRatioLimit.collateralRatioLimit(value, move, ratio);
        uint256 left = move < WAD ? WAD - move : 0;
        _holds(_productAtMost(n, ratio, value, left), "N is still covered after the move");
        _holds(!_productAtMost(n + 1, ratio, value, left), "N + 1 is not");
        _atMost(n, CollateralRatioLimit.collateralRatioLimit(_more(more, value), move, ratio), "value");
        uint256 larger = _spread(more, move, 5 * WAD);
        _atMost(CollateralRatioLimit.collateralRatioLimit(value, larger, ratio), n, "move");
        larger = _spread(more, ratio, 100 * WAD);
        _atMost(CollateralRatioLimit.collateralRatioLimit(value, move, larger), n, "ratio");
    }

    function testFuzz_concentration(uint256 share, uint256 pool, uint256 linked, uint256 more) external pure {
        (share, pool, linked) = (_spread(share, 0, WAD), _money(pool), _money(linked));
        uint256 n = ConcentrationLimit.concentrationLimit(share, pool, linked);
        if (n == 0) _holds(!_productAtMost(linked + 1, WAD, share, pool), "nothing only where no unit more fits");
        else _holds(_productAtMost(n + linked, WAD, share, pool), "with what is linked, at most the share");
        _atMost(n, ConcentrationLimit.concentrationLimit(_spread(more, share, WAD), pool, linked), "share");
        _atMost(n, ConcentrationLimit.concentrationLimit(share, _more(more, pool), linked), "pool");
        _atMost(ConcentrationLimit.concentrationLimit(share, pool, _more(more, linked)), n, "linked exposure");
    }

    /* DEPTH AND BALANCE */

    function testFuzz_participation(uint256 volume, uint256 share, uint256 time, uint256 more) external pure {
        (volume, share, time) = (_money(volume), _spread(share, 0, WAD), _spread(time, 0, 30 days));
        uint256 n = LiquidityLimit.participationLimit(volume, share, time);
        _holds(_productAtMost(n, WAD * 1 days, volume, share * time), "N leaves in time");
        _holds(!_productAtMost(n + 1, WAD * 1 days, volume, share * time), "N + 1 does not");
        _atMost(n, LiquidityLimit.participationLimit(_more(more, volume), share, time), "volume");
        _atMost(n, LiquidityLimit.participationLimit(volume, _spread(more, share, WAD), time), "participation");
        _atMost(n, LiquidityLimit.participationLimit(volume, share, _spread(more, time, 30 days)), "time");
    }

    function testFuzz_impact(uint256 volume, uint256 slippage, uint256 coefficient, uint256 variance, uint256 more)
        external
        pure
    {
        (volume, slippage) = (_money(volume), _spread(slippage, 0, WAD));
        (coefficient, variance) = (_spread(coefficient, 0, 10 * WAD), _spread(variance, 0, type(uint72).max));
        uint256 n = LiquidityLimit.impactLimit(volume, slippage, coefficient, variance);
        if (coefficient == 0 || variance == 0) return _equal(n, UNCAPPED, "no impact, no cap");
        uint256 harm = coefficient * coefficient * variance;
        uint256 bearable = slippage * slippage * 365 * WAD;
        if (n < UNCAPPED) {
            _holds(_productAtMost(n, harm, volume, bearable), "N slips no further");
            _holds(!_productAtMost(n + 1, harm, volume, bearable), "N + 1 does");
        }
        _atMost(n, LiquidityLimit.impactLimit(_more(more, volume), slippage, coefficient, variance), "volume");
        uint256 larger = _spread(more, slippage, WAD);
        _atMost(n, LiquidityLimit.impactLimit(volume, larger, coefficient, variance), "slippage");
        larger = _spread(more, coefficient, 10 * WAD);
        _atMost(LiquidityLimit.impactLimit(volume, slippage, larger, variance), n, "coefficient");
        larger = _spread(more, variance, type(uint72).max);
        _atMost(LiquidityLimit.impactLimit(volume, slippage, coefficient, larger), n, "variance");
    }

    /// @notice A side as a whole keeps to its cap, whoever comes and in whatever portions: what one leaves, others get.
    function testFuzz_liquidityIsTheSides(uint256 cap, uint256 others, uint256 part) external pure {
        (cap, others) = (_money(cap), _money(others));
        uint256 n = LiquidityLimit.liquidityLimit(cap, others);
        _equal(n, cap > others ? cap - others : 0, "what is left of the cap");
        uint256 first = _range(part, 0, n);
        _equal(first + LiquidityLimit.liquidityLimit(cap, others + first), n > 0 ? n : first, "in two portions");
    }

    function testFuzz_skew(uint256 maxSkew, uint256 same, uint256 opposite, uint256 more) external pure {
        maxSkew = _spread(maxSkew, 0, type(uint256).max);
        (same, opposite) = (_spread(same, 0, type(uint256).max), _spread(opposite, 0, type(uint256).max));
        uint256 n = SkewLimit.skewLimit(maxSkew, same, opposite);
        // Compared only where the sums fit: where they do not, the bound is beyond any size.
        if (maxSkew <= MAX_MONEY && same <= MAX_MONEY && opposite <= MAX_MONEY) {
            uint256 bound = maxSkew + opposite;
            _equal(n, bound > same ? bound - same : 0, "up to the bound on this side");
        }
        uint256 most = type(uint256).max;
        _atMost(n, SkewLimit.skewLimit(_spread(more, maxSkew, most), same, opposite), "maximum skew");
        _atMost(SkewLimit.skewLimit(maxSkew, _spread(more, same, most), opposite), n, "same side");
        _atMost(n, SkewLimit.skewLimit(maxSkew, same, _spread(more, opposite, most)), "opposite side");
    }

    /* A TRADER'S OWN DISCIPLINE */

    function testFuzz_kelly(uint256 equity, uint256 fraction, uint256 edge, uint256 variance, uint256 more) external pure {
        (equity, fraction) = (_money(equity), _spread(fraction, 0, WAD));
        (edge, variance) = (_spread(edge, 0, 10 * WAD), _spread(variance, 0, type(uint72).max));
        uint256 n = KellyLimit.kellyLimit(equity, fraction, int256(edge), variance);
        _equal(KellyLimit.kellyLimit(equity, fraction, -int256(edge), variance), 0, "no edge, no position");
        if (edge == 0) return _equal(n, 0, "no edge, no position");
        if (variance == 0) return _equal(n, UNCAPPED, "no risk, no cap");
        _holds(_productAtMost(n, variance * WAD, equity, fraction * edge), "N is the fraction of Kelly's");
        _holds(!_productAtMost(n + 1, variance * WAD, equity, fraction * edge), "N + 1 is more");
        _atMost(n, KellyLimit.kellyLimit(_more(more, equity), fraction, int256(edge), variance), "equity");
        uint256 larger = _spread(more, fraction, WAD);
        _atMost(n, KellyLimit.kellyLimit(equity, larger, int256(edge), variance), "fraction");
        larger = _spread(more, edge, 10 * WAD);
        _atMost(n, KellyLimit.kellyLimit(equity, fraction, int256(larger), variance), "edge");
        larger = _spread(more, variance, type(uint72).max);
        _atMost(KellyLimit.kellyLimit(equity, fraction, int256(edge), larger), n, "variance");
    }

    /// @notice A bet stakes at most what there is, nothing without an edge, and more with a better chance.
    function testFuzz_kellyOfBets(uint256 equity, uint256 fraction, uint256 p, uint256 odds, uint256 more) external pure {
        (equity, fraction) = (_money(equity), _spread(fraction, 0, WAD));
        (p, odds) = (_spread(p, 0, 2 * WAD), _spread(odds, 1, 1_000 * WAD));
        uint256 n = KellyLimit.kellyLimitBinary(equity, fraction, p, odds);
        uint256 chance = p < WAD ? p : WAD;
        if (chance * (odds + WAD) <= WAD * WAD) _equal(n, 0, "no edge, no stake");
        _atMost(n, equity, "never more than there is");
        _atMost(n, KellyLimit.kellyLimitBinary(equity, fraction, _spread(more, p, 2 * WAD), odds), "probability");
        _atMost(n, KellyLimit.kellyLimitBinary(equity, fraction, p, _spread(more, odds, 1_000 * WAD)), "odds");
    }

    /// @notice A share that pays 1 for its price is a bet with odds (1 − price) / price: both forms agree, and the second
    /// rounds its odds down first.
    function testFuzz_kellyOfMarkets(uint256 equity, uint256 fraction, uint256 p, uint256 price, uint256 more) external pure {
        (equity, fraction) = (_spread(equity, 0, 1e30), _spread(fraction, 0, WAD));
        (p, price) = (_spread(p, 0, 2 * WAD), _spread(price, 1e9, WAD));
        uint256 n = KellyLimit.kellyLimitMarket(equity, fraction, p, price);
        if (p <= price || price == WAD) return _equal(n, 0, "no edge, no stake");
        _atMost(n, equity, "never more than there is");
        _atMost(n, KellyLimit.kellyLimitMarket(equity, fraction, _spread(more, p, 2 * WAD), price), "probability");
        _atMost(KellyLimit.kellyLimitMarket(equity, fraction, p, _spread(more, price, WAD)), n, "price");
        uint256 odds = (WAD - price) * WAD / price;
        if (odds == 0) return;
        _atMost(KellyLimit.kellyLimitBinary(equity, fraction, p, odds), n, "as a bet with these odds");
    }

    function _money(uint256 seed) private pure returns (uint256) {
        return _spread(seed, 0, MAX_MONEY);
    }

    function _more(uint256 seed, uint256 than) private pure returns (uint256) {
        return _spread(seed, than, MAX_MONEY);
    }
}
