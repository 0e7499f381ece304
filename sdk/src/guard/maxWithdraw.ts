import { max, requireInt } from "../math/checks.ts";
import { check } from "./check.ts";
import type { Position } from "./sizing.ts";
import type { GuardSnapshot } from "./snapshot.ts";

// Twin: `maxWithdraw` of contracts/SizingLens.sol.

/** A position as it stands, and nothing done to it. */
export interface Holding extends Omit<Position, "flow" | "sizeBefore" | "sizeAfter"> {
  /** Net size, base WAD, int256. */
  readonly size: bigint;
}

/**
 * The most collateral that can leave a position: taking it out passes, and one unit more is refused. Without a position all of
 * its equity may leave.
 *
 * Quote WAD, rounded down. What the protocol itself demands beyond the guard is not in it.
 *
 * @param snapshot - Policy, price and variance, pinned to a block.
 * @param holding - Account, equity, size, and the open interest of others.
 * @param at - Expected time of inclusion, seconds, unix. Default: the snapshot's.
 * @returns The amount in quote WAD; 0 when not even one unit may leave.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its Solidity type.
 *
 * @example
 * ```ts
 * const most = maxWithdraw(snapshot, { ...holding, size: 10n * WAD });
 * ```
 */
export function maxWithdraw(snapshot: GuardSnapshot, holding: Holding, at: bigint = snapshot.timestamp): bigint {
  const { size, ...rest } = holding;
  requireInt("equity", holding.equity, 256);
  const passes = (amount: bigint): boolean => {
    const left = { ...rest, equity: holding.equity - amount, flow: -amount, sizeBefore: size, sizeAfter: size };
    const { maxSize, size: asked } = check(snapshot, left, at);
    return asked <= maxSize;
  };
  let least = 0n;
  let most = max(0n, holding.equity);
  if (passes(most)) return most;
  // Less equity never allows more, so what passes ends once.
  while (most - least > 1n) {
    const middle = (least + most) >> 1n;
    if (passes(middle)) least = middle;
    else most = middle;
  }
  return least;
}
