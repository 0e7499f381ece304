import hre from "hardhat";
import type { Abi } from "viem";

/** The contracts that have the mirrored functions. */
export type Harness = "MathHarness" | "PortfolioHarness" | "SizingHarness";

/** ABI of a harness, from its artifact: no chain is needed. */
export async function harnessAbi(name: Harness): Promise<Abi> {
  return (await hre.artifacts.readArtifact(name)).abi as Abi;
}
