/**
 * The books of the cross-margin perp as its documentation describes them, written down a second time: signed integers, every
 * division towards a named side, no line shared with the contracts.
 */
import type { Hex } from "viem";
import { abs, ceil, floor, max, min } from "./bookkeeping.ts";
import type { CrossConfig } from "./crossMarket.ts";

const W = 10n ** 18n;
const DAY = 86_400n;

interface Holding {
  size: bigint;
  cost: bigint;
  fundingEntry: bigint;
  order: bigint;
}

interface Books {
  readonly terms: CrossConfig;
  index: bigint;
  time: bigint;
  /** What a contract was worth when a trade last saw it. */
  seen: bigint;
}

export class CrossModel {
  pool: bigint;
  readonly #unit: bigint;
  readonly #collateral = new Map<string, bigint>();
  readonly #markets = new Map<string, Books>();
  readonly #holdings = new Map<string, Holding>();
  /** What a contract of each market is worth now. */
  readonly #prices = new Map<string, bigint>();

  constructor(pool: bigint, unit: bigint) {
    this.pool = pool;
    this.#unit = unit;
  }

  list(name: string, terms: CrossConfig, time: bigint): void {
    this.#markets.set(name, { terms, index: 0n, time, seen: 0n });
  }

  setPrice(name: string, spot: bigint): void {
    const { normaliser } = this.#market(name).terms;
    this.#prices.set(name, normaliser === 0n ? spot : floor(spot * spot, normaliser));
  }

  of(owner: Hex, name: string): Holding {
    const key = `${owner}/${name}`;
    const known = this.#holdings.get(key) ?? { size: 0n, cost: 0n, fundingEntry: 0n, order: 0n };
    this.#holdings.set(key, known);
    return known;
  }

  collateralOf(owner: Hex): bigint {
    return this.#collateral.get(owner) ?? 0n;
  }

  /** Names of the markets in which an account has a position or an order. */
  heldBy(owner: Hex): string[] {
    return [...this.#markets.keys()].filter((name) => this.of(owner, name).size !== 0n || this.of(owner, name).order !== 0n);
  }

  openInterest(owners: readonly Hex[], name: string): { long: bigint; short: bigint; cost: bigint } {
    const all = owners.map((owner) => this.of(owner, name));
    const sum = (part: (holding: Holding) => bigint): bigint => all.reduce((total, holding) => total + part(holding), 0n);
    return { long: sum(({ size }) => max(size, 0n)), short: sum(({ size }) => max(-size, 0n)), cost: sum(({ cost }) => cost) };
  }

  move(owner: Hex, flow: bigint): void {
    this.#collateral.set(owner, this.collateralOf(owner) + flow);
  }

  order(owner: Hex, name: string, size: bigint): void {
    this.of(owner, name).order = size;
  }

  fill(owner: Hex, name: string, time: bigint): void {
    const { order } = this.of(owner, name);
    this.of(owner, name).order = 0n;
    this.trade(owner, name, order, time);
  }

  trade(owner: Hex, name: string, delta: bigint, time: bigint): void {
    if (delta === 0n) this.#see(name, time);
    else this.#credit(owner, this.#result(owner, name, delta, time));
    this.#writeOff(owner);
  }

  /** Returns the reward, quote WAD. */
  liquidate(owner: Hex, time: bigint): bigint {
    let result = 0n;
    let penalty = 0n;
    for (const name of this.heldBy(owner)) {
      const holding = this.of(owner, name);
      penalty += this.#share(holding.size, name, "liquidationPenalty");
      result += this.#result(owner, name, -holding.size, time);
      holding.order = 0n;
    }
    this.#credit(owner, result);
    const reward = (min(penalty, max(this.collateralOf(owner), 0n)) / this.#unit) * this.#unit;
    this.move(owner, -reward);
    this.#writeOff(owner);
    return reward;
  }

  /** Whether the account lacks maintenance margin. */
  isLiquidatable(owner: Hex, time: bigint): boolean {
    const held = this.heldBy(owner);
    const equity = held.reduce((sum, name) => sum + this.#profit(owner, name, time), this.collateralOf(owner));
    return equity < held.reduce((sum, name) => sum + this.#share(this.of(owner, name).size, name, "maintenanceMarginRatio"), 0n);
  }

  /** What backs a market: collateral, unrealised losses, and the initial margin of all others. */
  equity(owner: Hex, name: string, time: bigint): bigint {
    let equity = this.collateralOf(owner);
    for (const held of this.heldBy(owner)) {
      equity += min(this.#profit(owner, held, time), 0n);
      if (held !== name) equity -= this.#share(this.#worst(this.of(owner, held)), held, "initialMarginRatio");
    }
    return equity;
  }

  #worst({ size, order }: Holding): bigint {
    return max(abs(size), abs(size + order));
  }

  #profit(owner: Hex, name: string, time: bigint): bigint {
    const { size, cost, fundingEntry } = this.of(owner, name);
    return floor(size * this.#price(name), W) - cost - ceil(size * (this.#indexAt(name, time) - fundingEntry), W);
  }

  #result(owner: Hex, name: string, delta: bigint, time: bigint): bigint {
    const [market, holding, price] = [this.#market(name), this.of(owner, name), this.#price(name)];
    this.#see(name, time);
    let result = -ceil(holding.size * (market.index - holding.fundingEntry), W) - this.#share(delta, name, "tradeFee");
    holding.fundingEntry = market.index;
    const closes = holding.size !== 0n && delta !== 0n && holding.size > 0n !== delta > 0n;
    const closed = closes ? (delta > 0n ? min(delta, -holding.size) : max(delta, -holding.size)) : 0n;
    if (closed !== 0n) {
      const cost = ceil(holding.cost * abs(closed), abs(holding.size));
      result += floor(-closed * price, W) - cost;
      holding.cost -= cost;
      holding.size += closed;
    }
    holding.cost += ceil((delta - closed) * price, W);
    holding.size += delta - closed;
    return result;
  }

  /** Funding up to now, at the price until now; from now on at the new one. */
  #see(name: string, time: bigint): void {
    const market = this.#market(name);
    market.index = this.#indexAt(name, time);
    [market.time, market.seen] = [time, this.#price(name)];
  }

  #credit(owner: Hex, amount: bigint): void {
    const paid = min(amount, max(this.pool, 0n));
    this.move(owner, paid);
    this.pool -= paid;
  }

  #writeOff(owner: Hex): void {
    const isOpen = [...this.#markets.keys()].some((name) => this.of(owner, name).size !== 0n);
    if (isOpen || this.collateralOf(owner) >= 0n) return;
    this.pool += this.collateralOf(owner);
    this.#collateral.set(owner, 0n);
  }

  #share(size: bigint, name: string, ratio: "tradeFee" | "initialMarginRatio" | "maintenanceMarginRatio" | "liquidationPenalty"): bigint {
    return ceil(ceil(abs(size) * this.#price(name), W) * this.#market(name).terms[ratio], W);
  }

  #indexAt(name: string, time: bigint): bigint {
    const { terms, index, time: last, seen } = this.#market(name);
    return index + floor(terms.dailyFunding * (time - last) * seen, W * DAY);
  }

  #price(name: string): bigint {
    return this.#prices.get(name) ?? 0n;
  }

  #market(name: string): Books {
    const market = this.#markets.get(name);
    if (market === undefined) throw new Error(`there is no market ${name}`);
    return market;
  }
}
