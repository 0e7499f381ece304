/** A feed as it stands in front of a guard, and every way in which it can fail. */
import type { OracleStatus } from "../../../sdk/src/index.ts";
import type { GuardedFeed } from "../adapters.ts";
import { BAD_FAULTS, type Fault, PHRASES } from "../faults.ts";
import type { Connection } from "../market.ts";

/** One way to fail, from a state with a good price of now. */
export interface Failure<T> {
  readonly name: string;
  /** What the guard calls the feed then. */
  readonly status: OracleStatus;
  readonly strike: (m: T) => Promise<unknown>;
  /** The price it is left with where it has one, in whole quote units: default the one it had. */
  readonly price?: number;
}

export interface FeedUnderTest<T extends GuardedFeed> {
  readonly name: string;
  /** How it is configured, in a sentence. */
  readonly setting: string;
  readonly build: (connection: Connection) => Promise<T>;
  /** Its sources write a price at the time of now, and what keeps rounds records it. */
  readonly write: (m: T, price: number) => Promise<unknown>;
  readonly failures: readonly Failure<T>[];
}

/** The common faults of a source, and what the guard makes of each: Invalid unless said otherwise. */
export function faultsOf<T>(
  source: string,
  strike: (m: T, fault: Fault) => Promise<unknown>,
  statusOf: (fault: Fault) => OracleStatus = () => "Invalid",
): Failure<T>[] {
  return BAD_FAULTS.map((fault) => ({ name: `${source} ${PHRASES[fault]}`, status: statusOf(fault), strike: (m) => strike(m, fault) }));
}
