// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {UNCAPPED, WAD} from "../../contracts/libraries/FixedPointMath.sol";
import {Binding} from "../../contracts/libraries/limits/Binding.sol";
import {CollateralLimit} from "../../contracts/libraries/limits/CollateralLimit.sol";
import {MarginLimit} from "../../contracts/libraries/limits/MarginLimit.sol";
import {OpenInterestLimit} from "../../contracts/libraries/limits/OpenInterestLimit.sol";
import {OracleScale} from "../../contracts/libraries/limits/OracleScale.sol";
import {VolatilityLimit} from "../../contracts/libraries/limits/VolatilityLimit.sol";
import {Properties} from "./helpers/Properties.sol";

/// @notice Every limit is tight (N keeps its condition, N + 1 breaks it) and monotone in each of its arguments.
contract LimitsTest is Properties {
    uint256 private constant MAX_MONEY = (1 << 127) - 1;
    uint256 private constant MAX_RATIO = 6.5535e18;
    uint256 private constant MAX_MOVE = 150e18;
    uint256 private constant MAX_CAP = uint256(type(uint32).max) * 10 ** 40;

    struct Margin {
        uint256 equity;
        uint256 others;
        uint256 base;
        uint256 full;
    }

    struct Collateral {
        uint256 equity;
        uint256 move;
        uint256 maintenance;
        uint256 penalty;
        uint256 fee;
    }

    /* VOLATILITY */

    function testFuzz_volatilityIsTight(uint256 equity, uint256 budget, uint256 move) external pure {
        (equity, budget, move) = (_money(equity), _spread(budget, 0, WAD), _spread(move, 0, MAX_MOVE));
        uint256 n = VolatilityLimit.volatilityLimit(equity, budget, move);
        if (move == 0) return _equal(n, UNCAPPED, "no move, no cap");
        _holds(_productAtMost(n, move, equity, budget), "N costs no more than the budget");
        _holds(!_productAtMost(n + 1, move, equity, budget), "N + 1 costs more");
    }

    function testFuzz_volatilityIsMonotone(uint256 equity, uint256 budget, uint256 move, uint256 more) external pure {
        (equity, budget, move) = (_money(equity), _spread(budget, 0, WAD), _spread(move, 0, MAX_MOVE));
        uint256 n = VolatilityLimit.volatilityLimit(equity, budget, move);
        _atMost(n, VolatilityLimit.volatilityLimit(_spread(more, equity, MAX_MONEY), budget, move), "equity");
        _atMost(n, VolatilityLimit.volatilityLimit(equity, _spread(more, budget, WAD), move), "budget");
        _atMost(VolatilityLimit.volatilityLimit(equity, budget, _spread(more, move, MAX_MOVE)), n, "move");
    }

    /* COLLATERAL */

    /// @notice After the move, equity covers what is owed for N, and not for N + 1.
    function testFuzz_collateralIsTight(uint256 equity, uint256 move, uint256 maintenance, uint256 fee, bool isLong)
        external
        pure
    {
        Collateral memory c = _collateral(equity, move, maintenance, fee);
        uint256 n = _limit(c, isLong);
        uint256 m = isLong && c.move > WAD ? WAD : c.move;
        uint256 left = isLong ? WAD - m : WAD + m;
        // Loss, maintenance and penalty of what is left, and the fee: per unit of notional, times W².
        uint256 owed = m * WAD + (c.maintenance + c.penalty) * left + c.fee * WAD;
        if (owed == 0) return _equal(n, UNCAPPED, "nothing to lose, no cap");
        _holds(_productAtMost(n, owed, c.equity, WAD * WAD), "N survives");
        _holds(!_productAtMost(n + 1, owed, c.equity, WAD * WAD), "N + 1 does not");
    }

    function testFuzz_collateralIsMonotone(
        uint256 equity,
        uint256 move,
        uint256 maintenance,
        uint256 fee,
        uint256 more,
        bool isLong
    ) external pure {
        Collateral memory c = _collateral(equity, move, maintenance, fee);
        uint256 n = _limit(c, isLong);
        Collateral memory changed = _copy(c);
        changed.equity = _spread(more, c.equity, MAX_MONEY);
        _atMost(n, _limit(changed, isLong), "equity");
        changed = _copy(c);
        changed.move = _spread(more, c.move, MAX_MOVE);
        _atMost(_limit(changed, isLong), n, "move");
        changed = _copy(c);
        changed.maintenance = _spread(more, c.maintenance, WAD - c.penalty);
        _atMost(_limit(changed, isLong), n, "maintenance");
        changed = _copy(c);
        changed.penalty = _spread(more, c.penalty, WAD - c.maintenance);
        _atMost(_limit(changed, isLong), n, "penalty");
        changed = _copy(c);
        changed.fee = _spread(more, c.fee, WAD);
        _atMost(_limit(changed, isLong), n, "fee");
    }

    /* MARGIN */

    /// @notice N keeps both conditions, base·N ≤ equity and (others + N)² − others² ≤ 2·full·equity; N + 1 breaks one.
    function testFuzz_marginIsTight(uint256 equity, uint256 others, uint256 base, uint256 full) external pure {
        Margin memory a = _margin(equity, others, base, full);
        uint256 n = _limit(a);
        _holds(_affordable(a, n), "N is affordable");
        _holds(!_affordable(a, n + 1), "N + 1 is not");
    }

    function testFuzz_marginIsMonotone(uint256 equity, uint256 others, uint256 base, uint256 full, uint256 more)
        external
        pure
    {
        Margin memory a = _margin(equity, others, base, full);
        uint256 n = _limit(a);
        _atMost(n, _limit(Margin(_spread(more, a.equity, MAX_MONEY), a.others, a.base, a.full)), "equity");
        _atMost(_limit(Margin(a.equity, _spread(more, a.others, MAX_MONEY), a.base, a.full)), n, "others");
        _atMost(_limit(Margin(a.equity, a.others, _spread(more, a.base, WAD), a.full)), n, "base");
        _atMost(n, _limit(Margin(a.equity, a.others, a.base, _spread(more, a.full, (1 << 40) * WAD))), "full");
    }

    /// @notice Splitting gains nothing: an account and the one after it hold no more than one with the equity of both,
    /// but for the unit that each of the three roundings may hide.
    function testFuzz_marginOfSlicesAddsUp(uint256 equity, uint256 share, uint256 others, uint256 base, uint256 full)
        external
        pure
    {
        Margin memory a = _margin(equity, others, base, full);
        a.others = _spread(others, 0, MAX_MONEY >> 1);
        uint256 whole = _limit(a);
        uint256 part = _range(share, 0, a.equity);
        uint256 first = _limit(Margin(part, a.others, a.base, a.full));
        // Beyond the domain there is nothing to compare.
        if (a.others + first > MAX_MONEY) return;
        uint256 second = _limit(Margin(a.equity - part, a.others + first, a.base, a.full));
        _atMost(first + second, whole, "two accounts together");
    }

    /* OPEN INTEREST */

    function testFuzz_openInterest(uint256 scale, uint256 cap, uint256 others, uint256 more) external pure {
        scale = _spread(scale, 0, WAD);
        cap = _spread(cap, 0, MAX_CAP);
        others = _spread(others, 0, type(uint256).max);
        uint256 n = OpenInterestLimit.openInterestLimit(scale, cap, others);
        uint256 open = cap / WAD * scale + cap % WAD * scale / WAD;
        _equal(n, open > others ? open - others : 0, "what is open, without what others hold");
        uint256 larger = _spread(more, cap, MAX_CAP);
        _atMost(n, OpenInterestLimit.openInterestLimit(_spread(more, scale, WAD), cap, others), "scale");
        _atMost(n, OpenInterestLimit.openInterestLimit(scale, larger, others), "cap");
        uint256 most = type(uint256).max;
        _atMost(OpenInterestLimit.openInterestLimit(scale, cap, _spread(more, others, most)), n, "others");
    }

    function testFuzz_openInterestScale(uint256 referenceMove, uint256 move, uint256 more) external pure {
        referenceMove = _spread(referenceMove, 1, MAX_RATIO);
        move = _spread(move, 0, MAX_MOVE);
        uint256 scale = OpenInterestLimit.openInterestScale(referenceMove, move);
        _atMost(scale, WAD, "at most one");
        if (move <= referenceMove) _equal(scale, WAD, "whole up to the reference");
        else _holds(scale * move <= referenceMove * WAD && (scale + 1) * move > referenceMove * WAD, "its share");
        _atMost(OpenInterestLimit.openInterestScale(referenceMove, _spread(more, move, MAX_MOVE)), scale, "move");
        _atMost(scale, OpenInterestLimit.openInterestScale(_spread(more, referenceMove, MAX_RATIO), move), "reference");
    }

    /* ORACLE AND BINDING */

    function testFuzz_oracleScale(uint256 age, uint256 heartbeat, uint256 maxAge, uint256 more) external pure {
        heartbeat = _spread(heartbeat, 10, 655_340);
        maxAge = _spread(maxAge, heartbeat + 10, 655_350);
        age = _spread(age, 0, type(uint32).max);
        uint256 scale = OracleScale.oracleScale(age, heartbeat, maxAge);
        _holds((scale == WAD) == (age <= heartbeat), "whole exactly up to the heartbeat");
        _holds((scale == 0) == (age >= maxAge), "nothing exactly from the maximum age on");
        _atMost(OracleScale.oracleScale(_spread(more, age, type(uint32).max), heartbeat, maxAge), scale, "age");
        _atMost(scale, OracleScale.oracleScale(age, _spread(more, heartbeat, maxAge - 1), maxAge), "heartbeat");
        _atMost(scale, OracleScale.oracleScale(age, heartbeat, _spread(more, maxAge, 655_350)), "maximum age");
    }

    /// @notice The first of the smallest, scaled; raising any other changes nothing, lowering one never raises the result.
    function testFuzz_bind(uint256[4] memory values, uint256 scale, uint256 which, uint256 other) external pure {
        uint256[] memory limits = new uint256[](4);
        for (uint256 i = 0; i < 4; ++i) limits[i] = _spread(values[i], 0, UNCAPPED);
        // Ties are rare, and the first of them is to be named.
        if (which % 3 == 0) limits[3] = limits[which % 4];
        scale = _spread(scale, 0, WAD);
        (uint256 bound, uint256 index) = Binding.bind(limits, scale);
        for (uint256 i = 0; i < 4; ++i) {
            _atMost(limits[index], limits[i], "the smallest");
            if (i < index) _below(limits[index], limits[i], "the first of the smallest");
        }
        _equal(bound, Binding.applyScale(limits[index], scale), "scaled");
        if (scale == 0) _equal(bound, 0, "a scale of zero leaves nothing, not even of what is uncapped");
        else if (limits[index] == UNCAPPED) _equal(bound, UNCAPPED, "uncapped");
        else _atMost(bound, limits[index], "a scale only shrinks");
        limits[which % 4] = _spread(other, 0, limits[which % 4]);
        (uint256 tighter,) = Binding.bind(limits, scale);
        _atMost(tighter, bound, "limits only tighten");
    }

    /// @notice No limits, or none that binds, is uncapped.
    function testFuzz_bindOfNothing(uint256 count, uint256 scale) external pure {
        uint256[] memory limits = new uint256[](_range(count, 0, 5));
        for (uint256 i = 0; i < limits.length; ++i) limits[i] = UNCAPPED;
        (uint256 bound, uint256 index) = Binding.bind(limits, _spread(scale, 1, WAD));
        _equal(bound, UNCAPPED, "uncapped");
        _equal(index, 0, "index");
    }

    /* INPUTS */

    function _money(uint256 seed) private pure returns (uint256) {
        return _spread(seed, 0, MAX_MONEY);
    }

    function _margin(uint256 equity, uint256 others, uint256 base, uint256 full) private pure returns (Margin memory) {
        return Margin(
            _money(equity), _money(others), _spread(base, 1e14, WAD), _spread(full, 1, type(uint40).max) * WAD
        );
    }

    function _limit(Margin memory a) private pure returns (uint256) {
        return MarginLimit.marginLimit(a.equity, a.others, a.base, a.full);
    }

    /// @dev (others + n)² − others² = n·(2·others + n), compared over 512 bits with 2·full·equity.
    function _affordable(Margin memory a, uint256 n) private pure returns (bool) {
        return _productAtMost(n, a.base, a.equity, WAD) && _productAtMost(n, 2 * a.others + n, 2 * a.full, a.equity);
    }

    function _collateral(uint256 equity, uint256 move, uint256 maintenance, uint256 fee)
        private
        pure
        returns (Collateral memory c)
    {
        c.equity = _money(equity);
        c.move = _spread(move, 0, MAX_MOVE);
        c.maintenance = _spread(maintenance, 0, WAD);
        c.penalty = _spread(uint256(keccak256(abi.encode(maintenance))), 0, WAD - c.maintenance);
        c.fee = _spread(fee, 0, WAD);
    }

    function _limit(Collateral memory c, bool isLong) private pure returns (uint256) {
        return isLong
            ? CollateralLimit.collateralLimitLong(c.equity, c.move, c.maintenance, c.penalty, c.fee)
            : CollateralLimit.collateralLimitShort(c.equity, c.move, c.maintenance, c.penalty, c.fee);
    }

    function _copy(Collateral memory c) private pure returns (Collateral memory) {
        return Collateral(c.equity, c.move, c.maintenance, c.penalty, c.fee);
    }
}
