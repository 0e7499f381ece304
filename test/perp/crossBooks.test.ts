import { expect } from "chai";
import type { Hex } from "viem";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  createExchange,
  deposit,
  type Exchange,
  idOf,
  LISTINGS,
  later,
  marketOf,
  placeOrder,
  stated,
  TOKEN,
  trade,
  W,
} from "../helpers/crossMarket.ts";
import { CrossModel } from "../helpers/crossModel.ts";
import { eventsOf, fixture, from, holdClock, now, type Trader, wad } from "../helpers/market.ts";

const NAMES = Object.keys(LISTINGS);
const POOL = 200_000n;

/** A small pool, so that it runs dry, and traders with ten thousand each. */
const build = (mode: "Off" | "Enforce") =>
  fixture(async (connection) => {
    const listings = Object.fromEntries(Object.entries(LISTINGS).map(([name, listing]) => [name, { ...listing, policy: { mode } }]));
    const m = await createExchange(connection, listings);
    await m.perp.write.redeem([(await m.perp.read.totalShares()) - POOL * W]);
    for (const trader of [m.alice, m.bob, m.carol]) await deposit(m, trader, 10_000n);
    return m;
  });

interface Walk {
  readonly m: Exchange;
  readonly model: CrossModel;
  readonly random: Random;
  /** What makes accounts liquidatable: under the guard it takes more. */
  readonly jump: number;
  readonly prices: { ETH: number; BTC: number };
  readonly done: Record<string, number>;
}

/** The model at the state of the chain, where traders have deposited and not traded. */
async function begin(m: Exchange, random: Random, jump: number): Promise<Walk> {
  const model = new CrossModel(await m.perp.read.pool(), TOKEN);
  for (const name of NAMES) {
    model.list(name, marketOf(m, name).terms, (await m.perp.read.marketData([idOf(name)])).fundingTime);
    model.setPrice(name, wad(LISTINGS[name]?.price ?? 0));
  }
  for (const { account } of [m.alice, m.bob, m.carol]) model.move(account.address, 10_000n * W);
  return { m, model, random, jump, prices: { ETH: 2_000, BTC: 60_000 }, done: {} };
}

async function timeOf(m: Exchange, hash: Hex): Promise<bigint> {
  const { blockNumber } = await m.publicClient.getTransactionReceipt({ hash });
  return (await m.publicClient.getBlock({ blockNumber })).timestamp;
}

/** What is refused must change nothing, which the comparison after it shows; what is not is counted. */
async function attempt(walk: Walk, kind: string, sent: Promise<Hex>): Promise<Hex | undefined> {
  const hash = await sent.catch(() => undefined);
  if (hash) walk.done[kind] = (walk.done[kind] ?? 0) + 1;
  return hash;
}

async function movePrices(walk: Walk, factor: number): Promise<void> {
  const { prices, random, m, model } = walk;
  prices.ETH = Math.round(prices.ETH * factor * 100) / 100;
  prices.BTC = Math.round(prices.BTC * (1 + (factor - 1) / 2) * 100) / 100;
  await later(m, random.between(1n, 7_200n), prices);
  for (const name of NAMES) model.setPrice(name, wad(name === "BTC" ? prices.BTC : prices.ETH));
  walk.done["a price move"] = (walk.done["a price move"] ?? 0) + 1;
}

const someSize = ({ random }: Walk, name: string): bigint =>
  (random.oneIn(2) ? 1n : -1n) *
  (random.oneIn(3) ? random.logBetween(1n, wad(30)) : random.between(1n, name === "BTC" ? wad(0.6) : wad(20)));

/** A market in which something pends, where there is one. */
function somePending({ model, random }: Walk, { account }: Trader): string {
  const pending = NAMES.filter((name) => model.of(account.address, name).order !== 0n);
  return random.pick(pending.length > 0 ? pending : NAMES);
}

const ACTIONS: Record<string, (walk: Walk, trader: Trader) => Promise<void>> = {
  deposit: async (walk, trader) => {
    const tokens = walk.random.between(1n, 500n * 10n ** 6n);
    if (await attempt(walk, "deposit", walk.m.perp.write.deposit([tokens], from(trader))))
      walk.model.move(trader.account.address, tokens * TOKEN);
  },
  withdraw: async (walk, trader) => {
    const tokens = walk.random.between(1n, 500n * 10n ** 6n);
    if (await attempt(walk, "withdraw", walk.m.perp.write.withdraw([tokens], from(trader))))
      walk.model.move(trader.account.address, -tokens * TOKEN);
  },
  trade: async (walk, trader) => {
    const name = walk.random.pick(NAMES);
    const { size } = walk.model.of(trader.account.address, name);
    const delta = walk.random.oneIn(4) ? -size : someSize(walk, name);
    const hash = await attempt(walk, "trade", trade(walk.m, trader, name, delta));
    if (hash) walk.model.trade(trader.account.address, name, delta, await timeOf(walk.m, hash));
  },
  placeOrder: async (walk, trader) => {
    const name = walk.random.pick(NAMES);
    const size = someSize(walk, name);
    if (await attempt(walk, "placeOrder", placeOrder(walk.m, trader, name, size))) walk.model.order(trader.account.address, name, size);
  },
  cancelOrder: async (walk, trader) => {
    const name = somePending(walk, trader);
    const hash = await attempt(walk, "cancelOrder", walk.m.perp.write.cancelOrder([idOf(name)], from(trader)));
    if (hash) walk.model.order(trader.account.address, name, 0n);
  },
  fillOrder: async (walk, trader) => {
    const name = somePending(walk, trader);
    const filled = walk.m.perp.write.fillOrder([trader.account.address, idOf(name)], from(walk.m.keeper));
    const hash = await attempt(walk, "fillOrder", filled);
    if (hash) walk.model.fill(trader.account.address, name, await timeOf(walk.m, hash));
  },
  "a price move": (walk) => movePrices(walk, 0.97 + walk.random.below(61) / 1_000),
  liquidate: async (walk) => {
    // A jump that makes leveraged accounts liquidatable, those that are, and a jump back.
    const factor = walk.random.oneIn(2) ? 1 + walk.jump : 1 - walk.jump;
    await movePrices(walk, factor);
    for (const { account } of [walk.m.alice, walk.m.bob, walk.m.carol]) {
      await holdClock(walk.m);
      const isDue = walk.model.isLiquidatable(account.address, await now(walk.m));
      const hash = await attempt(walk, "liquidate", walk.m.perp.write.liquidate([account.address], from(walk.m.keeper)));
      expect(hash !== undefined, "liquidated as the model says").to.equal(isDue);
      if (!hash) continue;
      const reward = walk.model.liquidate(account.address, await timeOf(walk.m, hash));
      expect((await eventsOf(walk.m, hash, "Transfer")).map(({ args }) => args.value)).to.deep.equal([reward / TOKEN]);
      await deposit(walk.m, { account }, 10_000n);
      walk.model.move(account.address, 10_000n * W);
    }
    await movePrices(walk, 1 / factor);
  },
};

async function expectSameBooks({ m, model }: Walk, what: string): Promise<void> {
  const owners = [m.alice, m.bob, m.carol].map(({ account }) => account.address);
  expect(await m.perp.read.pool(), `${what}: pool`).to.equal(model.pool);
  let claims = model.pool;
  for (const owner of owners) {
    claims += model.collateralOf(owner);
    expect(await m.perp.read.collateral([owner]), `${what}: collateral`).to.equal(model.collateralOf(owner));
    expect(await m.perp.read.heldMarkets([owner]), `${what}: markets`).to.deep.equal(model.heldBy(owner).map(idOf).sort());
  }
  for (const name of NAMES) {
    const { long, short, cost } = model.openInterest(owners, name);
    const data = await m.perp.read.marketData([idOf(name)]);
    expect([data.longOpenInterest, data.shortOpenInterest, data.totalCost], `${what}: ${name}`).to.deep.equal([long, short, cost]);
  }
  // Six decimals: nothing is rounded between tokens and quote, so that nothing at all may be missing.
  expect((await m.token.read.balanceOf([m.perp.address])) * TOKEN, `${what}: tokens`).to.equal(claims);
}

async function expectSamePosition({ m, model }: Walk, { account }: Trader, name: string, what: string): Promise<void> {
  const { size, cost, fundingEntry, order } = model.of(account.address, name);
  expect(await m.perp.read.position([idOf(name), account.address]), `${what}: ${name}`).to.deep.equal({
    size,
    cost,
    collateral: 0n,
    fundingEntry,
  });
  expect(await m.perp.read.orders([idOf(name), account.address]), `${what}: order`).to.equal(order);
  const [position] = await stated(m, { account }, name, 0n);
  expect(position.equity, `${what}: what backs ${name}`).to.equal(model.equity(account.address, name, await now(m)));
}

/** By how often they happen. Liquidations are dear: a jump of the prices, and back. */
const KINDS = Object.entries({
  trade: 6,
  placeOrder: 3,
  fillOrder: 2,
  cancelOrder: 1,
  deposit: 1,
  withdraw: 2,
  "a price move": 2,
  liquidate: 1,
}).flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind));

describe(`any sequence of actions with cross margin (SEED=${SEED})`, () => {
  const STEPS = 160;
  for (const [mode, jump] of [
    ["Off", 0.25],
    ["Enforce", 0.7],
  ] as const) {
    it(`keeps collateral and pool together equal to the tokens held, and everything what the model says, with the guard in ${mode}`, async () => {
      const m = await build(mode)();
      const random = new Random(SEED, `cross books ${mode}`);
      const walk = await begin(m, random, jump);
      await expectSameBooks(walk, "at the beginning");
      for (let step = 0; step < STEPS; step++) {
        const trader = random.pick([m.alice, m.bob, m.carol]);
        const kind = random.pick(KINDS);
        await ACTIONS[kind]?.(walk, trader);
        await expectSameBooks(walk, `step ${step}, ${kind}`);
        await expectSamePosition(walk, trader, random.pick(NAMES), `step ${step}, ${kind}`);
      }
      // Under the guard it may be that nobody gets so far.
      for (const kind of Object.keys(ACTIONS).filter((one) => mode === "Off" || one !== "liquidate")) {
        expect(walk.done[kind] ?? 0, `${kind} never happened: ${JSON.stringify(walk.done)}`).to.be.greaterThan(0);
      }
    });
  }
});

describe("the pool of a cross-margin exchange", () => {
  it("pays no more than it has, says what it could not, and nets what one account wins and loses", async () => {
    const m = await build("Off")();
    await m.perp.write.redeem([(await m.perp.read.totalShares()) - 100n * W]);
    const pool = await m.perp.read.pool();
    await trade(m, m.alice, "ETH", wad(10));
    await later(m, 60n, { ETH: 2_100, BTC: 60_000 });
    const hash = await trade(m, m.alice, "ETH", -wad(10));
    // 1 000 won; the pool had what was left, and the fee of 10. The fee of the close is netted.
    const paid = pool + wad(10);
    expect((await eventsOf(m, hash, "ProfitUnpaid")).map(({ args }) => args.amount)).to.deep.equal([wad(1_000) - wad(10.5) - paid]);
    expect(await m.perp.read.pool()).to.equal(0n);
    expect(await m.perp.read.collateral([m.alice.account.address])).to.equal(10_000n * W - wad(10) + paid);
  });

  it("is worth what it would have if everything closed at the fresh prices, and is not traded without them", async () => {
    const m = await build("Off")();
    const before = await m.perp.read.poolValue();
    await trade(m, m.alice, "SQUARED", wad(3));
    await trade(m, m.bob, "BTC", -wad(0.1));
    await later(m, 60n, { ETH: 2_200, BTC: 59_000 });
    // Alice wins 3 · (2 420 − 2 000), Bob 100; fees of 3 and 3.
    expect(await m.perp.read.poolValue()).to.equal(before + wad(6) - wad(1_260) - wad(100));
  });
});
