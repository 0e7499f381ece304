// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {TestFeed} from "../../../contracts/test/TestFeed.sol";

/// @title HostileFeed
/// @notice A test feed that also jumps with its ids, rewrites its rounds, and remembers every price it ever published: what
/// a guard stores must be one of them.
contract HostileFeed is TestFeed {
    uint256 private constant MAX_PRICE = uint256(type(int256).max);

    uint256[] private _times;
    mapping(uint256 time => bool) private _wasWritten;
    mapping(uint256 time => mapping(int256 lnPrice => bool)) private _wasPublished;

    constructor(uint8 decimals_, uint80 firstId) TestFeed(decimals_, firstId) {}

    /// @notice Writes a round, the next one or any other, and makes it the latest when its id is the highest.
    function write(uint80 id, int256 answer, uint256 updatedAt) external {
        rounds[id] = Stored(answer, updatedAt);
        if (id > latestId) latestId = id;
        if (!_wasWritten[updatedAt]) _times.push(updatedAt);
        _wasWritten[updatedAt] = true;
        (bool isPrice, uint256 price) = _toWadUp(answer);
        if (!isPrice) return;
        _wasPublished[updatedAt][FixedPointMathLib.lnWad(int256(price))] = true;
    }

    /// @notice Whether this was a price of the feed at that time. A feed that answers with the largest number there is did
    /// say so, for every round it has.
    function published(uint256 time, int256 lnPrice) external view returns (bool) {
        if (_wasPublished[time][lnPrice]) return true;
        (bool isPrice, uint256 price) = _toWadUp(type(int256).max);
        return isPrice && _wasWritten[time] && lnPrice == FixedPointMathLib.lnWad(int256(price));
    }

    /// @notice Whether nothing was ever written for the time between these two.
    function wasSilent(uint256 from, uint256 to) external view returns (bool) {
        for (uint256 i = 0; i < _times.length; ++i) {
            if (_times[i] > from && _times[i] < to) return false;
        }
        return true;
    }

    /// @notice Whether an answer is a price, and which: WAD, rounded up.
    function toWadUp(int256 answer) external view returns (bool, uint256) {
        return _toWadUp(answer);
    }

    function _toWadUp(int256 answer) private view returns (bool, uint256) {
        if (answer <= 0) return (false, 0);
        uint256 magnitude = uint256(answer);
        if (decimals > 18) {
            uint256 unit = 10 ** (decimals - 18);
            return (true, magnitude / unit + (magnitude % unit == 0 ? 0 : 1));
        }
        uint256 factor = 10 ** (18 - decimals);
        return magnitude > MAX_PRICE / factor ? (false, 0) : (true, magnitude * factor);
    }
}
