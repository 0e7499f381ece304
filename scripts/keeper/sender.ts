/** Sends one transaction at a time. What is under way, of this run or of one that was killed, is waited for first. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Address, Eip1559FeesNotSupportedError, type Hex, keccak256, type TransactionSerializable } from "viem";
import type { Chain } from "./chain.ts";
import type { Signer } from "./options.ts";

/** What became of a transaction: `raced`, another one of the same account took its place; `unsent`, the node did not take it. */
export type SendOutcome = "done" | "reverted" | "raced" | "unsent" | "pending";

/** What to send. */
export interface Transaction {
  readonly to: Address;
  readonly data: Hex;
  readonly gas: bigint;
}

/** Under which nonce to send, and with fees how many quarters above the usual. */
export interface Turn {
  readonly nonce: number;
  readonly raises: number;
}

/** Milliseconds between two looks at whether a transaction is mined. */
const LOOKS = [50, 100, 200, 500, 1_000] as const;

/** Six times the usual fee: beyond that somebody should look. */
const MOST_RAISES = 8;

type Fees = { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint } | { readonly gasPrice: bigint };

export class Sender {
  readonly address: Address;
  readonly #chain: Chain;
  readonly #signer: Signer;
  readonly #patience: number;
  #stuck: { readonly nonce: number; readonly since: number } | undefined;

  /** @param patience - Milliseconds a transaction is waited for. */
  constructor(chain: Chain, signer: Signer, address: Address, patience: number) {
    this.#chain = chain;
    this.#signer = signer;
    this.#patience = patience;
    this.address = address;
  }

  /**
   * The next nonce. It must be asked for before anything is simulated: if somebody with the same key acts in between, it is
   * used up, and what was simulated on an older state cannot be mined.
   * @returns `null` while a transaction is under way. One that is for too long is replaced: only one of both can be mined.
   */
  async turn(): Promise<Turn | null> {
    const [mined, known] = await Promise.all([this.#nonce("latest"), this.#nonce("pending")]);
    if (known <= mined) {
      this.#stuck = undefined;
      return { nonce: mined, raises: 0 };
    }
    if (this.#stuck?.nonce !== mined) this.#stuck = { nonce: mined, since: Date.now() };
    const raises = Math.min(Math.floor((Date.now() - this.#stuck.since) / this.#patience), MOST_RAISES);
    return raises === 0 ? null : { nonce: mined, raises };
  }

  /** Sends, and waits for the receipt. Throws only when the node fails before anything was sent. */
  async send(transaction: Transaction, turn: Turn): Promise<{ outcome: SendOutcome; hash?: Hex; error?: unknown }> {
    const fees = await this.#fees(turn.raises);
    await this.#chain.requireSame();
    const { hash, error } = await this.#transmit(transaction, turn.nonce, fees);
    if (error === undefined || (hash !== undefined && (await this.#isKnown(hash)))) return this.#settle(hash as Hex, turn.nonce);
    const isTaken = await this.#nonce("pending").then((known) => known > turn.nonce);
    return { outcome: isTaken ? "raced" : "unsent", error };
  }

  /** The hash is known before the node is: its answer may be lost. */
  async #transmit({ to, data, gas }: Transaction, nonce: number, fees: Fees): Promise<{ hash?: Hex; error?: unknown }> {
    const { client, id } = this.#chain;
    if (this.#signer.kind === "local") {
      const type = "gasPrice" in fees ? "legacy" : "eip1559";
      const request = { chainId: id, nonce, to, data, gas, ...fees, type } as TransactionSerializable;
      const serialized = await this.#signer.account.signTransaction(request);
      const hash = keccak256(serialized);
      return client.sendRawTransaction({ serializedTransaction: serialized }).then(
        () => ({ hash }),
        (error: unknown) => ({ hash, error }),
      );
    }
    const quantities = Object.entries({ nonce: BigInt(nonce), gas, ...fees }).map(([name, value]) => [name, `0x${value.toString(16)}`]);
    const parameters = [{ from: this.address, to, data, ...Object.fromEntries(quantities) }];
    return this.#chain.ask<Hex>("eth_sendTransaction", parameters).then(
      (hash) => ({ hash }),
      (error: unknown) => ({ error }),
    );
  }

  /** Waits until the transaction, or another one with its nonce, is mined. */
  async #settle(hash: Hex, nonce: number): Promise<{ outcome: SendOutcome; hash: Hex }> {
    const deadline = Date.now() + this.#patience;
    for (let look = 0; ; look++) {
      const outcome = await this.#look(hash, nonce).catch(() => undefined);
      if (outcome !== undefined) return { outcome, hash };
      if (Date.now() > deadline) return { outcome: "pending", hash };
      await sleep(LOOKS[Math.min(look, LOOKS.length - 1)]);
    }
  }

  async #look(hash: Hex, nonce: number): Promise<SendOutcome | undefined> {
    // Asked first: a receipt that comes after it belongs to the nonce.
    const mined = await this.#nonce("latest");
    const receipt = await this.#receipt(hash);
    if (receipt !== null) return receipt.status === "success" ? "done" : "reverted";
    return mined > nonce ? "raced" : undefined;
  }

  async #isKnown(hash: Hex): Promise<boolean> {
    if ((await this.#receipt(hash)) !== null) return true;
    return (await this.#chain.ask("eth_getTransactionByHash", [hash])) !== null;
  }

  async #receipt(hash: Hex): Promise<{ status: "success" | "reverted" } | null> {
    const receipt = await this.#chain.ask<{ status: Hex } | null>("eth_getTransactionReceipt", [hash]);
    return receipt === null ? null : { status: receipt.status === "0x1" ? "success" : "reverted" };
  }

  #nonce(blockTag: "latest" | "pending"): Promise<number> {
    return this.#chain.client.getTransactionCount({ address: this.address, blockTag });
  }

  /** What the node advises, a quarter more for each raise, compounded; chains without base fee have a gas price. */
  async #fees(raises: number): Promise<Fees> {
    const raised = (fee: bigint): bigint => (fee * 5n ** BigInt(raises)) / 4n ** BigInt(raises) + (raises > 0 ? 1n : 0n);
    try {
      const { maxFeePerGas, maxPriorityFeePerGas } = await this.#chain.client.estimateFeesPerGas();
      return { maxFeePerGas: raised(maxFeePerGas), maxPriorityFeePerGas: raised(maxPriorityFeePerGas) };
    } catch (error) {
      if (!(error instanceof Eip1559FeesNotSupportedError)) throw error;
      return { gasPrice: raised(await this.#chain.client.getGasPrice()) };
    }
  }
}
