import { SizingGuardError } from "./base.ts";

// One class for each error of contracts/interfaces/IForecastRegistry.sol that the mirror meets, with the arguments of the ABI.

/** A variance that no market has. */
export class VarianceOutOfRangeError extends SizingGuardError {
  constructor(variance: bigint, minimum: bigint, maximum: bigint) {
    super(`A variance of ${variance} is not from ${minimum} to ${maximum}. Pass it in WAD per year: 0.36e18 for a volatility of 60 %.`, {
      code: "VarianceOutOfRange",
      selector: "0x76ae8dd5",
      args: [variance, minimum, maximum],
    });
  }
}

/** The horizon is not of those the registry is about. */
export class HorizonOutOfRangeError extends SizingGuardError {
  constructor(horizon: bigint, minimum: bigint, maximum: bigint) {
    super(`A horizon of ${horizon} s is not from ${minimum} to ${maximum} s. Forecast another, or for another registry.`, {
      code: "HorizonOutOfRange",
      selector: "0xbe4ca297",
      args: [horizon, minimum, maximum],
    });
  }
}

/** The forecast says that it is from the future. */
export class IssuedInFutureError extends SizingGuardError {
  constructor(issuedAt: bigint, timestamp: bigint) {
    super(`The forecast is of ${issuedAt}, ${issuedAt - timestamp} s ahead of the chain. Wait, or set the clock.`, {
      code: "IssuedInFuture",
      selector: "0xf90900a5",
      args: [issuedAt, timestamp],
    });
  }
}

/** The forecast would not count a second longer. */
export class ForecastExpiredError extends SizingGuardError {
  constructor(expiry: bigint, timestamp: bigint) {
    super(`The forecast expires at ${expiry}, and it is ${timestamp}. Sign another with a later expiry.`, {
      code: "ForecastExpired",
      selector: "0x119e0650",
      args: [expiry, timestamp],
    });
  }
}

/** The forecast wants to count for longer than any may. */
export class LifetimeTooLongError extends SizingGuardError {
  constructor(lifetime: bigint, maximum: bigint) {
    super(`From issue to expiry there are ${lifetime} s, more than ${maximum}. Sign another with an earlier expiry.`, {
      code: "LifetimeTooLong",
      selector: "0xd63d24fd",
      args: [lifetime, maximum],
    });
  }
}

/** The forecast is not later than the forecaster's last, or than its authorisation. */
export class ForecastNotLaterError extends SizingGuardError {
  constructor(issuedAt: bigint, notBefore: bigint) {
    super(`The forecast is of ${issuedAt}, and only what is issued after ${notBefore} counts. Sign a newer one.`, {
      code: "ForecastNotLater",
      selector: "0xdb3efa85",
      args: [issuedAt, notBefore],
    });
  }
}

/** Fewer forecasters than the quorum have a fresh forecast. */
export class QuorumMissingError extends SizingGuardError {
  readonly fresh: bigint;
  readonly quorum: bigint;

  constructor(fresh: bigint, quorum: bigint) {
    super(`${fresh} forecasts are fresh, and it takes ${quorum}. Have more forecasters sign.`, {
      code: "QuorumMissing",
      selector: "0x864a9055",
      args: [fresh, quorum],
    });
    this.fresh = fresh;
    this.quorum = quorum;
  }
}
