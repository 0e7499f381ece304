import { parseArgs } from "node:util";
import { type AbiEvent, getAddress, type Hex, isAddress, isHex, parseAbiItem } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type Deployment, getDeployment } from "../../sdk/src/deployments.ts";
import { DEPLOYMENTS_FOLDER, readRecord } from "../lib/deployments.ts";
import { marketId } from "../lib/market.ts";
import { DEFAULT_ACCOUNT_EVENT } from "./abis.ts";
import { DUTY_KINDS, type DutyKind } from "./duties.ts";

export const USAGE =
  "npm run keeper -- --rpc URL (--guard ADDRESS | --deployment CHAIN_ID) [--controller ADDRESS] [--market NAME] [--dry-run] [--once]";

/** Something only the operator can mend: the process ends with it. */
export class ConfigurationError extends Error {}

/** Who sends: a key of ours, or an account of the node's. */
export type Signer =
  | { readonly kind: "local"; readonly account: ReturnType<typeof privateKeyToAccount> }
  | { readonly kind: "unlocked" }
  | { readonly kind: "none" };

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What the command line asks for. Addresses have their checksum; times are milliseconds unless they say otherwise. */
export interface Options {
  readonly rpc: string;
  /** The only chain to work on; `undefined`: the one that answers first. */
  readonly chainId?: number;
  /** Hash of block 0, where a deployment record says it. */
  readonly genesisHash?: Hex;
  readonly guard: Hex;
  /** `undefined`: markets are observed, and nobody is reduced. */
  readonly controller?: Hex;
  /** Ids; empty: every market that ever got a policy. */
  readonly markets: readonly Hex[];
  readonly accountEvent: AbiEvent;
  /** First block to read logs from. */
  readonly from: bigint;
  readonly interval: number;
  /** How long a transaction is waited for before it is replaced. */
  readonly patience: number;
  /** Timeout of one request. */
  readonly timeout: number;
  /** Seconds of the chain's time for which what is due is left to others. */
  readonly standby: bigint;
  /** Seconds of the feed's time between two observations of a market. */
  readonly pokeInterval: bigint;
  /** Blocks that may be taken back. */
  readonly reorgDepth: bigint;
  readonly skipped: readonly DutyKind[];
  /** Who gets the bounties; `undefined`: who sends. */
  readonly receiver?: Hex;
  readonly metricsPort?: number;
  readonly isDryRun: boolean;
  readonly isOnce: boolean;
  readonly level: LogLevel;
  readonly signer: Signer;
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const several = { type: "string", multiple: true } as const;
const OPTIONS = {
  rpc: text,
  guard: text,
  deployment: text,
  "chain-id": text,
  controller: text,
  market: several,
  "account-event": text,
  from: text,
  interval: text,
  patience: text,
  timeout: text,
  standby: text,
  "poke-interval": text,
  "reorg-depth": text,
  skip: several,
  receiver: text,
  metrics: text,
  "dry-run": flag,
  once: flag,
  log: text,
  unlocked: flag,
} as const;
type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];

/**
 * @param environment - Where the key is; it is taken out of it, so that nothing that is started or dumped later can show it.
 * @throws {ConfigurationError} one line that names the option, and never a key
 */
export function parseOptions(args: readonly string[], environment: NodeJS.ProcessEnv): Options {
  const values = parse(args);
  const deployment = values.deployment === undefined ? undefined : readDeployment(values.deployment);
  const isDryRun = values["dry-run"] === true;
  const from = whole("--from", values.from) ?? deployment?.blockNumber ?? 0;
  return defined({
    rpc: url(values.rpc),
    chainId: whole("--chain-id", values["chain-id"]) ?? deployment?.chainId,
    genesisHash: deployment?.genesisHash,
    guard: guard(values.guard, deployment),
    controller: address("--controller", values.controller) ?? deployment?.contracts.DeleverageController?.address,
    markets: markets(values.market, deployment),
    accountEvent: accountEvent(values["account-event"] ?? DEFAULT_ACCOUNT_EVENT),
    from: BigInt(from),
    interval: seconds("--interval", values.interval ?? "12", 0.02),
    patience: seconds("--patience", values.patience ?? "180", 0.1),
    timeout: seconds("--timeout", values.timeout ?? "10", 0.1),
    standby: BigInt(whole("--standby", values.standby) ?? 0),
    pokeInterval: BigInt(whole("--poke-interval", values["poke-interval"]) ?? 0),
    reorgDepth: BigInt(whole("--reorg-depth", values["reorg-depth"]) ?? 64),
    skipped: (values.skip ?? []).map((kind) => oneOf("--skip", kind, DUTY_KINDS)),
    receiver: address("--receiver", values.receiver),
    metricsPort: whole("--metrics", values.metrics, 65_535),
    isDryRun,
    isOnce: values.once === true,
    level: oneOf("--log", values.log ?? "info", LOG_LEVELS),
    signer: signer(values.unlocked === true, isDryRun, environment),
  });
}

function parse(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message.split(". ")[0]}. ${USAGE}`);
  }
}

function readDeployment(value: string): Deployment {
  const chainId = whole("--deployment", value) ?? 0;
  try {
    return readRecord(DEPLOYMENTS_FOLDER, chainId) ?? getDeployment(chainId);
  } catch (error) {
    throw new ConfigurationError((error as Error).message);
  }
}

function url(value: string | undefined): string {
  if (value === undefined) throw new ConfigurationError(`Say which node: ${USAGE}`);
  if (!/^https?:\/\//.test(value) || !URL.canParse(value))
    throw new ConfigurationError("--rpc must be a URL that begins with http:// or https://");
  return value;
}

function guard(value: string | undefined, deployment: Deployment | undefined): Hex {
  const own = address("--guard", value);
  if (own === undefined && deployment === undefined) throw new ConfigurationError(`Say which guard: ${USAGE}`);
  return own ?? getAddress((deployment as Deployment).contracts.SizingGuard.address);
}

/** Names of the deployment come with the id they have there; any other name is hashed. */
function markets(given: readonly string[] | undefined, deployment: Deployment | undefined): Hex[] {
  return (given ?? []).map((name) => (isHex(name) && name.length === 66 ? name : (deployment?.markets?.[name]?.id ?? marketId(name))));
}

/** @throws {ConfigurationError} unless it names a market and an account */
function accountEvent(signature: string): AbiEvent {
  let event: AbiEvent;
  try {
    event = parseAbiItem(`event ${signature}`) as unknown as AbiEvent;
  } catch {
    throw new ConfigurationError(`--account-event is no event: ${signature}`);
  }
  const has = (name: string, type: string): boolean => event.inputs.some((input) => input.name === name && input.type === type);
  if (has("market", "bytes32") && has("account", "address")) return event;
  throw new ConfigurationError(`--account-event must have "bytes32 market" and "address account": ${signature}`);
}

function signer(isUnlocked: boolean, isDryRun: boolean, environment: NodeJS.ProcessEnv): Signer {
  const key = environment.KEEPER_PRIVATE_KEY;
  delete environment.KEEPER_PRIVATE_KEY;
  if (isUnlocked) return { kind: "unlocked" };
  if (key === undefined || key === "") {
    if (isDryRun) return { kind: "none" };
    throw new ConfigurationError(
      "Put the key of the sending account into KEEPER_PRIVATE_KEY, or use --unlocked with a local node, or --dry-run.",
    );
  }
  // The message of what fails here could show the key.
  if (!isHex(key) || key.length !== 66) throw new ConfigurationError("KEEPER_PRIVATE_KEY must be 0x and 64 hexadecimal digits.");
  try {
    return { kind: "local", account: privateKeyToAccount(key) };
  } catch {
    throw new ConfigurationError("KEEPER_PRIVATE_KEY is no private key.");
  }
}

function address(option: string, value: string | undefined): Hex | undefined {
  if (value === undefined) return undefined;
  if (!isAddress(value)) throw new ConfigurationError(`${option} must be an address, with a right checksum or in lower case: ${value}`);
  return getAddress(value);
}

function whole(option: string, value: string | undefined, most = Number.MAX_SAFE_INTEGER): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value) || Number(value) > most) throw new ConfigurationError(`${option} must be a whole number: ${value}`);
  return Number(value);
}

/** Milliseconds. */
function seconds(option: string, value: string, least: number): number {
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(value) || Number(value) < least) {
    throw new ConfigurationError(`${option} must be seconds, at least ${least}: ${value}`);
  }
  return Math.round(Number(value) * 1_000);
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  if (!known.includes(value as T)) throw new ConfigurationError(`${option} must be one of ${known.join(", ")}: ${value}`);
  return value as T;
}

/** What was not given is not there, rather than there and undefined. */
function defined(values: { [K in keyof Options]-?: Options[K] | undefined }): Options {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as unknown as Options;
}
