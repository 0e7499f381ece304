import { expect } from "chai";
import { correlationLimit, expectedShortfall, factorLimit, greeksPnl, gridLimit, gridLoss, movedBeta } from "../../sdk/src/limits/index.ts";
import { UNCAPPED, WAD } from "../../sdk/src/math/index.ts";

const BEYOND_INT = 2n ** 255n;
const BEYOND_UINT = 2n ** 256n;

/** A call with one argument that its Solidity type does not hold, and that argument's name. */
const REFUSED: readonly (readonly [argument: string, run: () => unknown])[] = [
  ["delta", () => greeksPnl(BEYOND_INT, 0n, 0n, 0n, 0n)],
  ["gamma", () => greeksPnl(0n, BEYOND_INT, 0n, 0n, 0n)],
  ["vega", () => greeksPnl(0n, 0n, BEYOND_INT, 0n, 0n)],
  ["move", () => greeksPnl(0n, 0n, 0n, BEYOND_INT, 0n)],
  ["volMove", () => greeksPnl(0n, 0n, 0n, 0n, BEYOND_INT)],
  ["budget", () => gridLimit(BEYOND_UINT, [], [])],
  ["pnl[1]", () => gridLimit(0n, [0n, BEYOND_INT], [0n, 0n])],
  ["unitPnl[0]", () => gridLimit(0n, [0n], [-BEYOND_INT - 1n])],
  ["pnl[0]", () => gridLoss([BEYOND_INT], [0n], 0n)],
  ["unitPnl[1]", () => gridLoss([0n, 0n], [0n, -BEYOND_INT - 1n], 0n)],
  ["notional", () => gridLoss([], [], BEYOND_UINT)],
  ["losses[0]", () => correlationLimit([BEYOND_INT], [0n], [0n], 0n, 0n)],
  ["correlationWithCandidate[0]", () => correlationLimit([0n], [BEYOND_INT], [0n], 0n, 0n)],
  ["correlation[0]", () => correlationLimit([0n], [0n], [BEYOND_INT], 0n, 0n)],
  ["candidateMove", () => correlationLimit([], [], [], BEYOND_UINT, 0n)],
  ["budget", () => correlationLimit([], [], [], 0n, -1n)],
  ["losses[0]", () => factorLimit([BEYOND_INT], [0n], 0n, 0n, 0n, 0n)],
  ["betas[0]", () => factorLimit([0n], [BEYOND_INT], 0n, 0n, 0n, 0n)],
  ["candidateBeta", () => factorLimit([], [], BEYOND_INT, 0n, 0n, 0n)],
  ["stress", () => factorLimit([], [], 0n, BEYOND_UINT, 0n, 0n)],
  ["candidateMove", () => factorLimit([], [], 0n, 0n, -1n, 0n)],
  ["budget", () => factorLimit([], [], 0n, 0n, 0n, BEYOND_UINT)],
  ["beta", () => movedBeta(BEYOND_INT, 0n)],
  ["shift", () => movedBeta(0n, -BEYOND_INT - 1n)],
  ["losses[2]", () => expectedShortfall([0n, 0n, BEYOND_INT], 1n)],
  ["n", () => expectedShortfall([0n], -1n)],
];

describe("portfolio", () => {
  for (const [argument, run] of REFUSED) {
    it(`refuses ${argument} where its type does not hold it: ${run.toString().slice(6)}`, () => {
      expect(run).to.throw().that.includes({ code: "ArgumentOutOfRange", argument });
    });
  }

  it("a hedge leaves room, the same side takes it", () => {
    const room = (beta: bigint, loss: bigint): bigint => factorLimit([loss], [WAD], beta, 0n, WAD / 10n, 50n * WAD);
    expect(room(WAD, 0n)).to.equal(500n * WAD);
    expect(room(WAD, 30n * WAD)).to.equal(200n * WAD);
    expect(room(-WAD, 30n * WAD)).to.equal(800n * WAD);
    expect(room(0n, 30n * WAD)).to.equal(400n * WAD);
  });

  it("stress never gives more room, and takes a hedge's away", () => {
    const room = (stress: bigint): bigint => factorLimit([30n * WAD], [WAD], -WAD / 2n, stress, WAD / 10n, 50n * WAD);
    expect(room(WAD / 2n) < room(0n)).to.equal(true);
    // Without any correlation left to count on.
    expect(room(WAD)).to.equal(400n * WAD);
  });

  it("agrees with the matrix where the matrix is of one factor", () => {
    const [b1, b2] = [WAD / 2n, (8n * WAD) / 10n];
    const matrix = [WAD, (b1 * b2) / WAD, (b1 * b2) / WAD, WAD];
    const losses = [10n * WAD, -20n * WAD];
    const byMatrix = correlationLimit(losses, [(b1 * b1) / WAD, (b2 * b1) / WAD], matrix, WAD / 5n, 60n * WAD);
    expect(factorLimit(losses, [b1, b2], b1, 0n, WAD / 5n, 60n * WAD)).to.equal(byMatrix);
  });

  it("a grid of one scenario is a division, and a scenario that wins does not bind", () => {
    expect(gridLimit(10n * WAD, [5n * WAD], [-WAD / 4n])).to.equal(60n * WAD);
    expect(gridLimit(10n * WAD, [5n * WAD], [WAD / 4n])).to.equal(UNCAPPED);
  });
});
