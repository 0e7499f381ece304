/**
 * Specification of contracts/libraries/FactorRisk.sol and sdk/src/portfolio/factor.ts: the root of the sum over all pairs of
 * markets, correlated as the product of their betas, in integers over one common denominator. See "Portfolios" in docs/math.md.
 */
import { away } from "./beta.ts";
import { type Bound, larger, type Specification, smaller, UNCAPPED, W } from "./bound.ts";
import { fieldsOf, valuesOf } from "./policy.ts";
import { abs, apart, between, decayed, type Held, heldOf, lowest, netLimits, sideOf, sized, UNIT, wayOutOf } from "./portfolioRisk.ts";

const MAX_BUDGET = 2n ** 120n;
const MAX_LOSS = 2n ** 121n;

/** A loss p / W, and how it goes with the factor; `null` for one that adds in full. */
interface Loss {
  readonly signed: bigint;
  readonly beta: bigint | null;
}

/** Everything but the candidate; the root of squares and what adds to it may each be rounded up by so much. */
interface Book {
  readonly losses: readonly Loss[];
  /** Over UNIT · W. */
  readonly added: bigint;
  readonly slack: bigint;
}

/** Σ over all pairs of s_i·s_j·ρ_ij, over W⁴: the candidate, with what is held in its own underlying, is the first. */
function squared({ losses }: Book, own: bigint, beta: bigint, shift: bigint): bigint {
  const all = [{ signed: own, beta }, ...losses.slice(1)].flatMap((one) =>
    one.beta === null ? [] : [{ signed: one.signed, beta: away(one.beta, shift) }],
  );
  let sum = 0n;
  for (const [i, x] of all.entries()) {
    for (const [j, y] of all.entries()) sum += x.signed * y.signed * (i === j ? W * W : x.beta * y.beta);
  }
  return sum;
}

/** Words: policy, count, 3 moves, 3 each of delta, gamma, vega and theta, 3 betas, before, next, equity, two flags. */
export const assessFactor: Specification = (portfolioPolicy, count, ...words) => {
  const policy = valuesOf(fieldsOf({ feedPolicy: 0n, riskPolicy: 0n, extendedPolicy: 0n, portfolioPolicy, variancePolicy: 0n }));
  const held = heldOf(count, words);
  const betas = words.slice(15, 18).map((beta) => (abs(beta) <= W ? beta : null));
  const [before = 0n, next = 0n, equity = 0n, isReduction = 0n, keepsLoss = 0n] = words.slice(18);
  const move = held[0]?.move ?? 0n;
  const budget = (equity * policy.portfolioBudget) / W;
  const losses = held.map((one, i): Loss => ({ signed: one.delta * one.move, beta: i === 0 ? null : (betas[i] ?? null) }));
  const curved = held.reduce((sum, one) => sum - lowest(apart(policy, { ...one, delta: 0n })), 0n);
  const time = held.reduce((sum, one) => sum + decayed(policy, one.theta), 0n);
  const inFull = losses.slice(1).reduce((sum, { signed, beta }) => sum + (beta === null ? abs(signed) : 0n), 0n);
  const added = curved * W + inFull * UNIT + time * UNIT * W;
  // Each loss, what is added for it, and what gamma and vega lose; the candidate's loss, and the root of three roundings.
  const convex = held.filter(({ gamma, vega }) => gamma !== 0n || vega !== 0n);
  const slack = 2n * BigInt(held.length) + 4n * BigInt(convex.length) + 4n;
  const book: Book = { losses, added, slack };
  const shifts = [0n, policy.betaStress, -policy.betaStress];

  /** Seen from a side, with so large a notional: the squares of the three models, over W⁴. */
  const squares = (side: bigint, notional: bigint): readonly bigint[] => {
    const own = side * (losses[0]?.signed ?? 0n) + smaller(notional * move, MAX_LOSS * W);
    return shifts.map((shift) => squared({ ...book, losses }, own, side * policy.beta, shift));
  };
  const lossAt = (side: bigint, notional: bigint): readonly [least: bigint, most: bigint] => {
    const worst = squares(side, notional).reduce(larger);
    const least = floorRoot(worst) / (W * W) + added / (UNIT * W);
    return [least, least + 2n + book.slack];
  };
  const earlier = lossAt(sideOf(before), abs(before));
  const gross = losses.reduce((sum, { signed }) => sum + abs(signed), 0n) * UNIT + (curved + time * UNIT) * W + abs(before) * move * UNIT;
  const wayOut = wayOutOf(gross);
  const allowed = (index: 0 | 1, slack: bigint): bigint => {
    if (keepsLoss === 0n) return budget;
    const kept = earlier[index];
    return larger(budget, isReduction === 0n ? kept : larger(kept + larger(kept / 64n, 10n ** 12n), wayOut + slack));
  };
  const unit: Held = { move, delta: W, gamma: 0n, vega: 0n, theta: 0n };
  const caps = netLimits(policy, held[0] ?? unit, sized(unit, sideOf(next)), budget, move * UNIT);
  return [
    { text: "the largest notional whose loss is allowed, within its caps", accepts: (limit, [, , most = 0n]) => isLimit(limit, most) },
    exactly(squares(sideOf(next), abs(next)).reduce(larger), book),
    between(allowed(0, 0n), allowed(1, book.slack)),
  ];

  function isLimit(limit: bigint, most: bigint): boolean {
    if (limit > caps[1]) return false;
    const side = sideOf(next);
    const worst = (notional: bigint): bigint => squares(side, notional).reduce(larger);
    const step = (2n * W) / larger(move, 1n) + 2n;
    // A loss that is too much may only be one that more of the candidate makes smaller: a hedge.
    const isAllowed = isWithin(worst(limit), book, most) || worst(limit + step) < worst(limit);
    if (limit > 0n && limit < UNCAPPED && !isAllowed) return false;
    if (limit >= caps[0] || limit === UNCAPPED) return true;
    // More than so much is not told from more; and where no notional is allowed the limit is 0.
    const budgeted = smaller(most - added / (UNIT * W), MAX_BUDGET);
    if (budgeted <= book.slack + 2n) return true;
    const beyond = limit + step;
    return isBeyond(squares(side, beyond), budgeted, abs(side * (losses[0]?.signed ?? 0n) + beyond * move) / W);
  }

  /** Whether some model no longer fits the budget, roundings taken off: of the squares, each loss, and b where it is doubled. */
  function isBeyond(three: readonly bigint[], most: bigint, size: bigint): boolean {
    const inner = most - book.slack - 2n;
    return three.some((square) => square + (2n * size + 4n) * W ** 4n * 2n > inner * inner * W ** 4n);
  }
};

/** Whether the root of the square and what adds to it are within a budget. */
function isWithin(square: bigint, { added }: Book, budget: bigint): boolean {
  const left = budget * UNIT * W - added;
  return left >= 0n && left * left * W ** 4n >= square * (UNIT * W) ** 2n;
}

/** The loss, rounded up by no more than its slack. */
function exactly(square: bigint, book: Book): Bound {
  return {
    text: `√${square} / W² and ${book.added} / (UNIT·W), rounded up by at most ${book.slack}`,
    accepts: (loss) => isWithin(square, book, loss) && !isWithin(square, book, loss - book.slack - 1n),
  };
}

/** ⌊√x⌋ by Newton's method from above. */
function floorRoot(x: bigint): bigint {
  if (x < 2n) return x;
  let root = 1n << BigInt(((x.toString(2).length + 1) / 2 + 1) | 0);
  for (;;) {
    const next = (root + x / root) / 2n;
    if (next >= root) return root;
    root = next;
  }
}
