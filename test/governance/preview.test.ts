import { expect } from "chai";
import { decodeFunctionResult, encodeFunctionData, type Hex } from "viem";
import { FeedDecimalsMismatchError, FeedUnusableError, ZeroAddressError } from "../../sdk/src/errors/guard.ts";
import { isSizingGuardError } from "../../sdk/src/errors/index.ts";
import { varianceAt } from "../../sdk/src/guard/check.ts";
import {
  createSnapshot,
  decodePolicy,
  LIMITS,
  type PolicyWords,
  type Position,
  requirePolicyInRange,
  type SanityCase,
  type SanityPreview,
  type SanityQuestion,
  sanityPreview,
} from "../../sdk/src/index.ts";
import { WAD } from "../../sdk/src/math/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { inForce, setPolicy, stewarded, withChanges } from "../helpers/governed.ts";
import { ETH_USD, enforce, expectRevert, position, preview, pushRound, START_PRICE, wad } from "../helpers/market.ts";
import { randomWords } from "../helpers/mirroredCore.ts";
import { callRaw, deployGuard, type GuardHarness, positionFor, randomGuardState, toRoundData } from "../helpers/parityGuard.ts";
import { COMPLETE_SUBSETS, fieldsInRange, ISOLATED_SUBSETS, packFields, SMALL_SUBSETS } from "../helpers/parityPolicies.ts";
import { Counter, revertData } from "../helpers/parityTargets.ts";
import { show } from "../helpers/show.ts";
import { fieldsOf } from "../model/policy.ts";

const STATES = 80;
const PROPOSALS = 10;

type Feed = GuardHarness["feed"];

/** A proposal for the market: mostly of its feed, sometimes of another, with the decimals it has, and in its ranges. */
function proposal(random: Random, feeds: readonly [Feed, Feed], decimals: bigint): PolicyWords {
  const [feed, other] = feeds;
  const Feed = BigInt((random.oneIn(6) ? other : feed).address);
  // Not one of the lowest addresses: what is built in there answers anything.
  const nobody = random.pick([0n, 2n ** 159n + random.bits(159)]);
  const known = random.oneIn(8) ? { Feed: nobody } : { Feed, FeedDecimals: decimals };
  if (random.oneIn(8)) return packFields({ ...fieldsOf(randomWords(random)), ...known });
  const fields = fieldsInRange(random, random.pick([COMPLETE_SUBSETS, SMALL_SUBSETS, ISOLATED_SUBSETS]));
  return packFields({ ...fields, Feed, FeedDecimals: random.oneIn(24) ? (decimals + 1n) % 37n : decimals });
}

/** What the SDK is told of the market: the price and the variance that a market with these words would have. */
async function question(
  harness: GuardHarness,
  feed: Feed,
  market: Hex,
  words: PolicyWords,
  asked: Position,
): Promise<SanityQuestion | null> {
  const { guard, publicClient } = harness;
  const { number: blockNumber, timestamp } = await publicClient.getBlock();
  // A market that is Off reads no feed, and nobody is asked how sure the price is.
  const judging = packFields({ ...fieldsOf(words), Mode: 1n, MaxConfidence: 0n });
  const isSameFeed = fieldsOf(await guard.read.policy([market])).Feed === fieldsOf(words).Feed;
  const volatilityWord = isSameFeed ? await guard.read.volatilityWord([market]) : 0n;
  const meters = await guard.read.meters([market, asked.account]);
  const data = encodeFunctionData({ abi: feed.abi, functionName: "latestRoundData" });
  const roundData = toRoundData(await callRaw(harness.provider, feed.address, data));
  const snapshot = createSnapshot({ market, words: judging, volatilityWord, meters, roundData, blockNumber, timestamp });
  const policy = decodePolicy(judging);
  if (snapshot.round === null || policy === null) return null;
  const [same, opposite] = [asked.sameSideOthers, asked.oppositeOthers];
  const [sameSideOthers, oppositeOthers] = asked.sizeAfter < 0n ? [opposite, same] : [same, opposite];
  const { equity, poolEquity } = asked;
  const variance = varianceAt(snapshot, policy, timestamp);
  return { market, price: snapshot.round.price, variance, equity, sameSideOthers, oppositeOthers, poolEquity };
}

/** What the contract does, with the SDK. */
async function expectedOf(
  harness: GuardHarness,
  feeds: readonly Feed[],
  market: Hex,
  words: PolicyWords,
  asked: Position,
): Promise<{ readonly question: SanityQuestion; readonly preview: SanityPreview }> {
  const { Feed, FeedDecimals } = fieldsOf(words);
  const address = `0x${Feed.toString(16).padStart(40, "0")}` as const;
  if (Feed === 0n) throw new ZeroAddressError();
  const feed = feeds.find((one) => BigInt(one.address) === Feed);
  if (feed === undefined) throw new FeedUnusableError(address);
  const decimals = BigInt(await feed.read.decimals());
  if (decimals !== FeedDecimals) throw new FeedDecimalsMismatchError(address, decimals, FeedDecimals);
  requirePolicyInRange(market, words);
  const asQuestion = await question(harness, feed, market, words, asked);
  if (asQuestion === null) throw new FeedUnusableError(address);
  return { question: asQuestion, preview: sanityPreview(words, asQuestion) };
}

/** A case in the form of the chain's. */
const onChain = ({ side, limit, ...rest }: SanityCase) => ({ isLong: side === "long", limit: LIMITS.indexOf(limit), ...rest });

describe(`what a policy gives, SDK against a deployed preview (SEED=${SEED})`, () => {
  it("is the same number for number, or the same error", async function () {
    const harness = await deployGuard();
    const { viem, provider, guard, feed, networkHelpers } = harness;
    const deployed = await viem.deployContract("PolicyPreview");
    const other = await viem.deployContract("TestFeed", [8, 1n << 64n]);
    const random = new Random(SEED, "preview on chain");
    const counter = new Counter();

    /** Asks both, and fails where they differ. */
    async function expectSame(market: Hex, words: PolicyWords, asked: Position): Promise<void> {
      const data = encodeFunctionData({
        abi: deployed.abi,
        functionName: "sanityPreview",
        args: [guard.address, market, words, asked],
      });
      const answer = await callRaw(provider, deployed.address, data);
      const context = show({ SEED, market, words, asked, answer });
      try {
        const { question: known, preview: expected } = await expectedOf(harness, [feed, other], market, words, asked);
        expect(answer.ok, context).to.equal(true);
        const result = decodeFunctionResult({ abi: deployed.abi, functionName: "sanityPreview", data: answer.data });
        expect(result, context).to.deep.equal([known.price, known.variance, expected.cases.map(onChain)]);
        counter.add("answered", ...expected.cases.map(({ limit }) => `limit ${limit}`));
      } catch (error) {
        if (!isSizingGuardError(error)) throw error;
        expect(answer, context).to.deep.equal({ ok: false, data: revertData(error) });
        counter.add(`refused ${error.code}`);
      }
    }

    for (let index = 0; index < STATES; index++) {
      const market = await randomGuardState(harness, random, index);
      const decimals = await feed.read.decimals();
      await other.write.setDecimals([decimals]);
      await other.write.push([random.logBetween(1n, 10n ** (BigInt(decimals) + 6n)), BigInt(await networkHelpers.time.latest())]);
      const snapshot = await harness.snapshot(market);
      for (let i = 0; i < PROPOSALS; i++) {
        await expectSame(market, proposal(random, [feed, other], BigInt(decimals)), positionFor(random, snapshot));
      }
    }
    this.runnable().title = `is the same for ${STATES * PROPOSALS} proposals: ${counter.of("answered")} answered, ${counter.describe("refused ")} refused`;
    expect(counter.of("answered")).to.be.at.least(500);
    counter.expectEach(["refused PolicyOutOfRange", "refused FeedUnusable", "refused FeedDecimalsMismatch"], 8);
    const limits = ["Mode", "None", "Volatility", "Collateral", "Margin", "Liquidity", "OpenInterest", "Skew", "Concentration"];
    counter.expectEach(
      limits.map((limit) => `limit ${limit}`),
      20,
    );
  });
});

describe("a proposal, looked at before it is signed", () => {
  it("allows on chain what the preview said, once it is in force: to the unit, and no more", async () => {
    const m = await stewarded();
    const deployed = await m.connection.viem.deployContract("PolicyPreview");
    const proposed = withChanges(m, { riskBudget: 3n * 10n ** 17n, openInterestCap: 60_000n * WAD });
    const asked = position({ equity: 10_000n * WAD, sameSideOthers: wad(100), oppositeOthers: wad(50) });
    await setPolicy(m, ETH_USD, proposed);
    await pushRound(m, START_PRICE);
    const [price, variance, cases] = await deployed.read.sanityPreview([m.guard.address, ETH_USD, await inForce(m), asked]);
    const [long, short] = cases;
    const verdict = await preview(m, { ...asked, sizeAfter: 1n });
    expect([price, variance, long.limitSize, long.limit]).to.deep.equal([
      verdict.price,
      verdict.variance,
      verdict.limitSize,
      verdict.limit,
    ]);
    await enforce(m, { ...asked, sizeAfter: long.limitSize });
    const tooLarge = [ETH_USD, asked.account, long.limitSize + 1n, long.limitSize, long.limit];
    await expectRevert(enforce(m, { ...asked, sizeAfter: long.limitSize + 1n }), "SizeExceeded", tooLarge);
    // The short has the others the other way round.
    const seenByShort = { ...asked, sameSideOthers: asked.oppositeOthers, oppositeOthers: asked.sameSideOthers };
    await enforce(m, { ...seenByShort, sizeAfter: -short.limitSize });
    const again = await deployed.read.sanityPreview([m.guard.address, ETH_USD, proposed, { ...seenByShort, sizeAfter: -1n }]);
    expect(again).to.deep.equal([price, variance, cases]);
  });
});
