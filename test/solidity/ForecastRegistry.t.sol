// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Forecast, KeptForecast, RegistryConfig} from "../../contracts/interfaces/IForecastRegistry.sol";
import {ForecastRegistry} from "../../contracts/oracle/variance/ForecastRegistry.sol";
import {VarianceRange} from "../../contracts/oracle/variance/VarianceRange.sol";
import {VM} from "./helpers/ICheatcodes.sol";
import {Properties} from "./helpers/Properties.sol";

/// @notice A forecaster who signed whatever he is asked about.
contract Signatory is IERC1271 {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return IERC1271.isValidSignature.selector;
    }
}

/// @notice Whatever is forecast when and in which order: who lies alone moves by a factor of two a window, and who lies in the
/// minority leaves the answer among the honest.
contract ForecastRegistryTest is Properties {
    uint256 private constant COUNT = 5;
    uint256 private constant LIARS = 2;
    uint256 private constant STEPS = 24;
    uint256 private constant START = 1_000_000_000;
    uint256 private constant REFERENCE = 0.36e18;
    bytes32 private constant MARKET = "ETH/USD";

    ForecastRegistry private _registry;
    address[COUNT] private _forecasters;
    uint256[COUNT] private _firstAt;

    /// @notice The authority that this test is to the registry: it lets everyone do everything at once.
    function canCall(address, address, bytes4) external pure returns (bool, uint32) {
        return (true, 0);
    }

    function testFuzz_liarsAreBoundedAndTheMedianIsHonest(uint256 seed) external {
        uint256 time = _deploy();
        for (uint256 i = 0; i < STEPS; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            time += _elapsed(dice);
            VM.warp(time);
            _submit(dice % COUNT, dice, time);
            for (uint256 j = 0; j < COUNT; ++j) {
                _checkSpeed(j, time);
            }
            _checkMedian();
        }
    }

    function _deploy() private returns (uint256 time) {
        VM.warp(START);
        _registry = new ForecastRegistry(address(this), RegistryConfig(2 * LIARS + 1, REFERENCE, 1, 1 days));
        for (uint256 i = 0; i < COUNT; ++i) {
            (_forecasters[i], _firstAt[i]) = (address(new Signatory()), 0);
            _registry.setForecaster(_forecasters[i], true);
        }
        return START + 1;
    }

    /// @dev Seconds, around the length of a window one time in four.
    function _elapsed(uint256 dice) private pure returns (uint256) {
        uint256 kind = (dice >> 16) % 4;
        return kind == 0 ? 0 : kind == 1 ? (dice >> 32) % 900 : kind == 2 ? 3_599 + (dice >> 32) % 3 : (dice >> 32) % 7_200;
    }

    /// @dev The first ones lie as they like; the others say 60 % a year, give or take.
    function _submit(uint256 index, uint256 dice, uint256 time) private {
        uint256 variance = index < LIARS
            ? _spread(dice >> 64, VarianceRange.MIN_VARIANCE, VarianceRange.MAX_VARIANCE)
            : REFERENCE * _range(dice >> 64, 90, 110) / 100;
        Forecast memory forecast = Forecast(MARKET, variance, 1 days, uint32(time), uint32(time + 20 hours));
        bool isLater = _kept(index).issuedAt < time;
        try _registry.submit(forecast, _forecasters[index], "") {
            _holds(isLater, "one forecast a second");
            if (_firstAt[index] == 0) _firstAt[index] = time;
        } catch {
            _holds(!isLater, "a later forecast is taken");
        }
    }

    function _checkSpeed(uint256 index, uint256 time) private view {
        if (_firstAt[index] == 0) return;
        uint256 windows = 1 + (time - _firstAt[index]) / 1 hours;
        uint256 variance = _kept(index).variance;
        if (windows < 64) _atMost(variance, REFERENCE << windows, "up by a factor of two a window");
        _atMost(windows < 64 ? REFERENCE >> windows : 0, variance, "down by a factor of two a window");
    }

    function _checkMedian() private view {
        (uint256 fresh, uint256 lowest, uint256 highest) = (0, type(uint256).max, 0);
        for (uint256 i = 0; i < COUNT; ++i) {
            KeptForecast memory one = _kept(i);
            if (!one.isFresh) continue;
            ++fresh;
            if (i < LIARS) continue;
            (lowest, highest) =
                (one.variance < lowest ? one.variance : lowest, one.variance > highest ? one.variance : highest);
        }
        try _registry.varianceOf(MARKET) returns (uint256 variance, uint256 validUntil) {
            _atMost(2 * LIARS + 1, fresh, "a quorum");
            _holds(variance >= lowest && variance <= highest, "among the honest");
            _atMost(block.timestamp, validUntil, "not past");
        } catch {
            _below(fresh, 2 * LIARS + 1, "no answer only without a quorum");
        }
    }

    function _kept(uint256 index) private view returns (KeptForecast memory) {
        return _registry.forecastOf(MARKET, _forecasters[index]);
    }
}
