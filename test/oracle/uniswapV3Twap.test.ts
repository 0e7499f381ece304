import { expect } from "chai";
import { volatilityParameters } from "../../sdk/src/index.ts";
import { updateAcrossGap, updateVolatility } from "../../sdk/src/math/index.ts";
import { coldGas, describeAdapter, expectAgreement, expectBlackout, guardOn, poke, word } from "../helpers/adapters.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  BLOCK,
  CARDINALITY,
  createGuardedTwap,
  createTwap,
  deployFeed,
  drain,
  ETH_TICK,
  HELD_BLOCKS,
  holdAt,
  MALFORMED,
  type Overrides,
  observed,
  PERIOD,
  SHORT_WINDOW,
  TARGETS,
  TOO_SHORT,
  TWAP,
  type Twap,
  WINDOW,
} from "../helpers/feeds/uniswapV3Twap.ts";
import { ETH_USD, enforce, expectRevert, fixture, goTo, nextBlockAt, now, position, preview, revertName, wad } from "../helpers/market.ts";
import { answering, FAULTY_SOURCES, setCode, words } from "../helpers/sourceCode.ts";
import { createPool, MAX_TICK, type Pool, provide, sqrtPriceX96, tradeTo, withdraw } from "../helpers/uniswap.ts";
import { compare } from "../model/rational.ts";
import { isTickPriceUp, tickPrice } from "../model/tickPrice.ts";

const ethTwap = fixture((connection) => createTwap(connection, { decimals: [18, 6], tick: ETH_TICK }));
const evenTwap = fixture((connection) => createTwap(connection, {}, { answerDecimals: 18 }));

interface Step {
  readonly time: bigint;
  readonly tick: number;
}

/** The sum of tick · seconds from `start` to `end`, of a path that is known from before `start` on. */
function tickSum(path: readonly Step[], start: bigint, end: bigint): bigint {
  return path.reduce((sum, { time, tick }, index) => {
    const until = path[index + 1]?.time ?? end;
    const [from, to] = [time > start ? time : start, until < end ? until : end];
    return to > from ? sum + BigInt(tick) * (to - from) : sum;
  }, 0n);
}

async function expectPrice(feed: Twap, round: bigint, sum: bigint, decimals: bigint, window = WINDOW): Promise<bigint> {
  const [id, answer, startedAt, updatedAt, answeredInRound] = await feed.read.getRoundData([round]);
  const end = round * BigInt(await feed.read.PERIOD());
  expect([id, startedAt, updatedAt, answeredInRound]).to.deep.equal([round, end - window, end, round]);
  expect(isTickPriceUp(answer, tickPrice(sum, window, decimals)), `answer ${answer} for a sum of ${sum}`).to.equal(true);
  return answer;
}

describe("the time-weighted price of a real pool", () => {
  const ticks = [-MAX_TICK, -500_000, ETH_TICK, -1, 0, 1, 400_000, MAX_TICK - 1];
  for (const tick of ticks) {
    it(`at tick ${tick} is 1.0001 to its power, from either side of the pool`, async () => {
      const m = await fixture((connection) =>
        createTwap(connection, { tick, isFine: true, liquidity: 10n ** 6n }, { answerDecimals: 36 }),
      )();
      const inverse = await deployFeed(m, { base: m.token1, answerDecimals: 36 });
      const round = m.start / PERIOD;
      for (const [feed, sign] of [
        [m.feed, 1n],
        [inverse, -1n],
      ] as const) {
        const sum = sign * BigInt(tick) * WINDOW;
        // 10^-2.5 is the least of 36 decimals that has a million left, and 10^19 what still fits.
        if (compare(tickPrice(sum, WINDOW, 36n).high, 1_000_000n) >= 0n) await expectPrice(feed, round, sum, 36n);
        else await expectRevert(feed.read.getRoundData([round]), "AnswerTooSmall", [3n, 1_000_000n]);
      }
    });
  }

  const decimals: readonly [decimals0: number, decimals1: number, answer: number, price: number][] = [
    [18, 6, 8, 2_000],
    [6, 18, 18, 2_000],
    [8, 18, 0, 20_000_000],
    [0, 36, 36, 2],
    [36, 0, 6, 2],
    [36, 36, 36, 2_000],
    [0, 0, 18, 2_000],
  ];
  for (const [decimals0, decimals1, answerDecimals, price] of decimals) {
    it(`of tokens with ${decimals0} and ${decimals1} decimals is answered with ${answerDecimals}: ${price} a token`, async () => {
      const tick = Math.round((Math.log(price) + (decimals1 - decimals0) * Math.LN10) / Math.log(1.0001));
      const m = await fixture((connection) => createTwap(connection, { tick, decimals: [decimals0, decimals1] }, { answerDecimals }))();
      const shift = BigInt(decimals0 - decimals1 + answerDecimals);
      const answer = await expectPrice(m.feed, m.start / PERIOD, BigInt(tick) * WINDOW, shift);
      expect(Number(answer) / 10 ** answerDecimals / price).to.be.within(0.9999, 1.0001);
      expect(await m.feed.read.decimals()).to.equal(answerDecimals);
    });
  }

  it("has too few digits with too few decimals, and says so rather than answer", async () => {
    const m = await fixture((connection) => createTwap(connection, { tick: ETH_TICK, decimals: [18, 6] }, { answerDecimals: 2 }))();
    const round = m.start / PERIOD;
    const [sum, price] = [BigInt(ETH_TICK) * WINDOW, tickPrice(BigInt(ETH_TICK) * WINDOW, WINDOW, 14n)];
    expect(compare(price.high, 1_000_000n) < 0n).to.equal(true);
    const answered = await answerOf(m, sum, 14n);
    await expectRevert(m.feed.read.latestRoundData(), "AnswerTooSmall", [answered, 1_000_000n]);
    const [, answer] = await (await deployFeed(m, { answerDecimals: 4 })).read.getRoundData([round]);
    expect(answer >= 1_000_000n).to.equal(true);
  });

  const answerOf = async (m: Pool, sum: bigint, shift: bigint): Promise<bigint> =>
    (await m.connection.viem.deployContract("FeedHarness")).read.priceUp([sum, WINDOW, shift]);
});

describe(`rounds of a pool's mean price (SEED=${SEED})`, () => {
  const random = new Random(SEED, "uniswap rounds");

  /** Trades at random times to random ticks over six periods. */
  async function wander(m: Awaited<ReturnType<typeof evenTwap>>): Promise<Step[]> {
    const path: Step[] = [{ time: 0n, tick: 0 }];
    for (let time = m.start + 1n; time < m.start + 6n * PERIOD; time += random.between(1n, 700n)) {
      const tick = Number(random.between(-20_000n, 20_000n));
      await tradeTo(m, tick, time);
      path.push({ time, tick });
    }
    return path;
  }

  it("are the geometric means of their windows to the second, each the same whenever it is read", async () => {
    const m = await evenTwap();
    const path = await wander(m);
    const [first, last] = [m.start / PERIOD, m.start / PERIOD + 6n];
    await goTo(m, last * PERIOD);
    const seen = [];
    for (let round = first; round <= last; round++) {
      await expectPrice(m.feed, round, tickSum(path, round * PERIOD - WINDOW, round * PERIOD), 18n);
      seen.push(await m.feed.read.getRoundData([round]));
    }
    expect(new Set(seen.map(([, answer]) => answer)).size).to.equal(7);
    await tradeTo(m, 30_000, last * PERIOD + 1n);
    await tradeTo(m, -30_000, last * PERIOD + 3_000n);
    for (const round of seen) expect(await m.feed.read.getRoundData([round[0]])).to.deep.equal(round);
  });

  it("the latest is that of the newest whole period, from its first second to its last", async () => {
    const m = await evenTwap();
    const round = m.start / PERIOD;
    for (const [time, latest] of [
      [m.start + 1n, round],
      [m.start + PERIOD - 1n, round],
      [m.start + PERIOD, round + 1n],
    ] as const) {
      await goTo(m, time);
      expect(await m.feed.read.latestRoundData()).to.deep.equal(await m.feed.read.getRoundData([latest]));
      expect((await m.feed.read.latestRoundData())[0]).to.equal(latest);
      await expectRevert(m.feed.read.getRoundData([latest + 1n]), "NoSuchRound", [latest + 1n]);
    }
    await expectRevert(m.feed.read.getRoundData([2n ** 80n - 1n]), "NoSuchRound", [2n ** 80n - 1n]);
    await expectRevert(m.feed.read.getRoundData([0n]), "NoSuchRound", [0n]);
  });

  it("begin where the pool's observations begin", async () => {
    const m = await evenTwap();
    const round = m.start / PERIOD;
    // The pool was made in the period before the last four, so of that period it saw a part.
    let oldest = round;
    while (await answers(m.feed, oldest - 1n)) oldest--;
    expect(oldest < round).to.equal(true);
    const missing = (oldest - 1n) * PERIOD - WINDOW;
    await expectRevert(m.feed.read.getRoundData([oldest - 1n]), "NotObserved", [missing]);
    await expectRevert(m.feed.read.getRoundData([1n]), "NotObserved", [PERIOD - WINDOW]);
  });

  it("as many as were asked for stay readable though the pool is traded in every block, and then they are lost", async () => {
    // A slow chain and a short history, so that it takes few blocks: ⌈((1 + 1)·600 + 300) / 60⌉ + 1.
    const config = { period: 600, window: 300, secondsPerBlock: 60, rounds: 1 };
    const m = await fixture((connection) => createPool(connection, { cardinality: 26 }))();
    const feed = await deployFeed(m, config);
    const start = ((await now(m)) / 600n + 3n) * 600n;
    let lost = 0;
    for (let block = 0n; block < 60n; block++) {
      const time = start + 60n * block;
      await tradeTo(m, Number(block % 2n) * 100, time);
      const latest = time / 600n;
      expect((await feed.read.latestRoundData())[0]).to.equal(latest);
      expect((await feed.read.getRoundData([latest - 1n]))[0]).to.equal(latest - 1n);
      if (!(await answers(feed, latest - 2n))) lost++;
    }
    expect(lost).to.be.above(20);
  });

  const answers = (feed: Twap, round: bigint): Promise<boolean> =>
    feed.read.getRoundData([round]).then(
      () => true,
      () => false,
    );
});

describe("what a pool's feed may be made of", () => {
  const load = fixture((connection) => createPool(connection, { cardinality: CARDINALITY }));

  const ranges: readonly [field: string, overrides: Overrides, value: bigint, minimum: bigint, maximum: bigint][] = [
    ["answerDecimals", { answerDecimals: 37 }, 37n, 0n, 36n],
    ["period", { period: 599, window: 300 }, 599n, 600n, 86_400n],
    ["period", { period: 86_401 }, 86_401n, 600n, 86_400n],
    ["window", { window: 299 }, 299n, 300n, 3_600n],
    ["window", { window: 3_601 }, 3_601n, 300n, 3_600n],
    ["minLiquidity", { minLiquidity: 0n }, 0n, 2n, 2n ** 128n - 1n],
    ["minLiquidity", { minLiquidity: 1n }, 1n, 2n, 2n ** 128n - 1n],
    ["secondsPerBlock", { secondsPerBlock: 0 }, 0n, 1n, 1_800n],
    ["secondsPerBlock", { secondsPerBlock: 1_801 }, 1_801n, 1n, 1_800n],
    ["rounds", { rounds: 0 }, 0n, 1n, 65_535n],
    ["rounds", { rounds: 65_536 }, 65_536n, 1n, 65_535n],
  ];
  for (const [field, overrides, value, minimum, maximum] of ranges) {
    it(`not ${field} ${value}`, async () => {
      const m = await load();
      await expectRevert(deployFeed(m, overrides), "ConfigOutOfRange", [field, value, minimum, maximum]);
    });
  }

  it("the edges of every range pass", async () => {
    const m = await load();
    await deployFeed(m, { period: 600, window: 300, rounds: 1, answerDecimals: 36, minLiquidity: 2n });
    await deployFeed(m, { period: 600, window: 600, rounds: 1, answerDecimals: 0, minLiquidity: 2n ** 128n - 1n });
    await deployFeed(m, { period: 86_400, window: 86_400, rounds: 1, secondsPerBlock: 86_400 });
  });

  it("a pool with one observation too few is refused, and told how many it needs; one more is enough", async () => {
    const m = await fixture((connection) => createPool(connection, { cardinality: CARDINALITY - 1 }))();
    await expectRevert(deployFeed(m), "CardinalityTooLow", [BigInt(CARDINALITY - 1), BigInt(CARDINALITY)]);
    await load().then(deployFeed);
  });

  it("a fresh pool, and one that was never begun, keep too little", async () => {
    const fresh = await fixture((connection) => createPool(connection))();
    await expectRevert(deployFeed(fresh), "CardinalityTooLow", [1n, BigInt(CARDINALITY)]);
  });

  it("more observations than a pool can have are asked of none", async () => {
    const m = await load();
    await expectRevert(deployFeed(m, { rounds: 65_535 }), "CardinalityTooLow", [BigInt(CARDINALITY), 19_660_951n]);
  });

  it("a token the pool does not trade is refused, and so is one without decimals or with too many", async () => {
    const m = await load();
    await expectRevert(deployFeed(m, { base: m.trader.address }), "NotInPool", [m.trader.address, m.pool.address]);
    const many = await fixture((connection) => createPool(connection, { cardinality: CARDINALITY, decimals: [18, 37] }))();
    await expectRevert(deployFeed(many), "ConfigOutOfRange", ["decimals of a token", 37n, 0n, 36n]);
    await setCode(m, m.token1, "0x");
    expect(await deployFeed(m).catch((error: unknown) => error)).to.be.instanceOf(Error);
  });

  it("what it is made of can be read", async () => {
    const m = await load();
    const feed = await deployFeed(m, { base: m.token1 });
    expect([await feed.read.BASE(), await feed.read.QUOTE()].map((one) => one.toLowerCase())).to.deep.equal([m.token1, m.token0]);
    expect(await Promise.all([feed.read.PERIOD(), feed.read.WINDOW(), feed.read.MIN_LIQUIDITY()])).to.deep.equal([3_600n, 1_800n, 1_000n]);
    expect((await feed.read.POOL()).toLowerCase()).to.equal(m.pool.address.toLowerCase());
  });
});

describe("liquidity of the pool", () => {
  const load = fixture(async (connection) => {
    const m = await createPool(connection, { cardinality: CARDINALITY, liquidity: 1_024n });
    return { ...m, start: ((await now(m)) / PERIOD + 4n) * PERIOD };
  });

  /** ⌊window · 2^128 / Σ seconds · 2^128 / liquidity⌋, where every liquidity is a power of two and the pool rounds nothing. */
  const harmonicMean = (spans: readonly (readonly [seconds: bigint, liquidity: bigint])[]): bigint =>
    (WINDOW << 128n) / spans.reduce((sum, [seconds, liquidity]) => sum + (seconds << 128n) / liquidity, 0n);

  it("is its harmonic mean over the window: at the minimum it passes, with one more asked it does not", async () => {
    const m = await load();
    // A third of the window with eight times as much.
    await nextBlockAt(m, m.start - 1_200n);
    await provide(m, 7_168n);
    await nextBlockAt(m, m.start - 600n);
    await withdraw(m, 7_168n);
    await goTo(m, m.start + 5n);
    const mean = harmonicMean([
      [600n, 1_024n],
      [600n, 8_192n],
      [600n, 1_024n],
    ]);
    expect(mean).to.equal(1_445n);
    const [enough, tooLittle] = [await deployFeed(m, { minLiquidity: mean }), await deployFeed(m, { minLiquidity: mean + 1n })];
    expect((await enough.read.latestRoundData())[0]).to.equal(m.start / PERIOD);
    await expectRevert(tooLittle.read.latestRoundData(), "LiquidityTooLow", [mean, mean + 1n]);
  });

  it("that was there for a moment does not count, and neither does what was there but for one block", async () => {
    const m = await load();
    const feed = await deployFeed(m, { minLiquidity: 1_025n });
    await nextBlockAt(m, m.start - 100n);
    await provide(m, 10n ** 30n);
    await nextBlockAt(m, m.start - 100n);
    await withdraw(m, 10n ** 30n);
    await goTo(m, m.start);
    await expectRevert(feed.read.latestRoundData(), "LiquidityTooLow", [1_024n, 1_025n]);
    // A billion times as much all the while, and none for twelve seconds.
    await provide(m, 10n ** 12n - 1_024n);
    const [gone, back] = [m.start + PERIOD - 600n, m.start + PERIOD - 588n];
    await nextBlockAt(m, gone);
    await withdraw(m, 10n ** 12n);
    await nextBlockAt(m, back);
    await provide(m, 10n ** 12n);
    await goTo(m, m.start + PERIOD);
    await expectRevert(feed.read.latestRoundData(), "LiquidityTooLow", [149n, 1_025n]);
  });

  it("none at all is too little for any feed: the pool counts it as 1", async () => {
    const m = await load();
    const feed = await deployFeed(m, { minLiquidity: 2n });
    await withdraw(m, 1_024n);
    await goTo(m, m.start);
    await expectRevert(feed.read.latestRoundData(), "LiquidityTooLow", [1n, 2n]);
  });
});

describe("manipulation of the pool", () => {
  it("within one transaction moves nothing, however far it goes", async () => {
    const m = await evenTwap();
    const before = await m.feed.read.latestRoundData();
    for (const time of [m.start + PERIOD - 900n, m.start + PERIOD]) {
      await nextBlockAt(m, time);
      await m.trader.write.spike([m.pool.address, sqrtPriceX96(MAX_TICK - 1)]);
    }
    await goTo(m, m.start + PERIOD);
    expect((await m.feed.read.latestRoundData())[1]).to.equal(before[1]);
  });

  for (const [name, tickFrom] of TARGETS) {
    for (const blocks of HELD_BLOCKS) {
      const held = blocks * BLOCK;
      it(`held for ${blocks} blocks of 12 s at ${name} moves a 30-minute mean by exactly its share`, async () => {
        const m = await evenTwap();
        const end = m.start + PERIOD;
        await holdAt(m, tickFrom(0), 0, held, end);
        await expectPrice(m.feed, end / PERIOD, BigInt(tickFrom(0)) * held, 18n);
      });
    }
  }

  it("beyond where the liquidity ends leaves no price, unless the attacker's own is there", async () => {
    const real = 10n ** 18n;
    const m = await fixture((connection) => createPool(connection, { cardinality: CARDINALITY, liquidity: 0n }))();
    await provide(m, real, -9_960, 9_960);
    await nextBlockAt(m, (await now(m)) + BLOCK);
    await m.trader.write.moveTo([m.pool.address, sqrtPriceX96(1)]);
    const feed = await deployFeed(m, { minLiquidity: real / 10n, answerDecimals: 18 });
    const start = ((await now(m)) / PERIOD + 4n) * PERIOD;
    await tradeTo(m, -500_000, start - 900n);
    await tradeTo(m, 1, start - 888n);
    await goTo(m, start);
    await expectRevert(feed.read.latestRoundData(), "LiquidityTooLow", [149n, real / 10n]);
    // His own, as narrow as can be, for which he needs next to nothing there; it carries the twelve seconds and bounds nothing.
    await provide(m, real, -500_040, -499_980);
    await tradeTo(m, -500_000, start + PERIOD - 900n);
    await tradeTo(m, 1, start + PERIOD - 888n);
    await goTo(m, start + PERIOD);
    await expectPrice(feed, start / PERIOD + 1n, -500_000n * BLOCK + (WINDOW - BLOCK), 18n);
  });

  it("buys no size: a mean that was pulled down by 10 % makes the guard allow less money and fewer units than before", async () => {
    const m = await fixture(async (connection) => {
      const twap = await createTwap(connection, { decimals: [18, 6], tick: ETH_TICK });
      return { ...twap, ...(await guardOn(connection, twap.feed.address, { heartbeat: PERIOD })) };
    })();
    await poke(m);
    await goTo(m, m.start + 30n * PERIOD);
    await poke(m);
    const [long, short] = [position({ sizeAfter: 1n }), position({ sizeAfter: -1n })];
    const before = [await preview(m, long), await preview(m, short)];
    // One window at −10 % of a half: 1 054 ticks for the whole of it.
    const end = ((await now(m)) / PERIOD + 1n) * PERIOD;
    await tradeTo(m, ETH_TICK - 1_054, end - WINDOW);
    await tradeTo(m, ETH_TICK, end);
    const after = [await preview(m, long), await preview(m, short)];
    for (const [index, verdict] of after.entries()) {
      const earlier = before[index];
      if (earlier === undefined) throw new Error("no verdict");
      expect(Number(verdict.price) / Number(earlier.price)).to.be.within(0.899, 0.901);
      expect(verdict.variance > 10n * earlier.variance, "variance").to.equal(true);
      expect(verdict.limitSize < earlier.limitSize, "size").to.equal(true);
    }
  });
});

describe("a guard on a pool", () => {
  describeAdapter(TWAP);

  const load = fixture(async (connection) => {
    const m = await createGuardedTwap(connection);
    await poke(m);
    return m;
  });

  it("stores the next round by itself, and walks the ones between by poke", async () => {
    const m = await load();
    const first = await word(m);
    await goTo(m, (await now(m)) + 1_800n);
    await enforce(m, position({ sizeAfter: 1n }));
    const next = await word(m);
    expect(next).to.not.equal(first);
    await goTo(m, (await now(m)) + 18_000n);
    await enforce(m, position({ sizeAfter: 1n }));
    expect(await word(m), "rounds between were missed").to.equal(next);
    await poke(m);
    expect(await word(m)).to.not.equal(next);
  });

  it("has no price while liquidity was too low, and one again afterwards", async () => {
    const m = await load();
    await drain(m);
    await expectBlackout(m);
    await goTo(m, (await now(m)) + 1_800n);
    await enforce(m, position({ sizeAfter: 1n }));
    await expectAgreement(m, [position({ sizeAfter: wad(1) }), position({ sizeAfter: -wad(1_000_000) })]);
  });

  it("walks past a round without liquidity, which is a gap and hides none of those before", async () => {
    const m = await load();
    const first = ((await now(m)) / 1_800n + 1n) * 1_800n;
    const start = await word(m);
    await tradeTo(m, ETH_TICK + 500, first + 10n);
    await nextBlockAt(m, first + 3n * 1_800n - 500n);
    await withdraw(m, 10n ** 18n);
    await nextBlockAt(m, first + 3n * 1_800n - 400n);
    await provide(m, 10n ** 18n);
    await goTo(m, first + 6n * 1_800n);
    const thin = first / 1_800n + 3n;
    expect(await m.twap.read.getRoundData([thin])).to.deep.equal([thin, 0n, thin * 1_800n - SHORT_WINDOW, thin * 1_800n, 0n]);
    await poke(m);
    const parameters = volatilityParameters(m.policy);
    let expected = start;
    for (const index of [0n, 1n, 2n, 4n, 5n, 6n]) {
      const [, answer, , updatedAt] = await m.twap.read.getRoundData([first / 1_800n + index]);
      const observe = index === 4n ? updateAcrossGap : updateVolatility;
      expected = observe(expected, answer * 10n ** 10n, updatedAt, parameters);
    }
    expect(await word(m)).to.equal(expected);
  });

  it("is no blackout when the pool answers well formed and with more than was asked: what is wrong above is wrong for its own reason", async () => {
    const m = await load();
    for (const answer of [observed(BigInt(ETH_TICK)), [...observed(BigInt(ETH_TICK)), 7n]]) {
      await setCode(m, m.pool.address, answering(words(...answer)));
      const [, price] = await m.twap.read.latestRoundData();
      expect(isTickPriceUp(price, tickPrice(BigInt(ETH_TICK), 1n, 20n))).to.equal(true);
    }
    for (const tick of [BigInt(MAX_TICK), -BigInt(MAX_TICK)]) {
      await setCode(m, m.pool.address, answering(words(...observed(tick))));
      const reason = await revertName(m.twap.read.latestRoundData()).catch(() => "none");
      expect(reason, "the largest ticks are ticks").to.be.oneOf(["none", "AnswerTooSmall"]);
    }
  });

  it("says why: a pool that does not answer was not observed, one that answers nonsense is unusable", async () => {
    const m = await load();
    const start = ((await now(m)) / 1_800n) * 1_800n - SHORT_WINDOW;
    for (const [name, code] of [...FAULTY_SOURCES, TOO_SHORT]) {
      // These two are long enough for an answer, and no pool's.
      if (/zeros|ones/.test(name)) continue;
      await setCode(m, m.pool.address, code);
      await expectRevert(m.twap.read.latestRoundData(), "NotObserved", [start]);
    }
    for (const [, code] of MALFORMED) {
      await setCode(m, m.pool.address, code);
      await expectRevert(m.twap.read.latestRoundData(), "SourceUnusable", [m.pool.address]);
    }
  });

  it("poked with any amount of gas walks all rounds or none: nobody has it skip one", async () => {
    const m = await load();
    const start = await now(m);
    // A crash that came and went, each within a round of its own.
    await tradeTo(m, ETH_TICK - 3_000, start + 1_900n);
    await tradeTo(m, ETH_TICK, start + 3_700n);
    await goTo(m, start + 9_000n);
    const before = await word(m);
    const snapshot = await m.connection.networkHelpers.takeSnapshot();
    await poke(m);
    const [whole, enough] = [await word(m), await lastGas(m)];
    let poked = 0;
    for (let gas = 30_000n; gas < 2n * enough; gas += enough / 60n) {
      await snapshot.restore();
      const went = await m.guard.write.poke([ETH_USD], { gas }).then(
        () => true,
        () => false,
      );
      expect(await word(m), `with ${gas} gas`).to.equal(went ? whole : before);
      if (went) poked++;
    }
    expect(poked).to.be.within(30, 110);
  });

  const lastGas = async (m: Awaited<ReturnType<typeof load>>): Promise<bigint> => {
    const block = await m.publicClient.getBlock();
    return block.gasUsed;
  };
});

describe("gas of a pool's feed", () => {
  /** The pool's storage: its first word, where its observations begin, and how many there can be. */
  const [SLOT0, OBSERVATIONS, LARGEST] = [0n, 8n, 65_535];

  it("grows with the logarithm of the pool's observations", async function () {
    const m = await ethTwap();
    const small = await coldGas(m.connection, m.feed.address);
    const looked = await fillArray(m, await now(m));
    const large = await coldGas(m.connection, m.feed.address);
    expect(looked).to.be.above(30);
    expect(Number(small)).to.be.below(25_000);
    expect(Number(large)).to.be.within(80_000, 130_000);
    this.runnable().title += `: latestRoundData costs ${small} cold in a quiet pool, ${large} with ${LARGEST} observations of a second each`;
  });

  /** Writes the observations a search looks at, as if the pool had been traded in each of the last 65 535 seconds. */
  async function fillArray(m: Awaited<ReturnType<typeof ethTwap>>, time: bigint): Promise<number> {
    const { networkHelpers } = m.connection;
    const newest = LARGEST - 1;
    const timeOf = (index: number): bigint => time - BigInt(newest - index);
    const looked = new Set<number>([0, newest]);
    for (const target of [(time / PERIOD) * PERIOD - WINDOW, (time / PERIOD) * PERIOD]) {
      for (let [low, high] = [0, newest]; low <= high; ) {
        const middle = Math.floor((low + high) / 2);
        looked.add(middle).add(middle + 1);
        if (timeOf(middle) > target) high = middle - 1;
        else low = timeOf(middle + 1) < target ? middle + 1 : newest + 1;
      }
    }
    for (const index of looked) {
      const perLiquidity = (BigInt(index + 1) << 128n) / 10n ** 18n;
      const sum = BigInt.asUintN(56, BigInt(ETH_TICK) * BigInt(index + 1));
      const packed = (1n << 248n) | (perLiquidity << 88n) | (sum << 32n) | timeOf(index);
      await networkHelpers.setStorageAt(m.pool.address, OBSERVATIONS + BigInt(index), packed);
    }
    const current = BigInt(await networkHelpers.getStorageAt(m.pool.address, SLOT0));
    const fields = (BigInt(newest) | (BigInt(LARGEST) << 16n) | (BigInt(LARGEST) << 32n)) << 184n;
    await networkHelpers.setStorageAt(m.pool.address, SLOT0, (current & ~(((1n << 48n) - 1n) << 184n)) | fields);
    return looked.size;
  }
});
