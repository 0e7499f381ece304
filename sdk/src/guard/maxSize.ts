import { max, min } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivUpSaturating } from "../math/fixedPoint.ts";
import { type CheckResult, check } from "./check.ts";
import type { Position } from "./sizing.ts";
import type { GuardSnapshot } from "./snapshot.ts";

/** A question without a size: everything a position has but `sizeAfter`, and the side it is to be on. */
export interface SizeIntent extends Omit<Position, "sizeAfter"> {
  /** The side the position is to be on after the action. */
  readonly side: "long" | "short";
}

/** When the trade will be included, and what it will cost. */
export interface MaxSizeOptions {
  /** Expected time of inclusion, seconds, unix. Default: the snapshot's. */
  readonly at?: bigint;
  /** Fee of the trade as a share of the traded notional, WAD, charged to equity and rounded up. Default: 0. */
  readonly feeRatio?: bigint;
}

/** The largest size, and what limits it. */
export interface MaxSizeResult extends CheckResult {
  /** |size| after the action, base WAD, `UNCAPPED` when nothing binds; 0 when not even that would be allowed. */
  readonly maxSize: bigint;
}

/** The largest magnitude a signed size can have. */
const MAX_MAGNITUDE = UNCAPPED >> 1n;

/**
 * The largest position the guard would let this account hold on one side: it passes, and one unit more is refused.
 *
 * Base WAD, rounded down. The fee of the trade itself is taken from equity first, so what the answer allows is still
 * allowed after it was paid. Requires that a unit of equity does not buy more notional than the fee takes of it
 * (`feeRatio` times the leverage allowed is below 1), or a smaller size than the largest may be returned.
 *
 * @param snapshot - Policy, price and variance, pinned to a block.
 * @param intent - Account, equity before the fee, open interest of others and the side asked for.
 * @param options - Expected time of inclusion and fee.
 * @returns The largest size, the limit that binds there, and the whole verdict at that size.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its Solidity type.
 *
 * @example
 * ```ts
 * const { maxSize: most, limit } = maxSize(snapshot, intent, { at: now + 12n, feeRatio: 500_000_000_000_000n });
 * ```
 */
export function maxSize(snapshot: GuardSnapshot, intent: SizeIntent, options: MaxSizeOptions = {}): MaxSizeResult {
  const at = options.at ?? snapshot.timestamp;
  const feeRatio = options.feeRatio ?? 0n;
  const ask = (magnitude: bigint): CheckResult => check(snapshot, after(snapshot, intent, magnitude, feeRatio), at);

  // Holding what is there costs no fee: where it is allowed the search starts there, and where it is not it ends there.
  const isSameSide = intent.sizeBefore >= 0n === (intent.side === "long");
  const held = isSameSide ? (intent.sizeBefore < 0n ? -intent.sizeBefore : intent.sizeBefore) : 0n;
  // Nothing has no side: a single unit says what the side allows.
  const holding = ask(max(held, 1n));
  const [from, to] = held === 0n || isWithin(holding) ? [held, min(holding.maxSize, MAX_MAGNITUDE)] : [0n, held];
  const most = search(from, to, (magnitude) => isWithin(ask(magnitude)));
  const answer = ask(most);
  const { limit, limitSize } = most === 0n ? ask(1n) : answer;
  return { ...answer, limit, limitSize, maxSize: answer.maxSize === UNCAPPED ? UNCAPPED : most };
}

/** Whether the size is within the limits, whatever the mode does about it. */
function isWithin({ size, maxSize }: CheckResult): boolean {
  return size <= maxSize;
}

/** The largest value from `from` (which passes) to `to` that passes, when passing ends once. */
function search(from: bigint, to: bigint, passes: (value: bigint) => boolean): bigint {
  if (to <= from) return from;
  if (passes(to)) return to;
  let low = from;
  let high = to;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (passes(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** The position with that magnitude, its fee paid. */
function after(snapshot: GuardSnapshot, intent: SizeIntent, magnitude: bigint, feeRatio: bigint): Position {
  const { side, ...rest } = intent;
  const sizeAfter = side === "long" ? magnitude : -magnitude;
  const traded = sizeAfter > intent.sizeBefore ? sizeAfter - intent.sizeBefore : intent.sizeBefore - sizeAfter;
  const notional = mulDivUpSaturating(min(traded, UNCAPPED), snapshot.round?.price ?? 0n, WAD);
  const equity = intent.equity - mulDivUpSaturating(notional, feeRatio, WAD);
  return { ...rest, sizeAfter, equity: equity < -MAX_MAGNITUDE ? -MAX_MAGNITUDE : equity };
}
