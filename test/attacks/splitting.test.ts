import { expect } from "chai";
import type { Policy } from "../../sdk/src/index.ts";
import {
  changePolicy,
  createMarket,
  ETH_USD,
  fixture,
  from,
  fund,
  goTo,
  holdClock,
  laterRound,
  limitIndex,
  now,
  open,
  preview,
  revertName,
  START_PRICE,
  type TestMarket,
  type Trader,
  wad,
  warmUp,
} from "../helpers/market.ts";

/** Without the trade fee, equity does not hang on the size asked for. */
const market = fixture(async (connection) => {
  const m = await createMarket(connection, { config: { tradeFee: 0n } });
  await warmUp(m);
  return m;
});

/** Rounding of costs and clocks between two questions. */
const DUST = 10n ** 12n;

interface Regime {
  readonly limit: "OpenInterest" | "Margin" | "Volatility";
  readonly policy: Partial<Policy>;
}

const REGIMES: readonly Regime[] = [
  { limit: "OpenInterest", policy: { openInterestCap: wad(20) } },
  { limit: "Margin", policy: { fullMarginOpenInterest: wad(60_000) } },
  { limit: "Volatility", policy: {} },
];

const TOTAL = 20_000n;

describe("splitting a position over accounts", () => {
  for (const { limit, policy } of REGIMES) {
    for (const [side, sign] of [
      ["long", 1n],
      ["short", -1n],
    ] as const) {
      for (const age of ["fresh", "ageing"] as const) {
        const title = `${side}, under ${limit}, at ${age === "fresh" ? "a fresh" : "an ageing"} price`;
        it(`${title}: 2, 5 or 10 accounts together get no more than one account with all the money`, async () => {
          const ask = (count: number): Promise<bigint> => together(count, { policy, sign, limit, age });
          const alone = await ask(1);
          expect(alone > wad(1)).to.equal(true);
          for (const count of [2, 5, 10]) {
            const total = await ask(count);
            expect(total <= alone + DUST, `${count} accounts got ${total}, one gets ${alone}`).to.equal(true);
            // And they get as much: the limit is the market's, not a penalty for being many.
            expect(total >= (alone * 999n) / 1_000n, `${count} accounts got ${total} of ${alone}`).to.equal(true);
          }
        });
      }
    }
  }

  interface Case extends Regime {
    readonly sign: bigint;
    readonly age: "fresh" | "ageing";
  }

  /** So many accounts share the money and each opens the most it can; what they hold together. */
  async function together(count: number, { policy, sign, limit, age }: Case): Promise<bigint> {
    const m = await market();
    await changePolicy(m, policy);
    const traders = [m.alice, m.bob, m.carol, m.keeper, m.mallory, ...m.others].slice(0, count);
    for (const trader of traders) {
      await fund(m, trader, TOTAL / BigInt(count));
      await m.perp.write.deposit([ETH_USD, (TOTAL / BigInt(count)) * m.tokenUnit], from(trader));
    }
    // Half way between the heartbeat and the age at which a price counts for nothing.
    if (age === "ageing") await goTo(m, (await now(m)) + (m.policy.heartbeat + m.policy.maxAge) / 2n);
    let total = 0n;
    for (const trader of traders) {
      const most = await openTheMost(m, trader, sign);
      if (count === 1) expect(most.limit).to.equal(limitIndex(limit));
      total += most.size;
    }
    return total;
  }
});

describe("splitting a position over orders", () => {
  for (const { limit, policy } of REGIMES) {
    it(`under ${limit}: ten orders of one account reach the limit of one order, and the eleventh is refused`, async () => {
      const m = await market();
      await changePolicy(m, policy);
      await fund(m, m.alice, TOTAL);
      await m.perp.write.deposit([ETH_USD, TOTAL * m.tokenUnit], from(m.alice));
      const { maxSize } = await preview(m, await m.perp.read.positionAfter([ETH_USD, m.alice.account.address, 1n, 0n]));
      for (let i = 0; i < 10; i++) await tradeNow(m, m.alice, maxSize / 10n - DUST);
      expect(await revertName(tradeNow(m, m.alice, 20n * DUST))).to.equal("SizeExceeded");
      const { size } = await m.perp.read.account([ETH_USD, m.alice.account.address]);
      expect(size <= maxSize).to.equal(true);
    });
  }

  it("open-close loops leave the open interest where it was, and the account its way out", async () => {
    const m = await market();
    await open(m, m.bob, TOTAL, -wad(3));
    await fund(m, m.alice, TOTAL);
    await m.perp.write.deposit([ETH_USD, TOTAL * m.tokenUnit], from(m.alice));
    const before = await openInterest(m);
    for (let i = 0; i < 10; i++) {
      const size = (i % 2 === 0 ? 1n : -1n) * wad(7);
      await m.perp.write.trade([ETH_USD, size], from(m.alice));
      await m.perp.write.trade([ETH_USD, -size], from(m.alice));
    }
    expect(await openInterest(m)).to.deep.equal(before);
  });
});

describe("the 1-wei touch", () => {
  it("realises the profit of one wei, and not the profit of the position: equity and limit stay where they were", async () => {
    const m = await market();
    await open(m, m.alice, TOTAL, wad(50));
    await laterRound(m, START_PRICE * 1.4, 1_800n);
    const owner = m.alice.account.address;
    const before = await m.perp.read.positionAfter([ETH_USD, owner, 0n, 0n]);
    const { limitSize } = await preview(m, before);
    await m.perp.write.trade([ETH_USD, -1n], from(m.alice));
    const after = await m.perp.read.positionAfter([ETH_USD, owner, 0n, 0n]);
    // The position is 40 000 up; one wei of it is worth 800 wei of that.
    expect(after.equity - before.equity <= 800n).to.equal(true);
    expect((await preview(m, after)).limitSize <= limitSize + DUST).to.equal(true);
  });

  it("does not free the unrealised profit for a withdrawal", async () => {
    const m = await market();
    await open(m, m.alice, TOTAL, wad(50));
    await laterRound(m, START_PRICE * 1.4, 1_800n);
    const owner = m.alice.account.address;
    const held = await m.token.read.balanceOf([owner]);
    await m.perp.write.modify([ETH_USD, -1n, -(TOTAL + 1n) * m.tokenUnit], from(m.alice));
    expect(await m.token.read.balanceOf([owner])).to.equal(held);
    expect((await m.perp.read.account([ETH_USD, owner])).size).to.equal(wad(50) - 1n);
  });
});

/** Trades in the second of the last block: an older price would allow less, however little. */
async function tradeNow(m: TestMarket, trader: Trader, delta: bigint): Promise<void> {
  await holdClock(m);
  await m.perp.write.trade([ETH_USD, delta], from(trader));
}

/** Opens the largest position the guard says is allowed, less dust. */
async function openTheMost(m: TestMarket, trader: Trader, sign: bigint): Promise<{ size: bigint; limit: number }> {
  const { maxSize, limit } = await preview(m, await m.perp.read.positionAfter([ETH_USD, trader.account.address, sign, 0n]));
  const size = maxSize > DUST ? maxSize - DUST : 0n;
  if (size > 0n) await tradeNow(m, trader, sign * size);
  expect(await revertName(tradeNow(m, trader, sign * 2n * DUST))).to.equal("SizeExceeded");
  return { size, limit };
}

async function openInterest(m: TestMarket): Promise<bigint[]> {
  const { longOpenInterest, shortOpenInterest, totalCost } = await m.perp.read.marketData([ETH_USD]);
  return [longOpenInterest, shortOpenInterest, totalCost];
}
