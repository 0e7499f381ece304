import { expect } from "chai";
import { typesOf } from "../helpers/batch.ts";
import { type Arguments, corpus, type IntegerType, MODEL_CASES, Random, SEED } from "../helpers/corpus.ts";
import { type Answer, answer, describeTally, expectCoverage, type Mirrored, type Tally } from "../helpers/differential.ts";
import { harnessAbi } from "../helpers/harnessAbi.ts";
import { SUITES } from "../helpers/mirrored.ts";
import type { Specification } from "./bound.ts";
import { objection } from "./objection.ts";
import { SPECIFICATIONS } from "./specifications.ts";

/**
 * Of the answers that differ from the right one, the share that has to be refused. All where a specification leaves one
 * integer; the others allow for roundings inside, and are asked questions that differ by a single unit as well.
 */
const LEAST_REFUSED: Readonly<Record<string, number>> = {
  lnWad: 0.9,
  expWad: 0.6,
  adverseMoveShort: 0.5,
  fadedPeak: 0.7,
  touchProbability: 0.4,
  updateVolatility: 0.9,
  updateAcrossGap: 0.9,
  updateWinsorised: 0.9,
  judge: 0.95,
  positionMeters: 0.9,
  assess: 0.6,
  assessFactor: 0.5,
};

/** Functions of the sizing harness that play and read a feed. */
const OF_THE_FEED = ["latestRoundData", "latestRoundDataWithConfidence", "readRounds"];

function specificationOf(name: string): Specification {
  const specification = SPECIFICATIONS[name];
  if (specification === undefined) throw new Error(`${name} has no specification`);
  return specification;
}

function requireNoObjection(mirrored: Mirrored, arguments_: Arguments, answered: Answer): void {
  const found = objection(specificationOf(mirrored.name), arguments_, answered);
  if (found !== null) throw new Error(`${mirrored.name}(${arguments_.join(", ")}) ${found} (SEED=${SEED})`);
}

/** The whole corpus held against the specification. */
function hold(mirrored: Mirrored, types: readonly IntegerType[], count: number): Tally {
  const tally: Tally = { compared: 0, values: 0, errors: new Map() };
  for (const arguments_ of corpus(mirrored.name, types, mirrored, count, SEED)) {
    const answered = answer(mirrored, arguments_);
    requireNoObjection(mirrored, arguments_, answered);
    tally.compared++;
    if ("words" in answered) tally.values++;
    else tally.errors.set(answered.error.code, (tally.errors.get(answered.error.code) ?? 0) + 1);
  }
  return tally;
}

for (const [harness, suite] of SUITES) {
  describe(`SDK against the model: ${harness} (SEED=${SEED})`, () => {
    let types: (name: string) => readonly IntegerType[];

    before(async () => {
      const abi = await harnessAbi(harness);
      types = (name) => typesOf(abi, name);
    });

    it("has a specification and a corpus for every function", async () => {
      const known = SUITES.flatMap(([, functions]) => functions.map(({ name }) => name));
      const functions = (await harnessAbi(harness)).flatMap((item) => (item.type === "function" ? [item.name] : []));
      const missing = functions.filter((name) => !OF_THE_FEED.includes(name) && !(known.includes(name) && name in SPECIFICATIONS));
      expect(missing).to.deep.equal([]);
    });

    for (const mirrored of suite) {
      it(`${mirrored.name} keeps to its specification`, function () {
        const tally = hold(mirrored, types(mirrored.name), MODEL_CASES);
        expectCoverage(mirrored, tally, MODEL_CASES);
        this.runnable().title = `${mirrored.name} keeps to its specification: ${describeTally(tally)}`;
      });

      it(`${mirrored.name}: the model refuses wrong answers`, function () {
        const { wrong, refused } = refusals(mirrored, types(mirrored.name));
        expect(refused / wrong, `${refused} of ${wrong}`).to.be.at.least(LEAST_REFUSED[mirrored.name] ?? 1);
        this.runnable().title = `${mirrored.name}: the model refuses ${refused} of ${wrong} wrong answers`;
      });
    }
  });
}

interface Refusals {
  wrong: number;
  refused: number;
}

/** Holds answers against the specification that are right for other arguments, one unit off, or no answers at all. */
function refusals(mirrored: Mirrored, types: readonly IntegerType[]): Refusals {
  const found: Refusals = { wrong: 0, refused: 0 };
  const random = new Random(SEED, `wrong answers of ${mirrored.name}`);
  for (const arguments_ of corpus(mirrored.name, types, mirrored, 400, SEED)) {
    const right = answer(mirrored, arguments_);
    for (const wrong of wrongAnswers(mirrored, types, arguments_, right, random)) {
      if (same(wrong, right)) continue;
      found.wrong++;
      if (objection(specificationOf(mirrored.name), arguments_, wrong) !== null) found.refused++;
    }
  }
  return found;
}

function* wrongAnswers(
  mirrored: Mirrored,
  types: readonly IntegerType[],
  arguments_: Arguments,
  right: Answer,
  random: Random,
): Generator<Answer> {
  if ("words" in right) {
    for (const [index, value] of right.words.entries()) {
      for (const step of [-1n, 1n]) yield { words: right.words.with(index, value + step) };
    }
    yield { words: [...right.words, 0n] };
  } else {
    yield { words: [0n] };
  }
  for (const [position, type] of types.entries()) {
    const other = arguments_.with(position, moved(arguments_[position] ?? 0n, type, random));
    const answered = answerIfAny(mirrored, other);
    if (answered !== null) yield withEcho(mirrored, answered, right);
  }
}

/** A neighbour, or a value some percent away. */
function moved(value: bigint, { min, max }: IntegerType, random: Random): bigint {
  const next = random.pick([value + 1n, value - 1n, (value * 101n) / 100n, (value * 3n) / 4n]);
  return next < min || next > max ? value : next;
}

/** Arguments off the mark need not mean anything. */
function answerIfAny(mirrored: Mirrored, arguments_: Arguments): Answer | null {
  try {
    return answer(mirrored, arguments_);
  } catch {
    return null;
  }
}

/** The verdict repeats price, variance and status: the answer must be refused for what was made of them. */
function withEcho({ name }: Mirrored, answered: Answer, right: Answer): Answer {
  if (name !== "judge" || !("words" in answered) || !("words" in right)) return answered;
  return { words: [...answered.words.slice(0, 4), ...right.words.slice(4)] };
}

function same(first: Answer, second: Answer): boolean {
  if ("words" in first && "words" in second) return first.words.join() === second.words.join();
  if ("words" in first || "words" in second) return false;
  return first.error.code === second.error.code && first.error.args.join() === second.error.args.join();
}
