/** What a portfolio says of an action, flat, and portfolios to ask about: whole ones, since its parts must fit together. */
import { decodePolicy } from "../../sdk/src/guard/policy.ts";
import { WAD } from "../../sdk/src/math/index.ts";
import { add, assess, decay, emptyUnderlying, type Greeks } from "../../sdk/src/portfolio/risk.ts";
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
    const policy = decodePolicy({ feedPolicy: 1n, riskPolicy: 0n, extendedPolicy: 0n, portfolioPolicy });
    if (policy === null) throw new Error("a policy with a feed is set");
    const exposures = [0, 1, 2].slice(0, Number(count)).map((i) => greeksOf([3, 6, 9, 12].map((at) => words[at + i] ?? 0n)));
    const underlyings = exposures.map((exposure, i) => {
      const held = emptyUnderlying(words[i] ?? 0n);
      add(held, policy, exposure);
      return held;
    });
    const time = exposures.reduce((sum, { theta }) => sum + decay(policy, theta), 0n);
    const [before = 0n, next = 0n, equity = 0n, isReduction = 0n, keepsLoss = 0n] = words.slice(19);
    const candidate = { unit: greeksOf(words.slice(15, 19)), before, next };
    const result = assess(policy, { underlyings, decay: time }, candidate, equity, isReduction === 1n, keepsLoss === 1n);
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
    const exposures = [held(greek), held(convex), held(convex), held(convex)].flat();
    const unit = perpsOnly || random.oneIn(2) ? [WAD, 0n, 0n, 0n] : [0, 0, 0, 0].map(() => signedUpTo(random, 4n * WAD, MAX_GREEK));
    const before = random.oneIn(4) ? 0n : signedUpTo(random, 2n * size, MAX_NOTIONAL);
    const next = random.oneIn(4) ? before : random.oneIn(4) ? 0n : signedUpTo(random, 2n * size, MAX_NOTIONAL);
    const equity = random.oneIn(8) ? 0n : random.logBetween(0n, 4n * size);
    return [portfolioPolicy, count, ...three(() => move(random)), ...exposures, ...unit, before, next, equity, flag(random), flag(random)];
  },
  hangsTogether: true,
  errors: [],
};

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
