import { network } from "hardhat";
import type { Abi } from "viem";
import { type BatchTarget, batchTarget } from "./batch.ts";

/** Deploys the batch runner and the harness on a fresh in-process chain; the result looks functions up by name. */
export async function deployHarness(): Promise<(name: string) => BatchTarget> {
  const { viem, provider } = await network.create();
  const runner = await viem.deployContract("BatchRunner");
  const harness = await viem.deployContract("MathHarness");
  return (name) => batchTarget(provider, runner.address, harness.address, harness.abi as Abi, name);
}
