import { expect } from "chai";
import { before, describe, it } from "mocha";
import {
  CALM,
  calmPath,
  EVENT,
  LOOK,
  regimePath,
  roundsOf,
  WATCHED_HOURS,
  withBadTick,
  withEveryLook,
  withRepeats,
} from "../../scripts/bench/volatility/paths.ts";
import type { PathRound } from "../../scripts/demo/path.ts";
import type { Sample } from "../../scripts/lib/prices/bars.ts";

const YEAR = 31_536_000;
const HOUR = 3_600;

/** Variance per year of the prices in a stretch of time. */
function varianceOf(samples: readonly Sample[], from: number, to: number): number {
  const inside = samples.filter(({ time }) => time >= from && time <= to).map(({ answer8 }) => Math.log(Number(answer8)));
  const squares = inside.reduce((sum, value, index) => sum + (index === 0 ? 0 : (value - (inside[index - 1] ?? 0)) ** 2), 0);
  return (squares * YEAR) / (to - from);
}

describe("simulated paths", () => {
  let samples: Sample[];
  let rounds: PathRound[];

  before(async () => {
    samples = calmPath(1);
    rounds = await roundsOf(samples);
  });

  it("have the variance they are said to have, before the event and after it", () => {
    const path = regimePath(1, 4);
    const end = EVENT + WATCHED_HOURS * HOUR;
    expect(varianceOf(path, EVENT - 30 * 24 * HOUR, EVENT) / CALM).to.be.within(0.97, 1.03);
    expect(varianceOf(path, EVENT, end) / CALM).to.be.within(4 * 0.97, 4 * 1.03);
    expect(path.at(-1)?.time).to.equal(end);
  });

  it("of one number are one path, of another another; before the event the regime does not show", () => {
    // As text: a deep comparison of fifty thousand samples takes seconds.
    const text = (path: readonly Sample[]): string => path.map(({ time, answer8 }) => `${time} ${answer8}`).join("\n");
    const until = (path: readonly Sample[]): string => text(path.filter(({ time }) => time <= EVENT));
    expect(text(calmPath(1)) === text(samples)).to.equal(true);
    expect(until(calmPath(2)) === until(samples)).to.equal(false);
    const regime = regimePath(1, 16);
    expect(until(regime) === until(samples)).to.equal(true);
    expect(text(regime) === text(samples)).to.equal(false);
  });

  it("with a bad tick differ at one look, and a feed writes it and takes it back", async () => {
    const ticked = withBadTick(samples, 1.1);
    const changed = ticked.filter(({ answer8 }, index) => answer8 !== samples[index]?.answer8);
    expect(changed.map(({ time }) => time)).to.deep.equal([EVENT]);
    const after = (await roundsOf(ticked)).filter(({ updatedAt }) => updatedAt >= EVENT);
    expect(after.slice(0, 2).map(({ updatedAt }) => updatedAt)).to.deep.equal([EVENT, EVENT + LOOK]);
    expect(Number(after[0]?.answer8) / Number(after[1]?.answer8)).to.be.within(1.09, 1.11);
  });

  it("with spam have a round at every look of one hour, and the others as they were", () => {
    const hour = ({ updatedAt }: PathRound): boolean => updatedAt >= EVENT && updatedAt < EVENT + HOUR;
    const bare = (list: readonly PathRound[]) => list.map(({ answer8, updatedAt }) => ({ answer8, updatedAt }));
    for (const spammed of [withRepeats(rounds), withEveryLook(rounds, samples)]) {
      const inHour = spammed.filter(hour);
      expect(inHour.length).to.be.within(299, 300);
      expect(spammed.map(({ roundId }) => roundId)).to.deep.equal(spammed.map((_, index) => index + 1));
      expect(bare(spammed.filter((round) => !hour(round)))).to.deep.equal(bare(rounds.filter((round) => !hour(round))));
      expect(bare(inHour)).to.include.deep.members(bare(rounds.filter(hour)));
    }
    const prices = new Map(samples.map(({ time, answer8 }) => [time, answer8]));
    for (const { updatedAt, answer8 } of withEveryLook(rounds, samples).filter(hour)) expect(prices.get(updatedAt)).to.equal(answer8);
    const repeated = withRepeats(rounds);
    const first = repeated.findIndex(hour);
    expect(repeated[first]?.answer8).to.equal(rounds.findLast(({ updatedAt }) => updatedAt <= EVENT)?.answer8);
  });
});
