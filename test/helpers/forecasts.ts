/** A registry of forecasts, and forecasters with keys of their own. */
import { encodeAbiParameters, type Hex, keccak256 } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { type Forecast, forecastTypedData } from "../../sdk/src/forecast/index.ts";
import { type Connection, ETH_USD, from, nextBlockAt, now, wallets } from "./market.ts";

export const HOUR = 3_600n;
export const DAY = 86_400n;
/** Where a forecaster begins: a volatility of 60 % a year. */
export const REFERENCE = 36n * 10n ** 16n;
export const [MIN_VARIANCE, MAX_VARIANCE] = [10n ** 12n, 2n ** 72n - 1n];

/** What a registry is deployed with. */
export type RegistryConfig = Readonly<Record<"quorum" | "referenceVariance" | "minHorizon" | "maxHorizon", bigint>>;

export const REGISTRY_CONFIG: RegistryConfig = { quorum: 3n, referenceVariance: REFERENCE, minHorizon: HOUR, maxHorizon: 7n * DAY };

/** The key of a forecaster, by number. */
export const forecasterKey = (index: number): Hex => keccak256(encodeAbiParameters([{ type: "uint256" }], [BigInt(index)]));

/** A registry with this many forecasters, all of them accounts, authorised ten seconds ago. */
export async function createRegistry(connection: Connection, count = 5, config: Partial<RegistryConfig> = {}) {
  const named = await wallets(connection);
  const { viem } = connection;
  const publicClient = await viem.getPublicClient();
  const manager = await viem.deployContract("AccessManager", [named.deployer.account.address]);
  const registry = await viem.deployContract("ForecastRegistry", [manager.address, { ...REGISTRY_CONFIG, ...config }]);
  const forecasters = Array.from({ length: count }, (_, index) => privateKeyToAccount(forecasterKey(index)));
  for (const { address } of forecasters) await registry.write.setForecaster([address, true]);
  const chainId = await publicClient.getChainId();
  await connection.networkHelpers.time.increase(10n);
  return { ...named, connection, publicClient, manager, registry, forecasters, chainId };
}
export type Registry = Awaited<ReturnType<typeof createRegistry>>;

/** A forecast of now for the next day, that counts for six hours, unless said otherwise. */
export async function forecastOf(m: Registry, overrides: Partial<Forecast> = {}): Promise<Forecast> {
  const issuedAt = overrides.issuedAt ?? Number(await now(m));
  return { market: ETH_USD, variance: REFERENCE, horizon: Number(DAY), issuedAt, expiry: issuedAt + 21_600, ...overrides };
}

/** What the forecaster signs, for this registry on this chain. */
export const typedDataOf = (m: Registry, forecast: Forecast) =>
  forecastTypedData({ chainId: m.chainId, registry: m.registry.address, forecast });

export const sign = (m: Registry, account: PrivateKeyAccount, forecast: Forecast): Promise<Hex> =>
  account.signTypedData(typedDataOf(m, forecast));

/** Somebody brings a signed forecast: in the next block, which comes at this time or now. */
export async function bring(m: Registry, forecast: Forecast, forecaster: Hex, signature: Hex, time?: bigint): Promise<Hex> {
  await nextBlockAt(m, time ?? (await now(m)));
  return m.registry.write.submit([forecast, forecaster, signature], from(m.mallory));
}

/** The forecaster signs, and somebody brings it. */
export async function submit(m: Registry, account: PrivateKeyAccount, overrides: Partial<Forecast> = {}, time?: bigint): Promise<Hex> {
  const forecast = await forecastOf(m, time === undefined ? overrides : { issuedAt: Number(time), ...overrides });
  return bring(m, forecast, account.address, await sign(m, account, forecast), time);
}

/** The forecaster of this number. */
export function forecaster(m: Registry, index: number): PrivateKeyAccount {
  const account = m.forecasters[index];
  if (account === undefined) throw new Error(`there is no forecaster ${index}`);
  return account;
}

export const kept = (m: Registry, index: number) => m.registry.read.forecastOf([ETH_USD, forecaster(m, index).address]);

/** What the registry answers. */
export async function answer(m: Registry): Promise<{ variance: bigint; validUntil: bigint }> {
  const [variance, validUntil] = await m.registry.read.varianceOf([ETH_USD]);
  return { variance, validUntil };
}

export const authorise = (m: Registry, address: Hex, isAuthorised = true): Promise<Hex> =>
  m.registry.write.setForecaster([address, isAuthorised]);

export const ascending = (x: bigint, y: bigint): number => (x < y ? -1 : x > y ? 1 : 0);
