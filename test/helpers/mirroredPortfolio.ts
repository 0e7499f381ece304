/** What positions lose together, and the arguments to hold it against its twins with. Lists come as a length and three elements. */
import {
  correlationLimit,
  expectedShortfall,
  factorLimit,
  greeksPnl,
  gridLimit,
  gridLoss,
  movedBeta,
  netCapLimit,
} from "../../sdk/src/limits/index.ts";
import { WAD } from "../../sdk/src/math/index.ts";
import { type Arguments, integerType, type Random } from "./corpus.ts";
import type { Mirrored } from "./differential.ts";
import { ASSESS, ASSESS_FACTOR } from "./mirroredRisk.ts";

const INT256 = integerType("int256");
const UINT256 = integerType("uint256");

export const PORTFOLIO: readonly Mirrored[] = [
  {
    name: "greeksPnl",
    mirror: greeksPnl,
    plausible: (random) => [money(random), money(random), money(random), share(random), share(random)],
    errors: ["MathOverflow"],
  },
  {
    name: "gridLimit",
    mirror: (budget, ...words) => {
      const [pnl, rest] = take(words, 3);
      return gridLimit(budget, pnl, take(rest, 3)[0]);
    },
    plausible: (random) => {
      const count = random.below(4);
      const pnl = list(random, count, 3, money);
      return [amount(random), ...pnl, ...list(random, sameOrNot(random, count), 3, share)];
    },
    hangsTogether: true,
    errors: ["LengthMismatch", "MathOverflow"],
  },
  {
    name: "gridLoss",
    mirror: (...words) => {
      const [pnl, afterPnl] = take(words, 3);
      const [unitPnl, [notional = 0n]] = take(afterPnl, 3);
      return gridLoss(pnl, unitPnl, notional);
    },
    plausible: (random) => {
      const count = random.below(4);
      const pnl = list(random, count, 3, money);
      return [...pnl, ...list(random, sameOrNot(random, count), 3, share), amount(random)];
    },
    hangsTogether: true,
    errors: ["LengthMismatch", "MathOverflow"],
  },
  {
    name: "netCapLimit",
    mirror: netCapLimit,
    plausible: (random) => [amount(random), money(random), share(random)],
    errors: ["MathOverflow"],
  },
  {
    name: "correlationLimit",
    mirror: (...words) => {
      const [losses, afterLosses] = take(words, 3);
      const [candidates, afterCandidates] = take(afterLosses, 3);
      const [matrix, [move = 0n, budget = 0n]] = take(afterCandidates, 9);
      return correlationLimit(losses, candidates, matrix, move, budget);
    },
    plausible: (random) => {
      const count = random.below(4);
      const size = 10n ** BigInt(random.below(34));
      const losses = list(random, count, 3, () => random.between(-size, size));
      const candidates = list(random, sameOrNot(random, count), 3, share);
      const entries = random.oneIn(20) ? random.below(10) : count * count;
      return [...losses, ...candidates, ...list(random, entries, 9, share), move(random), budgetFor(random, size)];
    },
    hangsTogether: true,
    errors: ["LengthMismatch", "MathOverflow"],
  },
  {
    name: "factorLimit",
    mirror: (...words) => {
      const [losses, afterLosses] = take(words, 3);
      const [betas, [candidateBeta = 0n, stress = 0n, move = 0n, budget = 0n]] = take(afterLosses, 3);
      return factorLimit(losses, betas, candidateBeta, stress, move, budget);
    },
    plausible: (random) => {
      const count = random.below(4);
      const size = 10n ** BigInt(random.below(34));
      const losses = list(random, count, 3, () => random.between(-size, size));
      const betas = list(random, sameOrNot(random, count), 3, share);
      const stress = random.oneIn(3) ? 0n : random.between(0n, 2n * WAD);
      return [...losses, ...betas, share(random), stress, move(random), budgetFor(random, size)];
    },
    hangsTogether: true,
    errors: ["LengthMismatch", "MathOverflow"],
  },
  { name: "movedBeta", mirror: movedBeta, plausible: (random) => [share(random), share(random)], errors: ["MathOverflow"] },
  {
    name: "expectedShortfall",
    mirror: (...words) => {
      const [losses, [n = 0n]] = take(words, 3);
      return expectedShortfall(losses, n);
    },
    plausible: (random) => {
      const count = random.below(4);
      const n = random.oneIn(10) ? random.pick([0n, 4n, random.logUniform(UINT256)]) : random.between(1n, BigInt(count) + 1n);
      return [...list(random, count, 3, money), n];
    },
    hangsTogether: true,
    errors: ["DivisionByZero", "MathOverflow"],
  },
  ASSESS,
  ASSESS_FACTOR,
];

/** The list that begins with its length, out of so many elements, and what comes after them. */
function take(words: readonly bigint[], most: number): readonly [list: bigint[], rest: readonly bigint[]] {
  const [count = 0n, ...values] = words;
  return [values.slice(0, Number(count)), values.slice(most)];
}

function list(random: Random, count: number, most: number, element: (random: Random) => bigint): Arguments {
  // Elements beyond the length count for nothing, and are there all the same.
  return [BigInt(count), ...Array.from({ length: most }, () => (random.oneIn(40) ? anywhere(random) : element(random)))];
}

function sameOrNot(random: Random, count: number): number {
  return random.oneIn(20) ? random.below(4) : count;
}

/** Any int256: edges, and every order of magnitude. */
function anywhere(random: Random): bigint {
  return random.pick([INT256.min, INT256.min + 1n, INT256.max, 0n, random.logUniform(INT256), random.logUniform(INT256)]);
}

/** Profits and losses. */
function money(random: Random): bigint {
  return random.oneIn(40) ? anywhere(random) : random.logBetween(0n, 10n ** 34n) * random.pick([1n, -1n]);
}

/** From -1 to 1. */
function share(random: Random): bigint {
  if (random.oneIn(60)) return random.pick([WAD + 1n, -WAD - 1n, anywhere(random)]);
  return random.oneIn(4) ? random.pick([0n, WAD, -WAD]) : random.between(-WAD, WAD);
}

function amount(random: Random): bigint {
  return random.oneIn(20) ? random.logUniform(UINT256) : random.logBetween(0n, 10n ** 34n);
}

function move(random: Random): bigint {
  return random.oneIn(10) ? 0n : random.logBetween(1n, 5n * WAD);
}

/** Near the losses, so that it is sometimes spent. */
function budgetFor(random: Random, size: bigint): bigint {
  return random.oneIn(10) ? amount(random) : random.between(0n, 4n * size);
}
