// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Forecast, IForecastRegistry, KeptForecast, RegistryConfig} from "../../interfaces/IForecastRegistry.sol";
import {IVarianceSource} from "../../interfaces/IVarianceSource.sol";
import {YEAR} from "../../libraries/FixedPointMath.sol";
import {FeedConfig} from "../feeds/FeedConfig.sol";
import {SortedValues} from "../SortedValues.sol";
import {ForecastSlot, ForecastSlotLibrary} from "./ForecastSlot.sol";
import {VarianceRange} from "./VarianceRange.sol";

/// @title ForecastRegistry
/// @notice Forecasts of variance that authorised forecasters signed and anyone may bring; the median of those that are fresh.
///
/// What one who lies can do. Of n fresh forecasts, f of them lies and the others in ascending order h(0), h(1), …, the answer
/// is never below h(⌊n/2⌋ − f), and never above h(⌊n/2⌋): inside what the honest ones say while fewer than half lie. Two of
/// five that lie leave the answer between the smallest and the largest of the three others. So a quorum of 2f + 1 bears f
/// liars. Where more lie than that, the answer moves by a factor of two a window, and whoever governs has hours to end it.
/// @dev Of an even number the upper of the two in the middle: variance is never understated by one of two, who can only
/// tighten. What is signed too low does nothing else than to raise less: a guard has its own estimate below.
/// @dev A forecast that is further than a factor of two from where the forecaster stood is clamped and not refused. In a crash
/// every honest one is that far off: refused, the calm values from before would go on counting.
/// @dev Where it stood: the variance it had when the window began. A window is an hour at least, and begins with the first
/// forecast after the last. Within one, each forecast is bounded by the same anchor, so whoever brings several signed ones
/// moves nothing further by their number, and cannot use up what the last of them is allowed by bringing another before.
/// @dev Warning: markets are the ids of a guard. A registry for several guards mixes those of the same id.
/// @dev Warning: a forecast does not name its forecaster. A contract wallet must sign with its own address in what it signs
/// (ERC-7739), or two wallets of one owner say the same in two votes.
contract ForecastRegistry is IForecastRegistry, EIP712, AccessManaged {
    using SortedValues for uint256[];

    /// @dev Somebody who may forecast: one slot. What was issued until `since` doesn't count, so that who is authorised again
    /// begins anew.
    struct Seat {
        address forecaster;
        uint32 since;
    }

    /* CONSTANTS */

    /// @dev An answer reads two slots of each.
    uint256 private constant MAX_FORECASTERS = 9;
    /// @dev Seconds between a forecast's issue and its expiry.
    uint256 private constant MAX_LIFETIME = 1 days;
    /// @dev Seconds of a window, at least, and by how much a variance may differ from its anchor in one.
    uint256 private constant STEP_INTERVAL = 1 hours;
    uint256 private constant STEP_FACTOR = 2;
    bytes32 private constant FORECAST_TYPE =
        keccak256("Forecast(bytes32 market,uint256 variance,uint32 horizon,uint32 issuedAt,uint32 expiry)");

    /* IMMUTABLES */

    /// @inheritdoc IForecastRegistry
    uint256 public immutable QUORUM;
    /// @inheritdoc IForecastRegistry
    uint256 public immutable REFERENCE_VARIANCE;
    /// @inheritdoc IForecastRegistry
    uint256 public immutable MIN_HORIZON;
    /// @inheritdoc IForecastRegistry
    uint256 public immutable MAX_HORIZON;

    /* STORAGE */

    Seat[] private _seats;
    /// @dev The index in `_seats` plus one; 0 for who has none.
    mapping(address forecaster => uint256) private _places;
    mapping(bytes32 market => mapping(address forecaster => ForecastSlot)) private _forecasts;

    /* CONSTRUCTOR */

    /// @param authority the AccessManager that governs who forecasts
    /// @dev Reverts `ConfigOutOfRange`.
    constructor(address authority, RegistryConfig memory config)
        EIP712("Sizing Guard Forecasts", "1")
        AccessManaged(authority)
    {
        FeedConfig.requireInRange("quorum", config.quorum, 1, MAX_FORECASTERS);
        FeedConfig.requireInRange(
            "referenceVariance", config.referenceVariance, VarianceRange.MIN_VARIANCE, VarianceRange.MAX_VARIANCE
        );
        FeedConfig.requireInRange("maxHorizon", config.maxHorizon, 1, YEAR);
        FeedConfig.requireInRange("minHorizon", config.minHorizon, 1, config.maxHorizon);
        (QUORUM, REFERENCE_VARIANCE) = (config.quorum, config.referenceVariance);
        (MIN_HORIZON, MAX_HORIZON) = (config.minHorizon, config.maxHorizon);
    }

    /* EXTERNAL */

    /// @inheritdoc IForecastRegistry
    function submit(Forecast calldata forecast, address forecaster, bytes calldata signature) external {
        uint256 place = _places[forecaster];
        if (place == 0) revert NotForecaster(forecaster);
        _requireAcceptable(forecast);
        ForecastSlot last = _forecasts[forecast.market][forecaster];
        ForecastSlot next = _next(last, forecast, _seats[place - 1].since);
        bool isSigned = SignatureChecker.isValidSignatureNowCalldata(forecaster, digestOf(forecast), signature);
        if (!isSigned) revert SignatureInvalid(forecaster);
        _forecasts[forecast.market][forecaster] = next;
        emit ForecastSubmitted(
            forecast.market,
            forecaster,
            forecast.variance,
            next.variance(),
            forecast.horizon,
            forecast.issuedAt,
            forecast.expiry
        );
    }

    /// @inheritdoc IForecastRegistry
    function setForecaster(address forecaster, bool isAuthorised) external restricted {
        uint256 place = _places[forecaster];
        if ((place != 0) == isAuthorised) return;
        if (isAuthorised) _seat(forecaster);
        else _unseat(forecaster, place);
        emit ForecasterSet(forecaster, isAuthorised);
    }

    /* PUBLIC VIEW */

    /// @inheritdoc IVarianceSource
    /// @dev The median of the variances that count. It stands until the lower median of their expiries, or until the quorum is
    /// lost if that is sooner: the earliest of them would let one forecaster end every answer, and the latest let one prolong it.
    /// @dev Reverts `QuorumMissing`.
    function varianceOf(bytes32 market) external view returns (uint256 variance_, uint256 validUntil) {
        uint256 count = _seats.length;
        (uint256[] memory variances, uint256[] memory expiries) = (new uint256[](count), new uint256[](count));
        uint256 fresh = 0;
        for (uint256 i = 0; i < count; ++i) {
            Seat memory seat = _seats[i];
            ForecastSlot slot = _forecasts[market][seat.forecaster];
            if (!_isFresh(slot, seat.since)) continue;
            variances.insert(fresh, slot.variance());
            expiries.insert(fresh, slot.expiry());
            ++fresh;
        }
        if (fresh < QUORUM) revert QuorumMissing(fresh, QUORUM);
        return (variances[fresh / 2], expiries[Math.min((fresh - 1) / 2, fresh - QUORUM)]);
    }

    /// @inheritdoc IForecastRegistry
    function forecasters() external view returns (address[] memory all) {
        all = new address[](_seats.length);
        for (uint256 i = 0; i < all.length; ++i) {
            all[i] = _seats[i].forecaster;
        }
    }

    /// @inheritdoc IForecastRegistry
    function forecastOf(bytes32 market, address forecaster) external view returns (KeptForecast memory) {
        ForecastSlot slot = _forecasts[market][forecaster];
        uint256 place = _places[forecaster];
        return KeptForecast({
            variance: slot.variance(),
            anchor: slot.anchor(),
            anchorTime: slot.anchorTime(),
            issuedAt: slot.issuedAt(),
            expiry: slot.expiry(),
            isFresh: place != 0 && _isFresh(slot, _seats[place - 1].since)
        });
    }

    /// @inheritdoc IForecastRegistry
    function digestOf(Forecast calldata forecast) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(FORECAST_TYPE, forecast)));
    }

    /* PRIVATE */

    function _seat(address forecaster) private {
        if (_seats.length == MAX_FORECASTERS) revert TooManyForecasters(MAX_FORECASTERS);
        _seats.push(Seat(forecaster, uint32(block.timestamp)));
        _places[forecaster] = _seats.length;
    }

    /// @dev The last one takes the place that is free.
    function _unseat(address forecaster, uint256 place) private {
        Seat memory last = _seats[_seats.length - 1];
        _seats[place - 1] = last;
        _places[last.forecaster] = place;
        _seats.pop();
        delete _places[forecaster];
    }

    /// @dev What the registry keeps of a forecast that comes after `last`.
    function _next(ForecastSlot last, Forecast calldata forecast, uint256 since) private view returns (ForecastSlot) {
        uint256 notBefore = Math.max(last.issuedAt(), since);
        if (forecast.issuedAt <= notBefore) revert ForecastNotLater(forecast.issuedAt, notBefore);
        (uint256 anchor, uint256 anchorTime) = (last.anchor(), last.anchorTime());
        if (last.issuedAt() <= since) {
            (anchor, anchorTime) = (REFERENCE_VARIANCE, block.timestamp);
        } else if (block.timestamp - anchorTime >= STEP_INTERVAL) {
            (anchor, anchorTime) = (last.variance(), block.timestamp);
        }
        uint256 bounded = _bounded(forecast.variance, anchor);
        return ForecastSlotLibrary.pack(bounded, anchor, anchorTime, forecast.issuedAt, forecast.expiry);
    }

    function _isFresh(ForecastSlot slot, uint256 since) private view returns (bool) {
        return slot.issuedAt() > since && slot.expiry() >= block.timestamp;
    }

    function _requireAcceptable(Forecast calldata forecast) private view {
        VarianceRange.requireInRange(forecast.variance);
        (uint256 horizon, uint256 issuedAt, uint256 expiry) = (forecast.horizon, forecast.issuedAt, forecast.expiry);
        if (horizon < MIN_HORIZON || horizon > MAX_HORIZON) revert HorizonOutOfRange(horizon, MIN_HORIZON, MAX_HORIZON);
        if (issuedAt > block.timestamp) revert IssuedInFuture(issuedAt, block.timestamp);
        if (expiry <= block.timestamp) revert ForecastExpired(expiry, block.timestamp);
        if (expiry - issuedAt > MAX_LIFETIME) revert LifetimeTooLong(expiry - issuedAt, MAX_LIFETIME);
    }

    /// @dev The variance, no further than a factor of two from the anchor: from ⌈anchor / 2⌉ to 2 · anchor.
    function _bounded(uint256 variance, uint256 anchor) private pure returns (uint256) {
        return Math.min(Math.max(variance, Math.ceilDiv(anchor, STEP_FACTOR)), anchor * STEP_FACTOR);
    }
}
