/** Gas of accounts that hold several markets, each with a feed of its own. */
import type { HardhatViemHelpers } from "@nomicfoundation/hardhat-viem/types";
import { type Address, encodeFunctionData, type Hex, parseEther } from "viem";
import { type Exposure, encodePolicy, type PolicyWords } from "../../sdk/src/index.ts";
import { DEFAULT_POLICY, marketId } from "../lib/market.ts";

export interface Gas {
  readonly cold: number;
  readonly warm: number;
}

export interface PortfolioRow {
  readonly name: string;
  readonly gas: Gas;
  readonly floor: Gas;
}

export interface PortfolioBench {
  readonly viem: HardhatViemHelpers;
  readonly guard: Awaited<ReturnType<typeof deployGuard>>;
  /** The guard's protocol. */
  readonly account: Address;
  readonly measure: (target: Address, data: Hex) => Promise<Gas>;
  readonly now: () => Promise<bigint>;
}

interface Case {
  readonly name: string;
  /** In all: the one that is traded in, and the others. */
  readonly markets: number;
  /** Whether the others hold options, with all their Greeks, rather than perpetuals. */
  readonly hasOptions?: boolean;
  readonly isReduction?: boolean;
  /** Whether one common factor judges, rather than scenarios. */
  readonly usesFactor?: boolean;
  /** Slots that the floor reads of each market. */
  readonly floorSlots: number;
}

/**
 * Two slots of a market are the least there is: where its price comes from, and how far it moves. This guard reads a third of
 * each: what the market means to a portfolio.
 */
const LEAST_SLOTS = 2;
const GUARD_SLOTS = 3;

const CASES: readonly Case[] = [
  { name: "enforcePortfolio, 1 market", markets: 1, floorSlots: LEAST_SLOTS },
  { name: "enforcePortfolio, 4 markets", markets: 4, floorSlots: LEAST_SLOTS },
  { name: "enforcePortfolio, 8 markets", markets: 8, floorSlots: LEAST_SLOTS },
  { name: "enforcePortfolio, 16 markets", markets: 16, floorSlots: LEAST_SLOTS },
  { name: "enforcePortfolio, 8 markets, against a floor that reads three slots of each", markets: 8, floorSlots: GUARD_SLOTS },
  { name: "enforcePortfolio, 16 markets, against a floor that reads three slots of each", markets: 16, floorSlots: GUARD_SLOTS },
  { name: "enforcePortfolio, 8 markets, options in the others", markets: 8, hasOptions: true, floorSlots: LEAST_SLOTS },
  { name: "enforcePortfolio, 8 markets, by one factor", markets: 8, usesFactor: true, floorSlots: LEAST_SLOTS },
  { name: "enforcePortfolio, 16 markets, by one factor", markets: 16, usesFactor: true, floorSlots: LEAST_SLOTS },
  { name: "enforcePortfolio, 8 markets, reduction", markets: 8, isReduction: true, floorSlots: LEAST_SLOTS },
];

const MARKETS = Math.max(...CASES.map(({ markets }) => markets));

/** Ids in the order in which a guard wants the others; the first is the market that is traded in. */
const IDS: readonly Hex[] = Array.from({ length: MARKETS }, (_, index) => marketId(`Market ${index}`)).sort();

const deployGuard = (viem: HardhatViemHelpers, manager: Address, protocol: Address) =>
  viem.deployContract("SizingGuard", [manager, protocol]);

export async function measurePortfolios(bench: PortfolioBench): Promise<PortfolioRow[]> {
  const { viem, guard, account, measure } = bench;
  const feeds = await listMarkets(bench);
  const rows: PortfolioRow[] = [];
  for (const { name, markets, hasOptions = false, isReduction = false, usesFactor = false, floorSlots } of CASES) {
    await guard.write.setPolicy([IDS[0] as Hex, policyWords(feeds[0] as Address, usesFactor)]);
    const floor = await viem.deployContract("PortfolioFloor", [[...IDS], feeds, BigInt(floorSlots)]);
    const position = {
      account,
      equity: parseEther("1000000"),
      flow: 0n,
      sizeBefore: parseEther("10"),
      sizeAfter: parseEther(isReduction ? "5" : "20"),
      sameSideOthers: parseEther("1000"),
      oppositeOthers: parseEther("900"),
      poolEquity: 0n,
    };
    const others = IDS.slice(1, markets).map((market, index) => exposure(market, index, hasOptions));
    rows.push({
      name,
      gas: await measure(
        guard.address,
        encodeFunctionData({ abi: guard.abi, functionName: "enforcePortfolio", args: [IDS[0] as Hex, position, others] }),
      ),
      floor: await measure(floor.address, encodeFunctionData({ abi: floor.abi, functionName: "check", args: [IDS.slice(0, markets), 1n] })),
    });
  }
  return rows;
}

/** Gives each market a feed of its own and a policy, and stores its round. Returns the feeds. */
async function listMarkets({ viem, guard, now }: PortfolioBench): Promise<Address[]> {
  const feeds: Address[] = [];
  for (const [index, market] of IDS.entries()) {
    const aggregator = await viem.deployContract("BenchAggregator");
    const feed = await viem.deployContract("BenchFeed", [aggregator.address]);
    await aggregator.write.push([2_000_00000000n + BigInt(index), await now()]);
    await guard.write.setPolicy([market, policyWords(feed.address, false)]);
    await guard.write.poke([market]);
    feeds.push(feed.address);
  }
  return feeds;
}

function policyWords(feed: Address, usesFactor: boolean): PolicyWords {
  return encodePolicy({
    ...DEFAULT_POLICY,
    active: ["Volatility", "OpenInterest", "Portfolio"],
    usesFactor,
    hasBeta: true,
    beta: parseEther("0.7"),
    betaStress: parseEther("0.2"),
    feed: feed.toLowerCase() as Hex,
  });
}

/** Long and short in turn, so that there is something to net. */
function exposure(market: Hex, index: number, hasOptions: boolean): Exposure {
  const side = index % 2 === 0 ? 1n : -1n;
  const greek = (quote: string): bigint => (hasOptions ? side * parseEther(quote) : 0n);
  return { market, delta: side * parseEther("25000"), gamma: greek("40000"), vega: greek("3000"), theta: greek("-100") };
}
