import { DEPLOYMENTS } from "./deployments/data.ts";
import { SizingGuardError } from "./errors/base.ts";

type Hex = `0x${string}`;

/** Where one contract is. */
export interface DeployedContract {
  /** With its checksum. */
  readonly address: Hex;
  /** The block that created it. */
  readonly blockNumber?: number;
  /** The transaction that created it. */
  readonly transactionHash?: Hex;
}

/** A market that got its first policy with the deployment. */
export interface DeployedMarket {
  /** The id the guard knows it by: the hash of its name. */
  readonly id: Hex;
  /** The price feed of its first policy. */
  readonly feed: Hex;
}

/** Where a guard and what belongs to it are on one chain: the content of `deployments/<chainId>.json`. */
export interface Deployment {
  readonly chainId: number;
  /** The network's name in the configuration it was deployed with. */
  readonly network: string;
  /** Commit of the sources; left out when they were not committed. */
  readonly commit?: string;
  /** First block of the deployment: nothing of it happened before, so logs are read from here. */
  readonly blockNumber: number;
  /** Hash of block 0. A chain that answers another one is not this chain, whatever its id. */
  readonly genesisHash: Hex;
  readonly deployer: Hex;
  /** The AccessManager's admin after the deployment. */
  readonly admin: Hex;
  /** The guard's protocol. */
  readonly protocol: Hex;
  /** By name; the guard and its AccessManager are always there. */
  readonly contracts: { readonly [name: string]: DeployedContract } & {
    readonly AccessManager: DeployedContract;
    readonly SizingGuard: DeployedContract;
  };
  /** By name, for instance `"ETH/USD"`. */
  readonly markets?: { readonly [name: string]: DeployedMarket };
}

/** No deployment of this chain is known. */
export class DeploymentNotFoundError extends SizingGuardError {
  readonly chainId: number;

  constructor(chainId: number, known: readonly number[]) {
    const where = known.length === 0 ? "none is known yet" : `known are ${known.join(", ")}`;
    super(
      `There is no deployment on chain ${chainId} (${where}). For a chain of your own, pass the content of its deployments/${chainId}.json.`,
      { code: "DeploymentNotFound", args: [chainId] },
    );
    this.chainId = chainId;
  }
}

/** What should describe a deployment does not. */
export class DeploymentInvalidError extends SizingGuardError {
  /** Where in the object, for instance `contracts.SizingGuard.address`. */
  readonly path: string;

  constructor(path: string, expected: string, value: unknown) {
    super(`${path} must be ${expected}, but is ${show(value)}. Restore the file, or deploy again.`, {
      code: "DeploymentInvalid",
      args: [path],
    });
    this.path = path;
  }
}

/**
 * Where the guard of a chain is.
 *
 * @param chainId - The chain's id, for instance 1.
 * @param own - Deployments the package does not know, each the content of a `deployments/<chainId>.json`; they come first.
 * @returns Addresses and blocks.
 * @throws {DeploymentNotFoundError} When no deployment of this chain is known.
 * @throws {DeploymentInvalidError} When an own deployment is malformed.
 *
 * @example
 * ```ts
 * import local from "./deployments/31337.json" with { type: "json" };
 *
 * getDeployment(31337, [local]).contracts.SizingGuard.address;
 * ```
 */
export function getDeployment(chainId: number, own: readonly unknown[] = []): Deployment {
  const all = [...own.map((value) => parseDeployment(value)), ...DEPLOYMENTS];
  const found = all.find((deployment) => deployment.chainId === chainId);
  if (found === undefined) {
    throw new DeploymentNotFoundError(
      chainId,
      all.map((deployment) => deployment.chainId),
    );
  }
  return found;
}

type Check = (value: unknown, path: string) => void;

/**
 * Checks the content of a `deployments/<chainId>.json`.
 *
 * @param value - What `JSON.parse` returned.
 * @returns The same object, with its type.
 * @throws {DeploymentInvalidError} When a field is missing, malformed or unknown; it names the first one.
 *
 * @example
 * ```ts
 * const deployment = parseDeployment(JSON.parse(text));
 * ```
 */
export function parseDeployment(value: unknown): Deployment {
  DEPLOYMENT(value, "The deployment");
  return value as Deployment;
}

const is =
  (expected: string, test: (value: unknown) => boolean): Check =>
  (value, path) => {
    if (!test(value)) throw new DeploymentInvalidError(path, expected, value);
  };

const matches = (expected: string, pattern: RegExp): Check => is(expected, (value) => typeof value === "string" && pattern.test(value));

const natural = (minimum: number): Check =>
  is(`a whole number from ${minimum}`, (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= minimum);

const ADDRESS = matches("an address (0x and 40 hexadecimal digits)", /^0x[0-9a-fA-F]{40}$/);
const HASH = matches("a hash (0x and 64 hexadecimal digits)", /^0x[0-9a-f]{64}$/);
const NAME = matches("a name", /^\S/);

const OBJECT = is("an object", (value) => typeof value === "object" && value !== null && !Array.isArray(value));

/** An object with these fields and no other; those in `optional` may be missing. */
const object =
  (fields: Readonly<Record<string, Check>>, optional: readonly string[] = []): Check =>
  (value, path) => {
    OBJECT(value, path);
    const given = value as Record<string, unknown>;
    for (const [name, check] of Object.entries(fields)) {
      if (given[name] !== undefined || !optional.includes(name)) check(given[name], within(path, name));
    }
    const unknown = Object.keys(given).find((name) => !Object.hasOwn(fields, name));
    if (unknown !== undefined) throw new DeploymentInvalidError(within(path, unknown), "left out: there is no such field", given[unknown]);
  };

/** An object with any names and these values. */
const recordOf =
  (check: Check, required: readonly string[] = []): Check =>
  (value, path) => {
    OBJECT(value, path);
    const given = value as Record<string, unknown>;
    for (const name of required) check(given[name], within(path, name));
    for (const [name, entry] of Object.entries(given)) check(entry, within(path, name));
  };

const CONTRACT = object({ address: ADDRESS, blockNumber: natural(0), transactionHash: HASH }, ["blockNumber", "transactionHash"]);
const MARKET = object({ id: HASH, feed: ADDRESS });

const DEPLOYMENT = object(
  {
    chainId: natural(1),
    network: NAME,
    commit: matches("a commit (40 hexadecimal digits)", /^[0-9a-f]{40}$/),
    blockNumber: natural(0),
    genesisHash: HASH,
    deployer: ADDRESS,
    admin: ADDRESS,
    protocol: ADDRESS,
    contracts: recordOf(CONTRACT, ["AccessManager", "SizingGuard"]),
    markets: recordOf(MARKET),
  },
  ["commit", "markets"],
);

function within(path: string, name: string): string {
  return path === "The deployment" ? name : `${path}.${name}`;
}

function show(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
