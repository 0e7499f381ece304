import { network } from "hardhat";
import type { Abi } from "viem";
import { type BatchTarget, batchTarget } from "./batch.ts";
import type { Harness } from "./harnessAbi.ts";

/** Deploys the batch runner and a harness on a fresh in-process chain; the result looks functions up by name. */
export async function deployHarness(name: Harness = "MathHarness"): Promise<(name: string) => BatchTarget> {
  const { viem, provider } = await network.create();
  const runner = await viem.deployContract("BatchRunner");
  const harness = await viem.deployContract(name);
  return (functionName) => batchTarget(provider, runner.address, harness.address, harness.abi as Abi, functionName);
}
