/** The keeper as its users run it, in processes of its own, through a crash and over a node that fails in every way there is. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { type Hex, numberToHex } from "viem";
import { type Anvil, startAnvil } from "../../scripts/lib/anvil.ts";
import { ETH_USD } from "../../scripts/lib/market.ts";
import { FaultyNode, type Treatment } from "../helpers/faultyNode.ts";
import { developmentKey, KeeperProcess } from "../helpers/keeperProcess.ts";
import {
  createKeptMarket,
  history,
  type KeptMarket,
  LEVERAGES,
  roundLater,
  TERMS,
  transactionsOf,
  untilSettled,
  whatIsDue,
} from "../helpers/keptMarket.ts";
import { START_PRICE, wad } from "../helpers/market.ts";

const FIRST = developmentKey(8);
const SECOND = developmentKey(9);
const SEND = "eth_sendRawTransaction";
const WAD = 10n ** 18n;
/** Requests that meet a fault before it is lifted. */
const HITS = 3;
/** Bound of a wait that ends much sooner. */
const MOST_ROUNDS = 60;

/** Where a keeper dies: at which request, the how manyth, and whether that still arrives. */
const KILLS = [
  { method: SEND, nth: 1, treatment: "loseRequest" },
  { method: SEND, nth: 1, treatment: "loseAnswer" },
  { method: SEND, nth: 2, treatment: "loseRequest" },
  { method: SEND, nth: 2, treatment: "loseAnswer" },
  { method: SEND, nth: 3, treatment: "loseAnswer" },
  { method: "eth_getTransactionReceipt", nth: 1, treatment: "loseAnswer" },
  { method: "eth_getTransactionReceipt", nth: 2, treatment: "loseRequest" },
  { method: "eth_estimateGas", nth: 1, treatment: "loseAnswer" },
  { method: "eth_getTransactionCount", nth: 3, treatment: "loseRequest" },
  { method: "eth_call", nth: 4, treatment: "loseRequest" },
] as const;

describe("npm run keeper", () => {
  const keepers = new Set<KeeperProcess>();
  let folder: string;
  let chain: Anvil;
  let node: FaultyNode;
  let m: KeptMarket;
  let price = START_PRICE;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "keeper-"));
    chain = await startAnvil(["--hardfork", "prague"]);
    m = await createKeptMarket(chain.url);
    node = new FaultyNode(chain.url);
    await node.listen();
    await node.close();
  });

  afterEach(async () => {
    node.treat = () => "pass";
  });

  after(async () => {
    for (const keeper of keepers) keeper.kill();
    await Promise.all([...keepers].map((keeper) => keeper.ended()));
    await node.close();
    await m.connection.close();
    await chain.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(who: { readonly key: Hex | undefined } = FIRST, ...more: string[]): KeeperProcess {
    const where = ["--rpc", node.url, "--guard", m.guard.address, "--controller", m.controller.address, "--chain-id", "31337"];
    const pace = ["--interval", "0.05", "--timeout", "1", "--patience", "10", "--log", "debug"];
    const keeper = new KeeperProcess([...where, ...pace, ...more], who.key, folder);
    keepers.add(keeper);
    return keeper;
  }

  /** The next round of the replay: the price moves by a share, and the chain's clock by seconds. */
  async function next(share: number, seconds = 120n): Promise<void> {
    price *= 1 + share;
    await roundLater(m, seconds, price);
  }

  /** Waits until it says that once more. */
  async function said(keeper: KeeperProcess, message: string): Promise<void> {
    const count = () => keeper.lines.filter(({ msg }) => msg === message).length;
    const before_ = count();
    while (count() === before_) await sleep(10);
  }

  /** Lets requests fail until some have, then no more. */
  async function failing(treat: (method: string) => Treatment, hits = HITS): Promise<void> {
    const begin = node.faults;
    node.treat = treat;
    while (node.faults < begin + hits) await sleep(5);
    node.treat = () => "pass";
  }

  const worstRatio = async (): Promise<bigint> => {
    let worst = 0n;
    for (const account of m.traders) {
      const [size, limit] = await m.controller.read.forcedLimit([ETH_USD, account]);
      if (size === 0n) continue;
      const ratio = limit === 0n ? 2n ** 255n : (size * WAD) / limit;
      if (ratio > worst) worst = ratio;
    }
    return worst;
  };

  /** What the controller did, as it stands on the chain. */
  const done = async (name: string): Promise<number> => (await history(m)).filter((event) => event.name === name).length;

  it("brings every account inside its limit through a crash, whatever the node does and however it dies", crash).timeout(300_000);

  async function crash(): Promise<void> {
    let keeper = start();
    await keeper.said("the node does not answer yet");
    await node.listen();
    await untilSettled(m, "the policy noted");
    await next(0, TERMS.policyDelay);
    await untilSettled(m, "the policy adopted");
    await next(-0.012);
    await untilSettled(m, "a good node");

    await node.close();
    await next(-0.012);
    await said(keeper, "round failed");
    await node.listen();
    await untilSettled(m, "a node that refused connections");
    for (const treatment of ["late", "error500"] as const) {
      const failed = failing(() => treatment);
      await next(-0.012);
      await failed;
      await untilSettled(m, treatment);
    }
    await onOtherChain();
    const lost = failing((method) => (method === SEND ? "loseAnswer" : "pass"), 2);
    await next(-0.008);
    await lost;
    await untilSettled(m, "answers that were lost");

    await takeBack();
    for (const point of KILLS) keeper = await killAt(keeper, point);
    await withTwin();
    const raceBlocks = await race();
    await handOver(keeper);
    await verify(raceBlocks);
  }

  /** The node says for a while that it is of another chain: long enough to ask three times, and to send, had it been believed. */
  async function onOtherChain(): Promise<void> {
    let sends = 0;
    const failed = failing((method) => {
      if (method === SEND) sends++;
      return method === "eth_chainId" ? "otherChain" : "pass";
    }, 2 * HITS);
    await next(-0.012);
    await failed;
    expect(sends, "sent to another chain").to.equal(0);
    await untilSettled(m, "another chain");
  }

  /** The chain loses the blocks in which the keeper reduced somebody: it does so again, once. */
  async function takeBack(): Promise<void> {
    const reduced = await done("Deleveraged");
    let round = await m.publicClient.getBlockNumber();
    while ((await done("Deleveraged")) === reduced) {
      await next(-0.002);
      round = await m.publicClient.getBlockNumber();
      await untilSettled(m, "before the reorganisation");
    }
    const after_ = await done("Deleveraged");
    const latest = await m.publicClient.getBlockNumber();
    // The round may be in a block after one of the keeper's: what it did in the last block goes in any case.
    await m.rpc("anvil_reorg", [Number(latest - round) || 1, []]);
    await untilSettled(m, "after the reorganisation");
    expect(await done("Deleveraged")).to.be.within(reduced + 1, after_);
  }

  /** Kills the keeper at a request, and starts another one. */
  async function killAt(keeper: KeeperProcess, { method, nth, treatment }: (typeof KILLS)[number]): Promise<KeeperProcess> {
    let met = 0;
    node.treat = (asked) => {
      if (asked !== method || ++met !== nth) return "pass";
      keeper.kill();
      return treatment;
    };
    const dead = keeper.ended();
    while (keeper.isRunning) {
      await next(met % 2 === 0 ? -0.004 : 0.002);
      await Promise.race([dead, untilSettled(m, "before a kill")]);
    }
    expect(await dead, "it was not killed").to.equal(null);
    node.treat = () => "pass";
    const risen = start();
    await untilSettled(m, `after a kill at ${method} ${nth}`);
    return risen;
  }

  /** A second one with the same key, and so the same nonces. */
  async function withTwin(): Promise<void> {
    const twin = start();
    await twin.said("keeping");
    for (let round = 0; round < 4; round++) {
      await next(round % 2 === 0 ? 0.001 : -0.001);
      await untilSettled(m, "two with one key");
    }
    twin.kill();
  }

  /** A second one with another key, which waits for nobody. Returns the blocks in which one may have come too late. */
  async function race(): Promise<readonly [bigint, bigint]> {
    const from = await m.publicClient.getBlockNumber();
    const rival = start(SECOND);
    await rival.said("keeping");
    for (let round = 0; round < 4; round++) {
      await next(round % 2 === 0 ? 0.001 : -0.001);
      await untilSettled(m, "two with two keys");
    }
    rival.signal("SIGTERM");
    expect(await rival.ended()).to.equal(0);
    return [from, await m.publicClient.getBlockNumber()];
  }

  /** One that stands by has nothing to do while the first one works, and everything when it stops. */
  async function handOver(first: KeeperProcess): Promise<void> {
    const second = start(SECOND, "--standby", "30", "--metrics", "0");
    await second.said("keeping");
    const nonce = () => m.publicClient.getTransactionCount({ address: SECOND.address });
    const before_ = await nonce();
    await next(0.001);
    await untilSettled(m, "one stands by");
    expect(await nonce()).to.equal(before_);
    first.signal("SIGTERM");
    expect(await first.ended()).to.equal(0);
    for (let round = 0; round < MOST_ROUNDS && (await nonce()) === before_; round++) {
      await next(0.0005);
      await sleep(300);
    }
    for (let round = 0; round < MOST_ROUNDS && !(await isInside()); round++) {
      await next(0.0005);
      await next(0.0005, 60n);
      await untilSettled(m, "the one that stood by");
    }
    expect(await nonce()).to.be.greaterThan(before_);
    await expectMetrics(second);
    second.signal("SIGINT");
    expect(await second.ended()).to.equal(0);
  }

  async function isInside(): Promise<boolean> {
    const flags = await Promise.all(m.traders.map((account) => m.controller.read.flagOf([ETH_USD, account])));
    return flags.every(({ dueAt }) => dueAt === 0) && (await worstRatio()) <= TERMS.trigger;
  }

  async function expectMetrics(keeper: KeeperProcess): Promise<void> {
    const port = keeper.lines.find(({ msg }) => msg === "serving /metrics and /healthz")?.port;
    const get = (path: string) => fetch(`http://127.0.0.1:${port}/${path}`);
    expect((await get("healthz")).status).to.equal(200);
    const text = await (await get("metrics")).text();
    const actions = /keeper_actions_total\{kind="poke",outcome="done"\} (\d+)/.exec(text)?.[1];
    expect(Number(actions)).to.be.greaterThan(0);
    expect(text).to.contain(`keeper_accounts{market="${ETH_USD}"} ${m.traders.length}`);
    expect(text).to.contain(`keeper_flags{market="${ETH_USD}"} 0`);
  }

  it("waits for the transaction of a run that was killed, and replaces one that is too cheap", pending).timeout(60_000);

  async function pending(): Promise<void> {
    const nonces = async () => ({
      mined: await m.publicClient.getTransactionCount({ address: FIRST.address, blockTag: "latest" }),
      known: await m.publicClient.getTransactionCount({ address: FIRST.address, blockTag: "pending" }),
    });
    const { mined } = await nonces();
    await next(0.001);
    const from = await m.publicClient.getBlockNumber();
    await m.rpc("evm_setAutomine", [false]);
    const dead = start();
    while ((await nonces()).known === mined) await sleep(20);
    dead.kill();
    await dead.ended();
    // What waits was signed by the first one; only the second one's patience ends.
    const risen = start(FIRST, "--patience", "0.8");
    await said(risen, "waiting");
    expect(await nonces()).to.deep.equal({ mined, known: mined + 1 });
    const [first] = await waiting();
    const end = Date.now() + 20_000;
    while ((await waiting())[0] === first && Date.now() < end) await sleep(20);
    const [second, ...others] = await waiting();
    expect(second).not.to.equal(first);
    expect(others).to.deep.equal([]);
    await m.rpc("evm_setAutomine", [true]);
    await m.rpc("evm_mine");
    await untilSettled(m, "what waited is mined");
    risen.signal("SIGTERM");
    expect(await risen.ended()).to.equal(0);
    const sent = (await transactionsOf(m, [FIRST.address])).filter(({ blockNumber }) => blockNumber > from);
    expect(sent.map(({ hash, status }) => ({ hash, status }))).to.deep.equal([{ hash: second, status: "success" }]);
    expect(await nonces()).to.deep.equal({ mined: mined + 1, known: mined + 1 });
  }

  /** Hashes of the transactions of the first keeper that wait to be mined. */
  async function waiting(): Promise<string[]> {
    const { pending: pool } = (await m.rpc("txpool_content")) as { pending: Record<string, Record<string, { hash: string }>> };
    const own = Object.entries(pool).find(([address]) => address.toLowerCase() === FIRST.address.toLowerCase());
    return Object.values(own?.[1] ?? {}).map(({ hash }) => hash);
  }

  it("walks over rounds that are too many for one call; a dry run says so and sends nothing", manyRounds).timeout(60_000);

  async function manyRounds(): Promise<void> {
    const { timestamp } = await m.publicClient.getBlock();
    const times = Array.from({ length: 150 }, (_, index) => timestamp + 60n * BigInt(index + 1));
    await m.rpc("evm_setNextBlockTimestamp", [numberToHex(times.at(-1) as bigint)]);
    await m.mined(m.feed.write.pushMany([times.map(() => BigInt(Math.round(price * 1e8))), times], { gas: 16_000_000n }));
    const nonce = () => m.publicClient.getTransactionCount({ address: FIRST.address });
    const before_ = await nonce();
    const dry = start({ key: undefined }, "--dry-run", "--once");
    expect(await dry.ended()).to.equal(0);
    expect(dry.lines.filter(({ msg }) => msg === "would send").map(({ kind }) => kind)).to.contain("poke");
    expect(await whatIsDue(m)).to.contain("poke");
    const once = start(FIRST, "--once");
    expect(await once.ended(), once.output).to.equal(0);
    expect(await whatIsDue(m)).not.to.contain("poke");
    // 150 rounds, 64 a call; the last ones are few enough for the feed's own way back.
    const pokes = (await transactionsOf(m, [FIRST.address])).slice(before_);
    expect(pokes.filter(({ status }) => status === "success").length).to.be.at.least(3);
    expect(pokes.filter(({ status }) => status === "reverted")).to.deep.equal([]);
  }

  it("sends from a local node's own account, as npm starts and stops it", unlocked).timeout(60_000);

  async function unlocked(): Promise<void> {
    await next(0.001);
    const args = ["--rpc", node.url, "--guard", m.guard.address, "--unlocked", "--market", "ETH/USD", "--interval", "0.05"];
    const keeper = new KeeperProcess(args, undefined, folder, ["scripts/run.mjs"]);
    keepers.add(keeper);
    await keeper.said("done");
    expect(await whatIsDue(m)).not.to.contain("poke");
    keeper.signal("SIGTERM");
    expect(await keeper.ended(), keeper.output).to.equal(0);
    expect(keeper.lines.at(-1)?.msg).to.equal("stopped");
  }

  describe("says in one line", () => {
    it("that a round failed, and not at which URL", async () => {
      node.treat = (method) => (method === "eth_getLogs" ? "error500" : "pass");
      const keeper = start(FIRST, "--once", "--rpc", `${node.url}/secret`, "--log", "error");
      expect(await keeper.ended()).to.equal(1);
      expect(keeper.output.trimEnd()).to.match(/^The round failed: [^\n]+$/);
      expect(keeper.output).not.to.contain("secret");
    }).timeout(60_000);

    for (const [what, args, line] of [
      [
        "that the chain is another one",
        ["--chain-id", "1"],
        /^The node answers for chain 31337, and this keeper is for chain 1\. Check --rpc\.$/,
      ],
      ["that there is no guard", ["--guard", `0x${"1".repeat(40)}`], /^There is no guard at 0x1+ on chain 31337\.$/],
      ["that there is no controller", ["--controller", `0x${"1".repeat(40)}`], /^There is no controller at 0x1+ on chain 31337\.$/],
    ] as const) {
      it(what, async () => {
        const keeper = start(FIRST, ...args, "--log", "warn");
        expect(await keeper.ended()).to.equal(1);
        expect(keeper.output.trimEnd()).to.match(line);
      }).timeout(60_000);
    }
  });

  /** What is on the chain in the end: nothing was done twice, too early or for nothing, and everybody is inside. */
  async function verify([from, to]: readonly [bigint, bigint]): Promise<void> {
    const events = await history(m);
    for (const account of m.traders)
      expectOnce(
        events.filter(({ args }) => args.account === account),
        account,
      );
    const sizes = await Promise.all(m.traders.map(async (account) => (await m.perp.read.account([ETH_USD, account])).size));
    for (const [index, account] of m.traders.entries()) {
      const closed = events.filter(({ name, args }) => name === "Deleveraged" && args.account === account);
      const sum = closed.reduce((total, { args }) => total + (args.closed as bigint), 0n);
      const opened = wad((10_000 * (LEVERAGES[index] as number)) / START_PRICE);
      expect(magnitude(sizes[index] as bigint) + sum, account).to.equal(magnitude(opened));
    }
    expect(await worstRatio()).to.be.at.most(TERMS.trigger);
    expect(events.filter(({ name }) => name === "Deleveraged").length).to.be.greaterThan(m.traders.length);
    const sent = await transactionsOf(m, [FIRST.address, SECOND.address]);
    // Of two keys one may come too late, and only there: its transaction reverts, or finds the round observed.
    const isLate = (blockNumber: bigint): boolean => blockNumber > from && blockNumber <= to;
    const wasted = sent.filter(({ status, events: count }) => status === "reverted" || count === 0);
    expect(wasted.filter(({ blockNumber }) => !isLate(blockNumber))).to.deep.equal([]);
    const output = [...keepers].map((keeper) => keeper.output).join("");
    for (const { key } of [FIRST, SECOND]) expect(output.includes(key.slice(2)), "a key was logged").to.equal(false);
    console.log(
      `      ${sent.length} transactions of keepers, ${wasted.length} too late in the race of two keys, ${events.length} events.`,
    );
  }
});

const magnitude = (size: bigint): bigint => (size < 0n ? -size : size);

/** Flags, waits and reductions of one account, in the order the rules want. */
function expectOnce(events: Awaited<ReturnType<typeof history>>, account: string): void {
  let flaggedAt: bigint | undefined;
  let earliest = 0n;
  let called = 0n;
  let clearedBy: string | undefined;
  for (const { name, timestamp, transactionHash } of events) {
    if (name === "Flagged") {
      const isOver = flaggedAt === undefined || timestamp > earliest + TERMS.window;
      expect(isOver, `${account} was flagged twice`).to.equal(true);
      [flaggedAt, earliest] = [timestamp, timestamp + TERMS.grace];
    } else if (name === "FlagCleared") {
      [flaggedAt, clearedBy] = [undefined, transactionHash];
    } else if (name === "Deleveraged") {
      // The last step clears the flag, and says so first.
      expect(flaggedAt !== undefined || clearedBy === transactionHash, `${account} was reduced without a flag`).to.equal(true);
      expect(timestamp >= earliest, `${account} was reduced too early`).to.equal(true);
      earliest = timestamp + TERMS.pace;
    } else if (name === "MarginCall") {
      expect(timestamp >= called + TERMS.grace, `${account} was called twice`).to.equal(true);
      called = timestamp;
    }
  }
}
