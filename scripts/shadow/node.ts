/** The questions a report asks its node, each failing with one line. */
import {
  BaseError,
  createPublicClient,
  getAddress,
  type Hex,
  HttpRequestError,
  hexToBigInt,
  hexToNumber,
  http,
  MethodNotFoundRpcError,
  numberToHex,
  type PublicClient,
  ResponseBodyTooLargeError,
  type RpcLog,
  RpcRequestError,
  TimeoutError,
  zeroHash,
} from "viem";
import { sizingGuardAbi } from "../../sdk/src/abis/index.ts";
import { decodePolicy, type Mode } from "../../sdk/src/index.ts";
import type { BlockRange } from "./chunks.ts";
import type { RawLog } from "./rejections.ts";

/** Milliseconds, for one request. */
const TIMEOUT = 30_000;
/** HTTP statuses by which a proxy says that a question is too large, or took too long. */
const TOO_MUCH_STATUSES: readonly number[] = [400, 408, 413, 500, 502, 503, 504];
/** What some nodes answer instead of the HTTP status. */
const TOO_MANY_REQUESTS = 429;
/** Characters: some answer with a whole page. */
const LONGEST_REASON = 300;

export interface Block {
  readonly number: bigint;
  readonly hash: Hex;
  /** Seconds, unix. */
  readonly timestamp: bigint;
}

/** What a node did not answer, in one line. It names the node without the path, which often holds a key. */
export class NodeError extends Error {
  constructor(rpc: string, cause: unknown) {
    super(`The node at ${new URL(rpc).origin} did not answer: ${reasonOf(cause)}`, { cause });
    this.name = "NodeError";
  }
}

export class Node {
  readonly #rpc: string;
  readonly #client: PublicClient;

  /** @param rpc - http or https URL */
  constructor(rpc: string) {
    this.#rpc = rpc;
    this.#client = createPublicClient({ transport: http(rpc, { timeout: TIMEOUT }) });
  }

  /** The first question to ask. */
  chainId(): Promise<number> {
    return this.#ask(() => this.#client.getChainId());
  }

  /** @throws {Error} also where the node does not have the block */
  async block(number: bigint | "latest"): Promise<Block> {
    const tag = number === "latest" ? number : numberToHex(number);
    const block = await this.#ask(() => this.#client.request({ method: "eth_getBlockByNumber", params: [tag, false] }));
    if (block?.number == null || block.hash === null) throw new Error(`The node at ${new URL(this.#rpc).origin} has no block ${number}.`);
    return { number: hexToBigInt(block.number), hash: block.hash, timestamp: hexToBigInt(block.timestamp) };
  }

  /**
   * The protocol a guard judges for.
   * @throws {Error} one line where there is no contract at the address, or it is not a guard
   */
  async protocolOf(guard: Hex, { number: blockNumber }: Block): Promise<Hex> {
    const code = await this.#ask(() => this.#client.getCode({ address: guard, blockNumber }));
    if (code === undefined) throw new Error(`There is no contract at ${guard}.`);
    try {
      const protocol = await this.#client.readContract({ address: guard, abi: sizingGuardAbi, functionName: "PROTOCOL", blockNumber });
      await this.mode(guard, zeroHash, blockNumber);
      return getAddress(protocol);
    } catch (error) {
      if (isUnanswered(error)) throw error instanceof NodeError ? error : new NodeError(this.#rpc, error);
      throw new Error(`The contract at ${guard} is not a Sizing Guard: it does not answer PROTOCOL() and policy(bytes32).`);
    }
  }

  /** The mode of a market after a block; `null` where it has no policy. */
  async mode(guard: Hex, market: Hex, blockNumber: bigint): Promise<Mode | null> {
    const ask = { address: guard, abi: sizingGuardAbi, functionName: "policy", args: [market], blockNumber } as const;
    return decodePolicy(await this.#ask(() => this.#client.readContract(ask)))?.mode ?? null;
  }

  /**
   * Logs of one contract.
   * @param topics - By position: any of these; an empty list stands for any at all.
   */
  async logs(address: Hex, topics: readonly (readonly Hex[])[], { first, last }: BlockRange): Promise<readonly RawLog[]> {
    const filter = {
      address,
      topics: topics.map((some) => (some.length === 0 ? null : [...some])),
      fromBlock: numberToHex(first),
      toBlock: numberToHex(last),
    };
    const ask = (options?: { readonly retryCount: number }) =>
      this.#ask(() => this.#client.request({ method: "eth_getLogs", params: [filter] }, options));
    // What is too much is too much a second time: it is asked in smaller pieces rather than again.
    const answer = await ask({ retryCount: 0 }).catch((error) => {
      if (first < last && isTooMuch(error)) throw error;
      return ask();
    });
    return answer.map(toRawLog);
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw new NodeError(this.#rpc, error);
    }
  }
}

/**
 * Whether the same question about fewer blocks may be answered. Nodes say it in many words and with many codes, so every
 * refusal may mean it; that nobody listens, that the key is wrong or that the method is unknown does not.
 */
export function isTooMuch(error: unknown): boolean {
  if (find(error, MethodNotFoundRpcError) !== undefined) return false;
  if (find(error, TimeoutError) !== undefined || find(error, ResponseBodyTooLargeError) !== undefined) return true;
  const refused = find(error, RpcRequestError);
  const status = (refused ?? find(error, HttpRequestError))?.status;
  return status === undefined ? refused !== undefined && refused.code !== TOO_MANY_REQUESTS : TOO_MUCH_STATUSES.includes(status);
}

/** Whether nobody answered, rather than the contract with a revert or with something else. */
function isUnanswered(error: unknown): boolean {
  return [HttpRequestError, TimeoutError, ResponseBodyTooLargeError].some((kind) => find<Error>(error, kind) !== undefined);
}

/** The first error of a kind among those an error was caused by, itself included. */
function find<T>(error: unknown, kind: abstract new (...args: never[]) => T): T | undefined {
  const inner = error instanceof NodeError ? error.cause : error;
  if (!(inner instanceof BaseError)) return undefined;
  return (inner.walk((one) => one instanceof kind) as T | null) ?? undefined;
}

function reasonOf(error: unknown): string {
  if (find(error, TimeoutError) !== undefined) return `it took more than ${TIMEOUT / 1_000} seconds.`;
  const reason = error instanceof BaseError ? error.details || error.shortMessage : `${error}`;
  return reason.replace(/\s+/g, " ").trim().slice(0, LONGEST_REASON);
}

function toRawLog({ address, topics, data, blockNumber, transactionHash, logIndex }: RpcLog): RawLog {
  if (blockNumber === null || transactionHash === null || logIndex === null) {
    throw new Error("The node answered with a log that is in no block: ask one that answers eth_getLogs by its blocks.");
  }
  return { address, topics, data, block: hexToBigInt(blockNumber), transaction: transactionHash, logIndex: hexToNumber(logIndex) };
}
