import { expect } from "chai";
import { decodeFunctionResult, encodeErrorResult, type Hex } from "viem";
import {
  type CheckResult,
  check,
  type GuardSnapshot,
  LIMITS,
  MODES,
  maxSize,
  ORACLE_STATUSES,
  type Position,
  type SizeIntent,
} from "../../sdk/src/index.ts";
import { CASES, Random, SEED } from "../helpers/corpus.ts";
import { FAULTS } from "../helpers/faults.ts";
import { type CallOutcome, deployGuard, type GuardHarness, positionFor, randomGuardState } from "../helpers/parityGuard.ts";
import { ACTIVE_LIMITS, clamp } from "../helpers/parityPolicies.ts";
import { INT256_MAX, withMagnitude } from "../helpers/parityStates.ts";
import { Counter, revertData } from "../helpers/parityTargets.ts";
import { show } from "../helpers/show.ts";

const WAD = 10n ** 18n;
/** Fewer where fewer cases are asked for everywhere: then the corpus is not held to what it reaches. */
const IS_WHOLE = CASES >= 20_000;
const STATES = IS_WHOLE ? 250 : 80;
const POSITIONS = IS_WHOLE ? 20 : 8;

/** The error's bytes by the ABI's own rules, not by the SDK's. */
function encodeRejection({ guard }: GuardHarness, { rejection }: CheckResult): Hex | null {
  if (rejection === null) return null;
  return encodeErrorResult({ abi: guard.abi, errorName: rejection.code, args: [...rejection.args] } as Parameters<
    typeof encodeErrorResult
  >[0]);
}

/** The answer of the chain to `preview`, in the SDK's words. */
function decodePreview(
  { guard }: GuardHarness,
  data: Hex,
): Pick<CheckResult, "allowed" | "limit" | "maxSize" | "limitSize" | "price" | "variance" | "status"> {
  const verdict = decodeFunctionResult({ abi: guard.abi, functionName: "preview", data });
  const [limit, status] = [LIMITS[verdict.limit], ORACLE_STATUSES[verdict.status]];
  if (limit === undefined || status === undefined) throw new Error(`unknown limit ${verdict.limit} or status ${verdict.status}`);
  return { ...verdict, limit, status };
}

/** Asks all three, and fails where they differ. */
async function expectAgreement(
  harness: GuardHarness,
  snapshot: GuardSnapshot,
  position: Position,
  at = snapshot.timestamp,
): Promise<CheckResult> {
  const result = check(snapshot, position, at);
  const rejected = encodeRejection(harness, result);
  const context = show({ seed: SEED, snapshot, position, result });
  if (rejected !== null) expect(rejected, context).to.equal(revertData(result.rejection));

  const enforced = await harness.call("enforce", snapshot.market, position);
  const expected: CallOutcome = rejected === null ? { ok: true, data: "0x" } : { ok: false, data: rejected };
  expect(enforced, context).to.deep.equal(expected);

  const previewed = await harness.call("preview", snapshot.market, position);
  if (result.rejection?.code === "PolicyNotSet") {
    expect(previewed, context).to.deep.equal(expected);
    return result;
  }
  expect(previewed.ok, context).to.equal(true);
  const { size, headroom, rejection, ...verdict } = result;
  expect(decodePreview(harness, previewed.data), context).to.deep.equal(verdict);
  return result;
}

/** At the limit, one unit beyond, and wherever chance put it. */
function positionsFor(random: Random, snapshot: GuardSnapshot): Position[] {
  return Array.from({ length: POSITIONS }, () => {
    const position = positionFor(random, snapshot);
    const most = check(snapshot, position, snapshot.timestamp).maxSize + random.pick([0n, 1n, 1n]);
    return (random.oneIn(2) ? withMagnitude(position, most) : null) ?? position;
  });
}

/** What a perp pays into its own fee account before it asks the guard, rounded up at each step. */
function equityAfterFee(intent: SizeIntent, sizeAfter: bigint, price: bigint, feeRatio: bigint): bigint {
  const traded = sizeAfter > intent.sizeBefore ? sizeAfter - intent.sizeBefore : intent.sizeBefore - sizeAfter;
  const up = (x: bigint, y: bigint): bigint => (x * y + WAD - 1n) / WAD;
  // No protocol can state less than an int256 holds.
  return clamp(intent.equity - up(up(traded, price), feeRatio), -INT256_MAX, INT256_MAX);
}

function expectReached(counter: Counter, labels: readonly string[], least: number): void {
  if (IS_WHOLE) counter.expectEach(labels, least);
}

describe(`SDK, preview and enforce of a deployed guard (SEED=${SEED})`, () => {
  let harness: GuardHarness;

  before(async () => {
    harness = await deployGuard();
  });

  it("agree on random whole states: verdicts, decisions, errors and their arguments", async function () {
    const random = new Random(SEED, "guard");
    const counter = new Counter();
    for (let index = 0; index < STATES; index++) {
      const market = await randomGuardState(harness, random, index);
      const snapshot = await harness.snapshot(market);
      for (const position of positionsFor(random, snapshot)) {
        const result = await expectAgreement(harness, snapshot, position);
        counter.add(`answer ${result.rejection === null ? "allowed" : result.rejection.code}`, `limit ${result.limit}`);
        counter.add(`mode ${snapshot.policy?.mode}`, `status ${result.status}`);
        if (result.size === result.maxSize + 1n && result.rejection !== null && result.limitSize > 0n) counter.add("refused by one unit");
        if (result.size === result.maxSize && result.limitSize > 0n) counter.add("at the limit");
      }
    }
    expectReached(counter, ["answer allowed", "answer SizeExceeded", "answer OracleRejected", "answer PolicyNotSet"], 10);
    expectReached(
      counter,
      ["Oracle", "Mode", ...ACTIVE_LIMITS, "None"].map((limit) => `limit ${limit}`),
      15,
    );
    expectReached(
      counter,
      [...MODES, undefined].map((mode) => `mode ${mode}`),
      10,
    );
    expectReached(
      counter,
      ["Invalid", "Stale", "Aging", "Valid"].map((status) => `status ${status}`),
      10,
    );
    expectReached(counter, ["status SequencerDown", "status Deviating"], 3);
    expectReached(counter, ["refused by one unit", "at the limit"], 30);
    this.runnable().title = `agree on ${STATES * POSITIONS} random whole states (${counter.describe("answer ")})`;
  });

  it("maxSize is tight: on chain it passes and one unit more is refused, after the fee too", async () => {
    const random = new Random(SEED, "tightness");
    const counter = new Counter();
    for (let index = 0; index < STATES; index++) {
      const market = await randomGuardState(harness, random, STATES + index);
      const snapshot = await harness.snapshot(market);
      const { sizeAfter, ...position } = positionFor(random, snapshot);
      const flow = random.oneIn(3) ? -1n : position.flow;
      // Money as it is, so that the fee fits an int256 and the equity after it does.
      const intent: SizeIntent = { ...position, flow, equity: random.logBetween(1n, 10n ** 27n), side: sizeAfter < 0n ? "short" : "long" };
      const feeRatio = random.pick([0n, 5n * 10n ** 14n, 10n ** 16n]);
      const answer = maxSize(snapshot, intent, { feeRatio });
      counter.add(await expectTight(harness, snapshot, intent, answer.maxSize, feeRatio));
      counter.add(
        `fee ${feeRatio > 0n && answer.maxSize > 0n}`,
        `limit ${answer.limit}`,
        `leaving ${intent.flow < 0n && answer.maxSize > 0n}`,
      );
    }
    expectReached(counter, ["tight", "fee true", "leaving true"], 20);
    expectReached(
      counter,
      ["Volatility", "Collateral", "Margin", "OpenInterest"].map((limit) => `limit ${limit}`),
      10,
    );
  });

  it("maxSize of a reduced position over its limit counts the fee of what is traded", async () => {
    const random = new Random(SEED, "over the limit");
    let shrunk = 0;
    for (let index = 0; shrunk < 20; index++) {
      const market = await randomGuardState(harness, random, 2 * STATES + index);
      const snapshot = await harness.snapshot(market);
      const { sizeAfter, ...position } = positionFor(random, snapshot);
      const side = sizeAfter < 0n ? "short" : "long";
      const equity = random.logBetween(10n ** 18n, 10n ** 27n);
      const most = maxSize(snapshot, { ...position, side, equity, flow: -1n, sizeBefore: 0n }).maxSize;
      const held = most + most / random.between(2n, 50n) + 1n;
      if (most < 1_000n || held > INT256_MAX) continue;
      const intent: SizeIntent = { ...position, side, equity, flow: -1n, sizeBefore: side === "long" ? held : -held };
      const answer = maxSize(snapshot, intent, { feeRatio: 5n * 10n ** 14n });
      if ((await expectTight(harness, snapshot, intent, answer.maxSize, 5n * 10n ** 14n)) === "tight") shrunk++;
    }
  });

  it("agree when the feed burns all the gas it is given", async () => {
    const random = new Random(SEED, "burning");
    for (let index = 0, judged = 0; judged < 1; index++) {
      const market = await randomGuardState(harness, random, 3 * STATES + index);
      await harness.feed.write.setFault([FAULTS.indexOf("BurnsGas")]);
      const snapshot = await harness.snapshot(market);
      if (snapshot.policy?.mode !== "Enforce") continue;
      const result = await expectAgreement(harness, snapshot, { ...positionFor(random, snapshot), sizeBefore: 0n, sizeAfter: 1n });
      expect(result.rejection).to.include({ code: "OracleRejected", status: "Invalid" });
      judged++;
    }
  });

  it("agree on what a growing age does to the same round, without another snapshot", async () => {
    const random = new Random(SEED, "ageing");
    const counter = new Counter();
    for (let index = 0; index < 40; index++) {
      const market = await randomGuardState(harness, random, 4 * STATES + index);
      await harness.feed.write.setFault([0]);
      const snapshot = await harness.snapshot(market);
      for (let step = 0; step < 4; step++) {
        await harness.networkHelpers.time.increase(Number(random.between(1n, (snapshot.policy?.maxAge ?? 40n) / 4n)));
        const at = BigInt(await harness.networkHelpers.time.latest());
        const { status } = await expectAgreement(harness, snapshot, positionFor(random, snapshot), at);
        counter.add(status);
      }
    }
    expectReached(counter, ["Valid", "Aging", "Stale"], 5);
  });
});

/** Asks the chain for the size and for one more. */
async function expectTight(
  harness: GuardHarness,
  snapshot: GuardSnapshot,
  intent: SizeIntent,
  most: bigint,
  feeRatio: bigint,
): Promise<"tight" | "not limited"> {
  const { side, ...rest } = intent;
  const at = (magnitude: bigint): Position => {
    const sizeAfter = side === "long" ? magnitude : -magnitude;
    return { ...rest, sizeAfter, equity: equityAfterFee(intent, sizeAfter, snapshot.round?.price ?? 0n, feeRatio) };
  };
  const isLimited = most < INT256_MAX;
  const passing = await expectAgreement(harness, snapshot, at(isLimited ? most : INT256_MAX));
  expect(passing.size <= passing.maxSize || passing.rejection?.code === "PolicyNotSet", show({ snapshot, intent, most })).to.equal(true);
  if (!isLimited) return "not limited";
  const beyond = await expectAgreement(harness, snapshot, at(most + 1n));
  const isRefused = beyond.size > beyond.maxSize;
  expect(isRefused, show({ seed: SEED, snapshot, intent, most, feeRatio, beyond })).to.equal(true);
  return "tight";
}
