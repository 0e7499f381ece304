import type { SizingGuardError } from "../errors/base.ts";
import { OracleRejectedError, PolicyNotSetError, SizeExceededError, SnapshotOfAnotherAccountError } from "../errors/guard.ts";
import { ArgumentOutOfRangeError } from "../errors/math.ts";
import { max } from "../math/checks.ts";
import { seenPoolEquity } from "../math/poolMeter.ts";
import { pushedVarianceAt } from "../math/pushedVariance.ts";
import type { Policy } from "./policy.ts";
import { drawdownScale, growthHeadroom, highWaterMark } from "./positionMeters.ts";
import { decodeSelfLimit } from "./selfLimit.ts";
import {
  type AccountState,
  abs,
  carry,
  exposurePrice,
  judge,
  judges,
  type MarketState,
  oracleStatus,
  type Position,
  reducesRisk,
  requirePosition,
  type Verdict,
} from "./sizing.ts";
import type { GuardSnapshot } from "./snapshot.ts";

// Twin: `preview` and `enforce` of contracts/SizingGuard.sol.

/** The guard's verdict, how much is left of it, and the error the chain would answer. */
export interface CheckResult extends Verdict {
  /** |sizeAfter|, base WAD. */
  readonly size: bigint;
  /** What could still be added, base WAD: `maxSize` minus `size`, 0 when it is exceeded. */
  readonly headroom: bigint;
  /** What `enforce` would revert with, or `null` when it lets the action stand. */
  readonly rejection: SizingGuardError | null;
}

/**
 * The answer `enforce` would give to this position at this time, without a round trip.
 *
 * Sizes are base WAD, money is quote WAD; the limit is rounded down. The answer is exact for the snapshot's feed round: a
 * newer round may change it.
 *
 * @param snapshot - Policy, price and variance, pinned to a block.
 * @param intent - The position after the action, as the protocol would state it.
 * @param now - Time of inclusion, seconds, unix; not before the snapshot's price.
 * @returns Verdict, headroom, and the error of the chain where it would refuse.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its Solidity type.
 * @throws {SnapshotOfAnotherAccountError} When the policy measures accounts, and the snapshot has another one's meters.
 *
 * @example
 * ```ts
 * const { allowed, limit, maxSize } = check(snapshot, intent, snapshot.timestamp);
 * ```
 */
export function check(snapshot: GuardSnapshot, intent: Position, now: bigint): CheckResult {
  requirePosition(intent);
  const verdict = snapshot.policy ? verdictOf(snapshot, snapshot.policy, intent, now) : unset(intent, reducesRisk(intent));
  const size = abs(intent.sizeAfter);
  return {
    ...verdict,
    size,
    headroom: size < verdict.maxSize ? verdict.maxSize - size : 0n,
    rejection: verdict.allowed ? null : rejection(snapshot, intent, size, verdict),
  };
}

function verdictOf(snapshot: GuardSnapshot, policy: Policy, intent: Position, now: bigint): Verdict {
  return judge(policy, intent, marketState(snapshot, policy, now), accountState(snapshot, policy, intent, now));
}

/** What a policy that does not ask the meters finds. */
const UNMEASURED: AccountState = { growthHeadroom: 0n, drawdownScale: 0n, selfLimit: null, portfolioLimit: 0n };

/** What the meters say of this action at `now`: of the side's growth as it was, of the account's mark as it will be. */
export function accountState(snapshot: GuardSnapshot, policy: Policy, intent: Position, now: bigint): AccountState {
  const { active } = policy;
  const [hasGrowth, hasDrawdown, hasSelfLimit] = [active.includes("Growth"), active.includes("Drawdown"), active.includes("SelfLimit")];
  if (!hasGrowth && !hasDrawdown && !hasSelfLimit) return UNMEASURED;
  const { meters } = snapshot;
  if (hasDrawdown || hasSelfLimit) requireSameAccount(snapshot, intent);
  const own = hasSelfLimit ? decodeSelfLimit(meters.selfLimit) : null;
  const growth = intent.sizeAfter >= 0n ? meters.longGrowth : meters.shortGrowth;
  return {
    growthHeadroom: hasGrowth ? growthHeadroom(policy, growth, now) : 0n,
    drawdownScale: hasDrawdown ? drawdownScale(policy, highWaterMark(policy, meters.highWaterMark, intent, now), intent) : 0n,
    selfLimit: own !== null && own.expiry > now ? own : null,
    portfolioLimit: 0n,
  };
}

/** An account's past and discipline are its own. */
function requireSameAccount({ account }: GuardSnapshot, intent: Position): void {
  if (account.toLowerCase() !== intent.account.toLowerCase()) throw new SnapshotOfAnotherAccountError(account, intent.account);
}

/** One object for a snapshot and a time, so that what follows from the market alone is worked out once (`sizing.ts`). */
const STATES = new WeakMap<GuardSnapshot, { readonly now: bigint; readonly state: MarketState }>();

/** The market as the guard would see it at `now`. */
export function marketState(snapshot: GuardSnapshot, policy: Policy, now: bigint): MarketState {
  const known = STATES.get(snapshot);
  if (known?.now === now) return known.state;
  const state = stateAt(snapshot, policy, now);
  STATES.set(snapshot, { now, state });
  return state;
}

function stateAt(snapshot: GuardSnapshot, policy: Policy, now: bigint): MarketState {
  const { round, fault = "Invalid", meters } = snapshot;
  const nothing = { price: 0n, variance: 0n, age: 0n, poolEquity: 0n, confidence: 0n };
  if (!judges(policy)) return { status: "Invalid", ...nothing };
  if (round === null) return { status: fault, ...nothing };
  if (now < round.updatedAt) throw new ArgumentOutOfRangeError("now", now, `a time from the price's own, ${round.updatedAt}, on`);
  const age = now - round.updatedAt;
  const { confidence = 0n } = round;
  return {
    status: oracleStatus(policy, { age, confidence }),
    price: exposurePrice(round.price, confidence),
    variance: varianceAt(snapshot, policy, now),
    age,
    poolEquity: seenPoolEquity(meters.pool, round.updatedAt),
    confidence,
  };
}

/** The variance to size by at `now`: the market's own, and what others say of it where the policy listens. */
export function varianceAt({ variance, meters }: GuardSnapshot, policy: Policy, now: bigint): bigint {
  return policy.usesPushedVariance ? max(variance, pushedVarianceAt(meters.pushedVariance ?? 0n, now)) : variance;
}

/** A market without a policy lets nothing but reductions through. */
export function unset(intent: Position, isReduction: boolean): Verdict {
  const nothing = { limit: "None", limitSize: 0n, price: 0n, variance: 0n, status: "Invalid" } as const;
  return { ...nothing, allowed: isReduction, maxSize: isReduction ? carry(intent) : 0n };
}

/** What `enforce` would revert with. */
export function rejection(snapshot: GuardSnapshot, intent: Position, size: bigint, verdict: Verdict): SizingGuardError {
  const { market, policy } = snapshot;
  if (policy === null) return new PolicyNotSetError(market);
  if (verdict.limit === "Oracle") return new OracleRejectedError(market, intent.account, verdict.status);
  return new SizeExceededError(market, intent.account, size, verdict.maxSize, verdict.limit);
}
