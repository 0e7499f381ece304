import { expect } from "chai";
import { encodeFunctionData, getAddress, type Hex, zeroAddress } from "viem";
import { encodePolicy, forcedLimit, type Policy } from "../../sdk/src/index.ts";
import { WAD } from "../../sdk/src/math/index.ts";
import {
  adopt,
  createDeleveraged,
  type Deleveraged,
  deleverage,
  flag,
  forcedState,
  hold,
  limitOf,
  TERMS,
  type Terms,
} from "../helpers/deleveraging.ts";
import {
  changePolicy,
  ETH_USD,
  eventOf,
  eventsOf,
  expectRevert,
  FIRST_ROUND_ID,
  fixture,
  goTo,
  holdClock,
  laterRound,
  now,
  position,
  revertName,
  START_PRICE,
  setFault,
  statusIndex,
  type Trader,
  UINT256_MAX,
  wad,
} from "../helpers/market.ts";

const deleveraged = fixture((connection) => createDeleveraged(connection));

/** Positions are given as a multiple of what is left alone, in thousandths. */
async function holdTimes(m: Deleveraged, trader: Trader, thousandths: bigint, equity = 10_000n * WAD): Promise<bigint> {
  await hold(m, trader, WAD, equity);
  const size = ((await limitOf(m, trader)) * thousandths) / 1_000n;
  await hold(m, trader, size, equity);
  return size;
}

const sizeOf = async (m: Deleveraged, { account }: Trader): Promise<bigint> =>
  (await m.protocol.read.holding([ETH_USD, account.address])).sizeAfter;
const flagOf = (m: Deleveraged, { account }: Trader) => m.controller.read.flagOf([ETH_USD, account.address]);
const clear = (m: Deleveraged, { account }: Trader): Promise<Hex> => m.controller.write.clear([ETH_USD, account.address]);

/** Until the flag is due, with a price of that moment. */
async function waitDue(m: Deleveraged, trader: Trader, price = START_PRICE): Promise<void> {
  const { dueAt } = await flagOf(m, trader);
  await laterRound(m, price, BigInt(dueAt) - (await now(m)));
}

describe("a position above what its account carries", () => {
  it("is flagged from the trigger on, by anybody, and once", async () => {
    const m = await deleveraged();
    await hold(m, m.alice, WAD);
    const limit = await limitOf(m, m.alice);
    const most = (limit * 5n + 3n) / 4n;
    await hold(m, m.alice, most);
    await expectRevert(flag(m, m.alice, m.keeper), "WithinLimit", [ETH_USD, m.alice.account.address, most, most]);
    await hold(m, m.alice, most + 1n);
    await holdClock(m);
    const hash = await flag(m, m.alice, m.keeper);
    const dueAt = (await now(m)) + TERMS.grace;
    expect(await eventOf(m, hash, "Flagged")).to.deep.equal({
      market: ETH_USD,
      account: getAddress(m.alice.account.address),
      size: most + 1n,
      target: limit,
      dueAt,
    });
    expect(await flagOf(m, m.alice)).to.deep.equal({
      dueAt: Number(dueAt),
      expiresAt: Number(dueAt + TERMS.window),
      isLong: true,
      target: limit,
      largestStep: (most + 1n + 3n) / 4n,
    });
    await expectRevert(flag(m, m.alice, m.mallory), "AlreadyFlagged", [ETH_USD, m.alice.account.address, dueAt]);
  });

  it("is reduced after its grace, a quarter at a time, to the limit and not below; then there is nothing more to do", async () => {
    const m = await deleveraged();
    const size = await holdTimes(m, m.alice, 2_000n);
    const limit = await limitOf(m, m.alice);
    await flag(m, m.alice, m.keeper);
    const { dueAt } = await flagOf(m, m.alice);
    await expectRevert(deleverage(m, m.alice, m.keeper), "NotDue", [ETH_USD, m.alice.account.address, dueAt]);
    await waitDue(m, m.alice);
    const step = (size + 3n) / 4n;
    let left = size;
    // The protocol of this test takes the bounty from the equity, so the limit falls a little with each step.
    for (let steps = 1; steps <= 3; steps++) {
      const target = steps === 1 ? limit : BigInt((await flagOf(m, m.alice)).target);
      const now_ = await limitOf(m, m.alice);
      const goal = target > now_ ? target : now_;
      const closed = left - goal < step ? left - goal : step;
      const bounty = closed * 2n;
      const { equity } = await m.protocol.read.holding([ETH_USD, m.alice.account.address]);
      const hash = await deleverage(m, m.alice, m.keeper);
      expect(await eventOf(m, hash, "Deleveraged")).to.deep.equal({
        market: ETH_USD,
        account: getAddress(m.alice.account.address),
        receiver: getAddress(m.keeper.account.address),
        closed,
        left: left - closed,
        target: goal,
      });
      left -= closed;
      expect(await sizeOf(m, m.alice)).to.equal(left);
      expect((await m.protocol.read.holding([ETH_USD, m.alice.account.address])).equity).to.equal(equity - bounty);
      if (left === goal) break;
      const { dueAt: next } = await flagOf(m, m.alice);
      expect(BigInt(next)).to.equal((await now(m)) + TERMS.pace);
      await expectRevert(deleverage(m, m.alice, m.keeper), "NotDue", [ETH_USD, m.alice.account.address, next]);
      await waitDue(m, m.alice);
    }
    expect((await flagOf(m, m.alice)).dueAt).to.equal(0);
    // All that is left is what the last two looks left alone.
    expect(left >= (await limitOf(m, m.alice))).to.equal(true);
    expect(left < (size * 51n) / 100n).to.equal(true);
    await expectRevert(deleverage(m, m.alice, m.keeper), "NotFlagged", [ETH_USD, m.alice.account.address]);
    expect(await revertName(flag(m, m.alice, m.keeper))).to.equal("WithinLimit");
  });

  it("a short is reduced like a long", async () => {
    const m = await deleveraged();
    await hold(m, m.bob, -WAD);
    const size = (await limitOf(m, m.bob)) * 2n;
    await hold(m, m.bob, -size);
    await flag(m, m.bob, m.keeper);
    await waitDue(m, m.bob);
    await deleverage(m, m.bob, m.keeper);
    expect(await sizeOf(m, m.bob)).to.equal(-(size - (size + 3n) / 4n));
  });

  it("an account that owes is reduced to nothing, and pays nobody for it", async () => {
    const m = await deleveraged();
    await hold(m, m.alice, 4n, -1n);
    await flag(m, m.alice, m.keeper);
    for (let left = 4n; left > 0n; left--) {
      await waitDue(m, m.alice);
      const [closed] = await eventsOf(m, await deleverage(m, m.alice, m.keeper), "Closed");
      expect(closed?.args).to.include({ size: 1n, bounty: 0n });
    }
    expect(await sizeOf(m, m.alice)).to.equal(0n);
  });

  it("that mends in time is left alone, and anybody takes its flag away", async () => {
    const m = await deleveraged();
    const size = await holdTimes(m, m.alice, 2_000n);
    await flag(m, m.alice, m.keeper);
    const { expiresAt } = await flagOf(m, m.alice);
    await expectRevert(clear(m, m.alice), "NotDue", [ETH_USD, m.alice.account.address, expiresAt]);
    await hold(m, m.alice, size, 30_000n * WAD);
    await waitDue(m, m.alice);
    const limit = await limitOf(m, m.alice);
    await expectRevert(deleverage(m, m.alice, m.keeper), "WithinLimit", [ETH_USD, m.alice.account.address, size, limit]);
    expect(await eventOf(m, await clear(m, m.alice), "FlagCleared")).to.deep.equal({
      market: ETH_USD,
      account: getAddress(m.alice.account.address),
    });
    await expectRevert(clear(m, m.alice), "NotFlagged", [ETH_USD, m.alice.account.address]);
  });

  it("that is gone or turned round has no flag any more; that it turned is a position of its own", async () => {
    const m = await deleveraged();
    const size = await holdTimes(m, m.alice, 2_000n);
    await flag(m, m.alice, m.keeper);
    await waitDue(m, m.alice);
    for (const other of [0n, -4n * size]) {
      await hold(m, m.alice, other);
      await expectRevert(deleverage(m, m.alice, m.keeper), "NotFlagged", [ETH_USD, m.alice.account.address]);
    }
    await flag(m, m.alice, m.keeper);
    expect((await flagOf(m, m.alice)).isLong).to.equal(false);
    await hold(m, m.alice, 0n);
    await clear(m, m.alice);
  });

  it("is not reduced for a flag whose time is over: it has a new one first, and its grace", async () => {
    const m = await deleveraged();
    await holdTimes(m, m.alice, 2_000n);
    await flag(m, m.alice, m.keeper);
    const { expiresAt } = await flagOf(m, m.alice);
    await laterRound(m, START_PRICE, BigInt(expiresAt) - (await now(m)));
    await holdClock(m);
    await m.connection.networkHelpers.mine(1);
    expect(await now(m)).to.equal(BigInt(expiresAt));
    await laterRound(m, START_PRICE, 1n);
    await expectRevert(deleverage(m, m.alice, m.keeper), "NotFlagged", [ETH_USD, m.alice.account.address]);
    await flag(m, m.alice, m.keeper);
    expect(await revertName(deleverage(m, m.alice, m.keeper))).to.equal("NotDue");
  });

  it("two looks have to agree: what counts is the larger limit", async () => {
    const m = await deleveraged();
    const size = await holdTimes(m, m.alice, 2_000n);
    const first = await limitOf(m, m.alice);
    await flag(m, m.alice, m.keeper);
    // At half the equity the limit is half: the first look still counts.
    await hold(m, m.alice, size, 5_000n * WAD);
    await waitDue(m, m.alice);
    expect(await eventOf(m, await deleverage(m, m.alice, m.keeper), "Deleveraged")).to.include({ target: first });
    // From the second step on, the step before is the first look.
    const second = BigInt((await flagOf(m, m.alice)).target);
    expect(second < first).to.equal(true);
    await waitDue(m, m.alice);
    expect(await eventOf(m, await deleverage(m, m.alice, m.keeper), "Deleveraged")).to.include({ target: second });
    // And a better second look counts at once.
    await hold(m, m.alice, size, 10_000n * WAD);
    await waitDue(m, m.alice);
    expect(await eventOf(m, await deleverage(m, m.alice, m.keeper), "Deleveraged")).to.include({ target: first });
  });

  it("goes on after a pace, not after another grace, where the limit fell since the look before", async () => {
    const m = await deleveraged();
    const size = await holdTimes(m, m.alice, 1_300n);
    const first = await limitOf(m, m.alice);
    await flag(m, m.alice, m.keeper);
    await hold(m, m.alice, size, 4_000n * WAD);
    await waitDue(m, m.alice);
    // One step leads to the older limit, which is far above the one of now.
    expect(await eventOf(m, await deleverage(m, m.alice, m.keeper), "Deleveraged")).to.include({ left: first, target: first });
    const { dueAt, target } = await flagOf(m, m.alice);
    expect(BigInt(dueAt)).to.equal((await now(m)) + TERMS.pace);
    expect(BigInt(target) < first / 2n).to.equal(true);
    await waitDue(m, m.alice);
    await deleverage(m, m.alice, m.keeper);
    expect((await sizeOf(m, m.alice)) < first).to.equal(true);
  });

  it("has the limit that the SDK says", async () => {
    const m = await deleveraged();
    for (const [size, equity] of [
      [wad(3), 10_000n],
      [-wad(3), 10_000n],
      [wad(3), 0n],
      [-wad(700), 123_456n],
    ] as const) {
      await hold(m, m.alice, size, equity * WAD);
      const held = position({ account: m.alice.account.address, sizeBefore: size, sizeAfter: size, equity: equity * WAD });
      const [measured, limit] = await m.controller.read.forcedLimit([ETH_USD, m.alice.account.address]);
      expect(limit).to.equal(forcedLimit(m.policy, m.policy, held, await forcedState(m, m.alice)));
      expect(measured).to.equal(size < 0n ? -size : size);
    }
  });

  it("is measured alone: what others hold, and what the pool has, is nothing to it", async () => {
    const m = await deleveraged();
    await hold(m, m.alice, wad(3));
    const alone = await limitOf(m, m.alice);
    const crowd = { sameSideOthers: UINT256_MAX, oppositeOthers: 1n, poolEquity: 1n };
    const held = { account: m.alice.account.address, sizeBefore: wad(3), sizeAfter: wad(3) };
    await m.protocol.write.hold([ETH_USD, position({ ...held, ...crowd })]);
    expect(await limitOf(m, m.alice)).to.equal(alone);
  });
});

describe("what has to be known before anything is forced", () => {
  const ACTIONS: Record<string, (m: Deleveraged) => Promise<unknown>> = {
    flag: (m) => flag(m, m.alice, m.keeper),
    deleverage: (m) => deleverage(m, m.bob, m.keeper),
    clear: (m) => clear(m, m.bob),
    callMargin: (m) => m.controller.write.callMargin([ETH_USD, m.alice.account.address]),
    forcedLimit: (m) => m.controller.read.forcedLimit([ETH_USD, m.alice.account.address]),
    survivable: (m) => m.controller.read.survivable([ETH_USD, m.alice.account.address]),
  };

  /** Alice could be flagged now, Bob is and is due. */
  const due = fixture(async (connection) => {
    const m = await createDeleveraged(connection);
    await holdTimes(m, m.alice, 5_000n);
    await holdTimes(m, m.bob, 5_000n);
    await flag(m, m.bob, m.keeper);
    await waitDue(m, m.bob);
    return m;
  });

  for (const [name, action] of Object.entries(ACTIONS)) {
    it(`${name}: a price that is Valid, not one that ages, is stale, or is none`, async () => {
      const m = await due();
      await goTo(m, (await now(m)) + m.policy.heartbeat + 1n);
      await expectRevert(action(m), "PriceNotValid", [ETH_USD, statusIndex("Aging")]);
      await goTo(m, (await now(m)) + m.policy.maxAge);
      await expectRevert(action(m), "PriceNotValid", [ETH_USD, statusIndex("Stale")]);
      await setFault(m, "Reverts");
      await expectRevert(action(m), "PriceNotValid", [ETH_USD, statusIndex("Invalid")]);
    });

    it(`${name}: a variance that is known`, async () => {
      const m = await due();
      const feed = await m.connection.viem.deployContract("TestFeed", [8, FIRST_ROUND_ID]);
      await feed.write.push([200_000_000_000n, await now(m)]);
      await changePolicy(m, { feed: feed.address.toLowerCase() as Hex });
      await m.guard.write.poke([ETH_USD]);
      await expectRevert(action(m), "MarketNotWarm", [ETH_USD, 1n, 24n]);
    });
  }

  it("a policy that somebody told of long enough ago", async () => {
    const m = await due();
    const controller = await m.connection.viem.deployContract("DeleverageController", [m.guard.address, TERMS]);
    const other = { ...m, controller } as Deleveraged;
    await expectRevert(flag(other, m.alice, m.keeper), "PolicyNotAdopted", [ETH_USD]);
    const nowhere = `0x${"11".repeat(32)}` as const;
    await expectRevert(controller.write.notePolicy([nowhere]), "PolicyNotSet", [nowhere]);
    const noted = await eventOf(m, await controller.write.notePolicy([ETH_USD]), "PolicyNoted");
    const countsFrom = (await now(m)) + TERMS.policyDelay;
    expect(noted).to.deep.equal({ market: ETH_USD, countsFrom });
    await expectRevert(controller.write.notePolicy([ETH_USD]), "NothingToNote", [ETH_USD, countsFrom]);
    await expectRevert(flag(other, m.alice, m.keeper), "PolicyNotAdopted", [ETH_USD]);
    await laterRound(m, START_PRICE, TERMS.policyDelay);
    expect(await eventOf(m, await controller.write.notePolicy([ETH_USD]), "PolicyAdopted")).to.deep.equal({ market: ETH_USD });
    await expectRevert(controller.write.notePolicy([ETH_USD]), "NothingToNote", [ETH_USD, 0n]);
    await flag(other, m.alice, m.keeper);
  });
});

describe("a policy that changes", () => {
  const tighter: Partial<Policy> = { riskBudget: WAD / 20n };

  it("forces nobody before it was known for its time, and then no further than it says", async () => {
    const m = await deleveraged();
    const size = await holdTimes(m, m.alice, 1_000n);
    const before = await limitOf(m, m.alice);
    await changePolicy(m, tighter);
    expect(await limitOf(m, m.alice)).to.equal(before);
    await m.controller.write.notePolicy([ETH_USD]);
    await laterRound(m, START_PRICE, TERMS.policyDelay - 10n);
    expect(await revertName(m.controller.write.notePolicy([ETH_USD]))).to.equal("NothingToNote");
    expect(await revertName(flag(m, m.alice, m.keeper))).to.equal("WithinLimit");
    await laterRound(m, START_PRICE, 20n);
    await m.controller.write.notePolicy([ETH_USD]);
    await flag(m, m.alice, m.keeper);
    expect((await limitOf(m, m.alice)) < size).to.equal(true);
  });

  it("gives at once what it loosens", async () => {
    const m = await deleveraged();
    const size = await holdTimes(m, m.alice, 1_500n);
    await flag(m, m.alice, m.keeper);
    await changePolicy(m, { riskBudget: WAD, maintenanceAndPenalty: 0n });
    await waitDue(m, m.alice);
    expect(await revertName(deleverage(m, m.alice, m.keeper))).to.equal("WithinLimit");
    expect((await limitOf(m, m.alice)) > size).to.equal(true);
    for (const mode of ["Shadow", "Off"] as const) {
      await changePolicy(m, { mode });
      expect(await limitOf(m, m.alice)).to.equal(UINT256_MAX);
    }
  });

  it("at ReduceOnly is no reason to close anything", async () => {
    const m = await deleveraged();
    await holdTimes(m, m.alice, 1_000n);
    const before = await limitOf(m, m.alice);
    await changePolicy(m, { mode: "ReduceOnly" });
    await adopt(m);
    expect(await limitOf(m, m.alice)).to.equal(before);
  });

  it("waits its turn: what was noted counts, and what came meanwhile is noted then", async () => {
    const m = await deleveraged();
    await holdTimes(m, m.alice, 1_000n);
    await changePolicy(m, tighter);
    await m.controller.write.notePolicy([ETH_USD]);
    const wider = encodePolicy({ ...m.policy, riskBudget: WAD });
    await m.guard.write.setPolicy([ETH_USD, wider]);
    await laterRound(m, START_PRICE, TERMS.policyDelay);
    const events = await eventsOf(m, await m.controller.write.notePolicy([ETH_USD]));
    expect(events.map(({ name }) => name)).to.deep.equal(["PolicyAdopted", "PolicyNoted"]);
    const known = await m.controller.read.knownPolicies([ETH_USD]);
    expect(known.adopted).to.deep.equal(encodePolicy({ ...m.policy, ...tighter }));
    expect(known.noted).to.deep.equal(wider);
    expect(await revertName(flag(m, m.alice, m.keeper))).to.equal("WithinLimit");
  });
});

describe("a margin call", () => {
  it("is an event, once in a grace, where a position survives less than its share of the adverse move", async () => {
    const m = await deleveraged();
    const call = (who: Trader): Promise<Hex> => m.controller.write.callMargin([ETH_USD, who.account.address]);
    await hold(m, m.alice, wad(1));
    const [survived, adverse] = await m.controller.read.survivable([ETH_USD, m.alice.account.address]);
    await expectRevert(call(m.alice), "NoMarginCall", [ETH_USD, m.alice.account.address, survived, adverse]);
    await hold(m, m.alice, wad(150));
    const hash = await call(m.alice);
    const event = await eventOf(m, hash, "MarginCall");
    expect(event).to.include({ market: ETH_USD, account: getAddress(m.alice.account.address), adverseMove: adverse });
    expect((event.survivableMove as bigint) < adverse / 2n).to.equal(true);
    expect(await m.controller.read.marginCalledAt([ETH_USD, m.alice.account.address])).to.equal(await now(m));
    expect(await revertName(call(m.alice))).to.equal("NoMarginCall");
    await laterRound(m, START_PRICE, TERMS.grace);
    await call(m.alice);
    // Without a position there is nothing to call for.
    expect(await revertName(call(m.carol))).to.equal("NoMarginCall");
  });
});

describe("a controller's terms", () => {
  const RANGES: Record<keyof Terms, readonly [bigint, bigint]> = {
    trigger: [WAD, 10n * WAD],
    grace: [600n, 604_800n],
    window: [600n, 604_800n],
    pace: [60n, 86_400n],
    maxStep: [WAD / 1_000n, WAD],
    bounty: [0n, WAD / 100n],
    policyDelay: [3_600n, 2_592_000n],
    marginCallShare: [0n, 10n * WAD],
  };
  for (const [index, [name, [least, most]]] of Object.entries(RANGES).entries()) {
    it(`${name} is from ${least} to ${most}`, async () => {
      const m = await deleveraged();
      const deploy = (value: bigint) =>
        m.connection.viem.deployContract("DeleverageController", [m.guard.address, { ...TERMS, [name]: value }]);
      for (const value of [least, most]) expect((await (await deploy(value)).read.terms())[name as keyof Terms]).to.equal(value);
      for (const value of [least - 1n, most + 1n]) {
        if (value >= 0n) await expectRevert(deploy(value), "TermsOutOfRange", [index, value, least, most]);
      }
    });
  }

  it("belong to a guard and its protocol", async () => {
    const m = await deleveraged();
    expect(getAddress(await m.controller.read.PROTOCOL())).to.equal(getAddress(m.protocol.address));
    expect(getAddress(await m.controller.read.GUARD())).to.equal(getAddress(m.guard.address));
    await expectRevert(m.connection.viem.deployContract("DeleverageController", [zeroAddress, TERMS]), "ZeroAddress");
  });
});

describe("a protocol that does something else", () => {
  for (const excess of [-1n, 1n, -wad(1)]) {
    it(`closes ${excess} more than it was asked to: the reduction reverts, and the flag is as it was`, async () => {
      const m = await deleveraged();
      const size = await holdTimes(m, m.alice, 2_000n);
      await flag(m, m.alice, m.keeper);
      await waitDue(m, m.alice);
      const before = await flagOf(m, m.alice);
      await m.protocol.write.setExcess([excess]);
      const left = size - (size + 3n) / 4n - excess;
      await expectRevert(deleverage(m, m.alice, m.keeper), "NotDeleveraged", [ETH_USD, m.alice.account.address, size, left]);
      expect(await flagOf(m, m.alice)).to.deep.equal(before);
      expect(await sizeOf(m, m.alice)).to.equal(size);
    });
  }

  it("can't reduce twice by coming back in the middle of a reduction, nor flag again", async () => {
    for (const [functionName, reason] of [
      ["deleverage", "NotDue"],
      ["flag", "AlreadyFlagged"],
      ["clear", "NotDue"],
    ] as const) {
      const m = await deleveraged();
      await holdTimes(m, m.alice, 4_000n);
      await flag(m, m.alice, m.keeper);
      await waitDue(m, m.alice);
      const account = m.alice.account.address;
      const args = functionName === "deleverage" ? [ETH_USD, account, account] : [ETH_USD, account];
      const data = encodeFunctionData({ abi: m.controller.abi, functionName, args } as Parameters<typeof encodeFunctionData>[0]);
      await m.protocol.write.arm([m.controller.address, data]);
      const attempted = await eventOf(m, await deleverage(m, m.alice, m.keeper), "Attempted");
      expect(attempted.success).to.equal(false);
      const name = await revertName(Promise.reject({ data: attempted.result })).catch(() => undefined);
      expect(name === undefined || name === reason, `${functionName}: ${name}`).to.equal(true);
    }
  });
});
