import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import fc from "fast-check";
import { network } from "hardhat";
import { after, before, describe, it } from "mocha";
import type { PathRound } from "../../scripts/demo/path.ts";
import { replay } from "../../scripts/demo/replay.ts";
import { type Bar, openBars, samplesOf } from "../../scripts/lib/prices/bars.ts";
import { openTable } from "../../scripts/lib/prices/columns.ts";
import { isAmount, parsePrice8 } from "../../scripts/lib/prices/decimal.ts";
import { PriceFileError } from "../../scripts/lib/prices/errors.ts";
import { inputOf } from "../../scripts/lib/prices/input.ts";
import { priceRequest } from "../../scripts/lib/prices/options.ts";
import { openPriceFile, type ReadOptions } from "../../scripts/lib/prices/rounds.ts";
import { type PriceSurvey, surveyPrices } from "../../scripts/lib/prices/survey.ts";
import { ThinnedList } from "../../scripts/lib/prices/thin.ts";
import { formatRange, parseMoment } from "../../scripts/lib/prices/times.ts";
import { pairOfName, parsePair } from "../../scripts/lib/prices/units.ts";

const HOUR = 3_600;
const DAY = 86_400;
const START = Date.parse("2024-03-01T00:00:00Z") / 1000;

const OHLCV = "timestamp_unix,open,high,low,close,volume";
const ROUNDS = "round_id,answer,started_at,updated_at,answered_in_round";

const folder = mkdtempSync(join(tmpdir(), "prices-"));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function write(content: string | Uint8Array, name = `file-${files++}.csv`): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const lines = (...rows: readonly string[]): string => `${rows.join("\n")}\n`;
const bar = (index: number, prices = "100,110,90,105"): string => `${START + index * HOUR},${prices},1.5`;
const round = (index: number, answer = 100_00000000n, time = START + index * 600): string =>
  `${(1n << 64n) + BigInt(index)},${answer},${time},${time},${(1n << 64n) + BigInt(index)}`;
const bars = (count: number): string =>
  lines(OHLCV, ...Array.from({ length: count }, (_, i) => bar(i, `${100 + i},${110 + i},${90 + i},${105 + i}`)));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function read(file: string, options: ReadOptions = {}): Promise<PathRound[]> {
  return collect((await openPriceFile(file, options)).rounds);
}

async function barsOf(file: string): Promise<Bar[]> {
  const { rows } = await openTable(file);
  return collect((await openBars(file, rows, false)).bars);
}

async function failure(attempt: Promise<unknown>): Promise<PriceFileError> {
  try {
    await attempt;
  } catch (error) {
    expect(error).to.be.instanceOf(PriceFileError);
    return error as PriceFileError;
  }
  throw new Error("nothing was thrown");
}

/** Standard normal numbers from a linear congruential generator: the same in every run. */
function seededNormals(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

describe("price files: decimals", () => {
  it("are read exactly, without a float", () => {
    expect(parsePrice8("0.1")).to.equal(10_000_000n);
    expect(parsePrice8("3782.13")).to.equal(378_213_000_000n);
    expect(parsePrice8("0.00000001")).to.equal(1n);
    expect(parsePrice8(".5")).to.equal(50_000_000n);
    expect(parsePrice8("7.")).to.equal(700_000_000n);
    expect(parsePrice8("1.5e-5")).to.equal(1_500n);
    expect(parsePrice8("6.9E+4")).to.equal(6_900_000_000_000n);
    // 2^53 + 1 hundred-millionths: a float would lose the last digit.
    expect(parsePrice8("90071992.54740993")).to.equal(9_007_199_254_740_993n);
  });

  it("are cut after the eighth digit, as a feed's would be", () => {
    expect(parsePrice8("1.999999999")).to.equal(199_999_999n);
    expect(parsePrice8("0.000000019")).to.equal(1n);
  });

  it("agree with digits written by hand for any number", () => {
    const digits = fc.bigInt({ min: 1n, max: 10n ** 22n });
    fc.assert(
      fc.property(digits, (value) => {
        const text = value.toString().padStart(9, "0");
        expect(parsePrice8(`${text.slice(0, -8)}.${text.slice(-8)}`)).to.equal(value);
        expect(parsePrice8(`${value}e-8`)).to.equal(value);
      }),
    );
  });

  it("refuse what is no positive price", () => {
    for (const text of ["", ".", "-1", "+1", "0", "0.0", "0.000000001", "NaN", "Infinity", "1,5", "1 000", "0x10", "1e", "1e16", "1e99"]) {
      expect(parsePrice8(text), text).to.equal(undefined);
    }
    for (const text of ["0", "1.5", "2e3"]) expect(isAmount(text), text).to.equal(true);
    for (const text of ["", ".", "-1", "x"]) expect(isAmount(text), text).to.equal(false);
  });
});

describe("price files: reading", () => {
  it("tells both kinds by their header, and gives OHLCV files the length of their bars", async () => {
    const ohlcv = await openPriceFile(write(bars(5)));
    expect([ohlcv.kind, ohlcv.barSeconds]).to.deep.equal(["ohlcv", HOUR]);
    const rounds = await openPriceFile(write(lines(ROUNDS, round(0), round(1))));
    expect([rounds.kind, rounds.barSeconds]).to.deep.equal(["rounds", null]);
    await collect(ohlcv.rounds);
    await collect(rounds.rounds);
  });

  it("takes the rounds of a feed as they are", async () => {
    const file = write(lines(ROUNDS, round(0, 1n), round(1, 200_00000001n), round(2, 5n)));
    expect(await read(file)).to.deep.equal([
      { roundId: 1, answer8: 1n, updatedAt: START },
      { roundId: 2, answer8: 200_00000001n, updatedAt: START + 600 },
      { roundId: 3, answer8: 5n, updatedAt: START + 1_200 },
    ]);
  });

  it("accepts two rounds of the same second, and any time between rounds", async () => {
    const file = write(lines(ROUNDS, round(0, 1n, START), round(1, 2n, START), round(2, 3n, START + 9 * DAY)));
    expect(await read(file)).to.have.length(3);
  });

  it("reads gzip by its content, carriage returns, a byte-order mark, quotes, other column orders and no last line break", async () => {
    const plain = await read(write(bars(30)));
    expect(plain).not.to.have.length(0);
    const variants = [
      gzipSync(bars(30)),
      bars(30).replaceAll("\n", "\r\n"),
      `\ufeff${bars(30)}\n\n`,
      bars(30).trimEnd(),
      bars(30).replace(
        OHLCV,
        OHLCV.split(",")
          .map((name) => `"${name.toUpperCase()}"`)
          .join(", "),
      ),
      bars(30)
        .trimEnd()
        .split("\n")
        .map((line) => line.split(",").reverse().join(","))
        .join("\n"),
    ];
    for (const content of variants) expect(await read(write(content))).to.deep.equal(plain);
  });

  it("reads rows that fall across the pieces a file comes in", async () => {
    const file = write(gzipSync(bars(20_000)));
    const { rows } = await openTable(file);
    expect(await collect(rows)).to.have.length(20_000);
  });

  it("keeps to the range, both ends included, and reads no further", async () => {
    const broken = write(lines(ROUNDS, ...Array.from({ length: 10 }, (_, i) => round(i)), "nonsense"));
    const times = (await read(broken, { from: START + 1_200, to: START + 2_400 })).map(({ updatedAt }) => updatedAt);
    expect(times).to.deep.equal([START + 1_200, START + 1_800, START + 2_400]);
  });

  it("tells how far it is", async () => {
    const seen: number[] = [];
    const content = bars(50);
    await read(write(content), { onBytes: (bytes) => seen.push(bytes) });
    expect(seen.at(-1)).to.equal(content.length);
  });
});

describe("price files: bars become rounds", () => {
  const sample: Bar = { line: 2, time: START, open: 100n, high: 200n, low: 50n, close: 75n };

  it("in the order open, high, low, close, each stretch in steps, strictly in time and within the bar", () => {
    for (const seconds of [60, 90, 300, HOUR, DAY, 7 * DAY]) {
      const samples = samplesOf(sample, seconds);
      const price = (offset: number): bigint | undefined => samples.find(({ time }) => time === START + offset)?.answer8;
      expect(price(0)).to.equal(100n);
      expect(price(Math.floor(seconds / 4))).to.equal(200n);
      expect(price(Math.floor((3 * seconds) / 4))).to.equal(50n);
      expect(price(seconds - 1)).to.equal(75n);
      for (const [index, { time }] of samples.entries()) expect(time).to.be.above(samples[index - 1]?.time ?? 0);
    }
  });

  it("whose squared moves sum to the variance of the Brownian motion the bar was cut from", () => {
    // Fine enough that a walk's extremes are those of the continuous path within a few percent.
    const [walks, steps] = [400, 500];
    const normal = seededNormals(5);
    let sum = 0;
    for (let walk = 0; walk < walks; walk++) {
      let [level, high, low] = [0, 0, 0];
      for (let i = 0; i < steps; i++) {
        level += normal() / Math.sqrt(steps);
        high = Math.max(high, level);
        low = Math.min(low, level);
      }
      const at = (value: number): bigint => BigInt(Math.round(1e15 * (1 + value / 1e3)));
      const samples = samplesOf({ line: 2, time: START, open: at(0), high: at(high), low: at(low), close: at(level) }, HOUR);
      for (const [index, { answer8 }] of samples.entries()) sum += (Number(answer8 - (samples[index - 1]?.answer8 ?? answer8)) / 1e12) ** 2;
    }
    // Of prices around 1e15, moves of 1e12 are the unit.
    expect(sum / walks).to.be.within(0.8, 1.1);
  });

  it("as a feed with a deviation of 0.5 % and a heartbeat of an hour would write them", async () => {
    const calm = lines(OHLCV, ...Array.from({ length: 24 }, (_, i) => bar(i, "100,100.1,99.9,100")));
    const rounds = await read(write(calm));
    for (const [index, { updatedAt }] of rounds.entries()) {
      if (index > 0) expect(updatedAt - (rounds[index - 1]?.updatedAt ?? 0)).to.equal(HOUR);
    }
    const rough = await read(write(lines(OHLCV, bar(0), bar(1, "105,140,30,50"), bar(2, "50,50,50,50"))));
    for (const [index, { answer8, updatedAt }] of rough.entries()) {
      const before = rough[index - 1];
      if (before === undefined || updatedAt - before.updatedAt >= HOUR) continue;
      expect(Math.abs(Number(answer8) / Number(before.answer8) - 1)).to.be.at.least(0.005);
    }
  });

  it("that see the low of a bar and what comes before it", async () => {
    const answers = (await read(write(lines(OHLCV, bar(0), bar(1, "105,140,30,50"))))).map(({ answer8 }) => answer8);
    expect(answers).to.include(30_00000000n);
    expect(answers.indexOf(140_00000000n)).to.be.within(1, answers.indexOf(30_00000000n) - 1);
  });

  it("with a heartbeat of a bar, where that is longer, and a policy that expects it", async () => {
    const daily = (i: number): string => `${START + i * DAY},1,1.001,0.999,1,1`;
    const file = write(lines(OHLCV, ...Array.from({ length: 20 }, (_, i) => daily(i))), "x_dogeusd_1d.csv");
    const survey = await surveyPrices(file, {});
    expect(survey.rounds).to.equal(20);
    const { policy, base, rounds } = await inputOf(file, pairOfName(file), survey, {});
    await collect(rounds as AsyncIterable<PathRound>);
    expect(policy?.heartbeat).to.equal(93_600n);
    expect(policy?.maxAge).to.equal(259_200n);
    expect(policy?.openInterestCap).to.equal(30_000_000n * 10n ** 18n);
    expect(base).to.equal("DOGE");
  });
});

describe("price files: what came before the range", () => {
  const options = { from: START + 20 * DAY, to: START + 21 * DAY };

  it("is walked through the guard first, up to 14 days of it", async () => {
    const file = write(lines(OHLCV, ...Array.from({ length: 24 * 22 }, (_, i) => bar(i, "100,100.1,99.9,100"))), "ethusd.csv");
    const survey = await surveyPrices(file, options);
    const input = await inputOf(file, pairOfName(file), survey, options);
    const replayed = await collect(input.rounds as AsyncIterable<PathRound>);
    expect([survey.before, survey.rounds]).to.deep.equal([input.warmUp.length, replayed.length]);
    expect(input.warmUp[0]?.updatedAt).to.equal(START + 6 * DAY);
    expect(input.warmUp.at(-1)?.updatedAt).to.be.below(options.from);
    expect(replayed[0]?.updatedAt).to.be.at.least(options.from);
    expect(replayed.at(-1)?.updatedAt).to.be.at.most(options.to);
    expect(input.note).to.include("rounds of the same file").and.not.to.include("made up");
    expect(input.title).to.include("ETH/USD");
  });

  it("is made up when there is nothing, and the note says so", async () => {
    const file = write(bars(48));
    const survey = await surveyPrices(file, {});
    const input = await inputOf(file, undefined, survey, {});
    expect(survey.before).to.equal(0);
    expect(input.warmUp.at(-1)?.updatedAt).to.be.below(START);
    expect(input.note).to.include("made up");
    await collect(input.rounds as AsyncIterable<PathRound>);
  });
});

describe("price files: errors name the file, the line and what to change", () => {
  const faults: readonly (readonly [what: string, content: string | Uint8Array, line: number | null, reason: RegExp])[] = [
    ["an empty file", "", 1, /no header/],
    ["an empty gzip file", gzipSync(""), 1, /no header/],
    ["a header alone", lines(OHLCV), 2, /no row/],
    ["an unknown column", lines(`${OHLCV},vwap`, `${bar(0)},1`), 1, /unknown column "vwap"/],
    ["another market's columns", lines("timestamp_unix,indexPrice", "1,2"), 1, /unknown column "indexprice"/],
    ["no header", lines(bar(0), bar(1)), 1, /unknown column/],
    ["a missing column", lines("timestamp_unix,open,high,close", "1,1,1,1"), 1, /"low" is missing/],
    ["a column twice", lines("timestamp_unix,open,high,low,close,close", "1,1,1,1,1,1"), 1, /twice/],
    ["semicolons", lines(OHLCV.replaceAll(",", ";"), bar(0)), 1, /unknown column/],
    ["too few fields", lines(OHLCV, bar(0), `${START + HOUR},1,2`, bar(2)), 3, /3 fields where the header names 6/],
    ["a line cut short at the end", lines(OHLCV, bar(0), bar(1)) + bar(2).slice(0, 15), 4, /fields where/],
    ["an empty line between rows", lines(OHLCV, bar(0), "", bar(1)), 3, /empty/],
    ["a price that is none", lines(OHLCV, bar(0), bar(1, "100,110,x,105")), 3, /low is "x"/],
    ["a negative price", lines(OHLCV, bar(0), bar(1, "-100,110,90,105")), 3, /open is "-100"/],
    ["a price of zero", lines(OHLCV, bar(0), bar(1, "100,110,0,105")), 3, /low is "0"/],
    ["a volume that is none", lines(OHLCV, bar(0), `${START + HOUR},1,1,1,1,n/a`), 3, /volume/],
    ["a high below the close", lines(OHLCV, bar(0), bar(1, "100,104,90,105")), 3, /high is below close/],
    ["a low above the open", lines(OHLCV, bar(0), bar(1, "100,110,101,105")), 3, /low is above open/],
    ["a time that is none", lines(OHLCV, bar(0), "2024-03-01,1,1,1,1,1"), 3, /not a time/],
    ["milliseconds", lines(OHLCV, `${START * 1000},1,1,1,1,1`, bar(1)), 2, /too large/],
    ["a time before all markets", lines(OHLCV, "12,1,1,1,1,1", bar(1)), 2, /before the year/],
    ["a time twice", lines(OHLCV, bar(0), bar(1), bar(1), bar(2)), 4, /time of line 3 again/],
    ["times out of order", lines(OHLCV, bar(0), bar(2), bar(1)), 4, /earlier than line 3/],
    ["a gap", lines(OHLCV, bar(0), bar(1), bar(2), bar(5), bar(6)), 5, /a gap: 2024-03-01 05:00 UTC follows 2024-03-01 02:00 UTC/],
    ["a gap far down", lines(OHLCV, ...Array.from({ length: 300 }, (_, i) => bar(i < 250 ? i : i + 1))), 252, /gap/],
    ["a gap before another fault", lines(OHLCV, bar(0), bar(1), bar(5), bar(6), "x"), 4, /gap/],
    ["bars that overlap", lines(OHLCV, bar(0), bar(1), bar(2), bar(2.5), bar(3.5)), 5, /only 30 min after line 4/],
    ["a single bar", lines(OHLCV, bar(0)), 2, /single row/],
    ["bars too short", lines(OHLCV, `${START},1,1,1,1,1`, `${START + 5},1,1,1,1,1`), 3, /bars of 5 s/],
    ["bars too long", lines(OHLCV, `${START},1,1,1,1,1`, `${START + 30 * DAY},1,1,1,1,1`), 3, /bars of 30 d/],
    ["damaged gzip", gzipSync(bars(500)).subarray(0, 2_000), null, /gzip data is damaged/],
    ["no text", Buffer.alloc(5_000), 1, /not a line of text/],
    ["a line without end", `${OHLCV}\n${"1".repeat(100_000)}`, 2, /not a line of text/],
    ["an answer that is none", lines(ROUNDS, round(0), round(1).replace("10000000000", "1e10")), 3, /answer is "1e10"/],
    ["an answer of zero", lines(ROUNDS, round(0), round(1, 0n)), 3, /answer is 0/],
    ["rounds out of order", lines(ROUNDS, round(0), round(2), round(3, 1n, START)), 4, /earlier than line 3/],
    ["a round twice", lines(ROUNDS, round(0), round(1), round(1)), 4, /does not follow line 3/],
    ["an answer carried over", lines(ROUNDS, round(0), `${(1n << 64n) + 1n},5,${START},${START},${1n << 64n}`), 3, /carried over/],
    ["a round not finished", lines(ROUNDS, `${1n << 64n},5,0,0,${1n << 64n}`), 2, /before the year/],
  ];

  for (const [what, content, line, reason] of faults) {
    it(what, async () => {
      const file = write(content);
      const error = await failure(read(file));
      expect(error.reason).to.match(reason);
      if (line !== null) expect(error.line).to.equal(line);
      expect(error.message)
        .to.include(file)
        .and.to.include(error.line === null ? file : `line ${error.line}`);
      expect(error.remedy).not.to.equal("");
    });
  }

  it("no file, and a folder", async () => {
    expect((await failure(read(join(folder, "absent.csv")))).reason).to.match(/no such file/);
    expect((await failure(read(folder))).reason).to.match(/not a file|cannot be read/);
  });

  it("a range without prices: what the file has", async () => {
    const error = await failure(surveyPrices(write(bars(48)), { from: START + 90 * DAY }));
    expect(error.reason).to.include("0 rounds").and.to.include("2024-03-01 00:00 UTC").and.to.include("2024-03-02 23:59 UTC");
  });

  it("a gap passes when it is allowed, and stays a silence", async () => {
    const file = write(lines(OHLCV, bar(0), bar(1), bar(2), bar(50), bar(51)));
    const times = (await read(file, { allowsGaps: true })).map(({ updatedAt }) => updatedAt);
    expect(times.filter((time) => time > START + 3 * HOUR && time < START + 50 * HOUR)).to.deep.equal([]);
  });
});

describe("price files: options", () => {
  it("dates are midnights and times are UTC", () => {
    expect(parseMoment("--from", "2020-03-12")).to.equal(1_583_971_200);
    expect(parseMoment("--from", "2020-03-12T08:00")).to.equal(1_584_000_000);
    expect(parseMoment("--from", "2020-03-12T08:00:01Z")).to.equal(1_584_000_001);
    for (const text of ["", "yesterday", "2020-02-30", "2020-03-12T25:00", "2020-03-12T08:00+02:00", "1584000000"]) {
      expect(() => parseMoment("--from", text), text).to.throw(/^--from/);
    }
  });

  it("need a file, and a start before the end", () => {
    expect(priceRequest({})).to.equal(undefined);
    expect(() => priceRequest({ from: "2020-03-12" })).to.throw(/--from needs --prices/);
    expect(() => priceRequest({ prices: "x.csv", from: "2020-03-12", to: "2020-03-12" })).to.throw(/not before/);
    expect(priceRequest({ prices: "x_btcusd.csv", pair: "eth/eur" })?.pair).to.deep.equal({ base: "ETH", quote: "EUR" });
  });

  it("the pair comes from the file's name", () => {
    const pairs: Record<string, string | undefined> = {
      "bitstamp_btcusd_1h_2018.csv.gz": "BTC/USD",
      "yahoo_usdcusd_1d.csv": "USDC/USD",
      "ETH-USDT.csv": "ETH/USDT",
      "prices.csv": undefined,
    };
    for (const [name, expected] of Object.entries(pairs)) {
      const pair = pairOfName(name);
      expect(pair && `${pair.base}/${pair.quote}`, name).to.equal(expected);
    }
    expect(() => parsePair("ether")).to.throw(/ETH\/USD/);
  });

  it("a range reads as people write it", () => {
    const at = (text: string): number => Date.parse(`${text}Z`) / 1000;
    expect(formatRange(at("2020-03-10T00:15"), at("2020-03-16T00:00"))).to.equal("10 to 15 March 2020");
    expect(formatRange(at("2020-03-12T08:00"), at("2020-03-12T16:00"))).to.equal("12 March 2020, 08:00 to 16:00");
    expect(formatRange(at("2020-03-30T00:00"), at("2020-04-02T12:00"))).to.equal("30 March to 2 April 2020");
    expect(formatRange(at("2023-04-05T22:38"), at("2024-01-29T23:00"))).to.equal("5 April 2023 to 29 January 2024");
  });
});

describe("thinned lists", () => {
  it("keep everything while it fits", () => {
    const list = new ThinnedList<number>(10);
    for (let i = 0; i < 10; i++) list.add(i);
    expect(list.items()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("keep a bounded part, the first, the last, the extremes and what was marked, in order", () => {
    const list = new ThinnedList<number>(100, [(a, b) => a > b, (a, b) => a < b]);
    const value = (i: number): number => (i === 777 ? 9e9 : i === 6_543 ? -9e9 : i);
    for (let i = 0; i < 100_003; i++) list.add(value(i), i === 12_345);
    const items = list.items();
    expect(list.length).to.equal(100_003);
    expect(items).to.include.members([0, 100_002, 9e9, -9e9, 12_345]);
    expect(items.length).to.be.within(50, 104);
    const plain = items.filter((item) => Math.abs(item) < 9e9);
    expect(plain).to.deep.equal([...plain].sort((a, b) => a - b));
  });
});

describe("recorded prices", () => {
  const data = process.env.MARKET_DATA_DIR;
  const path = (name: string): string => join(data ?? "", name);
  const ETH = "bitstamp_ethusd_1h_2018-05_2022-02.csv.gz";
  const BTC = "bitstamp_btcusd_1h_2018-05_2022-02.csv.gz";
  const CHAINLINK = "chainlink_ethusd_rounds_2023-04_2024-01.csv.gz";

  before(function () {
    const missing = [ETH, BTC, CHAINLINK].filter((name) => data === undefined || !existsSync(path(name)));
    if (missing.length === 0) return;
    console.log(`Skipped: set MARKET_DATA_DIR to a folder with ${missing.join(", ")}; docs/replaying.md says what they are.`);
    this.skip();
  });

  it("hourly BTC and ETH: every row, no gap, the published lows and highs, to the cent", async () => {
    const btc = await barsOf(path(BTC));
    expect(btc).to.have.length(32_658);
    const friday = Date.parse("2020-03-13T00:00:00Z") / 1000;
    expect(extremes(btc.filter(({ time }) => time >= friday && time < friday + DAY)).low).to.equal(3_850_00000000n);
    expect(extremes(btc).high).to.equal(69_000_00000000n);
    const eth = await barsOf(path(ETH));
    expect(eth).to.have.length(32_658);
    const close = eth.find(({ time }) => time === Date.parse("2021-05-19T23:00:00Z") / 1000)?.close ?? 0n;
    expect(Number(close) / 1e8).to.be.within(2_400, 2_480);
  });

  function extremes(some: readonly Bar[]): { low: bigint; high: bigint } {
    const first = some[0];
    if (first === undefined) throw new Error("There are no bars.");
    let { low, high } = first;
    for (const each of some) {
      if (each.low < low) low = each.low;
      if (each.high > high) high = each.high;
    }
    return { low, high };
  }

  it("the low of 13 March 2020 reaches the rounds within the feed's deviation", async () => {
    const options = { from: Date.parse("2020-03-13T00:00:00Z") / 1000, to: Date.parse("2020-03-14T00:00:00Z") / 1000 };
    const lowest = Math.min(...(await read(path(BTC), options)).map(({ answer8 }) => Number(answer8) / 1e8));
    expect(lowest).to.be.within(3_850, 3_850 * 1.005);
  });

  it("every Chainlink round of 2023", async () => {
    const rounds = await read(path(CHAINLINK));
    expect(rounds).to.have.length(11_106);
    expect(rounds[0]).to.deep.equal({ roundId: 1, answer8: 190_818_855_732n, updatedAt: 1_680_734_315 });
  });

  /** A replay on the chain, as the commands do it. */
  async function replayRange(file: string, from: string, to: string) {
    const options = { from: parseMoment("--from", from), to: parseMoment("--to", to) };
    const survey: PriceSurvey = await surveyPrices(path(file), options);
    const input = await inputOf(path(file), pairOfName(file), survey, options);
    const initialDate = new Date(((input.warmUp[0]?.updatedAt ?? 0) - HOUR) * 1000).toISOString();
    const connection = await network.create({ override: { initialDate, allowBlocksWithSameTimestamp: true } });
    try {
      return { survey, ...(await replay(connection, input, () => {})) };
    } finally {
      await connection.close();
    }
  }

  for (const [file, from, to] of [
    [ETH, "2020-03-12T08:00", "2020-03-12T16:00"],
    [CHAINLINK, "2023-08-17T18:00", "2023-08-18T02:00"],
  ] as const) {
    it(`${file}, ${from} to ${to}: the SDK's answer is the chain's on every step`, async () => {
      const { result, differences, survey } = await replayRange(file, from, to);
      expect(differences).to.deep.equal([]);
      expect(result.steps).to.have.length(survey.rounds);
      // One question a step, and those of the traders.
      expect(result.comparisons).to.be.above(survey.rounds);
      expect(survey.before).to.be.above(100);
      expect(result.note).to.include(`${survey.before.toLocaleString("en-GB")} rounds of the same file`);
    });
  }
});
