/**
 * What one replay of a crash measured: the only input of the HTML report and of the terminal table.
 * Plain JSON: numbers are for drawing, so they are floats; every decision was made in exact integers before.
 */
export interface ReplayResult {
  /** Human title of the price path, for instance "ETH/USD, 12 and 13 March 2020". */
  readonly title: string;
  /** How the path was made, for a reader. */
  readonly note: string;
  /** Where the path's anchor prices were published. */
  readonly sources: readonly Source[];
  /** The published prices the path goes through: seconds, quote units, index into `sources`. None for recorded prices. */
  readonly anchors: readonly { readonly time: number; readonly price: number; readonly source: number }[];
  /** One entry for each round the feed wrote, in time order; of a long replay some of them, see `rounds`. */
  readonly steps: readonly ReplayStep[];
  /** How many rounds there were, when that is more than `steps` has: the numbers of markets and traders count them all. */
  readonly rounds?: number;
  /** The limits that were active, in the contract's order; keys of `ReplayStep.limits`. */
  readonly activeLimits: readonly string[];
  /** Equity in quote units that `ReplayStep.limits` and `maxSize` are quoted for: a fixed yardstick account, long. */
  readonly yardstickEquity: number;
  readonly traders: readonly TraderResult[];
  /** The same market twice: with the guard, and with a static leverage cap alone. */
  readonly guarded: MarketResult;
  readonly unguarded: MarketResult;
  /** How many times the SDK's answer was compared with the chain's, and how often they differed (0, or the demo fails). */
  readonly comparisons: number;
  readonly differences: number;
  /** The policy as people read it: label and value with its unit. */
  readonly policy: readonly { readonly label: string; readonly value: string }[];
}

export interface Source {
  readonly name: string;
  /** A web address, or empty for a file of the reader's own. */
  readonly url: string;
  /** What it published. */
  readonly figure: string;
}

export interface ReplayStep {
  /** Seconds, unix: the round's `updatedAt`. */
  readonly time: number;
  /** Quote units per 1.0 base. */
  readonly price: number;
  /** Annualised volatilities, 1 = 100 % a year. */
  readonly sigmaFast: number;
  readonly sigmaSlow: number;
  /** Largest long size the yardstick account may hold, in base units: each active limit alone (null: does not bind), and all together. */
  readonly limits: Readonly<Record<string, number | null>>;
  readonly maxSize: number;
  /** Which limit binds the yardstick account. */
  readonly binding: string;
  /** Bad debt accumulated up to this step, quote units. */
  readonly badDebtGuarded: number;
  readonly badDebtUnguarded: number;
  /** Open interest of all traders after this step, base units, long side. */
  readonly openInterestGuarded: number;
  readonly openInterestUnguarded: number;
}

export interface TraderResult {
  readonly name: string;
  /** One sentence: how this trader sizes. */
  readonly habit: string;
  readonly guarded: AccountResult;
  readonly unguarded: AccountResult;
}

export interface AccountResult {
  /** Quote units. */
  readonly startEquity: number;
  readonly endEquity: number;
  /** Largest leverage right after a trade of its own: what it took, not what a fall made of it. */
  readonly peakLeverage: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly liquidations: number;
  readonly badDebt: number;
  /** Signed position in base units after each step; as long as `ReplayResult.steps`. */
  readonly sizes: readonly number[];
}

export interface MarketResult {
  readonly name: string;
  readonly badDebt: number;
  readonly poolStart: number;
  readonly poolEnd: number;
  readonly liquidations: number;
  readonly accepted: number;
  readonly rejected: number;
}
