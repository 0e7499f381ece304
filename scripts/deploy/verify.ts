import type { Hex } from "viem";
import { runTool } from "../lib/sdk.ts";
import type { Inputs } from "./inputs.ts";
import { at, type Deployed } from "./phases.ts";

/** Constructor arguments, for a block explorer to check the sources against. */
function constructorArguments(inputs: Inputs, contracts: Deployed): Readonly<Record<string, readonly string[]>> {
  const firstAdmin = inputs.policy === undefined ? inputs.admin : inputs.deployer;
  const protocol = inputs.protocol ?? at(contracts, "ReferencePerp");
  const guard = { AccessManager: [firstAdmin], SizingGuard: [at(contracts, "AccessManager"), protocol] };
  if (inputs.mode === "protocol") return guard;
  return {
    ...guard,
    TestToken: ["Test dollar", "USDT", "6"],
    ReservedAddress: [inputs.deployer],
    ReferencePerp: [at(contracts, "SizingGuard"), at(contracts, "TestToken"), inputs.deployer],
  };
}

/**
 * Sends every contract's sources to the block explorers that are configured. Contracts that are verified already are passed.
 * @throws {Error} one line that names the contracts an explorer refused; the others are tried all the same
 */
export function verifyAll(inputs: Inputs, contracts: Deployed): void {
  const all = Object.entries(constructorArguments(inputs, contracts));
  const refused = all.filter(([name, args]) => !isVerified(inputs.network, at(contracts, name), args));
  if (refused.length > 0) throw new Error(`Not verified everywhere: ${refused.map(([name]) => name).join(", ")}. The reasons are above.`);
}

/** The build profile is the one deploy.ts compiles with: another would compile everything again, and differ in its metadata. */
function isVerified(network: string, address: Hex, args: readonly string[]): boolean {
  try {
    runTool("hardhat", ["--network", network, "--build-profile", "default", "verify", address, ...args]);
    return true;
  } catch {
    return false;
  }
}
