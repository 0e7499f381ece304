/** Questions to the models of a portfolio in whole units, for tests that work the answers out by hand. */
import type { Policy } from "../../sdk/src/index.ts";
import { UNCAPPED, WAD } from "../../sdk/src/math/index.ts";
import { type Assessment, add, type assess, decay, emptyUnderlying, type Greeks, type Underlying } from "../../sdk/src/portfolio/risk.ts";
import { policyWith } from "./parityFixtures.ts";

const NOTHING: Greeks = { delta: 0n, gamma: 0n, vega: 0n, theta: 0n };
export const PERPETUAL: Greeks = { ...NOTHING, delta: WAD };
/** Half the equity may be lost; everything moves by a tenth and together; volatility by 0.4 up and 0.2 down. */
const TERMS: Partial<Policy> = { netting: WAD, portfolioBudget: WAD / 2n, volUp: (4n * WAD) / 10n, volDown: (2n * WAD) / 10n };

/** Underlyings that move by a tenth, with so much in each; amounts in whole units. */
function holding(policy: Policy, greeks: readonly Holding[], move = WAD / 10n): Underlying[] {
  return greeks.map((one) => {
    const held = emptyUnderlying(move);
    add(held, policy, inWad(one));
    return { ...held, beta: one.beta ?? null };
  });
}

const inWad = ({ delta = 0n, gamma = 0n, vega = 0n, theta = 0n }: Partial<Greeks>): Greeks => {
  return { delta: delta * WAD, gamma: gamma * WAD, vega: vega * WAD, theta: theta * WAD };
};

/** What is held in one underlying, in whole units; and its beta, WAD. */
type Holding = Partial<Greeks> & { readonly beta?: bigint };

export interface Asked {
  readonly terms?: Partial<Policy>;
  /** The first is the position's own underlying. */
  readonly held?: readonly Holding[];
  readonly unit?: Greeks;
  readonly before?: bigint;
  readonly next?: bigint;
  readonly equity?: bigint;
  readonly isReduction?: boolean;
  readonly keepsLoss?: boolean;
  readonly move?: bigint;
}

/** What one of the models says, in whole units. */
export function answer(model: typeof assess, asked: Asked): Record<keyof Assessment, number> {
  const { terms = {}, held = [{}], unit = PERPETUAL, before = 0n, next = 0n, equity = 1_000n, isReduction = false } = asked;
  const { keepsLoss = true, move } = asked;
  const policy = policyWith({ ...TERMS, ...terms });
  const time = held.reduce((sum, { theta = 0n }) => sum + decay(policy, theta * WAD), 0n);
  const holdings = { underlyings: holding(policy, held, move), decay: time };
  const result = model(policy, holdings, { unit, before: before * WAD, next: next * WAD }, equity * WAD, isReduction, keepsLoss);
  const units = (value: bigint): number => (value === UNCAPPED ? Number.POSITIVE_INFINITY : Number(value) / 1e18);
  return { limit: units(result.limit), loss: units(result.loss), allowedLoss: units(result.allowedLoss) };
}
