/** The command as users run it, in a process of its own, against a chain that is a process of its own. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { network } from "hardhat";
import { after, before, describe, it } from "mocha";
import { getAddress, type Hex } from "viem";
import { type Anvil, startAnvil } from "../../scripts/lib/anvil.ts";
import { marketId } from "../../scripts/lib/market.ts";
import { reportJson } from "../../scripts/shadow/json.ts";
import { Node } from "../../scripts/shadow/node.ts";
import { parseOptions } from "../../scripts/shadow/options.ts";
import { makeReport } from "../../scripts/shadow/report.ts";
import { show } from "../../scripts/shadow/table.ts";
import { encodePolicy, LIMITS, ORACLE_STATUSES } from "../../sdk/src/index.ts";
import { UNCAPPED, WAD } from "../../sdk/src/math/index.ts";
import { ceil } from "../helpers/bookkeeping.ts";
import {
  CONFIG,
  type Connection,
  createMarket,
  ETH_USD,
  expectRevert,
  FIRST_ROUND_ID,
  from,
  fund,
  limitIndex,
  lower,
  now,
  POLICY,
  pushRound,
  type TestMarket,
  type Trader,
  wad,
} from "../helpers/market.ts";
import { createPortfolio, enforcePortfolio, exposure, type PortfolioMarket, previewPortfolio } from "../helpers/portfolioMarket.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const BTC_USD = marketId("BTC/USD");
const MODIFIED = "Modified(bytes32 indexed market, address indexed account, int256 size, int256 collateral, uint256 price)";

/** What the guard said before an action that it let stand all the same. */
interface Expected {
  readonly market: Hex;
  readonly account: Hex;
  readonly transaction: Hex;
  readonly block: number;
  readonly limit: string;
  readonly status: string;
  readonly size: bigint;
  readonly maxSize: bigint;
  readonly price: bigint;
}

interface Shown {
  readonly json: Json;
  readonly output: string;
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A report's JSON, as far as the tests look into it. */
interface Tally {
  readonly rejections: number;
  readonly accounts: number;
  readonly withoutValue: number;
  readonly value: string;
  readonly excess: string;
  readonly largest: { readonly block: number; readonly transaction: Hex; readonly account: Hex } | null;
}
interface Group {
  readonly rejectedTrades: number;
  readonly accounts: number;
  readonly sizes: Tally;
  readonly losses: Tally;
  readonly limits: readonly (Tally & { readonly limit: string })[];
  readonly trades: number | null;
  readonly share: string | null;
}
interface Market extends Group {
  readonly market: Hex;
  readonly name: string | null;
  readonly mode: string | null;
  readonly policies: readonly { readonly block: number; readonly mode: string | null }[];
}
interface Json {
  readonly chainId: number;
  readonly guard: Hex;
  readonly protocol: Hex;
  readonly first: { readonly number: number; readonly timestamp: number };
  readonly last: { readonly number: number; readonly timestamp: number; readonly hash: Hex };
  readonly total: Group;
  readonly markets: readonly Market[];
  readonly rejectedTrades: readonly { readonly account: Hex; readonly rejections: readonly Record<string, unknown>[] }[];
}

describe("npm run shadow-report", () => {
  let folder: string;
  let anvil: Anvil;
  let connection: Connection;
  const servers = new Set<Server>();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "shadow-"));
    anvil = await startAnvil(["--hardfork", "prague"]);
    connection = await network.create({ network: "localhost", override: { url: anvil.url } });
    // Every block comes in the same second until the clock is moved: what is asked before a transaction holds within it.
    await connection.provider.request({ method: "anvil_setBlockTimestampInterval", params: [0] });
  });

  after(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await connection?.close();
    await anvil?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function run(args: readonly string[]): Promise<Ended> {
    const child = spawn(process.execPath, ["scripts/shadowReport.ts", ...args], {
      cwd: root,
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") },
    });
    let output = "";
    let errors = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    child.stderr.on("data", (data) => {
      errors += data;
    });
    return new Promise((resolve) => child.once("close", (code) => resolve({ code, output, errors })));
  }

  /** The command's report, in JSON and as it is printed. */
  async function command(guard: Hex, args: readonly string[]): Promise<Shown> {
    const path = join(mkdtempSync(join(folder, "out-")), "report.json");
    const { code, output, errors } = await run(["--rpc", anvil.url, "--guard", guard, "--json", path, ...args]);
    expect(errors).to.equal("");
    expect(code).to.equal(0);
    return { json: JSON.parse(readFileSync(path, "utf8")), output };
  }

  /** The same report without a process of its own. */
  async function report(guard: Hex, args: readonly string[] = [], url = anvil.url): Promise<Shown> {
    const whole = await makeReport(new Node(url), parseOptions(["--rpc", url, "--guard", guard, ...args]));
    return { json: JSON.parse(reportJson(whole)), output: show(whole) };
  }

  /** The command must stop with exit code 1 and one line. */
  async function refused(args: readonly string[]): Promise<string> {
    const path = join(mkdtempSync(join(folder, "refused-")), "report.json");
    const { code, errors, output } = await run([...args, "--json", path]);
    expect(errors.trimEnd().split("\n"), errors).to.have.length(1);
    expect([code, output, existsSync(path)]).to.deep.equal([1, "", false]);
    return errors.trimEnd();
  }

  /** What the same would say in that line. */
  async function failure(guard: Hex, args: readonly string[] = [], url = anvil.url): Promise<string> {
    const message = await report(guard, args, url).then(
      () => expect.fail("it was expected to fail"),
      (error: unknown) => (error as Error).message,
    );
    expect(message).not.to.contain("\n");
    return message;
  }

  /** The chain as another node would show it. `change` may answer a question in its place, or change the answer. */
  async function proxy(change: (asked: Asked, answer: () => Promise<Answer>) => Promise<Answer>): Promise<string> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const asked = JSON.parse(body) as Asked & { id: number };
      const forward = async (): Promise<Answer> => {
        const answer = await fetch(anvil.url, { method: "POST", body, headers: { "content-type": "application/json" } });
        return (await answer.json()) as Answer;
      };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ ...(await change(asked, forward)), jsonrpc: "2.0", id: asked.id }));
    });
    servers.add(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** The block of a transaction that succeeded: this node answers before it has mined. */
  async function mined(hash: Hex): Promise<number> {
    const publicClient = await connection.viem.getPublicClient();
    const { status, blockNumber: block } = await publicClient.waitForTransactionReceipt({ hash, pollingInterval: 10 });
    expect(status).to.equal("success");
    return Number(block);
  }

  /** The block from which on everything is that comes now. */
  async function nextBlock(): Promise<number> {
    await connection.networkHelpers.mine();
    return (await blockNumber()) + 1;
  }

  async function blockNumber(): Promise<number> {
    return Number(await connection.provider.request({ method: "eth_blockNumber" }));
  }

  describe("of a perp with two markets in Shadow", () => {
    let m: TestMarket;
    let firstBlock: number;
    let lastBlock: number;
    let trades: number;
    const expected: Expected[] = [];
    const range = () => ["--from", `${firstBlock}`, "--to", `${lastBlock}`];

    before(async () => {
      const policy = { mode: "Shadow", openInterestCap: 100n * WAD, heartbeat: 600n, maxAge: 3_600n } as const;
      m = await createMarket(connection, { policy, config: { maxPriceAge: 86_400 } });
      await pushRound(m, 2_000);
      await listBitcoin();
      for (const trader of [m.alice, m.bob, m.carol]) await fund(m, trader, 2_000_000n);
      firstBlock = await nextBlock();
      await tradeAll();
      lastBlock = await blockNumber();
      trades = lastBlock - firstBlock + 1 - OTHER_BLOCKS;
    });

    /** Bitcoin trades at one feed's price, and its guard listens to another, which never says anything. */
    async function listBitcoin(): Promise<void> {
      const feed = await connection.viem.deployContract("TestFeed", [8, FIRST_ROUND_ID]);
      const silent = await connection.viem.deployContract("TestFeed", [8, FIRST_ROUND_ID]);
      await feed.write.push([60_000n * 10n ** 8n, await now(m)]);
      await m.perp.write.list([BTC_USD, { ...CONFIG, maxPriceAge: 86_400, feed: feed.address }]);
      await m.guard.write.setPolicy([BTC_USD, encodePolicy({ ...POLICY, mode: "Shadow", feed: lower(silent.address) })]);
    }

    /** Blocks of the range that are no trade: one that moves the clock. */
    const OTHER_BLOCKS = 1;

    async function tradeAll(): Promise<void> {
      await act(m.alice, ETH_USD, wad(10), 10_000n);
      await act(m.bob, ETH_USD, wad(1), 1_000_000n);
      // Twenty times leverage.
      await act(m.alice, ETH_USD, wad(90), 0n);
      // A plenty of equity, and no room on the side.
      await act(m.bob, ETH_USD, wad(120), 0n);
      await act(m.alice, ETH_USD, wad(7.123456), 0n);
      await act(m.bob, ETH_USD, -wad(3), 0n);
      await act(m.carol, BTC_USD, wad(0.5), 100_000n);
      await act(m.carol, BTC_USD, 0n, -10n);
      await act(m.carol, ETH_USD, -wad(0.25), 5_000n);
      // The guard's patience ends before the perp's: this price is too old, and still a price.
      await connection.networkHelpers.time.increase(5_000);
      await act(m.carol, ETH_USD, -wad(0.5), 0n);
      await act(m.alice, ETH_USD, -wad(100), 0n);
    }

    async function act(trader: Trader, market: Hex, sizeDelta: bigint, tokens: bigint): Promise<void> {
      const account = getAddress(trader.account.address);
      const position = await m.perp.read.positionAfter([market, account, sizeDelta, tokens * m.tokenUnit]);
      const verdict = await m.guard.read.preview([market, position]);
      expect(verdict.allowed, "in Shadow everything is").to.equal(true);
      const transaction = await m.perp.write.modify([market, sizeDelta, tokens * m.tokenUnit], from(trader));
      const block = await mined(transaction);
      const size = position.sizeAfter < 0n ? -position.sizeAfter : position.sizeAfter;
      const { maxSize, price } = verdict;
      const names = { limit: LIMITS[verdict.limit] ?? "", status: ORACLE_STATUSES[verdict.status] ?? "" };
      if (size > maxSize) expected.push({ market, account, transaction, block, ...names, size, maxSize, price });
    }

    it("is what preview said before each trade, by market and limit", async () => {
      const { json, output } = await command(m.guard.address, [...range(), "--market", "ETH/USD", "--market", "BTC/USD"]);
      const listed = json.rejectedTrades.flatMap((trade) => trade.rejections);
      const fields = ({ market, account, transaction, block, limit, status, size, maxSize, price }: Record<string, unknown>) => {
        return { market, account, transaction, block, limit, status, size: `${size}`, maxSize: `${maxSize}`, price: `${price}` };
      };
      expect(listed.map(fields)).to.deep.equal(expected.map((one) => fields({ ...one })));
      expect(expected.map(({ limit, status, price }) => [limit, status, price > 0n])).to.deep.equal([
        ["Volatility", "Valid", true],
        ["OpenInterest", "Valid", true],
        ["OpenInterest", "Valid", true],
        ["Oracle", "Invalid", false],
        ["Oracle", "Invalid", false],
        ["Oracle", "Stale", true],
      ]);
      expect([json.total.rejectedTrades, json.total.accounts]).to.deep.equal([6, 3]);
      expect(output).to.contain("6 trades of 3 accounts would have been refused.");
      const [eth, btc] = json.markets;
      expect([eth?.name, btc?.name, eth?.mode, btc?.mode]).to.deep.equal(["ETH/USD", "BTC/USD", "Shadow", "Shadow"]);
      expectTally(json.total.sizes, expected);
      for (const [group, market] of [
        [eth, ETH_USD],
        [btc, BTC_USD],
      ] as const) {
        const its = expected.filter((one) => one.market === market);
        expect(group?.market).to.equal(market);
        expectTally(group?.sizes, its);
        expect(group?.limits.map(({ limit }) => limit)).to.deep.equal(LIMITS.filter((limit) => its.some((one) => one.limit === limit)));
        for (const tally of group?.limits ?? []) {
          expectTally(
            tally,
            its.filter(({ limit }) => limit === tally.limit),
          );
        }
      }
      expect([json.total.losses.rejections, btc?.sizes.withoutValue, btc?.sizes.largest]).to.deep.equal([0, 2, null]);
    });

    it("says of how many trades, by events of the protocol", async () => {
      const [{ json, output }, only, wrong] = await Promise.all([
        command(m.guard.address, [...range(), "--trades", MODIFIED]),
        report(m.guard.address, [...range(), "--market", BTC_USD, "--trades", MODIFIED]),
        report(m.guard.address, [...range(), "--trades", "Traded(bytes32 market)"]),
      ]);
      expect(trades).to.equal(11);
      const byMarket = json.markets.map(({ market, trades: its, rejectedTrades }) => [market, its, rejectedTrades]);
      expect(byMarket).to.have.deep.members([
        [ETH_USD, 9, 4],
        [BTC_USD, 2, 2],
      ]);
      expect(json.total).to.deep.include({ trades, share: `${(6n * WAD) / 11n}` });
      expect(output).to.contain("would have been refused, of 11 trades (54.5 %).");
      expect(only.json.total).to.deep.include({ trades: 2, share: `${WAD}`, rejectedTrades: 2 });
      expect(wrong.json.total).to.deep.include({ trades: 0, share: null });
      expect(wrong.output).to.contain("No event of --trades was found");
    });

    it("is of the blocks it was asked for, with their times", async () => {
      const [one] = expected;
      const [{ json, output }, later, alone] = await Promise.all([
        report(m.guard.address, range()),
        // One block less, one rejection less.
        report(m.guard.address, ["--from", `${(one?.block ?? 0) + 1}`, "--to", `${lastBlock}`]),
        report(m.guard.address, ["--from", `${one?.block}`, "--to", `${one?.block}`]),
      ]);
      const [first, last] = await Promise.all(
        [firstBlock, lastBlock].map((block) => m.publicClient.getBlock({ blockNumber: BigInt(block) })),
      );
      expect(json.first).to.include({ number: firstBlock, timestamp: Number(first?.timestamp) });
      expect(json.last).to.include({ number: lastBlock, timestamp: Number(last?.timestamp), hash: last?.hash });
      expect(output).to.contain(`Blocks ${firstBlock} to ${lastBlock}, `).and.to.contain("(1 h 23 min)");
      expect(json).to.deep.include({ chainId: 31_337, guard: getAddress(m.guard.address), protocol: getAddress(m.perp.address) });
      expect(later.json.total.rejectedTrades).to.equal(5);
      expect(alone.json.rejectedTrades.map(({ account }) => account)).to.deep.equal([one?.account]);
    });

    it("is the same from a node that answers for three blocks at a time, and from the end backwards", async () => {
      const direct = await report(m.guard.address, [...range(), "--trades", MODIFIED]);
      let refusals = 0;
      const url = await proxy(async (asked, answer) => {
        if (asked.method !== "eth_getLogs") return answer();
        const [filter] = asked.params as [{ fromBlock: Hex; toBlock: Hex }];
        if (Number(filter.toBlock) - Number(filter.fromBlock) > 2) {
          refusals += 1;
          return { error: { code: -32_000, message: "exceed maximum block range: 3" } };
        }
        const answered = await answer();
        return { result: [...(answered.result as unknown[])].reverse() };
      });
      const piecewise = await report(m.guard.address, [...range(), "--trades", MODIFIED], url);
      expect(refusals).to.be.greaterThan(0);
      expect(withoutOrder(piecewise.json)).to.deep.equal(withoutOrder(direct.json));
      expect(piecewise.json.rejectedTrades).to.deep.equal(direct.json.rejectedTrades);
    });

    it("says that nothing would have been refused where nothing was", async () => {
      const [{ json, output }, nowhere] = await Promise.all([
        report(m.guard.address, ["--from", `${firstBlock}`, "--to", `${firstBlock}`, "--market", "ETH/USD"]),
        report(m.guard.address, [...range(), "--market", "DOGE/USD"]),
      ]);
      expect(output).to.contain("Nothing would have been refused.").and.to.contain(`ETH/USD (${ETH_USD}) is in mode Shadow after block`);
      expect(json.total).to.deep.include({ rejectedTrades: 0, accounts: 0 });
      expect(json.rejectedTrades).to.deep.equal([]);
      expect(nowhere.output)
        .to.contain("Nothing would have been refused.")
        .and.to.match(/DOGE\/USD \(0x[0-9a-f]{64}\) is without a policy/);
    });

    it("does not mix two histories", async () => {
      let asked = 0;
      const url = await proxy(async ({ method, params }, answer) => {
        const isLast = method === "eth_getBlockByNumber" && Number(params[0]) === lastBlock;
        const answered = await answer();
        if (!isLast || ++asked === 1) return answered;
        return { result: { ...(answered.result as object), hash: `0x${"1".repeat(64)}` } };
      });
      const message = await failure(m.guard.address, range(), url);
      expect(message).to.contain(`Block ${lastBlock} was replaced by another while it was read.`);
    });

    it("knows what became of the mode, which refuses from then on", async () => {
      const { json: before } = await report(m.guard.address, ["--from", `${firstBlock}`]);
      const set = await mined(await m.guard.write.setPolicy([ETH_USD, encodePolicy({ ...m.policy, mode: "ReduceOnly" })]));
      const { account } = m.alice;
      // Without gas of its own it is estimated, and not sent where that fails.
      const grow = m.perp.write.modify([ETH_USD, WAD, 0n], { account: account.address });
      const { size } = await m.perp.read.account([ETH_USD, account.address]);
      await expectRevert(grow, "SizeExceeded", [ETH_USD, account.address, size + WAD, size, limitIndex("Mode")]);
      const { json, output } = await report(m.guard.address, ["--from", `${firstBlock}`]);
      expect(json.total).to.deep.equal(before.total);
      const eth = json.markets.find(({ market }) => market === ETH_USD);
      expect(eth?.mode).to.equal("ReduceOnly");
      expect(eth?.policies.map(({ block, mode }) => [block, mode])).to.deep.equal([[set, "ReduceOnly"]]);
      expect(output).to.contain(`Its policy was set within the range, in block ${set} (ReduceOnly)`);
    });

    describe("says in one line", () => {
      it("that no node is there, without what may be a key", async () => {
        const message = await refused(["--rpc", "http://127.0.0.1:1/key", "--guard", m.guard.address]);
        expect(message).to.match(/^The node at http:\/\/127\.0\.0\.1:1 did not answer: /);
      });

      it("that no guard is there", async () => {
        const nobody = getAddress("0x000000000000000000000000000000000000c0de");
        expect(await refused(["--rpc", anvil.url, "--guard", nobody])).to.equal(`There is no contract at ${nobody}.`);
        for (const { address } of [m.perp, m.feed, m.token, m.manager]) {
          expect(await failure(address)).to.contain(`The contract at ${getAddress(address)} is not a Sizing Guard`);
        }
      });

      it("which block is not there", async () => {
        const latest = await blockNumber();
        const tooLate = (option: string): string => `${option} ${latest + 1} is after the latest block, ${latest}.`;
        expect(await failure(m.guard.address, ["--from", `${latest + 1}`])).to.equal(tooLate("--from"));
        expect(await failure(m.guard.address, ["--to", `${latest + 1}`])).to.equal(tooLate("--to"));
      });

      it("which option is wrong", async () => {
        const backwards = await refused(["--rpc", anvil.url, "--guard", m.guard.address, "--from", "2", "--to", "1"]);
        expect(backwards).to.equal("--from 2 is after --to 1.");
        const markets = ["--market", "ETH/USD", "--trades", "Traded(address account)"];
        expect(await failure(m.guard.address, markets)).to.contain('in a parameter "bytes32 market"');
        const unindexed = ["--trades", MODIFIED.replace("address indexed", "address")];
        expect(await failure(m.guard.address, unindexed)).to.contain("--trades does not fit log");
      });
    });
  });

  describe("of a guard that judges portfolios in Shadow", () => {
    let m: PortfolioMarket;
    let firstBlock: number;

    before(async () => {
      m = await createPortfolio(connection, 2, { mode: "Shadow" });
      firstBlock = await nextBlock();
    });

    it("counts a trade once for both events, and lists both as previewPortfolio said", async () => {
      const [market, other] = m.markets.map(({ id }) => id) as [Hex, Hex];
      const holds = [exposure(other, 40_000n)];
      const asked: { size: bigint; others: typeof holds; kinds: string[] }[] = [
        { size: wad(0.1), others: [], kinds: [] },
        { size: wad(20), others: holds, kinds: ["size", "loss"] },
        { size: wad(0), others: holds, kinds: [] },
        // What is held in a market that does not exist cannot be measured.
        { size: wad(1), others: [exposure(marketId("nothing"), 1n)], kinds: ["size", "loss"] },
      ];
      const losses: bigint[] = [];
      const lists: string[][] = [];
      for (const { size, others, kinds } of asked) {
        const position = { account: lower(m.alice.account.address), equity: 10_000n * WAD, flow: 0n, sizeBefore: 0n, sizeAfter: size };
        const whole = { ...position, sameSideOthers: 0n, oppositeOthers: 0n, poolEquity: 0n };
        const [verdict, { loss, allowedLoss }] = await previewPortfolio(m, market, whole, others);
        await mined(await enforcePortfolio(m, market, whole, others));
        const said = [...(size > verdict.maxSize ? ["size"] : []), ...(loss > allowedLoss ? ["loss"] : [])];
        expect(said).to.deep.equal(kinds);
        if (said.length > 0) lists.push([`${verdict.maxSize}`, LIMITS[verdict.limit] ?? "", `${loss}`, `${allowedLoss}`]);
        if (loss > allowedLoss && loss !== UNCAPPED) losses.push(loss, loss - allowedLoss);
      }
      const { json, output } = await report(m.guard.address, ["--from", `${firstBlock}`]);
      expect(json.total).to.deep.include({ rejectedTrades: 2, accounts: 1 });
      expect([json.total.sizes.rejections, json.total.losses.rejections, json.total.losses.withoutValue]).to.deep.equal([2, 2, 1]);
      const listed = json.rejectedTrades.map(({ rejections: [size, loss] }) => [
        ...[size?.maxSize, size?.limit === "Portfolio" ? "Portfolio" : size?.limit],
        ...[loss?.loss, loss?.allowedLoss],
      ]);
      expect(listed).to.deep.equal(lists);
      expect([json.total.losses.value, json.total.losses.excess]).to.deep.equal(losses.map((amount) => `${amount}`));
      expect(output).to.contain("portfolio's loss");
    });
  });
});

interface Asked {
  readonly method: string;
  readonly params: readonly unknown[];
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** Markets without what the latest block was, which moves on while tests run. */
const withoutOrder = ({ markets, total, first, last }: Json) => ({
  total,
  first,
  last,
  markets: [...markets].sort((a, b) => (a.market < b.market ? -1 : 1)),
});

/** Counted and added up here in another way: from what `preview` said, with divisions of the tests' own. */
function expectTally(tally: Tally | undefined, its: readonly Expected[]): void {
  const valued = its.filter(({ price }) => price > 0n);
  const sum = (amounts: readonly bigint[]): string => `${amounts.reduce((total, amount) => total + amount, 0n)}`;
  const excess = ({ size, maxSize, price }: Expected): bigint => ceil((size - maxSize) * price, WAD);
  const most = valued.reduce<Expected | undefined>(
    (best, one) => (best === undefined || excess(one) > excess(best) ? one : best),
    undefined,
  );
  expect(tally).to.deep.include({
    rejections: its.length,
    accounts: new Set(its.map(({ account }) => account)).size,
    withoutValue: its.length - valued.length,
    value: sum(valued.map(({ size, price }) => ceil(size * price, WAD))),
    excess: sum(valued.map(excess)),
  });
  const { block, transaction, account } = tally?.largest ?? {};
  expect([block, transaction, account]).to.deep.equal([most?.block, most?.transaction, most?.account]);
}
