/**
 * Specification of contracts/libraries/SizingMath.sol and sdk/src/guard/sizing.ts: see "The verdict" in docs/math.md. The
 * formulas in real numbers, carried as intervals that widen by a unit wherever the implementations round. Every such
 * rounding is to the tighter side, so the upper end of the limit is the real one throughout: no rounding ever allows more.
 *
 * Domain: a policy in its ranges, a price from 1 to 2^255 - 1 and a variance that a word holds. There nothing may revert.
 */
import type { Position } from "../../sdk/src/index.ts";
import { type Bound, equal, inside, larger, type Specification, smaller, UNCAPPED, W, YEAR } from "./bound.ts";
import { expError } from "./fixedPoint.ts";
import { fade, ratio } from "./limits.ts";
import { type Fields, fieldsOf, isActive, LIMIT, type LimitName, type Values, valuesOf } from "./policy.ts";
import {
  add,
  compare,
  divide,
  type Exact,
  ends,
  fraction,
  greatest,
  type Interval,
  interval,
  least,
  multiply,
  subtract,
} from "./rational.ts";
import { exp, sqrt } from "./real.ts";
import { kellyOf, type SelfLimitRule, selfLimitOf } from "./selfLimit.ts";

/** Values of the contracts' enums. */
const MODE = { ReduceOnly: 0n, Shadow: 2n, Off: 3n };
const FIRST_USABLE_STATUS = 4n;

/** Equity beyond this counts as this much, others' exposure beyond it leaves nothing. */
const MAX_MONEY = 2n ** 127n - 1n;
/** Beyond a log move of 5 a short's loss counts as unbounded. */
const MAX_SHORT_MOVE = 5n;

/** The words of a position, in the order of the struct. */
type Sizes = Omit<Position, "account">;

function positionOf([, equity, flow, sizeBefore, sizeAfter, sameSideOthers, oppositeOthers, poolEquity]: readonly bigint[]): Sizes {
  return { equity, flow, sizeBefore, sizeAfter, sameSideOthers, oppositeOthers, poolEquity } as Sizes;
}

const abs = (x: bigint): bigint => (x < 0n ? -x : x);

function carryOf({ flow, sizeBefore, sizeAfter }: Sizes): bigint {
  return flow >= 0n && sizeBefore * sizeAfter >= 0n ? abs(sizeBefore) : 0n;
}

export const carry: Specification = (...position) => [equal(carryOf(positionOf(position)))];

export const reducesRisk: Specification = (...words) => {
  const position = positionOf(words);
  return [equal(position.sizeAfter === 0n || abs(position.sizeAfter) <= carryOf(position) ? 1n : 0n)];
};

/** Words of the verdict: allowed, limit, maxSize, limitSize, price, variance, status. */
export const judge: Specification = (feedPolicy, riskPolicy, extendedPolicy, ...rest) => {
  const fields = fieldsOf({ feedPolicy, riskPolicy, extendedPolicy, portfolioPolicy: 0n, variancePolicy: 0n });
  const position = positionOf(rest);
  const [status = 0n, price = 0n, variance = 0n, age = 0n, poolEquity = 0n, confidence = 0n] = rest.slice(8);
  const [growthHeadroom = 0n, drawdownScale = 0n, selfLimit = 0n, portfolioLimit = 0n] = rest.slice(14);
  const account = { drawdownScale, own: selfLimitOf(selfLimit), portfolioLimit };
  const { value, names } = limitSize(fields, position, { status, price, variance, age, poolEquity, confidence }, account);
  const grown = growthSize(fields, position, growthHeadroom);
  const size = abs(position.sizeAfter);
  return [
    // What follows from another word of the verdict must follow from the word that was given.
    where("|sizeAfter| ≤ maxSize, or Shadow", (allowed, [, , maxSize = 0n]) => {
      return allowed === (fields.Mode === MODE.Shadow || size <= maxSize ? 1n : 0n);
    }),
    where(`limit ${names.join(" or ")}, or Growth below limitSize`, (limit, [, , , most = 0n]) => {
      return grown < most ? limit === LIMIT.Growth : names.some((name) => LIMIT[name] === limit);
    }),
    where("the larger of carry and the smaller of limitSize and growth", (maxSize, [, , , most = 0n]) => {
      return maxSize === larger(carryOf(position), smaller(most, grown));
    }),
    inside(value),
    equal(price),
    equal(variance),
    equal(status),
  ];
};

function where(text: string, accepts: Bound["accepts"]): Bound {
  return { text, accepts };
}

interface Market {
  readonly status: bigint;
  readonly price: bigint;
  readonly variance: bigint;
  readonly age: bigint;
  /** The most of the pool to believe. */
  readonly poolEquity: bigint;
  readonly confidence: bigint;
}

/** What a limit may be after its roundings, and its name: more than one where the roundings could decide between them. */
interface Limit {
  readonly value: Interval;
  readonly names: readonly LimitName[];
}

/** What the meters and the account itself say. */
interface Account {
  readonly drawdownScale: bigint;
  readonly own: SelfLimitRule;
  readonly portfolioLimit: bigint;
}

/** The side may grow by so much from what the account has there; nobody asks where the mode does not judge. */
function growthSize(fields: Fields, { sizeBefore, sizeAfter }: Sizes, headroom: bigint): bigint {
  const judges = fields.Mode === 1n || fields.Mode === MODE.Shadow;
  if (!judges || !isActive(fields, "Growth")) return UNCAPPED;
  return smaller(UNCAPPED, headroom + (sizeBefore * sizeAfter < 0n ? 0n : abs(sizeBefore)));
}

function limitSize(fields: Fields, position: Sizes, market: Market, account: Account): Limit {
  const policy = valuesOf(fields);
  if (fields.Mode === MODE.Off) return exactly(UNCAPPED, "None");
  if (fields.Mode === MODE.ReduceOnly) return exactly(0n, "Mode");
  const isDoubted = policy.maxConfidence > 0n && market.confidence >= policy.maxConfidence;
  if (market.status < FIRST_USABLE_STATUS || market.age >= policy.maxAge || isDoubted) return exactly(0n, "Oracle");
  // Without equity the account's first limit is named; without any of them the last.
  const first = (["Volatility", "Collateral"] as const).find((name) => isActive(fields, name)) ?? "Margin";
  if (position.equity <= 0n) return exactly(0n, first);

  const share = isActive(fields, "Drawdown") ? account.drawdownScale : W;
  if (share === 0n) return exactly(0n, "Drawdown");

  const scale = marketScale(policy, market);
  const move = adverseMove(policy, market);
  const isOn = ({ names: [name] }: Limit): boolean => name !== undefined && isActive(fields, name);
  const quote = smallest(quoteLimits(policy, position, market, account, move, scale).filter(isOn));
  // The smallest limit in quote is converted, and compared with the one in base.
  const inBase = quote.map(({ value, names }) => ({ names, value: roundedDown(divide(multiply(value, W), market.price)) }));
  inBase.push(...smallest(baseLimits(policy, position, move, scale).filter(isOn)));
  // Between equals the enum decides, whatever they are measured in.
  inBase.sort(({ names: [x = "None"] }, { names: [y = "None"] }) => Number(LIMIT[x] - LIMIT[y]));
  const [least] = smallest(inBase.flatMap(binding));
  return least === undefined ? exactly(UNCAPPED, "None") : { ...least, value: scaled(least.value, ends(share)) };
}

/** The share the age of the price leaves, or the doubt about it, from half of what the policy accepts: whichever is smaller. */
function marketScale({ heartbeat, maxAge, maxConfidence }: Values, { age, confidence }: Market): Interval {
  const byAge = fade(age, heartbeat, maxAge);
  const share = maxConfidence === 0n ? byAge : least(byAge, fade(confidence, maxConfidence / 2n, maxConfidence));
  return roundedDown(multiply(share, W));
}

/** What exceeds all numbers does not bind; where its roundings decide that, it may be no limit at all. */
function binding({ value, names }: Limit): readonly Limit[] {
  if (compare(value.low, UNCAPPED) >= 0n) return [];
  return [compare(value.high, UNCAPPED) < 0n ? { value, names } : { value: least(value, UNCAPPED), names: [...names, "None"] }];
}

function baseLimits(policy: Values, position: Sizes, move: Interval, scale: Interval): readonly Limit[] {
  const { sameSideOthers, oppositeOthers } = position;
  const skew = subtract(add(scaled(ends(policy.maxSkew), scale), oppositeOthers), sameSideOthers);
  const limits: readonly Limit[] = [
    { names: ["OpenInterest"], value: openInterest(policy, position, move, scale) },
    { names: ["Skew"], value: greatest(skew, 0n) },
  ];
  return limits.flatMap(binding);
}

function exactly(size: bigint, name: LimitName): Limit {
  return { value: ends(size), names: [name] };
}

/** The smallest with the name of every limit that could be it; of equals the first is named. Nothing where nothing binds. */
function smallest(limits: readonly Limit[]): readonly [Limit] | readonly [] {
  if (limits.length === 0) return [];
  const value = least(...limits.map((limit) => limit.value));
  const candidates = limits.filter((limit) => compare(limit.value.low, value.high) <= 0n);
  const areEqual = candidates.every((limit) => isPoint(limit.value));
  return [{ value, names: (areEqual ? candidates.slice(0, 1) : candidates).flatMap(({ names }) => names) }];
}

/** The limits in quote WAD, of the equity, schedule, cap and pool that count, each rounded down; without those that do not bind. */
function quoteLimits(
  policy: Values,
  position: Sizes,
  market: Market,
  { own, portfolioLimit }: Account,
  logMove: Interval,
  scale: Interval,
): readonly Limit[] {
  const equity = scaled(ends(smaller(position.equity, MAX_MONEY)), scale);
  const full = scaled(ends(policy.fullMarginOpenInterest), scale);
  const pool = smaller(smaller(position.poolEquity, market.poolEquity), MAX_MONEY);
  const isLong = position.sizeAfter >= 0n;
  const move = isLong ? logMove : shortMove(logMove);
  const others = roundedUp(fraction(position.sameSideOthers * market.price, W));
  const values: readonly (readonly [LimitName, Interval | null])[] = [
    ["Volatility", affordable(multiply(equity, ratio(policy.riskBudget)), move, (m) => m)],
    ["Collateral", affordable(equity, move, (m) => consumed(policy, m, isLong))],
    ["Margin", margin(equity, others, ratio(policy.baseMargin), full)],
    ["Liquidity", greatest(subtract(scaled(ends(depth(policy, market)), scale), others), 0n)],
    ["Concentration", roundedDown(multiply(scaled(ends(pool), scale), ratio(policy.concentrationShare)))],
    ["SelfLimit", selfLimit(own, equity, market, isLong)],
    ["Portfolio", portfolioLimit === UNCAPPED ? null : ends(portfolioLimit)],
  ];
  return values.flatMap(([name, value]) => (value === null ? [] : [{ names: [name], value }]));
}

/** The cap, or what the law of impact lets out at once, whichever is smaller: slippage²·volume·365 / (coefficient²·variance). */
function depth(policy: Values, { variance }: Market): bigint {
  const { liquidityCap, usesImpact, dailyVolume, maxSlippage, impactCoefficient } = policy;
  const divisor = impactCoefficient ** 2n * variance;
  if (usesImpact === 0n || divisor === 0n) return liquidityCap;
  return smaller(liquidityCap, (dailyVolume * maxSlippage ** 2n * 365n * W) / divisor);
}

/** The smaller of the account's own notional and its share of Kelly's stake; `null` where it says neither. */
function selfLimit(own: SelfLimitRule, equity: Interval, { price, variance }: Market, isLong: boolean): Interval | null {
  const stake = kellyOf(own, { price, variance, isLong });
  const kelly = stake === null ? null : roundedDown(multiply(equity, stake));
  if (own.maxNotional === null) return kelly;
  return kelly === null ? ends(own.maxNotional) : least(kelly, own.maxNotional);
}

/** tail·√(variance·(horizon + age) / YEAR) as a ratio, rounded up to a unit, and what the feed does not know of its price. */
function adverseMove({ tail, horizon }: Values, { variance, age, confidence }: Market): Interval {
  const squared = fraction(tail * tail * variance * (horizon + age), W * YEAR);
  return divide(add(roundedUp(sqrt(squared)), confidence), W);
}

/** e^move - 1 with 2 units for the exponential's error, or `null` beyond a move of 5. */
function shortMove(move: Interval): Interval | null {
  // 5 is a whole number of units: the rounding does not take a move across it.
  if (compare(move.low, MAX_SHORT_MOVE) > 0n) return null;
  const high = least(move.high, MAX_SHORT_MOVE).high;
  const exponential = exp({ low: move.low, high });
  const { below, above } = expError((high.n * W) / high.d + 1n, exponential);
  const inUnits = add(multiply(subtract(exponential, 1n), W), { low: subtract(2n, below).low, high: add(2n, above).high });
  return divide(inUnits, W);
}

/** amount / share(move) rounded down, for a share that grows with the move; 0 beyond all moves, `null` where nothing is taken. */
function affordable(amount: Exact | Interval, move: Interval | null, share: (move: Exact) => Exact): Interval | null {
  if (move === null) return ends(0n);
  if (compare(share(move.low), 0n) === 0n) return null;
  return roundedDown({ low: divide(amount, share(move.high)).low, high: divide(amount, share(move.low)).high });
}

/** What a unit of notional takes of equity when the price moves by that ratio. */
function consumed({ maintenanceAndPenalty, exitFee }: Values, move: Exact, isLong: boolean): Exact {
  const loss = isLong ? least(move, 1n) : ends(move);
  const left = isLong ? subtract(1n, loss) : add(1n, loss);
  return add(add(loss, multiply(ratio(maintenanceAndPenalty), left)), ratio(exitFee)).low;
}

/** min(equity / base, √(others² + 2·equity·full) - others) rounded down; 0 for others beyond all money. */
function margin(equity: Interval, others: Interval, base: Exact, full: Interval): Interval {
  if (compare(others.low, MAX_MONEY) > 0n) return ends(0n);
  const slice = (o: Exact, product: Exact): Interval => subtract(sqrt(add(multiply(o, o), multiply(2n, product)).low), o);
  const product = multiply(equity, full);
  // It grows with equity and full, and falls with others.
  const ofSlice = { low: slice(others.high, product.low).low, high: slice(others.low, product.high).high };
  return roundedDown(least(divide(equity, base), ofSlice));
}

/** max(0, cap·min(1, reference / move) - others) in base WAD, of the cap that counts; the share (in WAD) and the result rounded down. */
function openInterest({ referenceMove, openInterestCap }: Values, { sameSideOthers }: Sizes, move: Interval, scale: Interval): Interval {
  const reference = ratio(referenceMove);
  const share = (m: Exact): Interval => multiply(compare(m, reference) <= 0n ? 1n : divide(reference, m), W);
  const inForce = roundedDown({ low: share(move.high).low, high: share(move.low).high });
  return greatest(subtract(scaled(scaled(ends(openInterestCap), scale), inForce), sameSideOthers), 0n);
}

/** An amount times a share in WAD, rounded down. */
function scaled(amount: Interval, share: Interval): Interval {
  return roundedDown(divide(multiply(amount, share), W));
}

/** What ⌊x⌋ may be, for an x from 0 up somewhere in the interval: itself where it is a whole number. */
function roundedDown(x: Interval): Interval {
  return isWhole(x) ? x : greatest(interval(subtract(x, 1n).low, x.high), 0n);
}

/** What ⌈x⌉ may be. */
function roundedUp(x: Exact | Interval): Interval {
  return isWhole(ends(x)) ? ends(x) : interval(ends(x).low, add(x, 1n).high);
}

function isPoint({ low, high }: Interval): boolean {
  return compare(low, high) === 0n;
}

function isWhole(x: Interval): boolean {
  return isPoint(x) && x.low.n % x.low.d === 0n;
}
