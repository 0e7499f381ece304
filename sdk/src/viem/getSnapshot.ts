import {
  type Address,
  type BlockTag,
  type Chain,
  type Client,
  type ContractFunctionReturnType,
  type Hex,
  type Transport,
  zeroAddress,
} from "viem";
import { type ReadContractErrorType, readContract } from "viem/actions";
import { getAction } from "viem/utils";
import { sizingLensAbi } from "../abis/sizingLens.ts";
import type { ArgumentOutOfRangeError } from "../errors/math.ts";
import { ORACLE_STATUSES } from "../guard/enums.ts";
import { createSnapshot, type FeedFault, type GuardSnapshot, type RoundData } from "../guard/snapshot.ts";

/** The block to look at: a number, a tag, or neither for the latest. */
export type AtBlock =
  | {
      /** Height of the block. */
      readonly blockNumber?: bigint | undefined;
      readonly blockTag?: undefined;
    }
  | {
      readonly blockNumber?: undefined;
      /** Default: `latest`. */
      readonly blockTag?: BlockTag | undefined;
    };

/** A SizingLens: any will do, it keeps nothing. */
export type LensSource =
  /** Address of a deployed one. */
  | Address
  /** Its creation code: the call deploys it for its own duration, where none is on the chain. */
  | { readonly code: Hex };

/** What `getSnapshot` needs to know. */
export type GetSnapshotParameters = AtBlock & {
  /** Through what to look: a deployed lens by its address, or the creation code of one. */
  readonly lens: LensSource;
  /** Address of the guard. */
  readonly guard: Address;
  /** Id of the market, 32 bytes. */
  readonly market: Hex;
  /** Whose meters to read: the account that is going to act. Default: none, which does where the policy measures no accounts. */
  readonly account?: Address | undefined;
};

/** For questions that name the account themselves. */
export type WithoutAccount<parameters> = parameters extends unknown ? Omit<parameters, "account"> : never;

/** Policy, price and variance, pinned to a block. */
export type GetSnapshotReturnType = GuardSnapshot;

/** What `getSnapshot` may throw. */
export type GetSnapshotErrorType = ReadContractErrorType | ArgumentOutOfRangeError;

/**
 * Reads everything a decision depends on besides the position, in exactly one `eth_call`.
 *
 * Block number and time come from inside that call, so the snapshot is of one block even where `latest` moves on meanwhile.
 * It never fails because of a feed: a feed that does not answer makes a snapshot without a round. On rollups whose EVM
 * counts the blocks of the chain below, so does the snapshot's `blockNumber`.
 *
 * @param client - Any viem client with a transport.
 * @param parameters - Lens, guard, market, account and, if not the latest, the block.
 * @returns The snapshot that `check`, `maxSize` and `explain` take.
 * @throws {ContractFunctionExecutionError} When the call fails: no lens or no guard at its address, or no such block.
 *
 * @example
 * ```ts
 * const snapshot = await getSnapshot(client, { lens, guard, market, account });
 * const { allowed, limit, maxSize } = check(snapshot, position, snapshot.timestamp);
 * ```
 */
export async function getSnapshot<chain extends Chain | undefined>(
  client: Client<Transport, chain>,
  parameters: GetSnapshotParameters,
): Promise<GetSnapshotReturnType> {
  const { lens, guard, market, account = zeroAddress, ...block } = parameters;
  // Through the client, so that an action its user replaced is the one that is used.
  const read = getAction(client, readContract, "readContract");
  const source = typeof lens === "string" ? { address: lens } : { code: lens.code };
  const call = { ...block, ...source, abi: sizingLensAbi, functionName: "snapshot", args: [guard, market, account] } as const;
  const state = (await read(call)) as LensState;
  const { words, volatilityWord, meters, blockNumber, timestamp } = state;
  const fault = faultOf(state);
  return createSnapshot({ market, account, words, volatilityWord, meters, roundData: toRoundData(state), fault, blockNumber, timestamp });
}

type LensState = ContractFunctionReturnType<typeof sizingLensAbi, "view", "snapshot">;

/** Why there is no answer: what a lens of this version knows of. */
function faultOf({ fault }: LensState): FeedFault {
  const name = ORACLE_STATUSES[fault];
  return name === "SequencerDown" || name === "Deviating" ? name : "Invalid";
}

/** The lens says what the feed answered; what that is worth is decided here, as the guard does. */
function toRoundData({ isAnswered, round }: LensState): RoundData | null {
  // Where the policy asks how sure the feed is, the third word says it; where it does not, nobody reads it.
  return isAnswered ? { ...round, confidence: round.startedAt } : null;
}
