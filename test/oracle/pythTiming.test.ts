/**
 * Who brings Pyth's updates chooses among all that were signed since the last. What that buys, and what bounds it: on a price
 * of 60 % a year, which the chooser knows up to now.
 */
import { expect } from "chai";
import { unpackVolatilityWord } from "../../sdk/src/math/index.ts";
import { poke, SPACING, word } from "../helpers/adapters.ts";
import { brownian } from "../helpers/brownian.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { bring as bringUpdate, createPyth, type PythFed } from "../helpers/feeds/pyth.ts";
import {
  at,
  fastShare,
  leastSquares,
  pokedBetween,
  recordedFirst,
  STEP,
  sights,
  simulated,
  VARIANCE,
} from "../helpers/manipulation/path.ts";
import { fixture, goTo, nextBlockAt, now, POLICY, position, preview, START_PRICE, statusIndex, wad } from "../helpers/market.ts";

const YEAR = 31_536_000;

const load = fixture((connection) => createPyth(connection, 0n));

/** Anyone brings what Pyth signed at that time. */
async function bring(m: PythFed, price: number, time: bigint): Promise<void> {
  await bringUpdate(m, { price: BigInt(Math.round(price * 1e8)), conf: 0n, time });
}

const fastVariance = async (m: PythFed): Promise<number> => Number(unpackVolatilityWord(await word(m)).fastVariance) / 1e18;
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
    const start = (await now(m)) + 10n;
    const { heartbeat, maxAge, horizon } = POLICY;
    await nextBlockAt(m, start);
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
  const path = simulated(new Random(SEED, "chosen variance"), 3_600_000);

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
      const share = fastShare(sights(path, recordedFirst(path, delay)));
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
      const share = fastShare(sights(path, pokedBetween(path, count, 0, path.length / 3)));
      expect(share).to.be.within(least, most);
      this.runnable().title += ` (${share.toFixed(3)})`;
    });
  }

  it("on chain, by two chosen prices of now between recordings that a keeper makes on time: less than six tenths is left", async function () {
    const seen: number[] = [];
    for (const count of [0, 2]) {
      const m = await load();
      const start = await now(m);
      const show = (index: number): Promise<void> => bring(m, START_PRICE * Math.exp(at(path, index)), start + BigInt(index * STEP));
      const every = Number(SPACING) / STEP;
      // Twelve hours: three time constants of the fast average, of which a twentieth of the beginning is left.
      for (let index = 0; index < 72 * every; index += every) {
        await goTo(m, start + BigInt((index + every) * STEP));
        for (const chosen of leastSquares(path, index, index + every, count)) {
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
    const squares = path.slice(1).reduce((sum, _, index) => sum + (at(path, index + 1) - at(path, index)) ** 2, 0);
    expect(squares / (((path.length - 1) * STEP) / YEAR) / VARIANCE).to.be.within(0.99, 1.01);
  });
});
