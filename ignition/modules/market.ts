import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { Future } from "@nomicfoundation/ignition-core";
import type { Hex } from "viem";
import type { PolicyWords } from "../../sdk/src/index.ts";

/** What `ReferencePerp.list` takes. */
export interface PerpConfig {
  readonly feed: Hex;
  readonly feedDecimals: number;
  readonly maxPriceAge: number;
  readonly initialMarginRatio: bigint;
  readonly maintenanceMarginRatio: bigint;
  readonly liquidationPenalty: bigint;
  readonly tradeFee: bigint;
  readonly faultSpread: bigint;
  readonly maxFundingRate: bigint;
  readonly skewScale: bigint;
}

export interface MarketParameters {
  readonly manager: Hex;
  readonly guard: Hex;
  readonly market: Hex;
  readonly words: PolicyWords;
  /** Set when this deployment has a reference perp that must list the market. */
  readonly listing?: { readonly perp: Hex; readonly config: PerpConfig };
  /** Set when the deployer, who sets the first policy, hands over to another admin. */
  readonly handover?: { readonly deployer: Hex; readonly admin: Hex };
}

/** OpenZeppelin's AccessManager: the role that grants all others. */
const ADMIN_ROLE = 0n;

/**
 * A market's first policy, its listing, and the handover to the admin.
 * A module of its own, because the policy's word holds the feed's address, and that must be known to encode it. One step at a
 * time: see the reference module.
 */
export const marketModule = ({ manager, guard, market, words, listing, handover }: MarketParameters) =>
  buildModule("Market", (m) => {
    const managerAt = m.contractAt("AccessManager", manager);
    const guardAt = m.contractAt("SizingGuard", guard);
    let last: Future = m.call(guardAt, "setPolicy", [market, { ...words }]);
    const perpAt = listing && m.contractAt("ReferencePerp", listing.perp);
    if (listing && perpAt) last = m.call(perpAt, "list", [market, { ...listing.config }], { after: [last] });
    if (handover !== undefined) {
      if (perpAt) last = m.call(perpAt, "transferOwnership", [handover.admin], { after: [last] });
      last = m.call(managerAt, "grantRole", [ADMIN_ROLE, handover.admin, 0], { after: [last] });
      m.call(managerAt, "renounceRole", [ADMIN_ROLE, handover.deployer], { after: [last] });
    }
    return { SizingGuard: guardAt };
  });
