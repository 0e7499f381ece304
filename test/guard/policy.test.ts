import { expect } from "chai";
import { encodeFunctionData, type Hex, zeroAddress } from "viem";
import {
  encodePolicy,
  isSizingGuardError,
  LIMITS,
  type Limit,
  MODES,
  type Mode,
  POLICY_FIELDS,
  type PolicyField,
  type PolicyWords,
  requirePolicyInRange,
} from "../../sdk/src/index.ts";
import {
  createDirect,
  type DirectGuard,
  ETH_USD,
  eventOf,
  eventsOf,
  expectRevert,
  fixture,
  from,
  goTo,
  now,
  position,
  preview,
  pushRound,
  START_PRICE,
  wad,
  warmUp,
} from "../helpers/market.ts";
import { ACTIVE_LIMITS } from "../helpers/parityPolicies.ts";

const direct = fixture(createDirect);
const warm = fixture(async (connection) => {
  const m = await createDirect(connection);
  await warmUp(m, 60);
  return m;
});

/** Where a field lies: word, lowest bit, width. Written from the layouts drawn in the contracts, not from the SDK. */
const LAYOUT = {
  FeedDecimals: ["feedPolicy", 160, 8],
  Heartbeat: ["feedPolicy", 168, 16],
  MaxAge: ["feedPolicy", 184, 16],
  VolatilityFloor: ["feedPolicy", 200, 16],
  Active: ["feedPolicy", 216, 16],
  Mode: ["feedPolicy", 232, 8],
  MaxConfidence: ["feedPolicy", 240, 8],
  Flags: ["feedPolicy", 248, 8],
  Tail: ["riskPolicy", 0, 16],
  RiskBudget: ["riskPolicy", 16, 16],
  MaintenanceAndPenalty: ["riskPolicy", 32, 16],
  ExitFee: ["riskPolicy", 48, 16],
  BaseMargin: ["riskPolicy", 64, 16],
  FullMarginOpenInterest: ["riskPolicy", 80, 40],
  OpenInterestMantissa: ["riskPolicy", 120, 32],
  OpenInterestExponent: ["riskPolicy", 152, 8],
  ReferenceMove: ["riskPolicy", 160, 16],
  LiquidityCap: ["riskPolicy", 176, 40],
  ConcentrationShare: ["riskPolicy", 216, 16],
  Horizon: ["riskPolicy", 232, 24],
  DailyVolume: ["extendedPolicy", 0, 40],
  MaxSlippage: ["extendedPolicy", 40, 16],
  ImpactCoefficient: ["extendedPolicy", 56, 16],
  MaxSkewMantissa: ["extendedPolicy", 72, 32],
  MaxSkewExponent: ["extendedPolicy", 104, 8],
  GrowthCapacityMantissa: ["extendedPolicy", 112, 32],
  GrowthCapacityExponent: ["extendedPolicy", 144, 8],
  GrowthPeriod: ["extendedPolicy", 152, 24],
  MaxDrawdown: ["extendedPolicy", 176, 16],
  DrawdownPower: ["extendedPolicy", 192, 8],
  ExtendedSpare: ["extendedPolicy", 216, 40],
  PortfolioFlags: ["portfolioPolicy", 0, 16],
  Beta: ["portfolioPolicy", 16, 16],
  PortfolioBudget: ["portfolioPolicy", 32, 16],
  PortfolioTail: ["portfolioPolicy", 48, 16],
  PortfolioHorizon: ["portfolioPolicy", 64, 24],
  Netting: ["portfolioPolicy", 88, 16],
  VolDown: ["portfolioPolicy", 104, 16],
  VolUp: ["portfolioPolicy", 120, 16],
  MaxRiskShare: ["portfolioPolicy", 136, 16],
  DeltaCapMantissa: ["portfolioPolicy", 152, 24],
  DeltaCapExponent: ["portfolioPolicy", 176, 8],
  GammaCapMantissa: ["portfolioPolicy", 184, 24],
  GammaCapExponent: ["portfolioPolicy", 208, 8],
  VegaCapMantissa: ["portfolioPolicy", 216, 24],
  VegaCapExponent: ["portfolioPolicy", 240, 8],
  BetaStress: ["portfolioPolicy", 248, 8],
  VarianceSource: ["variancePolicy", 0, 160],
  MaxVolatility: ["variancePolicy", 160, 16],
  VarianceSpare: ["variancePolicy", 176, 80],
} as const satisfies Record<string, readonly [keyof PolicyWords, number, number]>;
type Field = keyof typeof LAYOUT;

function withField(words: PolicyWords, field: Field, value: bigint): PolicyWords {
  const [word, shift, bits] = LAYOUT[field];
  const mask = ((1n << BigInt(bits)) - 1n) << BigInt(shift);
  return { ...words, [word]: (words[word] & ~mask) | (value << BigInt(shift)) };
}

/** With somebody who says what the variance is, as a policy must have that listens. */
function withSource(words: PolicyWords): PolicyWords {
  return withField(withField(words, "VarianceSource", 0xabcdn), "MaxVolatility", 20_000n);
}

const setWords = (m: DirectGuard, words: PolicyWords): Promise<Hex> => m.guard.write.setPolicy([ETH_USD, words]);

const bits = (limits: readonly Limit[]): bigint => limits.reduce((sum, limit) => sum | (1n << BigInt(LIMITS.indexOf(limit))), 0n);

interface Range {
  readonly field: PolicyField & Field;
  readonly minimum: bigint;
  readonly maximum: bigint;
}

/** Every limit of this version. */
const SUPPORTED: readonly Limit[] = ACTIVE_LIMITS;

const NO_WORDS: PolicyWords = { feedPolicy: 0n, riskPolicy: 0n, extendedPolicy: 0n, portfolioPolicy: 0n, variancePolicy: 0n };

/** Every field's range with all limits active. The default policy's heartbeat is 390 units. */
const RANGES: readonly Range[] = [
  { field: "Mode", minimum: 0n, maximum: 3n },
  { field: "Heartbeat", minimum: 1n, maximum: 65_534n },
  { field: "MaxAge", minimum: 391n, maximum: 65_535n },
  { field: "VolatilityFloor", minimum: 1n, maximum: 65_535n },
  { field: "MaxConfidence", minimum: 0n, maximum: 255n },
  { field: "Flags", minimum: 0n, maximum: 7n },
  { field: "Tail", minimum: 10_000n, maximum: 65_535n },
  { field: "RiskBudget", minimum: 1n, maximum: 10_000n },
  { field: "MaintenanceAndPenalty", minimum: 0n, maximum: 10_000n },
  { field: "ExitFee", minimum: 0n, maximum: 10_000n },
  { field: "BaseMargin", minimum: 1n, maximum: 10_000n },
  { field: "FullMarginOpenInterest", minimum: 1n, maximum: 2n ** 40n - 1n },
  { field: "OpenInterestMantissa", minimum: 1n, maximum: 2n ** 32n - 1n },
  { field: "OpenInterestExponent", minimum: 0n, maximum: 40n },
  { field: "ReferenceMove", minimum: 1n, maximum: 65_535n },
  { field: "Horizon", minimum: 1n, maximum: 2n ** 24n - 1n },
  { field: "LiquidityCap", minimum: 1n, maximum: 2n ** 40n - 1n },
  { field: "ConcentrationShare", minimum: 1n, maximum: 10_000n },
  { field: "DailyVolume", minimum: 1n, maximum: 2n ** 40n - 1n },
  { field: "MaxSlippage", minimum: 1n, maximum: 10_000n },
  { field: "ImpactCoefficient", minimum: 1n, maximum: 65_535n },
  { field: "MaxSkewMantissa", minimum: 1n, maximum: 2n ** 32n - 1n },
  { field: "MaxSkewExponent", minimum: 0n, maximum: 40n },
  { field: "GrowthCapacityMantissa", minimum: 1n, maximum: 2n ** 32n - 1n },
  { field: "GrowthCapacityExponent", minimum: 0n, maximum: 40n },
  { field: "GrowthPeriod", minimum: 1n, maximum: 2n ** 24n - 1n },
  { field: "MaxDrawdown", minimum: 1n, maximum: 10_000n },
  { field: "DrawdownPower", minimum: 1n, maximum: 3n },
  { field: "ExtendedSpare", minimum: 0n, maximum: 0n },
  { field: "PortfolioBudget", minimum: 1n, maximum: 65_535n },
  { field: "PortfolioTail", minimum: 10_000n, maximum: 65_535n },
  { field: "PortfolioHorizon", minimum: 1n, maximum: 2n ** 24n - 1n },
  { field: "Netting", minimum: 0n, maximum: 10_000n },
  { field: "VolDown", minimum: 0n, maximum: 65_535n },
  { field: "VolUp", minimum: 0n, maximum: 65_535n },
  { field: "MaxRiskShare", minimum: 1n, maximum: 10_000n },
  { field: "DeltaCapMantissa", minimum: 1n, maximum: 2n ** 24n - 1n },
  { field: "DeltaCapExponent", minimum: 0n, maximum: 40n },
  { field: "GammaCapMantissa", minimum: 1n, maximum: 2n ** 24n - 1n },
  { field: "GammaCapExponent", minimum: 0n, maximum: 40n },
  { field: "VegaCapMantissa", minimum: 1n, maximum: 2n ** 24n - 1n },
  { field: "VegaCapExponent", minimum: 0n, maximum: 40n },
  { field: "Beta", minimum: 0n, maximum: 10_000n },
  { field: "BetaStress", minimum: 0n, maximum: 100n },
  { field: "VarianceSource", minimum: 1n, maximum: 2n ** 160n - 1n },
  { field: "MaxVolatility", minimum: 1n, maximum: 65_535n },
  { field: "VarianceSpare", minimum: 0n, maximum: 0n },
];

describe("a policy's fields", () => {
  for (const { field, minimum, maximum } of RANGES) {
    const [, , width] = LAYOUT[field];
    const outside = [minimum - 1n, maximum + 1n].filter((value) => value >= 0n && value < 1n << BigInt(width));

    it(`${field} from ${minimum} to ${maximum} is stored as it is written`, async () => {
      for (const value of [minimum, maximum]) {
        const m = await direct();
        // A heartbeat at its maximum leaves one value for the age.
        const base = withSource(withField(m.words, "Active", bits(SUPPORTED)));
        const words = withField(field === "Heartbeat" ? withField(base, "MaxAge", 65_535n) : base, field, value);
        const hash = await setWords(m, words);
        expect(await m.guard.read.policy([ETH_USD])).to.deep.equal(words);
        expect(await eventOf(m, hash, "PolicySet")).to.deep.equal({ market: ETH_USD, words });
        requirePolicyInRange(ETH_USD, words);
      }
    });

    if (outside.length > 0) {
      it(`${field} just outside is refused, with the field, the value and its bounds; the SDK refuses it with the same words`, async () => {
        const m = await direct();
        for (const value of outside) {
          const active = withSource(withField(m.words, "Active", bits(SUPPORTED)));
          const all = withField(withField(active, "Flags", 3n), "PortfolioFlags", 31n);
          const base = field === "Heartbeat" && value > maximum ? withField(all, "MaxAge", 65_535n) : all;
          const words = withField(base, field, value);
          const args = [ETH_USD, POLICY_FIELDS.indexOf(field), value, minimum, maximum];
          await expectRevert(setWords(m, words), "PolicyOutOfRange", args);
          expect(errorArgs(() => requirePolicyInRange(ETH_USD, words))).to.deep.equal(args);
        }
      });
    }
  }

  const parameters: readonly [Limit, Field][] = [
    ["Volatility", "RiskBudget"],
    ["Margin", "BaseMargin"],
    ["Margin", "FullMarginOpenInterest"],
    ["Liquidity", "LiquidityCap"],
    ["Concentration", "ConcentrationShare"],
    ["OpenInterest", "OpenInterestMantissa"],
    ["OpenInterest", "ReferenceMove"],
    ["Portfolio", "PortfolioBudget"],
    ["Portfolio", "PortfolioTail"],
    ["Portfolio", "PortfolioHorizon"],
  ];
  for (const [limit, field] of parameters) {
    it(`${field} may be zero while ${limit} is not active`, async () => {
      const m = await direct();
      const others = SUPPORTED.filter((active) => active !== limit);
      const words = withField(withField(withField(m.words, "Active", bits(others)), "Mode", 0n), field, 0n);
      await setWords(m, words);
    });
  }
});

describe("a policy's flags of portfolios", () => {
  const GREEKS = 1n;
  const FACTOR = 32n;
  const BETA = 64n;
  const NEGATIVE = 128n;

  it("are eight, all of which may be set but the two that exclude one another", async () => {
    const m = await direct();
    const all = GREEKS | FACTOR | BETA | NEGATIVE | 30n;
    for (const flags of [0n, all & ~FACTOR, all & ~GREEKS]) {
      const words = withField(withField(m.words, "Beta", 1n), "PortfolioFlags", flags);
      requirePolicyInRange(ETH_USD, words);
      await setWords(m, words);
      expect(await m.guard.read.policy([ETH_USD])).to.deep.equal(words);
    }
  });

  const refused: readonly [title: string, flags: bigint, minimum: bigint, maximum: bigint][] = [
    ["beyond the eighth", 256n, 0n, 255n],
    ["the common factor without a beta", FACTOR, FACTOR | BETA, FACTOR | BETA],
    ["the common factor for what has Greeks of its own", FACTOR | BETA | GREEKS, FACTOR | BETA, FACTOR | BETA],
  ];
  for (const [title, flags, minimum, maximum] of refused) {
    it(`are refused ${title}, and the error says what they would have to be`, async () => {
      const m = await direct();
      const words = withField(m.words, "PortfolioFlags", flags);
      const args = [ETH_USD, POLICY_FIELDS.indexOf("PortfolioFlags"), flags, minimum, maximum];
      await expectRevert(setWords(m, words), "PolicyOutOfRange", args);
      expect(errorArgs(() => requirePolicyInRange(ETH_USD, words))).to.deep.equal(args);
    });
  }

  it("say no beta is negative that is nothing", async () => {
    const m = await direct();
    const words = withField(withField(m.words, "Beta", 0n), "PortfolioFlags", NEGATIVE);
    const args = [ETH_USD, POLICY_FIELDS.indexOf("Beta"), 0n, 1n, 10_000n];
    await expectRevert(setWords(m, words), "PolicyOutOfRange", args);
    expect(errorArgs(() => requirePolicyInRange(ETH_USD, words))).to.deep.equal(args);
  });
});

describe("a policy's limits", () => {
  for (const limit of LIMITS.filter((name) => !SUPPORTED.includes(name))) {
    it(`${limit} is refused: this guard has no such limit`, async () => {
      const m = await direct();
      const words = withField(m.words, "Active", bits([...SUPPORTED, limit]));
      await expectRevert(setWords(m, words), "LimitNotSupported", [ETH_USD, LIMITS.indexOf(limit)]);
    });
  }

  const incomplete: readonly Limit[][] = [[], ["OpenInterest"], ["Volatility", "Collateral", "Margin"], ["Volatility"]];
  const complete: readonly Limit[][] = [
    ["Volatility", "OpenInterest"],
    ["Collateral", "OpenInterest"],
    ["Margin", "OpenInterest"],
  ];
  const isJudging = (mode: Mode): boolean => mode === "Enforce" || mode === "Shadow";

  for (const mode of MODES) {
    it(`in ${mode} ${isJudging(mode) ? "must" : "need not"} hold an account limit and an open-interest cap`, async () => {
      const m = await direct();
      const words = (active: readonly Limit[]): PolicyWords =>
        withField(withField(m.words, "Mode", BigInt(MODES.indexOf(mode))), "Active", bits(active));
      for (const active of complete) await setWords(m, words(active));
      for (const active of incomplete) {
        if (isJudging(mode)) await expectRevert(setWords(m, words(active)), "PolicyIncomplete", [ETH_USD, bits(active)]);
        else await setWords(m, words(active));
      }
    });
  }
});

describe("a policy's feed", () => {
  it("must not be the zero address", async () => {
    const m = await direct();
    const words = { ...m.words, feedPolicy: (m.words.feedPolicy >> 160n) << 160n };
    await expectRevert(setWords(m, words), "ZeroAddress");
  });

  it("must answer for its decimals: neither a wallet nor a contract without them is a feed", async () => {
    const m = await direct();
    for (const feed of [m.mallory.account.address, m.guard.address]) {
      await expectRevert(setWords(m, encodePolicy({ ...m.policy, feed })), "FeedUnusable", [feed]);
    }
  });

  for (const decimals of [37, 77, 255]) {
    it(`must not have ${decimals} decimals`, async () => {
      const m = await direct();
      await m.feed.write.setDecimals([decimals]);
      const words = withField(m.words, "FeedDecimals", BigInt(decimals));
      await expectRevert(setWords(m, words), "FeedDecimalsOutOfRange", [m.feed.address, BigInt(decimals), 36n]);
    });
  }

  it("must have the decimals the policy says", async () => {
    const m = await direct();
    for (const decimals of [0, 7, 9, 36]) {
      await m.feed.write.setDecimals([decimals]);
      await expectRevert(setWords(m, m.words), "FeedDecimalsMismatch", [m.feed.address, BigInt(decimals), 8n]);
    }
  });

  it("may be silent when the policy is set: a policy can be changed during an outage, to a stricter mode say", async () => {
    const m = await warm();
    await m.feed.write.setFault([1]);
    await setWords(m, withField(m.words, "Mode", 0n));
  });

  it("changed for another restarts the volatility word, and says so; any other change leaves it", async () => {
    const m = await warm();
    const word = await m.guard.read.volatilityWord([ETH_USD]);
    const same = await setWords(m, withField(m.words, "Tail", 50_000n));
    expect((await eventsOf(m, same)).map(({ name }) => name)).to.deep.equal(["PolicySet"]);
    expect(await m.guard.read.volatilityWord([ETH_USD])).to.equal(word);

    const other = await m.connection.viem.deployContract("TestFeed", [8, 1n]);
    const hash = await setWords(m, encodePolicy({ ...m.policy, feed: other.address }));
    expect(await eventOf(m, hash, "VarianceSampled")).to.deep.equal({ market: ETH_USD, word: 0n });
    expect(await m.guard.read.volatilityWord([ETH_USD])).to.equal(0n);
    await other.write.push([200_000_000_000n, await now(m)]);
    expect((await preview(m, position({ sizeAfter: 1n }))).variance, "back to the conservative beginning").to.equal(wad(2.25));
  });
});

describe("who may set a policy", () => {
  it("nobody without a role", async () => {
    const m = await direct();
    for (const stranger of [m.mallory, m.protocol]) {
      const set = m.guard.write.setPolicy([ETH_USD, m.words], from(stranger));
      await expectRevert(set, "AccessManagedUnauthorized", [stranger.account.address]);
    }
  });

  it("a role with a delay only after it scheduled the call, and waited", async () => {
    const m = await direct();
    const [role, delay] = [7n, 3_600];
    const selector = encodeFunctionData({ abi: m.guard.abi, functionName: "setPolicy", args: [ETH_USD, NO_WORDS] }).slice(0, 10) as Hex;
    await m.manager.write.setTargetFunctionRole([m.guard.address, [selector], role]);
    await m.manager.write.grantRole([role, m.carol.account.address, delay]);
    const data = encodeFunctionData({
      abi: m.guard.abi,
      functionName: "setPolicy",
      args: [ETH_USD, m.words],
    });
    const set = (): Promise<Hex> => m.guard.write.setPolicy([ETH_USD, m.words], from(m.carol));
    const id = await m.manager.read.hashOperation([m.carol.account.address, m.guard.address, data]);

    await expectRevert(set(), "AccessManagerNotScheduled", [id]);
    await m.manager.write.schedule([m.guard.address, data, 0], from(m.carol));
    await expectRevert(set(), "AccessManagerNotReady", [id]);
    await goTo(m, (await now(m)) + BigInt(delay));
    await set();
    await expectRevert(set(), "AccessManagerNotScheduled", [id]);
  });

  it("a guard cannot be deployed without an authority or a protocol", async () => {
    const m = await direct();
    const { viem } = m.connection;
    await expectRevert(viem.deployContract("SizingGuard", [zeroAddress, m.protocol.account.address]), "ZeroAddress");
    await expectRevert(viem.deployContract("SizingGuard", [m.manager.address, zeroAddress]), "ZeroAddress");
  });
});

describe("a market without a policy", () => {
  const unknown: Hex = `0x${"ab".repeat(32)}`;

  it("lets reductions pass, and nothing else", async () => {
    const m = await direct();
    const reduction = position({ sizeBefore: wad(2), sizeAfter: wad(1) });
    await m.guard.write.enforce([unknown, reduction], from(m.protocol));
    expect(await m.guard.read.preview([unknown, reduction])).to.include({ allowed: true, maxSize: wad(2), limitSize: 0n });
    const opening = position({ sizeAfter: 1n });
    await expectRevert(m.guard.write.enforce([unknown, opening], from(m.protocol)), "PolicyNotSet", [unknown]);
    await expectRevert(m.guard.read.preview([unknown, opening]), "PolicyNotSet", [unknown]);
  });

  it("has no variance and cannot be poked", async () => {
    const m = await direct();
    await pushRound(m, START_PRICE);
    await expectRevert(m.guard.read.variance([unknown]), "PolicyNotSet", [unknown]);
    await expectRevert(m.guard.write.poke([unknown]), "PolicyNotSet", [unknown]);
    await expectRevert(m.guard.write.pokeFrom([unknown, 1n]), "PolicyNotSet", [unknown]);
    expect(await m.guard.read.policy([unknown])).to.deep.equal(NO_WORDS);
    expect(await m.guard.read.volatilityWord([unknown])).to.equal(0n);
  });
});

/** The arguments the SDK's error says the chain would answer with. */
function errorArgs(action: () => void): readonly unknown[] {
  try {
    action();
  } catch (error) {
    if (isSizingGuardError(error)) return error.args;
    throw error;
  }
  return expect.fail("the SDK was expected to refuse");
}
