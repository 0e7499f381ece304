import { expect } from "chai";
import { getContractAddress, type Hex } from "viem";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  CONFIG,
  createMarket,
  ETH_USD,
  eventsOf,
  expectRevert,
  fixture,
  from,
  holdClock,
  laterRound,
  now,
  open,
  type PositionStruct,
  preview,
  pushRound,
  START_PRICE,
  type TestMarket,
  UINT256_MAX,
  wad,
  warmUp,
} from "../helpers/market.ts";

const QUESTIONS = ["enforce", "enforceBounded", "record"] as const;
type Question = (typeof QUESTIONS)[number];

/** The perp with a guard that watches it instead of judging. Alice is long, Bob short, Carol flat. */
const watched = fixture(async (connection) => {
  const m = await createMarket(connection);
  await warmUp(m, 60);
  const nonce = BigInt(await m.publicClient.getTransactionCount({ address: m.deployer.account.address }));
  const perpAddress = getContractAddress({ from: m.deployer.account.address, nonce: nonce + 1n });
  const guard = await connection.viem.deployContract("HostileGuard", [perpAddress]);
  const perp = await connection.viem.deployContract("ReferencePerp", [guard.address, m.token.address, m.deployer.account.address]);
  await perp.write.list([ETH_USD, { ...CONFIG, feed: m.feed.address }]);
  for (const wallet of [m.deployer, m.alice, m.bob, m.carol]) {
    await m.token.write.mint([wallet.account.address, 1_000_000n * m.tokenUnit]);
    await m.token.write.approve([perp.address, UINT256_MAX], from(wallet));
  }
  await perp.write.supply([500_000n * m.tokenUnit]);
  await perp.write.modify([ETH_USD, wad(10), 2_000n * m.tokenUnit], from(m.alice));
  await perp.write.modify([ETH_USD, -wad(7), 2_000n * m.tokenUnit], from(m.bob));
  return { ...m, guard, perp };
});
type Watched = Awaited<ReturnType<typeof watched>>;

interface Mutator {
  /** The last question the guard must be asked, or why none is due. */
  readonly asks: Question | "moves no position";
  readonly act: (m: Watched) => Promise<Hex>;
}

/** Every function of the perp that changes state. A new one fails the test below until it is classified here. */
const MUTATORS: Record<string, Mutator> = {
  deposit: { asks: "enforce", act: (m) => m.perp.write.deposit([ETH_USD, m.tokenUnit], from(m.alice)) },
  withdraw: { asks: "enforce", act: (m) => m.perp.write.withdraw([ETH_USD, m.tokenUnit], from(m.alice)) },
  trade: { asks: "enforce", act: (m) => m.perp.write.trade([ETH_USD, wad(1)], from(m.alice)) },
  modify: { asks: "enforce", act: (m) => m.perp.write.modify([ETH_USD, -wad(1), -m.tokenUnit], from(m.alice)) },
  modifyBounded: {
    asks: "enforceBounded",
    act: (m) => m.perp.write.modifyBounded([ETH_USD, -wad(12), 0n, 0n, UINT256_MAX], from(m.alice)),
  },
  close: { asks: "enforce", act: (m) => m.perp.write.close([ETH_USD], from(m.bob)) },
  liquidate: {
    asks: "record",
    act: async (m) => {
      await laterRound(m, START_PRICE * 0.8, 600n);
      return m.perp.write.liquidate([ETH_USD, m.alice.account.address], from(m.carol));
    },
  },
  deleverage: {
    asks: "record",
    act: async (m) => {
      await m.perp.write.setDeleverager([m.carol.account.address]);
      const { address } = m.alice.account;
      return m.perp.write.deleverage([ETH_USD, address, wad(4), m.carol.account.address, wad(1)], from(m.carol));
    },
  },
  setDeleverager: { asks: "moves no position", act: (m) => m.perp.write.setDeleverager([m.carol.account.address]) },
  supply: { asks: "moves no position", act: (m) => m.perp.write.supply([m.tokenUnit], from(m.carol)) },
  redeem: { asks: "moves no position", act: (m) => m.perp.write.redeem([1n]) },
  list: { asks: "moves no position", act: (m) => m.perp.write.list([`0x${"11".repeat(32)}`, { ...CONFIG, feed: m.feed.address }]) },
  transferOwnership: { asks: "moves no position", act: (m) => m.perp.write.transferOwnership([m.carol.account.address]) },
  renounceOwnership: { asks: "moves no position", act: (m) => m.perp.write.renounceOwnership() },
};

describe("every mutator of the perp", () => {
  it("is classified: none can be added without saying what it asks the guard", async () => {
    const { perp } = await watched();
    const mutators = perp.abi.flatMap((item) => (item.type === "function" && item.stateMutability !== "view" ? [item.name] : []));
    expect(mutators.sort()).to.deep.equal(Object.keys(MUTATORS).sort());
  });

  for (const [name, { asks, act }] of Object.entries(MUTATORS)) {
    if (asks === "moves no position") {
      it(`${name} moves no position, and asks nothing`, async () => {
        const m = await watched();
        const before = await positions(m);
        expect(await eventsOf(m, await act(m), "Asked")).to.deep.equal([]);
        expect(await positions(m)).to.deep.equal(before);
      });
    } else {
      it(`${name} asks ${asks} last, when its effects are stored`, async () => {
        const m = await watched();
        const asked = await eventsOf(m, await act(m), "Asked");
        const last = asked.at(-1)?.args ?? expect.fail("the guard was not asked");
        expect(QUESTIONS[Number(last.question)]).to.equal(asks);
        expect(last.isAfterEffects).to.equal(true);
        const { account, sizeAfter } = last.position as PositionStruct;
        expect((await m.perp.read.account([ETH_USD, account])).size).to.equal(sizeAfter);
      });

      it(`${name} does not stand when the guard refuses`, async () => {
        const m = await watched();
        await m.guard.write.setRefuses([true]);
        const before = await positions(m);
        await expectRevert(act(m), "Refused");
        expect(await positions(m)).to.deep.equal(before);
      });
    }
  }

  it("a reduction with a payout is enforced once: what is enforced is counted", async () => {
    const m = await watched();
    const asked = await eventsOf(m, await m.perp.write.modify([ETH_USD, -wad(1), -m.tokenUnit], from(m.alice)), "Asked");
    expect(asked.map(({ args }) => (args.position as PositionStruct).flow)).to.deep.equal([-wad(1)]);
  });

  const positions = async (m: Watched): Promise<bigint[]> => {
    const accounts = await Promise.all([m.alice, m.bob, m.carol].map(({ account }) => m.perp.read.account([ETH_USD, account.address])));
    return accounts.flatMap(({ size, cost, collateral }) => [size, cost, collateral]);
  };
});

describe(`positionAfter (SEED=${SEED})`, () => {
  const live = fixture(async (connection) => {
    const m = await createMarket(connection);
    await warmUp(m);
    await open(m, m.alice, 30_000n, wad(20));
    await open(m, m.bob, 30_000n, -wad(15));
    return m;
  });

  it("is what the guard is told: to the word, by a guard that says what it was asked", async () => {
    const m = await watched();
    for (const [delta, tokens] of [
      [wad(2), 0n],
      [-wad(1), 0n],
      [wad(1), 5n],
      [-wad(25), 0n],
      [0n, -3n],
      [-wad(3), -7n],
    ] as const) {
      await pushRound(m, START_PRICE);
      await holdClock(m);
      // The view answers for the second of the last block; the next one comes at the same.
      const expected = await m.perp.read.positionAfter([ETH_USD, m.alice.account.address, delta, tokens * m.tokenUnit]);
      const hash = await m.perp.write.modify([ETH_USD, delta, tokens * m.tokenUnit], from(m.alice));
      const asked = (await eventsOf(m, hash, "Asked")).at(-1)?.args.position;
      expect(asked, `${delta}, ${tokens}`).to.deep.equal(expected);
    }
  });

  it("asked of preview gives the verdict of the trade: what is allowed stands, what is not is refused with its numbers", async () => {
    const m = await live();
    const random = new Random(SEED, "positionAfter");
    const seen = { allowed: 0, refused: 0 };
    for (let i = 0; i < 60; i++) {
      const trader = random.pick([m.alice, m.bob]);
      const delta = (random.oneIn(2) ? 1n : -1n) * random.between(1n, wad(300));
      const asked = await m.perp.read.positionAfter([ETH_USD, trader.account.address, delta, 0n]);
      await holdClock(m);
      const verdict = await preview(m, asked);
      const trade = m.perp.write.trade([ETH_USD, delta], from(trader));
      if (verdict.allowed) {
        seen.allowed++;
        await trade;
      } else {
        seen.refused++;
        const size = asked.sizeAfter < 0n ? -asked.sizeAfter : asked.sizeAfter;
        await expectRevert(trade, "SizeExceeded", [ETH_USD, trader.account.address, size, verdict.maxSize, verdict.limit]);
      }
    }
    expect(seen.allowed > 5 && seen.refused > 5, JSON.stringify(seen)).to.equal(true);
  });

  it("counts collateral that arrives and leaves, and unrealised losses, but no unrealised profit", async () => {
    const m = await live();
    const equity = async (trader: TestMarket["alice"], tokens: bigint): Promise<bigint> => {
      const { equity: value } = await m.perp.read.positionAfter([ETH_USD, trader.account.address, 0n, tokens * m.tokenUnit]);
      return value;
    };
    await holdClock(m);
    await pushRound(m, START_PRICE * 1.1, await now(m));
    const [alice, bob] = [await equity(m.alice, 0n), await equity(m.bob, 0n)];
    const { collateral: atAlice } = await m.perp.read.account([ETH_USD, m.alice.account.address]);
    const { collateral: atBob } = await m.perp.read.account([ETH_USD, m.bob.account.address]);
    const near = (a: bigint, b: bigint): boolean => (a > b ? a - b : b - a) < wad(1);
    expect(near(alice, atAlice), "a profit counts zero").to.equal(true);
    expect(near(bob, atBob - 15n * wad(200)), "a loss counts").to.equal(true);
    expect((await equity(m.alice, 5n)) - alice).to.equal(wad(5));
    expect((await equity(m.alice, -5n)) - alice).to.equal(-wad(5));
  });
});
