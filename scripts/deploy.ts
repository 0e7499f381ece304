// npm run deploy -- --network NAME ...: deploys a guard, or resumes a deployment that was interrupted (docs/deploying.md).
import { existsSync, rmSync } from "node:fs";
import hre, { network } from "hardhat";
import type { Deployment } from "../sdk/src/deployments.ts";
import { Chain } from "./deploy/chain.ts";
import { type Inputs, readInputs, settleInputs } from "./deploy/inputs.ts";
import { type Mined, mendFiles, minedTransactions, settleLostTransactions } from "./deploy/journal.ts";
import { type Options, parseOptions } from "./deploy/options.ts";
import { at, type Deployed, deployAll } from "./deploy/phases.ts";
import { verifyAll } from "./deploy/verify.ts";
import { buildContracts } from "./lib/build.ts";
import { DEPLOYMENTS_FOLDER, journalFolder, LOCAL_CHAIN_ID, readRecord, recordPath, writeRecord, writeSdkData } from "./lib/deployments.ts";
import { main } from "./lib/main.ts";
import { MARKET_ROOTS, marketId } from "./lib/market.ts";

const ROOTS = [...MARKET_ROOTS, "contracts/periphery/ReservedAddress.sol"];
/** Ignition's name of the call that creates the perp. */
const PERP_CREATION = "Reference#ReferencePerpCreation";

await main(async () => {
  try {
    await run(parseOptions(process.argv.slice(2)));
  } catch (error) {
    // Hardhat and Ignition explain themselves in paragraphs.
    throw process.env.DEBUG ? error : new Error(`${(error as Error).message}`.replace(/\s+/g, " ").trim());
  }
});

async function run(options: Options): Promise<void> {
  const connection = await connect(options);
  try {
    const chain = new Chain(connection.provider);
    const chainId = await reach(chain, options);
    mendFiles(journalFolder(options.out, chainId));
    await dropStaleRecords(options, chain, chainId);
    const inputs = await settleInputs(options, chain, chainId);
    if (options.compiles) {
      console.log("Compiling the contracts (a minute the first time, nothing after) ...");
      await buildContracts(ROOTS);
    }
    await deployAndRecord(options, chain, inputs);
  } finally {
    await connection.close();
  }
}

async function connect({ network: name, url }: Options) {
  const config = hre.config.networks[name];
  const reachable = Object.keys(hre.config.networks).filter((known) => hre.config.networks[known]?.type === "http");
  if (config?.type !== "http") {
    const why = config === undefined ? `There is no network "${name}"` : `The network "${name}" ends with this process`;
    throw new Error(`${why}. Use one of ${reachable.sort().join(", ")}, or add yours to hardhat.config.ts.`);
  }
  return network.create({ network: name, ...(url !== undefined && { override: { url } }) });
}

/** The chain's id: the first question, so that a node that is not there is said in one line. */
async function reach(chain: Chain, { network: name, url }: Options): Promise<number> {
  try {
    return await chain.chainId();
  } catch (error) {
    const [reason] = `${(error as Error).message}`.split("\n");
    throw new Error(`No chain answers as network "${name}"${url === undefined ? "" : ` at ${url}`}: ${reason}`);
  }
}

/**
 * Records of a chain that is not this one: a local node was restarted, so they go; anything else is a mistake to look at.
 * The genesis block tells two chains apart, and the code tells whether this one was rolled back; a node started twice in
 * one second has the same genesis block.
 */
async function dropStaleRecords({ out, network: name }: Options, chain: Chain, chainId: number): Promise<void> {
  const folder = journalFolder(out, chainId);
  const record = readRecord(out, chainId);
  const stale = await whyStale(record, out, chain, chainId);
  if (stale === undefined) return;
  if (chainId !== LOCAL_CHAIN_ID) throw new Error(`${stale} Check the RPC URL. To deploy anew, move ${folder} and ${chainId}.json away.`);
  console.log(`${stale} Records of local chains are not kept: they are dropped, and everything is deployed anew to "${name}".`);
  rmSync(folder, { recursive: true, force: true });
  rmSync(recordPath(out, chainId), { force: true });
}

async function whyStale(record: Deployment | undefined, out: string, chain: Chain, chainId: number): Promise<string | undefined> {
  const folder = journalFolder(out, chainId);
  const begun = readInputs(out, chainId);
  if (begun === undefined && (record !== undefined || existsSync(folder))) return `${folder} is missing, or was not begun by this command.`;
  const genesisHash = await chain.genesisHash();
  for (const known of [begun, record]) {
    if (known !== undefined && known.genesisHash !== genesisHash)
      return `The records of chain ${chainId} are of another chain with this id, or of this one before it was started anew.`;
  }
  const mined = [...minedTransactions(folder).values()].flatMap(({ contractAddress }) => contractAddress ?? []);
  const recorded = Object.values(record?.contracts ?? {}).map(({ address }) => address);
  for (const address of new Set([...mined, ...recorded])) {
    if (!(await chain.hasCode(address))) return `There is no contract at ${address}, which the records of chain ${chainId} name.`;
  }
  return undefined;
}

async function deployAndRecord(options: Options, chain: Chain, inputs: Inputs): Promise<void> {
  const folder = journalFolder(options.out, inputs.chainId);
  const before = minedTransactions(folder).size;
  const found = await settleLostTransactions(folder, chain, inputs.deployer, inputs.startBlock);
  if (found > 0) console.log(`Of an interrupted run, ${found} more transactions were found on the chain.`);
  const { contracts, feed } = await deployAll({ chain, folder, inputs, confirmations: options.confirmations });
  const mined = minedTransactions(folder);
  const record = toRecord(inputs, contracts, feed, mined);
  writeRecord(options.out, record);
  if (options.out === DEPLOYMENTS_FOLDER) writeSdkData(options.out);
  report(record, mined.size - before, recordPath(options.out, inputs.chainId));
  if (options.verifies) verifyAll(inputs, contracts);
}

function toRecord(
  inputs: Inputs,
  contracts: Deployed,
  feed: Deployment["protocol"] | undefined,
  mined: ReadonlyMap<string, Mined>,
): Deployment {
  const entries = Object.entries(contracts).map(([name, { address, futureId }]) => {
    const creation = mined.get(name === "ReferencePerp" ? PERP_CREATION : futureId);
    return [name, { address, blockNumber: creation?.blockNumber, transactionHash: creation?.hash }] as const;
  });
  const blocks = entries.flatMap(([, { blockNumber }]) => blockNumber ?? []);
  const { market } = inputs;
  // JSON leaves out what is undefined.
  return JSON.parse(
    JSON.stringify({
      chainId: inputs.chainId,
      network: inputs.network,
      commit: inputs.commit,
      blockNumber: Math.min(...blocks),
      genesisHash: inputs.genesisHash,
      deployer: inputs.deployer,
      admin: inputs.admin,
      protocol: inputs.protocol ?? at(contracts, "ReferencePerp"),
      contracts: Object.fromEntries(entries),
      markets: market === undefined ? undefined : { [market]: { id: marketId(market), feed } },
    }),
  );
}

function report(record: Deployment, sent: number, path: string): void {
  for (const [name, { address }] of Object.entries(record.contracts).sort()) console.log(`${name.padEnd(16)} ${address}`);
  console.log(sent === 0 ? `Nothing was missing on chain ${record.chainId}.` : `${sent} transactions on chain ${record.chainId}.`);
  console.log(`Record: ${path}`);
}
