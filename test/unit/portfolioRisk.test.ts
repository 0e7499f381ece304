import { expect } from "chai";
import { UNCAPPED, WAD } from "../../sdk/src/math/index.ts";
import { type Assessment, assess, type Greeks } from "../../sdk/src/portfolio/risk.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import { ASSESS } from "../helpers/mirroredRisk.ts";
import { type Asked, answer, PERPETUAL } from "../helpers/portfolioQuestions.ts";

const ask = (asked: Asked): Record<keyof Assessment, number> => answer(assess, asked);

describe("what a portfolio may lose, by hand", () => {
  it("alone: a tenth of what is held, against half of the equity", () => {
    expect(ask({ next: 2_000n })).to.deep.equal({ limit: 5_000, loss: 200, allowedLoss: 500 });
    expect(ask({ next: -2_000n })).to.deep.equal({ limit: 5_000, loss: 200, allowedLoss: 500 });
  });

  it("what moves along uses the budget up, what moves against it makes room", () => {
    expect(ask({ held: [{}, { delta: 3_000n }] })).to.include({ limit: 2_000, loss: 300 });
    expect(ask({ held: [{}, { delta: -3_000n }] })).to.include({ limit: 8_000, loss: 300 });
    expect(ask({ held: [{}, { delta: -3_000n }], next: 3_000n }).loss).to.equal(0);
  });

  it("without netting a hedge in another market counts as more risk; one in the same market counts in full", () => {
    const apart = { terms: { netting: 0n } };
    expect(ask({ ...apart, held: [{}, { delta: -3_000n }], next: 1_000n })).to.include({ limit: 2_000, loss: 400 });
    expect(ask({ ...apart, held: [{ delta: -3_000n }], next: 1_000n })).to.include({ limit: 8_000, loss: 200 });
    const half = { terms: { netting: WAD / 2n } };
    expect(ask({ ...half, held: [{}, { delta: -3_000n }], next: 3_000n }).loss).to.equal(300);
  });

  it("short gamma loses in the extreme moves too, and long gamma gains nothing there", () => {
    // ½·10 000·0.1² = 50; twice the move: 35 % of 200.
    expect(ask({ held: [{ gamma: -10_000n }] }).loss).to.equal(70);
    expect(ask({ held: [{ gamma: 10_000n }] }).loss).to.equal(0);
    // 35 % of 0.2·1 000, and no gamma against it; at the move itself 100 - 50.
    expect(ask({ held: [{ delta: -1_000n, gamma: 10_000n }] }).loss).to.equal(70);
    expect(ask({ held: [{ delta: 1_000n, gamma: 10_000n }, { gamma: -10_000n }] }).loss).to.equal(140);
  });

  it("a price does not fall below nothing, and rises as far as it likes", () => {
    const move = 3n * WAD;
    expect(ask({ move, next: 100n }).loss).to.equal(100);
    // 35 % of six times is less than three times.
    expect(ask({ move, next: -100n }).loss).to.equal(300);
  });

  it("volatility goes where it hurts, one way for everything", () => {
    expect(ask({ held: [{ vega: -100n }] }).loss).to.equal(40);
    expect(ask({ held: [{ vega: 100n }] }).loss).to.equal(20);
    expect(ask({ held: [{}, { vega: 100n }, { vega: -100n }] }).loss).to.equal(14);
    expect(ask({ terms: { netting: 0n }, held: [{}, { vega: 100n }, { vega: -100n }] }).loss).to.equal(60);
  });

  it("time costs what it costs, and pays nothing", () => {
    const terms = { portfolioHorizon: 43_200n };
    expect(ask({ terms, held: [{ theta: -100n }, { theta: 100n }] }).loss).to.equal(50);
    expect(ask({ terms, held: [{ theta: 100n }] }).loss).to.equal(0);
    expect(ask({ terms, unit: { ...PERPETUAL, theta: -WAD / 10n }, next: 1_000n }).loss).to.equal(150);
  });

  it("a position's own Greeks count on its side", () => {
    const option: Greeks = { delta: WAD / 2n, gamma: 2n * WAD, vega: WAD / 10n, theta: 0n };
    // Long 1 000: down 50 - 10, extreme 35 % of 100; volatility falls by 0.2: 20.
    expect(ask({ unit: option, next: 1_000n }).loss).to.equal(60);
    // Short: up 50 + 10, volatility up by 0.4: 40 more; extreme 35 % of 100 + 40 + 40.
    expect(ask({ unit: option, next: -1_000n }).loss).to.equal(100);
  });

  it("caps: a share of the budget, and net Greeks on the side they grow to", () => {
    expect(ask({ terms: { capsRiskShare: true, maxRiskShare: WAD / 4n } }).limit).to.equal(1_250);
    const delta = { terms: { capsDelta: true, deltaCap: 4_000n * WAD }, equity: 10_000n };
    expect(ask({ ...delta, held: [{ delta: 1_000n }] }).limit).to.equal(3_000);
    expect(ask({ ...delta, held: [{ delta: 1_000n }], next: -1n }).limit).to.equal(5_000);
    expect(ask({ ...delta, held: [{ delta: 5_000n }] }).limit).to.equal(0);
    const option: Greeks = { ...PERPETUAL, gamma: 2n * WAD, vega: WAD / 2n };
    const capped = { equity: 1_000_000n, unit: option, held: [{ gamma: 100n, vega: -50n }] };
    expect(ask({ ...capped, terms: { capsGamma: true, gammaCap: 1_100n * WAD } }).limit).to.equal(500);
    expect(ask({ ...capped, terms: { capsVega: true, vegaCap: 100n * WAD } }).limit).to.equal(300);
    expect(ask({ ...capped, terms: { capsVega: true, vegaCap: 100n * WAD }, next: -1n }).limit).to.equal(100);
  });

  it("the loss there was may stay, but not where collateral leaves", () => {
    const held = [{}, { delta: 10_000n }];
    expect(ask({ held }).allowedLoss).to.equal(1_000);
    expect(ask({ held, keepsLoss: false }).allowedLoss).to.equal(500);
    // The hedge may grow until the other side loses as much.
    expect(ask({ held, next: -1n }).limit).to.equal(20_000);
    // Flipping: what the old side lost.
    expect(ask({ held, before: 5_000n, next: -1n }).allowedLoss).to.equal(1_500);
  });

  it("a reduction may leave a 64th more, or a sixteenth of everything apart; and a millionth of a unit", () => {
    const isReduction = true;
    expect(ask({ equity: 0n, before: 6_400n, next: 6_400n, isReduction }).allowedLoss).to.equal(650);
    expect(ask({ equity: 0n, held: [{}, { delta: -8_000n }], before: 8_000n, isReduction }).allowedLoss).to.equal(100);
    expect(ask({ equity: 0n, isReduction }).allowedLoss).to.equal(0.000001);
    expect(ask({ equity: 0n, before: 6_400n, isReduction, keepsLoss: false }).allowedLoss).to.equal(0);
  });
});

describe(`what a portfolio may lose, whatever it holds (SEED=${SEED})`, () => {
  const random = new Random(SEED, "portfolio properties");
  const cases = Array.from({ length: 3_000 }, () => (ASSESS.plausible as (random: Random) => readonly bigint[])(random));
  const assessed = (words: readonly bigint[]): readonly bigint[] => ASSESS.mirror(...words) as readonly bigint[];
  const changed = (words: readonly bigint[], index: number, value: bigint): bigint[] =>
    words.map((word, i) => (i === index ? value : word));
  const [NEXT, EQUITY, KEEPS_LOSS] = [22, 23, 25];
  /** The capping flags off, so that the scenarios alone decide. */
  const uncapped = (words: readonly bigint[]): bigint[] => changed(words, 0, ((words[0] ?? 0n) >> 5n) << 5n);

  it("the limit is tight: so much loses no more than is allowed, one unit more loses more", () => {
    let tight = 0;
    for (const words of cases.map(uncapped)) {
      const [limit = 0n, , allowed = 0n] = assessed(words);
      if (limit === UNCAPPED || limit === 0n || limit >= 2n ** 160n) continue;
      const side = (words[NEXT] ?? 0n) < 0n ? -1n : 1n;
      const lossAt = (notional: bigint): bigint => assessed(changed(words, NEXT, side * notional))[1] ?? 0n;
      const within = lossAt(limit);
      // Others may lose more than is allowed where this position gains.
      if (within > allowed) continue;
      expect(lossAt(limit + 1n) > allowed).to.equal(true);
      tight++;
    }
    expect(tight).to.be.at.least(1_000);
  });

  it("more equity never allows less, and collateral that leaves never allows more", () => {
    for (const words of cases) {
      const [limit = 0n, , allowed = 0n] = assessed(words);
      const richer = assessed(changed(words, EQUITY, 2n * (words[EQUITY] ?? 0n) + 1n));
      expect((richer[0] ?? 0n) >= limit && (richer[2] ?? 0n) >= allowed).to.equal(true);
      const leaving = assessed(changed(words, KEEPS_LOSS, 0n));
      expect((leaving[0] ?? 0n) <= limit && (leaving[2] ?? 0n) <= allowed).to.equal(true);
    }
  });

  it("a loss never falls as the position that causes it grows on", () => {
    for (const words of cases) {
      const next = words[NEXT] ?? 0n;
      const [, at = 0n] = assessed(words);
      const [, double = 0n] = assessed(changed(words, NEXT, 2n * next));
      const [, none = 0n] = assessed(changed(words, NEXT, 0n));
      // Convex in the size: past its least it only rises.
      if (at > none) expect(double >= at).to.equal(true);
    }
  });
});
