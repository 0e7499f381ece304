// npm run bench:gas: gas of the guard's calls, cold and warm, as multiples of a floor measured in the same run.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { network } from "hardhat";
import { type Address, encodeFunctionData, type Hex, parseEther } from "viem";
import { encodePolicy, encodeSelfLimit, type Limit, type Policy } from "../../sdk/src/index.ts";
import { buildContracts } from "../lib/build.ts";
import { main } from "../lib/main.ts";
import { DEFAULT_POLICY, ETH_USD } from "../lib/market.ts";
import { type Gas, measurePortfolios } from "./gasPortfolio.ts";

const SIX = ["Volatility", "Collateral", "Margin", "Liquidity", "OpenInterest", "Concentration"] as const;
const FIVE = SIX.filter((limit) => limit !== "Concentration");

/** A notional and a share of Kelly's stake, neither of which binds here. */
const SELF_LIMIT = encodeSelfLimit({
  maxNotional: parseEther("1000000"),
  kelly: { kind: "continuous", fraction: parseEther("0.5"), edge: parseEther("100") },
  expiry: 2n ** 32n - 1n,
});

const RESULTS = fileURLToPath(new URL("../../bench/results/gas.json", import.meta.url));

interface Row extends Gas {
  readonly name: string;
  readonly floorCold: number;
  readonly floorWarm: number;
  readonly ratioCold: number;
  readonly ratioWarm: number;
}

await main(async () => {
  await buildContracts();
  const rows = await measureAll();
  mkdirSync(fileURLToPath(new URL("../../bench/results", import.meta.url)), { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify({ rows }, null, 2)}\n`);
  const table = new Table({ head: ["", "cold", "warm", "floor cold", "floor warm", "× cold", "× warm"], style: { head: [], border: [] } });
  for (const row of rows) {
    table.push([row.name, row.cold, row.warm, row.floorCold, row.floorWarm, row.ratioCold.toFixed(3), row.ratioWarm.toFixed(3)]);
  }
  console.log(`${table.toString()}\n${marginalCosts(rows)}\nWritten to ${RESULTS}`);
});

async function measureAll(): Promise<Row[]> {
  const connection = await network.create();
  const { viem } = connection;
  const publicClient = await viem.getPublicClient();
  const [deployer] = await viem.getWalletClients();
  if (deployer === undefined) throw new Error("The network has no account.");
  const meter = await viem.deployContract("Meter");
  const manager = await viem.deployContract("AccessManager", [deployer.account.address]);
  const aggregator = await viem.deployContract("BenchAggregator");
  const feed = await viem.deployContract("BenchFeed", [aggregator.address]);
  const floor = async (slots: bigint, readsFeed: boolean, writes: bigint): Promise<Gas> => {
    const contract = await viem.deployContract("Floor", [feed.address, slots, readsFeed, writes, ETH_USD]);
    return measure(contract.address, encodeFunctionData({ abi: contract.abi, functionName: "check", args: [ETH_USD, meter.address, 1n] }));
  };
  const measure = async (target: Address, data: Hex): Promise<Gas> => {
    const { result } = await publicClient.simulateContract({
      address: meter.address,
      abi: meter.abi,
      functionName: "measure",
      args: [target, data],
    });
    return { cold: Number(result[0]), warm: Number(result[1]) };
  };

  const now = async (): Promise<bigint> => (await publicClient.getBlock()).timestamp;
  await aggregator.write.push([2_000_00000000n, await now()]);
  const guard = await viem.deployContract("SizingGuard", [manager.address, meter.address]);
  const setPolicy = async (policy: Partial<Policy>): Promise<void> => {
    const words = encodePolicy({ ...DEFAULT_POLICY, feed: feed.address.toLowerCase() as Hex, ...policy });
    await guard.write.setPolicy([ETH_USD, words]);
  };
  await setPolicy({ active: SIX });
  const position = {
    account: meter.address,
    equity: parseEther("100000"),
    flow: 0n,
    sizeBefore: parseEther("1"),
    sizeAfter: parseEther("10"),
    sameSideOthers: parseEther("1000"),
    oppositeOthers: parseEther("900"),
    poolEquity: parseEther("10000000"),
  };
  const call = (functionName: "enforce" | "poke" | "variance" | "setSelfLimit", args: readonly unknown[]): Hex =>
    encodeFunctionData({ abi: guard.abi, functionName, args } as never);
  const enforce = (change: Partial<typeof position> = {}): Promise<Gas> =>
    measure(guard.address, call("enforce", [ETH_USD, { ...position, ...change }]));

  const rows: Row[] = [];
  const add = (name: string, gas: Gas, base: Gas): void => {
    rows.push({
      name,
      ...gas,
      floorCold: base.cold,
      floorWarm: base.warm,
      ratioCold: gas.cold / base.cold,
      ratioWarm: gas.warm / base.warm,
    });
  };
  const floors = {
    isolated: await floor(3n, true, 0n),
    oneMore: await floor(4n, true, 0n),
    twoMore: await floor(5n, true, 0n),
    stores: await floor(3n, true, 1n),
    // The third policy word, and a meter that is read and written.
    growth: await floor(5n, true, 1n),
    // The same with both meters, and with all there is: the pool's slot, which is not written, and the account's own limit.
    meters: await floor(6n, true, 2n),
    everything: await floor(8n, true, 2n),
    poke: await floor(1n, true, 1n),
    read: await floor(1n, false, 0n),
    nothing: await floor(0n, false, 0n),
  };

  await guard.write.poke([ETH_USD]);
  // The pool is seen for the first time: the rows below write a slot that is no longer empty.
  await meter.write.measure([guard.address, call("enforce", [ETH_USD, position])]);
  await aggregator.write.push([2_010_00000000n, await now()]);
  add("enforce, six limits, storing a new round and the pool", await enforce(), floors.stores);
  add("poke, a new round", await measure(guard.address, call("poke", [ETH_USD])), floors.poke);
  await guard.write.poke([ETH_USD]);
  // The pool's meter is written once a round; after that it is only read.
  await meter.write.measure([guard.address, call("enforce", [ETH_USD, position])]);
  add("enforce, six limits, round already stored", await enforce(), floors.isolated);
  add("the same against a floor that reads the pool's slot as well", await enforce(), floors.oneMore);
  await setPolicy({ active: FIVE });
  add("enforce, all but Concentration", await enforce(), floors.isolated);
  add("enforce, all but Concentration, short", await enforce({ sizeBefore: 0n, sizeAfter: -parseEther("10") }), floors.isolated);
  add("enforce, reduction", await enforce({ sizeAfter: parseEther("0.5") }), floors.nothing);
  add("variance", await measure(guard.address, call("variance", [ETH_USD])), floors.read);
  for (const limit of ["Volatility", "Collateral", "Margin"] as const) {
    await setPolicy({ active: [limit, "OpenInterest"] });
    add(`enforce, ${limit} and OpenInterest`, await enforce(), floors.isolated);
  }
  for (const limit of ["Liquidity", "Concentration"] as const) {
    await setPolicy({ active: ["Volatility", limit, "OpenInterest"] });
    const base = limit === "Liquidity" ? floors.isolated : floors.oneMore;
    add(`enforce, Volatility, ${limit} and OpenInterest`, await enforce(), base);
  }
  await setPolicy({ active: ["Volatility", "Liquidity", "OpenInterest"], usesImpact: true });
  add("enforce, Volatility, Liquidity with the law of impact, OpenInterest", await enforce(), floors.oneMore);
  const withMeter = async (limits: readonly Limit[], name: string, base: Gas): Promise<void> => {
    await setPolicy({ active: limits, usesImpact: limits.length > 6, maxDrawdown: parseEther("0.5") });
    // The meters are written for the first time: the row below writes slots that are no longer empty.
    await meter.write.measure([guard.address, call("enforce", [ETH_USD, position])]);
    await meter.write.measure([guard.address, call("setSelfLimit", [ETH_USD, SELF_LIMIT])]);
    add(`enforce, ${name}`, await enforce(), base);
  };
  await withMeter(["Volatility", "OpenInterest", "Skew"], "Volatility, OpenInterest and Skew", floors.oneMore);
  await withMeter(["Volatility", "OpenInterest", "SelfLimit"], "Volatility, OpenInterest and SelfLimit", floors.oneMore);
  await withMeter(["Volatility", "OpenInterest", "Growth"], "Volatility, OpenInterest and Growth", floors.growth);
  await withMeter(["Volatility", "OpenInterest", "Drawdown"], "Volatility, OpenInterest and Drawdown", floors.growth);
  await withMeter([...FIVE, "Growth", "Drawdown"], "all but Concentration, with Growth and Drawdown", floors.meters);
  await withMeter([...SIX, "Skew", "SelfLimit", "Growth", "Drawdown"], "all ten limits and the law of impact", floors.everything);
  for (const row of await measurePortfolios({ viem, guard, account: meter.address, measure, now })) add(row.name, row.gas, row.floor);
  await connection.close();
  return rows;
}

/** What one more market of an account costs, cold: how it grows says more of a portfolio than any one row. */
function marginalCosts(rows: readonly Row[]): string {
  const cold = (markets: number): number => {
    const row = rows.find(({ name }) => name === `enforcePortfolio, ${markets} markets`);
    if (row === undefined) throw new Error(`No row of ${markets} markets.`);
    return row.cold;
  };
  const few = (cold(8) - cold(4)) / 4;
  const many = (cold(16) - cold(8)) / 8;
  const growth = ((many / few - 1) * 100).toFixed(1);
  return `One more market, cold: ${few.toFixed(0)} from 4 to 8, ${many.toFixed(0)} from 8 to 16 (${growth} % more).`;
}
