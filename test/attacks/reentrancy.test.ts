import { expect } from "chai";
import { decodeFunctionResult, encodeErrorResult, encodeFunctionData, type Hex, parseAbi } from "viem";
import {
  createMarket,
  createPerpOn,
  ETH_USD,
  eventsOf,
  fixture,
  from,
  laterRound,
  lower,
  now,
  position,
  pushRound,
  START_PRICE,
  UINT256_MAX,
  wad,
  warmUp,
} from "../helpers/market.ts";

const REENTERED = encodeErrorResult({ abi: parseAbi(["error ReentrancyGuardReentrantCall()"]) });
const TOKENS = 20_000n * 10n ** 6n;

/** A perp on a token that calls back; Alice is long, Bob short, and the pool is filled. */
const hostile = fixture(async (connection) => {
  const m = await createMarket(connection);
  await warmUp(m);
  const token = await connection.viem.deployContract("HostileToken", [6]);
  const { guard, perp } = await createPerpOn(m, token.address);
  await pushRound(m, START_PRICE, (await now(m)) - 10n);
  for (const wallet of [m.deployer, m.alice, m.bob, m.carol]) {
    await token.write.mint([wallet.account.address, 100n * TOKENS]);
    await token.write.approve([perp.address, UINT256_MAX], from(wallet));
  }
  await perp.write.supply([50n * TOKENS], from(m.deployer));
  await perp.write.modify([ETH_USD, wad(5), TOKENS], from(m.alice));
  await perp.write.modify([ETH_USD, -wad(5), TOKENS], from(m.bob));
  return { ...m, token, guard, perp };
});
type Hostile = Awaited<ReturnType<typeof hostile>>;

/** Every action during which tokens move, so that the token gets its chance. */
const ACTIONS: Record<string, (m: Hostile) => Promise<Hex>> = {
  deposit: (m) => m.perp.write.deposit([ETH_USD, TOKENS], from(m.alice)),
  withdraw: (m) => m.perp.write.withdraw([ETH_USD, TOKENS / 20n], from(m.alice)),
  "modify, tokens in": (m) => m.perp.write.modify([ETH_USD, wad(1), TOKENS], from(m.alice)),
  "modify, tokens out": (m) => m.perp.write.modify([ETH_USD, -wad(1), -TOKENS / 20n], from(m.alice)),
  modifyBounded: (m) => m.perp.write.modifyBounded([ETH_USD, 0n, TOKENS, 0n, UINT256_MAX], from(m.alice)),
  close: (m) => m.perp.write.close([ETH_USD], from(m.alice)),
  supply: (m) => m.perp.write.supply([TOKENS], from(m.carol)),
  redeem: (m) => m.perp.write.redeem([10n ** 18n], from(m.deployer)),
  liquidate: async (m) => {
    await laterRound(m, START_PRICE * 2.995, 1_800n);
    return m.perp.write.liquidate([ETH_USD, m.bob.account.address], from(m.carol));
  },
};

describe("a collateral token that calls back in the middle of a transfer", () => {
  for (const [name, action] of Object.entries(ACTIONS)) {
    it(`during ${name} reaches no mutator of the perp, and nothing of the guard that only the perp may call`, async () => {
      const clean = await hostile();
      await action(clean);
      const expected = await books(clean);

      const m = await hostile();
      const calls = attempts(m);
      for (const { target, data } of calls) await m.token.write.arm([target, data]);
      const attempted = await eventsOf(m, await action(m), "Attempted");
      expect(attempted.length, "the token got its chance").to.equal(calls.length);
      attempted.forEach(({ args }, index) => {
        const { name: what, result } = calls[index] ?? {};
        expect(args.success, what).to.equal(false);
        expect(args.result, what).to.equal(result);
      });
      expect(await books(m)).to.deep.equal(expected);
    });
  }

  it("may poke, like anybody, which changes nothing but the variance that a poke before would have changed", async () => {
    const m = await hostile();
    await laterRound(m, START_PRICE * 1.002, 1_800n);
    await m.token.write.arm([m.guard.address, encodeFunctionData({ abi: m.guard.abi, functionName: "poke", args: [ETH_USD] })]);
    const hash = await m.perp.write.deposit([ETH_USD, TOKENS], from(m.alice));
    expect((await eventsOf(m, hash, "Attempted")).map(({ args }) => args.success)).to.deep.equal([true]);
    const stored = await m.guard.read.volatilityWord([ETH_USD]);
    await m.guard.write.poke([ETH_USD]);
    expect(await m.guard.read.volatilityWord([ETH_USD])).to.equal(stored);
  });

  it("sees books that are either all old or all new: the pool's value in the middle of a payout is the one after it", async () => {
    const m = await hostile();
    await m.token.write.arm([m.perp.address, encodeFunctionData({ abi: m.perp.abi, functionName: "poolValue" })]);
    const hash = await m.perp.write.redeem([10n ** 20n], from(m.deployer));
    const [attempt] = await eventsOf(m, hash, "Attempted");
    const seen = decodeFunctionResult({ abi: m.perp.abi, functionName: "poolValue", data: attempt?.args.result as Hex });
    expect(seen).to.equal(await m.perp.read.poolValue());
  });

  /** What the token tries, and the revert each attempt must meet. */
  function attempts(m: Hostile): { name: string; target: Hex; data: Hex; result: Hex }[] {
    const { perp, guard, token } = m;
    const victim = m.alice.account.address;
    const asked = position({ account: victim, sizeBefore: wad(5), sizeAfter: wad(5_000) });
    const notProtocol = encodeErrorResult({ abi: guard.abi, errorName: "NotProtocol", args: [token.address, perp.address] });
    const onPerp = {
      deposit: encodeFunctionData({ abi: perp.abi, functionName: "deposit", args: [ETH_USD, 1n] }),
      withdraw: encodeFunctionData({ abi: perp.abi, functionName: "withdraw", args: [ETH_USD, 1n] }),
      trade: encodeFunctionData({ abi: perp.abi, functionName: "trade", args: [ETH_USD, 1n] }),
      modify: encodeFunctionData({ abi: perp.abi, functionName: "modify", args: [ETH_USD, 1n, 0n] }),
      modifyBounded: encodeFunctionData({ abi: perp.abi, functionName: "modifyBounded", args: [ETH_USD, 1n, 0n, 0n, UINT256_MAX] }),
      close: encodeFunctionData({ abi: perp.abi, functionName: "close", args: [ETH_USD] }),
      liquidate: encodeFunctionData({ abi: perp.abi, functionName: "liquidate", args: [ETH_USD, victim] }),
      supply: encodeFunctionData({ abi: perp.abi, functionName: "supply", args: [1n] }),
      redeem: encodeFunctionData({ abi: perp.abi, functionName: "redeem", args: [0n] }),
    };
    const onGuard = {
      enforce: encodeFunctionData({ abi: guard.abi, functionName: "enforce", args: [ETH_USD, asked] }),
      enforceBounded: encodeFunctionData({ abi: guard.abi, functionName: "enforceBounded", args: [ETH_USD, asked, 0n, UINT256_MAX] }),
      record: encodeFunctionData({ abi: guard.abi, functionName: "record", args: [ETH_USD, { ...asked, sizeAfter: 0n }] }),
    };
    const at =
      (target: Hex, result: Hex) =>
      ([name, data]: [string, Hex]) => ({ name, target, data, result });
    return [...Object.entries(onPerp).map(at(perp.address, REENTERED)), ...Object.entries(onGuard).map(at(guard.address, notProtocol))];
  }

  /** Everything the perp keeps, but for what time alone changes. */
  async function books(m: Hostile) {
    const data = await m.perp.read.marketData([ETH_USD]);
    const owners = [m.alice, m.bob, m.carol, m.deployer].map(({ account }) => account.address).concat(lower(m.token.address));
    const accounts = await Promise.all(owners.map((owner) => m.perp.read.account([ETH_USD, owner])));
    return {
      openInterest: [data.longOpenInterest, data.shortOpenInterest],
      sizes: accounts.map(({ size }) => size),
      shares: await Promise.all(owners.map((owner) => m.perp.read.shares([owner]))),
      balance: await m.token.read.balanceOf([m.perp.address]),
    };
  }
});
