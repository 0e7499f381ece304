import { survivableMoveLong, survivableMoveShort } from "../limits/survivable.ts";
import { max, min, requireUint256 } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDown, mulDivDownSaturating, mulDivUpSaturating } from "../math/fixedPoint.ts";
import type { Limit } from "./enums.ts";
import type { Policy } from "./policy.ts";
import { drawdownScale, highWaterMark } from "./positionMeters.ts";
import { abs, limitSize, type MarketState, type Position, policyMove, requirePosition, scaledEquity } from "./sizing.ts";
import { volatilityParameters } from "./snapshot.ts";

// Twin: contracts/libraries/ForcedReduction.sol, function for function.

/** What a forced reduction knows of a market and an account. */
export interface ForcedState {
  /** WAD quote per base, as the feed says it. */
  readonly price: bigint;
  /** WAD per year: the variance that one tick does not move far (`unpackVolatilityWord(word).slowVariance`). */
  readonly slowVariance: bigint;
  /** The word of the account's high-water mark (`meters(market, account).highWaterMark`). */
  readonly mark: bigint;
  /** Seconds, unix. */
  readonly timestamp: bigint;
}

/** Limits that an account's own equity and history set. */
const FORCED_LIMITS: readonly Limit[] = ["Volatility", "Collateral", "Margin", "Drawdown"];

const MAX_NOTIONAL = 2n ** 128n - 1n;

/**
 * The largest size that a forced reduction leaves alone, base WAD, rounded down: what the looser one of two policies leaves.
 *
 * @param inForce - The market's policy now.
 * @param adopted - The one the controller has known for long enough.
 * @param holding - What the account holds. What others hold does not count, and is not looked at.
 * @returns `UNCAPPED` where one of them refuses nobody anything (Off, Shadow).
 * @throws {ArgumentOutOfRangeError} When a number does not fit its type.
 */
export function forcedLimit(inForce: Policy, adopted: Policy, holding: Position, state: ForcedState): bigint {
  return max(forcedSize(inForce, holding, state), forcedSize(adopted, holding, state));
}

/**
 * The largest size that one policy leaves alone, base WAD, rounded down; `UNCAPPED` where it refuses nobody anything. A
 * drawdown counts from its threshold on, and then wholly: below it, it is a reason not to grow, not to be closed.
 */
export function forcedSize(policy: Policy, holding: Position, state: ForcedState): bigint {
  requireState(holding, state);
  if (policy.mode !== "Enforce" && policy.mode !== "ReduceOnly") return UNCAPPED;
  const alone: Position = { ...holding, sameSideOthers: 0n, oppositeOthers: 0n, poolEquity: 0n };
  const account = { growthHeadroom: 0n, drawdownScale: drawdown(policy, holding, state), selfLimit: null, portfolioLimit: 0n };
  const [size] = limitSize(forced(policy), alone, market(policy, state), account);
  return size;
}

/**
 * What a holding survives: the largest move against it that leaves its maintenance margin, WAD, rounded down, and beside it the
 * adverse move the policy sizes by at the slow variance, WAD, rounded up.
 */
export function survivable(
  policy: Policy,
  holding: Position,
  state: ForcedState,
): { readonly survivableMove: bigint; readonly adverseMove: bigint } {
  requireState(holding, state);
  const adverseMove = policyMove(policy, market(policy, state));
  const notional = mulDivUpSaturating(abs(holding.sizeAfter), state.price, WAD);
  if (notional === 0n) return { survivableMove: UNCAPPED, adverseMove };
  if (holding.equity <= 0n || notional > MAX_NOTIONAL) return { survivableMove: 0n, adverseMove };
  const survivableMove = (holding.sizeAfter >= 0n ? survivableMoveLong : survivableMoveShort)(
    scaledEquity(holding, WAD),
    notional,
    policy.maintenanceAndPenalty,
    0n,
    policy.exitFee,
  );
  return { survivableMove, adverseMove };
}

/** What to close next, base WAD: what is above `target`, at most `largestStep`. */
export function deleverageStep(size: bigint, target: bigint, largestStep: bigint): bigint {
  return min(max(0n, size - target), largestStep);
}

/** What closing `closed` of `size` pays, quote WAD, rounded down: `ratio` of its notional, and never a larger share of the equity
 * than of the position. */
export function deleverageBounty(closed: bigint, size: bigint, price: bigint, equity: bigint, ratio: bigint): bigint {
  if (equity <= 0n || size === 0n) return 0n;
  const share = mulDivDown(equity, min(closed, size), size);
  return min(share, mulDivDownSaturating(mulDivDownSaturating(closed, price, WAD), ratio, WAD));
}

function requireState(holding: Position, { price, slowVariance, mark, timestamp }: ForcedState): void {
  requirePosition(holding);
  requireUint256("price", price);
  requireUint256("slowVariance", slowVariance);
  requireUint256("mark", mark);
  requireUint256("timestamp", timestamp);
}

/** The share that the account's own history leaves it: everything or nothing. */
function drawdown(policy: Policy, holding: Position, { mark, timestamp }: ForcedState): bigint {
  if (!policy.active.includes("Drawdown")) return WAD;
  return drawdownScale(policy, highWaterMark(policy, mark, holding, timestamp), holding) === 0n ? 0n : WAD;
}

const FORCED = new WeakMap<Policy, Policy>();

/** The policy with nothing in it but the account's own limits, and as if the market were open. */
function forced(policy: Policy): Policy {
  const known = FORCED.get(policy);
  if (known !== undefined) return known;
  const result: Policy = { ...policy, mode: "Enforce", active: policy.active.filter((limit) => FORCED_LIMITS.includes(limit)) };
  FORCED.set(policy, result);
  return result;
}

/** A price that is Valid, of this moment: its age would lengthen the horizon, and only shrinks what may grow. */
function market(policy: Policy, { price, slowVariance }: ForcedState): MarketState {
  const variance = max(slowVariance, volatilityParameters(policy).varianceFloor);
  return { status: "Valid", price, variance, age: 0n, poolEquity: 0n, confidence: 0n };
}
