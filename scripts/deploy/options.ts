import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { getAddress, type Hex, isAddress } from "viem";
import { DEPLOYMENTS_FOLDER } from "../lib/deployments.ts";
import { type PolicyFile, readPolicyFile } from "./policy.ts";

export const USAGE =
  "npm run deploy -- --network NAME (--reference | --protocol ADDRESS) [--admin ADDRESS] [--feed ADDRESS] [--market NAME] [--policy FILE]";

/** What the command line asks for. Addresses have their checksum. */
export interface Options {
  /** A network of hardhat.config.ts. */
  readonly network: string;
  /** Instead of the network's RPC URL. */
  readonly url?: string;
  /** `undefined`: the reference perp on a local chain, and an error elsewhere. */
  readonly mode?: "reference" | "protocol";
  readonly protocol?: Hex;
  readonly admin?: Hex;
  readonly feed?: Hex;
  readonly market?: string;
  readonly policy?: PolicyFile;
  /** Folder of the records. */
  readonly out: string;
  readonly confirmations?: number;
  readonly compiles: boolean;
  readonly verifies: boolean;
}

/** @throws {Error} one line that names the option */
export function parseOptions(args: readonly string[]): Options {
  const values = parse(args);
  if (values.network === undefined) throw new Error(`Say which network: ${USAGE}`);
  if (values.reference && values.protocol !== undefined) throw new Error("Use --reference or --protocol, not both.");
  const policy = values.policy === undefined ? undefined : readPolicyFile(values.policy);
  const feed = address("--feed", values.feed);
  const policyFeed = policy?.feed === undefined ? undefined : getAddress(policy.feed);
  if (feed !== undefined && policyFeed !== undefined && feed !== policyFeed) throw new Error(`--feed is not the feed of ${values.policy}.`);
  return defined({
    network: values.network,
    url: values.url,
    mode: values.reference ? "reference" : values.protocol === undefined ? undefined : "protocol",
    protocol: address("--protocol", values.protocol),
    admin: address("--admin", values.admin),
    feed: feed ?? policyFeed,
    market: values.market,
    policy,
    out: values.out === undefined ? DEPLOYMENTS_FOLDER : resolve(values.out),
    confirmations: positive("--confirmations", values.confirmations),
    compiles: values["no-compile"] !== true,
    verifies: values.verify === true,
  });
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    network: text,
    url: text,
    reference: flag,
    protocol: text,
    admin: text,
    feed: text,
    market: text,
    policy: text,
    out: text,
    confirmations: text,
    "no-compile": flag,
    verify: flag,
  };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message.split(". ")[0]}. ${USAGE}`);
  }
}

function address(option: string, value: string | undefined): Hex | undefined {
  if (value === undefined) return undefined;
  if (!isAddress(value)) throw new Error(`${option} must be an address, with a right checksum or in lower case: ${value}`);
  return getAddress(value);
}

function positive(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new Error(`${option} must be a whole number from 1: ${value}`);
  return Number(value);
}

/** What was not given is not there, rather than there and undefined. */
function defined(values: { [K in keyof Options]-?: Options[K] | undefined }): Options {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as unknown as Options;
}
