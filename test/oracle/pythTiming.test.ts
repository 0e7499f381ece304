/**
 * Who brings Pyth's updates chooses among all that were signed since the last. What that buys, and what bounds it: on a price
 * of 60 % a year, which the chooser knows up to now.
 */
import { expect } from "chai";
import type { Hex } from "viem";
import { unpackVolatilityWord, updateVolatility } from "../../sdk/src/math/index.ts";
import { type GuardedFeed, guardOn, poke, SPACING, word } from "../helpers/adapters.ts";
import { brownian } from "../helpers/brownian.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { type Connection, fixture, goTo, now, POLICY, position, preview, START_PRICE, statusIndex, wad } from "../helpers/market.ts";

const ETH_ID: Hex = `0x${"e7".repeat(32)}`;
const VARIANCE = 0.36;
const YEAR = 31_536_000;

async function createPyth(connection: Connection) {
  const pyth = await connection.viem.deployContract("TestPyth", [0n]);
  const kept = await connection.viem.deployContract("PythFeed", [pyth.address, ETH_ID, 10n ** 16n, SPACING]);
  return { ...(await guardOn(connection, kept.address, { feedDecimals: 18n })), pyth, kept };
}
type Fed = GuardedFeed & Pick<Awaited<ReturnType<typeof createPyth>>, "pyth" | "kept">;

const load = fixture(createPyth);

/** Anyone brings what Pyth signed at that time. */
async function bring(m: Fed, price: number, time: bigint): Promise<void> {
  const answer = BigInt(Math.round(price * 1e8));
  const data = await m.pyth.read.createPriceFeedUpdateData([ETH_ID, answer, 0n, -8, answer, 0n, time, 0n]);
  await m.pyth.write.updatePriceFeeds([[data]]);
}

const fastVariance = async (m: Fed): Promise<number> => Number(unpackVolatilityWord(await word(m)).fastVariance) / 1e18;
const long = position({ sizeAfter: 1n });

describe("the price of now, chosen", () => {
  it("may be any since the last that was brought, until somebody brings a later one", async () => {
    const m = await load();
    const start = await now(m);
    await bring(m, 2_000, start);
    // The price falls by 5 % in 25 minutes, and only the chooser brings an update: the best.
    await goTo(m, start + 1_500n);
    await bring(m, 2_010, start + 60n);
    expect((await preview(m, long)).price).to.equal(wad(2_010));
    await bring(m, 1_900, start + 1_500n);
    await bring(m, 2_010, start + 120n);
    expect((await preview(m, long)).price, "what is earlier changes nothing any more").to.equal(wad(1_900));
  });

  it("pays with its age: it counts as so much longer to close in, shrinks from the heartbeat on, and ends at its largest", async () => {
    const m = await load();
    const start = await now(m);
    const { heartbeat, maxAge, horizon } = POLICY;
    await bring(m, 2_000, start);
    const limits: bigint[] = [];
    const ages = [
      [0n, "Valid"],
      [heartbeat, "Valid"],
      [heartbeat + 1n, "Aging"],
      [maxAge - 1n, "Aging"],
      [maxAge, "Stale"],
    ] as const;
    for (const [age, status] of ages) {
      await goTo(m, start + age);
      const { limitSize, status: found } = await preview(m, long);
      expect(found, `at ${age} s`).to.equal(statusIndex(status));
      limits.push(limitSize);
    }
    for (const [index, limit] of limits.entries()) {
      if (index > 0) expect(limit < (limits[index - 1] ?? 0n), `limit ${index}`).to.equal(true);
    }
    expect(limits.at(-1)).to.equal(0n);
    // At the heartbeat: √(horizon / (horizon + age)) of the limit, in money; 89 % here.
    const share = Number(limits[1]) / Number(limits[0]);
    expect(share).to.be.within(Math.sqrt(Number(horizon) / Number(horizon + heartbeat)) - 0.01, 0.95);
  });

  for (const [seconds, mean, rare] of [
    [60, 0.066, 0.22],
    [600, 0.21, 0.69],
    [3_600, 0.52, 1.7],
  ] as const) {
    it(`out of the last ${seconds} s: by less than ${mean} % better than the true one on average, and ${rare} % once in a hundred`, () => {
      const step = 12;
      const path = brownian(new Random(SEED, "best price"), 900_000, step, VARIANCE);
      const back = seconds / step;
      const gains: number[] = [];
      for (let end = back; end < path.length; end += back) {
        gains.push((Math.max(...path.slice(end - back, end + 1)) - (path[end] ?? 0)) * 100);
      }
      gains.sort((a, b) => a - b);
      const average = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
      expect(average).to.be.within(mean / 2, mean);
      expect(gains[Math.floor(gains.length * 0.99)]).to.be.within(rare / 2, rare);
    });
  }
});

describe(`the variance, chosen (SEED=${SEED})`, () => {
  const STEP = 12;
  const path = brownian(new Random(SEED, "chosen variance"), 300_000, STEP, VARIANCE);
  const at = (index: number): number => path[index] ?? 0;

  /** Where a chooser goes from `from`: the calmest point from `first` to `last`. */
  function calmest(from: number, first: number, last: number): number {
    let best = first;
    for (let index = first; index <= last; index++) {
      if (Math.abs(at(index) - at(from)) < Math.abs(at(best) - at(from))) best = index;
    }
    return best;
  }

  /** Points with the least sum of squared returns from one to another, with at most `count` between. */
  function leastSquares(from: number, to: number, count: number): number[] {
    const square = (a: number, b: number): number => (at(b) - at(a)) ** 2;
    let ways = Array.from({ length: to - from + 1 }, (_, step) => ({ cost: square(from, from + step), points: [] as number[] }));
    for (let added = 0; added < count; added++) {
      ways = ways.map((best, step) => {
        let better = best;
        for (let middle = 1; middle < step; middle++) {
          const way = ways[middle];
          const cost = (way?.cost ?? 0) + square(from + middle, from + step);
          if (cost < better.cost) better = { cost, points: [...(way?.points ?? []), from + middle] };
        }
        return better;
      });
    }
    return ways.at(-1)?.points ?? [];
  }

  /** Mean of the guard's fast variance over observations at these places of the path, as a share of the truth. */
  function measured(observed: readonly number[]): number {
    const parameters = {
      fastTau: 14_400n,
      slowTau: 604_800n,
      minInterval: 600n,
      clipSquared: 36n,
      varianceFloor: 0n,
      initialVariance: 36n * 10n ** 16n,
    };
    let state = 0n;
    let [area, last] = [0, 0];
    for (const index of observed) {
      const price = BigInt(Math.round(START_PRICE * 1e9 * Math.exp(at(index)))) * 10n ** 9n;
      area += (Number(unpackVolatilityWord(state).fastVariance) / 1e18) * (index - last);
      state = updateVolatility(state, price, 1_000_000n + BigInt(index * STEP), parameters);
      last = index;
    }
    return area / last / VARIANCE;
  }

  const late: readonly (readonly [delay: number, least: number, most: number])[] = [
    [0, 0.93, 1.07],
    [12, 0.83, 0.97],
    [60, 0.68, 0.8],
    [300, 0.43, 0.57],
    [1_200, 0.24, 0.38],
    [3_000, 0.15, 0.3],
  ];
  for (const [delay, least, most] of late) {
    it(`by who records before a keeper does that comes ${delay} s after it could: ${least} to ${most} of the truth`, function () {
      const observed = [0];
      const first = Number(SPACING) / STEP;
      const window = (Number(SPACING) + delay) / STEP;
      for (let index = 0; index + window < path.length; observed.push(index)) index = calmest(index, index + first, index + window);
      const share = measured(observed);
      expect(share).to.be.within(least, most);
      this.runnable().title += ` (${share.toFixed(3)})`;
    });
  }

  const between: readonly (readonly [count: number, least: number, most: number])[] = [
    [0, 0.9, 1.1],
    [1, 0.45, 0.6],
    [2, 0.3, 0.42],
    [4, 0.18, 0.28],
  ];
  for (const [count, least, most] of between) {
    it(`by who pokes ${count} chosen prices of now between any two recordings: ${least} to ${most} of the truth`, function () {
      const observed = [0];
      const every = Number(SPACING) / STEP;
      for (let index = 0; index + every < path.length / 3; index += every) {
        observed.push(...leastSquares(index, index + every, count), index + every);
      }
      const share = measured(observed);
      expect(share).to.be.within(least, most);
      this.runnable().title += ` (${share.toFixed(3)})`;
    });
  }

  it("on chain, by two chosen prices of now between recordings that a keeper makes on time: less than six tenths is left", async function () {
    const seen: number[] = [];
    for (const count of [0, 2]) {
      const m = await load();
      const start = await now(m);
      const show = (index: number): Promise<void> => bring(m, START_PRICE * Math.exp(at(index)), start + BigInt(index * STEP));
      const every = Number(SPACING) / STEP;
      // Twelve hours: three time constants of the fast average, of which a twentieth of the beginning is left.
      for (let index = 0; index < 72 * every; index += every) {
        await goTo(m, start + BigInt((index + every) * STEP));
        for (const chosen of leastSquares(index, index + every, count)) {
          await show(chosen);
          await poke(m);
        }
        await show(index + every);
        await m.kept.write.record();
        await poke(m);
      }
      seen.push(await fastVariance(m));
    }
    const [honest, chosen] = seen as [number, number];
    expect(chosen / honest).to.be.below(0.6);
    this.runnable().title += ` (${honest.toFixed(3)} → ${chosen.toFixed(3)})`;
  });

  it("is the truth where the path is", () => {
    const squares = path.slice(1).reduce((sum, _, index) => sum + (at(index + 1) - at(index)) ** 2, 0);
    expect(squares / (((path.length - 1) * STEP) / YEAR) / VARIANCE).to.be.within(0.99, 1.01);
  });
});
