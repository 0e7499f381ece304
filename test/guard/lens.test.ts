import { expect } from "chai";
import { type Address, decodeFunctionResult, encodeFunctionData, getAddress, type Hex, keccak256, toHex } from "viem";
import { ETH_USD } from "../../scripts/lib/market.ts";
import { sizingLensAbi } from "../../sdk/src/abis/index.ts";
import { accountState, marketState } from "../../sdk/src/guard/check.ts";
import { explainedValues } from "../../sdk/src/guard/explain.ts";
import { type Explanation, explain, type GuardSnapshot, LIMITS, maxWithdraw, ORACLE_STATUSES, type Position } from "../../sdk/src/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { FAULTS, statusOf } from "../helpers/faults.ts";
import { positionWith } from "../helpers/parityFixtures.ts";
import { ACTOR, type CallOutcome, callRaw, deployGuard, type GuardHarness, positionFor, randomGuardState } from "../helpers/parityGuard.ts";
import { Counter, revertData } from "../helpers/parityTargets.ts";
import { show } from "../helpers/show.ts";

const WAD = 10n ** 18n;
const STATES = 150;
const POSITIONS = 10;
const NO_ROUND = { roundId: 0n, answer: 0n, startedAt: 0n, updatedAt: 0n, answeredInRound: 0n };

describe("SizingLens", () => {
  let harness: GuardHarness;
  let lens: Address;

  const snapshot = async (market: Hex, to: Address = lens) => {
    const data = encodeFunctionData({ abi: sizingLensAbi, functionName: "snapshot", args: [harness.guard.address, market, ACTOR] });
    return decodeFunctionResult({
      abi: sizingLensAbi,
      functionName: "snapshot",
      data: requireAnswer(await callRaw(harness.provider, to, data)),
    });
  };

  /** A feed that answers one caller with a price of 1 in 8 decimals, just written, and reverts for all others. */
  const gateFeed = async (caller: Address): Promise<() => Promise<void>> => {
    const { feed, publicClient, networkHelpers } = harness;
    const code = (await publicClient.getCode({ address: feed.address })) ?? "0x";
    // CALLER == caller ? return (1, 1e8, 0, TIMESTAMP, 1) : revert
    const answer = "60015f526305f5e10060205242606052600160805260a05ff3";
    await networkHelpers.setCode(feed.address, `0x3373${caller.slice(2)}14601d575f5ffd5b${answer}`);
    return () => networkHelpers.setCode(feed.address, code);
  };

  const explained = (market: Hex, position: Position): Promise<CallOutcome> => {
    const data = encodeFunctionData({ abi: sizingLensAbi, functionName: "explain", args: [harness.guard.address, market, position] });
    return callRaw(harness.provider, lens, data);
  };

  before(async () => {
    harness = await deployGuard();
    lens = (await harness.viem.deployContract("SizingLens")).address;
  });

  describe("snapshot", () => {
    it("returns the guard's words, the feed's five words and the block, and nothing else", async () => {
      const { guard, feed, publicClient, policy, words, networkHelpers } = harness;
      await feed.write.push([2_000_00000000n, BigInt(await networkHelpers.time.latest())]);
      await guard.write.poke([ETH_USD]);
      const [roundId, answer, startedAt, updatedAt, answeredInRound] = await feed.read.latestRoundData();
      const { number, timestamp } = await publicClient.getBlock();
      expect(await snapshot(ETH_USD)).to.deep.equal({
        account: getAddress(ACTOR),
        words,
        volatilityWord: await guard.read.volatilityWord([ETH_USD]),
        meters: await guard.read.meters([ETH_USD, ACTOR]),
        isAnswered: true,
        round: { roundId, answer, startedAt, updatedAt, answeredInRound },
        fault: 0,
        blockNumber: number,
        timestamp,
      });
      expect(policy.feed).to.equal(feed.address.toLowerCase());
    });

    it("asks no feed for a market without a policy", async () => {
      expect(await snapshot(keccak256(toHex("nowhere")))).to.deep.include({
        words: { feedPolicy: 0n, riskPolicy: 0n, extendedPolicy: 0n, portfolioPolicy: 0n, variancePolicy: 0n },
        volatilityWord: 0n,
        isAnswered: false,
        round: NO_ROUND,
      });
    });

    for (const [fault, name] of FAULTS.entries()) {
      const hasFiveWords = !["Reverts", "ReturnsNothing", "ReturnsShort", "BurnsGas", "SequencerIsDown", "Deviates"].includes(name);
      it(`says ${hasFiveWords ? "what the feed answered, unjudged" : "that the feed did not answer"}: ${name}`, async () => {
        await harness.feed.write.setFault([fault]);
        const { isAnswered, round, fault: reason } = await snapshot(ETH_USD);
        await harness.feed.write.setFault([0]);
        expect(isAnswered).to.equal(hasFiveWords);
        expect(ORACLE_STATUSES[reason]).to.equal(statusOf(name));
        if (!hasFiveWords) expect(round).to.deep.equal(NO_ROUND);
        if (name === "HugeAnswer") expect(round.answer).to.equal(2n ** 255n - 1n);
        if (name === "HugeRoundId") expect(round).to.include({ roundId: 2n ** 256n - 1n, answer: -1n });
      });
    }

    it("needs 500 000 gas next to a feed that burns its own", async () => {
      const { feed, guard, publicClient, words } = harness;
      await feed.write.setFault([FAULTS.indexOf("BurnsGas")]);
      const data = encodeFunctionData({ abi: sizingLensAbi, functionName: "snapshot", args: [guard.address, ETH_USD, ACTOR] });
      const { data: answer = "0x" } = await publicClient.call({ to: lens, data, gas: 500_000n });
      await feed.write.setFault([0]);
      expect(decodeFunctionResult({ abi: sizingLensAbi, functionName: "snapshot", data: answer })).to.deep.include({
        words,
        isAnswered: false,
      });
    });

    it("is without an answer where the feed is no contract", async () => {
      const { guard, networkHelpers, feed } = harness;
      const code = await harness.publicClient.getCode({ address: feed.address });
      await networkHelpers.setCode(feed.address, "0x");
      expect(await snapshot(ETH_USD)).to.deep.include({ isAnswered: false, round: NO_ROUND });
      await networkHelpers.setCode(feed.address, code ?? "0x");
      expect((await snapshot(ETH_USD)).volatilityWord).to.equal(await guard.read.volatilityWord([ETH_USD]));
    });
  });

  it("takes a feed at its word to the lens: one that answers only the guard is one that does not answer", async () => {
    const restore = await gateFeed(harness.guard.address);
    const position = positionWith();
    const asked = await harness.guard.read.preview([ETH_USD, position]);
    const [verdict, limits] = decodeFunctionResult({
      abi: sizingLensAbi,
      functionName: "explain",
      data: requireAnswer(await explained(ETH_USD, position)),
    });
    const { isAnswered } = await snapshot(ETH_USD);
    await restore();
    expect(asked.price).to.equal(WAD);
    expect(verdict).to.deep.equal(asked);
    expect(limits).to.deep.equal([]);
    expect(isAnswered).to.equal(false);
  });

  describe("snapshots", () => {
    const markets = [ETH_USD, keccak256(toHex("nowhere")), ETH_USD];

    const several = async (gas: bigint) => {
      const data = encodeFunctionData({ abi: sizingLensAbi, functionName: "snapshots", args: [harness.guard.address, markets, ACTOR] });
      const answer = await harness.publicClient.call({ to: lens, data, gas });
      return decodeFunctionResult({ abi: sizingLensAbi, functionName: "snapshots", data: answer.data ?? "0x" });
    };

    it("are the snapshots of each market, in order", async () => {
      expect(await several(2_000_000n)).to.deep.equal(await Promise.all(markets.map((market) => snapshot(market))));
      const { provider, guard } = harness;
      const none = encodeFunctionData({ abi: sizingLensAbi, functionName: "snapshots", args: [guard.address, [], ACTOR] });
      const answer = requireAnswer(await callRaw(provider, lens, none));
      expect(decodeFunctionResult({ abi: sizingLensAbi, functionName: "snapshots", data: answer })).to.deep.equal([]);
    });

    it("revert where the gas does not do, rather than leave a market out", async () => {
      const outcome = await several(80_000n).then(
        () => "answered",
        () => "reverted",
      );
      expect(outcome).to.equal("reverted");
    });

    it("stay complete next to feeds that burn their gas, with 500 000 gas a market", async () => {
      await harness.feed.write.setFault([FAULTS.indexOf("BurnsGas")]);
      const results = await several(3n * 500_000n);
      await harness.feed.write.setFault([0]);
      expect(results.map(({ isAnswered }) => isAnswered)).to.deep.equal([false, false, false]);
      expect(results.map(({ words }) => words.feedPolicy)).to.deep.equal([harness.words.feedPolicy, 0n, harness.words.feedPolicy]);
    });
  });

  describe("explain", () => {
    it(`gives the verdict of preview and the limits of the SDK on ${STATES * POSITIONS} random positions (SEED=${SEED})`, async () => {
      const random = new Random(SEED, "lens");
      const counter = new Counter();
      for (let index = 0; index < STATES; index++) {
        const market = await randomGuardState(harness, random, index);
        const state = await harness.snapshot(market);
        for (let i = 0; i < POSITIONS; i++) counter.add(...(await expectAgreement(state, positionFor(random, state))));
      }
      const limits = ["Volatility", "Collateral", "Margin", "Liquidity", "OpenInterest", "Skew", "Concentration", "SelfLimit", "Growth"];
      counter.expectEach(
        limits.flatMap((limit) => [`explained ${limit}`, `binds ${limit}`]),
        20,
      );
      counter.expectEach(["nothing to explain", "without a policy", "scaled", "exceeded", "left"], 10);
    });

    it("explains nothing, in the words of the guard, where no limit was computed", async () => {
      const { guard, feed, words } = harness;
      await feed.write.setFault([0]);
      await feed.write.setDecimals([8]);
      const inMode = (mode: bigint): bigint => (words.feedPolicy & ~(0xffn << 232n)) | (mode << 232n);
      for (const [mode, limit] of [
        [0n, "Mode"],
        [3n, "None"],
      ] as const) {
        await guard.write.setPolicy([ETH_USD, { ...words, feedPolicy: inMode(mode) }]);
        expect(await expectAgreement(await harness.snapshot(ETH_USD), positionWith())).to.include.members(["nothing to explain", limit]);
      }
      await guard.write.setPolicy([ETH_USD, words]);
      for (const name of ["Reverts", "BurnsGas"] as const) {
        await feed.write.setFault([FAULTS.indexOf(name)]);
        expect(await expectAgreement(await harness.snapshot(ETH_USD), positionWith())).to.include.members(["nothing to explain", "Oracle"]);
      }
      await feed.write.setFault([0]);
    });

    /** Compares preview, the lens and the SDK, to the word; returns labels for the corpus. */
    async function expectAgreement(state: GuardSnapshot, position: Position): Promise<string[]> {
      const expected = explain(state, position, state.timestamp);
      const context = show({ seed: SEED, state, position });
      const [previewed, answer] = [await harness.call("preview", state.market, position), await explained(state.market, position)];
      if (expected.rejection?.code === "PolicyNotSet") {
        expect(answer, context).to.deep.equal(previewed);
        expect(answer, context).to.deep.equal({ ok: false, data: revertData(expected.rejection) });
        return ["without a policy"];
      }
      const [verdict, limits] = decodeFunctionResult({ abi: sizingLensAbi, functionName: "explain", data: requireAnswer(answer) });
      const asked = decodeFunctionResult({ abi: harness.guard.abi, functionName: "preview", data: requireAnswer(previewed) });
      expect(verdict, context).to.deep.equal(asked);
      expect([LIMITS[verdict.limit], ORACLE_STATUSES[verdict.status]], context).to.deep.equal([expected.limit, expected.status]);
      expect(limits, context).to.deep.equal(limitsOfTheSdk(state, position, expected));
      return labelsOf(expected);
    }
  });

  describe("maxWithdraw", () => {
    it(`is the SDK's, and tight on chain, on ${2 * STATES} random states (SEED=${SEED})`, async () => {
      const random = new Random(SEED, "withdrawals");
      const counter = new Counter();
      for (let index = 0; index < 2 * STATES; index++) {
        const market = await randomGuardState(harness, random, index);
        const state = await harness.snapshot(market);
        // Half of them small enough for something to be left over.
        const { flow: _, sizeBefore: __, sizeAfter, ...account } = positionFor(random, state);
        const size = random.oneIn(2) ? sizeAfter / 64n : sizeAfter;
        const asked = { ...account, flow: 0n, sizeBefore: 0n, sizeAfter: size };
        const data = encodeFunctionData({ abi: sizingLensAbi, functionName: "maxWithdraw", args: [harness.guard.address, market, asked] });
        // It asks once for every bit of the equity.
        const answer = await callRaw(harness.provider, lens, data, undefined, 10_000_000);
        const context = show({ seed: SEED, state, asked });
        // Without a policy there is nobody to ask, unless there is nothing to ask about.
        if (state.policy === null && size !== 0n && account.equity > 0n) {
          expect(answer.ok, context).to.equal(false);
          counter.add("without a policy");
          continue;
        }
        const most = decodeFunctionResult({ abi: sizingLensAbi, functionName: "maxWithdraw", data: requireAnswer(answer) });
        expect(most, context).to.equal(maxWithdraw(state, { ...account, size }));
        counter.add(most === 0n ? "nothing" : most === account.equity ? "everything" : "a part");
        if (most === 0n || most === account.equity) continue;
        const after = (amount: bigint): Position => ({ ...asked, equity: account.equity - amount, flow: -amount, sizeBefore: size });
        for (const [amount, passes] of [
          [most, true],
          [most + 1n, false],
        ] as const) {
          const previewed = await harness.call("preview", market, after(amount));
          const { maxSize } = decodeFunctionResult({
            abi: harness.guard.abi,
            functionName: "preview",
            data: requireAnswer(previewed),
          }) as { maxSize: bigint };
          expect((size < 0n ? -size : size) <= maxSize, context).to.equal(passes);
        }
      }
      counter.expectEach(["nothing", "everything", "a part"], 5);
    });
  });

  it("keeps nothing and serves every guard", async () => {
    const { viem, manager, deployer } = harness;
    const other = await viem.deployContract("SizingGuard", [manager.address, deployer.account.address]);
    const data = encodeFunctionData({ abi: sizingLensAbi, functionName: "snapshot", args: [other.address, ETH_USD, ACTOR] });
    const { words } = decodeFunctionResult({
      abi: sizingLensAbi,
      functionName: "snapshot",
      data: requireAnswer(await callRaw(harness.provider, lens, data)),
    });
    expect(words.feedPolicy).to.equal(0n);
    const functions = sizingLensAbi.filter(({ type }) => type === "function");
    expect(functions.every((item) => "stateMutability" in item && item.stateMutability === "view")).to.equal(true);
  });
});

function requireAnswer({ ok, data }: CallOutcome): Hex {
  if (!ok) throw new Error(`the call reverted with ${data}`);
  return data;
}

/** What the lens has to return, from the mirror. */
function limitsOfTheSdk(state: GuardSnapshot, position: Position, { limits }: Explanation): unknown[] {
  if (state.policy === null || limits.length === 0) return [];
  const { policy, timestamp } = state;
  const [market, account] = [marketState(state, policy, timestamp), accountState(state, policy, position, timestamp)];
  const values = explainedValues({ policy, intent: position, market, account });
  return limits.map(({ limit, size, headroom, binds }, index) => {
    const { unit, value } = values[index] ?? {};
    return { limit: LIMITS.indexOf(limit), isBase: unit === "base", value, size, headroom, binds };
  });
}

function labelsOf({ limits, limit, status, size }: Explanation): string[] {
  if (limits.length === 0) return ["nothing to explain", limit];
  const labels = limits.flatMap((one) => [`explained ${one.limit}`, ...(one.binds ? [`binds ${one.limit}`] : [])]);
  for (const one of limits) labels.push(one.size < size ? "exceeded" : "left");
  return status === "Aging" ? [...labels, "scaled"] : labels;
}
