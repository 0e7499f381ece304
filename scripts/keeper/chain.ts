/** The node, through viem: every answer belongs to the one chain this process began with, or is an error. */
import {
  type Abi,
  AbiDecodingZeroDataError,
  type AbiEvent,
  type Address,
  BaseError,
  createPublicClient,
  type Hex,
  http,
  type Log,
  type PublicClient,
  RawContractError,
  type Transport,
} from "viem";
import { revertData } from "../lib/revert.ts";

/** Bytes of calldata in one read of many: some sixty calls, which the bound on creation code and any node's gas allow. */
const BATCH_BYTES = 4_096;
const RETRIES = 1;
const RETRY_DELAY = 200;

/** A block, as far as it matters. */
export interface Head {
  readonly number: bigint;
  readonly hash: Hex;
  /** Seconds, unix. */
  readonly timestamp: bigint;
}

/** A view to call. */
export interface View {
  readonly address: Address;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args?: readonly unknown[];
}

/** A chain that is not the one we began with: nothing that is read there counts. */
export class WrongChainError extends Error {}

export class Chain {
  readonly client: PublicClient;
  #id: number | undefined;

  /**
   * @param timeout - Of one request, milliseconds.
   * @param onError - Told of every request that failed for another reason than a revert.
   */
  constructor(rpc: string, timeout: number, onError: (method: string) => void) {
    const transport = counted(http(rpc, { timeout, retryCount: RETRIES, retryDelay: RETRY_DELAY }), onError);
    this.client = createPublicClient({ transport });
  }

  /** The id every later answer is held against. */
  get id(): number {
    if (this.#id === undefined) throw new Error("The chain was not asked for its id yet.");
    return this.#id;
  }

  /**
   * Asks the chain who it is. The first answer, or what was expected, counts for good.
   * @throws {WrongChainError} when it is another one
   */
  async requireSame(expected: number | undefined = this.#id): Promise<void> {
    const answered = await this.client.getChainId();
    if (expected !== undefined && answered !== expected) {
      throw new WrongChainError(`The node answers for chain ${answered}, and this keeper is for chain ${expected}.`);
    }
    this.#id = answered;
  }

  /** A request in the node's own words. */
  ask<T>(method: string, parameters: readonly unknown[] = []): Promise<T> {
    return this.client.request({ method, params: parameters } as never) as Promise<T>;
  }

  async head(): Promise<Head> {
    const { number, hash, timestamp } = await this.client.getBlock({ blockTag: "latest", includeTransactions: false });
    return { number, hash, timestamp };
  }

  hasCode = async (address: Address): Promise<boolean> => ((await this.client.getCode({ address })) ?? "0x") !== "0x";

  /**
   * Calls many views at one block, some sixty in a request, on a chain that needs nothing deployed for it.
   * @returns In their order what each returned, and `null` for one that reverted. The caller knows their types.
   * @throws when the node fails
   */
  async readAll(views: readonly View[], blockNumber: bigint): Promise<unknown[]> {
    if (views.length === 0) return [];
    const contracts = views as never[];
    const results = await this.client.multicall({ contracts, deployless: true, batchSize: BATCH_BYTES, blockNumber });
    return (results as { status: "success" | "failure"; result?: unknown; error?: unknown }[]).map(({ status, result, error }) => {
      if (status === "success") return result;
      if (isOfTheView(error)) return null;
      throw error;
    });
  }

  /** Logs of these events, decoded as far as they are what they should be. */
  logs(address: readonly Address[], events: readonly AbiEvent[], fromBlock: bigint, toBlock: bigint): Promise<NamedLog[]> {
    const parameters = { address: [...address], events, fromBlock, toBlock, strict: false } as const;
    return this.client.getLogs(parameters as never) as unknown as Promise<NamedLog[]>;
  }
}

export type NamedLog = Log & { readonly eventName?: string; readonly args?: Readonly<Record<string, unknown>> };

/** Whether it is the view that failed, rather than the request. */
function isOfTheView(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk((cause) => cause instanceof RawContractError || cause instanceof AbiDecodingZeroDataError) !== null
  );
}

/** A transport that tells of what fails. */
function counted(inner: Transport, onError: (method: string) => void): Transport {
  return (parameters) => {
    const transport = inner(parameters);
    const request = async (asked: { method: string }): Promise<unknown> => {
      try {
        return await transport.request(asked as never);
      } catch (error) {
        if (revertData(error) === undefined) onError(asked.method);
        throw error;
      }
    };
    return { ...transport, request: request as never };
  };
}

/** One line of what failed, without what may hold a secret: a node's URL often is one. */
export function explainError(error: unknown, rpc: string): string {
  const text =
    error instanceof BaseError ? [error.shortMessage, error.details].filter(Boolean).join(" ") : `${(error as Error)?.message ?? error}`;
  return text.replaceAll(rpc, new URL(rpc).origin).replace(/\s+/g, " ").trim();
}
