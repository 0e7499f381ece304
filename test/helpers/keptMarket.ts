/** A market with a deleverage controller and leveraged accounts, on a chain that is a process of its own. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { network } from "hardhat";
import { getAddress, type Hex, numberToHex, parseEventLogs } from "viem";
import { deployMarket, ETH_USD } from "../../scripts/lib/market.ts";
import { unpackVolatilityWord } from "../../sdk/src/math/index.ts";
import { CONFIG, POLICY, START_PRICE, wad, wobble } from "./market.ts";

/** Beyond what any call here needs: an estimate would be made before the one before it is mined. */
const PLENTY = 16_000_000n;
/** Milliseconds between two looks. */
const LOOK = 50;

export const TERMS = {
  trigger: wad(1.05),
  grace: 600n,
  window: 7_200n,
  pace: 60n,
  maxStep: wad(0.4),
  bounty: wad(0.001),
  policyDelay: 3_600n,
  marginCallShare: wad(0.5),
} as const;

/** Leverage of each account at the start; negative for a short. */
export const LEVERAGES: readonly number[] = [11, 9.5, 8, 6, -10];
const COLLATERAL = 10_000n;
const TOKEN = 10n ** 6n;

export type KeptMarket = Awaited<ReturnType<typeof createKeptMarket>>;

/** Everything is deployed, warm and leveraged; nobody has told the controller of the policy yet. */
export async function createKeptMarket(url: string) {
  const connection = await network.create({ network: "localhost", override: { url } });
  const { viem } = connection;
  const publicClient = await viem.getPublicClient({ pollingInterval: LOOK });
  const rpc = (method: string, params: readonly unknown[] = []): Promise<unknown> =>
    connection.provider.request({ method, params: [...params] });
  const mined = async (sent: Promise<Hex>): Promise<Hex> => {
    const hash = await sent;
    const { status } = await publicClient.waitForTransactionReceipt({ hash });
    expect(status, hash).to.equal("success");
    return hash;
  };
  const deployed = await deployMarket(viem, { policy: POLICY, config: CONFIG });
  const { guard, perp, token, deployer } = deployed;
  const controller = await viem.deployContract("DeleverageController", [guard.address, TERMS]);
  await mined(perp.write.setDeleverager([controller.address], { gas: PLENTY }));
  const pool = 10_000_000n * TOKEN;
  await mined(token.write.mint([deployer.account.address, pool], { gas: PLENTY }));
  await mined(token.write.approve([perp.address, pool], { gas: PLENTY }));
  await mined(perp.write.supply([pool], { gas: PLENTY }));
  const traders = (await viem.getWalletClients()).slice(1, 1 + LEVERAGES.length).map(({ account }) => getAddress(account.address));
  const m = { ...deployed, connection, publicClient, rpc, mined, controller, traders };
  await warmUp(m);
  for (const [index, account] of traders.entries()) await openAt(m, account, LEVERAGES[index] as number);
  return m;
}

type Bare = Omit<KeptMarket, never>;

const toAnswer = (price: number): bigint => BigInt(Math.round(price * 1e8));

/** Thirty days of hourly rounds, observed. */
async function warmUp(m: Pick<Bare, "publicClient" | "feed" | "guard" | "mined">): Promise<void> {
  const [hours, perCall, step] = [720, 60, 3_600n];
  const { timestamp } = await m.publicClient.getBlock();
  let time = timestamp - step * BigInt(hours);
  for (let done = 0; done < hours; done += perCall) {
    const prices = wobble(perCall, 0.005);
    const times = prices.map((_, index) => time + step * BigInt(index + 1));
    await m.mined(m.feed.write.pushMany([prices.map(toAnswer), times], { gas: PLENTY }));
    await m.mined(m.guard.write.poke([ETH_USD], { gas: PLENTY }));
    time += step * BigInt(perCall);
  }
}

async function openAt(m: Pick<Bare, "token" | "perp" | "mined">, account: Hex, leverage: number): Promise<void> {
  const tokens = COLLATERAL * TOKEN;
  const sent = { account, gas: PLENTY };
  await m.mined(m.token.write.mint([account, tokens], sent));
  await m.mined(m.token.write.approve([m.perp.address, tokens], sent));
  await m.mined(m.perp.write.modify([ETH_USD, wad((Number(COLLATERAL) * leverage) / START_PRICE), tokens], sent));
}

/** The chain's clock moves on, and the feed writes a round there. */
export async function roundLater(m: KeptMarket, seconds: bigint, price: number): Promise<void> {
  const { timestamp } = await m.publicClient.getBlock();
  const time = timestamp + seconds;
  await m.rpc("evm_setNextBlockTimestamp", [numberToHex(time)]);
  await m.mined(m.feed.write.push([toAnswer(price), time], { gas: PLENTY }));
}

/** What a keeper would have to do now, asked of the chain itself and not of the keeper's rules. */
export async function whatIsDue(m: KeptMarket): Promise<string[]> {
  const due: string[] = [];
  for await (const duty of dueNow(m)) due.push(duty);
  return due;
}

async function* dueNow({ publicClient, controller, guard, perp, feed, traders }: KeptMarket): AsyncGenerator<string> {
  const [, , , updatedAt] = await feed.read.latestRoundData();
  const { time } = unpackVolatilityWord(await guard.read.volatilityWord([ETH_USD]));
  if (updatedAt > time) yield "poke";
  const passes = (functionName: string, args: readonly unknown[]): Promise<boolean> =>
    publicClient.simulateContract({ address: controller.address, abi: controller.abi, functionName, args } as never).then(
      () => true,
      () => false,
    );
  if (await passes("notePolicy", [ETH_USD])) yield "notePolicy";
  for (const account of traders) {
    // A call for margin of somebody who holds nothing would go through, and say nothing.
    const isHolding = (await perp.read.account([ETH_USD, account])).size !== 0n;
    for (const kind of isHolding ? ["flag", "deleverage", "clear", "callMargin"] : ["clear"]) {
      const args = kind === "deleverage" ? [ETH_USD, account, account] : [ETH_USD, account];
      if (await passes(kind, args)) yield `${kind} ${account}`;
    }
  }
}

/** Waits until the chain says that nothing is to do; fails when it does not come to that. */
export async function untilSettled(m: KeptMarket, why: string, deadline = 60_000): Promise<void> {
  for (const end = Date.now() + deadline; ; ) {
    const { done, value } = await dueNow(m).next();
    if (done) return;
    if (Date.now() > end) expect.fail(`${why}: still to do: ${value}`);
    await sleep(LOOK);
  }
}

/** Every event of the controller on the chain as it is now, in order, with the time of its block. */
export async function history(m: KeptMarket) {
  const logs = await m.publicClient.getLogs({ address: m.controller.address, fromBlock: 0n, toBlock: "latest" });
  const parsed = parseEventLogs({ abi: m.controller.abi, logs });
  return Promise.all(
    parsed.map(async ({ eventName, args, blockNumber, transactionHash }) => {
      const { timestamp } = await m.publicClient.getBlock({ blockNumber });
      return { name: eventName, args: args as Record<string, unknown>, timestamp, blockNumber, transactionHash };
    }),
  );
}

/** Every transaction of these accounts on the chain as it is now. */
export async function transactionsOf(m: KeptMarket, accounts: readonly Hex[]) {
  const latest = await m.publicClient.getBlockNumber();
  const found = [];
  for (let blockNumber = 0n; blockNumber <= latest; blockNumber++) {
    const { transactions } = await m.publicClient.getBlock({ blockNumber, includeTransactions: true });
    for (const { from, hash } of transactions) {
      if (!accounts.some((account) => account.toLowerCase() === from.toLowerCase())) continue;
      const { status, logs } = await m.publicClient.getTransactionReceipt({ hash });
      found.push({ from, hash, status, blockNumber, events: logs.length });
    }
  }
  return found;
}
