import { expect } from "chai";
import { type Client, createClient, createPublicClient, custom, type Hex, publicActions } from "viem";
import { ETH_USD, marketId } from "../../scripts/lib/market.ts";
import { type CheckResult, check, type GuardSnapshot, type MaxSizeResult, maxSize, type SizeIntent } from "../../sdk/src/index.ts";
import {
  type CheckIntentParameters,
  type CheckIntentReturnType,
  checkIntent,
  type GetMaxSizeReturnType,
  type GetSnapshotReturnType,
  getMaxSize,
  getSnapshot,
  type SizingGuardActions,
  sizingGuardActions,
} from "../../sdk/src/viem/index.ts";
import { positionWith, WAD } from "../helpers/parityFixtures.ts";
import { deployGuard, type GuardHarness } from "../helpers/parityGuard.ts";

/** Compiles only where both types are one. */
type Same<a, b> = (<t>() => t extends a ? 1 : 2) extends <t>() => t extends b ? 1 : 2 ? true : false;
const same = <_ extends true>(): void => undefined;

const { sizeAfter: _, ...withoutSize } = positionWith();
const INTENT: SizeIntent = { ...withoutSize, side: "long" };

describe("viem actions", () => {
  let harness: GuardHarness;
  let client: Client;
  let addresses: { readonly lens: Hex; readonly guard: Hex };
  let methods: string[];

  before(async () => {
    harness = await deployGuard();
    const lens = await harness.viem.deployContract("SizingLens");
    addresses = { lens: lens.address, guard: harness.guard.address };
    await harness.feed.write.push([2_000_00000000n, BigInt(await harness.networkHelpers.time.latest())]);
    const request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
      methods.push(method);
      return harness.provider.request({ method, params: params as unknown[] });
    };
    client = createClient({ transport: custom({ request }, { retryCount: 0 }) });
  });

  beforeEach(() => {
    methods = [];
  });

  const source = () => ({ ...addresses, market: ETH_USD });
  const snapshot = (): Promise<GuardSnapshot> => getSnapshot(client, source());

  it("checkIntent is check of a snapshot, at the block's time unless told another", async () => {
    const taken = await snapshot();
    methods = [];
    for (const position of [positionWith(), positionWith({ sizeAfter: -(10n ** 27n) })]) {
      expect(await checkIntent(client, { ...source(), position })).to.deep.equal(check(taken, position, taken.timestamp));
      const at = taken.timestamp + 7_000n;
      const later = await checkIntent(client, { ...source(), position, at });
      expect(later).to.deep.equal(check(taken, position, at));
      expect(later.status).to.equal("Aging");
    }
    expect(methods).to.deep.equal(Array.from({ length: 4 }, () => "eth_call"));
  });

  it("a refusal is an answer with the error of the chain", async () => {
    const { allowed, rejection } = await checkIntent(client, { ...source(), position: positionWith({ sizeAfter: 10n ** 27n }) });
    expect(allowed).to.equal(false);
    expect(rejection).to.include({ code: "SizeExceeded", selector: "0x8cc71e2c" });
    const market = marketId("nowhere");
    const unset = await checkIntent(client, { ...addresses, market, position: positionWith() });
    expect(unset.rejection).to.deep.include({ code: "PolicyNotSet", args: [market] });
  });

  it("getMaxSize is maxSize of a snapshot, with its options, and what it says passes on chain", async () => {
    const taken = await snapshot();
    methods = [];
    const options = { at: taken.timestamp + 60n, feeRatio: 5n * 10n ** 14n };
    const plain = await getMaxSize(client, { ...source(), intent: INTENT });
    expect(plain).to.deep.equal(maxSize(taken, INTENT));
    expect(await getMaxSize(client, { ...source(), intent: INTENT, ...options })).to.deep.equal(maxSize(taken, INTENT, options));
    expect(methods).to.deep.equal(["eth_call", "eth_call"]);
    const preview = (sizeAfter: bigint) => harness.guard.read.preview([ETH_USD, positionWith({ sizeAfter })]);
    expect((await preview(plain.maxSize)).allowed).to.equal(true);
    expect((await preview(plain.maxSize + 1n)).allowed).to.equal(false);
  });

  it("look at the block they are told", async () => {
    const { blockNumber } = await snapshot();
    const position = positionWith();
    const [then, most] = [await checkIntent(client, { ...source(), position }), await getMaxSize(client, { ...source(), intent: INTENT })];
    await harness.networkHelpers.time.increase(30);
    await harness.feed.write.push([1_000_00000000n, BigInt(await harness.networkHelpers.time.latest())]);
    expect((await checkIntent(client, { ...source(), position })).price).to.equal(1_000n * WAD);
    expect(await checkIntent(client, { ...source(), position, blockNumber })).to.deep.equal(then);
    expect(await getMaxSize(client, { ...source(), intent: INTENT, blockNumber })).to.deep.equal(most);
  });

  it("fail clearly where there is no lens, no guard or no such block", async () => {
    const nobody = "0x00000000000000000000000000000000000000b0";
    const { blockNumber } = await snapshot();
    for (const wrong of [{ lens: nobody }, { guard: nobody }, { blockNumber: blockNumber + 1_000n }] as const) {
      const error = await getSnapshot(client, { ...source(), ...wrong }).catch((reason: unknown) => reason);
      expect(error).to.have.property("name", "ContractFunctionExecutionError");
    }
  });

  it("refuse a time before the price, and a number that is no int256", async () => {
    const early = await checkIntent(client, { ...source(), position: positionWith(), at: 1n }).catch((reason: unknown) => reason);
    expect(early).to.include({ code: "ArgumentOutOfRange", argument: "now" });
    const huge = await checkIntent(client, { ...source(), position: positionWith({ equity: 2n ** 255n }) }).catch((e: unknown) => e);
    expect(huge).to.include({ code: "ArgumentOutOfRange", argument: "equity" });
  });

  it("decorate any client, bound to the guard and to nothing else", async () => {
    const bare = client.extend(sizingGuardActions(addresses));
    const full = createPublicClient({ transport: custom(harness.provider) }).extend(sizingGuardActions(addresses));
    const wide = client.extend(publicActions).extend(sizingGuardActions(addresses));
    const [market, position] = [ETH_USD, positionWith()];
    for (const decorated of [bare, full, wide]) {
      const taken = await decorated.getSnapshot({ market });
      expect(taken).to.deep.equal(await snapshot());
      expect(await decorated.checkIntent({ market, position })).to.deep.equal(check(taken, position, taken.timestamp));
      expect(await decorated.getMaxSize({ market, intent: INTENT })).to.deep.equal(maxSize(taken, INTENT));
    }
    const { blockNumber } = await bare.getSnapshot({ market });
    expect(await bare.getSnapshot({ market, blockNumber })).to.deep.equal(await bare.getSnapshot({ market, blockTag: "latest" }));
    expect(Object.keys(sizingGuardActions(addresses)(client))).to.deep.equal(["getSnapshot", "checkIntent", "getMaxSize"]);
  });

  it("have the types their names promise", () => {
    same<Same<GetSnapshotReturnType, GuardSnapshot>>();
    same<Same<CheckIntentReturnType, CheckResult>>();
    same<Same<GetMaxSizeReturnType, MaxSizeResult>>();
    const decorated = () => client.extend(sizingGuardActions(addresses));
    type Decorated = ReturnType<typeof decorated>;
    same<Same<Decorated["getSnapshot"], SizingGuardActions["getSnapshot"]>>();
    same<Same<Awaited<ReturnType<Decorated["checkIntent"]>>, CheckResult>>();
    same<Same<Awaited<ReturnType<Decorated["getMaxSize"]>>, MaxSizeResult>>();
    same<Same<CheckIntentParameters["position"], Parameters<typeof check>[1]>>();
    type Asked = Parameters<Decorated["getSnapshot"]>[0];
    // A bound action asks for no address, and a block is a number or a tag, not both.
    same<Same<"lens" | "guard", Exclude<keyof Parameters<typeof getSnapshot>[1], keyof Asked>>>();
    const position = positionWith();
    const refused = (bound: Decorated) => [
      // @ts-expect-error two blocks
      bound.getSnapshot({ market: ETH_USD, blockNumber: 1n, blockTag: "latest" }),
      // @ts-expect-error no market
      bound.checkIntent({ position }),
      // @ts-expect-error a size where a side is asked for
      bound.getMaxSize({ market: ETH_USD, intent: position }),
    ];
    expect(refused).to.be.a("function");
  });
});
