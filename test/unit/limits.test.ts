import { expect } from "chai";
import fc from "fast-check";
import {
  bind,
  collateralLimitLong,
  collateralLimitShort,
  marginLimit,
  openInterestLimit,
  openInterestScale,
  oracleScale,
  volatilityLimit,
} from "../../sdk/src/limits/index.ts";
import { min } from "../../sdk/src/math/checks.ts";
import { UNCAPPED, WAD } from "../../sdk/src/math/index.ts";
import { SEED } from "../helpers/corpus.ts";
import { check, checkMonotone, expectError, magnitudes } from "../helpers/properties.ts";

const amounts = magnitudes(0n, 10n ** 36n);
const ratios = fc.bigInt({ min: 0n, max: WAD });
const halves = fc.bigInt({ min: 0n, max: WAD / 2n });
const moves = magnitudes(0n, 150n * WAD);
const uint256 = magnitudes(0n, UNCAPPED);

describe(`volatilityLimit (SEED=${SEED})`, () => {
  it("does not bind without a move, whatever the equity", () => {
    check([uint256, uint256], (equity, riskBudget) => expect(volatilityLimit(equity, riskBudget, 0n)).to.equal(UNCAPPED));
  });

  it("grows with equity and budget, shrinks with the move, and does not reward splitting", () => {
    const domain = [amounts, ratios, moves];
    checkMonotone(volatilityLimit, domain, 0, 1);
    checkMonotone(volatilityLimit, domain, 1, 1);
    checkMonotone(volatilityLimit, domain, 2, -1);
    check([amounts, amounts, ratios, magnitudes(1n, 10n * WAD)], (first, second, riskBudget, move) => {
      const apart = volatilityLimit(first, riskBudget, move) + volatilityLimit(second, riskBudget, move);
      expect(apart <= volatilityLimit(first + second, riskBudget, move)).to.equal(true);
    });
  });
});

describe(`collateral limits (SEED=${SEED})`, () => {
  const fees = fc.bigInt({ min: 0n, max: WAD / 10n });
  const domain = [amounts, moves, halves, halves, fees] as const;

  it("a short is never allowed more than a long at the same move", () => {
    check([...domain], (...values) => expect(collateralLimitShort(...values) <= collateralLimitLong(...values)).to.equal(true));
  });

  it("grow with equity and shrink with the move, the margin, the penalty and the fee", () => {
    for (const f of [collateralLimitLong, collateralLimitShort]) {
      checkMonotone(f, domain, 0, 1);
      checkMonotone(f, domain, 1, -1);
      checkMonotone(f, domain, 4, -1);
    }
    for (const position of [2, 3]) checkMonotone(collateralLimitShort, domain, position, -1);
    for (const position of [2, 3]) checkMonotone(collateralLimitLong, domain, position, -1);
  });

  it("do not bind where nothing is consumed, whatever the equity", () => {
    check([uint256], (equity) => {
      expect(collateralLimitLong(equity, 0n, 0n, 0n, 0n)).to.equal(UNCAPPED);
      expect(collateralLimitLong(equity, 2n * WAD, 0n, 0n, 0n) === UNCAPPED).to.equal(equity === UNCAPPED);
      expect(collateralLimitShort(equity, 0n, 0n, 0n, 0n)).to.equal(UNCAPPED);
    });
  });

  it("overflow in a ratio counts even where the price is gone", () => {
    const gone = (): bigint => collateralLimitLong(1n, WAD, UNCAPPED, 1n, 0n);
    expectError(gone, "MathOverflow");
    expect(collateralLimitLong(WAD, WAD, UNCAPPED, 0n, 0n), "without an overflow").to.equal(WAD);
  });
});

describe(`marginLimit (SEED=${SEED})`, () => {
  const bases = magnitudes(1n, WAD);
  const domain = [amounts, amounts, bases, amounts] as const;

  for (const accounts of [2, 10]) {
    it(`${accounts} accounts that enter one after the other get what one account gets, to the rounding`, () => {
      const equities = fc.array(amounts, { minLength: accounts, maxLength: accounts });
      check([equities, amounts, bases, amounts], (parts, others, base, full) => {
        expect(enterInTurn(parts, others, base, full) <= marginLimit(sum(parts), others, base, full)).to.equal(true);
      });
      // With so small a base ratio the integral alone decides, and each account loses one rounding at most.
      check([equities, amounts, magnitudes(0n, 10n ** 30n)], (parts, others, full) => {
        const lost = marginLimit(sum(parts), others, 1n, full) - enterInTurn(parts, others, 1n, full);
        expect(lost >= 0n && lost <= BigInt(accounts), `lost ${lost}`).to.equal(true);
      });
    });
  }

  it("grows with equity and full-margin open interest, shrinks with others and the base ratio", () => {
    checkMonotone(marginLimit, domain, 0, 1);
    checkMonotone(marginLimit, domain, 1, -1);
    checkMonotone(marginLimit, domain, 2, -1);
    checkMonotone(marginLimit, domain, 3, 1);
  });

  it("reports the base ratio before the squares, and each product that does not fit", () => {
    expectError(() => marginLimit(1n, UNCAPPED, 0n, 1n), "DivisionByZero");
    expectError(() => marginLimit(0n, 2n ** 128n, 1n, 0n), "MathOverflow");
    expectError(() => marginLimit(2n ** 255n, 0n, UNCAPPED, 0n), "MathOverflow", "2·equity");
    expectError(() => marginLimit(2n ** 254n, 0n, UNCAPPED, 2n), "MathOverflow", "2·equity·full");
  });

  function sum(values: readonly bigint[]): bigint {
    return values.reduce((total, value) => total + value, 0n);
  }

  function enterInTurn(equities: readonly bigint[], others: bigint, base: bigint, full: bigint): bigint {
    let total = 0n;
    for (const equity of equities) total += marginLimit(equity, others + total, base, full);
    return total;
  }
});

describe(`open-interest limit (SEED=${SEED})`, () => {
  it("does not reward splitting: accounts in turn get together what one gets", () => {
    check([ratios, amounts, amounts, fc.array(amounts, { maxLength: 10 })], (scale, cap, others, wanted) => {
      let total = 0n;
      for (const size of wanted) {
        const limit = openInterestLimit(scale, cap, others + total);
        total += min(size, limit);
      }
      expect(total <= openInterestLimit(scale, cap, others)).to.equal(true);
    });
  });

  it("grow with scale, cap and reference, shrink with others and the move", () => {
    const domain = [ratios, amounts, amounts];
    checkMonotone(openInterestLimit, domain, 0, 1);
    checkMonotone(openInterestLimit, domain, 1, 1);
    checkMonotone(openInterestLimit, domain, 2, -1);
    checkMonotone(openInterestScale, [moves, moves], 0, 1);
    checkMonotone(openInterestScale, [moves, moves], 1, -1);
  });
});

describe(`oracleScale (SEED=${SEED})`, () => {
  const seconds = magnitudes(0n, 2n ** 32n);

  it("takes the heartbeat at its word when the maximum age is below it", () => {
    expect([oracleScale(60n, 60n, 30n), oracleScale(61n, 60n, 30n)]).to.deep.equal([WAD, 0n]);
  });

  it("falls with age and grows with the maximum age", () => {
    checkMonotone(oracleScale, [seconds, seconds, seconds], 0, -1);
    checkMonotone(oracleScale, [seconds, seconds, seconds], 2, 1);
  });
});

describe(`bind (SEED=${SEED})`, () => {
  const limits = fc.array(fc.oneof(magnitudes(0n, 10n ** 36n), fc.constant(UNCAPPED), fc.constant(7n)), { minLength: 1, maxLength: 12 });

  it("is never above any of the limits and never rises when one falls", () => {
    check([limits, ratios, fc.nat(), amounts], (values, scale, position, lower) => {
      const { notional } = bind(values, scale);
      expect(values.every((value) => notional <= value)).to.equal(true);
      const tightened = values.map((value, i) => (i === position % values.length && lower < value ? lower : value));
      expect(bind(tightened, scale).notional <= notional).to.equal(true);
    });
  });

  it("knows its special cases", () => {
    expect(bind([], WAD)).to.deep.equal({ notional: UNCAPPED, index: 0 });
    expect(bind([], 0n)).to.deep.equal({ notional: 0n, index: 0 });
    expect(bind([UNCAPPED, UNCAPPED], 1n)).to.deep.equal({ notional: UNCAPPED, index: 0 });
    expect(bind([UNCAPPED, 300n, 200n, 200n], WAD / 2n)).to.deep.equal({ notional: 100n, index: 2 });
    expect(bind([UNCAPPED - 1n], WAD)).to.deep.equal({ notional: UNCAPPED - 1n, index: 0 });
    expectError(() => bind([UNCAPPED - 1n], 2n * WAD), "MathOverflow");
  });
});

describe("argument ranges of limits", () => {
  const functions = {
    volatilityLimit: [volatilityLimit, ["equity", "riskBudget", "move"]],
    collateralLimitLong: [collateralLimitLong, ["equity", "move", "maintenanceMarginRatio", "liquidationPenalty", "fee"]],
    collateralLimitShort: [collateralLimitShort, ["equity", "move", "maintenanceMarginRatio", "liquidationPenalty", "fee"]],
    marginLimit: [marginLimit, ["equity", "others", "baseRatio", "fullMarginOpenInterest"]],
    openInterestLimit: [openInterestLimit, ["scale", "cap", "sameSideOthers"]],
    openInterestScale: [openInterestScale, ["referenceMove", "move"]],
    oracleScale: [oracleScale, ["age", "heartbeat", "maxAge"]],
    bind: [(first: bigint, second: bigint, scale: bigint) => bind([first, second], scale), ["limits[0]", "limits[1]", "scale"]],
  } as const;

  for (const [name, [f, names]] of Object.entries(functions)) {
    it(`${name} names the argument that is no uint256`, () => {
      for (const [position, argument] of names.entries()) {
        for (const value of [-1n, UNCAPPED + 1n, 1 as unknown as bigint]) {
          const values = names.map((_, i) => (i === position ? value : 0n));
          expect(() => (f as (...values: bigint[]) => unknown)(...values))
            .to.throw()
            .that.includes({ code: "ArgumentOutOfRange", argument, value, type: "uint256" });
        }
      }
    });
  }
});
