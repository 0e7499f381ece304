import { expect } from "chai";
import { artifacts } from "hardhat";
import { type Abi, type AbiParameter, type Address, decodeErrorResult, encodeErrorResult, encodeFunctionData, type Hex } from "viem";
import { ETH_USD } from "../../scripts/lib/market.ts";
import * as errors from "../../sdk/src/errors/index.ts";
import { LIMITS, ORACLE_STATUSES, POLICY_FIELDS, SELF_LIMIT_FIELDS } from "../../sdk/src/index.ts";
import { ACCOUNT, positionWith, WAD } from "../helpers/parityFixtures.ts";
import { callRaw, deployGuard, type GuardHarness } from "../helpers/parityGuard.ts";
import { revertData } from "../helpers/parityTargets.ts";

type ErrorClass = new (...arguments_: unknown[]) => errors.SizingGuardError;

/** Their twins are panics, errors of a library in assembly, or nothing. */
const OF_THE_MATHS = [
  "ArgumentOutOfRange",
  "DivisionByZero",
  "ExpOverflow",
  "LengthMismatch",
  "LnWadUndefined",
  "MathOverflow",
  "SnapshotMissing",
  "SnapshotOfAnotherAccount",
];

/** Every class of the package but the base, by the name of its twin. */
const CLASSES: ReadonlyMap<string, ErrorClass> = new Map(
  Object.entries(errors)
    .filter(([name]) => name.endsWith("Error") && name !== "SizingGuardError" && name !== "isSizingGuardError")
    .map(([name, value]) => [name.slice(0, -"Error".length), value as unknown as ErrorClass]),
);

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  "enum Limit": LIMITS,
  "enum OracleStatus": ORACLE_STATUSES,
  "enum PolicyField": POLICY_FIELDS,
  "enum SelfLimitField": SELF_LIMIT_FIELDS,
};

/** A value a constructor takes for a parameter of the ABI: the last name of an enum, something recognisable otherwise. */
function sample({ type, internalType }: AbiParameter, index: number): unknown {
  const names = ENUMS[internalType ?? ""];
  if (names !== undefined) return names.at(-1);
  if (type === "address") return `0x${`${index + 1}`.repeat(40)}`;
  if (type === "bytes32") return `0x${`${index + 1}`.repeat(64)}`;
  return type.startsWith("int") ? -BigInt(index + 1) : BigInt(index + 1);
}

/** What the chain decodes for that value. */
function decoded({ internalType }: AbiParameter, value: unknown): unknown {
  const names = ENUMS[internalType ?? ""];
  return names === undefined ? value : names.indexOf(value as string);
}

describe("errors of the guard", () => {
  let abi: Abi;

  before(async () => {
    abi = (await artifacts.readArtifact("SizingGuard")).abi as Abi;
  });

  const ofTheAbi = () => abi.filter((item) => item.type === "error");

  it("are the ABI's, one class each and no other", () => {
    expect([...CLASSES.keys()].filter((name) => !OF_THE_MATHS.includes(name)).sort()).to.deep.equal(
      ofTheAbi()
        .map(({ name }) => name)
        .sort(),
    );
    for (const name of OF_THE_MATHS) expect(CLASSES.has(name), name).to.equal(true);
  });

  it("have the name, the selector and the arguments of their twin", () => {
    for (const { name, inputs } of ofTheAbi()) {
      const Class = CLASSES.get(name);
      if (Class === undefined) throw new Error(`${name} has no class`);
      const values = inputs.map(sample);
      const error = new Class(...values);
      expect(error, name).to.include({ name: `${name}Error`, code: name });
      expect(Class.length, `${name} takes its twin's arguments`).to.equal(inputs.length);
      expect(error.args.length, name).to.equal(inputs.length);

      const data = encodeErrorResult({ abi, errorName: name, args: error.args } as Parameters<typeof encodeErrorResult>[0]);
      expect(data, name).to.equal(revertData(error));
      const back = decodeErrorResult({ abi, data });
      const plain = (value: unknown): unknown => (typeof value === "number" ? BigInt(value) : value);
      expect((back.args ?? []).map(plain), name).to.deep.equal(inputs.map((input, index) => plain(decoded(input, values[index]))));
    }
  });

  it("say in a sentence what is wrong and what to do, without undefined or a float", () => {
    for (const { name, inputs } of ofTheAbi()) {
      const message = new (CLASSES.get(name) as ErrorClass)(...inputs.map(sample)).message;
      expect(message, name)
        .to.match(/^\S.*[.]$/)
        .and.not.match(/undefined|NaN|\[object|\de[+-]\d/);
      expect(message.split(/[.:] /).length, `${name}: ${message}`).to.be.at.least(2);
    }
  });

  it("keep what a caller wants to read", () => {
    expect(new errors.SizeExceededError(ETH_USD, ACCOUNT, 2n * WAD, WAD, "Margin")).to.include({
      size: 2n * WAD,
      maxSize: WAD,
      limit: "Margin",
    });
    expect(new errors.OracleRejectedError(ETH_USD, ACCOUNT, "Stale")).to.include({ status: "Stale" });
    expect(new errors.LimitMovedError(ETH_USD, ACCOUNT, 1n, 2n)).to.include({ limitSize: 1n, minLimitSize: 2n });
    expect(new errors.PolicyOutOfRangeError(ETH_USD, "Tail", 1n, 2n, 3n)).to.include({ field: "Tail" });
  });
});

describe("errors of the guard on chain", () => {
  const nobody: Address = "0x00000000000000000000000000000000000000aa";
  const unset: Hex = `0x${"5e".repeat(32)}`;
  const position = positionWith({ equity: 0n });
  /** Within its limit, and new risk. */
  const small = positionWith({ sizeAfter: 1n });
  let harness: GuardHarness;
  let now: bigint;
  let limitOfSmall: bigint;
  let lastObservation: bigint;

  before(async () => {
    harness = await deployGuard();
    const { guard, feed, publicClient } = harness;
    const started = (await publicClient.getBlock()).timestamp;
    await feed.write.push([2_000n * 10n ** 8n, started]);
    await guard.write.poke([ETH_USD]);
    await harness.networkHelpers.time.increase(10);
    now = (await publicClient.getBlock()).timestamp;
    limitOfSmall = (await guard.read.preview([ETH_USD, small])).limitSize;
    lastObservation = ((await guard.read.volatilityWord([ETH_USD])) >> 216n) & 0xffff_ffffn;
  });

  /** The revert data of a call to the guard. */
  async function revert(functionName: string, args: readonly unknown[], from: Address = nobody): Promise<Hex> {
    const { guard, provider } = harness;
    const data = encodeFunctionData({ abi: guard.abi as Abi, functionName, args });
    const outcome = await callRaw(provider, guard.address, data, from);
    expect(outcome.ok, `${functionName} succeeded`).to.equal(false);
    return outcome.data;
  }

  const enforced = (changes: Parameters<typeof positionWith>[0] = {}): readonly unknown[] => [ETH_USD, { ...position, ...changes }];

  // What each call must be answered with: the SDK's error, made from what the caller knows.
  const cases: readonly (readonly [string, () => Promise<Hex>, () => errors.SizingGuardError])[] = [
    [
      "SizeExceeded",
      () => revert("enforce", enforced(), harness.perp.address),
      () => new errors.SizeExceededError(ETH_USD, ACCOUNT, WAD, 0n, "Volatility"),
    ],
    ["NotProtocol", () => revert("enforce", enforced()), () => new errors.NotProtocolError(nobody, harness.perp.address)],
    [
      "SizeGrew",
      () => revert("record", enforced({ sizeBefore: -1n, sizeAfter: 2n ** 255n - 1n }), harness.perp.address),
      () => new errors.SizeGrewError(ETH_USD, ACCOUNT, -1n, 2n ** 255n - 1n),
    ],
    [
      "Expired",
      () => revert("enforceBounded", [...enforced(), 0n, now - 1n], harness.perp.address),
      () => new errors.ExpiredError(now - 1n, now),
    ],
    [
      "LimitMoved",
      () => revert("enforceBounded", [ETH_USD, small, 10n ** 40n, now], harness.perp.address),
      () => new errors.LimitMovedError(ETH_USD, ACCOUNT, limitOfSmall, 10n ** 40n),
    ],
    ["PolicyNotSet", () => revert("poke", [unset]), () => new errors.PolicyNotSetError(unset)],
    ["PolicyNotSet", () => revert("preview", [unset, position]), () => new errors.PolicyNotSetError(unset)],
    ["RoundNotObserved", () => revert("pokeFrom", [ETH_USD, 1n]), () => new errors.RoundNotObservedError(ETH_USD, 1n, 0n, lastObservation)],
    [
      "AccessManagedUnauthorized",
      () =>
        revert(
          "setPolicy",
          [ETH_USD, { feedPolicy: 0n, riskPolicy: 0n, extendedPolicy: 0n, portfolioPolicy: 0n, variancePolicy: 0n }],
          ACCOUNT,
        ),
      () => new errors.AccessManagedUnauthorizedError(ACCOUNT),
    ],
    [
      "AccessManagedInvalidAuthority",
      () => revert("setAuthority", [nobody], harness.manager.address),
      () => new errors.AccessManagedInvalidAuthorityError(nobody),
    ],
    ["ZeroAddress", () => setPolicy(0n), () => new errors.ZeroAddressError()],
    ["FeedUnusable", () => setPolicy(BigInt(nobody)), () => new errors.FeedUnusableError(nobody)],
    [
      "FeedDecimalsMismatch",
      () => setPolicy(BigInt(harness.feed.address), 9n),
      () => new errors.FeedDecimalsMismatchError(harness.feed.address, 8n, 9n),
    ],
  ];

  async function setPolicy(feed: bigint, decimals = 8n): Promise<Hex> {
    const feedPolicy = ((harness.words.feedPolicy >> 168n) << 168n) | (decimals << 160n) | feed;
    return await revert("setPolicy", [ETH_USD, { ...harness.words, feedPolicy }], harness.deployer.account.address);
  }

  for (const [name, call, error] of cases) {
    it(`${name} comes back as the SDK says`, async () => {
      const [data, expected] = [await call(), error()];
      expect(expected.code).to.equal(name);
      expect(data).to.equal(revertData(expected));
    });
  }

  it("FeedUnusable, FeedDecimalsOutOfRange and TooManyRounds come back from feeds that have them", async () => {
    const { feed, networkHelpers } = harness;
    await feed.write.setFault([1]);
    expect(await revert("poke", [ETH_USD])).to.equal(revertData(new errors.FeedUnusableError(feed.address)));
    await feed.write.setFault([0]);
    await feed.write.setDecimals([37]);
    const outOfRange = new errors.FeedDecimalsOutOfRangeError(feed.address, 37n, 36n);
    expect(await setPolicy(BigInt(feed.address), 37n)).to.equal(revertData(outOfRange));
    await feed.write.setDecimals([8]);

    await networkHelpers.time.increase(10_000);
    const times = Array.from({ length: 65 }, (_, index) => now + 9_000n + BigInt(index));
    await feed.write.pushMany([times.map(() => 2_000n * 10n ** 8n), times]);
    expect(await revert("poke", [ETH_USD])).to.equal(revertData(new errors.TooManyRoundsError(ETH_USD, lastObservation, 64n)));
  });
});
