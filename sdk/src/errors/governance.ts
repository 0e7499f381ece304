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

/** A field of a policy is no quantity that may be moved by itself. */
export class FieldNotAdjustableError extends SizingGuardError {
  constructor(field: PolicyField) {
    super(`${field} is no quantity that may be moved by itself. Change it with the whole policy.`, {
      code: "FieldNotAdjustable",
      selector: "0xc8635c0d",
      args: [POLICY_FIELDS.indexOf(field)],
    });
  }
}

/** A value does not fit its field. */
export class FieldTooWideError extends SizingGuardError {
  constructor(field: PolicyField, value: bigint, maximum: bigint) {
    super(`${field} holds ${maximum} at the most, in the units of its word, and ${value} does not fit.`, {
      code: "FieldTooWide",
      selector: "0x0fb119fe",
      args: [POLICY_FIELDS.indexOf(field), value, maximum],
    });
  }
}
