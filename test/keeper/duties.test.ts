import { expect } from "chai";
import { artifacts } from "hardhat";
import { describe, it } from "mocha";
import type { Abi } from "viem";
import { formatAbiItem } from "viem/utils";
import { controllerAbi, DEFAULT_ACCOUNT_EVENT, protocolAbi, varianceSourceAbi } from "../../scripts/keeper/abis.ts";
import {
  type AccountState,
  type ChainState,
  type DutyKind,
  duties,
  type Known,
  type MarketState,
  worstHeadroom,
} from "../../scripts/keeper/duties.ts";
import { ETH_USD } from "../../scripts/lib/market.ts";
import { nextPushedVariance, PUSHED_VARIANCE_RAMP, packVolatilityWord, UNCAPPED } from "../../sdk/src/math/index.ts";
import { UINT256_MAX, wad } from "../helpers/market.ts";

const NOW = 1_750_000_000n;
const WAD = 10n ** 18n;
const TERMS = { trigger: wad(1.1), grace: 600n, policyDelay: 3_600n, marginCallShare: wad(0.5) };
const WORDS = { feedPolicy: 1n, riskPolicy: 2n, extendedPolicy: 3n, portfolioPolicy: 4n, variancePolicy: 5n };
const ADOPTED: Known = { adopted: WORDS, hasAdopted: true, notedAt: 0n };
const NO_FLAG = { dueAt: 0n, expiresAt: 0n, isLong: false, target: 0n };
const ALICE = "0x00000000000000000000000000000000000A11cE";
const BOB = "0x0000000000000000000000000000000000000B0b";

const word = (samples: bigint, time: bigint): bigint =>
  packVolatilityWord({ samples, time, slowVariance: WAD, fastVariance: WAD, lnPrice: 0n });

/** A market in which nothing is to do. */
const QUIET: MarketState = {
  market: ETH_USD,
  words: WORDS,
  volatilityWord: word(30n, NOW - 100n),
  round: { id: 7n, updatedAt: NOW - 100n, isUsable: true },
  listens: false,
  maxVolatility: wad(3),
  pushedVariance: 0n,
  source: null,
  known: ADOPTED,
  accounts: [],
};

/** An account that holds ten and may hold ten. */
const CALM: AccountState = {
  account: ALICE,
  size: 10n * WAD,
  flag: NO_FLAG,
  limit: 10n * WAD,
  moves: { survivable: WAD, adverse: WAD },
  marginCalledAt: 0n,
};

const state = (market: Partial<MarketState>, accounts: readonly Partial<AccountState>[] = []): ChainState => ({
  timestamp: NOW,
  terms: TERMS,
  markets: [{ ...QUIET, accounts: accounts.map((account) => ({ ...CALM, ...account })), ...market }],
});

const kinds = (asked: ChainState, pokeInterval?: bigint): DutyKind[] => duties(asked, pokeInterval).map(({ kind }) => kind);
const ofAccount = (account: Partial<AccountState>): DutyKind[] => kinds(state({}, [account]));
const FLAG = { dueAt: NOW, expiresAt: NOW + 100n, isLong: true, target: 5n * WAD };

describe("duties of a keeper", () => {
  it("has none where nothing changed", () => {
    expect(kinds(state({}, [{}]))).to.deep.equal([]);
    expect(duties({ timestamp: NOW, terms: TERMS, markets: [] })).to.deep.equal([]);
  });

  it("pokes where the feed has a round that was not observed", () => {
    const round = { id: 8n, updatedAt: NOW - 99n, isUsable: true };
    expect(kinds(state({ round }))).to.deep.equal(["poke"]);
    expect(kinds(state({ round: { ...round, updatedAt: NOW - 100n } }))).to.deep.equal([]);
    expect(kinds(state({ round: { ...round, isUsable: false } }))).to.deep.equal([]);
    expect(kinds(state({ round: null }))).to.deep.equal([]);
    expect(kinds(state({ volatilityWord: 0n, round: { ...round, updatedAt: 1n } }), 1_000n)).to.deep.equal(["poke"]);
    expect(kinds(state({ round }), 1n)).to.deep.equal(["poke"]);
    expect(kinds(state({ round }), 2n)).to.deep.equal([]);
  });

  it("notes a policy that is new, and adopts it when its time has come", () => {
    const none: Known = { adopted: { ...WORDS, riskPolicy: 0n }, hasAdopted: false, notedAt: 0n };
    expect(kinds(state({ known: none }))).to.deep.equal(["notePolicy"]);
    // Words that are the same by chance count only when they were adopted.
    expect(kinds(state({ known: { ...ADOPTED, hasAdopted: false } }))).to.deep.equal(["notePolicy"]);
    for (const field of Object.keys(WORDS)) {
      expect(kinds(state({ words: { ...WORDS, [field]: 9n } })), field).to.deep.equal(["notePolicy"]);
    }
    expect(kinds(state({ known: { ...none, notedAt: NOW - TERMS.policyDelay + 1n } }))).to.deep.equal([]);
    expect(kinds(state({ known: { ...none, notedAt: NOW - TERMS.policyDelay } }))).to.deep.equal(["notePolicy"]);
    expect(kinds(state({ known: { ...ADOPTED, notedAt: NOW - TERMS.policyDelay } }))).to.deep.equal(["notePolicy"]);
    expect(kinds(state({ known: null }))).to.deep.equal([]);
  });

  it("syncs where the policy listens and the source says something new, or is half forgotten", () => {
    const source = { variance: WAD, until: NOW + 3_600n };
    const said = nextPushedVariance(0n, WAD, NOW + 3_600n, NOW - PUSHED_VARIANCE_RAMP);
    const asked = (market: Partial<MarketState>) => kinds(state({ listens: true, source, pushedVariance: said, ...market }));
    expect(asked({ pushedVariance: 0n })).to.deep.equal(["sync"]);
    expect(asked({ pushedVariance: 0n, listens: false })).to.deep.equal([]);
    expect(asked({ pushedVariance: 0n, source: null })).to.deep.equal([]);
    expect(asked({ pushedVariance: 0n, source: { ...source, until: NOW } })).to.deep.equal([]);
    expect(asked({})).to.deep.equal([]);
    expect(asked({ source: { ...source, variance: 2n * WAD } })).to.deep.equal(["sync"]);
    // More than the policy believes is what it believes.
    expect(asked({ maxVolatility: WAD, source: { ...source, variance: 2n * WAD } })).to.deep.equal([]);
    expect(asked({ source: { ...source, until: NOW + 3_599n } }), "it takes its word back").to.deep.equal(["sync"]);
    expect(asked({ source: { ...source, until: NOW + 7_199n } })).to.deep.equal([]);
    expect(asked({ source: { ...source, until: NOW + 7_200n } })).to.deep.equal(["sync"]);
    // What has begun is brought to its end first.
    const begun = nextPushedVariance(0n, WAD, NOW + 3_600n, NOW - PUSHED_VARIANCE_RAMP + 1n);
    expect(asked({ pushedVariance: begun, source: { ...source, variance: 2n * WAD } })).to.deep.equal([]);
    // A guard believes nobody for longer than a week: the same again does not change its word.
    const week = nextPushedVariance(0n, WAD, NOW + 604_800n, NOW - PUSHED_VARIANCE_RAMP);
    expect(asked({ pushedVariance: week, source: { ...source, until: UINT256_MAX } })).to.deep.equal([]);
  });

  it("flags above the limit times the trigger, on both sides", () => {
    for (const side of [1n, -1n]) {
      expect(ofAccount({ size: side * 11n * WAD })).to.deep.equal([]);
      expect(ofAccount({ size: side * (11n * WAD + 1n) })).to.deep.equal(["flag"]);
    }
    expect(ofAccount({ limit: 0n })).to.deep.equal(["flag"]);
    expect(ofAccount({ limit: null })).to.deep.equal([]);
    expect(ofAccount({ limit: UNCAPPED })).to.deep.equal([]);
    expect(ofAccount({ limit: 5n * WAD, flag: { ...FLAG, expiresAt: NOW - 1n } }), "over").to.deep.equal(["flag"]);
    expect(ofAccount({ limit: 5n * WAD, flag: { ...FLAG, isLong: false } }), "turned round").to.deep.equal(["flag"]);
  });

  it("reduces when it is due, above both limits, until the flag is over", () => {
    const flagged = (flag: Partial<typeof FLAG>, rest: Partial<AccountState> = {}) =>
      ofAccount({ limit: 6n * WAD, flag: { ...FLAG, ...flag }, ...rest });
    expect(flagged({})).to.deep.equal(["deleverage"]);
    expect(flagged({ dueAt: NOW + 1n })).to.deep.equal([]);
    expect(flagged({ expiresAt: NOW })).to.deep.equal(["deleverage"]);
    expect(flagged({ target: 10n * WAD })).to.deep.equal([]);
    expect(flagged({ target: 10n * WAD - 1n })).to.deep.equal(["deleverage"]);
    expect(flagged({}, { limit: 10n * WAD - 1n })).to.deep.equal(["deleverage"]);
    expect(flagged({}, { limit: null })).to.deep.equal([]);
    expect(flagged({ isLong: false }, { size: -10n * WAD })).to.deep.equal(["deleverage"]);
  });

  it("clears a flag without a reason", () => {
    expect(ofAccount({ flag: FLAG })).to.deep.equal(["clear"]);
    expect(ofAccount({ flag: FLAG, limit: 10n * WAD - 1n, size: 10n * WAD - 1n })).to.deep.equal(["clear"]);
    expect(ofAccount({ flag: FLAG, size: 0n, limit: null, moves: null })).to.deep.equal(["clear"]);
    expect(ofAccount({ flag: { ...FLAG, expiresAt: NOW - 1n } })).to.deep.equal(["clear"]);
    expect(ofAccount({ flag: { ...FLAG, isLong: false }, size: 11n * WAD })).to.deep.equal(["clear"]);
    expect(ofAccount({ flag: { ...FLAG, dueAt: NOW + 1n } }), "mended before it was due").to.deep.equal(["clear"]);
  });

  it("calls for margin once in a grace period, and nobody who holds nothing", () => {
    const moves = { survivable: wad(0.5) - 1n, adverse: WAD };
    expect(ofAccount({ moves })).to.deep.equal(["callMargin"]);
    expect(ofAccount({ moves: { ...moves, survivable: wad(0.5) } })).to.deep.equal([]);
    expect(ofAccount({ moves: { survivable: 1n, adverse: 3n } }), "rounded up").to.deep.equal(["callMargin"]);
    expect(ofAccount({ moves, marginCalledAt: NOW - TERMS.grace + 1n })).to.deep.equal([]);
    expect(ofAccount({ moves, marginCalledAt: NOW - TERMS.grace })).to.deep.equal(["callMargin"]);
    expect(ofAccount({ moves: { survivable: 0n, adverse: WAD }, size: 0n })).to.deep.equal([]);
    expect(ofAccount({ moves: null })).to.deep.equal([]);
  });

  it("observes first, and reduces the worst account first", () => {
    const round = { id: 8n, updatedAt: NOW, isUsable: true };
    const accounts = [
      { limit: 8n * WAD },
      { account: BOB, limit: 8n * WAD, size: -12n * WAD },
      { account: ALICE, limit: null, flag: FLAG },
    ] as const;
    const all = duties(state({ round, words: { ...WORDS, feedPolicy: 8n } }, accounts));
    expect(all.map(({ kind, account }) => [kind, account])).to.deep.equal([
      ["poke", undefined],
      ["notePolicy", undefined],
      ["flag", BOB],
      ["flag", ALICE],
    ]);
  });

  it("does nothing to accounts without a controller", () => {
    expect(kinds({ ...state({ known: null }, [{ limit: 0n }]), terms: null })).to.deep.equal([]);
  });

  it("knows how much of what it holds the worst account may hold", () => {
    const of = (...accounts: Partial<AccountState>[]) => worstHeadroom(accounts.map((account) => ({ ...CALM, ...account })));
    expect(of({ limit: 5n * WAD }, {}, { size: -40n * WAD })).to.equal(0.25);
    expect(of({ size: 0n }, { limit: null }, { limit: UNCAPPED })).to.equal(null);
    expect(of()).to.equal(null);
  });
});

describe("what the keeper knows of the contracts", () => {
  for (const [contract, own] of [
    ["DeleverageController", controllerAbi],
    ["ReferencePerp", protocolAbi],
    ["IVarianceSource", varianceSourceAbi],
  ] as const) {
    it(`is what ${contract} has`, async () => {
      const { abi } = await artifacts.readArtifact(contract);
      const has = new Set((abi as Abi).filter((item) => "name" in item).map(plain));
      for (const item of own as Abi) expect([...has], plain(item)).to.contain(plain(item));
    });
  }

  it("names the event of the reference perp", async () => {
    const { abi } = await artifacts.readArtifact("ReferencePerp");
    const event = (abi as Abi).find((item) => item.type === "event" && item.name === "Modified");
    expect(formatAbiItem(event as Abi[number] & { type: "event" }, { includeName: true })).to.equal(
      DEFAULT_ACCOUNT_EVENT.replace(/ indexed/g, ""),
    );
  });
});

/** Type, name, types of arguments and results, flattened to what is encoded. */
function plain(item: Abi[number]): string {
  const types = (list: readonly { readonly type: string; readonly components?: readonly never[] }[] = []): string =>
    list.map(({ type, components }) => (components === undefined ? type : `(${types(components)})${type.slice(5)}`)).join(",");
  const { type, name, inputs, outputs, stateMutability } = item as never as {
    readonly type: string;
    readonly name: string;
    readonly inputs: readonly never[];
    readonly outputs?: readonly never[];
    readonly stateMutability?: string;
  };
  return `${type} ${name}(${types(inputs)}) ${stateMutability ?? ""} (${types(outputs)})`;
}
