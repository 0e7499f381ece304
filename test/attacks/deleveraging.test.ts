import { expect } from "chai";
import { encodeFunctionData, getAddress, type Hex } from "viem";
import { encodePolicy } from "../../sdk/src/index.ts";
import { WAD } from "../../sdk/src/math/index.ts";
import { adopt, TERMS } from "../helpers/deleveraging.ts";
import {
  type Connection,
  createMarket,
  createPerpOn,
  ETH_USD,
  eventsOf,
  expectRevert,
  fixture,
  from,
  goTo,
  laterRound,
  lower,
  now,
  open,
  pushRound,
  revertName,
  START_PRICE,
  setFault,
  type TestMarket,
  type Trader,
  UINT256_MAX,
  wad,
  warmUp,
} from "../helpers/market.ts";
import { expectNear } from "../helpers/near.ts";

/** The reference exchange with a controller: Alice long and Bob short, each as large as the guard lets them be. */
async function createControlled(connection: Connection) {
  const m = await createMarket(connection);
  await warmUp(m);
  const controller = await connection.viem.deployContract("DeleverageController", [m.guard.address, TERMS]);
  await m.perp.write.setDeleverager([controller.address]);
  const controlled = { ...m, controller };
  await adopt(controlled);
  await openMost(m, m.alice, 1n);
  await openMost(m, m.bob, -1n);
  return controlled;
}
type Controlled = Awaited<ReturnType<typeof createControlled>>;
const controlled = fixture(createControlled);

const TOKENS = 20_000n;

/** Opens nearly all that the guard allows: the fee of the trade takes a little of it. */
async function openMost(m: TestMarket, trader: Trader, side: bigint): Promise<void> {
  await open(m, trader, TOKENS, side * WAD);
  const { limitSize } = await m.guard.read.preview([ETH_USD, await m.perp.read.positionAfter([ETH_USD, trader.account.address, side, 0n])]);
  await m.perp.write.trade([ETH_USD, side * ((limitSize * 98n) / 100n - WAD)], from(trader));
}

const sizeOf = async (m: Controlled, { account }: Trader): Promise<bigint> => (await m.perp.read.account([ETH_USD, account.address])).size;
const flag = (m: Controlled, { account }: Trader): Promise<Hex> => m.controller.write.flag([ETH_USD, account.address], from(m.keeper));
const deleverage = (m: Controlled, { account }: Trader, receiver: Trader = m.keeper): Promise<Hex> =>
  m.controller.write.deleverage([ETH_USD, account.address, receiver.account.address], from(m.keeper));

/** A keeper that tries everything on everybody. Returns how much was closed. */
async function greed(m: Controlled): Promise<bigint> {
  let closed = 0n;
  for (const trader of [m.alice, m.bob]) {
    await flag(m, trader).catch(() => undefined);
    const hash = await deleverage(m, trader).catch(() => undefined);
    if (hash === undefined) continue;
    for (const { args } of await eventsOf(m, hash, "Deleveraged")) closed += (args.closed as bigint | undefined) ?? 0n;
  }
  return closed;
}

describe("a keeper that wants bounties", () => {
  it("gets nothing from accounts as large as the guard lets them be, in a market that goes nowhere", async () => {
    const m = await controlled();
    for (let hours = 0; hours < 6; hours++) {
      await laterRound(m, START_PRICE * (hours % 2 === 0 ? 1.005 : 1), 3_600n);
      expect(await greed(m)).to.equal(0n);
    }
    expect(await m.token.read.balanceOf([m.keeper.account.address])).to.equal(0n);
  });

  for (const tick of [1.1, 0.9]) {
    it(`gets nothing from one bad tick of ${tick > 1 ? "+" : "-"}10 %: the next look does not agree`, async () => {
      const m = await controlled();
      const [long, short] = [await sizeOf(m, m.alice), await sizeOf(m, m.bob)];
      await laterRound(m, START_PRICE * tick, 600n);
      await greed(m);
      // Whoever lost on it is flagged: for that tick the position is far too large.
      expect(BigInt((await m.controller.read.flagOf([ETH_USD, (tick > 1 ? m.bob : m.alice).account.address])).dueAt) > 0n).to.equal(true);
      for (let minutes = 0; minutes < 40; minutes++) {
        await laterRound(m, START_PRICE, 600n);
        expect(await greed(m), `${minutes} rounds later`).to.equal(0n);
      }
      expect([await sizeOf(m, m.alice), await sizeOf(m, m.bob)]).to.deep.equal([long, short]);
      expect(await m.token.read.balanceOf([m.keeper.account.address])).to.equal(0n);
    });
  }

  it("gets one step at the most from two bad ticks a grace apart", async () => {
    const m = await controlled();
    const size = -(await sizeOf(m, m.bob));
    await laterRound(m, START_PRICE * 1.05, 600n);
    await greed(m);
    await laterRound(m, START_PRICE, 600n);
    await laterRound(m, START_PRICE * 1.05, TERMS.grace);
    const closed = await greed(m);
    expect(closed > 0n && closed <= (size + 3n) / 4n, `${closed} of ${size}`).to.equal(true);
    await laterRound(m, START_PRICE, 600n);
    expect(await greed(m)).to.equal(0n);
    const bounty = (await m.token.read.balanceOf([m.keeper.account.address])) * 10n ** 12n;
    const most = (((closed * wad(START_PRICE * 1.05)) / WAD) * TERMS.bounty) / WAD;
    expect(bounty > 0n && bounty <= most).to.equal(true);
  });

  it("is paid in a real fall: who lost is reduced to the limit, and not below, and the books stay whole", async () => {
    const m = await controlled();
    await laterRound(m, START_PRICE * 0.96, 600n);
    await m.guard.write.poke([ETH_USD]);
    const before = await sizeOf(m, m.alice);
    await flag(m, m.alice);
    const interest = async () => (await m.perp.read.marketData([ETH_USD])).longOpenInterest;
    const others = (await interest()) - before;
    for (let steps = 0; steps < 6; steps++) {
      await laterRound(m, START_PRICE * 0.96, steps === 0 ? TERMS.grace : TERMS.pace);
      const [size, limit] = await m.controller.read.forcedLimit([ETH_USD, m.alice.account.address]);
      expect(size).to.equal(await sizeOf(m, m.alice));
      const hash = await deleverage(m, m.alice).catch(() => undefined);
      if (hash === undefined) break;
      const left = await sizeOf(m, m.alice);
      expect(left >= limit, "not below the limit of now").to.equal(true);
      expect(await interest(), "open interest").to.equal(others + left);
      const [recorded] = await eventsOf(m, hash, "Recorded");
      expect(recorded?.args).to.include({ sizeBefore: size, sizeAfter: left });
    }
    const [size, limit] = await m.controller.read.forcedLimit([ETH_USD, m.alice.account.address]);
    expect(size < before).to.equal(true);
    expect(size <= (limit * 5n) / 4n, "no flag is possible any more").to.equal(true);
    expect(await revertName(flag(m, m.alice))).to.equal("WithinLimit");
    expect((await m.token.read.balanceOf([m.keeper.account.address])) > 0n).to.equal(true);
    // Nobody is refused the way out, and what the exchange holds is what it owes.
    await m.perp.write.close([ETH_USD], from(m.alice));
    await m.perp.write.close([ETH_USD], from(m.bob));
    const held = (await m.token.read.balanceOf([m.perp.address])) * 10n ** 12n;
    const owed = (await m.perp.read.pool()) as bigint;
    expect(held >= owed && held - owed < 10n ** 14n, `${held} held, ${owed} owed`).to.equal(true);
  });
});

describe("a drawdown beyond its threshold", () => {
  it("reduces without anybody ordering it, and a smaller one does not", async () => {
    const m = await controlled();
    const policy = { ...m.policy, active: [...m.policy.active, "Drawdown" as const], maxDrawdown: (3n * WAD) / 10n, peakHalfLife: 0n };
    await m.guard.write.setPolicy([ETH_USD, encodePolicy(policy)]);
    await adopt(m);
    // A mark begins with an action of the account.
    await m.perp.write.trade([ETH_USD, -(await sizeOf(m, m.alice)) / 2n], from(m.alice));
    const limit = async () => (await m.controller.read.forcedLimit([ETH_USD, m.alice.account.address]))[1];
    await laterRound(m, START_PRICE * 0.96, 600n);
    expect(await revertName(flag(m, m.alice)), "a fifth lost").to.equal("WithinLimit");
    await laterRound(m, START_PRICE * 0.93, 600n);
    expect(await limit()).to.equal(0n);
    await flag(m, m.alice);
    const size = await sizeOf(m, m.alice);
    await laterRound(m, START_PRICE * 0.93, TERMS.grace);
    await deleverage(m, m.alice);
    expect(await sizeOf(m, m.alice)).to.equal(size - (size + 3n) / 4n);
  });
});

describe("a guardian, a forecaster or a clearing house that lies, with a keeper", () => {
  it("a policy tightened to nothing closes nobody before everybody could know, and a released one not at all", async () => {
    const m = await controlled();
    const nothing = encodePolicy({ ...m.policy, riskBudget: 10n ** 14n, baseMargin: WAD, tail: 6n * WAD, horizon: 1_000_000n });
    await m.guard.write.setPolicy([ETH_USD, nothing]);
    await m.controller.write.notePolicy([ETH_USD], from(m.keeper));
    for (let hours = 0; hours < 23; hours++) {
      await laterRound(m, START_PRICE, 3_600n);
      expect(await greed(m)).to.equal(0n);
    }
    await m.guard.write.setPolicy([ETH_USD, m.words]);
    await laterRound(m, START_PRICE, 2n * 3_600n);
    await m.controller.write.notePolicy([ETH_USD], from(m.keeper));
    expect(await greed(m), "adopted, and looser by now").to.equal(0n);
  });

  it("ReduceOnly closes nobody", async () => {
    const m = await controlled();
    await m.guard.write.setPolicy([ETH_USD, encodePolicy({ ...m.policy, mode: "ReduceOnly" })]);
    await adopt(m);
    expect(await greed(m)).to.equal(0n);
  });

  it("a variance pushed to the cap closes nobody: forced limits do not listen", async () => {
    const m = await controlled();
    const source = await m.connection.viem.deployContract("TestVarianceSource");
    const policy = { ...m.policy, usesPushedVariance: true, varianceSource: lower(source.address), maxVolatility: 6n * WAD };
    await m.guard.write.setPolicy([ETH_USD, encodePolicy(policy)]);
    await adopt(m);
    const before = await m.controller.read.forcedLimit([ETH_USD, m.alice.account.address]);
    await source.write.say([ETH_USD, 36n * WAD, (await now(m)) + 86_400n]);
    await m.guard.write.sync([ETH_USD]);
    await laterRound(m, START_PRICE, 1_800n);
    const asked = await m.perp.read.positionAfter([ETH_USD, m.alice.account.address, 1n, 0n]);
    const { limitSize } = await m.guard.read.preview([ETH_USD, asked]);
    expect(limitSize < (await sizeOf(m, m.alice)) / 4n, "the guard listens").to.equal(true);
    // But for half an hour of funding.
    const [, limit] = await m.controller.read.forcedLimit([ETH_USD, m.alice.account.address]);
    expectNear(Number(limit) / Number(before[1]), 1, 1e-6);
    expect(await greed(m)).to.equal(0n);
  });
});

describe("roles", () => {
  it("are nothing to a forced reduction: with every target closed and every role revoked it goes on, and so does the way out", async () => {
    const m = await controlled();
    await laterRound(m, START_PRICE * 0.96, 600n);
    await m.manager.write.setTargetClosed([m.guard.address, true]);
    await m.manager.write.setTargetClosed([m.controller.address, true]);
    await m.manager.write.revokeRole([0n, m.deployer.account.address]);
    expect(await m.manager.read.hasRole([0n, m.deployer.account.address])).to.deep.equal([false, 0]);
    await flag(m, m.alice);
    await laterRound(m, START_PRICE * 0.96, TERMS.grace);
    await deleverage(m, m.alice);
    await m.perp.write.trade([ETH_USD, -WAD], from(m.alice));
    await m.perp.write.close([ETH_USD], from(m.alice));
    expect(await sizeOf(m, m.alice)).to.equal(0n);
  });

  it("only the exchange's owner names its deleverager, and only that one reduces", async () => {
    const m = await controlled();
    const account = m.alice.account.address;
    const reduce = (who: Trader) => m.perp.write.deleverage([ETH_USD, account, 1n, who.account.address, 0n], from(who));
    for (const who of [m.mallory, m.deployer, m.alice]) {
      await expectRevert(reduce(who), "NotDeleverager", [getAddress(who.account.address), getAddress(m.controller.address)]);
    }
    await expectRevert(m.perp.write.setDeleverager([m.mallory.account.address], from(m.mallory)), "OwnableUnauthorizedAccount", [
      getAddress(m.mallory.account.address),
    ]);
    await m.perp.write.setDeleverager([m.keeper.account.address]);
    await expectRevert(m.perp.write.deleverage([ETH_USD, account, 0n, account, 0n], from(m.keeper)), "SizeOutOfRange", [
      ETH_USD,
      account,
      0n,
      await sizeOf(m, m.alice),
    ]);
    const all = await sizeOf(m, m.alice);
    expect(await revertName(m.perp.write.deleverage([ETH_USD, account, all + 1n, account, 0n], from(m.keeper)))).to.equal("SizeOutOfRange");
    // A bounty that is not there is not paid.
    await m.perp.write.deleverage([ETH_USD, account, all, m.keeper.account.address, UINT256_MAX], from(m.keeper));
    const { collateral } = await m.perp.read.account([ETH_USD, account]);
    expect(collateral >= 0n && collateral < 10n ** 12n).to.equal(true);
    await setFault(m, "Reverts");
    await expectRevert(m.perp.write.deleverage([ETH_USD, m.bob.account.address, 1n, account, 0n], from(m.keeper)), "PriceUnavailable", [
      ETH_USD,
    ]);
  });
});

describe("coming back in the middle of a forced reduction", () => {
  it("a token that calls back when the bounty is paid reaches neither exchange nor controller", async () => {
    const m = await controlled();
    const token = await m.connection.viem.deployContract("HostileToken", [6]);
    const { guard, perp } = await createPerpOn(m, token.address);
    const controller = await m.connection.viem.deployContract("DeleverageController", [guard.address, TERMS]);
    await perp.write.setDeleverager([controller.address]);
    const hostile = { ...m, token, guard, perp, controller } as unknown as Controlled;
    await warmUpAgain(hostile);
    for (const who of [m.deployer, m.alice]) {
      await token.write.mint([who.account.address, 10n ** 15n]);
      await token.write.approve([perp.address, UINT256_MAX], from(who));
    }
    await perp.write.supply([10n ** 13n], from(m.deployer));
    await perp.write.modify([ETH_USD, wad(65), TOKENS * 10n ** 6n], from(m.alice));
    await laterRound(m, START_PRICE * 0.94, 600n);
    await flag(hostile, m.alice);
    await laterRound(m, START_PRICE * 0.94, TERMS.grace);
    const alice = m.alice.account.address;
    const calls = [
      [controller.address, encodeFunctionData({ abi: m.controller.abi, functionName: "deleverage", args: [ETH_USD, alice, alice] })],
      [controller.address, encodeFunctionData({ abi: m.controller.abi, functionName: "flag", args: [ETH_USD, alice] })],
      [controller.address, encodeFunctionData({ abi: m.controller.abi, functionName: "clear", args: [ETH_USD, alice] })],
      [perp.address, encodeFunctionData({ abi: m.perp.abi, functionName: "liquidate", args: [ETH_USD, alice] })],
      [perp.address, encodeFunctionData({ abi: m.perp.abi, functionName: "close", args: [ETH_USD] })],
    ] as const;
    for (const [target, data] of calls) await token.write.arm([target, data]);
    const size = await sizeOf(hostile, m.alice);
    const hash = await deleverage(hostile, m.alice);
    const attempts = await eventsOf(m, hash, "Attempted");
    expect(attempts.map(({ args }) => args.success)).to.deep.equal(calls.map(() => false));
    expect(await sizeOf(hostile, m.alice)).to.equal(size - (size + 3n) / 4n);
  });

  it("a feed that fails in between forces nothing, and a feed that burns gas neither", async () => {
    const m = await controlled();
    await laterRound(m, START_PRICE * 0.96, 600n);
    await flag(m, m.alice);
    await goTo(m, (await now(m)) + TERMS.grace);
    await pushRound(m, START_PRICE * 0.96);
    for (const fault of ["Reverts", "ReturnsNothing", "BurnsGas"] as const) {
      await setFault(m, fault);
      const args = [ETH_USD, m.alice.account.address, m.keeper.account.address] as const;
      const forced = m.controller.write.deleverage(args, { ...from(m.keeper), gas: 2_000_000n });
      expect(await revertName(forced), fault).to.equal("PriceNotValid");
    }
    await setFault(m, "None");
    await deleverage(m, m.alice);
  });
});

/** A second guard on a feed that has a history: what it remembers, and what its controller knows. */
async function warmUpAgain(m: Controlled): Promise<void> {
  await m.guard.write.seed([ETH_USD, 240n]);
  await adopt(m);
}
