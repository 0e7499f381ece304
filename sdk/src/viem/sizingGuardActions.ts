import type { Chain, Client, Transport } from "viem";
import { type CheckIntentParameters, type CheckIntentReturnType, checkIntent } from "./checkIntent.ts";
import { type GetMaxSizeParameters, type GetMaxSizeReturnType, getMaxSize } from "./getMaxSize.ts";
import { type GetSnapshotParameters, type GetSnapshotReturnType, getSnapshot } from "./getSnapshot.ts";

/** What the decorator binds besides the client. */
export type SizingGuardAddresses = Pick<GetSnapshotParameters, "lens" | "guard">;

/** `Omit` that keeps a union a union: a block is a number or a tag, not both. */
type Without<parameters, keys extends PropertyKey> = parameters extends unknown ? Omit<parameters, keys> : never;

type Bound<parameters> = Without<parameters, keyof SizingGuardAddresses>;

/** What a decorated client can do. */
export type SizingGuardActions = {
  /** {@link getSnapshot} of the bound guard. */
  readonly getSnapshot: (parameters: Bound<GetSnapshotParameters>) => Promise<GetSnapshotReturnType>;
  /** {@link checkIntent} of the bound guard. */
  readonly checkIntent: (parameters: Bound<CheckIntentParameters>) => Promise<CheckIntentReturnType>;
  /** {@link getMaxSize} of the bound guard. */
  readonly getMaxSize: (parameters: Bound<GetMaxSizeParameters>) => Promise<GetMaxSizeReturnType>;
};

/**
 * Decorates a viem client with the actions of one guard. It only binds: each action is a function of its own as well.
 *
 * @param addresses - The guard, and a lens to read it through.
 * @returns What `client.extend` takes.
 *
 * @example
 * ```ts
 * const client = createClient({ chain, transport: http() }).extend(sizingGuardActions({ lens, guard }));
 * const { allowed, limit } = await client.checkIntent({ market, position });
 * ```
 */
export function sizingGuardActions(
  addresses: SizingGuardAddresses,
): <chain extends Chain | undefined>(client: Client<Transport, chain>) => SizingGuardActions {
  return (client) => ({
    getSnapshot: (parameters) => getSnapshot(client, { ...parameters, ...addresses }),
    checkIntent: (parameters) => checkIntent(client, { ...parameters, ...addresses }),
    getMaxSize: (parameters) => getMaxSize(client, { ...parameters, ...addresses }),
  });
}
