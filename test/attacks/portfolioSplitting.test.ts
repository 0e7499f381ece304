import { expect } from "chai";
import type { Hex } from "viem";
import type { Exposure, Policy } from "../../sdk/src/index.ts";
import { UNCAPPED } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { fixture, goTo, holdClock, limitIndex, now, position } from "../helpers/market.ts";
import { ASSESS, ASSESS_FACTOR } from "../helpers/mirroredRisk.ts";
import {
  createPortfolio,
  enforcePortfolio,
  exposure,
  idOf,
  type PortfolioMarket,
  previewPortfolio,
  WAD,
} from "../helpers/portfolioMarket.ts";

const MODELS: Readonly<Record<string, Partial<Policy>>> = {
  "by scenarios": { netting: WAD / 2n, portfolioBudget: WAD / 2n },
  "by one factor": { usesFactor: true, hasBeta: true, beta: (7n * WAD) / 10n, betaStress: WAD / 5n, portfolioBudget: WAD / 2n },
};
const COUNTS = [2, 10, 100];
const EQUITY = 1_000_000n * WAD;
const MARKET = idOf(0);
/** Of the account that isn't split, beside the market it trades: a hedge and something that adds up. */
const HELD: readonly Exposure[] = [exposure(idOf(1), -400_000n), exposure(idOf(2), 300_000n)].sort((x, y) =>
  x.market < y.market ? -1 : 1,
);

// Promise 4 for portfolios: what k of them get together, of what one gets.
for (const [model, policy] of Object.entries(MODELS)) {
  describe(`however an account of several markets is split, ${model}`, () => {
    const deployed = fixture((connection) => createPortfolio(connection, 3, policy));

    it("over wallets, each with its part of the money and of what it is held for", async function () {
      const shares: string[] = [];
      for (const count of COUNTS) {
        const m = await deployed();
        const most = await mostOfOne(m);
        let got = 0n;
        for (let index = 0; index < count; index++) got += await takeAll(m, index, count);
        shares.push(share(got, most, count));
      }
      this.runnable().title += ` (${shares.join(", ")})`;
    });

    for (const splitting of ["orders", "blocks"] as const) {
      it(`over ${splitting}`, async function () {
        const shares: string[] = [];
        for (const count of COUNTS) {
          const m = await deployed();
          const most = await mostOfOne(m);
          let got = 0n;
          for (let index = 0; index < count; index++) {
            if (splitting === "blocks") await nextBlock(m);
            got = await takeSome(m, got, count - index);
          }
          shares.push(share(got, splitting === "blocks" ? larger(most, await mostOfOne(m)) : most, count));
        }
        this.runnable().title += ` (${shares.join(", ")})`;
      });
    }
  });
}

/** What one account with all of it may have. */
async function mostOfOne(m: PortfolioMarket): Promise<bigint> {
  const [verdict] = await previewPortfolio(m, MARKET, position({ equity: EQUITY, sizeAfter: 1n }), HELD);
  expect(verdict.limit).to.equal(limitIndex("Portfolio"));
  return verdict.limitSize;
}

async function takeAll(m: PortfolioMarket, index: number, count: number): Promise<bigint> {
  const part = BigInt(count);
  const asked = { account: walletOf(index), equity: EQUITY / part };
  const held = HELD.map((one) => ({ ...one, delta: one.delta / part }));
  const [{ maxSize }] = await previewPortfolio(m, MARKET, position({ ...asked, sizeAfter: 1n }), held);
  await holdClock(m);
  await enforcePortfolio(m, MARKET, position({ ...asked, sizeAfter: maxSize }), held);
  return maxSize;
}

/** One of so many orders that are left takes its part of what may still be had; the last takes the rest. */
async function takeSome(m: PortfolioMarket, got: bigint, left: number): Promise<bigint> {
  const asked = { account: walletOf(0), equity: EQUITY, sizeBefore: got };
  const [{ maxSize }] = await previewPortfolio(m, MARKET, position({ ...asked, sizeAfter: got + 1n }), HELD);
  const next = got + (maxSize - got) / BigInt(left);
  if (next === got) return got;
  await holdClock(m);
  await enforcePortfolio(m, MARKET, position({ ...asked, sizeAfter: next }), HELD);
  return next;
}

async function nextBlock(m: PortfolioMarket): Promise<void> {
  const time = (await now(m)) + 12n;
  await goTo(m, time);
  for (const { feed } of m.markets) await feed.write.push([2_000n * 10n ** 8n, time]);
}

/** No more than one gets, and nearly as much: the limit is no penalty for being many. */
function share(got: bigint, most: bigint, count: number): string {
  expect(got <= most, `${count} get ${got}, one gets ${most}`).to.equal(true);
  expect(got >= (most * 99n) / 100n, `${count} get ${got} of ${most}`).to.equal(true);
  return `${count}: ${Number((got * 1_000_000n) / most) / 10_000} %`;
}

const walletOf = (index: number): Hex => `0x${(0xb0000 + index).toString(16).padStart(40, "0")}`;
const larger = (x: bigint, y: bigint): bigint => (x > y ? x : y);

// Split however one likes: who holds the hedge need not be who holds the money.
describe(`a portfolio split at random (SEED=${SEED})`, () => {
  for (const { name, mirror, plausible } of [ASSESS, ASSESS_FACTOR]) {
    it(`${name}: accounts with all of it between them get no more than one account`, () => {
      const random = new Random(SEED, `splitting ${name}`);
      const [NEXT, EQUITY_AT, KEEPS_LOSS] = name === "assess" ? [22, 23, 25] : [21, 22, 24];
      let compared = 0;
      for (let i = 0; i < 2_000; i++) {
        const words = [...(plausible as (random: Random) => readonly bigint[])(random)];
        // Without caps on net Greeks, which are each account's own; everything judged against the budget alone.
        words[0] = ((words[0] ?? 0n) >> 5n) << 5n;
        words[KEEPS_LOSS] = 0n;
        const parts = split(random, words, EQUITY_AT);
        const limitOf = (part: readonly bigint[]): bigint => (mirror(...part) as readonly bigint[])[0] ?? 0n;
        const lossAt = (part: readonly bigint[], notional: bigint): readonly bigint[] =>
          mirror(...part.map((word, at) => (at === NEXT ? notional : word))) as readonly bigint[];
        const side = (words[NEXT] ?? 0n) < 0n ? -1n : 1n;
        const limits = parts.map(limitOf);
        if (limits.some((limit) => limit === UNCAPPED || limit >= 2n ** 150n)) continue;
        // Each of them passes, loss and all.
        if (parts.some((part, at) => (lossAt(part, side * (limits[at] ?? 0n))[1] ?? 0n) > (lossAt(part, 0n)[2] ?? 0n))) continue;
        const together = limits.reduce((sum, limit) => sum + limit, 0n);
        const [, loss = 0n, allowed = 0n] = lossAt(words, side * together);
        // Every account rounds by itself.
        expect(loss <= allowed + 64n, `together ${together}: loses ${loss} of ${allowed}`).to.equal(true);
        compared++;
      }
      expect(compared).to.be.at.least(300);
    });
  }
});

/** The Greeks and the equity of an account, dealt out to as many as may be 4. */
function split(random: Random, words: readonly bigint[], equityAt: number): readonly bigint[][] {
  const parts: bigint[][] = Array.from({ length: 2 + random.below(3) }, () => [...words]);
  const dealt = [...Array.from({ length: 12 }, (_, i) => 5 + i), equityAt];
  for (const at of dealt) {
    let left = words[at] ?? 0n;
    for (const [index, part] of parts.entries()) {
      const own = index === parts.length - 1 ? left : (left * random.between(0n, 100n)) / 100n;
      part[at] = own;
      left -= own;
    }
  }
  return parts;
}
