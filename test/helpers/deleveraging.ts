/** A guard whose protocol can be deleveraged, and the controller that does it. Nothing here runs until a test asks for it. */
import type { Hex } from "viem";
import { encodePolicy, type Policy } from "../../sdk/src/index.ts";
import { unpackVolatilityWord, WAD } from "../../sdk/src/math/index.ts";
import {
  type Connection,
  ETH_USD,
  FIRST_ROUND_ID,
  goTo,
  laterRound,
  lower,
  now,
  POLICY,
  position,
  START_PRICE,
  type Trader,
  wallets,
  warmUp,
} from "./market.ts";

/** An hour to mend, six to act, a quarter every ten minutes, a thousandth for it; a policy counts after a day. */
export const TERMS = {
  trigger: (WAD * 5n) / 4n,
  grace: 3_600n,
  window: 21_600n,
  pace: 600n,
  maxStep: WAD / 4n,
  bounty: WAD / 1_000n,
  policyDelay: 86_400n,
  marginCallShare: WAD / 2n,
} as const;
export type Terms = { readonly [name in keyof typeof TERMS]: bigint };

/** A guard whose protocol holds what a test says. Its policy is adopted, its market warm at about 47 % a year. */
export async function createDeleveraged(connection: Connection, changes: Partial<Policy> = {}, terms: Partial<Terms> = {}) {
  const named = await wallets(connection);
  const { viem } = connection;
  const manager = await viem.deployContract("AccessManager", [named.deployer.account.address]);
  const feed = await viem.deployContract("TestFeed", [8, FIRST_ROUND_ID]);
  const protocol = await viem.deployContract("TestDeleverageable");
  const guard = await viem.deployContract("SizingGuard", [manager.address, protocol.address]);
  const controller = await viem.deployContract("DeleverageController", [guard.address, { ...TERMS, ...terms }]);
  const policy: Policy = { ...POLICY, feed: lower(feed.address), ...changes };
  const words = encodePolicy(policy);
  await guard.write.setPolicy([ETH_USD, words]);
  const publicClient = await viem.getPublicClient();
  const m = { ...named, connection, publicClient, manager, feed, guard, protocol, controller, policy, words };
  await warmUp(m);
  await adopt(m);
  return m;
}
export type Deleveraged = Awaited<ReturnType<typeof createDeleveraged>>;

/** Tells the controller of the policy in force, and waits until it counts. */
export async function adopt(
  m: Pick<Deleveraged, "connection" | "publicClient" | "controller" | "feed" | "policy" | "guard">,
): Promise<void> {
  await m.controller.write.notePolicy([ETH_USD]);
  await goTo(m, (await now(m)) + (await m.controller.read.terms()).policyDelay);
  await m.controller.write.notePolicy([ETH_USD]);
  await laterRound(m, START_PRICE, 60n);
  await m.guard.write.poke([ETH_USD]);
}

/** What an account holds: 10 000 of equity, unless a test says otherwise. */
export async function hold(m: Deleveraged, trader: Trader, sizeAfter: bigint, equity = 10_000n * WAD): Promise<void> {
  await m.protocol.write.hold([ETH_USD, position({ account: trader.account.address, sizeBefore: sizeAfter, sizeAfter, equity })]);
}

/** Size and forced limit of an account. */
export async function limitOf(m: Deleveraged, { account }: Trader): Promise<bigint> {
  const [, limit] = await m.controller.read.forcedLimit([ETH_USD, account.address]);
  return limit;
}

/** What the SDK needs for the same answer. */
export async function forcedState(m: Deleveraged, { account }: Trader) {
  const [word, meters, [, , price]] = await Promise.all([
    m.guard.read.volatilityWord([ETH_USD]),
    m.guard.read.meters([ETH_USD, account.address]),
    m.controller.read.forcedLimit([ETH_USD, account.address]),
  ]);
  return { price, slowVariance: unpackVolatilityWord(word).slowVariance, mark: meters.highWaterMark, timestamp: await now(m) };
}

export const flag = (m: Deleveraged, { account }: Trader, sender: Trader): Promise<Hex> =>
  m.controller.write.flag([ETH_USD, account.address], { account: sender.account.address });

export const deleverage = (m: Deleveraged, { account }: Trader, sender: Trader): Promise<Hex> =>
  m.controller.write.deleverage([ETH_USD, account.address, sender.account.address], { account: sender.account.address });
