import { expect } from "chai";
import { encodeErrorResult, encodeFunctionData, type Hex, parseAbi } from "viem";
import {
  CROSS_CONFIG,
  createExchange,
  createWatched,
  DAY,
  deposit,
  idOf,
  later,
  marketOf,
  placeOrder,
  setPrice,
  sizeOf,
  stated,
  trade,
  W,
  type WatchedExchange,
  withdraw,
} from "../helpers/crossMarket.ts";
import { eventsOf, expectRevert, fixture, from, holdClock, lower, wad } from "../helpers/market.ts";

const QUESTIONS = ["enforcePortfolio", "record"] as const;

/** The exchange with a guard that repeats what it is told. Alice has three positions and an order, Bob has collateral. */
const watched = fixture(async (connection) => {
  const m = await createWatched(connection);
  await deposit(m, m.alice, 10_000n);
  await deposit(m, m.bob, 10_000n);
  await trade(m, m.bob, "ETH", wad(2));
  await trade(m, m.bob, "ETH", -wad(5));
  await trade(m, m.alice, "ETH", wad(10));
  await trade(m, m.alice, "SQUARED", -wad(2));
  await trade(m, m.alice, "BTC", wad(0.1));
  await placeOrder(m, m.alice, "QUARTERLY", -wad(3));
  return m;
});

interface Mutator {
  /** What the guard must be asked, by market, or why nothing is due. */
  readonly asks: (typeof QUESTIONS)[number] | "moves no position";
  readonly of?: readonly string[];
  readonly act: (m: WatchedExchange) => Promise<Hex>;
}

const REENTERED = encodeErrorResult({ abi: parseAbi(["error ReentrancyGuardReentrantCall()"]) });
const HELD = ["ETH", "SQUARED", "BTC", "QUARTERLY"];
const TERMS = { ...CROSS_CONFIG, feed: `0x${"fe".repeat(20)}` as Hex };

/** Every function of the exchange that changes state. A new one fails the test below until it is classified here. */
const MUTATORS: Record<string, Mutator> = {
  deposit: { asks: "enforcePortfolio", of: HELD, act: (m) => deposit(m, m.alice, 1n) },
  withdraw: { asks: "enforcePortfolio", of: HELD, act: (m) => withdraw(m, m.alice, 1n) },
  trade: { asks: "enforcePortfolio", of: ["ETH"], act: (m) => trade(m, m.alice, "ETH", wad(1)) },
  fillOrder: {
    asks: "enforcePortfolio",
    of: ["QUARTERLY"],
    act: (m) => m.perp.write.fillOrder([m.alice.account.address, idOf("QUARTERLY")], from(m.carol)),
  },
  liquidate: {
    asks: "record",
    of: ["ETH", "SQUARED", "BTC"],
    act: async (m) => {
      await setPrice(m, "ETH", 500);
      return m.perp.write.liquidate([m.alice.account.address], from(m.carol));
    },
  },
  placeOrder: { asks: "moves no position", act: (m) => placeOrder(m, m.alice, "ETH", wad(1)) },
  cancelOrder: { asks: "moves no position", act: (m) => m.perp.write.cancelOrder([idOf("QUARTERLY")], from(m.alice)) },
  supply: { asks: "moves no position", act: (m) => m.perp.write.supply([1_000n], from(m.carol)) },
  redeem: { asks: "moves no position", act: (m) => m.perp.write.redeem([1n]) },
  list: { asks: "moves no position", act: (m) => m.perp.write.list([idOf("another"), TERMS]) },
  transferOwnership: { asks: "moves no position", act: (m) => m.perp.write.transferOwnership([m.carol.account.address]) },
  renounceOwnership: { asks: "moves no position", act: (m) => m.perp.write.renounceOwnership() },
};

describe("every mutator of the cross-margin perp", () => {
  it("is classified: none can be added without saying what it asks the guard", async () => {
    const { perp } = await watched();
    const mutators = perp.abi.flatMap((item) => (item.type === "function" && item.stateMutability !== "view" ? [item.name] : []));
    expect(mutators.sort()).to.deep.equal(Object.keys(MUTATORS).sort());
  });

  for (const [name, { asks, of = [], act }] of Object.entries(MUTATORS)) {
    it(`${name} ${asks === "moves no position" ? asks : `asks ${asks} of ${of.join(", ")}, once each and after its effects`}`, async () => {
      const m = await watched();
      const before = await books(m);
      const asked = await eventsOf(m, await act(m), "Asked");
      if (asks === "moves no position") {
        expect(asked).to.deep.equal([]);
        expect(await books(m)).to.deep.equal(before);
        return;
      }
      expect(asked.map(({ args }) => args.market).sort()).to.deep.equal(of.map(idOf).sort());
      const collateral = await m.perp.read.collateral([m.alice.account.address]);
      for (const { args } of asked) {
        const { position, others } = args as unknown as { position: { account: Hex }; others: { market: Hex }[] };
        expect(QUESTIONS[Number(args.question)]).to.equal(asks);
        expect(lower(position.account)).to.equal(lower(m.alice.account.address));
        expect(args.storedSize).to.equal((await m.perp.read.position([args.market as Hex, m.alice.account.address])).size);
        expect(args.storedCollateral).to.equal(collateral);
        expect(others.map(({ market }) => market)).to.deep.equal(others.map(({ market }) => market).sort());
      }
    });

    if (asks === "moves no position") continue;
    it(`${name} does not stand when the guard refuses`, async () => {
      const m = await watched();
      await m.guard.write.setRefuses([true]);
      const before = await books(m);
      await expectRevert(act(m), "Refused");
      expect(await books(m)).to.deep.equal(before);
    });
  }

  it("placeOrder does not stand either: the guard is asked, although nothing is enforced", async () => {
    const m = await watched();
    await m.guard.write.setRefuses([true]);
    await expectRevert(placeOrder(m, m.alice, "ETH", wad(1)), "Refused");
    await m.perp.write.cancelOrder([idOf("QUARTERLY")], from(m.alice));
  });

  it("leaves a flat account alone: it may always take what it has", async () => {
    const m = await watched();
    await m.guard.write.setRefuses([true]);
    await deposit(m, m.carol, 5n);
    await withdraw(m, m.carol, 5n);
    expect(await m.perp.read.collateral([m.carol.account.address])).to.equal(0n);
  });

  /** Positions and collateral of both, and the pool. */
  const books = async (m: WatchedExchange): Promise<bigint[]> => {
    const sizes = [m.alice, m.bob].flatMap((trader) => HELD.map((name) => sizeOf(m, trader, name)));
    const collateral = [m.alice, m.bob].map(({ account }) => m.perp.read.collateral([account.address]));
    return Promise.all([...sizes, ...collateral]);
  };
});

describe("a collateral token that calls back in the middle of a transfer", () => {
  /** Every action during which tokens move, so that the token gets its chance. */
  const moving = ["deposit", "withdraw", "supply", "redeem", "liquidate"];

  for (const name of moving) {
    it(`reaches no mutator of the cross-margin perp during ${name}`, async () => {
      const m = await watched();
      const { abi, address } = m.perp;
      const id = idOf("ETH");
      const { address: alice } = m.alice.account;
      const calls = [
        encodeFunctionData({ abi, functionName: "deposit", args: [1n] }),
        encodeFunctionData({ abi, functionName: "withdraw", args: [0n] }),
        encodeFunctionData({ abi, functionName: "trade", args: [id, 1n] }),
        encodeFunctionData({ abi, functionName: "placeOrder", args: [id, 1n] }),
        encodeFunctionData({ abi, functionName: "cancelOrder", args: [id] }),
        encodeFunctionData({ abi, functionName: "fillOrder", args: [alice, idOf("QUARTERLY")] }),
        encodeFunctionData({ abi, functionName: "liquidate", args: [alice] }),
        encodeFunctionData({ abi, functionName: "supply", args: [1n] }),
        encodeFunctionData({ abi, functionName: "redeem", args: [0n] }),
      ];
      for (const call of calls) await m.token.write.arm([address, call]);
      const attempted = await eventsOf(m, (await MUTATORS[name]?.act(m)) ?? "0x", "Attempted");
      expect(attempted.map(({ args }) => args.result)).to.deep.equal(calls.map(() => REENTERED));
    });
  }
});

describe("what the cross-margin perp states", () => {
  it("is what positionAfter says, to the word, for trades and for collateral in every market", async () => {
    const m = await watched();
    for (const [name, size] of [
      ["ETH", wad(2)],
      ["ETH", -wad(1)],
      ["ETH", -wad(30)],
      ["SQUARED", wad(2)],
      ["QUARTERLY", -wad(1)],
      ["QUARTERLY", wad(2)],
      ["BTC", wad(0.05)],
      ["BTC", -wad(0.15)],
    ] as const) {
      await later(m, 100n, { ETH: 1_980, BTC: 61_000 });
      await holdClock(m);
      const [position, others] = await stated(m, m.alice, name, size);
      const [asked] = await eventsOf(m, await trade(m, m.alice, name, size), "Asked");
      expect(asked?.args.position, `${name}, ${size}`).to.deep.equal(position);
      expect(asked?.args.others, `${name}, ${size}`).to.deep.equal(others);
    }
    for (const tokens of [100n, -70n]) {
      await holdClock(m);
      const expected = new Map<unknown, unknown>();
      for (const name of HELD) expected.set(idOf(name), await stated(m, m.alice, name, 0n, tokens * W));
      const hash = await (tokens > 0n ? deposit(m, m.alice, tokens) : withdraw(m, m.alice, -tokens));
      const asked = await eventsOf(m, hash, "Asked");
      const held = await m.perp.read.heldMarkets([m.alice.account.address]);
      expect(asked.map(({ args }) => args.market)).to.deep.equal(held);
      for (const { args } of asked) expect([args.position, args.others]).to.deep.equal(expected.get(args.market));
    }
  });

  it("counts unrealised losses market by market, no unrealised profit, the others' margin, and the side without the account", async () => {
    const m = await watched();
    // Alice: 10 ETH from 2 000, −2 squared, 0.1 BTC from 60 000, −3 QUARTERLY pending. Bob: −3 ETH.
    const collateral = await m.perp.read.collateral([m.alice.account.address]);
    await holdClock(m);
    await setPrice(m, "ETH", 2_100);
    await holdClock(m);
    await setPrice(m, "BTC", 59_000);
    const [position] = await stated(m, m.alice, "ETH", wad(1));
    // Short squared: 2 · (2 205 − 2 000) lost. Bitcoin: 0.1 · 1 000 lost. Ether: 1 000 won, which counts zero.
    const fee = wad(2_100 * 0.0005);
    const margins = wad(4_410 * 0.04) + wad(5_900 * 0.02) + wad(6_300 * 0.02);
    const { fundingIndex } = await m.perp.read.marketData([idOf("SQUARED")]);
    const { fundingEntry } = await m.perp.read.position([idOf("SQUARED"), m.alice.account.address]);
    expect(fundingIndex, "the clock was held").to.equal(fundingEntry);
    const seconds = position.equity - (collateral - fee - wad(410) - wad(100) - margins);
    // A short receives funding, which is profit here and only narrows its loss: at most for the seconds that building took.
    expect(seconds >= 0n && seconds < wad(0.01), `${seconds}`).to.equal(true);
    expect(position).to.include({ sizeBefore: wad(10), sizeAfter: wad(11), flow: 0n, sameSideOthers: 0n, oppositeOthers: wad(3) });
    expect(position.poolEquity).to.equal(await poolAfterFee(m, fee));
    const [short] = await stated(m, m.alice, "SQUARED", -wad(1));
    expect(short, "nobody but her").to.include({ sizeBefore: -wad(2), sizeAfter: -wad(3), sameSideOthers: 0n, oppositeOthers: 0n });
  });

  const poolAfterFee = async (m: WatchedExchange, fee: bigint): Promise<bigint> => (await m.perp.read.pool()) + fee;
});

describe("a squared contract", () => {
  const exchange = fixture(async (connection) => {
    const m = await createWatched(connection, { ETH: { price: 2_000 }, SQUARED: { price: 2_000, feedOf: "ETH", isSquared: true } });
    await deposit(m, m.alice, 50_000n);
    await deposit(m, m.bob, 50_000n);
    return m;
  });

  for (const [price, worth] of [
    [1_000, 500],
    [2_000, 2_000],
    [3_000, 4_500],
  ] as const) {
    it(`is worth price² over its normaliser: ${worth} at ${price}, for both sides alike`, async () => {
      const m = await exchange();
      await trade(m, m.alice, "SQUARED", wad(3));
      await trade(m, m.bob, "SQUARED", -wad(3));
      const before = await collaterals(m);
      await setPrice(m, "ETH", price);
      await trade(m, m.alice, "SQUARED", -wad(3));
      await trade(m, m.bob, "SQUARED", wad(3));
      const after = await collaterals(m);
      const gain = 3n * wad(worth - 2_000);
      const fee = wad(3 * worth * 0.0005);
      const [alice = 0n, bob = 0n] = after.map((value, index) => value - (before[index] ?? 0n));
      // Funding of the seconds in between, below a hundredth.
      for (const difference of [alice - gain + fee, bob + gain + fee]) {
        expect((difference < 0n ? -difference : difference) < wad(0.01), `${difference}`).to.equal(true);
      }
    });
  }

  it("costs a long its fixed share of the value each day, which a short receives and the pool passes on", async () => {
    const m = await exchange();
    await trade(m, m.alice, "SQUARED", wad(3));
    await holdClock(m);
    await trade(m, m.bob, "SQUARED", -wad(2));
    const [alice = 0n, bob = 0n] = await collaterals(m);
    const pool = await m.perp.read.pool();
    const [opened, received] = await Promise.all([entry(m, m.alice), entry(m, m.bob)]);
    await later(m, DAY, { ETH: 2_000 });
    await trade(m, m.alice, "SQUARED", -wad(3));
    await trade(m, m.bob, "SQUARED", wad(2));
    const fees = [wad(3), wad(2)];
    const [aliceAfter = 0n, bobAfter = 0n] = (await collaterals(m)).map((value, index) => value + (fees[index] ?? 0n));
    const [paidUntil, receivedUntil] = await Promise.all([entry(m, m.alice), entry(m, m.bob)]);
    const paid = (3n * wad(1) * (paidUntil - opened) + W - 1n) / W;
    expect(alice - aliceAfter).to.equal(paid);
    expect(bobAfter - bob).to.equal((2n * wad(1) * (receivedUntil - received)) / W);
    expect((await m.perp.read.pool()) - pool - wad(5)).to.equal(alice - aliceAfter - (bobAfter - bob));
    // 0.4 % of 2 000 a day, three times.
    expect(paid >= wad(24) && paid < wad(24.01), `${paid}`).to.equal(true);
  });

  it("has no price where the square is nothing or too much for one", async () => {
    const m = await exchange();
    await trade(m, m.alice, "SQUARED", wad(1));
    for (const answer of [1n, 10n ** 29n]) {
      await marketOf(m, "SQUARED").feed.write.set([2n ** 64n + 1n, answer, (await m.publicClient.getBlock()).timestamp]);
      await expectRevert(trade(m, m.alice, "SQUARED", wad(1)), "PriceUnavailable", [idOf("SQUARED")]);
    }
    await trade(m, m.alice, "SQUARED", -wad(1));
    expect(await sizeOf(m, m.alice, "SQUARED")).to.equal(0n);
  });

  const entry = async (m: WatchedExchange, { account }: WatchedExchange["alice"]): Promise<bigint> =>
    (await m.perp.read.position([idOf("SQUARED"), account.address])).fundingEntry;
  const collaterals = (m: WatchedExchange): Promise<bigint[]> =>
    Promise.all([m.alice, m.bob].map(({ account }) => m.perp.read.collateral([account.address])));
});

describe("listing a market for cross margin", () => {
  const exchange = fixture((connection) => createExchange(connection));

  it("is the owner's alone, and happens once", async () => {
    const m = await exchange();
    const list = m.perp.write.list([idOf("another"), TERMS], from(m.mallory));
    await expectRevert(list, "OwnableUnauthorizedAccount", [m.mallory.account.address]);
    await expectRevert(m.perp.write.list([idOf("ETH"), TERMS]), "MarketAlreadyListed", [idOf("ETH")]);
  });

  const unsound = {
    "no feed": { feed: `0x${"00".repeat(20)}` as Hex },
    "a feed of 37 decimals": { feedDecimals: 37 },
    "an initial margin below maintenance": { initialMarginRatio: CROSS_CONFIG.maintenanceMarginRatio - 1n },
    "an initial margin above 100 %": { initialMarginRatio: W + 1n },
    "a spread of 100 %": { faultSpread: W },
    "a fee of 100 %": { tradeFee: W },
    "funding of 100 % a day": { normaliser: W, dailyFunding: W },
    "funding of a linear market": { dailyFunding: 1n },
  };
  for (const [what, override] of Object.entries(unsound)) {
    it(`is refused with ${what}`, async () => {
      const m = await exchange();
      await expectRevert(m.perp.write.list([idOf("another"), { ...TERMS, ...override }]), "ConfigOutOfRange", [idOf("another")]);
    });
  }

  it("is refused under the id that means none", async () => {
    const m = await exchange();
    await expectRevert(m.perp.write.list([`0x${"00".repeat(32)}`, TERMS]), "ConfigOutOfRange", [`0x${"00".repeat(32)}`]);
  });

  it("must come before anything is done in it", async () => {
    const m = await exchange();
    const id = idOf("another");
    const calls = [
      () => m.perp.write.trade([id, 1n], from(m.alice)),
      () => m.perp.write.placeOrder([id, 1n], from(m.alice)),
      () => m.perp.write.cancelOrder([id], from(m.alice)),
      () => m.perp.write.fillOrder([m.alice.account.address, id], from(m.bob)),
      () => m.perp.read.positionAfter([id, m.alice.account.address, 1n, 0n]),
    ];
    for (const call of calls) await expectRevert(call(), "UnknownMarket", [id]);
  });

  it("needs a guard that was deployed for this exchange, and a token of at most 36 decimals", async () => {
    const m = await exchange();
    const { viem } = m.connection;
    const owner = m.deployer.account.address;
    const deployed = viem.deployContract("CrossMarginPerp", [m.guard.address, m.token.address, owner]);
    await expectRevert(deployed, "GuardForAnotherProtocol", [m.guard.address, m.perp.address]);
    const fine = await viem.deployContract("TestToken", ["Too fine", "FINE", 37]);
    const tooFine = viem.deployContract("CrossMarginPerp", [m.guard.address, fine.address, owner]);
    await expectRevert(tooFine, "TokenDecimalsOutOfRange", [fine.address, 37n, 36n]);
  });
});
