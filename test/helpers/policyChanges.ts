/** Policies next to one another. */
import { FIELD_NAMES, type Fields, LAYOUT } from "../model/policy.ts";
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
