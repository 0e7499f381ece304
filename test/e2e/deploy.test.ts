/** The deploy command as users run it, in a process of its own, against chains that are processes of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect } from "chai";
import { artifacts, network } from "hardhat";
import { after, afterEach, before, describe, it } from "mocha";
import { getAddress, type Hex, hexToNumber } from "viem";
import { parseOptions } from "../../scripts/deploy/options.ts";
import { readPolicyFile, toPolicy, toPolicyFile } from "../../scripts/deploy/policy.ts";
import { type Anvil, startAnvil } from "../../scripts/lib/anvil.ts";
import { readRecord, writeSdkData } from "../../scripts/lib/deployments.ts";
import { DEFAULT_POLICY, ETH_USD } from "../../scripts/lib/market.ts";
import {
  type Deployment,
  DeploymentInvalidError,
  DeploymentNotFoundError,
  getDeployment,
  parseDeployment,
} from "../../sdk/src/deployments.ts";
import { encodePolicy } from "../../sdk/src/index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Transactions of `--reference` with a feed, a first round, a policy and a listing. */
const TRANSACTIONS = 9;
const LOCAL = 31337;
const SEPOLIA = 11_155_111;
/** First account of every anvil, and its key, which everybody knows. */
const DEPLOYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const DEPLOYER_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const ADMIN = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const ZERO = "0x0000000000000000000000000000000000000000";
const WAD = 10n ** 18n;

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

describe("npm run deploy", () => {
  const children = new Set<ChildProcess>();
  const chains = new Set<Anvil>();
  const servers = new Set<Server>();
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "deploy-"));
  });

  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    for (const server of servers) server.close();
    await Promise.all([...chains].map((chain) => chain.stop()));
    children.clear();
    servers.clear();
    chains.clear();
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const newFolder = (): string => mkdtempSync(join(folder, "out-"));

  async function start(args: readonly string[] = [], port = 0): Promise<Anvil> {
    const chain = await startAnvil(args, port);
    chains.add(chain);
    return chain;
  }

  async function stop(chain: Anvil): Promise<void> {
    await chain.stop();
    chains.delete(chain);
  }

  function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Run {
    const child = spawn(process.execPath, ["scripts/deploy.ts", ...args, "--no-compile"], {
      cwd: root,
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled"), ...env },
    });
    children.add(child);
    let output = "";
    let errors = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    child.stderr.on("data", (data) => {
      errors += data;
    });
    const ended = new Promise<Ended>((resolve) => {
      child.once("close", (code) => {
        children.delete(child);
        resolve({ code, output, errors });
      });
    });
    return { child, ended };
  }

  const local = (url: string, out: string): string[] => ["--network", "localhost", "--url", url, "--out", out];

  async function deployed(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
    const ended = await run(args, env).ended;
    expect(ended.errors).to.equal("");
    expect(ended.code).to.equal(0);
    return ended;
  }

  /** It must stop with exit code 1 and one line. */
  async function refused(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
    const { code, errors, output } = await run(args, env).ended;
    expect(errors.trimEnd().split("\n"), errors).to.have.length(1);
    expect(output).to.equal("");
    expect(code).to.equal(1);
    return errors;
  }

  it("deploys the reference market, does nothing when it is there, and refuses other options then", async () => {
    const chain = await start();
    const out = newFolder();
    const first = await deployed(local(chain.url, out));
    expect(first.output).to.contain(`${TRANSACTIONS} transactions on chain ${LOCAL}.`);
    const text = recordText(out, LOCAL);
    await expectWorks(chain.url, out);

    const nonce = await nonceOf(chain.url);
    const second = await deployed(local(chain.url, out));
    expect(second.output).to.contain("Nothing was missing");
    expect(await nonceOf(chain.url)).to.equal(nonce);
    expect(recordText(out, LOCAL)).to.equal(text);
    expect(await refused([...local(chain.url, out), "--admin", ADMIN])).to.contain(`(admin: ${DEPLOYER}, now ${ADMIN})`);
    expect(await nonceOf(chain.url)).to.equal(nonce);
  });

  it("resumes after a kill at every transaction, before and after the chain has it", loseAnswers);

  it("resumes after a kill at any moment", watchTransactions);

  /** The node's answer is lost, so the journal knows a nonce and no hash. */
  async function loseAnswers(): Promise<void> {
    const chain = await start();
    const out = newFolder();
    for (let sent = 0; sent < TRANSACTIONS; sent++) {
      // Some die before the chain sees the transaction: the journal then knows one that never was, or only that it was to be.
      const missing = sent % 5;
      if (missing < 3) await killAtTransaction(chain.url, out, "before");
      if (missing < 3) cutJournal(out, missing);
      expect(await nonceOf(chain.url)).to.equal(sent);
      await killAtTransaction(chain.url, out, "after");
      expect(await nonceOf(chain.url)).to.equal(sent + 1);
      expect(existsSync(join(out, `${LOCAL}.json`))).to.equal(false);
    }
    await deployed(local(chain.url, out));
    expect(await nonceOf(chain.url)).to.equal(TRANSACTIONS);
    await expectWorks(chain.url, out);
  }

  /** Takes the last lines of the journal back, as if the process had died before it wrote them. */
  function cutJournal(out: string, count: number): void {
    const path = join(out, `chain-${LOCAL}`, "journal.jsonl");
    const lines = readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    const kept = lines.slice(0, lines.length - count);
    expect(lines.at(-1)).to.contain("TRANSACTION_PREPARE_SEND");
    writeFileSync(path, kept.map((line) => `${line}\n`).join(""));
  }

  /** The process dies as soon as the chain shows another transaction, wherever it is then. */
  async function watchTransactions(): Promise<void> {
    const chain = await start();
    const out = newFolder();
    for (let sent = 1; sent <= TRANSACTIONS; sent++) await killAtNonce(chain.url, out, sent);
    await deployed(local(chain.url, out));
    expect(await nonceOf(chain.url)).to.equal(TRANSACTIONS);
    await expectWorks(chain.url, out);
  }

  it("resumes after a kill within a write", async () => {
    const chain = await start();
    const out = newFolder();
    const files = [join(out, `chain-${LOCAL}`, "journal.jsonl"), join(out, `chain-${LOCAL}`, "deployed_addresses.json")] as const;
    const half = (text: string): string => text.slice(0, -Math.ceil((text.length - text.lastIndexOf("\n")) / 2));
    await killAtNonce(chain.url, out, 3);
    for (const cut of [half, () => ""]) {
      const [journal, addresses] = files;
      writeFileSync(journal, half(readFileSync(journal, "utf8")));
      writeFileSync(addresses, cut(readFileSync(addresses, "utf8")));
      await killAtTransaction(chain.url, out, "before");
    }
    await deployed(local(chain.url, out));
    expect(await nonceOf(chain.url)).to.equal(TRANSACTIONS);
    await expectWorks(chain.url, out);
  });

  it("does not care what else the deployer sends in between", async () => {
    const chain = await start();
    const out = newFolder();
    await killAtTransaction(chain.url, out, "after");
    await killAtTransaction(chain.url, out, "after");
    await rpc(chain.url, "eth_sendTransaction", [{ from: DEPLOYER, to: ADMIN, value: "0x1" }]);
    await deployed(local(chain.url, out));
    expect(await nonceOf(chain.url)).to.equal(TRANSACTIONS + 1);
    await expectWorks(chain.url, out);
  });

  // A genesis block is as old as its chain, in seconds: so it is another one, unless the time is given.
  it("notices a local chain that was started anew", () => Promise.all([restart([]), restart(["--timestamp", "1700000000"])]));

  async function restart(args: readonly string[]): Promise<void> {
    const out = newFolder();
    const chain = await start(args);
    await deployed(local(chain.url, out));
    await stop(chain);
    const again = await start(args, Number(new URL(chain.url).port));
    const { output } = await deployed(local(again.url, out));
    expect(output).to.contain(args.length === 0 ? "are of another chain" : "There is no contract at");
    expect(output).to.contain(`${TRANSACTIONS} transactions`);
    await expectWorks(again.url, out);
  }

  describe("to a chain with keys and an RPC URL of its own", () => {
    const FEED = getAddress("0x5FbDB2315678afecb367f032d93F642f64180aa3");
    const PROTOCOL = getAddress("0x000000000000000000000000000000000000c0de");
    let chain: Anvil;
    let out: string;
    let args: string[];

    const env = (): NodeJS.ProcessEnv => ({ SEPOLIA_RPC_URL: chain.url, DEPLOYER_PRIVATE_KEY: DEPLOYER_KEY });

    before(() => {
      out = newFolder();
      const policy = join(out, "policy.json");
      writeFileSync(policy, JSON.stringify(toPolicyFile(DEFAULT_POLICY)));
      const market = ["--policy", policy, "--feed", FEED, "--market", "ETH/USD"];
      args = ["--network", "sepolia", "--confirmations", "1", "--out", out, "--protocol", PROTOCOL, "--admin", ADMIN, ...market];
    });

    it("deploys a guard for a protocol, sets its first policy, and hands over to the admin", async () => {
      chain = await start(["--chain-id", `${SEPOLIA}`]);
      const connection = await network.create({ network: "localhost", override: { url: chain.url, chainId: SEPOLIA } });
      const feed = await connection.viem.deployContract("TestFeed", [8, 1n]); // one nonce that is not the deployment's
      expect(getAddress(feed.address)).to.equal(FEED);
      const { output } = await deployed(args, env());
      expect(output).to.contain(`5 transactions on chain ${SEPOLIA}.`);
      expect(output).not.to.contain(DEPLOYER_KEY);

      const record = readDeployment(out, SEPOLIA);
      expect(record).to.deep.include({ network: "sepolia", protocol: PROTOCOL, admin: ADMIN, deployer: DEPLOYER });
      const guard = await connection.viem.getContractAt("SizingGuard", record.contracts.SizingGuard.address);
      const manager = await connection.viem.getContractAt("AccessManager", record.contracts.AccessManager.address);
      const words = encodePolicy(toPolicy(toPolicyFile(DEFAULT_POLICY), FEED));
      expect(getAddress(await guard.read.PROTOCOL())).to.equal(PROTOCOL);
      expect(await guard.read.policy([ETH_USD])).to.deep.equal(words);
      expect(await manager.read.hasRole([0n, ADMIN])).to.deep.equal([true, 0]);
      expect(await manager.read.hasRole([0n, DEPLOYER])).to.deep.equal([false, 0]);
      await connection.close();
      expect((await deployed(args, env())).output).to.contain("Nothing was missing");
    });

    it("refuses a chain that does not have what the records say, and keeps them", async () => {
      const text = recordText(out, SEPOLIA);
      chain = await start(["--chain-id", `${SEPOLIA}`]);
      expect(await refused(args, env())).to.contain("are of another chain with this id");
      expect(recordText(out, SEPOLIA)).to.equal(text);
      expect(await nonceOf(chain.url)).to.equal(0);
    });

    it("refuses a chain with another id", async () => {
      chain = await start();
      expect(await refused(args, env())).to.match(/11155111.*31337|31337.*11155111/);
    });

    it("is written into the SDK's data, and local chains are not", async () => {
      const copy = newFolder();
      cpSync(join(out, `${SEPOLIA}.json`), join(copy, `${SEPOLIA}.json`));
      writeFileSync(join(copy, `${LOCAL}.json`), "not even read");
      const data = join(copy, "data.ts");
      writeSdkData(copy, data);
      const { DEPLOYMENTS } = (await import(pathToFileURL(data).href)) as { DEPLOYMENTS: readonly Deployment[] };
      expect(DEPLOYMENTS).to.deep.equal([readDeployment(out, SEPOLIA)]);
    });
  });

  describe("says in one line", () => {
    const nowhere = "http://127.0.0.1:1";

    it("that there is no such network", async () => {
      const [unknown, inProcess] = await Promise.all([refused(["--network", "nowhere"]), refused(["--network", "default"])]);
      expect(unknown).to.match(/^There is no network "nowhere"\. Use one of .*localhost/);
      expect(inProcess).to.contain("ends with this process");
    });

    it("that no chain answers", async () => {
      expect(await refused(local(nowhere, newFolder()))).to.match(/^No chain answers as network "localhost" at http:\/\/127\.0\.0\.1:1: /);
    });

    it("which variable is missing", async () => {
      const message = await refused(["--network", "sepolia"], { SEPOLIA_RPC_URL: undefined, DEPLOYER_PRIVATE_KEY: DEPLOYER_KEY });
      expect(message).to.contain("SEPOLIA_RPC_URL");
    });

    it("which option is wrong", async () => {
      expect(await refused(["--network", "localhost", "--protocol", "0x12"])).to.contain("--protocol must be an address");
      expect(() => parseOptions(["--network", "localhost", "--nope"])).to.throw(/^Unknown option '--nope'\. npm run deploy -- .*$/);
      expect(() => parseOptions([])).to.throw(/^Say which network: .*$/);
      expect(() => parseOptions(["--network", "x", "--reference", "--protocol", ADMIN])).to.throw("not both");
      expect(() => parseOptions(["--network", "x", "--confirmations", "0"])).to.throw("--confirmations must be a whole number from 1");
    });

    it("what is wrong in a record", async () => {
      const chain = await start();
      const out = newFolder();
      const path = join(out, `${LOCAL}.json`);
      writeFileSync(path, JSON.stringify({ ...SAMPLE, deployer: "0x12" }));
      expect(await refused(local(chain.url, out))).to.contain(`${path}: deployer must be an address`);
      expect(await nonceOf(chain.url)).to.equal(0);
      for (const text of ["", "{", "null"]) {
        writeFileSync(path, text);
        expect(() => readRecord(out, LOCAL)).to.throw(new RegExp(`^${path}: .*$`));
      }
      writeFileSync(path, JSON.stringify({ ...SAMPLE, chainId: 1 }));
      expect(() => readRecord(out, LOCAL)).to.throw(`${path}: it describes chain 1.`);
    });

    it("what is wrong in a policy", async () => {
      const chain = await start();
      const path = join(newFolder(), "policy.json");
      const write = (change: object): void => writeFileSync(path, JSON.stringify({ ...toPolicyFile(DEFAULT_POLICY), ...change }));
      write({ active: [] });
      const out = newFolder();
      expect(await refused([...local(chain.url, out), "--policy", path])).to.contain("needs OpenInterest");
      expect(await nonceOf(chain.url)).to.equal(0);
      expect(existsSync(join(out, `chain-${LOCAL}`))).to.equal(false);
      write({});
      const nobody = ["--policy", path, "--protocol", ADMIN, "--market", "ETH/USD", "--feed", ADMIN];
      expect(await refused([...local(chain.url, out), ...nobody])).to.contain(`There is no price feed at ${ADMIN}.`);
      for (const [change, message] of [
        [{ tail: 4 }, "tail must be a string of decimal digits"],
        [{ tail: undefined }, "tail must be a string of decimal digits"],
        [{ tial: "4" }, 'there is no field "tial"'],
        [{ mode: "On" }, "mode must be one of"],
        [{ usesImpact: "true" }, "usesImpact must be true or false"],
        [{ active: ["Volatile"] }, "active must be a list of limits"],
        [{ feed: "0x12" }, "feed must be an address"],
      ] as const) {
        write(change);
        expect(() => readPolicyFile(path)).to.throw(`${path}: ${message}`);
      }
    });
  });

  /** Runs the command against a node that dies, with the command, at its next transaction: before or after it is mined. */
  async function killAtTransaction(url: string, out: string, when: "before" | "after"): Promise<void> {
    let sent = 0;
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", async () => {
        const body = Buffer.concat(chunks).toString();
        const isTransaction = body.includes('"eth_sendTransaction"');
        if (isTransaction) sent += 1;
        if (isTransaction && when === "before") return void begun.child.kill("SIGKILL");
        const answer = await (await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } })).text();
        if (isTransaction) return void begun.child.kill("SIGKILL");
        response.end(answer);
      });
    });
    servers.add(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const begun = run(local(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, out));
    const { code, errors } = await begun.ended;
    server.close();
    servers.delete(server);
    expect(errors).to.equal("");
    expect(code, "it was killed").to.equal(null);
    expect(sent).to.equal(1);
  }

  async function killAtNonce(url: string, out: string, nonce: number): Promise<void> {
    const { child, ended } = run(local(url, out));
    while (child.exitCode === null && (await nonceOf(url)) < nonce) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill("SIGKILL");
    expect((await ended).errors).to.equal("");
  }
});

describe("ReservedAddress", () => {
  it("deploys once, for its owner, where it said, and reverts as the constructor does", async () => {
    const connection = await network.create();
    const [owner, other] = await connection.viem.getWalletClients();
    if (owner === undefined || other === undefined) return expect.fail("the chain has no accounts");
    const reserved = await connection.viem.deployContract("ReservedAddress", [owner.account.address]);
    const address = await reserved.read.RESERVED();
    const { bytecode } = (await artifacts.readArtifact("AccessManager")) as { bytecode: Hex };
    const args = [bytecode, [ADMIN]] as const;

    await connection.viem.assertions.revertWithCustomErrorWithArgs(
      reserved.write.deploy(args, { account: other.account }),
      reserved,
      "NotOwner",
      [getAddress(other.account.address), getAddress(owner.account.address)],
    );
    const manager = await connection.viem.getContractAt("AccessManager", address);
    await connection.viem.assertions.revertWithCustomErrorWithArgs(
      reserved.write.deploy([bytecode, [ZERO]], { gas: 5_000_000n }),
      manager,
      "AccessManagerInvalidInitialAdmin",
      [ZERO],
    );
    // With gas given it was mined, and failed; it used no nonce up, and the address still holds.
    await reserved.write.deploy(args);
    expect(await manager.read.hasRole([0n, ADMIN])).to.deep.equal([true, 0]);
    await connection.viem.assertions.revertWithCustomErrorWithArgs(reserved.write.deploy(args), reserved, "AlreadyDeployed", [address]);
    await connection.close();
  });
});

describe("deployments in the SDK", () => {
  it("finds a chain's own record, and says which chains it knows", () => {
    expect(getDeployment(LOCAL, [SAMPLE])).to.equal(SAMPLE);
    expect(() => getDeployment(LOCAL)).to.throw(DeploymentNotFoundError, "There is no deployment on chain 31337");
    expect(() => getDeployment(5, [SAMPLE]))
      .to.throw(DeploymentNotFoundError, "31337")
      .with.property("chainId", 5);
  });

  for (const [what, change, path] of [
    ["a missing field", { genesisHash: undefined }, "genesisHash"],
    ["an unknown field", { owner: DEPLOYER }, "owner"],
    ["a chain id as text", { chainId: "31337" }, "chainId"],
    ["a negative block", { blockNumber: -1 }, "blockNumber"],
    ["a short address", { admin: "0x12" }, "admin"],
    ["no guard", { contracts: { AccessManager: { address: DEPLOYER } } }, "contracts.SizingGuard"],
    ["a contract without address", { contracts: { AccessManager: {} } }, "contracts.AccessManager.address"],
    ["a market without feed", { markets: { "ETH/USD": { id: ETH_USD } } }, "markets.ETH/USD.feed"],
    ["contracts in a list", { contracts: [] }, "contracts"],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => parseDeployment({ ...SAMPLE, ...change }))
        .to.throw(DeploymentInvalidError)
        .with.property("path", path);
    });
  }

  it("refuses what is no object", () => {
    for (const value of [undefined, null, [], "x", 1]) expect(() => parseDeployment(value)).to.throw(DeploymentInvalidError);
  });
});

const HASH: Hex = `0x${"0".repeat(64)}`;
const SAMPLE: Deployment = {
  chainId: LOCAL,
  network: "localhost",
  blockNumber: 1,
  genesisHash: HASH,
  deployer: DEPLOYER,
  admin: DEPLOYER,
  protocol: ADMIN,
  contracts: { AccessManager: { address: DEPLOYER }, SizingGuard: { address: ADMIN, blockNumber: 2, transactionHash: HASH } },
};

const recordText = (out: string, chainId: number): string => readFileSync(join(out, `${chainId}.json`), "utf8");

const readDeployment = (out: string, chainId: number): Deployment => getDeployment(chainId, [JSON.parse(recordText(out, chainId))]);

async function rpc<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
  return ((await response.json()) as { result: T }).result;
}

/** With what waits to be mined. */
const nonceOf = async (url: string): Promise<number> => hexToNumber(await rpc(url, "eth_getTransactionCount", [DEPLOYER, "pending"]));

/** Anvil answers with the hash, and mines a moment later. */
async function mined(url: string, hash: Hex): Promise<void> {
  for (;;) {
    const receipt = await rpc<{ status: Hex } | null>(url, "eth_getTransactionReceipt", [hash]);
    if (receipt !== null) return void expect(receipt.status).to.equal("0x1");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The record is whole, the guard knows its perp, and a small trade passes both. */
async function expectWorks(url: string, out: string): Promise<void> {
  const { contracts, markets, protocol, genesisHash } = readDeployment(out, LOCAL);
  expect(Object.keys(contracts)).to.deep.equal([
    "AccessManager",
    "ReferencePerp",
    "ReservedAddress",
    "SizingGuard",
    "TestFeed",
    "TestToken",
  ]);
  const { hash } = await rpc<{ hash: Hex }>(url, "eth_getBlockByNumber", ["0x0", false]);
  expect(genesisHash).to.equal(hash);
  expect(markets?.["ETH/USD"]).to.deep.equal({ id: ETH_USD, feed: contracts.TestFeed?.address });
  const connection = await network.create({ network: "localhost", override: { url } });
  const [, trader] = await connection.viem.getWalletClients();
  if (trader === undefined) return expect.fail("anvil has no second account");
  const at = (name: string): Hex => contracts[name]?.address ?? expect.fail(`no ${name}`);
  const guard = await connection.viem.getContractAt("SizingGuard", at("SizingGuard"));
  const perp = await connection.viem.getContractAt("ReferencePerp", at("ReferencePerp"));
  const token = await connection.viem.getContractAt("TestToken", at("TestToken"));
  expect(getAddress(await guard.read.PROTOCOL())).to.equal(getAddress(perp.address));
  expect(protocol).to.equal(getAddress(perp.address));
  const account = trader.account.address;
  await mined(url, await token.write.mint([account, 1_000n * 10n ** 6n], { account }));
  await mined(url, await token.write.approve([perp.address, 1_000n * 10n ** 6n], { account }));
  await mined(url, await perp.write.modify([ETH_USD, WAD / 10n, 1_000n * 10n ** 6n], { account }));
  expect((await perp.read.account([ETH_USD, account])).size).to.equal(WAD / 10n);
  await connection.close();
}
