/** What a deployment was begun with: kept beside Ignition's journal, so that a resumed run does what the first one began. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { getAddress, type Hex } from "viem";
import { journalFolder, LOCAL_CHAIN_ID, readJson, toJson, writeWhole } from "../lib/deployments.ts";
import { DEFAULT_POLICY, FEED_DECIMALS } from "../lib/market.ts";
import type { Chain } from "./chain.ts";
import type { Options } from "./options.ts";
import { type PolicyFile, requirePolicy, toPolicyFile } from "./policy.ts";

/** What the user decides. */
interface Choices {
  readonly mode: "reference" | "protocol";
  readonly deployer: Hex;
  readonly admin: Hex;
  readonly protocol?: Hex;
  readonly feed?: Hex;
  readonly market?: string;
  readonly policy?: PolicyFile;
}

/** The choices, and where and when the first run met them. */
export interface Inputs extends Choices {
  readonly chainId: number;
  readonly network: string;
  readonly commit?: string;
  readonly genesisHash: Hex;
  /** Latest block before the first transaction. */
  readonly startBlock: number;
  /** Time of the test feed's first round, unix seconds, where there is one. */
  readonly firstRound?: string;
}

const CHOICES = ["mode", "deployer", "admin", "protocol", "feed", "market", "policy"] as const;
const DEFAULT_MARKET = "ETH/USD";

const inputsPath = (folder: string, chainId: number): string => join(journalFolder(folder, chainId), "inputs.json");

/** The inputs of the deployment that was begun on this chain; `undefined` when none was. */
export function readInputs(folder: string, chainId: number): Inputs | undefined {
  const path = inputsPath(folder, chainId);
  return existsSync(path) ? readJson(path, (value) => value as Inputs) : undefined;
}

/**
 * The inputs to deploy with: those the deployment was begun with, or new ones, which are written down.
 * @throws {Error} one line when the options are incomplete, or are not those it was begun with
 */
export async function settleInputs(options: Options, chain: Chain, chainId: number): Promise<Inputs> {
  const choices = choose(options, chainId, deployerOf(await chain.accounts()));
  const begun = readInputs(options.out, chainId);
  if (begun !== undefined) return requireSame(begun, choices, options.out);
  await requireSound(choices, chain);
  const needsRound = choices.mode === "reference" && choices.feed === undefined;
  const inputs = {
    ...choices,
    chainId,
    network: options.network,
    commit: sourcesCommit(),
    genesisHash: await chain.genesisHash(),
    startBlock: await chain.latestBlock(),
    firstRound: needsRound ? `${await chain.time()}` : undefined,
  };
  writeWhole(inputsPath(options.out, chainId), toJson(inputs));
  return readInputs(options.out, chainId) as Inputs;
}

/** What would stop the deployment halfway must stop it here. */
async function requireSound({ policy, market, feed }: Choices, chain: Chain): Promise<void> {
  if (policy === undefined) return;
  requirePolicy(policy, market as string, feed);
  const decimals = feed === undefined ? FEED_DECIMALS : await chain.feedDecimals(feed);
  if (decimals === undefined) throw new Error(`There is no price feed at ${feed}.`);
  if (policy.feedDecimals !== `${decimals}`) throw new Error(`The feed has ${decimals} decimals; the policy says ${policy.feedDecimals}.`);
}

function deployerOf(accounts: readonly Hex[]): Hex {
  const [first] = accounts;
  if (first === undefined) throw new Error("The network has no account to deploy from: set DEPLOYER_PRIVATE_KEY (docs/deploying.md).");
  return getAddress(first);
}

function choose(options: Options, chainId: number, deployer: Hex): Choices {
  const isLocal = chainId === LOCAL_CHAIN_ID;
  const mode = options.mode ?? (isLocal ? "reference" : undefined);
  if (mode === undefined) throw new Error("Say what to deploy: --protocol ADDRESS for your protocol's guard, or --reference.");
  const common = { mode, deployer, admin: options.admin ?? deployer, ...pick(options, ["feed", "protocol"]) };
  if (mode === "reference") {
    if (!isLocal && options.feed === undefined) throw new Error("Name the price feed with --feed: anyone can write the test feed.");
    return { ...common, market: options.market ?? DEFAULT_MARKET, policy: withoutFeed(options.policy ?? toPolicyFile(DEFAULT_POLICY)) };
  }
  if (options.policy === undefined) {
    if (options.market !== undefined || options.feed !== undefined) throw new Error("--market and --feed go with --policy FILE.");
    return common;
  }
  if (options.feed === undefined) throw new Error("Name the policy's price feed with --feed.");
  if (options.market === undefined) throw new Error("Name the policy's market with --market, for instance --market ETH/USD.");
  return { ...common, market: options.market, policy: withoutFeed(options.policy) };
}

function withoutFeed({ feed: _, ...policy }: PolicyFile): PolicyFile {
  return policy as unknown as PolicyFile;
}

function pick<T, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]])) as Pick<T, K>;
}

/** Other options now would give half of one deployment and half of another. */
function requireSame(begun: Inputs, choices: Choices, out: string): Inputs {
  const other = CHOICES.find((name) => toJson(begun[name] ?? null) !== toJson(choices[name] ?? null));
  if (other === undefined) return begun;
  const show = (value: unknown): string => (typeof value === "string" ? value : value === undefined ? "none" : "another");
  const folder = journalFolder(out, begun.chainId);
  throw new Error(
    `${folder} was begun with other options (${other}: ${show(begun[other])}, now ${show(choices[other])}). Use the same, or move it and ${begun.chainId}.json away to deploy anew.`,
  );
}

/** The commit the contracts are of; `undefined` when they differ from it, or there is no git. */
function sourcesCommit(): string | undefined {
  const git = (...args: string[]): string | undefined => {
    const { status, stdout } = spawnSync("git", args, { cwd: fileURLToPath(new URL("../..", import.meta.url)), encoding: "utf8" });
    return status === 0 ? stdout.trim() : undefined;
  };
  return git("status", "--porcelain", "--", "contracts") === "" ? git("rev-parse", "HEAD") : undefined;
}
