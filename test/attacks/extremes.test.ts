import { expect } from "chai";
import { toFunctionSelector } from "viem";
import { encodePolicy, LIMITS, type Policy } from "../../sdk/src/index.ts";
import { type BatchTarget, runBatch } from "../helpers/batch.ts";
import { type Arguments, integerType, Random, SEED } from "../helpers/corpus.ts";
import {
  createDirect,
  type DirectGuard,
  ETH_USD,
  enforce,
  eventOf,
  fixture,
  from,
  INT256_MAX,
  INT256_MIN,
  now,
  type PositionStruct,
  position,
  preview,
  revertName,
  UINT256_MAX,
  wad,
  warmUp,
} from "../helpers/market.ts";

const direct = fixture(async (connection) => {
  const m = await createDirect(connection);
  await warmUp(m, 60);
  return m;
});

const RATIO = 10n ** 14n;
const MAX_RATIO = 0xffffn * RATIO;

/** Policies at the ends of their ranges: the smallest everything, the largest everything, and what makes limits enormous or zero. */
const POLICIES: Record<string, Partial<Policy>> = {
  "the default": {},
  "every field at its minimum": {
    heartbeat: 10n,
    maxAge: 20n,
    volatilityFloor: RATIO,
    tail: 10_000n * RATIO,
    riskBudget: RATIO,
    maintenanceAndPenalty: 0n,
    exitFee: 0n,
    baseMargin: RATIO,
    fullMarginOpenInterest: 10n ** 18n,
    openInterestCap: 1n,
    referenceMove: RATIO,
    horizon: 1n,
  },
  "every field at its maximum": {
    heartbeat: 655_340n,
    maxAge: 655_350n,
    volatilityFloor: MAX_RATIO,
    tail: MAX_RATIO,
    riskBudget: 10_000n * RATIO,
    maintenanceAndPenalty: 10_000n * RATIO,
    exitFee: 10_000n * RATIO,
    baseMargin: 10_000n * RATIO,
    fullMarginOpenInterest: (2n ** 40n - 1n) * 10n ** 18n,
    openInterestCap: (2n ** 32n - 1n) * 10n ** 40n,
    referenceMove: MAX_RATIO,
    horizon: 2n ** 24n - 1n,
  },
  "limits as large as they get": {
    maxAge: 655_350n,
    volatilityFloor: RATIO,
    tail: 10_000n * RATIO,
    riskBudget: 10_000n * RATIO,
    maintenanceAndPenalty: 0n,
    exitFee: 0n,
    baseMargin: RATIO,
    fullMarginOpenInterest: (2n ** 40n - 1n) * 10n ** 18n,
    openInterestCap: (2n ** 32n - 1n) * 10n ** 40n,
    referenceMove: MAX_RATIO,
    horizon: 1n,
  },
  "only Volatility and OpenInterest": { active: ["Volatility", "OpenInterest"] },
  "only Margin and OpenInterest": { active: ["Margin", "OpenInterest"] },
  Shadow: { mode: "Shadow" },
  ReduceOnly: { mode: "ReduceOnly" },
  Off: { mode: "Off" },
};

/** Prices from the smallest to the largest an answer of 18 decimals can be. */
const ANSWERS = [1n, wad(2_000), 2n ** 200n, INT256_MAX];

const SIGNED = [INT256_MIN, INT256_MIN + 1n, -wad(1), -1n, 0n, 1n, wad(1), 2n ** 127n - 1n, 2n ** 127n, INT256_MAX - 1n, INT256_MAX];
const UNSIGNED = [0n, 1n, wad(1), 2n ** 127n - 1n, 2n ** 127n, 2n ** 255n, UINT256_MAX - 1n, UINT256_MAX];

const INT256 = integerType("int256");
const UINT256 = integerType("uint256");

/** An account, four signed and three unsigned words: a position as the ABI carries it. */
function extreme(random: Random): Arguments {
  const signed = (): bigint => (random.oneIn(2) ? random.pick(SIGNED) : random.logUniform(INT256));
  const unsigned = (): bigint => (random.oneIn(2) ? random.pick(UNSIGNED) : random.logUniform(UINT256));
  return [1n, signed(), signed(), signed(), signed(), unsigned(), unsigned(), unsigned()];
}

function toPosition([
  ,
  equity = 0n,
  flow = 0n,
  sizeBefore = 0n,
  sizeAfter = 0n,
  same = 0n,
  opposite = 0n,
  pool = 0n,
]: Arguments): PositionStruct {
  return position({ equity, flow, sizeBefore, sizeAfter, sameSideOthers: same, oppositeOthers: opposite, poolEquity: pool });
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** The rule of the interface, written down once more: nothing may refuse these. */
function mustPass({ flow, sizeBefore, sizeAfter }: PositionStruct): boolean {
  const flips = (sizeBefore < 0n && sizeAfter > 0n) || (sizeBefore > 0n && sizeAfter < 0n);
  return sizeAfter === 0n || (flow >= 0n && !flips && magnitude(sizeAfter) <= magnitude(sizeBefore));
}

describe(`extreme numbers (SEED=${SEED})`, () => {
  const CASES = 200;
  for (const [name, overrides] of Object.entries(POLICIES)) {
    it(`preview never reverts, and lets every reduction pass, under ${name}`, async () => {
      const m = await direct();
      const target = await previewTarget(m);
      const random = new Random(SEED, name);
      for (const answer of ANSWERS) {
        await useExtreme(m, overrides, answer);
        const cases = Array.from({ length: CASES }, () => extreme(random));
        const outcomes = await runBatch(
          target,
          cases.map((words) => [BigInt(ETH_USD), ...words]),
        );
        outcomes.forEach((outcome, index) => {
          const asked = toPosition(cases[index] ?? []);
          if (!outcome.ok) expect.fail(`answer ${answer}: reverted with ${outcome.data} for ${describePosition(asked)}`);
          const [allowed, limit = 0n, maxSize = 0n] = outcome.words;
          expect(limit < BigInt(LIMITS.length)).to.equal(true);
          if (mustPass(asked)) expect(allowed, describePosition(asked)).to.equal(1n);
          if (overrides.mode !== "Shadow") expect(allowed === 1n).to.equal(magnitude(asked.sizeAfter) <= maxSize);
        });
      }
    });
  }

  it("enforce says what preview says, and never panics", async () => {
    const m = await direct();
    const random = new Random(SEED, "enforce");
    const seen = new Set<string>();
    for (const name of ["the default", "every field at its maximum", "limits as large as they get", "ReduceOnly"]) {
      await useExtreme(m, POLICIES[name] ?? {}, random.pick(ANSWERS));
      for (let i = 0; i < 40; i++) {
        const asked = toPosition(extreme(random));
        const { allowed } = await preview(m, asked);
        const simulated = m.guard.simulate.enforce([ETH_USD, asked], from(m.protocol));
        if (allowed) await simulated;
        else seen.add(await revertName(simulated));
      }
    }
    expect([...seen]).to.deep.equal(["SizeExceeded"]);
  });

  it("the smallest int256 reduces, closes and stays like any other size", async () => {
    const m = await direct();
    const reductions: Partial<PositionStruct>[] = [
      { sizeBefore: INT256_MIN, sizeAfter: INT256_MIN },
      { sizeBefore: INT256_MIN, sizeAfter: INT256_MIN + 1n, equity: INT256_MIN },
      { sizeBefore: INT256_MIN, sizeAfter: 0n, flow: INT256_MIN, equity: INT256_MIN, sameSideOthers: UINT256_MAX },
      { sizeBefore: INT256_MAX, sizeAfter: INT256_MAX, oppositeOthers: UINT256_MAX },
    ];
    for (const overrides of reductions) {
      const asked = position(overrides);
      expect((await preview(m, asked)).allowed).to.equal(true);
      await enforce(m, asked);
      const hash = await m.guard.write.record([ETH_USD, asked], from(m.protocol));
      expect((await eventOf(m, hash, "Recorded")).sizeAfter).to.equal(asked.sizeAfter);
    }
  });

  /** The batch runner asks `preview` of one static struct as of nine words. */
  async function previewTarget(m: DirectGuard): Promise<BatchTarget> {
    const runner = await m.connection.viem.deployContract("BatchRunner");
    const selector = toFunctionSelector("preview(bytes32,(address,int256,int256,int256,int256,uint256,uint256,uint256))");
    const types = [UINT256, UINT256, INT256, INT256, INT256, INT256, UINT256, UINT256, UINT256];
    return { provider: m.connection.provider, runner: runner.address, target: m.guard.address, selector, types, outputWords: 7 };
  }

  async function useExtreme(m: DirectGuard, overrides: Partial<Policy>, answer: bigint): Promise<void> {
    await m.feed.write.setDecimals([18]);
    await m.guard.write.setPolicy([ETH_USD, encodePolicy({ ...m.policy, ...overrides, feedDecimals: 18n })]);
    await m.feed.write.push([answer, await now(m)]);
  }

  const describePosition = (asked: PositionStruct): string =>
    Object.entries(asked)
      .map(([name, value]) => `${name} ${value}`)
      .join(", ");
});
