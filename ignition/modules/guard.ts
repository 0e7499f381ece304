import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { Hex } from "viem";

export interface GuardParameters {
  /** The AccessManager's first admin. */
  readonly admin: Hex;
  /** The only caller of `enforce`; it need not exist yet. */
  readonly protocol: Hex;
}

/** A guard for a protocol of somebody else. */
export const guardModule = ({ admin, protocol }: GuardParameters) =>
  buildModule("Guard", (m) => {
    const manager = m.contract("AccessManager", [admin]);
    const guard = m.contract("SizingGuard", [manager, protocol]);
    return { AccessManager: manager, SizingGuard: guard };
  });
