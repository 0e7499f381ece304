/** Guards on feeds that are made of other feeds, and what every such feed owes a guard. */
import { expect } from "chai";
import { encodeFunctionData, type Hex, parseAbi } from "viem";
import { isUsable } from "../../sdk/src/guard/sizing.ts";
import { check, type Policy } from "../../sdk/src/index.ts";
import { getSnapshot } from "../../sdk/src/viem/index.ts";
import { LEAVING, RISKING, SIZE } from "./actions.ts";
import { FAULTS, type Fault, faultOf } from "./faults.ts";
import type { FeedUnderTest } from "./feeds/feedUnderTest.ts";
import {
  type Connection,
  createDirect,
  type DirectGuard,
  ETH_USD,
  enforce,
  expectRevert,
  fixture,
  GAS,
  goTo,
  lower,
  now,
  type PositionStruct,
  position,
  preview,
  START_PRICE,
  statusIndex,
} from "./market.ts";
import { callRaw } from "./parityGuard.ts";

/** The conservative variance a market begins with: 150 % a year. */
export const INITIAL_VARIANCE = 225n * 10n ** 16n;
/** Seconds between the rounds of a calm day: no less than a sample needs, and than a recording. */
const CALM_STEP = 1_800n;
/** More than the 24 samples that the guard waits for. */
const CALM_ROUNDS = 48;

/** Seconds between two recordings of what keeps its own rounds, and some that it refuses. */
export const SPACING = 600n;
export const BAD_SPACINGS = [0n, 599n, 86_401n, 2n ** 256n - 1n];

export const faultIndex = (fault: Fault): number => FAULTS.indexOf(fault);

export type GuardedFeed = DirectGuard & { readonly lens: Hex };

/** A guard whose market is priced by the feed at this address. */
export async function guardOn(connection: Connection, feed: Hex, overrides: Partial<Policy> = {}): Promise<GuardedFeed> {
  const direct = await createDirect(connection, { feed: lower(feed), ...overrides });
  const { address } = await connection.viem.deployContract("SizingLens");
  return { ...direct, lens: address };
}

export const word = (m: DirectGuard): Promise<bigint> => m.guard.read.volatilityWord([ETH_USD]);
export const storedVariance = (m: DirectGuard): Promise<bigint> => m.guard.read.variance([ETH_USD]);
/** With gas enough: what is estimated to go through might be what a starved feed leaves. */
export const poke = (m: DirectGuard): Promise<Hex> => pokeWith(m, GAS);
export const pokeWith = (m: DirectGuard, gas: bigint): Promise<Hex> => m.guard.write.poke([ETH_USD], { gas });

const FACE = parseAbi(["function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)"]);

/** Gas of a feed's latest round, nothing of it touched before. */
export async function coldGas(connection: Connection, feed: Hex): Promise<bigint> {
  const meter = await connection.viem.deployContract("Meter");
  const data = encodeFunctionData({ abi: FACE, functionName: "latestRoundData" });
  const { result } = await meter.simulate.measure([feed, data]);
  return result[0];
}

/** The SDK on a snapshot of now says what the guard says, of each of these positions. */
export async function expectAgreement(m: GuardedFeed, asked: readonly PositionStruct[]): Promise<void> {
  const { address: guard } = m.guard;
  for (const one of asked) {
    const snapshot = await getSnapshot(m.publicClient, { lens: m.lens, guard, market: ETH_USD, account: one.account });
    const verdict = await preview(m, one);
    const { allowed, maxSize, limitSize } = check(snapshot, one, snapshot.timestamp);
    expect({ allowed, maxSize, limitSize }).to.deep.equal({
      allowed: verdict.allowed,
      maxSize: verdict.maxSize,
      limitSize: verdict.limitSize,
    });
  }
}

/** Nothing may grow for want of a price, everything may shrink, and the word stays. */
export async function expectBlackout(m: GuardedFeed): Promise<void> {
  const before = await word(m);
  // Why, as far as the feed itself says so.
  const { data } = await callRaw(m.connection.provider, m.policy.feed, encodeFunctionData({ abi: FACE, functionName: "latestRoundData" }));
  const status = statusIndex(faultOf(data));
  for (const [what, overrides] of LEAVING) {
    const asked = position(overrides);
    await enforce(m, asked);
    expect((await preview(m, asked)).allowed, what).to.equal(true);
  }
  for (const [what, overrides] of RISKING) {
    const asked = position(overrides);
    expect((await preview(m, asked)).allowed, what).to.equal(false);
    await expectRevert(enforce(m, asked), "OracleRejected", [ETH_USD, asked.account, status]);
  }
  expect(await word(m)).to.equal(before);
  await expectAgreement(m, [position({ sizeAfter: 1n }), position({ sizeBefore: SIZE, sizeAfter: SIZE / 2n })]);
}

/** What every feed owes a guard: a price to grow on, a history that lets variance fall, and no price in doubt. */
export function describeAdapter<T extends GuardedFeed>({ build, write, failures }: FeedUnderTest<T>): void {
  const load = fixture(async (connection) => {
    const m = await build(connection);
    await write(m, START_PRICE);
    await poke(m);
    return m;
  });

  it("lets positions grow on a good price, and the SDK agrees", async () => {
    const m = await load();
    for (const [what, overrides] of RISKING) {
      const asked = position({ ...overrides, equity: 1_000_000n * 10n ** 18n });
      await enforce(m, asked);
      expect((await preview(m, asked)).allowed, what).to.equal(true);
    }
    await expectAgreement(m, [position({ sizeAfter: SIZE }), position({ sizeAfter: -SIZE }), position({ sizeAfter: 10n ** 30n })]);
  });

  it("has a history: after a calm day the variance is below its conservative beginning", async () => {
    const m = await load();
    expect(await storedVariance(m)).to.equal(INITIAL_VARIANCE);
    await calmDay(m, write);
    const [variance, verdict] = [await storedVariance(m), await preview(m, position({ sizeAfter: 1n }))];
    expect(variance < INITIAL_VARIANCE, `stored: ${variance}`).to.equal(true);
    expect(verdict.variance < INITIAL_VARIANCE, `sized by: ${verdict.variance}`).to.equal(true);
    await expectAgreement(m, [position({ sizeAfter: SIZE })]);
  });

  it("has a history that nobody need watch while it is written: one poke after half a day walks all of it", async () => {
    const m = await load();
    await calmDay(m, write, 24, false);
    await poke(m);
    const walked = await storedVariance(m);
    const watched = await load();
    await calmDay(watched, write, 24);
    expect(walked).to.equal(await storedVariance(watched));
  });

  it("cannot be made to skip its history: a poke with too little gas fails, and one that succeeds has walked all of it", async () => {
    const m = await load();
    await calmDay(m, write);
    const start = await now(m);
    for (const [i, share] of [1, 0.8, 0.9, 1, 1].entries()) {
      await goTo(m, start + CALM_STEP * BigInt(i + 1));
      await write(m, START_PRICE * share);
    }
    const before = await m.connection.networkHelpers.takeSnapshot();
    const unpoked = await word(m);
    await pokeWith(m, GAS);
    const whole = await word(m);
    let [failed, walked] = [0, 0];
    for (let gas = 40_000n; gas < 700_000n; gas += gas < 250_000n ? 3_000n : 25_000n) {
      await before.restore();
      const isDone = await pokeWith(m, gas).then(
        () => true,
        () => false,
      );
      expect(await word(m), `with ${gas} gas`).to.equal(isDone ? whole : unpoked);
      if (isDone) walked++;
      else failed++;
    }
    expect([failed > 5, walked > 5]).to.deep.equal([true, true]);
  });

  for (const { name, strike } of failures.filter(({ status }) => !isUsable(status))) {
    it(`is no price to grow on, and lets everything shrink: ${name}`, async () => {
      const m = await load();
      await strike(m);
      await expectBlackout(m);
    });
  }
}

/** Half an hour after half an hour at one price, observed as it comes or not. */
export async function calmDay<T extends GuardedFeed>(
  m: T,
  write: FeedUnderTest<T>["write"],
  rounds = CALM_ROUNDS,
  isWatched = true,
): Promise<void> {
  const start = await now(m);
  for (let i = 1; i <= rounds; i++) {
    await goTo(m, start + CALM_STEP * BigInt(i));
    await write(m, START_PRICE);
    if (isWatched) await poke(m);
  }
}
