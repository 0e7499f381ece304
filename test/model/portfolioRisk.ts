/**
 * Specification of contracts/libraries/PortfolioRisk.sol and sdk/src/portfolio/risk.ts by brute force: every combination of
 * scenarios is valued by itself, in integers over one common denominator, without rounding. See "Portfolios" in docs/math.md.
 */
import { type Bound, larger, type Specification, smaller, UNCAPPED, W } from "./bound.ts";
import { fieldsOf, type Values, valuesOf } from "./policy.ts";

const DAY = 86_400n;
const DUST = 10n ** 12n;
/** Over this, every profit of one underlying is whole. */
export const UNIT = 200n * W * W;
/** How much less than exact a scenario's profit may be: of `count` underlyings, and of one unit of notional. */
const roundings = (count: number): bigint => 4n * BigInt(count) + 8n;
const UNIT_ROUNDINGS = 6n;

interface Greeks {
  readonly delta: bigint;
  readonly gamma: bigint;
  readonly vega: bigint;
  readonly theta: bigint;
}

export interface Held extends Greeks {
  readonly move: bigint;
}

/** Half moves; an extreme move counts for 35 %, without the good of gamma and vega. */
const SPOT = [-2n, -1n, 0n, 1n, 2n].map((halves) => ({ halves, isExtreme: false }));
const SHOCKS = [...SPOT, { halves: -4n, isExtreme: true }, { halves: 4n, isExtreme: true }];
type Shock = (typeof SHOCKS)[number];

/** The price's move: half of an odd move is cut, and no price falls below nothing. */
function moved(move: bigint, { halves }: Shock): bigint {
  const size = halves % 2n === 0n ? (halves / 2n) * move : (halves < 0n ? -1n : 1n) * (move / 2n);
  return larger(size, -W);
}

const bad = (x: bigint): bigint => smaller(x, 0n);

function spot({ delta, gamma, move }: Held, shock: Shock): bigint {
  const x = moved(move, shock);
  const first = 2n * delta * x * W;
  return shock.isExtreme ? 35n * (first + bad(gamma) * x * x) : 100n * (first + gamma * x * x);
}

/** With volatility up, down and as it is. */
function volatility(policy: Values, { vega }: Greeks, { isExtreme }: Shock): readonly bigint[] {
  if (isExtreme) return [70n * W * bad(vega) * policy.volUp, 0n, 0n];
  return [200n * W * vega * policy.volUp, -200n * W * vega * policy.volDown, 0n];
}

export const lowest = (values: readonly bigint[]): bigint => values.reduce(smaller);

/** What one underlying makes in each of its scenarios, volatility at its worst. */
export const apart = (policy: Values, held: Held): readonly bigint[] =>
  SHOCKS.map((shock) => spot(held, shock) + lowest(volatility(policy, held, shock)));

export const decayed = (policy: Values, theta: bigint): bigint => (-bad(theta) * policy.portfolioHorizon + DAY - 1n) / DAY;

/** Profits over UNIT · W of the rest, and of one unit of notional, in every combination of scenarios. */
interface Combination {
  readonly rest: bigint;
  readonly unit: bigint;
}

function combinations(policy: Values, held: readonly Held[], time: bigint, unit: Held): readonly Combination[] {
  const [own = unit, ...others] = held;
  const jointly = SHOCKS.map((shock) => {
    const volatilities = held.map((one) => volatility(policy, one, shock));
    const worst = lowest([0, 1, 2].map((index) => volatilities.reduce((sum, three) => sum + (three[index] ?? 0n), 0n)));
    return held.reduce((sum, one) => sum + spot(one, shock), 0n) + worst;
  });
  const elsewhere = others.reduce((sum, one) => sum + lowest(apart(policy, one)), 0n);
  const ownApart = apart(policy, own);
  const units = apart(policy, unit).map((pnl) => pnl - decayed(policy, unit.theta) * UNIT);
  const rest = W - policy.netting;
  return SHOCKS.flatMap((_, j) =>
    SHOCKS.map((__, i) => ({
      rest: policy.netting * (jointly[i] ?? 0n) + rest * ((ownApart[j] ?? 0n) + elsewhere) - time * UNIT * W,
      unit: policy.netting * (units[i] ?? 0n) + rest * (units[j] ?? 0n),
    })),
  );
}

/** The loss with so much notional, and how much more its roundings may make of it; quote WAD, rounded up. */
function lossOf(scenarios: readonly Combination[], notional: bigint, count: number): readonly [least: bigint, most: bigint] {
  const total = scenarios.reduce((worst, { rest, unit }) => smaller(worst, rest * W + notional * unit), 0n);
  const denominator = UNIT * W * W;
  const exact = (-total + denominator - 1n) / denominator;
  return [exact, exact + roundings(count) + (notional * UNIT_ROUNDINGS) / W + 1n];
}

export const sized = (greeks: Held, side: bigint): Held => ({
  ...greeks,
  delta: side * greeks.delta,
  gamma: side * greeks.gamma,
  vega: side * greeks.vega,
  theta: side * greeks.theta,
});

export const abs = (x: bigint): bigint => (x < 0n ? -x : x);
export const sideOf = (x: bigint): bigint => (x < 0n ? -1n : 1n);

/** Words: the moves of three underlyings, their deltas, gammas, vegas and thetas. */
export function heldOf(count: bigint, words: readonly bigint[]): readonly Held[] {
  return [0, 1, 2].slice(0, Number(count)).map((i) => {
    const [move = 0n, delta = 0n, gamma = 0n, vega = 0n, theta = 0n] = [0, 3, 6, 9, 12].map((at) => words[at + i]);
    return { move, delta, gamma, vega, theta };
  });
}

/** A sixteenth of what everything loses apart, which is over UNIT · W. */
export const wayOutOf = (gross: bigint): bigint => (gross + 16n * UNIT * W - 1n) / (16n * UNIT * W);

/** Words: policy, count, 3 moves, 3 each of delta, gamma, vega and theta, the unit's four, before, next, equity, two flags. */
export const assess: Specification = (portfolioPolicy, count, ...words) => {
  const policy = valuesOf(fieldsOf({ feedPolicy: 0n, riskPolicy: 0n, extendedPolicy: 0n, portfolioPolicy, variancePolicy: 0n }));
  const held = heldOf(count, words);
  const [delta = 0n, gamma = 0n, vega = 0n, theta = 0n, before = 0n, next = 0n, equity = 0n, isReduction = 0n, keepsLoss = 0n] =
    words.slice(15);
  const time = held.reduce((sum, one) => sum + decayed(policy, one.theta), 0n);
  const unit: Held = { move: held[0]?.move ?? 0n, delta, gamma, vega, theta };
  const budget = (equity * policy.portfolioBudget) / W;
  const [left, right] = [before, next].map((notional) => combinations(policy, held, time, sized(unit, sideOf(notional)))) as [
    readonly Combination[],
    readonly Combination[],
  ];
  const loss = lossOf(right, abs(next), held.length);
  const earlier = lossOf(left, abs(before), held.length);
  const alone = (side: bigint): bigint => -lowest(apart(policy, sized(unit, side))) + decayed(policy, side * theta) * UNIT;
  const gross = held.reduce((sum, one) => sum - lowest(apart(policy, one)), time * UNIT) * W + abs(before) * alone(sideOf(before));
  const wayOut = wayOutOf(gross);
  const allowed = (index: 0 | 1, slack: bigint): bigint => {
    if (keepsLoss === 0n) return budget;
    const little = larger(earlier[index] / 64n, DUST);
    return larger(budget, isReduction === 0n ? earlier[index] : larger(earlier[index] + little, wayOut + slack));
  };
  const net = netLimits(policy, held[0] ?? unit, sized(unit, sideOf(next)), budget, alone(sideOf(next)));
  return [
    {
      text: "the largest notional whose loss is allowed, within its caps",
      accepts: (limit, [, , most = 0n]) => fits(limit, right, most, net),
    },
    between(...loss),
    between(allowed(0, 0n), allowed(1, roundings(held.length) + (abs(before) * UNIT_ROUNDINGS) / W + 1n)),
  ];

  function fits(limit: bigint, scenarios: readonly Combination[], most: bigint, caps: readonly [bigint, bigint]): boolean {
    const slack = roundings(held.length);
    const upper = roomOf(scenarios, most * UNIT * W, 0n);
    const lower = roomOf(scenarios, larger(0n, most - slack) * UNIT * W, UNIT_ROUNDINGS * UNIT * W, slack * UNIT * W);
    return limit <= smaller(upper, caps[1]) && limit >= smaller(lower - 1n, caps[0]);
  }
};

/** The largest notional with rest + budget + notional·unit / W ≥ 0 wherever the unit loses. */
function roomOf(scenarios: readonly Combination[], budget: bigint, unitSlack: bigint, restSlack = 0n): bigint {
  return scenarios.reduce((room, { rest, unit }) => {
    const cost = unitSlack - unit;
    if (cost <= 0n) return room;
    return smaller(room, (larger(0n, budget + rest - restSlack) * W) / cost);
  }, UNCAPPED);
}

/** What share and net caps leave, at least and at most. */
export function netLimits(policy: Values, held: Held, unit: Held, budget: bigint, alone: bigint): readonly [bigint, bigint] {
  const cap = (most: bigint, has: bigint, of: bigint): bigint =>
    of === 0n ? UNCAPPED : (larger(0n, most - sideOf(of) * has) * W) / abs(of);
  let [least, most] = [UNCAPPED, UNCAPPED];
  if (policy.capsRiskShare === 1n) {
    const share = (budget * policy.maxRiskShare) / W;
    if (alone > 0n) most = smaller(most, (share * W * UNIT) / alone);
    if (alone > 0n) least = smaller(least, (share * W * UNIT) / (alone + UNIT_ROUNDINGS * UNIT));
  }
  const exact: bigint[] = [UNCAPPED];
  if (policy.capsDelta === 1n) exact.push(cap(policy.deltaCap, held.delta, unit.delta));
  if (policy.capsGamma === 1n) exact.push(cap(policy.gammaCap, held.gamma, unit.gamma));
  if (policy.capsVega === 1n) exact.push(cap(policy.vegaCap, held.vega, unit.vega));
  const tightest = exact.reduce(smaller);
  return [smaller(least, tightest), smaller(most, tightest)];
}

export function between(low: bigint, high: bigint): Bound {
  return { text: `from ${low} to ${high}`, accepts: (result) => result >= low && result <= high };
}
