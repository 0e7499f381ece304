// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {IVarianceSource} from "./IVarianceSource.sol";

/// @notice What a forecaster signs, as EIP-712 structures it.
/// @param market a guard's id of the market
/// @param variance of log returns over the horizon, WAD per year
/// @param horizon seconds from `issuedAt` on that the forecast is about
/// @param issuedAt seconds, unix: later than the forecaster's last for the market
/// @param expiry seconds, unix: the last second at which it counts
struct Forecast {
    bytes32 market;
    uint256 variance;
    uint32 horizon;
    uint32 issuedAt;
    uint32 expiry;
}

/// @notice What a registry is deployed with, once and for all.
/// @param quorum forecasters that must have a fresh forecast, from 1 to 9; to bear f liars, 2f + 1
/// @param referenceVariance WAD per year: what a forecaster's first forecast for a market is bounded by
/// @param minHorizon seconds, from 1
/// @param maxHorizon seconds, from `minHorizon` to a year of 365 days
struct RegistryConfig {
    uint256 quorum;
    uint256 referenceVariance;
    uint256 minHorizon;
    uint256 maxHorizon;
}

/// @notice A forecast as the registry keeps it.
/// @param variance what counts in the median, WAD per year
/// @param anchor the variance it stays within a factor of two of, WAD per year
/// @param anchorTime seconds, unix: since when
/// @param issuedAt as signed
/// @param expiry as signed
/// @param isFresh whether it counts now
struct KeptForecast {
    uint256 variance;
    uint256 anchor;
    uint256 anchorTime;
    uint256 issuedAt;
    uint256 expiry;
    bool isFresh;
}

/// @title IForecastRegistry
/// @notice Signed forecasts of variance, and the median of the fresh ones.
interface IForecastRegistry is IVarianceSource {
    /* EVENTS */

    /// @notice A forecast counts from now on. `signedVariance` is what was signed, `countedVariance` what the bound left of it.
    event ForecastSubmitted(
        bytes32 indexed market,
        address indexed forecaster,
        uint256 signedVariance,
        uint256 countedVariance,
        uint32 horizon,
        uint32 issuedAt,
        uint32 expiry
    );
    /// @notice From now on the forecaster's forecasts count, or no longer do.
    event ForecasterSet(address indexed forecaster, bool isAuthorised);

    /* ERRORS */

    /// @notice Nobody authorised this forecaster.
    error NotForecaster(address forecaster);
    /// @notice There are as many forecasters as a median is taken of.
    error TooManyForecasters(uint256 maximum);
    /// @notice The horizon is not of those this registry is about.
    error HorizonOutOfRange(uint256 horizon, uint256 minimum, uint256 maximum);
    /// @notice The forecast says that it is from the future.
    error IssuedInFuture(uint256 issuedAt, uint256 timestamp);
    /// @notice The forecast would not count a second longer.
    error ForecastExpired(uint256 expiry, uint256 timestamp);
    /// @notice The forecast wants to count for longer than any may.
    error LifetimeTooLong(uint256 lifetime, uint256 maximum);
    /// @notice A forecast must be issued after `notBefore`: the forecaster's last for the market, or its authorisation.
    error ForecastNotLater(uint256 issuedAt, uint256 notBefore);
    /// @notice The signature is not the forecaster's, or not of this forecast for this registry on this chain.
    error SignatureInvalid(address forecaster);
    /// @notice Fewer forecasters than the quorum have a fresh forecast.
    error QuorumMissing(uint256 fresh, uint256 quorum);

    /* FUNCTIONS */

    /// @notice Brings a signed forecast. Anyone may.
    /// @param forecaster who signed it: an account, or a contract that says so (ERC-1271)
    /// @dev Reverts with the first of `NotForecaster`, `VarianceOutOfRange`, `HorizonOutOfRange`, `IssuedInFuture`,
    /// `ForecastExpired`, `LifetimeTooLong`, `ForecastNotLater`, `SignatureInvalid`.
    function submit(Forecast calldata forecast, address forecaster, bytes calldata signature) external;

    /// @notice Authorises a forecaster, or no longer does: then what it said stops counting at once, and for good.
    /// @dev Only who the authority lets. Does nothing where it is so already. Reverts `TooManyForecasters`.
    function setForecaster(address forecaster, bool isAuthorised) external;

    /// @notice Everyone who is authorised, in no order.
    function forecasters() external view returns (address[] memory);

    /// @notice A forecaster's last forecast for a market; all zero where there is none.
    function forecastOf(bytes32 market, address forecaster) external view returns (KeptForecast memory);

    /// @notice What a forecaster signs: the EIP-712 digest of the forecast for this registry on this chain.
    function digestOf(Forecast calldata forecast) external view returns (bytes32);

    /// @notice Forecasters that must have a fresh forecast.
    function QUORUM() external view returns (uint256);

    /// @notice WAD per year: what a forecaster's first forecast for a market is bounded by.
    function REFERENCE_VARIANCE() external view returns (uint256);

    /// @notice Seconds.
    function MIN_HORIZON() external view returns (uint256);

    /// @notice Seconds.
    function MAX_HORIZON() external view returns (uint256);
}
