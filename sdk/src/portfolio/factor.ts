import { max, min } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDown, mulDivUp, mulDivUpSaturating, sqrtDown, sqrtUp } from "../math/fixedPoint.ts";
import { abs, divCeil, divFloor } from "../math/signed.ts";
import { type FactorSums, factorSums, WAD_SQUARED } from "./correlation.ts";
import {
  type Assessment,
  type Candidate,
  type Holdings,
  lossOf as lossOfScenarios,
  netLimit,
  type PortfolioTerms,
  separatePnls,
  type Underlying,
  wayOut,
} from "./risk.ts";

// Twin: contracts/libraries/FactorRisk.sol, function for function. Nothing here overflows: losses stay below 2^114 each, and what
// is squared below 2^122.

/** No budget counts beyond this, so that its square fits a word of the chain. */
const MAX_BUDGET = 1n << 120n;
/** No loss of the candidate is told from a larger one. */
const MAX_LOSS = 1n << 121n;

/**
 * What one action may do where markets move together through one common factor, and apart by what is their own: the loss is
 * √((Σβ_i·s_i)² + Σ(1 - β_i²)·s_i²) at the worst of three sets of betas (as they are, moved towards ±1, towards 0), plus what no
 * factor moves. Formula: Sharpe, A Simplified Model for Portfolio Analysis (1963).
 *
 * @param policy - Of the candidate's market.
 * @param holdings - What the account holds besides the candidate.
 * @param candidate - The position in question, before and after; linear, as a perpetual is.
 * @param equity - That counts, quote WAD.
 * @param isReduction - The candidate shrinks on its side; it counts only where no collateral leaves.
 * @param keepsLoss - No collateral leaves, so that the loss there was may stay.
 * @returns Limit, loss and allowed loss in quote WAD.
 */
export function assessFactor(
  policy: PortfolioTerms,
  holdings: Holdings,
  candidate: Candidate,
  equity: bigint,
  isReduction: boolean,
  keepsLoss: boolean,
): Assessment {
  const budget = mulDivDown(equity, policy.portfolioBudget, WAD);
  const [own] = holdings.underlyings;
  if (own === undefined) throw new RangeError("holdings begin with the underlying of the position itself");
  const book = bookOf(policy, holdings, candidate.next >= 0n);
  let allowedLoss = budget;
  if (keepsLoss) {
    const isSameSide = candidate.before >= 0n === candidate.next >= 0n;
    const before = isSameSide ? book : bookOf(policy, holdings, candidate.before >= 0n);
    allowedLoss = max(budget, keptLoss(before, own.move, abs(candidate.before), isReduction));
  }
  return {
    limit: min(limitOf(book, own.move, allowedLoss), netLimit(policy, own, candidate, budget, own.move)),
    loss: lossOf(book, own.move, abs(candidate.next)),
    allowedLoss,
  };
}

/** What an account holds beside the candidate, seen from one side of it, quote WAD. */
interface FactorBook {
  /** Loss of what is held in the candidate's own underlying under its move; negative where it is on the other side. */
  readonly held: bigint;
  /** What counts in full beside the factor: gamma, vega, time, and losses of underlyings without a beta. */
  readonly added: bigint;
  /** What everything loses by itself. */
  readonly apart: bigint;
  /** With betas as they are, moved towards ±1 and towards 0. */
  readonly models: readonly FactorSums[];
}

/** Everything but the candidate, seen from its side. */
function bookOf(policy: PortfolioTerms, { underlyings, decay }: Holdings, isLong: boolean): FactorBook {
  const side = isLong ? 1n : -1n;
  const losses = underlyings.map(({ delta, move }) => (delta < 0n ? -1n : 1n) * mulDivUp(abs(delta), move, WAD));
  const curved = underlyings.reduce((sum, held) => sum + curvedLoss(held), decay);
  const known = underlyings.map(({ beta }, i) => i > 0 && beta !== null);
  // What has no beta adds in full, and so does the candidate's own underlying, with the candidate.
  const unknown = losses.reduce((sum, loss, i) => (i === 0 || known[i] ? sum : sum + abs(loss)), 0n);
  const moved = losses.map((loss, i) => (known[i] ? loss : 0n));
  const betas = underlyings.map(({ beta }, i) => (known[i] ? (beta ?? 0n) : 0n));
  const stress = policy.betaStress;
  return {
    held: side * (losses[0] ?? 0n),
    // Each loss is rounded by less than one, and moves the root by no more than that.
    added: unknown + curved + BigInt(underlyings.length),
    apart: losses.reduce((sum, loss) => sum + abs(loss), curved),
    models: [0n, stress, -stress].map((shift) => factorSums(moved, betas, side * policy.beta, shift)),
  };
}

/** What the portfolio loses with so much of the candidate, quote WAD, rounded up. */
function lossOf({ held, added, models }: FactorBook, move: bigint, notional: bigint): bigint {
  const y = min(mulDivUpSaturating(notional, move, WAD), MAX_LOSS) + held;
  const squares = models.map(({ shared, spent }) => spent + 2n * crossUp(shared, y) + y * y);
  return sqrtUp(squares.reduce(max)) + added;
}

/**
 * The largest notional of the candidate whose loss is allowed, quote WAD, rounded down: no notional up to it is refused for what
 * it adds, though one may be for a hedge it gives up. 0 where none is.
 */
function limitOf({ held, added, models }: FactorBook, move: bigint, allowedLoss: bigint): bigint {
  if (allowedLoss < added) return 0n;
  const budget = min(allowedLoss - added, MAX_BUDGET);
  const rooms: bigint[] = [];
  for (const { shared, spent } of models) {
    // y solves spent + 2·b·y + y² = budget², and the larger of two solutions is the limit.
    const left = budget * budget - spent;
    const b = perCandidate(shared, left >= 0n || shared < 0n);
    const square = b * b + left;
    if (square < 0n) return 0n;
    rooms.push(sqrtDown(square) - b);
  }
  const room = rooms.reduce(min);
  if (room <= held) return 0n;
  return move === 0n ? UNCAPPED : mulDivDown(room - held, WAD, move);
}

/** The loss that may stay where no collateral leaves, quote WAD: what there was before, and for a reduction its way out. */
function keptLoss(book: FactorBook, move: bigint, before: bigint, isReduction: boolean): bigint {
  const lossBefore = lossOf(book, move, before);
  return isReduction ? wayOut(book.apart + mulDivUp(before, move, WAD), lossBefore) : lossBefore;
}

/** What gamma and vega lose by themselves at their worst: no factor takes it away. */
function curvedLoss(held: Underlying): bigint {
  return lossOfScenarios(separatePnls({ ...held, delta: 0n }));
}

/** ⌈shared·y / WAD²⌉; the product is wider than a word. */
function crossUp(shared: bigint, y: bigint): bigint {
  return -divFloor(-shared * y, WAD_SQUARED);
}

/** b = shared / WAD², rounded up or down. */
function perCandidate(shared: bigint, roundsUp: boolean): bigint {
  return roundsUp ? divCeil(shared, WAD_SQUARED) : divFloor(shared, WAD_SQUARED);
}
