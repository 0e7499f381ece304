import { expect } from "chai";
import { artifacts } from "hardhat";
import { type Client, createClient, custom, decodeFunctionResult, type Hex } from "viem";
import { ETH_USD, marketId } from "../../scripts/lib/market.ts";
import { sizingGuardAbi } from "../../sdk/src/abis/index.ts";
import { check, type GuardSnapshot, LIMITS, MODES, ORACLE_STATUSES, type Position } from "../../sdk/src/index.ts";
import { getSnapshot } from "../../sdk/src/viem/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { FAULTS } from "../helpers/faults.ts";
import { NO_METERS } from "../helpers/parityFixtures.ts";
import { ACTOR, deployGuard, type GuardHarness, positionFor, randomGuardState } from "../helpers/parityGuard.ts";
import { Counter } from "../helpers/parityTargets.ts";
import { show } from "../helpers/show.ts";

const WAD = 10n ** 18n;
const STATES = 150;
const POSITIONS = 3;
/** Little for a feed to burn: running out of it takes the simulator a second for each million. */
const CALL_GAS = "0x1e8480";

type Request = { readonly method: string; readonly params?: unknown };

describe("getSnapshot", () => {
  let harness: GuardHarness;
  let client: Client;
  let lens: Hex;
  let requests: Request[];
  let gas: string | undefined;

  const read = (market: Hex, block: { blockNumber?: bigint } = {}): Promise<GuardSnapshot> =>
    getSnapshot(client, { lens, guard: harness.guard.address, market, account: ACTOR, ...block });

  before(async () => {
    harness = await deployGuard();
    lens = (await harness.viem.deployContract("SizingLens")).address;
    const { provider } = harness;
    const request = async ({ method, params }: Request): Promise<unknown> => {
      requests.push({ method, params });
      const [call, ...rest] = params as [object, ...unknown[]];
      return provider.request({ method, params: [{ ...call, ...(gas && { gas }) }, ...rest] });
    };
    client = createClient({ transport: custom({ request }, { retryCount: 0 }) });
  });

  beforeEach(() => {
    requests = [];
    gas = CALL_GAS;
  });

  it(`is what a client would put together by hand, on ${STATES} random whole states, in one eth_call each (SEED=${SEED})`, async () => {
    const random = new Random(SEED, "getSnapshot");
    const counter = new Counter();
    for (let index = 0; index < STATES; index++) {
      const market = await randomGuardState(harness, random, index);
      requests = [];
      const snapshot = await read(market);
      expect(requests.map(({ method }) => method)).to.deep.equal(["eth_call"]);
      expect(snapshot, show({ seed: SEED, index })).to.deep.equal(await harness.snapshot(market));
      counter.add(`mode ${snapshot.policy?.mode}`, `round ${snapshot.round !== null}`);
    }
    counter.expectEach(
      [...MODES, undefined].map((mode) => `mode ${mode}`),
      5,
    );
    counter.expectEach(["round true", "round false"], 20);
  });

  it(`makes check answer as preview does, on ${STATES * POSITIONS} random positions`, async () => {
    const random = new Random(SEED, "check of getSnapshot");
    const counter = new Counter();
    for (let index = 0; index < STATES; index++) {
      const snapshot = await read(await randomGuardState(harness, random, STATES + index));
      for (let i = 0; i < POSITIONS; i++) counter.add(await expectPreview(snapshot, positionFor(random, snapshot)));
    }
    counter.expectEach(["Volatility", "Collateral", "Margin", "OpenInterest", "Oracle", "Mode", "PolicyNotSet"], 10);
  });

  for (const [fault, name] of FAULTS.entries()) {
    it(`never fails because of a feed, and is what the feed is worth: ${name}`, async () => {
      const { feed, networkHelpers } = harness;
      await feed.write.setFault([0]);
      await feed.write.setDecimals([8]);
      await feed.write.push([2_000_00000000n, BigInt(await networkHelpers.time.latest())]);
      await feed.write.setFault([fault]);
      const snapshot = await read(ETH_USD);
      expect(snapshot).to.deep.equal(await harness.snapshot(ETH_USD));
      expect(snapshot.round !== null).to.equal(name === "None");
    });
  }

  it("has no policy where the guard has none, and no round where the mode needs none", async () => {
    const { guard, feed, words } = harness;
    await feed.write.setFault([0]);
    expect(await read(marketId("nowhere"))).to.include({ policy: null, round: null, variance: 0n });
    for (const mode of ["ReduceOnly", "Off"] as const) {
      const feedPolicy = (words.feedPolicy & ~(0xffn << 232n)) | (BigInt(MODES.indexOf(mode)) << 232n);
      await guard.write.setPolicy([ETH_USD, { ...words, feedPolicy }]);
      const snapshot = await read(ETH_USD);
      expect(snapshot).to.deep.equal(await harness.snapshot(ETH_USD));
      expect(snapshot).to.include({ round: null, variance: 0n });
      expect(snapshot.policy).to.include({ mode });
    }
    await guard.write.setPolicy([ETH_USD, words]);
  });

  it("is pinned to its block: an old number gives the old answer after everything changed", async () => {
    const { guard, feed, words, networkHelpers } = harness;
    await feed.write.setFault([0]);
    await feed.write.push([2_000_00000000n, BigInt(await networkHelpers.time.latest())]);
    await guard.write.poke([ETH_USD]);
    const before = await read(ETH_USD);
    expect(before.round?.price).to.equal(2_000n * WAD);

    await networkHelpers.time.increase(600);
    await feed.write.push([1_500_00000000n, BigInt(await networkHelpers.time.latest())]);
    await guard.write.poke([ETH_USD]);
    await guard.write.setPolicy([ETH_USD, { ...words, riskPolicy: words.riskPolicy + 1n }]);
    const after = await read(ETH_USD);
    expect(after.round?.price).to.equal(1_500n * WAD);
    expect(after.variance > before.variance).to.equal(true);
    expect(after.policy).to.not.deep.equal(before.policy);
    expect(after.blockNumber).to.equal(before.blockNumber + 4n);

    requests = [];
    expect(await read(ETH_USD, { blockNumber: before.blockNumber })).to.deep.equal(before);
    expect(await read(ETH_USD, { blockNumber: after.blockNumber })).to.deep.equal(after);
    expect(await getSnapshot(client, { lens, guard: guard.address, market: ETH_USD, account: ACTOR, blockTag: "latest" })).to.deep.equal(
      after,
    );
    expect(requests.map(({ params }) => (params as unknown[])[1])).to.deep.equal([
      `0x${before.blockNumber.toString(16)}`,
      `0x${after.blockNumber.toString(16)}`,
      "latest",
    ]);
    await guard.write.setPolicy([ETH_USD, words]);
  });

  it("needs no deployed lens: with its creation code it is the same, in one eth_call as well", async () => {
    const { bytecode } = await artifacts.readArtifact("SizingLens");
    const { address } = harness.guard;
    const deployed = await read(ETH_USD);
    requests = [];
    // A deployment takes more than a call, even where it is of no duration.
    gas = undefined;
    expect(await getSnapshot(client, { lens: { code: bytecode as Hex }, guard: address, market: ETH_USD, account: ACTOR })).to.deep.equal(
      deployed,
    );
    expect(requests.map(({ method }) => method)).to.deep.equal(["eth_call"]);
  });

  it("uses the client's own readContract where its user replaced it", async () => {
    const readContract = async ({ functionName }: { functionName: string }): Promise<unknown> => {
      expect(functionName).to.equal("snapshot");
      return EMPTY;
    };
    const own = { ...client, readContract } as Client;
    const snapshot = await getSnapshot(own, { lens, guard: harness.guard.address, market: ETH_USD });
    expect(snapshot).to.include({ policy: null, blockNumber: 7n, timestamp: 9n });
    expect(requests).to.deep.equal([]);
  });

  /** What preview says, in the SDK's words, must be what check says; returns the limit, or the error. */
  async function expectPreview(snapshot: GuardSnapshot, position: Position): Promise<string> {
    const { size, headroom, rejection, ...expected } = check(snapshot, position, snapshot.timestamp);
    const { ok, data } = await harness.call("preview", snapshot.market, position);
    if (rejection?.code === "PolicyNotSet") {
      expect({ ok, data: data.slice(0, 10) }).to.deep.equal({ ok: false, data: rejection.selector });
      return rejection.code;
    }
    const verdict = decodeFunctionResult({ abi: sizingGuardAbi, functionName: "preview", data });
    const named = { ...verdict, limit: LIMITS[verdict.limit], status: ORACLE_STATUSES[verdict.status] };
    expect(named, show({ seed: SEED, snapshot, position })).to.deep.equal(expected);
    return expected.limit;
  }
});

const NO_WORDS = { feedPolicy: 0n, riskPolicy: 0n, extendedPolicy: 0n, portfolioPolicy: 0n, variancePolicy: 0n };
const EMPTY = {
  words: NO_WORDS,
  volatilityWord: 0n,
  meters: NO_METERS,
  isAnswered: false,
  round: null,
  fault: 0,
  blockNumber: 7n,
  timestamp: 9n,
};
