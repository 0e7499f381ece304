/** A deployed guard that observes one feed, round after round. */
import { network } from "hardhat";
import { type Hex, parseEventLogs } from "viem";
import { encodePolicy, type Policy } from "../../../sdk/src/index.ts";
import type { PathRound } from "../../demo/path.ts";
import { DEFAULT_POLICY, ETH_USD, FEED_DECIMALS, FIRST_ROUND_ID } from "../../lib/market.ts";
import type { Observation } from "./mirror.ts";

/** The contracts this needs. */
export const REPLAY_ROOTS: readonly string[] = [
  "contracts/SizingGuard.sol",
  "contracts/bench/RoundReplay.sol",
  "contracts/test/TestFeed.sol",
  "npm:@openzeppelin/contracts/access/manager/AccessManager.sol",
];

export type ReplayChain = Awaited<ReturnType<typeof network.create>>;

/** The chain's clock is today's, so that every recorded round lies in its past. */
export const startChain = (): Promise<ReplayChain> => network.create();

/** A feed without a round yet, and the guard that is to observe it. */
export interface WatchedFeed {
  readonly policy: Policy;
  /** Writes the rounds and has each observed before the next; at most `ROUNDS_A_CALL`. */
  readonly observe: (rounds: readonly PathRound[]) => Promise<readonly Observation[]>;
  /** Pokes without a new round, so many times; the word that is stored then. */
  readonly pokeAgain: (count: number) => Promise<bigint>;
}

/** Rounds of one transaction; one of them takes about 80 000 gas. */
export const ROUNDS_A_CALL = 200;

/** Enough for that many. */
const GAS = 50_000_000n;

/**
 * Deploys a guard that knows nothing yet, with the demo's policy.
 * @param heartbeat - Longest time between two rounds that is no gap, seconds: a multiple of 10, as policies hold it.
 */
export async function watchFeed({ viem }: ReplayChain, heartbeat: bigint): Promise<WatchedFeed> {
  const [deployer] = await viem.getWalletClients();
  if (deployer === undefined) throw new Error("The network has no account to deploy from: configure one.");
  const publicClient = await viem.getPublicClient();
  const manager = await viem.deployContract("AccessManager", [deployer.account.address]);
  const feed = await viem.deployContract("TestFeed", [FEED_DECIMALS, FIRST_ROUND_ID]);
  const guard = await viem.deployContract("SizingGuard", [manager.address, deployer.account.address]);
  const policy: Policy = { ...DEFAULT_POLICY, feed: feed.address.toLowerCase() as Hex, heartbeat, maxAge: 3n * heartbeat };
  await guard.write.setPolicy([ETH_USD, encodePolicy(policy)]);
  const replay = await viem.deployContract("RoundReplay", [feed.address, guard.address, ETH_USD]);

  const observe = async (rounds: readonly PathRound[]): Promise<readonly Observation[]> => {
    const [answers, times] = [rounds.map(({ answer8 }) => answer8), rounds.map(({ updatedAt }) => BigInt(updatedAt))];
    const hash = await replay.write.replay([answers, times], { gas: GAS });
    const { logs } = await publicClient.getTransactionReceipt({ hash });
    const [event] = parseEventLogs({ abi: replay.abi, logs, eventName: "Observed" });
    if (event === undefined) throw new Error("The replay left no event: its transaction failed.");
    const { words, variances } = event.args;
    return words.map((word, index) => ({ word, variance: variances[index] ?? 0n }));
  };
  const pokeAgain = async (count: number): Promise<bigint> => {
    await replay.write.pokeAgain([BigInt(count)], { gas: GAS });
    return guard.read.volatilityWord([ETH_USD]);
  };
  return { policy, observe, pokeAgain };
}
