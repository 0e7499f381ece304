import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { encodeAbiParameters, encodeEventTopics, getAddress, type Hex, padHex } from "viem";
import { parseOptions } from "../../scripts/shadow/options.ts";
import { decodeGuardLog, type LossRejection, type Rejection, type SizeRejection, worth } from "../../scripts/shadow/rejections.ts";
import { type Group, rejectedShare, rejectedTrades, summarise, type Tally } from "../../scripts/shadow/summary.ts";
import { countTrades, namesMarket, tradeTopics } from "../../scripts/shadow/trades.ts";
import { sizingGuardAbi } from "../../sdk/src/abis/index.ts";
import { encodePolicy } from "../../sdk/src/index.ts";
import { UNCAPPED, WAD } from "../../sdk/src/math/index.ts";
import { lower, POLICY } from "../helpers/market.ts";
import { check, magnitudes } from "../helpers/properties.ts";
import { show } from "../helpers/show.ts";

const word = (number: number): Hex => padHex(`0x${number.toString(16)}`, { size: 32 });
const wallet = (number: number): Hex => getAddress(padHex(`0x${number.toString(16)}`, { size: 20 }));
const [ETH, BTC, SOL] = [word(0xe), word(0xb), word(0x5)];
const [ALICE, BOB] = [wallet(0xa), wallet(0xb)];

/** Ten of ether at 2 000 where eight were allowed, in a block and transaction of their own. */
function size(block: number, overrides: Partial<SizeRejection> = {}): SizeRejection {
  const place = { block: BigInt(block), transaction: word(block), logIndex: 0, market: ETH, account: ALICE };
  const sizes = { size: 10n * WAD, maxSize: 8n * WAD, price: 2_000n * WAD };
  return { kind: "size", ...place, limit: "Volatility", ...sizes, status: "Valid", ...overrides };
}

/** A loss of 700 where 500 were allowed. */
function loss(block: number, overrides: Partial<LossRejection> = {}): LossRejection {
  const place = { block: BigInt(block), transaction: word(block), logIndex: 1, market: ETH, account: ALICE };
  return { kind: "loss", ...place, loss: 700n * WAD, allowedLoss: 500n * WAD, ...overrides };
}

const NONE: Tally = { rejections: 0, accounts: 0, withoutValue: 0, value: 0n, excess: 0n, largest: null };

describe("what a rejection is worth", () => {
  it("is size and excess times price, and loss and excess loss", () => {
    expect(worth(size(1))).to.deep.equal({ value: 20_000n * WAD, excess: 4_000n * WAD });
    expect(worth(loss(1))).to.deep.equal({ value: 700n * WAD, excess: 200n * WAD });
  });

  it("is rounded up by itself, and never too large", () => {
    expect(worth(size(1, { size: 3n, maxSize: 2n, price: 1n }))).to.deep.equal({ value: 1n, excess: 1n });
    expect(worth(size(1, { size: WAD + 1n, maxSize: 1n, price: 1n }))).to.deep.equal({ value: 2n, excess: 1n });
    const most = 2n ** 255n;
    expect(worth(size(1, { size: most, maxSize: 0n, price: most - 1n }))?.value).to.equal((most * (most - 1n) + WAD - 1n) / WAD);
  });

  it("is nothing without a price, and where the loss could not be measured", () => {
    expect(worth(size(1, { limit: "Oracle", price: 0n, maxSize: 0n, status: "Invalid" }))).to.equal(null);
    expect(worth(loss(1, { loss: UNCAPPED, allowedLoss: 0n }))).to.equal(null);
    expect(worth(loss(1, { loss: UNCAPPED - 1n, allowedLoss: 0n }))).to.deep.equal({ value: UNCAPPED - 1n, excess: UNCAPPED - 1n });
  });

  it("is something at a price that is too old, which is a price", () => {
    const stale = size(1, { limit: "Oracle", maxSize: 0n, status: "Stale" });
    expect(worth(stale)).to.deep.equal({ value: 20_000n * WAD, excess: 20_000n * WAD });
  });
});

describe("the summary", () => {
  it("says by market and limit how many, whose, how much and the largest", () => {
    const rejections = [
      size(1),
      size(2, { account: BOB, size: 11n * WAD }),
      size(3, { limit: "OpenInterest", size: 9n * WAD }),
      size(4, { limit: "Oracle", price: 0n, maxSize: 0n, status: "Invalid" }),
      size(5, { market: BTC, account: BOB, size: 2n * WAD, maxSize: WAD, price: 60_000n * WAD }),
      loss(5, { market: BTC, account: BOB }),
      loss(6, { market: BTC, loss: UNCAPPED, allowedLoss: 0n }),
    ];
    const { total, markets } = summarise(rejections, [SOL, ETH]);
    expect(markets.map(({ market }) => market)).to.deep.equal([SOL, ETH, BTC]);
    const [sol, eth, btc] = markets;
    expect(sol).to.deep.equal({ market: SOL, rejectedTrades: 0, accounts: 0, sizes: NONE, limits: [], losses: NONE });
    expect(eth).to.deep.equal({
      market: ETH,
      rejectedTrades: 4,
      accounts: 2,
      sizes: {
        rejections: 4,
        accounts: 2,
        withoutValue: 1,
        value: 60_000n * WAD,
        excess: 12_000n * WAD,
        largest: { block: 2n, transaction: word(2), account: BOB, value: 22_000n * WAD, excess: 6_000n * WAD },
      },
      limits: [
        { limit: "Oracle", ...NONE, rejections: 1, accounts: 1, withoutValue: 1 },
        {
          limit: "Volatility",
          rejections: 2,
          accounts: 2,
          withoutValue: 0,
          value: 42_000n * WAD,
          excess: 10_000n * WAD,
          largest: { block: 2n, transaction: word(2), account: BOB, value: 22_000n * WAD, excess: 6_000n * WAD },
        },
        {
          limit: "OpenInterest",
          rejections: 1,
          accounts: 1,
          withoutValue: 0,
          value: 18_000n * WAD,
          excess: 2_000n * WAD,
          largest: { block: 3n, transaction: word(3), account: ALICE, value: 18_000n * WAD, excess: 2_000n * WAD },
        },
      ],
      losses: NONE,
    });
    expect(btc?.losses).to.deep.equal({
      rejections: 2,
      accounts: 2,
      withoutValue: 1,
      value: 700n * WAD,
      excess: 200n * WAD,
      largest: { block: 5n, transaction: word(5), account: BOB, value: 700n * WAD, excess: 200n * WAD },
    });
    // Block 5 has one trade of two events.
    expect([btc?.rejectedTrades, btc?.sizes.rejections, btc?.accounts]).to.deep.equal([2, 1, 2]);
    expect([total.rejectedTrades, total.accounts, total.sizes.rejections, total.losses.rejections]).to.deep.equal([6, 2, 5, 2]);
    expect(total.sizes.value).to.equal(180_000n * WAD);
  });

  it("counts what one transaction asks for one account once, and lists all of it", () => {
    const both = [loss(1), size(1), size(1, { logIndex: 2, market: BTC }), size(1, { logIndex: 3, account: BOB }), size(2)];
    expect(summarise(both).total.rejectedTrades).to.equal(3);
    expect(summarise(both).markets.map(({ rejectedTrades: number }) => number)).to.deep.equal([3, 1]);
    const [first, ...others] = rejectedTrades(both);
    expect(first).to.deep.include({ block: 1n, transaction: word(1), account: ALICE });
    expect(first?.rejections.map(({ kind, market, logIndex }) => [kind, market, logIndex])).to.deep.equal([
      ["size", ETH, 0],
      ["loss", ETH, 1],
      ["size", BTC, 2],
    ]);
    expect(others.map(({ account, block }) => [account, block])).to.deep.equal([
      [BOB, 1n],
      [ALICE, 2n],
    ]);
  });

  it("names the earliest of equally large ones", () => {
    const largest = (rejections: readonly Rejection[]) => summarise(rejections).total.sizes.largest?.account;
    expect(largest([size(2, { account: BOB }), size(1)])).to.equal(ALICE);
    expect(largest([size(1, { logIndex: 4 }), size(1, { logIndex: 3, account: BOB })])).to.equal(BOB);
  });

  it("says nothing of nothing", () => {
    const total: Group = { rejectedTrades: 0, accounts: 0, sizes: NONE, limits: [], losses: NONE };
    expect(summarise([])).to.deep.equal({ total, markets: [] });
  });

  it("of any logs is the same in every order, and the sum of its markets and limits", () => {
    check<[Rejection[], number]>(
      [anyRejections, fc.integer()],
      (rejections, order) => {
        const summary = summarise(rejections);
        expect(show(summarise(shuffled(rejections, order)))).to.equal(show(summary));
        expectSums(summary.total, summary.markets);
        for (const group of [summary.total, ...summary.markets]) expectAdds(group.sizes, group.limits);
        expect(summary.total.sizes.rejections + summary.total.losses.rejections).to.equal(rejections.length);
        const accounts = new Set(rejections.map(({ account }) => account));
        const trades = new Set(rejections.map(({ account, transaction }) => account + transaction));
        expect([summary.total.accounts, summary.total.rejectedTrades]).to.deep.equal([accounts.size, trades.size]);
        expect(rejectedTrades(rejections).reduce((sum, trade) => sum + trade.rejections.length, 0)).to.equal(rejections.length);
      },
      300,
    );
  });

  it("of any logs is above the exact sum, by less than one unit for each", () => {
    check<[SizeRejection[]]>(
      [fc.array(anySize, { maxLength: 12 })],
      (rejections) => {
        const { sizes } = summarise(rejections).total;
        const valued = rejections.filter(({ price }) => price > 0n);
        const above = (exact: bigint, sum: bigint): void => {
          expect(sum * WAD >= exact && sum * WAD - exact <= BigInt(valued.length) * (WAD - 1n), `${sum} for ${exact}`).to.equal(true);
        };
        above(
          valued.reduce((sum, one) => sum + one.size * one.price, 0n),
          sizes.value,
        );
        above(
          valued.reduce((sum, one) => sum + (one.size - one.maxSize) * one.price, 0n),
          sizes.excess,
        );
        expect(sizes.withoutValue).to.equal(rejections.length - valued.length);
      },
      300,
    );
  });
});

/** Sums over the groups are the whole's, and the largest of the whole is the largest of one of them. */
function expectSums(total: Group, groups: readonly Group[]): void {
  expectAdds(
    total.sizes,
    groups.map(({ sizes }) => sizes),
  );
  expectAdds(
    total.losses,
    groups.map(({ losses }) => losses),
  );
}

function expectAdds(whole: Tally, parts: readonly Tally[]): void {
  for (const field of ["rejections", "withoutValue"] as const) {
    expect(parts.reduce((sum, part) => sum + part[field], 0)).to.equal(whole[field]);
  }
  for (const field of ["value", "excess"] as const) expect(parts.reduce((sum, part) => sum + part[field], 0n)).to.equal(whole[field]);
  const most = parts.reduce((largest, { largest: one }) => (one !== null && one.excess > largest ? one.excess : largest), -1n);
  expect(whole.largest?.excess ?? -1n).to.equal(most);
}

const place = fc.record({
  block: fc.integer({ min: 0, max: 3 }).map(BigInt),
  market: fc.constantFrom(ETH, BTC, SOL),
  account: fc.constantFrom(ALICE, BOB, wallet(0xc)),
});

const anySize: fc.Arbitrary<SizeRejection> = fc
  .tuple(
    place,
    fc.constantFrom("Oracle", "Volatility", "OpenInterest", "Growth", "Portfolio"),
    fc.tuple(magnitudes(1n, 2n ** 255n), magnitudes(0n, 2n ** 255n)),
    magnitudes(0n, 2n ** 255n - 1n),
  )
  .map(([where, limit, [above, maxSize], price]) => ({ ...size(0), ...where, limit, size: maxSize + above, maxSize, price }) as const);

const anyLoss: fc.Arbitrary<LossRejection> = fc
  .tuple(place, magnitudes(1n, UNCAPPED), fc.boolean())
  .map(([where, most, isMeasured]) => ({ ...loss(0), ...where, loss: isMeasured ? most : UNCAPPED, allowedLoss: most - 1n }));

/** As a chain has them: each log of a block has its own index, and some share a transaction. */
const anyRejections: fc.Arbitrary<Rejection[]> = fc
  .array(fc.oneof(anySize, anyLoss), { maxLength: 24 })
  .map((some) => some.map((one, logIndex) => ({ ...one, logIndex, transaction: word(Number(one.block) * 8 + (logIndex % 3)) })));

/** The same logs in another order, the same for the same number. */
function shuffled<T>(items: readonly T[], order: number): T[] {
  const keyed = items.map((item, index) => ({ item, key: Math.sin(order + index * 7.3) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

describe("the logs of a guard", () => {
  const verdict = { allowed: true, limit: 8, maxSize: 5n, limitSize: 6n, price: 7n, variance: 8n, status: 6 };
  const at = { address: BOB, block: 9n, transaction: word(9), logIndex: 4 };

  function rejection(changes: Partial<typeof verdict> = {}) {
    const topics = encodeEventTopics({ abi: sizingGuardAbi, eventName: "WouldReject", args: { market: ETH, account: ALICE } });
    const data = encodeAbiParameters(unindexed("WouldReject"), [99n, { ...verdict, ...changes }]);
    return { ...at, topics: topics as Hex[], data };
  }

  it("are read with the names of the enums", () => {
    const { address: _, ...where } = at;
    const read = { kind: "size", ...where, market: ETH, account: ALICE, limit: "OpenInterest", size: 99n, maxSize: 5n };
    expect(decodeGuardLog(rejection())).to.deep.equal({ ...read, price: 7n, status: "Valid" });
    const topics = encodeEventTopics({ abi: sizingGuardAbi, eventName: "WouldRejectPortfolio", args: { market: BTC, account: ALICE } });
    const data = encodeAbiParameters([{ type: "uint256" }, { type: "uint256" }], [3n, 2n]);
    const lost = { kind: "loss", ...where, market: BTC, account: ALICE, loss: 3n, allowedLoss: 2n };
    expect(decodeGuardLog({ ...at, topics: topics as Hex[], data })).to.deep.equal(lost);
  });

  it("say which mode a policy set", () => {
    const { address: _, ...where } = at;
    const topics = encodeEventTopics({ abi: sizingGuardAbi, eventName: "PolicySet", args: { market: ETH } });
    const data = encodeAbiParameters(unindexed("PolicySet"), [encodePolicy({ ...POLICY, feed: lower(BOB), mode: "Shadow" })]);
    expect(decodeGuardLog({ ...at, topics: topics as Hex[], data })).to.deep.equal({ ...where, market: ETH, mode: "Shadow" });
  });

  it("of another version are refused in one line", () => {
    const where = `Log 4 of block 9 of ${BOB}`;
    expect(() => decodeGuardLog(rejection({ limit: 16 }))).to.throw(`${where} names a limit 16, which is unknown here`);
    expect(() => decodeGuardLog(rejection({ status: 7 }))).to.throw(`${where} names a status 7, which is unknown here`);
    expect(() => decodeGuardLog({ ...rejection(), data: "0x12" })).to.throw(`${where} cannot be decoded`);
  });
});

function unindexed(name: "WouldReject" | "PolicySet") {
  const event = sizingGuardAbi.find((item) => item.type === "event" && item.name === name);
  return (event as { readonly inputs: readonly { readonly type: string; readonly indexed: boolean }[] }).inputs.filter(
    ({ indexed }) => !indexed,
  );
}

describe("the share of trades", () => {
  const events = (signatures: readonly string[]) =>
    parseOptions(["--rpc", "http://x", "--guard", BOB, ...signatures.flatMap((one) => ["--trades", one])]).trades;
  const modified = events(["Modified(bytes32 indexed market, address indexed account, int256 size)"]);
  const log = (market: Hex, block = 1n) => ({
    ...{ address: BOB, block, transaction: word(1), logIndex: 0 },
    topics: [...tradeTopics(modified), market, padHex(ALICE, { size: 32 })],
    data: word(5),
  });

  it("is rounded down, and nothing where it would mean nothing", () => {
    expect(rejectedShare(1, 3)).to.equal(333_333_333_333_333_333n);
    expect(rejectedShare(3, 3)).to.equal(WAD);
    expect(rejectedShare(0, 3)).to.equal(0n);
    expect(rejectedShare(0, 0)).to.equal(null);
    expect(rejectedShare(4, 3)).to.equal(null);
  });

  it("counts events by market, in the markets asked for", () => {
    const logs = [log(ETH), log(BTC), log(ETH)];
    const all = countTrades(logs, modified);
    expect([all.total, [...(all.byMarket ?? [])]]).to.deep.equal([
      3,
      [
        [ETH, 2],
        [BTC, 1],
      ],
    ]);
    expect(countTrades(logs, modified, [ETH]).total).to.equal(2);
  });

  it("counts them without markets where the event names none", () => {
    const plain = events(["Traded(address account)", "Modified(bytes32 indexed market)"]);
    expect([namesMarket(modified), namesMarket(plain)]).to.deep.equal([true, false]);
    expect(countTrades([log(ETH), log(BTC)], plain)).to.deep.equal({ total: 2, byMarket: null });
  });

  it("refuses logs that do not fit the event as it was declared", () => {
    const other = events(["Modified(bytes32 market, address account, int256 size)"]);
    expect(tradeTopics(other)).to.deep.equal(tradeTopics(modified));
    expect(() => countTrades([log(ETH, 7n)], other)).to.throw("--trades does not fit log 0 of block 7");
  });
});
