import { expect } from "chai";
import { encodeErrorResult, encodeFunctionData, type Hex } from "viem";
import {
  checkPortfolio,
  decodePolicy,
  type Exposure,
  explainPortfolio,
  type GuardSnapshot,
  LIMITS,
  ORACLE_STATUSES,
  type PortfolioCheckResult,
  type Position,
} from "../../sdk/src/index.ts";
import { packVolatilityWord } from "../../sdk/src/math/index.ts";
import { CASES, Random, SEED } from "../helpers/corpus.ts";
import { FAULTS } from "../helpers/faults.ts";
import { fixture, goTo, now, position } from "../helpers/market.ts";
import { callRaw } from "../helpers/parityGuard.ts";
import { bitOf, clamp, fieldsInRange, ISOLATED_SUBSETS, packFields, portfolioFlags } from "../helpers/parityPolicies.ts";
import { INT256_MAX, randomMeters, randomPosition, withMagnitude } from "../helpers/parityStates.ts";
import { Counter, revertData } from "../helpers/parityTargets.ts";
import { ascending, createPortfolio, idOf, type PortfolioMarket, WAD } from "../helpers/portfolioMarket.ts";
import { show } from "../helpers/show.ts";
import { slotOf, word } from "../helpers/storage.ts";

/** Fewer where fewer cases are asked for everywhere: then the corpus is not held to what it reaches. */
const IS_WHOLE = CASES >= 20_000;
const WORLDS = IS_WHOLE ? 60 : 8;
const QUESTIONS = IS_WHOLE ? 50 : 10;
const MARKETS = 20;
/** A market without a policy. */
const UNSET = idOf(MARKETS);
/** Fewer than markets: some share one. */
const FEEDS = 9;

describe(`SDK, previewPortfolio and enforcePortfolio of a deployed guard (SEED=${SEED})`, () => {
  const deployed = fixture((connection) => createPortfolio(connection, MARKETS));
  let m: PortfolioMarket;

  before(async () => {
    m = await deployed();
  });

  it("agree on random whole portfolios: verdicts, losses, decisions, errors and their arguments", async function () {
    const random = new Random(SEED, "portfolios");
    const counter = new Counter();
    for (let world = 0; world < WORLDS; world++) {
      const snapshots = await randomWorld(m, random);
      for (let question = 0; question < QUESTIONS; question++) {
        const asked = randomQuestion(random, snapshots);
        const result = await expectAgreement(m, snapshots, asked);
        counter.add(...labelsOf(result, asked));
      }
    }
    this.runnable().title = `agree on ${WORLDS * QUESTIONS} random whole portfolios (${counter.describe("answer ")})`;
    if (!IS_WHOLE) return;
    counter.expectEach(
      ["answer allowed", "answer SizeExceeded", "answer OracleRejected", "answer PortfolioLossExceeded", "answer PolicyNotSet"],
      20,
    );
    counter.expectEach(["limit Portfolio", "limit Volatility", "limit OpenInterest", "at the limit", "one unit beyond"], 20);
    counter.expectEach(["not measured", "reduction allowed", "with Greeks of its own", "over sixteen"], 10);
    // Rare: a reduction that uncovers a hedge by more than a reduction always may.
    counter.expectEach(["reduction refused"], 5);
  });
});

interface Question {
  readonly market: Hex;
  readonly position: Position;
  readonly others: readonly Exposure[];
}

/** New policies for every market, feeds shared among them, prices written lately, variances no history would lead to, faults. */
async function randomWorld(m: PortfolioMarket, random: Random): Promise<readonly GuardSnapshot[]> {
  const { guard } = m;
  const start = await now(m);
  for (const { feed } of m.markets.slice(0, FEEDS)) {
    await feed.write.setFault([random.oneIn(24) ? random.pick([1, FAULTS.indexOf("ZeroAnswer"), FAULTS.indexOf("FutureTime")]) : 0]);
    const answer = random.logBetween(10n ** 5n, 10n ** 13n);
    await feed.write.push([answer, start]);
    await feed.write.setConfidence([(answer * random.between(0n, random.oneIn(16) ? 40n : 6n)) / 1_000n]);
  }
  // Markets of one feed agree whether its doubt counts, but for a few.
  const doubted = Array.from({ length: FEEDS }, () => random.oneIn(8));
  for (const { id } of m.markets) {
    const index = random.below(FEEDS);
    const { feed } = m.markets[index] ?? m;
    const usual = random.oneIn(5) ? random.pick(ISOLATED_SUBSETS) : SMALL;
    const fields = {
      ...fieldsInRange(random, [random.oneIn(24) ? usual & ~bitOf("Portfolio") : usual | bitOf("Portfolio")]),
      Feed: BigInt(feed.address),
      FeedDecimals: 8n,
      Mode: random.oneIn(12) ? random.between(0n, 3n) : 1n,
      ...flagsOf(random),
      MaxConfidence: doubted[index] !== random.oneIn(100) ? random.between(5n, 50n) : 0n,
      Heartbeat: random.between(100n, 400n),
      MaxAge: random.between(401n, 1_500n),
    };
    const words = packFields(fields);
    await guard.write.setPolicy([id, words]);
    await forgeVolatility(m, id, random, start);
    await forgeMeters(m, id, random, decodePolicy(words)?.growthCapacity ?? 0n, start);
  }
  await goTo(m, start + random.between(1n, random.oneIn(3) ? 16_000n : 3_000n));
  return Promise.all([...m.markets.map(({ id }) => id), UNSET].map((id) => m.snapshotOf(id)));
}

/** Caps, Greeks and models; often none of them, or the common factor and nothing else. */
function flagsOf(random: Random): { readonly PortfolioFlags: bigint; readonly Beta?: bigint } {
  if (random.oneIn(3)) return { PortfolioFlags: 0n };
  const PortfolioFlags = random.oneIn(2) ? random.pick([96n, 224n]) : portfolioFlags(random);
  return { PortfolioFlags, Beta: random.between(1n, 10_000n) };
}

/** So that the portfolio gets its turn to bind. */
const SMALL = bitOf("Volatility") | bitOf("OpenInterest");

async function forgeVolatility(m: PortfolioMarket, id: Hex, random: Random, time: bigint): Promise<void> {
  const variance = (): bigint => random.logBetween(10n ** 16n, random.oneIn(12) ? 2n ** 72n - 1n : 10n ** 19n);
  const forged = packVolatilityWord({
    samples: random.pick([1n, 24n, 255n]),
    time,
    slowVariance: variance(),
    fastVariance: variance(),
    lnPrice: 0n,
  });
  await forge(m, id, 2n, forged);
}

/** Discipline, growth and others' variance in the account's markets, like nothing that happened here. */
async function forgeMeters(m: PortfolioMarket, id: Hex, random: Random, growthCapacity: bigint, time: bigint): Promise<void> {
  const meters = randomMeters(random, { growthCapacity }, time);
  await forge(m, id, 5n, meters.longGrowth);
  await forge(m, id, 6n, meters.shortGrowth);
  await forge(m, id, 9n, meters.pushedVariance ?? 0n);
  // `_accounts` is the guard's third variable: by market and account, the mark and then the limit the account set.
  const own = slotOf(word(BigInt(position().account)), slotOf(id, 2n));
  await forgeAt(m, own, meters.highWaterMark);
  await forgeAt(m, own + 1n, meters.selfLimit);
}

/** A slot of a market: `_markets` is the guard's first variable, the volatility word its third slot, what was pushed its tenth. */
const forge = (m: PortfolioMarket, id: Hex, slot: bigint, value: bigint): Promise<void> => forgeAt(m, slotOf(id, 0n) + slot, value);

async function forgeAt({ guard, connection }: PortfolioMarket, slot: bigint, value: bigint): Promise<void> {
  await connection.networkHelpers.setStorageAt(guard.address, `0x${slot.toString(16)}`, word(value));
}

/** A position in one market, and what the account holds in others: mostly as the guard asks for it. */
function randomQuestion(random: Random, snapshots: readonly GuardSnapshot[]): Question {
  const snapshot = random.pick(snapshots);
  const { policy, round } = snapshot;
  const size = random.logBetween(WAD, 10n ** 26n);
  const caps = policy ?? { openInterestCap: 10n ** 22n, liquidityCap: 10n ** 25n };
  const asked = { ...randomPosition(random, caps, round?.price ?? WAD), account: position().account };
  // Of the order of the holdings, so that either may be what counts.
  const equity = random.oneIn(8) ? asked.equity : random.oneIn(4) ? 0n : random.pick([1n, 4n]) * random.between(0n, size);
  const per = (units: bigint): bigint => clamp((units * WAD) / (round?.price ?? WAD), 0n, INT256_MAX / 4n);
  const signed = (value: bigint): bigint => (random.oneIn(2) ? value : -value);
  const sizeBefore = signed(per(random.between(0n, 4n * size)));
  // Seldom more than any money could be.
  const sizeAfter = random.oneIn(32)
    ? signed(INT256_MAX)
    : random.oneIn(2)
      ? (sizeBefore * random.between(0n, 12n)) / 10n
      : signed(per(random.between(0n, 4n * size)));
  const flow = random.oneIn(3) ? asked.flow : 0n;
  if (random.oneIn(24)) {
    // Leaving altogether, or with something left elsewhere.
    const leaving = { ...asked, equity, sizeBefore, flow: random.pick([-1n, 0n]), sizeAfter: random.pick([0n, 0n, 1n]) };
    return { market: snapshot.market, position: leaving, others: random.oneIn(2) ? [] : randomOthers(random, snapshots, snapshot, size) };
  }
  const others = randomOthers(random, snapshots, snapshot, size);
  const question = { market: snapshot.market, position: { ...asked, equity, flow, sizeBefore, sizeAfter }, others };
  if (random.oneIn(2)) return question;
  const { maxSize } = ask(snapshots, question);
  const edge = withMagnitude(question.position, maxSize + random.pick([0n, 1n]));
  return edge === null ? question : { ...question, position: edge };
}

function randomOthers(random: Random, snapshots: readonly GuardSnapshot[], own: GuardSnapshot, size: bigint): readonly Exposure[] {
  const count = random.oneIn(10) ? random.pick([15, 16, 17]) : random.below(8);
  const greek = (): bigint => (random.oneIn(60) ? 2n ** 104n : random.between(-size, size));
  const convex = (): bigint => (random.oneIn(2) ? 0n : greek());
  const held = snapshots
    .filter(({ market }) => market !== own.market)
    .sort(() => random.below(3) - 1)
    .slice(0, count)
    .map(({ market }) => ({ market, delta: greek(), gamma: convex(), vega: convex(), theta: convex() }));
  const unit = { market: own.market, delta: random.between(0n, 4_000n * WAD), gamma: convex(), vega: convex(), theta: convex() };
  const states = (own.policy?.hasGreeks ?? false) !== random.oneIn(24);
  const sorted = ascending(states ? [...held, unit] : held);
  if (random.oneIn(24)) return [...sorted].reverse();
  return random.oneIn(24) && sorted[0] ? [sorted[0], ...sorted] : sorted;
}

function ask(snapshots: readonly GuardSnapshot[], { market, position: asked, others }: Question): PortfolioCheckResult {
  const own = snapshotOf(snapshots, market);
  return checkPortfolio(own, asked, others, snapshots, own.timestamp);
}

function snapshotOf(snapshots: readonly GuardSnapshot[], market: Hex): GuardSnapshot {
  const own = snapshots.find((one) => one.market === market);
  if (own === undefined) throw new Error("every market has a snapshot");
  return own;
}

/** Asks all three, and fails where they differ. */
async function expectAgreement(m: PortfolioMarket, snapshots: readonly GuardSnapshot[], question: Question): Promise<PortfolioCheckResult> {
  const { market, position: asked, others } = question;
  const result = ask(snapshots, question);
  const { size, headroom, rejection, portfolioLimit, loss, allowedLoss, ...verdict } = result;
  const context = show({ seed: SEED, question, result });
  const { abi, address } = m.guard;
  const expected = rejection === null ? "0x" : encodeErrorResult({ abi, errorName: rejection.code, args: [...rejection.args] } as never);
  if (rejection !== null) expect(expected, context).to.equal(revertData(rejection));
  const data = encodeFunctionData({ abi, functionName: "enforcePortfolio", args: [market, asked, [...others]] });
  const enforced = await callRaw(m.connection.provider, address, data, m.protocol.account.address);
  expect(enforced, context).to.deep.equal({ ok: rejection === null, data: expected });
  if (rejection?.code === "PolicyNotSet") return result;
  const [previewed, assessment] = await m.guard.read.previewPortfolio([market, asked, [...others]]);
  const named = { ...previewed, limit: LIMITS[previewed.limit], status: ORACLE_STATUSES[previewed.status] };
  expect(named, context).to.deep.equal(verdict);
  expect(assessment, context).to.deep.equal({ limit: portfolioLimit, loss, allowedLoss });
  const answer = await m.lens.read.explainPortfolio([address, market, asked, [...others]]);
  expect(answer.slice(0, 2), context).to.deep.equal([previewed, assessment]);
  const own = snapshotOf(snapshots, market);
  const { limits, ...explained } = explainPortfolio(own, asked, others, snapshots, own.timestamp);
  expect(explained, context).to.deep.include(verdict);
  // Size, headroom and which one binds; the sentences are the SDK's own.
  const said = answer[2].map(({ limit, size: alone, headroom: left, binds }) => ({
    limit: LIMITS[limit],
    size: alone,
    headroom: left,
    binds,
  }));
  expect(said, context).to.deep.equal(limits.map(({ sentence, ...one }) => one));
  return result;
}

function labelsOf(result: PortfolioCheckResult, { position: asked, others }: Question): readonly string[] {
  const shrinks = asked.flow >= 0n && result.size <= (asked.sizeBefore < 0n ? -asked.sizeBefore : asked.sizeBefore);
  const isReduction = shrinks && asked.sizeBefore * asked.sizeAfter >= 0n;
  return [
    `answer ${result.rejection === null ? "allowed" : result.rejection.code}`,
    `limit ${result.limit}`,
    ...(result.loss === 2n ** 256n - 1n ? ["not measured"] : []),
    ...(isReduction ? [`reduction ${result.allowed ? "allowed" : "refused"}`] : []),
    ...(others.length > 16 ? ["over sixteen"] : []),
    ...(others.some(({ gamma, delta }) => gamma !== 0n && delta >= 0n) ? ["with Greeks of its own"] : []),
    ...(result.limitSize > 0n && result.size === result.maxSize ? ["at the limit"] : []),
    ...(result.limitSize > 0n && result.size === result.maxSize + 1n ? ["one unit beyond"] : []),
  ];
}
