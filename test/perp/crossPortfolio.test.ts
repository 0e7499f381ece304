import { expect } from "chai";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  createExchange,
  deposit,
  type Exchange,
  expectOutcome,
  idOf,
  judged,
  LISTINGS,
  later,
  marketOf,
  placeOrder,
  scenarioMove,
  sizeOf,
  stated,
  trade,
  tradeAsJudged,
  W,
  withdraw,
} from "../helpers/crossMarket.ts";
import { FAULTS } from "../helpers/faults.ts";
import { expectRevert, fixture, from, holdClock, POLICY, wad } from "../helpers/market.ts";

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Alice has ten thousand and nothing else. */
const exchange = fixture(async (connection) => {
  const m = await createExchange(connection);
  await deposit(m, m.alice, 10_000n);
  await deposit(m, m.bob, 500_000n);
  return m;
});

/** What the SDK allows of a market, with the account as it is. */
const roomFor = async (m: Exchange, name: string): Promise<bigint> => (await judged(m, name, await stated(m, m.alice, name, 1n))).maxSize;

/** Statuses of a feed that does not answer. */
const UNPRICED: readonly string[] = ["Invalid", "SequencerDown", "Deviating"];

describe("a hedge", () => {
  it("gives room for as much as it covers, which the same account without it does not have", async () => {
    const m = await exchange();
    await trade(m, m.alice, "ETH", wad(15));
    const alone = await roomFor(m, "ETH");
    const refused = await tradeAsJudged(m, m.alice, "ETH", wad(10));
    expect(refused.rejection).to.include({ code: "SizeExceeded", limit: "Portfolio" });
    await tradeAsJudged(m, m.alice, "QUARTERLY", -wad(10));
    const hedged = await roomFor(m, "ETH");
    // Ten more, but for the margin and the fee of the other leg: under a tenth of a contract each.
    expect(hedged - alone > wad(9) && hedged - alone < wad(10), `${alone} and ${hedged}`).to.equal(true);
    expect((await tradeAsJudged(m, m.alice, "ETH", wad(10))).rejection).to.equal(null);
  });

  it("on another feed gives as much less as netting says", async () => {
    const m = await exchange();
    await trade(m, m.alice, "ETH", wad(15));
    const alone = await roomFor(m, "ETH");
    await tradeAsJudged(m, m.alice, "BTC", -wad(0.1));
    // Bitcoin worth three ether, half of it netted, and its own worst move beside it.
    expect(await roomFor(m, "ETH")).to.be.lessThan(alone);
    const together = await judged(m, "ETH", await stated(m, m.alice, "ETH", 0n));
    const ether = 15n * wad(2_000) * (await scenarioMove(m, "ETH"));
    const bitcoin = wad(6_000) * (await scenarioMove(m, "BTC"));
    const expected = (ether + bitcoin + (ether - bitcoin)) / 2n / W;
    expect(abs(together.loss - expected) <= 4n, `${together.loss} for ${expected}`).to.equal(true);
  });

  it("can't be unwound beyond the budget: the losing leg goes first, or a part the budget carries", async () => {
    const load = async (): Promise<Exchange> => {
      const m = await exchange();
      await trade(m, m.alice, "QUARTERLY", -wad(10));
      await trade(m, m.alice, "ETH", wad(25));
      return m;
    };
    const whole = await load();
    const { rejection } = await tradeAsJudged(whole, whole.alice, "QUARTERLY", wad(10));
    expect(rejection?.code).to.equal("PortfolioLossExceeded");
    expect(await sizeOf(whole, whole.alice, "QUARTERLY"), "nothing moved").to.equal(-wad(10));

    const part = await load();
    expect((await tradeAsJudged(part, part.alice, "QUARTERLY", wad(2))).rejection).to.equal(null);

    const inOrder = await load();
    expect((await tradeAsJudged(inOrder, inOrder.alice, "ETH", -wad(25))).rejection, "the losing leg").to.equal(null);
    expect((await tradeAsJudged(inOrder, inOrder.alice, "QUARTERLY", wad(10))).rejection, "then the hedge").to.equal(null);
    expect(await inOrder.perp.read.heldMarkets([inOrder.alice.account.address])).to.deep.equal([]);
  });
});

describe("a withdrawal", () => {
  /** Bitcoin asks for 40 % of its notional, ether for 2 %. */
  const strict = fixture(async (connection) => {
    const m = await createExchange(connection, { ...LISTINGS, BTC: { price: 60_000, policy: { baseMargin: wad(0.4) } } });
    await deposit(m, m.alice, 10_000n);
    await trade(m, m.alice, "BTC", wad(0.1));
    return m;
  });

  it("is judged by the limits of every market that is held: a speck in an easy one does not answer for the others", async () => {
    const m = await strict();
    await trade(m, m.alice, "ETH", 1n);
    await holdClock(m);
    const flow = -wad(8_000);
    expect((await judged(m, "ETH", await stated(m, m.alice, "ETH", 0n, flow))).rejection, "in ether").to.equal(null);
    const asked = await judged(m, "BTC", await stated(m, m.alice, "BTC", 0n, flow));
    expect(asked.rejection).to.include({ code: "SizeExceeded", limit: "Margin" });
    await expectOutcome(withdraw(m, m.alice, 8_000n), asked);
    // 40 % of 6 000 is 2 400, and 3 were paid in fees.
    await withdraw(m, m.alice, 7_500n);
  });

  it("is never of more than there is, nor of what the exchange's own margin needs", async () => {
    const m = await strict();
    const left = wad(9_997);
    await expectRevert(withdraw(m, m.alice, 9_998n), "InsufficientCollateral", [
      `0x${"00".repeat(32)}`,
      m.alice.account.address,
      wad(9_998),
      left,
    ]);
    await expectRevert(withdraw(m, m.alice, 9_878n), "MarginExceedsEquity", [m.alice.account.address, wad(119), wad(120)]);
  });
});

describe("an account whose budget a price move used up", () => {
  const overBudget = fixture(async (connection) => {
    const m = await createExchange(connection);
    await deposit(m, m.alice, 10_000n);
    await trade(m, m.alice, "ETH", wad(16));
    await trade(m, m.alice, "BTC", -wad(0.05));
    await later(m, 600n, { ETH: 1_880, BTC: 60_000 });
    return m;
  });

  it("is over it, and may add nothing that loses with the rest", async () => {
    const m = await overBudget();
    const now = await judged(m, "ETH", await stated(m, m.alice, "ETH", 0n, -W));
    expect(now.loss > now.allowedLoss, `${now.loss} of ${now.allowedLoss}`).to.equal(true);
    expect((await tradeAsJudged(m, m.alice, "ETH", 1_000n)).rejection).to.include({ code: "SizeExceeded", limit: "Portfolio" });
    expect((await tradeAsJudged(m, m.alice, "SQUARED", wad(0.01))).rejection).to.not.equal(null);
  });

  it("may not withdraw, and may deposit", async () => {
    const m = await overBudget();
    const [first] = await m.perp.read.heldMarkets([m.alice.account.address]);
    const name = first === idOf("ETH") ? "ETH" : "BTC";
    await holdClock(m);
    const asked = await judged(m, name, await stated(m, m.alice, name, 0n, -W));
    expect(asked.rejection).to.not.equal(null);
    await expectOutcome(withdraw(m, m.alice, 1n), asked);
    await deposit(m, m.alice, 1n);
  });

  it("may hedge", async () => {
    const m = await overBudget();
    expect((await tradeAsJudged(m, m.alice, "QUARTERLY", -wad(6))).rejection).to.equal(null);
    expect(await sizeOf(m, m.alice, "QUARTERLY")).to.equal(-wad(6));
  });

  for (const [first, second] of [
    ["ETH", "BTC"],
    ["BTC", "ETH"],
  ] as const) {
    it(`may reduce ${first} and then ${second} step by step, down to flat, and take everything out`, async () => {
      const m = await overBudget();
      for (const name of [first, second]) {
        const step = -(await sizeOf(m, m.alice, name)) / 8n;
        for (let left = 8; left > 0; left--)
          expect((await tradeAsJudged(m, m.alice, name, step)).rejection, `${name}, ${left}`).to.equal(null);
        expect(await sizeOf(m, m.alice, name)).to.equal(0n);
      }
      const left = await m.perp.read.collateral([m.alice.account.address]);
      await m.perp.write.withdraw([left / 10n ** 12n], from(m.alice));
      expect((await m.perp.read.collateral([m.alice.account.address])) < 10n ** 12n).to.equal(true);
    });
  }
});

describe(`from any state of an account (SEED=${SEED})`, () => {
  const NAMES = Object.keys(LISTINGS);

  it("some reduction passes, again and again until it is flat", async () => {
    const random = new Random(SEED, "liveness");
    const seen = { refused: 0, steps: 0 };
    for (let portfolio = 0; portfolio < 6; portfolio++) {
      const m = await exchange();
      // What a tight guard left of a lucky account: large offsetting legs, then a fall of the prices and of the equity.
      for (let i = 0; i < 14; i++) {
        const name = random.pick(NAMES);
        const size = (random.oneIn(2) ? 1n : -1n) * random.between(1n, name === "BTC" ? wad(0.6) : wad(18));
        await trade(m, m.alice, name, size).catch(() => undefined);
      }
      await later(m, 3_000n, { ETH: 2_000 * (0.9 + random.below(21) / 100), BTC: 60_000 * (0.9 + random.below(21) / 100) });
      await drain(m, seen);
      expect(await m.perp.read.heldMarkets([m.alice.account.address])).to.deep.equal([]);
    }
    expect(seen.refused > 0 && seen.steps > 6, JSON.stringify(seen)).to.equal(true);
  });

  /** Closes whatever the guard lets go, in parts if it must be. */
  async function drain(m: Exchange, seen: { refused: number; steps: number }): Promise<void> {
    for (let isFlat = false; !isFlat; ) {
      isFlat = true;
      let isStuck = true;
      for (const name of NAMES) {
        const size = await sizeOf(m, m.alice, name);
        if (size === 0n) continue;
        isFlat = false;
        for (const part of [1n, 4n, 16n, 64n]) {
          const { rejection } = await tradeAsJudged(m, m.alice, name, size / -part || -size);
          seen.steps++;
          if (rejection !== null) seen.refused++;
          else isStuck = false;
          if (rejection === null) break;
        }
      }
      expect(isStuck && !isFlat, "no reduction passes").to.equal(false);
    }
  }
});

describe("a squared market", () => {
  const gammaCap = wad(40_000);
  const options = fixture(async (connection) => {
    const capped = { capsGamma: true, gammaCap };
    const second = { price: 2_000, feedOf: "ETH", isSquared: true, policy: capped };
    const m = await createExchange(connection, {
      ...LISTINGS,
      CAPPED: { ...second },
      CAPPED_TOO: { ...second, config: { normaliser: wad(4_000) } },
    });
    await deposit(m, m.alice, 10_000n);
    await deposit(m, m.bob, 500_000n);
    return m;
  });

  it("states twice its value as delta and as gamma, its funding as theta, for a holding and for one contract", async () => {
    const m = await options();
    await trade(m, m.alice, "SQUARED", -wad(1.5));
    await later(m, 60n, { ETH: 2_100 });
    // 2 100² / 2 000 = 2 205 a contract.
    const [, besides] = await stated(m, m.alice, "ETH", wad(1));
    expect(besides).to.deep.equal([{ market: idOf("SQUARED"), delta: -wad(6_615), gamma: -wad(6_615), vega: 0n, theta: wad(13.23) }]);
    const [position, own] = await stated(m, m.alice, "SQUARED", wad(4));
    expect(position.sizeAfter).to.equal(wad(2.5));
    expect(own).to.deep.equal([{ market: idOf("SQUARED"), delta: wad(4_410), gamma: wad(4_410), vega: 0n, theta: -wad(8.82) }]);
  });

  for (const [side, sign] of [
    ["long", 1n],
    ["short", -1n],
  ] as const) {
    it(`is measured by what a ${side} would truly lose: its value after the move, and funding over the horizon`, async () => {
      const m = await options();
      await trade(m, m.alice, "SQUARED", sign * wad(4));
      const { loss } = await judged(m, "SQUARED", await stated(m, m.alice, "SQUARED", 0n));
      const moved = W - sign * (await scenarioMove(m, "SQUARED"));
      const value = 4n * wad(2_000);
      const revalued = (sign * value * (W * W - moved * moved)) / (W * W);
      const funding = sign > 0n ? (value * 4n * POLICY.portfolioHorizon) / 1_000n / 86_400n : 0n;
      const expected = revalued + funding;
      // Greeks of a unit of notional are rounded to a wei, and there are 8 000 of notional.
      expect(loss >= expected && loss - expected < 20_000n, `${loss} for ${expected}`).to.equal(true);
    });
  }

  it("takes about twice the room of a linear contract, and leaves that much less", async () => {
    const m = await options();
    const alone = await roomFor(m, "SQUARED");
    const linear = await roomFor(m, "ETH");
    // Not quite twice, for gamma is on a long one's side.
    expect(linear < 2n * alone && linear > (9n * alone) / 5n, `${linear} and ${alone}`).to.equal(true);
    await trade(m, m.alice, "ETH", wad(15));
    const beside = await roomFor(m, "SQUARED");
    expect(alone - beside > wad(7) && alone - beside < wad(9), `${alone} and ${beside}`).to.equal(true);
    expect((await tradeAsJudged(m, m.alice, "SQUARED", beside + wad(0.5))).rejection).to.include({
      code: "SizeExceeded",
      limit: "Portfolio",
    });
    expect((await tradeAsJudged(m, m.alice, "SQUARED", -wad(4))).rejection, "a short one is a hedge").to.equal(null);
  });

  it("keeps to the cap of net gamma, which all squared markets of a feed share", async () => {
    const m = await options();
    // 4 000 of gamma a contract: ten of them, in one market or in two.
    expect((await tradeAsJudged(m, m.bob, "CAPPED", wad(10.001))).rejection).to.include({ code: "SizeExceeded", limit: "Portfolio" });
    expect((await tradeAsJudged(m, m.bob, "CAPPED", wad(6))).rejection).to.equal(null);
    // 2 000² / 4 000 = 1 000 a contract, 2 000 of gamma: 16 000 are left.
    expect((await tradeAsJudged(m, m.bob, "CAPPED_TOO", wad(8.001))).rejection).to.include({ code: "SizeExceeded", limit: "Portfolio" });
    expect((await tradeAsJudged(m, m.bob, "CAPPED_TOO", wad(7.999))).rejection).to.equal(null);
    expect((await tradeAsJudged(m, m.bob, "ETH", wad(30))).rejection, "what has no gamma").to.equal(null);
    expect((await tradeAsJudged(m, m.bob, "CAPPED", -wad(15))).rejection, "from long to short").to.equal(null);
  });

  it("whose policy forgot the Greeks, or a linear one whose policy has them, can only be left", async () => {
    const m = await options();
    await trade(m, m.alice, "SQUARED", wad(1));
    await trade(m, m.alice, "ETH", wad(1));
    const words = await m.guard.read.policy([idOf("ETH")]);
    await m.guard.write.setPolicy([idOf("ETH"), await m.guard.read.policy([idOf("SQUARED")])]);
    await m.guard.write.setPolicy([idOf("SQUARED"), words]);
    for (const name of ["ETH", "SQUARED"]) {
      expect((await tradeAsJudged(m, m.alice, name, wad(0.1))).rejection, name).to.include({ limit: "Portfolio" });
      expect((await tradeAsJudged(m, m.alice, name, -wad(1))).rejection, name).to.equal(null);
    }
  });
});

/** Those that cost the simulator no time. */
const QUICK_FAULTS = FAULTS.slice(1).filter((fault) => fault !== "BurnsGas");

describe(`the guard's verdict is the SDK's (SEED=${SEED})`, () => {
  it("for what the exchange states, in any sequence of trades, moves, pauses and faults, and the trade ends as both say", async () => {
    const m = await exchange();
    const random = new Random(SEED, "cross verdicts");
    const seen: Record<string, number> = {};
    const count = (what: string): void => {
      seen[what] = (seen[what] ?? 0) + 1;
    };
    for (let step = 0; step < 160; step++) {
      const name = random.pick(Object.keys(LISTINGS));
      if (random.oneIn(6)) {
        await later(m, random.between(1n, 5_000n), { ETH: 1_900 + random.below(200), BTC: 57_000 + random.below(6_000) });
        await deposit(m, m.alice, 500n);
      }
      const held = await sizeOf(m, m.alice, name);
      const isDead = held !== 0n && random.oneIn(10);
      if (isDead) await marketOf(m, name).feed.write.setFault([FAULTS.indexOf(random.pick(QUICK_FAULTS))]);
      const size = isDead || (held !== 0n && random.oneIn(4)) ? -held : someSize(random, name);
      const { rejection, status } = await tradeAsJudged(m, m.alice, name, size);
      if (isDead) await marketOf(m, name).feed.write.setFault([0]);
      count(rejection?.code ?? (UNPRICED.includes(status) ? "left without a price" : "allowed"));
    }
    const { allowed = 0, SizeExceeded = 0, "left without a price": left = 0 } = seen;
    expect(allowed > 40 && SizeExceeded > 10 && left > 3, JSON.stringify(seen)).to.equal(true);
  });

  function someSize(random: Random, name: string): bigint {
    const most = name === "BTC" ? wad(0.6) : wad(18);
    return (random.oneIn(2) ? 1n : -1n) * (random.oneIn(3) ? random.logBetween(1n, most) : random.between(1n, most));
  }
});

describe("a market without a fresh price", () => {
  const held = fixture(async (connection) => {
    const m = await createExchange(connection);
    await deposit(m, m.alice, 10_000n);
    await trade(m, m.alice, "ETH", wad(5));
    await trade(m, m.alice, "BTC", wad(0.1));
    return m;
  });

  for (const fault of FAULTS.slice(1)) {
    it(`is left at the last good price made worse, and keeps nobody in the others: ${fault}`, async () => {
      const m = await held();
      await marketOf(m, "BTC").feed.write.setFault([FAULTS.indexOf(fault)]);
      const before = await m.perp.read.collateral([m.alice.account.address]);
      await trade(m, m.alice, "ETH", -wad(2));
      await trade(m, m.alice, "BTC", -wad(0.1));
      // 0.1 at 57 000 instead of 60 000, and the fees of that and of two ether.
      const lost = wad(300) + wad(5_700 * 0.0005) + wad(2);
      expect(before - (await m.perp.read.collateral([m.alice.account.address]))).to.equal(lost);
      await trade(m, m.alice, "ETH", -wad(3));
      expect(await m.perp.read.heldMarkets([m.alice.account.address])).to.deep.equal([]);
    });

    it(`lets nothing grow and nothing be taken out, in any market: ${fault}`, async () => {
      const m = await held();
      await marketOf(m, "BTC").feed.write.setFault([FAULTS.indexOf(fault)]);
      const unavailable = [idOf("BTC")];
      await expectRevert(trade(m, m.alice, "ETH", wad(1)), "PriceUnavailable", unavailable);
      await expectRevert(trade(m, m.alice, "ETH", -wad(6)), "PriceUnavailable", unavailable);
      await expectRevert(placeOrder(m, m.alice, "ETH", wad(1)), "PriceUnavailable", unavailable);
      await expectRevert(withdraw(m, m.alice, 1n), "PriceUnavailable", unavailable);
      await deposit(m, m.alice, 1n);
    });
  }

  it("is one that is too old for the guard or for the exchange: reductions alone go through", async () => {
    const m = await held();
    await later(m, 10_801n, { ETH: 2_000 });
    await expectRevert(trade(m, m.alice, "ETH", wad(1)), "PriceUnavailable", [idOf("BTC")]);
    await trade(m, m.alice, "ETH", -wad(5));
    await trade(m, m.alice, "BTC", -wad(0.1));
    expect(await m.perp.read.heldMarkets([m.alice.account.address])).to.deep.equal([]);
  });
});
