import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { Hex } from "viem";

export interface ReferenceParameters {
  /** The AccessManager's first admin. */
  readonly admin: Hex;
  /** First owner of the perp, and the only account that can fill its reserved address. */
  readonly deployer: Hex;
  /** Creation code of ReferencePerp, without arguments. */
  readonly perpCode: Hex;
}

/**
 * The reference perp with a guard of its own and money to play with.
 *
 * The guard needs the perp's address and the perp its guard. The perp's address is reserved: it depends on no nonce of the
 * sender, which changes when a deployment is interrupted, or when the account is used for something else in between.
 *
 * Every step waits for the one before, needed or not: of two transactions under way at once the later can be confirmed first,
 * and a run killed then can't be resumed, because Ignition takes its next nonce from those it still waits for (HHE10411).
 */
export const referenceModule = ({ admin, deployer, perpCode }: ReferenceParameters) =>
  buildModule("Reference", (m) => {
    const manager = m.contract("AccessManager", [admin]);
    const token = m.contract("TestToken", ["Test dollar", "USDT", 6], { after: [manager] });
    const reserved = m.contract("ReservedAddress", [deployer], { after: [token] });
    const perpAddress = m.staticCall(reserved, "RESERVED");
    const guard = m.contract("SizingGuard", [manager, perpAddress]);
    const creation = m.call(reserved, "deploy", [perpCode, [guard, token, deployer]], { id: "ReferencePerpCreation" });
    const perp = m.contractAt("ReferencePerp", perpAddress, { after: [creation] });
    return { AccessManager: manager, TestToken: token, ReservedAddress: reserved, SizingGuard: guard, ReferencePerp: perp };
  });
