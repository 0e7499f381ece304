/** A real Uniswap v3 pool of test tokens, and a trader who moves it. Nothing here runs until a test asks for it. */
import { createRequire } from "node:module";
import { type Abi, getContract, type Hex, parseAbi } from "viem";
import { type Connection, lower, nextBlockAt, now, wallets } from "./market.ts";

const { abi: FACTORY_ABI, bytecode: FACTORY_CODE } = createRequire(import.meta.url)(
  "@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json",
) as { abi: Abi; bytecode: Hex };

const FACTORY = parseAbi([
  "function createPool(address, address, uint24) returns (address)",
  "function getPool(address, address, uint24) view returns (address)",
  "function enableFeeAmount(uint24, int24)",
]);
const POOL = parseAbi([
  "function initialize(uint160 sqrtPriceX96)",
  "function increaseObservationCardinalityNext(uint16)",
  "function slot0() view returns (uint160 sqrtPriceX96, int24 tick, uint16 index, uint16 cardinality, uint16 cardinalityNext, uint8, bool)",
  "function liquidity() view returns (uint128)",
  "function observe(uint32[]) view returns (int56[], uint160[])",
]);

export const MAX_TICK = 887_272;
/** Uniswap's usual fee, and the ticks that may be ends of a range with it. */
const USUAL = { fee: 3_000, spacing: 60 } as const;
/** With this one, which the factory learns first, every tick may be. Crossing many ticks then takes long. */
const FINE = { fee: 100, spacing: 1 } as const;
/** Slots a transaction can pay for: 20 000 gas each, and no more than 2^24 gas in one. */
const SLOTS_PER_CALL = 700;

/** The square root of the price in the middle of a tick, so that rounding never leaves it. */
export const sqrtPriceX96 = (tick: number): bigint => BigInt(Math.round(Math.exp(((tick + 0.5) / 2) * Math.log(1.0001)) * 2 ** 96));

export interface PoolOptions {
  /** Of token0 and token1. */
  readonly decimals?: readonly [number, number];
  readonly tick?: number;
  /** Whether every tick may be the end of a range, and not only every sixtieth. */
  readonly isFine?: boolean;
  /** Of a position over all ticks; the pool is left without where it is 0. */
  readonly liquidity?: bigint;
  readonly cardinality?: number;
}

/** A pool at a tick, with liquidity over all ticks and room for so many observations. */
export async function createPool(connection: Connection, options: PoolOptions = {}) {
  const { decimals = [18, 18], tick = 0, liquidity = 10n ** 18n, cardinality = 1, isFine = false } = options;
  const { fee, spacing } = isFine ? FINE : USUAL;
  const { viem } = connection;
  const { deployer } = await wallets(connection);
  const publicClient = await viem.getPublicClient();
  const client = { public: publicClient, wallet: deployer };
  const [token0, token1] = await createTokens(connection, decimals);
  const hash = await deployer.deployContract({ abi: FACTORY_ABI, bytecode: FACTORY_CODE, args: [] });
  const { contractAddress } = await publicClient.getTransactionReceipt({ hash });
  const factory = getContract({ address: contractAddress ?? "0x", abi: FACTORY, client });
  if (isFine) await factory.write.enableFeeAmount([fee, spacing]);
  await factory.write.createPool([token0, token1, fee]);
  const address = await factory.read.getPool([token0, token1, fee]);
  const pool = getContract({ address, abi: POOL, client });
  await pool.write.initialize([sqrtPriceX96(tick)]);
  const trader = await viem.deployContract("PoolTrader");
  const widest = MAX_TICK - (MAX_TICK % spacing);
  const m = { connection, publicClient, pool, token0, token1, trader, widest };
  await reserve(m, cardinality);
  // A pool takes reserved room into use with its next observation, and writes one a second at the most.
  await nextBlockAt(m, (await now(m)) + 12n);
  if (liquidity > 0n) await provide(m, liquidity);
  return m;
}
export type Pool = Awaited<ReturnType<typeof createPool>>;

/** Two tokens, the one with the lower address first. */
async function createTokens(connection: Connection, decimals: readonly [number, number]): Promise<[Hex, Hex]> {
  const create = async (name: string, places: number): Promise<Hex> =>
    lower((await connection.viem.deployContract("TestToken", [name, name, places])).address);
  const first = await create("ZERO", decimals[0]);
  for (;;) {
    const second = await create("ONE", decimals[1]);
    if (BigInt(first) < BigInt(second)) return [first, second];
  }
}

/** Pays for so many observations. */
export async function reserve(m: Pick<Pool, "pool">, cardinality: number): Promise<void> {
  const [, , , , reserved] = await m.pool.read.slot0();
  for (let count: number = reserved; count < cardinality; ) {
    count = Math.min(cardinality, count + SLOTS_PER_CALL);
    await m.pool.write.increaseObservationCardinalityNext([count]);
  }
}

/** Adds liquidity, over all ticks unless said otherwise. */
export const provide = (m: Pool, liquidity: bigint, from = -m.widest, to = m.widest): Promise<Hex> =>
  m.trader.write.provide([m.pool.address, from, to, liquidity]);

/** Takes liquidity out, over all ticks unless said otherwise. */
export const withdraw = (m: Pool, liquidity: bigint, from = -m.widest, to = m.widest): Promise<Hex> =>
  m.trader.write.withdraw([m.pool.address, from, to, liquidity]);

/** Trades the pool to a tick, in a block at this time. */
export async function tradeTo(m: Pool, tick: number, time: bigint): Promise<void> {
  await nextBlockAt(m, time);
  await m.trader.write.moveTo([m.pool.address, sqrtPriceX96(tick)]);
}
