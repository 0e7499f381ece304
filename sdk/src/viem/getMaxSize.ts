import type { Chain, Client, Transport } from "viem";
import { type MaxSizeResult, maxSize, type SizeIntent } from "../guard/maxSize.ts";
import { type GetSnapshotErrorType, type GetSnapshotParameters, getSnapshot, type WithoutAccount } from "./getSnapshot.ts";

/** What `getMaxSize` needs to know. */
export type GetMaxSizeParameters = WithoutAccount<GetSnapshotParameters> & {
  /** Account, equity before the fee, open interest of others and the side asked for. */
  readonly intent: SizeIntent;
  /** Expected time of inclusion, seconds, unix. Default: the block's. */
  readonly at?: bigint | undefined;
  /** Fee of the trade as a share of the traded notional, WAD, charged to equity and rounded up. Default: 0. */
  readonly feeRatio?: bigint | undefined;
};

/** The largest size, and what limits it. */
export type GetMaxSizeReturnType = MaxSizeResult;

/** What `getMaxSize` may throw. */
export type GetMaxSizeErrorType = GetSnapshotErrorType;

/**
 * Asks how large a position may become on one side, base WAD, rounded down: one `eth_call`, the rest is computed here.
 *
 * @param client - Any viem client with a transport.
 * @param parameters - Lens, guard, market, intent, and when the trade will be included and what it will cost.
 * @returns The largest size, the limit that binds there, and the whole verdict at that size.
 * @throws {ContractFunctionExecutionError} When the call fails.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its Solidity type, or `at` is before the price.
 *
 * @example
 * ```ts
 * const { maxSize, limit } = await getMaxSize(client, { lens, guard, market, intent, feeRatio: 500_000_000_000_000n });
 * ```
 */
export async function getMaxSize<chain extends Chain | undefined>(
  client: Client<Transport, chain>,
  parameters: GetMaxSizeParameters,
): Promise<GetMaxSizeReturnType> {
  const { intent, at, feeRatio = 0n, ...source } = parameters;
  const snapshot = await getSnapshot(client, { ...source, account: intent.account });
  return maxSize(snapshot, intent, { at: at ?? snapshot.timestamp, feeRatio });
}
