import { type Hex, zeroAddress } from "viem";
import { encodePolicy, LIMITS, type Limit, MODES, type Mode, type Policy, requirePolicyInRange } from "../../sdk/src/index.ts";
import { readJson } from "../lib/deployments.ts";
import { DEFAULT_POLICY, marketId } from "../lib/market.ts";

/** A policy as files hold it: amounts as decimal strings, because JSON's numbers cannot hold them. */
export interface PolicyFile {
  readonly feed?: Hex;
  readonly varianceSource?: Hex;
  readonly mode: Mode;
  readonly active: readonly Limit[];
  readonly [field: string]: string | boolean | readonly string[] | undefined;
}

/** Every field that is a whole number: WAD, quote WAD or seconds, as in `Policy`. */
const NUMBERS = fieldsOf("bigint");
/** Every field that is true or false. */
const FLAGS = fieldsOf("boolean");
/** Every field that is an address, none of which a file must have. */
const ADDRESSES = ["feed", "varianceSource"] as const;
const FIELDS = [...ADDRESSES, "mode", "active", ...FLAGS, ...NUMBERS];

function fieldsOf(type: "bigint" | "boolean"): readonly string[] {
  return Object.entries(DEFAULT_POLICY).flatMap(([name, value]) => (typeof value === type ? [name] : []));
}

/**
 * Reads a policy file.
 * @throws {Error} one line that names the file and the field
 */
export const readPolicyFile = (path: string): PolicyFile => readJson(path, checkPolicyFile);

/** The policy in the SDK's terms. */
export function toPolicy(file: PolicyFile, feed: Hex): Policy {
  const numbers = NUMBERS.map((name) => [name, BigInt(file[name] as string)]);
  const flags = FLAGS.map((name) => [name, file[name]]);
  const { mode, active, varianceSource = zeroAddress } = file;
  const addresses = { feed: feed.toLowerCase(), varianceSource: varianceSource.toLowerCase() };
  return { ...Object.fromEntries([...numbers, ...flags]), ...addresses, mode, active } as Policy;
}

/** The opposite; the feed is left out. */
export function toPolicyFile(policy: Omit<Policy, "feed">): PolicyFile {
  const numbers = NUMBERS.map((name) => [name, String(policy[name as keyof typeof policy])]);
  const flags = FLAGS.map((name) => [name, policy[name as keyof typeof policy]]);
  const { mode, active, varianceSource } = policy;
  const addresses = varianceSource === zeroAddress ? {} : { varianceSource };
  return { ...Object.fromEntries([...numbers, ...flags]), ...addresses, mode, active } as PolicyFile;
}

/**
 * Refuses a policy the guard would refuse, before anything is sent: Ignition would note the failed step in its journal.
 * @param feed - `undefined` stands for the test feed, which has no address yet.
 * @throws {SizingGuardError} the error the guard would revert with
 */
export function requirePolicy(file: PolicyFile, market: string, feed: Hex | undefined): void {
  requirePolicyInRange(marketId(market), encodePolicy(toPolicy(file, feed ?? ANY_FEED)));
}

/** For the ranges, any feed will do. */
const ANY_FEED: Hex = "0x0000000000000000000000000000000000000001";

/** Ranges are left to the SDK, which knows them. */
function checkPolicyFile(value: unknown): PolicyFile {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("a policy is an object.");
  const file = value as Record<string, unknown>;
  const unknown = Object.keys(file).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw new Error(`there is no field "${unknown}". Fields are ${FIELDS.join(", ")}.`);
  for (const name of NUMBERS) {
    if (typeof file[name] !== "string" || !/^\d+$/.test(file[name])) throw new Error(`${name} must be a string of decimal digits.`);
  }
  for (const name of ADDRESSES) {
    const address = file[name];
    const isAddress = typeof address === "string" && /^0x[0-9a-fA-F]{40}$/.test(address);
    if (address !== undefined && !isAddress) throw new Error(`${name} must be an address.`);
  }
  for (const name of FLAGS) if (typeof file[name] !== "boolean") throw new Error(`${name} must be true or false.`);
  if (!MODES.includes(file.mode as Mode)) throw new Error(`mode must be one of ${MODES.join(", ")}.`);
  const { active } = file;
  const isListed = Array.isArray(active) && active.every((limit) => LIMITS.includes(limit));
  if (!isListed) throw new Error(`active must be a list of limits: ${LIMITS.slice(1).join(", ")}.`);
  return file as unknown as PolicyFile;
}
