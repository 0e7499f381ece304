import { type GuardedFeed, guardOn } from "../adapters.ts";
import { grouped } from "../document.ts";
import { statusOf } from "../faults.ts";
import { deploySource, type Source, strike, write } from "../feedSources.ts";
import { type Connection, goTo, now, POLICY, START_PRICE } from "../market.ts";
import { NO_CODE, setCode } from "../sourceCode.ts";
import { type Failure, type FeedUnderTest, faultsOf } from "./feedUnderTest.ts";

export type Plain = GuardedFeed & { readonly source: Source };

export async function createPlain(connection: Connection): Promise<Plain> {
  const source = await deploySource(connection);
  return { ...(await guardOn(connection, source.address)), source };
}

const latestId = (m: Plain): Promise<bigint> => m.source.read.latestId();

/** The last round's time, seconds. */
const lastTime = async (m: Plain): Promise<bigint> => (await m.source.read.rounds([await latestId(m)]))[1];

/** Time goes on without a round, until the last one is so many seconds old. */
const until = (age: bigint) => async (m: Plain) => goTo(m, (await lastTime(m)) + age);

/** A round for each price, ten minutes apart, that nobody observes. */
async function unseen(m: Plain, ...prices: readonly number[]): Promise<void> {
  for (const price of prices) {
    await goTo(m, (await now(m)) + 600n);
    await write(m, m.source, price);
  }
}

/** What a feed may do to who walks its history. Each has a price of now. */
const HISTORIES: readonly Failure<Plain>[] = [
  {
    name: "the feed wrote two rounds in one second, of 1 800 and of 1 700",
    status: "Valid",
    strike: async (m) => {
      const time = (await now(m)) + 600n;
      await goTo(m, time);
      for (const price of [1_800, 1_700]) await write(m, m.source, price, time);
    },
    price: 1_700,
  },
  {
    name: "the feed wrote the last round's time and another price",
    status: "Valid",
    strike: async (m) => write(m, m.source, START_PRICE * 0.95, await lastTime(m)),
    price: START_PRICE * 0.95,
  },
  {
    name: "the feed's time went back by 100 s",
    status: "Valid",
    strike: async (m) => write(m, m.source, START_PRICE * 0.95, (await lastTime(m)) - 100n),
    price: START_PRICE * 0.95,
  },
  {
    name: "the feed began a phase after a crash that nobody saw",
    status: "Valid",
    strike: async (m) => {
      await unseen(m, START_PRICE * 0.8);
      await m.source.write.startPhase([2]);
      await unseen(m, START_PRICE);
    },
  },
  {
    name: "the feed's ids began anew, lower",
    status: "Valid",
    strike: async (m) => {
      await unseen(m, START_PRICE * 0.8);
      await m.source.write.startPhase([0]);
      await unseen(m, START_PRICE);
    },
  },
  {
    name: "the feed lost the round of a crash that nobody saw",
    status: "Valid",
    strike: async (m) => {
      await unseen(m, START_PRICE * 0.8, START_PRICE);
      await m.source.write.set([(await latestId(m)) - 1n, 0n, 0n]);
    },
  },
  {
    name: "the feed answered 0 between a crash that nobody saw and now",
    status: "Valid",
    strike: (m) => unseen(m, START_PRICE * 0.8, 0, START_PRICE),
  },
  {
    name: "the feed wrote 70 rounds that nobody saw",
    status: "Valid",
    strike: async (m) => {
      const start = await now(m);
      const times = Array.from({ length: 70 }, (_, index) => start + BigInt(index + 1));
      await goTo(m, start + 70n);
      await m.source.write.pushMany([times.map((_, index) => BigInt(index % 2 === 0 ? 2_000 : 1_900) * 10n ** 8n), times]);
    },
    price: 1_900,
  },
];

export const PLAIN: FeedUnderTest<Plain> = {
  name: "A Chainlink-shaped feed, read directly",
  setting: `Eight decimals, heartbeat ${grouped(POLICY.heartbeat)} s, largest age ${grouped(POLICY.maxAge)} s.`,
  build: createPlain,
  write: (m, price) => write(m, m.source, price),
  failures: [
    ...faultsOf<Plain>("the feed", (m, fault) => strike(m, m.source, fault), statusOf),
    { name: "the feed is gone", status: "Invalid", strike: (m) => setCode(m, m.source.address, NO_CODE) },
    { name: "the feed was never written", status: "Invalid", strike: async (m) => m.source.write.set([await latestId(m), 0n, 0n]) },
    { name: "the price is 7 000 s old", status: "Aging", strike: until(7_000n) },
    { name: "the price is as old as it may get", status: "Stale", strike: until(POLICY.maxAge) },
    { name: "the price is ten years old", status: "Stale", strike: until(315_360_000n) },
    {
      name: "the feed answers with one decimal more",
      status: "Valid",
      strike: async (m) => {
        await m.source.write.setDecimals([9]);
        await write(m, m.source, START_PRICE);
      },
      price: START_PRICE * 10,
    },
    ...HISTORIES,
  ],
};
