import { expect } from "chai";
import type { Hex } from "viem";
import { Random, SEED } from "../helpers/corpus.ts";
import { BAD_FAULTS, FAULTS } from "../helpers/faults.ts";
import { deploySource, strike } from "../helpers/feedSources.ts";
import { type Connection, ETH_USD, expectRevert, fixture, goTo, INT256_MAX, now, UINT256_MAX, wad } from "../helpers/market.ts";
import { FAULTY_SOURCES, setCode } from "../helpers/sourceCode.ts";

const [WAD, YEAR, DAY] = [10n ** 18n, 31_536_000n, 86_400n];
const [PERCENT, RATIO] = [10n ** 16n, WAD];
const MAX_AGE = 7_200n;
const [MIN_VARIANCE, MAX_VARIANCE] = [10n ** 12n, 2n ** 72n - 1n];

interface Config {
  readonly decimals?: number;
  readonly unit?: bigint;
  readonly period?: bigint;
  readonly maxAge?: bigint;
}

/** Chainlink's shape unless said otherwise: a ratio in five decimals, annualised. */
async function createQuoted(connection: Connection, { decimals = 5, unit = RATIO, period = YEAR, maxAge = MAX_AGE }: Config = {}) {
  const source = await deploySource(connection, decimals);
  const implied = await connection.viem.deployContract("ImpliedVolatilityFeed", [source.address, unit, period, maxAge]);
  return { connection, publicClient: await connection.viem.getPublicClient(), source, implied };
}
type Quoted = Awaited<ReturnType<typeof createQuoted>>;

const chainlink = fixture((connection) => createQuoted(connection));
const say = async (m: Quoted, answer: bigint, time?: bigint): Promise<Hex> => m.source.write.push([answer, time ?? (await now(m))]);
const ask = (m: Quoted, market: Hex = ETH_USD) => m.implied.read.varianceOf([market]);

const ceilDiv = (x: bigint, y: bigint): bigint => (x + y - 1n) / y;

/** From the description: the quoted volatility to WAD, its square, scaled to a year, each rounded up. */
function described(answer: bigint, decimals: number, unit: bigint, period: bigint): bigint {
  const volatility = ceilDiv(answer * unit, 10n ** BigInt(decimals));
  return ceilDiv(ceilDiv(volatility * volatility, WAD) * YEAR, period);
}

describe("a volatility that a feed quotes, as a source of variance", () => {
  it("of Chainlink's shape: 0.69714 a year is a variance of 0.486, for maxAge from when it was written", async () => {
    const m = await chainlink();
    const time = await now(m);
    await say(m, 69_714n, time);
    expect(await ask(m)).to.deep.equal([486_004_179_600_000_000n, time + MAX_AGE]);
    expect((await m.implied.read.source()).toLowerCase()).to.equal(m.source.address);
  });

  it("is the same for every market", async () => {
    const m = await chainlink();
    await say(m, 69_714n);
    expect(await ask(m, `0x${"ff".repeat(32)}`)).to.deep.equal(await ask(m));
  });

  it("in percent, in basis points, or of a day: 60 % a year is 0.36 whatever the unit", async () => {
    const { connection } = await chainlink();
    for (const [config, answer] of [
      [{ decimals: 8, unit: PERCENT }, 60_00000000n],
      [{ decimals: 0, unit: 10n ** 14n }, 6_000n],
      [{ decimals: 18, unit: RATIO }, 600_000_000_000_000_000n],
      [{ decimals: 36, unit: RATIO }, 6n * 10n ** 35n],
    ] as const) {
      const m = await createQuoted(connection, config);
      await say(m, answer);
      expect((await ask(m))[0]).to.equal(wad(0.36));
    }
    const daily = await createQuoted(connection, { decimals: 8, unit: PERCENT, period: DAY });
    await say(daily, 3_00000000n);
    expect((await ask(daily))[0], "3 % a day").to.equal(wad(0.0009 * 365));
  });

  it("of an index on Pyth, through the feed that Pyth has here", async () => {
    const { connection, publicClient } = await chainlink();
    const { viem } = connection;
    const id: Hex = `0x${"1d".repeat(32)}`;
    const pyth = await viem.deployContract("TestPyth", [0n]);
    const kept = await viem.deployContract("PythFeed", [pyth.address, id, 10n ** 16n, 600n]);
    const implied = await viem.deployContract("ImpliedVolatilityFeed", [kept.address, PERCENT, YEAR, MAX_AGE]);
    await expectRevert(implied.read.varianceOf([ETH_USD]), "SourceUnusable", [kept.address.toLowerCase() as Hex]);
    const { timestamp } = await publicClient.getBlock();
    // 55.4321 percent, with Pyth's exponent of −8, doubted by less than one percent of it.
    const [price, doubt] = [55_43210000n, 5_000_000n];
    const update = await pyth.read.createPriceFeedUpdateData([id, price, doubt, -8, price, doubt, timestamp, 0n]);
    await kept.write.updateAndRecord([[update]]);
    expect(await implied.read.varianceOf([ETH_USD])).to.deep.equal([described(price, 8, PERCENT, YEAR), timestamp + MAX_AGE]);
  });

  it(`is what the description says of random feeds, rounded up, or refused (SEED=${SEED})`, async () => {
    const { connection } = await chainlink();
    const random = new Random(SEED, "implied");
    let [answered, refused] = [0, 0];
    for (let i = 0; i < 25; i++) {
      const [decimals, unit] = [random.below(37), random.logBetween(10n ** 14n, WAD)];
      const period = random.pick([YEAR, 30n * DAY, 7n * DAY, DAY, 3_600n, random.between(3_600n, YEAR)]);
      const m = await createQuoted(connection, { decimals, unit, period });
      for (let j = 0; j < 8; j++) {
        // A volatility from a thousandth of a percent to a million percent, and one time in four anything.
        const [low, high] = [10n ** 13n, 10n ** 22n].map((volatility) => (volatility * 10n ** BigInt(decimals)) / unit + 1n) as [
          bigint,
          bigint,
        ];
        const answer = random.oneIn(4) ? random.logBetween(1n, INT256_MAX) : random.logBetween(low, high);
        await say(m, answer);
        const exact = described(answer, decimals, unit, period);
        if (exact >= MIN_VARIANCE && exact <= MAX_VARIANCE) {
          expect((await ask(m))[0]).to.equal(exact);
          answered++;
        } else {
          const named = saturated(answer, decimals, unit, period);
          await expectRevert(ask(m), "VarianceOutOfRange", [named, MIN_VARIANCE, MAX_VARIANCE]);
          refused++;
        }
      }
    }
    expect([answered > 40, refused > 40]).to.deep.equal([true, true]);
  });

  it("has a hard range: the last volatility inside it counts, and the next one is refused by name", async () => {
    const { connection } = await chainlink();
    const m = await createQuoted(connection, { decimals: 18 });
    const root = integerRoot(MAX_VARIANCE * WAD);
    for (const [volatility, isInside] of [
      // The square is rounded up: to the smallest variance from here on.
      [10n ** 15n - 500n, true],
      [10n ** 15n - 501n, false],
      [root, true],
      [root + 1n, false],
    ] as const) {
      await say(m, volatility);
      const variance = described(volatility, 18, RATIO, YEAR);
      if (isInside) expect((await ask(m))[0]).to.equal(variance);
      else await expectRevert(ask(m), "VarianceOutOfRange", [variance, MIN_VARIANCE, MAX_VARIANCE]);
    }
    await say(m, INT256_MAX);
    await expectRevert(ask(m), "VarianceOutOfRange", [UINT256_MAX, MIN_VARIANCE, MAX_VARIANCE]);
  });

  it("stands up to maxAge, to the second", async () => {
    const m = await chainlink();
    const time = (await now(m)) + 10n;
    await goTo(m, time);
    await say(m, 60_000n, time);
    await goTo(m, time + MAX_AGE);
    expect(await ask(m)).to.deep.equal([wad(0.36), time + MAX_AGE]);
    await goTo(m, time + MAX_AGE + 1n);
    await expectRevert(ask(m), "VolatilityTooOld", [time, MAX_AGE]);
    await say(m, 50_000n);
    expect((await ask(m))[0]).to.equal(wad(0.25));
  });

  for (const fault of BAD_FAULTS.filter((one) => one !== "HugeAnswer")) {
    it(`says nothing of a feed that fails: ${fault}`, async () => {
      const m = await chainlink();
      await say(m, 60_000n);
      await strike(m, m.source, fault);
      await expectRevert(ask(m), "SourceUnusable", [m.source.address]);
      if (fault !== "BurnsGas") await m.source.write.setFault([FAULTS.indexOf("None")]);
      if (fault !== "BurnsGas") expect((await ask(m))[0], "and again once it is well").to.equal(wad(0.36));
    });
  }

  it("says nothing of a feed whose answer is as large as can be, and names the range", async () => {
    const m = await chainlink();
    await say(m, 60_000n);
    await strike(m, m.source, "HugeAnswer");
    await expectRevert(ask(m), "VarianceOutOfRange", [UINT256_MAX, MIN_VARIANCE, MAX_VARIANCE]);
  });

  for (const [name, code] of FAULTY_SOURCES) {
    it(`says nothing where a contract in the feed's place ${name}`, async () => {
      const m = await chainlink();
      await say(m, 60_000n);
      await setCode(m, m.source.address, code);
      await expectRevert(ask(m), "SourceUnusable", [m.source.address]);
    });
  }

  it("says nothing once the feed's decimals are others, when a ratio would be off by powers of ten", async () => {
    const m = await chainlink();
    await say(m, 60_000n);
    await m.source.write.setDecimals([7]);
    await expectRevert(ask(m), "SourceUnusable", [m.source.address]);
  });

  it("is refused with a unit, a period or an age out of range, and without a feed", async () => {
    const { connection, source } = await chainlink();
    const nobody: Hex = "0x00000000000000000000000000000000000a11ce";
    const deploy = (unit: bigint, period = YEAR, maxAge = 1n, feed: Hex = source.address) =>
      connection.viem.deployContract("ImpliedVolatilityFeed", [feed, unit, period, maxAge]);
    for (const unit of [0n, 10n ** 14n - 1n, WAD + 1n, UINT256_MAX]) {
      await expectRevert(deploy(unit), "ConfigOutOfRange", ["unit", unit, 10n ** 14n, WAD]);
    }
    for (const period of [0n, 3_599n, YEAR + 1n]) {
      await expectRevert(deploy(WAD, period), "ConfigOutOfRange", ["period", period, 3_600n, YEAR]);
    }
    for (const age of [0n, 30n * DAY + 1n]) {
      await expectRevert(deploy(WAD, YEAR, age), "ConfigOutOfRange", ["maxAge", age, 1n, 30n * DAY]);
    }
    await expectRevert(deploy(WAD, YEAR, 1n, nobody), "NotAFeed", [nobody]);
    for (const unit of [10n ** 14n, WAD]) {
      const one = await deploy(unit, 3_600n, 30n * DAY);
      expect([await one.read.UNIT(), await one.read.PERIOD(), await one.read.MAX_AGE()]).to.deep.equal([unit, 3_600n, 30n * DAY]);
    }
  });
});

/** The same where an intermediate is cut at 2^256 − 1. */
function saturated(answer: bigint, decimals: number, unit: bigint, period: bigint): bigint {
  const cut = (value: bigint): bigint => (value > UINT256_MAX ? UINT256_MAX : value);
  const volatility = cut(ceilDiv(answer * unit, 10n ** BigInt(decimals)));
  return cut(ceilDiv(cut(ceilDiv(volatility * volatility, WAD)) * YEAR, period));
}

function integerRoot(value: bigint): bigint {
  let root = value;
  for (let next = (root + 1n) / 2n; next < root; next = (root + value / root) / 2n) root = next;
  return root;
}
