/** Specification of what positions lose together: see docs/math.md. Lists come as their length and three elements (nine). */
import { away } from "./beta.ts";
import { type Bound, divisor, down, equal, fits, fitsSigned, larger, Refusal, type Specification, smaller, UNCAPPED, W } from "./bound.ts";
import { add, compare, divide, type Exact, ends, fraction, greatest, least, multiply, type Real, subtract } from "./rational.ts";
import { sqrt } from "./real.ts";

/** The profit in money: first order, second order and volatility. */
export const greeksPnl: Specification = (delta, gamma, vega, move, volMove) => {
  const products = [
    [2n * delta, 2n * delta * move, 2n * delta * move * W],
    [gamma * move, gamma * move * move],
    [2n * vega, 2n * vega * volMove, 2n * vega * volMove * W],
  ];
  const sum = products.map((steps) => steps.map(fitsSigned).at(-1) ?? 0n).reduce((total, term) => fitsSigned(total + term));
  return [floorOf(fraction(sum, 2n * W * W))];
};

/** The largest N with budget + pnl + N·unitPnl ≥ 0 in every scenario in which it loses. */
export const gridLimit: Specification = (budget, pnls, p0, p1, p2, units, u0, u1, u2) => {
  const [pnl, unit] = [[p0, p1, p2].slice(0, Number(pnls)), [u0, u1, u2].slice(0, Number(units))] as bigint[][];
  sameLength(unit, pnl?.length ?? 0);
  const limits = (unit ?? []).flatMap((one, index) => {
    if (one >= 0n) return [];
    const limit = fraction(fits(larger(0n, budget + (pnl?.[index] ?? 0n))) * W, -one);
    down(limit);
    return [limit];
  });
  return [limits.length === 0 ? equal(UNCAPPED) : down(least(...limits))];
};

/** The largest loss of budget zero and everything that adds to it, at least none. */
export const gridLoss: Specification = (pnls, p0, p1, p2, units, u0, u1, u2, notional) => {
  const [pnl, unit] = [[p0, p1, p2].slice(0, Number(pnls)), [u0, u1, u2].slice(0, Number(units))] as [bigint[], bigint[]];
  sameLength(unit, pnl.length);
  const totals = unit.map((one, index) => {
    // Towards −∞, which is what the position costs in money.
    const own = fitsSigned(-ceiling(-notional * one, W));
    return fitsSigned((pnl[index] ?? 0n) + own);
  });
  return [equal(totals.reduce((loss, total) => larger(loss, -total), 0n))];
};

/** The largest N that keeps held + N·unit / W from passing the cap on the side it grows to. */
export const netCapLimit: Specification = (cap, held, unit) => {
  if (unit === 0n) return [equal(UNCAPPED)];
  return [down(fraction(fits(larger(0n, unit > 0n ? cap - held : cap + held)) * W, unit > 0n ? unit : -unit))];
};

/** The largest N·move = y with y² + 2·y·b + C ≤ budget², b and C in money as they were rounded. */
export const correlationLimit: Specification = (...words) => {
  const [losses, afterLosses] = take(words, 3);
  const [withCandidate, afterCandidate] = take(afterLosses, 3);
  const [matrix, [move = 0n, budget = 0n]] = take(afterCandidate, 9);
  const count = losses.length;
  sameLength(withCandidate, count);
  sameLength(matrix, count * count);
  const shared = losses.reduce((sum, s, i) => fitsSigned(sum + fitsSigned((withCandidate[i] ?? 0n) * s)), 0n);
  let covariance = 0n;
  for (const [i, s] of losses.entries()) {
    for (const [j, other] of losses.entries()) {
      covariance = fitsSigned(covariance + fitsSigned(fitsSigned((matrix[i * count + j] ?? 0n) * s) * other));
    }
  }
  return [candidate(ceiling(shared, W), larger(0n, ceiling(covariance, W)), move, budget)];
};

/** The same with ρ_ij = β_i·β_j off the diagonal, at the worst of three sets of betas. */
export const factorLimit: Specification = (...words) => {
  const [losses, afterLosses] = take(words, 3);
  const [betas, [candidateBeta = 0n, stress = 0n, move = 0n, budget = 0n]] = take(afterLosses, 3);
  sameLength(betas, losses.length);
  const shift = smaller(stress, W);
  const limits = (stress === 0n ? [0n] : [0n, shift, -shift]).map((by) => {
    const moved = betas.map((beta) => away(beta, by));
    const common = losses.reduce((sum, s, i) => fitsSigned(sum + fitsSigned((moved[i] ?? 0n) * s)), 0n);
    for (const s of losses) fits(s * s);
    // ΣΣρ_ij·s_i·s_j, term for term.
    let covariance = 0n;
    for (const [i, s] of losses.entries()) {
      for (const [j, other] of losses.entries()) {
        covariance += (i === j ? W * W : (moved[i] ?? 0n) * (moved[j] ?? 0n)) * s * other;
      }
    }
    const b = ceiling(fitsSigned(away(candidateBeta, by) * common), W * W);
    return candidateValue(b, fits(ceiling(covariance, W * W)), move, budget);
  });
  return [down(least(...limits))];
};

export const movedBeta: Specification = (beta, shift) => [equal(away(beta, shift))];

/** The mean of the n largest, rounded up. */
export const expectedShortfall: Specification = (...words) => {
  const [losses, [n = 0n]] = take(words, 3);
  if (n > BigInt(losses.length)) throw new Refusal("MathOverflow");
  divisor(n);
  const worst = losses.sort((x, y) => (x < y ? 1 : x > y ? -1 : 0)).slice(0, Number(n));
  const sum = worst.reduce((total, loss) => fitsSigned(total + loss), 0n);
  fitsSigned(-sum);
  return [ceilOf(fraction(sum, n))];
};

function candidate(b: bigint, spent: bigint, move: bigint, budget: bigint): Bound {
  return down(candidateValue(b, spent, move, budget));
}

/** Before the last rounding. y is a whole number of units of money. */
function candidateValue(b: bigint, spent: bigint, move: bigint, budget: bigint): Real {
  const squared = fits(budget * budget);
  if (squared < spent) return 0n;
  const root = ends(sqrt(fits(fits(b * b) + squared) - spent)).low;
  if (move === 0n) return UNCAPPED;
  const y = subtract(root.n / root.d, b);
  const limit = divide(multiply(greatest(y, 0n), W), move);
  down(limit);
  return limit;
}

function take(words: readonly bigint[], most: number): readonly [list: bigint[], rest: readonly bigint[]] {
  const [count = 0n, ...values] = words;
  return [values.slice(0, Number(count)), values.slice(most)];
}

function sameLength(list: readonly bigint[] | undefined, expected: number): void {
  const length = list?.length ?? 0;
  if (length !== expected) throw new Refusal("LengthMismatch", [BigInt(length), BigInt(expected)]);
}

/** ⌈x / d⌉, where the negative of x has to fit as well. */
function ceiling(x: bigint, d: bigint): bigint {
  const quotient = x / d;
  return x > 0n && x % d !== 0n ? quotient + 1n : quotient;
}

/** The result is ⌊x⌋, of either sign. */
function floorOf(x: Exact): Bound {
  return {
    accepts: (result) => compare(result, x) <= 0n && compare(x, add(result, 1n).low) < 0n,
    text: "rounded towards minus infinity",
  };
}

/** The result is ⌈x⌉, of either sign. */
function ceilOf(x: Exact): Bound {
  return {
    accepts: (result) => compare(result, x) >= 0n && compare(x, subtract(result, 1n).low) > 0n,
    text: "rounded towards plus infinity",
  };
}
