/** Who chooses when a guard observes rounds that are written without him, between two pokes of a keeper. */
import { at, observe, type Path, type Sight, STEP, varianceOf } from "./path.ts";

/** Rounds of a Chainlink-shaped feed: on a move of half a percent, or after an hour. */
export function chainlinkRounds(path: Path, threshold = 0.005, heartbeat = 3_600): Sight[] {
  const rounds: Sight[] = [{ time: 0, value: 0 }];
  for (const [index, value] of path.entries()) {
    const last = rounds.at(-1) ?? { time: 0, value: 0 };
    const time = index * STEP;
    if (Math.abs(value - last.value) >= threshold || time - last.time >= heartbeat) rounds.push({ time, value });
  }
  return rounds;
}

/** Rounds that a keeper records on time. */
export const recordedRounds = (path: Path, every: number): Sight[] =>
  Array.from({ length: Math.floor(((path.length - 1) * STEP) / every) + 1 }, (_, k) => ({
    time: k * every,
    value: at(path, (k * every) / STEP),
  }));

/** Rounds of a pool's mean price. */
export function meanRounds(path: Path, period: number, window: number): Sight[] {
  const steps = window / STEP;
  const mean = (end: number): number => path.slice(end - steps, end).reduce((sum, value) => sum + value, 0) / steps;
  const count = Math.floor(((path.length - 1) * STEP) / period);
  return Array.from({ length: count }, (_, k) => ({ time: (k + 1) * period, value: mean(((k + 1) * period) / STEP) }));
}

export interface Gains {
  readonly mean: number;
  readonly rare: number;
  readonly largest: number;
}

/**
 * At each round: how much larger a position may be than if every round had been observed. A poke walks all rounds, so all
 * there is to choose is the round up to which somebody poked last: any since the keeper did, who comes every `gap` seconds.
 */
export function timingGains(rounds: readonly Sight[], heartbeat: number, gap: number): Gains {
  const words: bigint[] = [];
  for (const [index, round] of rounds.entries()) words.push(observe(words.at(-1) ?? 0n, rounds[index - 1], round, heartbeat));
  const gains = rounds.map((round, index) => {
    const honest = varianceOf(words[index] ?? 0n);
    let least = honest;
    for (let last = index - 1; last >= 0; last--) {
      least = Math.min(least, varianceOf(observe(words[last] ?? 0n, rounds[last], round, heartbeat)));
      // The keeper walked up to here: nobody can have stopped before.
      if ((rounds[last]?.time ?? 0) <= Math.floor((round.time - 1) / gap) * gap) break;
    }
    return Math.sqrt(honest / least) - 1;
  });
  const settled = gains.slice(Math.floor(gains.length / 10)).sort((a, b) => a - b);
  return {
    mean: settled.reduce((sum, gain) => sum + gain, 0) / settled.length,
    rare: settled[Math.floor(settled.length * 0.99)] ?? 0,
    largest: settled.at(-1) ?? 0,
  };
}
