import { expect } from "chai";
import type { Hex } from "viem";
import { abs, ceil, floor, max, min } from "../helpers/bookkeeping.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  CONFIG,
  createMarket,
  ETH_USD,
  eventOf,
  eventsOf,
  fixture,
  from,
  fund,
  laterRound,
  lower,
  nextBlockAt,
  now,
  START_PRICE,
  type TestMarket,
  type Trader,
  UINT256_MAX,
  wad,
  warmUp,
} from "../helpers/market.ts";

const W = 10n ** 18n;
const YEAR = 31_536_000n;

interface Holding {
  size: bigint;
  cost: bigint;
  collateral: bigint;
  fundingEntry: bigint;
}

/** One market's books as the documentation describes them, independent of the contracts' code. */
class Model {
  pool: bigint;
  shares: bigint;
  index = 0n;
  time: bigint;
  price = 0n;
  badDebt = 0n;
  readonly #unit: bigint;
  readonly #holdings = new Map<string, Holding>();

  constructor(poolWad: bigint, time: bigint, unit: bigint) {
    this.pool = poolWad;
    this.shares = poolWad;
    this.time = time;
    this.#unit = unit;
  }

  of(owner: Hex): Holding {
    const key = lower(owner);
    const known = this.#holdings.get(key) ?? { size: 0n, cost: 0n, collateral: 0n, fundingEntry: 0n };
    this.#holdings.set(key, known);
    return known;
  }

  get all(): Holding[] {
    return [...this.#holdings.values()];
  }

  get long(): bigint {
    return this.all.reduce((sum, { size }) => sum + max(size, 0n), 0n);
  }

  get short(): bigint {
    return this.all.reduce((sum, { size }) => sum + max(-size, 0n), 0n);
  }

  /** Trades and moves collateral; `flow` in WAD is what came in or went out. */
  modify(owner: Hex, time: bigint, price: bigint, delta: bigint, flow: bigint): void {
    const holding = this.#settle(owner, time, price);
    if (delta !== 0n) this.#trade(holding, delta, price);
    holding.collateral += flow;
    this.#writeOff(holding);
  }

  /** Closes and pays out whole token units. Returns what was paid, WAD. */
  close(owner: Hex, time: bigint, price: bigint): bigint {
    const holding = this.#settle(owner, time, price);
    this.#trade(holding, -holding.size, price);
    const paid = (max(holding.collateral, 0n) / this.#unit) * this.#unit;
    holding.collateral -= paid;
    this.#writeOff(holding);
    return paid;
  }

  liquidate(owner: Hex, time: bigint, price: bigint): bigint {
    const holding = this.#settle(owner, time, price);
    const notional = ceil(abs(holding.size) * price, W);
    this.#trade(holding, -holding.size, price);
    const penalty = floor(notional * CONFIG.liquidationPenalty, W);
    const reward = (min(penalty, max(holding.collateral, 0n)) / this.#unit) * this.#unit;
    holding.collateral -= reward;
    this.#writeOff(holding);
    return reward;
  }

  supply(amount: bigint, price: bigint): bigint {
    const minted = floor(amount * (this.shares + 1n), this.value(price) + 1n);
    this.pool += amount;
    this.shares += minted;
    return minted;
  }

  redeem(shares: bigint, price: bigint): bigint {
    const due = floor(shares * this.value(price), this.shares + 1n);
    const paid = (min(due, max(this.pool, 0n)) / this.#unit) * this.#unit;
    this.pool -= paid;
    this.shares -= shares;
    return paid;
  }

  /** What the pool is worth when every position is closed at this price. */
  value(price: bigint): bigint {
    const owed = ceil((this.long - this.short) * price, W) - this.all.reduce((sum, { cost }) => sum + cost, 0n);
    return max(this.pool - owed, 0n);
  }

  #settle(owner: Hex, time: bigint, price: bigint): Holding {
    const skew = this.long - this.short;
    const rate = floor(CONFIG.maxFundingRate * min(abs(skew), CONFIG.skewScale), CONFIG.skewScale);
    const growth = floor(rate * (time - this.time) * this.price, YEAR * W);
    this.index += skew >= 0n ? growth : -growth;
    this.time = time;
    this.price = price;
    const holding = this.of(owner);
    this.#credit(holding, -ceil(holding.size * (this.index - holding.fundingEntry), W));
    holding.fundingEntry = this.index;
    return holding;
  }

  #trade(holding: Holding, delta: bigint, price: bigint): void {
    const closes = holding.size !== 0n && delta !== 0n && holding.size > 0n !== delta > 0n;
    const closed = closes ? (delta > 0n ? min(delta, -holding.size) : max(delta, -holding.size)) : 0n;
    if (closed !== 0n) {
      const cost = ceil(holding.cost * abs(closed), abs(holding.size));
      const profit = floor(-closed * price, W) - cost;
      holding.cost -= cost;
      holding.size += closed;
      this.#credit(holding, profit);
    }
    holding.cost += ceil((delta - closed) * price, W);
    holding.size += delta - closed;
    this.#credit(holding, -ceil(ceil(abs(delta) * price, W) * CONFIG.tradeFee, W));
  }

  #credit(holding: Holding, amount: bigint): void {
    const paid = min(amount, max(this.pool, 0n));
    holding.collateral += paid;
    this.pool -= paid;
  }

  #writeOff(holding: Holding): void {
    if (holding.size !== 0n || holding.collateral >= 0n) return;
    this.badDebt -= holding.collateral;
    this.pool += holding.collateral;
    holding.collateral = 0n;
  }
}

/** Warm, rich, and judged by nobody: the books must hold whatever the guard thinks. */
const unjudged = fixture(async (connection) => prepare(await createMarket(connection, { policy: { mode: "Off" }, poolTokens: 200_000n })));
const judged = fixture(async (connection) => prepare(await createMarket(connection, { poolTokens: 200_000n })));

async function prepare(m: TestMarket): Promise<TestMarket> {
  await warmUp(m);
  for (const trader of [m.alice, m.bob, m.carol, m.mallory, m.keeper]) await fund(m, trader, 1_000_000n);
  return m;
}

const newModel = async (m: TestMarket): Promise<Model> =>
  new Model(200_000n * W, (await m.perp.read.marketData([ETH_USD])).fundingTime, W / m.tokenUnit);

const blockOf = async (m: TestMarket, hash: Hex): Promise<bigint> =>
  (await m.publicClient.getBlock({ blockNumber: (await m.publicClient.getTransactionReceipt({ hash })).blockNumber })).timestamp;

async function expectSameBooks(m: TestMarket, model: Model, owners: readonly Trader[], what: string): Promise<void> {
  const data = await m.perp.read.marketData([ETH_USD]);
  for (const { account } of owners) {
    expect(await m.perp.read.account([ETH_USD, account.address]), `${what}: ${account.address}`).to.deep.equal(model.of(account.address));
  }
  expect(await m.perp.read.pool(), `${what}: pool`).to.equal(model.pool);
  expect(await m.perp.read.totalShares(), `${what}: shares`).to.equal(model.shares);
  expect([data.longOpenInterest, data.shortOpenInterest], `${what}: open interest`).to.deep.equal([model.long, model.short]);
  expect([data.fundingIndex, data.badDebt, data.lastPrice], `${what}: market`).to.deep.equal([model.index, model.badDebt, model.price]);
  expect(data.totalCost, `${what}: cost`).to.equal(model.all.reduce((sum, { cost }) => sum + cost, 0n));
}

describe("profit and loss, to the wei", () => {
  for (const [side, sign] of [
    ["long", 1n],
    ["short", -1n],
  ] as const) {
    it(`a ${side} opens, increases, reduces, flips and closes as the model says`, async () => {
      const m = await unjudged();
      const model = await newModel(m);
      const owner = m.alice.account.address;
      let price = START_PRICE;
      const act = async (delta: bigint, tokens: bigint, what: string): Promise<void> => {
        const hash = await m.perp.write.modify([ETH_USD, delta, tokens * m.tokenUnit], from(m.alice));
        model.modify(owner, await blockOf(m, hash), wad(price), delta, tokens * W);
        await expectSameBooks(m, model, [m.alice], what);
      };
      const move = async (to: number): Promise<void> => {
        price = to;
        await laterRound(m, price, 1_234n);
      };
      await act(sign * 3_333333333333333333n, 20_000n, "open");
      await move(2_013.37);
      await act(sign * 1_000000000000000007n, 0n, "increase");
      await move(1_987.123457);
      await act(sign * -2_000000000000000001n, 0n, "reduce");
      await act(sign * -1n, 0n, "reduce by 1 wei");
      await move(2_101.5);
      await act(sign * -5_000000000000000003n, 0n, "flip");
      await move(2_055.25);
      await act(0n, -1_000n, "withdraw");
      await move(1_999.999999);
      const hash = await m.perp.write.close([ETH_USD], from(m.alice));
      const held = await m.token.read.balanceOf([owner]);
      const paid = model.close(owner, await blockOf(m, hash), wad(price));
      await expectSameBooks(m, model, [m.alice], "close");
      // A million minted, 20 000 in, 1 000 out.
      expect(held).to.equal(981_000n * m.tokenUnit + paid / (W / m.tokenUnit));
    });
  }

  it("a round trip at one price costs the two fees and at most a wei of rounding", async () => {
    const m = await unjudged();
    await m.perp.write.modify([ETH_USD, wad(10), 5_000n * m.tokenUnit], from(m.alice));
    await m.perp.write.trade([ETH_USD, -wad(10)], from(m.alice));
    const { collateral } = await m.perp.read.account([ETH_USD, m.alice.account.address]);
    const fees = (2n * wad(10) * wad(START_PRICE) * CONFIG.tradeFee) / W / W;
    const lost = 5_000n * W - collateral - fees;
    expect(lost >= 0n && lost <= 1n + wad(0.001), `lost ${lost} beyond the fees`).to.equal(true);
  });
});

describe("funding", () => {
  it("flows from the heavier side to the lighter, each what the model says, and the pool keeps the difference", async () => {
    for (const sign of [1n, -1n]) {
      const m = await unjudged();
      const model = await newModel(m);
      const act = async (trader: Trader, delta: bigint, tokens: bigint): Promise<bigint> => {
        const hash = await m.perp.write.modify([ETH_USD, delta, tokens * m.tokenUnit], from(trader));
        model.modify(trader.account.address, await blockOf(m, hash), wad(START_PRICE), delta, tokens * W);
        return (await m.perp.read.account([ETH_USD, trader.account.address])).collateral;
      };
      const heavy = await act(m.alice, sign * wad(30), 50_000n);
      const light = await act(m.bob, sign * -wad(10), 50_000n);
      await laterRound(m, START_PRICE, 30n * 86_400n);
      const pool = await m.perp.read.pool();
      const paid = heavy - (await act(m.alice, 0n, 0n));
      const received = (await act(m.bob, 0n, 0n)) - light;
      await expectSameBooks(m, model, [m.alice, m.bob], "after funding");
      expect(paid > 0n && received > 0n).to.equal(true);
      // Three times the size pays three times as much.
      expect(paid / (received / 1_000n) / 10n).to.equal(300n);
      expect((await m.perp.read.pool()) - pool).to.equal(paid - received);
    }
  });

  it("stands still in a balanced market", async () => {
    const m = await unjudged();
    await m.perp.write.modify([ETH_USD, wad(5), 20_000n * m.tokenUnit], from(m.alice));
    const time = await now(m);
    await nextBlockAt(m, time);
    await m.perp.write.modify([ETH_USD, -wad(5), 20_000n * m.tokenUnit], from(m.bob));
    const { fundingIndex } = await m.perp.read.marketData([ETH_USD]);
    await laterRound(m, START_PRICE, 86_400n);
    await m.perp.write.deposit([ETH_USD, 0n], from(m.alice));
    expect((await m.perp.read.marketData([ETH_USD])).fundingIndex).to.equal(fundingIndex);
  });
});

describe(`any sequence of actions (SEED=${SEED})`, () => {
  const STEPS = 220;
  for (const [name, load] of [
    ["with the guard off", unjudged],
    ["with the guard on", judged],
  ] as const) {
    it(`${name} keeps collateral and pool together equal to the tokens held, and every account what the model says`, async () => {
      const m = await load();
      const random = new Random(SEED, name);
      const model = await newModel(m);
      const owners = [m.alice, m.bob, m.carol, m.mallory];
      const walk: Walk = { m, model, random, price: START_PRICE, done: {} };
      for (let step = 0; step < STEPS; step++) {
        const trader = random.pick(owners);
        const kind = random.pick(Object.keys(ACTIONS));
        await ACTIONS[kind]?.(walk, trader);
        await expectSameBooks(m, model, [trader], `step ${step}, ${kind}`);
        await expectConserved(m, [...owners, m.keeper], BigInt(step + 1));
      }
      await expectSameBooks(m, model, owners, "at the end");
      for (const kind of Object.keys(ACTIONS)) expect(walk.done[kind] ?? 0, `${kind} never happened`).to.be.greaterThan(0);
    });
  }

  interface Walk {
    readonly m: TestMarket;
    readonly model: Model;
    readonly random: Random;
    price: number;
    readonly done: Record<string, number>;
  }

  const ACTIONS: Record<string, (walk: Walk, trader: Trader) => Promise<void>> = {
    deposit: (walk, trader) => modify(walk, trader, "deposit", 0n, someTokens(walk)),
    withdraw: (walk, trader) => modify(walk, trader, "withdraw", 0n, -someTokens(walk)),
    trade: (walk, trader) => modify(walk, trader, "trade", someSize(walk), 0n),
    modify: (walk, trader) => modify(walk, trader, "modify", someSize(walk), walk.random.oneIn(2) ? someTokens(walk) : -someTokens(walk)),
    modifyBounded: (walk, trader) => modify(walk, trader, "modifyBounded", someSize(walk), someTokens(walk)),
    close: async (walk, trader) => {
      const hash = await attempt(walk, "close", walk.m.perp.write.close([ETH_USD], from(trader)));
      if (hash) walk.model.close(trader.account.address, await blockOf(walk.m, hash), wad(walk.price));
    },
    liquidate: async (walk, trader) => {
      // A jump that makes a leveraged account liquidatable, then whoever can be is.
      await movePrice(walk, walk.random.oneIn(2) ? 1.25 : 0.8);
      for (const { account } of [walk.m.alice, walk.m.bob, walk.m.carol, walk.m.mallory]) {
        const liquidation = walk.m.perp.write.liquidate([ETH_USD, account.address], from(walk.m.keeper));
        const hash = await attempt(walk, "liquidate", liquidation);
        if (!hash) continue;
        const reward = walk.model.liquidate(account.address, await blockOf(walk.m, hash), wad(walk.price));
        const transfers = (await eventsOf(walk.m, hash, "Transfer")).map(({ args }) => args.value);
        expect(transfers, "the reward").to.deep.equal([reward / (W / walk.m.tokenUnit)]);
      }
      if (trader === walk.m.alice) await movePrice(walk, START_PRICE / walk.price);
    },
    supply: async (walk) => {
      const tokens = walk.random.between(1n, 10_000n * walk.m.tokenUnit);
      const hash = await attempt(walk, "supply", walk.m.perp.write.supply([tokens], from(walk.m.keeper)));
      if (!hash) return;
      const minted = walk.model.supply(tokens * (W / walk.m.tokenUnit), wad(walk.price));
      expect((await eventOf(walk.m, hash, "PoolSupplied")).shares).to.equal(minted);
    },
    redeem: async (walk) => {
      const owned = await walk.m.perp.read.shares([walk.m.keeper.account.address]);
      const hash = await attempt(walk, "redeem", walk.m.perp.write.redeem([owned / 2n], from(walk.m.keeper)));
      if (!hash) return;
      const paid = walk.model.redeem(owned / 2n, wad(walk.price));
      expect((await eventOf(walk.m, hash, "PoolRedeemed")).amount).to.equal(paid / (W / walk.m.tokenUnit));
    },
    "a price move": (walk) => movePrice(walk, 0.97 + walk.random.below(61) / 1_000),
  };

  type Send = (perp: TestMarket["perp"], delta: bigint, tokens: bigint, options: ReturnType<typeof from>) => Promise<Hex>;

  const SENDS: Record<"deposit" | "withdraw" | "trade" | "modify" | "modifyBounded", Send> = {
    deposit: ({ write }, _, tokens, options) => write.deposit([ETH_USD, tokens], options),
    withdraw: ({ write }, _, tokens, options) => write.withdraw([ETH_USD, -tokens], options),
    trade: ({ write }, delta, _, options) => write.trade([ETH_USD, delta], options),
    modify: ({ write }, delta, tokens, options) => write.modify([ETH_USD, delta, tokens], options),
    modifyBounded: ({ write }, delta, tokens, options) => write.modifyBounded([ETH_USD, delta, tokens, 0n, UINT256_MAX], options),
  };

  async function modify(walk: Walk, trader: Trader, kind: keyof typeof SENDS, delta: bigint, tokens: bigint): Promise<void> {
    const { m, model, price } = walk;
    const hash = await attempt(walk, kind, SENDS[kind](m.perp, delta, tokens, from(trader)));
    if (!hash) return;
    const isRefused = (await eventsOf(m, hash, "PayoutRefused")).length > 0;
    model.modify(trader.account.address, await blockOf(m, hash), wad(price), delta, isRefused ? 0n : tokens * (W / m.tokenUnit));
  }

  /** What is refused must change nothing, which the comparison after it shows; what is not is counted. */
  async function attempt(walk: Walk, kind: string, sent: Promise<Hex>): Promise<Hex | undefined> {
    const hash = await sent.catch(() => undefined);
    if (hash) walk.done[kind] = (walk.done[kind] ?? 0) + 1;
    return hash;
  }

  async function movePrice(walk: Walk, factor: number): Promise<void> {
    walk.price = Math.round(walk.price * factor * 1e6) / 1e6;
    await laterRound(walk.m, walk.price, walk.random.between(1n, 7_200n));
    walk.done["a price move"] = (walk.done["a price move"] ?? 0) + 1;
  }

  const someTokens = ({ m, random }: Walk): bigint => random.between(1n, 1_000n * m.tokenUnit);
  const someSize = ({ random }: Walk): bigint => (random.oneIn(2) ? 1n : -1n) * random.logBetween(1n, wad(8));

  /** Collateral and pool are never more than the tokens held, and less by rounding alone: under a token unit an action. */
  async function expectConserved(m: TestMarket, owners: readonly Trader[], actions: bigint): Promise<void> {
    const accounts = await Promise.all(owners.map(({ account }) => m.perp.read.account([ETH_USD, account.address])));
    const claims = accounts.reduce((sum, { collateral }) => sum + collateral, await m.perp.read.pool());
    const dust = (await m.token.read.balanceOf([m.perp.address])) * (W / m.tokenUnit) - claims;
    expect(dust >= 0n, `claims exceed the tokens by ${-dust}`).to.equal(true);
    expect(dust < actions * (W / m.tokenUnit), `${dust} is lost`).to.equal(true);
  }
});
