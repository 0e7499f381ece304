import {
  LIMITS,
  type Limit,
  ORACLE_STATUSES,
  type OracleStatus,
  POLICY_FIELDS,
  type PolicyField,
  SELF_LIMIT_FIELDS,
  type SelfLimitField,
} from "../guard/enums.ts";
import { formatWad } from "../guard/format.ts";
import { SizingGuardError } from "./base.ts";

// One class for each error of contracts/interfaces/ISizingGuard.sol and IVolatilityOracle.sol, with the arguments of the
// ABI in its order. `args` holds what the chain would encode: enums as their value.

type Hex = `0x${string}`;

/** The size is more than a limit allows. */
export class SizeExceededError extends SizingGuardError {
  readonly size: bigint;
  readonly maxSize: bigint;
  readonly limit: Limit;

  constructor(market: Hex, account: Hex, size: bigint, maxSize: bigint, limit: Limit) {
    super(`A size of ${formatWad(size)} exceeds ${formatWad(maxSize)}, the most that ${limit} allows. Reduce the size or add collateral.`, {
      code: "SizeExceeded",
      selector: "0x8cc71e2c",
      args: [market, account, size, maxSize, LIMITS.indexOf(limit)],
    });
    this.size = size;
    this.maxSize = maxSize;
    this.limit = limit;
  }
}

/** In the worst scenario the portfolio would lose more than it may. */
export class PortfolioLossExceededError extends SizingGuardError {
  readonly loss: bigint;
  readonly allowedLoss: bigint;

  constructor(market: Hex, account: Hex, loss: bigint, allowedLoss: bigint) {
    super(
      `In the worst scenario the portfolio would lose ${formatWad(loss)}, and may lose ${formatWad(allowedLoss)}. Reduce or hedge what loses there, or add collateral.`,
      { code: "PortfolioLossExceeded", selector: "0x8aca6708", args: [market, account, loss, allowedLoss] },
    );
    this.loss = loss;
    this.allowedLoss = allowedLoss;
  }
}

/** A market of the account's holdings has no snapshot. */
export class SnapshotMissingError extends SizingGuardError {
  constructor(market: Hex) {
    super(`There is no snapshot of ${market}, which the account holds. Read the snapshots of all its markets at one block.`, {
      code: "SnapshotMissing",
      args: [market],
    });
  }
}

/** The price cannot carry new risk. */
export class OracleRejectedError extends SizingGuardError {
  readonly status: OracleStatus;

  constructor(market: Hex, account: Hex, status: OracleStatus) {
    super(`The price feed is ${status}: no risk can be added. Wait for its next answer, or reduce.`, {
      code: "OracleRejected",
      selector: "0x1d957099",
      args: [market, account, ORACLE_STATUSES.indexOf(status)],
    });
    this.status = status;
  }
}

/** The limit moved below what the trader accepted. */
export class LimitMovedError extends SizingGuardError {
  readonly limitSize: bigint;
  readonly minLimitSize: bigint;

  constructor(market: Hex, account: Hex, limitSize: bigint, minLimitSize: bigint) {
    super(
      `The limit moved to ${formatWad(limitSize)}, below the accepted ${formatWad(minLimitSize)}. Ask again and sign for the new limit.`,
      { code: "LimitMoved", selector: "0xa66a78b1", args: [market, account, limitSize, minLimitSize] },
    );
    this.limitSize = limitSize;
    this.minLimitSize = minLimitSize;
  }
}

/** The trader's deadline has passed. */
export class ExpiredError extends SizingGuardError {
  constructor(deadline: bigint, timestamp: bigint) {
    super(`The deadline ${deadline} passed ${timestamp - deadline} s ago. Sign again with a later one.`, {
      code: "Expired",
      selector: "0xaa2fd925",
      args: [deadline, timestamp],
    });
  }
}

/** Somebody else than the guard's protocol asked it to enforce. */
export class NotProtocolError extends SizingGuardError {
  constructor(caller: Hex, protocol: Hex) {
    super(`${caller} is not the guard's protocol ${protocol}. Call through the protocol.`, {
      code: "NotProtocol",
      selector: "0xacc11b25",
      args: [caller, protocol],
    });
  }
}

/** A forced reduction left more than there was. */
export class SizeGrewError extends SizingGuardError {
  constructor(market: Hex, account: Hex, sizeBefore: bigint, sizeAfter: bigint) {
    super(`record() is for positions that do not grow, and this one went from ${sizeBefore} to ${sizeAfter}. Use enforce().`, {
      code: "SizeGrew",
      selector: "0xb7efd5db",
      args: [market, account, sizeBefore, sizeAfter],
    });
  }
}

/** The market has no policy. */
export class PolicyNotSetError extends SizingGuardError {
  constructor(market: Hex) {
    super(`Market ${market} has no policy. Check the market's id, or have its governance set one.`, {
      code: "PolicyNotSet",
      selector: "0xb07c5d05",
      args: [market],
    });
  }
}

/** A field of a policy is out of its range. */
export class PolicyOutOfRangeError extends SizingGuardError {
  readonly field: PolicyField;

  constructor(market: Hex, field: PolicyField, value: bigint, minimum: bigint, maximum: bigint) {
    super(`${field} is ${value}. Set it from ${minimum} to ${maximum}, in the units of its policy word.`, {
      code: "PolicyOutOfRange",
      selector: "0x61c66c06",
      args: [market, POLICY_FIELDS.indexOf(field), value, minimum, maximum],
    });
    this.field = field;
  }
}

/** The policy switches on a limit the guard does not have. */
export class LimitNotSupportedError extends SizingGuardError {
  constructor(market: Hex, limit: Limit) {
    super(`This guard has no limit ${limit}. Leave it out of the policy's active limits.`, {
      code: "LimitNotSupported",
      selector: "0xa8fbf239",
      args: [market, LIMITS.indexOf(limit)],
    });
  }
}

/** The policy judges, and lacks a limit it cannot do without. */
export class PolicyIncompleteError extends SizingGuardError {
  constructor(market: Hex, active: bigint) {
    super("The policy needs OpenInterest and one of Volatility, Collateral and Margin. Activate them, or use another mode.", {
      code: "PolicyIncomplete",
      selector: "0xcbf9ae33",
      args: [market, active],
    });
  }
}

/** A field of a self limit is out of its range. */
export class SelfLimitOutOfRangeError extends SizingGuardError {
  readonly field: SelfLimitField;

  constructor(field: SelfLimitField, value: bigint, minimum: bigint, maximum: bigint) {
    super(`${field} is ${value}. Set it from ${minimum} to ${maximum}, in the units of the self limit's word.`, {
      code: "SelfLimitOutOfRange",
      selector: "0x5cd5cacf",
      args: [SELF_LIMIT_FIELDS.indexOf(field), value, minimum, maximum],
    });
    this.field = field;
  }
}

/** The account has a self limit in force, and the new one would allow more or end sooner. */
export class SelfLimitLoosensError extends SizingGuardError {
  constructor(market: Hex, account: Hex, current: bigint) {
    super("The self limit in force only tightens until it expires. Keep or lower what it allows, or wait for its expiry.", {
      code: "SelfLimitLoosens",
      selector: "0x5bce0848",
      args: [market, account, current],
    });
  }
}

/** The policy measures accounts, and the snapshot has the meters of another one. The chain has no such case. */
export class SnapshotOfAnotherAccountError extends SizingGuardError {
  constructor(account: Hex, asked: Hex) {
    super(`The snapshot has the meters of ${account}. Take one for ${asked}.`, {
      code: "SnapshotOfAnotherAccount",
      args: [account, asked],
    });
  }
}

/** An address that must be set is zero. */
export class ZeroAddressError extends SizingGuardError {
  constructor() {
    super("An address is zero. Set the feed, the protocol and the authority.", { code: "ZeroAddress", selector: "0xd92e233d" });
  }
}

/** The feed does not answer with a price. */
export class FeedUnusableError extends SizingGuardError {
  constructor(feed: Hex) {
    super(`The feed ${feed} does not answer with a price. Check its address and its network.`, {
      code: "FeedUnusable",
      selector: "0x7725ff6a",
      args: [feed],
    });
  }
}

/** The feed has more decimals than can be converted. */
export class FeedDecimalsOutOfRangeError extends SizingGuardError {
  constructor(feed: Hex, decimals: bigint, maximum: bigint) {
    super(`The feed ${feed} has ${decimals} decimals, more than ${maximum}. Use another feed or an adapter.`, {
      code: "FeedDecimalsOutOfRange",
      selector: "0x9f0020c9",
      args: [feed, decimals, maximum],
    });
  }
}

/** The policy declares other decimals than its feed. */
export class FeedDecimalsMismatchError extends SizingGuardError {
  constructor(feed: Hex, decimals: bigint, declared: bigint) {
    super(`The feed ${feed} has ${decimals} decimals and the policy says ${declared}. Set the feed's own.`, {
      code: "FeedDecimalsMismatch",
      selector: "0x04f04fab",
      args: [feed, decimals, declared],
    });
  }
}

/** More rounds were written since the last observation than one call observes. */
export class TooManyRoundsError extends SizingGuardError {
  constructor(market: Hex, lastObservation: bigint, maximum: bigint) {
    super(
      `More than ${maximum} rounds since ${lastObservation}. Call pokeFrom() with the last round not later than that, as often as it takes.`,
      { code: "TooManyRounds", selector: "0xad987dc3", args: [market, lastObservation, maximum] },
    );
  }
}

/** Enough was seen of the market already. */
export class MarketIsWarmError extends SizingGuardError {
  constructor(market: Hex) {
    super(`The market ${market} is warm. Call poke() to keep it up to date.`, {
      code: "MarketIsWarm",
      selector: "0x83e2e342",
      args: [market],
    });
  }
}

/** The feed's past, as far as it was asked for, does not make a market warm. */
export class HistoryTooShortError extends SizingGuardError {
  constructor(market: Hex, samples: bigint, begin: bigint) {
    super(
      `The rounds from ${begin} on give ${samples} observations: too few, or a beginning after what the market observed last. Ask for more rounds.`,
      { code: "HistoryTooShort", selector: "0xff5f1893", args: [market, samples, begin] },
    );
  }
}

/** The market's source of variance has nothing to say now. */
export class VarianceSourceUnusableError extends SizingGuardError {
  constructor(source: Hex) {
    super(`The source of variance ${source} has nothing to say now. What it said before fades by itself.`, {
      code: "VarianceSourceUnusable",
      selector: "0x379dd121",
      args: [source],
    });
  }
}

/** The round to go on from is later than the last observation. */
export class RoundNotObservedError extends SizingGuardError {
  constructor(market: Hex, round: bigint, updatedAt: bigint, lastObservation: bigint) {
    super(`Round ${round} is not at or before the last observation, ${lastObservation}. Pass an earlier round.`, {
      code: "RoundNotObserved",
      selector: "0x77631c9d",
      args: [market, round, updatedAt, lastObservation],
    });
  }
}

/** The caller has no role for this call (OpenZeppelin's AccessManaged). */
export class AccessManagedUnauthorizedError extends SizingGuardError {
  constructor(caller: Hex) {
    super(`${caller} may not set policies. Ask the AccessManager's administrator for the role.`, {
      code: "AccessManagedUnauthorized",
      selector: "0x068ca9d8",
      args: [caller],
    });
  }
}

/** The caller's role has a delay: the call must be scheduled first (OpenZeppelin's AccessManaged). */
export class AccessManagedRequiredDelayError extends SizingGuardError {
  constructor(caller: Hex, delay: bigint) {
    super(`${caller} must schedule this call ${delay} s ahead. Use the AccessManager's schedule(), then execute().`, {
      code: "AccessManagedRequiredDelay",
      selector: "0xaf77169d",
      args: [caller, delay],
    });
  }
}

/** The new authority is not a contract (OpenZeppelin's AccessManaged). */
export class AccessManagedInvalidAuthorityError extends SizingGuardError {
  constructor(authority: Hex) {
    super(`${authority} is not a contract. Pass an AccessManager.`, {
      code: "AccessManagedInvalidAuthority",
      selector: "0xc2f31e5e",
      args: [authority],
    });
  }
}
