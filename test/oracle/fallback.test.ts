import { expect } from "chai";
import { decodeFunctionResult, encodeFunctionData, getAddress } from "viem";
import { type Round, volatilityParameters } from "../../sdk/src/index.ts";
import { updateVolatility } from "../../sdk/src/math/index.ts";
import { coldGas, describeAdapter, INITIAL_VARIANCE, poke, storedVariance, word } from "../helpers/adapters.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { BAD_FAULTS, FAULTS } from "../helpers/faults.ts";
import { configOf, deploySource, fail, freshAnswer, type Source, type SourceState, scaled, write } from "../helpers/feedSources.ts";
import { BAND, createFallback, FALLBACK, type Fallback, HEARTBEATS, writeBoth } from "../helpers/feeds/fallback.ts";
import { enforce, expectRevert, fixture, goTo, INT256_MAX, now, position, preview, START_PRICE, wad } from "../helpers/market.ts";

const SECONDARY_BIT = 1n << 79n;
const WAD = 10n ** 18n;
const tiny = position({ sizeAfter: 10n ** 12n });

const latest = (m: Fallback) => m.fallback.read.latestRoundData();
const roundOf = (id: bigint, price: number, time: bigint) => [id, scaled(price, 8), time, time, id];

/** Both sources agree, now. */
const agreeing = fixture(async (connection) => {
  const m = await createFallback(connection);
  await writeBoth(m, START_PRICE);
  return m;
});

/** Both sources agreed every half hour for a day, and the guard watched. */
const warm = fixture(async (connection) => {
  const m = await createFallback(connection);
  const start = await now(m);
  // Not 48: the first id of the next phase would then look like the one after the last.
  for (let i = 1n; i <= 47n; i++) {
    await goTo(m, start + 1_800n * i);
    await writeBoth(m, START_PRICE);
    await poke(m);
  }
  expect((await storedVariance(m)) < INITIAL_VARIANCE).to.equal(true);
  return m;
});

describe("a primary and a fallback", () => {
  describeAdapter(FALLBACK);
});

describe("the source in force", () => {
  it("is the primary while it is fresh and agrees, under its own ids", async () => {
    const m = await agreeing();
    const time = await now(m);
    await write(m, m.primary, START_PRICE * 1.01, time);
    expect(await latest(m)).to.deep.equal(roundOf(await m.primary.read.latestId(), START_PRICE * 1.01, time));
  });

  // The largest answer there is remains one, where the decimals leave it room: it deviates.
  for (const fault of BAD_FAULTS.filter((one) => one !== "HugeAnswer")) {
    it(`is the other one where one has this fault: ${fault}`, async () => {
      const m = await agreeing();
      const time = (await m.secondary.read.rounds([await m.secondary.read.latestId()]))[1];
      await fail(m.primary, fault);
      const id = (await m.secondary.read.latestId()) | SECONDARY_BIT;
      expect(await latest(m)).to.deep.equal(roundOf(id, START_PRICE, time));
      await fail(m.primary, "None");
      await fail(m.secondary, fault);
      expect((await latest(m))[0]).to.equal(await m.primary.read.latestId());
    });
  }

  it("is the primary up to its heartbeat, the secondary from the second after it up to its own, and then none", async () => {
    const m = await agreeing();
    const time = (await now(m)) + 10n;
    await goTo(m, time);
    await writeBoth(m, START_PRICE, time);
    const ids = [await m.primary.read.latestId(), (await m.secondary.read.latestId()) | SECONDARY_BIT];
    await goTo(m, time + BigInt(HEARTBEATS.primary));
    expect((await latest(m))[0]).to.equal(ids[0]);
    await goTo(m, time + BigInt(HEARTBEATS.primary) + 1n);
    expect((await latest(m))[0]).to.equal(ids[1]);
    await goTo(m, time + BigInt(HEARTBEATS.secondary));
    expect((await latest(m))[0]).to.equal(ids[1]);
    await goTo(m, time + BigInt(HEARTBEATS.secondary) + 1n);
    await expectRevert(latest(m), "SourceUnusable", [m.primary.address]);
  });

  it("may be as far from the other as the band, and not by the smallest unit further, above or below", async () => {
    const m = await agreeing();
    const time = await now(m);
    const price = 2_000n * WAD;
    const far = (price * BAND) / WAD;
    await m.secondary.write.push([price + far, time]);
    expect((await latest(m))[1]).to.equal(2_000n * 10n ** 8n);
    // A 10th decimal that the adapter's eight can't say is rounded up, so one unit of those is the smallest step.
    await m.secondary.write.push([price + far + 1n, time]);
    await expectRevert(latest(m), "SourcesDeviate", [BAND + ceilDiv(WAD, 2_000n * 10n ** 8n)]);
    // The ratio is of the smaller price, so it does not matter which of the two is larger.
    const above = (2_000n * 10n ** 8n * (WAD + BAND)) / WAD;
    await m.secondary.write.push([price, time]);
    await m.primary.write.push([above, time]);
    expect((await latest(m))[1]).to.equal(above);
    await m.primary.write.push([above + 1n, time]);
    await expectRevert(latest(m), "SourcesDeviate", [BAND + ceilDiv(WAD, 2_000n * 10n ** 8n)]);
  });

  it("is none of two that are further apart than can be said", async () => {
    const { connection } = await agreeing();
    const [primary, secondary] = [await deploySource(connection, 18), await deploySource(connection, 18)];
    const feed = await connection.viem.deployContract("FallbackFeed", [configOf(primary), configOf(secondary), 18, WAD]);
    const time = BigInt(await connection.networkHelpers.time.latest());
    await primary.write.push([INT256_MAX, time]);
    await secondary.write.push([1n, time]);
    await expectRevert(feed.read.latestRoundData(), "SourcesDeviate", [2n ** 256n - 1n]);
    // A stale contradiction is none.
    await secondary.write.push([1n, time - 3_901n]);
    expect((await feed.read.latestRoundData())[1]).to.equal(INT256_MAX);
  });

  it("is never one whose ids need the bit that tells them apart", async () => {
    const m = await agreeing();
    const time = await now(m);
    await m.primary.write.startPhase([0x8000]);
    await write(m, m.primary, START_PRICE, time);
    expect((await latest(m))[0]).to.equal((await m.secondary.read.latestId()) | SECONDARY_BIT);
    await m.primary.write.startPhase([0x7fff]);
    await write(m, m.primary, START_PRICE, time);
    expect((await latest(m))[0]).to.equal((0x7fffn << 64n) + 1n);
  });

  it(`is what the description says of 150 random pairs of sources (SEED=${SEED})`, async () => {
    const m = await agreeing();
    const random = new Random(SEED, "fallback");
    const seen = { primary: 0, secondary: 0, deviate: 0, unusable: 0 };
    const timestamp = (await now(m)) + 100_000n;
    for (let i = 0; i < 150; i++) {
      await goTo(m, timestamp + BigInt(100 * i));
      const states = [
        await randomState(m, m.primary, 8, HEARTBEATS.primary, random),
        await randomState(m, m.secondary, 18, HEARTBEATS.secondary, random),
      ] as const;
      await expectDescribed(m, states, await now(m), seen);
    }
    for (const [outcome, count] of Object.entries(seen)) expect(count, outcome).to.be.greaterThan(10);
  });
});

const ceilDiv = (x: bigint, y: bigint): bigint => (x + y - 1n) / y;

/** Writes what a source might say: fine half of the time. */
async function randomState(m: Fallback, source: Source, decimals: number, heartbeat: number, random: Random): Promise<SourceState> {
  // A feed that loops takes the simulator long, and is one that fails like the others.
  const faults = FAULTS.filter((one) => one !== "BurnsGas");
  const fault = random.below(3) === 0 ? (faults[random.below(faults.length)] ?? "None") : "None";
  const price = START_PRICE * (1 + (random.below(7) - 3) / 100);
  const updatedAt = (await now(m)) - BigInt([0, 1, heartbeat - 10, heartbeat + 100, 50_000][random.below(5)] ?? 0);
  const decimalsNow = random.below(8) === 0 ? decimals + 1 : decimals;
  const answer = scaled(price, decimals) + BigInt(random.below(3));
  await source.write.setFault([FAULTS.indexOf(fault)]);
  await source.write.setDecimals([decimalsNow]);
  await source.write.push([answer, updatedAt]);
  return { answer, updatedAt, fault, decimals, decimalsNow, heartbeat: BigInt(heartbeat) };
}

/** Compares the feed with its description, and counts which case this was. */
async function expectDescribed(
  m: Fallback,
  [primary, secondary]: readonly [SourceState, SourceState],
  timestamp: bigint,
  seen: { primary: number; secondary: number; deviate: number; unusable: number },
): Promise<void> {
  const [x, y] = [freshAnswer(primary, 8, timestamp), freshAnswer(secondary, 8, timestamp)];
  if (x !== null && y !== null) {
    const [smaller, larger] = x < y ? [x, y] : [y, x];
    const ratio = ceilDiv((larger - smaller) * WAD, smaller);
    if (ratio > BAND) {
      seen.deviate++;
      await expectRevert(latest(m), "SourcesDeviate", [ratio > 2n ** 256n - 1n ? 2n ** 256n - 1n : ratio]);
      return;
    }
  }
  const answer = x ?? y;
  if (answer === null) {
    seen.unusable++;
    await expectRevert(latest(m), "SourceUnusable", [m.primary.address]);
    return;
  }
  const id = x === null ? (await m.secondary.read.latestId()) | SECONDARY_BIT : await m.primary.read.latestId();
  seen[x === null ? "secondary" : "primary"]++;
  const time = (x === null ? secondary : primary).updatedAt;
  expect(await latest(m)).to.deep.equal([id, answer, time, time, id]);
}

describe("decimals of a source", () => {
  const conversions: readonly (readonly [from: number, to: number])[] = [0, 1, 8, 18, 19, 35, 36].flatMap((from) =>
    [0, 8, 18, 36].map((to) => [from, to] as const),
  );

  it("become the feed's own, rounded up and never to zero, and what does not fit is no price", async () => {
    const m = await agreeing();
    const time = await now(m);
    for (const [from, to] of conversions) {
      const source = await deploySource(m.connection, from);
      const other = await deploySource(m.connection, 8);
      const feed = await m.connection.viem.deployContract("FallbackFeed", [configOf(source), configOf(other), to, BAND]);
      expect(await feed.read.decimals()).to.equal(to);
      const largest = to >= from ? INT256_MAX / 10n ** BigInt(to - from) : INT256_MAX;
      for (const answer of [1n, 9n, 10n, 11n, 2_000n * 10n ** BigInt(from) + 1n, largest, largest + 1n]) {
        if (answer > INT256_MAX) continue;
        await source.write.push([answer, time]);
        const state: SourceState = { answer, updatedAt: time, fault: "None", decimals: from, decimalsNow: from, heartbeat: 3_900n };
        const expected = freshAnswer(state, to, time);
        expect(expected !== 0n).to.equal(true);
        if (expected === null) await expectRevert(feed.read.latestRoundData(), "SourceUnusable", [source.address]);
        else expect((await feed.read.latestRoundData())[1], `${answer} from ${from} to ${to}`).to.equal(expected);
      }
    }
  });
});

describe("the gas of a caller", () => {
  const HUNGER = 900_000n;

  /** A primary that takes nearly a million, and a secondary that lives on what is left of a call that failed for want of it. */
  const hungry = fixture(async (connection) => {
    const [inner, secondary] = [await deploySource(connection), await deploySource(connection)];
    const primary = await connection.viem.deployContract("HungryFeed", [inner.address]);
    await primary.write.setHunger([HUNGER]);
    const feed = await connection.viem.deployContract("FallbackFeed", [configOf(primary, 3_900, 1_000_000), configOf(secondary), 8, BAND]);
    const time = BigInt(await connection.networkHelpers.time.latest());
    await inner.write.push([scaled(START_PRICE, 8), time]);
    await secondary.write.push([scaled(START_PRICE * 0.99, 8), time]);
    return { connection, feed, inner };
  });

  /** The price, asked for with so much gas. */
  async function answerWith({ connection, feed }: Awaited<ReturnType<typeof hungry>>, gas: bigint): Promise<bigint> {
    const client = await connection.viem.getPublicClient();
    const { data } = await client.call({
      to: feed.address,
      data: encodeFunctionData({ abi: feed.abi, functionName: "latestRoundData" }),
      gas,
    });
    return decodeFunctionResult({ abi: feed.abi, functionName: "latestRoundData", data: data ?? "0x" })[1];
  }

  it("does not choose the source: enough of it gives the primary's price, and less gives none", async () => {
    const m = await hungry();
    let answers = 0;
    for (let gas = 30_000n; gas <= 1_300_000n; gas += 5_000n) {
      const answer = await answerWith(m, gas).catch(() => null);
      if (answer === null) continue;
      expect(answer, `with ${gas} gas`).to.equal(scaled(START_PRICE, 8));
      answers++;
    }
    expect(answers, "it is enough at the end of the range").to.be.greaterThan(20);
    await expectRevert(answerWith(m, 1_000_000n), "NotEnoughGas");
  });

  it("is bounded by what the sources get: a primary that burns all of it leaves the secondary's price", async () => {
    const m = await hungry();
    await m.inner.write.setFault([FAULTS.indexOf("BurnsGas")]);
    expect(await answerWith(m, 2_500_000n)).to.equal(scaled(START_PRICE * 0.99, 8));
  });

  it("is not taken by answers of any length", async () => {
    const m = await agreeing();
    const good = await coldGas(m.connection, m.fallback.address);
    await fail(m.primary, "ReturnsHuge");
    // What 64 kB of memory cost the one that returns them, once.
    expect(Number((await coldGas(m.connection, m.fallback.address)) - good)).to.be.lessThan(20_000);
  });
});

describe("the history of two sources", () => {
  it("is the one's or the other's, by the id; what neither has is refused, and what was no price is answered with none", async () => {
    const m = await agreeing();
    const time = await now(m);
    await m.primary.write.push([0n, time]);
    await write(m, m.secondary, START_PRICE * 1.01, time);
    const [p, s] = [await m.primary.read.latestId(), await m.secondary.read.latestId()];
    const round = (id: bigint) => m.fallback.read.getRoundData([id]);
    expect((await round(p - 1n))[1]).to.equal(scaled(START_PRICE, 8));
    expect(await round(p)).to.deep.equal([p, 0n, time, time, 0n]);
    expect(await round(s | SECONDARY_BIT)).to.deep.equal(roundOf(s | SECONDARY_BIT, START_PRICE * 1.01, time));
    for (const id of [p + 1n, 0n, SECONDARY_BIT, (s + 1n) | SECONDARY_BIT]) {
      await expectRevert(round(id), "NoSuchRound", [id & ~SECONDARY_BIT]);
    }
  });

  it("of other decimals than the source had is none: its prices would be off by powers of ten", async () => {
    const m = await agreeing();
    const id = await m.primary.read.latestId();
    await m.primary.write.setDecimals([9]);
    await expectRevert(m.fallback.read.getRoundData([id]), "NoSuchRound", [id]);
    await m.primary.write.setDecimals([8]);
    expect((await m.fallback.read.getRoundData([id]))[0]).to.equal(id);
  });

  it("is walked through after the primary fell silent: every round of the secondary since the last observation counts", async () => {
    const m = await warm();
    const [start, seen] = [await word(m), await now(m)];
    const prices = [0.99, 0.8, 0.85, 0.9, 1].map((share) => START_PRICE * share);
    const rounds: Round[] = [];
    for (const [i, price] of prices.entries()) {
      const updatedAt = seen + 1_000n * BigInt(i + 1);
      await goTo(m, updatedAt);
      await write(m, m.secondary, price, updatedAt);
      rounds.push({ price: wad(price), updatedAt });
    }
    expect((await latest(m))[0] >= SECONDARY_BIT).to.equal(true);
    await enforce(m, tiny);
    await poke(m);
    const parameters = volatilityParameters(m.policy);
    expect(await word(m)).to.equal(
      rounds.reduce((state, { price, updatedAt }) => updateVolatility(state, price, updatedAt, parameters), start),
    );
  });

  it("of a primary that flaps never stops the guard, and never makes the market look calmer than the prices it saw", async () => {
    const calm = await afterFlaps(1, false);
    const flapped = await afterFlaps(1, true);
    expect(flapped >= calm, "at one price").to.equal(true);
    expect((await afterFlaps(1.019, true)) > flapped, "nearly the band apart").to.equal(true);
  });

  /** Half a day with a price every half hour, observed as it comes; the primary fails every other time, or never. The variance after it. */
  async function afterFlaps(share: number, doesFlap: boolean): Promise<bigint> {
    const m = await warm();
    const start = await now(m);
    for (let i = 1; i <= 24; i++) {
      await goTo(m, start + 1_800n * BigInt(i));
      await write(m, m.primary, START_PRICE);
      await write(m, m.secondary, START_PRICE * share);
      await fail(m.primary, doesFlap && i % 2 === 1 ? "Reverts" : "None");
      await poke(m);
      expect((await preview(m, tiny)).allowed).to.equal(true);
    }
    return storedVariance(m);
  }

  it("crosses a new phase of the source in force as a gap", async () => {
    const m = await warm();
    const before = await storedVariance(m);
    await goTo(m, (await now(m)) + 1_800n);
    await m.primary.write.startPhase([2]);
    await writeBoth(m, START_PRICE);
    await poke(m);
    expect(await storedVariance(m)).to.equal(before);
    await goTo(m, (await now(m)) + 1_800n);
    await writeBoth(m, START_PRICE);
    await poke(m);
    expect((await storedVariance(m)) < before).to.equal(true);
  });
});

describe("a fallback's configuration", () => {
  const deploy = async (
    m: Fallback,
    {
      primary = {},
      secondary = {},
      decimals = 8,
      band = BAND,
    }: Partial<Record<"primary" | "secondary", object>> & { decimals?: number; band?: bigint },
  ) =>
    m.connection.viem.deployContract("FallbackFeed", [
      { ...configOf(m.primary), ...primary },
      { ...configOf(m.secondary), ...secondary },
      decimals,
      band,
    ]);

  const refused: readonly (readonly [string, Parameters<typeof deploy>[1], readonly unknown[]])[] = [
    ["more than 36 decimals", { decimals: 37 }, ["decimals", 37n, 0n, 36n]],
    ["no band", { band: 0n }, ["maxDeviation", 0n, 10n ** 14n, WAD]],
    ["a band of a little too little", { band: 10n ** 14n - 1n }, ["maxDeviation", 10n ** 14n - 1n, 10n ** 14n, WAD]],
    ["a band beyond all prices", { band: WAD + 1n }, ["maxDeviation", WAD + 1n, 10n ** 14n, WAD]],
    ["a source that is always too old", { primary: { heartbeat: 0 } }, ["heartbeat", 0n, 1n, 2_592_000n]],
    ["a source that is never too old", { secondary: { heartbeat: 2_592_001 } }, ["heartbeat", 2_592_001n, 1n, 2_592_000n]],
    ["a source without gas", { primary: { gasLimit: 19_999 } }, ["gasLimit", 19_999n, 20_000n, 1_000_000n]],
    ["a source with all the gas", { secondary: { gasLimit: 1_000_001 } }, ["gasLimit", 1_000_001n, 20_000n, 1_000_000n]],
  ];
  for (const [name, overrides, args] of refused) {
    it(`is refused with ${name}`, async () => {
      await expectRevert(deploy(await agreeing(), overrides), "ConfigOutOfRange", args);
    });
  }

  it("may be at the ends of its ranges, and is refused with one source for both, or with none", async () => {
    const m = await agreeing();
    await deploy(m, {
      primary: { heartbeat: 1, gasLimit: 20_000 },
      secondary: { heartbeat: 2_592_000, gasLimit: 1_000_000 },
      decimals: 0,
      band: WAD,
    });
    const feed = await deploy(m, { decimals: 36, band: 10n ** 14n });
    expect(await feed.read.sources()).to.deep.equal([m.primary.address, m.secondary.address].map((address) => getAddress(address)));
    await expectRevert(deploy(m, { secondary: { feed: m.primary.address } }), "DuplicateSource", [m.primary.address]);
    const nobody = "0x00000000000000000000000000000000000a11ce";
    await expectRevert(deploy(m, { secondary: { feed: nobody } }), "NotAFeed", [nobody]);
    await m.secondary.write.setDecimals([37]);
    await expectRevert(deploy(m, {}), "NotAFeed", [m.secondary.address]);
  });
});
