/** The pure core of the SDK's guard, flat, and the questions to hold it against its twins with. */
import { decodePolicy, encodePolicy, requirePolicyInRange } from "../../sdk/src/guard/policy.ts";
import * as meters from "../../sdk/src/guard/positionMeters.ts";
import { requireInRange, tightens } from "../../sdk/src/guard/selfLimit.ts";
import { carry, judge, type MarketState, reducesRisk } from "../../sdk/src/guard/sizing.ts";
import { decodeSelfLimit, ORACLE_STATUSES, type Policy, type PolicyWords } from "../../sdk/src/index.ts";
import { type FieldName, LAYOUT } from "../model/policy.ts";
import type { Arguments, Random } from "./corpus.ts";
import type { Mirrored } from "./differential.ts";
import { COMPLETE_SUBSETS, clamp, fieldsAroundRange, fieldsInRange, packFields, SUBSETS } from "./parityPolicies.ts";
import {
  randomAccount,
  randomMarket,
  randomPosition,
  randomSelfLimit,
  randomState,
  type State,
  UINT256_MAX,
  withMagnitude,
} from "./parityStates.ts";
import { allWords, judgeArguments, policyWords, positionOf, positionWords, verdictWords } from "./parityTargets.ts";

/** A question to the pure core. */
export interface Case extends State {
  readonly words: PolicyWords;
  readonly policy: Policy;
}

/** A policy in its ranges, and words that stand for it. */
export function randomPolicy(random: Random, actives: readonly bigint[]): Pick<Case, "words" | "policy"> {
  const packed = packFields(fieldsInRange(random, actives));
  const policy = decodePolicy(packed);
  if (policy === null) throw new Error("a policy in range is set");
  // Words of the codec and words as they come: the answer is the same.
  const words = random.pick([encodePolicy(policy), packed]);
  return { words, policy };
}

/** Every other case is moved to the edge of what it is allowed: the limit, one more, one less. */
export function randomCase(random: Random): Case {
  const { words, policy } = randomPolicy(random, SUBSETS);
  const state = randomState(random, policy);
  const { position, market, account } = state;
  const { maxSize, limitSize: size } = judge(policy, position, market, account);
  const target = random.pick([maxSize, size]) + random.pick([-1n, 0n, 0n, 1n, 1n]);
  const edge = random.oneIn(2) ? withMagnitude(position, target) : null;
  return { words, policy, ...state, position: edge ?? position };
}

/** What no guard would ask: a price of zero or beyond the logarithm's domain, variances no word holds. */
export function impossibleCase(random: Random): Case {
  const { words, policy } = randomPolicy(random, SUBSETS);
  const market: MarketState = {
    ...randomMarket(random, policy),
    status: "Valid",
    age: 0n,
    price: random.pick([0n, 1n, 2n ** 255n, UINT256_MAX]),
    variance: random.oneIn(2) ? random.logBetween(0n, UINT256_MAX) : UINT256_MAX,
  };
  const position = randomPosition(random, policy, 1n);
  return { words, policy, market, position, ...randomAccount(random, position, 1n) };
}

/** Words around the ends of the ranges, words with every bit random, and words of the codec. */
export function randomWords(random: Random): PolicyWords {
  if (random.oneIn(10)) {
    const word = (): bigint => random.bits(256);
    return { feedPolicy: word(), riskPolicy: word(), extendedPolicy: word(), portfolioPolicy: word(), variancePolicy: word() };
  }
  return packFields(random.oneIn(5) ? fieldsInRange(random, COMPLETE_SUBSETS) : fieldsAroundRange(random));
}

export function decoded(words: PolicyWords): Policy {
  const policy = decodePolicy(words);
  if (policy === null) throw new Error("an empty word stands for no policy");
  return policy;
}

function plausiblePosition(random: Random): Arguments {
  const { policy } = randomPolicy(random, COMPLETE_SUBSETS);
  return positionWords(randomPosition(random, policy, 10n ** 18n));
}

export const JUDGE: Mirrored = {
  name: "judge",
  mirror: (feedPolicy, riskPolicy, extendedPolicy, ...rest) => {
    const [status = 0n, price = 0n, variance = 0n, age = 0n, poolEquity = 0n, confidence = 0n] = rest.slice(8);
    const market = { status: ORACLE_STATUSES[Number(status)] ?? "Invalid", price, variance, age, poolEquity, confidence };
    const [growthHeadroom = 0n, drawdownScale = 0n, selfLimit = 0n, portfolioLimit = 0n] = rest.slice(14);
    const account = { growthHeadroom, drawdownScale, selfLimit: decodeSelfLimit(selfLimit), portfolioLimit };
    const words = { feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy: 0n, variancePolicy: 0n };
    return verdictWords(judge(decoded(words), positionOf(rest), market, account));
  },
  plausible: (random) => {
    const one = randomCase(random);
    return judgeArguments(one.words, one);
  },
  hangsTogether: true,
  errors: [],
};

export const POLICY_VALUES: Mirrored = {
  name: "policyValues",
  mirror: (feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy, variancePolicy) => {
    return policyWords(decoded({ feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy, variancePolicy }));
  },
  plausible: (random) => {
    const { feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy, variancePolicy } = randomWords(random);
    // A mode that no guard stores has no name, and a cap with an exponent beyond 67 may not fit.
    const mode = 0xffn << LAYOUT.Mode.shift;
    const exponent = 0xffn << LAYOUT.OpenInterestExponent.shift;
    const others = (0xffn << LAYOUT.MaxSkewExponent.shift) | (0xffn << LAYOUT.GrowthCapacityExponent.shift);
    const caps = ["DeltaCapExponent", "GammaCapExponent", "VegaCapExponent"] as const;
    const large = caps.reduce((bits, name) => bits | (0xffn << LAYOUT[name].shift), 0n);
    const small = (name: FieldName): bigint => random.between(0n, 60n) << LAYOUT[name].shift;
    return [
      (feedPolicy & ~mode) | (random.between(0n, 3n) << LAYOUT.Mode.shift),
      (riskPolicy & ~exponent) | small("OpenInterestExponent"),
      (extendedPolicy & ~others) | small("MaxSkewExponent") | small("GrowthCapacityExponent"),
      caps.reduce((bits, name) => bits | small(name), portfolioPolicy & ~large),
      variancePolicy,
    ];
  },
  hangsTogether: true,
  errors: [],
};

/** Of a position near what the meters hold, so that both ends of every level are met. */
const POSITION_METERS: Mirrored = {
  name: "positionMeters",
  mirror: (extendedPolicy, before, after, mark, timestamp, ...words) => {
    const policy = decoded({ feedPolicy: 1n, riskPolicy: 0n, extendedPolicy, portfolioPolicy: 0n, variancePolicy: 0n });
    const position = positionOf(words);
    const [lost, gained] = [meters.shrunk(position), meters.grown(position)];
    return [
      lost,
      gained,
      meters.decrease(before, lost),
      meters.increase(policy, after, gained, timestamp),
      meters.growthHeadroom(policy, after, timestamp),
      meters.highWaterMark(policy, mark, position, timestamp),
    ];
  },
  plausible: (random) => {
    const { policy, words } = randomPolicy(random, COMPLETE_SUBSETS);
    const usual = randomPosition(random, policy, 10n ** 18n);
    // More than a mark can hold.
    const position = random.oneIn(24) ? { ...usual, equity: 2n ** 128n + random.between(-2n, 2n) } : usual;
    const timestamp = random.oneIn(16) ? random.bits(256) : random.between(1n, 2n ** 32n - 1n);
    const at = (): bigint => clamp(timestamp - random.logBetween(0n, 10_000_000n), 0n, 2n ** 32n - 1n) << 224n;
    const level = (): bigint => at() | random.logBetween(0n, policy.growthCapacity * 2n);
    const owned = position.equity > 0n ? position.equity : 1n;
    const peak = clamp(random.oneIn(2) ? random.between(owned, 3n * owned) : random.logBetween(1n, 2n ** 128n - 1n), 0n, 2n ** 128n - 1n);
    // No period, no refill: a market that never had Growth.
    const period = random.oneIn(16) ? 0xff_ffffn << LAYOUT.GrowthPeriod.shift : 0n;
    return [words.extendedPolicy & ~period, level(), level(), at() | peak, timestamp, ...positionWords(position)];
  },
  hangsTogether: true,
  errors: [],
};

const SELF_LIMIT_TIGHTENS: Mirrored = {
  name: "selfLimitTightens",
  mirror: (current, next, timestamp) => {
    requireInRange(next, timestamp);
    return BigInt(tightens(current, next));
  },
  plausible: (random) => {
    const timestamp = random.between(1_600_000_000n, 4_000_000_000n);
    const expiry = (): bigint => clamp(timestamp + random.pick([-1n, 0n, 1n, 3_600n, 86_400n, 31_536_000n]), 0n, 2n ** 32n - 1n);
    const current = randomSelfLimit(random, 10n ** 22n, expiry());
    // One or two fields of the same word, moved a little: most of them are comparable then.
    const moved = random.oneIn(4) ? randomSelfLimit(random, 10n ** 22n, expiry()) : nudged(random, current);
    const spare = random.oneIn(32) ? random.pick([1n, random.bits(80)]) << 176n : 0n;
    const next = random.oneIn(12) ? atRangeEnd(random, moved) : moved;
    return [current, next | spare, timestamp];
  },
  hangsTogether: true,
  errors: ["SelfLimitOutOfRange"],
};

/** With one ratio right at an end of its range, or one step beyond it. */
function atRangeEnd(random: Random, selfLimit: bigint): bigint {
  const [shift, bits, values] = random.pick([
    [40n, 16n, [0n, 1n, 10_000n, 10_001n]],
    [96n, 16n, [0n, 10_000n, 10_001n]],
    [112n, 32n, [0n, 1n]],
  ] as const);
  const mask = (2n ** bits - 1n) << shift;
  return (selfLimit & ~mask) | (random.pick<bigint>(values) << shift);
}

/** Fields of a self limit by lowest bit and width. */
const SELF_LIMIT_LAYOUT = [
  [0n, 40n],
  [40n, 16n],
  [64n, 32n],
  [96n, 16n],
  [112n, 32n],
  [144n, 32n],
] as const;

function nudged(random: Random, selfLimit: bigint): bigint {
  let result = selfLimit;
  for (let i = random.below(3); i > 0; i--) {
    const [shift, bits] = random.pick(SELF_LIMIT_LAYOUT);
    const mask = (2n ** bits - 1n) << shift;
    const step = random.pick([-1_000n, -1n, 1n, 1_000n]) << shift;
    result = (result & ~mask) | ((result + step) & mask);
  }
  return random.oneIn(8) ? result | (4n << 56n) : result;
}

export const CORE: readonly Mirrored[] = [
  {
    name: "carry",
    mirror: (...position) => carry(positionOf(position)),
    plausible: plausiblePosition,
    hangsTogether: true,
    errors: [],
  },
  {
    name: "reducesRisk",
    mirror: (...position) => BigInt(reducesRisk(positionOf(position))),
    plausible: plausiblePosition,
    hangsTogether: true,
    errors: [],
  },
  {
    name: "requireInRange",
    mirror: (market, feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy, variancePolicy) => {
      const words = { feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy, variancePolicy };
      requirePolicyInRange(`0x${market.toString(16).padStart(64, "0")}`, words);
      return policyWords(decoded(words));
    },
    plausible: (random) => {
      return [random.bits(256), ...allWords(randomWords(random))];
    },
    hangsTogether: true,
    errors: ["LimitNotSupported", "PolicyIncomplete", "PolicyOutOfRange", "ZeroAddress"],
    leastReturning: 1 / 10,
  },
  POLICY_VALUES,
  JUDGE,
  POSITION_METERS,
  SELF_LIMIT_TIGHTENS,
];
