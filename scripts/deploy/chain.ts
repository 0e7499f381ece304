import { type Hex, hexToBigInt, hexToNumber, numberToHex, size } from "viem";

/** What is asked of a connection's provider. */
interface Provider {
  request(args: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
}

/** `decimals()` */
const DECIMALS_SELECTOR = "0x313ce567";

interface Block {
  readonly number: Hex;
  readonly hash: Hex;
  readonly timestamp: Hex;
  readonly transactions: readonly { readonly hash: Hex; readonly from: Hex; readonly nonce: Hex }[];
}

/** The few questions a deployment asks its chain, besides those Ignition asks. */
export class Chain {
  readonly provider: Provider;

  constructor(provider: Provider) {
    this.provider = provider;
  }

  /** @throws {Error} one line when nothing, or something else than a node, answers */
  async chainId(): Promise<number> {
    return hexToNumber(await this.#ask<Hex>("eth_chainId"));
  }

  /** Accounts that can send transactions. */
  accounts(): Promise<Hex[]> {
    return this.#ask("eth_accounts");
  }

  async genesisHash(): Promise<Hex> {
    return (await this.#block(0)).hash;
  }

  async latestBlock(): Promise<number> {
    return hexToNumber((await this.#block("latest")).number);
  }

  /** Time of the next block, unix seconds: of an idle local chain the latest block can be hours old. */
  async time(): Promise<bigint> {
    return hexToBigInt((await this.#block("pending")).timestamp);
  }

  async hasCode(address: Hex): Promise<boolean> {
    return (await this.#ask<Hex>("eth_getCode", [address, "latest"])) !== "0x";
  }

  /** The decimals a price feed says it has; `undefined` when there is no feed at this address. */
  async feedDecimals(feed: Hex): Promise<bigint | undefined> {
    const answer = await this.#ask<Hex>("eth_call", [{ to: feed, data: DECIMALS_SELECTOR }, "latest"]).catch(() => "0x" as const);
    return size(answer) === 32 ? hexToBigInt(answer) : undefined;
  }

  /**
   * The transaction an account sent with this nonce; `undefined` when there is none.
   * @param from - No such transaction is before this block.
   * @throws {Error} one line when there is one, and the node does not say which
   */
  async findTransaction(sender: Hex, nonce: number, from: number): Promise<Hex | undefined> {
    const latest = await this.latestBlock();
    if ((await this.#nonceAfter(sender, latest)) <= nonce) return this.#waiting(sender, nonce);
    let low = from;
    let high = latest;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((await this.#nonceAfter(sender, middle)) > nonce) high = middle;
      else low = middle + 1;
    }
    return this.#inBlock(low, sender, nonce);
  }

  async #waiting(sender: Hex, nonce: number): Promise<Hex | undefined> {
    if ((await this.#nonceAfter(sender, "pending")) <= nonce) return undefined;
    const found = await this.#inBlock("pending", sender, nonce);
    if (found === undefined) throw new Error(`Transaction ${nonce} of ${sender} is not in a block yet. Run the command again when it is.`);
    return found;
  }

  async #nonceAfter(sender: Hex, block: number | "pending"): Promise<number> {
    return hexToNumber(await this.#ask<Hex>("eth_getTransactionCount", [sender, toTag(block)]));
  }

  async #inBlock(block: number | "pending", sender: Hex, nonce: number): Promise<Hex | undefined> {
    const { transactions } = await this.#block(block, true);
    const found = transactions.find((sent) => sent.from.toLowerCase() === sender.toLowerCase() && hexToNumber(sent.nonce) === nonce);
    return found?.hash;
  }

  #block(block: number | "latest" | "pending", isWhole = false): Promise<Block> {
    return this.#ask("eth_getBlockByNumber", [toTag(block), isWhole]);
  }

  async #ask<T>(method: string, params: readonly unknown[] = []): Promise<T> {
    const answer = await this.provider.request({ method, params });
    if (answer === null || answer === undefined) throw new Error(`The node has no answer to ${method}(${params.join(", ")}).`);
    return answer as T;
  }
}

function toTag(block: number | string): string {
  return typeof block === "number" ? numberToHex(block) : block;
}
