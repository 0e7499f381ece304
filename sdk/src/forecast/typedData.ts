import { ArgumentOutOfRangeError } from "../errors/math.ts";
import { requireUint256 } from "../math/checks.ts";

type Hex = `0x${string}`;

/** A forecast of a market's variance, as `ForecastRegistry.submit` takes it: what fits 32 bits is a number. */
export interface Forecast {
  /** The guard's id of the market. */
  readonly market: Hex;
  /** Variance of log returns over the horizon, WAD per year. */
  readonly variance: bigint;
  /** Seconds from `issuedAt` on that the forecast is about. */
  readonly horizon: number;
  /** Unix seconds: later than the forecaster's last for the market. */
  readonly issuedAt: number;
  /** Unix seconds: the last second at which it counts. */
  readonly expiry: number;
}

/** Where a forecast is meant to count: in this registry on this chain, and nowhere else. */
export interface ForecastTypedDataInput {
  readonly chainId: number;
  readonly registry: Hex;
  readonly forecast: Forecast;
}

/** What a forecaster signs, as viem's `signTypedData` takes it; ethers' takes domain, types and message. */
export interface ForecastTypedData {
  readonly domain: { readonly name: string; readonly version: string; readonly chainId: number; readonly verifyingContract: Hex };
  readonly types: { readonly Forecast: { readonly name: keyof Forecast; readonly type: "bytes32" | "uint256" | "uint32" }[] };
  readonly primaryType: "Forecast";
  readonly message: Forecast;
}

/**
 * The EIP-712 object of a forecast for a registry.
 *
 * @param input - Chain, registry and forecast.
 * @returns Domain, types, primary type and message. Each call makes a new one.
 * @throws {ArgumentOutOfRangeError} When a number of the forecast does not fit its Solidity type.
 *
 * @example
 * ```ts
 * const typedData = forecastTypedData({ chainId: 1, registry, forecast });
 * const signature = await account.signTypedData(typedData); // viem
 * await wallet.signTypedData(typedData.domain, typedData.types, typedData.message); // ethers
 * ```
 */
export function forecastTypedData({ chainId, registry, forecast }: ForecastTypedDataInput): ForecastTypedData {
  requireForecast(forecast);
  const { market, variance, horizon, issuedAt, expiry } = forecast;
  return {
    domain: { name: "Sizing Guard Forecasts", version: "1", chainId, verifyingContract: registry },
    types: {
      Forecast: [
        { name: "market", type: "bytes32" },
        { name: "variance", type: "uint256" },
        { name: "horizon", type: "uint32" },
        { name: "issuedAt", type: "uint32" },
        { name: "expiry", type: "uint32" },
      ],
    },
    primaryType: "Forecast",
    message: { market, variance, horizon, issuedAt, expiry },
  };
}

/** Refuses a forecast that the ABI could not encode. Internal. */
export function requireForecast(forecast: Forecast): void {
  requireUint256("variance", forecast.variance);
  for (const name of ["horizon", "issuedAt", "expiry"] as const) {
    const value = forecast[name];
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) throw new ArgumentOutOfRangeError(name, value, "uint32");
  }
}
