/** What a guard in Shadow said it would have refused, as its logs tell it. */
import { decodeEventLog, type Hex } from "viem";
import { sizingGuardAbi } from "../../sdk/src/abis/index.ts";
import { decodePolicy, LIMITS, type Limit, type Mode, ORACLE_STATUSES, type OracleStatus } from "../../sdk/src/index.ts";
import { UNCAPPED, WAD } from "../../sdk/src/math/index.ts";

/** Where a log stands. */
export interface Place {
  readonly block: bigint;
  readonly transaction: Hex;
  readonly logIndex: number;
}

interface Refused extends Place {
  readonly market: Hex;
  readonly account: Hex;
}

/** `WouldReject`. Sizes are base WAD, the price is WAD quote per base (0 where the guard had none). */
export interface SizeRejection extends Refused {
  readonly kind: "size";
  readonly limit: Limit;
  /** Of the whole position after the action. */
  readonly size: bigint;
  readonly maxSize: bigint;
  readonly price: bigint;
  readonly status: OracleStatus;
}

/** `WouldRejectPortfolio`. Quote WAD; a loss of 2^256 - 1 is one that could not be measured. */
export interface LossRejection extends Refused {
  readonly kind: "loss";
  readonly loss: bigint;
  readonly allowedLoss: bigint;
}

export type Rejection = SizeRejection | LossRejection;

/** A policy that was set. */
export interface PolicyChange extends Place {
  readonly market: Hex;
  /** `null` where the market was left without a policy. */
  readonly mode: Mode | null;
}

/** What one rejection was about, quote WAD. */
export interface Worth {
  /** Notional of the position that was refused, or the portfolio's loss. */
  readonly value: bigint;
  /** What of it is above what was allowed. */
  readonly excess: bigint;
}

/** A log as a node answers it, with its numbers read. */
export interface RawLog extends Place {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/**
 * Decodes one log of the guard.
 * @throws {Error} one line where the log is not what this version of the guard writes
 */
export function decodeGuardLog(log: RawLog): Rejection | PolicyChange {
  const { block, transaction, logIndex } = log;
  const place = { block, transaction, logIndex };
  const { eventName, args } = decode(log);
  switch (eventName) {
    case "WouldReject": {
      const { market, account, size, verdict } = args;
      const { maxSize, price } = verdict;
      const limit = named(LIMITS, verdict.limit, "limit", log);
      const status = named(ORACLE_STATUSES, verdict.status, "status", log);
      return { kind: "size", ...place, market, account, limit, size, maxSize, price, status };
    }
    case "WouldRejectPortfolio": {
      const { market, account, loss, allowedLoss } = args;
      return { kind: "loss", ...place, market, account, loss, allowedLoss };
    }
    case "PolicySet":
      return { ...place, market: args.market, mode: decodePolicy(args.words)?.mode ?? null };
    default:
      throw unknownLog(log, `is ${eventName}, which nobody asked for`);
  }
}

/** Whether this is a rejection, and no change of policy. */
export const isRejection = (item: Rejection | PolicyChange): item is Rejection => "kind" in item;

/**
 * What a rejection is worth, quote WAD, both numbers rounded up: size · price / WAD and (size - maxSize) · price / WAD, or the
 * loss and what of it is above the allowed one. `null` where the guard had no price, or could not measure the loss. Exact:
 * here no product is too large.
 */
export function worth(rejection: Rejection): Worth | null {
  if (rejection.kind === "loss") {
    const { loss, allowedLoss } = rejection;
    return loss === UNCAPPED ? null : { value: loss, excess: loss - allowedLoss };
  }
  const { size, maxSize, price } = rejection;
  if (price === 0n) return null;
  return { value: notionalUp(size, price), excess: notionalUp(size - maxSize, price) };
}

/** Unlike the mirror's `mulDivUp` it never throws: what a position would have been is reported, however large. */
function notionalUp(size: bigint, price: bigint): bigint {
  return (size * price + WAD - 1n) / WAD;
}

function decode(log: RawLog) {
  try {
    return decodeEventLog({ abi: sizingGuardAbi, topics: log.topics as [Hex, ...Hex[]], data: log.data });
  } catch {
    throw unknownLog(log, "cannot be decoded");
  }
}

function named<T extends string>(names: readonly T[], index: number, what: string, log: RawLog): T {
  const name = names[index];
  if (name === undefined) throw unknownLog(log, `names a ${what} ${index}, which is unknown here`);
  return name;
}

function unknownLog({ address, block, logIndex }: RawLog, why: string): Error {
  return new Error(`Log ${logIndex} of block ${block} of ${address} ${why}: it is of another version of the guard.`);
}
