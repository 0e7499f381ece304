import { expect } from "chai";
import { decrease, grown, highWaterMark, increase, shrunk } from "../../sdk/src/guard/positionMeters.ts";
import { check, createSnapshot, type GuardSnapshot, type MeterWords, type Policy, type Position } from "../../sdk/src/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  changePolicy,
  createDirect,
  type DirectGuard,
  ETH_USD,
  fixture,
  from,
  goTo,
  nextBlockAt,
  now,
  pushRound,
  START_PRICE,
  wad,
  warmUp,
} from "../helpers/market.ts";
import { Counter } from "../helpers/parityTargets.ts";

const ACTIVE = ["Volatility", "Collateral", "Margin", "OpenInterest", "Skew", "Growth", "Drawdown"] as const;
const POLICY: Partial<Policy> = {
  active: ACTIVE,
  growthCapacity: wad(2),
  growthPeriod: 3_600n,
  peakHalfLife: 3_600n,
  maxSkew: wad(500),
};

const direct = fixture(async (connection) => {
  const m = await createDirect(connection);
  await warmUp(m, 60);
  return m;
});

const WAD = 10n ** 18n;
const ACCOUNTS = [1n, 2n, 3n].map((id) => `0x${id.toString(16).padStart(40, "0")}` as const);

/** What each account has, and what the sides hold. */
interface Books {
  readonly equity: Map<string, bigint>;
  readonly size: Map<string, bigint>;
}

// Whatever a market's traders do, in whatever order: the words the SDK works out are the words the guard stores.
describe(`meters of a deployed guard (SEED=${SEED})`, () => {
  for (const mode of ["Enforce", "Shadow", "ReduceOnly", "Off"] as const) {
    it(`are the SDK's after every action, judged or recorded, in ${mode}`, async function () {
      const m = await direct();
      const counter = new Counter();
      const random = new Random(SEED, `meters in ${mode}`);
      const books: Books = { equity: new Map(), size: new Map() };
      await changePolicy(m, { ...POLICY, mode: "Enforce" });
      for (let i = 0; i < 300; i++) {
        // Positions there are before the mode looks at them.
        if (i === 100) await changePolicy(m, { ...POLICY, mode });
        if (random.oneIn(3)) await goTo(m, (await now(m)) + random.between(1n, 900n));
        if (random.oneIn(10)) await pushRound(m, START_PRICE * (1 + (random.below(20) - 10) / 500));
        counter.add(...(await act(m, random, books)));
      }
      const judging = ["grew", "shrank", "flipped", "went in", "came out", "recorded"];
      counter.expectEach(mode === "Enforce" ? [...judging, "refused by Growth", "below the mark"] : ["grew", "shrank", "came out"], 3);
      this.runnable().title += ` (${counter.describe("")})`;
    });
  }
});

/** One action of one account, and what it was. */
async function act(m: DirectGuard, random: Random, books: Books): Promise<string[]> {
  const account = random.pick(ACCOUNTS);
  const isRecorded = random.oneIn(6);
  const position = randomAction(random, books, account, isRecorded);
  const snapshot = await snapshotOf(m, account);
  const at = await now(m);
  const result = check(snapshot, position, at);
  const passes = isRecorded || result.rejection === null;
  await nextBlockAt(m, at);
  const sent = isRecorded
    ? m.guard.write.record([ETH_USD, position], from(m.protocol))
    : m.guard.write.enforce([ETH_USD, position], from(m.protocol));
  const stood = await sent.then(
    () => true,
    () => false,
  );
  const context = JSON.stringify({ position, result }, (_, value) => (typeof value === "bigint" ? value.toString() : value));
  expect(stood, context).to.equal(passes);
  const { policy, meters } = snapshot;
  if (policy === null) throw new Error("the market has a policy");
  const after = await m.guard.read.meters([ETH_USD, account]);
  expect(after, context).to.deep.equal(passes ? metersAfter(policy, meters, position, at) : meters);
  if (!passes) return [`refused by ${result.limit}`];
  books.equity.set(account, position.equity);
  books.size.set(account, position.sizeAfter);
  return labelsOf(position, isRecorded, after);
}

/** The words after an action that stands, from those before. */
function metersAfter(policy: Policy, meters: MeterWords, position: Position, timestamp: bigint): MeterWords {
  const next = { ...meters, highWaterMark: highWaterMark(policy, meters.highWaterMark, position, timestamp) };
  const [lost, gained] = [shrunk(position), grown(position)];
  const sideOf = (isLong: boolean): "longGrowth" | "shortGrowth" => (isLong ? "longGrowth" : "shortGrowth");
  const [before, after] = [sideOf(position.sizeBefore > 0n), sideOf(position.sizeAfter >= 0n)];
  if (lost > 0n) next[before] = decrease(next[before], lost);
  if (gained > 0n) next[after] = increase(policy, next[after], gained, timestamp);
  return next;
}

/** Something the account might do: money first, in or out or lost, then its size. */
function randomAction(random: Random, { equity, size }: Books, account: Position["account"], isRecorded: boolean): Position {
  const before = equity.get(account) ?? 0n;
  const sizeBefore = size.get(account) ?? 0n;
  const flow = random.oneIn(3)
    ? random.oneIn(2)
      ? random.between(0n, 20_000n * WAD)
      : -random.between(0n, before > 0n ? before : 1n)
    : 0n;
  const profit = random.between(-before / 8n, before / 16n + 1n);
  const step = random.between(-3n * WAD, 3n * WAD);
  const moved = random.pick([sizeBefore + step, sizeBefore / 2n, -sizeBefore, 0n, sizeBefore]);
  const sizeAfter = isRecorded ? sizeBefore / 2n : moved;
  const others = [...size].flatMap(([owner, held]) => (owner === account ? [] : [held]));
  const on = (side: bigint): bigint => others.reduce((sum, held) => sum + (held * side > 0n ? held * side : 0n), 0n);
  const side = sizeAfter >= 0n ? 1n : -1n;
  return {
    account,
    equity: before + flow + profit,
    flow,
    sizeBefore,
    sizeAfter,
    sameSideOthers: on(side),
    oppositeOthers: on(-side),
    poolEquity: 0n,
  };
}

async function snapshotOf(m: DirectGuard, account: Position["account"]): Promise<GuardSnapshot> {
  const [words, volatilityWord, meters, round, block] = await Promise.all([
    m.guard.read.policy([ETH_USD]),
    m.guard.read.volatilityWord([ETH_USD]),
    m.guard.read.meters([ETH_USD, account]),
    m.feed.read.latestRoundData(),
    m.publicClient.getBlock(),
  ]);
  const [roundId, answer, , updatedAt, answeredInRound] = round;
  const roundData = { roundId, answer, updatedAt, answeredInRound };
  const { number: blockNumber, timestamp } = block;
  return createSnapshot({ market: ETH_USD, account, words, volatilityWord, meters, roundData, blockNumber, timestamp });
}

function labelsOf({ flow, sizeBefore, sizeAfter, equity }: Position, isRecorded: boolean, { highWaterMark: mark }: MeterWords): string[] {
  const abs = (x: bigint): bigint => (x < 0n ? -x : x);
  const size =
    sizeBefore * sizeAfter < 0n ? "flipped" : abs(sizeAfter) > abs(sizeBefore) ? "grew" : sizeAfter === sizeBefore ? "stayed" : "shrank";
  const labels = [size, flow > 0n ? "went in" : flow < 0n ? "came out" : "no flow"];
  if (isRecorded) labels.push("recorded");
  if (equity < BigInt.asUintN(128, mark)) labels.push("below the mark");
  return labels;
}
