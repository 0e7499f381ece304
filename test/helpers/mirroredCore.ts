/** The pure core of the SDK's guard, flat, and the questions to hold it against its twins with. */
import { decodePolicy, encodePolicy, requirePolicyInRange } from "../../sdk/src/guard/policy.ts";
import { carry, judge, type MarketState, reducesRisk } from "../../sdk/src/guard/sizing.ts";
import { ORACLE_STATUSES, type Policy, type PolicyWords } from "../../sdk/src/index.ts";
import { LAYOUT } from "../model/policy.ts";
import type { Arguments, Random } from "./corpus.ts";
import type { Mirrored } from "./differential.ts";
import { COMPLETE_SUBSETS, fieldsAroundRange, fieldsInRange, packFields, SUBSETS } from "./parityPolicies.ts";
import { randomMarket, randomPosition, randomState, type State, UINT256_MAX, withMagnitude } from "./parityStates.ts";
import { judgeArguments, policyWords, positionOf, positionWords, verdictWords } from "./parityTargets.ts";

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
  const { position, market } = randomState(random, policy);
  const { maxSize, limitSize: size } = judge(policy, position, market);
  const target = random.pick([maxSize, size]) + random.pick([-1n, 0n, 0n, 1n, 1n]);
  const edge = random.oneIn(2) ? withMagnitude(position, target) : null;
  return { words, policy, market, position: edge ?? position };
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
  return { words, policy, market, position: randomPosition(random, policy, 1n) };
}

/** Words around the ends of the ranges, words with every bit random, and words of the codec. */
export function randomWords(random: Random): PolicyWords {
  if (random.oneIn(10)) return { feedPolicy: random.bits(256), riskPolicy: random.bits(256) };
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
  mirror: (feedPolicy, riskPolicy, ...rest) => {
    const [status = 0n, price = 0n, variance = 0n, age = 0n, poolEquity = 0n] = rest.slice(8);
    const market = { status: ORACLE_STATUSES[Number(status)] ?? "Invalid", price, variance, age, poolEquity };
    return verdictWords(judge(decoded({ feedPolicy, riskPolicy }), positionOf(rest), market));
  },
  plausible: (random) => {
    const { words, position, market } = randomCase(random);
    return judgeArguments(words, position, market);
  },
  hangsTogether: true,
  errors: [],
};

export const POLICY_VALUES: Mirrored = {
  name: "policyValues",
  mirror: (feedPolicy, riskPolicy) => policyWords(decoded({ feedPolicy, riskPolicy })),
  plausible: (random) => {
    const { feedPolicy, riskPolicy } = randomWords(random);
    // A mode that no guard stores has no name, and a cap with an exponent beyond 67 may not fit.
    const mode = 0xffn << LAYOUT.Mode.shift;
    const exponent = 0xffn << LAYOUT.OpenInterestExponent.shift;
    return [
      (feedPolicy & ~mode) | (random.between(0n, 3n) << LAYOUT.Mode.shift),
      (riskPolicy & ~exponent) | (random.between(0n, 60n) << LAYOUT.OpenInterestExponent.shift),
    ];
  },
  hangsTogether: true,
  errors: [],
};

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
    mirror: (market, feedPolicy, riskPolicy) => {
      const words = { feedPolicy, riskPolicy };
      requirePolicyInRange(`0x${market.toString(16).padStart(64, "0")}`, words);
      return policyWords(decoded(words));
    },
    plausible: (random) => {
      const { feedPolicy, riskPolicy } = randomWords(random);
      return [random.bits(256), feedPolicy, riskPolicy];
    },
    hangsTogether: true,
    errors: ["LimitNotSupported", "PolicyIncomplete", "PolicyOutOfRange", "ZeroAddress"],
    leastReturning: 1 / 10,
  },
  POLICY_VALUES,
  JUDGE,
];
