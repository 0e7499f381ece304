/** What a portfolio says of an action, flat, and portfolios to ask about: whole ones, since its parts must fit together. */
import { decodePolicy } from "../../sdk/src/guard/policy.ts";
import { WAD } from "../../sdk/src/math/index.ts";
import { assessFactor } from "../../sdk/src/portfolio/factor.ts";
import {
  add,
  assess,
  decay,
  emptyUnderlying,
  type Greeks,
  type Holdings,
  type PortfolioTerms,
  type Underlying,
} from "../../sdk/src/portfolio/risk.ts";
import type { Arguments, Random } from "./corpus.ts";
import type { Mirrored } from "./differential.ts";
import { COMPLETE_SUBSETS, fieldsInRange, packFields } from "./parityPolicies.ts";

const MAX_GREEK = 2n ** 104n - 1n;
const MAX_NOTIONAL = 2n ** 160n;
const MAX_MOVE = 2n ** 69n - 1n;

const greeksOf = ([delta = 0n, gamma = 0n, vega = 0n, theta = 0n]: Arguments): Greeks => ({ delta, gamma, vega, theta });

export const ASSESS: Mirrored = {
  name: "assess",
  mirror: (portfolioPolicy, count, ...words) => {
    const policy = termsOf(portfolioPolicy);
    const holdings = holdingsOf(policy, count, words);
    const [before = 0n, next = 0n, equity = 0n, isReduction = 0n, keepsLoss = 0n] = words.slice(19);
    const candidate = { unit: greeksOf(words.slice(15, 19)), before, next };
    const result = assess(policy, holdings, candidate, equity, isReduction === 1n, keepsLoss === 1n);
    return [result.limit, result.loss, result.allowedLoss];
  },
  plausible: (random) => {
    const { portfolioPolicy } = packFields(fieldsInRange(random, COMPLETE_SUBSETS));
    const size = 10n ** BigInt(random.below(31));
    const perpsOnly = random.oneIn(3);
    const count = 1n + BigInt(random.below(3));
    const three = (value: () => bigint): bigint[] => [value(), value(), value()];
    const greek = (): bigint => signedUpTo(random, size, MAX_GREEK);
    const convex = (): bigint => (perpsOnly || random.oneIn(3) ? 0n : greek());
    // The first underlying is the candidate's own: often nothing else is held there.
    const isAlone = random.oneIn(2);
    const held = (value: () => bigint): bigint[] => three(value).map((one, index) => (isAlone && index === 0 ? 0n : one));
    // Gamma or vega may be all that is held.
    const delta = (): bigint => (random.oneIn(4) ? 0n : greek());
    const exposures = [held(delta), held(convex), held(convex), held(convex)].flat();
    const unit = perpsOnly || random.oneIn(2) ? [WAD, 0n, 0n, 0n] : [0, 0, 0, 0].map(() => signedUpTo(random, 4n * WAD, MAX_GREEK));
    const before = random.oneIn(4) ? 0n : signedUpTo(random, 2n * size, MAX_NOTIONAL);
    const next = random.oneIn(4) ? before : random.oneIn(4) ? 0n : signedUpTo(random, 2n * size, MAX_NOTIONAL);
    const equity = random.oneIn(8) ? 0n : random.logBetween(0n, 4n * size);
    return [portfolioPolicy, count, ...three(() => move(random)), ...exposures, ...unit, before, next, equity, flag(random), flag(random)];
  },
  // A position of all the money there could be, whose unit loses next to nothing: its limit exceeds every number.
  examples: [
    [
      1378141753229076178321525938786781958266126918143567184214368478002002133222n,
      3n,
      142184525059757217n,
      66703696673771474n,
      1000000000000000n,
      -226445156n,
      841344606n,
      318709227n,
      0n,
      351640118n,
      182849094n,
      -270446954n,
      376524171n,
      0n,
      -261261288n,
      0n,
      918468299n,
      -20282409603651670423947251286015n,
      -99555035446136294n,
      1n,
      1184039624211646641n,
      MAX_NOTIONAL,
      MAX_NOTIONAL,
      380917n,
      0n,
      1n,
    ],
  ],
  hangsTogether: true,
  errors: [],
};

/** Words: as those of `assess`, with betas instead of the candidate's Greeks, none where it is not within ±1. */
export const ASSESS_FACTOR: Mirrored = {
  name: "assessFactor",
  mirror: (portfolioPolicy, count, ...words) => {
    const policy = termsOf(portfolioPolicy);
    const { underlyings, decay: time } = holdingsOf(policy, count, words);
    const stated = underlyings.map((held, i): Underlying => {
      const beta = words[15 + i] ?? 0n;
      return { ...held, beta: beta >= -WAD && beta <= WAD ? beta : null };
    });
    const [before = 0n, next = 0n, equity = 0n, isReduction = 0n, keepsLoss = 0n] = words.slice(18);
    const candidate = { unit: greeksOf([WAD]), before, next };
    const holdings = { underlyings: stated, decay: time };
    const result = assessFactor(policy, holdings, candidate, equity, isReduction === 1n, keepsLoss === 1n);
    return [result.limit, result.loss, result.allowedLoss];
  },
  plausible: (random) => {
    const fields = fieldsInRange(random, COMPLETE_SUBSETS);
    const { portfolioPolicy } = packFields({ ...fields, PortfolioFlags: random.pick([64n, 192n]) | (fields.PortfolioFlags & 30n) });
    const size = 10n ** BigInt(random.below(31));
    const isConvex = random.oneIn(4);
    const count = 1n + BigInt(random.below(3));
    const three = (value: () => bigint): bigint[] => [value(), value(), value()];
    const greek = (): bigint => signedUpTo(random, size, MAX_GREEK);
    const convex = (): bigint => (isConvex && random.oneIn(2) ? greek() : 0n);
    const isAlone = random.oneIn(2);
    const deltas = three(greek).map((one, index) => (isAlone && index === 0 ? 0n : one));
    const exposures = [...deltas, ...three(convex), ...three(convex), ...three(convex)];
    const betas = three(() => (random.oneIn(8) ? random.pick([WAD + 1n, -WAD - 1n, -WAD, WAD, 0n]) : signedUpTo(random, WAD, WAD)));
    const before = random.oneIn(4) ? 0n : signedUpTo(random, 2n * size, MAX_NOTIONAL);
    const next = random.oneIn(4) ? before : random.oneIn(4) ? 0n : signedUpTo(random, 2n * size, MAX_NOTIONAL);
    const equity = random.oneIn(8) ? 0n : random.logBetween(0n, random.oneIn(24) ? 2n ** 127n - 1n : 4n * size);
    return [portfolioPolicy, count, ...three(() => move(random)), ...exposures, ...betas, before, next, equity, flag(random), flag(random)];
  },
  hangsTogether: true,
  errors: [],
};

function termsOf(portfolioPolicy: bigint): PortfolioTerms {
  const policy = decodePolicy({ feedPolicy: 1n, riskPolicy: 0n, extendedPolicy: 0n, portfolioPolicy, variancePolicy: 0n });
  if (policy === null) throw new Error("a policy with a feed is set");
  return policy;
}

/** Words: the moves of three underlyings, their deltas, gammas, vegas and thetas. */
function holdingsOf(policy: PortfolioTerms, count: bigint, words: Arguments): Holdings {
  const exposures = [0, 1, 2].slice(0, Number(count)).map((i) => greeksOf([3, 6, 9, 12].map((at) => words[at + i] ?? 0n)));
  const underlyings = exposures.map((exposure, i) => {
    const held = emptyUnderlying(words[i] ?? 0n);
    add(held, policy, exposure);
    return held;
  });
  return { underlyings, decay: exposures.reduce((sum, { theta }) => sum + decay(policy, theta), 0n) };
}

/** Of the order of `size`, seldom anywhere up to the end of the domain. */
function signedUpTo(random: Random, size: bigint, end: bigint): bigint {
  const magnitude = random.oneIn(24) ? random.pick([0n, 1n, end, random.logBetween(0n, end)]) : random.between(0n, size);
  return random.oneIn(2) ? magnitude : -magnitude;
}

function move(random: Random): bigint {
  if (random.oneIn(16)) return random.pick([0n, 1n, WAD / 2n, WAD / 2n + 1n, WAD, WAD + 1n, MAX_MOVE]);
  return random.logBetween(WAD / 1_000n, 3n * WAD);
}

function flag(random: Random): bigint {
  return random.oneIn(2) ? 1n : 0n;
}
