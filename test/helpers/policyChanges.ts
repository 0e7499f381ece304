/** Policies next to one another. */
import type { PolicyField } from "../../sdk/src/index.ts";
import { FIELD_NAMES, type FieldSpec, type Fields, LAYOUT } from "../model/policy.ts";
import type { Random } from "./corpus.ts";

/** The same policy with so many of its fields moved, up or down, by a little or by a lot, each within its own range. */
export function movedFields(random: Random, fields: Fields, count: number): Fields {
  const changed = { ...fields } as Record<keyof Fields, bigint>;
  for (let i = 0; i < count; i++) {
    const name = random.pick(FIELD_NAMES);
    const { min, max } = LAYOUT[name];
    const step = random.oneIn(2) ? 1n : random.logBetween(1n, max - min + 1n);
    const value = changed[name] + (random.oneIn(2) ? step : -step);
    if (value >= min && value <= max) changed[name] = value;
  }
  return changed;
}

/** Where the layout has a field that may be moved by itself: a cap with the exponent above its mantissa. */
export function placeInLayout(field: PolicyField): Pick<FieldSpec, "word" | "shift" | "bits"> {
  const { word, shift, bits } = LAYOUT[field];
  return {
    word,
    shift,
    bits: field.endsWith("Mantissa") ? bits + LAYOUT[field.replace("Mantissa", "Exponent") as PolicyField].bits : bits,
  };
}

/** The fields that no steward may have bounds for, of a list written down a second time. */
export const FIXED_FIELDS: readonly PolicyField[] = [
  ...(["Feed", "FeedDecimals", "Mode", "Active", "Flags", "Heartbeat", "MaxAge", "MaxConfidence"] as const),
  ...(["Tail", "Horizon", "MaintenanceAndPenalty", "ExitFee", "OpenInterestExponent"] as const),
  ...(["MaxSkewExponent", "GrowthCapacityExponent", "GrowthPeriod", "MaxDrawdown", "DrawdownPower", "PeakHalfLife"] as const),
  ...(["ExtendedSpare", "PortfolioFlags", "PortfolioBudget", "PortfolioTail", "PortfolioHorizon", "Netting"] as const),
  ...(["VolDown", "VolUp", "MaxRiskShare", "DeltaCapMantissa", "DeltaCapExponent", "GammaCapMantissa"] as const),
  ...(["GammaCapExponent", "VegaCapMantissa", "VegaCapExponent", "Beta", "BetaStress"] as const),
  ...(["VarianceSource", "MaxVolatility", "VarianceSpare"] as const),
];
