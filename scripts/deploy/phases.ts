/** The deployment in its phases. Each is an Ignition module; a phase that is done sends nothing. */
import { HardhatArtifactResolver } from "@nomicfoundation/hardhat-ignition/helpers";
import { type DeploymentResult, deploy, type IgnitionModule, status } from "@nomicfoundation/ignition-core";
import hre from "hardhat";
import { getAddress, type Hex } from "viem";
import { feedModule } from "../../ignition/modules/feed.ts";
import { guardModule } from "../../ignition/modules/guard.ts";
import { marketModule } from "../../ignition/modules/market.ts";
import { referenceModule } from "../../ignition/modules/reference.ts";
import { encodePolicy } from "../../sdk/src/index.ts";
import { LOCAL_CHAIN_ID } from "../lib/deployments.ts";
import { DEFAULT_CONFIG, FEED_DECIMALS, FIRST_ROUND_ID, marketId } from "../lib/market.ts";
import type { Chain } from "./chain.ts";
import type { Inputs } from "./inputs.ts";
import { type PolicyFile, toPolicy } from "./policy.ts";

/** Addresses by contract name, with the future that created each. */
export type Deployed = Readonly<Record<string, { readonly address: Hex; readonly futureId: string }>>;

/** First answer of the test feed, in its decimals. */
const FIRST_ANSWER = 2_000n * 10n ** BigInt(FEED_DECIMALS);

/** Milliseconds. A fee is never bumped: every nonce then has one transaction, and a lost one can be found again. */
const DAY = 86_400_000;

export interface Journal {
  readonly chain: Chain;
  readonly folder: string;
  readonly inputs: Inputs;
  readonly confirmations: number | undefined;
}

/**
 * Deploys everything, or what is still missing.
 * @throws {Error} one line that names the step and why it stopped
 */
export async function deployAll(journal: Journal): Promise<{ contracts: Deployed; feed: Hex | undefined }> {
  const { inputs } = journal;
  // The deployer sets the first policy, and therefore begins as admin.
  const handsOver = inputs.policy !== undefined && inputs.admin !== inputs.deployer;
  const admin = handsOver ? inputs.deployer : inputs.admin;
  const feed: Deployed = inputs.firstRound === undefined ? {} : await run(journal, testFeed(BigInt(inputs.firstRound)));
  const base = await run(journal, await baseModule(inputs, admin));
  const feedAddress = inputs.feed ?? feed.TestFeed?.address;
  if (inputs.policy !== undefined && feedAddress !== undefined) await run(journal, market(inputs, base, inputs.policy, feedAddress));
  return { contracts: { ...feed, ...base }, feed: feedAddress };
}

function testFeed(updatedAt: bigint) {
  return feedModule({ decimals: FEED_DECIMALS, firstRoundId: FIRST_ROUND_ID, answer: FIRST_ANSWER, updatedAt });
}

async function baseModule({ mode, protocol, deployer }: Inputs, admin: Hex) {
  if (mode === "protocol") return guardModule({ admin, protocol: protocol as Hex });
  const { bytecode } = await hre.artifacts.readArtifact("ReferencePerp");
  return referenceModule({ admin, deployer, perpCode: bytecode as Hex });
}

function market(inputs: Inputs, base: Deployed, file: PolicyFile, feed: Hex) {
  const { deployer, admin } = inputs;
  const policy = toPolicy(file, feed);
  const perp = base.ReferencePerp?.address;
  return marketModule({
    manager: at(base, "AccessManager"),
    guard: at(base, "SizingGuard"),
    market: marketId(inputs.market as string),
    words: encodePolicy(policy),
    ...(perp && { listing: { perp, config: { ...DEFAULT_CONFIG, feed, feedDecimals: Number(policy.feedDecimals) } } }),
    ...(admin !== deployer && { handover: { deployer, admin } }),
  });
}

export function at(contracts: Deployed, name: string): Hex {
  const found = contracts[name];
  if (found === undefined) throw new Error(`Ignition has no address for ${name}.`);
  return found.address;
}

async function run({ chain, folder, inputs, confirmations }: Journal, module: IgnitionModule): Promise<Deployed> {
  const isLocal = inputs.chainId === LOCAL_CHAIN_ID;
  const result = await deploy({
    ignitionModule: module,
    provider: chain.provider,
    deploymentDir: folder,
    artifactResolver: new HardhatArtifactResolver(hre.artifacts),
    deploymentParameters: {},
    accounts: await chain.accounts(),
    defaultSender: inputs.deployer,
    config: {
      requiredConfirmations: confirmations ?? (isLocal ? 1 : 3),
      blockPollingInterval: isLocal ? 20 : 1_000,
      disableFeeBumping: true,
      timeBeforeBumpingFees: DAY,
    },
  });
  if (!isDone(result, module)) throw new Error(whyStopped(result, folder));
  // From the journal: deployed_addresses.json is written after it, and a kill in between leaves it incomplete for good.
  const { contracts } = await status(folder);
  const names = Object.entries(module.results).map(([name, future]) => {
    const address = contracts[future.id]?.address;
    if (address === undefined) throw new Error(`Ignition has no address for ${name}.`);
    return [name, { address: getAddress(address), futureId: future.id }] as const;
  });
  return Object.fromEntries(names);
}

type Failure = Exclude<DeploymentResult, { type: "SUCCESSFUL_DEPLOYMENT" }>;

/** Ignition judges the whole journal: where an earlier run was killed in a later phase, this phase may be done nevertheless. */
function isDone(result: DeploymentResult, module: IgnitionModule): result is Exclude<DeploymentResult, Failure> {
  if (result.type === "SUCCESSFUL_DEPLOYMENT") return true;
  if (result.type !== "EXECUTION_ERROR") return false;
  const hasFailed = result.failed.length + result.timedOut.length + result.held.length > 0;
  return !hasFailed && !result.started.some((futureId) => futureId.startsWith(`${module.id}#`));
}

function whyStopped(result: Failure, folder: string): string {
  if (result.type === "EXECUTION_ERROR") {
    const failures = result.failed.map(({ futureId, error }) => `${futureId}: ${error}`);
    const waiting = result.timedOut.map(({ futureId }) => `${futureId}: its transaction is still not in a block`);
    return `The deployment stopped at ${[...failures, ...waiting].join("; ").replace(/\s+/g, " ")}`;
  }
  const reasons = Object.entries(result.errors).map(([futureId, errors]) => `${futureId}: ${errors.join(" ")}`);
  const advice = {
    VALIDATION_ERROR: "",
    RECONCILIATION_ERROR: ` Deploy from the sources ${folder} was begun with, or move it and its .json away to deploy anew.`,
    PREVIOUS_RUN_ERROR: ` Mend the cause, then let Ignition forget the step: hardhat ignition wipe (docs/deploying.md).`,
  }[result.type];
  return `The deployment did not run. ${reasons.join("; ").replace(/\s+/g, " ")}${advice}`;
}
