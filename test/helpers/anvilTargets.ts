import hre from "hardhat";
import { type Abi, createPublicClient, createWalletClient, type Hex, http } from "viem";
import { type BatchTarget, batchTarget } from "./batch.ts";
import type { Harness } from "./harnessAbi.ts";

/** Enough for a thousand calls in one; anvil's default is a block's. */
export const ANVIL_OPTIONS: readonly string[] = ["--gas-limit", "1000000000000", "--hardfork", "prague"];

/** Milliseconds; a call takes some 20, and more on a busy machine. */
const TIMEOUT = 120_000;

/** Deploys the batch runner and the harnesses on a chain behind a URL; the result looks functions up by harness and name. */
export async function deployHarnesses(url: string): Promise<(harness: Harness, name: string) => BatchTarget> {
  const transport = http(url, { timeout: TIMEOUT, retryCount: 0 });
  const chain = createPublicClient({ transport, pollingInterval: 50 });
  const [account] = await createWalletClient({ transport }).getAddresses();
  if (account === undefined) throw new Error(`${url} has no account that is unlocked: use a local chain.`);
  const wallet = createWalletClient({ account, transport });

  async function deploy(name: string): Promise<{ readonly abi: Abi; readonly address: Hex }> {
    const artifact = await hre.artifacts.readArtifact(name);
    const abi = artifact.abi as Abi;
    const hash = await wallet.deployContract({ abi, bytecode: artifact.bytecode as Hex, chain: null });
    const { contractAddress } = await chain.waitForTransactionReceipt({ hash });
    if (!contractAddress) throw new Error(`${name} was not deployed.`);
    return { abi, address: contractAddress };
  }

  const runner = await deploy("BatchRunner");
  const harnesses = {
    MathHarness: await deploy("MathHarness"),
    PortfolioHarness: await deploy("PortfolioHarness"),
    SizingHarness: await deploy("SizingHarness"),
  };
  const provider: BatchTarget["provider"] = { request: (request) => chain.transport.request(request) };
  return (harness, name) => batchTarget(provider, runner.address, harnesses[harness].address, harnesses[harness].abi, name);
}
