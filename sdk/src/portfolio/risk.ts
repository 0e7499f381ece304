import { max, min } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDown, mulDivUp } from "../math/fixedPoint.ts";
import { abs, divFloor } from "../math/signed.ts";
import { gridLimitSaturating, gridLoss, netCapLimit } from "./grid.ts";

// Twin: contracts/libraries/PortfolioRisk.sol, function for function. Nothing here overflows: Greeks stay below MAX_GREEK, and
// moves below 2^69.

/** Sensitivities in quote WAD: of a holding, or of one unit of notional. */
export interface Greeks {
  /** ∂V/∂S·S. */
  readonly delta: bigint;
  /** ∂²V/∂S²·S². */
  readonly gamma: bigint;
  /** Per 1.00 of volatility. */
  readonly vega: bigint;
  /** Per day; only a loss counts. */
  readonly theta: bigint;
}

/** What a market's policy says of portfolios; part of `Policy`. */
export interface PortfolioTerms {
  /** Whether positions of this market have Greeks of their own; those of a perpetual are its delta. */
  readonly hasGreeks: boolean;
  /** Whether `maxRiskShare` counts. */
  readonly capsRiskShare: boolean;
  /** Whether `deltaCap` counts. */
  readonly capsDelta: boolean;
  /** Whether `gammaCap` counts. */
  readonly capsGamma: boolean;
  /** Whether `vegaCap` counts. */
  readonly capsVega: boolean;
  /** Whether actions in this market are judged by one common factor (`assessFactor`), not by scenarios. */
  readonly usesFactor: boolean;
  /** Whether `beta` is known. A market without one counts in full, as if it moved with every other. */
  readonly hasBeta: boolean;
  /** Share of equity that a portfolio's worst scenario may cost, WAD, in steps of 1e14. */
  readonly portfolioBudget: bigint;
  /** Expected-shortfall multiplier of the scenarios, WAD, in steps of 1e14. */
  readonly portfolioTail: bigint;
  /** Seconds needed to close a portfolio. */
  readonly portfolioHorizon: bigint;
  /** How far markets may stand for one another, WAD: 0, each at its own worst; 1, all move together. In steps of 1e14. */
  readonly netting: bigint;
  /** How far implied volatility may fall in the scenarios, WAD per year, in steps of 1e14. */
  readonly volDown: bigint;
  /** How far implied volatility may rise in the scenarios, WAD per year, in steps of 1e14. */
  readonly volUp: bigint;
  /** Largest share of the risk budget that one position may use, WAD, in steps of 1e14. */
  readonly maxRiskShare: bigint;
  /** Largest net delta of one underlying, quote WAD: 24 significant bits times a power of ten. */
  readonly deltaCap: bigint;
  /** Largest net gamma of one underlying, quote WAD: 24 significant bits times a power of ten. */
  readonly gammaCap: bigint;
  /** Largest net vega of one underlying, quote WAD per 1.00 of volatility: 24 significant bits times a power of ten. */
  readonly vegaCap: bigint;
  /** How much of the market's volatility is the common factor's: its correlation with it, WAD in [-1, 1], in steps of 1e14. */
  readonly beta: bigint;
  /** How far betas may be off when it counts, WAD in [0, 1], in steps of 1e16. */
  readonly betaStress: bigint;
}

/** What an account holds in one underlying, and how far that may move. */
export interface Underlying {
  /** Adverse move of the price, WAD. */
  move: bigint;
  delta: bigint;
  gamma: bigint;
  /** The gamma of those exposures that are short of it, not above 0. */
  shortGamma: bigint;
  vega: bigint;
  /** Profit where volatility rises, quote WAD. */
  volUp: bigint;
  /** Profit where volatility falls, quote WAD. */
  volDown: bigint;
  /** What a rise costs what is short of volatility, quote WAD, not above 0. */
  volExtreme: bigint;
  /** Of the first of its markets that states one. */
  beta: bigint | null;
}

/** What an account holds besides the position in question. */
export interface Holdings {
  /** The position's own underlying first, even where nothing else is held in it. */
  readonly underlyings: readonly Underlying[];
  /** What the passing of time may cost, quote WAD. */
  readonly decay: bigint;
}

/** The position in question. */
export interface Candidate {
  /** Greeks of one unit of its notional if it is long. */
  readonly unit: Greeks;
  /** Signed notional before the action, quote WAD. */
  readonly before: bigint;
  /** Signed notional after it. */
  readonly next: bigint;
}

/** What the portfolio says of an action, quote WAD. */
export interface Assessment {
  /** Largest notional of the candidate, rounded down. */
  readonly limit: bigint;
  /** Of the portfolio in its worst scenario after the action, rounded up. */
  readonly loss: bigint;
  readonly allowedLoss: bigint;
}

/** Greeks of 2·10^13 quote units and more are nobody's holding, and are refused. */
export const MAX_GREEK: bigint = 1n << 104n;
export const MAX_EXPOSURES = 16;

/** Where the extreme moves begin among the scenarios. */
const FIRST_EXTREME = 5;
/** Weight of the extreme moves, in per cent. */
const EXTREME_WEIGHT = 35n;
/** One part in so many of all separate losses may be risked by a reduction, whatever the budget. */
const PARTS = 16n;
/** And one part in so many of the loss more than there was. */
const STEPS = 64n;
/** Or so much, a millionth of a quote unit, so that one unit of size can always go. */
const DUST = 10n ** 12n;
const DAY = 86_400n;
const TWICE_WAD_SQUARED = 2n * WAD * WAD;

/** An underlying in which nothing is held. */
export function emptyUnderlying(move: bigint): Underlying {
  return { move, delta: 0n, gamma: 0n, shortGamma: 0n, vega: 0n, volUp: 0n, volDown: 0n, volExtreme: 0n, beta: null };
}

/**
 * Adds an exposure to what is held in its underlying; the volatility shocks of the exposure's own market count, and its beta
 * where none is known yet.
 */
export function add(held: Underlying, terms: PortfolioTerms, { delta, gamma, vega }: Greeks): void {
  const { volUp, volDown } = terms;
  if (held.beta === null && terms.hasBeta) held.beta = terms.beta;
  held.delta += delta;
  held.gamma += gamma;
  held.shortGamma += min(gamma, 0n);
  held.vega += vega;
  held.volUp += divFloor(vega * volUp, WAD);
  held.volDown += divFloor(-vega * volDown, WAD);
  held.volExtreme += divFloor(min(vega, 0n) * volUp, WAD);
}

/** What the passing of the policy's horizon may cost, quote WAD, rounded up; a gain counts nothing. */
export function decay({ portfolioHorizon }: PortfolioTerms, theta: bigint): bigint {
  return theta >= 0n ? 0n : -divFloor(theta * portfolioHorizon, DAY);
}

/**
 * What one action may do.
 *
 * @param policy - Of the candidate's market.
 * @param holdings - What the account holds besides the candidate.
 * @param candidate - The position in question, before and after.
 * @param equity - That counts, quote WAD.
 * @param isReduction - The candidate shrinks on its side; it counts only where no collateral leaves.
 * @param keepsLoss - No collateral leaves, so that the loss there was may stay.
 * @returns Limit, loss and allowed loss in quote WAD.
 */
export function assess(
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
  const rest = scenes(holdings);
  const side = sideGrid(policy, own.move, rest, candidate.unit, candidate.next >= 0n);
  let allowedLoss = budget;
  if (keepsLoss) {
    const isSameSide = candidate.before >= 0n === candidate.next >= 0n;
    const before = isSameSide ? side : sideGrid(policy, own.move, rest, candidate.unit, candidate.before >= 0n);
    allowedLoss = max(budget, keptLoss(rest, before, abs(candidate.before), isReduction));
  }
  return {
    limit: min(gridLimitSaturating(allowedLoss, side.pnl, side.unitPnl), netLimit(policy, own, candidate, budget, side.unitLoss)),
    loss: gridLoss(side.pnl, side.unitPnl, abs(candidate.next)),
    allowedLoss,
  };
}

/** The loss that may stay where no collateral leaves, quote WAD: what there was before, and for a reduction its way out. */
function keptLoss(rest: Scenes, side: Grid, before: bigint, isReduction: boolean): bigint {
  const lossBefore = gridLoss(side.pnl, side.unitPnl, before);
  if (!isReduction) return lossBefore;
  const apart = lossOf(rest.apart) + rest.others + rest.decay + mulDivUp(before, side.unitLoss, WAD);
  return wayOut(apart, lossBefore);
}

/**
 * The loss a reduction may leave whatever the budget, quote WAD: the loss there was and a little more, or a sixteenth of what
 * everything loses at its own worst. Without it accounts could be locked: closing either leg of a hedge alone uncovers the other.
 * Uncovering one whose loss counts takes many steps: at least 45 actions to double it.
 */
export function wayOut(apart: bigint, lossBefore: bigint): bigint {
  return max(lossBefore + max(lossBefore / STEPS, DUST), (apart + PARTS - 1n) / PARTS);
}

/** The largest notional that keeps to its share of the risk budget and to the net caps of its underlying, quote WAD. */
export function netLimit(policy: PortfolioTerms, held: Underlying, { unit, next }: Candidate, budget: bigint, unitLoss: bigint): bigint {
  const side = next >= 0n ? 1n : -1n;
  const limits = [UNCAPPED];
  if (policy.capsRiskShare) limits.push(netCapLimit(mulDivDown(budget, policy.maxRiskShare, WAD), 0n, unitLoss));
  if (policy.capsDelta) limits.push(netCapLimit(policy.deltaCap, held.delta, side * unit.delta));
  if (policy.capsGamma) limits.push(netCapLimit(policy.gammaCap, held.gamma, side * unit.gamma));
  if (policy.capsVega) limits.push(netCapLimit(policy.vegaCap, held.vega, side * unit.vega));
  return limits.reduce(min);
}

/** Profits by scenario: the price moved by -1, -½, 0, ½ and 1 times the move, and by twice the move down and up. */
type Pnls = readonly bigint[];

/** Everything but the candidate, in every scenario, quote WAD. */
interface Scenes {
  /** Where all underlyings move together. */
  readonly joint: Pnls;
  /** Of the candidate's own underlying by itself. */
  readonly apart: Pnls;
  /** What each other underlying loses at its own worst, together. */
  readonly others: bigint;
  /** What the passing of time may cost. */
  readonly decay: bigint;
  /** Whether anything is held in the candidate's own underlying. */
  readonly isAccompanied: boolean;
}

function scenes({ underlyings, decay }: Holdings): Scenes {
  const sum = (name: "volUp" | "volDown" | "volExtreme"): bigint => underlyings.reduce((total, held) => total + held[name], 0n);
  const spots = underlyings.map(spotPnls);
  const joint = spots.reduce((total, pnls) => total.map((pnl, j) => pnl + (pnls[j] ?? 0n)));
  const separate = underlyings.map(separatePnls);
  return {
    joint: withVolatility(joint, sum("volUp"), sum("volDown"), sum("volExtreme")),
    apart: separate[0] ?? [],
    others: separate.slice(1).reduce((total, pnls) => total + lossOf(pnls), 0n),
    decay,
    isAccompanied: underlyings.slice(0, 1).some(isHeld),
  };
}

/** Profits and losses over the scenarios: of the rest, quote WAD, and of one unit of the candidate's notional, WAD. */
interface Grid {
  readonly pnl: Pnls;
  readonly unitPnl: Pnls;
  /** What one unit loses at its worst by itself, WAD. */
  readonly unitLoss: bigint;
}

/** {@link grid} for a candidate on one side. */
function sideGrid(policy: PortfolioTerms, move: bigint, rest: Scenes, unit: Greeks, isLong: boolean): Grid {
  return grid(policy.netting, rest, unitPnls(policy, move, unit, isLong));
}

/**
 * Profits and losses in every scenario. Joint moves J and separate ones, netting n between them: n·J + (WAD - n)·(own worst +
 * worst of each other). What the candidate's own underlying does separately is a scenario of its own, since the candidate takes
 * part in it.
 */
function grid(netting: bigint, rest: Scenes, units: Pnls): Grid {
  const pnl: bigint[] = [];
  const unitPnl: bigint[] = [];
  const apart = WAD - netting;
  // Where nothing else is held in it, the candidate's worst is the worst of its underlying.
  const isSingle = netting === WAD || !rest.isAccompanied;
  for (const [j, unitApart] of units.entries()) {
    if (isSingle && j !== worst(units)) continue;
    for (const [i, unit] of units.entries()) {
      const total = netting * (rest.joint[i] ?? 0n) + apart * ((rest.apart[j] ?? 0n) - rest.others);
      pnl.push(divFloor(total, WAD) - rest.decay);
      unitPnl.push(divFloor(netting * unit + apart * unitApart, WAD));
    }
  }
  return { pnl, unitPnl, unitLoss: lossOf(units) };
}

/** Whether anything is held in an underlying that some scenario could tell from nothing. */
function isHeld({ delta, gamma, shortGamma, volUp, volDown, volExtreme }: Underlying): boolean {
  return [delta, gamma, shortGamma, volUp, volDown, volExtreme].some((value) => value !== 0n);
}

/** What the worst of some scenarios loses. */
export function lossOf(pnls: Pnls): bigint {
  return -pnls.reduce(min);
}

/** The first of the smallest. */
function worst(pnls: Pnls): number {
  return pnls.indexOf(pnls.reduce(min));
}

/** Of one underlying by itself, quote WAD. */
export function separatePnls(held: Underlying): Pnls {
  return withVolatility(spotPnls(held), held.volUp, held.volDown, held.volExtreme);
}

/** Of one unit of the candidate's notional, WAD: volatility at its worst, and the passing of time. */
function unitPnls(policy: PortfolioTerms, move: bigint, unit: Greeks, isLong: boolean): Pnls {
  const side = isLong ? 1n : -1n;
  const one = emptyUnderlying(move);
  add(one, policy, { delta: side * unit.delta, gamma: side * unit.gamma, vega: side * unit.vega, theta: 0n });
  const time = decay(policy, side * unit.theta);
  return separatePnls(one).map((pnl) => pnl - time);
}

/**
 * Profits of delta and gamma in every scenario, rounded down; in the extreme ones weighted, without the good of gamma. No price
 * falls below nothing.
 */
function spotPnls({ move, delta, gamma, shortGamma }: Underlying): Pnls {
  // In the units of the products, which are twice the square of a WAD.
  const slope = 2n * WAD * delta;
  const usual = (x: bigint): bigint => divFloor(x * (slope + gamma * x), TWICE_WAD_SQUARED);
  const extreme = (x: bigint): bigint => divFloor(EXTREME_WEIGHT * x * (slope + shortGamma * x), 100n * TWICE_WAD_SQUARED);
  const down = (size: bigint): bigint => -min(size, WAD);
  return [usual(down(move)), usual(down(move / 2n)), 0n, usual(move / 2n), usual(move), extreme(down(2n * move)), extreme(2n * move)];
}

/** Scenarios with the worst that volatility can do to each. */
function withVolatility(spot: Pnls, up: bigint, down: bigint, extreme: bigint): Pnls {
  const usual = min(0n, min(up, down));
  const beyond = divFloor(EXTREME_WEIGHT * extreme, 100n);
  return spot.map((pnl, index) => pnl + (index < FIRST_EXTREME ? usual : beyond));
}
