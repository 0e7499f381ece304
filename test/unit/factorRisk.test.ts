import { expect } from "chai";
import { UNCAPPED, WAD } from "../../sdk/src/math/index.ts";
import { assessFactor } from "../../sdk/src/portfolio/factor.ts";
import { type Assessment, add, emptyUnderlying } from "../../sdk/src/portfolio/risk.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { ASSESS_FACTOR } from "../helpers/mirroredRisk.ts";
import { policyWith } from "../helpers/parityFixtures.ts";
import { type Asked, answer } from "../helpers/portfolioQuestions.ts";

/** Half the equity may be lost, everything moves by a tenth; the position's own beta is 1 where a test says no other. */
function ask(asked: Asked): Record<keyof Assessment, number> {
  return answer(assessFactor, { ...asked, terms: { usesFactor: true, hasBeta: true, beta: WAD, ...asked.terms } });
}

/** To a millionth of a millionth: every loss is rounded up, and each underlying adds a wei. */
function expectClose(result: Record<keyof Assessment, number>, expected: Partial<Record<keyof Assessment, number>>): void {
  for (const [name, value] of Object.entries(expected)) {
    const difference = Math.abs(result[name as keyof Assessment] - value);
    expect(difference, `${name}: ${result[name as keyof Assessment]}, not ${value}`).to.be.at.most(1e-12 * (1 + value));
  }
}

const percent = (value: bigint): bigint => (value * WAD) / 100n;

describe("what a portfolio may lose where one factor moves all markets, by hand", () => {
  it("alone: a tenth of what is held, against half of the equity", () => {
    expectClose(ask({ next: 2_000n }), { limit: 5_000, loss: 200, allowedLoss: 500 });
    expectClose(ask({ next: -2_000n }), { limit: 5_000, loss: 200, allowedLoss: 500 });
  });

  it("markets that move as one add and hedge in full", () => {
    expectClose(ask({ held: [{}, { delta: 3_000n, beta: WAD }] }), { limit: 2_000, loss: 300 });
    expectClose(ask({ held: [{}, { delta: -3_000n, beta: WAD }] }), { limit: 8_000, loss: 300 });
    expectClose(ask({ held: [{}, { delta: -3_000n, beta: WAD }], next: 3_000n }), { loss: 0 });
    // Against the factor: long both is a hedge.
    expectClose(ask({ held: [{}, { delta: 3_000n, beta: -WAD }], next: 3_000n }), { loss: 0 });
  });

  it("markets that have nothing in common lose the root of their squares", () => {
    expectClose(ask({ held: [{}, { delta: 3_000n, beta: 0n }], next: 4_000n }), { limit: 4_000, loss: 500 });
    expectClose(ask({ held: [{}, { delta: -3_000n, beta: 0n }], next: 4_000n }), { limit: 4_000, loss: 500 });
  });

  it("betas multiply to a correlation: 0.8 and 0.5 make 0.4", () => {
    const held = [{}, { delta: 3_000n, beta: percent(50n) }];
    const terms = { beta: percent(80n) };
    // 300² + 400² + 2·0.4·300·400.
    expectClose(ask({ terms, held, next: 4_000n }), { loss: Math.sqrt(346_000) });
    expectClose(ask({ terms, held, next: -4_000n }), { loss: Math.sqrt(154_000) });
    // y² + 240·y + 300² = 500².
    expectClose(ask({ terms, held }), { limit: 10 * (Math.sqrt(120 ** 2 + 160_000) - 120) });
  });

  it("stress moves betas both ways, and the worse counts: hedges count for less, what adds up for more", () => {
    const terms = { beta: percent(80n), betaStress: percent(50n) };
    // Towards one: 0.9 and 0.75; towards nothing: 0.4 and 0.25.
    const held = [{}, { delta: 3_000n, beta: percent(50n) }];
    expectClose(ask({ terms, held, next: 4_000n }), { loss: Math.sqrt(250_000 + 240_000 * 0.9 * 0.75) });
    expectClose(ask({ terms, held, next: -4_000n }), { loss: Math.sqrt(250_000 - 240_000 * 0.4 * 0.25) });
    // A beta of nothing goes up.
    expectClose(ask({ terms, held: [{}, { delta: 3_000n, beta: 0n }], next: 4_000n }), { loss: Math.sqrt(250_000 + 240_000 * 0.9 * 0.5) });
  });

  it("a market without a beta counts in full, on whichever side", () => {
    expectClose(ask({ held: [{}, { delta: 3_000n }], next: 1_000n }), { limit: 2_000, loss: 400 });
    expectClose(ask({ held: [{}, { delta: -3_000n }], next: 1_000n }), { limit: 2_000, loss: 400 });
  });

  it("an underlying has the beta of the first of its markets that has one", () => {
    const held = emptyUnderlying(WAD);
    const greeks = { delta: 1n, gamma: 0n, vega: 0n, theta: 0n };
    const terms = (hasBeta: boolean, beta: bigint) => policyWith({ hasBeta, beta });
    add(held, terms(false, percent(90n)), greeks);
    expect(held.beta).to.equal(null);
    add(held, terms(true, percent(80n)), greeks);
    add(held, terms(true, percent(30n)), greeks);
    add(held, terms(false, 0n), greeks);
    expect(held).to.include({ beta: percent(80n), delta: 4n });
  });

  it("what is held in the position's own underlying is one with it, whatever betas are", () => {
    const terms = { beta: percent(10n), betaStress: WAD };
    expectClose(ask({ terms, held: [{ delta: -3_000n, beta: percent(90n) }], next: 4_000n }), { limit: 8_000, loss: 100 });
    expectClose(ask({ terms, held: [{ delta: 3_000n }], next: 1_000n }), { limit: 2_000, loss: 400 });
    // Beyond what flipping it takes: the limit is below what is held.
    expectClose(ask({ terms, held: [{ delta: 6_000n }] }), { limit: 0, loss: 600 });
  });

  it("gamma, vega and time of what is held add in full, each at its worst", () => {
    expectClose(ask({ held: [{}, { gamma: -10_000n, beta: 0n }], next: 1_000n }), { loss: 170, limit: 4_300 });
    expectClose(ask({ held: [{ vega: 100n }], next: 1_000n }), { loss: 120 });
    expectClose(ask({ terms: { portfolioHorizon: 43_200n }, held: [{ theta: -100n }] }), { loss: 50, limit: 4_500 });
    expectClose(ask({ held: [{}, { gamma: 10_000n, beta: 0n }], next: 1_000n }), { loss: 100 });
  });

  it("an account above its budget may hedge until the other side loses as much", () => {
    const held = [{}, { delta: 10_000n, beta: WAD }];
    expectClose(ask({ held, next: -1_000n }), { allowedLoss: 1_000, loss: 900, limit: 20_000 });
    // What can't be hedged below the budget leaves nothing where collateral leaves.
    expectClose(ask({ held, next: -1_000n, keepsLoss: false }), { allowedLoss: 500, limit: 15_000 });
    expectClose(ask({ held: [{}, { delta: 10_000n, beta: 0n }], next: -1_000n, keepsLoss: false }), { allowedLoss: 500, limit: 0 });
    expectClose(ask({ held: [{}, { delta: 10_000n, beta: WAD }], next: 1n, keepsLoss: false }), { limit: 0 });
  });

  it("keeps to the caps: a share of the budget, and net delta on the side it grows to", () => {
    expectClose(ask({ terms: { capsRiskShare: true, maxRiskShare: WAD / 4n } }), { limit: 1_250 });
    const delta = { terms: { capsDelta: true, deltaCap: 4_000n * WAD }, equity: 10_000n };
    expectClose(ask({ ...delta, held: [{ delta: 1_000n }] }), { limit: 3_000 });
    expectClose(ask({ ...delta, held: [{ delta: 1_000n }], next: -1n }), { limit: 5_000 });
  });

  it("a reduction may leave a 64th more, or a sixteenth of everything apart; and a millionth of a unit", () => {
    const isReduction = true;
    expectClose(ask({ equity: 0n, before: 6_400n, next: 6_400n, isReduction }), { allowedLoss: 650 });
    expectClose(ask({ equity: 0n, held: [{}, { delta: -8_000n, beta: WAD }], before: 8_000n, isReduction }), { allowedLoss: 100 });
    expectClose(ask({ equity: 0n, isReduction }), { allowedLoss: 0.000001 });
    expectClose(ask({ equity: 0n, before: 6_400n, isReduction, keepsLoss: false }), { allowedLoss: 0 });
    expectClose(ask({ before: 8_000n, held: [{}, { delta: 8_000n, beta: WAD }], next: -1n }), { allowedLoss: 1_600 });
  });

  it("nothing moves: nothing is lost, and no size is too much", () => {
    expect(ask({ move: 0n, held: [{}, { delta: 3_000n, beta: WAD }], next: 10n ** 9n })).to.include({ limit: Number.POSITIVE_INFINITY });
  });
});

describe(`one factor, whatever is held (SEED=${SEED})`, () => {
  const random = new Random(SEED, "factor properties");
  const cases = Array.from({ length: 3_000 }, () => (ASSESS_FACTOR.plausible as (random: Random) => readonly bigint[])(random));
  const assessed = (words: readonly bigint[]): readonly bigint[] => ASSESS_FACTOR.mirror(...words) as readonly bigint[];
  const changed = (words: readonly bigint[], changes: Readonly<Record<number, bigint>>): bigint[] =>
    words.map((word, i) => changes[i] ?? word);
  const [BETAS, NEXT, EQUITY, KEEPS_LOSS] = [17, 21, 22, 24];
  const lossOf = (words: readonly bigint[]): bigint => assessed(words)[1] ?? 0n;
  const withStress = (words: readonly bigint[], stress: bigint): bigint[] =>
    changed(words, { 0: BigInt.asUintN(248, words[0] ?? 0n) | (stress << 248n) });
  const withoutBetas = (words: readonly bigint[]): bigint[] =>
    changed(words, { [BETAS]: 2n * WAD, [BETAS + 1]: 2n * WAD, [BETAS + 2]: 2n * WAD });

  it("more equity never allows less, and collateral that leaves never allows more", () => {
    for (const words of cases) {
      const [limit = 0n, , allowed = 0n] = assessed(words);
      const richer = assessed(changed(words, { [EQUITY]: 2n * (words[EQUITY] ?? 0n) + 1n }));
      expect((richer[0] ?? 0n) >= limit && (richer[2] ?? 0n) >= allowed).to.equal(true);
      const leaving = assessed(changed(words, { [KEEPS_LOSS]: 0n }));
      expect((leaving[0] ?? 0n) <= limit && (leaving[2] ?? 0n) <= allowed).to.equal(true);
    }
  });

  it("stress never makes a loss smaller or a limit larger", () => {
    for (const words of cases.map((one) => changed(one, { [KEEPS_LOSS]: 0n }))) {
      const [calm, stressed] = [assessed(withStress(words, 0n)), assessed(withStress(words, 40n))];
      expect((stressed[1] ?? 0n) >= (calm[1] ?? 0n)).to.equal(true);
      expect((stressed[0] ?? 0n) <= (calm[0] ?? 0n)).to.equal(true);
    }
  });

  it("no betas make a loss larger than none at all: what adds in full is the most", () => {
    let smaller = 0;
    for (const words of cases) {
      const [known, unknown] = [lossOf(words), lossOf(withoutBetas(words))];
      // A wei for each of three markets is rounded into the root, not beside it.
      expect(known <= unknown + 4n, `${known} with betas, ${unknown} without`).to.equal(true);
      if (known < unknown) smaller++;
    }
    expect(smaller).to.be.at.least(500);
  });

  it("up to the limit nothing is refused that a smaller position is not: what is within is allowed", () => {
    let tight = 0;
    for (const words of cases) {
      const [limit = 0n, , allowed = 0n] = assessed(words);
      if (limit === UNCAPPED || limit === 0n || limit >= 2n ** 160n) continue;
      const side = (words[NEXT] ?? 0n) < 0n ? -1n : 1n;
      const lossAt = (notional: bigint): bigint => lossOf(changed(words, { [NEXT]: side * notional }));
      // Nothing of the position, and all that it may be: between them the loss is no more than at the ends.
      if (lossAt(0n) > allowed) continue;
      expect(lossAt(limit) <= allowed).to.equal(true);
      expect(lossAt(limit / 2n) <= allowed).to.equal(true);
      tight++;
    }
    expect(tight).to.be.at.least(700);
  });
});
