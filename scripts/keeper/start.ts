/** From options to a keeper: asks the chain whether what it was told fits together. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Address, isAddressEqual, zeroAddress } from "viem";
import { sizingGuardAbi } from "../../sdk/src/abis/index.ts";
import { controllerAbi } from "./abis.ts";
import { Accounts } from "./accounts.ts";
import { Chain, explainError, WrongChainError } from "./chain.ts";
import type { Logger } from "./log.ts";
import { backoff, type Keeper } from "./loop.ts";
import type { Metrics } from "./metrics.ts";
import { ConfigurationError, type Options } from "./options.ts";
import type { Contracts } from "./read.ts";
import { Sender } from "./sender.ts";

/**
 * Waits for the node as long as it takes, unless it is told to stop, or runs once.
 * @returns `null` when it was told to stop.
 * @throws {ConfigurationError} when the chain, or what is on it, is not what the options say
 */
export async function startKeeper(options: Options, metrics: Metrics, log: Logger, stop: AbortSignal): Promise<Keeper | null> {
  const chain = new Chain(options.rpc, options.timeout, metrics.rpcError);
  for (let failures = 1; !stop.aborted; failures++) {
    try {
      return await build(options, chain, metrics, log);
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      if (error instanceof WrongChainError) throw new ConfigurationError(`${error.message} Check --rpc.`);
      const reason = explainError(error, options.rpc);
      if (options.isOnce) throw new ConfigurationError(`No chain answers at ${new URL(options.rpc).origin}: ${reason}`);
      const wait = backoff(failures, options.interval);
      log.warn({ reason, failures, wait }, "the node does not answer yet");
      await sleep(wait, undefined, { signal: stop }).catch(() => undefined);
    }
  }
  return null;
}

async function build(options: Options, chain: Chain, metrics: Metrics, log: Logger): Promise<Keeper> {
  await chain.requireSame(options.chainId);
  await requireGenesis(options, chain);
  const contracts = await readContracts(options, chain);
  const { guard, protocol, controller } = contracts;
  const sender = await createSender(options, chain);
  const actor = { chain, contracts, sender, receiver: options.receiver ?? null, isDryRun: options.isDryRun };
  const accounts = new Accounts({ ...options, guard, protocol });
  const about = { chainId: chain.id, guard, protocol, controller, sender: sender?.address ?? null, isDryRun: options.isDryRun };
  log.info({ ...about, rpc: undefined, node: new URL(options.rpc).origin }, "keeping");
  return { options, chain, actor, accounts, metrics, log };
}

/** A chain with the same id that was started anew, or a fork of it. */
async function requireGenesis({ genesisHash }: Options, chain: Chain): Promise<void> {
  if (genesisHash === undefined) return;
  const { hash } = await chain.client.getBlock({ blockNumber: 0n });
  if (hash !== genesisHash)
    throw new ConfigurationError(`Chain ${chain.id} is not the one of the deployment record: its block 0 is another one.`);
}

async function readContracts(
  { guard, controller = null }: { guard: Address; controller?: Address | null },
  chain: Chain,
): Promise<Contracts> {
  const { client } = chain;
  await requireCode(chain, guard, "guard");
  const protocol = await client.readContract({ address: guard, abi: sizingGuardAbi, functionName: "PROTOCOL" });
  if (controller === null) return { guard, protocol, controller, terms: null };
  await requireCode(chain, controller, "controller");
  const ofController = { address: controller, abi: controllerAbi } as const;
  const itsGuard = await client.readContract({ ...ofController, functionName: "GUARD" });
  if (!isAddressEqual(itsGuard, guard)) throw new ConfigurationError(`The controller at ${controller} is for the guard at ${itsGuard}.`);
  return { guard, protocol, controller, terms: await client.readContract({ ...ofController, functionName: "terms" }) };
}

async function requireCode(chain: Chain, address: Address, what: string): Promise<void> {
  if (!(await chain.hasCode(address))) throw new ConfigurationError(`There is no ${what} at ${address} on chain ${chain.id}.`);
}

async function createSender(options: Options, chain: Chain): Promise<Sender | null> {
  const { signer, patience } = options;
  if (signer.kind === "none") return null;
  if (signer.kind === "local") return new Sender(chain, signer, signer.account.address, patience);
  const [unlocked = zeroAddress] = await chain.ask<Address[]>("eth_accounts");
  if (unlocked === zeroAddress) throw new ConfigurationError("The node has no unlocked account: use KEEPER_PRIVATE_KEY.");
  return new Sender(chain, signer, unlocked, patience);
}
