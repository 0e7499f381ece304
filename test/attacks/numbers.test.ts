import { expect } from "chai";
import type { Limit, Policy } from "../../sdk/src/index.ts";
import {
  changePolicy,
  createDirect,
  type DirectGuard,
  enforce,
  fixture,
  goTo,
  holdClock,
  limitIndex,
  now,
  position,
  preview,
  pushRound,
  START_PRICE,
  wad,
  warmUp,
} from "../helpers/market.ts";

const direct = fixture(async (connection) => {
  const m = await createDirect(connection);
  await warmUp(m, 60);
  return m;
});

const COUNTS = [2, 10, 100];
const EQUITY = wad(1_000_000);
const PERIOD = 3_600n;
const CAPACITY = wad(36);

/** A market in which that limit is what stands between the money and a larger position. */
const REGIMES: Readonly<Partial<Record<Limit, Partial<Policy>>>> = {
  Volatility: { active: ["Volatility", "OpenInterest"] },
  Collateral: { active: ["Collateral", "OpenInterest"] },
  Margin: { active: ["Margin", "OpenInterest"], fullMarginOpenInterest: wad(1_000_000) },
  Liquidity: { active: ["Volatility", "Liquidity", "OpenInterest"], liquidityCap: wad(40_000) },
  OpenInterest: { active: ["Volatility", "OpenInterest"], openInterestCap: wad(30) },
  Skew: { active: ["Volatility", "OpenInterest", "Skew"], maxSkew: wad(25) },
  Growth: { active: ["Volatility", "OpenInterest", "Growth"], growthCapacity: CAPACITY, growthPeriod: PERIOD },
};

type Splitting = "wallets" | "orders" | "blocks";

// Promise 4 in numbers: what k of them get together, of what one gets.
describe("however the money is split", () => {
  for (const [limit, policy] of Object.entries(REGIMES) as [Limit, Partial<Policy>][]) {
    for (const splitting of ["wallets", "orders", "blocks"] as const) {
      it(`${limit}, over ${splitting}`, async function () {
        const shares: string[] = [];
        for (const count of COUNTS) {
          const m = await direct();
          await changePolicy(m, policy);
          const { got, most } = await split(m, limit, splitting, count);
          expect(got <= most, `${count} get ${got}, one gets ${most}`).to.equal(true);
          // The limit is the market's, and not a penalty for being many.
          expect(got >= (most * 99n) / 100n, `${count} get ${got} of ${most}`).to.equal(true);
          shares.push(`${count}: ${Number((got * 1_000_000n) / most) / 10_000} %`);
        }
        this.runnable().title += ` (${shares.join(", ")})`;
      });
    }
  }
});

/** What they get together, and what one could have at the end. */
async function split(m: DirectGuard, limit: Limit, splitting: Splitting, count: number): Promise<{ got: bigint; most: bigint }> {
  const started = await now(m);
  const alone = await preview(m, position({ account: walletOf(0), equity: EQUITY, sizeAfter: 1n }));
  expect(alone.limit).to.equal(limitIndex(limit));
  let got = 0n;
  for (let i = 0; i < count; i++) {
    if (splitting === "blocks") {
      await goTo(m, (await now(m)) + 12n);
      await pushRound(m, START_PRICE);
    }
    got = await take(m, splitting, { index: i, count, got });
  }
  if (limit === "Growth") return { got, most: CAPACITY + (CAPACITY / PERIOD) * ((await now(m)) - started) };
  const atTheEnd = await preview(m, position({ account: walletOf(count), equity: EQUITY, sizeAfter: 1n }));
  return { got, most: splitting === "blocks" ? larger(alone.limitSize, atTheEnd.limitSize) : alone.limitSize };
}

interface Step {
  readonly index: number;
  readonly count: number;
  readonly got: bigint;
}

/** One of them takes what it can: a wallet all its share of the money allows, an order its part of what is left. */
async function take(m: DirectGuard, splitting: Splitting, { index, count, got }: Step): Promise<bigint> {
  if (splitting === "wallets") {
    const asked = { account: walletOf(index), equity: EQUITY / BigInt(count), sameSideOthers: got };
    const { maxSize } = await preview(m, position({ ...asked, sizeAfter: 1n }));
    if (maxSize === 0n) return got;
    await holdClock(m);
    await enforce(m, position({ ...asked, sizeAfter: maxSize }));
    return got + maxSize;
  }
  const asked = { account: walletOf(0), equity: EQUITY, sizeBefore: got };
  const { maxSize } = await preview(m, position({ ...asked, sizeAfter: got + 1n }));
  const next = index === count - 1 ? maxSize : got + (maxSize - got) / BigInt(count - index);
  if (next === got) return got;
  await holdClock(m);
  await enforce(m, position({ ...asked, sizeAfter: next }));
  return next;
}

function walletOf(index: number): `0x${string}` {
  return `0x${(0xa0000 + index).toString(16).padStart(40, "0")}`;
}

const larger = (x: bigint, y: bigint): bigint => (x > y ? x : y);
