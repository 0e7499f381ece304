/**
 * Three people who trade the crash, each by a habit and none by a risk model: what they want is a target size.
 * The same person trades both markets; only what the market lets through differs.
 */

/** What a trader sees when deciding. Floats: this is appetite, not accounting. */
export interface View {
  readonly price: number;
  /** Prices of the rounds so far, the latest last. */
  readonly history: readonly number[];
  /** Equity at the latest price, quote units. */
  readonly equity: number;
  /** Signed size held, base units. */
  readonly size: number;
}

export interface Habit {
  readonly name: string;
  readonly sentence: string;
  /** Whole quote units brought along at first, and again after a liquidation, up to `stakes` times in all. */
  readonly stake: bigint;
  readonly stakes: number;
  /** The signed size wanted now, base units; `null`: stay as it is. */
  readonly target: (view: View) => number | null;
}

/** Always as large as fifty times leverage lets it be, and back in with the next stake after each liquidation. */
export const maximumLeverage: Habit = {
  name: "Maximum leverage",
  sentence: "Wants 45 times equity, long, at every moment, and comes back with a new stake after each liquidation.",
  stake: 250_000n,
  stakes: 4,
  target: ({ price, equity, size }) => {
    const wanted = (45 * equity) / price;
    // Adding is easy, cutting hurts: this one never cuts.
    return wanted > size * 1.05 ? wanted : null;
  },
};

/** Doubles the position after every fall of 4 %: right for years, and then not. */
export const dipBuyer: Habit = {
  name: "Dip buyer",
  sentence: "Starts at 3 times equity, long, and doubles the position whenever the price is 4 % below the last buy.",
  stake: 500_000n,
  stakes: 2,
  target: ({ price, history, equity, size }) => {
    if (size === 0) return equity > 0 ? (3 * equity) / price : null;
    const recentHigh = Math.max(...history.slice(-12));
    return price < recentHigh * 0.96 ? size * 2 : null;
  },
};

/** Three times equity on whichever side the last thirty rounds point to: long, short, and through zero in one trade. */
export const trendFollower: Habit = {
  name: "Trend follower",
  sentence: "Holds 3 times equity on the side the last thirty rounds point to, and flips when they turn.",
  stake: 500_000n,
  stakes: 2,
  target: ({ price, history, equity, size }) => {
    const past = history.slice(-30);
    const mean = past.reduce((sum, value) => sum + value, 0) / past.length;
    const side = Math.sign(price - mean);
    if (past.length < 30 || side === 0 || equity <= 0) return null;
    return side === Math.sign(size) ? null : (side * 3 * equity) / price;
  },
};

export const HABITS: readonly Habit[] = [maximumLeverage, dipBuyer, trendFollower];
