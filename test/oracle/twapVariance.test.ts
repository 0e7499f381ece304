import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { readLines } from "../../scripts/lib/prices/lines.ts";
import { unpackVolatilityWord, updateVolatility } from "../../sdk/src/math/index.ts";
import { brownian } from "../helpers/brownian.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { fixture } from "../helpers/market.ts";
import { createPool } from "../helpers/uniswap.ts";

const WAD = 10n ** 18n;
const YEAR = 31_536_000;

/** Seconds from round to round, and seconds of each round's mean. */
type Rhythm = readonly [period: number, window: number];

const pool = fixture((connection) => createPool(connection, { cardinality: 600 }));

/** What a deployed feed of this rhythm says its variance has to be multiplied by, and by how much its price is late. */
async function correction([period, window]: Rhythm): Promise<{ varianceCorrection: bigint; lag: bigint }> {
  const m = await pool();
  const config = { answerDecimals: 8, period, window, minLiquidity: 2n, secondsPerBlock: window, rounds: 1 };
  const feed = await m.connection.viem.deployContract("UniswapV3TwapFeed", [{ ...config, pool: m.pool.address, base: m.token0 }]);
  const [varianceCorrection, lag] = await Promise.all([feed.read.varianceCorrection(), feed.read.lag()]);
  return { varianceCorrection, lag };
}

const correctionOf = async (rhythm: Rhythm): Promise<number> => Number((await correction(rhythm)).varianceCorrection) / 1e18;

/** Sums of a list up to each place, so that a mean is a difference. */
function sums(values: readonly number[]): Float64Array {
  const result = new Float64Array(values.length + 1);
  for (const [index, value] of values.entries()) result[index + 1] = (result[index] ?? 0) + value;
  return result;
}

/** Squared returns of the means, and of the values themselves, every `period` steps; from every beginning there is. */
function squaredReturns(values: readonly number[], period: number, window: number): { ofMeans: number; ofValues: number } {
  const total = sums(values);
  const mean = (end: number): number => ((total[end + 1] ?? 0) - (total[end + 1 - window] ?? 0)) / window;
  let [ofMeans, ofValues] = [0, 0];
  for (let end = window - 1 + period; end < values.length; end++) {
    ofMeans += (mean(end) - mean(end - period)) ** 2;
    ofValues += ((values[end] ?? 0) - (values[end - period] ?? 0)) ** 2;
  }
  return { ofMeans, ofValues };
}

describe("what a mean's variance is multiplied by", () => {
  const exact: readonly [...Rhythm, correction: bigint, lag: bigint][] = [
    [600, 600, (3n * WAD) / 2n, 200n],
    [600, 300, (6n * WAD) / 5n, 100n],
    [3_600, 1_800, (6n * WAD) / 5n, 600n],
    // 10800 / 10440 is 1.0344827586…; rounded up.
    [3_600, 360, 1_034_482_758_620_689_656n, 120n],
    [86_400, 300, 1_001_158_748_551_564_311n, 100n],
    [86_400, 301, 1_001_162_615_537_333_092n, 101n],
  ];
  for (const [period, window, expected, lag] of exact) {
    it(`is 1 / (1 − ${window} / (3 · ${period})), rounded up, and the price is ${lag} s late`, async () => {
      const found = await correction([period, window]);
      expect(found).to.deep.equal({ varianceCorrection: expected, lag });
    });
  }
});

describe(`a simulated price of 60 % a year (SEED=${SEED})`, () => {
  const STEP = 12;
  const VARIANCE = 0.36;
  const COUNT = 1_200_000;
  let path: number[];

  before(() => {
    path = brownian(new Random(SEED, "twap"), COUNT, STEP, VARIANCE);
  });

  const rhythms: readonly Rhythm[] = [
    [600, 300],
    [600, 600],
    [3_600, 360],
    [3_600, 1_800],
    [3_600, 3_600],
  ];
  for (const [period, window] of rhythms) {
    it(`sampled every ${period} s as a mean over ${window} s: what is missing is what the feed says`, async function () {
      const { ofMeans, ofValues } = squaredReturns(path, period / STEP, window / STEP);
      const corrected = (ofMeans / ofValues) * (await correctionOf([period, window]));
      expect(corrected).to.be.within(0.98, 1.02);
      this.runnable().title += ` (${(ofMeans / ofValues).toFixed(3)} of the price's variance; corrected ${corrected.toFixed(3)})`;
    });
  }

  it("and a price is as far from its mean as it moves in the time the feed says", async function () {
    const [period, window] = [3_600, 1_800];
    const total = sums(path);
    const steps = window / STEP;
    let squared = 0;
    for (let end = steps - 1; end < COUNT; end++) {
      squared += ((path[end] ?? 0) - ((total[end + 1] ?? 0) - (total[end + 1 - steps] ?? 0)) / steps) ** 2;
    }
    const seconds = ((squared / (COUNT - steps + 1)) * YEAR) / VARIANCE;
    const { lag } = await correction([period, window]);
    expect(seconds / Number(lag)).to.be.within(0.96, 1.04);
    this.runnable().title += ` (${seconds.toFixed(0)} s, said: ${lag} s)`;
  });

  it("as the guard's own estimator sees it: too low by that factor, and right when multiplied by it", async function () {
    const [period, window] = [600, 600] as const;
    const total = sums(path);
    const [every, over] = [period / STEP, window / STEP];
    const parameters = {
      fastTau: 14_400n,
      slowTau: 604_800n,
      minInterval: 600n,
      clipSquared: 36n,
      varianceFloor: 0n,
      initialVariance: 10n ** 17n,
    };
    let word = 0n;
    let [sum, count] = [0, 0];
    for (let end = every - 1, time = 1_000_000n; end < COUNT; end += every, time += BigInt(period)) {
      const mean = ((total[end + 1] ?? 0) - (total[end + 1 - over] ?? 0)) / over;
      word = updateVolatility(word, BigInt(Math.round(2_000e9 * Math.exp(mean))) * 10n ** 9n, time, parameters);
      // A few time constants after the beginning.
      if (end < COUNT / 10) continue;
      sum += Number(unpackVolatilityWord(word).fastVariance) / 1e18;
      count++;
    }
    const seen = sum / count / VARIANCE;
    const corrected = seen * (await correctionOf([period, window]));
    expect(seen).to.be.below(0.72);
    expect(corrected).to.be.within(0.95, 1.05);
    this.runnable().title += ` (${seen.toFixed(3)} of the variance; corrected ${corrected.toFixed(3)})`;
  });
});

describe("recorded prices", () => {
  const data = process.env.MARKET_DATA_DIR;
  const files: readonly (readonly [name: string, column: number, step: number, rhythms: readonly Rhythm[]])[] = [
    ["gmxv2_ethusd_market_1m_2025-01-08.csv.gz", 1, 60, MINUTELY()],
    ["gmxv2_ethusd_market_1m_2025-11-11.csv.gz", 1, 60, MINUTELY()],
    ["bitstamp_ethusd_1h_2018-05_2022-02.csv.gz", 4, 3_600, HOURLY()],
    ["bitstamp_btcusd_1h_2018-05_2022-02.csv.gz", 4, 3_600, HOURLY()],
  ];

  for (const [name, column, step, rhythms] of files) {
    it(`of ${name}: a mean's variance falls short by about what the feed says`, async function () {
      const file = join(data ?? "", name);
      if (data === undefined || !existsSync(file)) {
        console.log(`Skipped: set MARKET_DATA_DIR to a folder with ${name}; docs/replaying.md says what it is.`);
        this.skip();
      }
      const prices: number[] = [];
      for await (const { number, text } of readLines(file)) {
        if (number > 1 && text !== "") prices.push(Math.log(Number(text.split(",")[column])));
      }
      const found: string[] = [];
      for (const [period, window] of rhythms) {
        const { ofMeans, ofValues } = squaredReturns(prices, period / step, window / step);
        const corrected = (ofMeans / ofValues) * (await correctionOf([period, window]));
        expect(corrected, `every ${period} s, over ${window} s`).to.be.within(0.85, 1.15);
        found.push(`${window}/${period} s ${(ofMeans / ofValues).toFixed(3)} → ${corrected.toFixed(3)}`);
      }
      this.runnable().title += ` (${found.join(", ")})`;
    });
  }

  function MINUTELY(): readonly Rhythm[] {
    return [
      [600, 300],
      [600, 600],
      [1_800, 600],
      [1_800, 1_800],
      [3_600, 1_800],
    ];
  }

  function HOURLY(): readonly Rhythm[] {
    return [
      [43_200, 21_600],
      [86_400, 43_200],
      [86_400, 86_400],
    ];
  }
});
