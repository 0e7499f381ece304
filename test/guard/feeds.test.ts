import { expect } from "chai";
import { unpackVolatilityWord } from "../../sdk/src/math/index.ts";
import {
  changePolicy,
  createDirect,
  type DirectGuard,
  ETH_USD,
  fixture,
  goTo,
  limitIndex,
  now,
  POLICY,
  position,
  preview,
  pushRound,
  START_PRICE,
  statusIndex,
  warmUp,
} from "../helpers/market.ts";

const warm = fixture(async (connection) => {
  const m = await createDirect(connection);
  await warmUp(m);
  return m;
});

const long = position({ sizeAfter: 1n });
const short = position({ sizeAfter: -1n });

/** The feed and the policy change to other decimals; the word stays, because the price does. */
async function useDecimals(m: DirectGuard, decimals: number): Promise<DirectGuard> {
  await m.feed.write.setDecimals([decimals]);
  const policy = { ...m.policy, feedDecimals: BigInt(decimals) };
  await changePolicy({ ...m, policy }, {});
  return { ...m, policy };
}

describe("a feed's decimals", () => {
  it("do not matter: 0, 6, 8, 18, 19 and 36 decimals give the same price and the same limits", async () => {
    const seen = [];
    for (const decimals of [8, 0, 6, 18, 19, 36]) {
      const m = await useDecimals(await warm(), decimals);
      const { time } = unpackVolatilityWord(await m.guard.read.volatilityWord([ETH_USD]));
      await goTo(m, time + 1_000n);
      await pushRound(m, START_PRICE, time + 1_000n);
      await goTo(m, time + 1_100n);
      const [asLong, asShort] = [await preview(m, long), await preview(m, short)];
      expect(asLong.limitSize > 0n && asShort.limitSize > 0n).to.equal(true);
      seen.push([asLong.price, asLong.limitSize, asShort.limitSize]);
    }
    for (const values of seen) expect(values).to.deep.equal(seen[0]);
  });

  const conversions: readonly [decimals: number, answer: bigint, price: bigint][] = [
    [0, 1n, 10n ** 18n],
    [6, 1n, 10n ** 12n],
    [18, 1n, 1n],
    [19, 1n, 1n],
    [19, 10n, 1n],
    [19, 11n, 2n],
    [36, 1n, 1n],
    [36, 10n ** 18n, 1n],
    [36, 2_000n * 10n ** 36n + 1n, 2_000n * 10n ** 18n + 1n],
  ];
  for (const [decimals, answer, price] of conversions) {
    it(`an answer of ${answer} with ${decimals} decimals is a price of ${price}: rounded up, never to zero`, async () => {
      const m = await useDecimals(await warm(), decimals);
      await m.feed.write.push([answer, await now(m)]);
      expect((await preview(m, long)).price).to.equal(price);
    });
  }

  it("an answer too large for its decimals is no price", async () => {
    const m = await useDecimals(await warm(), 17);
    const largest = (2n ** 255n - 1n) / 10n;
    await m.feed.write.push([largest, await now(m)]);
    expect((await preview(m, long)).price).to.equal(largest * 10n);
    await m.feed.write.push([largest + 1n, await now(m)]);
    expect(await preview(m, long)).to.include({ price: 0n, limitSize: 0n, status: statusIndex("Invalid"), limit: limitIndex("Oracle") });
  });
});

describe("an ageing price", () => {
  const { heartbeat, maxAge } = POLICY;

  /** The verdict when the price is so old. */
  async function at(m: DirectGuard, written: bigint, age: bigint, asked = long) {
    await goTo(m, written + age);
    return preview(m, asked);
  }

  for (const [side, asked] of [
    ["long", long],
    ["short", short],
  ] as const) {
    it(`shrinks the limit of a ${side} smoothly, never lets it grow, and ends at zero`, async () => {
      const m = await warm();
      const written = (await now(m)) + 10n;
      await goTo(m, written);
      await pushRound(m, START_PRICE, written);
      const full = (await at(m, written, 10n, asked)).limitSize;
      const steps = 60n;
      let last = full;
      for (let i = 1n; i <= steps; i++) {
        const { limitSize } = await at(m, written, 10n + ((maxAge - 10n) * i) / steps, asked);
        expect(limitSize <= last, `step ${i} grew`).to.equal(true);
        // A straight line from heartbeat to largest age loses 2.6 % of the whole at each of these steps; no step loses double.
        expect(last - limitSize <= (full * 52n) / 1_000n, `step ${i} jumped from ${last} to ${limitSize}`).to.equal(true);
        last = limitSize;
      }
      expect(last).to.equal(0n);
    });
  }

  it("is Valid up to the heartbeat, Aging after it, and Stale from its largest age on, each to the second", async () => {
    const m = await warm();
    const written = (await now(m)) + 10n;
    await goTo(m, written);
    await pushRound(m, START_PRICE, written);
    const expected = [
      [heartbeat, "Valid"],
      [heartbeat + 1n, "Aging"],
      [maxAge - 1n, "Aging"],
      [maxAge, "Stale"],
      [maxAge + 1n, "Stale"],
    ] as const;
    for (const [age, status] of expected) {
      const verdict = await at(m, written, age);
      expect(verdict.status, `at ${age} s`).to.equal(statusIndex(status));
      expect(verdict.limitSize === 0n, `limit at ${age} s`).to.equal(status === "Stale");
      if (status === "Stale") expect(verdict.limit).to.equal(limitIndex("Oracle"));
    }
  });

  it("leaves the word alone: age is not a round", async () => {
    const m = await warm();
    const word = await m.guard.read.volatilityWord([ETH_USD]);
    await goTo(m, (await now(m)) + maxAge * 10n);
    await m.guard.write.poke([ETH_USD]);
    expect(await m.guard.read.volatilityWord([ETH_USD])).to.equal(word);
  });
});
