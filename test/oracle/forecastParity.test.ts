import { expect } from "chai";
import { type Abi, encodeErrorResult, toFunctionSelector } from "viem";
import { isSizingGuardError } from "../../sdk/src/errors/index.ts";
import * as sdk from "../../sdk/src/forecast/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  authorise,
  bring,
  createRegistry,
  DAY,
  forecaster,
  HOUR,
  kept,
  MAX_VARIANCE,
  MIN_VARIANCE,
  REFERENCE,
  REGISTRY_CONFIG,
  type Registry,
  sign,
} from "../helpers/forecasts.ts";
import { ETH_USD, fixture, nextBlockAt, now, revertOf } from "../helpers/market.ts";

const COUNT = 5;
const STEPS = 250;
const EMPTY: sdk.KeptForecast = { variance: 0n, anchor: 0n, anchorTime: 0n, issuedAt: 0n, expiry: 0n };
const { referenceVariance, minHorizon, maxHorizon, quorum } = REGISTRY_CONFIG;

const five = fixture((connection) => createRegistry(connection, COUNT));

/** A forecaster as the mirror knows it: authorised when, if it is, and its last forecast. */
interface Member {
  since: bigint | null;
  last: sdk.KeptForecast;
}

/** What somebody might sign: mostly plausible, and often at a boundary or one beyond. */
function randomForecast(random: Random, timestamp: bigint, { last, since }: Member): sdk.Forecast {
  const around = (value: bigint): bigint => value + random.pick([-1n, 0n, 1n]);
  const issuedAt = random.pick([
    timestamp,
    timestamp,
    timestamp,
    timestamp + 1n,
    timestamp - 1n,
    around(last.issuedAt),
    around(since ?? 0n),
  ]);
  const expiry = random.pick([issuedAt + HOUR, issuedAt + 3n * HOUR, issuedAt + 3n * HOUR, around(issuedAt + DAY), around(timestamp)]);
  const bounds = [(last.anchor + 1n) / 2n, 2n * last.anchor, last.variance / 2n, 2n * last.variance].map(around);
  const variance = random.pick([
    random.between(REFERENCE / 2n, 2n * REFERENCE),
    random.between(REFERENCE / 2n, 2n * REFERENCE),
    random.logBetween(MIN_VARIANCE, MAX_VARIANCE),
    random.pick([around(MIN_VARIANCE), around(MAX_VARIANCE), 0n, 2n ** 256n - 1n]),
    random.pick(bounds),
  ]);
  const horizon = random.oneIn(8) ? random.pick([around(minHorizon), around(maxHorizon), 0n]) : random.between(minHorizon, maxHorizon);
  const clamp = (value: bigint): bigint => (value < 0n ? 0n : value);
  return {
    market: ETH_USD,
    variance: clamp(variance),
    horizon: Number(horizon),
    issuedAt: Number(clamp(issuedAt)),
    expiry: Number(clamp(expiry)),
  };
}

/** The revert data of the mirror's error. */
function revertDataOf(m: Registry, error: unknown) {
  if (!isSizingGuardError(error) || error.selector === undefined) throw error;
  const data = encodeErrorResult({ abi: m.registry.abi as Abi, errorName: error.code, args: error.args });
  expect(data.slice(0, 10), "the selector the class states").to.equal(error.selector);
  return data;
}

/** A value or the error it is refused with. */
function outcome<T>(compute: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: compute() };
  } catch (error) {
    return { error };
  }
}

async function compareAnswer(m: Registry, members: readonly Member[], timestamp: bigint): Promise<boolean> {
  const votes = members.flatMap(({ last, since }) => (since === null ? [] : [{ ...last, since }]));
  const expected = outcome(() => sdk.medianVariance(votes, quorum, timestamp));
  const asked = m.registry.read.varianceOf([ETH_USD]);
  if ("error" in expected) expect(await revertOf(asked)).to.equal(revertDataOf(m, expected.error));
  else expect(await asked).to.deep.equal([expected.value.variance, expected.value.validUntil]);
  return "value" in expected;
}

describe("the mirror of the registry", () => {
  it(`is the registry, bit for bit and error for error, over ${STEPS} random steps (SEED=${SEED})`, async () => {
    const m = await five();
    const random = new Random(SEED, "forecasts");
    const members: Member[] = [];
    for (let i = 0; i < COUNT; i++) {
      await authorise(m, forecaster(m, i).address, false);
      await authorise(m, forecaster(m, i).address);
      members.push({ since: await now(m), last: EMPTY });
    }
    const seen = new Map<string, number>();
    const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
    for (let step = 0; step < STEPS; step++) {
      const timestamp = (await now(m)) + random.pick([0n, 1n, 60n, 600n, HOUR - 1n, HOUR, HOUR, 2n * HOUR]);
      const index = random.below(COUNT);
      const member = members[index] as Member;
      const account = forecaster(m, index);
      if (random.oneIn(25)) {
        await nextBlockAt(m, timestamp);
        await authorise(m, account.address, member.since === null);
        member.since = member.since === null ? timestamp : null;
        continue;
      }
      const { since } = member;
      if (since === null) continue;
      const forecast = randomForecast(random, timestamp, member);
      const signature = await sign(m, account, forecast);
      const context = { timestamp, since, referenceVariance, minHorizon, maxHorizon };
      const expected = outcome(() => sdk.updateForecast(member.last, forecast, context));
      const brought = bring(m, forecast, account.address, signature, timestamp);
      if ("error" in expected) {
        expect(await revertOf(brought), `step ${step}`).to.equal(revertDataOf(m, expected.error));
        count((expected.error as Error).name);
      } else {
        await brought;
        member.last = expected.value;
        count(expected.value.variance === forecast.variance ? "taken" : "clamped");
      }
      const { isFresh, ...stored } = await kept(m, index);
      expect(stored, `step ${step}`).to.deep.equal(member.last);
      expect(isFresh).to.equal(member.last.issuedAt > since && member.last.expiry >= (await now(m)));
      count((await compareAnswer(m, members, await now(m))) ? "answered" : "no quorum");
    }
    // Every way a step can end was met.
    for (const what of [
      "taken",
      "clamped",
      "answered",
      "no quorum",
      "VarianceOutOfRangeError",
      "HorizonOutOfRangeError",
      "IssuedInFutureError",
      "ForecastExpiredError",
      "LifetimeTooLongError",
      "ForecastNotLaterError",
    ]) {
      expect(seen.get(what) ?? 0, `${what}: ${JSON.stringify([...seen])}`).to.be.greaterThan(3);
    }
  });

  it("has the errors of the contract: each class's selector is its signature's", async () => {
    const m = await five();
    const one = [1n, 2n, 3n] as const;
    const errors = [
      new sdk.VarianceOutOfRangeError(...one),
      new sdk.HorizonOutOfRangeError(...one),
      new sdk.IssuedInFutureError(2n, 1n),
      new sdk.ForecastExpiredError(1n, 2n),
      new sdk.LifetimeTooLongError(2n, 1n),
      new sdk.ForecastNotLaterError(1n, 2n),
      new sdk.QuorumMissingError(1n, 2n),
    ];
    for (const error of errors) {
      expect(error.selector).to.equal(toFunctionSelector(`${error.code}(${error.args.map(() => "uint256").join()})`));
      revertDataOf(m, error);
    }
  });

  it("has the constants of the contract", async () => {
    expect([sdk.MIN_VARIANCE, sdk.MAX_VARIANCE, sdk.MAX_LIFETIME, sdk.STEP_INTERVAL]).to.deep.equal([
      MIN_VARIANCE,
      MAX_VARIANCE,
      DAY,
      HOUR,
    ]);
  });

  it("bounds a variance by its anchor, exactly at its half rounded up and its double", () => {
    for (const [variance, anchor, bounded] of [
      [50n, 101n, 51n],
      [51n, 101n, 51n],
      [52n, 101n, 52n],
      [202n, 101n, 202n],
      [203n, 101n, 202n],
      [0n, 0n, 0n],
      [7n, 0n, 0n],
      [0n, 1n, 1n],
    ] as const) {
      expect(sdk.boundedVariance(variance, anchor)).to.equal(bounded);
    }
    expect(() => sdk.boundedVariance(1n, 2n ** 255n))
      .to.throw()
      .that.includes({ code: "MathOverflow" });
  });

  it("has no answer of nobody, whatever the quorum, and names what does not fit its type", () => {
    expect(() => sdk.medianVariance([], 0n, 0n))
      .to.throw()
      .that.includes({ code: "QuorumMissing" });
    const vote = { variance: 1n, expiry: 9n, issuedAt: 2n, since: 1n };
    const context = { timestamp: 9n, since: 1n, referenceVariance, minHorizon, maxHorizon };
    const forecast = { market: ETH_USD, variance: REFERENCE, horizon: 3_600, issuedAt: 2, expiry: 100 };
    expect(sdk.medianVariance([vote], 1n, 9n)).to.deep.equal({ variance: 1n, validUntil: 9n });
    const calls: readonly (readonly [string, unknown, () => unknown])[] = [
      ["quorum", -1n, () => sdk.medianVariance([vote], -1n, 0n)],
      ["timestamp", -1n, () => sdk.medianVariance([vote], 1n, -1n)],
      ["variance", 2n ** 72n, () => sdk.medianVariance([{ ...vote, variance: 2n ** 72n }], 1n, 0n)],
      ...["expiry", "issuedAt", "since"].map(
        (name) => [name, 2n ** 32n, () => sdk.medianVariance([{ ...vote, [name]: 2n ** 32n }], 1n, 0n)] as const,
      ),
      ["variance", -1n, () => sdk.boundedVariance(-1n, 1n)],
      ["anchor", 2n ** 256n, () => sdk.boundedVariance(1n, 2n ** 256n)],
      ...["timestamp", "since", "referenceVariance", "minHorizon", "maxHorizon"].map(
        (name) => [name, -1n, () => sdk.updateForecast(EMPTY, forecast, { ...context, [name]: -1n })] as const,
      ),
      ...["variance", "anchor", "anchorTime", "issuedAt", "expiry"].map(
        (name) => [name, 2n ** 72n, () => sdk.updateForecast({ ...EMPTY, [name]: 2n ** 72n }, forecast, context)] as const,
      ),
      ["variance", 2n ** 256n, () => sdk.updateForecast(EMPTY, { ...forecast, variance: 2n ** 256n }, context)],
      ...(["horizon", "issuedAt", "expiry"] as const).flatMap((name) =>
        [-1, 2 ** 32, 0.5, Number.NaN].map((value) => {
          const wrong = { ...forecast, [name]: value };
          return [name, value, () => sdk.forecastTypedData({ chainId: 1, registry: ETH_USD, forecast: wrong })] as const;
        }),
      ),
    ];
    for (const [argument, value, call] of calls) {
      expect(call, `${argument} = ${value}`)
        .to.throw()
        .that.includes({ code: "ArgumentOutOfRange", argument })
        .and.has.property("value")
        .that.deep.equals(value);
    }
  });
});
