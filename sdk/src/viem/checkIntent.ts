import type { Chain, Client, Transport } from "viem";
import { type CheckResult, check } from "../guard/check.ts";
import type { Position } from "../guard/sizing.ts";
import { type GetSnapshotErrorType, type GetSnapshotParameters, getSnapshot, type WithoutAccount } from "./getSnapshot.ts";

/** What `checkIntent` needs to know. */
export type CheckIntentParameters = WithoutAccount<GetSnapshotParameters> & {
  /** The position after the action, as the protocol would state it. */
  readonly position: Position;
  /** Expected time of inclusion, seconds, unix. Default: the block's. */
  readonly at?: bigint | undefined;
};

/** The guard's verdict, how much is left of it, and the error the chain would answer. */
export type CheckIntentReturnType = CheckResult;

/** What `checkIntent` may throw. */
export type CheckIntentErrorType = GetSnapshotErrorType;

/**
 * Asks what the guard would say to a position: one `eth_call`, the rest is computed here.
 *
 * To ask about several positions, take one snapshot with `getSnapshot` and call `check` on it.
 *
 * @param client - Any viem client with a transport.
 * @param parameters - Lens, guard, market, position and, if not the block's, the time of inclusion.
 * @returns The verdict of `check`: a refusal is an answer, not an exception.
 * @throws {ContractFunctionExecutionError} When the call fails.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its Solidity type, or `at` is before the price.
 *
 * @example
 * ```ts
 * const { allowed, maxSize, rejection } = await checkIntent(client, { lens, guard, market, position });
 * ```
 */
export async function checkIntent<chain extends Chain | undefined>(
  client: Client<Transport, chain>,
  parameters: CheckIntentParameters,
): Promise<CheckIntentReturnType> {
  const { position, at, ...source } = parameters;
  const snapshot = await getSnapshot(client, { ...source, account: position.account });
  return check(snapshot, position, at ?? snapshot.timestamp);
}
