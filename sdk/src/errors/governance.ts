import { POLICY_FIELDS, type PolicyField } from "../guard/enums.ts";
import { SizingGuardError } from "./base.ts";

type Hex = `0x${string}`;

/** A field of a policy would allow more than the one in force, or differently. */
export class PolicyLoosensError extends SizingGuardError {
  constructor(market: Hex, field: PolicyField, current: bigint, next: bigint) {
    super(`${field} would go from ${current} to ${next}, which is not as tight. Tighten it, or go through setPolicy and its delay.`, {
      code: "PolicyLoosens",
      selector: "0x282ea85e",
      args: [market, POLICY_FIELDS.indexOf(field), current, next],
    });
  }
}
