import { expect } from "chai";
import { ArgumentOutOfRangeError, isSizingGuardError } from "../../sdk/src/errors/index.ts";
import {
  decodePolicy,
  encodePolicy,
  LIMITS,
  MODES,
  ORACLE_STATUSES,
  POLICY_FIELDS,
  type Policy,
  requirePolicyInRange,
} from "../../sdk/src/index.ts";
import { FEED, MARKET, policyWith, WAD } from "../helpers/parityFixtures.ts";

const RATIO = 10n ** 14n;

/** The error of a call that must fail. */
function errorOf(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

describe("encodePolicy", () => {
  it("puts every field where the layout says", () => {
    const words = encodePolicy(policyWith());
    const limits = (1n << 3n) | (1n << 4n) | (1n << 5n) | (1n << 8n);
    const feedPolicy = (1n << 232n) | (limits << 216n) | (500n << 200n) | (1_080n << 184n) | (390n << 168n) | (8n << 160n) | BigInt(FEED);
    const caps = (14_400n << 232n) | (5_000n << 216n) | (500_000_000n << 176n) | (1_500n << 160n) | (22n << 152n) | (5n << 120n);
    const riskPolicy = caps | (200_000_000n << 80n) | (200n << 64n) | (5n << 48n) | (200n << 32n) | (5_000n << 16n) | 40_433n;
    const depth = (500_000_000n << 0n) | (100n << 40n) | (10_000n << 56n) | (2n << 72n) | (22n << 104n);
    const meters = (1n << 112n) | (22n << 144n) | (3_600n << 152n) | (5_000n << 176n) | (1n << 192n) | (720n << 200n);
    const scenarios = (5_000n << 32n) | (40_433n << 48n) | (14_400n << 64n) | (5_000n << 88n) | (2_000n << 104n) | (4_000n << 120n);
    const greeks = (1n << 152n) | (26n << 176n) | (2n << 184n) | (26n << 208n) | (1n << 216n) | (25n << 240n);
    const portfolioPolicy = scenarios | (5_000n << 136n) | greeks;
    expect(words).to.deep.equal({ feedPolicy, riskPolicy, extendedPolicy: depth | meters, portfolioPolicy, variancePolicy: 0n });
    expect(decodePolicy(words)).to.deep.equal(policyWith());
  });

  it("puts what others say of price and variance where the layout says", () => {
    const varianceSource = "0x00000000000000000000000000000000000000ab";
    const policy = policyWith({ maxConfidence: 5n * 10n ** 15n, varianceSource, maxVolatility: 2n * WAD });
    const words = encodePolicy(policy);
    expect(words.feedPolicy - encodePolicy(policyWith()).feedPolicy).to.equal(5n << 240n);
    expect(words.variancePolicy).to.equal((20_000n << 160n) | 0xabn);
    expect(decodePolicy(words)).to.deep.equal(policy);
    for (const [name, bit] of [
      ["usesImpact", 0n],
      ["usesPushedVariance", 1n],
      ["isWinsorised", 2n],
    ] as const) {
      const flagged = policyWith({ [name]: true });
      expect(encodePolicy(flagged).feedPolicy - encodePolicy(policyWith()).feedPolicy, name).to.equal(1n << (248n + bit));
      expect(decodePolicy(encodePolicy(flagged))).to.deep.equal(flagged);
    }
  });

  // Each of these would be another policy after rounding.
  const refused: readonly (readonly [keyof Policy, unknown])[] = [
    ["feed", `0x1${"0".repeat(40)}`],
    ["feedDecimals", 256n],
    ["feedDecimals", -1n],
    ["mode", "Paused"],
    ["active", ["Volatility", "Openinterest"]],
    ["heartbeat", 3_601n],
    ["heartbeat", 655_360n],
    ["heartbeat", -10n],
    ["maxAge", 10_805n],
    ["maxAge", 655_360n],
    ["volatilityFloor", RATIO + 1n],
    ["volatilityFloor", 65_536n * RATIO],
    ["tail", 4n * WAD + 1n],
    ["tail", 65_536n * RATIO],
    ["riskBudget", 1n],
    ["riskBudget", -RATIO],
    ["maintenanceAndPenalty", RATIO - 1n],
    ["exitFee", RATIO / 2n],
    ["baseMargin", 65_536n * RATIO],
    ["fullMarginOpenInterest", WAD / 2n],
    ["fullMarginOpenInterest", WAD << 40n],
    ["liquidityCap", WAD / 2n],
    ["liquidityCap", WAD << 40n],
    ["concentrationShare", 1n],
    ["concentrationShare", 65_536n * RATIO],
    ["openInterestCap", 2n ** 32n + 1n],
    ["openInterestCap", -10n],
    ["openInterestCap", 10n ** 51n],
    ["referenceMove", RATIO + 1n],
    ["horizon", 2n ** 24n],
    ["growthPeriod", 2n ** 24n],
    ["beta", RATIO + 1n],
    ["beta", -65_536n * RATIO],
    ["maxConfidence", 10n ** 14n],
    ["maxConfidence", 256n * 10n ** 15n],
    ["varianceSource", `0x1${"0".repeat(40)}`],
    ["maxVolatility", RATIO + 1n],
    ["maxVolatility", 65_536n * RATIO],
    ["betaStress", WAD / 1_000n],
    ["betaStress", 256n * 10n ** 16n],
    ["portfolioHorizon", 2n ** 24n],
    ["netting", 1n],
    ["deltaCap", 2n ** 24n + 1n],
    ["vegaCap", 10n ** 50n],
    ["horizon", -1n],
  ];
  for (const [name, value] of refused) {
    it(`refuses ${name} ${value}: it is not rounded, and nothing is left out`, () => {
      const error = errorOf(() => encodePolicy(policyWith({ [name]: value })));
      expect(error).to.be.instanceOf(ArgumentOutOfRangeError).with.property("argument", name);
      expect(isSizingGuardError(error)).to.equal(true);
    });
  }

  const caps: readonly (readonly [bigint, bigint, bigint])[] = [
    [0n, 0n, 0n],
    [1n, 1n, 0n],
    [10n, 1n, 1n],
    [2n ** 32n - 1n, 2n ** 32n - 1n, 0n],
    [12_345n * WAD, 12_345n, 18n],
    [10n ** 40n, 1n, 40n],
    [10n ** 41n, 10n, 40n],
    [(2n ** 32n - 6n) * 10n ** 40n, 2n ** 32n - 6n, 40n],
  ];
  for (const [cap, mantissa, exponent] of caps) {
    it(`writes an open-interest cap of ${cap} as ${mantissa}e${exponent}`, () => {
      const { riskPolicy } = encodePolicy(policyWith({ openInterestCap: cap }));
      expect(BigInt.asUintN(32, riskPolicy >> 120n)).to.equal(mantissa);
      expect(BigInt.asUintN(8, riskPolicy >> 152n)).to.equal(exponent);
      expect(decodePolicy({ ...encodePolicy(policyWith()), riskPolicy })?.openInterestCap).to.equal(cap);
    });
  }
});

describe("decodePolicy", () => {
  it("is null where no policy is set, whatever the second word", () => {
    expect(decodePolicy({ feedPolicy: 0n, riskPolicy: 0n, extendedPolicy: 0n, portfolioPolicy: 0n, variancePolicy: 0n })).to.equal(null);
    expect(decodePolicy({ feedPolicy: 0n, riskPolicy: 1n, extendedPolicy: 1n, portfolioPolicy: 1n, variancePolicy: 1n })).to.equal(null);
  });

  it("refuses what is no word, and a mode that no guard stores", () => {
    const words = encodePolicy(policyWith());
    const calls: readonly (readonly [string, () => unknown])[] = [
      ["feedPolicy", () => decodePolicy({ ...words, feedPolicy: -1n })],
      ["feedPolicy", () => decodePolicy({ ...words, feedPolicy: 2n ** 256n })],
      ["riskPolicy", () => decodePolicy({ ...words, riskPolicy: 2n ** 256n })],
      ["extendedPolicy", () => decodePolicy({ ...words, extendedPolicy: 2n ** 256n })],
      ["riskPolicy", () => requirePolicyInRange(MARKET, { ...words, riskPolicy: -1n })],
      ["mode", () => decodePolicy({ ...words, feedPolicy: words.feedPolicy | (4n << 232n) })],
    ];
    for (const [argument, call] of calls)
      expect(errorOf(call), argument).to.be.instanceOf(ArgumentOutOfRangeError).with.property("argument", argument);
  });
});

describe("requirePolicyInRange", () => {
  it("takes the policy of the fixtures, and its values at both ends of their ranges", () => {
    const low: Partial<Policy> = {
      heartbeat: 10n,
      maxAge: 20n,
      volatilityFloor: RATIO,
      tail: WAD,
      riskBudget: RATIO,
      maintenanceAndPenalty: 0n,
    };
    const least: Partial<Policy> = {
      exitFee: 0n,
      baseMargin: RATIO,
      fullMarginOpenInterest: WAD,
      openInterestCap: 1n,
      referenceMove: RATIO,
      horizon: 1n,
    };
    const high: Partial<Policy> = {
      heartbeat: 655_340n,
      maxAge: 655_350n,
      volatilityFloor: 65_535n * RATIO,
      tail: 65_535n * RATIO,
      riskBudget: WAD,
    };
    const most: Partial<Policy> = {
      maintenanceAndPenalty: WAD,
      exitFee: WAD,
      baseMargin: WAD,
      referenceMove: 65_535n * RATIO,
      horizon: 2n ** 24n - 1n,
    };
    for (const changes of [{}, { ...low, ...least }, { ...high, ...most }]) requirePolicyInRange(MARKET, encodePolicy(policyWith(changes)));
  });

  it("asks a parameter of an inactive limit for nothing", () => {
    const nothing: Partial<Policy> = { riskBudget: 0n, baseMargin: 0n, fullMarginOpenInterest: 0n };
    requirePolicyInRange(MARKET, encodePolicy(policyWith({ ...nothing, active: ["Collateral", "OpenInterest"] })));
    const closed: Partial<Policy> = { ...nothing, openInterestCap: 0n, referenceMove: 0n, active: [] };
    for (const mode of ["ReduceOnly", "Off"] as const) requirePolicyInRange(MARKET, encodePolicy(policyWith({ ...closed, mode })));
  });

  const refused: readonly (readonly [string, Partial<Policy>, string])[] = [
    ["ZeroAddress", { feed: "0x0000000000000000000000000000000000000000" }, "An address is zero."],
    ["PolicyOutOfRange", { heartbeat: 0n }, "Heartbeat is 0. Set it from 1 to 65534"],
    ["PolicyOutOfRange", { maxAge: 3_900n }, "MaxAge is 390. Set it from 391 to 65535"],
    ["PolicyOutOfRange", { volatilityFloor: 0n }, "VolatilityFloor is 0. Set it from 1 to 65535"],
    ["PolicyOutOfRange", { tail: WAD - RATIO }, "Tail is 9999. Set it from 10000 to 65535"],
    ["PolicyOutOfRange", { horizon: 0n }, "Horizon is 0. Set it from 1 to 16777215"],
    ["PolicyOutOfRange", { riskBudget: WAD + RATIO }, "RiskBudget is 10001. Set it from 1 to 10000"],
    ["PolicyOutOfRange", { openInterestCap: 0n }, "OpenInterestMantissa is 0. Set it from 1 to 4294967295"],
    ["LimitNotSupported", { active: ["None", "Volatility", "OpenInterest"] }, "This guard has no limit None."],
    ["LimitNotSupported", { active: ["Volatility", "OpenInterest", "System"] }, "This guard has no limit System."],
    ["PolicyOutOfRange", { active: ["Volatility", "OpenInterest", "Portfolio"], portfolioBudget: 0n }, "PortfolioBudget is 0."],
    ["PolicyOutOfRange", { netting: WAD + RATIO }, "Netting is 10001. Set it from 0 to 10000"],
    ["PolicyOutOfRange", { usesFactor: true, hasBeta: false }, "PortfolioFlags is 32. Set it from 96 to 96"],
    ["PolicyOutOfRange", { usesFactor: true, hasBeta: true, hasGreeks: true }, "PortfolioFlags is 97. Set it from 96 to 96"],
    ["PolicyOutOfRange", { beta: WAD + RATIO }, "Beta is 10001. Set it from 0 to 10000"],
    ["PolicyOutOfRange", { beta: -WAD - RATIO }, "Beta is 10001. Set it from 1 to 10000"],
    ["PolicyOutOfRange", { betaStress: (101n * WAD) / 100n }, "BetaStress is 101. Set it from 0 to 100"],
    ["PolicyOutOfRange", { capsVega: true, vegaCap: 0n }, "VegaCapMantissa is 0. Set it from 1 to 16777215"],
    [
      "PolicyOutOfRange",
      { usesPushedVariance: true },
      "VarianceSource is 0. Set it from 1 to 1461501637330902918203684832716283019655932542975",
    ],
    ["PolicyOutOfRange", { usesImpact: true, dailyVolume: 0n }, "DailyVolume is 0. Set it from 1 to 1099511627775"],
    ["PolicyOutOfRange", { active: ["Margin", "OpenInterest", "Skew"], maxSkew: 0n }, "MaxSkewMantissa is 0."],
    ["PolicyOutOfRange", { active: ["Margin", "OpenInterest", "Growth"], growthPeriod: 0n }, "GrowthPeriod is 0."],
    ["PolicyOutOfRange", { active: ["Margin", "OpenInterest", "Drawdown"], drawdownPower: 4n }, "DrawdownPower is 4. Set it from 1 to 3"],
    ["PolicyIncomplete", { active: ["Volatility"] }, "The policy needs OpenInterest"],
    ["PolicyIncomplete", { active: ["OpenInterest"], mode: "Shadow" }, "The policy needs OpenInterest"],
  ];
  for (const [code, changes, message] of refused) {
    it(`answers ${code}: ${message}`, () => {
      const error = errorOf(() => requirePolicyInRange(MARKET, encodePolicy(policyWith(changes))));
      expect(error).to.include({ code });
      expect(error.message).to.contain(message);
    });
  }
});

describe("enums", () => {
  it("have the safe name first", () => {
    expect([MODES[0], ORACLE_STATUSES[0], LIMITS[0]]).to.deep.equal(["ReduceOnly", "Invalid", "None"]);
    for (const names of [MODES, ORACLE_STATUSES, LIMITS, POLICY_FIELDS]) expect(new Set(names).size).to.equal(names.length);
  });
});
