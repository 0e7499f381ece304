import { expect } from "chai";
import { decodeFunctionResult, encodeFunctionData, type Hex, toFunctionSelector, zeroAddress } from "viem";
import { ArgumentOutOfRangeError } from "../../sdk/src/errors/index.ts";
import {
  check,
  createSnapshot,
  encodePolicy,
  explain,
  type Policy,
  type RoundData,
  type SnapshotInput,
  toFault,
  toRound,
  volatilityParameters,
} from "../../sdk/src/index.ts";
import { lnWad, packVolatilityWord, updateAcrossGap, updateVolatility } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { MARKET, NO_METERS, NOW, policyWith, positionWith, WAD } from "../helpers/parityFixtures.ts";
import { INT256_MAX, UINT256_MAX } from "../helpers/parityStates.ts";
import { deploySizingHarness } from "../helpers/parityTargets.ts";

const round = (changes: Partial<RoundData> = {}): RoundData => ({
  roundId: 7n,
  answer: 2_000n * 10n ** 8n,
  updatedAt: NOW,
  answeredInRound: 7n,
  ...changes,
});

/** Enough samples to be believed below the variance a market begins with. */
const WARM = 24n;
const word = (changes: Partial<Parameters<typeof packVolatilityWord>[0]> = {}): bigint =>
  packVolatilityWord({
    samples: WARM,
    time: NOW - 60n,
    slowVariance: WAD / 4n,
    fastVariance: WAD / 2n,
    lnPrice: lnWad(2_000n * WAD),
    ...changes,
  });

function snapshot(changes: Partial<SnapshotInput> = {}, policy: Partial<Policy> = {}) {
  const words = encodePolicy(policyWith(policy));
  return createSnapshot({
    market: MARKET,
    words,
    volatilityWord: word(),
    roundData: round(),
    blockNumber: 5n,
    timestamp: NOW,
    ...changes,
  });
}

describe("toRound", () => {
  it("converts a feed's answer to WAD, and its time as it is", () => {
    expect(toRound(round(), 8n, NOW)).to.deep.equal({ price: 2_000n * WAD, updatedAt: NOW });
    expect(toRound(round({ updatedAt: 1n, answeredInRound: 8n }), 8n, NOW)).to.deep.equal({ price: 2_000n * WAD, updatedAt: 1n });
  });

  for (let decimals = 0n; decimals <= 36n; decimals++) {
    it(`rounds up, at ${decimals} decimals`, () => {
      const price = (answer: bigint): bigint | undefined => toRound(round({ answer }), decimals, NOW)?.price;
      const one = 10n ** decimals;
      expect(price(one)).to.equal(WAD);
      expect(price(one + 1n)).to.equal(decimals > 18n ? WAD + 1n : WAD + 10n ** (18n - decimals));
      expect(price(1n)).to.equal(decimals >= 18n ? 1n : 10n ** (18n - decimals));
      const largest = decimals >= 18n ? INT256_MAX : INT256_MAX / 10n ** (18n - decimals);
      expect(price(largest) === undefined, "the largest answer").to.equal(false);
      if (decimals < 18n) expect(price(largest + 1n) === undefined, "one more").to.equal(true);
    });
  }

  const bad: readonly (readonly [string, RoundData | null])[] = [
    ["no answer", null],
    ["a price of zero", round({ answer: 0n })],
    ["a negative price", round({ answer: -1n })],
    ["the smallest price there is", round({ answer: -(2n ** 255n) })],
    ["a price that no logarithm takes", round({ answer: INT256_MAX })],
    ["a round that never was", round({ updatedAt: 0n })],
    ["a round from the future", round({ updatedAt: NOW + 1n })],
    ["a time of nonsense", round({ updatedAt: UINT256_MAX })],
    ["an answer carried over", round({ answeredInRound: 6n })],
    ["a round id beyond uint80", round({ roundId: 2n ** 80n, answeredInRound: UINT256_MAX })],
  ];
  for (const [name, data] of bad) it(`is null for ${name}`, () => expect(toRound(data, 8n, NOW)).to.equal(null));

  it("takes the edges of what is a round", () => {
    expect(toRound(round({ roundId: 2n ** 80n - 1n, answeredInRound: 2n ** 80n - 1n }), 8n, NOW)).to.not.equal(null);
    expect(toRound(round({ roundId: 0n, answeredInRound: 0n, updatedAt: 1n }), 8n, NOW)).to.not.equal(null);
  });

  it("refuses decimals it cannot convert", () => {
    for (const decimals of [-1n, 37n, 255n]) {
      expect(() => toRound(null, decimals, NOW), `${decimals}`)
        .to.throw(ArgumentOutOfRangeError)
        .with.property("argument", "decimals");
    }
  });

  it(`reads what the contracts read (SEED=${SEED})`, async () => {
    const { harness, provider } = await deploySizingHarness();
    const random = new Random(SEED, "toRound");
    const ids = [0n, 1n, 2n ** 80n - 1n, 2n ** 80n, UINT256_MAX];
    const now = BigInt(Math.floor(Date.now() / 1_000));
    const cases = Array.from({ length: 1_000 }, (_, index) => {
      const roundId = random.oneIn(4) ? random.pick(ids) : random.bits(80);
      const carried = random.pick([roundId, roundId, roundId + 1n, roundId - 1n, UINT256_MAX]);
      const answer = random.oneIn(4) ? random.logUniform({ min: -(2n ** 255n), max: INT256_MAX }) : random.logBetween(1n, 10n ** 50n);
      const updatedAt = random.oneIn(6) ? random.pick([0n, 1n, 2n ** 32n, UINT256_MAX]) : random.between(1n, now);
      const confidence = random.oneIn(4) ? random.pick([0n, 1n, UINT256_MAX]) : random.logBetween(1n, 10n ** 50n);
      const doubt = { confidence, hasConfidence: random.oneIn(2) };
      return { roundId, answer, updatedAt, answeredInRound: BigInt.asUintN(256, carried), decimals: BigInt(index % 37), ...doubt };
    });
    const data = encodeFunctionData({ abi: harness.abi, functionName: "readRounds", args: [cases] });
    const answer = (await provider.request({ method: "eth_call", params: [{ to: harness.address, data }, "latest"] })) as Hex;
    const [timestamp, rounds] = decodeFunctionResult({ abi: harness.abi, functionName: "readRounds", data: answer });
    let usable = 0;
    cases.forEach(({ decimals, hasConfidence, confidence, ...one }, index) => {
      const twin = rounds[index];
      const doubt = twin?.confidence ? { confidence: twin.confidence } : {};
      const expected = twin?.isUsable ? { price: twin.price, updatedAt: BigInt(twin.updatedAt), ...doubt } : null;
      expect(toRound({ ...one, ...(hasConfidence && { confidence }) }, decimals, timestamp), `${index}`).to.deep.equal(expected);
      if (expected !== null) usable++;
    });
    expect(usable, "usable rounds").to.be.within(250, 750);
  });
});

describe("createSnapshot", () => {
  it("keeps the policy, the round and the block, and the variance as if the round had been sampled", () => {
    const policy = policyWith();
    const sampled = updateVolatility(word(), 2_000n * WAD, NOW, volatilityParameters(policy));
    const variance = BigInt.asUintN(72, sampled >> 72n);
    expect(snapshot()).to.deep.equal({
      market: MARKET,
      account: zeroAddress,
      policy,
      round: { price: 2_000n * WAD, updatedAt: NOW },
      variance,
      meters: NO_METERS,
      blockNumber: 5n,
      timestamp: NOW,
    });
    expect(variance < WAD / 2n && variance > WAD / 4n).to.equal(true);
  });

  it("counts a crash at once, before anybody sampled it", () => {
    const calm = snapshot().variance;
    expect(snapshot({ roundData: round({ answer: 1_000n * 10n ** 8n }) }).variance > 100n * calm).to.equal(true);
  });

  const initial = 2_250_000_000_000_000_000n;
  it("does not believe a small variance before the warm-up", () => {
    expect(snapshot({ volatilityWord: 0n }).variance).to.equal(initial);
    expect(snapshot({ volatilityWord: word({ samples: 22n }) }).variance).to.equal(initial);
    expect(snapshot({ volatilityWord: word({ samples: 23n, time: NOW - 599n }) }).variance).to.equal(initial);
    expect(snapshot({ volatilityWord: word({ samples: 23n, time: NOW - 600n }) }).variance < initial).to.equal(true);
    expect(snapshot({ volatilityWord: word({ samples: 1n, slowVariance: 4n * WAD, time: NOW }) }).variance).to.equal(4n * WAD);
  });

  it("lets no variance fall across a gap that nobody watched", () => {
    const policy = policyWith();
    const [watched, missed] = [3_900n, 3_901n].map((gap) => word({ time: NOW - gap }));
    expect(snapshot({ volatilityWord: watched ?? 0n }).variance < WAD / 2n).to.equal(true);
    expect(snapshot({ volatilityWord: missed ?? 0n }).variance).to.equal(WAD / 2n);
    const across = updateAcrossGap(missed ?? 0n, 2_000n * WAD, NOW, volatilityParameters(policy));
    expect(BigInt.asUintN(72, across >> 72n)).to.equal(WAD / 2n);
  });

  it("is never below the floor of the policy, squared and rounded up", () => {
    const floor = 3n * WAD;
    expect(snapshot({}, { volatilityFloor: floor }).variance).to.equal(9n * WAD);
    expect(volatilityParameters(policyWith({ volatilityFloor: 10n ** 14n })).varianceFloor).to.equal(10n ** 10n);
    expect(volatilityParameters(policyWith())).to.deep.include({
      fastTau: 14_400n,
      slowTau: 604_800n,
      minInterval: 600n,
      clipSquared: 36n,
      initialVariance: initial,
    });
  });

  it("has neither round nor variance where the feed isn't usable, isn't needed, or there is no policy", () => {
    const nothing = { round: null, variance: 0n };
    expect(snapshot({ roundData: null })).to.include(nothing);
    expect(snapshot({ roundData: round({ answer: 0n }) })).to.include(nothing);
    expect(snapshot({}, { mode: "Off" })).to.include(nothing);
    expect(snapshot({}, { mode: "ReduceOnly" })).to.include(nothing);
    expect(snapshot({ words: { feedPolicy: 0n, riskPolicy: 0n, extendedPolicy: 0n, portfolioPolicy: 0n, variancePolicy: 0n } })).to.include(
      {
        ...nothing,
        policy: null,
      },
    );
    expect(snapshot({}, { mode: "Shadow" }).round).to.not.equal(null);
  });

  it("says why the feed does not answer, where it said so itself, and every verdict does", () => {
    const silent = snapshot({ roundData: null, fault: "SequencerDown" });
    expect(silent).to.include({ round: null, fault: "SequencerDown" });
    expect(check(silent, positionWith(), silent.timestamp)).to.include({ allowed: false, limit: "Oracle", status: "SequencerDown" });
    expect(explain(silent, positionWith(), silent.timestamp).summary).to.equal(
      "The price feed is SequencerDown: positions can only shrink until it answers again.",
    );
    // An answer that is no price has no other reason.
    expect(snapshot({ roundData: round({ answer: 0n }), fault: "Deviating" })).to.not.have.property("fault");
    expect(snapshot({ roundData: null, fault: "Invalid" })).to.not.have.property("fault");
    expect(check(snapshot({ roundData: null }), positionWith(), silent.timestamp).status).to.equal("Invalid");
  });

  it("reads the reason from what the feed reverted with", () => {
    const since = "00".repeat(32);
    expect(toFault(`${toFunctionSelector("SequencerDown(uint256)")}${since}`)).to.equal("SequencerDown");
    expect(toFault(`${toFunctionSelector("SourcesDeviate(uint256)")}${since}`)).to.equal("Deviating");
    expect(toFault(`${toFunctionSelector("SourceUnusable(address)")}${since}`)).to.equal("Invalid");
    for (const nothing of [undefined, "0x", "0x1323ef"] as const) expect(toFault(nothing)).to.equal("Invalid");
  });

  it("refuses words that no chain returns", () => {
    expect(() => snapshot({ volatilityWord: 2n ** 256n })).to.throw(ArgumentOutOfRangeError);
    expect(() =>
      snapshot({ words: { feedPolicy: -1n, riskPolicy: 0n, extendedPolicy: 0n, portfolioPolicy: 0n, variancePolicy: 0n } }),
    ).to.throw(ArgumentOutOfRangeError);
  });
});
