import { expect } from "chai";
import { ArgumentOutOfRangeError, SelfLimitLoosensError, SelfLimitOutOfRangeError } from "../../sdk/src/errors/index.ts";
import { decodeSelfLimit, encodeSelfLimit, type KellyRule, requireSelfLimit, type SelfLimit } from "../../sdk/src/index.ts";
import { unpackGrowthMeter, unpackHighWaterMark } from "../../sdk/src/math/index.ts";
import { ACCOUNT, MARKET, NOW, WAD } from "../helpers/parityFixtures.ts";

const RATIO = 10n ** 14n;
const EXPIRY = NOW + 1n;

const limit = (changes: Partial<SelfLimit> = {}): SelfLimit => ({ maxNotional: 7n * WAD, kelly: null, expiry: EXPIRY, ...changes });
const RULES: readonly KellyRule[] = [
  { kind: "continuous", fraction: 5_000n * RATIO, edge: -3n * RATIO },
  { kind: "binary", fraction: 10_000n * RATIO, probability: 6_000n * RATIO, odds: 12_345n * RATIO },
  { kind: "market", fraction: RATIO, probability: 65_535n * RATIO },
];

describe("self limits", () => {
  it("put every field where the layout says, and read it back", () => {
    const words = RULES.map((kelly) => encodeSelfLimit(limit({ kelly })));
    const base = (EXPIRY << 144n) | 7n;
    expect(words).to.deep.equal([
      base | (5_000n << 40n) | (5n << 56n) | ((2n ** 32n - 3n) << 64n),
      base | (10_000n << 40n) | (6n << 56n) | (6_000n << 96n) | (12_345n << 112n),
      base | (1n << 40n) | (7n << 56n) | (65_535n << 96n),
    ]);
    expect(words.map(decodeSelfLimit)).to.deep.equal(RULES.map((kelly) => limit({ kelly })));
    expect(encodeSelfLimit(limit({ maxNotional: null, kelly: RULES[2] ?? null })) >> 56n).to.equal((EXPIRY << 88n) | (65_535n << 40n) | 3n);
    expect(decodeSelfLimit(encodeSelfLimit(limit({ maxNotional: 0n })))).to.deep.equal(limit({ maxNotional: 0n }));
    expect(decodeSelfLimit(0n)).to.equal(null);
    expect(decodeSelfLimit(EXPIRY << 144n)).to.deep.equal(limit({ maxNotional: null }));
  });

  it("read no more than a word", () => {
    for (const word of [-1n, 2n ** 256n])
      expect(() => decodeSelfLimit(word))
        .to.throw(ArgumentOutOfRangeError)
        .with.property("argument", "selfLimit");
  });

  const refused: readonly (readonly [string, Partial<SelfLimit>])[] = [
    ["maxNotional", { maxNotional: WAD + 1n }],
    ["maxNotional", { maxNotional: WAD << 40n }],
    ["maxNotional", { maxNotional: -WAD }],
    ["fraction", { kelly: { kind: "market", fraction: RATIO + 1n, probability: 0n } }],
    ["fraction", { kelly: { kind: "market", fraction: 65_536n * RATIO, probability: 0n } }],
    ["edge", { kelly: { kind: "continuous", fraction: RATIO, edge: 1n } }],
    ["edge", { kelly: { kind: "continuous", fraction: RATIO, edge: RATIO << 31n } }],
    ["edge", { kelly: { kind: "continuous", fraction: RATIO, edge: -(RATIO << 31n) - RATIO } }],
    ["probability", { kelly: { kind: "binary", fraction: RATIO, probability: 65_536n * RATIO, odds: RATIO } }],
    ["odds", { kelly: { kind: "binary", fraction: RATIO, probability: RATIO, odds: RATIO << 32n } }],
    ["expiry", { expiry: 2n ** 32n }],
  ];
  for (const [argument, changes] of refused) {
    const text = JSON.stringify(changes, (_, value) => (typeof value === "bigint" ? value.toString() : value));
    it(`refuses what its word can't hold: ${text}`, () => {
      expect(() => encodeSelfLimit(limit(changes)))
        .to.throw(ArgumentOutOfRangeError)
        .with.property("argument", argument);
    });
  }

  it("refuse what is no word", () => {
    for (const word of [-1n, 2n ** 256n]) expect(() => decodeSelfLimit(word)).to.throw(ArgumentOutOfRangeError);
  });

  it("keep to the field's ends", () => {
    for (const edge of [RATIO * (2n ** 31n - 1n), -RATIO * 2n ** 31n]) {
      const kelly: KellyRule = { kind: "continuous", fraction: RATIO, edge };
      expect(decodeSelfLimit(encodeSelfLimit(limit({ kelly })))?.kelly).to.deep.equal(kelly);
    }
  });

  it("only tighten while one is in force, and are free after it", () => {
    const require = (current: SelfLimit, next: SelfLimit, now = NOW): void =>
      requireSelfLimit(MARKET, ACCOUNT, encodeSelfLimit(current), encodeSelfLimit(next), now);
    require(limit(), limit({ maxNotional: 6n * WAD }));
    expect(() => require(limit(), limit({ maxNotional: 8n * WAD })))
      .to.throw(SelfLimitLoosensError)
      .with.property("args")
      .deep.equal([MARKET, ACCOUNT, encodeSelfLimit(limit())]);
    require(limit(), limit({ maxNotional: 8n * WAD, expiry: EXPIRY + 1n }), EXPIRY);
    expect(() => require(limit(), limit(), EXPIRY))
      .to.throw(SelfLimitOutOfRangeError, `Expiry is ${EXPIRY}. Set it from ${EXPIRY + 1n}`)
      .with.property("field", "Expiry");
    requireSelfLimit(MARKET, ACCOUNT, 0n, encodeSelfLimit(limit()), NOW);
  });
});

describe("words of the meters", () => {
  it("are taken apart where the layouts say, and refused where they are none", () => {
    const time = 1_700_000_000n;
    expect(unpackGrowthMeter((time << 224n) | 5n)).to.deep.equal({ time, level: 5n });
    expect(unpackGrowthMeter(2n ** 256n - 1n)).to.deep.equal({ time: 2n ** 32n - 1n, level: 2n ** 224n - 1n });
    expect(unpackHighWaterMark((time << 224n) | 5n)).to.deep.equal({ time, peak: 5n });
    expect(unpackHighWaterMark(2n ** 256n - 1n)).to.deep.equal({ time: 2n ** 32n - 1n, peak: 2n ** 128n - 1n });
    for (const word of [-1n, 2n ** 256n]) {
      expect(() => unpackGrowthMeter(word)).to.throw(ArgumentOutOfRangeError);
      expect(() => unpackHighWaterMark(word)).to.throw(ArgumentOutOfRangeError);
    }
  });
});
