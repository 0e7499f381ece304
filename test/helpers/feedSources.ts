/** Sources of the feeds under test, and a second model of what one of them is worth: from the description, not the contract. */
import type { Hex } from "viem";
import { faultIndex } from "./adapters.ts";
import type { Fault } from "./faults.ts";
import { type Connection, FIRST_ROUND_ID, INT256_MAX, now, type Venue } from "./market.ts";

export type Source = Awaited<ReturnType<typeof deploySource>>;

/** What each source of these tests gets to answer: many times what it takes. */
export const SOURCE_GAS = 100_000;

/** A feed that the test writes. */
export const deploySource = (connection: Connection, decimals = 8) =>
  connection.viem.deployContract("TestFeed", [decimals, FIRST_ROUND_ID]);

/** A source as constructors are told of it. */
export const configOf = (source: { readonly address: Hex }, heartbeat = 3_900, gasLimit = SOURCE_GAS) => ({
  feed: source.address,
  heartbeat,
  gasLimit,
});

/** A price in whole quote units, exact to the millionth, as a feed of these decimals answers it. */
export function scaled(price: number, decimals: number): bigint {
  return (BigInt(Math.round(price * 1e6)) * 10n ** BigInt(decimals)) / 1_000_000n;
}

/** The source writes a round, now unless said otherwise. */
export async function write(m: Pick<Venue, "connection" | "publicClient">, source: Source, price: number, time?: bigint): Promise<void> {
  await source.write.push([scaled(price, await source.read.decimals()), time ?? (await now(m))]);
}

export const fail = (source: Source, fault: Fault): Promise<Hex> => source.write.setFault([faultIndex(fault)]);

/**
 * The same for a source that gets all the gas there is: burning that in a loop takes the simulator a second for each million,
 * and an invalid instruction burns as much in no time. It stays.
 */
export const strike = (m: Pick<Venue, "connection">, source: Source, fault: Fault): Promise<unknown> =>
  fault === "BurnsGas" ? m.connection.networkHelpers.setCode(source.address, "0xfe") : fail(source, fault);

/** What a source was told to say. */
export interface SourceState {
  readonly answer: bigint;
  readonly updatedAt: bigint;
  readonly fault: Fault;
  /** As it was when the feed was deployed, and is now. */
  readonly decimals: number;
  readonly decimalsNow: number;
  readonly heartbeat: bigint;
}

/** The price of a source in other decimals, rounded up; null where it has none, or none that is fresh. */
export function freshAnswer(state: SourceState, decimals: number, timestamp: bigint): bigint | null {
  const { fault, updatedAt, heartbeat } = state;
  const isWell = fault === "None" || fault === "HugeAnswer" || fault === "NegativeAnswer";
  if (!isWell || state.decimals !== state.decimalsNow) return null;
  if (updatedAt === 0n || updatedAt > timestamp || timestamp - updatedAt > heartbeat) return null;
  const answer = fault === "HugeAnswer" ? INT256_MAX : fault === "NegativeAnswer" ? -state.answer : state.answer;
  if (answer <= 0n) return null;
  const shift = BigInt(decimals - state.decimals);
  const converted = shift >= 0n ? answer * 10n ** shift : (answer + 10n ** -shift - 1n) / 10n ** -shift;
  return converted > INT256_MAX ? null : converted;
}
