// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {WAD} from "../../../contracts/libraries/FixedPointMath.sol";
import {Candidate, Greeks, Holdings, PortfolioRisk, Underlying} from "../../../contracts/libraries/PortfolioRisk.sol";
import {PortfolioPolicy} from "../../../contracts/types/PortfolioPolicy.sol";
import {RandomPolicy} from "./RandomPolicy.sol";

/// @title RandomPortfolio
/// @notice Whatever a guard may ask the models of a portfolio.
abstract contract RandomPortfolio is RandomPolicy {
    uint256 internal constant MAX_MOVE = (1 << 69) - 1;
    uint256 internal constant MAX_EQUITY = (1 << 127) - 1;
    uint256 internal constant MAX_NOTIONAL = 1 << 160;

    struct Case {
        PortfolioPolicy policy;
        Holdings holdings;
        Candidate candidate;
        uint256 equity;
        bool isReduction;
        bool keepsLoss;
    }

    function _case(uint256 seed, uint256 greek, uint256 notional) internal pure returns (Case memory c) {
        c.policy = _policy(seed);
        uint256 count = _even(seed, "count", 1, PortfolioRisk.MAX_EXPOSURES + 1);
        c.holdings.underlyings = new Underlying[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 own = uint256(keccak256(abi.encode(seed, i)));
            c.holdings.underlyings[i].move = _draw(own, "move", 0, MAX_MOVE);
            if (_even(own, "states a beta", 0, 1) == 1) {
                c.holdings.underlyings[i].hasBeta = true;
                c.holdings.underlyings[i].beta = _signed(own, "beta", WAD);
            }
            // A perpetual, or an option.
            uint256 convex = _even(own, "option", 0, 1) * greek;
            PortfolioRisk.add(
                c.holdings.underlyings[i],
                c.policy,
                _signed(own, "delta", greek),
                _signed(own, "gamma", convex),
                _signed(own, "vega", convex)
            );
            c.holdings.decay += PortfolioRisk.decay(c.policy, _signed(own, "theta", convex));
        }
        c.candidate.unit.delta = int256(WAD);
        if (_even(seed, "greeks", 0, 1) == 1) c.candidate.unit = _unit(seed, greek);
        c.candidate.before = _signed(seed, "before", notional);
        c.candidate.next = _signed(seed, "next", notional);
        c.equity = _draw(seed, "equity", 0, MAX_EQUITY);
        c.isReduction = _even(seed, "reduction", 0, 1) == 1;
        c.keepsLoss = _even(seed, "keeps", 0, 1) == 1;
    }

    /// @dev Without the capping flags, so that the model alone decides.
    function _uncapped(PortfolioPolicy policy) internal pure returns (PortfolioPolicy) {
        return PortfolioPolicy.wrap(PortfolioPolicy.unwrap(policy) & ~uint256(30));
    }

    function _unit(uint256 seed, uint256 greek) private pure returns (Greeks memory) {
        return Greeks(
            _signed(seed, "unit delta", greek),
            _signed(seed, "unit gamma", greek),
            _signed(seed, "unit vega", greek),
            _signed(seed, "unit theta", greek)
        );
    }

    function _policy(uint256 seed) private pure returns (PortfolioPolicy) {
        uint256 word = _even(seed, "flags", 0, 255);
        word |= _even(seed, "beta", 1, ONE) << 16;
        word |= _even(seed, "stress", 0, 100) << 248;
        word |= _draw(seed, "budget", 1, type(uint16).max) << 32;
        word |= _draw(seed, "horizon", 1, type(uint24).max) << 64;
        word |= _even(seed, "netting", 0, ONE) << 88;
        word |= _draw(seed, "down", 0, type(uint16).max) << 104;
        word |= _draw(seed, "up", 0, type(uint16).max) << 120;
        word |= _draw(seed, "share", 1, ONE) << 136;
        word |= (_draw(seed, "delta cap", 1, type(uint24).max) | (_draw(seed, "delta exponent", 0, 40) << 24)) << 152;
        word |= (_draw(seed, "gamma cap", 1, type(uint24).max) | (_draw(seed, "gamma exponent", 0, 40) << 24)) << 184;
        word |= (_draw(seed, "vega cap", 1, type(uint24).max) | (_draw(seed, "vega exponent", 0, 40) << 24)) << 216;
        return PortfolioPolicy.wrap(word);
    }

    function _signed(uint256 seed, string memory name, uint256 most) private pure returns (int256) {
        uint256 size = _draw(seed, name, 0, most);
        return _even(seed, string.concat(name, " side"), 0, 1) == 1 ? int256(size) : -int256(size);
    }
}
