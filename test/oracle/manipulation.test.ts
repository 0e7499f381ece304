/** What it buys to choose when a guard observes, to hold a pool, and to control one of several sources. What is found is docs/oracle-manipulation.md. */
import { expect } from "chai";
import { isUsable } from "../../sdk/src/guard/sizing.ts";
import { unpackVolatilityWord, updateAcrossGap, updateVolatility, variance as varianceOfWord } from "../../sdk/src/math/index.ts";
import { guardOn, poke, word } from "../helpers/adapters.ts";
import { Random } from "../helpers/corpus.ts";
import { DEFAULTS } from "../helpers/differentialVolatility.ts";
import { expectDocument, grouped, paragraphs, table } from "../helpers/document.ts";
import { scaled, write } from "../helpers/feedSources.ts";
import { createPlain } from "../helpers/feeds/plain.ts";
import { BLOCK, createTwap, ETH_TICK, HELD_BLOCKS, holdAt, PERIOD, TARGETS } from "../helpers/feeds/uniswapV3Twap.ts";
import { lyingMinority, lyingPrimary } from "../helpers/manipulation/liars.ts";
import { type Effect, everyLie } from "../helpers/manipulation/lies.ts";
import { bought, makeFamiliar, priceShare, type Sizes, sizes } from "../helpers/manipulation/market.ts";
import {
  fastShare,
  type Path,
  pokedBetween,
  RECORDED_EVERY,
  recordedFirst,
  type Shown,
  STEP,
  sights,
  simulated,
  sizeBought,
  withWildHours,
} from "../helpers/manipulation/path.ts";
import { chainlinkRounds, type Gains, meanRounds, recordedRounds, timingGains } from "../helpers/manipulation/timing.ts";
import { type Connection, fixture, goTo, now, position, preview, START_PRICE } from "../helpers/market.ts";

const FILE = "test/oracle/manipulation.test.ts";
/** The document's own: it must not move with the seed of the other tests. */
const DOCUMENT_SEED = 20_200_312;
const [HOUR, DAY] = [3_600, 86_400];
const GAPS = [HOUR, 4 * HOUR] as const;

const lazily = <T>(make: () => T): (() => T) => {
  let kept: { readonly value: T } | undefined;
  return () => {
    kept ??= { value: make() };
    return kept.value;
  };
};

const steady = lazily(() => simulated(new Random(DOCUMENT_SEED, "manipulation"), 50 * DAY));
const wild = lazily(() => withWildHours(steady()));

/** A share as more or less than one, in per cent. */
const change = (share: number, digits = 0): string => {
  const value = ((share - 1) * 100).toFixed(digits);
  return /^-?0(\.0+)?$/.test(value) ? "0 %" : `${value.startsWith("-") ? "−" : "+"}${value.replace("-", "")} %`;
};

describe("when a guard observes a feed that writes its own rounds", () => {
  it("changes nothing of what is stored once somebody has poked: all rounds are walked, whoever poked before", async () => {
    const load = fixture(createPlain);
    const ends: bigint[] = [];
    const random = new Random(DOCUMENT_SEED, "pokes");
    for (let order = 0; order < 6; order++) {
      const m = await load();
      const start = await now(m);
      await write(m, m.source, START_PRICE, start);
      await poke(m);
      for (let round = 1; round <= 24; round++) {
        await goTo(m, start + BigInt(600 * round));
        await write(m, m.source, START_PRICE * (round % 3 === 0 ? 0.97 : 1), start + BigInt(600 * round));
        if (order > 0 && random.oneIn(order)) await poke(m);
      }
      await poke(m);
      ends.push(await word(m));
    }
    expect(new Set(ends).size).to.equal(1);
  });

  it("is on chain as it is simulated: the latest round after any that somebody poked last, and the gap after a heartbeat", async () => {
    const rounds = chainlinkRounds(steady()).slice(0, 40);
    const m = await fixture(createPlain)();
    const start = await now(m);
    const show = async (index: number): Promise<void> => {
      const { time, value } = rounds[index] ?? expect.fail("no round");
      await goTo(m, start + BigInt(time));
      await write(m, m.source, START_PRICE * Math.exp(value), start + BigInt(time));
    };
    await show(0);
    await poke(m);
    const random = new Random(DOCUMENT_SEED, "on chain");
    let [last, known] = [0, await word(m)];
    let skipped = 0;
    for (let index = 1; index < rounds.length; index++) {
      await show(index);
      const isAcross = (rounds[index]?.time ?? 0) - (rounds[last]?.time ?? 0) > Number(m.policy.heartbeat);
      const { price, variance } = await preview(m, position({ sizeAfter: 1n }));
      const time = start + BigInt(rounds[index]?.time ?? 0);
      const expected = (isAcross ? updateAcrossGap : updateVolatility)(known, price, time, DEFAULTS);
      const floor = unpackVolatilityWord(expected).samples < 24n ? DEFAULTS.initialVariance : 0n;
      const sized = varianceOfWord(expected, DEFAULTS);
      expect(variance).to.equal(sized > floor ? sized : floor);
      if (index - last > 1) skipped++;
      if (!random.oneIn(4)) continue;
      await poke(m);
      [last, known] = [index, await word(m)];
    }
    expect(skipped).to.be.above(10);
  });

  it("buys a trader who stays away from it little before the keeper comes, and less the oftener he does", () => {
    for (const { feed, market, gains } of timings()) {
      for (const [index, { mean, largest }] of gains.entries()) {
        expect(mean, `${feed}, ${market}`).to.be.within(0, 0.25);
        expect(largest).to.be.at.least(mean);
        if (index > 0) expect(mean).to.be.at.least((gains[index - 1]?.mean ?? 0) - 0.005);
      }
    }
  });
});

/** Rounds of the feeds a guard may walk, and the heartbeat of each one's policy. */
const ROUNDS: readonly (readonly [feed: string, heartbeat: number, rounds: (path: Path) => ReturnType<typeof chainlinkRounds>])[] = [
  ["Chainlink-shaped, 0.5 % or an hour", 3_900, (path) => chainlinkRounds(path)],
  ["recorded every ten minutes (Pyth, RedStone, median, share)", 3_900, (path) => recordedRounds(path, RECORDED_EVERY)],
  ["Uniswap v3, hourly means over half an hour", 3_600, (path) => meanRounds(path, HOUR, HOUR / 2)],
];

const timings = lazily(() =>
  ROUNDS.flatMap(([feed, heartbeat, rounds]) =>
    (
      [
        ["60 % a year", steady()],
        ["and four times that for an hour a day", wild()],
      ] as const
    ).map(([market, path]) => ({ feed, market, gains: GAPS.map((gap): Gains => timingGains(rounds(path), heartbeat, gap)) })),
  ),
);

/** Ways to show a guard the calmest of the prices that were signed. */
const CHOICES: readonly (readonly [who: string, places: (path: Path, from: number, to: number) => number[]])[] = [
  ["records before a keeper who is 12 s late", (path, from, to) => recordedFirst(path, 12, from, to)],
  ["records before a keeper who is 5 minutes late", (path, from, to) => recordedFirst(path, 300, from, to)],
  ["records before a keeper who comes every hour", (path, from, to) => recordedFirst(path, HOUR - RECORDED_EVERY, from, to)],
  ["records before a keeper who comes every 4 hours", (path, from, to) => recordedFirst(path, 4 * HOUR - RECORDED_EVERY, from, to)],
  ["pokes once between a keeper's recordings on time", (path, from, to) => pokedBetween(path, 1, from, to)],
  ["pokes four times between a keeper's recordings on time", (path, from, to) => pokedBetween(path, 4, from, to)],
];
/** Blocks over which the share that is left is measured: 25 days. */
const LONG_RUN = (25 * DAY) / STEP;
const STRETCHES = [4 * HOUR, DAY, 7 * DAY] as const;

interface Calmed {
  readonly who: string;
  readonly left: number;
  readonly bought: readonly number[];
}

function calmed(who: string, honest: Shown, chosen: Shown): Calmed {
  const path = steady();
  return {
    who,
    left: fastShare(chosen(0, LONG_RUN)) / fastShare(honest(0, LONG_RUN)),
    bought: STRETCHES.map((seconds) => sizeBought(path, seconds, honest, chosen, 8)),
  };
}

const choices = lazily(() => {
  const path = steady();
  const honest: Shown = (from, to) => sights(path, recordedFirst(path, 0, from, to));
  return CHOICES.map(([who, places]) => calmed(who, honest, (from, to) => sights(path, places(path, from, to))));
});

const calmers = lazily(() => {
  const path = steady();
  const cases = [
    ["the primary of a FallbackFeed, band 2 %", lyingPrimary(path, 0.02)],
    ["1 of 3 in a MedianFeed", lyingMinority(path, 3, 1)],
    ["2 of 5 in a MedianFeed", lyingMinority(path, 5, 2)],
  ] as const;
  return cases.map(([who, { honest, lying }]) => calmed(who, honest, lying));
});

describe("who chooses the prices a guard is shown", () => {
  it("leaves less of the variance the later the keeper, and what that buys grows with the days he keeps it up", () => {
    const late = choices().slice(0, 4);
    for (const [index, { left }] of late.entries()) expect(left).to.be.below(late[index - 1]?.left ?? 1);
    for (const { who, bought: shares } of [...choices(), ...calmers()]) {
      for (const [index, share] of shares.entries()) expect(share, who).to.be.above((shares[index - 1] ?? 1) - 0.02);
    }
  });
});

/** What holding the pool did to a price, and to the sizes at the end of that hour, of the next, and four hours later. */
interface Held {
  readonly target: string;
  readonly seconds: bigint;
  readonly price: number;
  readonly sizes: readonly number[];
}

/** Bounds of a `ClampGuard` around the pool's feed, in whole quote units. */
const BOUNDS = [1_000, 4_000] as const;
/** Hours after the end of the window in which the pool was held. */
const HOURS = [0n, 1n, 4n] as const;

async function createHeld(connection: Connection, isBounded: boolean) {
  const twap = await createTwap(connection, { decimals: [18, 6], tick: ETH_TICK });
  const [low, high] = BOUNDS.map((price) => scaled(price, 8)) as [bigint, bigint];
  const feed = isBounded ? await connection.viem.deployContract("ClampGuard", [twap.feed.address, low, high]) : twap.feed;
  const m = { ...twap, ...(await guardOn(connection, feed.address, { heartbeat: PERIOD })) };
  await makeFamiliar(m);
  return m;
}
type Guarded = Awaited<ReturnType<typeof createHeld>>;

async function afterwards(m: Guarded, end: bigint): Promise<Sizes[]> {
  const seen: Sizes[] = [];
  for (const hour of HOURS) {
    await goTo(m, end + hour * PERIOD + 60n);
    // What is out of bounds or without digits is no price, and is not poked.
    await poke(m).catch(() => undefined);
    seen.push(await sizes(m));
  }
  return seen;
}

async function heldFrom(isBounded: boolean, heldBlocks: readonly bigint[]): Promise<Held[]> {
  const load = fixture((connection) => createHeld(connection, isBounded));
  const quiet = await load();
  const end = quiet.start + PERIOD;
  const honest = await afterwards(quiet, end);
  const found: Held[] = [];
  for (const [target, tickFrom] of TARGETS) {
    for (const blocks of heldBlocks) {
      const m = await load();
      await holdAt(m, tickFrom(ETH_TICK), ETH_TICK, blocks * BLOCK, end);
      const seen = await afterwards(m, end);
      const of = (measure: (one: Sizes, other: Sizes) => number): number[] =>
        seen.map((one, index) => measure(one, honest[index] as Sizes));
      found.push({ target, seconds: blocks * BLOCK, price: of(priceShare)[0] ?? 0, sizes: of(bought) });
    }
  }
  return found;
}

const holds = lazily(() => heldFrom(false, HELD_BLOCKS));
const boundedHolds = lazily(() => heldFrom(true, [24n]));

describe("who holds a pool at another price", () => {
  it("moves the mean, and buys no size unless he moves it so far that it means nothing", async () => {
    for (const { target, seconds, price, sizes: shares } of await holds()) {
      const name = `${seconds} s at ${target}`;
      if (price > 0.01) expect(shares[0], name).to.be.below(1.005);
      expect(shares[2], `${name}, four hours later`).to.be.below(1.005);
    }
  });

  it("buys none at all where the feed has bounds", async () => {
    for (const { target, sizes: shares } of await boundedHolds()) {
      for (const share of shares) expect(share, target).to.be.below(1.005);
    }
  });
});

const lies = lazily(everyLie);

describe("who controls some of several sources", () => {
  it("moves the price no further than what bounds him, and gets no more size for it than that", async () => {
    for (const { feed, lie, price, sizes: shares } of await lies()) {
      if (price > 0) expect(Math.max(...shares), `${feed}: ${lie}`).to.be.below(1 / price + 0.01);
      else expect(shares, `${feed}: ${lie}`).to.deep.equal([0, 0, 0]);
    }
  });
});

describe("docs/oracle-manipulation.md", () => {
  it("is what these runs found", async () => {
    await expectDocument("docs/oracle-manipulation.md", written(await holds(), await boundedHolds(), await lies()), FILE);
  });
});

const gain = (value: number): string => change(1 + value, 1);

function lieRow({ feed, lie, bound, seen, price, sizes: shares }: Effect): readonly string[] {
  const status = seen[0]?.status ?? "Invalid";
  const moved = isUsable(status) ? change(price, 1) : `none (${status})`;
  return [feed, lie, moved, ...shares.map((share) => (share === 0 ? "none" : change(share))), bound];
}

const calmRow = ({ who, left, bought: shares }: Calmed): readonly string[] => [
  who,
  left.toFixed(2),
  ...shares.map((share) => change(share)),
];

const HELD_HEADER = ["held at", "for", "the mean moves", "size at once", "an hour later", "four hours later"];

function heldRow({ target, seconds, price, sizes: shares }: Held): readonly string[] {
  const factor = price > 1 ? grouped(Math.round(price)) : price.toPrecision(2);
  const moved = price === 0 ? "no price" : price > 10 || price < 0.01 ? `to ${factor} times` : change(price, 2);
  return [target, `${seconds} s`, moved, ...shares.map((share) => (share === 0 ? "none" : change(share)))];
}

function written(held: readonly Held[], bounded: readonly Held[], told: readonly Effect[]): string {
  return paragraphs(
    "# What manipulation buys",
    `Written by \`${FILE}\`, and compared with it to the byte by every run of the tests; \`UPDATE_DOCS=1 npm test -- ${FILE}\` writes it anew. Sizes are the largest position of an account whose limit is the adverse move, in base units, as more or less than what the same guard allows where everybody is honest. Prices that are simulated are of 60 % a year in steps of 12 s, 50 days of them from a fixed seed (${DOCUMENT_SEED}), seen by the SDK's estimator, which is the contract's to the bit; means over them are good to about a tenth of what they say. What is said of pools and of lies is what deployed guards answered that knew their market, at 60 % a year too.`,
    "Nothing here moves the way out: a reduction asks no feed.",
    "## Who chooses when a guard observes",
    "A feed that writes its own rounds is walked: whoever pokes, and when, the stored variance after it is the same to the bit. Until the keeper comes, a trader can see to it that the guard last observed whichever round he likes, and trade at the latest one; what came between counts then as one move, and across a gap longer than the heartbeat never as calm. The table says how much larger that makes him, over all rounds at which he might trade: on average, once in a hundred rounds, and at most in 50 days. It lasts until anybody pokes. It is nothing where the keeper pokes after each round.",
    table(
      ["feed", "market", ...GAPS.flatMap((gap) => ["mean", "1 in 100", "largest"].map((what) => `${what}, keeper every ${gap / HOUR} h`))],
      timings().map(({ feed, market, gains }) => [
        feed,
        market,
        ...gains.flatMap(({ mean, rare, largest }) => [gain(mean), gain(rare), gain(largest)]),
      ]),
    ),
    "## Who chooses among the prices that may be brought",
    "On Pyth, and on a RedStone feed that anybody may write, who brings the prices knows the path so far and shows the guard the calmest he finds. *Left* is the share of the fast average that remains in the long run. The slow average, of a week, bounds what a short effort buys; what bounds a long one is `volatilityFloor`: the size is at most the true volatility over the floor.",
    table(["who", "left", "size after 4 h", "after a day", "after a week"], choices().map(calmRow)),
    "## Who holds a Uniswap v3 pool",
    "A pool's hourly feed over half an hour, held at another price for some blocks of the window by somebody who pays for it. One transaction moves nothing. A move of the mean is a return like any other, and the variance takes more than the price gave; but the variance has a largest value (2^72 − 1), and where the mean has fallen by a factor of thousands the units that a little money buys are more than before. What bounds them then is the cap on open interest in base units, scaled down by the move as far as that goes.",
    table(HELD_HEADER, held.map(heldRow)),
    `A \`ClampGuard\` around the feed leaves nothing of that. With bounds at ${BOUNDS.map(grouped).join(" and ")}:`,
    table(HELD_HEADER, bounded.map(heldRow)),
    "## Who controls one of several sources: the price",
    "Each lie is told every hour for a day. *Price* is what the guard then sizes by, against the truth, for as long as the lie is told. At first the variance takes more than the lie gave. Who goes on lying for days is left with what the price itself makes of the money: at half the price twice the units, and no more.",
    table(["feed", "lie", "price", "size at once", "after 4 h", "after a day", "what bounds it"], told.map(lieRow)),
    "## Who controls one of several sources: the variance",
    "Inside what the others leave him he keeps the price as calm as it gets: the others are honest sources that write on a move of 0.3 to 0.6 % or after an hour, and the price is recorded every ten minutes. The primary of a fallback moves only where it would leave the band.",
    table(["who controls", "left", "size after 4 h", "after a day", "after a week"], calmers().map(calmRow)),
  );
}
