import { expect } from "chai";
import { PolicyLoosensError } from "../../sdk/src/errors/governance.ts";
import { judge } from "../../sdk/src/guard/sizing.ts";
import { encodePolicy, type Policy, type PolicyWords, requirePolicyInRange, requireTighter } from "../../sdk/src/index.ts";
import { WAD } from "../../sdk/src/math/index.ts";
import { assessFactor } from "../../sdk/src/portfolio/factor.ts";
import { add, assess, emptyUnderlying } from "../../sdk/src/portfolio/risk.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { decoded } from "../helpers/mirroredCore.ts";
import { MARKET, policyWith } from "../helpers/parityFixtures.ts";
import { COMPLETE_SUBSETS, fieldsInRange, packFields } from "../helpers/parityPolicies.ts";
import { randomState } from "../helpers/parityStates.ts";
import { movedFields } from "../helpers/policyChanges.ts";
import { show } from "../helpers/show.ts";
import { FIELD_NAMES, type Fields, fieldsOf, LAYOUT } from "../model/policy.ts";

const tighter = (current: PolicyWords, next: PolicyWords): boolean => refusal(current, next) === null;

function refusal(current: PolicyWords, next: PolicyWords): PolicyLoosensError | null {
  try {
    requireTighter(MARKET, current, next);
    return null;
  } catch (error) {
    if (error instanceof PolicyLoosensError) return error;
    throw error;
  }
}

function isInRange(words: PolicyWords): boolean {
  try {
    requirePolicyInRange(MARKET, words);
    return true;
  } catch {
    return false;
  }
}

describe(`when a policy is as tight as another (SEED=${SEED})`, () => {
  it("it is as tight as itself, and two that are as tight as each other judge alike", () => {
    const random = new Random(SEED, "order, itself");
    for (let i = 0; i < 500; i++) {
      const words = packFields(fieldsInRange(random, COMPLETE_SUBSETS));
      expect(tighter(words, words)).to.equal(true);
    }
  });

  it("no action of one market passes that the looser one refuses: 40 000 changes, whole verdicts", () => {
    const random = new Random(SEED, "order, judged");
    let [accepted, refused] = [0, 0];
    for (let i = 0; i < 40_000; i++) {
      const fields = fieldsInRange(random, COMPLETE_SUBSETS);
      const [current, next] = [packFields(fields), packFields(movedFields(random, fields, 1 + random.below(3)))];
      if (!isInRange(next)) continue;
      if (!tighter(current, next)) {
        refused++;
        continue;
      }
      accepted++;
      const [from, to] = [decoded(current), decoded(next)];
      const { position, market, account } = randomState(random, from);
      const [loose, tight] = [judge(from, position, market, account), judge(to, position, market, account)];
      const context = show({ fields, next: fieldsOf(next), position, market });
      expect(tight.limitSize <= loose.limitSize, context).to.equal(true);
      expect(tight.maxSize <= loose.maxSize, context).to.equal(true);
      expect(!tight.allowed || loose.allowed, context).to.equal(true);
    }
    expect(Math.min(accepted, refused), `${accepted} accepted, ${refused} refused`).to.be.above(5_000);
  });

  it("no portfolio within its budget takes on what the looser one refuses", () => {
    const random = new Random(SEED, "order, portfolios");
    const portfolio = 1n << 12n;
    let accepted = 0;
    for (let i = 0; i < 12_000; i++) {
      const fields = fieldsInRange(
        random,
        COMPLETE_SUBSETS.filter((set) => set & portfolio),
      );
      const changes = movedFields(random, fields, 1 + random.below(4));
      const [current, next] = [packFields(fields), packFields(changes)];
      if (!isInRange(next) || !tighter(current, next)) continue;
      const [from, to] = [decoded(current), decoded(next)];
      const amount = (): bigint => random.between(-1_000n * WAD, 1_000n * WAD);
      const exposures = Array.from({ length: random.below(3) }, () => ({ delta: amount(), gamma: amount(), vega: amount(), theta: 0n }));
      const ownMove = random.logBetween(10n ** 15n, WAD);
      const otherMove = random.logBetween(10n ** 15n, WAD);
      // Of the market itself and of one other: what tightens makes no move smaller.
      const held = (policy: Policy) => {
        const own = emptyUnderlying((ownMove * policy.portfolioTail) / WAD);
        const others = exposures.map((exposure) => {
          const one = emptyUnderlying(otherMove);
          add(
            one,
            { ...policy, capsDelta: false, capsGamma: false, capsVega: false },
            { ...exposure, ...(policy.usesFactor ? { gamma: 0n, vega: 0n } : {}) },
          );
          return one;
        });
        return { underlyings: [own, ...others], decay: 0n };
      };
      const unit = { delta: WAD, gamma: 0n, vega: 0n, theta: 0n };
      const candidate = { unit, before: 0n, next: amount() };
      const equity = random.between(0n, 2_000n * WAD);
      const judged = (policy: Policy) => (policy.usesFactor ? assessFactor : assess)(policy, held(policy), candidate, equity, false, false);
      const [loose, tight] = [judged(from), judged(to)];
      const passes = ({ loss, allowedLoss }: { loss: bigint; allowedLoss: bigint }): boolean => loss <= allowedLoss;
      accepted++;
      const context = show({ fields, changes, exposures, candidate, equity });
      expect(!passes(tight) || passes(loose), context).to.equal(true);
      expect(tight.limit <= loose.limit, context).to.equal(true);
    }
    expect(accepted).to.be.above(1_000);
  });

  const PORTFOLIO: Policy["active"] = ["Volatility", "OpenInterest", "Portfolio"];

  const looser: readonly (readonly [string, Partial<Policy>, Partial<Policy>])[] = [
    ["Feed", {}, { feed: "0x00000000000000000000000000000000000000aa" }],
    ["FeedDecimals", {}, { feedDecimals: 9n }],
    ["Mode", { mode: "ReduceOnly" }, { mode: "Enforce" }],
    ["Mode", { mode: "Enforce" }, { mode: "Shadow" }],
    ["Heartbeat", {}, { heartbeat: 3_600n }],
    ["Heartbeat", {}, { heartbeat: 4_000n }],
    ["MaxAge", {}, { maxAge: 20_000n }],
    ["MaxConfidence", { maxConfidence: WAD / 100n }, { maxConfidence: 0n }],
    ["MaxConfidence", { maxConfidence: WAD / 100n }, { maxConfidence: WAD / 50n }],
    ["Active", {}, { active: ["Volatility", "OpenInterest"] }],
    ["Active", {}, { active: ["Volatility", "Collateral", "Margin", "OpenInterest", "Portfolio"] }],
    ["Flags", { isWinsorised: false }, { isWinsorised: true }],
    ["Flags", { usesImpact: true }, { usesImpact: false }],
    ["Tail", {}, { tail: 4n * WAD }],
    ["Horizon", {}, { horizon: 60n }],
    ["Beta", { active: PORTFOLIO, hasBeta: true, beta: 0n }, { beta: WAD / 2n }],
    ["PortfolioFlags", { active: PORTFOLIO, hasBeta: true, beta: WAD / 2n }, { beta: -WAD / 2n }],
    ["DeltaCapMantissa", { active: PORTFOLIO, capsDelta: true }, { deltaCap: 200_000_000n * WAD }],
    ["PeakHalfLife", { active: ["Volatility", "OpenInterest", "Drawdown"], peakHalfLife: 0n }, { peakHalfLife: 3_600n }],
  ];
  for (const [field, before, after] of looser) {
    it(`${field} is named where it loosens: ${Object.entries(after).map(([name, value]) => `${name} to ${value}`)}`, () => {
      const current = encodePolicy(policyWith(before));
      const found = refusal(current, encodePolicy(policyWith({ ...before, ...after })));
      expect(found?.message).to.match(new RegExp(`^${field} would go from \\d+ to \\d+, which is not as tight`));
    });
  }

  const stricter: readonly Partial<Policy>[] = [
    { mode: "ReduceOnly" },
    { maxAge: 5_000n },
    { volatilityFloor: WAD },
    { maxConfidence: WAD / 100n },
    { active: ["Volatility", "Collateral", "Margin", "OpenInterest", "Skew", "Growth", "Drawdown"] },
    { tail: 5n * WAD, horizon: 100_000n, riskBudget: WAD / 10n, openInterestCap: 1n },
    // What a limit that is off was told says nothing.
    { maxSkew: 10n ** 30n, growthCapacity: 10n ** 30n, liquidityCap: 10n ** 29n },
  ];
  it("passes where a cap of portfolios is raised that nobody keeps to", () => {
    const current = { active: PORTFOLIO, deltaCap: WAD, gammaCap: WAD, vegaCap: WAD, maxRiskShare: WAD / 10n };
    const next = { active: PORTFOLIO, deltaCap: 2n * WAD, gammaCap: 2n * WAD, vegaCap: 2n * WAD, maxRiskShare: WAD };
    expect(refusal(encodePolicy(policyWith(current)), encodePolicy(policyWith(next)))).to.equal(null);
  });

  for (const changes of stricter) {
    it(`passes where nothing loosens: ${Object.keys(changes)}`, () => {
      expect(refusal(encodePolicy(policyWith()), encodePolicy(policyWith(changes)))).to.equal(null);
    });
  }

  // Written down a second time: which way each field of a policy may go, with every limit, flag and cap switched on.
  const WAYS: Readonly<Record<keyof Fields, "lower" | "higher" | "neither" | "spare">> = {
    Feed: "neither",
    FeedDecimals: "neither",
    Mode: "lower",
    Heartbeat: "neither",
    MaxAge: "lower",
    VolatilityFloor: "higher",
    MaxConfidence: "lower",
    Flags: "neither",
    Active: "neither",
    Tail: "higher",
    Horizon: "higher",
    RiskBudget: "lower",
    MaintenanceAndPenalty: "higher",
    ExitFee: "higher",
    BaseMargin: "higher",
    FullMarginOpenInterest: "lower",
    OpenInterestMantissa: "lower",
    OpenInterestExponent: "lower",
    ReferenceMove: "lower",
    LiquidityCap: "lower",
    ConcentrationShare: "lower",
    DailyVolume: "lower",
    MaxSlippage: "lower",
    ImpactCoefficient: "higher",
    MaxSkewMantissa: "lower",
    MaxSkewExponent: "lower",
    GrowthCapacityMantissa: "lower",
    GrowthCapacityExponent: "lower",
    GrowthPeriod: "higher",
    MaxDrawdown: "lower",
    DrawdownPower: "higher",
    PeakHalfLife: "higher",
    PortfolioFlags: "neither",
    Beta: "neither",
    BetaStress: "neither",
    PortfolioBudget: "lower",
    PortfolioTail: "higher",
    PortfolioHorizon: "higher",
    Netting: "lower",
    VolDown: "higher",
    VolUp: "higher",
    MaxRiskShare: "lower",
    DeltaCapMantissa: "lower",
    DeltaCapExponent: "lower",
    GammaCapMantissa: "lower",
    GammaCapExponent: "lower",
    VegaCapMantissa: "lower",
    VegaCapExponent: "lower",
    VarianceSource: "neither",
    MaxVolatility: "higher",
    ExtendedSpare: "spare",
    VarianceSpare: "spare",
  };

  const MASKS: readonly (keyof Fields)[] = ["Flags", "Active", "PortfolioFlags"];

  /** Everything switched on, and room on both sides of every field. */
  const full = ((): Fields => {
    const middle = (name: keyof Fields): bigint => (LAYOUT[name].min + LAYOUT[name].max) / 2n;
    const fields = Object.fromEntries(FIELD_NAMES.map((name) => [name, middle(name)])) as Record<keyof Fields, bigint>;
    const active = COMPLETE_SUBSETS.reduce((all, set) => all | set, 0n);
    const chosen = {
      Active: active,
      Flags: 3n,
      PortfolioFlags: 0b0_1101_1110n,
      Mode: 1n,
      Heartbeat: 300n,
      MaxAge: 900n,
      DrawdownPower: 2n,
    };
    return { ...fields, ...chosen, ExtendedSpare: 0n, VarianceSpare: 0n };
  })();

  for (const [name, way] of Object.entries(WAYS) as [keyof Fields, string][]) {
    if (way === "spare" || MASKS.includes(name)) continue;
    it(`${name}: ${way === "neither" ? "neither up nor down" : `only ${way}`}`, () => {
      const at = (step: bigint): PolicyWords => packFields({ ...full, [name]: full[name] + step });
      // What is not a policy at all is none of this.
      const [up, down] = [at(1n), at(-1n)].map((next) => !isInRange(next) || tighter(packFields(full), next));
      expect([up, down]).to.deep.equal([way === "higher", way === "lower"]);
    });
  }

  for (const name of MASKS) {
    it(`${name}: nothing that is switched on goes off`, () => {
      let met = 0;
      for (let bit = 1n; bit <= full[name]; bit *= 2n) {
        const next = packFields({ ...full, [name]: full[name] & ~bit });
        if (!(full[name] & bit) || !isInRange(next)) continue;
        met++;
        expect(refusal(packFields(full), next)?.message, `bit ${bit}`).to.match(new RegExp(`^${name} would go`));
      }
      expect(met).to.be.above(1);
    });
  }

  it("names every field there is", () => {
    expect(Object.keys(WAYS).sort()).to.deep.equal([...FIELD_NAMES].sort());
  });
});
