import { expect } from "chai";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  changePolicy,
  createDirect,
  type DirectGuard,
  ETH_USD,
  enforce,
  expectRevert,
  fixture,
  holdClock,
  type PositionStruct,
  position,
  preview,
  wad,
  warmUp,
} from "../helpers/market.ts";

const direct = fixture(async (connection) => {
  const m = await createDirect(connection);
  await warmUp(m);
  // A small market, so that others' open interest counts in both the cap and the margin.
  await changePolicy(m, { openInterestCap: wad(2_000), fullMarginOpenInterest: wad(4_000_000) });
  return m;
});

type Effect = "tightens" | "changes nothing" | "loosens";

interface Misstatement {
  readonly what: string;
  readonly told: (truth: PositionStruct, random: Random) => PositionStruct;
  readonly effect: Effect;
}

const some = (random: Random): bigint => random.between(1n, wad(500));
const less = (value: bigint, random: Random): bigint => value - random.between(0n, value);

/** What the guard can be told wrongly, and which way that can move its answer. */
const MISSTATEMENTS: readonly Misstatement[] = [
  { what: "sizeBefore too small", told: (p, r) => ({ ...p, sizeBefore: less(p.sizeBefore, r) }), effect: "tightens" },
  { what: "sizeBefore on the other side", told: (p) => ({ ...p, sizeBefore: -p.sizeBefore }), effect: "tightens" },
  {
    what: "sizeBefore too large (the protocol's trust)",
    told: (p, r) => ({ ...p, sizeBefore: p.sizeBefore + some(r) }),
    effect: "loosens",
  },
  { what: "sameSideOthers too large", told: (p, r) => ({ ...p, sameSideOthers: p.sameSideOthers + some(r) }), effect: "tightens" },
  {
    what: "sameSideOthers with the account itself in it",
    told: (p) => ({ ...p, sameSideOthers: p.sameSideOthers + p.sizeAfter }),
    effect: "tightens",
  },
  {
    what: "sameSideOthers too small (the protocol's trust)",
    told: (p, r) => ({ ...p, sameSideOthers: less(p.sameSideOthers, r) }),
    effect: "loosens",
  },
  { what: "oppositeOthers too large", told: (p, r) => ({ ...p, oppositeOthers: p.oppositeOthers + some(r) }), effect: "changes nothing" },
  { what: "oppositeOthers too small", told: (p) => ({ ...p, oppositeOthers: 0n }), effect: "changes nothing" },
  { what: "equity too small", told: (p, r) => ({ ...p, equity: p.equity - wad(1) - some(r) }), effect: "tightens" },
  { what: "equity too large (the protocol's trust)", told: (p, r) => ({ ...p, equity: p.equity + some(r) }), effect: "loosens" },
  { what: "a flow of 0 said to be a withdrawal", told: (p) => ({ ...p, flow: -1n }), effect: "tightens" },
  { what: "poolEquity, in either direction", told: (p, r) => ({ ...p, poolEquity: some(r) }), effect: "changes nothing" },
];

/** Bounds of the change in the largest size, and whether some case must show a change. */
const ALLOWED: Record<Effect, (change: bigint) => boolean> = {
  tightens: (change) => change <= 0n,
  "changes nothing": (change) => change === 0n,
  loosens: (change) => change >= 0n,
};

const CASES = 40;

describe(`a mis-stated position (SEED=${SEED})`, () => {
  for (const { what, told, effect } of MISSTATEMENTS) {
    it(`${what}: only ever ${effect}`, async () => {
      const m = await direct();
      const random = new Random(SEED, what);
      let changed = 0;
      for (let i = 0; i < CASES; i++) {
        const truth = randomTruth(random);
        const change = (await largest(m, told(truth, random))) - (await largest(m, truth));
        expect(ALLOWED[effect](change), `case ${i} changed the largest size by ${change}`).to.equal(true);
        if (change !== 0n) changed++;
      }
      expect(changed > 0, `${changed} of ${CASES} cases changed`).to.equal(effect !== "changes nothing");
    });
  }

  it("flow: a payout that is not said to be one lets the position stay as large as it was (the protocol's trust)", async () => {
    const m = await direct();
    const emptied = { equity: wad(100), sizeBefore: wad(50), sizeAfter: wad(50) };
    const honest = position({ ...emptied, flow: -wad(9_900) });
    await holdClock(m);
    const { maxSize, limit } = await preview(m, honest);
    await expectRevert(enforce(m, honest), "SizeExceeded", [ETH_USD, honest.account, wad(50), maxSize, limit]);
    await enforce(m, position({ ...emptied, flow: 0n }));
  });

  it("sizeBefore: an increase said to be a reduction passes unjudged (the protocol's trust)", async () => {
    const m = await direct();
    const honest = position({ sizeBefore: wad(100), sizeAfter: wad(1_000) });
    await holdClock(m);
    const { maxSize, limit } = await preview(m, honest);
    await expectRevert(enforce(m, honest), "SizeExceeded", [ETH_USD, honest.account, wad(1_000), maxSize, limit]);
    await enforce(m, { ...honest, sizeBefore: wad(1_001) });
  });

  /** A long among others that the guard would let stand, or not. */
  function randomTruth(random: Random): PositionStruct {
    return position({
      equity: random.between(wad(1), wad(100_000)),
      sizeBefore: random.between(0n, wad(200)),
      sizeAfter: random.between(1n, wad(300)),
      sameSideOthers: random.between(0n, wad(1_500)),
      oppositeOthers: random.between(0n, wad(1_500)),
    });
  }

  const largest = async (m: DirectGuard, asked: PositionStruct): Promise<bigint> => (await preview(m, asked)).maxSize;
});
