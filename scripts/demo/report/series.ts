/** Views of a `ReplayResult` that several parts of the page share. */
import type { ReplayResult, ReplayStep } from "../result.ts";

/** A stretch of time during which one limit bound. */
export interface BindingRun {
  readonly limit: string;
  /** Seconds, unix. */
  readonly from: number;
  readonly to: number;
}

/** Consecutive steps with the same binding limit, merged; the last step has no length. */
export function bindingRuns(steps: readonly ReplayStep[]): BindingRun[] {
  const runs: { limit: string; from: number; to: number }[] = [];
  steps.forEach((step, i) => {
    const until = steps[i + 1]?.time ?? step.time;
    const current = runs.at(-1);
    if (current !== undefined && current.limit === step.binding) current.to = until;
    else if (until > step.time) runs.push({ limit: step.binding, from: step.time, to: until });
  });
  return runs;
}

/** Share of the replayed time during which each limit bound; limits that never did are absent. */
export function bindingShares(runs: readonly BindingRun[]): ReadonlyMap<string, number> {
  const total = runs.reduce((sum, run) => sum + run.to - run.from, 0);
  const shares = new Map<string, number>();
  for (const run of runs) shares.set(run.limit, (shares.get(run.limit) ?? 0) + (run.to - run.from) / total);
  return shares;
}

/** Every limit to show, in the contract's order, then any other name that bound (a pause, say). */
export function shownLimits(result: ReplayResult): string[] {
  return [...new Set([...result.activeLimits, ...result.steps.map((step) => step.binding)])];
}

/** Number of distinct limit colours in the style sheet. */
const LIMIT_COLOURS = 8;

/** CSS class of a limit's colour: the same one for the same limit all over the page. */
export function limitClass(limit: string, result: ReplayResult): string {
  const index = result.activeLimits.indexOf(limit);
  return index < 0 ? "limit-other" : `limit-${index % LIMIT_COLOURS}`;
}

/** The step at which a value is lowest, or undefined without steps. */
export function lowestBy(steps: readonly ReplayStep[], value: (step: ReplayStep) => number): ReplayStep | undefined {
  return steps.reduce<ReplayStep | undefined>((best, step) => (best && value(best) <= value(step) ? best : step), undefined);
}

export function highestBy(steps: readonly ReplayStep[], value: (step: ReplayStep) => number): ReplayStep | undefined {
  return lowestBy(steps, (step) => -value(step));
}
