import { expect } from "chai";
import type { Hex } from "viem";
import { checkPortfolio, type Exposure, encodePolicy, type GuardSnapshot, type Policy, type Position } from "../../sdk/src/index.ts";
import { unpackGrowthMeter } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  eventOf,
  eventsOf,
  expectRevert,
  fixture,
  holdClock,
  limitIndex,
  type PositionStruct,
  position,
  setFault,
  UINT256_MAX,
} from "../helpers/market.ts";
import { snapshotWith } from "../helpers/parityFixtures.ts";
import {
  ascending,
  checked,
  createPortfolio,
  enforcePortfolio,
  exposure,
  idOf,
  type PortfolioMarket,
  previewPortfolio,
  WAD,
} from "../helpers/portfolioMarket.ts";

/** Everything moves together, so that a hedge counts in full; a move of 20 000 costs about 6 800. */
const deployed = fixture((connection) => createPortfolio(connection, 18, { netting: WAD, portfolioBudget: WAD / 2n }));

/** Long 10 of the first market at 2 000: 20 000 of exposure. */
const long = (sizeBefore: bigint, sizeAfter: bigint, equity: bigint, flow = 0n): PositionStruct =>
  position({ sizeBefore: sizeBefore * WAD, sizeAfter: sizeAfter * WAD, equity: equity * WAD, flow: flow * WAD });

/** What guard and SDK say, which must be the same. */
async function ask(m: PortfolioMarket, market: Hex, asked: PositionStruct, others: readonly Exposure[]) {
  await holdClock(m);
  const said = await checked(m, market, asked as Position, others);
  const [verdict, { loss, allowedLoss }] = await previewPortfolio(m, market, asked, others);
  expect({ allowed: said.allowed, maxSize: said.maxSize, loss: said.loss, allowedLoss: said.allowedLoss }).to.deep.equal({
    allowed: verdict.allowed,
    maxSize: verdict.maxSize,
    loss,
    allowedLoss,
  });
  return said;
}

async function expectPasses(m: PortfolioMarket, market: Hex, asked: PositionStruct, others: readonly Exposure[]): Promise<void> {
  expect((await ask(m, market, asked, others)).allowed, "the SDK and preview").to.equal(true);
  await holdClock(m);
  await enforcePortfolio(m, market, asked, others);
}

async function expectLosesTooMuch(m: PortfolioMarket, market: Hex, asked: PositionStruct, others: readonly Exposure[]): Promise<void> {
  const { loss, allowedLoss, rejection } = await ask(m, market, asked, others);
  expect(rejection?.code).to.equal("PortfolioLossExceeded");
  await holdClock(m);
  await expectRevert(enforcePortfolio(m, market, asked, others), "PortfolioLossExceeded", [market, asked.account, loss, allowedLoss]);
}

const [A, B] = [idOf(0), idOf(1)];

describe("more money than there is", () => {
  it("is told from no larger amount beyond a notional of 2^160, on either side", async () => {
    const m = await deployed();
    const size = (2n ** 160n * WAD) / (2_000n * WAD) + 1n;
    for (const side of [1n, -1n]) {
      const losses = await Promise.all(
        [size, (size * 3n) / 2n, size * 4n].map(async (one) => (await ask(m, A, position({ sizeAfter: side * one }), [])).loss),
      );
      const [least = 0n] = losses;
      expect(least > 0n && losses.every((loss) => loss === least)).to.equal(true);
      const less = await ask(m, A, position({ sizeAfter: (side * size) / 2n }), []);
      expect(less.loss < (least * 6n) / 10n).to.equal(true);
    }
  });
});

describe("a market whose positions have Greeks of their own", () => {
  it("has its own entry beside sixteen others, and not beside seventeen", async () => {
    const m = await deployed();
    const [market] = m.markets;
    if (market === undefined) throw new Error("no market");
    await m.guard.write.setPolicy([A, encodePolicy({ ...market.policy, hasGreeks: true })]);
    const others = m.markets.slice(1).map(({ id }) => exposure(id, 1n));
    for (const [count, isMeasured] of [
      [16, true],
      [17, false],
    ] as const) {
      const held = ascending([exposure(A, 2_000n), ...others.slice(0, count)]);
      const { allowed } = await ask(m, A, long(0n, 1n, 100_000n), held);
      expect(allowed, `${count} others`).to.equal(isMeasured);
    }
  });
});

describe("unwinding one leg of a hedge", () => {
  // Long 10 of A, short 10 of B, with 1 000 of equity: together nothing is at risk, and either alone would be 13 times the budget.
  it("in one go is refused for either leg, with what would be lost and what may be", async () => {
    const m = await deployed();
    await expectLosesTooMuch(m, B, long(-10n, 0n, 1_000n), [exposure(A, 20_000n)]);
    await expectLosesTooMuch(m, A, long(10n, 0n, 1_000n), [exposure(B, -20_000n)]);
  });

  it("in the size that equity can carry passes, and so does all of it once the other leg is gone", async () => {
    const m = await deployed();
    await expectPasses(m, B, long(-10n, -9n, 2_000n), [exposure(A, 20_000n)]);
    await expectPasses(m, A, long(10n, 9n, 2_000n), [exposure(B, -18_000n)]);
    await expectPasses(m, A, long(10n, 0n, 1_000n), []);
  });

  it("may not be done by flipping it either, nor by paying collateral out beside it", async () => {
    const m = await deployed();
    const hedged = [exposure(A, 20_000n)];
    const flipped = await ask(m, B, long(-10n, 1n, 1_000n), hedged);
    expect(flipped.allowed).to.equal(false);
    await expectLosesTooMuch(m, B, long(-10n, -10n, 10n, -1_000n), [exposure(A, 30_000n)]);
    await expectLosesTooMuch(m, B, long(-10n, 0n, 900n, -100n), hedged);
  });

  it("leaves less to gain by doing it in steps: while the hedge matters, a step may add a 64th of the loss", async () => {
    const m = await deployed();
    const snapshots = new Map<Hex, GuardSnapshot>();
    for (const id of [A, B]) snapshots.set(id, await m.snapshotOf(id));
    const [a, b] = [snapshots.get(A), snapshots.get(B)] as [GuardSnapshot, GuardSnapshot];
    const others = [exposure(A, 20_000n)];
    const lossAt = (size: bigint): bigint =>
      checkPortfolio(b, { ...position(), equity: 0n, sizeBefore: size, sizeAfter: size } as Position, others, [a], b.timestamp).loss;
    let size = -5n * WAD;
    let steps = 0;
    const begin = lossAt(size);
    while (lossAt(size) < 2n * begin - begin / 20n) {
      const smaller = largestReduction(a, b, size, others);
      expect(smaller > size, "some of it can always go").to.equal(true);
      size = smaller;
      steps++;
    }
    expect(steps).to.be.at.least(40);
  });
});

/** The smallest short that may be left of a short hedge. */
function largestReduction(a: GuardSnapshot, b: GuardSnapshot, size: bigint, others: readonly Exposure[]): bigint {
  let [passing, failing] = [size, 0n];
  while (failing - passing > 1n) {
    const middle = (passing + failing) >> 1n;
    const asked = { ...position(), equity: 0n, sizeBefore: size, sizeAfter: middle } as Position;
    if (checkPortfolio(b, asked, others, [a], b.timestamp).allowed) passing = middle;
    else failing = middle;
  }
  return passing;
}

describe("what an account holds elsewhere, out of order", () => {
  const seventeen = ascending(Array.from({ length: 17 }, (_, index) => exposure(idOf(index + 1), 1n)));
  const two = ascending([exposure(idOf(1), 1n), exposure(idOf(2), 1n)]);
  const lists: readonly (readonly [string, readonly Exposure[]])[] = [
    ["seventeen of them", seventeen],
    ["one twice", [two[0], two[0]] as readonly Exposure[]],
    ["in falling order", [...two].reverse()],
    ["the position's own market among them", ascending([...two, exposure(A, 1n)])],
    ["a market nobody set up", ascending([...two, exposure(idOf(99), 1n)])],
    ["a Greek nobody can hold", [exposure(B, 0n, { gamma: 1n << 104n })]],
  ];
  for (const [name, others] of lists) {
    it(`${name}: nothing may grow, what shrinks passes unjudged, and no collateral leaves`, async () => {
      const m = await deployed();
      const known = others.filter(({ market }) => market !== idOf(99));
      const growing = position({ sizeAfter: WAD });
      const [verdict] = await previewPortfolio(m, A, growing, others);
      expect(verdict).to.include({ allowed: false, maxSize: 0n, limit: limitIndex("Portfolio") });
      await expectRevert(enforcePortfolio(m, A, growing, others), "SizeExceeded", [A, growing.account, WAD, 0n, limitIndex("Portfolio")]);
      if (known.length === others.length) expect((await ask(m, A, growing, others)).allowed).to.equal(false);
      // Without equity, so that anything judged would be refused.
      await enforcePortfolio(m, A, long(10n, 9n, -1n), others);
      const leaving = position({ flow: -1n });
      await expectRevert(enforcePortfolio(m, A, leaving, others), "PortfolioLossExceeded", [A, leaving.account, UINT256_MAX, 0n]);
    });
  }

  it("sixteen in order are judged", async () => {
    const m = await deployed();
    expect((await ask(m, A, position({ sizeAfter: WAD / 2n }), seventeen.slice(0, 16))).allowed).to.equal(true);
  });

  it("saying nothing of them is no way around: `enforce` lets nothing grow in a market of portfolios", async () => {
    const m = await deployed();
    const growing = position({ sizeAfter: 1n });
    await expectRevert(m.guard.write.enforce([A, growing], { account: m.protocol.account.address }), "SizeExceeded", [
      A,
      growing.account,
      1n,
      0n,
      limitIndex("Portfolio"),
    ]);
  });
});

describe("meters of an account with a portfolio", () => {
  it("move with what grows and with what shrinks: growth is taken and given back", async () => {
    const m = await deployed();
    const [{ id, policy } = { id: A, policy: m.policy }] = m.markets;
    await m.guard.write.setPolicy([id, encodePolicy({ ...policy, active: [...policy.active, "Growth"] })]);
    const level = async (): Promise<bigint> =>
      unpackGrowthMeter((await m.guard.read.meters([id, m.protocol.account.address])).longGrowth).level;
    await enforcePortfolio(m, id, long(0n, 10n, 100_000n), []);
    expect(await level()).to.equal(10n * WAD);
    await enforcePortfolio(m, id, long(10n, 4n, 100_000n), []);
    expect(await level()).to.equal(4n * WAD);
  });
});

describe("an account above its budget", () => {
  // Long 100 000 of B with 1 000 of equity: the worst scenario costs far more than the budget of 500.
  const held = [exposure(B, 100_000n)];

  it("may hedge: what loses where the rest gains may grow, until both sides lose the same", async () => {
    const m = await deployed();
    const answer = await ask(m, A, long(0n, -40n, 1_000n), held);
    expect(answer.allowed).to.equal(true);
    expect(answer.loss < answer.allowedLoss).to.equal(true);
    expect(answer.allowedLoss > 500n * WAD, "above the budget").to.equal(true);
    await expectPasses(m, A, long(0n, -40n, 1_000n), held);
    // Twice the hedge loses as much the other way, and the least more is refused.
    const { maxSize } = await ask(m, A, long(-40n, -41n, 1_000n), held);
    const beyond = position({ sizeBefore: -40n * WAD, sizeAfter: -(maxSize + 1n), equity: 1_000n * WAD });
    await expectRevert(enforcePortfolio(m, A, beyond, held), "SizeExceeded", [
      A,
      beyond.account,
      maxSize + 1n,
      maxSize,
      limitIndex("Portfolio"),
    ]);
  });

  it("may reduce what it holds, and may not add to it", async () => {
    const m = await deployed();
    await expectPasses(m, A, long(10n, 5n, 1_000n), held);
    await expectPasses(m, A, long(10n, 0n, -1n), held);
    // Nor does the guard say that it would have refused it.
    expect(await eventsOf(m, await enforcePortfolio(m, A, long(10n, 5n, 1_000n), held))).to.deep.equal([]);
    expect((await ask(m, A, long(10n, 11n, 1_000n), held)).limit).to.equal("Portfolio");
  });

  it("may not take anything out, whichever market it names; may put something in", async () => {
    const m = await deployed();
    await expectLosesTooMuch(m, A, long(0n, 0n, 999n, -1n), held);
    await expectLosesTooMuch(m, B, position({ sizeBefore: 50n * WAD, sizeAfter: 50n * WAD - 1n, equity: 999n * WAD, flow: -1n }), []).catch(
      async () => expect((await ask(m, B, long(50n, 50n, 999n, -1n), [])).allowed).to.equal(false),
    );
    await expectPasses(m, A, long(0n, 0n, 1_001n, 1n), held);
    await expectPasses(m, A, long(0n, 0n, 0n, -1_001n), []);
  });

  it("is refused nothing in Shadow, and told of; and may leave where a feed is dead, but not grow or take out", async () => {
    const m = await deployed();
    const [a, b] = m.markets as [(typeof m.markets)[number], (typeof m.markets)[number]];
    await m.guard.write.setPolicy([A, encodePolicy({ ...a.policy, mode: "Shadow" })]);
    const unwinding = long(-10n, 0n, 100n);
    const hash = await enforcePortfolio(m, A, unwinding, held);
    const { loss, allowedLoss } = await ask(m, A, unwinding, held);
    expect(await eventOf(m, hash, "WouldRejectPortfolio")).to.deep.equal({ market: A, account: unwinding.account, loss, allowedLoss });
    await m.guard.write.setPolicy([A, encodePolicy(a.policy)]);
    await expectLosesTooMuch(m, A, unwinding, held);
    await setFault(b, "Reverts");
    await expectPasses(m, A, unwinding, held);
    expect((await ask(m, A, long(0n, 1n, 10_000n), held)).limit).to.equal("Portfolio");
    await expectLosesTooMuch(m, A, long(0n, 0n, 10_000n, -1n), held);
  });

  it("can leave a market whose positions have Greeks of their own, with all it owns, though its feed is dead", async () => {
    const m = await deployed();
    const [a] = m.markets as [(typeof m.markets)[number]];
    await m.guard.write.setPolicy([A, encodePolicy({ ...a.policy, hasGreeks: true })]);
    await setFault(a, "Reverts");
    await expectPasses(m, A, long(1n, 0n, 0n, -1n), [exposure(A, 2_000n)]);
    await expectLosesTooMuch(m, A, long(1n, 0n, 0n, -1n), ascending([exposure(A, 2_000n), exposure(B, 1n)]));
  });

  it("can leave though every feed burns the gas it is given", async () => {
    const m = await deployed();
    for (const market of m.markets.slice(0, 17)) await setFault(market, "BurnsGas");
    const sixteen = ascending(Array.from({ length: 16 }, (_, index) => exposure(idOf(index + 1), 1_000n)));
    await enforcePortfolio(m, A, long(10n, 0n, -1n), sixteen);
  });
});

describe(`liveness (SEED=${SEED})`, () => {
  it("from every state some reduction passes, down to flat: 150 random books without equity, perpetuals and options, by scenarios and by one factor", () => {
    const random = new Random(SEED, "liveness");
    let longest = 0;
    for (let book = 0; book < 150; book++) longest = Math.max(longest, unwind(random));
    expect(longest, "steps of the longest way out").to.be.below(2_000);
  });
});

interface Leg {
  readonly snapshot: GuardSnapshot;
  size: bigint;
  /** Of one unit of size. */
  readonly unit: Omit<Exposure, "market">;
}

/** Takes a random book apart, always by the first leg of which something may go; returns in how many steps. */
function unwind(random: Random): number {
  const netting = random.pick([0n, WAD / 2n, (9n * WAD) / 10n, WAD]);
  const legs = Array.from({ length: 2 + random.below(3) }, (_, index) => randomLeg(random, index, netting));
  for (let step = 0; ; step++) {
    const open = legs.filter(({ size }) => size !== 0n);
    if (open.length === 0) return step;
    const moved = open.some((leg) => reduce(leg, open));
    if (!moved) throw new Error(`a book is locked after ${step} steps: ${open.map(({ size }) => size)} (SEED=${SEED})`);
    if (step === 5_000) return step;
  }
}

function randomLeg(random: Random, index: number, netting: bigint): Leg {
  const hasGreeks = random.oneIn(2);
  const usesFactor = !hasGreeks && random.oneIn(2);
  const known = { usesFactor, hasBeta: usesFactor || random.oneIn(2), beta: random.between(-WAD, WAD), betaStress: WAD / 5n };
  const terms: Partial<Policy> = { netting, hasGreeks, ...known, active: ["Volatility", "OpenInterest", "Portfolio"] };
  const feed: Hex = `0x${"0".repeat(39)}${index + 1}`;
  const snapshot = { ...snapshotWith({ ...terms, feed }), market: idOf(index), variance: random.logBetween(WAD / 100n, 4n * WAD) };
  const price = snapshot.round?.price ?? 0n;
  const greek = (): bigint => (hasGreeks ? random.between(-4n * price, 4n * price) : 0n);
  const unit = { delta: hasGreeks ? random.between(-price, price) : price, gamma: greek(), vega: greek(), theta: greek() };
  return { snapshot, size: random.pick([1n, -1n]) * random.logBetween(1n, 1_000n * WAD), unit };
}

/** Makes a leg as much smaller as may be, by halves; whether anything went. */
function reduce(leg: Leg, open: readonly Leg[]): boolean {
  const { snapshot, size } = leg;
  const of = ({ snapshot: { market }, unit }: Leg, by: bigint): Exposure => {
    const times = (greek: bigint): bigint => (greek * by) / WAD;
    return { market, delta: times(unit.delta), gamma: times(unit.gamma), vega: times(unit.vega), theta: times(unit.theta) };
  };
  const rest = open.filter((other) => other !== leg).map((other) => of(other, other.size));
  const others = ascending(snapshot.policy?.hasGreeks ? [...rest, of(leg, WAD)] : rest);
  const markets = open.map((other) => other.snapshot);
  for (let cut = size; cut !== 0n; cut /= 2n) {
    const asked = { ...position(), equity: 0n, sizeBefore: size, sizeAfter: size - cut } as Position;
    if (!checkPortfolio(snapshot, asked, others, markets, snapshot.timestamp).allowed) continue;
    leg.size = size - cut;
    return true;
  }
  return false;
}
