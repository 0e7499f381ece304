import { LengthMismatchError, MathOverflowError } from "../errors/math.ts";
import { fit, min, requireInt, requireUint256 } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDown, sqrtDown } from "../math/fixedPoint.ts";
import { abs, divCeil, fitInt } from "../math/signed.ts";

// Twin: contracts/libraries/PortfolioMath.sol.

export const WAD_SQUARED: bigint = WAD * WAD;

/**
 * The largest candidate position that keeps the root of the variance of the portfolio's loss within the budget:
 * y = ⌊√(b² + budget² - C)⌋ - b with b = ⌈Σρ_i·s_i / WAD⌉ and C = max(0, ⌈ΣΣρ_ij·s_i·s_j / WAD⌉), then ⌊max(0, y)·WAD / candidateMove⌋.
 *
 * Units: quote WAD. Rounded down. Formula: Markowitz, Portfolio Selection (1952), solved for one weight.
 *
 * @param losses - s_i of the other positions under their own moves, quote WAD, int256; negative for the opposite direction.
 * @param correlationWithCandidate - ρ_i, WAD in [-1, 1], int256.
 * @param correlation - ρ_ij, WAD in [-1, 1], int256, row by row.
 * @param candidateMove - Loss of one unit of the candidate's notional, WAD, uint256; none, no cap.
 * @param budget - Quote WAD, uint256.
 * @returns The notional in quote WAD; 0 when the budget is spent already.
 * @throws {LengthMismatchError} When a list has not the length the losses ask for.
 * @throws {MathOverflowError} When a sum, a square or the quotient does not fit its type.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its type.
 *
 * @example
 * ```ts
 * correlationLimit([30n * WAD], [0n], [WAD], WAD / 10n, 50n * WAD); // 400000000000000000000n
 * ```
 */
export function correlationLimit(
  losses: readonly bigint[],
  correlationWithCandidate: readonly bigint[],
  correlation: readonly bigint[],
  candidateMove: bigint,
  budget: bigint,
): bigint {
  requireInts("losses", losses);
  requireInts("correlationWithCandidate", correlationWithCandidate);
  requireInts("correlation", correlation);
  requireUint256("candidateMove", candidateMove);
  requireUint256("budget", budget);
  const count = losses.length;
  requireLength(correlationWithCandidate, count);
  requireLength(correlation, count * count);
  let shared = 0n;
  let covariance = 0n;
  for (const [i, loss] of losses.entries()) {
    shared = fitInt(shared + fitInt((correlationWithCandidate[i] ?? 0n) * loss));
    for (const [j, other] of losses.entries()) {
      covariance = fitInt(covariance + fitInt(fitInt((correlation[i * count + j] ?? 0n) * loss) * other));
    }
  }
  const spent = covariance <= 0n ? 0n : (covariance + WAD - 1n) / WAD;
  return candidateLimit(divCeil(shared, WAD), spent, candidateMove, budget);
}

/**
 * {@link correlationLimit} for markets that move together only through one common factor, ρ_ij = β_i·β_j:
 * b = ⌈β_n·Σβ_i·s_i / WAD²⌉ and C = ⌈((Σβ_i·s_i)² + Σ(WAD² - β_i²)·s_i²) / WAD²⌉.
 *
 * Units: quote WAD. Rounded down. Positive semidefinite whatever the betas. Formula: Sharpe, A Simplified Model for Portfolio
 * Analysis (1963).
 *
 * @param losses - s_i of the other positions under their own moves, quote WAD, int256; negative for the opposite direction.
 * @param betas - β_i, WAD in [-1, 1], int256.
 * @param candidateBeta - β_n, WAD in [-1, 1], int256; negated when the candidate is on the other side.
 * @param stress - How far betas may be off, WAD, uint256: the worst counts of β, β moved towards ±1 and β moved towards 0.
 * @param candidateMove - Loss of one unit of the candidate's notional, WAD, uint256; none, no cap.
 * @param budget - Quote WAD, uint256.
 * @returns The notional in quote WAD; 0 when the budget is spent already.
 * @throws {LengthMismatchError} When the lists have different lengths.
 * @throws {MathOverflowError} When a beta is beyond ±1, or a sum, a square or the quotient does not fit its type.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its type.
 *
 * @example
 * ```ts
 * factorLimit([30n * WAD], [WAD], WAD, 0n, WAD / 10n, 50n * WAD); // 200000000000000000000n: they move as one
 * ```
 */
export function factorLimit(
  losses: readonly bigint[],
  betas: readonly bigint[],
  candidateBeta: bigint,
  stress: bigint,
  candidateMove: bigint,
  budget: bigint,
): bigint {
  requireInts("losses", losses);
  requireInts("betas", betas);
  requireInt("candidateBeta", candidateBeta, 256);
  requireUint256("stress", stress);
  requireUint256("candidateMove", candidateMove);
  requireUint256("budget", budget);
  requireLength(betas, losses.length);
  const shift = min(stress, WAD);
  const shifts = stress === 0n ? [0n] : [0n, shift, -shift];
  return shifts
    .map((by) => movedFactorLimit(losses, betas, candidateBeta, by, candidateMove, budget))
    .reduce((least, limit) => min(least, limit));
}

/**
 * A beta that may be off: β + ⌊shift·(WAD - |β|) / WAD⌋ away from 0 for a shift from 0 up (a beta of 0 goes up), and |β| less
 * ⌊|shift|·|β| / WAD⌋ for one below.
 *
 * Units: WAD.
 *
 * @param beta - β, WAD in [-1, 1], int256.
 * @param shift - WAD in [-1, 1], int256.
 * @returns The moved β in WAD.
 * @throws {MathOverflowError} When the beta is beyond ±1, or a product does not fit.
 * @throws {ArgumentOutOfRangeError} When an argument is not an int256.
 *
 * @example
 * ```ts
 * movedBeta(WAD / 2n, WAD / 2n); // 750000000000000000n
 * ```
 */
export function movedBeta(beta: bigint, shift: bigint): bigint {
  requireInt("beta", beta, 256);
  requireInt("shift", shift, 256);
  const size = abs(beta);
  const by = abs(shift);
  const moved = shift >= 0n ? fit(size + fit(by * unsigned(WAD - size)) / WAD) : unsigned(size - fit(by * size) / WAD);
  return beta < 0n ? fitInt(-BigInt.asIntN(256, moved)) : BigInt.asIntN(256, moved);
}

function movedFactorLimit(
  losses: readonly bigint[],
  betas: readonly bigint[],
  candidateBeta: bigint,
  shift: bigint,
  candidateMove: bigint,
  budget: bigint,
): bigint {
  const { shared, spent } = factorSums(losses, betas, candidateBeta, shift);
  return candidateLimit(divCeil(shared, WAD_SQUARED), spent, candidateMove, budget);
}

/** What a portfolio is made of where one factor moves all markets. */
export interface FactorSums {
  /** β_n·Σβ_i·s_i, quote WAD times WAD². */
  readonly shared: bigint;
  /** C = ⌈((Σβ_i·s_i)² + Σ(WAD² - β_i²)·s_i²) / WAD²⌉, quote WAD squared. */
  readonly spent: bigint;
}

/** What {@link factorLimit} is made of, with betas moved by `shift` ({@link movedBeta}). */
export function factorSums(losses: readonly bigint[], betas: readonly bigint[], candidateBeta: bigint, shift: bigint): FactorSums {
  let common = 0n;
  let own = 0n;
  for (const [index, loss] of losses.entries()) {
    const beta = movedBeta(betas[index] ?? 0n, shift);
    common = fitInt(common + fitInt(beta * loss));
    own += unsigned(WAD_SQUARED - fit(beta * beta)) * fit(loss * loss);
  }
  const shared = fitInt(movedBeta(candidateBeta, shift) * common);
  const spent = (common * common + own + WAD_SQUARED - 1n) / WAD_SQUARED;
  return { shared, spent: fit(spent) };
}

/** The candidate's y solves (y + b)² = b² + budget² - C. */
function candidateLimit(b: bigint, spent: bigint, candidateMove: bigint, budget: bigint): bigint {
  const squared = fit(budget * budget);
  if (squared < spent) return 0n;
  const root = sqrtDown(fit(fit(b * b) + squared) - spent);
  return candidateMove === 0n ? UNCAPPED : mulDivDown(root - b, WAD, candidateMove);
}

/** A difference of unsigned numbers, which the contracts refuse below 0. */
function unsigned(value: bigint): bigint {
  if (value < 0n) throw new MathOverflowError();
  return value;
}

function requireInts(name: string, values: readonly bigint[]): void {
  for (const [index, value] of values.entries()) requireInt(`${name}[${index}]`, value, 256);
}

function requireLength(values: readonly bigint[], expected: number): void {
  if (values.length !== expected) throw new LengthMismatchError(values.length, expected);
}
